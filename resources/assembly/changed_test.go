package assembly_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

func TestChanged(t *testing.T) {
	t.Parallel()
	const what = ": only an operator can deploy this. Run this command before the push; if the change only removes something, " +
		"run it after the pipeline has finished:\n    "
	note := func(s *assembly.Stack) {
		s.Template = template(s.Template.Get("Parameters").Keys...).Set("Description", tree.Text("new"))
	}
	second := func(a *assembly.Assembly, name string) {
		s := a.Stacks[1]
		s.Name, s.Environment, s.Account, s.Path = "shop-"+name+"-access", name, "333333333333", name+"/access"
		a.Stacks = append(a.Stacks[:2:2], append([]assembly.Stack{s}, a.Stacks[2:]...)...)
	}
	for name, c := range map[string]struct {
		change func(*assembly.Assembly)
		format assembly.Format
		want   string
	}{
		"nothing":                       {func(*assembly.Assembly) {}, assembly.YAML, ""},
		"the format":                    {func(*assembly.Assembly) {}, assembly.JSON, ""},
		"a template":                    {func(a *assembly.Assembly) { note(&a.Stacks[1]) }, assembly.YAML, "shop-dev-access changes" + what + "DIR/deploy.sh dev\n"},
		"a template in another format":  {func(a *assembly.Assembly) { note(&a.Stacks[1]) }, assembly.JSON, "shop-dev-access changes" + what + "DIR/deploy.sh dev\n"},
		"a parameter":                   {func(a *assembly.Assembly) { a.Stacks[1].Parameters[1].Value = "arn" }, assembly.YAML, "shop-dev-access changes" + what + "DIR/deploy.sh dev\n"},
		"a tag":                         {func(a *assembly.Assembly) { a.Stacks[1].Tags["team"] = "other" }, assembly.YAML, "shop-dev-access changes" + what + "DIR/deploy.sh dev\n"},
		"what the pipeline deploys too": {func(a *assembly.Assembly) { note(&a.Stacks[2]) }, assembly.YAML, ""},
		"what the pipeline deploys":     {func(a *assembly.Assembly) { note(&a.Stacks[3]) }, assembly.YAML, ""},
		"a new environment":             {func(a *assembly.Assembly) { second(a, "qa") }, assembly.YAML, "shop-qa-access is new" + what + "DIR/deploy.sh qa\n"},
		"several in order": {
			func(a *assembly.Assembly) {
				note(&a.Stacks[1])
				second(a, "qa")
				region := a.Stacks[0]
				region.Name, region.Region, region.Path = "shop-delivery-artifacts-eu", "eu-central-1", "toolchain/artifacts-eu"
				a.Stacks = append(a.Stacks, region)
			}, assembly.YAML,
			"shop-qa-access, shop-delivery-artifacts-eu are new; shop-dev-access changes" + what + "DIR/deploy.sh dev qa toolchain\n",
		},
		"one that goes": {func(a *assembly.Assembly) { a.Stacks = a.Stacks[:1] }, assembly.YAML, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, files(t, shop(), c.format))
			a := shop()
			c.change(a)
			if diff := cmp.Diff(strings.ReplaceAll(c.want, "DIR", dir), a.Changed(dir)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestNothingHasChangedWhereThereWasNothing(t *testing.T) {
	t.Parallel()
	if got := shop().Changed(filepath.Join(t.TempDir(), "none")); got != "" {
		t.Errorf("no directory: got %q", got)
	}
	dir := t.TempDir()
	put(t, dir, "manifest.json", "{}")
	if got := shop().Changed(dir); got != "" {
		t.Errorf("a foreign directory: got %q", got)
	}
}
