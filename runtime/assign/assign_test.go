package assign

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func none(Task) int { return -1 }

// owners inverts an assignment for the members that are still there: remap gives a member's new number, -1 when it left.
func owners(a [][]Task, remap func(int) int) func(Task) int {
	m := map[Task]int{}
	for i, tasks := range a {
		for _, t := range tasks {
			m[t] = remap(i)
		}
	}
	return func(t Task) int {
		if i, ok := m[t]; ok {
			return i
		}
		return -1
	}
}

func same(i int) int { return i }

func moved(a, b [][]Task) int {
	was, n := owners(a, same), 0
	for i, tasks := range b {
		for _, t := range tasks {
			if was(t) != i {
				n++
			}
		}
	}
	return n
}

// problem says which rule an assignment breaks.
func problem(groups []Group, a [][]Task) string {
	seen := map[Task]bool{}
	total := make([]int, len(a))
	per := make([][]int, len(groups))
	for g := range groups {
		per[g] = make([]int, len(a))
	}
	for m, tasks := range a {
		for _, t := range tasks {
			if seen[t] {
				return fmt.Sprintf("task %v is assigned twice", t)
			}
			seen[t] = true
			total[m]++
			per[t.Group][m]++
		}
	}
	for g, grp := range groups {
		for p := range grp.Tasks {
			if !seen[Task{g, p}] {
				return fmt.Sprintf("task %v is not assigned", Task{g, p})
			}
		}
		if slices.Max(per[g])-slices.Min(per[g]) > 1 {
			return fmt.Sprintf("group %d is uneven: %v", g, per[g])
		}
	}
	if slices.Max(total)-slices.Min(total) > 1 {
		return fmt.Sprintf("totals are uneven: %v", total)
	}
	return ""
}

func TestAssign(t *testing.T) {
	tests := []struct {
		name    string
		groups  []Group
		members int
		owner   func(Task) int
		moves   int // of tasks that had an owner
	}{
		{"one member", []Group{{"a", 3}, {"b", 2}}, 1, none, 0},
		{"more members than tasks", []Group{{"a", 2}}, 5, none, 0},
		{"no tasks", []Group{{"a", 0}}, 2, none, 0},
		{"second member joins", []Group{{"a", 8}}, 2, func(Task) int { return 0 }, 4},
		{"second member joins, two groups", []Group{{"a", 3}, {"b", 3}}, 2, func(Task) int { return 0 }, 3},
		{"balanced stays", []Group{{"a", 3}, {"b", 3}}, 2, func(t Task) int {
			if t.Group == 0 {
				return min(1, int(t.Partition))
			}
			return max(0, int(t.Partition)-1)
		}, 0},
		{"owner that is gone", []Group{{"a", 4}}, 2, func(t Task) int { return int(t.Partition) / 2 * 7 }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Assign(tt.groups, tt.members, tt.owner)
			if p := problem(tt.groups, got); p != "" {
				t.Fatal(p)
			}
			moves := 0
			for m, tasks := range got {
				for _, task := range tasks {
					if o := tt.owner(task); o >= 0 && o < tt.members && o != m {
						moves++
					}
				}
			}
			if moves != tt.moves {
				t.Errorf("%d tasks moved, want %d: %v", moves, tt.moves, got)
			}
		})
	}
}

// Random joins and leaves: the rules hold after each, an unchanged group is left alone, and no more moves than the tasks that
// have to: those of a member that left, or those that a new member is due, with one more a group for the shift of extras.
func TestAssignProperties(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		groups := make([]Group, 1+r.IntN(5))
		for g := range groups {
			groups[g] = Group{fmt.Sprint(g), int32(r.IntN(20))}
		}
		n := 1 + r.IntN(4)
		now := Assign(groups, n, none)
		for range 12 {
			if p := problem(groups, now); p != "" {
				t.Fatalf("seed %d: %s", seed, p)
			}
			if again := Assign(groups, n, owners(now, same)); moved(now, again) != 0 {
				t.Fatalf("seed %d: an even assignment was changed: %v, then %v", seed, now, again)
			}
			var next [][]Task
			bound := len(groups)
			if n > 1 && r.IntN(2) == 0 {
				gone := r.IntN(n)
				n--
				left := func(i int) int {
					switch {
					case i == gone:
						return -1
					case i > gone:
						return i - 1
					}
					return i
				}
				next = Assign(groups, n, owners(now, left))
				bound += len(now[gone])
				now = slices.Delete(slices.Clone(now), gone, gone+1)
			} else {
				n++
				next = Assign(groups, n, owners(now, same))
				bound += len(next[n-1])
			}
			if m := moved(now, next); m > bound {
				t.Fatalf("seed %d: %d tasks moved, %d would do: %v, then %v", seed, m, bound, now, next)
			}
			now = next
		}
	}
}
