package example

import (
	"testing"

	"github.com/weirstream/weir/examples/orders/orders"
	"github.com/weirstream/weir/runtime/testdriver/scenario"
)

// TestScenarios runs the scenarios on the committed code, as written and under random schedules.
func TestScenarios(t *testing.T) {
	scenario.Test(t, orders.Topology(), "orders_test.yaml", scenario.Options{
		Schema:    scenario.Schema{Topics: []scenario.Topic{{Name: "orders", Topic: "orders", KeyField: "customer_id"}}},
		Schedules: 20, Seed: 1,
	})
}
