package verify_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// A circle is found in every template of every golden, wherever and however it is closed.
func TestCyclesInsideATemplate(t *testing.T) {
	t.Parallel()
	// How what is needed names what needs it.
	closings := []struct {
		name string
		at   string
		by   func(id string) *tree.Node
	}{
		{"DependsOn", "", tree.Text},
		{"Ref", "X", func(id string) *tree.Node { return tree.NewMap().Set("Ref", tree.Text(id)) }},
		{"GetAtt", "X", func(id string) *tree.Node {
			return tree.NewMap().Set("Fn::GetAtt", tree.NewList(tree.Text(id), tree.Text("Arn")))
		}},
		{"Sub", "X", func(id string) *tree.Node { return tree.NewMap().Set("Fn::Sub", tree.Text("a/${"+id+".Arn}")) }},
		{"a value of Sub", "X", func(id string) *tree.Node {
			values := tree.NewMap().Set("V", tree.NewMap().Set("Ref", tree.Text(id)))
			return tree.NewMap().Set("Fn::Sub", tree.NewList(tree.Text("${V}"), values))
		}},
		{"Join in a list in a map", "X", func(id string) *tree.Node {
			list := tree.NewList(tree.Text("a"), tree.NewMap().Set("Ref", tree.Text(id)))
			return tree.NewList(tree.NewMap().Set("Y", tree.NewMap().Set("Fn::Join", tree.NewList(tree.Text(""), list))))
		}},
		{"a branch of If", "X", func(id string) *tree.Node {
			return tree.NewMap().Set("Fn::If", tree.NewList(tree.Text("C"), tree.Text("x"), tree.NewMap().Set("Ref", tree.Text(id))))
		}},
		{"the value of a condition", "Condition", func(id string) *tree.Node {
			return tree.NewMap().Set("StringEquals", tree.NewMap().Set("aws:SourceArn", tree.NewMap().Set("Ref", tree.Text(id))))
		}},
	}
	injected := 0
	for _, name := range goldens(t) {
		a := golden(t, name)
		type circle struct{ from, to, by string }
		circles := map[string]circle{} // by stack
		for i := range a.Stacks {
			s := &a.Stacks[i]
			from, to := needing(s.Template.Get("Resources"))
			if from == "" {
				continue
			}
			c := closings[injected%len(closings)]
			injected++
			s.Template = cloned(s.Template)
			needed := s.Template.At("Resources", to)
			if c.at == "" {
				needed.Set("DependsOn", c.by(from))
			} else {
				if needed.Get("Properties") == nil {
					needed.Set("Properties", tree.NewMap())
				}
				needed.Get("Properties").Set(c.at+"Closing", c.by(from))
			}
			circles[s.TemplateFile(a.Format)] = circle{from, to, c.name}
		}
		for _, f := range verify.Verify(a).Findings {
			c, ok := circles[f.File]
			isDrawn := strings.Contains(f.Message, c.from+" → "+c.to+" → "+c.from) || strings.Contains(f.Message, c.to+" → "+c.from+" → "+c.to)
			if ok && isDrawn && f.Rule == "cycle" && f.Severity == verify.Error {
				delete(circles, f.File)
			}
		}
		for file, c := range circles {
			t.Errorf("%s, %s: %s needs %s, which needs it by %s: not found", name, file, c.from, c.to, c.by)
		}
	}
	if injected < 50 {
		t.Errorf("only %d circles were injected", injected)
	}
}

// needing are the first resource of a template that names another by Ref, and the other.
func needing(resources *tree.Node) (from, to string) {
	for i, id := range resources.Keys {
		resources.Items[i].Walk(func(_ string, n *tree.Node) bool {
			if name, arg, _ := n.Intrinsic(); name == "Ref" && arg.Text != id && resources.Get(arg.Text) != nil && from == "" {
				from, to = id, arg.Text
			}
			return from == ""
		})
	}
	return from, to
}
