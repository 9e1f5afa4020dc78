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

bool shelf_holds(const struct shelf *shelf, uint32_t seq)
{
    return holds(shelf, &shelf->slots[seq % SHELF_SLOTS], seq);
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
