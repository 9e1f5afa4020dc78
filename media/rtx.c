// Retransmission packets: see rtx.h.
#include "media/rtx.h"

#include "media/bytes.h"

#include <string.h>

#define BEFORE_PAYLOAD (RTP_HEADER_LEN + RTX_OSN_LEN)

// RFC 4588 section 4. The payload is moved first: it may lie where the rest is written.
size_t rtx_write(const struct rtp_packet *original, uint8_t payload_type, uint32_t ssrc,
                 uint16_t seq, void *out, size_t cap)
{
    if (cap < BEFORE_PAYLOAD || cap - BEFORE_PAYLOAD < original->payload_len)
        return 0;
    struct writer w = writer_of((uint8_t *)out + RTP_HEADER_LEN, cap - RTP_HEADER_LEN);
    if (original->payload_len)
        memmove(w.start + RTX_OSN_LEN, original->payload, original->payload_len);
    writer_u16(&w, original->seq);
    struct rtp_packet rtx = *original;
    rtx.payload_type = payload_type;
    rtx.ssrc = ssrc;
    rtx.seq = seq;
    rtx.payload = w.start;
    rtx.payload_len += RTX_OSN_LEN;
    return rtp_write(&rtx, out, cap);
}

bool rtx_parse(const struct rtp_packet *rtx, uint8_t payload_type, uint32_t ssrc,
               struct rtp_packet *original)
{
    struct reader r = reader_of(rtx->payload, rtx->payload_len);
    uint16_t seq = reader_u16(&r);
    if (r.failed)
        return false;
    *original = *rtx;
    original->payload_type = payload_type;
    original->ssrc = ssrc;
    original->seq = seq;
    original->payload = r.at;
    original->payload_len = reader_left(&r);
    return true;
}
