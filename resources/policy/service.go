package policy

import (
	"slices"
	"strings"
)

// MayTake says whether an action can be among those that it takes to deploy a resource type, of which nothing but its name is known: whether it
// is of the type's service. What is not AWS's, and what only CloudFormation has, may take anything.
func MayTake(typ, action string) bool {
	if !HasService(typ) {
		return true
	}
	parts := strings.Split(typ, "::")
	prefix, _, _ := strings.Cut(strings.ToLower(action), ":")
	service := strings.ToLower(parts[1])
	if slices.Contains(prefixes(service), prefix) {
		return true
	}
	prefix = strings.ReplaceAll(prefix, "-", "") // as in emr-containers, which CloudFormation calls EMRContainers
	return prefix == service || prefix == strings.TrimSuffix(service, "v2")
}

// HasService says whether a resource type is of a service of AWS of its own, so that deploying it takes actions of that service.
func HasService(typ string) bool {
	parts := strings.Split(typ, "::")
	return len(parts) == 3 && parts[0] == "AWS" && parts[1] != "CloudFormation"
}

// MayMake says whether an action can be the one that makes a resource of a type: MayTake, and of a service's own types, that it does not only
// read.
func MayMake(typ, action string) bool {
	return MayTake(typ, action) && (!HasService(typ) || !reads(action))
}

// reads says whether an action, or every action of a pattern, is named as those are that change nothing.
func reads(action string) bool {
	_, name, _ := strings.Cut(strings.ToLower(action), ":")
	return slices.ContainsFunc([]string{"batchget", "check", "describe", "get", "head", "list", "lookup", "query", "scan", "search", "simulate", "validate"},
		func(verb string) bool { return strings.HasPrefix(name, verb) })
}

// prefixes of a service's actions where they are other words than CloudFormation has for it.
func prefixes(service string) []string {
	switch service {
	case "amazonmq":
		return []string{"mq"}
	case "certificatemanager":
		return []string{"acm"}
	case "codestarconnections":
		return []string{"codeconnections"}
	case "cognito":
		return []string{"cognito-idp", "cognito-identity"}
	case "customerprofiles":
		return []string{"profile"}
	case "directoryservice":
		return []string{"ds"}
	case "docdb", "neptune":
		return []string{"rds"}
	case "efs":
		return []string{"elasticfilesystem"}
	case "elasticsearch", "opensearchservice":
		return []string{"es"}
	case "emr":
		return []string{"elasticmapreduce"}
	case "eventschemas":
		return []string{"schemas"}
	case "healthimaging":
		return []string{"medical-imaging"}
	case "inspectorv2":
		return []string{"inspector2"}
	case "iotcoredeviceadvisor":
		return []string{"iotdeviceadvisor"}
	case "kinesisfirehose":
		return []string{"firehose"}
	case "location":
		return []string{"geo"}
	case "macie":
		return []string{"macie2"}
	case "msk":
		return []string{"kafka"}
	case "mwaa":
		return []string{"airflow"}
	case "mwaaserverless":
		return []string{"airflow-serverless"}
	case "opensearchserverless":
		return []string{"aoss"}
	case "pinpoint":
		return []string{"mobiletargeting"}
	case "pinpointemail":
		return []string{"ses"}
	case "s3objectlambda":
		return []string{"s3"}
	case "servicecatalogappregistry":
		return []string{"servicecatalog"}
	case "stepfunctions":
		return []string{"states"}
	case "systemsmanagersap":
		return []string{"ssm-sap"}
	case "workspacesthinclient":
		return []string{"thinclient"}
	default:
		return nil
	}
}
