// Package engine runs a topology on Kafka: one instance of a service, in a consumer group with others.
//
// # Who does what
//
//	controller  one goroutine: polls the consumer, routes fetched records to workers, and carries out every change of what is
//	            routed where. Group callbacks, openers and workers hand it functions to run, so routing needs no lock.
//	opener      one goroutine for each change: finds the committed position of new tasks, opens their local state, restores it
//	worker      one goroutine each, with two transactional producers and the tasks pinned to it: processes records, seals,
//	            hands on what was emitted
//	committer   one goroutine for each commit of a worker: flush, offsets, end of the transaction, apply to local state
//
// # A task's life on an instance
//
//	assigned → opening (paused; fence the dead, fetch offsets, restore) → running → leaving (commit) → gone
//	                        ↑                                                │
//	                        └────────────── a commit failed ────────────────┘
//
// A failed commit takes all tasks of its worker back to opening: their producers are made anew (which aborts what was open), the
// committed position is read again, local state is compared with it, and the consumer is set back. That is the same path that a
// newly assigned task takes, so there is one way to begin.
//
// # Why it is exact
//
//   - Records come to a worker through one channel, and the controller alone changes routes and offsets. A task's [route] is a
//     new object each time that it is opened, so whatever was polled before is told from what was polled after, and dropped.
//   - What a transaction holds and which offsets it commits are settled at one point of the worker's loop ([worker.startCommit]).
//   - Nothing is handed to the second producer before the first one's flush has returned: else its records could stand first in a
//     partition, and in a compacted changelog the older value would win. The second transaction ends only after the first.
//   - Offsets are committed in the name of the member. ILLEGAL_GENERATION only says that a rebalance went by: as long as the
//     member is the same and nothing was lost the commit is sent again with the new generation. Under cooperative rebalancing
//     nothing is taken from a member that did not give it up.
//   - Whether a transaction whose end was not acknowledged went through, the committed position tells: local state that lacks it
//     is brought up from the changelog.
//   - In a bounded run the order of records behind a repartition topic follows from the input alone. The tasks of sources that write to
//     such topics are on one worker then, which takes their records in order of event time ([lane]), hands on what they emit in the
//     order in which they emitted it ([turn]), and writes their watermarks at certain offsets, whenever the commits are.
//   - A task may be in the midst of something for long, and does it in pieces ([work]). Until that is done it takes no records, time stands
//     still for it, and its worker seals nothing.
//   - Local state is changed after the transaction has ended, and never holds anything else.
package engine
