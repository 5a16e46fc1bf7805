package spec_test

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// Each schedule gets this message.
func TestScheduleRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schedule, want string }{
		{"*/5 * * * *", `"*/5 * * * *" has the five fields of a crontab; add the year, and write ? for the day of the month or of the week: cron(*/5 * * * ? *)`},
		{"0 0 * * 7", `"0 0 * * 7" has the five fields of a crontab; add the year, and write ? for the day of the month or of the week: cron(0 0 ? * 1 *)`},
		{"0 3 * * *", `"0 3 * * *" has the five fields of a crontab; add the year, and write ? for the day of the month or of the week: cron(0 3 * * ? *)`},
		{"0 3 1 * 1", `"0 3 1 * 1" has the five fields of a crontab; add the year, and write ? for the day of the month or of the week`},
		{"30 6 * * 1-5", `"30 6 * * 1-5" has the five fields of a crontab; add the year, and write ? for the day of the month or of the week: cron(30 6 ? * 2-6 *)`},
		{"@daily", `"@daily" is no schedule; write cron(0 0 * * ? *)`},
		{"@reboot", `"@reboot" is no schedule; write cron(…), rate(…) or at(…), such as cron(0 3 * * ? *) for 3 o'clock every day`},
		{"Cron(0 3 * * ? *)", `"Cron(0 3 * * ? *)" is no schedule; write cron(…), rate(…) or at(…), such as cron(0 3 * * ? *) for 3 o'clock every day`},
		{"at()", `"" is no date and time; write one such as at(2027-01-31T03:00:00), without a zone: that is timezone`},
		{"at(2027-01-31 03:00:00)", `"2027-01-31 03:00:00" is no date and time; write one such as at(2027-01-31T03:00:00), without a zone: that is timezone`},
		{"at(2027-01-31T03:00)", `"2027-01-31T03:00" is no date and time; write one such as at(2027-01-31T03:00:00), without a zone: that is timezone`},
		{"at(2027-01-31T03:00:00.5)", `"2027-01-31T03:00:00.5" is no date and time; write one such as at(2027-01-31T03:00:00), without a zone: that is timezone`},
		{"at(2027-01-31T03:00:00Z)", `"2027-01-31T03:00:00Z" is no date and time; write one such as at(2027-01-31T03:00:00), without a zone: that is timezone`},
		{"at(2027-02-30T03:00:00)", `"2027-02-30T03:00:00" is no date and time; write one such as at(2027-01-31T03:00:00), without a zone: that is timezone`},
		{"cron (0 3 * * ? *)", `"cron (0 3 * * ? *)" is no schedule; write cron(…), rate(…) or at(…), such as cron(0 3 * * ? *) for 3 o'clock every day`},
		{"cron()", "has 0 fields, cron has six; minutes, hours, day of the month, month, day of the week, year: cron(0 3 * * ? *)"},
		{"cron(*/0 3 * * ? *)", `"*/0" cannot be the minutes; use 0 to 59, alone or with , - and / between them, or *`},
		{"cron(*/60 3 * * ? *)", `"*/60" cannot be the minutes; use 0 to 59, alone or with , - and / between them, or *`},
		{"cron(+1 3 * * ? *)", `"+1" cannot be the minutes; use 0 to 59, alone or with , - and / between them, or *`},
		{"cron(0 24 * * ? *)", `"24" cannot be the hours; use 0 to 23, alone or with , - and / between them, or *`},
		{"cron(0 3  * * ? *)", "has more than one space between two fields; write cron(0 3 * * ? *)"},
		{"cron(0 3 * * * *)", "says both a day of the month and one of the week; write ? for the one that does not matter"},
		{"cron(0 3 * * *)", `"0 3 * * *" has the five fields of a crontab; add the year, and write ? for the day of the month or of the week: cron(0 3 * * ? *)`},
		{"cron(0 3 * * ? *", `"cron(0 3 * * ? *" is no schedule; write cron(…), rate(…) or at(…), such as cron(0 3 * * ? *) for 3 o'clock every day`},
		{"cron(0 3 * * ? * *)", "has 7 fields, cron has six; minutes, hours, day of the month, month, day of the week, year: cron(0 3 * * ? *)"},
		{"cron(0 3 * * ? 1969)", `"1969" cannot be the year; use 1970 to 2199, alone or with , - and / between them, or *`},
		{"cron(0 3 * * ? 2200)", `"2200" cannot be the year; use 1970 to 2199, alone or with , - and / between them, or *`},
		{"cron(0 3 * 13 ? *)", `"13" cannot be the month; use 1 to 12, alone or with , - and / between them, or *`},
		{"cron(0 3 0 * ? *)", `"0" cannot be the day of the month; use 1 to 31, alone or with , - and / between them, or *, L for the last day, 15W for the weekday nearest to the 15th, or ?`},
		{"cron(0 3 1 * MON *)", "says both a day of the month and one of the week; write ? for the one that does not matter"},
		{"cron(0 3 32 * ? *)", `"32" cannot be the day of the month; use 1 to 31, alone or with , - and / between them, or *, L for the last day, 15W for the weekday nearest to the 15th, or ?`},
		{"cron(0 3 ? * 0 *)", `"0" cannot be the day of the week; use 1 to 7, alone or with , - and / between them, or *, SUN to SAT (1 is Sunday), 6L for the last Friday of a month, 6#2 for the second, or ?`},
		{"cron(0 3 ? * 3#1,6#3 *)", `"3#1,6#3" cannot be the day of the week; use 1 to 7, alone or with , - and / between them, or *, SUN to SAT (1 is Sunday), 6L for the last Friday of a month, 6#2 for the second, or ?`},
		{"cron(0 3 ? * 6#6 *)", `"6#6" cannot be the day of the week; use 1 to 7, alone or with , - and / between them, or *, SUN to SAT (1 is Sunday), 6L for the last Friday of a month, 6#2 for the second, or ?`},
		{"cron(0 3 ? * ? *)", "says neither a day of the month nor one of the week; write * in place of one question mark for every day"},
		{"cron(0 3 ? * MO *)", `"MO" cannot be the day of the week; use 1 to 7, alone or with , - and / between them, or *, SUN to SAT (1 is Sunday), 6L for the last Friday of a month, 6#2 for the second, or ?`},
		{"cron(0 3 ? * mon *)", `"mon" cannot be the day of the week; use 1 to 7, alone or with , - and / between them, or *, SUN to SAT (1 is Sunday), 6L for the last Friday of a month, 6#2 for the second, or ?`},
		{"cron(0 3 W * ? *)", `"W" cannot be the day of the month; use 1 to 31, alone or with , - and / between them, or *, L for the last day, 15W for the weekday nearest to the 15th, or ?`},
		{"cron(0, 3 * * ? *)", `"0," cannot be the minutes; use 0 to 59, alone or with , - and / between them, or *`},
		{"cron(0,, 3 * * ? *)", `"0,," cannot be the minutes; use 0 to 59, alone or with , - and / between them, or *`},
		{"cron(0-60 3 * * ? *)", `"0-60" cannot be the minutes; use 0 to 59, alone or with , - and / between them, or *`},
		{"cron(60 3 * * ? *)", `"60" cannot be the minutes; use 0 to 59, alone or with , - and / between them, or *`},
		{"cron(? 3 * * ? *)", `"?" cannot be the minutes; use 0 to 59, alone or with , - and / between them, or *`},
		{"cron(a 3 * * ? *)", `"a" cannot be the minutes; use 0 to 59, alone or with , - and / between them, or *`},
		{"every day", `"every day" is no schedule; write cron(…), rate(…) or at(…), such as cron(0 3 * * ? *) for 3 o'clock every day`},
		{"rate()", `"" has no whole number of 1 or more; write one such as rate(15 minutes)`},
		{"rate(-1 minutes)", `"-1 minutes" has no whole number of 1 or more; write one such as rate(15 minutes)`},
		{"rate(0 minutes)", `"0 minutes" has no whole number of 1 or more; write one such as rate(15 minutes)`},
		{"rate(05 minutes)", `"05 minutes" has no whole number of 1 or more; write one such as rate(15 minutes)`},
		{"rate(1 minutes)", `"1 minutes" has a plural for one; write rate(1 minute)`},
		{"rate(1 s)", `"1 s" has no unit that is known; use minutes, hours or days, such as rate(15 minutes)`},
		{"rate(1.5 hours)", `"1.5 hours" has no whole number of 1 or more; write one such as rate(15 minutes)`},
		{"rate(5  minutes)", `"5  minutes" has no unit that is known; use minutes, hours or days, such as rate(15 minutes)`},
		{"rate(5 minute)", `"5 minute" has a singular for several; write rate(5 minutes)`},
		{"rate(5 minutes) ", `"rate(5 minutes) " is no schedule; write cron(…), rate(…) or at(…), such as cron(0 3 * * ? *) for 3 o'clock every day`},
		{"rate(5 minutess)", `"5 minutess" has no unit that is known; use minutes, hours or days, such as rate(15 minutes)`},
		{"rate(5 weeks)", `"5 weeks" has no unit that is known; use minutes, hours or days, such as rate(15 minutes)`},
		{"rate(5)", `"5" has no unit that is known; use minutes, hours or days, such as rate(15 minutes)`},
		{"rate(one day)", `"one day" has no whole number of 1 or more; write one such as rate(15 minutes)`},
	} {
		t.Run(c.schedule, func(t *testing.T) {
			t.Parallel()
			refuse(t, change(t, application, "cron(0 3 ? * MON-FRI *)", c.schedule), "44:17: application.jobs[0].schedule: "+c.want)
		})
	}
	long := func(hour string) string {
		return change(t, application, "cron(0 3 ? * MON-FRI *)", "cron(0"+strings.Repeat(",0", 119)+" "+hour+" * * ? *)")
	}
	parse(t, long("13"))
	refuse(t, long("1-3"), "44:17: application.jobs[0].schedule: has 257 characters, EventBridge Scheduler allows 256; shorten it by 1")
}

// Each schedule is as near to a refused one as it gets.
func TestScheduleAccepts(t *testing.T) {
	t.Parallel()
	for _, schedule := range []string{
		"cron(0 3 * * ? *)", "cron(59 23 31 12 ? 2199)", "cron(0 0 1 1 ? 1970)", "cron(*/5 8-17 ? * MON-FRI *)", "cron(0/15 * ? * 2-6 2027-2030)",
		"cron(0,30 22-6/2 ? JAN,JUL SUN *)", "cron(0 3 L * ? *)", "cron(0 3 LW * ? *)", "cron(0 3 15W * ? *)", "cron(0 3 1,15 * ? *)",
		"cron(0 3 ? * 6L *)", "cron(0 3 ? * FRIL *)", "cron(0 3 ? * L *)", "cron(0 3 ? * 6#3 *)", "cron(0 3 ? * MON#1 *)", "cron(* * * * ? *)",
		"cron(1-59/59 3 * FEB-DEC/2 ? */2)",
		"rate(1 minute)", "rate(2 minutes)", "rate(1 hour)", "rate(36 hours)", "rate(1 day)", "rate(999999999 days)",
		"at(2027-01-31T03:00:00)", "at(2028-02-29T23:59:59)",
	} {
		t.Run(schedule, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, application, "cron(0 3 ? * MON-FRI *)", schedule))
		})
	}
}

func TestTimezones(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"UTC", "GMT", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+12", "Africa/Abidjan", "Zulu"} {
		parse(t, change(t, application, "timezone: Europe/Berlin", "timezone: "+zone))
	}
	for _, zone := range []string{"Europe", "europe/Berlin", "Europe/Berlin ", "Berlin", "Local"} {
		if _, err := spec.Parse("p.yaml", []byte(change(t, application, "timezone: Europe/Berlin", `timezone: "`+zone+`"`))); err == nil {
			t.Errorf("%q was accepted", zone)
		}
	}
}

// The time zones are those that Go knows, where its source is there.
func TestTimezonesAreKnown(t *testing.T) {
	t.Parallel()
	names := strings.Fields(spec.Timezones)
	if len(names) < 500 {
		t.Fatalf("%d names", len(names))
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("needs the go command")
	}
	z, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Skip("needs the time zones of Go's source: ", err)
	}
	defer z.Close() //nolint:errcheck // only read from
	inGo := map[string]bool{}
	for _, f := range z.File {
		inGo[f.Name] = true
	}
	for _, name := range names {
		if !inGo[name] {
			t.Errorf("Go has no time zone %s", name)
		}
		if len(name) > 50 {
			t.Errorf("%s has %d characters, EventBridge Scheduler allows 50", name, len(name))
		}
	}
}
