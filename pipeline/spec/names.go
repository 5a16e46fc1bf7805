package spec

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/cfnpipe/cfnpipe/resources/names"
)

// Name of a thing in an account: <project>-<scope>-<part>, where scope is an environment or a pipeline.
// The shapes of all names stand in this file, so that their lengths can be checked before anything is built.
func Name(project, scope, part string) string { return project + "-" + scope + "-" + part }

// BucketName is Name with account and region. Where S3 has a namespace for each account and region, the ending puts it there: nobody else
// can make a bucket of this name. Elsewhere all of S3 in a partition shares one.
func BucketName(project, scope, part string, a Account) string {
	name := Name(project, scope, part) + "-" + a.Account + "-" + a.Region
	if AccountRegional(a.Region) {
		name += "-an"
	}
	return name
}

// AccountRegional says whether S3 has a namespace for each account in a region: in all but two, GovCloud included (Amazon S3 User Guide,
// "Namespaces for general purpose buckets").
func AccountRegional(region string) bool { return region != "me-central-1" && region != "me-south-1" }

// AccessPath of the roles that deploy; no role that a pipeline deploys may touch it.
func AccessPath(project string) string { return names.AccessPath(project) }

// ApplicationPath of the roles that pipelines and applications make for themselves.
func ApplicationPath(project string) string { return names.ApplicationPath(project) }

// ParameterPath is the SSM path under which a scope's stacks publish their outputs: /<project>/<scope>/.
func ParameterPath(project, scope string) string { return "/" + project + "/" + scope + "/" }

// The last parts of the names of roles, policies and buckets that more than one stack has to know.
const (
	DeployPart    = "deploy"
	ExecutionPart = "execution"
	BoundaryPart  = "boundary"
	PipelinePart  = "pipeline"
	ArtifactsPart = "artifacts"
	LogsPart      = "logs"
	CodePart      = "code"
)

// AccessPoliciesPrefix is what the names of the stacks begin with that have the policies of an execution role.
const AccessPoliciesPrefix = "access-policies-"

// ToolchainScope stands where the name of an environment or a pipeline stands, for what all environments share.
const ToolchainScope = "toolchain"

// FunctionRole is the last part of the name of a function's role.
func FunctionRole(function string) string { return function + "-function" }

// DeadLettersPart is the last part of the name of a function's queue of dead letters.
func DeadLettersPart(function string) string { return function + "-dead-letters" }

// ServiceRole is the last part of the name of the role that the code of a service runs with.
func ServiceRole(service string) string { return service + "-service" }

// ServiceStartRole is the last part of the name of the role with which ECS starts a service.
func ServiceStartRole(service string) string { return service + "-service-start" }

// LoadBalancerPart is the last part of the name of a service's load balancer and of its target group. When the load balancer begins or
// ceases to face the internet, or stands in another VPC, others are made while these are there: only what has another name can be.
func LoadBalancerPart(s Service, n *Network) string {
	const letters = 4 // of 32 that the whole name has; they only tell one from the next
	hash := sha256.Sum256([]byte(strconv.FormatBool(s.LoadBalancer.Faces()) + " " + n.Identity()))
	return s.Name + "-" + hex.EncodeToString(hash[:])[:letters]
}

// Identity tells one VPC from another: the id of one that is there; the range of one that is made, since no VPC ever gets another.
func (n *Network) Identity() string {
	if n == nil {
		return "" // the spec is refused, but its names are looked at
	}
	return cmp.Or(n.VPC, n.CIDR)
}

// JobRole is the last part of the name of the role that the code of a job runs with.
func JobRole(job string) string { return job + "-job" }

// JobStartRole is the last part of the name of the role with which ECS starts a job.
func JobStartRole(job string) string { return job + "-job-start" }

// JobInstanceRole is the last part of the name of the role of a job's instances on EC2; no role of a job has a longer name.
func JobInstanceRole(job string) string { return job + "-job-instance" }

// JobScheduleRole is the last part of the name of the role with which a job's schedule submits it.
func JobScheduleRole(job string) string { return job + "-job-schedule" }

// MissedPart is the last part of the name of the queue that tells of runs that a job's schedule could not submit.
func MissedPart(job string) string { return job + "-missed" }

// The last parts of the names of a step's project, role and log group.
const (
	BuildPart               = "build"
	InfrastructureTestsPart = "infrastructure-tests"
	FunctionTestsPart       = "function-tests"
	IntegrationTestsPart    = "integration-tests"
	AcceptanceTestsPart     = "acceptance-tests"
	OwnStepPrefix           = "own-" // and the step's name
	PublishCodePart         = "publish-code"
	PublishImagesPart       = "publish-images"
	ARMSuffix               = "-arm"       // of what publishes for ARM
	ClearPart               = "clear"      // and of the role in an environment that the build assumes
	ClearRulePart           = "clear-rule" // of the role with which a rule starts it
)

// PublishPart and TestPart are the last parts of the names of the roles that publish to an environment and test it; OperatorsPart is that
// of the policy of who may run a pipeline.
const (
	PublishPart   = "publish"
	TestPart      = "test"
	OperatorsPart = "operators"
)

// PipelineName is the name of the CodePipeline itself.
func PipelineName(project, pipeline string) string { return project + "-" + pipeline }

// AlarmsPart is the last part of the name of the topic that alarms tell.
const AlarmsPart = "alarms"

// ClusterName is the name of the cluster that an environment's services run in.
func ClusterName(project, environment string) string { return project + "-" + environment }

// The last parts of names in the stack of a network: of the stack itself, its role that writes flow logs, and the function that closes the
// default security group of its VPC.
const (
	NetworkPart     = "network"
	FlowLogsPart    = "flow-logs"
	ClosedGroupPart = "network-closed-group"
)

// NetworkName is the tag of an environment's VPC, and what the tags of all that is in it begin with.
func NetworkName(project, environment string) string { return project + "-" + environment }
