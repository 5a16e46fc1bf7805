package verify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// build: the pipeline's role starts the project, CodeBuild becomes the project's role, which reads and puts artifacts and writes logs.
func (a *run) build(x *action) {
	name := a.known(x, "ProjectName")
	h := a.hop(x, "role "+a.role.name, "starts the build "+name)
	if len(x.inputs) == 0 {
		a.fail(h, x.path, "build-input", "the build has no artifact to work on", "give it one in InputArtifacts")
	}
	if primary := a.known(x, "PrimarySource"); (len(x.inputs) > 1 || primary != "") && !slices.Contains(x.inputs, primary) {
		a.fail(h, x.path+".Configuration.PrimarySource", "build-input",
			"the primary one of its artifacts is to be "+orNone([]string{primary})+", which is not among them",
			"name one of "+strings.Join(x.inputs, ", "))
	}
	arn := a.pipeline.stack.arn("codebuild", "project/"+name)
	project := a.w.projects[arn]
	if project == nil {
		a.fail(h, x.path+".Configuration.ProjectName", "build-project", "no stack makes the project "+arn,
			"let the builds stack make it, or correct the name")
		return
	}
	a.w.dependsOn(a.pipeline.stack, project.stack.Name, "starts project "+name+" of")
	for _, property := range []string{"Source", "Artifacts"} {
		if kind := project.known(property, "Type"); kind != "CODEPIPELINE" {
			h.add(a.w.report.fail(project.stack, project.path(property+".Type"), "build-project",
				"the type is "+orNone([]string{kind})+": a pipeline starts only projects that take from it and give to it",
				"set it to CODEPIPELINE"))
		}
	}
	actions := []string{"codebuild:StartBuild", "codebuild:BatchGetBuilds"}
	if a.known(x, "BatchEnabled") == "true" {
		actions = []string{"codebuild:StartBuildBatch", "codebuild:BatchGetBuildBatches"}
	}
	for _, action := range actions {
		a.w.needs(h, "build-start", a.role, request{action: action, on: eval.Text(arn)})
	}
	a.specified(x, h, project)
	r := a.w.roles[project.text("ServiceRole").String()]
	h = a.hop(x, "CodeBuild", "becomes the role of "+name)
	if r == nil {
		h.add(a.w.report.fail(project.stack, project.path("ServiceRole"), "build-role",
			"no stack makes the role "+project.text("ServiceRole").String(), "let the project's stack make it, or correct the name"))
		return
	}
	a.w.assumedByService(h, r, "codebuild.amazonaws.com", keys("aws:SourceAccount", project.stack.Account, "aws:SourceArn", arn))
	a.buildArtifacts(x, project, r)
	a.clones(x, r)
	a.w.logs(a.hop(x, "role "+r.name, "writes its logs"), project, r)
	a.builders = append(a.builders, r)
	a.variables(x, r)
	for _, n := range project.properties.At("Environment", "EnvironmentVariables").Elements() {
		resolve := func(key string) string { return project.stack.resolver.Resolve(n.Get(key)).String() }
		if n.Get("Value") != nil && n.Get("Type") != nil {
			a.looksUp(x, r, variable{Name: resolve("Name"), Type: resolve("Type"), Value: resolve("Value")})
		}
	}
}

// specified: what a build takes from artifacts and variables is handed over, and what the action puts out the build does.
func (a *run) specified(x *action, h *Hop, project *thing) {
	spec := project.buildSpec()
	for _, name := range spec.artifacts {
		if !slices.Contains(x.inputs, name) || name == a.known(x, "PrimarySource") {
			a.fail(h, x.path+".InputArtifacts", "build-input", "the build takes artifact "+name+" beside its primary one, and does not get it",
				"add it to InputArtifacts, or correct the build specification")
		}
	}
	for _, name := range spec.variables {
		if x.values[name] == "" {
			a.fail(h, x.path+".Configuration", "variables", "the build uses the variable "+name+", which nobody gives it", "add it to EnvironmentVariables")
		}
	}
	for _, name := range x.outputs {
		at := []string{"artifacts"}
		if len(x.outputs) > 1 {
			at = append(at, "secondary-artifacts", name)
		}
		if spec.node != nil && spec.node.At(append(at, "files")...) == nil {
			a.fail(h, x.path+".OutputArtifacts", "artifact-missing", "the build is to put out "+name+", and its build specification names no files in "+
				strings.Join(at, "."), "name them, or take the artifact out")
		}
	}
}

// buildSpec is the build specification of a project; nothing of one that is in the repository.
type buildSpec struct {
	node *tree.Node
	// artifacts that it uses beside the primary one, and variables that only an action can give it.
	artifacts, variables []string
}

func (x *thing) buildSpec() *buildSpec {
	if x.spec != nil {
		return x.spec
	}
	x.spec = &buildSpec{}
	text := x.text("Source", "BuildSpec").String()
	if n, err := tree.ParseYAML([]byte(text)); err == nil && n.Kind == tree.Map {
		x.spec.node = n
	} else {
		return x.spec
	}
	for i, part := range strings.Split(text, "CODEBUILD_SRC_DIR_") {
		if i > 0 {
			x.spec.artifacts = once(x.spec.artifacts, part[:len(part)-len(strings.TrimLeftFunc(part, isInName))])
		}
	}
	given := []string{}
	for _, n := range x.properties.At("Environment", "EnvironmentVariables").Elements() {
		given = append(given, x.stack.resolver.Resolve(n.Get("Name")).String())
	}
	for _, name := range []string{"CODE_BUCKET", "ENVIRONMENT", "PREFIX", "PUBLISH_ROLE", "REGION", "REGISTRY", "TEST_ROLE"} {
		isSet := hasWord(strings.NewReplacer("${"+name, "", "$"+name, "").Replace(text), name) // NAME=…, read NAME, for NAME in …
		if uses := hasWord(text, "$"+name) || hasWord(text, "${"+name); uses && !isSet && !slices.Contains(given, name) {
			x.spec.variables = append(x.spec.variables, name)
		}
	}
	return x.spec
}

func isInName(c rune) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// hasWord says whether a text has a word that is no part of a longer name.
func hasWord(text, word string) bool {
	for {
		before, after, found := strings.Cut(text, word)
		if !found {
			return false
		}
		isBegin := before == "" || word[0] == '$' || !isInName(rune(before[len(before)-1]))
		if isEnd := after == "" || !isInName(rune(after[0])); isBegin && isEnd {
			return true
		}
		text = after
	}
}

// looksUp: CodeBuild takes a variable out of the parameter store or of Secrets Manager as the project's role.
func (a *run) looksUp(x *action, r *role, v variable) {
	name, q := v.Value, request{}
	switch v.Type {
	case "PARAMETER_STORE":
		q = request{action: "ssm:GetParameters", on: eval.Text(r.stack.arn("ssm", "parameter/"+strings.TrimPrefix(name, "/")))}
	case "SECRETS_MANAGER":
		parts := strings.Split(name, ":")
		if q = (request{action: "secretsmanager:GetSecretValue", on: eval.Text(r.stack.arn("secretsmanager", "secret:"+parts[0]+"-"+anyID))}); len(parts) > 6 {
			q.on = eval.Text(strings.Join(parts[:7], ":"))
			if parts[4] != r.stack.Account {
				return // whose policy stands in no template
			}
		}
	default:
		return
	}
	a.w.needs(a.hop(x, "role "+r.name, "looks up "+v.Name), "variables", r, q)
	if service, _, _ := strings.Cut(q.action, ":"); len(r.foreignKeys(service)) > 0 {
		a.usesKeys(a.hop(x, "role "+r.name, "decrypts "+v.Name+keysAssumed), "variables", r, service, "kms:Decrypt")
	}
}

// clones: where the source hands over the repository itself, the build takes it through the connection.
func (a *run) clones(x *action, r *role) {
	for _, name := range x.inputs {
		if y := a.made[name]; y != nil && a.known(y, "OutputArtifactFormat") == "CODEBUILD_CLONE_REF" {
			a.usesConnection(a.hop(x, "role "+r.name, "clones "+a.known(y, "FullRepositoryId")+" through the connection"), y, r)
		}
	}
}

// buildArtifacts: the project's role reads what the action hands over, and puts what it is to put out, with a key that others can use.
func (a *run) buildArtifacts(x *action, project *thing, r *role) {
	h := a.hop(x, "role "+r.name, "reads "+strings.Join(x.inputs, ", "))
	s := a.store(h, x)
	if s == nil {
		return
	}
	a.looksAt(h, s, r, "s3:GetBucketAcl", "s3:GetBucketLocation")
	a.reads(h, s, r)
	if key := project.text("EncryptionKey"); !key.Equal(s.keyARN) {
		h.add(a.w.report.fail(project.stack, project.path("EncryptionKey"), "build-key",
			fmt.Sprintf("the project encrypts with %s, its artifacts are to be under %s: who reads them in other accounts could not decrypt them",
				orNothing(key), s.keyARN),
			"set EncryptionKey to the key of the artifact store"))
	}
	if len(x.outputs) == 0 {
		return
	}
	h = a.hop(x, "role "+r.name, "puts "+strings.Join(x.outputs, ", "))
	a.writes(h, s, r)
}

func orNothing(v eval.Value) string {
	if v.Equal(eval.Value{}) {
		return "the key of AWS"
	}
	return v.String()
}

// logs: the project's role writes to its log group, which exists.
func (w *world) logs(h *Hop, project *thing, r *role) {
	group := project.text("LogsConfig", "CloudWatchLogs", "GroupName")
	if group.Equal(eval.Value{}) {
		return
	}
	arn := eval.Concat(eval.Text(project.stack.arn("logs", "log-group:")), group, eval.Text(":log-stream:"+anyID))
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		w.needs(h, "logs", r, request{action: action, on: arn})
	}
	for _, y := range w.ofKind("AWS::Logs::LogGroup") {
		if y.stack.Account == project.stack.Account && y.ref().Equal(group) {
			return
		}
	}
	h.add(w.report.fail(project.stack, project.path("LogsConfig.CloudWatchLogs.GroupName"), "logs", "no stack makes the log group "+group.String(),
		"let the project's stack make it, since its role may not, or correct the name"))
}

// variables that an action gives to a build are read: those that name roles are roles that the build becomes.
func (a *run) variables(x *action, r *role) {
	at := x.path + ".Configuration.EnvironmentVariables"
	list, err := a.variableList(x)
	if err != nil {
		a.fail(a.hop(x, "role "+r.name, "reads its variables"), at, "variables", "the variables are no JSON list: "+err.Error(),
			`write [{"name":"…","type":"PLAINTEXT","value":"…"}]`)
		return
	}
	for _, v := range list {
		a.looksUp(x, r, v)
		if !strings.HasPrefix(v.Value, "arn:") || !strings.Contains(v.Value, ":role/") {
			continue
		}
		h := a.hop(x, "role "+r.name, "becomes "+a.w.roleNamed(v.Value))
		target := a.w.roles[v.Value]
		if target == nil {
			a.fail(h, at, "assume-role", "no stack makes the role "+v.Value+" of the variable "+v.Name,
				"let the access stack make it, or correct the name")
			continue
		}
		a.w.assumed(h, r, target)
		a.isFor(x, h, target)
		a.publishes(x, target, x.values)
	}
}

// isFor: the environment and the region that a build is told are those of the role that it becomes.
func (a *run) isFor(x *action, h *Hop, r *role) {
	at := x.path + ".Configuration.EnvironmentVariables"
	if name := x.values["ENVIRONMENT"]; name != "" && name != r.stack.Environment {
		a.fail(h, at, "variables", "the build works for environment "+name+" with role "+r.name+", which is not that environment's",
			"correct the variable ENVIRONMENT, or the role")
		return
	}
	region := x.values["REGION"]
	isThere := func(s *stack) bool { return s.Environment == r.stack.Environment && s.Region == region }
	if region != "" && !slices.ContainsFunc(a.w.stacks, isThere) {
		a.fail(h, at, "variables", "the build works in region "+region+", where environment "+r.stack.Environment+" has no stack", "correct the variable REGION")
	}
}

type variable struct{ Name, Type, Value string }

func (a *run) variableList(x *action) (list []variable, err error) {
	if text := a.known(x, "EnvironmentVariables"); text != "" {
		err = json.Unmarshal([]byte(text), &list)
	}
	return list, err
}

// environment is what an action gives to a build, by name.
func (a *run) environment(x *action) map[string]string {
	list, _ := a.variableList(x) // what is wrong with them is said where they are read
	values := map[string]string{}
	for _, v := range list {
		values[v.Name] = v.Value
	}
	return values
}
