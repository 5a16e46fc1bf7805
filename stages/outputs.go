package stages

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// outputter is a stack that knows which outputs it will have before it is built.
type outputter interface{ outputNames() []string }

func (b *Bootstrap) outputNames() []string {
	var list []string
	if b.Logs {
		list = append(list, b.AccessLogs().Name)
	}
	if b.DataKey {
		list = append(list, b.DataKeyARN().Name)
	}
	if b.Key && b.Environment.Keys != spec.AWSKeys {
		list = append(list, b.KeyARN().Name)
	}
	for _, r := range b.Repositories {
		list = append(list, b.RepositoryURI(r.Name).Name)
	}
	if b.Code {
		list = append(list, b.CodeBucket().Name)
	}
	return list
}

func (s *Network) outputNames() []string {
	return []string{s.VPCID().Name, s.SubnetIDs(Public).Name, s.SubnetIDs(Private).Name, s.SubnetIDs(Isolated).Name}
}

func (s *Storage) outputNames() []string {
	list := []string{s.KeyARN().Name}
	for _, b := range s.Buckets {
		list = append(list, s.BucketName(b.Name).Name)
	}
	return list
}

func (s *Functions) outputNames() []string {
	if s.API == nil {
		return nil
	}
	return []string{s.APIID().Name, s.APIURL().Name}
}

func (s *Batch) outputNames() []string {
	var list []string
	for _, j := range s.Jobs {
		list = append(list, s.JobQueueARN(j.Name).Name, s.JobQueueName(j.Name).Name, s.JobDefinitionName(j.Name).Name)
	}
	return list
}

func (s *Services) outputNames() []string {
	var list []string
	for _, x := range s.Services {
		list = append(list, s.SecurityGroupID(x.Name).Name)
		if x.Balanced() {
			list = append(list, s.LoadBalancerName(x.Name).Name, s.TargetGroupName(x.Name).Name, s.URL(x.Name).Name, s.DNSName(x.Name).Name,
				s.HostedZoneID(x.Name).Name)
		}
	}
	return list
}

func (s *Monitoring) outputNames() []string { return []string{s.KeyARN().Name, s.TopicARN().Name} }

func (s *Own) outputNames() []string {
	root, err := tree.Parse(s.Stack.Template, s.Stack.Content)
	if err != nil {
		return nil // Build says so
	}
	return keysOf(root.Get("Outputs"))
}

func keysOf(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	return n.Keys
}

// outputNames are the names of the outputs of all stacks of the environment that have some, by stack.
func (e *Environment) outputNames() map[string][]string {
	all := map[string][]string{}
	for stack, outputs := range e.known() {
		all[stack] = slices.Sorted(maps.Keys(outputs))
	}
	if e.Bootstrap != nil {
		all[e.Bootstrap.Name()] = e.Bootstrap.outputNames()
	}
	for _, s := range e.Stacks {
		if o, ok := s.(outputter); ok {
			all[s.Name()] = append(all[s.Name()], o.outputNames()...)
		}
	}
	return all
}

// CheckTexts refuses texts that are the name of an output where nothing puts its value in their place: they would be deployed as those letters.
// The texts are those of the environments' parts, and of the steps and the SSM parameters of the toolchain, which all environments share. Secrets of
// containers and steps are ARNs, which the spec has checked.
func CheckTexts(environments []*Environment, steps spec.Steps, parameters map[string]string) []spec.Problem {
	c := &textCheck{}
	for _, e := range environments {
		if e.Index < 0 {
			continue // it is not in pipeline.yaml
		}
		c.known = []map[string][]string{e.outputNames()}
		c.application(e)
	}
	c.known = nil
	for _, e := range environments {
		c.known = append(c.known, e.outputNames())
	}
	c.steps(steps)
	c.texts("toolchainStack.parameters", "parameters of the toolchain", parameters)
	return c.problems
}

type textCheck struct {
	known    []map[string][]string // outputs by stack, of each environment that a text may mean
	problems []spec.Problem
}

func (c *textCheck) application(e *Environment) {
	const variables, arguments = "environment variables", "build arguments"
	for i, f := range e.Functions {
		c.texts(e.at("functions", i)+".environment", variables, f.Environment)
	}
	for i, r := range e.Repositories {
		c.texts(e.at("repositories", i)+".buildArguments", arguments, r.BuildArguments)
	}
	for _, s := range e.Stacks {
		switch s := s.(type) {
		case *Batch:
			for i, j := range s.Jobs {
				c.texts(e.at("jobs", i)+".environment", variables, j.Environment)
			}
		case *Services:
			for i, x := range s.Services {
				c.texts(e.at("services", i)+".environment", variables, x.Environment)
			}
		}
	}
}

func (c *textCheck) steps(steps spec.Steps) {
	step := func(path string, s *spec.Step) {
		if s != nil {
			c.texts(path+".environment", "environment variables", s.Environment)
		}
	}
	step("steps.synth", steps.Synth)
	step("steps.infrastructureTests", steps.InfrastructureTests)
	step("steps.functionTests", steps.FunctionTests)
	step("steps.publish", steps.Publish)
	step("steps.integrationTests", steps.IntegrationTests)
	step("steps.acceptanceTests", steps.AcceptanceTests)
	for i := range steps.Own {
		step(fmt.Sprintf("steps.own[%d]", i), &steps.Own[i])
	}
}

func (c *textCheck) texts(path, kind string, texts map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		stack, output, ok := References(texts[name])
		if !ok || !slices.ContainsFunc(c.known, func(known map[string][]string) bool { return slices.Contains(known[stack], output) }) {
			continue
		}
		hint := "write the value itself"
		switch {
		case !strings.Contains(path, ".application."): // one text for all environments
		case slices.Contains(spec.StackNames(), stack):
			hint += ", in the overrides where environments differ"
		default:
			hint += ", such as a name with {project} and {environment} in it that the template gives to the resource"
		}
		c.problems = append(c.problems, spec.Problem{
			Path:    spec.PathOf(path, name),
			Message: fmt.Sprintf("is the output %s of the stack %s, and outputs reach parameters of custom stacks only, not %s", output, stack, kind),
			Hint:    hint,
		})
	}
}
