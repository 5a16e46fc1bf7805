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

// Service is a container that runs all the time: an ECS service on Fargate with its task definition, two roles, log group, security group
// and scaling. A deployment that does not come up goes back to the version before; so does one during which its load balancer sees errors.
type Service struct {
	// ID is the logical id; what belongs to the service has it in front of its own.
	ID string
	// Name of the service and of its task definition, at most 255 letters, digits, dashes and underscores (ECS API, CreateService).
	Name      string
	Cluster   ClusterHandle
	Container Container
	// CPU in units of 1/1024 vCPU and Memory in MB of each task: one of the pairs that Fargate knows.
	CPU, Memory int
	// Min and Max are how many tasks there are. Where they differ, the load decides.
	Min, Max int
	// HealthCommand runs in the container, which is well when it ends with 0; empty: there is none.
	HealthCommand []string
	// LoadBalancer in front of the service; nil: nobody reaches it.
	LoadBalancer *LoadBalancerHandle
	// RollbackAlarms look at the load balancer while a deployment goes on, and undo it; nil: only the circuit breaker does, which sees tasks
	// that end or are not well.
	RollbackAlarms *RollbackAlarms
	// VPC and Subnets in which the tasks run; without public addresses.
	VPC     cfn.Value[cfn.VPCID]
	Subnets cfn.List[cfn.SubnetID]
	// StartRoleName and RoleName of the roles with which ECS starts the container and its code runs, RolePath of both, and the boundary of
	// what they may do.
	StartRoleName, RoleName, RolePath string
	Boundary                          cfn.Value[cfn.PolicyARN]
	// LogKey encrypts the logs, which stay for LogDays.
	LogKey  cfn.Value[cfn.KeyARN]
	LogDays int
	// RetainLogs keeps them when the service goes.
	RetainLogs bool
}

// RollbackAlarms undo a deployment.
type RollbackAlarms struct {
	// Topic is told, too; unset: nobody is.
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

// GroupID is the id of the service's security group, for the groups of what it reaches.
func (h ServiceHandle) GroupID() cfn.Value[cfn.SecurityGroupID] { return h.group.GroupID() }

const (
	// mainContainer is the name of the only container of a task.
	mainContainer = "main"
	// graceSeconds are how long a container may take to become well.
	graceSeconds = 120
	// stopSeconds are how long a container may take to end when it is asked to; Fargate allows 120.
	stopSeconds = 60
)

// Add declares the service and what belongs to it.
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
		// the new tasks are well before the old ones go
		MinimumHealthyPercent: new(100), MaximumPercent: new(200),
	}
	properties := &ecs.Service{
		ServiceName: new(s.Name), Cluster: t.TextPtr(s.Cluster.Name()), TaskDefinition: t.TextPtr(cfn.Ref[cfn.Text](task)),
		LaunchType: new(Fargate), PlatformVersion: new("LATEST"),
		// no DesiredCount: ECS begins with 1, and an update leaves the number of tasks to the scaling below
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
	// no alarms without a load balancer: no metric of a worker says that a version is bad
	h.service = t.Add(s.ID, properties)
	if s.LoadBalancer != nil {
		// ECS takes a target group only once a load balancer has it
		h.service.After(s.LoadBalancer.listeners...)
	}
	s.addScaling(t, h)
	return h
}

func (s Service) check(t *cfn.Template) {
	path := "Resources." + s.ID + ".Properties"
	checkName(t, path+".ServiceName", "ECS", s.Name, "_-", 1, 255)
	if message := fargateSize(s.CPU, s.Memory); message != "" {
		t.Fail("Resources."+s.ID+"Task.Properties.Memory", message, "choose one of the pairs that Fargate knows")
	}
	if s.Min < 1 || s.Max < s.Min {
		t.Failf("Resources."+s.ID+"Count.Properties.MinCapacity", "", "there are %d to %d tasks: at least 1, and no fewer than the least", s.Min, s.Max)
	}
}

// fargateSize says why a task of Fargate cannot have a size; empty when it can.
func fargateSize(cpu, memory int) string {
	sizes := limits.FargateMemory(cpu)
	switch {
	case sizes == nil:
		return fmt.Sprintf("Fargate has no tasks with %d units of CPU: it has %s", cpu, inWords(limits.FargateCPUs()))
	case slices.Contains(sizes, memory):
		return ""
	}
	least, most, step := sizes[0], sizes[len(sizes)-1], sizes[1]-sizes[0]
	var missing []int
	for m := least; m <= most; m += step {
		if !slices.Contains(sizes, m) {
			missing = append(missing, m)
		}
	}
	but := ""
	if len(missing) > 0 {
		but = ", except " + inWords(missing)
	}
	return fmt.Sprintf("%d MB do not go with %d units of CPU: %d to %d in steps of %d do%s", memory, cpu, least, most, step, but)
}

// inWords reads "1, 2 and 3".
func inWords(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.Itoa(n)
	}
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// addTask declares the task definition. Another image or other settings make another revision of it.
func (s Service) addTask(t *cfn.Template, logs LogGroupHandle) *cfn.Resource {
	start, code := ContainerRoles{
		ID: s.ID, StartName: s.StartRoleName, CodeName: s.RoleName, Path: s.RolePath, What: "service " + s.Name, Boundary: s.Boundary,
	}.add(t, s.Container, logs)
	c := s.Container
	main := ecs.TaskDefinition_ContainerDefinition{
		Name: mainContainer, Image: t.Text(c.Image), Essential: new(true), Command: c.Command,
		Memory:                 new(s.Memory), // all of the task's
		User:                   c.user(),
		ReadonlyRootFilesystem: new(!c.Writable),
		// an init process passes signals on and collects what the code's own processes leave behind
		LinuxParameters: &ecs.TaskDefinition_LinuxParameters{InitProcessEnabled: new(true)},
		StopTimeout:     new(stopSeconds),
		LogConfiguration: &ecs.TaskDefinition_LogConfiguration{LogDriver: "awslogs", Options: map[string]string{
			"awslogs-group": t.Text(logs.Name()), "awslogs-region": t.Text(cfn.Region()), "awslogs-stream-prefix": s.Name,
			// logs that cannot be written must not stop the service: lines are lost once the buffer is full
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
		// a volume without a host: empty, and gone with the task
		properties.Volumes = []ecs.TaskDefinition_Volume{{Name: new("tmp")}}
		main.MountPoints = []ecs.TaskDefinition_MountPoint{{SourceVolume: new("tmp"), ContainerPath: new("/tmp"), ReadOnly: new(false)}}
	}
	properties.ContainerDefinitions = []ecs.TaskDefinition_ContainerDefinition{main}
	return t.Add(s.ID+"Task", properties)
}

// addAlarms declares the alarms that undo a deployment. They look at all tasks, old and new. ECS waits for as long as
// they look at before it calls a deployment done, and looks at none of them when one is in alarm already as a deployment begins.
func (s Service) addAlarms(t *cfn.Template, l LoadBalancerHandle) []string {
	var names []string
	for _, a := range []struct {
		id, name, description, metric, statistic string
		least                                    float64
		minutes                                  int
	}{
		{"Errors", "errors", "its tasks answer with status 5xx", "HTTPCode_Target_5XX_Count", "Sum", 10, 3},
		// longer than a task that becomes well within its grace can be unwell
		{"Unhealthy", "unhealthy", "its tasks are not well", "UnHealthyHostCount", "Maximum", 1, 4},
	} {
		alarm := Alarm{
			ID: s.ID + a.id, Name: s.Name + "-rollback-" + a.name, Description: "Undoes a deployment of " + s.Name + ": " + a.description,
			Metrics: []Metric{{Namespace: "AWS/ApplicationELB", Name: a.metric, Statistic: a.statistic, Dimensions: []Dimension{
				{Name: "LoadBalancer", Value: l.FullName()}, {Name: "TargetGroup", Value: l.TargetGroupName()},
			}}},
			Comparison: AtLeast, Threshold: a.least, PeriodSeconds: 60, Periods: a.minutes, Topic: s.RollbackAlarms.Topic,
		}.Add(t)
		names = append(names, t.Text(alarm.Name()))
	}
	return names
}

// addScaling declares how many tasks there are. The target stands even where their number is fixed: it is what changes it.
func (s Service) addScaling(t *cfn.Template, h ServiceHandle) {
	scaled := &applicationautoscaling.ScalableTarget{
		ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount",
		ResourceId:  t.Text(cfn.Format[cfn.Text]("service/%s/%s", s.Cluster.Name(), h.Name())),
		MinCapacity: s.Min, MaxCapacity: s.Max,
	}
	if names.Partition(t.Place.Region) == names.GovCloud {
		// there, CloudFormation still asks for a role; it is always this one, which the service makes for itself
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
				// quick to help, slow to leave
				ScaleOutCooldown: new(60), ScaleInCooldown: new(300),
			},
		})
	}
}
