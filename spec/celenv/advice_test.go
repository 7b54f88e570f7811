package celenv_test

import (
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

func TestAdvise(t *testing.T) {
	status := &types.Type{Kind: types.Enum, Name: "Status", Values: []string{"open", "paid"}}
	env := celenv.New([]*types.Type{status})
	vars := []celenv.Var{
		{Name: "n", Type: types.IntType}, {Name: "u", Type: types.UintType}, {Name: "d", Type: types.DoubleType}, {Name: "s", Type: types.StringType},
		{Name: "b", Type: types.BoolType}, {Name: "at", Type: types.TimestampType}, {Name: "for_", Type: types.DurationType},
		{Name: "status", Type: status}, {Name: "list", Type: types.ListOf(types.IntType)},
	}
	for _, c := range []struct {
		text string
		want string // the ranges that are reported, with a | between them; "" for none
		says string // a part of the first message
	}{
		// Constants.
		{`true`, "true", "always true"},
		{`b && 1 > 2`, "1 > 2", "always false"},
		{`!(2 >= 1.5)`, "!(2 >= 1.5)", "always false"},
		{`true ? n > 1 : b`, "true", "always true"},
		{`list.exists(i, true)`, "true", "always true"},
		{`list.map(i, true) == [true]`, "", ""},
		{`b ? true : n > 1`, "", ""},
		{`"a".startsWith("a") || b`, `"a".startsWith("a")`, "always true"},

		// Chains.
		{`s != "a" || s != "b"`, `s != "a" || s != "b"`, "always true"},
		{`s == "a" && b && s == 'b'`, `s == "a" && b && s == 'b'`, "never both true"},
		{`s == "a" && s == 'a'`, "", ""},
		{`status == Status.open && status == Status.paid`, "status == Status.open && status == Status.paid", "always false"},
		{`status == Status.open || status == Status.paid`, "", ""},
		{`n > 5 && n < 6`, "n > 5 && n < 6", "always false"},
		{`d > 5.0 && d < 6.0`, "", ""},
		{`d > 5.0 && d < 5.0`, "d > 5.0 && d < 5.0", "always false"},
		{`d > 5.0 || d < 6.0`, "", ""},
		{`d == 1.0 && d > 0.5`, "", ""},
		{`d != 5.0 || d != 6.0`, "d != 5.0 || d != 6.0", "always true"},
		{`n > 5 || n < 6`, "n > 5 || n < 6", "always true"},
		{`5 < n && n < 10`, "", ""},
		{`5 < n && 3 > n`, "5 < n && 3 > n", "always false"},
		{`n == 3 && n != 3`, "n == 3 && n != 3", "always false"},
		{`n >= 3 && n <= 3`, "", ""},
		{`s.size() > 3 && s.size() < 2`, "s.size() > 3 && s.size() < 2", "always false"},
		{`list.exists(i, i > 3 && i < 2)`, "i > 3 && i < 2", "always false"},
		{`(n > 3 && b) || (n < 2 && s == "")`, "", ""},

		// Ranges.
		{`u < 0u`, "u < 0u", "never negative"},
		{`u >= 0u`, "u >= 0u", "always true"},
		{`u <= -1`, "u <= -1", "always false"},
		{`n < 1.5`, "", ""},
		{`n < 1e19`, "n < 1e19", "always true"},
		{`at.getMonth() == 12`, "at.getMonth() == 12", "11 for December"},
		{`at.getHours("UTC") > 23`, `at.getHours("UTC") > 23`, "always false"},
		{`for_.getHours() > 23`, "", ""},
		{`s.size() >= 0`, "s.size() >= 0", "always true"},
		{`size(list) == -1`, "size(list) == -1", "never negative"},
		{`n % 10 == 10`, "n % 10 == 10", "remainder"},
		{`n % 10 == -9`, "", ""},
		{`u % 10u != 10u`, "u % 10u != 10u", "always true"},
		{`n in [1, 2]`, "", ""},
		{`at.getDate() in [0, 1]`, "0", "from 1 to 31"},

		// The same on both sides.
		{`n == n`, "n == n", "both sides are the same"},
		{`status != status`, "status != status", "always false"},
		{`d == d`, "", ""},
		{`n + 1 == n + 1`, "", ""},

		// Precision.
		{`double(n / 3) > 1.5`, "n / 3", "behind the point"},
		{`double(n) / 3.0 > 1.5`, "", ""},
		{`d == 0.1`, "", ""},
		{`d == 0.12345678901234567890`, "0.12345678901234567890", "15 to 17 digits"},
		{`d == -1.50`, "", ""},
		{`double(9007199254740993) == d`, "double(9007199254740993)", "9007199254740992"},
		{`d > 1e300`, "", ""},
	} {
		ast, _, issues := env.Compile(c.text, vars)
		if len(issues) > 0 {
			t.Errorf("%s: %s", c.text, issues[0].Message)
			continue
		}
		var got, says []string
		for _, is := range env.Advise(c.text, ast, true) {
			got = append(got, c.text[is.Start:is.End])
			says = append(says, is.Message+" "+is.Hint)
		}
		if strings.Join(got, "|") != c.want || c.want != "" && !strings.Contains(says[0], c.says) {
			t.Errorf("%s: got %q, want %q: %q", c.text, got, c.want, says)
		}
	}
	ast, _, _ := env.Compile("true", nil)
	if len(env.Advise("true", ast, false)) > 0 {
		t.Error("a value may be constant")
	}
}
