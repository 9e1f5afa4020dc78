# Pictures, with other people's programs: read by run.sh. What is sent is the test picture; each that came is
# compared with the one that it was.

size=320x180 # small, so that a machine that is busy with other cases keeps up

start_pictures() { # NAME OPTION...: a sender of five seconds of the test picture, and its beeps
    local name=$1
    shift
    start_sender "$name" 127.0.0.1:0 --once --video "$work/pattern.y4m" "$@" "$work/pattern.wav"
}

looked_at() { # FILM.y4m: $pictures $read $first $last $steps $psnr $ssim
    local line
    line=$("$tools/pictures" read "$1" 25) || die "$1 is no film"
    echo "$1: $line" >&2
    pictures=$(key /dev/stdin pictures <<<"$line")
    read=$(key /dev/stdin read <<<"$line")
    first=$(key /dev/stdin first <<<"$line")
    last=$(key /dev/stdin last <<<"$line")
    steps=$(key /dev/stdin steps <<<"$line")
    psnr=$(key /dev/stdin psnr <<<"$line")
    ssim=$(key /dev/stdin ssim <<<"$line")
    holds "$read == $pictures && $(key /dev/stdin backwards <<<"$line") == 0" "damaged, or out of order"
    holds "$psnr > 35 && $(key /dev/stdin psnr_least <<<"$line") > 30 && $ssim > 0.97" "they are not alike"
}

whole_film() { # FILM.y4m: every picture, once
    looked_at "$1"
    holds "$pictures == 125 && $first == 0 && $last == 124 && $steps == 124" "not every picture"
}

sounds() { # HEARD: as the beeps
    likeness "$work/pattern.wav" "$1" 200
    holds "$spectral >= 0.9 && $correlation >= 0.85" "the sound is not the source's"
    holds "$heard_s > $said_s - 0.1 && $heard_s < $said_s + 0.2" "$heard_s s of $said_s s"
}

# What ffmpeg or mpv recorded, with its timestamps: the pictures, the sound, and how far they are apart.
recorded() { # FILE
    ffmpeg -nostdin -v error -y -i "$1" -map 0:v -fps_mode passthrough -pix_fmt yuv420p -f yuv4mpegpipe seen.y4m &&
        ffmpeg -nostdin -v error -y -i "$1" -map 0:a -af aresample=async=48000:min_hard_comp=0.01:first_pts=0 \
            heard.wav && ffprobe -v error -select_streams v -show_entries packet=pts_time -of csv=p=0 "$1" >times ||
        die "$1 cannot be read"
    "$tools/pictures" lips seen.y4m 25 times heard.wav >lips.json || die "no flash or no beep"
    cat lips.json >&2
    apart=$(key lips.json apart_ms)
    holds "$(key lips.json flashes) >= ${2:-3}" "flashes"
    holds "$(key lips.json worst_ms) < 20 && $(key lips.json worst_ms) > -20" "flash and beep"
}

record() { # TRANSPORT URL FILE [OPTION...]
    local transport=$1 from=$2 file=$3
    shift 3
    ffmpeg -nostdin -hide_banner -nostats -v verbose -y -rtsp_transport "$transport" -i "$from" -map 0 -c copy \
        "$@" "$file"
}

shows_ffmpeg() { # TRANSPORT OPTION...
    local transport=$1
    shift
    start_pictures sender "$@"
    record "$transport" "$url" seen.mkv >peer.log 2>&1 || die "ffmpeg failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    recorded seen.mkv
    whole_film seen.y4m
    sounds heard.wav
    holds "$(key sender.json requests_bad) == 0 && $(key sender.json reports_invalid) == 0"
    figures "$read pictures, $psnr dB, SSIM $ssim; flash and beep $apart ms apart"
}

shows_mpv() { # TRANSPORT
    start_pictures sender
    mpv --no-config --no-terminal --msg-level=all=v --log-file=mpv.txt --rtsp-transport="$1" --o=seen.mkv \
        --ovc=ffv1 --oac=pcm_s16le --ocopy-metadata=no "$url" >peer.log 2>&1 || die "mpv failed: $(tail -n 5 mpv.txt)"
    ends_well 10 "$sender" "the sender"
    recorded seen.mkv
    looked_at seen.y4m
    holds "$last - $first > 110 && $steps > 110" "too few pictures"
    figures "$read pictures, $psnr dB, SSIM $ssim; flash and beep $apart ms apart"
}

# A player with a window that nobody sees; and one that wants no pictures.
shows_ffplay() { # [OPTION]
    start_pictures sender
    SDL_VIDEODRIVER=dummy SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILE=heard.raw timeout 20 ffplay -hide_banner \
        -autoexit -stats -rtsp_transport udp "$@" "$url" >peer.log 2>&1 || die "ffplay failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    ffmpeg -nostdin -v error -y -f s16le -ar 48000 -ac 2 -i heard.raw -ac 1 heard.wav || die "nothing was played"
    likeness "$work/pattern.wav" heard.wav 500
    holds "$spectral >= 0.8" "the sound is not the source's"
    ! grep -iE 'error|invalid|corrupt' peer.log >&2 || die "ffplay complains"
    if [ $# -eq 0 ]; then
        grep -q 'Video: vp8.* 320x180' peer.log || die "ffplay sees no pictures"
        grep -q 'A-V:' peer.log || die "ffplay shows no pictures"
    fi
    figures "the sound is like $spectral, spectrally"
}

gst_films() { # TRANSPORT URL
    gst_play "" rtspsrc location="$2" protocols="$1" latency=500 name=s \
        s. ! rtpvp8depay ! vp8dec ! queue ! y4menc ! filesink location=seen.y4m \
        s. ! rtpopusdepay ! opusdec ! wavenc ! filesink location=heard.wav
}

shows_gstreamer() { # TRANSPORT OPTION...
    local transport=$1
    shift
    start_pictures sender "$@"
    gst_films "$transport" "$url" >peer.log 2>&1 || die "gst failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    whole_film seen.y4m
    sounds heard.wav
    figures "$read pictures, $psnr dB, SSIM $ssim; sound like $correlation"
}

# It asks for what it misses (NACK), and it is sent again: nothing is missing.
gstreamer_asks_pictures() {
    start_pictures sender --nack on --netem 'loss 5% seed 3'
    "$tools/gst_player" "$url" heard.wav 500 '' seen.y4m >gst.json 2>peer.log || die "it failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    looked_at seen.y4m
    holds "$pictures >= 120 && $steps >= $pictures - 3" "pictures are missing"
    holds "$(video_key sender.json packets_sent_again) >= 8 && $(key gst.json rtx-success-count) >= 8" "sent again"
    figures "$read pictures, $(video_key sender.json packets_sent_again) packets of them sent again"
}

# It asks for a key frame at each loss (PLI), and goes on with it.
gstreamer_asks_keys() {
    start_pictures sender --nack on --netem 'loss 5% seed 3'
    "$tools/gst_player" "$url" heard.wav 100 '' seen.y4m keys >gst.json 2>peer.log ||
        die "it failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    looked_at seen.y4m
    holds "$(key gst.json num-lost) > 8 && $pictures >= 40 && $last > 100" "it stopped"
    holds "$(video_key sender.json key_frames_asked) >= 3 && $(video_key sender.json key_frames) >= 4" "key frames"
    figures "$(key gst.json num-lost) lost, $(video_key sender.json key_frames) key frames, $read pictures shown"
}

video_key() { # FILE KEY: of its "video" object
    sed -n '$ s/.*"video":{\([^}]*\)}.*/{\1}/p' "$1" | key /dev/stdin "$2"
}

sent_pictures() { # N
    [ "$(video_key sender.json pictures)" -ge "$1" ]
}

# Who comes late begins with a key frame, and sees every picture from it on.
late_to_pictures() {
    local early
    start_sender sender 127.0.0.1:0 --live --video pattern --size $size pattern
    "$build/voz-receiver" --no-play --video-output /dev/null "$url" >early.log 2>&1 &
    early=$! # for nobody none are made
    within 10 sent_pictures 40 || die "no pictures are made"
    record udp "$url" seen.mkv -t 2 >peer.log 2>&1 || die "ffmpeg failed: $(tail -n 5 peer.log)"
    kill -INT "$early"
    ends_well 10 "$early" "the one who came first"
    kill "$sender"
    ends_well 10 "$sender" "the sender"
    recorded seen.mkv 1
    looked_at seen.y4m
    holds "$first >= 40 && $pictures >= 40 && $steps == $pictures - 1" "pictures are missing"
    holds "$(video_key sender.json key_frames) <= 2" "key frames for nobody"
    figures "from picture $first on, $read of them; flash and beep $apart ms apart"
}

# ---- their pictures, our receiver -----------------------------------------------------------------------

start_gst_pictures() { # PICTURE_ID [AGAIN_MS]: pictures first, so that the voice is their second stream
    start_gst_server gst "( filesrc location=$work/pattern.y4m ! y4mdec ! vp8enc deadline=1 \
        target-bitrate=500000 end-usage=cbr keyframe-max-dist=50 ! rtpvp8pay name=pay0 pt=98 picture-id-mode=$1 \
        filesrc location=$work/pattern.wav ! wavparse ! audioconvert ! opusenc bitrate=32000 ! \
        rtpopuspay name=pay1 pt=96 )" 127.0.0.1 ${2:+"$2"}
}

shown() { # what our receiver says of itself, after looked_at
    holds "$(video_key heard.json sync_mean_ms) < 20 && $(video_key heard.json sync_mean_ms) > -20" "lip sync"
    holds "$(video_key heard.json packets_lost) == 0 && $(video_key heard.json damaged) == 0" "packets"
    figures "$(video_key heard.json shown) pictures, $psnr dB, SSIM $ssim, after the voice by" \
        "$(video_key heard.json sync_mean_ms) ms; $(video_key heard.json packets_again) packets sent again"
}

receives_pictures() { # TRANSPORT PICTURE_ID: 0 none, 1 of 7 bits, 2 of 15 bits
    start_gst_pictures "$2"
    "$build/voz-receiver" --verbose --no-play --transport "$1" --output heard.wav --video-output seen.y4m \
        --summary heard.json "$url" >peer.log 2>&1 || die "the receiver failed: $(tail -n 5 peer.log)"
    looked_at seen.y4m
    holds "$first <= 1 && $last >= 123 && $(video_key heard.json shown) >= 122" "pictures are missing"
    likeness "$work/pattern.wav" heard.wav 200 # (GStreamer's voice shifts, see above)
    holds "$pieces > 0.9 && $heard_s > 4.9" "the sound is not the source's"
    shown
}

receives_pictures_again() { # their server sends again what our receiver asks for
    start_gst_pictures 2 1000
    "$build/voz-receiver" --verbose --no-play --output heard.wav --video-output seen.y4m --summary heard.json \
        --netem 'loss 5% seed 3' --duration 4.5 "$url" >peer.log 2>&1 || die "the receiver failed: $(tail -n 5 peer.log)"
    looked_at seen.y4m
    holds "$last >= 105 && $(video_key heard.json shown) >= $last - $first - 3" "pictures are missing"
    holds "$(video_key heard.json packets_asked) >= 8 && $(video_key heard.json packets_again) >= 8" "asked for"
    shown
}

# ---- tshark ---------------------------------------------------------------------------------------------

# Nothing malformed; each frame's packets begin with S, end with the marker, and have a PictureID one up.
capture_pictures() {
    ip link set lo up || die "no loopback in the namespace"
    start_capture session.pcapng
    start_sender sender 127.0.0.1:4477 --once --video "$work/pattern.y4m" "$work/pattern.wav"
    "$build/voz-receiver" --verbose --no-play --transport udp --netem 'loss 5% seed 3' --video-output seen.y4m \
        --summary heard.json "$url" >peer.log 2>&1 || die "the receiver failed: $(tail -n 5 peer.log)"
    ends_well 10 "$sender" "the sender"
    end_capture session.pcapng
    local vp8=(-d 'rtp.pt==98,vp8') # tshark reads the SDP, and takes only the voice's type from it
    dissect session.pcapng "${vp8[@]}" -T fields \
        -Y '_ws.malformed || (_ws.expert.severity >= 0x600000 && (rtp || rtcp || rtsp || sdp || vp8))' \
        -e frame.number -e frame.protocols -e _ws.expert.message >expert.txt
    [ ! -s expert.txt ] || die "tshark complains: $(head -n 3 expert.txt)"
    dissect session.pcapng "${vp8[@]}" -Y vp8 -T fields -E separator=' ' -e rtp.seq -e rtp.timestamp -e rtp.marker \
        -e vp8.pld.s -e vp8.pld.partid -e vp8.pld.pictureid -e udp.length >packets.txt
    holds "$(wc -l <packets.txt) == $(video_key sender.json packets)" "packets of VP8, and sent ones"
    awk '
        function fail(what) { print what ": " $0 > "/dev/stderr"; bad = 1 }
        NR > 1 && $1 != (seq + 1) % 65536 { fail("numbers") }
        NR > 1 && marker && ($6 != (picture + 1) % 32768 || $2 == time || !$4) { fail("a frame begins") }
        NR > 1 && !marker && ($6 != picture || $2 != time || $4) { fail("within a frame") }
        $5 != 0 || $7 - 8 > 1200 { fail("partition or length") }
        { seq = $1; time = $2; marker = $3; picture = $6; frames += marker; most = $7 - 8 > most ? $7 - 8 : most }
        END { print frames, most; exit bad || !frames }' packets.txt >frames.txt || die "not as RFC 7741 has it"
    read -r frames most <frames.txt
    holds "$frames == $(video_key sender.json frames)" "frames"
    local asked
    asked=$(dissect session.pcapng -Y 'rtcp.rtpfb.fmt == 1' | wc -l)
    holds "$asked > 3 && $(dissect session.pcapng -Y 'rtp.p_type == 103' | wc -l) > 3" "asked for, and sent again"
    figures "$frames frames in $(wc -l <packets.txt) packets of at most $most octets; $asked NACKs"
}
