package celenv

// nondeterministic are functions that other languages have and that a stream cannot: replay must give the same results.
var nondeterministic = map[string]string{
	"now":    "use event_time, the record's own time, or in a step processing_time, which is the same for all that one commit is made of: replay must give the same result",
	"random": "derive a number from the record, for example hash(key) % 100u: replay must give the same result",
	"uuid":   "derive one from the record with uuid_v5(namespace, name): replay must give the same result",
}

func init() {
	for alias, name := range map[string]string{
		"current_timestamp": "now", "timestamp.now": "now", "today": "now", "rand": "random", "math.random": "random", "uuid_v4": "uuid",
	} {
		nondeterministic[alias] = nondeterministic[name]
	}
}
