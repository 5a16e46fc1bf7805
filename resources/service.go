package resources

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/applicationautoscaling"
	"github.com/awslabs/goformation/v7/cloudformation/ecs"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/names"
)

// Service is a container that runs all the time: an ECS service on Fargate with its task definition, two roles, log group, security group and scaling. A
// deployment is rolled back if its tasks do not become healthy, or if its load balancer sees errors.
type Service struct {
	// ID is the logical id. The logical ids of the parts of the service begin with it.
	ID string
	// Name of the service and of its task definition, at most 255 letters, digits, dashes and underscores (ECS API, CreateService).
	Name      string
	Cluster   ClusterHandle
	Container Container
	// CPU in units of 1/1024 vCPU, and Memory in MB of each task: one of the pairs that Fargate supports.
	CPU, Memory int
	// Min and Max are the number of tasks. If they differ, the service scales with its load.
	Min, Max int
	// HealthCommand runs in the container, which is healthy if the exit code is 0. Optional.
	HealthCommand []string
	// LoadBalancer in front of the service. Without it, the service cannot be reached.
	LoadBalancer *LoadBalancerHandle
	// RollbackAlarms roll back a deployment during which the load balancer sees errors. Without them, only the circuit breaker does so, for tasks that stop
	// or are not healthy.
	RollbackAlarms *RollbackAlarms
	// VPC and Subnets of the tasks, which have no public addresses.
	VPC     cfn.Value[cfn.VPCID]
	Subnets cfn.List[cfn.SubnetID]
	// StartRoleName and RoleName are the names of the role with which ECS starts the container, and of the role of its code. RolePath and Boundary are the
	// path and the permissions boundary of both.
	StartRoleName, RoleName, RolePath string
	Boundary                          cfn.Value[cfn.PolicyARN]
	// LogKey encrypts the logs, which are retained for LogDays.
	LogKey  cfn.Value[cfn.KeyARN]
	LogDays int
	// RetainLogs keeps the logs if the service is deleted.
	RetainLogs bool
}

// RollbackAlarms roll back a deployment.
type RollbackAlarms struct {
	// Topic for the messages of the alarms. Optional.
	Topic cfn.Value[cfn.TopicARN]
}

// ServiceHandle is a declared service.
type ServiceHandle struct {
	service *cfn.Resource
	group   SecurityGroupHandle
}

// Name of the service.
func (h ServiceHandle) Name() cfn.Value[cfn.ServiceName] {
	return cfn.Att[cfn.ServiceName](h.service, "Name")
}

// GroupID is the id of the security group of the service, for rules of other groups.
func (h ServiceHandle) GroupID() cfn.Value[cfn.SecurityGroupID] { return h.group.GroupID() }

const (
	// mainContainer is the name of the only container of a task.
	mainContainer = "main"
	// graceSeconds is how long a container may take to become healthy.
	graceSeconds = 120
	// stopSeconds is how long a container may take to stop; the Fargate limit is 120.
	stopSeconds = 60
)

// Add declares the service and its parts.
func (s Service) Add(t *cfn.Template) ServiceHandle {
	s.check(t)
	logs := LogGroup{ID: s.ID + "Logs", Name: "/aws/ecs/" + s.Name, RetentionDays: s.LogDays, Key: s.LogKey, Retain: s.RetainLogs}.Add(t)
	task := s.addTask(t, logs)
	h := ServiceHandle{group: SecurityGroup{
		ID: s.ID + "Group", Name: s.Name, Description: "Tasks of " + s.Name, VPC: s.VPC,
		Out: []Traffic{{Description: "Images, secrets, logs, and whatever the service itself calls", CIDR: Anywhere}},
	}.Add(t)}
	deployment := &ecs.Service_DeploymentConfiguration{
		DeploymentCircuitBreaker: &ecs.Service_DeploymentCircuitBreaker{Enable: true, Rollback: true},
		// the new tasks are healthy before the old ones stop
		MinimumHealthyPercent: new(100), MaximumPercent: new(200),
	}
	properties := &ecs.Service{
		ServiceName: new(s.Name), Cluster: t.TextPtr(s.Cluster.Name()), TaskDefinition: t.TextPtr(cfn.Ref[cfn.Text](task)),
		LaunchType: new(Fargate), PlatformVersion: new("LATEST"),
		// no DesiredCount: ECS starts with 1, and later the scaling below controls the number of tasks
		DeploymentConfiguration: deployment,
		NetworkConfiguration: &ecs.Service_NetworkConfiguration{AwsvpcConfiguration: &ecs.Service_AwsVpcConfiguration{
			AssignPublicIp: new("DISABLED"), Subnets: t.Texts(s.Subnets), SecurityGroups: []string{t.Text(h.group.GroupID())},
		}},
		EnableECSManagedTags: new(true), PropagateTags: new("SERVICE"),
	}
	if l := s.LoadBalancer; l != nil {
		l.group.Connect(t, s.ID+"FromLoadBalancer", h.group, l.port, "Load balancer to tasks of "+s.Name)
		properties.LoadBalancers = []ecs.Service_LoadBalancer{{
			ContainerName: new(mainContainer), ContainerPort: new(l.port), TargetGroupArn: t.TextPtr(cfn.Ref[cfn.Text](l.targets)),
		}}
		properties.HealthCheckGracePeriodSeconds = new(graceSeconds)
		if s.RollbackAlarms != nil {
			deployment.Alarms = &ecs.Service_DeploymentAlarms{Enable: true, Rollback: true, AlarmNames: s.addAlarms(t, *l)}
		}
	}
	// no alarms without a load balancer, because no metric shows that a version is faulty
	h.service = t.Add(s.ID, properties)
	if s.LoadBalancer != nil {
		// ECS requires that a load balancer uses the target group
		h.service.After(s.LoadBalancer.listeners...)
	}
	s.addScaling(t, h)
	return h
}

func (s Service) check(t *cfn.Template) {
	path := "Resources." + s.ID + ".Properties"
	checkName(t, path+".ServiceName", "ECS", s.Name, "_-", 1, 255)
	if message := fargateSize(s.CPU, s.Memory); message != "" {
		t.Fail("Resources."+s.ID+"Task.Properties.Memory", message, "choose a pair that Fargate supports")
	}
	if s.Min < 1 || s.Max < s.Min {
		t.Failf("Resources."+s.ID+"Count.Properties.MinCapacity", "", "Min %d and Max %d are not valid: Min must be at least 1, and Max at least Min", s.Min, s.Max)
	}
}

// fargateSize says why Fargate does not support a task size, or returns "" if it does.
func fargateSize(cpu, memory int) string {
	sizes := limits.FargateMemory(cpu)
	switch {
	case sizes == nil:
		return fmt.Sprintf("Fargate does not support %d units of CPU: use %s", cpu, inWords(limits.FargateCPUs(), "or"))
	case slices.Contains(sizes, memory):
		return ""
	}
	minimum, maximum, step := sizes[0], sizes[len(sizes)-1], sizes[1]-sizes[0]
	var missing []int
	for m := minimum; m <= maximum; m += step {
		if !slices.Contains(sizes, m) {
			missing = append(missing, m)
		}
	}
	except := ""
	if len(missing) > 0 {
		except = ", except " + inWords(missing, "and")
	}
	return fmt.Sprintf("Fargate does not support %d MB with %d units of CPU: use %d to %d in steps of %d%s", memory, cpu, minimum, maximum, step, except)
}

// inWords returns "1, 2 and 3", where last is the word before the last number.
func inWords(numbers []int, last string) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.Itoa(n)
	}
	end := len(words) - 1
	if end < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:end], ", ") + " " + last + " " + words[end]
}

// addTask declares the task definition. A different image or configuration creates a new revision.
func (s Service) addTask(t *cfn.Template, logs LogGroupHandle) *cfn.Resource {
	start, code := ContainerRoles{
		ID: s.ID, StartName: s.StartRoleName, CodeName: s.RoleName, Path: s.RolePath, What: "service " + s.Name, Boundary: s.Boundary,
	}.add(t, s.Container, logs)
	c := s.Container
	main := ecs.TaskDefinition_ContainerDefinition{
		Name: mainContainer, Image: t.Text(c.Image), Essential: new(true), Command: c.Command,
		Memory:                 new(s.Memory), // all memory of the task
		User:                   c.user(),
		ReadonlyRootFilesystem: new(!c.Writable),
		// an init process forwards signals and reaps zombie processes
		LinuxParameters: &ecs.TaskDefinition_LinuxParameters{InitProcessEnabled: new(true)},
		StopTimeout:     new(stopSeconds),
		LogConfiguration: &ecs.TaskDefinition_LogConfiguration{LogDriver: "awslogs", Options: map[string]string{
			"awslogs-group": t.Text(logs.Name()), "awslogs-region": t.Text(cfn.Region()), "awslogs-stream-prefix": s.Name,
			// if logs cannot be written, the service must go on: it loses lines when the buffer is full
			"mode": "non-blocking", "max-buffer-size": "25m",
		}},
	}
	for _, v := range c.Environment {
		main.Environment = append(main.Environment, ecs.TaskDefinition_KeyValuePair{Name: new(v.Name), Value: t.TextPtr(v.Value)})
	}
	for _, x := range c.Secrets {
		main.Secrets = append(main.Secrets, ecs.TaskDefinition_Secret{Name: x.Name, ValueFrom: x.valueFrom()})
	}
	if len(s.HealthCommand) > 0 {
		main.HealthCheck = &ecs.TaskDefinition_HealthCheck{
			Command:  append([]string{"CMD"}, s.HealthCommand...),
			Interval: new(30), Timeout: new(5), Retries: new(3), StartPeriod: new(graceSeconds),
		}
	}
	if s.LoadBalancer != nil {
		main.PortMappings = []ecs.TaskDefinition_PortMapping{{ContainerPort: new(s.LoadBalancer.port), Protocol: new("tcp")}}
	}
	properties := &ecs.TaskDefinition{
		Family: new(s.Name), RequiresCompatibilities: []string{Fargate}, NetworkMode: new("awsvpc"),
		Cpu: new(strconv.Itoa(s.CPU)), Memory: new(strconv.Itoa(s.Memory)),
		RuntimePlatform: &ecs.TaskDefinition_RuntimePlatform{
			OperatingSystemFamily: new("LINUX"), CpuArchitecture: new(strings.ToUpper(c.Architecture)),
		},
		ExecutionRoleArn: t.TextPtr(start.ARN()), TaskRoleArn: t.TextPtr(code.ARN()),
	}
	if !c.Writable {
		// a volume without a host is empty and is deleted with the task
		properties.Volumes = []ecs.TaskDefinition_Volume{{Name: new("tmp")}}
		main.MountPoints = []ecs.TaskDefinition_MountPoint{{SourceVolume: new("tmp"), ContainerPath: new("/tmp"), ReadOnly: new(false)}}
	}
	properties.ContainerDefinitions = []ecs.TaskDefinition_ContainerDefinition{main}
	return t.Add(s.ID+"Task", properties)
}

// addAlarms declares the alarms that roll back a deployment, and returns their names. They evaluate all tasks, old and new. ECS completes a deployment
// only after the evaluation periods of the alarms, and ignores all of them if one is in alarm when the deployment starts.
func (s Service) addAlarms(t *cfn.Template, l LoadBalancerHandle) []string {
	var names []string
	for _, a := range []struct {
		id, name, description, metric, statistic string
		threshold                                float64
		minutes                                  int
	}{
		{"Errors", "errors", "its tasks answer with status 5xx", "HTTPCode_Target_5XX_Count", "Sum", 10, 3},
		// longer than a task may be unhealthy before its grace period ends
		{"Unhealthy", "unhealthy", "its tasks are not well", "UnHealthyHostCount", "Maximum", 1, 4},
	} {
		alarm := Alarm{
			ID: s.ID + a.id, Name: s.Name + "-rollback-" + a.name, Description: "Undoes a deployment of " + s.Name + ": " + a.description,
			Metrics: []Metric{{Namespace: "AWS/ApplicationELB", Name: a.metric, Statistic: a.statistic, Dimensions: []Dimension{
				{Name: "LoadBalancer", Value: l.FullName()}, {Name: "TargetGroup", Value: l.TargetGroupName()},
			}}},
			Comparison: AtLeast, Threshold: a.threshold, PeriodSeconds: 60, Periods: a.minutes, Topic: s.RollbackAlarms.Topic,
		}.Add(t)
		names = append(names, t.Text(alarm.Name()))
	}
	return names
}

// addScaling declares the scaling of the service. It declares the scalable target even for a fixed number of tasks, which it sets.
func (s Service) addScaling(t *cfn.Template, h ServiceHandle) {
	scaled := &applicationautoscaling.ScalableTarget{
		ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount",
		ResourceId:  t.Text(cfn.Format[cfn.Text]("service/%s/%s", s.Cluster.Name(), h.Name())),
		MinCapacity: s.Min, MaxCapacity: s.Max,
	}
	if names.Partition(t.Place.Region) == names.GovCloud {
		// CloudFormation requires a role in GovCloud: always this service-linked one
		scaled.RoleARN = t.TextPtr(RoleARNOf(cfn.AccountID(), "/aws-service-role/ecs.application-autoscaling.amazonaws.com/",
			"AWSServiceRoleForApplicationAutoScaling_ECSService"))
	}
	target := t.Add(s.ID+"Count", scaled)
	if s.Max <= s.Min {
		return
	}
	for _, p := range []struct {
		id, name, metric string
		percent          float64
	}{
		{"CPU", "cpu", "ECSServiceAverageCPUUtilization", 60},
		{"Memory", "memory", "ECSServiceAverageMemoryUtilization", 75},
	} {
		t.Add(s.ID+p.id, &applicationautoscaling.ScalingPolicy{
			PolicyName: s.Name + "-" + p.name, PolicyType: "TargetTrackingScaling", ScalingTargetId: t.TextPtr(cfn.Ref[cfn.Text](target)),
			TargetTrackingScalingPolicyConfiguration: &applicationautoscaling.ScalingPolicy_TargetTrackingScalingPolicyConfiguration{
				PredefinedMetricSpecification: &applicationautoscaling.ScalingPolicy_PredefinedMetricSpecification{PredefinedMetricType: p.metric},
				TargetValue:                   p.percent,
				// scale out fast, scale in slowly
				ScaleOutCooldown: new(60), ScaleInCooldown: new(300),
			},
		})
	}
}
