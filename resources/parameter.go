package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/ssm"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Parameter is an SSM parameter of type String. Its value is visible in the template, so it must not be a secret.
type Parameter struct {
	// ID is the logical id.
	ID          string
	Name        string
	Description string
	Value       cfn.Part
}

// Add declares the parameter.
func (p Parameter) Add(t *cfn.Template) {
	checkName(t, "Resources."+p.ID+".Properties.Name", "SSM", p.Name, "._/-", 1, limits.SSMParameterARN)
	t.Add(p.ID, &ssm.Parameter{Name: new(p.Name), Description: new(p.Description), Type: "String", Value: t.Text(p.Value)})
}
