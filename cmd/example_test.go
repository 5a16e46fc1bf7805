package cmd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/cmd"
	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
	"github.com/cfnpipe/cfnpipe/stages"
)

// auditors is a custom stack of the project: a managed policy that allows reading one of the buckets that pipeline.yaml declares.
type auditors struct{ storage *stages.Storage }

func (*auditors) Name() string { return "auditors" }

func (a *auditors) Build(t *cfn.Template) error {
	t.Description = "Who may read what."
	bucket := cfn.Take(t, a.storage.BucketName("data")) // a parameter, and the order in which the two stacks are deployed
	resources.ManagedPolicy{
		ID:          "ReadData",
		Name:        spec.Name(t.Place.Project, t.Place.Scope, "read-data"),
		Path:        spec.ApplicationPath(t.Place.Project),
		Description: "Reads all data",
		Document: policy.Identity{
			policy.Allow("ReadData", "s3:GetObject").On(cfn.Format[cfn.Text]("arn:%s:s3:::%s/*", cfn.Partition(), bucket)),
		},
	}.Add(t)
	return nil
}

// A project's own program changes one step, removes one, adds one, and adds a custom stack to every environment that has buckets. It has every
// command of cfnpipe. Build runs it if pipeline.yaml has generator: { command: go run ./infra }.
func Example() {
	main := func() int {
		return cmd.Main(func(y *pipeline.System) error {
			y.Steps.FunctionTests.Commands = []string{"go test ./lambda/..."}
			y.Steps.AcceptanceTests = nil
			y.Steps.Own = append(y.Steps.Own, spec.Step{Name: "lint", After: "synth", Commands: []string{"make lint"}, TimeoutMinutes: 10})
			for _, e := range y.Environments() {
				if i := slices.IndexFunc(e.Stacks, isStorage); i >= 0 {
					e.Stacks = append(e.Stacks, &auditors{e.Stacks[i].(*stages.Storage)})
				}
			}
			return nil
		})
	}

	out, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(out) //nolint:errcheck // the system cleans up what stays
	defer func(args []string) { os.Args = args }(os.Args)
	os.Args = []string{"infra", "generate", "-c", filepath.Join("testdata", "pipeline.yaml"), "-o", out}
	fmt.Println("exit code", main())

	for _, file := range []string{"toolchain/delivery-builds.yaml", "dev/auditors.yaml"} {
		template, err := os.ReadFile(filepath.Join(out, file))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(file)
		for line := range strings.Lines(string(template)) {
			if strings.HasPrefix(line, "      Name: ") || strings.HasPrefix(line, "      ManagedPolicyName: ") || strings.Contains(line, "go test") {
				fmt.Println(strings.TrimSpace(line))
			}
		}
	}
	// Output:
	// exit code 0
	// toolchain/delivery-builds.yaml
	// ManagedPolicyName: shop-delivery-artifacts
	// Name: shop-delivery-build
	// Name: shop-delivery-own-lint-junit
	// Name: shop-delivery-own-lint
	// Name: shop-delivery-function-tests-junit
	// Name: shop-delivery-function-tests
	// - go test ./lambda/...
	// Name: shop-delivery-clear
	// dev/auditors.yaml
	// ManagedPolicyName: shop-dev-read-data
}

func isStorage(s cfn.Stack) bool {
	_, ok := s.(*stages.Storage)
	return ok
}
