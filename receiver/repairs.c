// What was lost, and comes otherwise: see repairs.h.
#include "receiver/repairs.h"

#include "media/voice.h"

#define PATIENCE_LEAST (30 * USEC_MS) // less spares no waking up
#define WAKING         (30 * USEC_MS) // so much later than it is due, where the machine is busy

void repairs_init(struct repairs *r, const struct repairs_config *config, struct playout *playout)
{
    *r = (struct repairs){.config = *config, .playout = playout};
}

void repairs_turn(struct repairs *r, bool red, bool again)
{
    r->no_red = !red;
    r->no_again = !again;
    if (!again) // and what is missing now is not asked for later
        wanted_restart(&r->wanted);
}

void repairs_restart(struct repairs *r)
{
    wanted_restart(&r->wanted);
}

bool repairs_is_voice(const struct repairs *r, const uint8_t *payload, size_t len)
{
    return len <= VOICE_PACKET_MAX && voice_samples(r->config.codec, payload, len) > 0;
}

struct playout_packet repairs_packet(const struct repairs *r, uint32_t seq, int64_t time,
                                     const uint8_t *payload, size_t len, enum playout_origin origin)
{
    bool fec = r->config.codec == VOICE_OPUS && voice_packet_has_fec(payload, len);
    return (struct playout_packet){
        .seq = seq,
        .time = time,
        .samples = voice_samples(r->config.codec, payload, len),
        .fec_samples = fec ? voice_packet_frame_samples(payload, len) : 0,
        .origin = origin,
        .payload = payload,
        .payload_len = len,
    };
}

// ---- redundant copies --------------------------------------------------------------------------

bool repairs_unwrap(struct repairs *r, struct rtp_packet *packet)
{
    r->copies_count = 0;
    if (!r->config.red || packet->payload_type != r->config.payload_type_red)
        return true;
    if (red_parse(r->copies, &r->copies_count, packet->payload, packet->payload_len) != RED_OK) {
        r->copies_count = 0;
        return false;
    }
    const struct red_block *primary = &r->copies[--r->copies_count];
    packet->payload_type = primary->payload_type;
    packet->payload = primary->data;
    packet->payload_len = primary->len;
    return true;
}

static void take_copy(struct repairs *r, usec now, uint32_t carrier, int64_t time, uint32_t first,
                      const struct red_block *block)
{
    uint32_t seq;
    if (r->no_red || !playout_missing_at(r->playout, carrier, time, &seq) ||
        (int32_t)(seq - first) < 0)
        return;
    struct playout_packet packet =
        repairs_packet(r, seq, time, block->data, block->len, PLAYOUT_COPY);
    if (playout_repair(r->playout, now, &packet) == PLAYOUT_KEPT)
        wanted_repaired(&r->wanted, now, seq, false);
}

void repairs_came(struct repairs *r, usec now, uint32_t seq, int64_t time, uint32_t first)
{
    wanted_packet(&r->wanted, now, seq);
    for (size_t i = 0; i < r->copies_count; i++) {
        const struct red_block *block = &r->copies[i];
        if (block->payload_type != r->config.payload_type ||
            !repairs_is_voice(r, block->data, block->len))
            continue;
        r->stats.copies++;
        take_copy(r, now, seq, time - block->offset, first, block);
    }
    r->copies_count = 0;
}

// ---- sent again --------------------------------------------------------------------------------

void repairs_answered(struct repairs *r, usec now, const struct playout_packet *packet,
                      bool missing)
{
    r->stats.answers++;
    r->stats.octets += packet->payload_len;
    if (!missing || r->no_again)
        return;
    wanted_repaired(&r->wanted, now, packet->seq, true);
    playout_repair(r->playout, now, packet);
}

static bool asks(const struct repairs *r)
{
    return r->config.again && !r->no_again;
}

static usec deadline(void *ctx, uint32_t seq)
{
    return playout_deadline(((struct repairs *)ctx)->playout, seq);
}

size_t repairs_due(struct repairs *r, usec now, uint16_t *seqs)
{
    return asks(r) ? wanted_due(&r->wanted, now, seqs, REPAIRS_ASK_MOST, deadline, r) : 0;
}

usec repairs_next(const struct repairs *r)
{
    return asks(r) ? wanted_next(&r->wanted) : USEC_NEVER;
}

// The next packet may be lost: when that is found there has to be time to ask for it.
usec repairs_patience(const struct repairs *r, usec now, usec round_trip)
{
    if (!r->config.again)
        return USEC_NEVER;
    usec by = playout_deadline(r->playout, r->wanted.highest + 1);
    if (by == USEC_NEVER || by <= now)
        return 0;
    usec left = by - now - wanted_time(&r->wanted, round_trip) - WAKING;
    return left >= PATIENCE_LEAST ? left : 0;
}

struct repairs_stats repairs_stats(const struct repairs *r)
{
    struct repairs_stats stats = r->stats;
    stats.asked = r->wanted.stats.asked;
    stats.asks = r->wanted.stats.asked + r->wanted.stats.asked_again;
    return stats;
}
