// The writing half of sdp.h. What is not optional here is what some peer in the field fails
// without.
#include "control/sdp.h"

#include <string.h>

static void write_line(struct text *t, const char *start, struct slice value)
{
    if (!value.len)
        return;
    text_add(t, start);
    text_clean(t, value);
    text_add(t, "\r\n");
}

static void write_time(struct text *t, const char *start, usec time)
{
    if (time <= 0)
        return;
    text_add(t, start);
    text_unsigned(t, (uint64_t)((time + USEC_MS - 1) / USEC_MS)); // RFC 7587 7: rounded up
    text_add(t, "\r\n");
}

static bool is_ipv6(struct slice address)
{
    return slice_find(address, ':') < address.len;
}

// 224.0.0.0/4 or ff00::/8
static bool is_multicast(struct slice address)
{
    struct slice first;
    uint64_t number;
    if (is_ipv6(address))
        return slice_starts_nocase(address, "ff");
    slice_cut(&address, '.', &first);
    return slice_unsigned(first, UINT8_MAX, &number) && number >= 224 && number < 240;
}

static void write_address(struct text *t, struct slice address)
{
    text_add(t, is_ipv6(address) ? "IN IP6 " : "IN IP4 ");
    text_clean(t, address);
    text_add(t, "\r\n");
}

// What a c= may say: the address itself, or none in particular.
static struct slice unicast(struct slice address)
{
    if (address.len && !is_multicast(address))
        return address;
    return slice_of(is_ipv6(address) ? "::" : "0.0.0.0");
}

static void write_connection(struct text *t, struct slice address)
{
    text_add(t, "c=");
    write_address(t, unicast(address));
}

static void write_direction(struct text *t, enum sdp_direction direction)
{
    static const char *const lines[] = {
        [SDP_SENDRECV] = "",
        [SDP_SENDONLY] = "a=sendonly\r\n",
        [SDP_RECVONLY] = "a=recvonly\r\n",
        [SDP_INACTIVE] = "a=inactive\r\n",
    };
    text_add(t, lines[direction]);
}

static void write_number(struct text *t, const char *name, uint32_t value)
{
    if (!value)
        return;
    text_add(t, name);
    text_unsigned(t, value);
}

// RFC 3556
static void write_bandwidth(struct text *t, const char *start, uint32_t bandwidth)
{
    write_number(t, start, bandwidth);
    text_add(t, bandwidth ? "\r\n" : "");
}

// RFC 7587 7
static void write_opus(struct text *t, const struct sdp_opus *opus)
{
    text_add(t, opus->sprop_stereo ? "sprop-stereo=1" : "sprop-stereo=0");
    text_add(t, opus->stereo ? ";stereo=1" : ";stereo=0");
    text_add(t, opus->useinbandfec ? ";useinbandfec=1" : "");
    text_add(t, opus->usedtx ? ";usedtx=1" : "");
    text_add(t, opus->cbr ? ";cbr=1" : "");
    write_number(t, ";maxaveragebitrate=", opus->maxaveragebitrate);
    write_number(t, ";maxplaybackrate=", opus->maxplaybackrate);
    write_number(t, ";minptime=", opus->minptime);
}

static void write_start(struct text *t, const char *attribute, const struct sdp_format *format)
{
    text_add(t, attribute);
    text_unsigned(t, format->pt);
    text_add(t, " ");
}

static void write_rtpmap(struct text *t, const struct sdp_format *format, bool opus)
{
    if (!format->encoding.len)
        return;
    write_start(t, "a=rtpmap:", format);
    if (opus) {
        text_add(t, "opus/48000/2\r\n");
        return;
    }
    text_clean(t, format->encoding);
    write_number(t, "/", format->clock);
    if (format->channels > 1)
        write_number(t, "/", format->channels);
    text_add(t, "\r\n");
}

static void write_feedback(struct text *t, const struct sdp_format *format, bool has,
                           const char *kind)
{
    if (!has)
        return;
    write_start(t, "a=rtcp-fb:", format);
    text_add(t, kind);
}

static void write_format(struct text *t, const struct sdp_format *format)
{
    bool opus = slice_is_nocase(format->encoding, "opus");
    write_rtpmap(t, format, opus);
    if (opus || format->fmtp.len) {
        write_start(t, "a=fmtp:", format);
        if (opus)
            write_opus(t, &format->opus);
        else
            text_clean(t, format->fmtp);
        text_add(t, "\r\n");
    }
    write_feedback(t, format, format->nack, "nack\r\n");
    write_feedback(t, format, format->pli, "nack pli\r\n");
    write_feedback(t, format, format->fir, "ccm fir\r\n");
}

// RFC 3611 5.1
static void write_xr(struct text *t, const struct sdp_xr *xr)
{
    char buffer[64];
    struct text blocks = text_of(buffer, sizeof buffer);
    text_add(&blocks, xr->loss_rle ? " pkt-loss-rle" : "");
    text_add(&blocks, xr->voip_metrics ? " voip-metrics" : "");
    text_add(&blocks, xr->rcvr_rtt ? " rcvr-rtt=sender" : "");
    write_line(t, "a=rtcp-xr:", slice_trim(text_written(&blocks)));
}

static struct slice kind_name(const struct sdp_media *media)
{
    if (media->kind == SDP_OTHER)
        return media->kind_name.len ? media->kind_name : slice_of("application");
    return slice_of(media->kind == SDP_AUDIO ? "audio" : "video");
}

// `session`: the address in the session's c=.
static void write_media(struct text *t, struct slice session, const struct sdp_media *media)
{
    text_add(t, "m=");
    text_clean(t, kind_name(media));
    text_add(t, " ");
    text_unsigned(t, media->port);
    text_add(t, " ");
    text_clean(t, media->proto.len ? media->proto : slice_of(media->avpf ? "RTP/AVPF" : "RTP/AVP"));
    for (size_t i = 0; i < media->format_count; i++) {
        text_add(t, " ");
        text_unsigned(t, media->formats[i].pt);
    }
    text_add(t, "\r\n");
    if (media->connection.len && !slice_equal(unicast(media->connection), unicast(session)))
        write_connection(t, media->connection);
    write_bandwidth(t, "b=RS:", media->rtcp_senders);
    write_bandwidth(t, "b=RR:", media->rtcp_receivers);
    for (size_t i = 0; i < media->format_count; i++)
        write_format(t, &media->formats[i]);
    write_time(t, "a=ptime:", media->ptime);
    write_time(t, "a=maxptime:", media->maxptime);
    text_add(t, media->rtcp_mux ? "a=rtcp-mux\r\n" : "");
    write_xr(t, &media->rtcp_xr);
    write_direction(t, media->direction);
    write_line(t, "a=control:", media->control);
}

size_t sdp_write(const struct sdp *sdp, char *buffer, size_t cap)
{
    if (!cap)
        return 0;
    struct text t = text_of(buffer, cap);
    text_add(&t, "v=0\r\no=- ");
    text_unsigned(&t, sdp->id);
    text_add(&t, " ");
    text_unsigned(&t, sdp->version);
    text_add(&t, " ");
    write_address(&t, sdp->address.len ? sdp->address : slice_of("127.0.0.1"));
    text_add(&t, "s=");
    text_clean(&t, slice_trim(sdp->name).len ? sdp->name : slice_of("-"));
    text_add(&t, "\r\n");
    struct slice session = sdp->connection;
    // None in particular, but of the host's family: GStreamer opens the sockets that c= speaks of.
    if (!session.len && is_ipv6(sdp->address))
        session = slice_of("::");
    write_connection(&t, session);
    text_add(&t, "t=0 0\r\n");
    write_line(&t, "a=tool:", sdp->tool);
    write_line(&t, "a=range:", sdp->range);
    write_line(&t, "a=control:", sdp->control);
    for (size_t i = 0; i < sdp->media_count; i++)
        write_media(&t, session, &sdp->media[i]);
    return t.failed ? 0 : t.len;
}
