#!/bin/sh
# valgrind.sh BUILD: the unit tests, two at a time, and one stream end to end, under valgrind's memcheck.
# valgrind.sh BUILD TEST: that one alone.
set -u
build=$1
out=$build/valgrind
mkdir -p "$out"
check="valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite"
export VOZ_FEW_REPEATS=1 # see tests/test.h

report() { # NAME STATUS LOG
    [ "$2" -eq 0 ] && echo "ok    $1" && return
    tail -n 60 "$3"
    echo "FAIL  $1"
}

if [ $# -eq 2 ]; then
    $check "$build/tests/$2" >"$out/$2.log" 2>&1
    report "$2" $? "$out/$2.log"
    exit
fi

units() {
    for test in "$build"/tests/test_*; do
        case $test in *.o | *.d) ;; *) echo "${test##*/}" ;; esac
    done | xargs -P 2 -n 1 "$0" "$build"
}

stream() { # TRANSPORT
    $check "$build/voz-sender" --once --complexity 0 --frame 60 --listen 127.0.0.1:0 speech >"$out/sender.log" 2>&1 &
    sender=$!
    port=
    while [ -z "$port" ] && kill -0 $sender 2>/dev/null; do
        sleep 0.1
        port=$(sed -n 's|.*rtsp://127.0.0.1:\([0-9]*\)/.*|\1|p' "$out/sender.log")
    done
    $check "$build/voz-receiver" --no-play --transport "$1" --output "$out/heard.wav" --summary "$out/summary.json" \
        --duration 6 "127.0.0.1:$port" >"$out/receiver.log" 2>&1
    report "voz-receiver by $1" $? "$out/receiver.log"
    kill -INT $sender 2>/dev/null
    wait $sender
    report "voz-sender by $1" $? "$out/sender.log"
}

{ units; stream udp; stream tcp; } | tee "$out/all"
passed=$(grep -c '^ok    ' "$out/all")
failed=$(grep -c '^FAIL  ' "$out/all")
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
