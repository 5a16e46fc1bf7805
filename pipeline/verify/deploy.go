package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// deploy: the pipeline's role becomes the action's, which changes the stack by handing CloudFormation the execution role.
func (a *run) deploy(x *action) {
	mode, name := a.known(x, "ActionMode"), x.stack
	h := a.hop(x, "role "+a.role.name, "becomes "+a.w.roleNamed(x.role.String()))
	r := a.w.roles[x.role.String()]
	switch {
	case x.node.Get("RoleArn") == nil:
		x.broken = true
		a.fail(h, x.path, "deploy-role", "the action names no role, so the pipeline's own would deploy",
			"set RoleArn to the deploy role of the environment")
		return
	case r == nil:
		x.broken = true
		a.fail(h, x.path+".RoleArn", "deploy-role", "no stack makes the role "+x.role.String(),
			"let the access stack of the environment make it, or correct the name")
		return
	}
	a.w.assumed(h, a.role, r)
	h = a.hop(x, "role "+r.name, inWords(mode, a.known(x, "ChangeSetName"))+name)
	s := a.w.stackIn(r.stack.Account, x.region, name)
	if s == nil {
		x.broken = true
		a.fail(h, x.path+".Configuration.StackName", "deploy-stack",
			fmt.Sprintf("the manifest has no stack %s in account %s and region %s", name, r.stack.Account, x.region),
			"correct the name, the role or the region")
		return
	}
	a.inOrder(x, h, s, mode)
	arn := eval.Text(s.arn("cloudformation", "stack/"+name+"/"+anyID))
	switch mode {
	case "CHANGE_SET_EXECUTE":
		a.w.needs(h, "deploy-execute", r,
			request{action: "cloudformation:ExecuteChangeSet", on: arn},
			request{action: "cloudformation:DescribeChangeSet", on: arn},
			request{action: "cloudformation:DescribeStacks", on: arn})
		a.deployed[s] = x
		return
	case "CHANGE_SET_REPLACE", "CREATE_UPDATE":
	default:
		a.deployed[s] = x
		h.add(a.w.report.warn(a.pipeline.stack, a.pipeline.path(x.path+".Configuration.ActionMode"), "action-unknown",
			"what the mode "+orNone([]string{mode})+" needs is not known, so it is not proven",
			"use CHANGE_SET_REPLACE with CHANGE_SET_EXECUTE, or CREATE_UPDATE"))
		return
	}
	execution := a.w.roles[a.config(x, "RoleArn").String()]
	switch {
	case x.node.At("Configuration", "RoleArn") == nil:
		a.fail(h, x.path+".Configuration", "execution-role",
			"the action passes no execution role, so the deploy role itself would have to make everything",
			"set RoleArn to the execution role of the environment")
		return
	case execution == nil:
		a.fail(h, x.path+".Configuration.RoleArn", "execution-role", "no stack makes the role "+a.config(x, "RoleArn").String(),
			"let the access stack of the environment make it, or correct the name")
		return
	case execution.stack.Account != r.stack.Account:
		a.fail(h, x.path+".Configuration.RoleArn", "execution-role",
			"the execution role is in account "+execution.stack.Account+", the deploy role in "+r.stack.Account,
			"name the execution role of that account")
		return
	}
	actions := []string{
		"cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet", "cloudformation:DescribeChangeSet",
		"cloudformation:DescribeEvents", "cloudformation:DescribeStacks",
	}
	changeSets := eval.Text(s.arn("cloudformation", "changeSet/"+a.known(x, "ChangeSetName")+"/"+anyID))
	anywhere := []string{"cloudformation:GetHookResult"} // with DescribeEvents, all that says why early validation or a Hook refuses a change set
	if mode == "CREATE_UPDATE" {
		actions = []string{
			"cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:DescribeStacks", "cloudformation:DescribeEvents",
			"cloudformation:DescribeStackEvents", "cloudformation:DescribeStackResources", "cloudformation:GetTemplate",
		}
		anywhere = append(anywhere, "cloudformation:ValidateTemplate")
		a.deployed[s] = x
	} else if a.known(x, "ChangeSetName") != "" { // the events of early validation are those of the change set
		a.w.needs(h, "deploy-stack", r, request{action: "cloudformation:DescribeEvents", on: changeSets})
	}
	with := keys()
	with["cloudformation:RoleArn"] = []eval.Value{execution.arn}
	for _, action := range actions {
		a.w.needs(h, "deploy-stack", r, request{action: action, on: arn, context: with})
	}
	for _, action := range anywhere {
		a.w.needs(h, "deploy-stack", r, request{action: action, on: eval.Text("*")})
	}
	a.w.needs(h, "pass-role", r,
		request{action: "iam:PassRole", on: execution.arn, context: keys("iam:PassedToService", "cloudformation.amazonaws.com")})
	a.template(x, h, s, execution)
	a.resolves(x, s, r, execution)
	if st := a.store(h, x); st != nil && len(x.inputs) > 0 {
		a.reads(a.hop(x, "role "+r.name, "reads "+strings.Join(x.inputs, ", ")), st, r)
	}
	h = a.hop(x, "CloudFormation", "becomes role "+execution.name)
	a.w.assumedByService(h, execution, "cloudformation.amazonaws.com", nil)
	a.w.executes(a.hop(x, "role "+execution.name, "makes what is in "+name), execution, s)
}

// inWords is what an action does to its stack.
func inWords(mode, changeSet string) string {
	switch mode {
	case "CHANGE_SET_EXECUTE":
		return "executes change set " + changeSet + " of "
	case "CHANGE_SET_REPLACE":
		return "makes change set " + changeSet + " of "
	case "CREATE_UPDATE":
		return "creates or updates "
	default:
		return "deploys "
	}
}

// inOrder: what the stack builds upon is there, if it is this run that deploys it, and so is the code that it runs.
func (a *run) inOrder(x *action, h *Hop, s *stack, mode string) {
	for _, name := range s.DependsOn {
		if mode == "CHANGE_SET_EXECUTE" {
			break // which comes after its change set was made
		}
		for _, o := range a.w.stacks[:s.index] {
			if o.Name == name && o.Account == s.Account && a.deploysLater(o, x) {
				a.fail(h, x.path+".RunOrder", "deploy-order", "the stack depends on "+name+", which this run deploys only later, or at the same time",
					"deploy "+name+" first")
			}
		}
	}
	for _, y := range a.actions {
		if mode == "CHANGE_SET_REPLACE" || y.before(x) || y.values["CODE_BUCKET"] == "" && y.values["REGISTRY"] == "" {
			continue
		}
		if code := a.w.codeFrom(s, y.values); code != "" {
			a.fail(h, x.path, "deploy-order",
				fmt.Sprintf("%s of the stack runs code that action %s publishes only later, or at the same time", code, y.name), "publish first")
		}
	}
}

// codeFrom says what of a stack runs code out of the bucket, or images out of the repositories, that a build publishes to.
func (w *world) codeFrom(s *stack, values map[string]string) string {
	images := strings.TrimSuffix(values["REGISTRY"], "/") + "/" + values["PREFIX"]
	for _, id := range s.ids {
		x := s.things[id]
		switch x.kind {
		case "AWS::Lambda::Function":
			if b := values["CODE_BUCKET"]; b != "" && x.known("Code",
				"S3Bucket") == b || values["REGISTRY"] != "" && strings.HasPrefix(x.text("Code", "ImageUri").String(), images) {
				return id
			}
		case "AWS::ECS::TaskDefinition", "AWS::Batch::JobDefinition":
			for _, c := range append(slices.Clip(x.properties.Get("ContainerDefinitions").Elements()), x.properties.Get("ContainerProperties")) {
				if n := c.Get("Image"); n != nil && values["REGISTRY"] != "" && strings.HasPrefix(s.resolver.Resolve(n).String(), images) {
					return id
				}
			}
		}
	}
	return ""
}

// stackIn an account and a region, by its name.
func (w *world) stackIn(account, region, name string) *stack {
	for _, s := range w.stacks {
		if s.Name == name && s.Account == account && s.Region == region {
			return s
		}
	}
	return nil
}

// template: the files that the action names are there, the capabilities cover the template, and every parameter is given.
func (a *run) template(x *action, h *Hop, s *stack, execution *role) {
	in := func(key, want string) {
		value := a.known(x, key)
		artifact, path, _ := strings.Cut(value, "::")
		switch {
		case value == "" && (key == "TemplatePath" || len(s.Parameters) > 0):
			a.fail(h, x.path+".Configuration", "template-path", "the action names no "+key, "set it to "+orNone(x.inputs)+"::"+want)
		case value == "":
		case !slices.Contains(x.inputs, artifact):
			a.fail(h, x.path+".Configuration."+key, "artifact-missing",
				fmt.Sprintf("%s is in artifact %s, which the action does not take", value, artifact),
				"name one of its input artifacts, which are "+orNone(x.inputs))
		case path != want:
			a.fail(h, x.path+".Configuration."+key, "template-path", fmt.Sprintf("%s is not the file of stack %s", path, s.Name), "name "+want)
		}
	}
	in("TemplatePath", s.file)
	in("TemplateConfiguration", s.ConfigurationFile())
	given := strings.FieldsFunc(a.known(x, "Capabilities"), func(c rune) bool { return c == ',' || c == ' ' })
	for _, c := range s.capabilities() {
		if !acknowledges(given, c) {
			a.fail(h, x.path+".Configuration.Capabilities", "capabilities",
				fmt.Sprintf("the template of %s needs %s, the action acknowledges %s", s.Name, c, orNone(given)), "add it")
		}
	}
	a.w.acknowledged(h, s)
	a.overrides(x, h, s, execution)
}

func acknowledges(given []string, capability string) bool {
	return slices.Contains(given, capability) || capability == "CAPABILITY_IAM" && slices.Contains(given, "CAPABILITY_NAMED_IAM")
}

// acknowledged: the manifest has the capabilities that the template needs, with which operators deploy it.
func (w *world) acknowledged(h *Hop, s *stack) {
	for _, c := range s.capabilities() {
		if !acknowledges(s.Capabilities, c) {
			h.add(w.report.failManifest(s, "capabilities", "the template of "+s.Name+" needs "+c+", its capabilities have "+orNone(s.Capabilities), "add it"))
		}
	}
}

func orNone(list []string) string {
	if text := strings.Join(list, ", "); text != "" {
		return text
	}
	return "none"
}

// capabilities that a deployment of the template must acknowledge.
func (s *stack) capabilities() []string {
	var list []string
	named := []string{"RoleName", "ManagedPolicyName", "InstanceProfileName", "UserName", "GroupName"}
	kind := ""
	for _, id := range s.ids {
		x := s.things[id]
		if !strings.HasPrefix(x.kind, "AWS::IAM::") {
			continue
		}
		kind = "CAPABILITY_IAM"
		if slices.ContainsFunc(named, func(p string) bool { return x.properties.Get(p) != nil }) {
			kind = "CAPABILITY_NAMED_IAM"
			break
		}
	}
	if kind != "" {
		list = append(list, kind)
	}
	if s.Template.Get("Transform") != nil {
		list = append(list, "CAPABILITY_AUTO_EXPAND")
	}
	return list
}

// overrides name parameters of the template; what they take from namespaces is put out before.
func (a *run) overrides(x *action, h *Hop, s *stack, execution *role) {
	const most = 1024 // bytes of JSON (CodePipeline action reference, CloudFormation)
	text, property := a.config(x, "ParameterOverrides").String(), x.path+".Configuration.ParameterOverrides"
	values := map[string]any{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &values); err != nil {
			a.fail(h, property, "overrides", "the overrides are no JSON object: "+err.Error(), `write {"Parameter":"value"}`)
			return
		}
		if len(text) > most {
			a.fail(h, property, "overrides", fmt.Sprintf("the overrides have %d bytes, CodePipeline allows %d", len(text), most),
				"move values into "+s.ConfigurationFile())
		}
	}
	unknown := false
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if s.Template.At("Parameters", name) == nil {
			a.fail(h, property, "overrides", "the template of "+s.Name+" has no parameter "+name, "take it out, or declare it")
			unknown = true
		}
		switch text, isText := values[name].(string); {
		case isText && slices.Contains(s.ReleaseParameters, name) && !strings.Contains(text, "#{"):
			a.fail(h, property, "overrides", "the parameter "+name+" is always "+text+", whatever the release is", "take it out: the release gives it")
		case isText && s.Template.At("Parameters", name) != nil && s.given(name, s.Template.At("Parameters", name)) != text && !strings.Contains(text, "#{"):
			a.fail(h, property, "overrides", "the parameter "+name+" is "+text+" here, and something else in "+s.ConfigurationFile()+", of which all else is proven",
				"give it there only")
		}
		a.artifactValue(x, h, property, values[name], execution)
	}
	for _, f := range s.FromOutputs {
		if values[f.Parameter] == nil && !unknown {
			a.fail(h, x.path+".Configuration", "overrides",
				"nothing gives the parameter "+f.Parameter+" of "+s.Name+" the output "+f.Output+" of "+f.Stack,
				"override it by the namespace of the action that deploys that stack")
		}
	}
}

// artifactValue is an override that takes something out of an artifact, which must be there; of its place, CloudFormation takes it as the
// execution role.
func (a *run) artifactValue(x *action, h *Hop, property string, value any, execution *role) {
	functions, _ := value.(map[string]any)
	for _, name := range []string{"Fn::GetArtifactAtt", "Fn::GetParam"} {
		list, ok := functions[name].([]any)
		if !ok || len(list) == 0 {
			continue
		}
		if artifact := fmt.Sprint(list[0]); !slices.Contains(x.inputs, artifact) {
			a.fail(h, property, "overrides", "a value is taken out of artifact "+artifact+", which the action does not take",
				"name one of its input artifacts, which are "+orNone(x.inputs))
		}
		if st := a.store(h, x); st != nil && name == "Fn::GetArtifactAtt" {
			a.reads(a.hop(x, "role "+execution.name, "reads "+fmt.Sprint(list[0])), st, execution)
		}
	}
}

// resolves: a change set reads the template's SSM parameters as the deploy role, its execution as the execution role; they are written
// before, in this run or by an operator.
func (a *run) resolves(x *action, s *stack, deploy, execution *role) {
	h := a.hop(x, "role "+deploy.name, "reads what "+s.Name+" takes from SSM")
	declared := s.Template.Get("Parameters")
	late := map[*stack]string{}
	for i, name := range keysOf(declared) {
		ssm := s.given(name, declared.Items[i])
		if kind := declared.Items[i].Get("Type"); kind == nil || !strings.HasPrefix(kind.Text, "AWS::SSM::Parameter::Value<") || ssm == "" {
			continue
		}
		arn := eval.Text(s.arn("ssm", "parameter"+ssm))
		source := a.w.written[ssmName{s.Account, s.Region, ssm}]
		switch {
		case strings.HasPrefix(ssm, "/aws/service/"): // which belong to no account
			arn = eval.Text("arn:" + partitionOf(s.Region) + ":ssm:" + s.Region + "::parameter" + ssm)
		case source == nil || slices.Contains(a.w.unwired, "<"+s.resolver.ID+"/"+name+">"):
			continue // which is said already
		}
		a.w.needs(h, "ssm-read", deploy, request{action: "ssm:GetParameters", on: arn})
		a.w.needs(h, "ssm-read", execution, request{action: "ssm:GetParameters", on: arn})
		if source == nil {
			continue
		}
		by := source.by.stack
		if late[by] == "" && !slices.Contains(s.DependsOn, by.Name) && a.deploysLater(by, x) {
			late[by] = ssm
			a.fail(h, x.path+".RunOrder", "ssm-order",
				fmt.Sprintf("the stack reads %s, which stack %s writes only later, or at the same time", ssm, by.Name), "deploy "+by.Name+" first")
		}
	}
}

// given is the value of a parameter in the configuration, or else its default.
func (s *stack) given(name string, declared *tree.Node) string {
	for _, p := range s.Parameters {
		if p.Name == name {
			return p.Value
		}
	}
	if d := declared.Get("Default"); d != nil {
		return d.Text
	}
	return ""
}

// deploysLater says whether this run deploys a stack, but not before an action.
func (a *run) deploysLater(s *stack, x *action) bool {
	if y := a.deployed[s]; y != nil && y.before(x) {
		return false
	}
	return slices.ContainsFunc(a.actions, func(y *action) bool {
		return y.stack == s.Name && y.region == s.Region && a.accountOf(y) == s.Account
	})
}

// changeSets: each is made, then executed, in one stage; whoever approves does so in between.
func (a *run) changeSets() {
	type place struct{ account, region, stack string }
	var open []*action // made, and not yet executed
	at := func(x *action) place { return place{a.accountOf(x), x.region, x.stack} }
	for _, x := range a.actions {
		if x.provider == "CloudFormation" && a.known(x, "ActionMode") == "CHANGE_SET_REPLACE" {
			open = append(open, x)
		}
	}
	for _, x := range a.actions {
		if x.provider != "CloudFormation" || a.known(x, "ActionMode") != "CHANGE_SET_EXECUTE" {
			continue
		}
		name := a.known(x, "ChangeSetName")
		i := slices.IndexFunc(open, func(y *action) bool { return at(y) == at(x) && a.known(y, "ChangeSetName") == name })
		if i < 0 { // of the same stack, under another name
			i = slices.IndexFunc(open, func(y *action) bool { return at(y) == at(x) })
		}
		if i < 0 {
			if !x.broken && !slices.ContainsFunc(a.actions, func(y *action) bool { return y.broken && y.stage == x.stage }) {
				a.fail(a.last(x), x.path, "change-set", fmt.Sprintf("no action makes the change set %s of %s", name, x.stack),
					"make it first, in the same stage")
			}
			continue
		}
		y := open[i]
		open = slices.Delete(open, i, i+1)
		switch {
		case name == "":
			a.fail(a.last(x), x.path+".Configuration", "change-set", "the change set has no name", "set ChangeSetName, the same where it is made and executed")
		case a.known(y, "ChangeSetName") != name:
			a.fail(a.last(x), x.path+".Configuration.ChangeSetName", "change-set",
				fmt.Sprintf("no action makes a change set %s; action %s makes %s", name, y.name, a.known(y, "ChangeSetName")), "give both one name")
		case y.stage != x.stage:
			a.fail(a.last(x), x.path, "change-set",
				fmt.Sprintf("the change set is made in stage %s and executed in %s: another run could replace it in between", y.stage,
					x.stage), "put both into one stage")
		case !y.before(x):
			a.fail(a.last(x), x.path+".RunOrder", "change-set", "the change set is executed before it is made, or at the same time",
				fmt.Sprintf("run it after %s, which has run order %d", y.name, y.order[1]))
		}
	}
	for _, y := range open {
		if !y.broken && !slices.ContainsFunc(a.actions, func(x *action) bool { return x.broken && x.stage == y.stage }) {
			a.fail(a.last(y), y.path, "change-set", "nobody executes this change set, so the stack is never deployed", "execute it in the same stage")
		}
	}
}

// updatesItself: the run deploys the pipeline's own stack, and a change of it starts another run.
func (a *run) updatesItself() {
	own := a.pipeline.stack
	h := a.hop(nil, "the pipeline", "updates itself")
	if a.deployed[own] == nil && !slices.ContainsFunc(a.actions, func(x *action) bool { return x.broken }) {
		a.fail(h, "Stages", "self-update", "no action deploys the pipeline's own stack, so a push does not change the pipeline",
			"deploy "+own.Name+" behind the build")
	}
	if self := a.deployed[own]; self != nil {
		for _, y := range a.actions {
			if s := a.w.stackIn(a.accountOf(y), y.region, y.stack); s != nil && s.Environment != "" && !self.before(y) {
				a.fail(h, y.path, "self-update", "action "+y.name+" works on stack "+s.Name+" before the pipeline has updated itself: what the commit changes of the pipeline, such as an approval, comes too late",
					"let it run after action "+self.name)
				break
			}
		}
	}
	if a.pipeline.known("RestartExecutionOnUpdate") != "true" {
		a.fail(h, "RestartExecutionOnUpdate", "self-update",
			"a pipeline that has changed does not start again, and the rest of the run is the old one's", "set it to true")
	}
	if mode := a.pipeline.known("ExecutionMode"); mode == "PARALLEL" {
		a.fail(h, "ExecutionMode", "self-update", "in mode PARALLEL two runs deploy one stack at the same time", "use SUPERSEDED or QUEUED")
	}
}

// undeployed: what the manifest says pipelines deploy, one of them does.
func (w *world) undeployed(runs []*run) {
	for _, s := range w.stacks {
		if !slices.Contains(s.DeployedBy, assembly.Pipe) {
			continue
		}
		names := func(a *run) bool {
			return a.role == nil || a.pipeline.stack == s || slices.ContainsFunc(a.actions,
				func(x *action) bool { return x.stack == s.Name || x.broken })
		}
		if !slices.ContainsFunc(runs, names) {
			w.report.failManifest(s, "undeployed", "no pipeline deploys stack "+s.Name, "add the actions that deploy it, or let operators deploy it")
		}
	}
}
