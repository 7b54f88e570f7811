// Package example compiles flights.weir.yaml: package flights is what weir makes of it, cmd/flights the service. The test runs
// January 2013 through it and compares with a computation of its own.
package example

//go:generate go run ../../cmd/weir gen flights.weir.yaml
