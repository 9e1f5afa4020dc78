#!/bin/sh
# make demo: a sender and a receiver on this machine, and between them a path that loses 10 % in bursts. Where
# there is a display, with a window, and with a picture beside the sound.
set -eu
build=$1
out=$build/demo
netem='loss gemodel 5.5% 50% seed 7'
sender=
trap '[ -z "$sender" ] || kill $sender 2>/dev/null || true' EXIT INT TERM
mkdir -p "$out"

begin_sender() { # OPTION...: and says where it listens, in $port
    "$build/voz-sender" "$@" --listen 127.0.0.1:0 --fec on >"$out/sender.log" 2>&1 &
    sender=$!
    port=
    while [ -z "$port" ]; do # until it says where it listens, or is gone
        port=$(sed -n 's|.*rtsp://127.0.0.1:\([0-9]*\)/.*|\1|p' "$out/sender.log")
        kill -0 $sender 2>/dev/null || { cat "$out/sender.log" >&2; exit 1; }
    done
}

receive() { # OPTION...
    "$build/voz-receiver" "$@" --output "$out/heard.wav" --summary "$out/summary.json" "127.0.0.1:$port"
}

end_sender() {
    wait $sender || true
    sender=
}

echo "A sender and a receiver on this machine. Between them, a bad network: one packet in ten is lost,"
echo "often two or three in a row. Each packet carries 20 ms of sound."
echo
seen=
rm -f "$out/summary.json"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then # a window, until the user closes it
    echo "In the window, Q ends it and ? lists the keys. The picture flashes when the sound beeps; turn the loss"
    echo "up and down (L, Shift+L), and see and hear what comes of it."
    begin_sender --loop --video pattern
    if receive --window --netem "$netem"; then
        seen=1
    elif [ -s "$out/summary.json" ]; then # it was there
        exit 1
    fi
    kill $sender 2>/dev/null || true
    end_sender
    [ -n "$seen" ] || echo "Nothing is seen, then: going on with the sound alone, a speech."
fi
if [ -z "$seen" ]; then
    begin_sender --once --netem "$netem"
    receive
    end_sender
fi
echo
echo "Hear such losses with nothing done about them, and then with everything:"
echo "  $build/voz-sender --fec on --netem 'loss gemodel 5.5% 50% seed 7' &"
echo "  $build/voz-receiver --conceal silence --fec off --red off --nack off localhost"
echo "  $build/voz-receiver localhost"
