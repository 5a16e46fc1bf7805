package cmd_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/cmd"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

func TestGeneratorWarnings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		generator       spec.Generator
		version         string
		unpinned, other string
	}{
		"nothing pinned":         {spec.Generator{}, "v0.2.0", "does not pin a version of cfnpipe, so each push runs the latest one", ""},
		"nothing pinned at all":  {spec.Generator{}, "v0.2.0", "generator: { version: v0.2.0 }", ""},
		"from a checkout":        {spec.Generator{}, "(devel)", "generator: { version: VERSION }", ""},
		"the latest":             {spec.Generator{Version: "latest"}, "v0.2.0", "does not pin a version of cfnpipe", ""},
		"a command":              {spec.Generator{Command: "go run ./infra"}, "v0.2.0", "", ""},
		"this one":               {spec.Generator{Version: "v0.2.0"}, "v0.2.0", "", ""},
		"another":                {spec.Generator{Version: "v0.1.0"}, "v0.2.0", "", "this is cfnpipe v0.2.0, but p.yaml pins v0.1.0 for the pipelines, which may"},
		"another, how to run it": {spec.Generator{Version: "v0.1.0"}, "v0.2.0", "", "go run github.com/cfnpipe/cfnpipe/cmd/cfnpipe@v0.1.0\n"},
		"a commit":               {spec.Generator{Version: "0123abc"}, "v0.2.0", "", ""},
		"another of a checkout":  {spec.Generator{Version: "v0.1.0"}, "(unknown)", "", ""},
	} {
		unpinned, other := cmd.GeneratorWarnings(c.generator, "p.yaml", c.version)
		for _, w := range []struct{ got, want string }{{unpinned, c.unpinned}, {other, c.other}} {
			if (w.got == "") != (w.want == "") || !strings.Contains(w.got, w.want) {
				t.Errorf("%s: got %q, want %q", name, w.got, w.want)
			}
		}
	}
}
