# The reports of one captured session against the packets of the same capture.
#
# In: one line a frame, as run.sh lets tshark print it. Given: first (sequence number in the reply to PLAY),
# sent and octets (the sender's own counts), peer. Out: one line of JSON; or what is wrong, and exit status 1.
# A frame of interleaved TCP may hold several packets: then a field holds several values.

function wrong(what)
{
    print "packet at " time ": " what
    bad = 1
    exit 1
}

function near(a, b, by)
{
    return a - b <= by && b - a <= by
}

function rtp(ssrc, seq, timestamp, marker, type)
{
    if (ssrc + 0 == 0 || ssrc == "0x00000000") # a peer that opens a NAT
        return
    if (!source)
        source = ssrc
    if (ssrc != source)
        wrong("a second SSRC: " ssrc)
    if (type != 96)
        wrong("payload type " type)
    seq += seq < first ? 65536 : 0
    if (received && seq <= highest)
        wrong("sequence number " seq " after " highest)
    if (received) {
        step = (timestamp - last_timestamp + 4294967296) % 4294967296
        if (step != 960 * (seq - highest))
            wrong("the timestamp goes on by " step " in " (seq - highest) " packets")
    } else {
        base = seq
    }
    highest = seq
    last_timestamp = timestamp
    last_time = time
    received++
    arrived[seq] = time
}

function sender_report(msw, lsw, timestamp, packets, count)
{
    ntp = msw + lsw / 4294967296
    middle = (msw % 65536) * 65536 + int(lsw / 65536)
    sent_at[middle] = time
    # The packets that the report counts were sent before it: up to the newest, and what was lost after it.
    if (received && packets < highest - first + 1)
        wrong("SR counts " packets " packets, " (highest - first + 1) " were sent")
    if (packets > sent)
        wrong("SR counts " packets " packets of " sent)
    if (packets == sent && count != octets)
        wrong("SR counts " count " octets of " octets)
    if (sender_reports) { # RTP time and wall clock run together
        rtp_step = ((timestamp - sr_timestamp + 4294967296) % 4294967296) / 48000
        if (!near(rtp_step, ntp - sr_ntp, 0.0005))
            wrong("between SRs, RTP time went on by " rtp_step " s, NTP time by " (ntp - sr_ntp) " s")
    }
    if (received) { # and the packets are on that clock
        ahead = (timestamp - last_timestamp + 4294967296) % 4294967296
        if (ahead > 2147483648)
            ahead -= 4294967296
        error = ahead / 48000 - (time - last_time)
        if (!near(error, 0, 0.1))
            wrong("SR is " error " s off the packets")
        if (error < 0)
            error = -error
        if (error > clock_error)
            clock_error = error
    }
    sr_timestamp = timestamp
    sr_ntp = ntp
    last_count = packets
    sender_reports++
}

function receiver_report(about, fraction, lost, high, jitter, lsr, dlsr)
{
    if (about != source)
        wrong("RR is about " about)
    receiver_reports++
    high += high < first ? 65536 : 0
    if (high > highest)
        wrong("RR has seen " high ", " highest " was the last")
    if (peer != "ffmpeg") { # its figures are known to be wrong
        missing = 0
        for (seq = base; seq <= high; seq++)
            missing += !(seq in arrived)
        if (!near(lost, missing, peer == "voz" ? 0 : 1)) # GStreamer begins with one less, now and then
            wrong("RR says " lost " lost, of the capture are missing " missing)
        if (reported) { # RFC 3550, A.3
            interval = high - reported_high
            expected = interval > 0 && lost > reported_lost ? int((lost - reported_lost) * 256 / interval) : 0
            if (!near(fraction, expected, peer == "voz" ? 0 : 1))
                wrong("RR says " fraction "/256 lost, " expected " were")
        }
        if (jitter / 48 > 30)
            wrong("RR says a jitter of " jitter / 48 " ms")
    }
    if (lsr != 0 && peer != "ffmpeg") {
        if (!(lsr in sent_at))
            wrong("RR answers an SR that was not sent")
        trip = time - sent_at[lsr] - dlsr / 65536
        if (!near(trip, 0, 0.05))
            wrong("RR: the round trip is " trip " s")
        round_trip = trip
        round_trips++
    }
    reported = 1
    reported_high = high
    reported_lost = lost
}

BEGIN {
    FS = "|"
}

{
    time = $1
    packets = split($2, ssrc, ",")
    split($3, seq_of, ",")
    split($4, timestamp_of, ",")
    split($5, marker_of, ",")
    split($6, type_of, ",")
    for (i = 1; i <= packets; i++)
        rtp(ssrc[i], seq_of[i] + 0, timestamp_of[i] + 0, marker_of[i], type_of[i] + 0)
    if ($8 != "" && (!source || index($7, source) == 1)) # a peer that punched a hole may call itself a sender too
        sender_report($8 + 0, $9 + 0, $10 + 0, $11 + 0, $12 + 0)
    if ($13 != "" && $16 != "") # the block's source comes before that of the description
        receiver_report(substr($13, 1, 10), $14 + 0, $15 + 0, $16 + 0, $17 + 0, $18 + 0, $19 + 0)
}

END {
    if (bad)
        exit 1
    if (!sender_reports || !receiver_reports && peer != "ffmpeg") { # it reports once in 280,000 octets
        print "reports: " sender_reports + 0 " SR, " receiver_reports + 0 " RR"
        exit 1
    }
    if (last_count != sent) {
        print "the last SR counts " last_count " packets of " sent
        exit 1
    }
    printf "{\"received\":%d,\"lost\":%d,\"lost_between\":%d,\"sender_reports\":%d,\"receiver_reports\":%d,", received,
        sent - received, highest - base + 1 - received, sender_reports, receiver_reports
    printf "\"round_trips\":%d,\"round_trip_ms\":%.3f,\"clock_error_ms\":%.2f}\n", round_trips, round_trip * 1000,
        clock_error * 1000
}
