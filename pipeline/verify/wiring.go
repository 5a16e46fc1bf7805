package verify

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// parameters gives the template's parameters the values with which the stack is deployed: those of its configuration, what stacks before it
// have written to SSM, and outputs of stacks before it. What is missing is found.
func (w *world) parameters(s *stack) {
	declared := s.Template.Get("Parameters")
	for i, name := range keysOf(declared) {
		w.parameter(s, name, declared.Items[i])
	}
	for _, p := range s.Parameters {
		if declared.Get(p.Name) == nil {
			w.report.failConfiguration(s, "parameter-unknown", "the template has no parameter "+p.Name,
				"take it out of the configuration, or declare it")
		}
	}
}

func (w *world) parameter(s *stack, name string, n *tree.Node) {
	path := "Parameters." + name
	kind := ""
	if t := n.Get("Type"); t != nil {
		kind = t.Text
	}
	value, given := "", false
	for _, p := range s.Parameters {
		if p.Name == name {
			value, given = p.Value, true
		}
	}
	if d := n.Get("Default"); d != nil && !given {
		value, given = d.Text, true
	}
	for _, f := range s.FromOutputs {
		if f.Parameter == name {
			w.output(s, name, path, f.Stack, f.Output)
			return
		}
	}
	switch {
	case given && strings.HasPrefix(kind, "AWS::SSM::Parameter::Value<"):
		w.fromSSM(s, name, path, kind, value)
	case given && (kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<")):
		s.resolver.Lists[name] = eval.Texts(strings.Split(value, ",")...)
		s.resolver.Parameters[name] = eval.Text(value)
	case given:
		s.resolver.Parameters[name] = eval.Text(value)
	case !slices.Contains(s.ReleaseParameters, name):
		w.unwire(s, name)
		w.report.fail(s, path, "parameter-missing", "the parameter has no value: neither a default, nor one in "+s.ConfigurationFile(),
			"give it one in the configuration")
	}
}

// fromSSM gives a parameter what the stack that writes it has written.
func (w *world) fromSSM(s *stack, name, path, kind, ssm string) {
	source := w.written[ssmName{s.Account, s.Region, ssm}]
	if source == nil {
		if strings.HasPrefix(ssm, "/aws/service/") {
			return // AWS writes those
		}
		w.unwire(s, name)
		w.report.fail(s, path, "ssm-missing",
			"no stack that is deployed before this one in account "+s.Account+" and region "+s.Region+" writes "+ssm,
			"let a stack before it write the parameter, or correct the name")
		return
	}
	isList := strings.Contains(kind, "<List<") || strings.Contains(kind, "CommaDelimitedList")
	if isList != source.isList {
		w.unwire(s, name)
		w.report.fail(s, path, "ssm-kind",
			"the template reads "+ssm+" as "+oneOrMany(isList)+", and stack "+source.by.stack.Name+" writes "+oneOrMany(source.isList),
			"let both be text or both be lists")
		return
	}
	if by := source.by.stack.Name; !slices.Contains(s.DependsOn, by) {
		w.report.failManifest(s, "ssm-order", "stack "+s.Name+" reads what stack "+by+" writes to SSM, and its dependsOn does not say so",
			"add "+by+" to its dependsOn")
	}
	s.resolver.Parameters[name] = source.value
	if text, known := source.value.Known(); known && isList {
		s.resolver.Lists[name] = eval.Texts(strings.Split(text, ",")...)
	}
}

func oneOrMany(isList bool) string {
	if isList {
		return "a list"
	}
	return "a text"
}

// output gives a parameter what a stack before this one, in the same account, puts out.
func (w *world) output(s *stack, name, path, from, output string) {
	for _, o := range w.stacks[:s.index] {
		if o.Name != from || o.Account != s.Account {
			continue
		}
		if n := o.Template.At("Outputs", output, "Value"); n != nil {
			w.dependsOn(s, from, "takes output "+output+" of")
			s.resolver.Parameters[name] = o.resolver.Resolve(n)
			return
		}
	}
	w.unwire(s, name)
	w.report.fail(s, path, "output-missing", "no stack "+from+" that is deployed before this one in account "+s.Account+" puts out "+output,
		"let it put that out, or correct the names in the manifest")
}

// dependsOn: the manifest says that a stack comes after another one, and why it does.
func (w *world) dependsOn(s *stack, name, why string) {
	if name != s.Name && !slices.Contains(s.DependsOn, name) {
		w.report.failManifest(s, "deploy-order", "stack "+s.Name+" "+why+" stack "+name+", and its dependsOn does not say so", "add "+name+" to its dependsOn")
	}
}

// unwire remembers that a parameter has no value, which is said already: what follows from it need not be.
func (w *world) unwire(s *stack, parameter string) {
	w.unwired = append(w.unwired, "<"+s.resolver.ID+"/"+parameter+">")
}

// isSaid reports whether a value is unknown for want of a parameter that has been found.
func (w *world) isSaid(v eval.Value) bool {
	return slices.ContainsFunc(w.unwired, func(hole string) bool { return strings.Contains(v.String(), hole) })
}
