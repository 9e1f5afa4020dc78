// What the jitter buffer (playout.h) concealed, packet by packet, for as long as the packet may still
// come: then its time was not lost, but late.
#ifndef MEDIA_GAP_H
#define MEDIA_GAP_H

#include "media/playout.h"

#include <stdbool.h>
#include <stdint.h>

#define GAP_PACKETS 256u // that are remembered

struct gap { // zero: nothing was concealed
    struct gap_packet {
        uint32_t seq;  // extended
        int samples;   // concealed in its place
        int64_t time;  // media time of the first of them
        bool repaired; // it was had otherwise, too late
    } packets[GAP_PACKETS];
};

void gap_conceal(struct gap *g, uint32_t seq, int64_t time, int samples);

// The packet came. Returns the samples that were concealed in its place and are counted no more: 0
// where they lie outside of its time, since it was not sent when it was missed (DTX).
uint64_t gap_came(struct gap *g, const struct playout_packet *packet);

// What was concealed for the `count` packets from `seq` on is forgotten.
void gap_clear(struct gap *g, uint32_t seq, int64_t count);

// Was a packet concealed that began at media time `time` and is so many `samples` long? Which one?
bool gap_at(const struct gap *g, int64_t time, int samples, uint32_t *seq);

// The packet was had otherwise (playout_repair), too late. False: it was not concealed, or this was
// known.
bool gap_repaired(struct gap *g, uint32_t seq);

#endif
