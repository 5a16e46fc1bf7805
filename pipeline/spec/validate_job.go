package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxVCPUs of a job and of all its runs together; Batch takes more, but that is a slip.
const maxVCPUs = 10_000

func checkJobs(v *validator, path string, e *Environment, k knownParts) {
	names := make([]string, len(e.Application.Jobs))
	for i := range e.Application.Jobs {
		j := &e.Application.Jobs[i]
		names[i] = j.Name
		j.check(v, index(path, i), e, k)
	}
	v.uniqueNames(path, names)
}

func (j *Job) check(v *validator, path string, e *Environment, k knownParts) {
	// the role of its instances has a name as long
	v.partName(join(path, "name"), j.Name, "a job's", "nightly", e, wholeName{"role", JobScheduleRole(j.Name), maxRole, "IAM"})
	v.needsNetwork(path, e, "")
	j.Container.checkContainer(v, path, e, k, true)
	j.checkCompute(v, path)
	v.between(join(path, "attempts"), j.Attempts, 1, 10, "attempts")                // Batch
	v.between(join(path, "timeoutMinutes"), j.TimeoutMinutes, 1, 20_160, "minutes") // two weeks, Fargate
	zone := join(path, "timezone")
	switch {
	case j.Schedule != "":
		checkSchedule(v, join(path, "schedule"), j.Schedule)
		checkTimezone(v, zone, j.Timezone)
	case (v.spec.says(zone) || v.spec.positions == nil && j.Timezone != "UTC") && !v.unread(join(path, "schedule")):
		v.add(zone, "means nothing without a schedule", "leave it out, or write schedule too")
	}
}

// checkCompute checks what a job runs on, and how much of it.
func (j *Job) checkCompute(v *validator, path string) {
	oneOfThese(v, join(path, "compute"), j.Compute, Fargate, FargateSpot, EC2)
	isGood := false // whether the vCPUs are
	switch vcpus := join(path, "vcpus"); j.Compute {
	case Fargate, FargateSpot:
		const hint = "leave it out, or write compute: ec2"
		if j.GPUs != 0 {
			v.add(join(path, "gpus"), "Fargate has no GPUs", hint)
		}
		if len(j.InstanceTypes) > 0 {
			v.add(join(path, "instanceTypes"), "Fargate has no instances", hint)
		}
		if cpu := j.VCPUs * 1024; cpu < 0 || cpu > math.MaxInt32 || !slices.Contains(FargateCPUs(), int(cpu)) || cpu != math.Trunc(cpu) {
			sizes := make([]string, len(FargateCPUs()))
			for i, cpu := range FargateCPUs() {
				sizes[i] = vcpusOf(cpu)
			}
			v.add(vcpus, fmt.Sprintf("Fargate has no tasks with %s vCPUs", number(j.VCPUs)), "use "+oneOf(sizes)+", or write compute: ec2")
		} else {
			isGood = true
			checkFargateMemory(v, join(path, "memory"), int(cpu), j.Memory, "vCPUs", vcpusOf)
		}
	case EC2:
		if isGood = j.VCPUs >= 1 && j.VCPUs <= maxVCPUs && j.VCPUs == math.Trunc(j.VCPUs); !isGood {
			v.add(vcpus, fmt.Sprintf("EC2 has no %s vCPUs", number(j.VCPUs)), fmt.Sprintf("use a whole number from 1 to %d", maxVCPUs))
		}
		v.between(join(path, "memory"), j.Memory, 4, 32<<20, "MB") // 4 by Batch, and more than any instance has
		v.between(join(path, "gpus"), j.GPUs, 0, 64, "GPUs")
		j.checkInstanceTypes(v, path)
	}
	if isGood {
		v.between(join(path, "maxVCPUs"), j.MaxVCPUs, int(math.Ceil(j.VCPUs)), maxVCPUs, "vCPUs")
	}
}

// number as it would be written.
func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func vcpusOf(cpu int) string { return number(float64(cpu) / 1024) }

// checkFargateMemory checks that memory goes with the CPU, which Fargate has.
func checkFargateMemory(v *validator, at string, cpu, memory int, units string, in func(cpu int) string) {
	if FitsFargate(cpu, memory) {
		return
	}
	hint := "use " + rangeOf(FargateMemory(cpu))
	var others []string
	for _, other := range FargateCPUs() {
		if FitsFargate(other, memory) {
			others = append(others, in(other))
		}
	}
	if len(others) > 0 {
		hint += fmt.Sprintf("; %d MB go with %s %s", memory, oneOf(others), units)
	}
	if in(cpu) == "1" {
		units = strings.TrimSuffix(units, "s")
	}
	v.add(at, fmt.Sprintf("Fargate has no tasks with %s %s and %d MB", in(cpu), units, memory), hint)
}

// rangeOf numbers that rise by the same step, or all of them where there are few.
func rangeOf(list []int) string {
	const few = 4
	if n := len(list); n > few {
		return fmt.Sprintf("%d to %d in steps of %d", list[0], list[n-1], list[1]-list[0])
	}
	return oneOf(words(list))
}

func (j *Job) checkInstanceTypes(v *validator, path string) {
	const most = 50
	at := join(path, "instanceTypes")
	if len(j.InstanceTypes) > most {
		v.add(at, fmt.Sprintf("has %d instance types, at most %d are allowed", len(j.InstanceTypes), most), "name families, such as m7g")
		return
	}
	switch {
	case j.GPUs <= 0 || v.unread(at):
	case j.Architecture == ARM:
		v.add(join(path, "gpus"), "Batch has no system for ARM processors with GPUs", "write architecture: x86_64")
	case len(j.InstanceTypes) == 0:
		v.add(join(path, "gpus"), "none of the instances that Batch chooses by itself has GPUs", "name some that have under instanceTypes, such as g6")
	case !slices.ContainsFunc(j.InstanceTypes, func(name string) bool { return name == "" || strings.ContainsRune("gp", rune(name[0])) }):
		v.add(join(path, "gpus"), "none of the instance types has GPUs", "name some that have, such as g6")
	}
	j.checkFits(v, path)
	for i, name := range j.InstanceTypes {
		at := index(at, i)
		family, size, hasSize := strings.Cut(name, ".")
		switch is := architectureOf(name); {
		case !isInstanceType(name):
			v.add(at, strconv.Quote(shorten(name))+" is neither an instance type nor a family", "write one such as m7g.large or m7g")
		case hasSize && !isSize(size):
			hint := "write one such as " + family + ".2xlarge, or the family " + family
			if meant := nearest(size, append(smallSizes(), "xlarge", "2xlarge", "metal")); meant != "" {
				hint = didYouMean(name, []string{family + "." + meant})
			}
			v.add(at, fmt.Sprintf("%q is no size of instances", shorten(size)), hint)
		case slices.Contains(j.InstanceTypes[:i], name):
			v.add(at, strconv.Quote(shorten(name))+" is given twice", "keep one")
		case is != j.Architecture && j.Architecture.isKnown():
			v.add(at, fmt.Sprintf("%s is %s, but the job is for %s", shorten(name), is, j.Architecture), "name another, or write architecture: "+string(is))
		}
	}
}

// checkFits checks that a run of a job fits on an instance of one of its types, as far as their names tell.
func (j *Job) checkFits(v *validator, path string) {
	if len(j.InstanceTypes) == 0 {
		return // Batch chooses
	}
	vcpus, memory, gpus := 0, 0, 0
	for _, name := range j.InstanceTypes {
		most, mostMemory := largest(name)
		vcpus, memory, gpus = max(vcpus, most), max(memory, mostMemory), max(gpus, gpusOf(name))
	}
	family, _, _ := strings.Cut(j.InstanceTypes[0], ".")
	hint := "name a larger one, or a family such as " + shorten(family)
	if j.VCPUs > float64(vcpus) {
		v.add(join(path, "vcpus"), fmt.Sprintf("are more than the %d that the largest of the instance types has", vcpus), hint)
	}
	// no instance offers all of its memory (AWS Batch User Guide, compute resource memory management, where one of 8192 MB offers 7985), and a
	// job that wants more waits for ever; newer types offer a little less than that one
	if least, usual := memory/40, max(300, memory/20); j.Memory > memory-least {
		v.add(join(path, "memory"),
			fmt.Sprintf("is more than what the largest of the instance types leaves to jobs: of its %d MB the system takes some", memory),
			fmt.Sprintf("write %d, or %s", memory-usual, hint))
	}
	if gpus > 0 && j.GPUs > gpus {
		v.add(join(path, "gpus"), fmt.Sprintf("are more than the %d of the largest of the instance types", gpus), "name one that has as many, or write fewer")
	}
}

// gpusOf an instance type, at most: none without a g or p in front, and no bound where no rule is known.
func gpusOf(instanceType string) int {
	family, size, hasSize := strings.Cut(instanceType, ".")
	if family == "" || !strings.ContainsRune("gp", rune(family[0])) {
		return 0
	}
	sizes := map[string]int{} // that have another number than 8, which no size of these families exceeds
	switch family {
	case "g4dn", "g5", "g6", "g6e":
		sizes = map[string]int{"xlarge": 1, "2xlarge": 1, "4xlarge": 1, "8xlarge": 1, "12xlarge": 4, "16xlarge": 1, "24xlarge": 4}
	case "p3":
		sizes = map[string]int{"2xlarge": 1, "8xlarge": 4}
	case "p5":
		sizes = map[string]int{"4xlarge": 1}
	case "p3dn", "p4d", "p4de", "p5e", "p5en":
	default:
		return math.MaxInt
	}
	if n, isFewer := sizes[size]; hasSize && isFewer {
		return n
	}
	return 8
}

// largest is how many vCPUs and how much memory in MB an instance of a type has at most. No bound is known of families, whose sizes Batch
// chooses, and of sizes and families that follow no rule.
func largest(instanceType string) (vcpus, memory int) {
	family, size, _ := strings.Cut(instanceType, ".")
	times, isLarge := strings.CutSuffix(size, "xlarge")
	n, err := strconv.Atoi(times)
	switch {
	case family == "c1": // of the first types, whose xlarge has 8
		return math.MaxInt, math.MaxInt
	case slices.Contains(smallSizes(), size):
		vcpus = 2
	case size == "xlarge":
		vcpus = 4
	case size == "8xlarge":
		vcpus = 36 // of c4 and d2, else 32
	case isLarge && err == nil && n > 0 && n < 1000:
		vcpus = 4 * n
	default:
		return math.MaxInt, math.MaxInt
	}
	if len(family) < 2 || family[1] < '3' || family[1] > '9' {
		return vcpus, math.MaxInt
	}
	gigabytes := map[byte]int{'c': 2, 'm': 4, 'r': 8}[family[0]] // of a vCPU, at most
	switch {
	case gigabytes == 0:
		return vcpus, math.MaxInt
	case family == "c5n":
		gigabytes = 3 // 2.625, in truth
	}
	if size == "medium" {
		vcpus = 1
	}
	return vcpus, vcpus * gigabytes << 10
}

// smallSizes of instances, in their order: those below xlarge.
func smallSizes() []string { return []string{"nano", "micro", "small", "medium", "large"} }

// isSize matches medium, 2xlarge, metal-24xl and the like.
func isSize(size string) bool {
	size, isMetal := strings.CutPrefix(size, "metal-")
	times, ok := strings.CutSuffix(size, "xlarge")
	if isMetal {
		times, ok = strings.CutSuffix(size, "xl")
	}
	isTimes := ok && all(times, isDigit) && times[0] != '0' && len(times) <= 3
	return isTimes || !isMetal && (size == "xlarge" || size == "metal" || slices.Contains(smallSizes(), size))
}

// isInstanceType matches m7g, m7g.large, u7i-12tb.224xlarge and the like.
func isInstanceType(name string) bool {
	family, size, hasSize := strings.Cut(name, ".")
	isPart := func(p string) bool { return isNamePart(p) && len(p) <= 32 }
	return isPart(family) && isLower(rune(family[0])) && strings.ContainsFunc(family, isDigit) && (!hasSize || isPart(size))
}

// architectureOf an instance type or family by its name: AWS's own processors have a g behind the generation.
func architectureOf(instanceType string) Architecture {
	family, _, _ := strings.Cut(instanceType, ".")
	attributes := strings.TrimLeft(strings.TrimLeftFunc(family, isLower), "0123456789")
	if family == "a1" || strings.HasPrefix(attributes, "g") {
		return ARM
	}
	return X86
}
