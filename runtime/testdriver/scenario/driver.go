package scenario

import "github.com/weirstream/weir/runtime/topology"

func newDriver(t *topology.Topology, partitions map[string]int32, s schedule) (driver, error) {
	panic("x")
}
