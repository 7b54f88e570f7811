#!/usr/bin/env bash
# run.sh JOB PEER        measure one peer on one job and print one JSON line
# run.sh JOB cmd LABEL -- COMMAND ...   the same for any program; {bootstrap} {group} {state} {in} {out} {job}
#                        are replaced in COMMAND. It must commit its offsets on {in} under the group {group},
#                        in the same transaction as its output to {out}, and may print "YARD first_record MILLIS".
# run.sh restore PEER    fill J2 with 5,000,000 customers, kill -9, drop local state, restart: how long?
# run.sh build [go]      fetch jars, compile everything; go: only what weir and the Go program need
# run.sh load            make the input topics
#   JOB:  j1 | j2 | j3
# run.sh stop            stop the broker
#   PEER: ks1 ks2 (Kafka Streams, threads) | ks1-lean ks2-lean (Jackson skips unused fields)
#         ks1-cache ks2-cache (256 MB record cache) | flink-rocksdb flink-hashmap (parallelism 2;
#         with -update: an output per record instead of one per closed window) | go1 go2 (hand-written, workers)
#         weir1 weir2 (workers): ../jobs/JOB.weir.yaml, generated and built on the spot
# Environment: YARD_BUILD (default: yardstick-build in the temporary directory), YARD_PORT (19092), YARD_IN (orders; orders5m), YARD_FLAGS (for yard measure),
#         YARD_ARGS (for the peer, e.g. protocol=streams, retention_ms=3600000, conf.KEY=VALUE), YARD_HEAP (2g)
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd); REPO=$(cd "$HERE/../.." && pwd)
BUILD=${YARD_BUILD:-$(dirname "$(mktemp -u)")/yardstick-build}; PORT=${YARD_PORT:-19092}; IN=${YARD_IN:-orders}
BOOT=127.0.0.1:$PORT
export YARD_BUILD=$BUILD

build() {
  mkdir -p "$BUILD"
  (cd "$HERE/gopeer" && go build -o "$BUILD/yard" .)
  [ "${1:-}" != go ] || return 0
  for p in kafka kstreams flink; do
    [ -d "$BUILD/$p/lib" ] || mvn -q -B -f "$HERE/$p/pom.xml" -Dyard.build="$BUILD/$p/target" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$BUILD/$p/lib"
  done
  for p in kstreams flink; do mvn -q -B -f "$HERE/$p/pom.xml" -Dyard.build="$BUILD/$p/target" compile; done
}
# weir JOB: generates and builds the job as a service of its own for topic $IN, and sets GROUP. Topics and the service's name
# (its group, and the prefix of its internal topics) stand in the spec, so the spec is adapted and not the command line.
weir() {
  GROUP=weir-$1-$IN
  local dir=$BUILD/weir/$GROUP
  rm -rf "$dir"; mkdir -p "$dir"
  sed -e "s/^service: .*/service: $GROUP/" -e "s/topic: orders}/topic: $IN}/" "$HERE/../jobs/$1.weir.yaml" > "$dir/$1.weir.yaml"
  # The service is built as its users build it, in a module of its own, with the versions that this checkout pins.
  sed -e "s|^module .*|module yardstick/weir|" "$REPO/go.mod" > "$dir/go.mod"; cp "$REPO/go.sum" "$dir/"
  (cd "$dir" && go mod edit -require=github.com/weirstream/weir@v0.0.0 -replace="github.com/weirstream/weir=$REPO")
  (cd "$REPO" && go build -o "$BUILD/weir/weir" ./cmd/weir)
  (cd "$dir" && "$BUILD/weir/weir" gen "$1.weir.yaml" && CGO_ENABLED=0 go build -o service "./cmd/$GROUP") >&2
}
# start the broker if need be, then wait for any other measurement here: they share output topics
broker() {
  "$HERE/kafka/kafka.sh" start "$BUILD/broker" "$PORT" >&2; BPID=$(cat "$BUILD/broker/pid")
  exec 9>"$BUILD/measure.lock"; flock 9
}
load() {
  "$BUILD/yard" gen -bootstrap "$BOOT" -dir "$BUILD" -topic orders -n 5000000 -customers 100000
  "$BUILD/yard" gen -bootstrap "$BOOT" -dir "$BUILD" -topic orders5m -n 5000000 -customers 5000000 -pick cycle
}
# the command line of each peer
peer() {
  local heap=${YARD_HEAP:-2g} jopts=(-XX:+UseG1GC)
  local ks=(java "-Xmx$heap" "${jopts[@]}" -cp "$BUILD/kstreams/target/classes:$BUILD/kstreams/lib/*" yard.StreamsJobs job={job} bootstrap={bootstrap} group={group} state={state} in={in} out={out})
  local fl=(java "-Xmx$heap" "${jopts[@]}" --add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.time=ALL-UNNAMED -cp "$BUILD/flink/target/classes:$BUILD/flink/lib/*" yard.FlinkJobs job={job} bootstrap={bootstrap} group={group} state={state} in={in} out={out})
  case "$1" in
  ks1|ks2) ARGV=("${ks[@]}" "threads=${1#ks}");;
  ks1-lean|ks2-lean) t=${1#ks}; ARGV=("${ks[@]}" "threads=${t%-lean}" lean=true);;
  ks1-cache|ks2-cache) t=${1#ks}; ARGV=("${ks[@]}" "threads=${t%-cache}" cache=268435456);;
  flink-rocksdb) ARGV=("${fl[@]}" parallelism=2 backend=rocksdb);;
  flink-hashmap) ARGV=("${fl[@]}" parallelism=2 backend=hashmap);;
  flink-rocksdb-update) ARGV=("${fl[@]}" parallelism=2 backend=rocksdb emit=update);;
  flink-hashmap-update) ARGV=("${fl[@]}" parallelism=2 backend=hashmap emit=update);;
  go1|go2) ARGV=("$BUILD/yard" job -job {job} -bootstrap {bootstrap} -group {group} -in {in} -out {out} -threads "${1#go}");;
  go1-buger|go2-buger) t=${1#go}; ARGV=("$BUILD/yard" job -job {job} -bootstrap {bootstrap} -group {group} -in {in} -out {out} -threads "${t%-buger}" -parser buger);;
  weir1|weir2) weir "$JOB"
    FLAGS="-group $GROUP"
    ARGV=("$BUILD/weir/$GROUP/service" --brokers {bootstrap} --state-dir {state} --state-store pebble --guarantee exactly_once --commit-interval 1s --workers "${1#weir}" --http 127.0.0.1:0);;
  *) echo "unknown peer $1" >&2; exit 2;;
  esac
}
case "${1:?JOB, restore, build or load}" in
build) build "${2:-}";;
load) broker; load;;
stop) "$HERE/kafka/kafka.sh" stop "$BUILD/broker" "$PORT";;
restore)
  PEER=${2:?PEER}; JOB=j2 IN=orders5m FLAGS=; broker; peer "$PEER"
  "$BUILD/yard" gen -bootstrap "$BOOT" -dir "$BUILD" -topic orders5m -n 5000000 -customers 5000000 -pick cycle >&2
  exec "$BUILD/yard" restore -bootstrap "$BOOT" -dir "$BUILD" -broker-pid "$BPID" -job j2 -in orders5m -peer "$PEER" $FLAGS ${YARD_FLAGS:-} -- "${ARGV[@]}" ${YARD_ARGS:-};;
j1|j2|j3)
  JOB=$1; broker; FLAGS=
  [ -f "$BUILD/$IN.meta.json" ] || load >&2
  if [ "${2:?PEER}" = cmd ]; then PEER=$3; shift 4; ARGV=("$@"); else PEER=$2; peer "$PEER"; fi
  exec "$BUILD/yard" measure -bootstrap "$BOOT" -dir "$BUILD" -broker-pid "$BPID" -job "$JOB" -in "$IN" -peer "$PEER" $FLAGS ${YARD_FLAGS:-} -- "${ARGV[@]}" ${YARD_ARGS:-};;
*) sed -n 2,19p "$0"; exit 2;;
esac
