// Package kafka holds what the engine asks of Kafka besides producing and consuming: client options from a service's settings,
// topics, committed offsets, fencing.
//
// # Offsets
//
// A commit goes out as a raw TxnOffsetCommit (or, with nothing produced, OffsetCommit) in the name of the group member, so the
// broker refuses it when the member is gone or its generation is old; [Offsets] go with a position in their metadata. They are
// read back with RequireStable: while a transaction that holds offsets is open the answer is [ErrUnstable], and the caller asks
// again.
//
// # Transactional ids
//
// Worker i of instance x of service s writes with the ids s-x-wi-a and s-x-wi-b ([TransactionalID]). A client's id is s-x, so
// the members of a group tell which instances live, and an open transaction whose instance doesn't is finished at once by
// [FenceDead]. An instance's name is its own: it holds a lock on its state directory.
package kafka
