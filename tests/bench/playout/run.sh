#!/bin/sh
# make bench-playout: what becomes of a call on a bad network.
#
#   tests/bench/playout/run.sh BUILD [NAME...]      NAME: traces drift loss nack words cost (all)
#
# traces, drift: our jitter buffer beside WebRTC's NetEq, speexdsp's JitterBuffer and the best fixed delay
#   there is in hindsight, all given the same packets, in virtual time.
# loss, nack, words: recovery from lost packets, in virtual time. Two processors take about two minutes for
#   loss and words each, and ten seconds for nack.
# cost: what it takes the receiver, for half a minute.
#
# TRACES: folders with more traces (*.csv, as for voz-lab play --trace), blanks between them.
# Exit status 1: something could not be measured. "over" is no failure.
set -u
build=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- traces drift loss nack words cost
bench=$build/tests/bench/playout/playout
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 130' INT TERM

# The project's own traces (tests/data/traces/README), as CSV; and those of others.
traces() {
    for f in tests/data/traces/*.gz; do
        gzip -dc "$f" | awk 'BEGIN { print "seq,send_ms,recv_ms" }
            { printf "%d,%d,%s\n", NR - 1, 20 * (NR - 1), $1 == "" ? "" : sprintf("%.3f", 20 * (NR - 1) + $1) }
            ' >"$out/$(basename "$f" .gz).csv" || return
    done
    set -- "$out"/*.csv
    for dir in ${TRACES:-}; do
        ls "$dir"/*.csv >/dev/null || return
        set -- "$@" "$dir"/*.csv
    done
    "$bench" traces "$@"
}

status=0
for name in "$@"; do
    case $name in
    traces) traces ;;
    drift | loss | nack | words) "$bench" "$name" ;;
    cost) "$build/tests/bench/bench_receiver" "$build/voz-sender" "$build/voz-receiver" "$out" recovery ;;
    *) echo "bench: no such bench: $name (traces drift loss nack words cost)" >&2; exit 2 ;;
    esac || { echo "bench: $name could not be measured" >&2; status=1; }
done
exit $status
