package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Scope is what an execution role may touch: the things of one environment or pipeline, in the account of its access stack.
type Scope struct {
	Project string
	// Names of the environment or pipeline, and of what else the role deploys: all names begin with <project>-<one of these>-.
	Names []string
	// Parameters of SSM that do not stand under /<project>/<one of Names>/, by their full names.
	Parameters []string
	// Regions in which its stacks are; the access stack's own first.
	Regions []string
	// ApplicationPath of the roles that its stacks may hold.
	ApplicationPath string
	// Boundary that those roles must have.
	Boundary cfn.Part
	// Connection that its pipelines read from; nil in environments, which have none.
	Connection cfn.Part
}

// Deployment is what a role needs that deploys resources of the given types: to make, read, change, tag and delete them. A type that the
// catalog has no row for is an error.
func Deployment(types []string, s Scope) ([]Statement, error) {
	var list []Statement
	var unknown []string
	for _, typ := range types {
		row, ok := catalog.LookUp(typ)
		if !ok {
			unknown = append(unknown, typ)
			continue
		}
		list = append(list, s.statements(row)...)
	}
	if len(unknown) > 0 {
		proposal := NeededYAML(unknown, partitionOf(s.Regions), "  ")
		if proposal != "" {
			proposal = ", such as\n" + strings.TrimSuffix(proposal, "\n")
		}
		return nil, fmt.Errorf("the permissions to deploy %q are not known; say them where the stack is: as its Grants in Go, as its permissions in pipeline.yaml%s", unknown, proposal)
	}
	return list, nil
}

// DeploymentNode is Deployment as a policy document, for those who have the boundary and the connection as text; without a connection, it
// is empty.
func DeploymentNode(types []string, s Scope, boundary, connection string) (*tree.Node, error) {
	if s.Boundary = cfn.Lit(boundary); connection != "" {
		s.Connection = cfn.Lit(connection)
	}
	statements, err := Deployment(types, s)
	if err != nil || len(statements) == 0 {
		return nil, err
	}
	t := cfn.New(cfn.Place{Project: s.Project}, &table{})
	return Identity(statements).Node(t, ""), nil
}

// table stands where a document has a stack.
type table struct{}

func (*table) Name() string              { return "table" }
func (*table) Build(*cfn.Template) error { return nil }

// Known says whether the catalog has a row for a resource type.
func Known(typ string) bool {
	_, ok := catalog.LookUp(typ)
	return ok
}

// Passes says whether the row of a resource type lets who deploys it pass roles to a service.
func Passes(typ, service string) bool {
	row, ok := catalog.LookUp(typ)
	return ok && slices.ContainsFunc(row.Permissions, func(p catalog.Permission) bool {
		return slices.ContainsFunc(p.If, func(c catalog.Condition) bool {
			return c.Key == "iam:PassedToService" && slices.Contains(c.Values, service)
		})
	})
}

// Pass lets the role pass application roles to services, and to no other.
func (s Scope) Pass(sid string, services ...string) Statement {
	return s.statement(catalog.Pass(sid, services...))
}

// statements are the permissions of a row, for this scope.
func (s Scope) statements(row *catalog.Row) []Statement {
	if len(s.Regions) > 1 && !row.EveryRegion {
		s.Regions = s.Regions[:1]
	}
	isGovCloud := partitionOf(s.Regions) == "aws-us-gov"
	var list []Statement
	for _, p := range row.Permissions {
		if p.GovCloud && !isGovCloud {
			continue
		}
		// there may be no connection to be on
		if statement := s.statement(p); len(statement.resources) > 0 {
			list = append(list, statement)
		}
	}
	return list
}

// partitionOf is the partition of regions, which are all in one.
func partitionOf(regions []string) string {
	if slices.ContainsFunc(regions, func(r string) bool { return strings.HasPrefix(r, "us-gov-") }) {
		return "aws-us-gov"
	}
	return "aws"
}

func (s Scope) statement(p catalog.Permission) Statement {
	statement := Allow(p.Sid, p.Actions...)
	for _, arn := range p.On {
		statement = statement.On(s.texts(arn)...)
	}
	for _, c := range p.If {
		var values []cfn.Part
		for _, v := range c.Values {
			values = append(values, s.texts(v)...)
		}
		statement = statement.If(When(c.Operator, c.Key, values...))
	}
	return statement
}

// texts are what a text of a row stands for: one for each name, region or parameter that it has a placeholder of. See catalog.Row.
func (s Scope) texts(text string) []cfn.Part {
	switch {
	case text == "{boundary}":
		return []cfn.Part{s.Boundary}
	case text == "{connection}":
		if s.Connection == nil {
			return nil
		}
		return []cfn.Part{s.Connection}
	case !strings.Contains(text, "{"):
		return []cfn.Part{cfn.Lit(text)}
	}
	list := []string{strings.ReplaceAll(strings.ReplaceAll(text, "{path}", s.ApplicationPath), "{project}", s.Project)}
	list = each(list, s.Names, func(text, name string) string {
		scope := s.Project + "-" + name
		return strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(text, "{name}", scope+"-"), "{scope}", scope), "{environment}", name)
	}, "{name}", "{scope}", "{environment}")
	list = each(list, s.Parameters, func(text, name string) string { return strings.ReplaceAll(text, "{parameter}", name) }, "{parameter}")
	list = each(list, s.Regions, func(text, region string) string { return strings.ReplaceAll(text, "{region}", region) }, "{region}")
	parts := make([]cfn.Part, len(list))
	for i, text := range list {
		parts[i] = format(text)
	}
	return parts
}

// each replaces every text that has one of the placeholders by one for each value.
func each(texts, values []string, replace func(text, value string) string, placeholders ...string) []string {
	list := make([]string, 0, len(texts))
	for _, text := range texts {
		if !slices.ContainsFunc(placeholders, func(p string) bool { return strings.Contains(text, p) }) {
			list = append(list, text)
			continue
		}
		for _, v := range values {
			list = append(list, replace(text, v))
		}
	}
	return list
}

// format makes of {partition} and {account} what CloudFormation knows them by.
func format(text string) cfn.Part {
	var parts []cfn.Part
	for text != "" {
		begin, rest, found := strings.Cut(text, "{")
		if begin != "" {
			parts = append(parts, cfn.Lit(begin))
		}
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		switch text = after; name {
		case "partition":
			parts = append(parts, cfn.Partition())
		case "account":
			parts = append(parts, cfn.AccountID())
		default:
			panic("the row of a resource type has the placeholder {" + name + "}, which stands for nothing there")
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return cfn.Format[cfn.Text](strings.Repeat("%s", len(parts)), parts...)
}

// Undocumented are actions that AWS asks for, as the schemas of CloudFormation say, though the Service Authorization Reference has none of that
// name: linters take them for mistakes.
func Undocumented() []string { return []string{"apigateway:TagResource", "apigateway:UntagResource"} }
