# Calls with Linphone (linphone-cli), which plays and records files where there is no sound card: read by run.sh, as
# call.sh is, whose words it uses. It offers and takes Opus, over IPv6 where there is any.

order_linphone() { # COMMAND
    echo "$*" >&"$linphone_in"
}

start_linphone() { # SOURCE OPTION...: $linphone
    local source=$1
    shift
    mkdir -p linphone/.local/share/linphone linphone/.config/linphone
    cat >linphone/rc <<'CONFIG'
[sip]
sip_port=5062
sip_tcp_port=5060
guess_hostname=1
contact="ann" <sip:ann@10.77.0.2>
[video]
enabled=0
CONFIG
    mkfifo orders
    exec {linphone_in}<>orders
    "${in_far[@]}" env HOME="$PWD/linphone" linphonec -c "$PWD/linphone/rc" -d 4 -l "$PWD/linphone.debug" "$@" \
        <orders >linphone.log 2>&1 &
    linphone=$!
    within 15 said linphone.log 'linphonec>' || die "linphonec does not start"
    order_linphone soundcard use files
    order_linphone "play $source"
    order_linphone "record $PWD/they-heard.wav"
    within 5 said linphone.log 'Using wav files' || die "linphonec wants a sound card"
}

begin_linphone() { # OPTION...
    two_networks
    interface=near start_capture call.pcapng
    ffmpeg -nostdin -v error -y -i "$work/right.wav" -af apad=pad_dur=30 says.wav || die "no source"
    start_linphone "$PWD/says.wav" "$@"
}

end_linphone() { # LEAST; of what they record less is asked: on a busy machine they come too late themselves
    order_linphone quit
    ends_well 15 "$linphone" linphonec
    recognised "$work/left.wav" they-heard.wav 0.3
    local theirs=$estoi
    recognised "$work/right.wav" heard.wav "$1"
    no_malformed call.pcapng
    figures "ESTOI of what we heard $estoi, of what they heard $theirs"
}

# They call, and hang up.
linphone_calls() { # LEAST [OPTION...]
    local least=$1 mark_to=10.77.0.2
    shift
    begin_linphone
    start_phone heard --in "$work/left.wav" --answer auto --once --listen 10.77.0.1:5060 "$@"
    within 10 said heard.log 'Waiting' || die "it does not wait"
    order_linphone 'call sip:voz@10.77.0.1;transport=tcp'
    within 15 said heard.log 'The call is up' || die "no call: $(tail -n 3 linphone.log)"
    read -rt 8 <><(:) || :
    order_linphone terminate
    ends_well 15 "$phone" voz-call
    said heard.log 'The call has ended' || die "it did not end as it should"
    end_linphone "$least"
}

calls_linphone() { # LEAST [OPTION...]
    local least=$1 mark_to=10.77.0.2
    shift
    begin_linphone -a
    start_phone heard --in "$work/left.wav" --duration 8 "$@" 'sip:ann@10.77.0.2;transport=tcp'
    within 15 said heard.log 'The call is up' || die "no call: $(tail -n 3 heard.log)"
    ends_well 20 "$phone" voz-call
    within 5 said linphone.log ' ended' || die "linphonec does not know that it is over"
    end_linphone "$least"
}
