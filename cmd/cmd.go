// Package cmd is the command line of cfnpipe. It is importable, so that a project's own program can change the system that the
// pipeline.yaml describes before it is rendered, and still has every command:
//
//	func main() {
//		os.Exit(cmd.Main(func(y *pipeline.System) error {
//			y.Environments[0].Stacks = append(y.Environments[0].Stacks, myStack{})
//			return nil
//		}))
//	}
//
// Data goes to stdout, everything else to stderr. The exit code is 0 when all is well, 1 when the answer is no, 2 when the job could not
// be done.
package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
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

type commands struct {
	Generate generateCommand `cmd:"" help:"Write the templates, their configurations, the manifest and deploy.sh into a directory."`
	Check    checkCommand    `cmd:"" help:"Compare a directory with what pipeline.yaml renders to; exit 1 if they differ."`
	Plan     planCommand     `cmd:"" help:"Print the aws cloudformation deploy commands of a directory, in order."`
	Version  versionCommand  `cmd:"" help:"Print the version of cfnpipe."`
}

func run(args []string, stdout, stderr io.Writer, change func(*pipeline.System) error) int {
	var c commands
	code, exited := exitOK, false
	parser, err := kong.New(&c,
		kong.Name("cfnpipe"),
		kong.Description("Turns one pipeline.yaml into raw CloudFormation for a delivery system over several AWS accounts.\n\n"+
			"Start with: cfnpipe generate -c pipeline.yaml -o out, then read out/ and run out/deploy.sh."),
		kong.Writers(stdout, stderr),
		kong.UsageOnError(),
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
		fmt.Fprintf(stderr, "cfnpipe: %v\nTry: cfnpipe --help\n", err)
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

// input is the flags of the commands that read a pipeline.yaml.
type input struct {
	Config string `short:"c" default:"pipeline.yaml" placeholder:"FILE" help:"The project's pipeline.yaml (default: ${default})."`
}

// render turns the pipeline.yaml into the files of an output directory. Nothing is written.
func (in input) render(s *session, format assembly.Format) (*assembly.Assembly, []assembly.File, error) {
	project, err := spec.Load(in.Config)
	if err != nil {
		return nil, nil, err
	}
	system := pipeline.New(project)
	if s.change != nil {
		if err := s.change(system); err != nil {
			return nil, nil, err
		}
	}
	a, err := system.Assemble(format)
	if err != nil {
		return nil, nil, err
	}
	files, err := a.Files(format)
	return a, files, err
}

type generateCommand struct {
	input
	Output string          `short:"o" default:"out" placeholder:"DIR" help:"The directory to write (default: ${default}). Files of others in it are left alone."`
	Format assembly.Format `enum:"yaml,json" default:"yaml" help:"Format of the templates: ${enum}."`
}

func (c *generateCommand) Run(s *session) error {
	a, files, err := c.render(s, c.Format)
	if err != nil {
		return err
	}
	if err := assembly.Write(c.Output, files); err != nil {
		return err
	}
	fmt.Fprintf(s.stderr, "wrote %d stacks into %s; see what to deploy with: cfnpipe plan %s\n", len(a.Stacks), c.Output, c.Output)
	return nil
}

type planCommand struct {
	Dir string `arg:"" help:"An output directory of generate."`
	All bool   `help:"Also the stacks that the pipeline deploys."`
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
	version := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	_, err := fmt.Fprintln(s.stdout, "cfnpipe", version)
	return err
}
