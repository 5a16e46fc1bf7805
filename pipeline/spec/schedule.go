package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const scheduleHint = "write cron(…), rate(…) or at(…), such as cron(0 3 * * ? *) for 3 o'clock every day"

// checkSchedule checks a schedule of EventBridge Scheduler.
func checkSchedule(v *validator, at, schedule string) {
	const most = 256 // characters, EventBridge Scheduler
	if len(schedule) > most {
		v.add(at, fmt.Sprintf("has %d characters, EventBridge Scheduler allows %d", len(schedule), most),
			fmt.Sprintf("shorten it by %d", len(schedule)-most))
		return
	}
	kind, rest, open := strings.Cut(schedule, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	message, hint := "", ""
	switch {
	case open && closed && kind == "cron":
		message, hint = cronProblem(inner)
	case open && closed && kind == "rate":
		message, hint = rateProblem(inner)
	case open && closed && kind == "at":
		if _, err := time.Parse("2006-01-02T15:04:05", inner); err != nil || len(inner) != len("2006-01-02T15:04:05") {
			message = fmt.Sprintf("%q is no date and time", shorten(inner))
			hint = "write one such as at(2027-01-31T03:00:00), without a zone: that is timezone"
		}
	default:
		message, hint = strconv.Quote(shorten(schedule))+" is no schedule", scheduleHint
		if fields := strings.Fields(schedule); len(fields) == 5 && !open {
			message, hint = crontabProblem(fields)
		} else if words := cronWords(); words[schedule] != "" {
			hint = "write " + words[schedule]
		}
	}
	if message != "" {
		v.add(at, message, hint)
	}
}

// cronWords are what crontabs have short words for.
func cronWords() map[string]string {
	return map[string]string{
		"@hourly": "rate(1 hour)", "@daily": "cron(0 0 * * ? *)", "@midnight": "cron(0 0 * * ? *)", "@weekly": "cron(0 0 ? * SUN *)",
		"@monthly": "cron(0 0 1 * ? *)", "@yearly": "cron(0 0 1 1 ? *)", "@annually": "cron(0 0 1 1 ? *)",
	}
}

// crontabProblem of a schedule with the five fields of a crontab: the year is missing, and a question mark.
func crontabProblem(fields []string) (message, hint string) {
	message = fmt.Sprintf("%q has the five fields of a crontab", shorten(strings.Join(fields, " ")))
	hint = "add the year, and write ? for the day of the month or of the week"
	f := slices.Clone(fields)
	switch {
	case f[4] == "*":
		f[4] = "?"
	case f[2] == "*":
		f[2] = "?"
		f[4] = strings.Map(func(r rune) rune { // Sunday is 0 or 7 there, and 1 here
			if '0' <= r && r <= '7' {
				return (r-'0')%7 + '1'
			}
			return r
		}, f[4])
	default:
		return message, hint
	}
	inner := strings.Join(append(f, "*"), " ")
	if m, _ := cronProblem(inner); m == "" && !strings.Contains(f[4], "/") {
		hint += ": cron(" + inner + ")"
	}
	return message, hint
}

func rateProblem(inner string) (message, hint string) {
	number, unit, _ := strings.Cut(inner, " ")
	singular := strings.TrimSuffix(unit, "s")
	units := []string{"minute", "hour", "day"}
	switch {
	case !all(number, isDigit) || number[0] == '0' || len(number) > 9:
		return fmt.Sprintf("%q has no whole number of 1 or more", shorten(inner)), "write one such as rate(15 minutes)"
	case !slices.Contains(units, singular):
		return fmt.Sprintf("%q has no unit that is known", shorten(inner)), "use minutes, hours or days, such as rate(15 minutes)"
	case number == "1" && unit != singular:
		return fmt.Sprintf("%q has a plural for one", inner), "write rate(1 " + singular + ")"
	case number != "1" && unit == singular:
		return fmt.Sprintf("%q has a singular for several", inner), "write rate(" + inner + "s)"
	}
	return "", ""
}

// cronField is one of the six fields of a cron expression.
type cronField struct {
	name        string
	least, most int
	words       string // that stand for numbers, the first for least
}

func cronFields() []cronField {
	return []cronField{
		{"minutes", 0, 59, ""},
		{"hours", 0, 23, ""},
		{"day of the month", 1, 31, ""},
		{"month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"},
		{"day of the week", 1, 7, "SUN MON TUE WED THU FRI SAT"},
		{"year", 1970, 2199, ""},
	}
}

const (
	cronDayOfMonth = 2
	cronDayOfWeek  = 4
)

// cronProblem of what stands in the brackets of a cron expression.
func cronProblem(inner string) (message, hint string) {
	fields := strings.Fields(inner)
	known := cronFields()
	switch {
	case len(fields) == len(known)-1:
		return crontabProblem(fields)
	case len(fields) != len(known):
		return fmt.Sprintf("has %d fields, cron has six", len(fields)), "minutes, hours, day of the month, month, day of the week, year: cron(0 3 * * ? *)"
	case strings.Join(fields, " ") != inner:
		return "has more than one space between two fields", "write cron(" + strings.Join(fields, " ") + ")"
	}
	for i, f := range known {
		if message, hint := f.problem(fields[i], i); message != "" {
			return message, hint
		}
	}
	switch noMonth, noWeek := fields[cronDayOfMonth] == "?", fields[cronDayOfWeek] == "?"; {
	case noMonth && noWeek:
		return "says neither a day of the month nor one of the week", "write * in place of one question mark for every day"
	case !noMonth && !noWeek:
		return "says both a day of the month and one of the week", "write ? for the one that does not matter"
	}
	return "", ""
}

// problem of the text of the field at index.
func (f cronField) problem(text string, index int) (message, hint string) {
	isDay := index == cronDayOfMonth || index == cronDayOfWeek
	if text == "?" && isDay {
		return "", ""
	}
	hint = fmt.Sprintf("use %d to %d, alone or with , - and / between them, or *", f.least, f.most)
	switch index {
	case cronDayOfMonth:
		hint += ", L for the last day, 15W for the weekday nearest to the 15th, or ?"
	case cronDayOfWeek:
		hint += ", SUN to SAT (1 is Sunday), 6L for the last Friday of a month, 6#2 for the second, or ?"
	}
	for item := range strings.SplitSeq(text, ",") {
		if !f.isSpecial(item, index, text) && !f.isRange(item) {
			return fmt.Sprintf("%q cannot be the %s", shorten(text), f.name), hint
		}
	}
	return "", ""
}

// isSpecial says whether an item of a day is one of its own forms.
func (f cronField) isSpecial(item string, index int, text string) bool {
	switch index {
	case cronDayOfMonth:
		day, isWeekday := strings.CutSuffix(item, "W")
		return item == "L" || item == "LW" || isWeekday && f.isValue(day)
	case cronDayOfWeek:
		day, isLast := strings.CutSuffix(item, "L")
		if isLast && (day == "" || f.isValue(day)) {
			return true
		}
		day, number, ok := strings.Cut(item, "#")
		return ok && item == text && f.isValue(day) && len(number) == 1 && '1' <= number[0] && number[0] <= '5'
	}
	return false
}

// isRange matches *, a value or a range of values, perhaps with a step behind a slash.
func (f cronField) isRange(item string) bool {
	item, step, hasStep := strings.Cut(item, "/")
	if n, err := strconv.Atoi(step); hasStep && (err != nil || n < 1 || n > f.most || !all(step, isDigit)) {
		return false
	}
	if item == "*" {
		return true
	}
	from, to, isRange := strings.Cut(item, "-")
	return f.isValue(from) && (!isRange || f.isValue(to))
}

func (f cronField) isValue(text string) bool {
	if slices.Contains(strings.Fields(f.words), text) {
		return true
	}
	n, err := strconv.Atoi(text)
	return err == nil && all(text, isDigit) && len(text) <= len("2199") && f.least <= n && n <= f.most
}

// checkTimezone checks the time zone of a schedule, by its name in the IANA's database.
func checkTimezone(v *validator, at, zone string) {
	if isTimezone(zone) {
		return
	}
	hint := "write one of the IANA's names, such as Europe/Berlin"
	if v.isPatient() {
		if meant := didYouMean(zone, strings.Fields(timezones)); meant != "" {
			hint = meant
		}
	}
	v.add(at, strconv.Quote(shorten(zone))+" is no time zone that is known", hint)
}

func isTimezone(zone string) bool {
	return zone != "" && !strings.ContainsAny(zone, " \n\t") && strings.Contains(timezones, " "+zone+" ")
}
