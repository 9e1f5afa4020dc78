#!/bin/sh
# make call-demo: a call on this machine, English one way and Portuguese the other, over a bad network.
set -eu
build=$1
out=$build/call-demo
mkdir -p "$out"
echo "Two telephones on this machine call each other. Between them, a bad network: one packet in ten is lost, both"
echo "ways, and each takes 40 ms. One says the built-in English speech, the other the Portuguese one."
echo
"$build/voz-call" --in speech:pt --out "$out/they-heard.wav" --answer auto --once --listen 127.0.0.1:0 \
    >"$out/they.log" 2>&1 &
they=$!
trap 'kill $they 2>/dev/null || true' EXIT INT TERM
port=
while [ -z "$port" ]; do # until it says where it waits, or is gone
    port=$(sed -n 's|^Waiting for calls on port \([0-9]*\).*|\1|p' "$out/they.log")
    kill -0 $they 2>/dev/null || { cat "$out/they.log" >&2; exit 1; }
done
"$build/voz-call" --verbose --in speech --record "$out/both.wav" --netem 'loss 10% delay 40ms' \
    --duration 18 "127.0.0.1:$port"
wait $they
trap - EXIT
echo
echo "Left and right of the call are in $out/both.wav, what they heard in $out/they-heard.wav."
echo "With two machines and two headsets:  $build/voz-call  on one,  $build/voz-call HOST  on the other."
