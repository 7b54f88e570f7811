package syntax

import "regexp"

// The names of the language.
var (
	serviceName  = &Pattern{regexp.MustCompile(`^[a-z][a-z0-9_-]*$`), "must start with a lower case letter and go on with lower case letters, digits, _ and -"}
	stepName     = &Pattern{regexp.MustCompile(`^[a-z][a-z0-9_]*$`), "must start with a lower case letter and go on with lower case letters, digits and _"}
	fieldName    = &Pattern{regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`), "must start with a lower case letter and go on with letters, digits and _"}
	functionName = &Pattern{regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`), "must start with a lower case letter and go on with letters, digits and _"}
	typeName     = &Pattern{regexp.MustCompile(`^[A-Z][A-Za-z0-9_]*$`), "must start with a capital letter and go on with letters, digits and _"}
	enumValue    = &Pattern{regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`), "must start with a letter and go on with letters, digits and _"}
	delimiter    = &Pattern{regexp.MustCompile(`^[\t -~]$`), "must be one ASCII character, other than a quote"}
	anyText      = &Pattern{} // even an empty one
	goName       = &Pattern{Rule: "must be a Go function, as in ./risk.Score"}
	lineText     = &Pattern{regexp.MustCompile(`^[^\n]*$`), "must be on one line"}
	headerName   = &Pattern{regexp.MustCompile(`^[!-~]+$`), "must be of ASCII characters other than spaces"}
	topicName    = &Pattern{Rule: "must be a name that Kafka allows"}
	typeExpr     = &Pattern{Rule: "must be a type"}
	streamName   = &Pattern{Rule: "must be the name of a source, a step or a late output"}
)

var (
	typeText = &Shape{What: "a type", Text: typeExpr, Doc: "A type: bool, int, uint, double, decimal(p, s), string, bytes, timestamp, date, time, duration, a name under types, list(T), map(K, V), and any of these with ? behind it where a value may be missing."}
	celText  = func(doc string) *Shape {
		return &Shape{What: "a CEL expression", Text: &Pattern{Rule: "must be a CEL expression"}, Doc: doc}
	}
	durationText = func(doc string) *Shape {
		return &Shape{What: "a duration such as 90s, 5m, 1h30m or 7d", Duration: true, Doc: doc}
	}
	sizesText = func(doc string) *Shape {
		return &Shape{What: "a duration or a list of durations", Doc: doc, OneOf: []*Shape{
			durationText(""),
			{What: "a list of durations", List: true, NonEmpty: true, Elem: durationText("")},
		}}
	}
	topic = &Shape{What: "{topic: NAME}", Keys: []Key{
		{Name: "topic", Required: true, Shape: &Shape{What: "a topic", Text: topicName, Doc: "The Kafka topic's name."}},
	}}
	csvOptions = &Shape{What: "a mapping", Keys: []Key{
		{Name: "columns", Shape: &Shape{What: "a list of columns", List: true, NonEmpty: true, Elem: &Shape{What: "a column", Text: &Pattern{Rule: "must be a column's name"}},
			Doc: "The columns in their order, by the names that the fields have in the data. Columns that no field has are skipped. Without it they are the fields of the type, in order."}},
		{Name: "delimiter", Shape: &Shape{What: "one character", Text: delimiter, Doc: "What stands between two cells. The default is a comma."}},
		{Name: "null", Shape: &Shape{What: "a list of texts", List: true, NonEmpty: true, Elem: &Shape{What: "a text", Text: anyText},
			Doc: "Texts that mean null where a cell is not quoted. The default is the empty text. The first is how null is written."}},
	}}
	fieldText = &Shape{What: "a field", Text: &Pattern{Rule: "must be a field of the record"}}
	format    = &Shape{What: "a format", Choices: []string{"json", "csv"}, Doc: "How values are written: json (the default) or csv."}
)

var (
	versionKey = Key{Name: "weir", Required: true, Shape: &Shape{What: "a version", Choices: []string{"v1"}, Doc: "The version of the spec language."}}
	importsKey = Key{Name: "imports", Shape: &Shape{What: "a list of files", List: true, NonEmpty: true, Elem: &Shape{What: "a file", Text: &Pattern{Rule: "must be the path of a file"}},
		Doc: "Files whose types are declared here too, by their paths relative to this file."}}
)

// TypesFile is the shape of a file that is imported, as far as its importers look at it.
var TypesFile = &Shape{What: "a file of types and fragments", Doc: "Types and fragments that specs import.", Keys: []Key{versionKey, importsKey, typesKey, fragmentsKey}}

var (
	typesKey = Key{Name: "types", Shape: &Shape{What: "a mapping from names to types", Names: typeName, Elem: typeDecl, Doc: "Records, enums, unions and aliases."}}

	fragmentsKey = Key{Name: "fragments", Shape: &Shape{What: "a mapping from names to fragments", Names: stepName, Elem: fragmentShape, Doc: "Steps with parameters, which steps use by these names."}}
)

// Language is the shape of a spec.
var Language = &Shape{What: "a spec", Doc: "A Weir topology.", Keys: []Key{
	versionKey,
	{Name: "service", Required: true, Shape: &Shape{What: "a name", Text: serviceName, Doc: "The service's name: its consumer group, the prefix of its internal topics, its Go package."}},
	importsKey,
	typesKey,
	{Name: "functions", Shape: &Shape{What: "a mapping from names to Go functions", Names: functionName, Elem: functionShape, Doc: "Go functions that expressions call by these names."}},
	{Name: "sources", Required: true, Shape: &Shape{What: "a mapping from names to sources", Names: stepName, NonEmpty: true, Elem: sourceShape, Doc: "The topics that are read."}},
	fragmentsKey,
	{Name: "steps", Shape: &Shape{What: "a mapping from names to steps", Names: stepName, Elem: stepOrUse, Doc: "What is done with the records. Steps may stand in any order."}},
	{Name: "sinks", Required: true, Shape: &Shape{What: "a mapping from names to sinks", Names: stepName, NonEmpty: true, Elem: sinkShape, Doc: "The topics that are written."}},
}}

// aliasShape is also what the tree tells aliases by.
var aliasShape = &Shape{What: "{alias: ...}", Has: "alias", Alone: true, Doc: "Another name for a type, with a condition that its values fulfil.", Keys: []Key{
	{Name: "alias", Required: true, Shape: typeText},
	{Name: "where", Shape: celText("A condition over the value, which is called this. Data for which it is false or fails can't be read.")},
}}

// unionShape is also what the tree tells unions by.
var unionShape = &Shape{What: "{union: {...}}", Has: "union", Alone: true, Doc: "A union: exactly one of these members.", Keys: []Key{
	{Name: "union", Required: true, Shape: &Shape{What: "a mapping from members to types", Names: fieldName, NonEmpty: true, Elem: &Shape{What: "a type", OneOf: []*Shape{
		typeText,
		{What: "a mapping with type and options", Keys: []Key{
			{Name: "type", Required: true, Shape: typeText},
			{Name: "deprecated", Shape: deprecatedShape},
			{Name: "renamed_from", Shape: renamedShape},
			{Name: "json", Shape: fieldJSON},
		}},
	}}}},
	{Name: "json", Shape: &Shape{What: "a mapping with tag", Keys: []Key{
		{Name: "tag", Required: true, Shape: &Shape{What: "a name", Text: &Pattern{Rule: "must be a name"}, Doc: "The field of the data that names the member, beside the fields of the member, which is a record. Without it the data is an object with the member under its name."}},
	}}},
}}

var (
	deprecatedShape = &Shape{What: "a text", Text: &Pattern{Rule: "must say what to use instead"}, Doc: "Why the field should not be used any more, or what to use instead. Expressions that read it get a warning."}
	renamedShape    = &Shape{What: "a name, or a list of names", Doc: "What the field was called in older data, where it is still found under that name.", OneOf: []*Shape{
		{What: "a name", Text: &Pattern{Rule: "must be a name"}},
		{What: "a list of names", List: true, NonEmpty: true, Elem: &Shape{What: "a name", Text: &Pattern{Rule: "must be a name"}}},
	}}
	fieldJSON = &Shape{What: "a mapping with name or as", Keys: []Key{
		{Name: "name", Shape: &Shape{What: "a name", Text: &Pattern{Rule: "must be a name"}, Doc: "The field's name in the data (for CSV its column)."}},
		{Name: "as", Shape: &Shape{What: "a form", Choices: []string{"rfc3339", "epoch_ms", "epoch_s", "number", "string"}, Doc: "How the value is written in the data. A timestamp: RFC 3339 text (the default), or milliseconds or seconds since 1970. A decimal: a number (the default) or a string."}},
	}}
)

var typeDecl = &Shape{What: "a mapping from fields to types, {enum: [...]}, {union: {...}} or {alias: ...}", OneOf: []*Shape{
	{What: "{enum: [...]}", Has: "enum", Doc: "An enum: one of these texts.", Keys: []Key{
		{Name: "enum", Required: true, Shape: &Shape{What: "a list of names", List: true, NonEmpty: true, Elem: &Shape{What: "a name", Text: enumValue}}},
	}},
	unionShape,
	aliasShape,
	{What: "a mapping from fields to types", Names: fieldName, NonEmpty: true, Doc: "A record: its fields and their types.", Elem: &Shape{What: "a type", OneOf: []*Shape{
		typeText,
		{What: "a mapping with type and options", Keys: []Key{
			{Name: "type", Required: true, Shape: typeText},
			{Name: "default", Shape: &Shape{What: "a value", Value: true, Doc: "The value where the data has none: scalars and enums as in CSV, a list as a list, a map, a record or a union as a mapping."}},
			{Name: "deprecated", Shape: deprecatedShape},
			{Name: "renamed_from", Shape: renamedShape},
			{Name: "json", Shape: fieldJSON},
		}},
	}}},
}}

var functionShape = func() *Shape {
	goText := &Shape{What: "a Go function, as in ./risk.Score", Text: goName, Doc: "The function: its package, as a path from the spec's directory or an import path, a dot, and its name."}
	return &Shape{What: "a Go function, or {go: ..., pure: ...}", Doc: "A Go function, as in ./risk.Score.", OneOf: []*Shape{
		goText,
		{What: "a mapping with go and pure", Keys: []Key{
			{Name: "go", Required: true, Shape: goText},
			{Name: "pure", Shape: &Shape{What: "true or false", Bool: true, Doc: "The result depends on the arguments only, and the function does nothing else and keeps nothing. Calls may then be left out or moved."}},
		}},
	}}
}()

var sourceShape = &Shape{What: "a source", Keys: []Key{
	{Name: "kafka", Required: true, Shape: topic},
	{Name: "key", Shape: &Shape{What: "a type, or {type: ..., field: ...}", Doc: "The type of the record's key: a scalar or an enum, with ? where there may be none.", OneOf: []*Shape{
		typeText,
		{What: "a mapping with type and field", Keys: []Key{
			{Name: "type", Required: true, Shape: typeText},
			{Name: "field", Shape: &Shape{What: "a field", Text: &Pattern{Rule: "must be a field of the value"}, Doc: "A field of the value that always equals the key. Grouping by it needs no repartitioning."}},
		}},
	}}},
	{Name: "value", Required: true, Shape: &Shape{What: "a type, or {type: ..., format: ...}", Doc: "The record's value.", OneOf: []*Shape{
		typeText,
		{What: "a mapping with type and format", Keys: []Key{
			{Name: "type", Required: true, Shape: typeText},
			{Name: "format", Shape: format},
			{Name: "csv", Shape: csvOptions},
		}},
	}}},
	{Name: "tombstones", Shape: &Shape{What: "bad or skip", Choices: []string{"bad", "skip"}, Doc: "What becomes of records with a null value: they are bad records (the default), or passed over and counted as filtered."}},
	{Name: "event_time", Shape: celText("When the record happened, a timestamp. Without it, the Kafka record's timestamp.")},
	{Name: "watermark", Shape: &Shape{What: "stream_time, or a mapping with from, lag, idle_after or max_drift", Doc: "Up to when a partition's records are complete.", OneOf: []*Shape{
		{What: "stream_time", Choices: []string{"stream_time"}, Doc: "Kafka Streams' rule: time is the highest event time seen. Behind a repartition topic it is the highest of all tasks that write to it, so none is waited for."},
		{What: "a mapping with from, lag, idle_after or max_drift", Keys: []Key{
			{Name: "from", Shape: celText("Up to when the partition is complete with a record: a timestamp, or an optional one of which none says nothing. Without it, up to the record's event time.")},
			{Name: "lag", Shape: durationText("How far the watermark stays behind the highest event time seen, or what from said. The default is 0s.")},
			{Name: "idle_after", Shape: durationText("After which silence a partition no longer holds the watermark back. Without it, never.")},
			{Name: "max_drift", Shape: durationText("How far the partition's watermark may be ahead of the lowest one of all sources that have a max_drift. Beyond that it is not read. Without it, it is read as fast as it comes.")},
		}},
	}}},
	{Name: "on_error", Shape: &Shape{What: "fail, skip or {dead_letter: TOPIC}", Doc: "What becomes of records that can't be processed: fail (the default), skip, or {dead_letter: TOPIC}.", OneOf: []*Shape{
		{What: "fail or skip", Choices: []string{"fail", "skip"}},
		{What: "{dead_letter: TOPIC}", Keys: []Key{{Name: "dead_letter", Required: true, Shape: &Shape{What: "a topic", Text: topicName}}}},
	}}},
}}

func expressions(doc string) *Shape {
	return &Shape{What: "a mapping from names to CEL expressions", Names: fieldName, NonEmpty: true, Elem: celText(""), Doc: doc}
}

var stateShape = &Shape{What: "{value: TYPE}, {list: TYPE} or {map: TYPE, key: TYPE}, with ttl: DURATION", Doc: "State of a processor.",
	Either: []string{"value", "list", "map"}, Keys: []Key{
		{Name: "value", Shape: &Shape{What: "a type", Text: typeExpr, Doc: "One value of this type for each group."}},
		{Name: "list", Shape: &Shape{What: "a type", Text: typeExpr, Doc: "A list of values of this type for each group."}},
		{Name: "map", Shape: &Shape{What: "a type", Text: typeExpr, Doc: "A map with values of this type for each group; key is the type of its keys."}},
		{Name: "key", Shape: &Shape{What: "a type", Text: typeExpr, Doc: "The type of the keys of a map: a scalar or an enum."}},
		{Name: "ttl", Shape: durationText("How long a value, an element of a list or an entry of a map lives after it was last set, in event time.")},
		{Name: "unbounded", Shape: &Shape{What: "true or false", Bool: true, Doc: "Without ttl: the state lives until the processor deletes it, which has to keep it from growing for ever."}},
	}}

var dedupShape = &Shape{What: "a mapping with keep and ttl", Doc: "One record of each group, for as long as ttl says.", Keys: []Key{
	{Name: "keep", Shape: &Shape{What: "first or last", Choices: []string{"first", "last"}, Doc: "Which record of a group is handed on: first (the default), at once, or last, when the time is over."}},
	{Name: "ttl", Shape: durationText("How long a group is remembered after the record that it began with, in event time.")},
	{Name: "unbounded", Shape: &Shape{What: "true or false", Bool: true, Doc: "In place of ttl: groups are remembered for ever. There have to be few of them."}},
}}

var changesShape = &Shape{What: "{ttl: DURATION} or {unbounded: true}", Doc: "Each record of a group with the one before it, in the field previous.", Keys: []Key{
	{Name: "ttl", Shape: durationText("How long the last record of a group is kept, in event time. A record that comes later has no previous one.")},
	{Name: "unbounded", Shape: &Shape{What: "true or false", Bool: true, Doc: "In place of ttl: it is kept for ever. There have to be few groups."}},
}}

var foldShape = &Shape{What: "a mapping with state, timers and ttl", Doc: "State of each group that its records change one after the other, and timers.", Keys: []Key{
	{Name: "state", Shape: &Shape{What: "a mapping from names to {init: CEL, step: CEL}", Names: fieldName, NonEmpty: true,
		Elem: &Shape{What: "{init: CEL, step: CEL}", Keys: []Key{
			{Name: "init", Required: true, Shape: celText("What the state is before a group's first record, which it may read.")},
			{Name: "step", Required: true, Shape: celText("What it is behind each record, of which and of all states before it this is made.")},
		}}, Doc: "What is kept of each group, and handed on behind each record."}},
	{Name: "timers", Shape: &Shape{What: "a mapping from names to {after: DURATION} or {at: CEL}", Names: stepName, NonEmpty: true, Elem: foldTimerShape,
		Doc: "Timers that each record sets. When one fires, what is kept of the group is handed on as STEP.TIMER."}},
	{Name: "ttl", Shape: durationText("How long what is kept of a group stays behind its last record, in event time, or until its last timer if that is later.")},
	{Name: "unbounded", Shape: &Shape{What: "true or false", Bool: true, Doc: "In place of ttl: it stays for ever. There have to be few groups, or timers that forget them."}},
}}

var foldTimerShape = &Shape{What: "{after: DURATION} or {at: CEL}", Either: []string{"after", "at"}, Keys: []Key{
	{Name: "after", Shape: durationText("How long after the record it fires.")},
	{Name: "at", Shape: celText("When it fires: a timestamp, or an optional one of which none cancels it. It sees the record and the states behind it.")},
	{Name: "of", Shape: &Shape{What: "event_time or processing_time", Choices: []string{"event_time", "processing_time"}, Doc: "Which time it goes by: event_time (the default), or processing_time, which passes though no record comes."}},
	{Name: "when", Shape: celText("A condition over the record and the states behind it. A record for which it is false cancels the timer.")},
	{Name: "fixed", Shape: &Shape{What: "true or false", Bool: true, Doc: "Records do not move it while it runs."}},
	{Name: "forget", Shape: &Shape{What: "true or false", Bool: true, Doc: "When it has fired, what is kept of the group is forgotten, and so are its other timers."}},
}}

var delayShape = &Shape{What: "a duration, {by: DURATION} or {until: CEL}", Doc: "Each record is held back and handed on later, as it is: when the watermark is this far behind its event time, or as by, until and of say.", OneOf: []*Shape{
	durationText(""),
	{What: "{by: DURATION} or {until: CEL}", Either: []string{"by", "until"}, Keys: []Key{
		{Name: "by", Shape: durationText("How long a record is held back: from its event time, or for processing time from when it was processed.")},
		{Name: "until", Shape: celText("Up to when a record is held back, a timestamp.")},
		{Name: "of", Shape: &Shape{What: "event_time or processing_time", Choices: []string{"event_time", "processing_time"}, Doc: "What has to reach that time: the watermark (event_time, the default), or the clock (processing_time)."}},
	}},
}}

var topShape = &Shape{What: "a mapping with n and by", Doc: "The first n rows of each group, kept up to date, with their rank.", Keys: []Key{
	{Name: "n", Required: true, Shape: &Shape{What: "a number of rows", Text: wholeNumber, Doc: "How many rows of a group are handed on."}},
	{Name: "by", Required: true, Shape: celText("What decides the order, a scalar over the record. Of records with the same value the one that was processed first stands in front.")},
	{Name: "order", Shape: &Shape{What: "descending or ascending", Choices: []string{"descending", "ascending"}, Doc: "Whether the highest value (descending, the default) or the lowest stands in front."}},
	{Name: "id", Shape: celText("What a row is of, a scalar or an enum: a record takes the place of the one with the same id. Without it each record is a row of its own.")},
	{Name: "remove", Shape: celText("A condition. A record for which it is true is no row: it takes the one with its id away.")},
	{Name: "ttl", Shape: durationText("How long the rows of a group are kept after its last record, in event time.")},
	{Name: "unbounded", Shape: &Shape{What: "true or false", Bool: true, Doc: "In place of ttl: they are kept for ever. There have to be few groups, and with id few rows."}},
}}

var stepShape = &Shape{What: "a step", Either: []string{"from", "merge"}, Keys: []Key{
	{Name: "from", Shape: &Shape{What: "the name of a stream", Text: streamName, Doc: "The source, step or late output whose records come in."}},
	{Name: "merge", Shape: &Shape{What: "a list of streams", List: true, NonEmpty: true, Elem: &Shape{What: "the name of a stream", Text: streamName},
		Doc: "In place of from: several sources, steps or late outputs with the same fields and keys. The records of all of them come in."}},
	{Name: "where", Shape: celText("A condition. Records for which it is false go no further.")},
	{Name: "let", Shape: expressions("Names for values that are computed once for each record, for the clauses below. Each sees those before it.")},
	{Name: "unnest", Shape: &Shape{What: "a mapping from one name to a CEL expression", Names: fieldName, NonEmpty: true, Elem: celText(""),
		Doc: "A name and a list or map: one record for each element, which has the name. An element of a map has the fields key and value."}},
	{Name: "select", Shape: expressions("The fields of a new record. Without it the record stays as it is.")},
	{Name: "set", Shape: expressions("Fields that are added to the record or replaced in it.")},
	{Name: "drop", Shape: &Shape{What: "a list of fields", List: true, NonEmpty: true, Elem: fieldText, Doc: "Fields that are left out of the record."}},
	{Name: "rename", Shape: &Shape{What: "a mapping from new names to fields", Names: fieldName, NonEmpty: true, Elem: fieldText, Doc: "New names of fields: {new: old}."}},
	{Name: "log", Shape: &Shape{What: "a CEL expression or {line: CEL, level: LEVEL}", Doc: "A line that is logged for a record, a string: a CEL expression, or {line: CEL, level: LEVEL}. Of each commit at most ten are.", OneOf: []*Shape{
		celText(""),
		{What: "{line: CEL, level: LEVEL}", Keys: []Key{
			{Name: "line", Required: true, Shape: celText("The line, a string.")},
			{Name: "level", Shape: &Shape{What: "debug, info, warn or error", Choices: []string{"debug", "info", "warn", "error"}, Doc: "The line's level. The default is info."}},
		}},
	}}},
	{Name: "event_time", Shape: celText("The new event time of the records, a timestamp. The watermark stays as it is.")},
	{Name: "key", Shape: celText("The new key of the records. They move to its partition where a step behind this one groups by it.")},
	{Name: "split", Shape: &Shape{What: "a mapping from names to CEL expressions", Names: stepName, NonEmpty: true, Elem: celText(""),
		Doc: "Branches and their conditions. A record goes to the first branch whose condition is true; a step reads a branch as STEP.BRANCH."}},
	{Name: "default", Shape: &Shape{What: "a name", Text: stepName, Doc: "The branch of the records for which no condition of split is true. Without it they go no further."}},
	{Name: "group_by", Shape: expressions("What an aggregate is kept for: the components of the group's key.")},
	{Name: "window", Shape: &Shape{What: "a window", Either: []string{"tumbling", "hopping", "cumulative", "sliding", "session", "global", "count", "custom"}, Keys: []Key{
		{Name: "tumbling", Shape: sizesText("The windows' size, or several. They follow each other without a gap, aligned to 1970-01-01T00:00:00Z.")},
		{Name: "hopping", Shape: sizesText("The windows' size, or several. One begins after each time of every, so they overlap: a record is in several.")},
		{Name: "cumulative", Shape: durationText("The size of the largest windows. They follow each other; inside each, windows that begin with it end after each time of every.")},
		{Name: "sliding", Shape: durationText("How far apart the first and the last record of a window are at most. Each record has the window that ends with it, and the one that begins behind it.")},
		{Name: "session", Shape: &Shape{What: "a duration or {gap: CEL}", Doc: "After which time without a record a group's window ends: a duration, or {gap: CEL} with one that each record says.", OneOf: []*Shape{
			durationText(""),
			{What: "{gap: CEL}", Keys: []Key{
				{Name: "gap", Required: true, Shape: celText("How long after the record its window lasts at least, a duration above 0s.")},
			}},
		}}},
		{Name: "global", Shape: &Shape{What: "{ttl: DURATION}", Doc: "One window for all of a group's records, until there was none for a while or a bounded run ends.", Keys: []Key{
			{Name: "ttl", Shape: durationText("After which time without a record of the group its window ends. A later record begins another one.")},
			{Name: "unbounded", Shape: &Shape{What: "true or false", Bool: true, Doc: "In place of ttl: what is kept for a group stays for ever. There have to be few of them."}},
		}}},
		{Name: "count", Shape: &Shape{What: "{size: N, ttl: DURATION}", Doc: "As many records of a group after each other, in the order in which they are processed.", Keys: []Key{
			{Name: "size", Required: true, Shape: &Shape{What: "a number of records", Text: wholeNumber, Doc: "How many records a window has."}},
			{Name: "every", Shape: &Shape{What: "a number of records", Text: wholeNumber, Doc: "After how many records there is a result, of the last ones. Without it windows follow each other."}},
			{Name: "ttl", Shape: durationText("After which time without a record of the group a window ends with those that it has.")},
			{Name: "unbounded", Shape: &Shape{What: "true or false", Bool: true, Doc: "In place of ttl: it is waited for ever. There have to be few groups."}},
		}}},
		{Name: "custom", Shape: &Shape{What: "{start: CEL, end: CEL}, or {split: CEL, ttl: DURATION}", Doc: "The window that each record says, or records up to one that begins the next window.", OneOf: []*Shape{
			{What: "{split: CEL, ttl: DURATION}", Has: "split", Doc: "Records of a group in the order in which they are processed, up to one that begins the next window.", Keys: []Key{
				{Name: "split", Required: true, Shape: celText("A condition over a record and what is aggregated of the window so far. A record for which it is true ends the window and begins the next one.")},
				{Name: "ttl", Shape: durationText("After which time without a record of the group a window ends.")},
				{Name: "unbounded", Shape: &Shape{What: "true or false", Bool: true, Doc: "In place of ttl: it is waited for ever. There have to be few groups."}},
			}},
			{What: "{start: CEL, end: CEL}", Doc: "The window that each record says.", Keys: []Key{
				{Name: "start", Required: true, Shape: celText("Where the record's window begins, a timestamp.")},
				{Name: "end", Required: true, Shape: celText("Where it ends, a timestamp behind the start.")},
			}},
		}}},
		{Name: "max", Shape: durationText("How long a session window may be. Without it, as long as records come.")},
		{Name: "every", Shape: durationText("After which time the next hopping window begins, or the next cumulative one ends.")},
		{Name: "offset", Shape: durationText("By how much the windows are shifted against 1970-01-01T00:00:00Z, or against that day in the time zone.")},
		{Name: "time_zone", Shape: &Shape{What: "a time zone", Text: &Pattern{Rule: "must be a time zone, as in Europe/Paris"},
			Doc: "For windows of whole days: they begin when a day begins there, as in Europe/Paris. The default is UTC."}},
		{Name: "allowed_lateness", Shape: durationText("How far the watermark may be past a window's end before the window closes. The default is 0s.")},
		{Name: "late_to", Shape: &Shape{What: "a name", Text: stepName, Doc: "The name of a stream of the records that come after their window closed, with the window that they missed. Without it they are dropped and counted."}},
	}}},
	{Name: "aggregate", Shape: &Shape{What: "a mapping from names to aggregates", Names: fieldName, NonEmpty: true,
		Elem: &Shape{What: "count(), sum(...), max_by(..., ...) or another aggregate", Text: &Pattern{Rule: "must be an aggregate"}}, Doc: "What is kept for each group and window: count(), or count_if, any, all, sum, min, max, avg, first, last, first_arrived, last_arrived, variance, variance_pop, stddev, stddev_pop, median or approx_count_distinct of a CEL expression, min_by(CEL, CEL), max_by(CEL, CEL), top(CEL, CEL, n), quantile(CEL, q), histogram(CEL, bounds), string_agg(CEL, sep, limit), or collect(CEL, limit), collect_set(CEL, limit), count_distinct(CEL, limit)."}},
	{Name: "pre_aggregate", Shape: &Shape{What: "true or false", Bool: true, Doc: "Records are combined by group and window in front of the repartition topic, so that a group with very many records costs the task behind it little."}},
	{Name: "process", Shape: &Shape{What: "a Go type, as in ./shop.Scorer", Text: &Pattern{Rule: "must be a Go type of the generated package, as in ./shop.Scorer"},
		Doc: "A Go type of yours that takes the records of each group, with state and timers: the generated package's path from the spec's directory, a dot, and its name."}},
	{Name: "state", Shape: &Shape{What: "a mapping from names to kinds of state", Names: fieldName, NonEmpty: true, Elem: stateShape, Doc: "What process keeps for each group."}},
	{Name: "timers", Shape: &Shape{What: "a list of kinds of timers", List: true, NonEmpty: true, Elem: &Shape{What: "event_time or processing_time", Choices: []string{"event_time", "processing_time"}},
		Doc: "The timers that process sets: event_time, which fire when the watermark reaches their time, and processing_time, which fire by the clock."}},
	{Name: "output", Shape: &Shape{What: "a type", Text: typeExpr, Doc: "The record that process hands on."}},
	{Name: "outputs", Shape: &Shape{What: "a mapping from names to types", Names: stepName, NonEmpty: true, Elem: &Shape{What: "a type", Text: typeExpr},
		Doc: "In place of output: several kinds of records that process hands on. A step or a sink reads one as STEP.OUTPUT."}},
	{Name: "dedup", Shape: dedupShape},
	{Name: "changes", Shape: changesShape},
	{Name: "fold", Shape: foldShape},
	{Name: "delay", Shape: delayShape},
	{Name: "top", Shape: topShape},
	{Name: "having", Shape: celText("A condition over the group's key, the aggregates and the window, or with changes over the record and the previous one, or with fold over the group's key and the states. Results for which it is false are not handed on.")},
	{Name: "emit", Shape: emitShape},
}}

var wholeNumber = &Pattern{regexp.MustCompile(`^[1-9][0-9]{0,8}$`), "must be a whole number from 1 to 999999999"}

var emitShape = &Shape{
	What: "final, updates, early_and_final, {updates: {every: 10s}} or {updates: {count: 100}}",
	Doc:  "When results are handed on: final (the default), once, when the window closes; updates, whenever they changed; or early_and_final, both.",
	OneOf: []*Shape{
		{What: "final, updates or early_and_final", Choices: []string{"final", "updates", "early_and_final"}},
		{What: "{updates: {every: 10s}}", Either: []string{"final", "updates", "early_and_final"}, Keys: []Key{
			{Name: "final", Shape: finalShape},
			{Name: "updates", Shape: updatesShape("Results are handed on when they changed.", retractionsKey)},
			{Name: "early_and_final", Shape: updatesShape("Results are handed on when they changed, and once more when the window closes.", correctionsKey(false), retractionsKey)},
		}},
	},
}

var finalShape = &Shape{What: "{corrections: true}", Doc: "Results are handed on once.", Keys: []Key{correctionsKey(true), changesOnlyKey, retractionsKey, tombstonesKey}}

func correctionsKey(required bool) Key {
	return Key{Name: "corrections", Required: required, Shape: &Shape{What: "true or false", Bool: true,
		Doc: "Results are handed on when the watermark comes to their window's end, and until its allowed_lateness is over once more with each record that changes them."}}
}

var retractionsKey = Key{Name: "retractions", Shape: &Shape{What: "true or false", Bool: true, Doc: "In front of a result that is another one than the last of its group and window, that one is handed on once more with the field retracted set."}}

var (
	changesOnlyKey = Key{Name: "changes_only", Shape: &Shape{What: "true or false", Bool: true, Doc: "A result that is the same as the one handed on last is not handed on while its window is open. What was handed on last is kept with it."}}
	tombstonesKey  = Key{Name: "tombstones", Shape: &Shape{What: "true or false", Bool: true, Doc: "When a window closes, sinks write a null value under the key that its results had. A step behind has to give them a key that names the window; that of a global one is the group."}}
)

// updatesShape is what may stand under a kind of emission that has updates, with keys that only this kind has.
func updatesShape(doc string, own ...Key) *Shape {
	s := &Shape{What: "{every: 10s} or {count: 100}", Doc: doc, Either: []string{"every", "count", "changes_only", "tombstones"}, Beside: []string{"changes_only", "tombstones"}, Keys: []Key{
		{Name: "every", Shape: durationText("Those that changed are handed on each time that event time comes to a multiple of it, or processing time does if of says so.")},
		{Name: "of", Shape: &Shape{What: "event_time or processing_time", Choices: []string{"event_time", "processing_time"}, Doc: "Which time every is of: event_time (the default), or processing_time, that of the clock."}},
		{Name: "count", Shape: &Shape{What: "a number of records", Text: wholeNumber, Doc: "A result is handed on with the record that is the N-th to change it since the last time."}},
		changesOnlyKey,
		tombstonesKey,
	}}
	for _, k := range own {
		s.Keys = append(s.Keys, k)
		s.Either, s.Beside = append(s.Either, k.Name), append(s.Beside, k.Name)
	}
	return s
}

// useShape is also what the tree tells uses of fragments by.
var useShape = &Shape{What: "{use: ...}", Has: "use", Doc: "The steps of a fragment, called by this name, _ and their own.", Keys: []Key{
	{Name: "use", Required: true, Shape: &Shape{What: "the name of a fragment", Text: &Pattern{Rule: "must be the name of a fragment"}, Doc: "The fragment."}},
	{Name: "from", Required: true, Shape: &Shape{What: "the name of a stream", Text: streamName, Doc: "The stream that the fragment's steps read as input."}},
	{Name: "with", Shape: expressions("The values of the fragment's parameters. They may read the records of the stream.")},
}}

var stepOrUse = &Shape{What: "a step, or {use: ...}", OneOf: []*Shape{useShape, stepShape}}

var fragmentShape = &Shape{What: "a fragment", Keys: []Key{
	{Name: "input", Required: true, Shape: &Shape{What: "a type, or {type: ..., key: ...}", Doc: "The record whose fields the records that come in have, besides others. Steps of the fragment read them from input.", OneOf: []*Shape{
		typeText,
		{What: "a mapping with type and key", Keys: []Key{
			{Name: "type", Required: true, Shape: typeText},
			{Name: "key", Shape: &Shape{What: "a type", Text: typeText.Text, Doc: "The type of the records' key. Without it the steps can't read it."}},
		}},
	}}},
	{Name: "params", Shape: &Shape{What: "a mapping from names to types", Names: fieldName, NonEmpty: true, Elem: typeText, Doc: "The parameters and their types. Expressions of the steps read them by name."}},
	{Name: "steps", Required: true, Shape: &Shape{What: "a mapping from names to steps", Names: stepName, NonEmpty: true, Elem: stepShape, Doc: "Steps that read input or each other."}},
}}

var sinkShape = &Shape{What: "a sink", Keys: []Key{
	{Name: "from", Required: true, Shape: &Shape{What: "the name of a stream", Text: streamName, Doc: "The source, step or late output whose records are written."}},
	{Name: "kafka", Required: true, Shape: &Shape{What: "{topic: NAME}, or {topics: {VALUE: NAME, ...}, by: CEL}", Either: []string{"topic", "topics"}, Keys: []Key{
		{Name: "topic", Shape: &Shape{What: "a topic", Text: topicName, Doc: "The Kafka topic's name."}},
		{Name: "topics", Shape: &Shape{What: "a mapping from values to topics", Names: lineText, NonEmpty: true, Elem: &Shape{What: "a topic", Text: topicName},
			Doc: "In place of topic: the topic for each value that by can have."}},
		{Name: "by", Shape: celText("Which of topics a record goes to: a string or an enum.")},
	}}},
	{Name: "value", Shape: &Shape{What: "a mapping with format", Keys: []Key{
		{Name: "format", Shape: format},
		{Name: "csv", Shape: csvOptions},
	}}},
	{Name: "tombstone", Shape: celText("A condition. For records for which it is true a null value is written: in a compacted topic, they delete their key.")},
	{Name: "headers", Shape: &Shape{What: "a mapping from names to CEL expressions", Names: headerName, NonEmpty: true, Elem: celText(""),
		Doc: "Headers of the records that are written: a string or bytes each. One that is optional is left out where it is missing."}},
}}
