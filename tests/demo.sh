#!/bin/sh
# make demo: a sender and a receiver on this machine, and between them a path that loses 10 % in bursts.
set -eu
build=$1
out=$build/demo
mkdir -p "$out"
echo "A sender and a receiver on this machine. Between them, a bad network: one packet in ten is lost,"
echo "often two or three in a row. Each packet carries 20 ms of speech."
echo
netem='loss gemodel 5.5% 50% seed 7'
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then # a window, until the user closes it
    echo "In the window, Q ends it and ? lists the keys."
    set -- --loop
    window="--window --netem"
else
    set -- --once --netem "$netem"
    window=
fi
"$build/voz-sender" "$@" --listen 127.0.0.1:0 --fec on \
    >"$out/sender.log" 2>&1 &
sender=$!
trap 'kill $sender 2>/dev/null || true' EXIT INT TERM
port=
while [ -z "$port" ]; do # until it says where it listens, or is gone
    port=$(sed -n 's|.*rtsp://127.0.0.1:\([0-9]*\)/.*|\1|p' "$out/sender.log")
    kill -0 $sender 2>/dev/null || { cat "$out/sender.log" >&2; exit 1; }
done
# shellcheck disable=SC2086 # two words, or none
"$build/voz-receiver" $window ${window:+"$netem"} --output "$out/heard.wav" --summary "$out/summary.json" "127.0.0.1:$port"
[ -z "$window" ] || kill $sender 2>/dev/null || true
wait $sender || true
trap - EXIT
echo
echo "Hear such losses with nothing done about them, and then with everything:"
echo "  $build/voz-sender --fec on --netem 'loss gemodel 5.5% 50% seed 7' &"
echo "  $build/voz-receiver --conceal silence --fec off --red off --nack off localhost"
echo "  $build/voz-receiver localhost"
