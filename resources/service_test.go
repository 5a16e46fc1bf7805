package resources_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// serviceTemplate renders one service of a region, with a load balancer.
func serviceTemplate(tb testing.TB, region string, change func(*resources.Service)) *tree.Node {
	tb.Helper()
	tmpl := template()
	tmpl.Place.Region = region
	s := oneService(tmpl)
	s.LoadBalancer = new(oneLoadBalancer().Add(tmpl))
	change(&s)
	s.Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func TestServicesThatAreRefused(t *testing.T) {
	t.Parallel()
	const counts = "Resources.WebServiceCount.Properties.MinCapacity: "
	for _, c := range []struct {
		why    string
		change func(*resources.Service)
		want   string
	}{
		{"it is fine as it is", func(*resources.Service) {}, ""},
		{
			"a name with a dot", func(s *resources.Service) { s.Name = "shop.dev" },
			`Resources.WebService.Properties.ServiceName: "shop.dev" is not a valid name: ECS requires 1 to 255 letters, digits and _-; choose another one`,
		},
		{
			"no tasks", func(s *resources.Service) { s.Min, s.Max = 0, 1 },
			counts + "Min 0 and Max 1 are not valid: Min must be at least 1, and Max at least Min",
		},
		{
			"fewer than the least", func(s *resources.Service) { s.Min, s.Max = 3, 2 },
			counts + "Min 3 and Max 2 are not valid: Min must be at least 1, and Max at least Min",
		},
		{
			"a size that Fargate lacks", func(s *resources.Service) { s.Memory = 4096 },
			"Resources.WebServiceTask.Properties.Memory: Fargate does not support 4096 MB with 256 units of CPU: use 512 to 2048 in steps of 512, except 1536; " +
				"choose a pair that Fargate supports",
		},
		{
			"logs that nobody encrypts", func(s *resources.Service) { s.LogKey = cfn.Value[cfn.KeyARN]{} },
			"Resources.WebServiceLogs.Properties.KmsKeyId: the key is not set; set Key to a customer managed key",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			s := oneService(tmpl)
			c.change(&s)
			s.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestALoadBalancerThatWasNeverDeclaredIsRefused(t *testing.T) {
	t.Parallel()
	tmpl := template()
	s := oneService(tmpl)
	s.LoadBalancer = &resources.LoadBalancerHandle{}
	s.Add(tmpl)
	if got := problems(t, tmpl); !strings.Contains(got, "it refers to a resource that is not declared") {
		t.Errorf("got %q", got)
	}
}

func TestTasksHaveSizesThatFargateKnows(t *testing.T) {
	t.Parallel()
	// each row of the table in the developer guide of ECS: what fits, and what stands beside it
	for _, c := range []struct {
		cpu         int
		fits, fails []int
	}{
		{256, []int{512, 1024, 2048}, []int{0, 256, 1536, 2560}},
		{512, []int{1024, 2048, 4096}, []int{512, 1536, 5120}},
		{1024, []int{2048, 3072, 8192}, []int{1024, 9216}},
		{2048, []int{4096, 5120, 16384}, []int{3072, 17408}},
		{4096, []int{8192, 9216, 30720}, []int{7168, 31744}},
		{8192, []int{16384, 20480, 61440}, []int{12288, 17408, 65536}},
		{16384, []int{32768, 40960, 122880}, []int{24576, 36864, 131072}},
		{0, nil, []int{512}},
		{300, nil, []int{1024}},
		{32768, nil, []int{122880}},
	} {
		size := func(memory int) string {
			tmpl := template()
			s := oneService(tmpl)
			s.CPU, s.Memory = c.cpu, memory
			s.Add(tmpl)
			return problems(t, tmpl)
		}
		for _, memory := range c.fits {
			if got := size(memory); got != "" {
				t.Errorf("%d units of CPU with %d MB: got %s", c.cpu, memory, got)
			}
		}
		for _, memory := range c.fails {
			if got := size(memory); !strings.Contains(got, fmt.Sprintf("%d units of CPU", c.cpu)) {
				t.Errorf("%d units of CPU with %d MB: got %q, want a refusal", c.cpu, memory, got)
			}
		}
	}
}

func TestADeploymentLeavesTheNumberOfTasksToTheScaling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ least, most, policies int }{{1, 1, 0}, {3, 3, 0}, {1, 2, 2}} {
		n := serviceTemplate(t, "eu-west-1", func(s *resources.Service) { s.Min, s.Max = c.least, c.most })
		if count := n.At("Resources", "WebService", "Properties", "DesiredCount"); count != nil {
			t.Errorf("every update would set the number of tasks to %s", count.Text)
		}
		target := resourcesOf(n, "AWS::ApplicationAutoScaling::ScalableTarget")
		if len(target) != 1 || target[0].Get("MinCapacity").Text != fmt.Sprint(c.least) || target[0].Get("MaxCapacity").Text != fmt.Sprint(c.most) {
			t.Errorf("%d to %d tasks: got %d targets\n%s", c.least, c.most, len(target), n.YAML())
		}
		if got := len(resourcesOf(n, "AWS::ApplicationAutoScaling::ScalingPolicy")); got != c.policies {
			t.Errorf("%d to %d tasks: got %d policies, want %d", c.least, c.most, got, c.policies)
		}
	}
}

func TestTheScalingRoleIsNamedWhereCloudFormationAsksForIt(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1": "",
		"us-gov-west-1": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/" +
			"AWSServiceRoleForApplicationAutoScaling_ECSService",
	} {
		n := serviceTemplate(t, region, func(*resources.Service) {})
		got := ""
		if role := n.At("Resources", "WebServiceCount", "Properties", "RoleARN", "Fn::Sub"); role != nil {
			got = role.Text
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", region, got, want)
		}
	}
}

func TestTasksAreReachedByTheirLoadBalancerOnly(t *testing.T) {
	t.Parallel()
	n := serviceTemplate(t, "eu-west-1", func(*resources.Service) {})
	if in := n.At("Resources", "WebServiceGroup", "Properties", "SecurityGroupIngress"); in != nil {
		t.Errorf("got\n%s", in.YAML())
	}
	rules := resourcesOf(n, "AWS::EC2::SecurityGroupIngress")
	want := `GroupId: !GetAtt WebServiceGroup.GroupId
SourceSecurityGroupId: !GetAtt WebLoadBalancerGroup.GroupId
`
	if len(rules) != 1 {
		t.Fatalf("got %d rules, want 1", len(rules))
	}
	got := fmt.Sprintf("GroupId: %sSourceSecurityGroupId: %s", rules[0].Get("GroupId").YAML(), rules[0].Get("SourceSecurityGroupId").YAML())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if ip := n.At("Resources", "WebService", "Properties", "NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp"); ip.Text != "DISABLED" {
		t.Errorf("tasks have public addresses: %s", ip.Text)
	}
}

func TestOnlyTmpIsWritable(t *testing.T) {
	t.Parallel()
	for writable, want := range map[bool]string{false: "true /tmp", true: "false "} {
		n := serviceTemplate(t, "eu-west-1", func(s *resources.Service) { s.Container.Writable = writable })
		container := n.At("Resources", "WebServiceTask", "Properties", "ContainerDefinitions").Items[0]
		got := container.Get("ReadonlyRootFilesystem").Text + " "
		if mounts := container.Get("MountPoints"); mounts != nil {
			for _, m := range mounts.Items {
				got += m.Get("ContainerPath").Text
			}
		}
		if got != want {
			t.Errorf("writable %v: got %q, want %q", writable, got, want)
		}
	}
}

func TestADeploymentIsUndoneByAlarmsThatAreThereBefore(t *testing.T) {
	t.Parallel()
	n := serviceTemplate(t, "eu-west-1", func(s *resources.Service) { s.RollbackAlarms = &resources.RollbackAlarms{} })
	alarms := n.At("Resources", "WebService", "Properties", "DeploymentConfiguration", "Alarms")
	if alarms == nil || alarms.Get("Rollback").Text != "true" || len(alarms.Get("AlarmNames").Items) != 2 {
		t.Fatalf("got\n%s", n.At("Resources", "WebService").YAML())
	}
	for _, a := range alarms.Get("AlarmNames").Items {
		// a reference, so that CloudFormation makes the alarm first
		if id := a.Get("Ref"); id == nil || n.At("Resources", id.Text, "Type").Text != "AWS::CloudWatch::Alarm" {
			t.Errorf("got %s", a.YAML())
		}
	}
}
