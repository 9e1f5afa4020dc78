#!/bin/sh
# Runs test programs one after the other, shows the output of those that fail, and ends with a count.
set -u
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for test in "$@"; do
    start=$(date +%s)
    if "$test" >"$log" 2>&1; then
        count=$(grep -c '^\[       OK \]' "$log")
        echo "ok    ${test##*/} ($count tests, $(($(date +%s) - start)) s)"
        passed=$((passed + count))
    else
        cat "$log"
        count=$(grep -c '^\[       OK \]' "$log")
        bad=$(grep '^\[  FAILED  \] [a-z_0-9]*$' "$log" | sort -u | wc -l) # cmocka names them twice
        [ "$bad" -gt 0 ] || bad=1
        echo "FAIL  ${test##*/}"
        passed=$((passed + count)) failed=$((failed + bad))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
