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

// Alarm is a CloudWatch alarm on one metric, or on what a formula makes of several.
type Alarm struct {
	// ID is the logical id.
	ID   string
	Name string
	// Description says what is wrong when the alarm goes off, and what to look at first.
	Description string
	// Metrics are one, or those that the Formula names.
	Metrics []Metric
	// Formula is an expression of metric math, such as 100 * errors / requests. Empty: the metric itself is watched.
	Formula string
	// Comparison of each period's value to the Threshold, which is in the metric's unit.
	Comparison Comparison
	Threshold  float64
	// PeriodSeconds is 10, 20, 30 or a multiple of 60.
	PeriodSeconds int
	// Periods are looked at, a day of them together, or a week where each is an hour or more. The alarm goes off when Breaching of them are
	// beyond the threshold; zero means all.
	Periods, Breaching int
	// Missing is what a period without data counts as. Empty means NotBreaching.
	Missing Missing
	// Topic is told when the alarm goes off and when it is over. Unset: nobody is, others look at the alarm's state.
	Topic cfn.Value[cfn.TopicARN]
}

// Metric is one of CloudWatch's metrics and what is taken of it.
type Metric struct {
	// ID by which a formula names the metric: it begins with a lower-case letter. Empty where there is no formula.
	ID string
	// Label is what a graph calls it. Empty: its name. Alarms have none.
	Label           string
	Namespace, Name string
	// Dimensions are all that the metric has: with fewer or others it is another metric, one without data.
	Dimensions []Dimension
	// Statistic is Average, Maximum, Minimum, SampleCount, Sum, or a percentile such as p99.
	Statistic string
}

// Dimension says which thing a metric is about.
type Dimension struct {
	Name  string
	Value cfn.Part
}

// Comparison of a value to a threshold.
type Comparison string

// The comparisons.
const (
	Above   Comparison = "GreaterThanThreshold"
	AtLeast Comparison = "GreaterThanOrEqualToThreshold"
	Below   Comparison = "LessThanThreshold"
	AtMost  Comparison = "LessThanOrEqualToThreshold"
)

// Missing is what a period without data counts as.
type Missing string

// What CloudWatch can take missing data for.
const (
	NotBreaching Missing = "notBreaching"
	Breaching    Missing = "breaching"
	// Ignored leaves the alarm as it is; Unknown puts it into a state of its own, INSUFFICIENT_DATA.
	Ignored Missing = "ignore"
	Unknown Missing = "missing"
)

// AlarmHandle is a declared alarm.
type AlarmHandle struct{ alarm *cfn.Resource }

// Name of the alarm.
func (h AlarmHandle) Name() cfn.Value[cfn.AlarmName] { return cfn.Ref[cfn.AlarmName](h.alarm) }

// ARN of the alarm.
func (h AlarmHandle) ARN() cfn.Value[cfn.AlarmARN] { return cfn.Att[cfn.AlarmARN](h.alarm, "Arn") }

// alarmARN is the ARN of an alarm of the account and region by its name, which may have wildcards.
func alarmARN(name string) cfn.Value[cfn.AlarmARN] {
	return cfn.Format[cfn.AlarmARN]("arn:%s:cloudwatch:%s:%s:alarm:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(name))
}

// CloudWatch's limits (its API, PutMetricAlarm).
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

// queries are the formula, which is what the alarm watches, and the metrics that it names.
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

// formulaID is what the result of a formula is called; no metric may be.
const formulaID = "watched"

func (m Metric) dimensions(t *cfn.Template) []cloudwatch.Alarm_Dimension {
	var list []cloudwatch.Alarm_Dimension
	for _, d := range m.Dimensions {
		list = append(list, cloudwatch.Alarm_Dimension{Name: d.Name, Value: t.Text(d.Value)})
	}
	return list
}

// check refuses what CloudWatch would, and what it would take but never set off.
func (a Alarm) check(t *cfn.Template) {
	path := "Resources." + a.ID + ".Properties"
	checkName(t, path+".AlarmName", "CloudWatch", a.Name, "._/-", 1, maxAlarmName)
	checkLength(t, path+".AlarmDescription", "CloudWatch", a.Description, maxAlarmDescription)
	if a.Description == "" {
		t.Fail(path+".AlarmDescription", "there is none", "say what is wrong when the alarm goes off, and what to look at first")
	}
	checkOneOf(t, path+".ComparisonOperator", a.Comparison, Above, AtLeast, Below, AtMost)
	checkOneOf(t, path+".TreatMissingData", a.Missing, "", NotBreaching, Breaching, Ignored, Unknown)
	if p := a.PeriodSeconds; !slices.Contains([]int{10, 20, 30}, p) && (p <= 0 || p%60 != 0) {
		t.Failf(path+".Period", "", "it is %d seconds, CloudWatch allows 10, 20, 30 and multiples of 60", p)
	}
	most := secondsPerDay
	if a.PeriodSeconds >= 3600 {
		most = maxAlarmWeek
	}
	if total := a.Periods * a.PeriodSeconds; a.Periods < 1 || total > most {
		t.Failf(path+".EvaluationPeriods", "look at fewer, but at one", "%d periods have %d seconds, CloudWatch allows %d", a.Periods, total, most)
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
			t.Failf(path, "give it one metric without an id, or a formula that names them", "there are %d metrics and no formula", len(a.Metrics))
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
			t.Failf(path+"."+m.Name, "use letters, digits and _, a lower-case letter first", "%q is no id of a metric", m.ID)
		case slices.Contains(ids, m.ID):
			t.Failf(path+"."+m.Name, "choose another one", "the id %q is taken", m.ID)
		case !slices.Contains(names, m.ID):
			t.Failf(path+"."+m.Name, "leave the metric out, or use it", "the formula %q does not name %s", a.Formula, m.ID)
		}
		ids = append(ids, m.ID)
	}
}

func isIDCharacter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}

func (m Metric) check(t *cfn.Template, path string) {
	if m.Namespace == "" || m.Name == "" {
		t.Failf(path, "name both", "a metric has a namespace and a name, this one has %q and %q", m.Namespace, m.Name)
	}
	if !m.isPercentile() {
		checkOneOf(t, path+".Statistic", m.Statistic, "Average", "Maximum", "Minimum", "SampleCount", "Sum")
	}
	if len(m.Dimensions) > maxDimensions {
		t.Failf(path+".Dimensions", "", "there are %d, CloudWatch allows %d", len(m.Dimensions), maxDimensions)
	}
}

// isPercentile matches p0 to p100, with up to ten decimals.
func (m Metric) isPercentile() bool {
	n, isP := strings.CutPrefix(m.Statistic, "p")
	if _, decimals, _ := strings.Cut(n, "."); !isP || len(decimals) > 10 || strings.Trim(n, "0123456789.") != "" {
		return false
	}
	f, err := strconv.ParseFloat(n, 64)
	return err == nil && f <= 100
}

// checkOneOf refuses what is none of the known.
func checkOneOf[T ~string](t *cfn.Template, path string, value T, known ...T) {
	if !slices.Contains(known, value) {
		t.Failf(path, "", "it is %q, CloudWatch allows %q", value, known)
	}
}

// checkLength refuses text of more characters than the service takes.
func checkLength(t *cfn.Template, path, service, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		t.Failf(path, "shorten it", "it has %d characters, %s allows %d", n, service, most)
	}
}
