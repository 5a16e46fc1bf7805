package cmd

import (
	"fmt"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// program is what the project runs in place of cfnpipe.
func program(g spec.Generator) string {
	if g.Command != "" {
		return g.Command
	}
	return "cfnpipe"
}

// unpinned warns of a project that does not say which version of cfnpipe its pipelines run.
func unpinned(g spec.Generator, file, version string) string {
	if g.Command != "" || g.Version != "" && g.Version != "latest" {
		return ""
	}
	if !isRelease(version) {
		version = "VERSION"
	}
	return fmt.Sprintf("warning: %s pins no generator, so each push runs the latest cfnpipe with the role that decides what production becomes; "+
		"pin it: generator: { version: %s }\n", file, version)
}

// otherVersion warns where this program is another version of cfnpipe than the one that the pipelines run.
func otherVersion(g spec.Generator, file, version string) string {
	if !isRelease(version) || !isRelease(g.Version) || g.Version == version {
		return ""
	}
	return fmt.Sprintf("warning: this is cfnpipe %s, but the pipelines run %s, which %s pins, and may render something else; "+
		"run that: go run github.com/cfnpipe/cfnpipe/cmd/cfnpipe@%[2]s\n", version, g.Version, file)
}

// isRelease says whether a version is that of a module: what is built from a checkout has none, and a commit cannot be compared.
func isRelease(version string) bool { return strings.HasPrefix(version, "v") }
