// Package peers tests that windows here do what they do in Apache Flink and in Kafka Streams, on cases recorded there. What is known to be
// different is listed with its reason, and docs/time.md tells users of it; everything else has to be the same.
//
// The recordings are not part of the repository, so the tests are built with the tag recordings only, and look for them beside it (make
// peers). What they taught is: golden/accepted/as_flink and as_streams say it in cases of our own, which run everywhere.
package peers
