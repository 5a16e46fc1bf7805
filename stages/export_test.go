package stages

// OutputNames lets tests compare them with what templates publish.
func OutputNames(e *Environment) map[string][]string { return e.outputNames() }
