package pipeline

import (
	"maps"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// The directory in which Build renders; a project's own files hardly have this name.
const renderedDirectory = "cfnpipe-rendered"

// generatorOf prints the command that the checked-out spec asks for, so that a push can upgrade it. Perl and its YAML reader are part of
// CodeBuild's image.
const generatorOf = `generator=$(perl -MYAML::XS=LoadFile -e '$g = LoadFile(shift)->{generator} // {}; ` +
	`print $g->{command} // "go run github.com/cfnpipe/cfnpipe/cmd/cfnpipe@" . ($g->{version} // "latest")' -- `

// renderTemplates is the buildspec of the Build action: after the project's own commands it renders the templates, with the addresses of the
// code that stands beside them.
func renderTemplates(s *spec.Step, file string, format assembly.Format) *tree.Node {
	runtimes := map[string]string{"golang": "1.26"}
	var commands []string
	if s != nil {
		maps.Copy(runtimes, s.Runtimes)
		commands = s.Commands
		if s.Image != "" {
			runtimes = nil // only CodeBuild's own images have them; the project's has what it needs
		}
	}
	command := []string{"generate", "--config", file, "--output", renderedDirectory, "--release", "."}
	if format == assembly.JSON {
		command = append(command, "--format", string(format))
	}
	commands = append(slices.Clone(commands),
		generatorOf+file+")",
		`eval "$generator `+strings.Join(command, " ")+`"`)
	return buildSpec(runtimes, commands...).Set("artifacts", tree.NewMap().
		Set("base-directory", tree.Text(renderedDirectory)).
		Set("files", tree.NewList(tree.Text("**/*"))))
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
