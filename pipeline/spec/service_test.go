package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// Each case changes one thing of application and gets these messages.
func TestServiceRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"service in capitals", []string{"- name: web\n", "- name: Web\n"}, []string{`53:13: application.services[0].name: "Web" cannot be part of a service's name; use lower-case letters, digits and dashes between them, beginning with a letter, such as web`}},
		{"service that ends with a dash", []string{"- name: web\n", "- name: web-\n"}, []string{`53:13: application.services[0].name: "web-" cannot be part of a service's name; use lower-case letters, digits and dashes between them, beginning with a letter, such as web`}},
		{"service twice", []string{"name: queue", "name: web"}, []string{`64:15: application.services[1].name: the name "web" is taken by services[0]; choose another`}},
		{"services of one logical id", []string{"name: queue", "name: web-1, image: web }\n    - { name: web1"}, []string{`65:15: application.services[2].name: the name "web1" gives the logical id Web1, which services[1] has from "web-1"; logical ids are letters and digits alone: choose another`}},
		{"service without an image", []string{`image: "public.ecr.aws/docker/library/redis:8"`, "port: 0"}, []string{"64:7: application.services[1].image: is required; write the name of a repository of the application, or a whole reference such as public.ecr.aws/docker/library/nginx:1.29"}},
		{"variable of a service", []string{"writes: [data]", "environment: { AWS_EXECUTION_ENV: x }"}, []string{"63:41: application.services[0].environment.AWS_EXECUTION_ENV: ECS sets AWS_EXECUTION_ENV itself; choose another name"}},
		{"port", []string{"port: 8080", "port: 65536"}, []string{"55:13: application.services[0].port: cannot be 65536; use a number from 1 to 65535, or 0 for none"}},
		{"port below zero", []string{"port: 8080", "port: -1"}, []string{"55:13: application.services[0].port: cannot be -1; use a number from 1 to 65535, or 0 for none"}},
		{"port as text", []string{"port: 8080", `port: "8080"`}, []string{`55:13: application.services[0].port: needs a number, found the text "8080"; write it without quotes`}},
		{"CPU that Fargate does not have", []string{"cpu: 512", "cpu: 500"}, []string{"56:12: application.services[0].cpu: Fargate has no tasks with 500 CPU units; use 256, 512, 1024, 2048, 4096, 8192 or 16384: 1024 are a vCPU"}},
		{"CPU as vCPUs", []string{"cpu: 512", "cpu: 0.5"}, []string{"56:12: application.services[0].cpu: needs a whole number, found the number 0.5"}},
		{"memory that no CPU of Fargate has", []string{"memory: 1024", "memory: 1000"}, []string{"57:15: application.services[0].memory: Fargate has no tasks with 512 CPU units and 1000 MB; use 1024, 2048, 3072 or 4096"}},
		{"memory that other CPUs of Fargate have", []string{"memory: 1024", "memory: 8192"}, []string{"57:15: application.services[0].memory: Fargate has no tasks with 512 CPU units and 8192 MB; use 1024, 2048, 3072 or 4096; 8192 MB go with 1024, 2048 or 4096 CPU units"}},
		{"more at least than at most", []string{"count: { min: 2, max: 3 }", "count: { min: 4, max: 3 }"}, []string{"58:29: application.services[0].count.max: cannot be 3: there are at least 4; write a number that is no less, or a smaller min"}},
		{"no tasks", []string{"count: { min: 2, max: 3 }", "count: { min: 0, max: 0 }"}, []string{
			"58:21: application.services[0].count.min: cannot be 0; use a number of tasks from 1 to 1000",
			"58:29: application.services[0].count.max: cannot be 0; use a number of tasks from 1 to 1000",
		}},
		{"count as a number", []string{"count: { min: 2, max: 3 }", "count: 2"}, []string{"58:14: application.services[0].count: needs a mapping, found the number 2; write a mapping such as { min: 1, max: 2 }"}},
		{"health check without a slash", []string{"healthCheck: /health", "healthCheck: health"}, []string{`59:20: application.services[0].healthCheck: "health" is no path; write one such as /health`}},
		{"health check of a URL", []string{"healthCheck: /health", "healthCheck: http://localhost/health"}, []string{`59:20: application.services[0].healthCheck: "http://localhost/health" is no path; write one such as /health`}},
		{"health check with a space", []string{"healthCheck: /health", `healthCheck: "/a b"`}, []string{`59:20: application.services[0].healthCheck: "/a b" is no path; write one such as /health`}},
		{"empty health check", []string{"healthCheck: /health", `healthCheck: ""`}, []string{"59:20: application.services[0].healthCheck: is required; write the path that the load balancer asks for, such as /health"}},
		{"health check without a port", []string{"      port: 8080\n", ""}, []string{
			"58:20: application.services[0].healthCheck: means nothing without a port; write port too, or healthCommand in its place",
			"60:21: application.services[0].loadBalancer: needs a port; write the port that the container listens on",
		}},
		{"health command of Docker", []string{`[curl, -f, "http://localhost:8080/health"]`, "[CMD-SHELL, curl]"}, []string{"60:23: application.services[0].healthCommand[0]: CMD-SHELL is no program: CMD goes before the command by itself; begin with the program, such as [sh, -c, …]"}},
		{"health command as a line", []string{`[curl, -f, "http://localhost:8080/health"]`, `curl -f http://localhost`}, []string{`60:22: application.services[0].healthCommand: needs a list, found the text "curl -f http://localhost"; write it in brackets: ["curl", "-f", "http://localhost"]`}},
		{"health command of one item", []string{`[curl, -f, "http://localhost:8080/health"]`, `[curl -f http://localhost]`}, []string{`60:23: application.services[0].healthCommand[0]: is one word, so that the container looks for a program that is called "curl -f http://localhost"; write ["curl", "-f", "http://localhost"]`}},
		{"health command without a program", []string{`[curl, -f, "http://localhost:8080/health"]`, `[" ", x]`}, []string{"60:23: application.services[0].healthCommand[0]: is empty; write a program"}},
		{"load balancer without a port", []string{"writable: true", "writable: true, loadBalancer: true"}, []string{"64:100: application.services[1].loadBalancer: needs a port; write the port that the container listens on"}},
		{"port without a load balancer", []string{"loadBalancer: { from: [10.0.0.0/8] }", "loadBalancer: null"}, []string{
			"59:20: application.services[0].healthCheck: means nothing without a load balancer; leave it out (null takes it back in an override), or write healthCommand in its place",
			"61:21: application.services[0].loadBalancer: without one nobody reaches port 8080; write port: 0 in its place",
		}},
		{"port without a load balancer in one environment", []string{"writable: true", "port: 65535", "  logDays: 30\n", "  logDays: 30\noverrides: { dev: { services: [{ name: queue, loadBalancer: false }] } }\n"}, []string{
			"72:61: overrides.dev.services[0].loadBalancer: without one nobody reaches port 65535; write port: 0 in its place",
		}},
		{"load balancer where the port cannot be read", []string{"port: 8080", "port: x"}, []string{`55:13: application.services[0].port: needs a number, found the text "x"`}},
		{"certificate that is no ARN", []string{"loadBalancer: { from: [10.0.0.0/8] }", "loadBalancer: { certificate: shop.example.com }"}, []string{`61:36: application.services[0].loadBalancer.certificate: "shop.example.com" is not an ARN; copy it from Certificate Manager: arn:aws:acm:<region>:<account>:certificate/<id>`}},
		{"certificate of IAM", []string{"loadBalancer: { from: [10.0.0.0/8] }", `loadBalancer: { certificate: "arn:aws:iam::{account}:server-certificate/x" }`}, []string{`61:36: application.services[0].loadBalancer.certificate: belongs to the service "iam"; use a certificate of acm`}},
		{"certificate in another region", []string{"loadBalancer: { from: [10.0.0.0/8] }", `loadBalancer: { certificate: "arn:aws:acm:us-east-1:{account}:certificate/2a55d9b0-1111-4222-8333-444455556666" }`}, []string{`61:36: application.services[0].loadBalancer.certificate: is in the region "us-east-1", but environment "dev" is in eu-west-1; a load balancer takes certificates of its own region and account: write another, in the overrides if need be`}},
		{"certificate in another account", []string{"loadBalancer: { from: [10.0.0.0/8] }", `loadBalancer: { certificate: "arn:aws:acm:{region}:222222222222:certificate/2a55d9b0-1111-4222-8333-444455556666" }`}, []string{`61:36: application.services[0].loadBalancer.certificate: is in the account "222222222222", but environment "prod" is 444444444444; a load balancer takes certificates of its own region and account: write another, in the overrides if need be`}},
		{"certificate in another partition", []string{"loadBalancer: { from: [10.0.0.0/8] }", `loadBalancer: { certificate: "arn:aws-cn:acm:{region}:{account}:certificate/2a55d9b0-1111-4222-8333-444455556666" }`}, []string{
			`61:36: application.services[0].loadBalancer.certificate: is in the partition "aws-cn", but environment "dev" is in aws; write arn:aws`,
			`61:36: application.services[0].loadBalancer.certificate: is in the partition "aws-cn", but environment "prod" is in aws; write arn:aws`,
		}},
		{"certificate cut short", []string{"loadBalancer: { from: [10.0.0.0/8] }", `loadBalancer: { certificate: "arn:aws:acm:{region}:{account}:certificate/2a55d9b0" }`}, []string{`61:36: application.services[0].loadBalancer.certificate: "certificate/2a55d9b0" is not certificate/ and its id; copy it from Certificate Manager: arn:aws:acm:<region>:<account>:certificate/<id>`}},
		{"certificate and HTTP", []string{"loadBalancer: { from: [10.0.0.0/8] }", `loadBalancer: { http: true, certificate: "arn:aws:acm:{region}:{account}:certificate/2a55d9b0-1111-4222-8333-444455556666" }`}, []string{"61:29: application.services[0].loadBalancer.http: is for load balancers without a certificate; leave out one of the two"}},
		{"HTTP that is internal", []string{"loadBalancer: { from: [10.0.0.0/8] }", "loadBalancer: { http: true, internal: true }"}, []string{"61:45: application.services[0].loadBalancer.internal: contradicts http, which lets the load balancer face the internet; leave out one of the two"}},
		{"not internal without a certificate", []string{"loadBalancer: { from: [10.0.0.0/8] }", "loadBalancer: { internal: false }"}, []string{"61:33: application.services[0].loadBalancer.internal: without a certificate the load balancer is internal; write the ARN of a certificate, or http: true if everybody may read what passes"}},
		{"from that is no range", []string{"from: [10.0.0.0/8]", "from: [office]"}, []string{`61:30: application.services[0].loadBalancer.from[0]: "office" is no range of addresses; write one such as 10.0.0.0/8`}},
		{"from that is an address", []string{"from: [10.0.0.0/8]", "from: [10.0.0.1]"}, []string{`61:30: application.services[0].loadBalancer.from[0]: "10.0.0.1" is no range of addresses; add how many of its bits are the same in all addresses, such as 10.0.0.1/32 for this one alone`}},
		{"from that does not begin", []string{"from: [10.0.0.0/8]", "from: [10.0.0.1/8]"}, []string{"61:30: application.services[0].loadBalancer.from[0]: 10.0.0.1/8 does not begin its range; write 10.0.0.0/8"}},
		{"from twice", []string{"from: [10.0.0.0/8]", "from: [10.0.0.0/8, 10.0.0.0/8]"}, []string{`61:42: application.services[0].loadBalancer.from[1]: "10.0.0.0/8" is given twice; keep one`}},
		{"from of IPv6", []string{"from: [10.0.0.0/8]", `from: ["::/0"]`}, []string{`61:30: application.services[0].loadBalancer.from[0]: "::/0" is a range of IPv6 addresses; write one of IPv4, such as 10.0.0.0/8`}},
	} {
		c.run(t, application)
	}
}

// Each case is as near to a refused one as it gets.
func TestServiceAccepts(t *testing.T) {
	t.Parallel()
	const balancer, certificate = "loadBalancer: { from: [10.0.0.0/8] }", `certificate: "arn:aws:acm:{region}:{account}:certificate/2a55d9b0-1111-4222-8333-444455556666"`
	for _, c := range []struct{ name, from, to string }{
		{"names of a job and a service", "name: queue", "name: nightly"},
		{"service without a port", "      port: 8080\n      cpu: 512\n      memory: 1024\n      count: { min: 2, max: 3 }\n      healthCheck: /health\n", ""},
		{"port that is zero", "writable: true", "port: 0"},
		{"port that is the largest", "writable: true", "port: 65535"},
		{"neither a port nor a load balancer", "writable: true", "port: 0, loadBalancer: null"},
		{"load balancer that is off", "writable: true", "loadBalancer: false"},
		{"variables of Batch", "writable: true", "environment: { AWS_BATCH_X: x }"},
		{"largest on Fargate", "cpu: 512\n      memory: 1024", "cpu: 16384\n      memory: 122880"},
		{"as many tasks at least as at most", "count: { min: 2, max: 3 }", "count: { min: 1000, max: 1000 }"},
		{"health check with a query", "healthCheck: /health", `healthCheck: "/a/b.c?d=e&f=%20"`},
		{"no health command", `[curl, -f, "http://localhost:8080/health"]`, "[]"},
		{"health command of a shell", `[curl, -f, "http://localhost:8080/health"]`, `[sh, -c, "a\nb"]`},
		{"TLS", balancer, "loadBalancer: { " + certificate + " }"},
		{"TLS that is internal", balancer, "loadBalancer: { " + certificate + ", internal: true }"},
		{"TLS that says what it is not", balancer, "loadBalancer: { " + certificate + ", internal: false, http: false }"},
		{"HTTP", balancer, "loadBalancer: { http: true }"},
		{"internal in so many words", balancer, "loadBalancer: { internal: true }"},
		{"load balancer with its defaults", balancer, "loadBalancer: true"},
		{"from everywhere", "10.0.0.0/8", "0.0.0.0/0"},
		{"from one address", "10.0.0.0/8", "198.51.100.7/32"},
		{"from nowhere in particular", "from: [10.0.0.0/8]", "from: []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := application
			if c.name == "service without a port" {
				src = change(t, src, "      "+balancer+"\n", "")
			}
			parse(t, change(t, src, c.from, c.to))
		})
	}
	t.Run("certificate of another partition where that is it", func(t *testing.T) {
		t.Parallel()
		src := change(t, application, balancer, "loadBalancer: { "+certificate+" }")
		src = strings.NewReplacer("eu-west-1", "us-gov-west-1", "us-east-1", "us-gov-east-1", "arn:aws:", "arn:aws-us-gov:").Replace(src)
		parse(t, src)
	})
	t.Run("existing VPC with one subnet and no load balancer", func(t *testing.T) {
		t.Parallel()
		parse(t, changed(t, existing, []string{", subnet-00000002]", "]", "    publicSubnets: [subnet-00000003, subnet-00000004]\n", "", "      port: 8080\n", "", "      healthCheck: /health\n", "", "      " + balancer + "\n", ""}))
	})
	t.Run("existing VPC that faces the internet with one private subnet", func(t *testing.T) {
		t.Parallel()
		parse(t, changed(t, existing, []string{", subnet-00000002]", "]", balancer, "loadBalancer: { http: true }"}))
	})
	t.Run("existing VPC without a range, reached from another", func(t *testing.T) {
		t.Parallel()
		parse(t, change(t, existing, "    cidr: 10.0.0.0/8\n", ""))
	})
}

// Limits hold at the bound and break one over it.
func TestServiceLimits(t *testing.T) {
	t.Parallel()
	ranges := func(n int) string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf("10.%d.0.0/16", i)
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	xs := func(format string) func(int) string {
		return func(n int) string { return strings.Replace(format, "%s", strings.Repeat("x", n), 1) }
	}
	x := strings.Repeat("x", 59)
	for _, c := range []struct {
		name, from string
		to         func(n int) string
		most       int
		want       string // for one more
	}{
		// shop-prod- and -service-start have 24 characters
		{"name", "name: queue", xs("name: %s"), 40, "64:15: application.services[1].name: its role shop-prod-" + x[:40] + "x-service… has 65 characters, IAM allows 64; shorten this name or the project by 1"},
		// shop-prod- has ten characters, -b540 five
		{"name before a port", "name: web\n      image: web", xs("name: %s\n      image: web"), 17, "53:13: application.services[0].name: its load balancer shop-prod-" + x[:18] + "-b540 has 33 characters, AWS allows 32; shorten this name or the project by 1"},
		{"ranges", "[10.0.0.0/8]", ranges, 50, "61:29: application.services[0].loadBalancer.from: has 51 ranges, at most 50 are allowed; join some"},
		{"health check", "healthCheck: /health", xs("healthCheck: /%s"), 1023, "59:20: application.services[0].healthCheck: has 1025 characters, AWS allows 1024; shorten it by 1"},
		{"command", "writable: true", xs("command: [%s]"), 48_000 - len("null"+"null"+`[""]`), "64:7: application.services[1]: environment, secrets and command have 48001 bytes together as JSON, at most 48000 are allowed; shorten them by 1; what is long belongs in the image, a bucket or SSM"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, application, c.from, c.to(c.most)))
			refuse(t, change(t, application, c.from, c.to(c.most+1)), c.want)
		})
	}
	src := strings.ReplaceAll(application, "project: shop", "project: internal-shop")
	refuse(t, src, "53:7: application.services[0]: AWS reserves names of load balancers that begin with internal-; choose another project name, or write port: 0")
}

func TestServiceCounts(t *testing.T) {
	t.Parallel()
	src := change(t, small, "region: us-east-1 }", "region: us-east-1 }\n  - { name: qa, type: test, account: \"333333333333\" }")
	for _, c := range []struct {
		count string
		want  []spec.Count
	}{
		{"null", []spec.Count{{Min: 1, Max: 1}, {Min: 2, Max: 4}, {Min: 1, Max: 2}}},
		{"{}", []spec.Count{{Min: 1, Max: 1}, {Min: 2, Max: 4}, {Min: 1, Max: 2}}},
		{"{ min: 3 }", []spec.Count{{Min: 3, Max: 3}, {Min: 3, Max: 4}, {Min: 3, Max: 3}}},
		{"{ max: 1 }", []spec.Count{{Min: 1, Max: 1}, {Min: 1, Max: 1}, {Min: 1, Max: 1}}},
		{"{ max: 9, min: null }", []spec.Count{{Min: 1, Max: 9}, {Min: 2, Max: 9}, {Min: 1, Max: 9}}},
		{"{ min: 5, max: 6 }", []spec.Count{{Min: 5, Max: 6}, {Min: 5, Max: 6}, {Min: 5, Max: 6}}},
	} {
		s := parse(t, src+"application: { network: true, services: [{ name: a, image: docker.io/library/nginx:1, count: "+c.count+" }] }\n")
		var got []spec.Count
		for _, e := range s.Environments {
			got = append(got, e.Application.Services[0].Count)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", c.count, d)
		}
	}
}

func TestServiceDefaults(t *testing.T) {
	t.Parallel()
	s := parse(t, small+"application: { network: true, services: [{ name: a, image: docker.io/library/nginx:1 }, { name: b, image: docker.io/library/nginx:1, port: 80 }] }\n")
	want := spec.DefaultService()
	want.Name, want.Image, want.Architecture, want.Count = "a", "docker.io/library/nginx:1", spec.X86, spec.Count{Min: 1, Max: 1}
	a, b := s.Environments[0].Application.Services[0], s.Environments[0].Application.Services[1]
	if d := cmp.Diff(want, a); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if a.Balanced() || !b.Balanced() {
		t.Errorf("balanced: %v %v", a.Balanced(), b.Balanced())
	}
	for _, c := range []struct {
		balancer spec.LoadBalancer
		want     bool
	}{
		{spec.LoadBalancer{}, false},
		{spec.LoadBalancer{Certificate: "x"}, true},
		{spec.LoadBalancer{Certificate: "x", Internal: true}, false},
		{spec.LoadBalancer{HTTP: true}, true},
	} {
		if got := c.balancer.Faces(); got != c.want {
			t.Errorf("%+v faces the internet: %v", c.balancer, got)
		}
	}
}
