package limits

import "slices"

// FargateCPUs are the sizes of tasks on Fargate in CPU units, 1024 of which are a vCPU; the same on x86 and ARM. Windows has fewer
// (Amazon ECS Developer Guide, task definition parameters for Fargate, task size; Batch API, ResourceRequirement, has the same).
func FargateCPUs() []int { return []int{256, 512, 1024, 2048, 4096, 8192, 16384} }

// FargateMemory is how much memory in MB a task of so many CPU units may have; nil for a size that Fargate does not have.
func FargateMemory(cpu int) (sizes []int) {
	steps := func(least, most, step int) []int {
		var list []int
		for m := least; m <= most; m += step {
			list = append(list, m)
		}
		return list
	}
	switch cpu {
	case 256:
		return []int{512, 1024, 2048}
	case 512:
		return steps(1024, 4096, 1024)
	case 1024:
		return steps(2048, 8192, 1024)
	case 2048:
		return steps(4096, 16384, 1024)
	case 4096:
		return steps(8192, 30720, 1024)
	case 8192:
		return steps(16384, 61440, 4096)
	case 16384:
		return steps(32768, 122880, 8192)
	default:
		return nil
	}
}

// FitsFargate says whether Fargate has a task of so many CPU units and so much memory in MB.
func FitsFargate(cpu, memory int) bool { return slices.Contains(FargateMemory(cpu), memory) }

// NextFargate is the smallest task of Fargate with at least so many CPU units and so much memory in MB: the pair itself if it fits, zeros if
// Fargate has none that large.
func NextFargate(cpu, memory int) (nextCPU, nextMemory int) {
	for _, c := range FargateCPUs() {
		for _, m := range FargateMemory(c) {
			if c >= cpu && m >= memory {
				return c, m
			}
		}
	}
	return 0, 0
}
