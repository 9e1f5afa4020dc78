#!/bin/sh
# Runs test programs one after the other, shows the output of those that fail, and ends with a count.
# Those behind a "--" run beside the others.
set -u
passed=0 failed=0 running=
logs=$(mktemp -d)
trap 'kill $running 2>/dev/null; rm -rf "$logs"' EXIT
trap 'exit 130' INT TERM HUP

report() { # TEST STATUS START
    log=$logs/${1##*/}
    seconds=$(($(stat -c %Y "$log") - $3)) # its last word is said at its end
    count=$(grep -c '^\[       OK \]' "$log")
    passed=$((passed + count))
    if [ "$2" -eq 0 ]; then
        echo "ok    ${1##*/} ($count tests, $seconds s)"
        return
    fi
    cat "$log"
    bad=$(grep '^\[  FAILED  \] [a-z_0-9]*$' "$log" | sort -u | wc -l) # cmocka names them twice
    [ "$bad" -gt 0 ] || bad=1
    echo "FAIL  ${1##*/}"
    failed=$((failed + bad))
}

alone=
began=$(date +%s)
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    alone="$alone $1"
    shift
done
[ $# -eq 0 ] || shift
for test in "$@"; do
    "$test" >"$logs/${test##*/}" 2>&1 &
    running="$running $!"
done
for test in $alone; do
    start=$(date +%s)
    "$test" >"$logs/${test##*/}" 2>&1
    report "$test" $? "$start"
done
for test in "$@"; do
    process=${running# }
    process=${process%% *}
    wait "$process"
    report "$test" $? "$began"
    running=${running# "$process"}
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
