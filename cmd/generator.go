package cmd

import (
	"fmt"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// program returns the command that the project runs in place of cfnpipe.
func program(g spec.Generator) string {
	if g.Command != "" {
		return g.Command
	}
	return "cfnpipe"
}

// unpinnedWarning returns a warning if the project does not pin the version of cfnpipe that its pipelines run, else "".
func unpinnedWarning(g spec.Generator, file, version string) string {
	if g.Command != "" || g.Version != "" && g.Version != "latest" {
		return ""
	}
	if !isRelease(version) {
		version = "VERSION"
	}
	return fmt.Sprintf("warning: %s does not pin a version of cfnpipe, so each push runs the latest one with the role that renders the production templates; "+
		"pin it: generator: { version: %s }\n", file, version)
}

// versionWarning returns a warning if this program and the pipelines run different versions of cfnpipe, else "".
func versionWarning(g spec.Generator, file, version string) string {
	if !isRelease(version) || !isRelease(g.Version) || g.Version == version {
		return ""
	}
	return fmt.Sprintf("warning: this is cfnpipe %s, but %[3]s pins %[2]s for the pipelines, which may render different templates; "+
		"use the pinned version: go run github.com/cfnpipe/cfnpipe/cmd/cfnpipe@%[2]s\n", version, g.Version, file)
}

// isRelease reports whether version is a module version, such as v1.2.3. A build from a checkout has none, and a commit hash cannot be compared.
func isRelease(version string) bool { return strings.HasPrefix(version, "v") }
