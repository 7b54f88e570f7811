package plan

import "strings"

// aligned names the sources that wait for each other.
func (pl *Plan) aligned() string {
	var names []string
	for _, sub := range pl.Subtopologies {
		if sub.Source != nil && sub.Source.MaxDrift > 0 {
			names = append(names, sub.Source.Name)
		}
	}
	return strings.Join(names, ", ")
}
