package spec

// Name of a thing in an account: <project>-<scope>-<part>, where scope is an environment or a pipeline.
// The shapes of all names stand in this file, so that their lengths can be checked before anything is built.
func Name(project, scope, part string) string { return project + "-" + scope + "-" + part }

// BucketName is Name with account and region, because all of S3 in a partition shares one name space.
func BucketName(project, scope, part string, a Account) string {
	return Name(project, scope, part) + "-" + a.Account + "-" + a.Region
}

// AccessPath of the roles that deploy; no role that a pipeline deploys may touch it.
func AccessPath(project string) string { return "/" + project + "/access/" }

// ApplicationPath of the roles that pipelines and applications make for themselves.
func ApplicationPath(project string) string { return "/" + project + "/app/" }

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

// PipelineName is the name of the CodePipeline itself.
func PipelineName(project, pipeline string) string { return project + "-" + pipeline }
