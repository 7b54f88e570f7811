package diag

import (
	"fmt"
	"slices"
	"strings"
)

// Nearest is the candidate that somebody who wrote name most likely meant, "" if none is near. Case counts half; of equally
// near ones the first in alphabetical order wins.
func Nearest(name string, candidates []string) string {
	best, _ := nearest(name, candidates)
	return best
}

// nearest also tells whether one may be sure: the names differ in case only, or in one edit of a name of some length, and no
// other candidate is as near.
func nearest(name string, candidates []string) (best string, sure bool) {
	sorted := slices.Compact(slices.Sorted(slices.Values(candidates)))
	runes := []rune(name)
	// A third of the name may be wrong, so that nothing is suggested for a single letter.
	bound, ties := 2*((len(runes)+1)/3)+1, 0
	for _, c := range sorted {
		if c == "" || c == name {
			continue
		}
		d := distance(runes, []rune(c))
		if strings.EqualFold(c, name) {
			d = 0 // nearer than whatever differs in more than case
		}
		switch {
		case d < bound || d == 0 && best == "":
			best, bound, ties = c, d, 0
		case d == bound && best != "":
			ties++
		}
	}
	return best, best != "" && ties == 0 && (bound == 0 || bound <= 2 && len(runes) >= 4)
}

// DidYouMean is a hint that names the nearest candidate, or lists the candidates if none is near and they are few, or "".
func DidYouMean(name string, candidates []string) string {
	if n := Nearest(name, candidates); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return OneOf(candidates)
}

// OneOf lists what there is, "" if there is nothing or too much.
func OneOf(candidates []string) string {
	if len(candidates) == 0 || len(candidates) > 12 {
		return ""
	}
	if len(candidates) == 1 {
		return "there is only " + candidates[0]
	}
	return "there are " + strings.Join(candidates[:len(candidates)-1], ", ") + " and " + candidates[len(candidates)-1]
}

// distance is the Damerau-Levenshtein distance (neighbours swapped count once) in halves: a difference in case is 1, any other
// edit 2.
func distance(a, b []rune) int {
	var prev2, prev []int
	cur := make([]int, len(b)+1)
	for j := range cur {
		cur[j] = 2 * j
	}
	for i := 1; i <= len(a); i++ {
		prev2, prev, cur = prev, cur, make([]int, len(b)+1)
		cur[0] = 2 * i
		for j := 1; j <= len(b); j++ {
			cost := 2
			switch {
			case a[i-1] == b[j-1]:
				cost = 0
			case strings.EqualFold(string(a[i-1]), string(b[j-1])):
				cost = 1
			}
			cur[j] = min(prev[j]+2, cur[j-1]+2, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+2)
			}
		}
	}
	return cur[len(b)]
}
