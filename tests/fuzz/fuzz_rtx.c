// Any octets as a retransmission packet: the repeated packet lies inside, what repeats nothing
// leaves it alone, and what was parsed is the same after it was written and parsed again.
#include "media/rtx.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define OPUS 96
#define RTX  97

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void write_and_parse(const struct rtp_packet *original, const struct rtp_packet *rtx)
{
    size_t len = RTP_HEADER_LEN + RTX_OSN_LEN + original->payload_len;
    uint8_t *out = malloc(len); // no larger: a write past the end is seen
    struct rtp_packet packet, again;
    assert(out);
    assert(rtx_write(original, RTX, rtx->ssrc, rtx->seq, out, len - 1) == 0);
    assert(rtx_write(original, RTX, rtx->ssrc, rtx->seq, out, len) == len);
    assert(rtp_parse(&packet, out, len) == RTP_OK);
    assert(packet.payload_type == RTX && packet.ssrc == rtx->ssrc && packet.seq == rtx->seq);
    assert(rtx_parse(&packet, OPUS, 1, &again));
    assert(again.payload_type == OPUS && again.ssrc == 1 && again.seq == original->seq);
    assert(again.marker == original->marker && again.timestamp == original->timestamp);
    assert(again.payload_len == original->payload_len);
    assert(memcmp(again.payload, original->payload, original->payload_len) == 0);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rtp_packet rtx, original, before;
    if (rtp_parse(&rtx, data, len) != RTP_OK)
        return 0;
    memset(&original, 0xa5, sizeof original);
    memcpy(&before, &original, sizeof original);
    if (!rtx_parse(&rtx, OPUS, 1, &original)) {
        assert(rtx.payload_len < RTX_OSN_LEN);
        assert(memcmp(&original, &before, sizeof original) == 0);
        return 0;
    }
    assert(original.payload == rtx.payload + RTX_OSN_LEN);
    assert(original.payload_len + RTX_OSN_LEN == rtx.payload_len);
    write_and_parse(&original, &rtx);
    return 0;
}
