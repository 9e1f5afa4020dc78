// Any octets as an RTP packet: the payload lies inside, a fault leaves the packet alone, and what
// was parsed is the same after it was written and parsed again.
#include "media/rtp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void write_and_parse(const struct rtp_packet *packet)
{
    size_t len = RTP_HEADER_LEN + packet->payload_len;
    uint8_t *out = malloc(len); // no larger: a write past the end is seen
    struct rtp_packet again;
    assert(out);
    assert(rtp_write(packet, out, len - 1) == 0);
    assert(rtp_write(packet, out, len) == len);
    assert(rtp_parse(&again, out, len) == RTP_OK);
    assert(again.marker == packet->marker && again.payload_type == packet->payload_type);
    assert(again.seq == packet->seq && again.timestamp == packet->timestamp);
    assert(again.ssrc == packet->ssrc && again.payload_len == packet->payload_len);
    assert(again.payload == out + RTP_HEADER_LEN);
    assert(packet->payload_len == 0 ||
           memcmp(again.payload, packet->payload, packet->payload_len) == 0);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rtp_packet packet, before;
    memset(&packet, 0xa5, sizeof packet);
    before = packet;
    if (rtp_parse(&packet, data, len) != RTP_OK) {
        assert(memcmp(&packet, &before, sizeof packet) == 0);
        return 0;
    }
    assert(!rtp_is_rtcp(data, len));
    assert(packet.payload_type < 128);
    assert(packet.payload >= data + RTP_HEADER_LEN && packet.payload <= data + len);
    assert(packet.payload_len <= (size_t)(data + len - packet.payload));
    write_and_parse(&packet);
    return 0;
}
