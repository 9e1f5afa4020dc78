#!/bin/sh
# The unit tests, and one stream end to end, under valgrind's memcheck.
set -u
build=$1
out=$build/valgrind
mkdir -p "$out"
check="valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite"
passed=0 failed=0

report() { # NAME STATUS LOG
    if [ "$2" -eq 0 ]; then
        echo "ok    $1"
        passed=$((passed + 1))
    else
        tail -n 60 "$3"
        echo "FAIL  $1"
        failed=$((failed + 1))
    fi
}

for test in "$build"/tests/test_*; do
    case $test in *.o | *.d) continue ;; esac
    name=${test##*/}
    $check "$test" >"$out/$name.log" 2>&1
    report "$name" $? "$out/$name.log"
done

for transport in udp tcp; do
    $check "$build/voz-sender" --once --complexity 0 --frame 60 --listen 127.0.0.1:0 speech >"$out/sender.log" 2>&1 &
    sender=$!
    port=
    while [ -z "$port" ] && kill -0 $sender 2>/dev/null; do
        port=$(sed -n 's|.*rtsp://127.0.0.1:\([0-9]*\)/.*|\1|p' "$out/sender.log")
    done
    $check "$build/voz-receiver" --no-play --transport $transport --output "$out/heard.wav" --summary "$out/summary.json" \
        --duration 6 "127.0.0.1:$port" >"$out/receiver.log" 2>&1
    report "voz-receiver by $transport" $? "$out/receiver.log"
    kill -INT $sender 2>/dev/null
    wait $sender
    report "voz-sender by $transport" $? "$out/sender.log"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
