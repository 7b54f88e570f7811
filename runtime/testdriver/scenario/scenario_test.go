package scenario

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// one wraps actions and expectations into a file with one case.
func one(do, expect string) string {
	indent := func(s string) string {
		return "      " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n      ") + "\n"
	}
	text := "cases:\n  - name: a\n    do:\n" + indent(do)
	if expect != "" {
		text += "    expect:\n" + indent(expect)
	}
	return text
}

func TestPlay(t *testing.T) {
	send := func(values ...string) string {
		var b strings.Builder
		for _, v := range values {
			b.WriteString("- send: in\n  value: " + v + "\n")
		}
		return b.String()
	}
	for _, c := range []struct{ name, do, expect, want string }{
		{"as expected, the key from the value", send("{id: k, n: 1}"), "out:\n- key: k\n  value: {n: 1.0, id: k}", ""},
		{"a topic's own name does as well", send("{id: k}"), "echo:\n- key: k\n  value: {id: k}", ""},
		{"order between keys does not matter", send("{id: a}", "{id: b}"), "out:\n- {key: b, value: {id: b}}\n- {key: a, value: {id: a}}", ""},
		{"order within a key does", send("{id: a, n: 1}", "{id: a, n: 2}"), "out:\n- {key: a, value: {id: a, n: 2}}\n- {key: a, value: {id: a, n: 1}}",
			"a_test.yaml:10:9: out: expected, but it did not come:\n- key: a\n- value: {\"id\":\"a\",\"n\":2}\n" +
				"a_test.yaml:9:7: out: came, but was not expected:\n+ key: a\n+ value: {\"id\":\"a\",\"n\":2}"},
		{"unless it is said that it does not", send("{id: a, n: 1}", "{id: a, n: 2}"), "out:\n  unordered:\n  - {key: a, value: {id: a, n: 2}}\n  - {key: a, value: {id: a, n: 1}}", ""},
		{"the latest of a key", send("{id: a, n: 1}", "{id: a, n: 2}"), "out: {latest: [{key: a, value: {id: a, n: 2}}]}", ""},
		{"a topic that is not looked at", send("{id: a}"), "out: any", ""},
		{"a difference has the position of what was expected", send("{id: a, n: 1, l: [1, {x: y}]}"), "out:\n- key: a\n  value:\n    id: a\n    n: 2\n    l: [1, {x: z}]",
			"a_test.yaml:11:14: out, key a: n:\n- 2\n+ 1\na_test.yaml:12:22: out, key a: l[1].x:\n- \"z\"\n+ \"y\""},
		{"members too many and too few", send("{id: a, n: 1}"), "out:\n- key: a\n  value: {id: a, m: 1}",
			"a_test.yaml:9:24: out, key a: m:\n- 1\n+ nothing\na_test.yaml:9:16: out, key a: n:\n- nothing\n+ 1"},
		{"a record that nobody expected", send("{id: a}"), "", "a_test.yaml:2:5: out: came, but was not expected:\n+ key: a\n+ value: {\"id\":\"a\"}"},
		{"a dead letter that nobody expected", send(`"!x"`), "out: []", "a_test.yaml:2:5: bad: came, but was not expected:\n+ key: null\n+ value: \"!x\""},
		{"a record that did not come", send("{id: a}"), "out:\n- {key: a, value: {id: a}}\n- {key: b, value: x}",
			"a_test.yaml:9:9: out: expected, but it did not come:\n- key: b\n- value: \"x\""},
		{"strings are compared byte for byte", send(`"{\"a\": 1}"`), "out:\n- value: '{\"a\":1}'", "a_test.yaml:8:16: out, key null: value:\n- {\"a\":1}\n+ {\"a\": 1}"},
		{"null is no string", send("null"), "out:\n- value: 'null'", "a_test.yaml:8:16: out, key null: value:\n- \"null\"\n+ null"},
		{"null is null", send("null"), "out:\n- value: null", ""},
		{"bytes that are no text", "- send: in\n  key: !!binary /w==\n  value: !!binary AP8=", "out:\n- key: !!binary /w==\n  value: !!binary AP8=", ""},
		{"rows of mappings", "- send: rows\n  value: {id: \"a;b\", note: \"NA\"}", "out:\n- key: \"a;b\"\n  value: '\"a;b\";;\"NA\"'", ""},
		{"a column that is not there", "- send: rows\n  value: {idd: a}", "", "a_test.yaml:4:9: rows has no column \"idd\"; it has id, n, note"},
		{"what is said of a record beside its value", "- send: in\n  key: k\n  value: x\n  timestamp: 2024-05-01T10:00:00Z\n  partition: 1\n  headers: {h: v}",
			"out:\n- {key: k, value: x, timestamp: 2024-05-01T10:00:01Z, partition: 0, headers: {h: w, g: x}}",
			"a_test.yaml:12:9: out, key k: timestamp:\n- 2024-05-01T10:00:01Z\n+ 2024-05-01T10:00:00Z\n" +
				"a_test.yaml:12:9: out, key k: partition:\n- 0\n+ 1\n" +
				"a_test.yaml:12:85: out, key k: header h:\n- \"w\"\n+ \"v\"\n" +
				"a_test.yaml:12:91: out, key k: header g:\n- \"x\"\n+ no such header"},
		{"the topology fails", send("boom"), "out: []", "a_test.yaml:4:9: a_test.yaml:4:9: boom"},
		{"a topic that nothing writes to", send("x"), "outt: []", "error: a_test.yaml:7:7: nothing writes to \"outt\"; there are out, bad"},
		{"a topic named twice", send("x"), "out: []\necho: []", "error: a_test.yaml:8:7: topic echo is expected twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := problemsOf(t, one(c.do, c.expect)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestCounts(t *testing.T) {
	text := one("- send: in\n  value: x", "out: any") + "    counts: {late: 2}\n"
	if got, want := problemsOf(t, text), "a_test.yaml:8:14: counts: late:\n- 2\n+ 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMistakesInAFile(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "1:1: the file is empty; it needs cases",
		"case: []":                              "1:1: a scenario file has no \"case\"; there are spec, partitions, cases",
		"spec: a":                               "1:1: the file has no cases",
		"cases: 5":                              "1:8: cases has to be a list",
		"cases:\n- do: [end]":                   "2:3: the case has no name",
		"cases:\n- name: a":                     "2:3: the case does nothing; it needs do",
		"cases:\n- {name: a, name: b}":          "2:13: name is there twice",
		"cases:\n- {name: a, do: [stop]}":       "2:18: \"stop\" is no action; there are send: SOURCE, advance: DURATION, commit, crash, end",
		"cases:\n- {name: a, do: [{key: k}]}":   "2:18: the action needs send: SOURCE",
		"cases:\n- name: a\n  do: [advance: x]": "3:17: advance takes a duration such as 90s or 5m",
		"partitions: 0":                         "1:13: partitions has to be a whole number from 1 to 1000",
		"cases:\n- name: a\n  do: [end]\n- name: a\n  do: [end]":                    "4:9: another case has this name",
		"cases:\n- name: a\n  do:\n  - send: in\n    timestamp: noon":               "5:16: a timestamp looks like 2024-05-01T10:00:00Z",
		"cases:\n- name: a\n  do: [end]\n  expect: {out: {sorted: []}}":             "4:17: \"sorted\" is no way to compare; there are ordered, unordered, latest, and any",
		"cases:\n- name: a\n  do: [end]\n  expect: {out: 5}":                        "4:17: what is expected of out has to be a list of records, or any",
		"cases:\n- name: a\n  do: [end]\n  expect: {out: [{vale: 5}]}":              "4:19: an expected record has no \"vale\"; there are key, value, timestamp, partition, headers",
		"cases:\n- name: a\n  do: [end]\n  counts: {lates: 5}":                      "4:12: counts has no \"lates\"; there are filtered, late, skipped, dead_letters, results",
		"cases:\n- name: a\n  do: [{send: in, partition: -1}]":                      "3:30: partition has to be a whole number from 0 to 999",
		"cases: &c\n- name: a\n  do: [end]\n  expect: {out: [{headers: {a: [1]}}]}": "4:32: a header has to be a text",
	} {
		_, err := Parse("f", []byte(text))
		if err == nil || err.Error() != "f:"+want {
			t.Errorf("%q\n got %v\nwant f:%s", text, err, want)
		}
	}
	if _, err := Parse("f", []byte("cases: &a [*a]")); err == nil || !strings.Contains(err.Error(), "contains itself") {
		t.Errorf("an alias inside of itself: %v", err)
	}
	if _, err := Parse("f", []byte("a: [")); err == nil || !strings.HasPrefix(err.Error(), "f: yaml: ") {
		t.Errorf("broken YAML: %v", err)
	}
}

const beforeUpdate = `# about the file
cases:
  # about the case
  - name: wrong in many ways
    do:
      - {send: in, value: {id: a, n: 1}}
      - {send: in, value: {id: a, n: 2}}
      - {send: in, value: {id: b, note: "a: b", at: 2024-05-01T10:00:00Z}}
      - {send: in, value: "!bad"}
    expect:
      out:
        # about the first
        - key: a
          value: {n: 1.0,   id: a}   # is right
        # about the second
        - key: a
          value:
            id: a
            n: 5

        # about one that does not come
        - key: c
          value: {id: c}
    counts: {late: 7}
    # about the end
  - name: right
    do: [{send: in, value: x}]
    expect: {out: [{value: x}]}
  - name: flow
    do: [{send: in, value: x}]
    expect: {out: []}
  - name: nothing expected

    do:
      - {send: in, value: x}
# the last line
`

const afterUpdate = `# about the file
cases:
  # about the case
  - name: wrong in many ways
    do:
      - {send: in, value: {id: a, n: 1}}
      - {send: in, value: {id: a, n: 2}}
      - {send: in, value: {id: b, note: "a: b", at: 2024-05-01T10:00:00Z}}
      - {send: in, value: "!bad"}
    expect:
      out:
        # about the first
        - key: a
          value: {n: 1.0,   id: a}   # is right
        # about the second
        - key: a
          value: {id: a, n: 2}

        # about one that does not come
        - key: b
          value: {id: b, note: "a: b", at: 2024-05-01T10:00:00Z}
      bad:
        - value: "!bad"
    counts: {late: 4}
    # about the end
  - name: right
    do: [{send: in, value: x}]
    expect: {out: [{value: x}]}
  - name: flow
    do: [{send: in, value: x}]
    expect:
      out:
        - value: "x"
  - name: nothing expected

    do:
      - {send: in, value: x}
    expect:
      out:
        - value: "x"
# the last line
`

func TestUpdate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a_test.yaml")
	if err := os.WriteFile(path, []byte(beforeUpdate), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	res, err := fakeRunner(Options{Update: true}, &out).file(f)
	if err != nil {
		t.Fatal(err)
	}
	if res != (Result{Passed: 1, Updated: 3}) {
		t.Errorf("%+v", res)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != afterUpdate {
		t.Errorf("got\n%s", got)
	}
	// What was updated passes, and updating it again changes nothing.
	if f, err = Read(path); err != nil {
		t.Fatal(err)
	}
	if res, err = fakeRunner(Options{Update: true}, &out).file(f); err != nil || res.Passed != 4 {
		t.Errorf("after the update: %+v, %v\n%s", res, err, out.String())
	}
}

// TestUpdateKeepsOrder: records that were not expected are written where they came among those of their key, so that what was updated
// passes.
func TestUpdateKeepsOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a_test.yaml")
	text := "cases:\n  - name: a\n    do:\n"
	for _, n := range []string{"a, n: 1", "a, n: 2", "b, n: 1", "a, n: 3", "a, n: 4", "b, n: 2", "a, n: 5", "c, n: 1"} {
		text += "      - {send: in, value: {id: " + n + "}}\n"
	}
	text += "    expect:\n      out:\n"
	for _, n := range []string{"a, n: 2", "b, n: 2", "b, n: 9", "a, n: 7", "a, n: 5"} {
		text += "        - {key: " + n[:1] + ", value: {id: " + n + "}}\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, want := range []Result{{Updated: 1}, {Passed: 1}} {
		f, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if res, err := fakeRunner(Options{Update: true}, &out).file(f); err != nil || res != want {
			t.Fatalf("run %d: %+v, %v\n%s", i, res, err, out.String())
		}
	}
}

func TestReport(t *testing.T) {
	text := one("- {send: in, value: x}", "out: []") + "  - name: b\n    do: [end]\n  - name: c\n    do: [end]\n"
	var out strings.Builder
	res, err := fakeRunner(Options{Verbose: true, Run: regexp.MustCompile("^[ab]$")}, &out).file(parse(t, text))
	if err != nil || res != (Result{Passed: 1, Failed: 1}) {
		t.Fatalf("%+v, %v", res, err)
	}
	got := regexp.MustCompile(`\d+\.\d\ds`).ReplaceAllString(out.String(), "TIME")
	want := `FAIL  a_test.yaml: a
    a_test.yaml:6:7: out: came, but was not expected:
      + key: null
      + value: "x"
ok    a_test.yaml: b (TIME)
FAIL  a_test.yaml: 2 cases, 1 failed (TIME)
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestSchedulesAreRunAndNameTheirSeed(t *testing.T) {
	f := parse(t, one("- {send: in, value: x}", "out: [{value: x}]"))
	r := fakeRunner(Options{Schedules: 3, Seed: 7}, nil)
	var seeds []uint64
	r.open = func(_ map[string]int32, s schedule) (driver, error) {
		e := &echo{}
		if s.rand != nil {
			seeds = append(seeds, s.seed)
			if s.seed == 8 { // loses what came
				return &deaf{e}, nil
			}
		}
		return e, nil
	}
	_, probs, err := r.oneCase(f, f.Cases[0])
	if err != nil || len(seeds) != 2 || len(probs) != 1 || !strings.Contains(probs[0].Msg, "--seed 8: out: expected, but it did not come") {
		t.Errorf("%v, seeds %v, %v", probs, seeds, err)
	}
}

type deaf struct{ *echo }

func (d *deaf) outputs() map[string][]Record { return nil }

// FuzzScenario plays whatever parses: no input may panic, and an update must leave a file that parses.
func FuzzScenario(f *testing.F) {
	f.Add(beforeUpdate)
	f.Add(one("- {send: rows, value: {id: a}, headers: {a: b}}\n- advance: 5m\n- crash", "out: {latest: []}") + "    counts: {late: 1}\n")
	f.Add("cases: [{name: 0,do: [{send: 0,value: [0\r]}],expect}]")
	f.Add("cases: [{name: a, do: [{send: in, value: &v [1, .inf, 0x1f, ~]}], expect: {out: [{key: {a: 1}, value: *v}]}}]")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("a_test.yaml", []byte(text))
		if err != nil {
			return
		}
		r := fakeRunner(Options{}, nil)
		all := map[*Case]*outcomes{}
		for _, c := range file.Cases {
			out, _, err := r.oneCase(file, c)
			if err != nil {
				return
			}
			all[c] = out
		}
		_, _ = file.updated(all) // an error says that the file is left alone
	})
}
