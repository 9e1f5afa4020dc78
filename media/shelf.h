// Where packets wait in the jitter buffer (playout.h): found by sequence number, the newest
// SHELF_SLOTS of them. Their payloads lie in a ring of octets that is written round and round; what
// was overwritten before its turn counts as missing. It decides nothing.
#ifndef MEDIA_SHELF_H
#define MEDIA_SHELF_H

#include "media/playout.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stdint.h>

#define SHELF_SLOTS       1024u
#define SHELF_OCTETS      (256u * 1024u)
#define SHELF_PAYLOAD_MAX 8192u

struct shelf_slot {
    bool used;
    struct playout_packet packet; // `payload` points into the shelf
    usec arrival;
    uint64_t at; // of the payload's first octet, in octets ever written
};

struct shelf {            // zero: empty
    uint32_t highest_seq; // of all that were put; the owner sets it where a time line begins
    uint64_t written;     // octets ever
    struct shelf_slot slots[SHELF_SLOTS];
    uint8_t octets[SHELF_OCTETS];
};

// How far ahead one extended sequence number is of another; negative: behind.
static inline int64_t shelf_ahead(uint32_t seq, uint32_t of)
{
    return (int32_t)(seq - of);
}

void shelf_clear(struct shelf *shelf); // forgets all packets
// Copies the packet; its payload has at most SHELF_PAYLOAD_MAX octets.
void shelf_put(struct shelf *shelf, usec arrival, const struct playout_packet *packet);
// The one of that number; NULL: it is not here.
const struct shelf_slot *shelf_at(const struct shelf *shelf, uint32_t seq);
// Which packet began at `time`, that should lie behind `last`, which ended at `last_end`, and before
// `carrier`, and does not? Packets are `samples` long. False: none is missing there.
bool shelf_missing_at(const struct shelf *shelf, uint32_t last, int64_t last_end, int samples,
                      uint32_t carrier, int64_t time, uint32_t *seq);
// The oldest one behind `seq`; NULL: there is none. Its owner takes it by clearing `used`.
struct shelf_slot *shelf_next(struct shelf *shelf, uint32_t seq);

#endif
