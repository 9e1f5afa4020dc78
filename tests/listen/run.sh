#!/bin/sh
# The listening test in a real browser: the page's own functions, the whole test by keyboard in both languages, a
# class of twenty quick listeners, and what voz-lab listen --merge makes of what they saved. LOOK=DIR: also pictures
# of every screen there, wide and narrow, light and dark.
set -eu
build=$1
drive="python3 $(dirname "$0")/drive.py"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/en" "$work/pt" "$work/class-en" "$work/class-pt"

for lang in en pt; do
    "$build/voz-lab" listen --quiet --lang $lang -o "$work/test-$lang.html"
done
$drive --units "$work/test-en.html"
$drive "$work/test-pt.html" "$work/pt" &
pt=$!
$drive "$work/test-en.html" "$work/en" || { kill $pt; exit 1; }
wait $pt
for lang in en pt; do
    $drive --class 20 "$work/test-$lang.html" "$work/class-$lang"
    "$build/voz-lab" listen --merge --lang $lang -o "$work/class-$lang.html" "$work/class-$lang"/*.csv "$work/$lang"/*.csv
    $drive --read "$work/class-$lang.html" "$work/class-$lang"/*.csv "$work/$lang"/*.csv
    [ -z "${LOOK:-}" ] || $drive --look "$work/test-$lang.html" "$LOOK" "$work/class-$lang.html"
done
echo "listening: all is well"
