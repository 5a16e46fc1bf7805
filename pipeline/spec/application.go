package spec

// Application is what every environment gets, unless its overrides say otherwise.
type Application struct {
	Repositories []Repository `yaml:"repositories"`
	// Network that jobs, services and functions with a VPC run in; nil: there is none.
	Network   *Network   `yaml:"network"`
	Buckets   []Bucket   `yaml:"buckets"`
	Functions []Function `yaml:"functions"`
	// API in front of the functions that have routes; nil stands for its defaults.
	API      *API      `yaml:"api"`
	Jobs     []Job     `yaml:"jobs"`
	Services []Service `yaml:"services"`
	// Monitoring of everything that the application has; nil: there is none.
	Monitoring *Monitoring `yaml:"monitoring"`
	// Stacks of the project's own, from template files. What they are called is no name of cfnpipe's own stacks.
	Stacks []Stack `yaml:"stacks"`
	// LogDays is how long logs are kept: a number that CloudWatch Logs knows, such as 30. Default: 365 in dev, 400 in test, 731 in prod.
	LogDays int `yaml:"logDays,days"`
}

// Repository is a repository of images in each environment, and how its images are built.
type Repository struct {
	// Name is the last part of the repository's name: see Name.
	Name string `yaml:"name"`
	// Context is the directory that docker builds, relative to the root of the source repository; "." is the root itself. Empty:
	// nothing is built.
	Context string `yaml:"context"`
	// Dockerfile below the context. Default Dockerfile.
	Dockerfile string `yaml:"dockerfile"`
	// BuildArguments of docker; no secrets, they stay in the image. No shell reads them: $NAME is refused.
	BuildArguments map[string]string `yaml:"buildArguments,arguments"`
	// Architecture of the image. Default x86_64.
	Architecture Architecture `yaml:"architecture"`
	// Refresh is any text: another one builds the image again though no file has changed.
	Refresh string `yaml:"refresh"`
	// Removal is what becomes of the repository when its stack goes. Default: delete in dev, else retain.
	Removal Removal `yaml:"removal"`
	Only    `yaml:",inline"`
}

// Architecture of the processors that code runs on.
type Architecture string

// The architectures.
const (
	X86 Architecture = "x86_64"
	ARM Architecture = "arm64"
)

// Function is a Lambda function.
type Function struct {
	// Name is the last part of the function's name.
	Name string `yaml:"name"`
	// Source is the directory of the code, relative to the root of the source repository; "." is the root itself.
	Source string `yaml:"source"`
	// Build is a command that runs in a copy of the source before it is packed, such as pip install -r requirements.txt -t . ; may be
	// empty.
	Build string `yaml:"build"`
	// Refresh is any text: another one publishes the code again though no file has changed.
	Refresh string `yaml:"refresh"`
	// Runtime as Lambda calls it, such as python3.13; one that it still patches or is about to stop patching.
	Runtime string `yaml:"runtime"`
	// Handler in the form of the runtime, such as index.handler. Default bootstrap for the runtimes provided.*, else none.
	Handler string `yaml:"handler"`
	// Memory in MB, 128 to 10240 (Lambda quotas). Default 128.
	Memory int `yaml:"memory,MB"`
	// Timeout in seconds, 1 to 900 (Lambda quotas). Default 30.
	Timeout int `yaml:"timeout,seconds"`
	// Architecture that the code is built for. Default x86_64.
	Architecture Architecture `yaml:"architecture"`
	// Environment variables, 4,096 bytes together as JSON (Lambda quotas); no secrets.
	Environment map[string]string `yaml:"environment"`
	// Layers by the ARNs of their versions, at most 5 (Lambda quotas).
	Layers []string `yaml:"layers"`
	// DeadLetters keeps what an asynchronous call failed on in a queue.
	DeadLetters bool `yaml:"deadLetters"`
	// Tracing by X-Ray.
	Tracing bool `yaml:"tracing"`
	// VPC to run in: true for the private subnets of the application's network, or what it says; nil means in none.
	VPC *FunctionVPC `yaml:"vpc"`
	// API has the routes that lead to the function: one, or a list of them. Empty: it is not reached from outside.
	API Routes `yaml:"api"`
	// ReservedConcurrency takes this much of the account's concurrency for the function alone. Nil reserves none: accounts with a quota
	// of 10 can spare none.
	ReservedConcurrency *int `yaml:"reservedConcurrency"`
	// Reads are the buckets of the application that the function may read.
	Reads []string `yaml:"reads"`
	// Writes are the buckets of the application that the function may write.
	Writes []string `yaml:"writes"`
	// Permissions of the code beyond these, such as on a table of one of the project's own stacks.
	Permissions []Permission `yaml:"permissions"`
	Only        `yaml:",inline"`
}

// FunctionVPC is where a function runs: in subnets by their ids, or, where none are given, in the private subnets of the application's
// network, with a security group of its own that lets it reach everything and lets nobody reach it.
type FunctionVPC struct {
	Subnets        []string `yaml:"subnets"`
	SecurityGroups []string `yaml:"securityGroups"`
}

// Bucket is an S3 bucket of the application: encrypted, versioned, private.
type Bucket struct {
	// Name is part of the bucket's name: see BucketName.
	Name string `yaml:"name"`
	// ExpireDays after which current objects expire. Zero means never.
	ExpireDays int `yaml:"expireDays,days"`
	// NoncurrentDays after which replaced or deleted versions are removed. Default 30.
	NoncurrentDays int `yaml:"noncurrentDays,days"`
	// Removal is what becomes of the bucket when its stack goes. Default: delete in dev, else retain.
	Removal Removal `yaml:"removal"`
	Only    `yaml:",inline"`
}

// Removal is what becomes of data when the stack that holds it goes.
type Removal string

// The removal policies.
const (
	Delete Removal = "delete"
	Retain Removal = "retain"
)

// Network is the VPC of an environment: one that is made, or, with VPC, one that is there.
type Network struct {
	// CIDR of the VPC, /16 to /23 in a private range. Default 10.0.0.0/16. Of an existing VPC it says only who may reach internal load
	// balancers, and has no default.
	CIDR string `yaml:"cidr"`
	// Zones is how many availability zones have subnets: 2 to 4, and no more than a new account can use in the region, which in most are 3.
	// Default 2; in prod 3, where the region has as many. CloudFormation asks EC2 which they are, the first by name: its answer can change
	// with the account, and subnets do not move.
	Zones int `yaml:"zones"`
	// ZoneNames are the zones by name, 1 to 4, where the file has a list under zones. The first of them has the first subnet of each layer.
	ZoneNames []string `yaml:"zones,listed"`
	// Public, Private and Isolated are the CIDRs of the subnets, one for each zone. Default: the VPC is cut into four parts, one for each
	// zone that there can be, and each part into a half (private) and two quarters (public, isolated), so that no subnet ever moves. Load
	// balancers need /27 or larger, isolated subnets may be as small as /28.
	Public   []string `yaml:"public"`
	Private  []string `yaml:"private"`
	Isolated []string `yaml:"isolated"`
	// NAT is how private subnets reach the internet: none (not at all), one gateway, one for each zone, or a regional one that AWS extends
	// to the zones in use, with addresses that AWS manages. Default one; in prod each.
	NAT NAT `yaml:"nat"`
	// FlowLogs says whether rejected and accepted traffic is logged. Default: in test and prod.
	FlowLogs bool `yaml:"flowLogs"`
	// Endpoints are AWS services by the last part of their endpoint's name, such as sqs or ecr.api, that are reached without the internet
	// (those of S3 and DynamoDB always are). Default: none, or without NAT what containers and functions need. Without NAT, those that
	// the application's containers need to start are added.
	Endpoints []string `yaml:"endpoints"`

	// VPC is the id of an existing one. PrivateSubnets are where jobs, services and functions run; PublicSubnets where load balancers do
	// that face the internet; IsolatedSubnets are for the project's own stacks.
	VPC             string   `yaml:"vpc"`
	PrivateSubnets  []string `yaml:"privateSubnets"`
	PublicSubnets   []string `yaml:"publicSubnets"`
	IsolatedSubnets []string `yaml:"isolatedSubnets"`
}

// NAT is how private subnets reach the internet.
type NAT string

// The kinds of NAT.
const (
	NoNAT       NAT = "none"
	OneNAT      NAT = "one"
	EachNAT     NAT = "each"
	RegionalNAT NAT = "regional"
)

// Routes of an API that lead to one function.
type Routes []Route

// Route is a method and a path of the API.
type Route struct {
	// Path begins with a slash; {name} stands for one part of it, {name+} at the end for all that follows.
	Path string `yaml:"path,literal"`
	// Method is an HTTP method in capitals, or ANY. Default GET.
	Method string `yaml:"method"`
	// Authorization of this route. Default: that of the API.
	Authorization Authorization `yaml:"authorization"`
}

// Authorization is how an API knows who calls.
type Authorization string

// The kinds of authorization.
const (
	NoAuthorization  Authorization = "none"
	IAMAuthorization Authorization = "iam"
	JWTAuthorization Authorization = "jwt"
)

// API is the HTTP API in front of an environment's functions.
type API struct {
	// Authorization of routes that do not say their own. Default none, or jwt where JWT is given.
	Authorization Authorization `yaml:"authorization"`
	// JWT says which tokens are good for routes with authorization jwt.
	JWT *JWT `yaml:"jwt"`
	// CORS lets pages of other origins call; nil lets none.
	CORS *CORS `yaml:"cors"`
	// Rate is how many requests a second the API takes, Burst how many at once; beyond them callers get status 429. Default 100 and 200.
	Rate  int `yaml:"rate"`
	Burst int `yaml:"burst"`
}

// JWT says which JSON Web Tokens are good.
type JWT struct {
	// Issuer is the URL of who issues them, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc.
	Issuer string `yaml:"issuer"`
	// Audience are the clients for whom they are issued, at least one.
	Audience []string `yaml:"audience"`
}

// CORS says which pages may call the API from a browser.
type CORS struct {
	// Origins such as https://shop.example.com; * stands for all, and then there are no credentials.
	Origins []string `yaml:"origins"`
	// Methods in capitals, or *. Default: those of the routes.
	Methods []string `yaml:"methods"`
	// Headers that callers may send. Default authorization, content-type.
	Headers []string `yaml:"headers"`
	// MaxAgeSeconds is how long browsers keep the answer, 0 to 86400. Default 300.
	MaxAgeSeconds int `yaml:"maxAgeSeconds,seconds"`
	// Credentials lets browsers send cookies.
	Credentials bool `yaml:"credentials"`
}

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

// Container is what runs in jobs and services.
type Container struct {
	// Image is the name of a repository of the application whose images are built (the image of the commit), one of a repository whose
	// images come from elsewhere, or of the toolchain, with a tag behind a colon, or a whole reference with a registry in front and a tag or
	// digest behind, such as public.ecr.aws/docker/library/nginx:1.29; no private repository of ECR.
	Image string `yaml:"image"`
	// Command in place of the image's own.
	Command []string `yaml:"command,words"`
	// Environment variables; no secrets.
	Environment map[string]string `yaml:"environment"`
	// Secrets are environment variables from the environment's account and region: the ARN of a secret of Secrets Manager, perhaps with a
	// JSON key behind a #, or of a parameter of SSM.
	Secrets map[string]string `yaml:"secrets"`
	// SecretKeys are the ARNs of the customer managed keys, if any, that encrypt the secrets.
	SecretKeys []string `yaml:"secretKeys"`
	// Architecture of the processors. Default x86_64; that of the image where a repository of the application says so.
	Architecture Architecture `yaml:"architecture"`
	// User that the container runs as, such as 1000 or 1000:1000, or by names that the image has. Default: that of the image. On Fargate, one
	// that is not root can write to /tmp only if the image declares it as a volume.
	User string `yaml:"user"`
	// Writable lets the container write to its own file system. Without it only /tmp can be written.
	Writable bool `yaml:"writable"`
	// Reads and Writes are the buckets of the application that the container may read and write.
	Reads  []string `yaml:"reads"`
	Writes []string `yaml:"writes"`
	// Permissions of the code beyond these, such as on a queue of one of the project's own stacks.
	Permissions []Permission `yaml:"permissions"`
}

// Service is a container that runs all the time, in ECS on Fargate, perhaps behind a load balancer.
type Service struct {
	// Name is the last part of the service's name.
	Name      string `yaml:"name"`
	Container `yaml:",inline"`
	// Port that the container listens on. Zero: it listens on none, and has no load balancer.
	Port int `yaml:"port"`
	// CPU in units of 1/1024 vCPU, Memory in MB: one of the pairs that Fargate knows. Default 256 and 512.
	CPU    int `yaml:"cpu"`
	Memory int `yaml:"memory,MB"`
	// Count of tasks. Default 1 in dev, 1 to 2 in test, 2 to 4 in prod.
	Count Count `yaml:"count"`
	// HealthCheck is the path that the load balancer asks; it is well when the answer is 200 to 399. Default /.
	HealthCheck string `yaml:"healthCheck"`
	// HealthCommand runs in the container, where it must be well too; empty: there is none.
	HealthCommand []string `yaml:"healthCommand,words"`
	// LoadBalancer in front of a service with a port; null goes with none.
	LoadBalancer *LoadBalancer `yaml:"loadBalancer"`
	Only         `yaml:",inline"`
}

// Balanced says whether the service stands behind a load balancer.
func (s *Service) Balanced() bool { return s.Port > 0 && s.LoadBalancer != nil }

// Faces says whether the load balancer faces the internet.
func (l *LoadBalancer) Faces() bool { return l.HTTP || l.Certificate != "" && !l.Internal }

// Count of a service's tasks: autoscaling keeps it from Min to Max.
type Count struct {
	Min int `yaml:"min"`
	Max int `yaml:"max"`
}

// LoadBalancer in front of a service. Without a certificate it is internal.
type LoadBalancer struct {
	// Certificate by its ARN in ACM, in the environment's account and region: the load balancer speaks TLS and faces the internet.
	Certificate string `yaml:"certificate"`
	// Internal keeps one with a certificate from the internet.
	Internal bool `yaml:"internal"`
	// HTTP lets it face the internet without a certificate: everything that passes can be read and changed on its way.
	HTTP bool `yaml:"http"`
	// From are the CIDRs that may reach it. Default: everything for one that faces the internet, the VPC for an internal one.
	From []string `yaml:"from"`
}

// Monitoring of an environment: alarms, a dashboard, and who is told.
type Monitoring struct {
	// Email addresses get a message for each alarm once they have confirmed it; one, or several with commas between them.
	Email string `yaml:"email,commas"`
	// LatencySeconds that 99 of 100 requests to an API or load balancer must not exceed. Default 1.
	LatencySeconds float64 `yaml:"latencySeconds,seconds"`
	// Only says in which environments; by default those of type test and prod, and those whose overrides have monitoring.
	Only `yaml:",inline"`
}

// Stack is one of the project's own: a template file as it is.
type Stack struct {
	// Name is the last part of the stack's name.
	Name string `yaml:"name"`
	// Template is the path of the file, YAML or JSON, from the directory of pipeline.yaml.
	Template string `yaml:"template"`
	// Parameters of the template: texts, or outputs of other stacks of the environment as STACK.OUTPUT, such as network.VpcId.
	Parameters map[string]string `yaml:"parameters"`
	// Permissions that deploying the template needs beyond what cfnpipe knows of its resource types.
	Permissions []Permission `yaml:"permissions"`
	Only        `yaml:",inline"`

	// Content of the file; Load reads it.
	Content []byte `yaml:"-"`
}
