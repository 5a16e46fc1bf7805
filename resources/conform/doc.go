// Package conform compares the resources of a template with the catalog of resource types: whether a type exists, whether it has the properties that the
// template sets, whether those that it requires are set, and whether each value is of the kind that CloudFormation accepts.
//
// It reports only what CloudFormation is certain to refuse. CloudFormation turns numbers, booleans and texts into each other where it can, and so does
// this package; what a function or a macro returns is judged only where no value of it would do. Nothing is said of the values that the catalog lists for
// a property, because services learn new ones, nor of resource types that are not AWS's.
package conform

// Problem is something that CloudFormation would refuse.
type Problem struct {
	// Path in the template, such as Resources.Bucket.Properties.BucketNam.
	Path string
	// Message says what is wrong.
	Message string
	// Hint says what to do; may be empty.
	Hint string
}
