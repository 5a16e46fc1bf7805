package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/codebuild"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// ReportGroup contains the test reports of a CodeBuild project. A buildspec refers to it by its name without the name of
// the project and the dash after it.
type ReportGroup struct {
	// ID is the logical id.
	ID   string
	Name string
}

// ReportGroupHandle is a declared report group.
type ReportGroupHandle struct{ group *cfn.Resource }

// ARN of the report group.
func (h ReportGroupHandle) ARN() cfn.Value[cfn.ReportGroupARN] {
	return cfn.Att[cfn.ReportGroupARN](h.group, "Arn")
}

// Add declares the report group. Its reports, which expire after 30 days, are deleted with it.
func (g ReportGroup) Add(t *cfn.Template) ReportGroupHandle {
	checkName(t, "Resources."+g.ID+".Properties.Name", "CodeBuild", g.Name, "_-", 2, 128)
	group := t.Add(g.ID, &codebuild.ReportGroup{
		Name: new(g.Name), Type: "TEST", DeleteReports: new(true),
		ExportConfig: &codebuild.ReportGroup_ReportExportConfig{ExportConfigType: "NO_EXPORT"},
	})
	group.OnRemoval(cfn.Delete, cfn.Delete)
	return ReportGroupHandle{group}
}
