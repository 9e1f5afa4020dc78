// RTP data packets: see rtp.h. One cursor walks the header front to back; padding, which is counted
// from the other end, is taken off last.
#include "media/rtp.h"

#include "media/bytes.h"

#include <string.h>

#define VERSION_2     2
#define HAS_PADDING   0x20
#define HAS_EXTENSION 0x10
#define CSRC_COUNT    0x0f
#define MARKER        0x80

const char *rtp_strstatus(enum rtp_status status)
{
    switch (status) {
    case RTP_OK:
        return "ok";
    case RTP_SHORT:
        return "too short";
    case RTP_VERSION:
        return "not version 2";
    case RTP_PADDING:
        return "bad padding";
    case RTP_IS_RTCP:
        return "an RTCP packet";
    }
    return "unknown";
}

// RFC 3550 section 5.3.1: 16 bits for the profile, the length in words, then that many words.
static void skip_extension(struct reader *r)
{
    reader_u16(r);
    reader_take(r, (size_t)reader_u16(r) * 4);
}

// Is this a payload type that would be RTCP with or without the marker bit (RFC 5761 section 4)?
static bool is_rtcp_type(uint8_t payload_type)
{
    return payload_type >= 64 && payload_type <= 95;
}

// RFC 3550 sections 5.1 and A.1
enum rtp_status rtp_parse(struct rtp_packet *packet, const void *data, size_t len)
{
    struct reader r = reader_of(data, len);
    uint8_t flags = reader_u8(&r);
    uint8_t type = reader_u8(&r);
    struct rtp_packet p = {.marker = type & MARKER, .payload_type = type & ~MARKER};
    p.seq = reader_u16(&r);
    p.timestamp = reader_u32(&r);
    p.ssrc = reader_u32(&r);
    if (r.failed)
        return RTP_SHORT;
    if (flags >> 6 != VERSION_2)
        return RTP_VERSION;
    if (is_rtcp_type(p.payload_type))
        return RTP_IS_RTCP;

    reader_take(&r, (size_t)(flags & CSRC_COUNT) * 4);
    if (flags & HAS_EXTENSION)
        skip_extension(&r);
    if (r.failed)
        return RTP_SHORT;

    p.payload = r.at;
    p.payload_len = reader_left(&r);
    if (flags & HAS_PADDING) {
        uint8_t padding = p.payload_len ? p.payload[p.payload_len - 1] : 0;
        if (padding == 0 || padding > p.payload_len)
            return RTP_PADDING;
        p.payload_len -= padding;
    }
    *packet = p;
    return RTP_OK;
}

size_t rtp_write(const struct rtp_packet *packet, void *out, size_t cap)
{
    if (cap < RTP_HEADER_LEN || cap - RTP_HEADER_LEN < packet->payload_len)
        return 0;
    struct writer w = writer_of(out, cap);
    uint8_t *payload = w.start + RTP_HEADER_LEN;
    if (packet->payload_len && packet->payload != payload)
        memmove(payload, packet->payload,
                packet->payload_len); // before the header: it may lie there
    writer_u8(&w, VERSION_2 << 6);
    writer_u8(&w, (uint8_t)((packet->marker ? MARKER : 0) | (packet->payload_type & ~MARKER)));
    writer_u16(&w, packet->seq);
    writer_u32(&w, packet->timestamp);
    writer_u32(&w, packet->ssrc);
    return RTP_HEADER_LEN + packet->payload_len;
}

bool rtp_is_rtcp(const void *data, size_t len)
{
    const uint8_t *bytes = data;
    return len >= 2 && bytes[1] >= 192 && bytes[1] <= 223;
}
