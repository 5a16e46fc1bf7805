package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// DefaultEndpoints are the services that containers and functions need beside S3: to get their image, write logs, read secrets and
// parameters, decrypt, put metrics and become roles.
func DefaultEndpoints() []string {
	return []string{"ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "secretsmanager", "ssm", "sts"}
}

// startEndpoints are the services without which parts of an application do not start where there is no NAT: the default ones first.
func (a *Application) startEndpoints() []string {
	needed := map[string]bool{}
	var others []string
	for _, p := range a.parts("") {
		r, ok := p.(resident)
		if !ok {
			continue
		}
		for _, name := range r.startEndpoints() {
			if !needed[name] && !slices.Contains(DefaultEndpoints(), name) {
				others = append(others, name)
			}
			needed[name] = true
		}
	}
	first := slices.DeleteFunc(DefaultEndpoints(), func(name string) bool { return !needed[name] })
	return append(first, others...)
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
