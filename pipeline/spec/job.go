package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Job is a container that runs in AWS Batch, by a schedule or when it is submitted to its queue.
type Job struct {
	// Name is the last part of the names of the job's definition, queue and compute environment.
	Name string `yaml:"name"`
	// Image: see Container.
	Container `yaml:",inline"`
	// Compute is what the job runs on. Default fargate; ec2 where there are InstanceTypes or GPUs.
	Compute Compute `yaml:"compute"`
	// VCPUs, 0.25 to 16 on Fargate, whole numbers on EC2. Default 1. With Memory, one of the pairs that Fargate knows.
	VCPUs float64 `yaml:"vcpus"`
	// Memory in MB. Default 2048. On EC2 at most what an instance leaves to jobs, some 5 % less than it has.
	Memory int `yaml:"memory,MB"`
	// GPUs of the job, on EC2 only, with InstanceTypes that have some.
	GPUs int `yaml:"gpus"`
	// InstanceTypes on EC2, such as m7g.large or the family m7g. Default: Batch chooses, optimal.
	InstanceTypes []string `yaml:"instanceTypes"`
	// MaxVCPUs is how many vCPUs all runs of the job have together; more runs wait. Default: those of one run in dev, of 4 elsewhere.
	MaxVCPUs int `yaml:"maxVCPUs"`
	// Attempts to run the job, 1 to 10. Default 1; in a file 3 on Fargate Spot, where AWS interrupts runs when it needs the capacity, so such a
	// job must bear to be run again.
	Attempts int `yaml:"attempts"`
	// TimeoutMinutes after which an attempt is stopped, 1 to 20160. Default 60.
	TimeoutMinutes int `yaml:"timeoutMinutes,minutes"`
	// Schedule is a cron(…), rate(…) or at(…) expression of EventBridge Scheduler. Empty: somebody submits the job.
	Schedule string `yaml:"schedule"`
	// Timezone of the schedule, such as Europe/Berlin. Default UTC.
	Timezone string `yaml:"timezone"`
	Only     `yaml:",inline"`
}

// Compute is what jobs run on.
type Compute string

// The kinds of compute.
const (
	Fargate     Compute = "fargate"
	FargateSpot Compute = "fargate-spot"
	EC2         Compute = "ec2"
)

// DefaultJob is what a job is where pipeline.yaml says nothing else: one vCPU and 2 GB for an hour at most, once.
func DefaultJob() Job {
	return Job{VCPUs: 1, Memory: 2048, Attempts: 1, TimeoutMinutes: 60, Timezone: "UTC"}
}

func (j *Job) setDefaults(Type) { *j = DefaultJob() }

func (*Job) shape() string { return `{ name: nightly, image: web, schedule: "rate(1 day)" }` }

// spotAttempts of a job that AWS may interrupt when it needs the capacity.
const spotAttempts = 3

func (*Job) stack() string { return "batch" }

func (*Job) isWatched() {}

// runsOn is the compute of a job, or what its other fields ask for.
func (j *Job) runsOn() Compute {
	switch {
	case j.Compute != "":
		return j.Compute
	case len(j.InstanceTypes) > 0 || j.GPUs > 0:
		return EC2
	default:
		return Fargate
	}
}

func (j *Job) startEndpoints() []string {
	needed := j.Container.startEndpoints()
	if j.runsOn() == EC2 { // its instances are told what to run
		needed = append(needed, "ecs", "ecs-agent", "ecs-telemetry")
	}
	return needed
}

func (j *Job) resolve(s *Spec, path string, e *Environment) {
	j.resolveArchitecture(&e.Application)
	j.Compute = j.runsOn()
	if j.Compute == FargateSpot && s.positions != nil && !s.says(join(path, "attempts")) {
		j.Attempts = spotAttempts
	}
	fallback(&j.Timezone, "UTC")
	if j.MaxVCPUs != 0 || s.says(join(path, "maxVCPUs")) || j.VCPUs < 0 || j.VCPUs > maxVCPUs {
		return
	}
	runs := 4.0
	if e.Type == Dev {
		runs = 1
	}
	j.MaxVCPUs = int(math.Ceil(runs * j.VCPUs))
}

// maxVCPUs of a job and of all its runs together; Batch takes more, but that is a slip.
const maxVCPUs = 10_000

func (j *Job) check(v *validator, path string, e *Environment) {
	// the role of its instances has a name as long
	v.partName(join(path, "name"), j.Name, "a job's", "nightly", e, wholeName{"role", JobScheduleRole(j.Name), limits.RoleName, "IAM"})
	v.needsNetwork(path, e, "")
	j.checkContainer(v, path, e, true)
	j.checkCompute(v, path)
	v.between(join(path, "attempts"), j.Attempts, 1, limits.BatchAttempts, "attempts")
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
		if cpu := j.VCPUs * 1024; cpu < 0 || cpu > math.MaxInt32 || !slices.Contains(limits.FargateCPUs(), int(cpu)) || cpu != math.Trunc(cpu) {
			sizes := make([]string, len(limits.FargateCPUs()))
			for i, cpu := range limits.FargateCPUs() {
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
		v.between(join(path, "memory"), j.Memory, limits.BatchLeastMemory, 32<<20, "MB") // more than any instance has
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
	if limits.FitsFargate(cpu, memory) {
		return
	}
	hint := "use " + rangeOf(limits.FargateMemory(cpu))
	var others []string
	for _, other := range limits.FargateCPUs() {
		if limits.FitsFargate(other, memory) {
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
