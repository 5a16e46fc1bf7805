package policy

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
)

// Need is a permission that deploying a resource type requires, as the permissions of a stack in pipeline.yaml have it.
type Need struct {
	Actions []string
	// Resources by ARN. Placeholders such as {project} are pipeline.yaml's.
	Resources []string
	// Reason why the resource is "*"; empty where it is not.
	Reason string
}

// Needed derives what deploying a resource type without a row requires: to create, read, change, tag and delete it, by the table of IAM actions. It is
// a proposal: the table does not say which actions CloudFormation calls, nor which names AWS chooses. It is empty for types of which nothing is known,
// and for those of services whose permissions no pipeline may have.
func Needed(typ, partition string) []Need {
	t, ok := catalog.Type(typ)
	if !ok || !HasService(typ) {
		return nil
	}
	var list []Need
	others := longerNouns(typ)
	for _, prefix := range services(t) {
		for _, name := range catalog.Actions(prefix + ":*") {
			action, ok := catalog.Action(name)
			if !ok || !deploys(t, action, others) {
				continue
			}
			list = add(list, action.Name, resourcesOf(t, action, partition))
		}
	}
	if !slices.ContainsFunc(list, creates) {
		return nil // the words of the service are others: half of what it requires would only mislead
	}
	return list
}

// NeededYAML is what Needed proposes for several types, as a stack of pipeline.yaml has it, each line after an indent; "" for nothing.
func NeededYAML(types []string, partition, indent string) string {
	var list []Need
	for _, typ := range types {
		for _, n := range Needed(typ, partition) {
			for _, action := range n.Actions {
				list = add(list, action, n.Resources)
			}
		}
	}
	var b strings.Builder
	for i, n := range list {
		if i == 0 {
			b.WriteString(indent + "permissions:\n")
		}
		b.WriteString(indent + "  - actions: [" + strings.Join(n.Actions, ", ") + "]\n")
		b.WriteString(indent + `    resources: ["` + strings.Join(n.Resources, `", "`) + "\"]\n")
		if n.Reason != "" {
			b.WriteString(indent + "    reason: " + n.Reason + "\n")
		}
	}
	return b.String()
}

// Forbidden says whether pipeline.yaml refuses the permissions to deploy a resource type: who has them can give itself others.
func Forbidden(typ string) bool {
	return HasService(typ) && slices.ContainsFunc(forbidden(), func(prefix string) bool { return MayTake(typ, prefix+":") })
}

// services are the prefixes of the actions of a type's service.
func services(t *catalog.ResourceType) []string {
	var list []string
	for _, name := range t.IAM {
		prefix, _, _ := strings.Cut(name, ":")
		list = append(list, prefix)
	}
	if len(list) == 0 {
		list = slices.DeleteFunc(catalog.Services(), func(prefix string) bool { return !MayTake(t.Name, prefix+":") })
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(prefix string) bool { return slices.Contains(forbidden(), prefix) })
}

// forbidden are the services whose actions pipeline.yaml refuses.
func forbidden() []string { return []string{"account", "iam", "organizations", "sts"} }

// deploys says whether an action is one of those that create, read, change, tag or delete resources of a type: it is named after the type, or tags
// what the type is to IAM. Actions that are named after others are not: CreateUserPoolClient is not for AWS::Cognito::UserPool.
func deploys(t *catalog.ResourceType, action *catalog.IAMAction, others []string) bool {
	verb, what := words(action.Name)
	onIt := slices.ContainsFunc(action.Resources, func(r catalog.ActionResource) bool { return isOf(t, action, r) })
	if isTagging(t, action, what) {
		return t.TagProperty != "" && (onIt || action.OnlyOnAll())
	}
	noun := nounOf(t.Name)
	switch {
	case !strings.HasPrefix(what, noun), slices.ContainsFunc(others, func(other string) bool { return strings.HasPrefix(what, other) }):
		return false
	case what != noun && len(t.IAM) > 0 && !onIt && !action.OnlyOnAll():
		return false // on other resources only
	case action.Level == catalog.LevelPermissions:
		return len(t.PolicyProperties) > 0
	case verb == "list" && strings.Contains(what, "by"):
		return false // ListDistributionsByKeyGroup: the same, asked otherwise
	default:
		return slices.Contains(makingVerbs(), verb) || slices.Contains([]string{
			"delete", "deregister", "describe", "detach", "disable", "disassociate", "get", "list", "modify", "release", "remove", "update",
		}, verb)
	}
}

// makingVerbs are those of actions that may create a resource.
func makingVerbs() []string {
	return []string{"add", "allocate", "associate", "attach", "create", "enable", "import", "put", "register", "request", "set"}
}

// isTagging says whether an action writes or reads tags.
func isTagging(t *catalog.ResourceType, action *catalog.IAMAction, what string) bool {
	return action.Level == catalog.LevelTagging || strings.HasPrefix(what, "tags") || what == nounOf(t.Name)+"tags"
}

// isOf says whether a resource of an action is what IAM calls a type.
func isOf(t *catalog.ResourceType, action *catalog.IAMAction, r catalog.ActionResource) bool {
	return slices.Contains(t.IAM, action.Service.Prefix+":"+r.Name)
}

// nounOf is the last word of a type's name, in lower case.
func nounOf(typ string) string { return strings.ToLower(typ[strings.LastIndex(typ, ":")+1:]) }

// longerNouns are the nouns of the other types of a type's service that begin with its own.
func longerNouns(typ string) []string {
	service, noun := typ[:strings.LastIndex(typ, ":")+1], nounOf(typ)
	var list []string
	for _, other := range catalog.Types() {
		if n := nounOf(other); strings.HasPrefix(other, service) && n != noun && strings.HasPrefix(n, noun) {
			list = append(list, n)
		}
	}
	return list
}

// words are the verb of an action's name, and what it is done to, in lower case.
func words(action string) (verb, what string) {
	_, name, _ := strings.Cut(action, ":")
	end := strings.IndexFunc(name[1:], func(c rune) bool { return c >= 'A' && c <= 'Z' }) + 1
	if end <= 0 {
		end = len(name)
	}
	return strings.ToLower(name[:end]), strings.ToLower(name[end:])
}

// creates says whether a permission may be the one that creates the resource.
func creates(n Need) bool {
	return slices.ContainsFunc(n.Actions, func(action string) bool {
		verb, what := words(action)
		return slices.Contains(makingVerbs(), verb) && !strings.HasPrefix(what, "tags")
	})
}

// resourcesOf are the ARNs that an action is to be allowed on for a type, narrowed to the project's names where names are of our choice; nil for an
// action that knows no resource.
func resourcesOf(t *catalog.ResourceType, action *catalog.IAMAction, partition string) []string {
	_, what := words(action.Name)
	var own, others []string
	for _, r := range action.Resources {
		isOwn := len(t.IAM) == 0 || isOf(t, action, r)
		for _, form := range r.ARNs {
			switch {
			case isOwn:
				own = append(own, narrowed(form, partition, t.NameProperty != ""))
			case r.Required || len(t.IAM) == 0:
				others = append(others, narrowed(form, partition, false))
			}
		}
	}
	if len(own) == 0 || !isTagging(t, action, what) {
		own = append(own, others...) // the table requires all resources that can have tags
	}
	slices.Sort(own)
	return slices.Compact(own)
}

// narrowed writes the form of an ARN as pipeline.yaml does. Its name begins as the project's do, where AWS does not choose it.
func narrowed(form, partition string, isNamed bool) string {
	form = strings.NewReplacer("${Partition}", partition, "${Region}", "{region}", "${Account}", "{account}").Replace(form)
	var b strings.Builder
	for {
		before, after, found := strings.Cut(form, "${")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		variable, rest, _ := strings.Cut(after, "}")
		if isNamed && isName(variable, rest) {
			return b.String() + "{project}-{environment}-*"
		}
		b.WriteString("*")
		if form = rest; !isNamed {
			return b.String()
		}
	}
}

// isName says whether a variable of an ARN is the name of the resource; rest is what follows it. It is the first that is called so, or the last that
// is no id.
func isName(variable, rest string) bool {
	isID := strings.HasSuffix(variable, "Id") || strings.HasSuffix(variable, "Uuid")
	return strings.HasSuffix(variable, "Name") || !isID && !strings.Contains(rest, "${")
}

// add adds an action to the permission on the same resources.
func add(list []Need, action string, resources []string) []Need {
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	for i := range list {
		if slices.Equal(list[i].Resources, resources) {
			if !slices.Contains(list[i].Actions, action) {
				list[i].Actions = append(list[i].Actions, action)
			}
			return list
		}
	}
	reason := ""
	if resources[0] == "*" {
		reason = "these actions know no resource"
	}
	return append(list, Need{Actions: []string{action}, Resources: resources, Reason: reason})
}
