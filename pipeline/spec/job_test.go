package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

const userHint = "write numbers such as 1000 or 1000:1000, or names that the image has"

// Each case changes one thing of application and gets these messages.
func TestJobRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"job without name", []string{"    - name: nightly\n      image", "    - image"}, []string{"36:7: application.jobs[0].name: is required; use lower-case letters, digits and dashes between them, beginning with a letter, such as nightly"}},
		{"job in capitals", []string{"- name: nightly", "- name: Nightly"}, []string{`36:13: application.jobs[0].name: "Nightly" cannot be part of a job's name; use lower-case letters, digits and dashes between them, beginning with a letter, such as nightly`}},
		{"job that begins with a digit", []string{"- name: nightly", "- name: 1a"}, []string{`36:13: application.jobs[0].name: "1a" cannot be part of a job's name; use lower-case letters, digits and dashes between them, beginning with a letter, such as nightly`}},
		{"job with a placeholder", []string{"- name: nightly", `- name: "a-{type}"`}, []string{"36:13: application.jobs[0].name: a name cannot hold placeholders; it gets project and environment before it anyway"}},
		{"job twice", []string{"name: train", "name: nightly"}, []string{`51:15: application.jobs[1].name: the name "nightly" is taken by jobs[0]; choose another`}},
		{"jobs of one logical id", []string{"name: train", "name: nightly-1, image: web }\n    - { name: nightly1"}, []string{`52:15: application.jobs[2].name: the name "nightly1" gives the logical id Nightly1, which jobs[1] has from "nightly-1"; logical ids are letters and digits alone: choose another`}},
		{"no image", []string{"      image: worker\n", ""}, []string{"36:7: application.jobs[0].image: is required; write the name of a repository of the application, or a whole reference such as public.ecr.aws/docker/library/nginx:1.29"}},
		{"image misspelt", []string{"image: worker", "image: worekr"}, []string{`37:14: application.jobs[0].image: there is no repository "worekr"; did you mean "worker"?`}},
		{"image of a tag misspelt", []string{`"mirror:1.2"`, `"miror:1.2"`}, []string{`51:29: application.jobs[1].image: there is no repository "miror"; did you mean "mirror:1.2"?`}},
		{"image of Docker Hub", []string{"image: worker", `image: "python:3.13"`}, []string{`37:14: application.jobs[0].image: there is no repository "python"; name one of the application or of toolchainStack, or write a whole reference such as public.ecr.aws/docker/library/nginx:1.29`}},
		{"image of Docker Hub with an owner", []string{"image: worker", `image: "acme/python:3.13"`}, []string{`37:14: application.jobs[0].image: "acme/python:3.13" has no registry in front; write the whole reference, such as docker.io/acme/python:3.13`}},
		{"image that is built with a tag", []string{"image: worker", `image: "worker:1"`}, []string{`37:14: application.jobs[0].image: the images of "worker" are built, and the one of the commit runs; write worker`}},
		{"image from elsewhere without a tag", []string{`"mirror:1.2"`, "mirror"}, []string{`51:29: application.jobs[1].image: does not say which image of "mirror" runs; add its tag, such as mirror:1.29`}},
		{"image from elsewhere by digest", []string{`"mirror:1.2"`, `"mirror@sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"`}, []string{`51:29: application.jobs[1].image: "@sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0…" is no tag; write one behind a colon, such as mirror:1.29`}},
		{"image from elsewhere with an empty tag", []string{`"mirror:1.2"`, `"mirror:"`}, []string{`51:29: application.jobs[1].image: ":" is no tag; write one behind a colon, such as mirror:1.29`}},
		{"image of the toolchain without a tag", []string{`"mirror:1.2"`, "base"}, []string{`51:29: application.jobs[1].image: does not say which image of "base" runs; add its tag, such as base:1.29`}},
		{"image without tag or digest", []string{`"mirror:1.2"`, "public.ecr.aws/docker/library/python"}, []string{`51:29: application.jobs[1].image: "public.ecr.aws/docker/library/python" has neither a tag nor a digest, so what runs would change by itself; add one, such as public.ecr.aws/docker/library/python:1.29`}},
		{"image without tag of a host with a port", []string{`"mirror:1.2"`, `"registry.example.com:5000/python"`}, []string{`51:29: application.jobs[1].image: "registry.example.com:5000/python" has neither a tag nor a digest, so what runs would change by itself; add one, such as registry.example.com:5000/python:1.29`}},
		{"image in capitals", []string{`"mirror:1.2"`, `"docker.io/Acme/python:1"`}, []string{`51:29: application.jobs[1].image: "docker.io/Acme/python:1" is not the name of an image; write one such as public.ecr.aws/docker/library/nginx:1.29`}},
		{"image of a private repository", []string{`"mirror:1.2"`, `"111111111111.dkr.ecr.eu-west-1.amazonaws.com/x:1"`}, []string{`51:29: application.jobs[1].image: "111111111111.dkr.ecr.eu-west-1.amazonaws.com/x:1" is in a private repository, which the container is not allowed to read; use a repository of the application or of toolchainStack`}},
		{"image where repositories cannot be read", []string{"  repositories:\n    - { name: web, context: services/web }\n    - { name: worker, context: jobs, architecture: arm64 }\n    - { name: mirror }\n", "  repositories: web\n"}, []string{`11:17: application.repositories: needs a list, found the text "web"; write a list such as [{ name: web, context: services/web }]`}},
		{"image where repositories are misspelt", []string{"  repositories:\n    -", "  repositries:\n    -"}, []string{`11:3: application.repositries: unknown field; did you mean "repositories"?`}},
		{"image where a repository has no name", []string{"{ name: mirror }", "{ name: 5 }"}, []string{`14:15: application.repositories[2].name: needs text, found the number 5; quote it: "5"`}},
		{"architecture of another image", []string{"image: worker\n", "image: worker\n      architecture: x86_64\n"}, []string{`38:21: application.jobs[0].architecture: is x86_64, but the images of "worker" are built for arm64; leave it out`}},
		{"architecture", []string{"image: worker\n", "image: worker\n      architecture: arm\n"}, []string{`38:21: application.jobs[0].architecture: cannot be "arm"; use x86_64 or arm64`}},
		{"command as text", []string{`[sh, -c, "a\nb"]`, "sh"}, []string{`46:16: application.jobs[0].command: needs a list, found the text "sh"; write it in brackets: ["sh"]`}},
		{"command as a line", []string{`[sh, -c, "a\nb"]`, "/run.sh --port  80"}, []string{`46:16: application.jobs[0].command: needs a list, found the text "/run.sh --port  80"; write it in brackets: ["/run.sh", "--port", "80"]`}},
		{"command as a line for a shell", []string{`[sh, -c, "a\nb"]`, "a && b"}, []string{`46:16: application.jobs[0].command: needs a list, found the text "a && b"; write it in brackets: ["sh", "-c", "a && b"]`}},
		{"command as a line that ends", []string{`[sh, -c, "a\nb"]`, `"a b\n"`}, []string{`46:16: application.jobs[0].command: needs a list, found the text "a b"; write it in brackets: ["a", "b"]`}},
		{"command as lines for a shell", []string{`[sh, -c, "a\nb"]`, `"a\nb\n"`}, []string{`46:16: application.jobs[0].command: needs a list, found the text "a"; write it in brackets: ["sh", "-c", "…"]`}},
		{"command of one item with spaces", []string{`[sh, -c, "a\nb"]`, "[/run.sh --port 80]"}, []string{`46:17: application.jobs[0].command[0]: is one word, so that the container looks for a program that is called "/run.sh --port 80"; write ["/run.sh", "--port", "80"]`}},
		{"command of one item for a shell", []string{`[sh, -c, "a\nb"]`, `["exec $APP"]`}, []string{`46:17: application.jobs[0].command[0]: is one word, so that the container looks for a program that is called "exec $APP"; write ["sh", "-c", "exec $APP"]`}},
		{"command without a program", []string{`[sh, -c, "a\nb"]`, `["", x]`}, []string{"46:17: application.jobs[0].command[0]: is empty; write a program"}},
		{"command with a number", []string{`[sh, -c, "a\nb"]`, "[sh, 1]"}, []string{`46:21: application.jobs[0].command[1]: needs text, found the number 1; quote it: "1"`}},
		{"command with a character that reorders", []string{`[sh, -c, "a\nb"]`, `[sh, "a\u202eb"]`}, []string{"46:21: application.jobs[0].command[1]: holds the character U+202E, which changes the direction of text; remove it"}},
		{"variable with a dash", []string{`STAGE: "{environment}"`, "A-B: x"}, []string{`47:27: application.jobs[0].environment.A-B: "A-B" is no name of an environment variable; use letters, digits and _, beginning with no digit, such as STAGE`}},
		{"variable of ECS", []string{`STAGE: "{environment}"`, "ECS_CONTAINER_METADATA_URI_V4: x"}, []string{"47:53: application.jobs[0].environment.ECS_CONTAINER_METADATA_URI_V4: ECS sets ECS_CONTAINER_METADATA_URI_V4 itself; choose another name"}},
		{"variable of Batch", []string{`STAGE: "{environment}"`, "AWS_BATCH_X: x"}, []string{"47:35: application.jobs[0].environment.AWS_BATCH_X: Batch reserves names that begin with AWS_BATCH; choose another name"}},
		{"credentials as variables", []string{`STAGE: "{environment}"`, "AWS_ACCESS_KEY_ID: x"}, []string{"47:41: application.jobs[0].environment.AWS_ACCESS_KEY_ID: would take the place of the role that the container has; leave it out"}},
		{"variable as a number", []string{`STAGE: "{environment}"`, "STAGE: 1"}, []string{`47:29: application.jobs[0].environment.STAGE: needs text, found the number 1; quote it: "1"`}},
		{"secret beside a variable", []string{`STAGE: "{environment}"`, "TOKEN: x"}, []string{"48:25: application.jobs[0].secrets.TOKEN: is in environment too; keep one"}},
		{"secret itself", []string{`"arn:aws:secretsmanager:{region}:{account}:secret:shop/api-AbCdEf#token"`, "hunter2"}, []string{"48:25: application.jobs[0].secrets.TOKEN: is not an ARN; copy it from Secrets Manager: arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>"}},
		{"secret of an own stack", []string{`"arn:aws:secretsmanager:{region}:{account}:secret:shop/api-AbCdEf#token"`, "extras.SecretArn"}, []string{"48:25: application.jobs[0].secrets.TOKEN: is the name of an output, and outputs reach parameters of custom stacks only, not secrets; write the secret's ARN, such as arn:aws:secretsmanager:{region}:{account}:secret:<name>-<six characters>, in the overrides if need be"}},
		{"secret of a stack of cfnpipe", []string{`"arn:aws:secretsmanager:{region}:{account}:secret:shop/api-AbCdEf#token"`, "network.VpcId"}, []string{"48:25: application.jobs[0].secrets.TOKEN: is the name of an output, and outputs reach parameters of custom stacks only, not secrets; write the secret's ARN, such as arn:aws:secretsmanager:{region}:{account}:secret:<name>-<six characters>, in the overrides if need be"}},
		{"secret with a dot", []string{`"arn:aws:secretsmanager:{region}:{account}:secret:shop/api-AbCdEf#token"`, "extra.SecretArn"}, []string{"48:25: application.jobs[0].secrets.TOKEN: is not an ARN; copy it from Secrets Manager: arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>"}},
		{"secret in another region", []string{"secretsmanager:{region}", "secretsmanager:eu-west-1"}, []string{`48:25: application.jobs[0].secrets.TOKEN: is in the region "eu-west-1", but environment "prod" is in us-east-1; use a secret there`}},
		{"secret in another account", []string{"secretsmanager:{region}:{account}", "secretsmanager:{region}:111111111111"}, []string{
			`48:25: application.jobs[0].secrets.TOKEN: is in the account "111111111111", but environment "dev" is 222222222222; use a secret there`,
			`48:25: application.jobs[0].secrets.TOKEN: is in the account "111111111111", but environment "prod" is 444444444444; use a secret there`,
		}},
		{"secret in another partition", []string{"arn:aws:secretsmanager", "arn:aws-us-gov:secretsmanager"}, []string{
			`48:25: application.jobs[0].secrets.TOKEN: is in the partition "aws-us-gov", but environment "dev" is in aws; write arn:aws`,
			`48:25: application.jobs[0].secrets.TOKEN: is in the partition "aws-us-gov", but environment "prod" is in aws; write arn:aws`,
		}},
		{"secret of another service", []string{"secretsmanager:{region}:{account}:secret:shop/api-AbCdEf#token", "s3:::x"}, []string{`48:25: application.jobs[0].secrets.TOKEN: belongs to the service "s3"; use a secret of secretsmanager or ssm`}},
		{"secret without six characters", []string{"shop/api-AbCdEf#token", "shop/api"}, []string{`48:25: application.jobs[0].secrets.TOKEN: "shop/api" lacks the dash and six characters that Secrets Manager puts behind a name; copy the whole ARN`}},
		{"secret with a version", []string{"shop/api-AbCdEf#token", "shop/api-AbCdEf:token::"}, []string{"48:25: application.jobs[0].secrets.TOKEN: has a colon behind the secret's name; write # before a JSON key; versions cannot be chosen"}},
		{"parameter with a key", []string{"parameter/shop/password", "parameter/shop/password#x"}, []string{"62:28: application.services[0].secrets.PASSWORD: has a JSON key behind a parameter; only secrets of secretsmanager have keys: leave it out, and the #"}},
		{"parameter without a name", []string{"parameter/shop/password", "parameter/"}, []string{`62:28: application.services[0].secrets.PASSWORD: "parameter/" is not parameter/ and its name; write arn:aws:ssm:<region>:<account>:parameter/<name>`}},
		{"parameter that is none", []string{"parameter/shop/password", "document/x"}, []string{`62:28: application.services[0].secrets.PASSWORD: "document/x" is not parameter/ and its name; write arn:aws:ssm:<region>:<account>:parameter/<name>`}},
		{"parameter in another account", []string{"ssm:{region}:{account}", "ssm:{region}:111111111111"}, []string{
			`62:28: application.services[0].secrets.PASSWORD: is in the account "111111111111", but environment "dev" is 222222222222; use a secret there`,
			`62:28: application.services[0].secrets.PASSWORD: is in the account "111111111111", but environment "prod" is 444444444444; use a secret there`,
		}},
		{"key by its alias", []string{"key/2a55d9b0-1111-4222-8333-444455556666", "alias/shop"}, []string{"49:20: application.jobs[0].secretKeys[0]: is an alias, and permissions hold for keys; copy it from KMS: arn:aws:kms:<region>:<account>:key/<id>"}},
		{"key by its id", []string{`"arn:aws:kms:{region}:{account}:key/2a55d9b0-1111-4222-8333-444455556666"`, "2a55d9b0-1111-4222-8333-444455556666"}, []string{`49:20: application.jobs[0].secretKeys[0]: "2a55d9b0-1111-4222-8333-444455556666" is not the ARN of a key; copy it from KMS: arn:aws:kms:<region>:<account>:key/<id>`}},
		{"key in another region", []string{"kms:{region}", "kms:eu-west-1"}, []string{`49:20: application.jobs[0].secretKeys[0]: is in the region "eu-west-1", but environment "prod" is in us-east-1; a secret is encrypted by a key of its own region`}},
		{"key twice", []string{`["arn:aws:kms:{region}:{account}:key/2a55d9b0-1111-4222-8333-444455556666"]`, `["arn:aws:kms:{region}:{account}:key/a", "arn:aws:kms:{region}:{account}:key/a"]`}, []string{
			`49:60: application.jobs[0].secretKeys[1]: "arn:aws:kms:eu-west-1:222222222222:key/a" is given twice; keep one`,
			`49:60: application.jobs[0].secretKeys[1]: "arn:aws:kms:us-east-1:444444444444:key/a" is given twice; keep one`,
		}},
		{"job that reads a bucket that is misspelt", []string{"reads: [data]", "reads: [dta]"}, []string{`50:15: application.jobs[0].reads[0]: there is no bucket "dta"; did you mean "data"?`}},
		{"no network for a job", []string{newNetwork + "  buckets: [{ name: data }]\n  functions:\n    - { name: hello, source: a, runtime: provided.al2023, vpc: true,", "  buckets: [{ name: data }]\n  functions:\n    - { name: hello, source: a, runtime: provided.al2023,"}, []string{
			"31:7: application.jobs[0]: needs a network; write network: true in the application",
			"46:7: application.jobs[1]: needs a network; write network: true in the application",
			"48:7: application.services[0]: needs a network; write network: true in the application",
			"59:7: application.services[1]: needs a network; write network: true in the application",
		}},
		{"compute misspelt", []string{"compute: fargate\n", "compute: fargat\n"}, []string{`38:16: application.jobs[0].compute: cannot be "fargat"; did you mean "fargate"?`}},
		{"compute unknown", []string{"compute: fargate\n", "compute: lambda\n"}, []string{`38:16: application.jobs[0].compute: cannot be "lambda"; use fargate, fargate-spot or ec2`}},
		{"vCPUs that Fargate does not have", []string{"vcpus: 0.5", "vcpus: 3"}, []string{"39:14: application.jobs[0].vcpus: Fargate has no tasks with 3 vCPUs; use 0.25, 0.5, 1, 2, 4, 8 or 16, or write compute: ec2"}},
		{"no vCPUs", []string{"vcpus: 0.5", "vcpus: 0"}, []string{"39:14: application.jobs[0].vcpus: Fargate has no tasks with 0 vCPUs; use 0.25, 0.5, 1, 2, 4, 8 or 16, or write compute: ec2"}},
		{"vCPUs below zero", []string{"vcpus: 0.5", "vcpus: -1"}, []string{"39:14: application.jobs[0].vcpus: Fargate has no tasks with -1 vCPUs; use 0.25, 0.5, 1, 2, 4, 8 or 16, or write compute: ec2"}},
		{"vCPUs without end", []string{"vcpus: 0.5", "vcpus: 1e300"}, []string{"39:14: application.jobs[0].vcpus: Fargate has no tasks with 1e+300 vCPUs; use 0.25, 0.5, 1, 2, 4, 8 or 16, or write compute: ec2"}},
		{"vCPUs as text", []string{"vcpus: 0.5", "vcpus: half"}, []string{`39:14: application.jobs[0].vcpus: needs a number, found the text "half"`}},
		{"memory that no CPU of Fargate has", []string{"memory: 2048", "memory: 2000"}, []string{"40:15: application.jobs[0].memory: Fargate has no tasks with 0.5 vCPUs and 2000 MB; use 1024, 2048, 3072 or 4096"}},
		{"memory that other CPUs of Fargate have", []string{"memory: 2048", "memory: 8192"}, []string{"40:15: application.jobs[0].memory: Fargate has no tasks with 0.5 vCPUs and 8192 MB; use 1024, 2048, 3072 or 4096; 8192 MB go with 1, 2 or 4 vCPUs"}},
		{"memory of the default CPU", []string{"      vcpus: 0.5\n      memory: 2048\n", "      memory: 1024\n"}, []string{"39:15: application.jobs[0].memory: Fargate has no tasks with 1 vCPU and 1024 MB; use 2048 to 8192 in steps of 1024; 1024 MB go with 0.25 or 0.5 vCPUs"}},
		{"default memory", []string{"      vcpus: 0.5\n      memory: 2048\n      maxVCPUs: 2\n", "      vcpus: 4\n"}, []string{"36:7: application.jobs[0].memory: Fargate has no tasks with 4 vCPUs and 2048 MB; use 8192 to 30720 in steps of 1024; 2048 MB go with 0.25, 0.5 or 1 vCPUs"}},
		{"GPU on Fargate", []string{"vcpus: 0.5", "gpus: 1\n      vcpus: 0.5"}, []string{"39:13: application.jobs[0].gpus: Fargate has no GPUs; leave it out, or write compute: ec2"}},
		{"instances on Fargate", []string{"vcpus: 0.5", "instanceTypes: [m7g]\n      vcpus: 0.5"}, []string{"39:22: application.jobs[0].instanceTypes: Fargate has no instances; leave it out, or write compute: ec2"}},
		{"half a vCPU of EC2", []string{"vcpus: 4", "vcpus: 4.5"}, []string{"51:64: application.jobs[1].vcpus: EC2 has no 4.5 vCPUs; use a whole number from 1 to 10000"}},
		{"no vCPU of EC2", []string{"vcpus: 4", "vcpus: 0"}, []string{"51:64: application.jobs[1].vcpus: EC2 has no 0 vCPUs; use a whole number from 1 to 10000"}},
		{"memory of EC2", []string{"memory: 1000", "memory: 3"}, []string{"51:75: application.jobs[1].memory: cannot be 3; use a number of MB from 4 to 33554432"}},
		{"GPUs below zero", []string{"gpus: 1", "gpus: -1"}, []string{"51:87: application.jobs[1].gpus: cannot be -1; use a number of GPUs from 0 to 64"}},
		{"GPUs without instances", []string{", instanceTypes: [g6, g5.xlarge]", ""}, []string{"51:87: application.jobs[1].gpus: none of the instances that Batch chooses by itself has GPUs; name some that have under instanceTypes, such as g6"}},
		{"GPUs of ARM", []string{"gpus: 1, instanceTypes: [g6, g5.xlarge]", "gpus: 1, architecture: arm64, instanceTypes: [g5g]"}, []string{"51:87: application.jobs[1].gpus: Batch has no system for ARM processors with GPUs; write architecture: x86_64"}},
		{"instances that are none", []string{"[g6, g5.xlarge]", `[large, "", M7G, m7g., 7g, "m7g.large "]`}, []string{
			`51:106: application.jobs[1].instanceTypes[0]: "large" is neither an instance type nor a family; write one such as m7g.large or m7g`,
			`51:113: application.jobs[1].instanceTypes[1]: "" is neither an instance type nor a family; write one such as m7g.large or m7g`,
			`51:117: application.jobs[1].instanceTypes[2]: "M7G" is neither an instance type nor a family; write one such as m7g.large or m7g`,
			`51:122: application.jobs[1].instanceTypes[3]: "m7g." is neither an instance type nor a family; write one such as m7g.large or m7g`,
			`51:128: application.jobs[1].instanceTypes[4]: "7g" is neither an instance type nor a family; write one such as m7g.large or m7g`,
			`51:132: application.jobs[1].instanceTypes[5]: "m7g.large " is neither an instance type nor a family; write one such as m7g.large or m7g`,
		}},
		{"instance twice", []string{"[g6, g5.xlarge]", "[g6, g6]"}, []string{`51:110: application.jobs[1].instanceTypes[1]: "g6" is given twice; keep one`}},
		{"instances of ARM", []string{"[g6, g5.xlarge]", "[g5g.xlarge, a1, m7gd.large, g6]"}, []string{
			"51:106: application.jobs[1].instanceTypes[0]: g5g.xlarge is arm64, but the job is for x86_64; name another, or write architecture: arm64",
			"51:118: application.jobs[1].instanceTypes[1]: a1 is arm64, but the job is for x86_64; name another, or write architecture: arm64",
			"51:122: application.jobs[1].instanceTypes[2]: m7gd.large is arm64, but the job is for x86_64; name another, or write architecture: arm64",
		}},
		{"instances of x86", []string{"gpus: 1, instanceTypes: [g6, g5.xlarge]", "architecture: arm64, instanceTypes: [m7g, m7i, p4d]"}, []string{
			"51:123: application.jobs[1].instanceTypes[1]: m7i is x86_64, but the job is for arm64; name another, or write architecture: x86_64",
			"51:128: application.jobs[1].instanceTypes[2]: p4d is x86_64, but the job is for arm64; name another, or write architecture: x86_64",
		}},
		{"user as a number", []string{"vcpus: 4", "vcpus: 4, user: 1000"}, []string{`51:73: application.jobs[1].user: needs text, found the number 1000; quote it: "1000"`}},
		{"user with spaces", []string{"vcpus: 4", "vcpus: 4, user: my app"}, []string{`51:73: application.jobs[1].user: "my app" is no user; ` + userHint}},
		{"user without a group", []string{"vcpus: 4", `vcpus: 4, user: "1000:"`}, []string{`51:73: application.jobs[1].user: "1000:" is no user; ` + userHint}},
		{"group without a user", []string{"vcpus: 4", `vcpus: 4, user: ":1000"`}, []string{`51:73: application.jobs[1].user: ":1000" is no user; ` + userHint}},
		{"user of two groups", []string{"vcpus: 4", `vcpus: 4, user: "1:2:3"`}, []string{`51:73: application.jobs[1].user: "1:2:3" is no user; ` + userHint}},
		{"user below zero", []string{"vcpus: 4", `vcpus: 4, user: "-1"`}, []string{`51:73: application.jobs[1].user: "-1" is no user; ` + userHint}},
		{"user beyond all numbers", []string{"vcpus: 4", `vcpus: 4, user: "2147483648"`}, []string{`51:73: application.jobs[1].user: "2147483648" is no user; ` + userHint}},
		{"group beyond all numbers", []string{"vcpus: 4", `vcpus: 4, user: "app:2147483648"`}, []string{`51:73: application.jobs[1].user: "app:2147483648" is no user; ` + userHint}},
		{"user in quotes", []string{"vcpus: 4", `vcpus: 4, user: "'1000'"`}, []string{`51:73: application.jobs[1].user: "'1000'" is no user; ` + userHint}},
		{"GPUs of instances without any", []string{"[g6, g5.xlarge]", "[m7i, inf2.xlarge, hpc7a, trn1]"}, []string{"51:87: application.jobs[1].gpus: none of the instance types has GPUs; name some that have, such as g6"}},
		{"vCPUs that no instance type has", []string{"vcpus: 4", "vcpus: 5", "[g6, g5.xlarge]", "[g6.large, g5.xlarge]"}, []string{"51:64: application.jobs[1].vcpus: are more than the 4 that the largest of the instance types has; name a larger one, or a family such as g6"}},
		{"vCPUs of a small instance", []string{"vcpus: 4, memory: 1000, gpus: 1, instanceTypes: [g6, g5.xlarge]", "vcpus: 16, memory: 1000, instanceTypes: [c5.large]"}, []string{"51:64: application.jobs[1].vcpus: are more than the 2 that the largest of the instance types has; name a larger one, or a family such as c5"}},
		{"vCPUs of a large instance", []string{"vcpus: 4, memory: 1000, gpus: 1, instanceTypes: [g6, g5.xlarge]", "vcpus: 49, memory: 1000, instanceTypes: [t3.2xlarge, r6i.12xlarge]"}, []string{"51:64: application.jobs[1].vcpus: are more than the 48 that the largest of the instance types has; name a larger one, or a family such as t3"}},
		{"memory that no instance type has", []string{"vcpus: 4, memory: 1000, gpus: 1, instanceTypes: [g6, g5.xlarge]", "memory: 15976, instanceTypes: [m7i.xlarge, c7i.xlarge, r7i.large]"}, []string{"51:65: application.jobs[1].memory: is more than what the largest of the instance types leaves to jobs: of its 16384 MB the system takes some; write 15565, or name a larger one, or a family such as m7i"}},
		{"memory of a small instance, all of it", []string{"vcpus: 4, memory: 1000, gpus: 1, instanceTypes: [g6, g5.xlarge]", "memory: 4096, instanceTypes: [c7i.large]"}, []string{"51:65: application.jobs[1].memory: is more than what the largest of the instance types leaves to jobs: of its 4096 MB the system takes some; write 3796, or name a larger one, or a family such as c7i"}},
		{"memory and vCPUs that no instance type has", []string{"memory: 1000, gpus: 1, instanceTypes: [g6, g5.xlarge]", "memory: 12289, instanceTypes: [c7g.large, m7g.medium], architecture: arm64"}, []string{
			"51:64: application.jobs[1].vcpus: are more than the 2 that the largest of the instance types has; name a larger one, or a family such as c7g",
			"51:75: application.jobs[1].memory: is more than what the largest of the instance types leaves to jobs: of its 4096 MB the system takes some; write 3796, or name a larger one, or a family such as c7g",
		}},
		{"vCPUs of a medium instance", []string{"vcpus: 4, memory: 1000, gpus: 1, instanceTypes: [g6, g5.xlarge]", "vcpus: 2, memory: 1000, instanceTypes: [m7a.medium]"}, []string{"51:64: application.jobs[1].vcpus: are more than the 1 that the largest of the instance types has; name a larger one, or a family such as m7a"}},
		{"GPUs that no instance type has", []string{"gpus: 1, instanceTypes: [g6, g5.xlarge]", "gpus: 2, instanceTypes: [m7i, g5.xlarge, g6.16xlarge, p5.4xlarge, p3.2xlarge]"}, []string{"51:87: application.jobs[1].gpus: are more than the 1 of the largest of the instance types; name one that has as many, or write fewer"}},
		{"more GPUs than four", []string{"gpus: 1, instanceTypes: [g6, g5.xlarge]", "gpus: 5, instanceTypes: [g6e.12xlarge, g4dn.12xlarge, p3.8xlarge]"}, []string{"51:87: application.jobs[1].gpus: are more than the 4 of the largest of the instance types; name one that has as many, or write fewer"}},
		{"GPUs that no size of a family has", []string{"gpus: 1, instanceTypes: [g6, g5.xlarge]", "gpus: 9, instanceTypes: [g6, p4d.24xlarge]"}, []string{"51:87: application.jobs[1].gpus: are more than the 8 of the largest of the instance types; name one that has as many, or write fewer"}},
		{"sizes that no instance has", []string{"gpus: 1, instanceTypes: [g6, g5.xlarge]", "instanceTypes: [m7i.lrge, t9.metal-xl, m7i.0xlarge, m7i.99999xlarge, m7i.tiny, m7i.24xl]"}, []string{
			`51:97: application.jobs[1].instanceTypes[0]: "lrge" is no size of instances; did you mean "m7i.large"?`,
			`51:107: application.jobs[1].instanceTypes[1]: "metal-xl" is no size of instances; write one such as t9.2xlarge, or the family t9`,
			`51:120: application.jobs[1].instanceTypes[2]: "0xlarge" is no size of instances; did you mean "m7i.xlarge"?`,
			`51:133: application.jobs[1].instanceTypes[3]: "99999xlarge" is no size of instances; write one such as m7i.2xlarge, or the family m7i`,
			`51:150: application.jobs[1].instanceTypes[4]: "tiny" is no size of instances; write one such as m7i.2xlarge, or the family m7i`,
			`51:160: application.jobs[1].instanceTypes[5]: "24xl" is no size of instances; write one such as m7i.2xlarge, or the family m7i`,
		}},
		{"fewer vCPUs than a job has", []string{"maxVCPUs: 2", "maxVCPUs: 0"}, []string{"41:17: application.jobs[0].maxVCPUs: cannot be 0; use a number of vCPUs from 1 to 10000"}},
		{"fewer vCPUs than a job of EC2 has", []string{"vcpus: 4,", "vcpus: 4, maxVCPUs: 3,"}, []string{"51:77: application.jobs[1].maxVCPUs: cannot be 3; use a number of vCPUs from 4 to 10000"}},
		{"schedule and its time zone", []string{"timezone: Europe/Berlin", "timezone: Europe/Berln"}, []string{`45:17: application.jobs[0].timezone: "Europe/Berln" is no time zone that is known; did you mean "Europe/Berlin"?`}},
		{"time zone that is none", []string{"timezone: Europe/Berlin", `timezone: "local time"`}, []string{`45:17: application.jobs[0].timezone: "local time" is no time zone that is known; write one of the IANA's names, such as Europe/Berlin`}},
		{"time zone by its offset", []string{"timezone: Europe/Berlin", `timezone: "+01:00"`}, []string{`45:17: application.jobs[0].timezone: "+01:00" is no time zone that is known; write one of the IANA's names, such as Europe/Berlin`}},
		{"time zone without a schedule", []string{"      schedule: \"cron(0 3 ? * MON-FRI *)\"\n", ""}, []string{"44:17: application.jobs[0].timezone: means nothing without a schedule; leave it out, or write schedule too"}},
		{"schedule as a number", []string{`schedule: "cron(0 3 ? * MON-FRI *)"`, "schedule: 5"}, []string{`44:17: application.jobs[0].schedule: needs text, found the number 5; quote it: "5"`}},
	} {
		c.run(t, application)
	}
}

// Each case is as near to a refused one as it gets.
func TestJobAccepts(t *testing.T) {
	t.Parallel()
	const secret, key = "arn:aws:secretsmanager:{region}:{account}:secret:shop/api-AbCdEf#token", "arn:aws:kms:{region}:{account}:key/2a55d9b0-1111-4222-8333-444455556666"
	const train = "compute: ec2, vcpus: 4, memory: 1000, gpus: 1, instanceTypes: [g6, g5.xlarge]"
	const image = `"mirror:1.2"`
	for _, c := range []struct{ name, from, to string }{
		{"name with digits and dashes", "name: train", "name: a-1--b"},
		{"names of a function, a bucket, a service and a job", "name: train", "name: web"},
		{"image of the toolchain", image, `"base:v1_2.3-x"`},
		{"image that is built", image, "web"},
		{"image of Docker Hub", image, "docker.io/library/python:3.13"},
		{"latest image in so many words", image, "docker.io/library/python:latest"},
		{"image by digest", image, "ghcr.io/acme/python@sha256:" + strings.Repeat("0a", 32)},
		{"image by tag and digest", image, "ghcr.io/acme/python:3@sha256:" + strings.Repeat("0a", 32)},
		{"image of a host with a port", image, "registry.example.com:5000/a/b__c:_1"},
		{"image of this machine", image, "localhost/a:1"},
		{"image of a host that only looks like ECR", image, "11111111111.dkr.ecr.example.com/a:1"},
		{"images for both architectures", image, image + ", architecture: x86_64"},
		{"architecture that the repository has", "image: worker\n", "image: worker\n      architecture: arm64\n"},
		{"command of a program with a space", `command: [sh, -c, "a\nb"]`, `command: ["/my app", x]`},
		{"command of one word", `command: [sh, -c, "a\nb"]`, `command: [/run.sh]`},
		{"no command", `command: [sh, -c, "a\nb"]`, "command: []"},
		{"command with an empty argument", `command: [sh, -c, "a\nb"]`, `command: [sh, "", "${{X}}"]`},
		{"variables", `STAGE: "{environment}"`, `_x1: "a\nb", EMPTY: "", AWS_REGION: eu-west-1, AWS_BATX: "1"`},
		{"whole secret", "#token", ""},
		{"secret of a parameter", secret, "arn:aws:ssm:{region}:{account}:parameter/a.b_c-d"},
		{"key of another account", key, "arn:aws:kms:{region}:555555555555:key/mrk-0123456789abcdef0123456789abcdef"},
		{"no keys", key, key},
		{"Fargate Spot", "compute: fargate\n", "compute: fargate-spot\n"},
		{"compute by default", "      compute: fargate\n", ""},
		{"compute by GPUs", "compute: ec2, ", ""},
		{"compute by instances", "compute: ec2, vcpus: 4, memory: 1000, gpus: 1, ", ""},
		{"largest on Fargate", "vcpus: 0.5\n      memory: 2048\n      maxVCPUs: 2", "vcpus: 16\n      memory: 122880"},
		{"smallest on Fargate", "vcpus: 0.5\n      memory: 2048\n      maxVCPUs: 2", "vcpus: 0.25\n      memory: 512\n      maxVCPUs: 1"},
		{"smallest on EC2", train, "compute: ec2, vcpus: 1, memory: 4, maxVCPUs: 1"},
		{"vCPUs with a point", train, "compute: ec2, vcpus: 2.0"},
		{"instances that Batch chooses", train, "compute: ec2, architecture: arm64"},
		{"instances of all kinds", train, "instanceTypes: [m7i, c5n.18xlarge, u7i-12tb.224xlarge, p4de, g4dn.xlarge, g6e, gr6.4xlarge, m7i-flex.large, hpc7a, i3.metal, mac2, inf2, vt1, x2iedn, t3a.nano]"},
		{"instances of ARM", train, "architecture: arm64, instanceTypes: [a1, t4g.nano, m6gd, c7gn.metal, r8g.metal-24xl, x2gd, im4gn, is4gen, hpc7g.16xlarge, i8g]"},
		{"user by number", "vcpus: 4,", `vcpus: 4, user: "2147483647",`},
		{"user and group by number", "vcpus: 4,", `vcpus: 4, user: "0:1000",`},
		{"user and group by name", "vcpus: 4,", `vcpus: 4, user: "_app-1.x:App_2",`},
		{"user of the image", "vcpus: 4,", `vcpus: 4, user: "",`},
		{"as many vCPUs as an instance has", train, "vcpus: 36, memory: 61440, instanceTypes: [c4.8xlarge]"},
		{"vCPUs of the first instances", train, "vcpus: 8, memory: 7000, instanceTypes: [c1.xlarge]"},
		{"vCPUs of one of the instances", train, "vcpus: 16, memory: 1000, instanceTypes: [c5.large, c5.4xlarge]"},
		{"vCPUs of a family", train, "vcpus: 100, memory: 1000000, instanceTypes: [c5.large, r5]"},
		{"vCPUs of an instance without a number", train, "vcpus: 128, memory: 1000000, instanceTypes: [m5.large, m6i.metal, u-6tb1.metal]"},
		{"as much memory as instances have", train, "vcpus: 1, memory: 70000, instanceTypes: [m2.4xlarge]"},
		{"memory of instances with much of it", train, "vcpus: 4, memory: 124928, instanceTypes: [x1e.xlarge]"},
		{"memory of c5n", train, "vcpus: 1, memory: 5000, instanceTypes: [c5n.large]"},
		{"GPUs of the largest of a family", train, "gpus: 8, instanceTypes: [g5]"},
		{"GPUs of large instances", train, "gpus: 8, instanceTypes: [g5.48xlarge]"},
		{"GPUs of four", train, "gpus: 4, instanceTypes: [g6.24xlarge]"},
		{"GPUs of metal", train, "gpus: 8, instanceTypes: [g4dn.metal]"},
		{"GPUs of a family that is not known", train, "gpus: 64, instanceTypes: [p9.xlarge]"},
		{"memory that an instance leaves", train, "vcpus: 2, memory: 7988, instanceTypes: [m7i.large]"},
		{"GPUs of one of the instances", train, "gpus: 8, instanceTypes: [m7i, p5.48xlarge]"},
		{"no schedule", "      schedule: \"cron(0 3 ? * MON-FRI *)\"\n      timezone: Europe/Berlin\n", ""},
		{"no schedule and a time zone that null takes back", "      schedule: \"cron(0 3 ? * MON-FRI *)\"\n      timezone: Europe/Berlin\n", "      schedule: null\n      timezone: ~\n"},
		{"no time zone", "timezone: Europe/Berlin", "timezone:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, application, c.from, c.to))
		})
	}
}

// Numbers hold at both bounds and break one beyond.
func TestJobNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field, from string
		least, most int
		want        string // %d is the number
	}{
		{"maxVCPUs", "2", 1, 10_000, "41:17: application.jobs[0].maxVCPUs: cannot be %d; use a number of vCPUs from 1 to 10000"},
		{"attempts", "3", 1, 10, "42:17: application.jobs[0].attempts: cannot be %d; use a number of attempts from 1 to 10"},
		{"timeoutMinutes", "90", 1, 20_160, "43:23: application.jobs[0].timeoutMinutes: cannot be %d; use a number of minutes from 1 to 20160"},
		{"gpus", "1", 0, 64, "51:87: application.jobs[1].gpus: cannot be %d; use a number of GPUs from 0 to 64"},
		{"memory", "1000", 4, 32 << 20, "51:75: application.jobs[1].memory: cannot be %d; use a number of MB from 4 to 33554432"},
	} {
		t.Run(c.field, func(t *testing.T) {
			t.Parallel()
			with := func(n int) string {
				src := change(t, application, "[g6, g5.xlarge]", "[g9]") // which nothing is known of
				return change(t, src, c.field+": "+c.from, fmt.Sprintf("%s: %d", c.field, n))
			}
			parse(t, with(c.least))
			parse(t, with(c.most))
			refuse(t, with(c.least-1), fmt.Sprintf(c.want, c.least-1))
			refuse(t, with(c.most+1), fmt.Sprintf(c.want, c.most+1))
		})
	}
}

// Limits hold at the bound and break one over it.
func TestJobLimits(t *testing.T) {
	t.Parallel()
	list := func(format string) func(int) string {
		return func(n int) string {
			items := make([]string, n)
			for i := range items {
				items[i] = fmt.Sprintf(format, i)
			}
			return "[" + strings.Join(items, ", ") + "]"
		}
	}
	xs := func(format string) func(int) string {
		return func(n int) string { return strings.Replace(format, "%s", strings.Repeat("x", n), 1) }
	}
	// as long in dev as in prod: both regions have nine characters
	rest := len(`{"STAGE":""}`) + len(`{"TOKEN":"arn:aws:secretsmanager:eu-west-1:222222222222:secret:shop/api-AbCdEf#token"}`) + len(`["sh","-c","a\nb"]`)
	x := strings.Repeat("x", 59)
	for _, c := range []struct {
		name, from string
		to         func(n int) string
		most       int
		want       string // for one more
	}{
		// shop-prod- and -job-schedule have 23 characters
		{"name", "name: train", xs("name: %s"), 41, "51:15: application.jobs[1].name: its role shop-prod-" + x[:41] + "x-job-sc… has 65 characters, IAM allows 64; shorten this name or the project by 1"},
		{"image", `"mirror:1.2"`, xs("docker.io/%s:1"), 243, "51:29: application.jobs[1].image: has 256 characters, ECS allows 255; shorten it by 1"},
		{"tag", `"mirror:1.2"`, xs(`"mirror:%s"`), 128, `51:29: application.jobs[1].image: ":` + x[1:] + `…" is no tag; write one behind a colon, such as mirror:1.29`},
		{"environment", `"{environment}"`, xs("%s"), 16_000 - rest, "47:20: application.jobs[0].environment: environment, secrets and command have 16001 bytes together as JSON, at most 16000 are allowed; shorten them by 1; what is long belongs in the image, a bucket or SSM"},
		{"keys", `["arn:aws:kms:{region}:{account}:key/2a55d9b0-1111-4222-8333-444455556666"]`, list("'arn:aws:kms:{region}:{account}:key/%d'"), 10, "49:19: application.jobs[0].secretKeys: has 11 keys, at most 10 are allowed"},
		{"instances", "[g6, g5.xlarge]", list("g%d"), 50, "51:105: application.jobs[1].instanceTypes: has 51 instance types, at most 50 are allowed; name families, such as m7g"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, application, c.from, c.to(c.most)))
			refuse(t, change(t, application, c.from, c.to(c.most+1)), c.want)
		})
	}
}

func TestJobDefaults(t *testing.T) {
	t.Parallel()
	src := small + `application:
  network: true
  repositories: [{ name: web, context: ., architecture: arm64 }, { name: mirror, architecture: arm64 }]
  jobs:
    - { name: a, image: web }
    - { name: b, image: "mirror:1", compute: ec2, vcpus: 3, memory: 8 }
    - { name: c, image: docker.io/library/python:3, vcpus: 0.25, memory: 512, schedule: rate(1 day) }
    - { name: d, image: docker.io/library/python:3, gpus: 1, instanceTypes: [g6], maxVCPUs: 7 }
`
	job := func(name, image string, change func(*spec.Job)) spec.Job {
		j := spec.DefaultJob()
		j.Name, j.Image, j.Architecture, j.Compute = name, image, spec.X86, spec.Fargate
		change(&j)
		return j
	}
	want := func(a, b, c int) []spec.Job {
		return []spec.Job{
			job("a", "web", func(j *spec.Job) { j.Architecture, j.MaxVCPUs = spec.ARM, a }),
			job("b", "mirror:1", func(j *spec.Job) {
				j.Architecture, j.Compute, j.VCPUs, j.Memory, j.MaxVCPUs = spec.ARM, spec.EC2, 3, 8, b
			}),
			job("c", "docker.io/library/python:3", func(j *spec.Job) { j.VCPUs, j.Memory, j.Schedule, j.MaxVCPUs = 0.25, 512, "rate(1 day)", c }),
			job("d", "docker.io/library/python:3", func(j *spec.Job) { j.Compute, j.GPUs, j.InstanceTypes, j.MaxVCPUs = spec.EC2, 1, []string{"g6"}, 7 }),
		}
	}
	s := parse(t, src)
	if d := cmp.Diff(want(1, 3, 1), s.Environments[0].Application.Jobs); d != "" {
		t.Errorf("dev: -want +got\n%s", d)
	}
	if d := cmp.Diff(want(4, 12, 1), s.Environments[1].Application.Jobs); d != "" {
		t.Errorf("prod: -want +got\n%s", d)
	}
}

// What one environment lacks is said of it.
func TestContainersOfEnvironments(t *testing.T) {
	t.Parallel()
	refuse(t, application+"overrides: { dev: { repositories: { web: null } } }\n",
		`54:14: application.services[0].image: environment "dev" has no repository "web"; write another in the overrides, or add the repository there`)
	parse(t, application+"overrides: { dev: { repositories: { web: null }, services: { web: { image: docker.io/library/nginx:1 } } } }\n")
	refuse(t, application+"overrides: { dev: { jobs: { train: { vcpus: 5.5 }, nightly: { secrets: { TOKEN: null, A: x }, vcpus: 4 } } } }\n",
		"40:15: application.jobs[0].memory: Fargate has no tasks with 4 vCPUs and 2048 MB; use 8192 to 30720 in steps of 1024; 2048 MB go with 0.25, 0.5 or 1 vCPUs",
		"41:17: application.jobs[0].maxVCPUs: cannot be 2; use a number of vCPUs from 4 to 10000",
		"72:45: overrides.dev.jobs.train.vcpus: EC2 has no 5.5 vCPUs; use a whole number from 1 to 10000",
		"72:90: overrides.dev.jobs.nightly.secrets.A: is not an ARN; copy it from Secrets Manager: arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>")
}
