package cmd

import "github.com/cfnpipe/cfnpipe/pipeline/spec"

// GeneratorWarnings returns the warnings that cfnpipe of the given version prints about the generator of a pipeline.yaml.
func GeneratorWarnings(g spec.Generator, file, version string) (unpinned, other string) {
	return unpinnedWarning(g, file, version), versionWarning(g, file, version)
}
