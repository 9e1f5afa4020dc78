// Generic NACK: see rtcp_nack.h.
#include "media/rtcp_nack.h"

#define FCI_LEN 4  // PID and BLP
#define FOLLOW  16 // packets after PID that BLP has bits for

bool rtcp_is_nack(const struct rtcp_packet *packet)
{
    return packet->type == RTCP_RTPFB && packet->count == RTCP_NACK_FMT;
}

struct rtcp_nack rtcp_nack_of(const struct rtcp_packet *packet)
{
    struct rtcp_nack nack = {.left = reader_of(packet->body, packet->body_len)};
    if (!rtcp_is_nack(packet))
        return (struct rtcp_nack){0};
    reader_take(&nack.left, 4); // the SSRC of the one who asks
    nack.media_ssrc = reader_u32(&nack.left);
    return nack;
}

bool rtcp_nack_next(struct rtcp_nack *nack, uint16_t *seq)
{
    if (nack->mask == 0) {
        nack->seq = reader_u16(&nack->left);
        nack->mask = (uint32_t)reader_u16(&nack->left) << 1 | 1;
        if (nack->left.failed)
            nack->mask = 0;
    }
    if (nack->mask == 0)
        return false;
    for (; !(nack->mask & 1); nack->mask >>= 1)
        nack->seq++;
    *seq = nack->seq++;
    nack->mask >>= 1;
    return true;
}

// The sequence numbers from seqs[at] on that one word can say; returns how many.
static size_t pack(const uint16_t *seqs, size_t count, uint16_t *mask)
{
    size_t taken = 1;
    for (*mask = 0; taken < count; taken++) {
        uint16_t after = (uint16_t)(seqs[taken] - seqs[0]);
        if (after > FOLLOW)
            break;
        if (after)
            *mask |= (uint16_t)(1u << (after - 1));
    }
    return taken;
}

void rtcp_write_nack(struct writer *w, uint32_t ssrc, uint32_t media_ssrc, const uint16_t *seqs,
                     size_t count)
{
    uint16_t mask = 0;
    size_t words = 0;
    for (size_t i = 0; i < count; i += pack(seqs + i, count - i, &mask))
        words++;
    if (words == 0)
        return;
    rtcp_write_header(w, RTCP_RTPFB, RTCP_NACK_FMT, 8 + words * FCI_LEN);
    writer_u32(w, ssrc);
    writer_u32(w, media_ssrc);
    for (size_t i = 0, taken = 0; i < count; i += taken) {
        taken = pack(seqs + i, count - i, &mask);
        writer_u16(w, seqs[i]);
        writer_u16(w, mask);
    }
}
