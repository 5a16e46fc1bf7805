package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Function is a Lambda function.
type Function struct {
	// Name is the last part of the function's name.
	Name string `yaml:"name"`
	// Source is the directory of the code, relative to the root of the source repository; "." is the root itself.
	Source string `yaml:"source"`
	// Build is a command that runs in a copy of the source before it is packed, such as pip install -r requirements.txt -t . ; may be
	// empty.
	Build string `yaml:"build"`
	// Refresh is any text: another one publishes the code again though no file has changed.
	Refresh string `yaml:"refresh"`
	// Runtime as Lambda calls it, such as python3.13; one that it still patches or is about to stop patching.
	Runtime string `yaml:"runtime"`
	// Handler in the form of the runtime, such as index.handler. Default bootstrap for the runtimes provided.*, else none.
	Handler string `yaml:"handler"`
	// Memory in MB, 128 to 10240 (Lambda quotas). Default 128.
	Memory int `yaml:"memory,MB"`
	// Timeout in seconds, 1 to 900 (Lambda quotas). Default 30.
	Timeout int `yaml:"timeout,seconds"`
	// Architecture that the code is built for. Default x86_64.
	Architecture Architecture `yaml:"architecture"`
	// Environment variables, 4,096 bytes together as JSON (Lambda quotas); no secrets.
	Environment map[string]string `yaml:"environment"`
	// Layers by the ARNs of their versions, at most 5 (Lambda quotas).
	Layers []string `yaml:"layers"`
	// DeadLetters keeps what an asynchronous call failed on in a queue.
	DeadLetters bool `yaml:"deadLetters"`
	// Tracing by X-Ray.
	Tracing bool `yaml:"tracing"`
	// VPC to run in: true for the private subnets of the application's network, or what it says; nil means in none.
	VPC *FunctionVPC `yaml:"vpc"`
	// API has the routes that lead to the function: one, or a list of them. Empty: it is not reached from outside.
	API Routes `yaml:"api"`
	// ReservedConcurrency takes this much of the account's concurrency for the function alone. Nil reserves none: accounts with a quota
	// of 10 can spare none.
	ReservedConcurrency *int `yaml:"reservedConcurrency"`
	Uses                `yaml:",inline"`
	// Permissions of the code beyond these, such as on a table of one of the project's own stacks.
	Permissions []Permission `yaml:"permissions"`
	Only        `yaml:",inline"`
}

// FunctionVPC is where a function runs: in subnets by their ids, or, where none are given, in the private subnets of the application's
// network, with a security group of its own that lets it reach everything and lets nobody reach it.
type FunctionVPC struct {
	Subnets        []string `yaml:"subnets"`
	SecurityGroups []string `yaml:"securityGroups"`
}

// DefaultMemory of a function in MB, DefaultTimeout in seconds.
const (
	DefaultMemory  = 128
	DefaultTimeout = 30
)

// DefaultFunction is what a function is where pipeline.yaml says nothing else: without a name, a source and a runtime.
func DefaultFunction() Function {
	return Function{Memory: DefaultMemory, Timeout: DefaultTimeout, Architecture: X86}
}

func (f *Function) setDefaults(Type) { *f = DefaultFunction() }

func (*Function) shape() string {
	return "{ name: hello, source: lambda/hello, runtime: python3.13, handler: index.handler }"
}

func (*FunctionVPC) isSwitched() {}

func (*FunctionVPC) shape() string { return "{ subnets: […], securityGroups: […] }" }

// functionsStack has the functions and the API in front of them.
const functionsStack = "functions"

func (*Function) stack() string { return functionsStack }

func (*Function) isWatched() {}

func (f *Function) resolve(*Spec, string, *Environment) {
	if f.Handler == "" && familyOf(f.Runtime) == "provided" {
		f.Handler = "bootstrap" // the name of the file that Lambda starts; it does not read the handler itself
	}
}

func (f *Function) check(v *validator, path string, e *Environment) {
	checkFunctionName(v, join(path, "name"), f.Name, e)
	if at := join(path, "source"); v.given(at, f.Source, "write the directory of the code, such as lambda/hello") {
		checkDirectory(v, at, f.Source, "lambda/hello")
	}
	if at := join(path, "build"); f.Build != "" {
		checkScript(v, at, f.Build)
		checkCommandLength(v, at, f.Build)
	}
	checkRefresh(v, join(path, "refresh"), f.Refresh)
	checkRuntime(v, join(path, "runtime"), f.Runtime)
	f.checkHandler(v, join(path, "handler"))
	v.between(join(path, "memory"), f.Memory, limits.LambdaLeastMemory, limits.LambdaMostMemory, "MB")
	v.between(join(path, "timeout"), f.Timeout, 1, limits.LambdaTimeout, "seconds")
	oneOfThese(v, join(path, "architecture"), f.Architecture, X86, ARM)
	checkVariables(v, join(path, "environment"), f.Environment)
	checkLayers(v, join(path, "layers"), f.Layers, e)
	if n := f.ReservedConcurrency; n != nil && *n < 0 {
		v.add(join(path, "reservedConcurrency"), fmt.Sprintf("cannot be %d", *n), "use 0 or more; null reserves none")
	}
	if f.VPC != nil {
		f.VPC.check(v, join(path, "vpc"), e)
	}
	f.checkUses(v, path, e)
	checkPermissions(v, join(path, "permissions"), "a function", f.Permissions, filledIn)
	checkCeiling(v, join(path, "permissions"), f.Permissions, e)
}

func checkFunctionName(v *validator, at, name string, e *Environment) {
	// the function itself (64 characters), its queue (80) and its log group (512) have more room
	v.partName(at, name, "a function's", "hello", e, wholeName{"role", FunctionRole(name), limits.RoleName, "IAM"})
	if name == ClosedGroupPart {
		v.add(at, strconv.Quote(name)+" is the name of a function that cfnpipe makes", "choose another")
	}
}

// runtimes that Lambda makes new functions with at the end of 2026, newest first. Those that are built on Amazon Linux 2, and
// nodejs20.x, ruby3.2 and dotnet8, go in 2027.
func runtimes() []string {
	return strings.Fields(`
		python3.14 python3.13 python3.12 python3.11 python3.10
		nodejs24.x nodejs22.x nodejs20.x
		java25 java21 java17.al2023 java17 java11.al2023 java11 java8.al2023 java8.al2
		dotnet10 dotnet8
		ruby4.0 ruby3.4 ruby3.3 ruby3.2
		provided.al2023 provided.al2`)
}

// retiredRuntimes are those that Lambda neither patches nor, in the long run, makes new functions with.
func retiredRuntimes() []string {
	return strings.Fields(`
		python2.7 python3.6 python3.7 python3.8 python3.9
		nodejs nodejs4.3 nodejs6.10 nodejs8.10 nodejs10.x nodejs12.x nodejs14.x nodejs16.x nodejs18.x
		java8 dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 dotnetcore3.1 dotnet6 ruby2.5 ruby2.7
		go1.x provided`)
}

// familyOf a runtime is its language; "" when it has none that Lambda knows.
func familyOf(runtime string) string {
	for _, family := range []string{"python", "nodejs", "java", "dotnet", "ruby", "provided"} {
		if strings.HasPrefix(runtime, family) {
			return family
		}
	}
	if runtime == "go1.x" {
		return "provided"
	}
	return ""
}

func checkRuntime(v *validator, at, runtime string) {
	if !v.given(at, runtime, "write one such as python3.13") || slices.Contains(runtimes(), runtime) {
		return
	}
	family := familyOf(runtime)
	known := slices.DeleteFunc(runtimes(), func(r string) bool { return family != "" && familyOf(r) != family })
	if slices.Contains(retiredRuntimes(), runtime) {
		v.add(at, "Lambda has retired "+strconv.Quote(runtime), "use "+known[0])
		return
	}
	v.add(at, "Lambda has no runtime "+strconv.Quote(shorten(runtime)), didYouMeanOrKnown(runtime, known))
}

func (f *Function) checkHandler(v *validator, at string) {
	const most = limits.LambdaHandler
	family := familyOf(f.Runtime)
	hint := ""
	switch family {
	case "":
		return // what form it needs is not known
	case "java":
		hint = "write class and method, such as com.acme.Hello::handle"
	case "dotnet":
		hint = "write assembly, class and method, such as Shop::Shop.Hello::Handle, or the assembly alone if it runs by itself"
	case "provided":
		hint = "write a word, such as bootstrap"
	default:
		hint = "write file and function, such as index.handler"
	}
	if !v.given(at, f.Handler, hint) {
		return
	}
	file, extension, _ := strings.Cut(f.Handler, ".")
	switch {
	case len(f.Handler) > most:
		v.add(at, fmt.Sprintf("has %d characters, Lambda allows %d", len(f.Handler), most), fmt.Sprintf("shorten it by %d", len(f.Handler)-most))
	case !isHandler(family, f.Handler):
		v.add(at, strconv.Quote(shorten(f.Handler))+" is no handler for "+shorten(f.Runtime), hint)
	case isExtension(family, extension):
		v.add(at, strconv.Quote(shorten(f.Handler))+" is a file, not a function in it", "write both without the ending, such as "+shorten(file)+".handler")
	}
}

// isHandler says whether a handler has the form that runtimes of a family take.
func isHandler(family, handler string) bool {
	parts := strings.Split(handler, "::")
	switch family {
	case "java": // package.Class or package.Class::method
		return len(parts) <= 2 && isDotted(parts[0], "_$") && (len(parts) == 1 || isDotted(parts[1], "_$") && !strings.Contains(parts[1], "."))
	case "dotnet": // Assembly or Assembly::Namespace.Class::Method
		return isDotted(parts[0], "_-") && (len(parts) == 1 || len(parts) == 3 && isDotted(parts[1], "_+`") && isDotted(parts[2], "_") && !strings.Contains(parts[2], "."))
	case "provided":
		return isLine(handler) && !strings.Contains(handler, " ")
	}
	// directory/file.function; packages of Python and modules of Ruby add parts before the function
	extra := "_-"
	if family == "ruby" {
		handler, extra = strings.ReplaceAll(handler, "::", "."), "_-?!"
	}
	directories := strings.Split(handler, "/")
	last := directories[len(directories)-1]
	for _, d := range directories {
		if !isDotted(d, extra) {
			return false
		}
	}
	return strings.Contains(last, ".")
}

// isDotted says whether text is names with dots between them, of letters, digits and characters of more.
func isDotted(text, more string) bool {
	for part := range strings.SplitSeq(text, ".") {
		if part == "" || !only(part, more) {
			return false
		}
	}
	return true
}

// isExtension says whether what stands in the place of the function is the ending of a file's name.
func isExtension(family, word string) bool {
	return family == "python" && word == "py" || family == "ruby" && word == "rb" ||
		family == "nodejs" && slices.Contains([]string{"js", "mjs", "cjs", "ts"}, word)
}

// reservedVariables are set by Lambda itself. Others that begin with AWS_LAMBDA_ are there to be set.
func reservedVariables() []string {
	return strings.Fields(`
		_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV
		AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE
		AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_RUNTIME_API
		AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
		LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR`)
}

func checkVariables(v *validator, path string, variables map[string]string) {
	const most = limits.LambdaEnvironment
	if len(variables) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		at := join(path, name)
		switch {
		case slices.Contains(reservedVariables(), name):
			v.add(at, "Lambda sets "+name+" itself", "choose another name")
		case !isVariable(name) || name[0] == '_' || len(name) < 2:
			v.add(at, strconv.Quote(shorten(name))+" is no name of an environment variable", "use two or more letters, digits and _, beginning with a letter, such as STAGE")
		}
		if what, hint := refused(variables[name]); what != "" {
			v.add(at, "holds "+what, hint)
		}
	}
	if size := jsonSize(variables); size > most {
		v.add(path, fmt.Sprintf("has %d bytes as JSON, Lambda allows %d", size, most), fmt.Sprintf("shorten it by %d; what is long belongs in a bucket or in SSM", size-most))
	}
}

func checkLayers(v *validator, path string, layers []string, e *Environment) {
	const most = limits.LambdaLayers
	const hint = "write one such as arn:aws:lambda:{region}:{account}:layer:tools:1"
	if len(layers) > most {
		v.add(path, fmt.Sprintf("has %d layers, Lambda allows %d", len(layers), most), "put several into one")
		return
	}
	seen := map[string]bool{} // without versions: Lambda refuses two of one layer
	for i, layer := range layers {
		at := index(path, i)
		p := strings.Split(layer, ":")
		isLayer := len(p) >= 7 && p[0] == "arn" && p[2] == "lambda" && isAccount(p[4]) && p[5] == "layer" && p[6] != "" && only(p[6], "-_")
		switch {
		case layer == "":
			v.add(at, "is empty", hint)
			continue
		case isLayer && len(p) == 7:
			v.add(at, "names a layer without its version", "add the number of one, such as :1")
			continue
		case !isLayer || len(p) != 8 || !all(p[7], isDigit) || len(layer) > 140:
			v.add(at, "is not the ARN of a layer's version", hint)
			continue
		case !isRegion(e.Region): // said elsewhere
		case p[1] != e.Partition():
			v.add(at, fmt.Sprintf("is in the partition %q, but the accounts are in %s", shorten(p[1]), e.Partition()), "write arn:"+e.Partition())
		case p[3] != e.Region:
			v.add(at, fmt.Sprintf("is in the region %q, but environment %q is in %s", shorten(p[3]), shorten(e.Name), e.Region), "write {region} in its place, or another layer in the overrides")
		}
		bare := strings.Join(p[:7], ":")
		if seen[bare] {
			v.add(at, strconv.Quote(shorten(p[6]))+" is given twice", "keep one version")
		}
		seen[bare] = true
	}
}

// check where a function runs: in given subnets, or in those of the network.
func (vpc *FunctionVPC) check(v *validator, path string, e *Environment) {
	subnets, groups := join(path, "subnets"), join(path, "securityGroups")
	switch {
	case v.unread(subnets) || v.unread(groups):
	case len(vpc.Subnets) > 0 && len(vpc.SecurityGroups) == 0:
		v.add(groups, "there is none", "a function in a VPC needs at least one")
	case len(vpc.Subnets) == 0 && len(vpc.SecurityGroups) > 0:
		v.add(subnets, "there is none", "a function in a VPC needs at least one: without security groups it runs in the private subnets of the network")
	case len(vpc.Subnets) == 0:
		v.needsNetwork(path, e, ", or name subnets and security groups")
	}
	checkIDs(v, subnets, vpc.Subnets, "subnet", "subnets", limits.LambdaSubnets, "Lambda allows")
	checkIDs(v, groups, vpc.SecurityGroups, "sg", "security groups", limits.LambdaSecurityGroup, "Lambda allows")
}
