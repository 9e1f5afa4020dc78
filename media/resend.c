// Packets kept to be sent again: see resend.h. A table by sequence number says where in a ring of
// octets each payload lies; what was overwritten since is not kept.
#include "media/resend.h"

#include "media/rtx.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_UNKNOWN (10 * USEC_MS) // where the round trip is not known

struct slot {
    bool used;
    struct rtp_packet packet; // `payload` points into the ring
    usec sent;
    uint64_t at; // of the payload's first octet, in octets ever written
};

struct resend {
    uint64_t written; // octets ever
    size_t cap;       // of the ring
    struct slot slots[RESEND_PACKETS];
    uint8_t octets[];
};

struct resend *resend_new(size_t octets)
{
    struct resend *r = malloc(sizeof *r + octets);
    if (!r)
        return NULL;
    r->written = 0;
    r->cap = octets;
    resend_clear(r);
    return r;
}

void resend_free(struct resend *r)
{
    free(r);
}

void resend_clear(struct resend *r)
{
    for (uint32_t i = 0; i < RESEND_PACKETS; i++)
        r->slots[i].used = false;
}

void resend_keep(struct resend *r, usec now, const struct rtp_packet *packet)
{
    assert(packet->payload_len <= RESEND_PAYLOAD_MAX);
    uint32_t offset = (uint32_t)(r->written % r->cap);
    if (offset + packet->payload_len > r->cap) { // a payload lies in one piece
        r->written += r->cap - offset;
        offset = 0;
    }
    if (packet->payload_len)
        memcpy(r->octets + offset, packet->payload, packet->payload_len);
    struct slot *slot = &r->slots[packet->seq % RESEND_PACKETS];
    *slot = (struct slot){.used = true, .packet = *packet, .sent = now, .at = r->written};
    slot->packet.payload = r->octets + offset;
    r->written += packet->payload_len;
}

bool resend_find(const struct resend *r, usec now, uint16_t seq, struct rtp_packet *packet)
{
    const struct slot *slot = &r->slots[seq % RESEND_PACKETS];
    if (!slot->used || slot->packet.seq != seq || now - slot->sent > RESEND_AGE ||
        r->written - slot->at > r->cap)
        return false;
    *packet = slot->packet;
    return true;
}

// A listener that asks again before the resend can have reached it does not know of it yet.
static bool on_its_way(const struct resend_account *account, usec now, uint16_t seq)
{
    bool known = account->round_trip > 0 && account->round_trip != USEC_NEVER;
    usec wait = known ? account->round_trip / 2 : AGAIN_UNKNOWN;
    const struct resend_again *last = &account->recent[seq % RESEND_RECENT];
    return last->used && last->seq == seq && now - last->at < wait;
}

// A token bucket, counted in time. One that is not empty pays for a packet of any size and owes the
// rest: at a low rate a long packet costs more than the bucket holds.
static bool pay(struct resend_account *account, usec now, size_t octets)
{
    usec paid_until = usec_max(account->paid_until, now);
    if (account->rate <= 0 || paid_until - now >= RESEND_BURST)
        return false;
    account->paid_until = paid_until + usec_from_units((int64_t)octets * 8, account->rate) + 1;
    return true;
}

bool resend_ask(const struct resend *r, struct resend_account *account, usec now, uint16_t seq,
                struct rtp_packet *packet)
{
    struct resend_stats *stats = &account->stats;
    struct rtp_packet found;
    stats->asked++;
    if (!resend_find(r, now, seq, &found)) {
        stats->too_old++;
        return false;
    }
    if (on_its_way(account, now, seq)) {
        stats->refused_again++;
        return false;
    }
    if (!pay(account, now, RTP_HEADER_LEN + RTX_OSN_LEN + found.payload_len)) {
        stats->refused_rate++;
        return false;
    }
    account->recent[seq % RESEND_RECENT] =
        (struct resend_again){.used = true, .seq = seq, .at = now};
    stats->resent++;
    *packet = found;
    return true;
}
