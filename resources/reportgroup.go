package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/codebuild"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// ReportGroup holds the test reports of a CodeBuild project. A buildspec names it by what stands behind the project's name and a dash.
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

// Add declares the report group. Its reports go with it: they are of 30 days at most.
func (g ReportGroup) Add(t *cfn.Template) ReportGroupHandle {
	checkName(t, "Resources."+g.ID+".Properties.Name", "CodeBuild", g.Name, "_-", 2, 128)
	group := t.Add(g.ID, &codebuild.ReportGroup{
		Name: new(g.Name), Type: "TEST", DeleteReports: new(true),
		ExportConfig: &codebuild.ReportGroup_ReportExportConfig{ExportConfigType: "NO_EXPORT"},
	})
	group.OnRemoval(cfn.Delete, cfn.Delete)
	return ReportGroupHandle{group}
}
