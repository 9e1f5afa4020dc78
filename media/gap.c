// What was concealed and may still come: see gap.h.
#include "media/gap.h"

void gap_conceal(struct gap *g, uint32_t seq, int64_t time, int samples)
{
    struct gap_packet *p = &g->packets[seq % GAP_PACKETS];
    // a silence before it may have been taken for it
    if (p->seq != seq || !p->samples || p->time + p->samples != time)
        *p = (struct gap_packet){.seq = seq, .time = time};
    p->samples += samples;
}

uint64_t gap_came(struct gap *g, const struct playout_packet *packet)
{
    struct gap_packet *p = &g->packets[packet->seq % GAP_PACKETS];
    if (p->seq != packet->seq || p->time < packet->time ||
        p->time >= packet->time + packet->samples)
        return 0;
    uint64_t samples = (uint64_t)p->samples;
    p->samples = 0;
    return samples;
}

void gap_clear(struct gap *g, uint32_t seq, int64_t count)
{
    for (uint32_t i = 0; i < GAP_PACKETS && i < count; i++) {
        struct gap_packet *p = &g->packets[(seq + i) % GAP_PACKETS];
        if (p->seq == seq + i)
            p->samples = 0;
    }
}

bool gap_at(const struct gap *g, int64_t time, int samples, uint32_t *seq)
{
    for (uint32_t i = 0; i < GAP_PACKETS; i++) {
        const struct gap_packet *p = &g->packets[i];
        if (p->samples && p->time >= time && p->time < time + samples) {
            *seq = p->seq;
            return true;
        }
    }
    return false;
}

bool gap_repaired(struct gap *g, uint32_t seq)
{
    struct gap_packet *p = &g->packets[seq % GAP_PACKETS];
    bool first = p->seq == seq && p->samples && !p->repaired;
    p->repaired |= first;
    return first;
}
