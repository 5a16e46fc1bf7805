package resources

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/awslabs/goformation/v7/cloudformation/cloudwatch"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// Alarm is a CloudWatch alarm on one metric, or on a formula of several metrics.
type Alarm struct {
	// ID is the logical id.
	ID   string
	Name string
	// Description says what is wrong if the alarm goes off, and what to look at first.
	Description string
	// Metrics of the Formula, or exactly one metric without a Formula.
	Metrics []Metric
	// Formula is a metric math expression, such as 100 * errors / requests. Optional.
	Formula string
	// Comparison of the value of each period with the Threshold, which is in the unit of the metric.
	Comparison Comparison
	Threshold  float64
	// PeriodSeconds is 10, 20, 30 or a multiple of 60.
	PeriodSeconds int
	// Periods is how many periods the alarm evaluates: at most a day together, or a week for periods of an hour or more. The alarm goes off if Breaching
	// of them are beyond the threshold. Default for Breaching: all.
	Periods, Breaching int
	// Missing is how a period without data counts. Default NotBreaching.
	Missing Missing
	// Topic gets a message when the alarm goes off, and when it returns to OK. Optional.
	Topic cfn.Value[cfn.TopicARN]
}

// Metric is a CloudWatch metric with a statistic.
type Metric struct {
	// ID of the metric in a formula. It begins with a lower-case letter. Empty without a formula.
	ID string
	// Label in a graph. Default: the name of the metric. Alarms do not use it.
	Label           string
	Namespace, Name string
	// Dimensions are all dimensions of the metric. With fewer or other ones, it is a different metric, without data.
	Dimensions []Dimension
	// Statistic is Average, Maximum, Minimum, SampleCount, Sum, or a percentile such as p99.
	Statistic string
}

// Dimension is a dimension of a metric, which identifies the resource that it measures.
type Dimension struct {
	Name  string
	Value cfn.Part
}

// Comparison of a value with a threshold.
type Comparison string

// The comparisons.
const (
	Above   Comparison = "GreaterThanThreshold"
	AtLeast Comparison = "GreaterThanOrEqualToThreshold"
	Below   Comparison = "LessThanThreshold"
	AtMost  Comparison = "LessThanOrEqualToThreshold"
)

// Missing is how a period without data counts.
type Missing string

// The values of Missing.
const (
	NotBreaching Missing = "notBreaching"
	Breaching    Missing = "breaching"
	// Ignored keeps the state of the alarm; Unknown sets the state INSUFFICIENT_DATA.
	Ignored Missing = "ignore"
	Unknown Missing = "missing"
)

// AlarmHandle is a declared alarm.
type AlarmHandle struct{ alarm *cfn.Resource }

// Name of the alarm.
func (h AlarmHandle) Name() cfn.Value[cfn.AlarmName] { return cfn.Ref[cfn.AlarmName](h.alarm) }

// ARN of the alarm.
func (h AlarmHandle) ARN() cfn.Value[cfn.AlarmARN] { return cfn.Att[cfn.AlarmARN](h.alarm, "Arn") }

// alarmARN returns the ARN of an alarm in the account and region by its name, which may contain wildcards.
func alarmARN(name string) cfn.Value[cfn.AlarmARN] {
	return cfn.Format[cfn.AlarmARN]("arn:%s:cloudwatch:%s:%s:alarm:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(name))
}

// Limits of CloudWatch (CloudWatch API, PutMetricAlarm).
const (
	maxAlarmName        = 255
	maxAlarmDescription = 1024
	maxAlarmMetrics     = 10
	maxAlarmFormula     = 2048
	maxDimensions       = 30
	secondsPerDay       = 24 * 3600
	maxAlarmWeek        = 7 * secondsPerDay // for periods of an hour or more
)

// Add declares the alarm.
func (a Alarm) Add(t *cfn.Template) AlarmHandle {
	a.check(t)
	properties := &cloudwatch.Alarm{
		AlarmName: new(a.Name), AlarmDescription: new(a.Description),
		ComparisonOperator: string(a.Comparison), Threshold: new(a.Threshold),
		EvaluationPeriods: a.Periods, TreatMissingData: new(string(cmp.Or(a.Missing, NotBreaching))),
	}
	if a.Breaching > 0 && a.Breaching < a.Periods {
		properties.DatapointsToAlarm = new(a.Breaching)
	}
	if topic := t.TextPtr(a.Topic); topic != nil {
		properties.AlarmActions, properties.OKActions = []string{*topic}, []string{*topic}
	}
	switch {
	case a.Formula != "":
		properties.Metrics = a.queries(t)
	case len(a.Metrics) == 1:
		m := a.Metrics[0]
		properties.Namespace, properties.MetricName, properties.Dimensions = new(m.Namespace), new(m.Name), m.dimensions(t)
		properties.Period = new(a.PeriodSeconds)
		if m.isPercentile() {
			properties.ExtendedStatistic = new(m.Statistic)
		} else {
			properties.Statistic = new(m.Statistic)
		}
	}
	return AlarmHandle{t.Add(a.ID, properties)}
}

// queries returns the formula, which the alarm watches, and its metrics.
func (a Alarm) queries(t *cfn.Template) []cloudwatch.Alarm_MetricDataQuery {
	list := []cloudwatch.Alarm_MetricDataQuery{{Id: formulaID, Expression: new(a.Formula), Label: new(a.Name), ReturnData: new(true)}}
	for _, m := range a.Metrics {
		list = append(list, cloudwatch.Alarm_MetricDataQuery{Id: m.ID, ReturnData: new(false), MetricStat: &cloudwatch.Alarm_MetricStat{
			Metric: &cloudwatch.Alarm_Metric{Namespace: new(m.Namespace), MetricName: new(m.Name), Dimensions: m.dimensions(t)},
			Period: a.PeriodSeconds, Stat: m.Statistic,
		}})
	}
	return list
}

// formulaID is the id of the result of a formula. No metric can have it.
const formulaID = "watched"

func (m Metric) dimensions(t *cfn.Template) []cloudwatch.Alarm_Dimension {
	var list []cloudwatch.Alarm_Dimension
	for _, d := range m.Dimensions {
		list = append(list, cloudwatch.Alarm_Dimension{Name: d.Name, Value: t.Text(d.Value)})
	}
	return list
}

// check reports properties that CloudWatch would reject, and alarms that could never go off.
func (a Alarm) check(t *cfn.Template) {
	path := "Resources." + a.ID + ".Properties"
	checkName(t, path+".AlarmName", "CloudWatch", a.Name, "._/-", 1, maxAlarmName)
	checkLength(t, path+".AlarmDescription", "CloudWatch", a.Description, maxAlarmDescription)
	if a.Description == "" {
		t.Fail(path+".AlarmDescription", "the alarm has no description", "say what is wrong if the alarm goes off, and what to look at first")
	}
	checkOneOf(t, path+".ComparisonOperator", a.Comparison, Above, AtLeast, Below, AtMost)
	checkOneOf(t, path+".TreatMissingData", a.Missing, "", NotBreaching, Breaching, Ignored, Unknown)
	if p := a.PeriodSeconds; !slices.Contains([]int{10, 20, 30}, p) && (p <= 0 || p%60 != 0) {
		t.Failf(path+".Period", "", "it is %d seconds; CloudWatch allows 10, 20, 30 and multiples of 60", p)
	}
	limit := secondsPerDay
	if a.PeriodSeconds >= 3600 {
		limit = maxAlarmWeek
	}
	if total := a.Periods * a.PeriodSeconds; a.Periods < 1 || total > limit {
		t.Failf(path+".EvaluationPeriods", "use fewer periods, at least 1", "%d periods have %d seconds; the CloudWatch limit is %d", a.Periods, total, limit)
	}
	checkRange(t, path+".DatapointsToAlarm", "CloudWatch", a.Breaching, 0, max(a.Periods, 0))
	for _, m := range a.Metrics {
		m.check(t, path+".Metrics."+m.Name)
	}
	a.checkFormula(t, path+".Metrics")
}

func (a Alarm) checkFormula(t *cfn.Template, path string) {
	if a.Formula == "" {
		if len(a.Metrics) != 1 || a.Metrics[0].ID != "" {
			t.Failf(path, "set one metric without an id, or a formula with the ids of the metrics", "there are %d metrics and no formula", len(a.Metrics))
		}
		return
	}
	checkLength(t, path+".Expression", "CloudWatch", a.Formula, maxAlarmFormula)
	checkRange(t, path, "an alarm on a formula in CloudWatch", len(a.Metrics), 1, maxAlarmMetrics)
	names := strings.FieldsFunc(a.Formula, func(r rune) bool { return !isIDCharacter(r) })
	ids := []string{formulaID}
	for _, m := range a.Metrics {
		switch {
		case m.ID == "" || m.ID[0] < 'a' || m.ID[0] > 'z' || strings.ContainsFunc(m.ID, func(r rune) bool { return !isIDCharacter(r) }):
			t.Failf(path+"."+m.Name, "use letters, digits and _, beginning with a lower-case letter", "%q is not a valid id of a metric", m.ID)
		case slices.Contains(ids, m.ID):
			t.Failf(path+"."+m.Name, "choose another one", "another metric has the id %q", m.ID)
		case !slices.Contains(names, m.ID):
			t.Failf(path+"."+m.Name, "remove the metric, or use it in the formula", "the formula %q does not contain %s", a.Formula, m.ID)
		}
		ids = append(ids, m.ID)
	}
}

func isIDCharacter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}

func (m Metric) check(t *cfn.Template, path string) {
	if m.Namespace == "" || m.Name == "" {
		t.Failf(path, "set both", "a metric requires a namespace and a name, but has %q and %q", m.Namespace, m.Name)
	}
	if !m.isPercentile() {
		checkOneOf(t, path+".Statistic", m.Statistic, "Average", "Maximum", "Minimum", "SampleCount", "Sum")
	}
	if len(m.Dimensions) > maxDimensions {
		t.Failf(path+".Dimensions", "", "there are %d; the CloudWatch limit is %d", len(m.Dimensions), maxDimensions)
	}
}

// isPercentile reports whether the statistic is a percentile: p0 to p100, with up to ten decimals.
func (m Metric) isPercentile() bool {
	n, isP := strings.CutPrefix(m.Statistic, "p")
	if _, decimals, _ := strings.Cut(n, "."); !isP || len(decimals) > 10 || strings.Trim(n, "0123456789.") != "" {
		return false
	}
	f, err := strconv.ParseFloat(n, 64)
	return err == nil && f <= 100
}

// checkOneOf reports a value that is not one of the allowed ones.
func checkOneOf[T ~string](t *cfn.Template, path string, value T, allowed ...T) {
	if !slices.Contains(allowed, value) {
		t.Failf(path, "", "it is %q; CloudWatch allows %q", value, allowed)
	}
}

// checkLength reports a text with more characters than the limit of the service.
func checkLength(t *cfn.Template, path, service, text string, limit int) {
	if n := utf8.RuneCountInString(text); n > limit {
		t.Failf(path, "shorten it", "it has %d characters; the limit of %s is %d", n, service, limit)
	}
}
