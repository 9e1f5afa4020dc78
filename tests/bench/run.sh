#!/bin/sh
# make bench: what voz costs and how long it takes, each beside a baseline in the same run.
#
#   tests/bench/run.sh BUILD [NAME...]      NAME: receiver fanout server play sound network call lab pictures echo window (all)
#
# A ratio is ours divided by the baseline. "over" is no failure: the figures are the machine's as well as
# the program's. Exit status 1: something could not be measured.
set -u
build=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- receiver fanout server play sound network call lab pictures echo window
bench=$build/tests/bench
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 130' INT TERM

# A few minutes of speech, so that no server needs to loop.
speech() {
    [ -e "$out/speech.wav" ] ||
        ffmpeg -nostdin -loglevel error -stream_loop 15 -i media/io/speech/en.opus -ar 48000 -ac 1 \
            "$out/speech.wav"
}

# PulseAudio of our own, without hardware: a null sink, and its monitor to listen to.
pulse() {
    for tool in pulseaudio pactl parec; do
        command -v $tool >/dev/null || { echo "bench: $tool is not installed; make bench does that" >&2; return 1; }
    done
    export XDG_CACHE_HOME="${XDG_CACHE_HOME:-$HOME/.cache}" # GStreamer's list of plugins
    export HOME="$out" XDG_RUNTIME_DIR="$out" PULSE_SERVER="unix:$out/voice.socket" SDL_AUDIODRIVER=pulseaudio
    unset PULSE_SINK PULSE_SOURCE PULSE_LATENCY_MSEC DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
    pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 --log-target="file:$out/pulse.log" \
        -L 'module-null-sink sink_name=bench' \
        -L "module-native-protocol-unix socket=$out/voice.socket auth-anonymous=1" &
    server=$!
    trap 'kill $server 2>/dev/null' EXIT # of the subshell
    tries=0
    until pactl info >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ $tries -gt 50 ] || ! kill -0 $server 2>/dev/null; then
            echo "bench: PulseAudio does not start:" >&2
            tail -n 5 "$out/pulse.log" >&2
            return 1
        fi
        sleep 0.1
    done
}

# More rooms beside that of `bench`: a mouth, and one where nobody is; and one where nobody listens. A null
# sink that plays nothing gives its monitor two seconds at a time, so they play silence.
rooms() {
    for room in mouth still away; do
        pactl load-module module-null-sink sink_name=$room >/dev/null || return 1
        pacat --raw --latency-msec=20 --device=$room </dev/zero 2>/dev/null &
    done
    pactl set-default-sink bench
}

# It has no way to PulseAudio but ALSA's. What is not named here is as it comes.
baresip_folder() { # NAME PORT (and TLS on the next one)
    mkdir -p "$out/$1" && : >"$out/$1/contacts"
    printf 'pcm.!default { type pulse }\nctl.!default { type pulse }\n' >"$HOME/.asoundrc"
    echo "<sip:$1@127.0.0.1;transport=tcp>;regint=0;answermode=auto;audio_codecs=opus/48000/2" >"$out/$1/accounts"
    cat >"$out/$1/config" <<CONFIG
sip_listen     127.0.0.1:$2
audio_source   alsa,default
audio_player   alsa,default
module_path    $(dirname "$(find /usr/lib -name alsa.so -path '*baresip*' | head -n 1)")
module         opus.so
module         alsa.so
module_tmp     account.so
module_app     menu.so
CONFIG
}

# as table.c
printf "%-50s %11s  %-39s %6s  %s\n" what ours baseline ratio aim
status=0
for name in "$@"; do
    case $name in
    receiver) "$bench/bench_receiver" "$build/voz-sender" "$build/voz-receiver" "$out" ;;
    fanout) "$bench/bench_fanout" "$build/voz-sender" ;;
    server) speech && "$bench/bench_server" "$build/voz-sender" "$bench/gst_shared" "$out/speech.wav" ;;
    play) speech && "$bench/bench_play" "$build/voz-sender" "$bench/gst_shared" "$out/speech.wav" ;;
    sound) (pulse && "$bench/bench_sound" "$build/voz-sender" "$build/voz-receiver" "$out") ;;
    network) speech && (pulse && "$bench/bench_network" "$build/voz-sender" "$build/voz-receiver" "$build/voz-lab" "$out" "$out/speech.wav") ;;
    call) (pulse && rooms && baresip_folder bob 15071 && baresip_folder eve 15081 &&
        "$bench/bench_call" "$build/voz-call" "$out/bob" "$out/eve") ;;
    lab) speech && "$bench/bench_lab" "$build/voz-lab" "$out" "$out/speech.wav" ;;
    pictures) "$bench/bench_pictures" "$build/voz-lab" "$build/voz-sender" "$build/voz-receiver" ;;
    echo) "$bench/bench_echo" ;;
    window) python3 tests/window/window.py "$build" cost ;;
    *) echo "bench: no such bench: $name (receiver fanout server play sound network call lab pictures echo window)" >&2; exit 2 ;;
    esac || { echo "bench: $name could not be measured" >&2; status=1; }
done
exit $status
