package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// Each case changes one thing of code and gets these messages.
func TestCodeRefuses(t *testing.T) {
	t.Parallel()
	const repositoryHint = "use lower-case letters, digits and dashes between them, such as web"
	const functionHint = "use lower-case letters, digits and dashes between them, beginning with a letter, such as hello"
	const sourceHint = "write a path from the root of the repository, such as lambda/hello"
	const contextHint = "write a path from the root of the repository, such as services/web"
	const idHint = "logical ids are letters and digits alone: choose another"
	const handlerHint = "write file and function, such as index.handler"
	const variableHint = "use two or more letters, digits and _, beginning with a letter, such as STAGE"
	const layerHint = "write one such as arn:aws:lambda:{region}:{account}:layer:tools:1"
	for _, c := range []struct {
		name, from, to string
		want           []string
	}{
		{"maxParallelBuilds zero", "maxParallelBuilds: 4", "maxParallelBuilds: 0", []string{"9:20: maxParallelBuilds: cannot be 0; use a number of builds from 1 to 50"}},
		{"maxParallelBuilds as text", "maxParallelBuilds: 4", `maxParallelBuilds: "4"`, []string{`9:20: maxParallelBuilds: needs a number, found the text "4"; write it without quotes`}},

		{"step misspelt", "functionTests:", "functonTests:", []string{`12:3: steps.functonTests: unknown field; did you mean "functionTests"?`}},
		{"no commands", "[make test]", "[]", []string{"11:36: steps.infrastructureTests.commands: there is none; write at least one, or null in place of the step to drop it"}},
		{"command that is blank", "[make test]", `["make test", "  "]`, []string{"11:50: steps.infrastructureTests.commands[1]: is empty; write a command, such as make test"}},
		{"command with a character that reorders", "[make test]", `["a\u202eb"]`, []string{"11:37: steps.infrastructureTests.commands[0]: holds the character U+202E, which changes the direction of text; remove it"}},
		{"commands as text", "[make test]", "make test", []string{`11:36: steps.infrastructureTests.commands: needs a list, found the text "make test"; write it in brackets: ["make test"]`}},
		{"report from the root", `"build/*.xml"`, `"/build/*.xml"`, []string{`15:15: steps.functionTests.reports[0]: "/build/*.xml" is not a plain pattern below the root of the repository; write one such as **/junit*.xml`}},
		{"report outside", `"build/*.xml"`, `"../build/*.xml"`, []string{`15:15: steps.functionTests.reports[0]: "../build/*.xml" is not a plain pattern below the root of the repository; write one such as **/junit*.xml`}},
		{"report outside by a detour", `"build/*.xml"`, `"a/../../*.xml"`, []string{`15:15: steps.functionTests.reports[0]: "a/../../*.xml" is not a plain pattern below the root of the repository; write one such as **/junit*.xml`}},
		{"report of two lines", `"build/*.xml"`, `"a\nb"`, []string{"15:15: steps.functionTests.reports[0]: is not one line of printable text; write a pattern such as **/junit*.xml"}},
		{"empty report", `"build/*.xml"`, `""`, []string{"15:15: steps.functionTests.reports[0]: is empty; write a pattern such as **/junit*.xml"}},
		{"report twice", `["build/*.xml"]`, "[a.xml, a.xml]", []string{`15:22: steps.functionTests.reports[1]: "a.xml" is given twice; keep one`}},
		{"build runtime misspelt", `{ python: "3.13" }`, `{ pyhton: "3.13" }`, []string{`16:25: steps.functionTests.runtimes.pyhton: CodeBuild has no runtime "pyhton"; did you mean "python"?`}},
		{"build runtime unknown", `{ python: "3.13" }`, `{ rust: "1" }`, []string{`16:23: steps.functionTests.runtimes.rust: CodeBuild has no runtime "rust"; known here: dotnet, golang, java, nodejs, php, python, ruby`}},
		{"build runtime as a number", `{ python: "3.13" }`, "{ python: 3.13 }", []string{`16:25: steps.functionTests.runtimes.python: needs text, found the number 3.13; quote it: "3.13"`}},
		{"build runtime's version", `{ python: "3.13" }`, `{ python: ">=3" }`, []string{`16:25: steps.functionTests.runtimes.python: ">=3" is not a version; write one such as "3.13" or latest`}},
		{"build runtime without version", `{ python: "3.13" }`, `{ python: "" }`, []string{`16:25: steps.functionTests.runtimes.python: "" is not a version; write one such as "3.13" or latest`}},

		{"parameter of another project", "/shop/version", "/web/version", []string{`18:31: toolchainStack.parameters["/web/version"]: does not begin with /shop/; write /shop/web/version`}},
		{"parameter without slash", "/shop/version", "version", []string{"18:26: toolchainStack.parameters.version: does not begin with /shop/; write /shop/version"}},
		{"parameter with a space", "/shop/version", `"/shop/a b"`, []string{`18:30: toolchainStack.parameters["/shop/a b"]: the name has characters other than letters, digits and _ . - /; write one such as /shop/version`}},
		{"parameter with a slash at its end", "/shop/version", "/shop/version/", []string{`18:33: toolchainStack.parameters["/shop/version/"]: the name has an empty part; write one slash between two parts and none at the end`}},
		{"parameter that is the project", "/shop/version", "/shop/", []string{`18:25: toolchainStack.parameters["/shop/"]: the name has an empty part; write one slash between two parts and none at the end`}},
		{"parameter below an environment", "/shop/version", "/shop/dev/version", []string{`18:36: toolchainStack.parameters["/shop/dev/version"]: is below /shop/dev/, where cfnpipe's own stacks put their outputs; choose another path below /shop/`}},
		{"parameter below a pipeline", "/shop/version", "/shop/delivery/version", []string{`18:41: toolchainStack.parameters["/shop/delivery/version"]: is below /shop/delivery/, where cfnpipe's own stacks put their outputs; choose another path below /shop/`}},
		{"parameter below the toolchain", "/shop/version", "/shop/toolchain/a/b", []string{`18:38: toolchainStack.parameters["/shop/toolchain/a/b"]: is below /shop/toolchain/, where cfnpipe's own stacks put their outputs; choose another path below /shop/`}},
		{"parameter without value", `/shop/version: "1"`, `/shop/version: ""`, []string{`18:32: toolchainStack.parameters["/shop/version"]: has no value; SSM wants at least one character`}},
		{"parameter that refers to another", `/shop/version: "1"`, `/shop/version: "{{ssm:x}}"`, []string{`18:32: toolchainStack.parameters["/shop/version"]: the value holds "{{", which SSM reads as a reference and refuses; leave it out`}},
		{"parameter as a number", `/shop/version: "1"`, "/shop/version: 1", []string{`18:32: toolchainStack.parameters["/shop/version"]: needs text, found the number 1; quote it: "1"`}},
		{"parameters of one logical id", `/shop/version: "1"`, "/shop/a-1: x, /shop/a1: x", []string{`18:41: toolchainStack.parameters["/shop/a1"]: gives the logical id ShopA1, and so does "/shop/a-1"; logical ids are letters and digits alone: choose another name`}},
		{"shared repository in capitals", "{ name: base }", "{ name: Base }", []string{`19:26: toolchainStack.repositories[0].name: "Base" cannot be part of a repository's name; ` + repositoryHint}},
		{"shared repository without name", "{ name: base }", "{}", []string{"19:18: toolchainStack.repositories[0].name: is required; " + repositoryHint}},
		{"shared repository twice", "{ name: base }", "{ name: base }, { name: base }", []string{`19:42: toolchainStack.repositories[1].name: the name "base" is taken by repositories[0]; choose another`}},
		{"shared repositories of one logical id", "{ name: base }", "{ name: a-1 }, { name: a1 }", []string{`19:41: toolchainStack.repositories[1].name: the name "a1" gives the logical id A1, which repositories[0] has from "a-1"; ` + idHint}},

		{"repository in capitals", "name: web", "name: Web", []string{`22:15: application.repositories[0].name: "Web" cannot be part of a repository's name; ` + repositoryHint}},
		{"repository with a slash", "name: web", "name: a/b", []string{`22:15: application.repositories[0].name: "a/b" cannot be part of a repository's name; ` + repositoryHint}},
		{"repository with a placeholder", "name: web", `name: "{environment}"`, []string{"22:15: application.repositories[0].name: a name cannot hold placeholders; it gets project and environment before it anyway"}},
		{"repository twice", "name: mirror", "name: web", []string{`24:15: application.repositories[2].name: the name "web" is taken by repositories[0]; choose another`}},
		{"repositories of one logical id", "{ name: mirror }", "{ name: web-1 }\n    - { name: web1 }", []string{`25:15: application.repositories[3].name: the name "web1" gives the logical id Web1, which repositories[2] has from "web-1"; ` + idHint}},
		{"context outside", "context: services/web", "context: ../web", []string{`22:29: application.repositories[0].context: "../web" is not a plain path below the root of the repository; ` + contextHint}},
		{"context from the root", "context: services/web", "context: /web", []string{`22:29: application.repositories[0].context: "/web" is not a plain path below the root of the repository; ` + contextHint}},
		{"context that is not clean", "context: services/web", "context: ./services//web/", []string{`22:29: application.repositories[0].context: "./services//web/" is not a plain path below the root of the repository; write services/web`}},
		{"context that looks like a flag", "context: services/web", "context: -f", []string{`22:29: application.repositories[0].context: "-f" is not a plain path below the root of the repository; ` + contextHint}},
		{"context for a shell", "context: services/web", `context: "a'b"`, []string{`22:29: application.repositories[0].context: "a'b" has quotes, dollar signs, backslashes or what cannot be printed; ` + contextHint}},
		{"context that expands", "context: services/web", "context: $HOME", []string{`22:29: application.repositories[0].context: "$HOME" has quotes, dollar signs, backslashes or what cannot be printed; ` + contextHint}},
		{"context on Windows", "context: services/web", `context: services\web`, []string{`22:29: application.repositories[0].context: "services\\web" has quotes, dollar signs, backslashes or what cannot be printed; ` + contextHint}},
		{"context of two lines", "context: services/web", `context: "a\nb"`, []string{`22:29: application.repositories[0].context: "a" has quotes, dollar signs, backslashes or what cannot be printed; ` + contextHint}},
		{"address as a context", "context: services/web", "context: https://github.com/acme/shop.git", []string{`22:29: application.repositories[0].context: "https://github.com/acme/shop.git" is not a plain path below the root of the repository; ` + contextHint}},
		{"dockerfile outside", "docker/Dockerfile", "../Dockerfile", []string{`22:55: application.repositories[0].dockerfile: "../Dockerfile" is not a plain path below the context; write a path from the context, such as Dockerfile`}},
		{"dockerfile that is a directory", "docker/Dockerfile", ".", []string{`22:55: application.repositories[0].dockerfile: "." is not a plain path below the context; write a path from the context, such as Dockerfile`}},
		{"empty dockerfile", "docker/Dockerfile", `""`, []string{"22:55: application.repositories[0].dockerfile: is required; write a path from the context, such as Dockerfile"}},
		{"build argument with a dash", `ENV: "{environment}"`, "MY-ENV: x", []string{`23:93: application.repositories[1].buildArguments.MY-ENV: "MY-ENV" is no name of a build argument; use letters, digits and _, beginning with no digit, such as VERSION`}},
		{"build argument that begins with a digit", `ENV: "{environment}"`, "1ENV: x", []string{`23:91: application.repositories[1].buildArguments.1ENV: "1ENV" is no name of a build argument; use letters, digits and _, beginning with no digit, such as VERSION`}},
		{"build argument for a shell", `ENV: "{environment}"`, "ENV: a$TOKEN-b", []string{`23:90: application.repositories[1].buildArguments.ENV: docker would get the letters "$TOKEN", because no shell reads build arguments; write the value itself; a secret would stay in the image: build an image that needs one elsewhere, and push it to a repository without context`}},
		{"build argument for a shell, with braces", `ENV: "{environment}"`, `ENV: "${TOKEN}"`, []string{`23:90: application.repositories[1].buildArguments.ENV: docker would get the letters "${TOKEN}", because no shell reads build arguments; write the value itself; a secret would stay in the image: build an image that needs one elsewhere, and push it to a repository without context`}},
		{"build argument of two lines", `ENV: "{environment}"`, `ENV: "a\nb"`, []string{"23:90: application.repositories[1].buildArguments.ENV: is not one line of printable text; put what is longer into a file of the context"}},
		{"build argument with an unknown placeholder", `ENV: "{environment}"`, `ENV: "{stage}"`, []string{`23:90: application.repositories[1].buildArguments.ENV: unknown placeholder "{stage}"; use {account}, {environment}, {project}, {region}, {type}, or write {{stage}} for literal text`}},
		{"architecture of a repository", "architecture: arm64 }", "architecture: amd64 }", []string{`22:88: application.repositories[0].architecture: cannot be "amd64"; use x86_64 or arm64`}},
		{"refresh as a number", `refresh: "2"`, "refresh: 2", []string{`23:45: application.repositories[1].refresh: needs text, found the number 2; quote it: "2"`}},
		{"refresh of two lines", `refresh: "2"`, `refresh: "a\nb"`, []string{`23:45: application.repositories[1].refresh: is not one line of printable text; write any other text, such as "2"`}},
		{"removal of a repository", "removal: retain", "removal: keep", []string{`23:59: application.repositories[1].removal: cannot be "keep"; use delete or retain`}},

		{"function in capitals", "name: hello", "name: Hello", []string{`27:13: application.functions[0].name: "Hello" cannot be part of a function's name; ` + functionHint}},
		{"function that begins with a digit", "name: hello", "name: 1hello", []string{`27:13: application.functions[0].name: "1hello" cannot be part of a function's name; ` + functionHint}},
		{"function with an underscore", "name: hello", "name: hello_world", []string{`27:13: application.functions[0].name: "hello_world" cannot be part of a function's name; ` + functionHint}},
		{"function with a placeholder", "name: hello", `name: "hello-{environment}"`, []string{"27:13: application.functions[0].name: a name cannot hold placeholders; it gets project and environment before it anyway"}},
		{"function without name", "    - name: hello\n      source", "    - source", []string{"27:7: application.functions[0].name: is required; " + functionHint}},
		{"function twice", "name: fast", "name: hello", []string{`44:15: application.functions[1].name: the name "hello" is taken by functions[0]; choose another`}},
		{"functions of one logical id", "name: fast, source: cmd/fast, runtime: provided.al2023 }", "name: fast-1, source: a, runtime: provided.al2023 }\n    - { name: fast1, source: a, runtime: provided.al2023 }", []string{`45:15: application.functions[2].name: the name "fast1" gives the logical id Fast1, which functions[1] has from "fast-1"; ` + idHint}},
		{"buckets of one logical id", "{ name: upload }", "{ name: upload }, { name: a-1 }, { name: a1 }", []string{`25:70: application.buckets[3].name: the name "a1" gives the logical id A1, which buckets[2] has from "a-1"; ` + idHint}},
		{"function without source", "      source: lambda/hello\n", "", []string{"27:7: application.functions[0].source: is required; write the directory of the code, such as lambda/hello"}},
		{"source outside", "source: lambda/hello", "source: ../hello", []string{`28:15: application.functions[0].source: "../hello" is not a plain path below the root of the repository; ` + sourceHint}},
		{"source outside by a detour", "source: lambda/hello", "source: lambda/../../hello", []string{`28:15: application.functions[0].source: "lambda/../../hello" is not a plain path below the root of the repository; ` + sourceHint}},
		{"source from the root", "source: lambda/hello", "source: /hello", []string{`28:15: application.functions[0].source: "/hello" is not a plain path below the root of the repository; ` + sourceHint}},
		{"source with a slash at its end", "source: lambda/hello", "source: lambda/hello/", []string{`28:15: application.functions[0].source: "lambda/hello/" is not a plain path below the root of the repository; write lambda/hello`}},
		{"source for a shell", "source: lambda/hello", `source: "a'; id"`, []string{`28:15: application.functions[0].source: "a'; id" has quotes, dollar signs, backslashes or what cannot be printed; ` + sourceHint}},
		{"source with a control character", "source: lambda/hello", `source: "a\tb"`, []string{`28:15: application.functions[0].source: "a b" has quotes, dollar signs, backslashes or what cannot be printed; ` + sourceHint}},
		{"blank source", "source: lambda/hello", `source: " "`, []string{`28:15: application.functions[0].source: " " is not a plain path below the root of the repository; ` + sourceHint}},
		{"blank build", `"pip install -r requirements.txt -t ."`, `"  "`, []string{"29:14: application.functions[0].build: is empty; write a command, such as make test"}},
		{"build that expands", `"pip install -r requirements.txt -t ."`, `"cp ${HOME}/x ."`, []string{`29:14: application.functions[0].build: unknown placeholder "{HOME}"; intrinsics are not read here; write ${{HOME}} for literal text`}},
		{"function's refresh of two lines", `refresh: "1"`, `refresh: "a\nb"`, []string{`30:16: application.functions[0].refresh: is not one line of printable text; write any other text, such as "2"`}},

		{"function without runtime", "      runtime: python3.13\n", "", []string{"27:7: application.functions[0].runtime: is required; write one such as python3.13"}},
		{"runtime misspelt", "runtime: python3.13", "runtime: pyhton3.13", []string{`31:16: application.functions[0].runtime: Lambda has no runtime "pyhton3.13"; did you mean "python3.13"?`}},
		{"runtime without a dot", "runtime: python3.13", "runtime: python313", []string{`31:16: application.functions[0].runtime: Lambda has no runtime "python313"; did you mean "python3.13"?`}},
		{"runtime of a version to come", "runtime: python3.13", "runtime: python4.99", []string{`31:16: application.functions[0].runtime: Lambda has no runtime "python4.99"; known here: python3.14, python3.13, python3.12, python3.11, python3.10`}},
		{"runtime unknown", "runtime: python3.13", "runtime: perl5", []string{`31:16: application.functions[0].runtime: Lambda has no runtime "perl5"; known here: python3.14, python3.13, python3.12, python3.11, python3.10, nodejs24.x, nodejs22.x, nodejs20.x, java25, java21, java17.al2023, java17, java11.al2023, java11, java8.al2023, java8.al2, dotnet10, dotnet8, ruby4.0, ruby3.4, …`}},
		{"runtime that is retired", "runtime: python3.13", "runtime: python3.9", []string{`31:16: application.functions[0].runtime: Lambda has retired "python3.9"; use python3.14`}},
		{"runtime of Node.js that is retired", "runtime: python3.13", "runtime: nodejs18.x", []string{`31:16: application.functions[0].runtime: Lambda has retired "nodejs18.x"; use nodejs24.x`}},
		{"runtime of Java that is retired", "runtime: python3.13", "runtime: java8", []string{`31:16: application.functions[0].runtime: Lambda has retired "java8"; use java25`}},
		{"runtime of .NET that is retired", "runtime: python3.13", "runtime: dotnet6", []string{`31:16: application.functions[0].runtime: Lambda has retired "dotnet6"; use dotnet10`}},
		{"runtime of Ruby that is retired", "runtime: python3.13", "runtime: ruby2.7", []string{`31:16: application.functions[0].runtime: Lambda has retired "ruby2.7"; use ruby4.0`}},
		{"runtime of Go that is retired", "runtime: python3.13", "runtime: go1.x", []string{`31:16: application.functions[0].runtime: Lambda has retired "go1.x"; use provided.al2023`}},
		{"runtime of one's own that is retired", "runtime: python3.13", "runtime: provided", []string{`31:16: application.functions[0].runtime: Lambda has retired "provided"; use provided.al2023`}},

		{"function without handler", "      handler: index.handler\n", "", []string{"27:7: application.functions[0].handler: is required; " + handlerHint}},
		{"handler without function", "handler: index.handler", "handler: index", []string{`32:16: application.functions[0].handler: "index" is no handler for python3.13; ` + handlerHint}},
		{"handler with an empty part", "handler: index.handler", "handler: index.", []string{`32:16: application.functions[0].handler: "index." is no handler for python3.13; ` + handlerHint}},
		{"handler that is a file", "handler: index.handler", "handler: src/index.py", []string{`32:16: application.functions[0].handler: "src/index.py" is a file, not a function in it; write both without the ending, such as src/index.handler`}},
		{"handler with a space", "handler: index.handler", `handler: "index handler"`, []string{`32:16: application.functions[0].handler: "index handler" is no handler for python3.13; ` + handlerHint}},
		{"handler outside", "handler: index.handler", "handler: ../index.handler", []string{`32:16: application.functions[0].handler: "../index.handler" is no handler for python3.13; ` + handlerHint}},
		{"handler of Java for Python", "handler: index.handler", "handler: com.acme.Hello::handle", []string{`32:16: application.functions[0].handler: "com.acme.Hello::handle" is no handler for python3.13; ` + handlerHint}},
		{"handler of Node.js that is a file", "runtime: python3.13\n      handler: index.handler", "runtime: nodejs24.x\n      handler: index.mjs", []string{`32:16: application.functions[0].handler: "index.mjs" is a file, not a function in it; write both without the ending, such as index.handler`}},
		{"handler of Python for Java", "runtime: python3.13\n      handler: index.handler", "runtime: java25\n      handler: src/index.handler", []string{`32:16: application.functions[0].handler: "src/index.handler" is no handler for java25; write class and method, such as com.acme.Hello::handle`}},
		{"handler of Java with two methods", "runtime: python3.13\n      handler: index.handler", "runtime: java25\n      handler: 'A::b::c'", []string{`32:16: application.functions[0].handler: "A::b::c" is no handler for java25; write class and method, such as com.acme.Hello::handle`}},
		{"handler of .NET without method", "runtime: python3.13\n      handler: index.handler", "runtime: dotnet10\n      handler: 'Shop::Shop.Hello'", []string{`32:16: application.functions[0].handler: "Shop::Shop.Hello" is no handler for dotnet10; write assembly, class and method, such as Shop::Shop.Hello::Handle, or the assembly alone if it runs by itself`}},
		{"handler of Ruby without method", "runtime: python3.13\n      handler: index.handler", "runtime: ruby3.4\n      handler: index", []string{`32:16: application.functions[0].handler: "index" is no handler for ruby3.4; ` + handlerHint}},
		{"handler of one's own with a space", "runtime: python3.13\n      handler: index.handler", "runtime: provided.al2023\n      handler: a b", []string{`32:16: application.functions[0].handler: "a b" is no handler for provided.al2023; write a word, such as bootstrap`}},

		{"architecture of a function", "architecture: arm64\n", "architecture: x86\n", []string{`35:21: application.functions[0].architecture: cannot be "x86"; use x86_64 or arm64`}},
		{"reserved variable", "LEVEL: debug", "AWS_REGION: x", []string{"36:58: application.functions[0].environment.AWS_REGION: Lambda sets AWS_REGION itself; choose another name"}},
		{"reserved variable with an underscore", "LEVEL: debug", "_HANDLER: x", []string{"36:56: application.functions[0].environment._HANDLER: Lambda sets _HANDLER itself; choose another name"}},
		{"variable with a dash", "LEVEL: debug", "LOG-LEVEL: x", []string{`36:57: application.functions[0].environment.LOG-LEVEL: "LOG-LEVEL" is no name of an environment variable; ` + variableHint}},
		{"variable of one letter", "LEVEL: debug", "X: x", []string{`36:49: application.functions[0].environment.X: "X" is no name of an environment variable; ` + variableHint}},
		{"variable with an underscore first", "LEVEL: debug", "_X: x", []string{`36:50: application.functions[0].environment._X: "_X" is no name of an environment variable; ` + variableHint}},
		{"variable as a number", "LEVEL: debug", "LEVEL: 5", []string{`36:53: application.functions[0].environment.LEVEL: needs text, found the number 5; quote it: "5"`}},
		{"variable with an unknown placeholder", "LEVEL: debug", `LEVEL: "{stagee}"`, []string{`36:53: application.functions[0].environment.LEVEL: unknown placeholder "{stagee}"; use {account}, {environment}, {project}, {region}, {type}, or write {{stagee}} for literal text`}},
		{"layer without version", "{region}:{account}:layer:tools:7", "{region}:{account}:layer:tools", []string{"37:16: application.functions[0].layers[0]: names a layer without its version; add the number of one, such as :1"}},
		{"layer of a word", "arn:aws:lambda:{region}:{account}:layer:tools:7", "tools", []string{"37:16: application.functions[0].layers[0]: is not the ARN of a layer's version; " + layerHint}},
		{"empty layer", "arn:aws:lambda:{region}:{account}:layer:tools:7", "", []string{"37:16: application.functions[0].layers[0]: is empty; " + layerHint}},
		{"layer with an alias", "{region}:{account}:layer:tools:7", "{region}:{account}:layer:tools:latest", []string{"37:16: application.functions[0].layers[0]: is not the ARN of a layer's version; " + layerHint}},
		{"layer in one region", "{region}:{account}:layer:tools:7", "eu-west-1:{account}:layer:tools:7", []string{`37:16: application.functions[0].layers[0]: is in the region "eu-west-1", but environment "prod" is in us-east-1; write {region} in its place, or another layer in the overrides`}},
		{"layer in another partition", "arn:aws:lambda:{region}:{account}:layer:tools:7", "arn:aws-us-gov:lambda:{region}:{account}:layer:tools:7", []string{`37:16: application.functions[0].layers[0]: is in the partition "aws-us-gov", but the accounts are in aws; write arn:aws`}},
		{"layer in two versions", `["arn:aws:lambda:{region}:{account}:layer:tools:7"]`, `["arn:aws:lambda:{region}:{account}:layer:tools:7", "arn:aws:lambda:{region}:{account}:layer:tools:8"]`, []string{`37:67: application.functions[0].layers[1]: "tools" is given twice; keep one version`}},
		{"no reserved concurrency at all", "reservedConcurrency: 2", "reservedConcurrency: -1", []string{"41:28: application.functions[0].reservedConcurrency: cannot be -1; use 0 or more; null reserves none"}},
		{"VPC without a network", "{ subnets: [subnet-0123456789abcdef0], securityGroups: [sg-01234567] }", "{}", []string{
			"40:12: application.functions[0].vpc: needs a network; write network: true in the application, or name subnets and security groups",
		}},
		{"VPC without security groups", ", securityGroups: [sg-01234567]", "", []string{
			"40:12: application.functions[0].vpc.securityGroups: there is none; a function in a VPC needs at least one",
		}},
		{"VPC without subnets", "subnets: [subnet-0123456789abcdef0], ", "", []string{
			"40:12: application.functions[0].vpc.subnets: there is none; a function in a VPC needs at least one: without security groups it runs in the private subnets of the network",
		}},
		{"subnet by its name", "subnet-0123456789abcdef0", "private-a", []string{`40:24: application.functions[0].vpc.subnets[0]: "private-a" is not an id of subnets; write one such as subnet-0123456789abcdef0`}},
		{"subnet that is too long", "subnet-0123456789abcdef0", "subnet-0123456789abcdef01", []string{`40:24: application.functions[0].vpc.subnets[0]: "subnet-0123456789abcdef01" is not an id of subnets; write one such as subnet-0123456789abcdef0`}},
		{"subnet in capitals", "subnet-0123456789abcdef0", "subnet-0123456789ABCDEF0", []string{`40:24: application.functions[0].vpc.subnets[0]: "subnet-0123456789ABCDEF0" is not an id of subnets; write one such as subnet-0123456789abcdef0`}},
		{"subnet twice", "[subnet-0123456789abcdef0]", "[subnet-01234567, subnet-01234567]", []string{`40:41: application.functions[0].vpc.subnets[1]: "subnet-01234567" is given twice; keep one`}},
		{"security group by its name", "sg-01234567", "default", []string{`40:68: application.functions[0].vpc.securityGroups[0]: "default" is not an id of security groups; write one such as sg-0123456789abcdef0`}},
		{"security group twice", "[sg-01234567]", "[sg-01234567, sg-01234567]", []string{`40:81: application.functions[0].vpc.securityGroups[1]: "sg-01234567" is given twice; keep one`}},
		{"reads a bucket that is misspelt", "reads: [data]", "reads: [dta]", []string{`42:15: application.functions[0].reads[0]: there is no bucket "dta"; did you mean "data"?`}},
		{"writes a bucket of cfnpipe", "writes: [data, upload]", "writes: [logs]", []string{`43:16: application.functions[0].writes[0]: there is no bucket "logs"; known here: data, upload`}},
		{"reads a bucket twice", "reads: [data]", "reads: [data, data]", []string{`42:21: application.functions[0].reads[1]: "data" is given twice; keep one`}},
		{"reads a bucket without name", "reads: [data]", `reads: [""]`, []string{"42:15: application.functions[0].reads[0]: is empty; write the name of a bucket"}},
		{"reads where no bucket is", "  buckets: [{ name: data }, { name: upload }]\n", "", []string{
			`41:15: application.functions[0].reads[0]: there is no bucket "data"; add it to the buckets of the application`,
			`42:16: application.functions[0].writes[0]: there is no bucket "data"; add it to the buckets of the application`,
			`42:22: application.functions[0].writes[1]: there is no bucket "upload"; add it to the buckets of the application`,
		}},
		{"reads where buckets cannot be read", "[{ name: data }, { name: upload }]", "data", []string{`25:12: application.buckets: needs a list, found the text "data"; write a list such as [{ name: data }]`}},
		{"reads where buckets are misspelt", "  buckets: [", "  bukets: [", []string{`25:3: application.bukets: unknown field; did you mean "buckets"?`}},
		{"reads where a bucket cannot be read", "{ name: upload }", "{ name: 1 }", []string{`25:37: application.buckets[1].name: needs text, found the number 1; quote it: "1"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refuse(t, change(t, code, c.from, c.to), c.want...)
		})
	}
}

// Each case is as near to a refused one as it gets.
func TestCodeAccepts(t *testing.T) {
	t.Parallel()
	const runtime = "runtime: python3.13\n      handler: index.handler"
	const layer = `["arn:aws:lambda:{region}:{account}:layer:tools:7"]`
	for _, c := range []struct{ name, from, to string }{
		{"default commands", "functionTests:\n    commands: [\"pip install -r requirements-dev.txt\", \"cd lambda\\npytest ${X}\"]", "functionTests:\n    commands: null"},
		{"report anywhere", "build/*.xml", "**/TEST-*.xml"},
		{"report with two dots in its name", "build/*.xml", "a..b.xml"},
		{"latest build runtime", `python: "3.13"`, "python: latest"},
		{"build runtimes", `python: "3.13"`, `java: corretto21, nodejs: "22", dotnet: 8.x`},
		{"parameter of several parts", "/shop/version", "/shop/a.b_c-d/E/1"},
		{"parameter named like an environment", "/shop/version", "/shop/dev"},
		{"parameter below what begins like an environment", "/shop/version", "/shop/devices/version"},
		{"parameter with lines and single braces", `/shop/version: "1"`, `/shop/version: "{\n\t\"a\": {} }"`},
		{"repository of one digit", "name: web", `name: "9"`},
		{"context with spaces and letters of the world", "context: services/web", "context: 'Dienste & Größe/(web) v1.0'"},
		{"context with dots in its parts", "context: services/web", "context: .docker/..web/a..b"},
		{"build argument without value", `ENV: "{environment}"`, `_env: ""`},
		{"build argument with quotes", `ENV: "{environment}"`, `ENV: "it's $5 \"{{x}}\" \\"`},
		{"function that reads well", "name: hello", "name: a-1--b"},
		{"one name for a function, a bucket and a repository", "name: hello", "name: data"},
		{"names that differ in a logical id by case alone", "name: hello", "name: fa-st"},
		{"source that is the root", "source: lambda/hello", "source: ."},
		{"build of several lines", `build: "pip install -r requirements.txt -t ."`, "build: |\n        npm ci\n        cp \"$HOME\"/x ${{A}} 'b' \\\n          .\n"},
		{"no build", `      build: "pip install -r requirements.txt -t ."` + "\n", ""},
		{"Python package", "index.handler", "src/shop.hello.main.handler_1"},
		{"Node.js", runtime, "runtime: nodejs24.x\n      handler: src/v1.2/index.nested.handler"},
		{"Java class", runtime, "runtime: java17.al2023\n      handler: com.acme.Hello"},
		{"Java method", runtime, "runtime: java21\n      handler: 'com.acme.Outer$Inner::handle_it'"},
		{".NET assembly", runtime, "runtime: dotnet10\n      handler: Acme.Shop-Hello"},
		{".NET method", runtime, "runtime: dotnet8\n      handler: 'Acme.Shop::Acme.Shop.Outer+Hello`1::Handle'"},
		{"Ruby method", runtime, "runtime: ruby3.4\n      handler: app/hello.process?"},
		{"Ruby module", runtime, "runtime: ruby4.0\n      handler: 'hello.Shop::Hello.process'"},
		{"runtime of one's own with a handler", runtime, "runtime: provided.al2\n      handler: my-handler:x"},
		{"variables that one may set", "LEVEL: debug", "TZ: Europe/Berlin, AWS_LAMBDA_EXEC_WRAPPER: /opt/x, PATH: '', A_: \"a\\nb\""},
		{"no layers", layer, "[]"},
		{"layer of AWS", layer, `["arn:aws:lambda:{region}:580247275435:layer:LambdaInsightsExtension-Arm64:24", "arn:aws:lambda:{region}:{account}:layer:a_B-1:1"]`},
		{"reserved concurrency that stops a function", "reservedConcurrency: 2", "reservedConcurrency: 0"},
		{"no VPC", "vpc: { subnets: [subnet-0123456789abcdef0], securityGroups: [sg-01234567] }", "vpc: null"},
		{"reads nothing", "reads: [data]", "reads: []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, code, c.from, c.to))
		})
	}
}

// Numbers hold at both bounds and break one beyond.
func TestCodeNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field, from string
		least, most int
		want        string // %d is the number
	}{
		{"maxParallelBuilds", "4", 1, 50, "9:20: maxParallelBuilds: cannot be %d; use a number of builds from 1 to 50"},
		{"timeoutMinutes", "45", 5, 2160, "14:21: steps.functionTests.timeoutMinutes: cannot be %d; use a number of minutes from 5 to 2160"},
		{"memory", "512", 128, 10240, "33:15: application.functions[0].memory: cannot be %d; use a number of MB from 128 to 10240"},
		{"timeout", "60", 1, 900, "34:16: application.functions[0].timeout: cannot be %d; use a number of seconds from 1 to 900"},
	} {
		t.Run(c.field, func(t *testing.T) {
			t.Parallel()
			with := func(n int) string {
				return change(t, code, c.field+": "+c.from+"\n", fmt.Sprintf("%s: %d\n", c.field, n))
			}
			parse(t, with(c.least))
			parse(t, with(c.most))
			refuse(t, with(c.least-1), fmt.Sprintf(c.want, c.least-1))
			refuse(t, with(c.most+1), fmt.Sprintf(c.want, c.most+1))
		})
	}
}

// Limits hold at the bound and break one over it.
func TestCodeLimits(t *testing.T) {
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
		return func(n int) string { return fmt.Sprintf(format, strings.Repeat("x", n)) }
	}
	x := strings.Repeat("x", 59)
	for _, c := range []struct {
		name, from string
		to         func(n int) string
		most       int
		want       string // for one more
	}{
		{"commands", "[make test]", xs("[make, %s]"), 19_996, "11:36: steps.infrastructureTests.commands: has 20001 bytes together, at most 20000 are allowed; put what is longer into a script"},
		{"report", "build/*.xml", xs("%s"), 255, `15:15: steps.functionTests.reports[0]: "` + x + `…" is not a plain pattern below the root of the repository; write one such as **/junit*.xml`},
		{"parameter value", `/shop/version: "1"`, xs("/shop/version: %s"), 4096, `18:32: toolchainStack.parameters["/shop/version"]: the value has 4097 bytes, SSM allows 4096; shorten it by 1`},
		{"parameter levels", "/shop/version", func(n int) string { return "/shop" + strings.Repeat("/x", n-1) }, 15, `18:54: toolchainStack.parameters["/shop` + strings.Repeat("/x", 15) + `"]: the name has 16 levels, SSM allows 15`},
		// shop-toolchain- has 15 characters, shop-prod- has 10.
		{"shared repository", "name: base", xs("name: %s"), 241, "19:26: toolchainStack.repositories[0].name: shop-toolchain-" + x[15:] + "… has 257 characters, ECR allows 256; shorten this name or the project by 1"},
		{"repository", "name: web", xs("name: %s"), 246, "22:15: application.repositories[0].name: shop-prod-" + x[10:] + "… has 257 characters, ECR allows 256; shorten this name or the project by 1"},
		{"context", "context: services/web", xs("context: %s"), 255, `22:29: application.repositories[0].context: "` + x + `…" is not a plain path below the root of the repository; write a path from the root of the repository, such as services/web`},
		{"function", "name: hello", xs("name: %s"), 45, "27:13: application.functions[0].name: its role shop-prod-" + x[13:] + "-fu… has 65 characters, IAM allows 64; shorten this name or the project by 1"},
		{"build", `"pip install -r requirements.txt -t ."`, xs("%s"), 1000, "29:14: application.functions[0].build: has 1001 characters, at most 1000 are allowed; put what is longer into a script"},
		{"handler", "index.handler", xs("index.%s"), 122, "32:16: application.functions[0].handler: has 129 characters, Lambda allows 128; shorten it by 1"},
		{"environment", "LEVEL: debug", xs("LEVEL: %s"), 4096 - len(`{"LEVEL":"","STAGE":"prod"}`), "36:20: application.functions[0].environment: has 4097 bytes as JSON, Lambda allows 4096; shorten it by 1; what is long belongs in a bucket or in SSM"},
		{"environment with quotes", "LEVEL: debug", func(n int) string { return "LEVEL: '" + strings.Repeat(`"`, n) + "<>'" }, (4096 - len(`{"LEVEL":"<>","STAGE":"prod"}`)) / 2, "36:20: application.functions[0].environment: has 4097 bytes as JSON, Lambda allows 4096; shorten it by 1; what is long belongs in a bucket or in SSM"},
		{"layer", "layer:tools:7", xs("layer:tools%s:7"), 140 - len("arn:aws:lambda:us-east-1:444444444444:layer:tools:7"), "37:16: application.functions[0].layers[0]: is not the ARN of a layer's version; write one such as arn:aws:lambda:{region}:{account}:layer:tools:1"},
		{"layers", `["arn:aws:lambda:{region}:{account}:layer:tools:7"]`, list(`"arn:aws:lambda:{region}:{account}:layer:t%d:1"`), 5, "37:15: application.functions[0].layers: has 6 layers, Lambda allows 5; put several into one"},
		{"subnets", "[subnet-0123456789abcdef0]", list("subnet-%08d"), 16, "40:23: application.functions[0].vpc.subnets: has 17 subnets, Lambda allows 16"},
		{"security groups", "[sg-01234567]", list("sg-%08d"), 5, "40:67: application.functions[0].vpc.securityGroups: has 6 security groups, Lambda allows 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, code, c.from, c.to(c.most)))
			refuse(t, change(t, code, c.from, c.to(c.most+1)), c.want)
		})
	}
}

// The buckets that cfnpipe makes in an environment have longer names than a short one of the application.
func TestOwnBucketLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ application, part string }{
		{"{ functions: [{ name: a, source: a, runtime: provided.al2023 }], buckets: [{ name: a }] }", "-logs"},
		{"{ buckets: [{ name: a }] }", "-logs"},
	} {
		with := func(env string) string {
			return change(t, small, "name: prod", "name: "+env) + "application: " + c.application + "\n"
		}
		env := strings.Repeat("e", 63-len("shop-"+c.part+"-444444444444-us-east-1-an"))
		parse(t, with(env))
		refuse(t, with("e"+env), "8:13: environments[1].name: the bucket shop-e"+env+c.part+"-444444444444-us-east-1-an has 64 characters, S3 allows 63; "+
			"shorten this name or the project by 1")
		parse(t, change(t, small, "name: prod", "name: e"+env)+"application: { repositories: [{ name: a, context: . }] }\n")
	}
}

// The roles of a pipeline's builds are never what is too long: its artifact bucket has the longer name.
func TestBuildRolesFit(t *testing.T) {
	t.Parallel()
	// sa-east-1 and eu-west-1 are the shortest regions
	most := 63 - len(spec.BucketName("", "", spec.ArtifactsPart, spec.Account{Account: "111111111111", Region: "eu-west-1"}))
	for _, part := range []string{
		spec.BuildPart, spec.InfrastructureTestsPart, spec.FunctionTestsPart, spec.IntegrationTestsPart, spec.AcceptanceTestsPart,
		spec.OperatorsPart, spec.PipelinePart, spec.ArtifactsPart, spec.PublishCodePart + spec.ARMSuffix, spec.PublishImagesPart + spec.ARMSuffix,
		spec.ClearRulePart,
	} {
		if got := len(spec.Name(strings.Repeat("x", most), "", part)); got > 64 {
			t.Errorf("%s: %d characters", part, got)
		}
	}
}

func TestCodeDefaults(t *testing.T) {
	t.Parallel()
	s := parse(t, small)
	if s.MaxParallelBuilds != 1 || s.Steps.InfrastructureTests != nil || s.Steps.FunctionTests != nil {
		t.Errorf("%d %+v", s.MaxParallelBuilds, s.Steps)
	}
	s = parse(t, small+"maxParallelBuilds: null\nsteps: { infrastructureTests: { commands: [make] }, functionTests: null }\n")
	want := spec.DefaultSteps()
	want.InfrastructureTests = &spec.Step{Commands: []string{"make"}, TimeoutMinutes: 30, Reports: []string{"**/junit*.xml"}}
	if d := cmp.Diff(want, s.Steps); d != "" || s.MaxParallelBuilds != 1 {
		t.Errorf("%d, -want +got\n%s", s.MaxParallelBuilds, d)
	}
	s = parse(t, small+"steps: { functionTests: { reports: [], timeoutMinutes: null } }\n")
	want = spec.DefaultSteps()
	want.FunctionTests = &spec.Step{Commands: []string{"make function-tests"}, TimeoutMinutes: 30, Reports: []string{}}
	if d := cmp.Diff(want, s.Steps); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// What an environment gets of code: every field, with placeholders filled in where they are read.
func TestCode(t *testing.T) {
	t.Parallel()
	s := parse(t, code)
	steps := spec.Steps{
		Synth: &spec.Step{TimeoutMinutes: 30}, Publish: &spec.Step{TimeoutMinutes: 60},
		InfrastructureTests: &spec.Step{Commands: []string{"make test"}, TimeoutMinutes: 30, Reports: []string{"**/junit*.xml"}, Runtimes: map[string]string{"golang": "1.26"}},
		FunctionTests:       &spec.Step{Commands: []string{"pip install -r requirements-dev.txt", "cd lambda\npytest ${X}"}, TimeoutMinutes: 45, Reports: []string{"build/*.xml"}, Runtimes: map[string]string{"python": "3.13"}},
	}
	if d := cmp.Diff(steps, s.Steps); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	toolchain := spec.ToolchainStack{Parameters: map[string]string{"/shop/version": "1"}, Repositories: []spec.SharedRepository{{Name: "base"}}}
	if d := cmp.Diff(toolchain, s.ToolchainStack); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	want := spec.Application{
		Repositories: []spec.Repository{
			{Name: "web", Context: "services/web", Dockerfile: "docker/Dockerfile", Architecture: spec.ARM, Removal: spec.Delete},
			{Name: "nightly", Context: ".", Dockerfile: "Dockerfile", BuildArguments: map[string]string{"ENV": "dev"}, Architecture: spec.X86, Refresh: "2", Removal: spec.Retain},
			{Name: "mirror", Dockerfile: "Dockerfile", Architecture: spec.X86, Removal: spec.Delete},
		},
		Buckets: []spec.Bucket{{Name: "data", NoncurrentDays: 30, Removal: spec.Delete}, {Name: "upload", NoncurrentDays: 30, Removal: spec.Delete}},
		Functions: []spec.Function{
			{
				Name: "hello", Source: "lambda/hello", Build: "pip install -r requirements.txt -t .", Refresh: "1", Runtime: "python3.13",
				Handler: "index.handler", Memory: 512, Timeout: 60, Architecture: spec.ARM, Environment: map[string]string{"STAGE": "dev", "LEVEL": "debug"},
				Layers: []string{"arn:aws:lambda:eu-west-1:222222222222:layer:tools:7"}, DeadLetters: true, Tracing: true,
				VPC:                 &spec.FunctionVPC{Subnets: []string{"subnet-0123456789abcdef0"}, SecurityGroups: []string{"sg-01234567"}},
				ReservedConcurrency: new(2), Uses: spec.Uses{Reads: []string{"data"}, Writes: []string{"data", "upload"}},
			},
			{Name: "fast", Source: "cmd/fast", Runtime: "provided.al2023", Handler: "bootstrap", Memory: 128, Timeout: 30, Architecture: spec.X86},
		},
		LogDays: 365,
	}
	if d := cmp.Diff(want, s.Environments[0].Application); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestCodeOverrides(t *testing.T) {
	t.Parallel()
	s := parse(t, code+`overrides:
  prod:
    repositories: { mirror: null, web: { buildArguments: { A: b }, architecture: null } }
    functions:
      fast: { memory: 1024, reads: [data] }
      hello: { vpc: null, reservedConcurrency: null, layers: [], environment: { STAGE: null, X1: "{type}" }, reads: null, writes: [upload] }
      more: { source: ., runtime: java25, handler: Hello }
    buckets: { data: { expireDays: 1 } }
`)
	dev, prod := s.Environments[0].Application, s.Environments[1].Application
	names := func(a spec.Application) (names []string) {
		for _, r := range a.Repositories {
			names = append(names, r.Name+" "+string(r.Architecture)+" "+r.BuildArguments["A"])
		}
		for _, f := range a.Functions {
			names = append(names, fmt.Sprint(f.Name, " ", f.Memory, " ", f.Handler, " ", f.Reads, f.Writes, " ", f.VPC == nil, f.ReservedConcurrency == nil, len(f.Layers), f.Environment))
		}
		return names
	}
	if d := cmp.Diff([]string{
		"web x86_64 b", "nightly x86_64 ", "hello 512 index.handler [] [upload] true true 0 map[LEVEL:debug X1:prod]", "fast 1024 bootstrap [data] [] true true 0 map[]",
		"more 128 Hello [] [] true true 0 map[]",
	}, names(prod)); d != "" {
		t.Errorf("prod: -want +got\n%s", d)
	}
	if d := cmp.Diff([]string{
		"web arm64 ", "nightly x86_64 ", "mirror x86_64 ", "hello 512 index.handler [data] [data upload] false false 1 map[LEVEL:debug STAGE:dev]",
		"fast 128 bootstrap [] [] true true 0 map[]",
	}, names(dev)); d != "" {
		t.Errorf("dev changed too: -want +got\n%s", d)
	}
}

func TestCodeOverridesRefuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, prod string
		want       []string
	}{
		{"a bucket that is dropped", "{ buckets: { upload: null } }", []string{`43:22: application.functions[0].writes[1]: environment "prod" has no bucket "upload"; leave it out in the overrides, or add the bucket there`}},
		{"all buckets dropped", "{ buckets: null, functions: { hello: { reads: [] } } }", []string{
			`43:16: application.functions[0].writes[0]: environment "prod" has no bucket "data"; leave it out in the overrides, or add the bucket there`,
			`43:22: application.functions[0].writes[1]: environment "prod" has no bucket "upload"; leave it out in the overrides, or add the bucket there`,
		}},
		{"a bucket that is nowhere", "{ functions: { hello: { reads: [uplaod] } } }", []string{`46:41: overrides.prod.functions.hello.reads[0]: there is no bucket "uplaod"; did you mean "upload"?`}},
		{"a bucket that only dev has", "{ buckets: { upload: null }, functions: { hello: { writes: [] }, fast: { reads: [upload] } } }", []string{`46:90: overrides.prod.functions.fast.reads[0]: environment "prod" has no bucket "upload"; leave it out in the overrides, or add the bucket there`}},
		{"a value", "{ functions: { hello: { memory: 64 } } }", []string{`46:41: overrides.prod.functions.hello.memory: cannot be 64; use a number of MB from 128 to 10240`}},
		{"a handler for another runtime", "{ functions: { fast: { runtime: python3.13, handler: bootstrap } } }", []string{`46:62: overrides.prod.functions.fast.handler: "bootstrap" is no handler for python3.13; write file and function, such as index.handler`}},
		{"a new function", "{ functions: { more: { runtime: python3.13 } } }", []string{
			`46:24: overrides.prod.functions.more: "more" is not among the functions of the application; known here: hello, fast; a new one needs handler, source`,
		}},
		{"a name that gives the logical id of another", "{ functions: { 'more-1': { source: a, runtime: provided.al2023 }, more1: { source: a, runtime: provided.al2023 } } }", []string{
			`46:75: overrides.prod.functions.more1.name: the name "more1" gives the logical id More1, which functions[2] has from "more-1"; logical ids are letters and digits alone: choose another`,
		}},
		{"a function that is not there", "{ functions: { helo: null } }", []string{`46:24: overrides.prod.functions.helo: there is no "helo" to drop; did you mean "hello"?`}},
		{"the environment is too large here alone", "{ functions: { hello: { environment: { X1: " + strings.Repeat("x", 4096-len(`{"LEVEL":"debug","STAGE":"prod","X1":""}`)+1) + " } } } }", []string{
			`36:20: application.functions[0].environment: has 4097 bytes as JSON, Lambda allows 4096; shorten it by 1; what is long belongs in a bucket or in SSM`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refuse(t, code+"overrides:\n  prod: "+c.prod+"\n", c.want...)
		})
	}
}

// What only a Spec built in Go can hold is refused as well: text that no file may have, and names longer than keys.
func TestValidateGoCode(t *testing.T) {
	t.Parallel()
	s := parse(t, code)
	f := &s.Environments[0].Application.Functions[0]
	f.Build, f.Environment["LEVEL"] = "a\x00", "a\u2028b"
	s.Steps.FunctionTests.Commands[0] = "a\rb"
	long := "/shop/" + strings.Repeat("x", 1011-len("arn:aws:ssm:eu-west-1:111111111111:parameter/shop/"))
	s.ToolchainStack.Parameters = map[string]string{long: "a\x07", "x" + long: "1", long + "x": "1"}
	var got []string
	for _, p := range s.Validate() {
		got = append(got, p.Path+": "+p.Message)
	}
	slices.Sort(got)
	want := []string{
		"environments[0].application.functions[0].build: holds the control character U+0000",
		"environments[0].application.functions[0].environment.LEVEL: holds the line separator U+2028",
		"steps.functionTests.commands[0]: holds the control character U+000D",
		`toolchainStack.parameters["` + long + `"]: holds the control character U+0007`,
		`toolchainStack.parameters["` + long + `x"]: the name has 1012 characters with its ARN, SSM allows 1011`,
		`toolchainStack.parameters["x` + long + `"]: does not begin with /shop/`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestResolveGoCode(t *testing.T) {
	t.Parallel()
	f := spec.DefaultFunction()
	f.Name, f.Source, f.Runtime = "fast", "cmd/fast", "provided.al2023"
	r := spec.DefaultRepository(spec.Dev)
	r.Name = "web"
	step := spec.DefaultStep()
	s := parse(t, small)
	s.Steps.FunctionTests = &step
	s.Environments[0].Application = spec.Application{Functions: []spec.Function{f}, Repositories: []spec.Repository{r}}
	s.Resolve()
	if err := s.Errors(s.Validate()); err != nil {
		t.Error(err)
	}
	if got := s.Environments[0].Application.Functions[0].Handler; got != "bootstrap" {
		t.Errorf("handler %q", got)
	}
}
