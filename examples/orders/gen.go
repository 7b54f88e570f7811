// Package example compiles orders.weir.yaml: package orders is what weir makes of it, cmd/orders the service.
package example

//go:generate go run ../../cmd/weir gen orders.weir.yaml
