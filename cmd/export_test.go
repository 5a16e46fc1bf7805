package cmd

import "github.com/cfnpipe/cfnpipe/pipeline/spec"

// GeneratorWarnings are what a program of some version says of what a pipeline.yaml pins.
func GeneratorWarnings(g spec.Generator, file, version string) (unpinnedWarning, otherWarning string) {
	return unpinned(g, file, version), otherVersion(g, file, version)
}
