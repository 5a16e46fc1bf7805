package spec_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// full is a file that says something everywhere, but for what code needs: see code. Tests change one line of it.
const full = `project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1111-4222-8333-444455556666
  repository: acme/shop
  file: infra/pipeline.yaml
generator: { version: v0.1.0 }
environments:
  - { name: dev, type: dev, account: "222222222222", region: eu-west-1 }
  - { name: qa, type: test, account: "333333333333", region: eu-west-1 }
  - { name: prod, type: prod, account: "444444444444", region: eu-west-1 }
pipelines:
  - { name: delivery, branch: development, environments: [dev, qa] }
  - { name: release, branch: main, environments: [prod], mode: queued }
application:
  buckets: [{ name: data, expireDays: 90 }]
overrides:
  prod: { buckets: [{ name: data, expireDays: 0 }] }
tags: { team: shop }
permissionsBoundary: arn:aws:iam::{account}:policy/Boundary
`

// small is a file with what has no default.
const small = `project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1111-4222-8333-444455556666
  repository: acme/shop
environments:
  - { name: dev, type: dev, account: "222222222222" }
  - { name: prod, type: prod, account: "444444444444", region: us-east-1 }
`

// code is small with all that builds, publishes and runs code.
const code = small + `maxParallelBuilds: 4
steps:
  infrastructureTests: { commands: [make test], runtimes: { golang: "1.26" } }
  functionTests:
    commands: ["pip install -r requirements-dev.txt", "cd lambda\npytest ${X}"]
    timeoutMinutes: 45
    reports: ["build/*.xml"]
    runtimes: { python: "3.13" }
toolchainStack:
  parameters: { /shop/version: "1" }
  repositories: [{ name: base }]
application:
  repositories:
    - { name: web, context: services/web, dockerfile: docker/Dockerfile, architecture: arm64 }
    - { name: nightly, context: ., refresh: "2", removal: retain, buildArguments: { ENV: "{environment}" } }
    - { name: mirror }
  buckets: [{ name: data }, { name: upload }]
  functions:
    - name: hello
      source: lambda/hello
      build: "pip install -r requirements.txt -t ."
      refresh: "1"
      runtime: python3.13
      handler: index.handler
      memory: 512
      timeout: 60
      architecture: arm64
      environment: { STAGE: "{environment}", LEVEL: debug }
      layers: ["arn:aws:lambda:{region}:{account}:layer:tools:7"]
      deadLetters: true
      tracing: true
      vpc: { subnets: [subnet-0123456789abcdef0], securityGroups: [sg-01234567] }
      reservedConcurrency: 2
      reads: [data]
      writes: [data, upload]
    - { name: fast, source: cmd/fast, runtime: provided.al2023 }
`

func parse(t *testing.T, src string) *spec.Spec {
	t.Helper()
	s, err := spec.Parse("pipeline.yaml", []byte(src))
	if err != nil {
		t.Fatalf("Parse: %v\n%s", err, src)
	}
	return s
}

// change replaces text that must be in src.
func change(t *testing.T, src, from, to string) string {
	t.Helper()
	if !strings.Contains(src, from) {
		t.Fatalf("%q is not in\n%s", from, src)
	}
	return strings.Replace(src, from, to, 1)
}

// refuse wants exactly these messages for src, without the name of the file.
func refuse(t *testing.T, src string, want ...string) {
	t.Helper()
	s, err := spec.Parse("pipeline.yaml", []byte(src))
	if err == nil {
		t.Fatalf("accepted, want %q", want)
	}
	if s != nil {
		t.Error("a Spec beside an error")
	}
	var errs spec.Errors
	if !errors.As(err, &errs) {
		t.Fatalf("%T is not Errors", err)
	}
	got := strings.Split(strings.ReplaceAll("\n"+err.Error(), "\npipeline.yaml:", "\n"), "\n")[1:]
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// What is wrong with one file comes in the order of its lines.
func TestErrorsAreInTheOrderOfLines(t *testing.T) {
	t.Parallel()
	s := &spec.Spec{}
	var problems []spec.Problem
	want := []string{"a.yaml:2:3: x", "a.yaml:9:10: x", "a.yaml:10:9: x", "a.yaml:10:10: x", "b.yaml:1:1: x", "c"}
	for i := range want {
		problems = append(problems, spec.Problem{Path: "p", Message: want[len(want)-1-i]})
	}
	var got []string
	for line := range strings.Lines(s.Errors(problems).Error()) {
		got = append(got, strings.TrimSpace(strings.TrimPrefix(line, "p: ")))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}
