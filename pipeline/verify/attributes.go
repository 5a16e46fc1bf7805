package verify

import (
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// attribute checks the list of Fn::GetAtt: a resource of the template and the name of an attribute. An attribute that is known only when the template is
// deployed is not checked.
func (r *references) attribute(pair []*tree.Node) {
	if len(pair) == 2 && pair[0].Kind == tree.String && pair[1].Kind == tree.String && r.declared[pair[0].Text] {
		r.exists(pair[0].Text, pair[1].Text)
	}
}

// exists fails if the type of a resource has no such attribute. Types that the catalog does not know may have any.
func (r *references) exists(id, attribute string) {
	declared := r.stack.Template.At("Resources", id, "Type")
	if declared == nil {
		return
	}
	typ, known := catalog.Type(declared.Text)
	if !known {
		return
	}
	if _, ok := typ.Attribute(attribute); ok {
		return
	}
	names := typ.AttributeNames()
	hint := "Fn::GetAtt accepts: " + strings.Join(names, ", ")
	if nearest := catalog.Nearest(attribute, names); nearest != "" {
		hint = "did you mean " + strconv.Quote(nearest) + "?"
	} else if len(names) == 0 {
		hint = "the type has no attributes; Ref returns its " + strings.Join(typ.Ref, " and ")
	}
	r.w.report.fail(r.stack, r.path(), "attribute", typ.Name+" has no attribute "+strconv.Quote(attribute)+", which is read of "+id, hint)
}
