# Every habit as one word. `make` lists them.

export CGO_ENABLED ?= 0

FUZZTIME ?= 10s
BENCH ?= .
REPS ?= 1
PEERS ?= $(foreach job,j1 j2 j3,$(foreach peer,weir1 go1 ks1 flink-rocksdb,$(job):$(peer)))
YARD_RESULTS ?= /tmp/weir-yardstick.jsonl
# Packages run one after the other where they start brokers and services of their own: two at a time on two cores. Never from the cache
# of results: tests that build generated code don't import the packages that it links, so a change there would not make them run.
TESTFLAGS ?= -p 2 -timeout 45m -count=1
SPECS = $(wildcard examples/*/*.weir.yaml bench/jobs/*.weir.yaml)

.PHONY: help demo test unit lint vuln peers fuzz golden-update generate generated bench bench-windows yardstick clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# On a fresh machine nearly all of the demo's time is the compiler's: some 550 packages. Without inlining and debug information,
# and collecting garbage less often, it needs two fifths less; both programs in one build keep every core busy.
demo: export GOFLAGS += "-gcflags=all=-l -dwarf=false"
demo:  ## the flights example, from the spec to a table of results, on an embedded broker
	@echo "compiling weir and what its services link against"
	@GOGC=1000 go build -ldflags="-s -w" -o bin/ ./cmd/weir ./examples/flights/cmd/flights
	@bin/weir run examples/flights/flights.weir.yaml --input flights=examples/flights/data/flights-2013-01.csv.gz \
		--until end --format table --limit 30

# By count: when a fuzz run's time is over in the middle of an input, go test now and then calls that a failure.
test: lint generated unit  ## everything: lint, all tests (real Kafka included), a short fuzz of each target
	$(MAKE) fuzz FUZZTIME=3000x

unit:  ## all tests
	go test $(TESTFLAGS) ./...

lint:  ## gofmt, go vet, staticcheck
	@files=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
		if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi
	go vet ./...
	go vet -tags recordings ./internal/peers
	go tool staticcheck ./...

vuln:  ## known vulnerabilities of what is linked (asks vuln.go.dev; not part of lint, whose result must not depend on the day)
	go tool govulncheck ./...

peers:  ## what other systems were recorded to do with windows, where the recordings lie beside the repository
	go test -count=1 -tags recordings ./internal/peers

fuzz:  ## fuzz each target for FUZZTIME (10s; 5000x for a number of inputs)
	@grep -rn --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*' . | while IFS=: read -r file _ func; do \
		dir=$$(dirname "$$file"); name=$${func#func }; echo "fuzz $$dir $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$dir" || exit 1; done

golden-update:  ## rewrite the expectations below golden/ (look at the diff)
	go test ./golden -update

generate:  ## generate the code of the examples and benchmarks
	@go build -o bin/ ./cmd/weir
	@for spec in $(SPECS); do bin/weir gen "$$spec" || exit 1; done

generated:  ## fail if generate would change something
	@go build -o bin/ ./cmd/weir
	@for spec in $(SPECS); do bin/weir gen --check "$$spec" || exit 1; done

bench:  ## the hot path of generated code: ns, bytes and allocations a record
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./bench/...

bench-windows:  ## windows of each kind by themselves, and ten million that close at once: ns, bytes and allocations a record
	go test -run '^$$' -bench Overlap -benchtime 72000000x ./runtime/window
	go test -run '^$$' -bench Kinds -benchtime 10000000x ./runtime/session
	go test -run '^$$' -bench Sliding -benchtime 10000000x ./runtime/session
	go test -run '^$$' -bench Sessions -benchtime 1000000x ./runtime/session
	go test -run '^$$' -bench OpenSessions -benchtime 10000000x ./runtime/session
	go test -run '^$$' -bench ManyGroups -benchtime 1000000x ./runtime/window
	go test -run '^$$' -bench ManyGroups -benchtime 10000000x ./runtime/window

yardstick:  ## weir beside Kafka Streams, Flink and hand-written Go on a real broker: REPS and PEERS choose (bench/yardstick/README.md)
	cd bench/yardstick && ./run.sh build && ./run.sh load && ./matrix.sh $(REPS) $(PEERS) | tee "$(YARD_RESULTS)"; ./run.sh stop
	bench/yardstick/table.py "$(YARD_RESULTS)"

clean:  ## remove what was built here
	rm -rf bin
