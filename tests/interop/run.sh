#!/bin/bash
# The programs against other people's: ffmpeg, mpv, GStreamer, PulseAudio, tshark, and the kernel's networks.
#
#   tests/interop/run.sh BUILD            every case
#   tests/interop/run.sh BUILD NAME...    these
#
# A case is a row of the table below: its name, how many seconds it may take, where it runs (`net`: in a
# network namespace of its own), and the function, with words for it. Each runs in BUILD/interop/NAME, where
# all that it wrote stays. A case that needs a namespace is skipped only where unshare(1) cannot make one.
set -u
export LC_ALL=C # a point in 0.5, everywhere
cd "$(dirname "$0")/../.." || exit 2
self=$PWD/tests/interop/run.sh
build=$(cd "${1:?usage: run.sh BUILD [NAME...]}" && pwd) || exit 2
shift
work=$build/interop
tools=$build/tests/interop
JOBS=8 # most of a case's time is waiting

table() {
    sed 's/ *#.*//; /^$/d' <<'TABLE'
# --- long ones first
kept_past_a_minute          130 net  kept_past_a_minute
capture_udp_loss             60 net  capture voz udp  --fec on --red off --nack off --netem 'loss 10% seed 3'
capture_tcp                  60 net  capture voz tcp
capture_gstreamer_udp        60 net  capture gst udp
capture_gstreamer_tcp        60 net  capture gst tcp
capture_ffmpeg_udp           60 net  capture ffmpeg udp
capture_repairs              60 net  capture_repairs
lab_capture                  30 -    lab_capture
lab_capture_plain            30 -    lab_capture --red off --nack off
lab_capture_copies           30 -    lab_capture --red 1:2
fallback_ffmpeg              70 net  fallback ffmpeg
fallback_gstreamer           70 net  fallback gst
fallback_receiver            60 net  fallback voz
receives_gstreamer_reports   60 -    receives_reports
recovers_loss                80 net  recovers delay 20ms loss 10%
recovers_bursts              80 net  recovers delay 20ms loss gemodel 4% 30%
# --- our sender, their players
ffprobe_udp                  30 -    probed udp
ffprobe_tcp                  30 -    probed tcp
ffmpeg_udp                   30 -    plays ffmpeg udp mono
ffmpeg_tcp                   30 -    plays ffmpeg tcp mono
ffmpeg_stereo_udp            30 -    plays ffmpeg udp stereo --stereo
ffmpeg_stereo_tcp            30 -    plays ffmpeg tcp stereo --stereo
ffmpeg_2.5ms_udp             30 -    plays ffmpeg udp mono --frame 2.5
ffmpeg_2.5ms_tcp             30 -    plays ffmpeg tcp mono --frame 2.5
ffmpeg_60ms_udp              30 -    plays ffmpeg udp mono --frame 60
ffmpeg_120ms_udp             30 -    plays ffmpeg udp mono --frame 120
ffmpeg_120ms_tcp             30 -    plays ffmpeg tcp mono --frame 120
ffmpeg_dtx_udp               30 -    plays ffmpeg udp pause --dtx
ffmpeg_dtx_tcp               30 -    plays ffmpeg tcp pause --dtx
ffmpeg_fec_udp               30 -    plays ffmpeg udp mono --fec on
ffmpeg_ipv6_udp              30 net  plays_ipv6 ffmpeg udp mono
gstreamer_ipv6_udp           30 net  plays_ipv6 gst udp mono
mpv_ipv6_tcp                 30 net  plays_ipv6 mpv tcp mono
ffmpeg_lowdelay_udp          30 -    plays ffmpeg udp mono --application lowdelay --bitrate 64k --frame 5
mpv_udp                      30 -    plays mpv udp mono
mpv_tcp                      30 -    plays mpv tcp mono
mpv_stereo_udp               30 -    plays mpv udp stereo --stereo
mpv_60ms_tcp                 30 -    plays mpv tcp mono --frame 60
mpv_2.5ms_udp                30 -    plays mpv udp mono --frame 2.5
gstreamer_udp                30 -    plays gst udp mono
gstreamer_tcp                30 -    plays gst tcp mono
gstreamer_stereo_udp         30 -    plays gst udp stereo --stereo
gstreamer_stereo_tcp         30 -    plays gst tcp stereo --stereo
gstreamer_2.5ms_udp          30 -    plays gst udp mono --frame 2.5
gstreamer_2.5ms_tcp          30 -    plays gst tcp mono --frame 2.5
gstreamer_60ms_udp           30 -    plays gst udp mono --frame 60
gstreamer_120ms_udp          30 -    plays gst udp mono --frame 120
gstreamer_dtx_udp            30 -    plays gst udp pause --dtx
gstreamer_dtx_tcp            30 -    plays gst tcp pause --dtx
gstreamer_fec_tcp            30 -    plays gst tcp mono --fec on
ffplay_pulseaudio            40 -    plays_aloud ffplay
receiver_pulseaudio          40 -    plays_aloud voz
everyone_at_once             60 -    everyone_at_once
everyone_beside_red          60 -    everyone_at_once --red 2:2
# --- offered to send again what is lost: who asks gets it, who does not is unharmed
ffmpeg_nack_udp              30 -    plays ffmpeg udp mono --nack on
ffmpeg_nack_tcp              30 -    plays ffmpeg tcp mono --nack on
mpv_nack_udp                 30 -    plays mpv udp mono --nack on
mpv_nack_tcp                 30 -    plays mpv tcp mono --nack on
gstreamer_nack_udp           30 -    plays gst udp mono --nack on
gstreamer_nack_tcp           30 -    plays gst tcp mono --nack on
ffplay_nack_pulseaudio       40 -    plays_aloud ffplay --nack on
gstreamer_asks               30 -    gstreamer_asks
gstreamer_takes_red          30 -    gstreamer_takes_red
# --- a sender that goes away and comes back
restart_ffmpeg_udp           50 -    restart ffmpeg udp TERM
restart_ffmpeg_tcp           50 -    restart ffmpeg tcp TERM
restart_mpv_udp              50 -    restart mpv udp TERM
restart_gstreamer_udp        50 -    restart gst udp TERM
restart_gstreamer_tcp        50 -    restart gst tcp TERM
killed_ffmpeg_udp            50 -    restart ffmpeg udp KILL
killed_ffmpeg_tcp            50 -    restart ffmpeg tcp KILL
killed_gstreamer_tcp         50 -    restart gst tcp KILL
# --- their sender, our receiver
receives_gstreamer_udp       30 -    receives udp mono
receives_gstreamer_tcp       30 -    receives tcp mono
receives_gstreamer_stereo_udp 30 -   receives udp stereo
receives_gstreamer_stereo_tcp 30 -   receives tcp stereo
receives_gstreamer_ipv6      30 net  receives_ipv6 udp mono
receives_gstreamer_2.5ms     30 -    receives udp mono 'frame-size=2.5'
receives_gstreamer_60ms      30 -    receives udp mono 'frame-size=60'
receives_gstreamer_music     30 -    receives tcp mono 'audio-type=generic bitrate=96000 frame-size=10'
receives_gstreamer_dtx       30 -    receives udp pause 'dtx=true audio-type=voice'
receives_gstreamer_fec       30 -    receives_fec
receives_gstreamer_killed    30 -    receives_killed
receives_gstreamer_again     30 -    receives_again
receives_gstreamer_red       30 -    receives_red
# --- two networks, joined by a cable
networks_ipv4                40 net  networks 10.77.0.1
networks_ipv6                40 net  networks fd77::1
networks_ipv4_loss           40 net  networks 10.77.0.1 'loss 20%'
networks_ipv6_loss           40 net  networks fd77::1   'loss 20%'
# --- over voz-lab link: a network of the lab, on the real kernel
link_ffmpeg_udp              40 -    linked ffmpeg udp delay 20ms
link_ffmpeg_tcp_loss         60 -    linked ffmpeg tcp delay 20ms loss 5%
link_ffplay_udp              40 -    linked ffplay udp delay 20ms
link_gstreamer_udp           40 -    linked gst udp delay 20ms
link_gstreamer_tcp_loss      60 -    linked gst tcp delay 20ms loss 5%
link_mpv_tcp_loss            60 -    linked mpv tcp delay 20ms loss 5%
link_receiver_udp_loss       40 -    linked voz udp delay 20ms loss 5%
# --- pictures beside the voice
video_ffmpeg_udp             30 -    shows_ffmpeg udp
video_ffmpeg_tcp             30 -    shows_ffmpeg tcp
video_ffmpeg_nack            30 -    shows_ffmpeg udp --nack on
video_mpv_udp                30 -    shows_mpv udp
video_ffplay                 30 -    shows_ffplay
video_ffplay_deaf_to_it      30 -    shows_ffplay -vn
video_gstreamer_udp          30 -    shows_gstreamer udp
video_gstreamer_tcp          30 -    shows_gstreamer tcp --nack on
video_gstreamer_asks         30 -    gstreamer_asks_pictures
video_gstreamer_asks_keys    30 -    gstreamer_asks_keys
video_late                   30 -    late_to_pictures
video_receives_udp           30 -    receives_pictures udp 2
video_receives_tcp           30 -    receives_pictures tcp 2
video_receives_short_ids     30 -    receives_pictures udp 1
video_receives_no_ids        30 -    receives_pictures udp 0
video_receives_again         30 -    receives_pictures_again
video_capture                60 net  capture_pictures
# --- calls
calls_voz                    60 net  calls_voz 0.9
calls_linked                 60 -    calls_linked 'loss 10% delay 40ms'
calls_voz_loss               60 net  calls_voz 0.9 --netem 'loss 10% delay 40ms'
calls_baresip                60 net  calls_baresip we 0.9
calls_baresip_loss           60 net  calls_baresip we 0.75 --netem 'loss 10%'
calls_baresip_pcmu           60 net  calls_baresip we 0.85 --narrowband
called_by_baresip_pcma       60 net  called_by_pcma
baresip_hangs_up             60 net  calls_baresip they 0.9
baresip_dies                 60 net  calls_baresip death 0.9
baresip_calls                60 net  called_by_baresip 0.9
baresip_calls_loss           60 net  called_by_baresip 0.75 --netem 'loss 10%'
baresip_holds                60 net  held_by_baresip
shows_baresip                60 net  shows_baresip 100 25
shows_baresip_loss           60 net  shows_baresip 30 20 --netem 'loss 5%'
shown_by_baresip             60 net  shown_by_baresip 60 25
linphone_calls               60 net  linphone_calls 0.6
linphone_calls_loss          60 net  linphone_calls 0.5 --netem 'loss 10%'
calls_linphone               60 net  calls_linphone 0.6
calls_linphone_narrow        60 net  calls_linphone 0.5 --narrowband
# --- SIPp, which says what no phone says
sipp_session_timers          90 net  sipp_session_timers
sipp_refusals                40 net  sipp_refusals
sipp_cancels                 40 net  sipp_cancels
sipp_repeats                 40 net  sipp_repeats
sipp_malformed               40 net  sipp_malformed
sipp_changes                 40 net  sipp_changes
sipp_answers                 60 net  sipp_answers
sipp_challenges              40 net  sipp_challenges
TABLE
}

# ---- what cases are made of -----------------------------------------------------------------------------

die() {
    echo "$*" >&2
    exit 1
}

figures() { # what the line of a case that went well says
    printf '%s' "$*" >figures
}

calc() { # EXPRESSION
    awk "BEGIN { printf \"%.10g\", ($1) }"
}

holds() { # EXPRESSION, in words already filled in
    awk "BEGIN { exit !($1) }" || die "not so: $1 (${2:-})"
}

within() { # SECONDS COMMAND...: until the command succeeds
    local end
    end=$(calc "$EPOCHREALTIME + $1")
    shift
    until "$@" >/dev/null 2>&1; do
        awk "BEGIN { exit !($EPOCHREALTIME < $end) }" || return 1
        read -rt 0.05 <><(:) || : # a nap, without a process
    done
}

gone() {
    ! kill -0 "$1"
}

ends() { # SECONDS PID WHAT: it ends by itself; its exit status in $status
    within "$1" gone "$2" || die "$3 does not end"
    wait "$2"
    status=$?
}

ends_well() {
    ends "$@"
    [ "$status" -eq 0 ] || die "$3 ended with status $status"
}

key() { # FILE KEY: of its last line of JSON
    sed -n '$ s/.*"'"$2"'":"\{0,1\}\([^,"}]*\).*/\1/p' "$1"
}

start_sender() { # NAME ADDRESS OPTION...: $sender, $url; its words and figures in NAME.log and NAME.json
    local name=$1 address=$2
    shift 2
    "$build/voz-sender" --verbose --listen "$address" --stats "$name.json" "$@" >"$name.log" 2>&1 &
    sender=$!
    within 10 grep -q 'rtsp://' "$name.log" || die "the sender does not start"
    url=$(sed -n 's|^ *\(rtsp://[^ ]*\).*|\1|p' "$name.log" | head -n 1)
}

start_gst_server() { # NAME LAUNCH [ADDRESS [AGAIN_MS]]: $server, $url
    "$tools/gst_server" "$2" "${3:-127.0.0.1}" ${4:+"$4"} >"$1.out" 2>"$1.log" &
    server=$!
    within 15 test -s "$1.out" || die "gst_server does not start"
    url=$(head -n 1 "$1.out")
}

# After the end of the stream, gst-launch sometimes calls it an error that it interrupts its own PAUSE: that
# says nothing about us. An error before the end does.
gst_play() { # PREFIX ELEMENT...
    local prefix=$1
    shift
    # shellcheck disable=SC2086 # words
    $prefix gst-launch-1.0 "$@" 2>&1 | awk '
        { print; fflush() }
        /^Got EOS/ { ended = 1 }
        /^ERROR/ && !ended { bad = 1 }
        END { exit bad || !ended }'
}

# How each peer plays a URL to a WAV. `pause`: the source has silences that DTX leaves out, and the peer is
# told to keep to the timestamps (left alone, ffmpeg and wavenc put what arrives end to end).
play() { # PEER TRANSPORT URL WAV [SOURCE]
    local keep=''
    case $1 in
    ffmpeg)
        [ "${5:-}" = pause ] && keep='-af aresample=async=48000:min_hard_comp=0.01:first_pts=0'
        # shellcheck disable=SC2086 # words
        ffmpeg -nostdin -hide_banner -nostats -v verbose -y ${2:+-rtsp_transport $2} -i "$3" $keep "$4"
        ;;
    mpv)
        mpv --no-config --no-video --no-terminal --msg-level=all=v --log-file=mpv.txt --untimed=no \
            --rtsp-transport="$2" --ao=pcm --ao-pcm-file="$4" "$3"
        ;;
    gst)
        [ "${5:-}" = pause ] && keep='! audiorate'
        # shellcheck disable=SC2086
        gst_play "" rtspsrc location="$3" ${2:+protocols=$2} latency=500 ! rtpopusdepay ! opusdec $keep \
            ! wavenc ! filesink location="$4"
        ;;
    voz)
        "$build/voz-receiver" --verbose --no-play --transport "${2:-auto}" --output "$4" \
            --summary "${4%.wav}.json" "$3"
        ;;
    esac
}

likeness() { # SAID HEARD [LAG_MAX_MS]: $lag_ms $correlation $spectral $said_s $heard_s
    local line
    line=$("$tools/compare" "$@") || die "cannot compare $1 with $2"
    echo "$2 against ${1##*/}: $line" >&2
    lag_ms=$(calc "$(key /dev/stdin lag_samples <<<"$line") / 48")
    correlation=$(key /dev/stdin correlation <<<"$line")
    pieces=$(key /dev/stdin local <<<"$line") # each tenth of a second where it fits: the delay may move
    spectral=$(key /dev/stdin spectral <<<"$line")
    said_s=$(key /dev/stdin said_s <<<"$line")
    heard_s=$(key /dev/stdin heard_s <<<"$line")
}

# The same speech, whole and in time ($shifts, of 1: the time may shift meanwhile, see below). The codec's own change of the waveform leaves a correlation of .93 at
# 32 kb/s; speech of the same voice that is 20 ms off has less than .3.
alike() { # SAID HEARD [LEAST_CORRELATION [MS_REMOVED]]
    local removed=${4:-0}
    likeness "$1" "$2" 200
    if [ -n "${shifts:-}" ]; then
        "$build/voz-lab" score --json pieces.json "$1" "$2" >/dev/null || die "cannot score $2"
        holds "$(key pieces.json estoi_local) >= $shifts && $spectral >= 0.9" "the speech is not the source's"
    else
        holds "$correlation >= ${3:-0.85} && $spectral >= 0.9" "the speech is not the source's"
    fi
    holds "$lag_ms > -25 - $removed && $lag_ms < 25" "it is shifted by $lag_ms ms"
    holds "$heard_s - $said_s < 0.15 && $said_s - $heard_s < 0.05 + $removed / 1000" \
        "$said_s s were said, $heard_s s heard"
}

alike_stereo() { # HEARD [MS_REMOVED]: each channel has its own voice
    ffmpeg -nostdin -v error -y -i "$1" -filter_complex 'channelsplit=channel_layout=stereo[l][r]' \
        -map '[l]' heard-left.wav -map '[r]' heard-right.wav || die "$1 is not stereo"
    alike "$work/left.wav" heard-left.wav 0.8 "${2:-0}"
    local left=$correlation
    alike "$work/right.wav" heard-right.wav 0.8 "${2:-0}"
    correlation="$left/$correlation"
}

alike_source() { # SOURCE HEARD [MS_REMOVED]
    case $1 in
    stereo) alike_stereo "$2" "${3:-0}" ;;
    pause) alike "$work/$1.wav" "$2" 0.4 "${3:-0}" ;; # GStreamer puts what follows a gap some ms off
    *) alike "$work/$1.wav" "$2" 0.85 "${3:-0}" ;;
    esac
}

start_capture() { # FILE [COMMAND...]: everything on the loopback of this namespace
    local file=$1
    shift
    "$@" dumpcap -q -i "${interface:-lo}" -w "$file" >/dev/null 2>"$file.log" &
    dumpcap=$!
    within 15 grep -q '^File:' "$file.log" || die "dumpcap does not start"
}

# The mark comes after everything else, so with it all of it is in the file.
mark() {
    echo end-of-capture >"/dev/udp/${mark_to:-127.0.0.1}/9"
    grep -aq end-of-capture "$1"
}

end_capture() { # FILE
    within 15 mark "$1" || die "the capture does not end"
    kill -INT "$dumpcap"
    ends 10 "$dumpcap" dumpcap
}

dissect() { # FILE ARGUMENT...
    local file=$1 others
    shift
    # What claims a UDP port by its number alone would take RTP for its own, where the kernel gave us that port.
    others=$(tshark -G decodes 2>>tshark.log |
        awk '$1 == "udp.port" && $2 >= 1024 && !taken[$3]++ { print "--disable-protocol", $3 }')
    # shellcheck disable=SC2086 # words
    tshark -n -r "$file" $others -d tcp.port==4477,rtsp "$@" 2>>tshark.log
}

# ---- our sender, their players --------------------------------------------------------------------------

probed() { # TRANSPORT
    local flag channels source
    for flag in 0 1; do
        source=$([ $flag = 1 ] && echo stereo || echo mono)
        # shellcheck disable=SC2046
        start_sender "sender$flag" 127.0.0.1:0 $([ $flag = 1 ] && echo --stereo) "$work/$source.wav"
        ffprobe -v debug -rtsp_transport "$1" -show_entries stream=codec_name,sample_rate,channels -of json \
            "$url" >"probe$flag.json" 2>"probe$flag.log" || die "ffprobe failed: $(tail -n 5 "probe$flag.log")"
        for channels in '"codec_name": "opus"' '"sample_rate": "48000"' '"channels": 2'; do
            grep -q "$channels" "probe$flag.json" || die "ffprobe does not see $channels"
        done
        tr -d '\r' <"probe$flag.log" >sdp.txt
        grep -q '^a=rtpmap:[0-9]* opus/48000/2$' sdp.txt || die "no opus/48000/2 in the SDP"
        grep -q "^a=fmtp:.*sprop-stereo=$flag" sdp.txt || die "no sprop-stereo=$flag in the SDP"
        grep "^a=fmtp:" sdp.txt | grep -q "[ ;]stereo=[01]" || die "no stereo= in the SDP"
        kill "$sender"
        ends_well 10 "$sender" "the sender"
    done
    figures "$(grep -m 1 '^a=fmtp' sdp.txt)"
}

plays() { # PEER TRANSPORT SOURCE OPTION...
    local peer=$1 transport=$2 source=$3 start took
    shift 3
    start_sender sender "${at:-127.0.0.1}:0" --once "$@" "$work/$source.wav"
    start=$EPOCHREALTIME
    play "$peer" "$transport" "$url" heard.wav "$source" >peer.log 2>&1 ||
        die "$peer failed: $(tail -n 5 peer.log)"
    took=$(calc "$EPOCHREALTIME - $start")
    ends_well 10 "$sender" "the sender"
    alike_source "$source" heard.wav
    holds "$took < $said_s + 8" "the peer took $took s to see the end"
    if [ "$source" = pause ]; then
        holds "$(key sender.json frames_silent) > 50" "nothing was left out"
    fi
    holds "$(key sender.json requests_bad) == 0 && $(key sender.json reports_invalid) == 0"
    figures "like $correlation, $heard_s s of $said_s s, lag $(calc "int($lag_ms * 10) / 10") ms," \
        "ended after $(calc "int($took * 10) / 10") s"
}

plays_ipv6() {
    local at='[::1]'
    ip link set lo up && grep -q . /proc/net/if_inet6 || die "no IPv6 in the namespace"
    plays "$@"
}

start_pulseaudio() { # a sound server of our own, with one device that nobody hears
    export HOME=$PWD XDG_RUNTIME_DIR=$PWD PULSE_RUNTIME_PATH=$PWD/pulse PULSE_SERVER=unix:$PWD/pulse/socket
    mkdir -p pulse && chmod 700 pulse
    pulseaudio -n --daemonize=no --exit-idle-time=-1 --disable-shm=yes --use-pid-file=no \
        -L 'module-null-sink sink_name=ear rate=48000' \
        -L "module-native-protocol-unix socket=$PWD/pulse/socket auth-anonymous=1" >pulse.log 2>&1 &
    within 15 pactl info || die "PulseAudio does not start"
    parec --device=ear.monitor --rate=48000 --channels=1 --format=s16le --latency-msec=20 --file-format=wav \
        ear.wav >parec.log 2>&1 &
    parec=$!
    within 15 test -s ear.wav || die "parec does not start"
}

plays_aloud() { # PEER OPTION...: through a sound server, heard at the other side of it
    local peer=$1
    shift
    start_pulseaudio
    start_sender sender 127.0.0.1:0 --once "$@" "$work/mono.wav"
    if [ "$peer" = ffplay ]; then
        SDL_AUDIODRIVER=pulseaudio ffplay -hide_banner -nodisp -autoexit -rtsp_transport udp "$url" \
            >peer.log 2>&1 || die "ffplay failed: $(tail -n 5 peer.log)"
    else
        SDL_AUDIODRIVER=pulseaudio "$build/voz-receiver" --verbose --latency 200 --summary summary.json "$url" \
            >peer.log 2>&1 || die "the receiver failed: $(tail -n 5 peer.log)"
        holds "$(key summary.json packets_lost) == 0"
    fi
    ends_well 10 "$sender" "the sender"
    kill -INT "$parec"
    ends 10 "$parec" parec
    likeness "$work/mono.wav" ear.wav 3000
    # On a busy machine a device waits a millisecond now and then: that changes the waveform, not the words.
    holds "$spectral >= 0.75" "what came out of the sound server is not the source's speech"
    figures "like $correlation, spectrally $spectral"
}

everyone_at_once() { # OPTION...; one sender: all hear all of it, since it waits for the last
    local peer transport pids=() names=() i least=1
    start_sender sender 127.0.0.1:0 --once --wait 9 "$@" "$work/mono.wav"
    for transport in udp tcp; do
        for peer in ffmpeg gst mpv voz; do
            mkdir "$peer-$transport"
            (cd "$peer-$transport" && play "$peer" "$transport" "$url" heard.wav >peer.log 2>&1) &
            pids+=($!) names+=("$peer-$transport")
        done
    done
    "$build/voz-receiver" --verbose --no-play --netem 'loss 10% seed 5' --summary lossy.json "$url" \
        >lossy.log 2>&1 &
    pids+=($!) names+=(lossy)
    for i in "${!pids[@]}"; do
        ends_well 40 "${pids[$i]}" "${names[$i]}"
    done
    ends_well 10 "$sender" "the sender"
    for i in "${names[@]}"; do
        [ "$i" != lossy ] || continue
        local shifts=''
        [ "${i%-*}" != voz ] || shifts=0.85 # ten programs at once: packets may be late, and it waits longer then
        alike "$work/mono.wav" "$i/heard.wav"
        [ -n "$shifts" ] || least=$(calc "$correlation < $least ? $correlation : $least")
    done
    # (Of what was lost at the very end, no copy follows.)
    holds "$(key lossy.json packets_lost) > 8 && $(key lossy.json frames_concealed) <= 4" "the one that loses packets"
    [ $# -eq 0 ] || holds "$(key lossy.json frames_red) > 4" "copies were for who can take them"
    figures "8 listeners, each at least $least like the source; another lost $(key lossy.json packets_lost):" \
        "$(key lossy.json frames_red) from copies, $(key lossy.json frames_again) sent again"
}

# A GStreamer that asks for what it misses, and lets half a second pass before it does without.
gstreamer_asks() {
    local lost
    start_sender sender 127.0.0.1:0 --once --fec off --nack on --netem 'loss 10% seed 3' "$work/mono.wav"
    "$tools/gst_player" "$url" heard.wav 500 >gst.json 2>peer.log || die "it failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    lost=$(calc "$(key sender.json packets_sent) - $(key gst.json num-pushed)")
    alike "$work/mono.wav" heard.wav
    holds "$(key gst.json rtx-success-count) > 8 && $lost <= 2" "retransmissions"
    holds "$(key sender.json packets_sent_again) < 3 * $(key gst.json rtx-success-count)" "too many of them"
    figures "$(key sender.json packets_sent_again) sent again for $(key gst.json rtx-success-count) lost," \
        "$lost missing in the end; like $correlation"
}

# A GStreamer that can take redundant payloads: what is lost comes with later packets.
gstreamer_takes_red() {
    start_sender sender 127.0.0.1:0 --once --fec off --nack off --red 2:2 --netem 'loss 10% seed 3' "$work/mono.wav"
    "$tools/gst_player" "$url" heard.wav 100 voz.red >gst.json 2>peer.log || die "it failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    alike "$work/mono.wav" heard.wav
    holds "$(key gst.json num-lost) > 8 && $(key sender.json red_copies) == 2" "nothing was lost"
    figures "$(key gst.json num-lost) lost, like $correlation"
}

sent() { # PACKETS
    [ "$(key sender.json packets_sent)" -ge "$1" ]
}

ended() { # PID LOG
    gone "$1" || grep -q '^Execution ended' "$2"
}

restart() { # PEER TRANSPORT SIGNAL
    local peer start took at # where the sender listens, both times
    start_sender sender 127.0.0.1:0 --loop "$work/speech.wav"
    play "$1" "$2" "$url" before.wav >before.txt 2>&1 &
    peer=$!
    within 20 sent 100 || die "$1 does not play"
    kill "-$3" "$sender"
    start=$EPOCHREALTIME
    ends 5 "$sender" "the sender"
    mv sender.log sender-before.log
    at=${url#rtsp://}
    # gst-launch may hang in its own teardown when the server is gone, having said that it is through.
    within 25 ended "$peer" before.txt || die "$1 (after the sender's end) does not end"
    status=0
    gone "$peer" 2>/dev/null && { wait "$peer" || status=$?; }
    took=$(calc "int(($EPOCHREALTIME - $start) * 10) / 10")
    if [ "$3" = TERM ] && [ "$1" != gst ]; then # GStreamer calls it an error that nobody hears its TEARDOWN
        [ "$status" -eq 0 ] || die "$1 ended with status $status: $(tail -n 5 before.txt)"
    fi
    [ "$3" = KILL ] || holds "$took < 10" "$1 took $took s to see the BYE"
    start_sender sender "${at%/}" --once "$work/mono.wav"
    play "$1" "$2" "$url" heard.wav >peer.log 2>&1 || die "$1 failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    alike "$work/mono.wav" heard.wav
    figures "ended after $took s (status $status before), then like $correlation, $heard_s s of $said_s s"
}

# Longer than the session's 60 s: every peer is still there, and what it asks to stay alive is answered.
kept_past_a_minute() {
    local pids=() names=() peer i asked answered
    ip link set lo up || die "no loopback in the namespace"
    start_capture session.pcapng
    start_gst_server gst "( filesrc location=$work/minute.wav ! wavparse ! audioconvert ! \
        opusenc complexity=3 ! rtpopuspay name=pay0 pt=96 )"
    play voz udp "$url" voz-of-gst.wav >voz-of-gst.log 2>&1 &
    pids+=($!) names+=(voz-of-gst)
    start_sender sender 127.0.0.1:4477 --once --wait 4 --complexity 3 "$work/minute.wav"
    for peer in ffmpeg-udp ffmpeg-tcp gst-udp gst-tcp; do
        play "${peer%-*}" "${peer#*-}" "$url" "$peer.wav" >"$peer.log" 2>&1 &
        pids+=($!) names+=("$peer")
    done
    for i in "${!pids[@]}"; do
        ends_well 100 "${pids[$i]}" "${names[$i]}"
    done
    ends_well 10 "$sender" "the sender"
    end_capture session.pcapng
    for i in "${names[@]}"; do
        alike "$work/minute.wav" "$i.wav"
    done
    # Each GET_PARAMETER or OPTIONS gets a 200 of its CSeq, on its own connection.
    dissect session.pcapng -Y 'tcp.port == 4477 && rtsp' -T fields -E separator='|' -e tcp.stream -e rtsp.request \
        -e rtsp.response -e rtsp.method -e rtsp.status | awk -F'|' '
        $4 == "GET_PARAMETER" { asked++; open[$1]++ }
        $5 != "" && $5 != 200 { bad++ }
        $5 == 200 && open[$1] { answered++; open[$1]-- }
        END { print asked + 0, answered + 0, bad + 0 }' >keepalive.txt
    read -r asked answered i <keepalive.txt
    holds "$asked >= 4 && $asked == $answered && $i == 0" "GET_PARAMETER: asked, answered, refused"
    figures "5 sessions of $said_s s, $asked GET_PARAMETER of ffmpeg and GStreamer answered"
}

# UDP does not pass, as behind many a firewall: packets to the peer's namespace are dropped on arrival.
fallback() { # PEER
    local start took missing
    two_networks
    in_far ip rule add pref 100 lookup local
    in_far ip rule add pref 1 iif far ipproto 17 blackhole && in_far ip rule del pref 0 ||
        die "cannot block UDP here"
    start_sender sender 10.77.0.1:4477 --once "$work/speech.wav"
    start=$EPOCHREALTIME
    case $1 in # defaults, but ffmpeg 5.1 waits for ever unless told how long
    gst) play() {
        gst_play "${in_far[*]}" rtspsrc location="$3" latency=500 timeout=4000000 ! rtpopusdepay ! opusdec \
            ! wavenc ! filesink location="$4"
    } ;;
    ffmpeg) play() {
        in_far ffmpeg -nostdin -hide_banner -nostats -v verbose -y -timeout 3000000 -i "$3" "$4"
    } ;;
    voz) play() {
        in_far "$build/voz-receiver" --verbose --no-play --output "$4" --summary summary.json "$3"
    } ;;
    esac
    play "$1" "" "$url" heard.wav >peer.log 2>&1 || die "$1 failed: $(tail -n 5 peer.log)"
    took=$(calc "int($EPOCHREALTIME - $start)")
    ends_well 10 "$sender" "the sender"
    grep -q 'listens by TCP' sender.log || die "it did not come by TCP"
    # It joined what was on the air, so what it heard is the source's end.
    likeness "$work/speech.wav" heard.wav 14000
    holds "$correlation >= 0.85" "the speech is not the source's"
    holds "$heard_s > 4 && $lag_ms < 0" "only $heard_s s were heard"
    missing=$(calc "$said_s - $heard_s + ($lag_ms) / 1000")
    holds "$missing < 0.3 && $missing > -0.3" "of the end $missing s are missing"
    figures "TCP after $(calc "int(0 - ($lag_ms) / 100) / 10") s, then like $correlation"
}

# ---- their sender, our receiver -------------------------------------------------------------------------

receives_ipv6() {
    local at=::1
    ip link set lo up && grep -q . /proc/net/if_inet6 || die "no IPv6 in the namespace"
    receives "$@"
}

gst_voice() { # SOURCE [ENCODER'S PROPERTIES]
    echo "( filesrc location=$work/$1.wav ! wavparse ! audioconvert ! opusenc bitrate=32000 ${2:-} ! \
        rtpopuspay name=pay0 pt=96 ${3:-} )"
}

# By its timestamps GStreamer's first packet is 6.5 ms shorter than the sound in it (the encoder's pre-skip).
# Our jitter buffer makes up for it a sample a packet, so the waveform shifts during the first seconds: pieces of
# it are alike (ESTOI of each 1.2 s), the whole has a lower correlation.
shifted=0.45

receives() { # TRANSPORT SOURCE [ENCODER'S PROPERTIES]
    local dtx='' start took channels=1 shifts=0.85
    case ${3:-} in *dtx*) dtx=dtx=true ;; esac
    [ "$2" = stereo ] && channels=2 shifts=0.6 # at this bitrate each voice is heard in the other's pauses
    start_gst_server gst "$(gst_voice "$2" "${3:-}" "$dtx")" "${at:-127.0.0.1}"
    start=$EPOCHREALTIME
    play voz "$1" "$url" heard.wav >peer.log 2>&1 || die "the receiver failed: $(tail -n 5 peer.log)"
    took=$(calc "$EPOCHREALTIME - $start")
    # GStreamer's first packet by TCP is 40 ms late, so those after it wait too long until some silence is cut.
    alike_source "$2" heard.wav "$(key heard.json removed_ms)"
    holds "$(key heard.json removed_ms) < 80"
    holds "$took < $said_s + 5" "it took $took s to see the end"
    sound_summary heard.json "$1"
    holds "$(key heard.json channels) == $channels"
    if [ -z "$dtx" ]; then
        holds "$(key heard.json packets_received) * $(key heard.json frame_ms) >= $said_s * 1000"
    fi
    figures "like $(key pieces.json estoi_local), $heard_s s of $said_s s, lag $(calc "int($lag_ms * 10) / 10") ms," \
        "$(key heard.json packets_received) packets of $(key heard.json frame_ms) ms," \
        "jitter $(calc "int($(key heard.json jitter_ms) * 100) / 100") ms"
}

sound_summary() { # FILE TRANSPORT: nothing went wrong
    local zero
    for zero in packets_lost packets_late packets_duplicate packets_invalid packets_foreign frames_concealed; do
        holds "$(key "$1" $zero) == 0" $zero
    done
    [ "$(key "$1" transport)" = "$2" ] || die "the transport is $(key "$1" transport)"
    [ "$(key "$1" codec)" = opus ] || die "the codec is $(key "$1" codec)"
    holds "$(key "$1" jitter_ms) < 30 && $(key "$1" bitrate_kbps) > 5 && $(key "$1" played_ms) > 0"
    holds "$(key "$1" delay_mean_ms) > 0 && $(key "$1" delay_p95_ms) >= $(key "$1" delay_mean_ms) - 50"
}

receives_fec() { # a foreign encoder's copies restore what is lost
    start_gst_server gst "$(gst_voice mono 'inband-fec=true packet-loss-percentage=20 audio-type=voice')"
    "$build/voz-receiver" --verbose --no-play --output heard.wav --summary heard.json \
        --netem 'loss 10% seed 5' "$url" >peer.log 2>&1 || die "the receiver failed: $(tail -n 5 peer.log)"
    likeness "$work/mono.wav" heard.wav 200
    holds "$correlation > $shifted && $spectral > 0.9"
    holds "$(key heard.json packets_lost) > 8 && $(key heard.json frames_fec) > 0.4 * $(key heard.json packets_lost)"
    figures "$(key heard.json packets_lost) lost, $(key heard.json frames_fec) restored, like $correlation"
}

receives_again() { # their server sends again what our receiver asks for
    start_gst_server gst "$(gst_voice mono)" 127.0.0.1 1000
    # It says goodbye once, and that may be lost.
    "$build/voz-receiver" --verbose --no-play --latency 300 --duration 4.5 --output heard.wav --summary heard.json \
        --netem 'loss 10% seed 5' "$url" >peer.log 2>&1 || die "the receiver failed: $(tail -n 5 peer.log)"
    likeness "$work/mono.wav" heard.wav 200
    holds "$correlation > $shifted && $spectral > 0.9"
    holds "$(key heard.json packets_lost) > 8 && $(key heard.json frames_concealed) <= 3" "what was lost was guessed"
    holds "$(key heard.json packets_again) >= $(key heard.json frames_again)"
    figures "$(key heard.json packets_lost) lost, $(key heard.json frames_again) sent again in time," \
        "$(key heard.json frames_concealed) guessed; like $correlation"
}

receives_red() { # their redundant payloads: what there is a copy of is heard, nothing else is guessed
    local distance empty lost restored=0
    for distance in 1 2 4; do
        empty=$([ $distance = 2 ] && echo true || echo false)
        # shellcheck disable=SC2046 # words
        gst_play "" $(gst_voice mono | tr -d '()' | sed 's/ name=pay0//') ! rtpredenc pt=63 distance=$distance \
            allow-no-red-blocks="$empty" ! rtpstreampay ! filesink location=packets buffer-mode=unbuffered ||
            die "gst-launch failed" # (buffered, it loses what is beyond 1024 pieces)
        for lost in 'every 10' 'percent 25'; do
            # shellcheck disable=SC2086 # two words
            "$tools/red_feed" packets heard.wav $lost >fed.json || die "red_feed failed"
            tail -n 1 fed.json >&2
            holds "$(key fed.json lost) == $(key fed.json left_out) && $(key fed.json lost) > 20"
            holds "$(key fed.json frames_concealed) == $(key fed.json not_copied)" "distance $distance, $lost lost"
            holds "$(key fed.json frames_red) == $(key fed.json lost) - $(key fed.json not_copied)"
            holds "$(key fed.json invalid) == 0 && $(key fed.json foreign) == 0"
            likeness "$work/mono.wav" heard.wav 200
            holds "$correlation > $shifted && $spectral > 0.9"
            restored=$((restored + $(key fed.json frames_red)))
        done
    done
    figures "$restored frames from copies, all there were"
}

played() { # MS
    awk "BEGIN { exit !($(key heard.stats played_ms) >= $1) }"
}

receives_killed() { # the control connection is gone: it ends by itself, with what it heard
    local receiver start
    start_gst_server gst "$(gst_voice speech)"
    "$build/voz-receiver" --no-play --output heard.wav --summary heard.json --stats heard.stats "$url" \
        >peer.log 2>&1 &
    receiver=$!
    within 15 played 3000 || die "nothing is heard"
    kill -KILL "$server"
    start=$EPOCHREALTIME
    ends 20 "$receiver" "the receiver"
    likeness "$work/speech.wav" heard.wav 200
    holds "$pieces > 0.8 && $heard_s >= 3 && $heard_s < 12"
    figures "ended after $(calc "int(($EPOCHREALTIME - $start) * 10) / 10") s with status $status, $heard_s s heard"
}

receives_reports() { # what GStreamer makes of our receiver's reports
    start_gst_server gst "$(gst_voice speech)"
    "$build/voz-receiver" --no-play --output heard.wav --summary heard.json --netem 'loss 10% seed 5' "$url" \
        >peer.log 2>&1 || die "the receiver failed: $(tail -n 5 peer.log)"
    grep lsr gst.out | awk '!/"lsr":0,/' >reports.json
    tail -n 3 reports.json >&2
    holds "$(wc -l <reports.json) > 0" "no report of ours refers to a sender report"
    # Two seconds before the end or so: a part of what was lost in the end.
    local lost all
    lost=$(key reports.json packets_lost)
    all=$(key heard.json packets_lost)
    holds "$lost <= $all && $lost > $all / 4" "reported $lost lost, in the summary $all"
    holds "$(key reports.json fraction_lost_pct) < 35 && $(key reports.json jitter_ms) < 30"
    holds "$(key reports.json round_trip_ms) < 100"
    figures "GStreamer read: $lost lost of $all in the end, round trip $(key reports.json round_trip_ms) ms," \
        "jitter $(key reports.json jitter_ms) ms"
}

# ---- networks -------------------------------------------------------------------------------------------

in_far() {
    "${in_far[@]}" "$@"
}

elsewhere() {
    [ "$(readlink "/proc/$far/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

two_networks() { # this one and $far, with a cable between: 10.77.0.1 and .2, fd77::1 and ::2
    unshare -n sleep infinity &
    far=$!
    within 10 elsewhere || die "no second namespace"
    in_far=(nsenter "--net=/proc/$far/ns/net" --)
    ip link set lo up && ip link add near type veth peer name far && ip link set far netns "$far" &&
        ip addr add 10.77.0.1/24 dev near && ip -6 addr add fd77::1/64 dev near nodad && ip link set near up &&
        in_far ip link set lo up && in_far ip addr add 10.77.0.2/24 dev far &&
        in_far ip -6 addr add fd77::2/64 dev far nodad && in_far ip link set far up ||
        die "cannot lay a cable between two namespaces"
}

. tests/interop/call.sh
. tests/interop/linphone.sh
. tests/interop/sipp/write.sh
. tests/interop/sipp/cases.sh
. tests/interop/video.sh

# What arrived, counted by a third party at the far end, and what was sent, counted by the sender: the
# receiver's figures agree with both, to the packet.
networks() { # SENDER'S ADDRESS [LOSS]
    local host=$1 arrived sent received lost interface=far mark_to=10.77.0.2
    case $host in *:*) host="[$host]" ;; esac
    two_networks
    start_capture arrived.pcapng "${in_far[@]}"
    start_sender sender "$host:4477" --once ${2:+--netem "$2"} "$work/mono.wav"
    in_far "$build/voz-receiver" --verbose --no-play --transport udp --output heard.wav --summary heard.json \
        "rtsp://$host:4477/" >peer.log 2>&1 || die "the receiver failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    end_capture arrived.pcapng
    arrived=$(dissect arrived.pcapng -Y 'rtp && rtp.ssrc != 0 && rtp.p_type != 97' -T fields -e rtp.seq | sort -u | wc -l)
    sent=$(key sender.json packets_sent)
    received=$(key heard.json packets_received)
    lost=$(key heard.json packets_lost)
    holds "$sent == $received + $lost" "sent $sent, received $received, lost $lost"
    holds "$arrived == $received" "$arrived arrived"
    likeness "$work/mono.wav" heard.wav 200
    holds "$correlation >= 0.65" "the speech is not the source's"
    if [ -n "${2:-}" ]; then
        holds "$lost > 0.08 * $sent && $lost < 0.35 * $sent" "a fifth was to be lost"
    else
        holds "$correlation >= 0.85" "the speech is not the source's"
        sound_summary heard.json udp
    fi
    holds "$heard_s - $said_s <= 0.0201 && $said_s - $heard_s <= 0.0201" "$said_s s said, $heard_s s heard"
    figures "sent $sent, arrived $arrived, received $received, lost $lost; like $correlation"
}

# Everybody plays from the other side of a network that `voz-lab link` makes, and knows nothing of it. What
# TCP carries is whole, whatever is lost; for UDP only our receiver has something to repair losses with.
linked() { # PEER TRANSPORT NETWORK...
    local peer=$1 transport=$2
    shift 2
    export -f play gst_play play_linked
    export build
    "$build/voz-lab" link --netem "$*" --pcap crossed.pcap \
        --a "voz-sender --verbose --once '$work/mono.wav' >sender.log 2>&1" \
        -- bash -c "play_linked $peer $transport rtsp://10.77.0.1:4477/ heard.wav" >peer.log 2>&1 ||
        die "status $?"
    # It may begin and end with a packet that was lost, or with a block of ffplay's silence.
    likeness "$work/mono.wav" heard.wav 200
    holds "$pieces >= 0.8 && $heard_s > $said_s - 0.2 && $heard_s < $said_s + 0.2" "$pieces, $heard_s s"
    local lost
    lost=$(sed -n 's/^ *a -> b: .* \([0-9]*\) lost .*/\1/p' peer.log)
    case $* in *loss*) holds "$lost > 0" "nothing was lost" ;; *) holds "$lost == 0" ;; esac
    figures "like $correlation; $lost packets lost on the way"
}

play_linked() { # as play, and ffplay into SDL's file of samples
    if [ "$1" = ffplay ]; then
        SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILE=heard.raw timeout 20 ffplay -nodisp -autoexit -nostats \
            -rtsp_transport "$2" "$3" &&
            ffmpeg -nostdin -v error -y -f s16le -ar 48000 -ac 2 -i heard.raw -ac 1 "$4"
    else
        play "$@"
    fi
}

understood() { # HEARD: how much of it from ten seconds on, when all has settled
    ffmpeg -nostdin -v error -y -ss 10 -i "$1" settled.wav &&
        "$build/voz-lab" score --json scored.json "$work/settled.wav" settled.wav >/dev/null ||
        die "cannot score $1"
    key scored.json estoi_local
}

# The programs recover by themselves from what the network loses as well as the lab has it: the mean of
# several calls, each with a sender of its own, against that of calls in virtual time. Which packets are
# lost is chance in both, so the means may differ by .01 and three of their standard errors.
recovers() { # NETWORK...
    local network="$*" seed pids=() senders=()
    two_networks
    for seed in 1 2 3 4; do
        start_sender "sender$seed" "10.77.0.1:$((4470 + 5 * seed))" --once "$work/talk.wav"
        senders+=("$sender")
        in_far "$build/voz-receiver" --quiet --device null --output "heard$seed.wav" --summary "heard$seed.json" \
            --netem "$network seed $seed" "rtsp://10.77.0.1:$((4470 + 5 * seed))/" >"peer$seed.log" 2>&1 &
        pids+=($!)
    done
    for seed in 0 1 2 3; do
        ends_well 50 "${pids[$seed]}" "receiver $((seed + 1))"
        ends_well 10 "${senders[$seed]}" "its sender"
    done
    for seed in 1 2 3 4; do
        understood "heard$seed.wav" >>real.txt || exit 1
    done
    for ((seed = 1; seed <= 12; seed++)); do
        "$build/voz-lab" play --in "$work/talk.wav" --netem "$network" --back 'delay 0ms' --seed $seed --no-score \
            --quiet --out lab.wav || die "voz-lab failed"
        understood lab.wav >>lab.txt || exit 1
    done
    read -r real lab error < <(awk 'FNR == 1 { file++ }
        { n[file]++; sum[file] += $1; squares[file] += $1 * $1 }
        END {
            for (f = 1; f <= 2; f++) {
                mean[f] = sum[f] / n[f]
                of_mean[f] = (squares[f] / n[f] - mean[f] ^ 2) / (n[f] - 1)
            }
            printf "%.4f %.4f %.4f\n", mean[1], mean[2], sqrt(of_mean[1] + of_mean[2])
        }' real.txt lab.txt)
    figures "ESTOI $real, in the lab $lab (standard error of the difference $error)"
    holds "$real - $lab < 0.01 + 3 * $error && $lab - $real < 0.01 + 3 * $error" "standard error $error"
    holds "$(grep -ho '"frames_red":[1-9]' heard?.json | wc -l) == 4" "a receiver had no copies"
}

# ---- tshark ---------------------------------------------------------------------------------------------

# A whole session, dissected: nothing in it is malformed or astonishes tshark, and every number in the reports
# is what the capture itself says (tests/interop/reports.awk).
capture() { # PEER TRANSPORT OPTION...
    local peer=$1 transport=$2 ours=frame protocol count first sent
    shift 2
    ip link set lo up || die "no loopback in the namespace"
    start_capture session.pcapng
    start_sender sender 127.0.0.1:4477 --once "$@" "$work/speech.wav"
    play "$peer" "$transport" "$url" heard.wav >peer.log 2>&1 || die "$peer failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    end_capture session.pcapng
    # tshark looks for interleaved packets where the transport is called so, and has not heard of AVPF.
    sed -i 's|RTP/AVPF/TCP|RTP/AVP/TCP |g' session.pcapng
    for protocol in rtsp sdp rtp rtcp; do
        count=$(dissect session.pcapng -Y $protocol | wc -l)
        holds "$count > 0" "no $protocol in the capture"
        echo "$protocol: $count frames" >&2
    done
    # (Not what GStreamer sends to open a path through a NAT: that is not even RTP.)
    [ "$peer" = voz ] || ours='udp.srcport in {4478, 4479} || tcp.srcport == 4477'
    dissect session.pcapng -Y "($ours) && (_ws.malformed || (_ws.expert.severity >= 0x600000 && \
        (rtp || rtcp || rtsp || sdp)))" \
        -T fields -e frame.number -e frame.protocols -e _ws.expert.message >expert.txt
    [ ! -s expert.txt ] || die "tshark complains: $(head -n 5 expert.txt)"
    # Its own count of the stream's losses knows nothing of what was lost before the first packet it saw and
    # after the last; the reply to PLAY and the sender know.
    dissect session.pcapng -q -z rtp,streams >streams.txt
    dissect session.pcapng -Y "rtcp || (rtp && ($ours))" -E occurrence=a -E aggregator=, -E separator='|' -T fields \
        -e frame.time_epoch -e rtp.ssrc -e rtp.seq -e rtp.timestamp -e rtp.marker -e rtp.p_type \
        -e rtcp.senderssrc -e rtcp.timestamp.ntp.msw -e rtcp.timestamp.ntp.lsw -e rtcp.timestamp.rtp \
        -e rtcp.sender.packetcount -e rtcp.sender.octetcount \
        -e rtcp.ssrc.identifier -e rtcp.ssrc.fraction -e rtcp.ssrc.cum_nr -e rtcp.ssrc.ext_high \
        -e rtcp.ssrc.jitter -e rtcp.ssrc.lsr -e rtcp.ssrc.dlsr >reports.txt
    first=$(grep -ao 'RTP-Info: [^,]*;seq=[0-9]*' session.pcapng | head -n 1 | sed 's/.*seq=//')
    sent=$(key sender.json packets_sent)
    awk -v first="$first" -v sent="$sent" -v octets="$(key sender.json octets_sent)" -v peer="$peer" \
        -f "$self_dir/reports.awk" reports.txt >verdict.txt || die "$(cat verdict.txt)"
    cat verdict.txt >&2
    if [ "$peer" = voz ]; then
        holds "$(key verdict.txt received) == $(key heard.json packets_received)" "received"
        holds "$(key verdict.txt lost) == $(key heard.json packets_lost)" "lost"
    fi
    count=$(awk '/RTPType/ { for (i = 1; i <= NF; i++) if ($i ~ /^\(/) print $(i - 1) }' streams.txt)
    holds "$count == $(key verdict.txt lost_between)" "tshark counts $count lost"
    # What the sender made of the peer's reports, against what the capture says.
    if [ "$(key verdict.txt round_trips)" -gt 0 ]; then
        grep -v '"round_trip_ms":null' sender.json >trips.json
        holds "$(key trips.json round_trip_ms) < 100 && $(key trips.json worst_jitter_ms) < 30"
        set -- "round trip $(key trips.json round_trip_ms) ms (capture: $(key verdict.txt round_trip_ms)),"
    else
        set -- "no round trip in this peer's reports,"
    fi
    figures "$(key verdict.txt received) packets, $(key verdict.txt lost) lost (tshark $count)," \
        "$(key verdict.txt sender_reports) SR, $(key verdict.txt receiver_reports) RR, $*" \
        "RTP time within $(key verdict.txt clock_error_ms) ms"
}

# A session in which everything that repairs is agreed on and used.
capture_repairs() {
    local count asked again types
    ip link set lo up || die "no loopback in the namespace"
    start_capture session.pcapng
    start_sender sender 127.0.0.1:4477 --once --red 2:2 --nack on --netem 'delay 20ms loss 15% seed 3' "$work/speech.wav"
    "$build/voz-receiver" --verbose --no-play --output heard.wav --summary heard.json "$url" >peer.log 2>&1 ||
        die "the receiver failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    end_capture session.pcapng
    dissect session.pcapng -Y '_ws.malformed || (_ws.expert.severity >= 0x600000 && (rtp || rtcp || rtsp || sdp))' \
        -T fields -e frame.number -e frame.protocols -e _ws.expert.message >expert.txt
    [ ! -s expert.txt ] || die "tshark complains: $(head -n 5 expert.txt)"
    # Its payloads by type: what the receiver says it got is what went by.
    count=$(dissect session.pcapng -Y 'rtp.p_type == 63 || rtp.p_type == 96' | wc -l)
    again=$(dissect session.pcapng -Y 'rtp.p_type == 97' | wc -l)
    holds "$count == $(key heard.json packets_received) && $again == $(key heard.json packets_again)" \
        "of the voice $count, again $again"
    holds "$again > 20 && $again <= $(key sender.json packets_sent_again)"
    # Every number in a NACK is one that was lost: of this stream, and not among those that went by.
    dissect session.pcapng -Y 'rtp.p_type == 63 || rtp.p_type == 96' -T fields -e rtp.seq >came.txt
    dissect session.pcapng -Y 'rtcp.rtpfb.fmt == 1' -T fields -E occurrence=a -E aggregator=' ' \
        -e rtcp.rtpfb.nack_pid >asked.txt
    asked=$(tr ' ' '\n' <asked.txt | sort -u | wc -l)
    holds "$asked > 20 && $asked <= $(key heard.json packets_asked)" "asked for"
    tr ' ' '\n' <asked.txt | awk 'NR == FNR { came[$1] = 1; next } $1 in came { print }' came.txt - >twice.txt
    [ ! -s twice.txt ] || die "asked for, though it came: $(head -n 3 twice.txt)"
    # The extended reports: reference times, which packets came, VoIP metrics; and what is in those.
    types=$(dissect session.pcapng -Y rtcp.xr.bt -T fields -E aggregator=, -e rtcp.xr.bt | tr ',' '\n' | sort -nu | tr '\n' ' ')
    [ "$types" = '1 4 5 7 ' ] || die "blocks of extended reports: $types"
    dissect session.pcapng -Y 'rtcp.xr.bt == 7' -T fields -E separator=' ' -e rtcp.xr.voipmetrics.rtdelay \
        -e rtcp.xr.voipmetrics.esdelay -e rtcp.xr.voipmetrics.gmin -e rtcp.xr.voipmetrics.jbnominal \
        -e rtcp.xr.voipmetrics.jbabsmax >metrics.txt
    awk '{ bad += $1 > 250 || $2 < 20 || $3 != 16 || $4 > $5; known += $1 >= 20 } END { exit bad || !known }' metrics.txt ||
        die "VoIP metrics: $(tail -n 2 metrics.txt)"
    holds "$(key heard.json round_trip_ms) >= 20 && $(key heard.json round_trip_ms) < 200"
    figures "$count packets, $(key heard.json packets_lost) lost, $asked asked for, $again came again;" \
        "$(wc -l <metrics.txt) extended reports, round trip $(key heard.json round_trip_ms) ms"
}

# What the lab captures in virtual time: tshark knows by itself what it is, and counts as the lab does.
lab_shark() { # FILTER OPTION...: what it lets through, copies (RED, number 63) taken apart
    local filter=$1
    shift
    tshark -n -r lab.pcap -o rtp.rfc2198_payload_type:63 -o udp.check_checksum:TRUE -Y "$filter" "$@" 2>>tshark.log
}

# All that the lab wrote, as tshark reads it: each packet that came is Opus, whether alone or with copies, and each
# that was sent again says of which it is one.
lab_capture() { # OPTION...
    local opus reports copies asked again
    "$build/voz-lab" play --netem 'delay 40ms 10ms loss 10%' --dtx "$@" --pcap lab.pcap --json lab.json --quiet >&2 ||
        die "voz-lab failed"
    lab_shark '_ws.malformed || _ws.expert.severity >= 0x600000' >expert.txt
    [ ! -s expert.txt ] || die "tshark complains: $(head -n 5 expert.txt)"
    opus=$(lab_shark 'opus && !udp.checksum.bad' | wc -l)
    holds "$opus == $(key lab.json packets_received)" "$opus Opus packets in the capture"
    reports=$(lab_shark 'rtcp && ip.src == 10.77.0.1' | wc -l)
    holds "$reports == $(key lab.json reports_received)" "$reports reports of the sender"
    copies=$(lab_shark 'rtp.p_type == 63 && rtp.timestamp-offset > 0' | wc -l)
    asked=$(lab_shark 'rtcp.rtpfb.nack_pid && ip.src == 10.77.0.2' | wc -l)
    again=$(lab_shark 'rtp.p_type == 97' | wc -l)
    holds "$again == $(key lab.json packets_again)" "$again packets were sent again"
    case " $* " in
    *' --red off --nack off '*) holds "$copies + $asked + $again == 0" "$copies, $asked, $again" ;;
    *' --red 1:2 '*) # 40 ms before, in nearly all of them: Opus counts 48 a millisecond
        [ "$(lab_shark 'rtp.timestamp-offset' -T fields -e rtp.timestamp-offset | sort -u)" = 1920 ] ||
            die "copies of other packets than asked for"
        holds "$copies > 0.9 * $opus && $asked > 0 && $again > 0" "$copies copies, $asked questions, $again answers" ;;
    *) holds "$copies > 0 && $asked > 0 && $again > 0" "$copies copies, $asked questions, $again answers" ;;
    esac
    figures "$opus Opus packets, $copies with copies, $asked NACKs, $again sent again, $reports reports"
}

# ---- the runner -----------------------------------------------------------------------------------------

self_dir=$(dirname "$self")

if [ "${1:-}" = --inside ]; then # one case, in its directory; the parent watches the time
    cd "$work/$2" || exit 1
    eval "set -- $3"
    "$@"
    exit 0
fi

sources() { # what is said: cuts of the speech that is built into the programs
    local speech=media/io/speech
    ffmpeg -nostdin -v error -y -i $speech/en.opus -ac 1 "$work/speech.wav" &&
        ffmpeg -nostdin -v error -y -i $speech/en.opus -t 5 -ac 1 "$work/mono.wav" &&
        ffmpeg -nostdin -v error -y -i $speech/en.opus -t 5 -ac 1 "$work/left.wav" &&
        ffmpeg -nostdin -v error -y -i $speech/pt.opus -t 5 -ac 1 "$work/right.wav" &&
        ffmpeg -nostdin -v error -y -i "$work/left.wav" -i "$work/right.wav" \
            -filter_complex 'join=inputs=2:channel_layout=stereo' "$work/stereo.wav" &&
        ffmpeg -nostdin -v error -y -i "$work/mono.wav" \
            -af 'volume=0:enable=between(t\,1.5\,4)' "$work/pause.wav" &&
        ffmpeg -nostdin -v error -y -stream_loop 3 -i "$work/speech.wav" -t 68 "$work/minute.wav" &&
        ffmpeg -nostdin -v error -y -i "$work/minute.wav" -t 26 "$work/talk.wav" &&
        ffmpeg -nostdin -v error -y -i $speech/en.opus -t 12 -ac 1 "$work/forward.wav" &&
        ffmpeg -nostdin -v error -y -i $speech/pt.opus -t 12 -ac 1 "$work/back.wav" &&
        ffmpeg -nostdin -v error -y -ss 10 -i "$work/talk.wav" "$work/settled.wav" &&
        "$tools/pictures" make "$work/pattern.y4m" "$work/pattern.wav" 320x180 25 5
}

run_case() { # NAME SECONDS WHERE FUNCTION...
    local name=$1 seconds=$2 where=$3 status tail group start=$EPOCHREALTIME
    shift 3
    cd "$work/$name" || return
    local command=("$self" "$build" --inside "$name" "$*")
    if [ "$where" = net ]; then
        if [ -z "$unshare" ]; then
            echo "skip $name (unshare(1) cannot make a network namespace here)"
            return
        fi
        # shellcheck disable=SC2086 # words
        command=(unshare $unshare -- "${command[@]}")
    fi
    timeout -k 5 "$seconds" "${command[@]}" >log 2>&1 & # and all it starts are one process group
    group=$!
    trap 'kill -KILL -- -$group; exit 1' TERM
    wait "$group"
    status=$?
    kill -KILL -- "-$group" 2>/dev/null # what the case left behind
    [ $status -ne 124 ] || echo "not done after $seconds s" >>log
    echo "$status" >status
    if [ $status -eq 0 ]; then
        echo "ok $name ($(cat figures))"
    else
        tail=$(tail -n 12 log sender.log peer.log 2>/dev/null | sed 's/^/    /')
        printf 'FAIL %s\n%s\n' "$name" "$tail"
    fi
    echo "$name $(calc "$EPOCHREALTIME - $start")" >>"$work/times"
}

rm -rf "$work"
mkdir -p "$work"
sources || { echo "run.sh: ffmpeg cannot make the sources" >&2; exit 1; }
unshare=
for unshare in -n -rn ''; do
    # shellcheck disable=SC2086
    [ -z "$unshare" ] || ! unshare $unshare true 2>/dev/null || break
done

trap 'trap - TERM; kill 0' INT TERM
while read -r name seconds where words; do
    [ $# -eq 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
    while [ "$(jobs -rp | wc -l)" -ge $JOBS ]; do
        wait -n
    done
    mkdir -p "$work/$name"
    run_case "$name" "$seconds" "$where" "$words" </dev/null &
done < <(table)
wait

passed=$(cat "$work"/*/status 2>/dev/null | grep -cx 0)
failed=$(cat "$work"/*/status 2>/dev/null | grep -cvx 0)
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
