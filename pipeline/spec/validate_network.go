package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// network of an environment: one that is made, or one that is there.
func (v *validator) network(path string, e *Environment) {
	n := e.Application.Network
	switch {
	case n == nil || v.unread(join(path, "vpc")):
	case n.VPC != "":
		n.checkExisting(v, path)
	default:
		n.checkNew(v, path, e)
	}
}

// checkOwnFunction checks the name of the function that a new network has.
func checkOwnFunction(v *validator, path string, e *Environment) {
	const most = 64 // characters, Lambda
	n := e.Application.Network
	if n == nil || n.VPC != "" || !isProject(v.spec.Project) {
		return
	}
	name := Name(v.spec.Project, e.Name, ClosedGroupPart)
	if over := len(name) - most; over > 0 {
		v.add(path, fmt.Sprintf("the function %s of its network has %d characters, Lambda allows %d", shorten(name), len(name), most),
			fmt.Sprintf("shorten this name or the project by %d", over))
	}
}

func (n *Network) checkNew(v *validator, path string, e *Environment) {
	for _, f := range []struct {
		name, instead string
		ids           []string
	}{
		{"privateSubnets", "private", n.PrivateSubnets},
		{"publicSubnets", "public", n.PublicSubnets},
		{"isolatedSubnets", "isolated", n.IsolatedSubnets},
	} {
		if len(f.ids) > 0 {
			v.add(join(path, f.name), "names subnets that are there, but there is no vpc that they are in",
				"write vpc too, or ranges of addresses in "+f.instead)
		}
	}
	vpc, hasRange := checkVPCRange(v, join(path, "cidr"), n.CIDR)
	hasZones := checkZones(v, join(path, "zones"), n, e.Region)
	oneOfThese(v, join(path, "nat"), n.NAT, NoNAT, OneNAT, EachNAT, RegionalNAT)
	n.checkSubnets(v, path, e.Region, vpc, hasRange, hasZones)
	checkEndpoints(v, join(path, "endpoints"), n.Endpoints)
}

// checkCIDR reads a range of IPv4 addresses, which may be of one alone; ok says whether it is good.
func checkCIDR(v *validator, at, text, example string) (p netip.Prefix, ok bool) {
	return checkAddresses(v, at, text, example, func(a netip.Addr) string { return a.String() + "/32 for this one alone" })
}

// checkNetworkCIDR reads the range of a VPC or of a subnet, which is about as large as the example.
func checkNetworkCIDR(v *validator, at, text, example string) (p netip.Prefix, ok bool) {
	return checkAddresses(v, at, text, example, func(a netip.Addr) string {
		return netip.PrefixFrom(a, netip.MustParsePrefix(example).Bits()).Masked().String()
	})
}

// checkAddresses reads a range of IPv4 addresses; rangeOf says which may be meant where there is one alone.
func checkAddresses(v *validator, at, text, example string, rangeOf func(netip.Addr) string) (p netip.Prefix, ok bool) {
	p, err := netip.ParsePrefix(text)
	switch {
	case err == nil && !p.Addr().Is4():
		v.add(at, strconv.Quote(shorten(text))+" is a range of IPv6 addresses", "write one of IPv4, such as "+example)
	case err != nil:
		hint := "write one such as " + example
		if address, err := netip.ParseAddr(text); err == nil && address.Is4() {
			hint = "add how many of its bits are the same in all addresses, such as " + rangeOf(address)
		}
		v.add(at, strconv.Quote(shorten(text))+" is no range of addresses", hint)
	case p.Masked() != p:
		v.add(at, text+" does not begin its range", "write "+p.Masked().String())
	default:
		return p, true
	}
	return p, false
}

// checkVPCRange reads the range of a new VPC.
func checkVPCRange(v *validator, at, text string) (p netip.Prefix, ok bool) {
	p, ok = checkNetworkCIDR(v, at, text, "10.0.0.0/16")
	private := []netip.Prefix{
		netip.PrefixFrom(netip.AddrFrom4([4]byte{10}), 8),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{172, 16}), 12),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168}), 16),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10), // RFC 6598; EC2 takes it too
	}
	size := fmt.Sprintf("use /%d to /%d", largestVPC, smallestVPC)
	switch {
	case !ok:
	case p.Bits() < largestVPC:
		v.add(at, text+" is larger than a VPC can be", size)
	case p.Bits() > smallestVPC:
		v.add(at, fmt.Sprintf("%s is too small for %d zones with subnets that load balancers fit into", text, mostZones), size)
	case !slices.ContainsFunc(private, func(r netip.Prefix) bool { return r.Contains(p.Addr()) && r.Bits() <= p.Bits() }):
		v.add(at, text+" is not private: who has these addresses in the internet could not be reached",
			"use a range in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10")
	default:
		return p, true
	}
	return p, false
}

func checkZones(v *validator, at string, network *Network, region string) bool {
	n, most := network.Zones, zonesOf(region)
	if network.ZoneNames != nil {
		return checkZoneNames(v, at, network, region)
	}
	if n <= most || n > mostZones || !isRegion(region) {
		v.between(at, n, 2, mostZones, "zones")
		return n >= 2 && n <= mostZones
	}
	fewer := words([]int{2, 3}[:most-1])
	v.add(at, fmt.Sprintf("cannot be %d: a new account can use %d zones of %s", n, most, region), "use "+oneOf(fewer))
	return false
}

// checkZoneNames checks the names of availability zones of a region, such as eu-west-1a, and says whether their number is good.
func checkZoneNames(v *validator, at string, n *Network, region string) bool {
	for i, name := range n.ZoneNames {
		letter, ok := strings.CutPrefix(name, region)
		switch at := index(at, i); {
		case slices.Contains(n.ZoneNames[:i], name):
			v.add(at, strconv.Quote(shorten(name))+" is given twice", "keep one")
		case !isRegion(region):
		case !ok || len(letter) != 1 || letter[0] < 'a' || letter[0] > 'z':
			v.add(at, strconv.Quote(shorten(name))+" is not an availability zone of "+region,
				"write one such as "+region+"a, or {region}a where environments are in several regions")
		}
	}
	switch names := len(n.ZoneNames); {
	case names == 0 || names > mostZones:
		v.add(at, fmt.Sprintf("lists %d zones", names), fmt.Sprintf("name 1 to %d", mostZones))
		return false
	case names != n.Zones:
		v.add(at, fmt.Sprintf("there are %d zones, but %d names of zones", n.Zones, names), "set the names alone")
		return false
	}
	return true
}

// The sizes of a subnet, as the lengths of prefixes: EC2 takes /16 to /28, load balancers /27 and larger.
const (
	largestSubnet  = 16
	balancerSubnet = 27
	smallestSubnet = 28
)

// subnet of a VPC that is made.
type subnet struct {
	at, name string // in pipeline.yaml; at is empty where it is cut
	prefix   netip.Prefix
}

// checkSubnets checks that given subnets are in the VPC, and do not overlap with each other nor with those that it is cut into. Where the range of the
// VPC or the number of zones is wrong, what does not depend on it is said all the same.
func (n *Network) checkSubnets(v *validator, path string, region string, vpc netip.Prefix, hasRange, hasZones bool) {
	var cut Subnets
	if hasRange && hasZones {
		cut, _ = (&Network{CIDR: n.CIDR, Zones: n.Zones}).Subnets() // what it could refuse was said
	}
	var all []subnet
	for _, layer := range []struct {
		name       string
		given, cut []string
		smallest   int
	}{
		{"public", n.Public, cut.Public, balancerSubnet},
		{"private", n.Private, cut.Private, balancerSubnet},
		{"isolated", n.Isolated, cut.Isolated, smallestSubnet},
	} {
		at := join(path, layer.name)
		switch given := len(layer.given); {
		case given > 0 && hasZones && given != n.Zones:
			hint := "write one for each zone"
			if given >= 2 && given <= zonesOf(region) {
				hint += fmt.Sprintf(", or zones: %d", given)
			}
			v.add(at, fmt.Sprintf("lists %d, but there are %d zones", given, n.Zones), hint)
		case given == 0 && !v.unread(at): // else what is cut may not be there
			for i, text := range layer.cut {
				name := fmt.Sprintf("the %s subnet that zone %d gets", layer.name, i+1)
				all = append(all, subnet{name: name, prefix: netip.MustParsePrefix(text)}) // of Subnets
			}
		}
		for i, text := range layer.given[:min(len(layer.given), mostZones)] { // the others must go anyway
			s := subnet{at: index(at, i), name: index(layer.name, i)}
			var ok bool
			if s.prefix, ok = checkSubnetRange(v, s.at, text, vpc, hasRange, layer.smallest); ok {
				all = append(all, s)
			}
		}
	}
	checkApart(v, all)
}

// checkSubnetRange reads the range of a subnet of a VPC, whose own may not be known.
func checkSubnetRange(v *validator, at, text string, vpc netip.Prefix, hasVPC bool, smallest int) (p netip.Prefix, ok bool) {
	example := "10.0.0.0/20"
	if hasVPC {
		example = partOf(vpc, 4, 0).String()
	}
	p, ok = checkNetworkCIDR(v, at, text, example)
	switch {
	case !ok:
	case p.Bits() > smallest:
		who := "EC2 makes"
		if smallest == balancerSubnet {
			who = "load balancers fit into"
		}
		v.add(at, fmt.Sprintf("%s is smaller than the subnets that %s", text, who), fmt.Sprintf("use /%d to /%d", largestSubnet, smallest))
	case hasVPC && (!vpc.Contains(p.Addr()) || p.Bits() < vpc.Bits()):
		v.add(at, fmt.Sprintf("%s is not within the VPC's %s", text, vpc), "write a range within it, such as "+example)
	default:
		return p, true
	}
	return p, false
}

// checkApart checks that subnets share no address.
func checkApart(v *validator, all []subnet) {
	for i, s := range all {
		for _, o := range all[:i] {
			if !s.prefix.Overlaps(o.prefix) {
				continue
			}
			hint := "subnets share no addresses: write another range"
			if s.at == "" {
				s, o = o, s
			}
			if o.at == "" {
				hint += ", or the ranges of all layers"
			}
			v.add(s.at, fmt.Sprintf("%s overlaps with %s, %s", s.prefix, o.name, o.prefix), hint)
			break
		}
	}
}

// checkExisting checks an existing VPC.
func (n *Network) checkExisting(v *validator, path string) {
	if !isID(n.VPC, "vpc") {
		v.add(join(path, "vpc"), strconv.Quote(shorten(n.VPC))+" is not the id of a VPC", "write one such as vpc-0123456789abcdef0")
	}
	set := map[string]bool{ // without a file; flow logs are a default
		"zones": n.Zones != 0 || n.ZoneNames != nil, "public": n.Public != nil, "private": n.Private != nil, "isolated": n.Isolated != nil, "nat": n.NAT != "",
		"endpoints": n.Endpoints != nil,
	}
	for _, f := range refusedFields("application.network", func(string) string { return n.VPC }) {
		if at := join(path, f.name); v.spec.says(at) || set[f.name] && v.spec.positions == nil {
			v.add(at, f.message, f.hint)
		}
	}
	if n.CIDR != "" {
		checkNetworkCIDR(v, join(path, "cidr"), n.CIDR, "10.0.0.0/16")
	}
	if at := join(path, "privateSubnets"); len(n.PrivateSubnets) == 0 {
		v.add(at, "there is none", "jobs, services and functions run there: name at least one, such as subnet-0123456789abcdef0")
	}
	layerOf := map[string]string{}
	for _, layer := range []struct {
		name string
		ids  []string
	}{{"privateSubnets", n.PrivateSubnets}, {"publicSubnets", n.PublicSubnets}, {"isolatedSubnets", n.IsolatedSubnets}} {
		at := join(path, layer.name)
		if !checkIDs(v, at, layer.ids, "subnet", "subnets", 16, "Lambda and ECS allow") {
			continue
		}
		for i, id := range layer.ids {
			if other := layerOf[id]; other != "" && other != layer.name {
				v.add(index(at, i), fmt.Sprintf("%s is in %s too", strconv.Quote(shorten(id)), other), "a subnet belongs to one layer: keep one")
			}
			layerOf[id] = layer.name
		}
	}
}

// checkIDs checks the ids of things in a VPC, such as subnet-0123456789abcdef0, and says whether there are no more than the limit, which allowed names.
func checkIDs(v *validator, path string, ids []string, prefix, things string, most int, allowed string) bool {
	if len(ids) > most {
		v.add(path, fmt.Sprintf("has %d %s, %s %d", len(ids), things, allowed, most), "")
		return false
	}
	for i, id := range ids {
		at := index(path, i)
		switch {
		case !isID(id, prefix):
			v.add(at, strconv.Quote(shorten(id))+" is not an id of "+things, "write one such as "+prefix+"-0123456789abcdef0")
		case slices.Contains(ids[:i], id):
			v.add(at, strconv.Quote(id)+" is given twice", "keep one")
		}
	}
	return true
}

// isID matches a prefix, a dash and 8 or 17 hexadecimal digits.
func isID(id, prefix string) bool {
	number, ok := strings.CutPrefix(id, prefix+"-")
	return ok && (len(number) == 8 || len(number) == 17) && all(number, isHex)
}

func checkEndpoints(v *validator, path string, names []string) {
	const most = 50 // of a VPC, EC2 quotas
	if len(names) > most {
		v.add(path, fmt.Sprintf("has %d endpoints, EC2 allows %d", len(names), most), "")
		return
	}
	for i, name := range names {
		at := index(path, i)
		switch {
		case name == "":
			v.add(at, "is empty", "write the last part of an endpoint's name, such as sqs")
		case slices.Contains(names[:i], name):
			v.add(at, strconv.Quote(shorten(name))+" is given twice", "keep one")
		case name == "s3", name == "dynamodb":
			v.add(at, name+" is always reached without the internet", "leave it out")
		case strings.HasPrefix(name, "com.amazonaws."), strings.HasPrefix(name, "aws.api."):
			v.add(at, strconv.Quote(shorten(name))+" is the whole name of an endpoint", "write what comes behind the region, such as sqs")
		case !isEndpoint(name):
			v.add(at, strconv.Quote(shorten(name))+" is not the last part of an endpoint's name", "write one such as sqs or ecr.api")
		case !slices.Contains(endpointServices(), name):
			if hint := didYouMean(name, endpointServices()); hint != "" {
				v.add(at, "AWS has no endpoint "+strconv.Quote(shorten(name)), hint)
			}
		}
	}
}

// isEndpoint matches words of lower-case letters, digits and dashes with dots between them.
func isEndpoint(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if !isNamePart(part) {
			return false
		}
	}
	return len(name) <= 64
}

// endpointServices are for "did you mean" only: what is near none of them is accepted, because new ones come.
func endpointServices() []string {
	return strings.Fields(`
		access-analyzer account acm acm-pca airflow.api airflow.env airflow.ops analytics-omics aps aps-workspaces apigateway
		app-integrations appconfig appconfigdata application-autoscaling application-signals appmesh apprunner apprunner.requests
		appstream.api appstream.streaming appsync appsync-api aps arc-zonal-shift athena auditmanager autoscaling autoscaling-plans
		b2bi backup backup-gateway batch bedrock bedrock-agent bedrock-agent-runtime bedrock-runtime billing billingconductor braket
		budgets cassandra cassandra-fips ce cleanrooms cleanrooms-ml cloudcontrolapi clouddirectory cloudformation cloudhsmv2 cloudtrail
		codeartifact.api codeartifact.repositories codebuild codecommit codeconnections.api codedeploy codedeploy-commands-secure
		codeguru-profiler codeguru-reviewer codepipeline codestar-connections.api cognito-identity cognito-idp comprehend
		comprehendmedical compute-optimizer config connect-campaigns console databrew data-servicediscovery dataexchange datasync datazone
		deadline.management deadline.scheduling detective devops-guru directoryservice dms drs ds dynamodb-streams ebs ec2 ec2messages ecr.api ecr.dkr
		ecs ecs-agent ecs-telemetry eks eks-auth elastic-inference.runtime elasticache elasticbeanstalk elasticbeanstalk-health
		elasticfilesystem elasticloadbalancing elasticmapreduce email email-smtp emr-containers emr-serverless emrwal.prod
		entityresolution events evidently execute-api finspace finspace-api fis forecast forecastquery frauddetector fsx git-codecommit
		glue glue.dashboard grafana grafana-workspace greengrass groundstation guardduty guardduty-data healthlake identitystore imagebuilder
		inspector-scan inspector2 internetmonitor invoicing iot.credentials iot.data iot.fleethub.api iotfleetwise iotsitewise.api iotsitewise.data
		iottwinmaker.api iottwinmaker.data iotwireless.api kafka kendra kinesis-firehose kinesis-streams kinesisanalytics kms kms-fips
		lakeformation lambda launchwizard license-manager logs lookoutmetrics m2 macie2 managedblockchain mediaconnect medical-imaging
		memory-db memorydb-fips metrics.sagemaker mgn monitoring mq neptune-graph network-firewall networkmonitor notifications oam omics.runtime
		osis outposts payment-cryptography.controlplane payment-cryptography.dataplane pca-connector-ad pcs personalize pinpoint pipes
		pipes-data polly pricing.api profile proton qldb.session rbin rds rds-data redshift redshift-data redshift-serverless rekognition
		resource-explorer-2 resource-groups resource-groups-tagging robomaker rolesanywhere route53resolver rum rum-dataplane s3-global.accesspoint
		s3-outposts s3tables sagemaker.api sagemaker.featurestore-runtime sagemaker.metrics sagemaker.runtime scheduler schemas
		secretsmanager securityhub securitylake serverlessrepo servicecatalog servicediscovery signer simspaceweaver sms-voice
		snow-device-management sns sqs ssm ssm-contacts ssm-incidents ssmmessages states storage-optimization-hub storagegateway
		streaming-rekognition sts support swf sync-states synthetics tagging tax textract timestream-influxdb tnb transcribe
		transcribestreaming transfer transfer.server translate trustedadvisor user-subscriptions verifiedpermissions voiceid vpc-lattice
		wafv2 wellarchitected wisdom workspaces xray`)
}
