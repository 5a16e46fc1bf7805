// Package cmd is the command line of cfnpipe. A project can import it into its own program, which has every command, and changes the
// system that pipeline.yaml describes before it is rendered:
//
//	func main() {
//		os.Exit(cmd.Main(func(y *pipeline.System) error {
//			y.Environments()[0].Stacks = append(y.Environments()[0].Stacks, myStack{})
//			return nil
//		}))
//	}
//
// Data goes to stdout, everything else to stderr. The exit code is 0 for success, 1 when check found differences or verify found errors, 2
// when the command failed.
package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/conform"
	"github.com/cfnpipe/cfnpipe/stages"
)

// Exit codes of the command.
const (
	exitOK     = 0
	exitNo     = 1
	exitFailed = 2
)

// Main runs cfnpipe with the arguments of the process and returns the exit code. It calls change, which may be nil, on the system before
// rendering.
func Main(change func(*pipeline.System) error) int {
	return run(os.Args[1:], os.Stdout, os.Stderr, change)
}

// errNo makes the command exit 1: it ran, and its result is negative. The command has already printed why.
var errNo = errors.New("no")

// session contains the writers that each command prints to, and the project's change of the system.
type session struct {
	stdout, stderr io.Writer
	change         func(*pipeline.System) error
}

const description = `Turns one pipeline.yaml into plain CloudFormation templates for a delivery system that spans several AWS accounts: a pipeline that updates itself, and the environments that it deploys to.

To start, write a pipeline.yaml ("cfnpipe generate --help" shows the smallest one), then:

    cfnpipe generate       write the templates into out/, to read them
    cfnpipe plan out       list the stacks that an operator deploys first
    out/deploy.sh          deploy those stacks; the pipeline deploys the rest

Exit codes: 0 success; 1 check found differences, verify found errors, or generate wrote nothing because verify found errors; 2 the command failed, and stderr says why.`

type commands struct {
	Generate generateCommand `cmd:"" help:"Write a directory: the templates of all stacks, their parameters, a manifest, and deploy.sh."`
	Check    checkCommand    `cmd:"" help:"Compare a directory with what generate would write; exit 1 if they differ."`
	Plan     planCommand     `cmd:"" help:"Print the aws cloudformation deploy commands that deploy.sh runs, in order."`
	Verify   verifyCommand   `cmd:"" help:"Check offline that every permission the pipelines need is granted, and no more; exit 1 if not."`
	Version  versionCommand  `cmd:"" help:"Print the version of cfnpipe."`
}

func run(args []string, stdout, stderr io.Writer, change func(*pipeline.System) error) int {
	var c commands
	code, exited := exitOK, false
	parser, err := kong.New(&c,
		kong.Name("cfnpipe"),
		kong.Description(description),
		kong.Writers(stdout, stderr),
		kong.PostBuild(func(k *kong.Kong) error {
			k.Model.HelpFlag.Help = "Show what a command does, and its flags."
			return nil
		}),
		kong.Exit(func(status int) { code, exited = status, true }),
	)
	if err != nil {
		fmt.Fprintln(stderr, "cfnpipe:", err)
		return exitFailed
	}
	ctx, err := parser.Parse(args)
	if exited { // --help has been printed
		return code
	}
	if err != nil {
		printUsageError(stderr, err)
		return exitFailed
	}
	err = ctx.Run(&session{stdout: stdout, stderr: stderr, change: change})
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errNo):
		return exitNo
	default:
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
}

// printUsageError prints what is wrong with the arguments, and how to get help.
func printUsageError(stderr io.Writer, err error) {
	command, message := "cfnpipe", err.Error()
	if p := new(kong.ParseError); errors.As(err, &p) && p.Context.Selected() != nil {
		name := p.Context.Selected().Name
		command += " " + name
		message = strings.TrimPrefix(message, name+": ")
	}
	// kong says: expected string value but got "EOL" (<EOL>)
	if flag, _, found := strings.Cut(message, ": expected string value but got "); found {
		message = needsValue(flag).Error()
	}
	fmt.Fprintf(stderr, "%s: %s\nTry: %s --help\n", command, message, command)
}

// input contains the flags of the commands that read a pipeline.yaml.
type input struct {
	Config string `short:"c" default:"pipeline.yaml" placeholder:"FILE" help:"The project's pipeline.yaml (default: ${default})."`
}

// Validate requires the name of a file; kong calls it before Run.
func (in *input) Validate() error { return requireValue("--config", in.Config) }

// requireValue returns an error if value is empty, as it is where a script passes a variable that is not set.
func requireValue(name, value string) error {
	if value == "" {
		return needsValue(name)
	}
	return nil
}

func needsValue(name string) error { return fmt.Errorf("%s needs a value", name) }

// assemble turns the pipeline.yaml into the stacks of an output directory, and returns the project's generator as well. If release is not
// nil, it is the directory of the checked-out repository, and assemble fills in the release parameters. It writes no file.
func (in input) assemble(s *session, format assembly.Format, release *string) (*assembly.Assembly, spec.Generator, error) {
	project, err := spec.Load(in.Config, stages.CheckOwn)
	if err != nil {
		return nil, spec.Generator{}, err
	}
	fmt.Fprint(s.stderr, versionWarning(project.Generator, in.Config, version()))
	system := pipeline.New(project)
	if s.change != nil {
		if err := s.change(system); err != nil {
			return nil, project.Generator, err
		}
	}
	a, err := system.Assemble(format)
	if problems, rest := stages.Invalid(err); len(problems) > 0 {
		return nil, project.Generator, errors.Join(project.Errors(problems), rest)
	}
	if err != nil {
		return nil, project.Generator, err
	}
	if release == nil {
		in.warnOfMissing(s, project, system)
		return a, project.Generator, nil
	}
	repository, err := os.OpenRoot(*release)
	if err != nil {
		return nil, project.Generator, fmt.Errorf("--release: %w; set it to the directory that the repository is checked out into", err)
	}
	defer repository.Close() //nolint:errcheck // only read from
	return a, project.Generator, project.Errors(system.Release(a, repository))
}

// warnOfMissing prints a warning for each source, handler, context and Dockerfile that pipeline.yaml names and its checkout does not have. It
// prints none if pipeline.yaml is not in a checkout.
func (in input) warnOfMissing(s *session, project *spec.Spec, system *pipeline.System) {
	root := in.checkout(project.Source.File)
	if root == nil {
		return
	}
	defer root.Close() //nolint:errcheck // only read from
	if err := project.Errors(system.Missing(root)); err != nil {
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintln(s.stderr, "warning: "+strings.TrimSuffix(line, "\n"))
		}
	}
}

// checkout returns the root of the checkout that contains pipeline.yaml, or nil if there is none, or if it has pipeline.yaml at another path
// than file.
func (in input) checkout(file string) *os.Root {
	config, err := filepath.Abs(in.Config)
	if err != nil {
		return nil
	}
	for dir := filepath.Dir(config); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			if filepath.Join(dir, filepath.FromSlash(file)) != config {
				return nil
			}
			root, err := os.OpenRoot(dir)
			if err != nil {
				return nil
			}
			return root
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

type generateCommand struct {
	input
	Output string          `short:"o" default:"out" placeholder:"DIR" help:"The directory to write (default: ${default})."`
	Format assembly.Format `enum:"yaml,json" default:"yaml" placeholder:"yaml|json" help:"Format of the templates (default: ${default})."`

	NoVerify bool    `help:"Write the directory even if verify finds errors, to inspect it."`
	Release  *string `placeholder:"DIR" help:"Also fill in the release parameters: hash the sources of functions and images under DIR."`
}

// Validate requires a value for each flag that names a file; kong calls it before Run.
func (c *generateCommand) Validate() error {
	if c.Release != nil && *c.Release == "" {
		return needsValue("--release")
	}
	return cmp.Or(c.input.Validate(), requireValue("--output", c.Output))
}

// Help returns the text that generate --help prints above the flags.
func (*generateCommand) Help() string {
	return `Replaces and removes only files that an earlier run has written, and fails if another file is in the way. If there is an error, it writes nothing. ` +
		`The same input gives the same bytes, so you can commit the directory.

The smallest pipeline.yaml: a pipeline in one account that deploys to another.

    project: shop
    toolchain: { account: "111111111111", region: eu-west-1 }
    source:
      connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
      repository: acme/shop
    environments:
      - { name: dev, type: dev, account: "222222222222" }`
}

// Run writes the directory and prints what an operator has to deploy. It returns errNo, and writes nothing, if verify finds an error.
func (c *generateCommand) Run(s *session) error {
	a, generator, err := c.assemble(s, c.Format, c.Release)
	if err != nil {
		return err
	}
	files, err := a.Files(c.Format)
	if err != nil {
		return err
	}
	r := verify.Verify(a)
	if !c.NoVerify && r.Errors() > 0 {
		if err := r.Text(s.stdout, "", false); err != nil {
			return err
		}
		fmt.Fprintf(s.stderr, "nothing was written: %s; to write it anyway and inspect it, use --no-verify\n", r.Summary())
		return errNo
	}
	changed, gone := a.Changed(c.Output), a.Gone(c.Output)
	if err := assembly.Write(c.Output, files); err != nil {
		return err
	}
	fmt.Fprintf(s.stderr, "wrote %d stacks into %s; to see what to deploy, run: %s plan %s\n%s%s%s",
		len(a.Stacks), c.Output, program(generator), shellWord(c.Output), changed, gone, unpinnedWarning(generator, c.Config, version()))
	if types := r.Coverage.Types; len(types) > 0 && !c.NoVerify {
		fmt.Fprintf(s.stderr, "not judged: %s: cfnpipe does not know which permissions their deployment requires; check the permissions of their stacks yourself\n", strings.Join(types, ", "))
	}
	if types := ofUnknownProperties(a, r.Coverage.Types); len(types) > 0 {
		fmt.Fprintf(s.stderr, "not judged: %s: cfnpipe does not know which properties they have\n", strings.Join(types, ", "))
	}
	switch n := len(r.Findings); {
	case n == 0 || c.NoVerify:
	case n == 1:
		fmt.Fprintf(s.stderr, "1 warning; to see it, run: %s verify %s\n", program(generator), shellWord(c.Output))
	default:
		fmt.Fprintf(s.stderr, "%d warnings; to see them, run: %s verify %s\n", n, program(generator), shellWord(c.Output))
	}
	return nil
}

// ofUnknownProperties lists the resource types of custom templates whose properties are not judged, less those already named.
func ofUnknownProperties(a *assembly.Assembly, named []string) []string {
	var types []string
	for _, s := range a.Stacks {
		if s.Source == nil {
			continue // what cfnpipe renders, it knows
		}
		for _, r := range s.Template.Get("Resources").Items {
			if typ := r.Get("Type").Text; !conform.Judges(typ) && !slices.Contains(named, typ) {
				types = append(types, typ)
			}
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}

type planCommand struct {
	Dir string `arg:"" help:"A directory written by cfnpipe generate."`
	All bool   `help:"Include the stacks that the pipelines deploy."`
}

// Validate requires a directory; kong calls it before Run.
func (c *planCommand) Validate() error { return requireValue("the argument <dir>", c.Dir) }

// Help returns the text that plan --help prints above the flags.
func (*planCommand) Help() string {
	return `plan deploys nothing. Without --all, it prints the stacks that an operator deploys; the pipelines deploy the others. ` +
		`A comment marks where the next account begins, because each account needs its own credentials.`
}

// Run prints the commands.
func (c *planCommand) Run(s *session) error {
	a, err := assembly.Read(c.Dir)
	if err != nil {
		return err
	}
	list, err := a.Commands(assembly.Selection{All: c.All}, a.Format)
	if err != nil {
		return err
	}
	_, err = io.WriteString(s.stdout, assembly.Plan(list, c.Dir))
	return err
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s *session) error {
	_, err := fmt.Fprintln(s.stdout, "cfnpipe", version())
	return err
}

// version returns the version of this module, which is a dependency in a project's own program.
func version() string {
	const unknown = "(unknown)"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unknown
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == "github.com/cfnpipe/cfnpipe" {
			return cmp.Or(m.Version, unknown)
		}
	}
	return unknown
}
