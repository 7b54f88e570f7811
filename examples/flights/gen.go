// Package example compiles flights.weir.yaml: package flights is what weir makes of it, cmd/flights the service. So are package fleet and
// cmd/fleet what it makes of fleet.weir.yaml. The tests run January 2013 through both and compare with computations of their own.
package example

//go:generate go run ../../cmd/weir gen flights.weir.yaml
//go:generate go run ../../cmd/weir gen fleet.weir.yaml
