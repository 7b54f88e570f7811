package celenv

import "strconv"

// SlotName is the variable that holds a slot of cel.@block, which optimisers of CEL make for what is used more than once.
func SlotName(i int) string { return "@index" + strconv.Itoa(i) }
