// Where packets wait in the jitter buffer: see shelf.h.
#include "media/shelf.h"

#include <string.h>

static bool holds(const struct shelf *shelf, const struct shelf_slot *slot, uint32_t seq)
{
    return slot->used && slot->packet.seq == seq && shelf->written - slot->at <= SHELF_OCTETS;
}

void shelf_clear(struct shelf *shelf)
{
    for (uint32_t i = 0; i < SHELF_SLOTS; i++)
        shelf->slots[i].used = false;
}

void shelf_put(struct shelf *shelf, usec arrival, const struct playout_packet *packet)
{
    uint32_t offset = (uint32_t)(shelf->written % SHELF_OCTETS);
    if (offset + packet->payload_len > SHELF_OCTETS) { // a payload lies in one piece
        shelf->written += SHELF_OCTETS - offset;
        offset = 0;
    }
    if (packet->payload_len)
        memcpy(shelf->octets + offset, packet->payload, packet->payload_len);
    struct shelf_slot *slot = &shelf->slots[packet->seq % SHELF_SLOTS];
    *slot = (struct shelf_slot){
        .used = true, .packet = *packet, .arrival = arrival, .at = shelf->written};
    slot->packet.payload = shelf->octets + offset;
    shelf->written += packet->payload_len;
    if (shelf_ahead(packet->seq, shelf->highest_seq) > 0)
        shelf->highest_seq = packet->seq;
}

const struct shelf_slot *shelf_at(const struct shelf *shelf, uint32_t seq)
{
    const struct shelf_slot *slot = &shelf->slots[seq % SHELF_SLOTS];
    return holds(shelf, slot, seq) ? slot : NULL;
}

// Between the nearest packets that are here on either side, packets are missing at even distances; but
// there may be silence as well, that was not sent.
bool shelf_missing_at(const struct shelf *shelf, uint32_t last, int64_t last_end, int samples,
                      uint32_t carrier, int64_t time, uint32_t *seq)
{
    const struct shelf_slot *end = shelf_at(shelf, carrier);
    uint32_t next = carrier;
    int64_t most = shelf_ahead(carrier, last);
    for (uint32_t s = last + 1; most <= (int64_t)SHELF_SLOTS && shelf_ahead(s, carrier) < 0; s++) {
        const struct shelf_slot *slot = &shelf->slots[s % SHELF_SLOTS];
        if (!holds(shelf, slot, s))
            continue;
        if (slot->packet.time > time) {
            next = s;
            end = slot;
            break;
        }
        last = s;
        last_end = slot->packet.time + slot->packet.samples;
    }
    most = shelf_ahead(next, last) - 1; // that are missing there
    if (most < 1 || most > (int64_t)SHELF_SLOTS || time < last_end || samples < 1)
        return false;
    if (end && end->packet.time - time < samples / 2) // it began with that one
        return false;
    int64_t n = (time - last_end + samples / 2) / samples + 1;
    *seq = last + (uint32_t)(n < most ? n : most);
    return true;
}

struct shelf_slot *shelf_next(struct shelf *shelf, uint32_t seq)
{
    for (seq++; shelf_ahead(seq, shelf->highest_seq) <= 0; seq++) {
        struct shelf_slot *slot = &shelf->slots[seq % SHELF_SLOTS];
        if (holds(shelf, slot, seq))
            return slot;
    }
    return NULL;
}
