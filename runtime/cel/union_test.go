package cel

import "testing"

func TestCheckUnion(t *testing.T) {
	for _, members := range [][]bool{{true}, {true, false}, {false, false, true}} {
		if err := CheckUnion(members...); err != nil {
			t.Errorf("%v: %v", members, err)
		}
	}
	for _, members := range [][]bool{{}, {false}, {false, false}, {true, true}, {true, false, true}} {
		if err := CheckUnion(members...); err != ErrNotOneMember {
			t.Errorf("%v: %v", members, err)
		}
	}
}
