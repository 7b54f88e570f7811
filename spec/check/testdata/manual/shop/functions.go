package shop

// Open tells whether something is still to be done for an order.
func Open(s OrderStatus) bool { return s == OrderStatusPending }
