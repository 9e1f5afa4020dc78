# Scenarios for SIPp, said in a few words each; read by run.sh. A scenario is a function that says, one behind the
# other, what SIPp sends and what has to come; `scenario` makes of it the XML that SIPp reads. What stands in
# [brackets] is for SIPp to fill in.
#
# SIPp is ann, and voz-call is voz, whoever calls. Where SIPp calls: request, expect; where it is called: hears, reply.

scenario() { # FUNCTION: FUNCTION.xml
    local n=0 cseq=0 invite=0 label=0 tag='' peer='' names
    printf '<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="%s">\n' "$1" >"$1.xml"
    "$1" >>"$1.xml"
    names=$(grep -o 'assign_to="[a-z]*' "$1.xml" | sort -u | sed 's/.*"//' | paste -sd,)
    [ -z "$names" ] || printf '<Reference variables="%s"/>\n' "$names" >>"$1.xml" # or SIPp calls them unused
    echo '</scenario>' >>"$1.xml"
}

offer() { # PORT [DIRECTION [FORMAT]]: $body
    body="v=0
o=- 1 $1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio $1 RTP/AVP ${3:-0}
a=${2:-sendrecv}"
}

message() { # LINE...: and $body, which is then used up; $transaction: its name, where the CSeq does not tell it
    printf '<send%s><![CDATA[\n\n' "${transaction:+ start_txn=\"$transaction\"}"
    printf '%s\n' "$@"
    case "$*" in *Content-Length*) ;; *)
        [ -z "${body:-}" ] || echo 'Content-Type: application/sdp'
        printf 'Content-Length: [len]\n' ;;
    esac
    printf '\n%s\n]]></send>\n' "${body:-}"
    body=
}

# ---- SIPp calls -----------------------------------------------------------------------------------------

# Its number and branch are those of the INVITE for an ACK of a failure and a CANCEL.
request_as() { # CSEQ BRANCH METHOD [HEADER...]
    local cseq=$1 branch=$2 method=$3
    shift 3
    message "$method sip:voz@[remote_ip]:[remote_port] SIP/2.0" \
        "Via: SIP/2.0/TCP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-$branch" \
        "From: <sip:ann@[local_ip]:[local_port]>;tag=ann[call_number]" \
        "To: <sip:voz@[remote_ip]:[remote_port]>$peer" \
        'Call-ID: [call_id]' "CSeq: $cseq ${method_of_cseq:-$method}" \
        'Contact: <sip:ann@[local_ip]:[local_port];transport=tcp>' 'Max-Forwards: 70' "$@"
}

request() { # METHOD [HEADER...]
    cseq=$((cseq + 1)) n=$((n + 1))
    [ "$1" != INVITE ] || invite=$n
    request_as $cseq $n "$@"
}

again() { # METHOD [HEADER...]: the same once more, or what belongs to the last INVITE
    request_as $cseq $invite "$@"
}

acknowledge() { # of a 2xx: a transaction of its own
    n=$((n + 1))
    request_as $cseq $n ACK
}

expect() { # CODE [REGEX]; from then on the call has their tag, if there was one
    printf '<recv response="%s"%s' "$1" "${transaction:+ response_txn=\"$transaction\"}"
    matches "${2:-}" recv
    case $1 in 100 | 481 | 5*) ;; *) peer='[peer_tag_param]' ;; esac
}

matches() { # REGEX TAG: ends an element that has begun
    if [ -n "$1" ]; then
        printf '><action><ereg regexp="%s" search_in="msg" check_it="true" assign_to="matched"/></action></%s>\n' \
            "$1" "$2"
    else
        printf '/>\n'
    fi
}

silence() { # MS
    label=$((label + 1))
    printf '<recv request="NOTHING" timeout="%s" ontimeout="%s"/>\n<label id="%s"/>\n<nop/>\n' "$1" $label $label
}

rings() { # [HEADER...]: an INVITE with an offer
    [ -n "${body:-}" ] || offer 40000
    request INVITE "$@"
    expect 100
    expect 180
}

answered() { # [HEADER...]
    rings "$@"
    expect 200
    acknowledge
}

bye() {
    request BYE
    expect 200
}

# ---- SIPp is called -------------------------------------------------------------------------------------

hears() { # METHOD [REGEX]
    printf '<recv request="%s"' "$1"
    if [ "$1" = INVITE ] && [ -z "${2:-}" ]; then
        printf '><action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="them"/>'
        printf '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/></action></recv>\n'
    else
        matches "${2:-}" recv
    fi
    [ "$1" = BYE ] && tag='' || tag=';tag=ann' # in the call it is there
}

reply() { # 'CODE PHRASE' [HEADER...], to what was heard last
    reply_to '[last_Via:]' '[last_CSeq:]' "$@"
}

reply_to_invite() { # the same to the first INVITE, whatever was heard since
    reply_to 'Via:[$via]' 'CSeq: 1 INVITE' "$@"
}

reply_to() { # VIA CSEQ 'CODE PHRASE' [HEADER...]
    local via=$1 cseq=$2 status=$3
    shift 3
    message "SIP/2.0 $status" "$via" '[last_From:]' "[last_To:]$tag" '[last_Call-ID:]' "$cseq" \
        'Contact: <sip:ann@[local_ip]:[local_port];transport=tcp>' "$@"
}

# ---- running --------------------------------------------------------------------------------------------

run_sipp() { # SCENARIO PORT OPTION...
    local name=$1 port=$2
    shift 2
    scenario "$name"
    sipp -sf "$name.xml" -t t1 -i 127.0.0.1 -p "$port" -m 1 -nostdin -default_behaviors none -recv_timeout 8000 \
        -trace_msg -message_file "$name.messages" -trace_err -error_file "$name.errors" -timeout 90 -timeout_error \
        "$@" </dev/null >"$name.screen" 2>&1
}

calls_us() { # SCENARIO...: SIPp to the phone at port 5060, one after the other
    local name
    for name in "$@"; do
        port=$((${port:-5100} + 1))
        run_sipp "$name" $port 127.0.0.1:5060 || die "$name: $(tail -n 4 "$name.errors" "$name.messages")"
        done_well=$((${done_well:-0} + 1))
    done
}

# What voz-call ends with, and says, when it calls SIPp.
call_sipp() { # SCENARIO STATUS TEXT OPTION...
    local name=$1 wanted=$2 text=$3 sipp phone
    shift 3
    port=$((${port:-5100} + 1))
    run_sipp "$name" $port &
    sipp=$!
    within 5 listens $port || die "SIPp does not start: $(cat "$name.errors")"
    "$build/voz-call" --verbose --in tone --speaker null "$@" "sip:ann@127.0.0.1:$port;transport=tcp" >"$name.log" 2>&1 &
    phone=$!
    [ -z "${meanwhile:-}" ] || "$meanwhile" "$phone" "$name.log"
    ends "${patience:-20}" "$phone" "voz-call ($name)"
    [ "$status" -eq "$wanted" ] || die "$name: voz-call ended with $status: $(tail -n 3 "$name.log")"
    said "$name.log" "$text" || die "$name: voz-call does not say '$text': $(tail -n 3 "$name.log")"
    ends 10 "$sipp" "SIPp ($name)"
    [ "$status" -eq 0 ] || die "$name: $(tail -n 4 "$name.errors" "$name.messages")"
    done_well=$((${done_well:-0} + 1))
}

listens() { # PORT
    ss -Htln "sport = :$1" | grep -q .
}
