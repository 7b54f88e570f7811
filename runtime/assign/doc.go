// Package assign spreads tasks over the instances of a service.
//
// A task is one partition of one sub-topology: all its input partitions go to the same instance. The assignment of a group is
// computed by [Assign], a pure function; [Balancer] makes a kgo.GroupBalancer of it, on Kafka's classic group protocol, and
// cooperative: a task that moves is first given up by its old instance and handed to the new one in the round after, and all
// other tasks run on meanwhile.
//
// Rules, in order
//
//   - Every task is assigned to exactly one instance.
//   - The numbers of tasks of two instances differ by one at most, in total and within each sub-topology.
//   - A task stays where it is unless the second rule says otherwise. An assignment that keeps the rules is left as it is.
//
// A member's metadata is Kafka's own ConsumerMemberMetadata (owned partitions and generation included), with one byte of user
// data, the version of the protocol (1). Members of another version are refused by an error of the leader.
package assign
