# Calls with SIPp (sip-tester), which says what no phone says: read by run.sh. See write.sh for the words.

begin_sipp() { # OPTION...: the phone that it calls
    ip link set lo up || die "no loopback in the namespace"
    start_phone called --in speech --listen 127.0.0.1:5060 "$@"
    within 10 said called.log 'Waiting' || die "it does not wait"
}

end_sipp() { # the phone is still well
    kill -TERM "$phone"
    ends_well 10 "$phone" voz-call
    figures "$done_well scenarios${1:-}"
}

# ---- refusals -------------------------------------------------------------------------------------------

refused() { # CODE
    expect "$1" "${2:-}"
    again ACK
}

no_codec() { offer 40000 sendrecv 18; rings; refused 488; }
nobody_answers() { rings; refused 480; }
busy() { offer 40000; request INVITE; refused 486; }
too_short() { offer 40000; request INVITE 'Supported: timer' 'Session-Expires: 60'; refused 422 'Min-SE: 90'; }
strange_extension() { offer 40000; request INVITE 'Require: 100rel, magic'; refused 420 'Unsupported: 100rel'; }
options() { request OPTIONS; expect 200 'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS'; }
options_accept() { request OPTIONS; expect 200 'Accept: application/sdp'; }
options_busy() { request OPTIONS; expect 486; }
unknown_method() { request FROBNICATE; expect 501 'Allow: INVITE'; }
info() { request INFO; expect 405 'Allow: INVITE'; }
bye_of_nothing() { request BYE; expect 481; }

sipp_refusals() {
    local other talker
    begin_sipp --answer auto
    calls_us options options_accept unknown_method info bye_of_nothing no_codec too_short strange_extension
    "$build/voz-call" --in tone --speaker null --duration 3 127.0.0.1 >talker.log 2>&1 &
    talker=$!
    within 10 said called.log 'The call is up' || die "no call"
    calls_us busy options_busy unknown_method
    ends_well 10 "$talker" "who talks"
    said called.log 'The call has ended' || die "the call was disturbed"
    other=$phone
    start_phone patient --listen 127.0.0.1:5070 --in tone --ring 1
    within 10 said patient.log 'Waiting' || die "it does not wait"
    run_sipp nobody_answers 5099 127.0.0.1:5070 || die "nobody_answers: $(tail -n 4 nobody_answers.errors)"
    said patient.log 'No call: It was not answered.' || die "it is not said that nobody answered"
    kill -TERM "$phone"
    ends_well 5 "$phone" "the patient one"
    phone=$other
    end_sipp ", 480 after 1 s"
}

# ---- who gives up ---------------------------------------------------------------------------------------

given_up() { again CANCEL; expect 200 'CSeq: 1 CANCEL'; expect 487 'CSeq: 1 INVITE'; again ACK; }
cancel_while_it_rings() { rings; given_up; }
cancel_of_nothing() { request OPTIONS; expect 200; peer=''; again CANCEL; expect 481; }
cancel_that_crosses_the_answer() { rings; expect 200; again CANCEL; expect 200 'CANCEL'; acknowledge; bye; }
cancel_of_a_call() { answered; peer=''; again CANCEL; expect 200 'CANCEL'; peer='[peer_tag_param]'; silence 200; bye; }

sipp_cancels() {
    begin_sipp --ring 9
    calls_us cancel_while_it_rings cancel_of_nothing
    [ "$(grep -c 'The caller gave up' called.log)" -eq 1 ] || die "it does not know that the caller gave up"
    kill -TERM "$phone"
    ends_well 10 "$phone" voz-call
    begin_sipp --answer auto
    calls_us cancel_that_crosses_the_answer cancel_of_a_call
    [ "$(grep -c 'The call has ended' called.log)" -eq 2 ] || die "a call did not end"
    end_sipp
}

# ---- what comes again -----------------------------------------------------------------------------------

all_twice() {
    rings
    expect 200
    offer 40000
    again INVITE # to which the same is said again
    expect 200
    acknowledge
    request_as 1 $n ACK
    peer=''
    offer 40000
    again INVITE
    silence 300
    peer='[peer_tag_param]'
    bye
    request_as $cseq $n BYE
    expect 481
    peer='[peer_tag_param]'
    request_as 1 $n ACK
    silence 200
}
lost_ack() { rings; expect 200; expect 200; expect 200; acknowledge; silence 2500; bye; } # at 0.5 and 1.5 s

sipp_repeats() {
    begin_sipp --answer auto
    start_capture session.pcapng
    calls_us all_twice lost_ack
    [ "$(grep -c 'The call is up' called.log)" -eq 2 ] || die "what came again made another call"
    no_malformed session.pcapng
    end_sipp
}

# ---- what is no SIP -------------------------------------------------------------------------------------

negative_length() { request OPTIONS 'Content-Length: -5'; expect 400; }
huge_length() { request OPTIONS 'Content-Length: 99999999999999999999'; expect 400; }
long_body() { request OPTIONS 'Content-Length: 9000'; expect 413; }
wrong_method() {
    transaction=odd method_of_cseq=INVITE
    request OPTIONS
    method_of_cseq=''
    expect 400 'Bad CSeq'
    transaction='' peer=''
    options
}
huge_cseq() { cseq=99999999999 transaction=odd; request OPTIONS; expect 400; transaction=''; }
newer_sip() { message 'OPTIONS sip:voz@[remote_ip] SIP/3.0' "${heads[@]}" 'CSeq: 1 OPTIONS'; expect 505; options; }
giant_header() { request OPTIONS "X-Giant: $(printf '%3000s' | tr ' ' x)"; expect 513; }
many_headers() { request OPTIONS $(seq -f 'X-%g:y' 70); expect 513; }
two_lengths() { request OPTIONS 'Content-Length: 0' 'Content-Length: 4'; expect 400; }
bad_from() { message 'OPTIONS sip:voz@[remote_ip] SIP/2.0' "${heads[@]/From: */From: \"x}" 'CSeq: 1 OPTIONS'; expect 400; }
no_cseq() { message 'OPTIONS sip:voz@[remote_ip] SIP/2.0' "${heads[@]}"; silence 100; options; }
no_via() { message 'OPTIONS sip:voz@[remote_ip] SIP/2.0' "${heads[@]/Via: */X: y}" 'CSeq: 1 OPTIONS'; silence 100; options; }
short_body() { # the next message is taken for what is missing of it, and what follows that is nothing
    body='v=0'
    request OPTIONS 'Content-Type: application/sdp' 'Content-Length: 300'
    request OPTIONS
    expect 200 'CSeq: 1'
}
stray_answer() { message 'SIP/2.0 200 OK' "${heads[@]}" 'CSeq: 7 INVITE'; silence 100; options; }

# While it is in a call, which hears nothing of it.
sipp_malformed() {
    local talker heads=(
        'Via: SIP/2.0/TCP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]'
        'From: <sip:ann@[local_ip]>;tag=ann' 'To: <sip:voz@[remote_ip]>' 'Call-ID: [call_id]')
    options() { request OPTIONS; expect 486; } # in a call
    short_body() { body='v=0'; request OPTIONS 'Content-Length: 300'; request OPTIONS; expect 486 'CSeq: 1'; }
    begin_sipp --answer auto
    "$build/voz-call" --verbose --in tone --speaker null --duration 6 127.0.0.1 >talker.log 2>&1 &
    talker=$!
    within 10 said called.log 'The call is up' || die "no call"
    calls_us negative_length huge_length long_body two_lengths wrong_method huge_cseq newer_sip giant_header \
        many_headers bad_from no_cseq no_via short_body stray_answer
    gone "$talker" 2>/dev/null && die "the call is over already: it tests nothing"
    ends_well 15 "$talker" "who talks"
    said talker.log ' 0 of them too late, and 0 were lost' || die "the call was disturbed: $(tail -n 4 talker.log)"
    end_sipp ", beside a call"
}

# ---- changes --------------------------------------------------------------------------------------------

changed() { # [REGEX] after an offer
    request INVITE
    expect 200 "${1:-}"
    acknowledge
}
hold_and_resume() {
    answered
    offer 40000 sendonly; changed 'a=recvonly'
    offer 40000 inactive; changed 'a=inactive'
    offer 40002; changed 'm=audio' # and another port
    offer 40002 sendrecv 18; request INVITE; refused 488 # nothing that we have: all stays
    request OPTIONS; expect 200
    request INVITE # the offer is ours, the answer in the ACK
    expect 200 'm=audio'
    n=$((n + 1))
    offer 40004
    request_as $cseq $n ACK
    silence 300
    bye
}
out_of_order() { answered; cseq=-1; request BYE; expect 500; cseq=1; bye; }

sipp_changes() {
    begin_sipp --answer auto
    start_capture session.pcapng
    calls_us hold_and_resume out_of_order
    said called.log 'they do not want to hear' || said called.log 'they are silent' || die "the hold went unnoticed"
    said called.log 'port 40002' && said called.log 'port 40004' || die "it does not know of the other ports"
    no_malformed session.pcapng
    tshark -n -r session.pcapng -Y 'udp.dstport == 40004' >moved.txt 2>>tshark.log
    [ -s moved.txt ] || die "nothing was sent to the new port"
    end_sipp
}

# ---- session timers -------------------------------------------------------------------------------------

expires='Session-Expires: 90;refresher=uac'
never_refreshed() { # BYE 60 s later, for 90
    answered 'Supported: timer' "$expires"
    printf '<recv request="BYE" timeout="70000"/>\n'
    tag=''
    reply '200 OK'
}
refreshed_by_us() { # after 45 s
    hears INVITE
    reply '180 Ringing'
    offer 40000
    reply '200 OK' 'Supported: timer' 'Require: timer' "$expires"
    hears ACK
    printf '<recv request="INVITE" timeout="50000"><action><ereg regexp="%s" search_in="msg" check_it="true" assign_to="matched"/></action></recv>\n' \
        "$expires"
    tag=''
    offer 40000
    reply '200 OK' 'Supported: timer' 'Require: timer' "$expires"
    hears ACK
    hears BYE
    reply '200 OK'
}

sipp_session_timers() {
    begin_sipp --answer auto --timeout off
    run_sipp never_refreshed 5099 127.0.0.1:5060 -recv_timeout 80000 &
    local caller=$! start=$EPOCHREALTIME
    patience=70 call_sipp refreshed_by_us 0 'The call has ended' --duration 47 --timeout off
    ends 40 "$caller" SIPp
    [ "$status" -eq 0 ] || die "never_refreshed: $(tail -n 4 never_refreshed.errors)"
    within 5 said called.log 'has not refreshed the session' || die "it does not say why"
    done_well=2
    end_sipp ", given up after $(calc "int($EPOCHREALTIME - $start)") s"
}

# ---- we call --------------------------------------------------------------------------------------------

talks() { # what follows an answer
    hears ACK
    hears BYE
    reply '200 OK'
}
answers() { hears INVITE; reply '180 Ringing'; offer 40000; reply '200 OK'; talks; }
early_media() { hears INVITE; offer 40000; reply '183 Session Progress'; offer 40000; reply '200 OK'; talks; }
answers_again() { # as if our ACK had been lost
    local i
    hears INVITE
    for i in 1 2 3; do
        offer 40000
        tag=$([ $i = 1 ] && echo ';tag=ann')
        reply_to_invite '200 OK'
        hears ACK
    done
    hears BYE
    reply '200 OK'
}
hangs_up() {
    hears INVITE
    offer 40000
    reply '200 OK'
    hears ACK
    message 'BYE sip:voz@127.0.0.1 SIP/2.0' 'Via: SIP/2.0/TCP [local_ip]:[local_port];branch=[branch]' \
        'From: <sip:ann@127.0.0.1>;tag=ann' 'To:[$them]' '[last_Call-ID:]' 'CSeq: 1 BYE' 'Max-Forwards: 70'
    printf '<recv response="200"/>\n'
}
says_nothing_useful() { hears INVITE; reply '200 OK'; talks; } # no description
refuses() { hears INVITE; reply "$reason" "$extra"; hears ACK; }
cancelled() { hears INVITE; reply '180 Ringing'; hears CANCEL; reply '200 OK'; }
gives_up() { cancelled; reply_to_invite '487 Request Terminated'; hears ACK; }
answers_the_cancelled() { cancelled; offer 40000; reply_to_invite '200 OK'; talks; }

interrupt() { # PID LOG
    within 10 said "$2" 'It rings' || die "it does not ring"
    kill -INT "$1"
}

sipp_answers() {
    local reason extra
    ip link set lo up || die "no loopback in the namespace"
    start_capture session.pcapng
    call_sipp answers 0 'The call has ended' --duration 0.5
    call_sipp early_media 0 'The call has ended' --duration 0.5
    call_sipp answers_again 0 'The call has ended' --duration 0.5
    call_sipp hangs_up 0 'The call has ended'
    call_sipp says_nothing_useful 1 'Their answer cannot be used'
    for reason in '300 Multiple Choices' '302 Moved Temporarily' '404 Not Found' '480 Temporarily Unavailable' \
        '486 Busy Here' '488 Not Acceptable Here' '500 Server Internal Error' '503 Service Unavailable' \
        '600 Busy Everywhere' '603 Decline'; do
        extra='Contact: <sip:elsewhere@127.0.0.1:9>'
        call_sipp refuses 1 "No call: ${reason#* } (${reason%% *})"
    done
    meanwhile=interrupt call_sipp gives_up 1 '(487)'
    meanwhile=interrupt call_sipp answers_the_cancelled 0 'The call has ended'
    no_malformed session.pcapng
    figures "$done_well calls"
}

# ---- who we are -----------------------------------------------------------------------------------------

verified() { # METHOD: it comes once more, with credentials that are right, as far as SIPp can tell
    if [ "$extra" = Proxy-Authenticate ]; then # of which it reads nothing
        hears "$1" 'Proxy-Authorization: Digest username=.bob., realm=.here., nonce=.84a4c.*, response=.[0-9a-f]{32}'
        return
    fi
    printf '<recv request="%s"><action>' "$1"
    printf '<verifyauth assign_to="matched" username="bob" password="secret"/></action></recv>\n'
    label=$((label + 2))
    printf '<nop next="%s" test="matched"/>\n' $label
    hears NOTHING # they were wrong
    printf '<label id="%s"/>\n' $label
}
challenge_by() { # 'CODE PHRASE' HEADER
    reply "$1" "$2: Digest realm=\"here\", nonce=\"84a4cc6f3082121f32b42a2187831a9e\"${qop:-}"
}
challenged() { # each INVITE and BYE, one way or the other
    hears INVITE
    challenge_by "$reason" "$extra"
    hears ACK
    verified INVITE
    tag=';tag=ann'
    offer 40000
    reply '200 OK'
    hears ACK "$said_who"
    hears BYE
    challenge_by "$reason" "$extra"
    verified BYE
    tag=''
    reply '200 OK'
}
challenged_in_vain() { hears INVITE; challenge_by "$reason" "$extra"; hears ACK; hears INVITE; challenge_by "$reason" "$extra"; hears ACK; }
challenges_a_stranger() { hears INVITE; challenge_by "$reason" "$extra"; hears ACK; }

sipp_challenges() {
    local reason extra said_who qop
    ip link set lo up || die "no loopback in the namespace"
    echo secret >password
    echo wrong >wrong
    start_capture session.pcapng
    for qop in '' ', qop=\"auth\"'; do
        qop=${qop//\\/}
        reason='401 Unauthorized' extra=WWW-Authenticate said_who='Authorization: Digest'
        call_sipp challenged 0 'The call has ended' --duration 0.3 --user bob --password-file password
        reason='407 Proxy Authentication Required' extra=Proxy-Authenticate said_who='Proxy-Authorization: Digest'
        call_sipp challenged 0 'The call has ended' --duration 0.3 --user bob --password-file password
    done
    call_sipp challenged_in_vain 1 '(407)' --user bob --password-file wrong
    call_sipp challenges_a_stranger 1 '(407)'
    no_malformed session.pcapng
    figures "$done_well calls"
}
