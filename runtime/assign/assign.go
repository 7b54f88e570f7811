package assign

import (
	"cmp"
	"slices"
)

// Group is a sub-topology as far as assignment goes: so many tasks.
type Group struct {
	Name  string
	Tasks int32
}

// Task is one partition of a group, which is given by its index.
type Task struct {
	Group     int
	Partition int32
}

// Assign spreads the tasks of the groups over members 0 to n-1. owner says which member has a task now, -1 for none. The result
// lists each member's tasks, by group and partition.
func Assign(groups []Group, n int, owner func(Task) int) [][]Task {
	out := make([][]Task, n)
	if n == 0 {
		return out
	}
	owned := make([][][]int32, len(groups)) // by group and member
	for g := range groups {
		owned[g] = make([][]int32, n)
		for p := range groups[g].Tasks {
			if m := owner(Task{g, p}); m >= 0 && m < n {
				owned[g][m] = append(owned[g][m], p)
			}
		}
	}
	quota := quotas(groups, n, owned)
	for g := range groups {
		assignGroup(g, groups[g].Tasks, quota[g], owned[g], out)
	}
	return out
}

// quotas says how many tasks of each group each member gets. Each gets tasks/n of them; who gets one of those left over is the
// question. Members with the fewest of such extras so far come first, so that totals stay even; among equals those who have
// more than tasks/n already, so that little moves.
func quotas(groups []Group, n int, owned [][][]int32) [][]int {
	if q := keep(groups, n, owned); q != nil {
		return q
	}
	quota := make([][]int, len(groups))
	extras := make([]int, n)
	for g, grp := range groups {
		base, over := int(grp.Tasks)/n, int(grp.Tasks)%n
		quota[g] = make([]int, n)
		order := make([]int, n)
		for m := range n {
			quota[g][m], order[m] = base, m
		}
		surplus := func(m int) int { return min(1, max(0, len(owned[g][m])-base)) }
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Or(cmp.Compare(extras[a], extras[b]), cmp.Compare(surplus(b), surplus(a)))
		})
		for _, m := range order[:over] {
			quota[g][m]++
			extras[m]++
		}
	}
	return quota
}

// keep returns what the members have if that is complete and even already, else nil.
func keep(groups []Group, n int, owned [][][]int32) [][]int {
	quota := make([][]int, len(groups))
	total := make([]int, n)
	for g, grp := range groups {
		quota[g] = make([]int, n)
		sum := 0
		for m := range n {
			quota[g][m] = len(owned[g][m])
			total[m] += quota[g][m]
			sum += quota[g][m]
		}
		if sum != int(grp.Tasks) || slices.Max(quota[g])-slices.Min(quota[g]) > 1 {
			return nil
		}
	}
	if slices.Max(total)-slices.Min(total) > 1 {
		return nil
	}
	return quota
}

// assignGroup lets each member keep what it has up to its quota, and gives the rest to those with room.
func assignGroup(g int, tasks int32, quota []int, owned [][]int32, out [][]Task) {
	taken := make([]bool, tasks)
	room := make([]int, len(quota))
	for m, q := range quota {
		kept := owned[m][:min(q, len(owned[m]))]
		for _, p := range kept {
			taken[p] = true
			out[m] = append(out[m], Task{g, p})
		}
		room[m] = q - len(kept)
	}
	m := 0
	for p := range tasks {
		if taken[p] {
			continue
		}
		for room[m] == 0 {
			m++
		}
		room[m]--
		out[m] = append(out[m], Task{g, p})
	}
	for m := range out {
		slices.SortFunc(out[m], func(a, b Task) int {
			return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Partition, b.Partition))
		})
	}
}
