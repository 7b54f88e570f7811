package civil_test

import (
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/civil"
)

func date(t *testing.T, s string) civil.Date {
	t.Helper()
	d, _, ok := civil.ParseDate(s)
	if !ok {
		t.Fatalf("%s is no date", s)
	}
	return d
}

func TestDates(t *testing.T) {
	if date(t, "0001-01-01") != civil.MinDate || date(t, "9999-12-31") != civil.MaxDate || date(t, "1970-01-01") != 0 {
		t.Errorf("the ends are %d and %d", date(t, "0001-01-01"), date(t, "9999-12-31"))
	}
	for d := civil.MinDate; d <= civil.MaxDate; d += 37 {
		s := d.String()
		if got := date(t, s); got != d || d.Midnight().Format(time.DateOnly) != s || civil.DateOf(d.Midnight()) != d {
			t.Fatalf("%d is written %s and read as %d", d, s, got)
		}
	}
	for _, s := range []string{"2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "0000-01-01"} {
		if _, form, ok := civil.ParseDate(s); ok || !form {
			t.Errorf("%s: %v, %v", s, form, ok)
		}
	}
	for _, s := range []string{"", "2024-1-01", "24-01-01", "2024-01-01T", "2024/01/01"} {
		if _, form, ok := civil.ParseDate(s); ok || form {
			t.Errorf("%s: %v, %v", s, form, ok)
		}
	}
}

func TestDateArithmetic(t *testing.T) {
	d := date(t, "2024-01-31")
	for want, months := range map[string]int64{"2024-02-29": 1, "2023-12-31": -1, "2025-01-31": 12, "2023-02-28": -11, "2024-04-30": 3} {
		if got, err := d.AddMonths(months); err != nil || got.String() != want {
			t.Errorf("%d months after %v is %v, %v; want %s", months, d, got, err, want)
		}
	}
	for _, months := range []int64{12 * 9000, -12 * 2024, 1 << 62, -1 << 63} {
		if got, err := d.AddMonths(months); err == nil {
			t.Errorf("%d months after %v is %v", months, d, got)
		}
	}
	if got, err := d.Add(30); err != nil || got.String() != "2024-03-01" || got.Days(d) != 30 {
		t.Errorf("30 days after %v is %v, %v", d, got, err)
	}
	for _, days := range []int64{1 << 40, -1 << 63, 1<<63 - 1, int64(civil.MaxDate)} {
		if got, err := d.Add(days); err == nil {
			t.Errorf("%d days after %v is %v", days, d, got)
		}
		if got, err := civil.MinDate.Sub(days); err == nil && days != -1<<40 {
			t.Errorf("%d days before the first is %v", days, got)
		}
	}
}

func TestZones(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err) // the Go tool chain brings the zones along
	}
	at := time.Date(2024, 3, 30, 23, 30, 0, 5, time.UTC)
	if d, c := civil.DateOf(at.In(paris)), civil.TimeOf(at.In(paris)); d.String() != "2024-03-31" || c.String() != "00:30:00.000000005" {
		t.Errorf("%v in Paris is %v %v", at, d, c)
	}
	if back, err := civil.DateOf(at.In(paris)).At(civil.TimeOf(at.In(paris)), paris); err != nil || !back.Equal(at) {
		t.Errorf("back is %v, %v", back, err)
	}
	for text, want := range map[string]string{"2024-03-31 02:30:00": "2024-03-31T01:30:00Z", "2024-10-27 02:30:00": "2024-10-27T00:30:00Z"} {
		c, _, _ := civil.ParseTime(text[11:])
		if got, err := date(t, text[:10]).At(c, paris); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s in Paris is %v, %v; want %s", text, got, err, want)
		}
	}
	if got, err := civil.MinDate.At(0, time.FixedZone("", 3600)); err == nil {
		t.Errorf("the first date east of Greenwich is %v", got)
	}
	if _, err := civil.DateOf(time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC).In(paris)).InRange(); err == nil {
		t.Error("a date of the year 10000 is in range")
	}
}

func TestTimes(t *testing.T) {
	for _, s := range []string{"00:00:00", "23:59:59.999999999", "12:30:00.5", "01:02:03.00000004"} {
		c, _, ok := civil.ParseTime(s)
		if !ok || c.String() != s {
			t.Errorf("%s is read as %v, %v", s, c, ok)
		}
	}
	for _, s := range []string{"24:00:00", "12:60:00", "12:00:60"} {
		if _, form, ok := civil.ParseTime(s); ok || !form {
			t.Errorf("%s: %v, %v", s, form, ok)
		}
	}
	for _, s := range []string{"", "12:00", "12:00:00.", "12:00:00.x", "12:00:00Z", "1:00:00"} {
		if _, form, ok := civil.ParseTime(s); ok || form {
			t.Errorf("%s: %v, %v", s, form, ok)
		}
	}
	c, _ := civil.MakeTime(23, 30, 0)
	if got := c.Add(time.Hour); got.String() != "00:30:00" || got.Sub(49*time.Hour).String() != "23:30:00" {
		t.Errorf("an hour after %v is %v", c, got)
	}
	if got := c.Sub(-1 << 63); got < 0 || got >= civil.Day {
		t.Errorf("far after %v is %d", c, got)
	}
	if got := c.Since(civil.Time(time.Hour)); got != 22*time.Hour+30*time.Minute {
		t.Error(got)
	}
}
