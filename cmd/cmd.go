// Package cmd is the command line of cfnpipe. It is importable, so that a project's own program can change the system that the
// pipeline.yaml describes before it is rendered, and still has every command:
//
//	func main() {
//		os.Exit(cmd.Main(func(y *pipeline.System) error {
//			y.Environments()[0].Stacks = append(y.Environments()[0].Stacks, myStack{})
//			return nil
//		}))
//	}
//
// Data goes to stdout, everything else to stderr. The exit code is 0 when all is well, 1 when the answer is no, 2 when the job could not
// be done.
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

// Main runs the command with the process's arguments and returns its exit code. Change, which may be nil, changes the system before it
// is rendered.
func Main(change func(*pipeline.System) error) int {
	return run(os.Args[1:], os.Stdout, os.Stderr, change)
}

// errNo is an answer: the command worked, and says no. What there is to say has been said.
var errNo = errors.New("no")

// session is what every command gets.
type session struct {
	stdout, stderr io.Writer
	change         func(*pipeline.System) error
}

const description = `Turns one pipeline.yaml into raw CloudFormation for a delivery system over several AWS accounts: a pipeline that updates itself, and the environments that it deploys to.

To start, write a pipeline.yaml ("cfnpipe generate --help" shows the smallest one), then:

    cfnpipe generate       write the templates into out/: read them
    cfnpipe plan out       see what an operator deploys first
    out/deploy.sh          deploy it: the pipeline does the rest

Exit codes: 0 all is well; 1 the answer is no (check found differences, or verify what does not hold, for which generate writes nothing); 2 the job could not be done, and stderr says why.`

type commands struct {
	Generate generateCommand `cmd:"" help:"Write a directory: the templates of all stacks with their parameters, a manifest, and deploy.sh."`
	Check    checkCommand    `cmd:"" help:"Compare a directory with what generate would write into it; exit 1 if they differ."`
	Plan     planCommand     `cmd:"" help:"Print the aws cloudformation deploy commands of a directory, in order: those that its deploy.sh runs."`
	Verify   verifyCommand   `cmd:"" help:"Prove, offline, that every chain of a directory closes; exit 1 if one does not."`
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
			k.Model.HelpFlag.Help = "Say what a command does and takes."
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
		misuse(stderr, err)
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

// misuse says what is wrong with the arguments, and where help is.
func misuse(stderr io.Writer, err error) {
	command, message := "cfnpipe", err.Error()
	if p := new(kong.ParseError); errors.As(err, &p) && p.Context.Selected() != nil {
		name := p.Context.Selected().Name
		command += " " + name
		message = strings.TrimPrefix(message, name+": ")
	}
	// kong's own words are: expected string value but got "EOL" (<EOL>)
	if flag, _, found := strings.Cut(message, ": expected string value but got "); found {
		message = needsValue(flag).Error()
	}
	fmt.Fprintf(stderr, "%s: %s\nTry: %s --help\n", command, message, command)
}

// input is the flags of the commands that read a pipeline.yaml.
type input struct {
	Config string `short:"c" default:"pipeline.yaml" placeholder:"FILE" help:"The project's pipeline.yaml (default: ${default})."`
}

// Validate is what kong calls before Run.
func (in *input) Validate() error { return given("--config", in.Config) }

// given says whether there is a value: a script that names a file by a variable which is not set gives an empty one.
func given(name, value string) error {
	if value == "" {
		return needsValue(name)
	}
	return nil
}

func needsValue(name string) error { return fmt.Errorf("%s needs a value", name) }

// assemble turns the pipeline.yaml into the stacks of an output directory. With a release, the directory of the checked-out repository,
// it fills the release parameters. Nothing is written. It also says what generates in the project.
func (in input) assemble(s *session, format assembly.Format, release *string) (*assembly.Assembly, spec.Generator, error) {
	project, err := spec.Load(in.Config, stages.CheckOwn)
	if err != nil {
		return nil, spec.Generator{}, err
	}
	fmt.Fprint(s.stderr, otherVersion(project.Generator, in.Config, version()))
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
		return nil, project.Generator, fmt.Errorf("--release: %w; name the directory into which the repository is checked out", err)
	}
	defer repository.Close() //nolint:errcheck // only read from
	return a, project.Generator, project.Errors(system.Release(a, repository))
}

// warnOfMissing names what pipeline.yaml names and the checkout that it is in does not have. It says nothing where pipeline.yaml is alone.
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

// checkout is the root of the repository in whose checkout pipeline.yaml is, where the repository has it at this path; else nil.
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

	NoVerify bool    `help:"Write the directory even if its chains do not close, to look at it."`
	Release  *string `placeholder:"DIR" help:"Also say which code runs: address the sources of functions and images under DIR by their content."`
}

// Validate is what kong calls before Run.
func (c *generateCommand) Validate() error {
	if c.Release != nil && *c.Release == "" {
		return needsValue("--release")
	}
	return cmp.Or(c.input.Validate(), given("--output", c.Output))
}

// Help is what generate --help says beyond the flags.
func (*generateCommand) Help() string {
	return `Only files that an earlier run has written are replaced or removed; those of others are left alone, and one in the way is an error. ` +
		`Nothing is written if anything is wrong. The same input gives the same bytes, so the directory can be committed.

The smallest pipeline.yaml, a pipeline in one account that deploys to another:

    project: shop
    toolchain: { account: "111111111111", region: eu-west-1 }
    source:
      connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
      repository: acme/shop
    environments:
      - { name: dev, type: dev, account: "222222222222" }`
}

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
		fmt.Fprintf(s.stderr, "nothing was written: %s; look at it with --no-verify\n", r.Summary())
		return errNo
	}
	changed, gone := a.Changed(c.Output), a.Gone(c.Output)
	if err := assembly.Write(c.Output, files); err != nil {
		return err
	}
	fmt.Fprintf(s.stderr, "wrote %d stacks into %s; see what to deploy with: %s plan %s\n%s%s%s",
		len(a.Stacks), c.Output, program(generator), word(c.Output), changed, gone, unpinned(generator, c.Config, version()))
	if types := r.Coverage.Types; len(types) > 0 && !c.NoVerify {
		fmt.Fprintf(s.stderr, "not judged: %s: cfnpipe does not know which permissions deploying them requires; check those of their stacks\n", strings.Join(types, ", "))
	}
	if types := ofUnknownProperties(a, r.Coverage.Types); len(types) > 0 {
		fmt.Fprintf(s.stderr, "not judged: %s: cfnpipe does not know which properties they have\n", strings.Join(types, ", "))
	}
	switch n := len(r.Findings); {
	case n == 0 || c.NoVerify:
	case n == 1:
		fmt.Fprintf(s.stderr, "1 warning; see it with: %s verify %s\n", program(generator), word(c.Output))
	default:
		fmt.Fprintf(s.stderr, "%d warnings; see them with: %s verify %s\n", n, program(generator), word(c.Output))
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
	Dir string `arg:"" help:"A directory that cfnpipe generate has written."`
	All bool   `help:"Also the stacks that the pipeline deploys."`
}

// Validate is what kong calls before Run.
func (c *planCommand) Validate() error { return given("the argument <dir>", c.Dir) }

// Help is what plan --help says beyond the flags.
func (*planCommand) Help() string {
	return `Nothing is deployed. Without --all: the stacks that an operator deploys, so that the pipeline can deploy the others. ` +
		`Each account needs credentials of its own; a comment says where one account ends and the next begins.`
}

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

func (versionCommand) Run(s *session) error {
	_, err := fmt.Fprintln(s.stdout, "cfnpipe", version())
	return err
}

// version of this module, which in a project's own program is a dependency.
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
