package resources

import (
	"cmp"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/cloudwatch"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// Dashboard is a CloudWatch dashboard. It consists of rows with a title, each with the states of alarms or with graphs side by side.
type Dashboard struct {
	// ID is the logical id.
	ID   string
	Name string
	Rows []DashboardRow
}

// DashboardRow is a row of a dashboard.
type DashboardRow struct {
	Title string
	// Alarms whose states the row shows.
	Alarms []AlarmHandle
	// Graphs, at most 12, have the same width.
	Graphs []Graph
}

// Graph is a graph of metrics over time.
type Graph struct {
	Title string
	// Lines are metrics in the region of the stack. Their Label is in the legend.
	Lines []Metric
	// PeriodSeconds of each point. Default 300.
	PeriodSeconds int
}

// DashboardHandle is a declared dashboard.
type DashboardHandle struct{ dashboard *cfn.Resource }

// Limits of CloudWatch (CloudWatch quotas, and "Dashboard body structure and syntax"), and the layout.
const (
	maxDashboardName     = 255
	maxWidgets           = 500
	maxGraphLines        = 500
	maxDashboardLines    = 2500
	maxAlarmsInWidget    = 100
	dashboardColumns     = 24
	graphHeight          = 6
	minGraphWidth        = 2
	alarmsSideBySide     = 6 // names of alarms are long
	defaultGraphSeconds  = 300
	dashboardTitleHeight = 1
)

// Add declares the dashboard. Its body has a line for each widget, to make changes readable.
func (d Dashboard) Add(t *cfn.Template) DashboardHandle {
	path := "Resources." + d.ID + ".Properties"
	checkName(t, path+".DashboardName", "CloudWatch", d.Name, "_-", 1, maxDashboardName)
	page := &widgets{template: t, path: path + ".DashboardBody"}
	for _, row := range d.Rows {
		page.row(row)
	}
	checkRange(t, page.path+".widgets", "CloudWatch", len(page.list), 1, maxWidgets)
	checkRange(t, page.path+".metrics", "CloudWatch", page.lines, 0, maxDashboardLines)
	body := cfn.Format[cfn.Text](`{"widgets":[`+"\n"+strings.Repeat("%s,\n", max(len(page.list)-1, 0))+"%s\n]}", page.list...)
	return DashboardHandle{t.Add(d.ID, &cloudwatch.Dashboard{DashboardName: new(d.Name), DashboardBody: t.Text(body)})}
}

// Name of the dashboard.
func (h DashboardHandle) Name() cfn.Value[cfn.Text] { return cfn.Ref[cfn.Text](h.dashboard) }

// widgets adds the widgets of a dashboard from top to bottom.
type widgets struct {
	template *cfn.Template
	path     string
	list     []cfn.Part
	y, lines int
}

func (w *widgets) add(kind string, x, width, height int, properties cfn.Object) {
	w.list = append(w.list, cfn.JSON(cfn.Object{
		{Name: "type", Value: kind},
		{Name: "x", Value: x},
		{Name: "y", Value: w.y},
		{Name: "width", Value: width},
		{Name: "height", Value: height},
		{Name: "properties", Value: properties},
	}))
}

func (w *widgets) row(row DashboardRow) {
	w.add("text", 0, dashboardColumns, dashboardTitleHeight, cfn.Object{{Name: "markdown", Value: "## " + row.Title}})
	w.y += dashboardTitleHeight
	for rest := row.Alarms; len(rest) > 0; {
		n := min(len(rest), maxAlarmsInWidget)
		w.alarms(rest[:n])
		rest = rest[n:]
	}
	if len(row.Graphs) == 0 {
		return
	}
	checkRange(w.template, w.path+"."+row.Title, "a row", len(row.Graphs), 1, dashboardColumns/minGraphWidth)
	width := dashboardColumns / len(row.Graphs)
	for i, g := range row.Graphs {
		w.graph(i*width, width, g)
	}
	w.y += graphHeight
}

func (w *widgets) alarms(list []AlarmHandle) {
	arns := make([]any, len(list))
	for i, a := range list {
		arns[i] = a.ARN()
	}
	height := 1 + (len(list)+alarmsSideBySide-1)/alarmsSideBySide
	w.add("alarm", 0, dashboardColumns, height, cfn.Object{{Name: "title", Value: "Alarms"}, {Name: "alarms", Value: arns}})
	w.y += height
}

func (w *widgets) graph(x, width int, g Graph) {
	checkRange(w.template, w.path+"."+g.Title, "a graph of CloudWatch", len(g.Lines), 1, maxGraphLines)
	w.lines += len(g.Lines)
	lines := make([]any, len(g.Lines))
	for i, m := range g.Lines {
		m.check(w.template, w.path+"."+g.Title+"."+m.Name)
		line := []any{m.Namespace, m.Name}
		for _, d := range m.Dimensions {
			line = append(line, d.Name, d.Value)
		}
		lines[i] = append(line, cfn.Object{{Name: "label", Value: cmp.Or(m.Label, m.Name)}, {Name: "stat", Value: m.Statistic}})
	}
	w.add("metric", x, width, graphHeight, cfn.Object{
		{Name: "title", Value: g.Title},
		{Name: "view", Value: "timeSeries"},
		{Name: "region", Value: cfn.Region()},
		{Name: "period", Value: cmp.Or(g.PeriodSeconds, defaultGraphSeconds)},
		{Name: "metrics", Value: lines},
	})
}
