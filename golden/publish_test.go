package golden_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// These tests run the shell of the buildspecs. What publishes runs against the AWS at AWS_ENDPOINT_URL with the real aws, jq and zip;
// docker is a script that writes down what it is told, and pushes a made-up image.

// What an operator and a developer can rely on, when code is published to an environment in another account.
func TestDeployPublishes(t *testing.T) { //nolint:paralleltest // one server
	needAWS(t)
	needCommands(t, "jq", "zip")
	p := newPublishing(t)
	for _, promise := range []struct {
		name  string
		holds func()
	}{
		{"code arrives in the environment's account, once, and is the same wherever it is made", p.code},
		{"a failing build command fails the build, and nothing is published", p.failingCommands},
		{"without the publish role, nothing is published", p.withoutRole},
		{"an upload that fails, fails the build", p.failingUpload},
		{"an environment without code is nothing to do", p.nothingToDo},
		{"images arrive in the environment's account, once", p.images},
		{"a push that comes second is fine, another that fails is not", p.failingDocker},
	} {
		if !t.Run(promise.name, func(t *testing.T) { p.T = t; promise.holds() }) {
			return
		}
	}
}

// buildCommand runs in a copy of the source: it makes, removes and changes files, and cannot read what is to be published after it.
const buildCommand = `
        mkdir "made here"
        cat > "made here/from stdin"
        test ! -e /dev/fd/3
        rm secret
        echo more >> index.py`

// published are the functions of most tests, as they stand in pipeline.yaml. One is for ARM, which another build publishes.
const published = `
    - { name: armed, source: lambda/armed, runtime: python3.13, handler: index.handler, architecture: arm64, build: exit 1 }
    - name: built
      runtime: python3.13
      handler: index.handler
      source: lambda/built
      build: |` + buildCommand + `
    - { name: spaced, source: "lambda/with space (1)", runtime: python3.13, handler: index.handler }
`

// sources of those functions, of golden/shop's, and of its image. A file that begins with #! can run; -> begins a link's target.
func sources() map[string]string {
	return map[string]string{
		"lambda/hello/index.py":                    "def handler(event, context): return 'hello'\n",
		"lambda/hello/.git/HEAD":                   "ref: refs/heads/main\n",
		"lambda/armed/index.py":                    "",
		"lambda/built/index.py":                    "print()\n",
		"lambda/built/secret":                      "x",
		"lambda/with space (1)/a file's [name]*?":  "odd",
		"lambda/with space (1)/-q":                 "no flag",
		"lambda/with space (1)/ $(false) \"x\" \\": "no command",
		"lambda/with space (1)/ümlaut":             "letters",
		"lambda/with space (1)/sub/run":            "#!/bin/sh\n",
		"lambda/with space (1)/run":                "->sub/run",
		"services/web/Dockerfile":                  "FROM scratch\n",
		"services/web/sub dir/Dockerfile":          "FROM scratch\n",
	}
}

// zips are what becomes of them: what is in each, with its mode.
func zips() map[string]map[string]string {
	return map[string]map[string]string{
		"hello": {"index.py": "-rw-r--r-- def handler(event, context): return 'hello'\n"},
		"built": {
			"index.py":             "-rw-r--r-- print()\nmore\n",
			"made here/from stdin": "-rw-r--r-- ",
		},
		"spaced": {
			"a file's [name]*?":  "-rw-r--r-- odd",
			"-q":                 "-rw-r--r-- no flag",
			" $(false) \"x\" \\": "-rw-r--r-- no command",
			"ümlaut":             "-rw-r--r-- letters",
			"sub/run":            "-rwxr-xr-x #!/bin/sh\n",
			"run":                "Lrwxrwxrwx sub/run",
		},
	}
}

// publishing is golden/shop under another name, its environment dev deployed, and the test of one promise about it.
type publishing struct {
	*testing.T
	cloud
	tools     string // the directory of the commands that stand in for others
	bootstrap *assembly.Stack
}

const publishingProject = "publishing"

func newPublishing(t *testing.T) *publishing {
	t.Helper()
	p := &publishing{T: t, tools: t.TempDir()}
	config := p.config("\n", "")
	dir, a := p.release(config, p.checkout(sources()))
	project, err := spec.Load(config)
	if err != nil {
		t.Fatal(err)
	}
	p.cloud = newCloud(t, a)
	settle(t, p.cloud, project, a)
	spareMoto(a)
	write(t, dir, a)
	p.bootstrap = stackNamed(t, a, publishingProject+"-dev-bootstrap")
	p.deploy(t, dir, "--all", "dev")
	// The bucket takes nothing that comes without TLS, and that is how one talks to an emulator.
	p.aws(t, p.bootstrap, "s3api", "delete-bucket-policy", "--bucket", codeBucket())

	// A function runs the code that the release names, before or after it is there.
	hello := a.Release.At("dev", "code", "hello", "address").Text
	functions := stackNamed(t, a, publishingProject+"-dev-functions")
	var got string
	p.query(t, functions, &got, "cloudformation", "describe-stacks", "--stack-name", functions.Name,
		"--query", "Stacks[0].Parameters[?ParameterKey=='HelloCodeKey'].ParameterValue | [0]")
	if got != hello || hello == "" {
		t.Fatalf("HelloCodeKey of the deployed stack is %q, want %q", got, hello)
	}

	aws, err := exec.LookPath("aws")
	if err != nil {
		t.Fatal(err)
	}
	awsConfig := filepath.Join(p.tools, "config")
	p.env = append(p.env,
		"REAL_AWS="+aws, "AWS_LOG="+filepath.Join(p.tools, "aws.log"), "DOCKER_LOG="+filepath.Join(p.tools, "docker.log"),
		"PATH="+p.tools+string(os.PathListSeparator)+os.Getenv("PATH"))
	i := slices.IndexFunc(p.env, func(v string) bool { return strings.HasPrefix(v, "AWS_CONFIG_FILE=") })
	profiles, err := os.ReadFile(strings.TrimPrefix(p.env[i], "AWS_CONFIG_FILE="))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		// As in CodeBuild, where whoever brings no credentials of his own has those of the build's role.
		awsConfig:                        "[default]\nrole_arn=arn:aws:iam::111111111111:role/Build\nsource_profile=boot\n" + string(profiles),
		filepath.Join(p.tools, "aws"):    "#!/usr/bin/env bash\n" + awsScript,
		filepath.Join(p.tools, "docker"): "#!/usr/bin/env bash\n" + dockerScript,
	} {
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	p.env = append(p.env, "AWS_CONFIG_FILE="+awsConfig)
	return p
}

// awsScript writes down whose credentials a call has in its environment, and the call. A call that begins with $AWS_FAILS fails.
const awsScript = `
{ printf '%s\x1f' "${AWS_ACCESS_KEY_ID-}" "$@"; echo; } >>"$AWS_LOG"
case $* in "${AWS_FAILS:-none}"*)
  echo 'An error occurred (AccessDenied)' >&2
  exit 254
esac
exec "$REAL_AWS" "$@"
`

// dockerScript writes down each call, with the password of a login. Its push makes an image of that tag, but $DOCKER_FAILS fails: build,
// push, or taken, which is a push that another one was faster than.
const dockerScript = `
set -euo pipefail
words=("$@")
if [ "$1" = login ]; then
  words+=("$(cat)")
fi
{ printf '%s\x1f' "${words[@]}"; echo; } >>"$DOCKER_LOG"
mode=${DOCKER_FAILS:-}
if [ "$1" = "$mode" ]; then
  exit 1
fi
if [ "$1" = push ]; then
  image=${2#*/}
  "$REAL_AWS" ecr put-image --profile 222222222222 --region eu-west-1 --repository-name "${image%:*}" --image-tag "${image##*:}" --image-manifest \
    '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"size":1,"digest":"sha256:1"},"layers":[]}' >&2
  [ "$mode" != taken ]
fi
`

// config is the path of golden/shop's pipeline.yaml under the project's name, with functions beside its own and more of its repository.
func (p *publishing) config(functions, repository string) string {
	p.Helper()
	data, err := os.ReadFile(filepath.Join("shop", "pipeline.yaml"))
	if err != nil {
		p.Fatal(err)
	}
	text := string(data)
	for _, change := range [][2]string{
		{"project: shop\n", "project: " + publishingProject + "\n"},
		{"/shop/version", "/" + publishingProject + "/version"},
		{"  functions:\n", "  functions:" + functions},
		{"context: services/web", "context: services/web" + repository},
		{"{ name: nightly, context: jobs/nightly }", "{ name: nightly }"}, // so that there is one image
		{"image: nightly,", `image: "nightly:1",`},
	} {
		if !strings.Contains(text, change[0]) {
			p.Fatalf("golden/shop has no %q", change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	name := copyProject(p.T, "shop", p.TempDir())
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
	return name
}

// checkout writes files into a new directory.
func (p *publishing) checkout(files map[string]string) string {
	p.Helper()
	dir := filepath.Join(p.TempDir(), "check out")
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		target, isLink := strings.CutPrefix(text, "->")
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil && isLink {
			err = os.Symlink(target, name)
		} else if err == nil {
			err = os.WriteFile(name, []byte(text), mode)
		}
		if err != nil {
			p.Fatal(err)
		}
	}
	return dir
}

// release is what `cfnpipe generate --release` does: the directory that it writes, and what is in it.
func (p *publishing) release(config, checkout string) (string, *assembly.Assembly) {
	p.Helper()
	project, err := spec.Load(config)
	if err != nil {
		p.Fatal(err)
	}
	y := pipeline.New(project)
	a, err := y.Assemble(assembly.YAML)
	if err != nil {
		p.Fatal(err)
	}
	root, err := os.OpenRoot(checkout)
	if err != nil {
		p.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // only read from
	if problems := y.Release(a, root); len(problems) > 0 {
		p.Fatalf("%+v", problems)
	}
	dir := filepath.Join(p.TempDir(), "rendered templates")
	write(p.T, dir, a)
	return dir, a
}

// run is one run of the build that publishes something to dev.
type run struct {
	err     error
	printed string
	aws     [][]string // calls, whose credentials first
	docker  [][]string
	release *tree.Node // what dev runs
}

// publish runs the build of that name as CodePipeline's action does, on the artifacts of the checkout.
func (p *publishing) publish(name, config, checkout string, env ...string) run {
	p.Helper()
	templates, a := p.release(config, checkout)
	line := a.Pipelines[slices.IndexFunc(a.Pipelines, func(l assembly.Pipeline) bool { return slices.Contains(l.Environments, "dev") })]
	stack := stackNamed(p.T, a, line.Stack)
	project := codeBuildProject(p.T, a, line.Name+"-"+name)
	variables := project.environment(p.T)
	maps.Copy(variables, actionVariables(p.T, stack, "dev-publish", name))
	variables["CODEBUILD_SRC_DIR"] = checkout
	variables["CODEBUILD_SRC_DIR_Templates"] = templates
	variables["TMPDIR"] = p.TempDir()
	all := slices.Clone(p.env)
	for key, value := range variables {
		all = append(all, key+"="+value)
	}

	logs := []string{filepath.Join(p.tools, "aws.log"), filepath.Join(p.tools, "docker.log")}
	for _, log := range logs {
		if err := os.WriteFile(log, nil, 0o600); err != nil {
			p.Fatal(err)
		}
	}
	before := snapshot(p.T, checkout)
	r := run{release: a.Release.Get("dev")}
	r.printed, r.err = project.build(p.T, checkout, append(all, env...))
	if diff := cmp.Diff(before, snapshot(p.T, checkout)); diff != "" {
		p.Errorf("the build has changed the checkout (-before +after):\n%s", diff)
	}
	r.aws, r.docker = calls(p.T, logs[0]), calls(p.T, logs[1])
	return r
}

// calls reads what a script has written down.
func calls(t *testing.T, log string) [][]string {
	t.Helper()
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var list [][]string
	for line := range strings.Lines(string(data)) {
		words := strings.Split(line, "\x1f")
		list = append(list, words[:len(words)-1])
	}
	return list
}

// commands are the first two words of each call of aws, without what assumes roles.
func (r run) commands() []string {
	var list []string
	for _, words := range r.aws {
		if command := strings.Join(words[1:3], " "); command != "sts assume-role" {
			list = append(list, command)
		}
	}
	return list
}

// wantFailed wants a failed build that says something, after these calls of aws.
func (p *publishing) wantFailed(r run, saying string, commands ...string) {
	p.Helper()
	if r.err == nil || !strings.Contains(r.printed, saying) {
		p.Errorf("want a failure that says %q, got %v:\n%s", saying, r.err, r.printed)
	}
	if strings.Contains(r.printed, ": published ") {
		p.Errorf("nothing was published, but the build says so:\n%s", r.printed)
	}
	if diff := cmp.Diff(commands, r.commands()); diff != "" {
		p.Errorf("calls of aws (-want +got):\n%s\nthe build says:\n%s", diff, r.printed)
	}
}

func (p *publishing) wantPrinted(r run, lines ...string) {
	p.Helper()
	if diff := cmp.Diff(lines, strings.Split(r.printed, "\n")); diff != "" || r.err != nil {
		p.Fatalf("error %v, output (-want +got):\n%s", r.err, diff)
	}
}

func codeBucket() string {
	return spec.BucketName(publishingProject, "dev", spec.CodePart, spec.Account{Account: "222222222222", Region: "eu-west-1"})
}

// empty removes all code from the bucket.
func (p *publishing) empty() {
	p.Helper()
	p.aws(p.T, p.bootstrap, "s3", "rm", "--recursive", "s3://"+codeBucket())
}

// objects in the bucket of code.
func (p *publishing) objects() []string {
	p.Helper()
	list := []string{}
	p.query(p.T, p.bootstrap, &list, "s3api", "list-objects-v2", "--bucket", codeBucket(), "--query", "Contents[].Key || `[]`")
	return list
}

func (p *publishing) code() {
	p.empty()
	config := p.config(published, "")
	first := p.checkout(sources())
	r := p.publish("publish-code", config, first)
	address := func(name string) string { return r.release.At("code", name, "address").Text }
	lines := func(what string) (list []string) {
		for _, name := range []string{"built", "spaced", "hello"} {
			list = append(list, fmt.Sprintf(what, name, address(name)))
		}
		return list
	}
	p.wantPrinted(r, lines("%s: published %s")...)
	if got, want := len(p.objects()), len(zips()); got != want {
		p.Errorf("%d objects in the bucket, want %d", got, want)
	}
	files := map[string][]byte{}
	for name, want := range zips() {
		files[name] = p.download(address(name))
		if diff := cmp.Diff(want, unzip(p.T, files[name])); diff != "" {
			p.Errorf("the code of %s (-want +got):\n%s", name, diff)
		}
	}
	p.byPublisher(r)

	// Once it is there, no command runs and nothing is sent.
	r = p.publish("publish-code", config, first, "AWS_FAILS=s3 cp")
	p.wantPrinted(r, lines("%s: %s is there")...)
	if got, want := r.commands(), slices.Repeat([]string{"s3api list-objects-v2"}, len(zips())); !slices.Equal(got, want) {
		p.Errorf("calls of aws are %q, want %q", got, want)
	}

	// The same files make the same zip files, byte for byte: in another directory, at another time, with another umask and settings.
	p.empty()
	second := p.checkout(sources())
	err := filepath.WalkDir(second, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err == nil {
			err = os.Chmod(path, info.Mode()&0o700)
		}
		if err == nil {
			err = os.Chtimes(path, time.Unix(1e9, 0), time.Unix(1e9, 0))
		}
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	r = p.publish("publish-code", config, second, "TZ=JST-9", "LC_ALL=C")
	p.wantPrinted(r, lines("%s: published %s")...)
	for name := range zips() {
		if !bytes.Equal(files[name], p.download(address(name))) {
			p.Errorf("the same sources make another zip file of %s", name)
		}
	}
}

// byPublisher wants every call but those that assume the publish role to be made with it, in the environment's account.
func (p *publishing) byPublisher(r run) {
	p.Helper()
	const role = "arn:aws:iam::222222222222:role/" + publishingProject + "/access/" + publishingProject + "-dev-publish"
	used := map[string]bool{}
	for _, words := range r.aws {
		switch key, args := words[0], strings.Join(words[1:], " "); {
		case !strings.HasPrefix(args, "sts assume-role "):
			used[key] = true
		case key != "" || !strings.HasPrefix(args, "sts assume-role --role-arn "+role+" "):
			p.Errorf("want the build's own role to assume %s, got key %q in: aws %s", role, key, args)
		}
	}
	if used[""] || len(used) == 0 {
		p.Errorf("code was published with the build's own credentials")
	}
	for key := range used {
		if key == "" {
			continue
		}
		whose := cloud{env: append(slices.Clone(p.env), "AWS_ACCESS_KEY_ID="+key, "AWS_SECRET_ACCESS_KEY=x")}
		arn, err := whose.run(p.T, "", "aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text", "--region", "eu-west-1")
		if want := "arn:aws:sts::222222222222:assumed-role/" + publishingProject + "-dev-publish/publish"; err != nil || arn != want {
			p.Errorf("code was published by %s (%v), want %s", arn, err, want)
		}
		break // one stands for all: they were all made the same way
	}
}

// download gives an object in the bucket of code, found and read by the account that owns the bucket.
func (p *publishing) download(key string) []byte {
	p.Helper()
	p.aws(p.T, p.bootstrap, "s3api", "head-object", "--bucket", codeBucket(), "--key", key)
	file := filepath.Join(p.TempDir(), "code.zip")
	p.aws(p.T, p.bootstrap, "s3", "cp", "--only-show-errors", "s3://"+codeBucket()+"/"+key, file)
	data, err := os.ReadFile(file)
	if err != nil {
		p.Fatal(err)
	}
	return data
}

// unzip gives mode and content of each file.
func unzip(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	found, names := map[string]string{}, []string{}
	for _, f := range z.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		found[f.Name] = fmt.Sprint(f.Mode(), " ", string(text))
		names = append(names, f.Name)
		if when := f.Modified.Format(time.DateTime); when != "1980-01-01 00:00:00" {
			t.Errorf("%s is of %s: the time must not depend on the run", f.Name, when)
		}
	}
	if !slices.IsSorted(names) || len(names) != len(found) {
		t.Errorf("the files are not sorted, or there twice: %q", names)
	}
	return found
}

func (p *publishing) failingCommands() {
	p.empty()
	for _, c := range []struct{ reason, command, saying string }{
		{"the first of two fails", "echo one; false\n        echo two", "one"},
		{"one of a pipe fails", "false | cat", ""},
		{"a variable is not set", "echo $NOWHERE", "NOWHERE: unbound variable"},
		{"nothing is left to publish", "rm index.py secret", "zip error: Nothing to do!"},
	} {
		functions := "\n    - { name: built, source: lambda/built, runtime: python3.13, handler: index.handler, build: " + quote(p.T, c.command) + " }\n"
		r := p.publish("publish-code", p.config(functions, ""), p.checkout(sources()))
		p.wantFailed(r, c.saying, "s3api list-objects-v2") // of the first; hello comes after it
		if strings.Contains(r.printed, "two") {
			p.Errorf("%s, but it goes on:\n%s", c.reason, r.printed)
		}
	}
	if got := p.objects(); len(got) > 0 {
		p.Errorf("published: %q", got)
	}
}

// quote makes text a value of YAML in one line.
func quote(t *testing.T, text string) string {
	t.Helper()
	data, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (p *publishing) withoutRole() {
	p.empty()
	for _, env := range []string{"PUBLISH_ROLE=broken", "AWS_FAILS=sts assume-role"} {
		for _, build := range []string{"publish-code", "publish-images"} {
			r := p.publish(build, p.config(published, ""), p.checkout(sources()), env)
			var before []string
			if build == "publish-images" {
				before = []string{"ecr get-login-password"} // in the toolchain
			}
			p.wantFailed(r, "", before...)
			if n := len(r.docker); n > len(before) {
				p.Errorf("%s, %s: docker was called after the role could not be assumed: %q", build, env, r.docker)
			}
			if n := len(r.aws) - len(before); n != 1 {
				p.Errorf("%s, %s: %d calls of aws, want to stop after the first one:\n%q", build, env, n, r.aws)
			}
		}
	}
	if got := p.objects(); len(got) > 0 {
		p.Errorf("published: %q", got)
	}
}

func (p *publishing) failingUpload() {
	p.empty()
	r := p.publish("publish-code", p.config("\n", ""), p.checkout(sources()), "AWS_FAILS=s3 cp")
	p.wantFailed(r, "AccessDenied", "s3api list-objects-v2", "s3 cp")
	r = p.publish("publish-code", p.config("\n", ""), p.checkout(sources()), "AWS_FAILS=s3api list")
	p.wantFailed(r, "AccessDenied", "s3api list-objects-v2")
}

// A run that was prepared by another pipeline.yaml than the one that it publishes: it starts anew with the right one.
func (p *publishing) nothingToDo() {
	r := p.publish("publish-images", p.config("\n", ""), p.checkout(sources()), "ARCHITECTURE=arm64")
	p.wantPrinted(r, "")
	if len(r.aws) != 1 || len(r.docker) != 1 { // the login in the toolchain
		p.Errorf("nothing is to be published, but aws and docker are called: %q %q", r.aws, r.docker)
	}
}

// arguments of docker that a shell would take apart.
const arguments = `, dockerfile: sub dir/Dockerfile, buildArguments: { A: "two words", B: "it's \"quoted\" $5 $? * \\", C: "", D: "--x=y" }`

// removeImages of the repository.
func (p *publishing) removeImages() {
	p.Helper()
	const repository = publishingProject + "-dev-web"
	var tags []string
	p.query(p.T, p.bootstrap, &tags, "ecr", "list-images", "--repository-name", repository, "--query", "imageIds[].imageTag")
	for _, tag := range tags {
		p.aws(p.T, p.bootstrap, "ecr", "batch-delete-image", "--repository-name", repository, "--image-ids", "imageTag="+tag)
	}
}

func (p *publishing) images() {
	p.removeImages()
	config, checkout := p.config("\n", arguments), p.checkout(sources())
	r := p.publish("publish-images", config, checkout)
	tag := r.release.At("images", "web", "address").Text
	if r.err != nil || !strings.HasSuffix(r.printed, "\nweb: published "+tag) {
		p.Fatalf("want the image %s published, got %v:\n%s", tag, r.err, r.printed)
	}
	const registry = "222222222222.dkr.ecr.eu-west-1.amazonaws.com"
	image := registry + "/" + publishingProject + "-dev-web:" + tag
	password := func(account string) string {
		printed, err := p.run(p.T, account, "aws", "ecr", "get-login-password", "--region", "eu-west-1")
		if err != nil {
			p.Fatal(err, printed)
		}
		return printed
	}
	want := [][]string{
		{"login", "--username", "AWS", "--password-stdin", "111111111111.dkr.ecr.eu-west-1.amazonaws.com", password("111111111111")},
		{
			"build", "--platform", "linux/amd64", "--file", "services/web/sub dir/Dockerfile", "--tag", image,
			"--build-arg", "A=two words", "--build-arg", `B=it's "quoted" $5 $? * \`, "--build-arg", "C=", "--build-arg", "D=--x=y",
			"./services/web",
		},
		{"login", "--username", "AWS", "--password-stdin", registry, password("222222222222")},
		{"push", image},
	}
	if diff := cmp.Diff(want, r.docker); diff != "" {
		p.Errorf("calls of docker (-want +got):\n%s", diff)
	}
	r.aws = r.aws[1:] // the login in the toolchain
	p.byPublisher(r)

	r = p.publish("publish-images", config, checkout)
	if r.err != nil || !strings.HasSuffix(r.printed, "\nweb: "+tag+" is there") && r.printed != "web: "+tag+" is there" {
		p.Errorf("want the image not published again, got %v:\n%s", r.err, r.printed)
	}
	if diff := cmp.Diff(want[:1], r.docker); diff != "" {
		p.Errorf("calls of docker the second time (-want +got):\n%s", diff)
	}
}

func (p *publishing) failingDocker() {
	const check, logIn = "ecr batch-get-image", "ecr get-login-password"
	for _, c := range []struct {
		reason, env string
		arguments   string
		aws         []string
		fails       bool
	}{
		{"a Dockerfile that is wrong", "DOCKER_FAILS=build", "", []string{logIn, check}, true},
		{"a registry that cannot be reached", "DOCKER_FAILS=push", "", []string{logIn, check, logIn, check}, true},
		{"a login that is refused", "DOCKER_FAILS=login", "", []string{logIn}, true},
		{"no answer whether it is there", "AWS_FAILS=ecr batch", "", []string{logIn, check}, true},
		{"another run was faster: tags never change", "DOCKER_FAILS=taken", arguments, []string{logIn, check, logIn, check}, false},
	} {
		p.removeImages()
		r := p.publish("publish-images", p.config("\n", c.arguments), p.checkout(sources()), c.env)
		switch {
		case c.fails:
			p.wantFailed(r, "", c.aws...)
		case r.err != nil || !strings.Contains(r.printed, "web: published "):
			p.Errorf("%s, but the build fails: %v\n%s", c.reason, r.err, r.printed)
		default:
			if diff := cmp.Diff(c.aws, r.commands()); diff != "" {
				p.Errorf("%s: calls of aws (-want +got):\n%s", c.reason, diff)
			}
		}
	}
}

// The Build action runs the generator that the commit asks for, so that a push can upgrade it.
func TestBuildRunsTheGeneratorOfTheCommit(t *testing.T) {
	t.Parallel()
	needCommands(t, "bash", "perl")
	const generate = " generate --config pipeline.yaml --output cfnpipe-rendered --release ."
	const module = "run github.com/cfnpipe/cfnpipe/cmd/cfnpipe@"
	a := rendered(t, "shop")
	project := codeBuildProject(t, a, a.Pipelines[0].Name+"-"+spec.BuildPart)
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, "go"), []byte("#!/bin/sh\necho go \"$@\" >>\"$GO_LOG\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	perl := yamlForPerl(t, tools)
	for name, c := range map[string]struct{ generator, want string }{
		"a version":   {`"generator": { "version": "v9.8.7" }`, "go " + module + "v9.8.7" + generate},
		"a command":   {`"generator": { "command": "go run ./infra --note 'two words'" }`, "go run ./infra --note two words" + generate},
		"neither":     {`"project": "shop"`, "go " + module + "latest" + generate},
		"no key":      {`"generator": {}`, "go " + module + "latest" + generate},
		"a variable":  {`"generator": { "command": "VERSION=1 go" }`, "go" + generate},
		"that fails":  {`"generator": { "command": "false" }`, ""},
		"that is not": {`"generator": { "command": "./nowhere" }`, ""},
		"no YAML":     {`{`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkout := t.TempDir()
			log := filepath.Join(t.TempDir(), "log")
			for file, text := range map[string]string{
				filepath.Join(checkout, "pipeline.yaml"): "{" + c.generator + "}\n", // JSON is YAML
				log:                                      "",
			} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			env := append(os.Environ(), "GO_LOG="+log, "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"))
			env = append(env, perl...)
			printed, err := project.build(t, checkout, env)
			said, readErr := os.ReadFile(log)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if got := strings.TrimSpace(string(said)); got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("runs %q (%v), want %q\n%s", got, err, c.want, printed)
			}
		})
	}
}

// yamlForPerl is how perl finds a reader of JSON under the name of the reader of YAML that CodeBuild's image has, where there is none.
func yamlForPerl(t *testing.T, dir string) []string {
	t.Helper()
	has := func(module string) bool {
		return exec.CommandContext(t.Context(), "perl", "-M"+module, "-e", "1").Run() == nil
	}
	if has("YAML::XS") {
		return nil
	}
	if !has("JSON::PP") {
		missing(t, "perl has neither YAML::XS nor JSON::PP (apt-get install libyaml-libyaml-perl)")
	}
	const module = `package YAML::XS;
use strict; use warnings; use JSON::PP; use Exporter 'import';
our @EXPORT_OK = ('LoadFile');
sub LoadFile { open(my $f, '<', $_[0]) or die "$_[0]: $!"; local $/; return decode_json(<$f>); }
1;
`
	if err := os.MkdirAll(filepath.Join(dir, "YAML"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "YAML", "XS.pm"), []byte(module), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"PERL5LIB=" + dir}
}

// CodeBuild takes buildspecs of 25,600 characters at most. What they publish stands in release.json, so they do not grow.
func TestBuildspecsFitWithFortyFunctions(t *testing.T) {
	t.Parallel()
	const most = 25_600 // characters (CodeBuild quotas)
	text := `project: p
toolchain: { account: "111111111111", region: us-gov-west-1 }
source:
  connection: arn:aws-us-gov:codeconnections:us-gov-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev, type: dev, account: "222222222222", region: us-gov-west-1 }
  - { name: prod, type: prod, account: "333333333333", region: us-gov-east-1 }
toolchainStack: { repositories: [{ name: base }] }
application:
`
	const count = 40
	var functions, repositories strings.Builder
	for i := range count {
		architecture := []spec.Architecture{spec.X86, spec.ARM}[i%2]
		name := fmt.Sprintf("f%02d-%s", i, strings.Repeat("x", 36))
		fmt.Fprintf(&functions, "    - { name: %s, source: lambda/%s, runtime: python3.13, handler: index.handler, architecture: %s, build: %q }\n",
			name, strings.Repeat("d", 200), architecture, strings.Repeat("pip install --target . something; ", 20))
		fmt.Fprintf(&repositories, "    - { name: %s, context: services/%s, architecture: %s, buildArguments: { A: %q } }\n",
			name, strings.Repeat("d", 200), architecture, strings.Repeat("a", 500))
	}
	config := filepath.Join(t.TempDir(), "pipeline.yaml")
	if err := os.WriteFile(config, []byte(text+"  functions:\n"+functions.String()+"  repositories:\n"+repositories.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &publishing{T: t}
	_, a := p.release(config, p.checkout(map[string]string{
		"lambda/" + strings.Repeat("d", 200) + "/index.py":     "",
		"services/" + strings.Repeat("d", 200) + "/Dockerfile": "",
	}))
	for _, env := range []string{"dev", "prod"} {
		for _, kind := range []string{"code", "images"} {
			if got := len(a.Release.At(env, kind).Keys); got != count {
				t.Errorf("release.json has %d of %d %s for %s", got, count, kind, env)
			}
		}
	}
	publishers := 0
	for i := range a.Stacks {
		for _, r := range a.Stacks[i].Template.Get("Resources").Items {
			if r.Get("Type").Text != "AWS::CodeBuild::Project" {
				continue
			}
			name := r.At("Properties", "Name").Text
			if n := len(r.At("Properties", "Source", "BuildSpec").Text); n == 0 || n > most {
				t.Errorf("the buildspec of %s has %d characters, CodeBuild allows %d", name, n, most)
			}
			if strings.Contains(name, "-publish-") {
				publishers++
			}
		}
	}
	if publishers != 4 {
		t.Errorf("%d builds publish, want one for each kind and architecture", publishers)
	}
}

// rendered is a golden project.
func rendered(t *testing.T, name string) *assembly.Assembly {
	t.Helper()
	project, err := spec.Load(filepath.Join(name, "pipeline.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(project).Assemble(assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// codeBuild is a project of CodeBuild, as a template declares it.
type codeBuild struct {
	properties *tree.Node
	stack      *assembly.Stack
}

func codeBuildProject(t *testing.T, a *assembly.Assembly, name string) codeBuild {
	t.Helper()
	for i := range a.Stacks {
		for _, r := range a.Stacks[i].Template.Get("Resources").Items {
			if r.Get("Type").Text == "AWS::CodeBuild::Project" && r.At("Properties", "Name").Text == name {
				return codeBuild{r.Get("Properties"), &a.Stacks[i]}
			}
		}
	}
	t.Fatalf("no stack has the project %s", name)
	return codeBuild{}
}

// environment is the project's own, without that of the action that starts it.
func (b codeBuild) environment(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	if list := b.properties.At("Environment", "EnvironmentVariables"); list != nil {
		for _, v := range list.Items {
			found[v.Get("Name").Text] = resolve(t, b.stack, v.Get("Value"))
		}
	}
	return found
}

// build runs the commands of the buildspec one after the other in one shell, which stops at the first that fails.
func (b codeBuild) build(t *testing.T, dir string, env []string) (printed string, err error) {
	t.Helper()
	source, err := tree.Parse("buildspec.yaml", []byte(b.properties.At("Source", "BuildSpec").Text))
	if err != nil {
		t.Fatal(err)
	}
	if shell := source.At("env", "shell"); shell == nil || shell.Text != "bash" {
		t.Fatalf("the buildspec does not ask for bash")
	}
	var script []string
	for _, phase := range []string{"install", "pre_build", "build", "post_build"} {
		if commands := source.At("phases", phase, "commands"); commands != nil {
			for _, c := range commands.Items {
				script = append(script, c.Text)
			}
		}
	}
	if len(script) == 0 {
		t.Fatal("the buildspec has no commands")
	}
	file := filepath.Join(t.TempDir(), "buildspec.sh")
	if err := os.WriteFile(file, []byte(strings.Join(script, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-e", file)
	command.Env, command.Dir, command.WaitDelay = env, dir, 10*time.Second
	out, err := command.CombinedOutput()
	return string(bytes.TrimSpace(out)), err
}

// actionVariables are those that an action of the stack's pipeline gives to its build.
func actionVariables(t *testing.T, s *assembly.Stack, stage, action string) map[string]string {
	t.Helper()
	for _, r := range s.Template.Get("Resources").Items {
		if r.Get("Type").Text != "AWS::CodePipeline::Pipeline" {
			continue
		}
		for _, x := range r.At("Properties", "Stages").Items {
			for _, a := range x.Get("Actions").Items {
				if x.Get("Name").Text != stage || a.Get("Name").Text != action {
					continue
				}
				var list []struct{ Name, Value string }
				if err := json.Unmarshal([]byte(resolve(t, s, a.At("Configuration", "EnvironmentVariables"))), &list); err != nil {
					t.Fatal(err)
				}
				found := map[string]string{}
				for _, v := range list {
					found[v.Name] = v.Value
				}
				return found
			}
		}
	}
	t.Fatalf("stack %s has no action %s in a stage %s", s.Name, action, stage)
	return nil
}

// resolve gives the text that CloudFormation makes of a value, where the stack is.
func resolve(t *testing.T, s *assembly.Stack, n *tree.Node) string {
	t.Helper()
	pseudo := strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::AccountId}", s.Account, "${AWS::Region}", s.Region, "${AWS::URLSuffix}", "amazonaws.com")
	text := n.Text
	if name, arg, ok := n.Intrinsic(); ok && name == "Fn::Sub" {
		text = pseudo.Replace(arg.Text)
	}
	if n.Kind == tree.List || text == "" || strings.Contains(text, "${") {
		t.Fatalf("stack %s: cannot resolve %s", s.Name, n.JSON())
	}
	return text
}

// snapshot is all there is to know of each file below a directory.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := fmt.Sprint(info.Mode(), " ", info.ModTime().UnixNano(), " ")
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += string(data)
		}
		found[path] = text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// needCommands skips the test where one is not there.
func needCommands(t *testing.T, commands ...string) {
	t.Helper()
	for _, command := range commands {
		if _, err := exec.LookPath(command); err == nil {
			continue
		}
		missing(t, "the command "+command+" is not there (apt-get install "+command+")")
	}
}

// missing skips the test, or fails it where all that tests need has to be there.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CFNPIPE_REQUIRE_TOOLS") == "1" {
		t.Fatal(what)
	}
	t.Skip("skipped: " + what)
}
