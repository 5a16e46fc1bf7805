package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

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

// architectureOf an instance type or family.
func architectureOf(instanceType string) Architecture {
	if limits.IsARM(instanceType) {
		return ARM
	}
	return X86
}
