package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// quota is what AWS lets a new account have in a region; it allows more on request.
type quota struct {
	// service and code of Service Quotas, and the name there.
	service, code, name string
	limit               int
	// taken is how many a new account has already.
	taken int
	// per is what the quota is for, other than the account and region: how such a thing is called.
	per string
	// instead is what to do other than asking for more; may be empty.
	instead string
	counts  []counted
}

// counted are the resources of a type that use a quota.
type counted struct {
	kind string
	// uses is how much of the quota one takes, in parts of the unit; nil: one each.
	uses func(w *world, x *thing) int
	// owner is what the quota is per; nil: the account and region.
	owner func(w *world, x *thing) string
}

// quotas are the defaults of Service Quotas (AWS General Reference, endpoints and quotas of each service, 2026), for what grows with the
// environments of an account; what is far above any system, such as 10,000 buckets, is left out.
func quotas() []quota {
	return []quota{
		{
			service: "ec2", code: "L-0263D0A3", name: "EC2-VPC Elastic IPs", limit: 5, instead: "nat: regional, whose addresses AWS manages, or nat: one",
			counts: []counted{{kind: "AWS::EC2::EIP"}},
		},
		{
			service: "vpc", code: "L-F678F1CE", name: "VPCs per Region", limit: 5, taken: 1,
			counts: []counted{{kind: "AWS::EC2::VPC"}},
		},
		{
			service: "vpc", code: "L-A4707A72", name: "Internet gateways per Region", limit: 5, taken: 1,
			counts: []counted{{kind: "AWS::EC2::InternetGateway"}},
		},
		{
			service: "vpc", code: "L-FE5A380F", name: "NAT gateways per Availability Zone", limit: 5, per: "availability zone", instead: "nat: regional",
			counts: []counted{{kind: "AWS::EC2::NatGateway", owner: zoneOf}},
		},
		{
			service: "vpc", code: "L-1B52E74A", name: "Gateway VPC endpoints per Region", limit: 20,
			counts: []counted{{kind: "AWS::EC2::VPCEndpoint", uses: ofText("Gateway", "VpcEndpointType")}},
		},
		{
			service: "vpc", code: "L-29B6F2EB", name: "Interface VPC endpoints per VPC", limit: 50, per: "VPC",
			counts: []counted{{kind: "AWS::EC2::VPCEndpoint", uses: ofText("Interface", "VpcEndpointType"), owner: property("VpcId")}},
		},
		{
			service: "vpc", code: "L-E79EC296", name: "VPC security groups per Region", limit: 2500, taken: 1,
			counts: []counted{{kind: "AWS::EC2::SecurityGroup"}, {kind: "AWS::EC2::VPC"}}, // each has one from the start
		},
		{
			service: "vpc", code: "L-0EA8095F", name: "Inbound or outbound rules per security group", limit: 60, per: "security group, inbound",
			counts: []counted{
				{kind: "AWS::EC2::SecurityGroup", uses: length("SecurityGroupIngress"), owner: groupOf},
				{kind: "AWS::EC2::SecurityGroupIngress", owner: property("GroupId")},
			},
		},
		{
			service: "vpc", code: "L-0EA8095F", name: "Inbound or outbound rules per security group", limit: 60, per: "security group, outbound",
			counts: []counted{
				{kind: "AWS::EC2::SecurityGroup", uses: length("SecurityGroupEgress"), owner: groupOf},
				{kind: "AWS::EC2::SecurityGroupEgress", owner: property("GroupId")},
			},
		},
		{
			service: "elasticloadbalancing", code: "L-53DA6B97", name: "Application Load Balancers per Region", limit: 50,
			counts: []counted{{kind: "AWS::ElasticLoadBalancingV2::LoadBalancer", uses: ofText("application", "Type")}},
		},
		{
			service: "elasticloadbalancing", code: "L-B6DF7632", name: "Listeners per Application Load Balancer", limit: 50, per: "load balancer",
			counts: []counted{{kind: "AWS::ElasticLoadBalancingV2::Listener", owner: property("LoadBalancerArn")}},
		},
		{
			service: "elasticloadbalancing", code: "L-B22855CB", name: "Target Groups per Region", limit: 3000,
			counts: []counted{{kind: "AWS::ElasticLoadBalancingV2::TargetGroup"}},
		},
		{
			// 100 of the 1,000 cannot be reserved
			service: "lambda", code: "L-B99A9384", name: "Concurrent executions", limit: 1000, taken: 100, instead: "less reservedConcurrency",
			counts: []counted{{kind: "AWS::Lambda::Function", uses: number("ReservedConcurrentExecutions")}},
		},
		{
			service: "fargate", code: "L-3032A538", name: "Fargate On-Demand vCPU resource count", limit: 6 * share, instead: "a lower count",
			// not what jobs may use at most: those that find no room wait
			counts: []counted{{kind: "AWS::ECS::Service", uses: (*world).fargateTasks}},
		},
		{
			service: "batch", code: "L-144F0CA5", name: "Compute environment limit", limit: 50,
			counts: []counted{{kind: "AWS::Batch::ComputeEnvironment"}},
		},
	}
}

// share of a vCPU is the unit in which ECS counts them.
const share = 1024

// used is what a system takes of a quota, in one place.
type used struct {
	quota        quota
	total        int
	environments []string // of which each takes
	by           map[string]int
	over         *thing // the first that does not fit
}

// quotas of the accounts and regions: a warning where a new account has less. Whether it has more by now, only its owner knows.
func (w *world) quotas() {
	for _, q := range quotas() {
		places := map[string]*used{}
		var order []string
		for _, s := range w.stacks {
			for _, id := range s.ids {
				x := s.things[id]
				for _, c := range q.counts {
					if c.kind == x.kind {
						key, n := s.Account+" "+s.Region, c.amount(w, x)
						if c.owner != nil {
							key += " " + c.owner(w, x)
						}
						if places[key] == nil {
							places[key] = &used{quota: q, total: q.taken, by: map[string]int{}}
							order = append(order, key)
						}
						places[key].add(x, w.scopeOf(s), n)
					}
				}
			}
		}
		for _, key := range order {
			if u := places[key]; u.over != nil {
				w.report.warn(u.over.stack, u.over.path(""), "quota", u.message(), u.hint())
			}
		}
	}
}

// amount that a thing takes.
func (c counted) amount(w *world, x *thing) int {
	if c.uses == nil {
		return 1
	}
	return c.uses(w, x)
}

func (u *used) add(x *thing, scope string, n int) {
	if n == 0 {
		return
	}
	if u.by[scope] == 0 {
		u.environments = append(u.environments, scope)
	}
	u.by[scope] += n
	u.total += n
	if u.total > u.quota.limit && u.over == nil {
		u.over = x
	}
}

// amount in whole units, rounded up.
func (q quota) amount(n int) int {
	if q.service == "fargate" {
		return (n + share - 1) / share
	}
	return n
}

func (u *used) message() string {
	q, parts := u.quota, make([]string, 0, len(u.environments)+1)
	for _, e := range u.environments {
		parts = append(parts, fmt.Sprintf("%s %d", e, q.amount(u.by[e])))
	}
	if q.taken > 0 {
		parts = append(parts, fmt.Sprintf("AWS %d", q.taken))
	}
	per := ""
	if q.per != "" {
		per = "one " + q.per + " of "
	}
	return fmt.Sprintf("%saccount %s in %s needs %d of the quota %q, of which a new account has %d (%s)",
		per, u.over.stack.Account, u.over.stack.Region, q.amount(u.total), q.name, q.amount(q.limit), strings.Join(parts, ", "))
}

func (u *used) hint() string {
	hint := fmt.Sprintf("if the account has not got more yet, ask for it: aws service-quotas request-service-quota-increase --region %s --service-code %s"+
		" --quota-code %s --desired-value %d", u.over.stack.Region, u.quota.service, u.quota.code, u.quota.amount(u.total))
	if u.quota.instead != "" {
		hint += "; or write " + u.quota.instead
	}
	return hint
}

// property of a thing, which names what the quota is per.
func property(name string) func(*world, *thing) string {
	return func(_ *world, x *thing) string { return x.text(name).String() }
}

// groupOf is how rules name a security group.
func groupOf(_ *world, x *thing) string {
	return x.stack.resolver.Resolve(tree.NewMap().Set("Fn::GetAtt", tree.NewList(tree.Text(x.id), tree.Text("GroupId")))).String()
}

// zoneOf is the availability zone of a NAT gateway's subnet; a regional one has a place of its own.
func zoneOf(_ *world, x *thing) string {
	subnet := x.stack.things[referred(x.properties.Get("SubnetId"))]
	if subnet == nil {
		return "regional " + x.stack.Name + " " + x.id
	}
	name, arg, _ := subnet.properties.Get("AvailabilityZone").Intrinsic()
	if name == "Fn::Select" && len(arg.Items) > 0 {
		if i, err := strconv.Atoi(arg.Items[0].Text); err == nil && i >= 0 && i < 26 {
			return x.stack.Region + string(rune('a'+i))
		}
	}
	return subnet.text("AvailabilityZone").String()
}

// referred is the logical id in a Ref.
func referred(n *tree.Node) string {
	if name, arg, ok := n.Intrinsic(); ok && name == "Ref" {
		return arg.Text
	}
	return ""
}

// ofText counts what has a text in a property.
func ofText(text string, path ...string) func(*world, *thing) int {
	return func(_ *world, x *thing) int {
		if x.known(path...) == text {
			return 1
		}
		return 0
	}
}

// length of a list.
func length(name string) func(*world, *thing) int {
	return func(_ *world, x *thing) int { return len(x.properties.Get(name).Elements()) }
}

// number in a property.
func number(path ...string) func(*world, *thing) int {
	return func(_ *world, x *thing) int { return x.number(path...) }
}

// number is that of a property; 0 where it is not known.
func (x *thing) number(path ...string) int {
	n, err := strconv.Atoi(x.known(path...))
	if err != nil {
		return 0
	}
	return n
}

// fargateTasks are what the tasks of a service on Fargate have at most: as many as it is scaled to, or as it has.
func (*world) fargateTasks(x *thing) int {
	definition := x.stack.things[referred(x.properties.Get("TaskDefinition"))]
	if definition == nil || !slices.Contains([]string{"", "FARGATE"}, x.known("LaunchType")) {
		return 0
	}
	count := x.number("DesiredCount")
	for _, id := range x.stack.ids {
		target := x.stack.things[id]
		if target.kind == "AWS::ApplicationAutoScaling::ScalableTarget" && strings.Contains(string(target.properties.Get("ResourceId").JSON()), "${"+x.id+".Name}") {
			count = max(count, target.number("MaxCapacity"))
		}
	}
	return cmp.Or(count, 1) * definition.number("Cpu")
}
