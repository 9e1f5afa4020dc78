#!/bin/sh
# Runs every fuzzer for so many seconds, from its corpus in tests/fuzz/corpus/NAME. New inputs go to the build
# folder, not into the tree.
set -u
build=$1 seconds=$2
passed=0 failed=0
for fuzzer in "$build"/tests/fuzz/fuzz_*; do
    case $fuzzer in *.o | *.d) continue ;; esac
    name=${fuzzer##*/fuzz_}
    found=$build/found/$name
    mkdir -p "$found"
    corpus=$found
    [ ! -d "tests/fuzz/corpus/$name" ] || corpus="$found tests/fuzz/corpus/$name"
    # shellcheck disable=SC2086 # two folders
    if "$fuzzer" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$found/" $corpus >"$build/$name.log" 2>&1; then
        echo "ok    $name ($(sed -n 's/stat::number_of_executed_units: *//p' "$build/$name.log") inputs)"
        passed=$((passed + 1))
    else
        tail -n 40 "$build/$name.log"
        echo "FAIL  $name (the input that did it is in $found)"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
