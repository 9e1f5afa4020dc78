# Calls, with other people's telephones: read by run.sh. We are 10.77.0.1, they are 10.77.0.2; packets are lost
# by our own --netem, both ways.
#
# We wait 400 ms for each packet. With the usual 20 ms or so it is the machine that is scored: where several
# programs want its two cores, packets leave late, our delay moves to meet them, and no alignment follows
# that (clean calls beside six busy processes: ESTOI 0.62 to 0.97).
wait=(--latency 400)

baresip_config() { # SOURCE: a folder, `baresip`, with its settings and what it says
    mkdir -p baresip
    cat >baresip/config <<CONFIG
sip_listen              10.77.0.2:5060
audio_source            aufile,$1
audio_player            aufile,$PWD/baresip/heard.wav
ausrc_srate             48000
auplay_srate            48000
ausrc_channels          1
auplay_channels         1
ausrc_format            s16
auplay_format           s16
rtp_ports               30000-30100
jitter_buffer_delay     5-10
snd_path                $PWD/baresip
module_path             $(dirname "$(find /usr/lib -name aufile.so -path '*baresip*' | head -n 1)")
module                  opus.so
module                  g711.so
module                  aufile.so
module                  sndfile.so
module_tmp              account.so
module_app              menu.so
module_app              ctrl_tcp.so
CONFIG
    [ -z "${pictures:-}" ] || cat >>baresip/config <<CONFIG
video_source            fakevideo,nil
video_display           fakevideo,nil
video_size              320x240
video_bitrate           400000
video_fps               20
module                  vp8.so
module                  fakevideo.so
module                  snapshot.so
CONFIG
    echo "<sip:bob@10.77.0.2;transport=tcp>;regint=0;answermode=auto;audio_codecs=${codec:-opus/48000/2,pcmu};video_codecs=vp8" >baresip/accounts
    : >baresip/contacts
}

start_baresip() { # SOURCE: $baresip
    baresip_config "$1"
    "${in_far[@]}" baresip -f "$PWD/baresip" >baresip.log 2>&1 &
    baresip=$!
    within 15 grep -q 'baresip is ready' baresip.log || die "baresip does not start"
}

order() { # COMMAND [PARAMETERS]: to baresip, as a netstring of JSON
    local json="{\"command\":\"$1\",\"params\":\"${2:-}\"}"
    in_far bash -c "exec 3<>/dev/tcp/127.0.0.1/4444 && printf '%s' '${#json}:$json,' >&3 && read -rt 1 -n 40 -u 3" || :
}

start_phone() { # NAME OPTION...: $phone
    local name=$1
    shift
    "$build/voz-call" --verbose "${wait[@]}" --out "$name.wav" "$@" >"$name.log" 2>&1 &
    phone=$!
}

said() { # LOG TEXT
    grep -q -- "$2" "$1"
}

# What one heard is what the other said. What the other end says instead has an ESTOI near 0 (-0.05 to -0.03).
recognised() { # SAID HEARD [LEAST]
    "$build/voz-lab" score --json "scored.json" "$1" "$2" >scored.txt 2>&1 || die "cannot score $2: $(tail -n 1 scored.txt)"
    estoi=$(key scored.json estoi_local)
    holds "$estoi >= ${3:-0.9}" "$2 is not what was said"
}

baresip_heard() { # its own record, which begins with our first packet
    find baresip -name 'dump-*-dec.wav' | sort | tail -n 1
}

both_understood() { # LEAST
    local theirs
    recognised "$work/left.wav" "$(baresip_heard)" "${their_least:-$1}"
    theirs=$estoi
    recognised "$work/right.wav" heard.wav "$1"
    no_malformed call.pcapng
    figures "ESTOI of what we heard $estoi, of what they heard $theirs"
}

no_malformed() { # CAPTURE [OF]
    end_capture "$1"
    tshark -n -r "$1" -Y "_ws.malformed${2:+ && $2}" >malformed.txt 2>>tshark.log
    [ ! -s malformed.txt ] || die "malformed: $(head -n 3 malformed.txt)"
    tshark -n -r "$1" -Y 'sip.Method == "INVITE"' >invites.txt 2>>tshark.log
    [ -s invites.txt ] || die "no INVITE was seen"
}

begin_call() {
    two_networks
    interface=near mark_to=10.77.0.2 start_capture call.pcapng
    # It hangs up at the end of what it says.
    ffmpeg -nostdin -v error -y -i "$work/right.wav" -af apad=pad_dur=30 says.wav || die "no source"
    start_baresip "$PWD/says.wav"
}

# We call; who hangs up: `we`, `they`, or `death`, which says nothing.
calls_baresip() { # WHO LEAST [OPTION...]
    local who=$1 least=$2 mark_to=10.77.0.2
    shift 2
    begin_call
    start_phone heard --in "$work/left.wav" --timeout 3 --duration "$([ "$who" = we ] && echo 8 || echo 60)" "$@" \
        "sip:bob@10.77.0.2;transport=tcp"
    within 15 said heard.log 'The call is up' || die "no call"
    if [ "$who" != we ]; then
        read -rt 8 <><(:) || :
        [ "$who" = they ] && order hangup
        [ "$who" = death ] && kill -KILL "$baresip"
    fi
    ends_well 15 "$phone" voz-call
    [ "$who" = death ] || said heard.log 'The call has ended' || die "it did not end as it should"
    [ "$who" = death ] || within 10 said baresip.log 'terminated' || die "baresip does not know that it is over"
    [ "$who" != death ] || said heard.log 'Nothing comes' || die "its death went unnoticed"
    both_understood "$least"
}

# They call, after a registration of nobody and with no server between.
called_by_baresip() { # LEAST [OPTION...]
    local least=$1 mark_to=10.77.0.2
    shift
    begin_call
    start_phone heard --in "$work/left.wav" --answer auto --once --listen 10.77.0.1:5060 "$@"
    within 10 said heard.log 'Waiting' || die "it does not wait"
    order dial 'sip:voz@10.77.0.1;transport=tcp'
    within 15 said heard.log 'The call is up' || die "no call: $(tail -n 3 baresip.log)"
    read -rt 8 <><(:) || :
    order hangup
    ends_well 15 "$phone" voz-call
    both_understood "$least"
}

# They hold us for a while, and come back.
held_by_baresip() {
    local mark_to=10.77.0.2
    begin_call
    start_phone heard --in "$work/left.wav" --loop "sip:bob@10.77.0.2;transport=tcp"
    within 15 said heard.log 'The call is up' || die "no call"
    read -rt 3 <><(:) || :
    order hold
    within 5 said heard.log 'they do not want to hear\|they are silent' || die "the hold went unnoticed"
    read -rt 3 <><(:) || :
    order resume
    within 5 eval '[ "$(grep -c "Opus with" heard.log)" -ge 3 ]' || die "the resume went unnoticed"
    read -rt 3 <><(:) || :
    order hangup
    ends_well 15 "$phone" voz-call
    no_malformed call.pcapng
    figures "$(grep -c 'Opus with' heard.log) agreements"
}

# Two of ours; the options are those of who calls.
calls_voz() { # LEAST [OPTION...]
    local least=$1 first theirs mark_to=10.77.0.2
    shift
    two_networks
    interface=near start_capture call.pcapng
    in_far "$build/voz-call" --verbose "${wait[@]}" --in "$work/right.wav" --out far.wav --answer auto --once \
        --listen 10.77.0.2:5060 >far.log 2>&1 &
    first=$!
    within 10 said far.log 'Waiting' || die "it does not wait"
    start_phone heard --in "$work/left.wav" --duration 8 "$@" 10.77.0.2
    ends_well 25 "$phone" "who calls"
    ends_well 10 "$first" "who is called"
    recognised "$work/left.wav" far.wav "$least"
    theirs=$estoi
    recognised "$work/right.wav" heard.wav "$least"
    no_malformed call.pcapng
    figures "ESTOI of what we heard $estoi, of what they heard $theirs"
}

# Two of ours on both sides of a network of the lab, on the real kernel; what each heard is as the same call in
# virtual time says. Which packets are lost is chance, there and here: 40 calls of the lab had an ESTOI of
# 0.995, +- 0.001 (0.963 where nothing was sent twice or again), so what is 0.025 worse is no chance.
calls_linked() { # NETWORK
    local seed way wanted lost guessed told= nth
    "$build/voz-lab" link --netem "$1" --back same --pcap crossed.pcap \
        --a "voz-call --verbose ${wait[*]} --in '$work/back.wav' --out forward-heard.wav --answer auto --once \
            --listen 10.77.0.1:5060 >far.log 2>&1" \
        -- "$build/voz-call" --verbose "${wait[@]}" --in "$work/forward.wav" --out back-heard.wav --duration 13 10.77.0.1 \
        >near.log 2>&1 || die "status $?"
    for seed in 1 2 3 4; do
        "$build/voz-lab" play --call --quiet --netem "$1" --seed "$seed" "${wait[@]}" --in "$work/forward.wav" \
            --in-back "$work/back.wav" --json - || die "the lab cannot"
    done >lab.json
    while read -r way nth; do
        wanted=$(grep -o '"estoi_local":[0-9.]*' lab.json | # both ways of each call
            awk -F: -v nth="$nth" 'NR % 2 == nth { sum += $2; n++ } END { print sum / n }')
        recognised "$work/$way.wav" "$way-heard.wav" "$wanted - 0.025"
        told+="$way: ESTOI $estoi, the lab says $wanted; "
    done <<<$'forward 1\nback 0'
    # In-band copies alone are understood nearly as well, but leave 0.9 s of both ways to be guessed.
    guessed=$(sed -n 's/^\([0-9.]*\) s were guessed.*/\1/p' near.log far.log | paste -sd+)
    wanted=$(grep -o '"concealed_ms":[0-9.]*' lab.json | awk -F: '{ sum += $2 } END { print 2 * sum / NR / 1000 }')
    holds "$guessed <= $wanted + 0.5" "the lab guesses $wanted s"
    lost=$(sed -n 's/^ *[ab] -> [ab]: .* \([0-9]*\) lost .*/\1/p' near.log | paste -sd+)
    holds "$lost > 60" "nothing was lost"
    figures "$told$(calc "$lost") packets lost on the way, $(calc "$guessed") s guessed"
}

called_by_pcma() {
    codec=pcma
    called_by_baresip 0.85
    said heard.log PCMA || die "not by PCMA"
}

# With pictures both ways: theirs stands still, ours is a film; they save what they see, and what they show.
make_film() {
    ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=size=320x180:rate=25:duration=20 -pix_fmt yuv420p film.y4m ||
        die "no film"
}

look_on() { # four times: where packets are lost one of them may be of a damaged picture
    local i
    read -rt 2 <><(:) || :
    for i in 1 2 3 4; do
        snapshot recv "theirs-$i.png"
        read -rt 0.5 <><(:) || :
    done
    snapshot send shown.png
}

snapshot() { # recv|send FILE
    order "snapshot_$1" "$PWD/$2"
    within 3 said baresip.log "wrote $PWD/$2" || die "they do not save $2"
}

decibels() { # FILM PICTURE: its PSNR against each picture of the film, the best first
    ffmpeg -nostdin -v error -y -i "$1" -loop 1 -r 25 -i "$2" \
        -lavfi '[1]format=yuv420p[seen];[0][seen]psnr=shortest=1:stats_file=psnr.txt' -f null - || die "cannot compare"
    sed 's/.*psnr_avg:\([0-9.inf]*\).*/\1/' psnr.txt | sort -gr
}

# What they saw is one picture of the film, and much less another one, by so many dB at least (they ask for no
# packets again: where some are lost the damage stays for long); what we saw, so many pictures, is what they
# showed. tshark 4.0 calls all packets of VP8 malformed that begin no frame and have no PictureID: theirs.
both_seen() { # PICTURES DB
    local i of most=0 next seen ours
    for i in 1 2 3 4; do
        of=$(decibels film.y4m "theirs-$i.png" | awk 'NR == 1 || NR == 8' | xargs)
        [ "$(calc "${of% *} > $most")" = 1 ] && read -r most next <<<"$of"
    done
    holds "$most >= $2 && $most >= $next + 1" "what they saw is none of ours ($most dB, another one $next)"
    seen=$(sed -n 's/.*lost; \([0-9]*\) were seen of 320x240.*/\1/p' heard.log)
    holds "${seen:-0} >= $1" "we saw ${seen:-none}"
    ours=$(decibels seen.y4m shown.png | head -n 1)
    holds "$ours >= 25" "what we saw is not what they showed ($ours dB)"
    no_malformed call.pcapng '!(vp8 && ip.src == 10.77.0.2)'
    figures "they saw $most dB of ours (another picture: $next), we saw $seen of theirs, $ours dB"
}

shows_baresip() { # PICTURES DB [OPTION...]
    local count=$1 db=$2 pictures=yes mark_to=10.77.0.2
    shift 2
    begin_call
    make_film
    start_phone heard --in "$work/left.wav" --duration 12 --video film.y4m --video-output seen.y4m "$@" \
        "sip:bob@10.77.0.2;transport=tcp"
    within 15 said heard.log 'The call is up' || die "no call"
    look_on
    ends_well 15 "$phone" voz-call
    both_seen "$count" "$db"
}

shown_by_baresip() { # PICTURES DB [OPTION...]
    local count=$1 db=$2 pictures=yes mark_to=10.77.0.2
    shift 2
    begin_call
    make_film
    start_phone heard --in "$work/left.wav" --answer auto --once --listen 10.77.0.1:5060 --video film.y4m \
        --video-output seen.y4m "$@"
    within 10 said heard.log 'Waiting' || die "it does not wait"
    order dial 'sip:voz@10.77.0.1;transport=tcp'
    within 15 said heard.log 'The call is up' || die "no call: $(tail -n 3 baresip.log)"
    look_on
    order hangup
    ends_well 15 "$phone" voz-call
    both_seen "$count" "$db"
}
