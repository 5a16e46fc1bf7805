package policy

import (
	"slices"
	"strings"
)

// MayTake reports whether the deployment of a resource type, of which only the name is known, may require an action: whether the action belongs to
// the service of the type. A type that is not of an AWS service may require any action.
func MayTake(typ, action string) bool {
	if !HasService(typ) {
		return true
	}
	parts := strings.Split(typ, "::")
	prefix, _, _ := strings.Cut(strings.ToLower(action), ":")
	service := strings.ToLower(parts[1])
	if slices.Contains(actionPrefixes(service), prefix) {
		return true
	}
	prefix = strings.ReplaceAll(prefix, "-", "") // such as emr-containers, for which CloudFormation has EMRContainers
	return prefix == service || prefix == strings.TrimSuffix(service, "v2")
}

// HasService reports whether a resource type belongs to an AWS service other than CloudFormation, so that its deployment requires actions of that
// service.
func HasService(typ string) bool {
	parts := strings.Split(typ, "::")
	return len(parts) == 3 && parts[0] == "AWS" && parts[1] != "CloudFormation"
}

// MayMake reports whether an action may be the one that creates a resource of a type: MayTake must be true, and for a type of an AWS service, the
// action must not be read-only.
func MayMake(typ, action string) bool {
	return MayTake(typ, action) && (!HasService(typ) || !isReadOnly(action))
}

// isReadOnly reports whether the name of an action, or of all actions that match a pattern, begins with a verb such as Get or List.
func isReadOnly(action string) bool {
	_, name, _ := strings.Cut(strings.ToLower(action), ":")
	return slices.ContainsFunc([]string{"batchget", "check", "describe", "get", "head", "list", "lookup", "query", "scan", "search", "simulate", "validate"},
		func(verb string) bool { return strings.HasPrefix(name, verb) })
}

// actionPrefixes returns the prefixes of the actions of a service, in lower case, if they differ from its name in CloudFormation.
func actionPrefixes(service string) []string {
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
