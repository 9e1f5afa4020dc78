// The jitter buffer: see playout.h. What waits lies on a shelf (shelf.h); here it is decided what is played
// when. What comes is the matter of playout_put.c.
#include "media/playout.h"

#include "media/playout_internal.h"

#include <math.h>
#include <stdlib.h>

#define UNIT           120 // samples: concealment comes in multiples of 2.5 ms at 48 kHz
#define CONCEAL_MAX    960 // samples in one go where packets are known to be lost,
#define CONCEAL_DRY    120 // and where nothing has come at all: it may come any moment
#define EXCESS_MAX     (2 * USEC_SECOND) // of delay over the wanted one; beyond it packets are skipped
#define SHORTEN_ABOVE  (5 * USEC_MS) // hysteresis of `shift`: this, or a quarter of the least wait
#define LENGTHEN_ABOVE (4 * USEC_MS)
#define ENOUGH         (1 * USEC_MS) // of a difference that is left
#define LOWER          2             // times smaller a copy is that was coded at a lower rate
#define UNHEARD        960           // one sample in so many more or less: 1.8 cents

struct playout *playout_new(const struct playout_config *config)
{
    struct playout *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->config = *config;
    lead_init(&p->lead);
    delay_init(&p->delay, config->price);
    repair_init(&p->repair, config->price ? config->price : DELAY_PRICE, config->copies);
    return p;
}

void playout_free(struct playout *p)
{
    free(p);
}

void playout_turn(struct playout *p, usec latency, bool fec)
{
    p->config.latency = latency;
    p->config.fec = fec;
}

void playout_least(struct playout *p, usec latency_min)
{
    p->config.latency_min = usec_min(latency_min, p->config.latency_max);
}

void playout_reset(struct playout *p)
{
    delay_init(&p->delay, p->config.price);
    p->drift = (struct drift){0};
    p->begun = p->started = p->expected = p->finishing = false;
    p->gap_samples = p->gap_held = 0;
    p->restored = p->moving = false;
    p->late_run = p->stray_run = 0;
    shelf_clear(&p->shelf);
}

void playout_expect(struct playout *p, uint32_t seq, int64_t time)
{
    p->expected = true;
    p->last_seq = seq - 1;
    p->last_end = p->pos = time;
}

void playout_finish(struct playout *p, uint32_t seq)
{
    p->finishing = true;
    p->finish_seq = seq;
}

// Concealed pieces are counted as frames of the length that packets have, whatever the pieces.
static void count_concealed(struct playout *p, int64_t samples)
{
    p->stats.samples_conceal += (uint64_t)samples;
    p->concealed_frames += (double)samples / p->last_samples;
}

// The gap before packet `s` is explained now: as far as packets are missing, their time was lost;
// what the timestamps leave out beyond that was silence (DTX).
static void explain_gap(struct playout *p, const struct shelf_slot *s)
{
    int64_t missing = shelf_ahead(s->packet.seq, p->last_seq) - 1;
    int64_t silence = s->packet.time - p->last_end - missing * p->last_samples;
    if (silence > p->gap_samples)
        silence = p->gap_samples;
    if (silence > 0) {
        p->stats.samples_silence += (uint64_t)silence;
        count_concealed(p, -silence);
        // what was put in to wait longer was silence, too
        p->stats.samples_silence += (uint64_t)p->gap_held;
        p->stats.samples_held -= (uint64_t)p->gap_held;
        p->stats.samples_late -= (uint64_t)p->gap_held;
        count_concealed(p, -p->gap_held);
    }
    p->gap_samples = p->gap_held = 0;
    repair_turn(&p->repair, (int)missing, s->packet.fec_samples > 0);
}

// How far from the wanted delay the one in force may be, before it moves; then it does so until it
// is there. The longer packets wait anyway, the less it matters; but a wait that is a little too short
// for repairs is in vain.
static bool is_near(struct playout *p, usec shift)
{
    usec least = p->config.latency ? p->config.latency : p->config.latency_min;
    usec more = p->moving ? ENOUGH : usec_max(SHORTEN_ABOVE, least / 4);
    usec longer = p->moving || p->repair.wait ? ENOUGH : LENGTHEN_ABOVE;
    p->moving = shift <= -more || shift >= longer;
    return !p->moving;
}

// The clocks' drift is made up for bit by bit; and where the delay is off all the same, it is moved as
// fast as is not heard, sooner when it is short.
static int drift(struct playout *p, usec shift, int samples)
{
    float most = (float)samples / UNHEARD;
    float slope = drift_slope(&p->drift) * (float)samples;
    float more = shift >= LENGTHEN_ABOVE / 2 ? most : shift <= -SHORTEN_ABOVE ? -most : slope;
    p->drift_left += fminf(fmaxf(more, -most), most);
    int whole = (int)p->drift_left;
    p->drift_left -= (float)whole;
    return whole;
}

// How far the delay is from where it should be. It does not fall below what the last packets have
// taken: after a step of the path they would all be late.
static usec shift_wanted(const struct playout *p, usec now, int64_t time)
{
    usec offset = now - media_usec(p, time);
    usec least = p->want;
    if (!p->config.latency)
        least = usec_max(least, delay_recent(&p->delay) + lead(p));
    if (offset > least)
        return least - offset;
    return offset < p->want ? p->want - offset : 0;
}

// A packet is played after its turn: media time goes back to it. What was concealed from there on was
// not lost, but late; it will be played, or concealed once more.
static void go_back(struct playout *p, const struct playout_packet *packet)
{
    int64_t late = p->pos - packet->time;
    if (late <= 0)
        return;
    p->stats.samples_late += (uint64_t)late;
    gap_clear(&p->gap, packet->seq, late / p->last_samples + 2);
}

static usec delay_at(const struct playout *p, usec now, int64_t time)
{
    return now - media_usec(p, time) - delay_base(&p->delay);
}

static void count_repaired(struct playout_stats *stats, const struct playout_packet *packet)
{
    if (packet->origin == PLAYOUT_COPY) {
        stats->frames_copy++;
        stats->samples_copy += (uint64_t)packet->samples;
    } else if (packet->origin == PLAYOUT_AGAIN) {
        stats->frames_again++;
        stats->samples_again += (uint64_t)packet->samples;
    }
}

static void give_packet(struct playout *p, struct shelf_slot *s, usec now,
                        struct playout_frame *frame)
{
    explain_gap(p, s);
    go_back(p, &s->packet);
    p->stats.samples_late += gap_came(&p->gap, &s->packet); // on an earlier time line
    lead_packet(&p->lead, now);
    usec shift = shift_wanted(p, now, s->packet.time);
    int unheard = drift(p, shift, s->packet.samples);
    if (is_near(p, shift))
        shift = 0;
    *frame = (struct playout_frame){
        .kind = PLAYOUT_PACKET,
        .samples = s->packet.samples,
        .time = s->packet.time,
        .seq = s->packet.seq,
        .origin = s->packet.origin,
        .arrival = s->arrival,
        .delay = delay_at(p, now, s->packet.time),
        .shift = (int)usec_to_units(shift, p->config.rate),
        .drift = unheard,
        .payload = s->packet.payload,
        .payload_len = s->packet.payload_len,
    };
    s->used = false;
    p->restored = false;
    p->last_seq = s->packet.seq;
    p->last_samples = s->packet.samples;
    p->last_end = p->pos = s->packet.time + s->packet.samples;
    count_repaired(&p->stats, &s->packet);
    p->stats.frames_packet++;
    p->stats.samples_packet += (uint64_t)s->packet.samples;
}

// `gap`: samples to the next packet that is there; 0: none is.
static int conceal_samples(const struct playout *p, int64_t gap)
{
    int most = gap ? CONCEAL_MAX : CONCEAL_DRY;
    int64_t n = p->last_samples < most ? p->last_samples : most;
    if (gap > 0 && gap < n)
        n = gap;
    n -= n % UNIT;
    return n > UNIT ? (int)n : UNIT;
}

static void give_concealment(struct playout *p, usec now, int samples, struct playout_frame *frame)
{
    usec short_by = p->want - (now - media_usec(p, p->pos));
    bool hold =
        !p->finishing && short_by >= media_usec(p, samples) / 2 && short_by >= LENGTHEN_ABOVE;
    uint32_t seq = p->last_seq + 1 + (uint32_t)((p->pos - p->last_end) / p->last_samples);
    *frame = (struct playout_frame){.kind = PLAYOUT_CONCEAL,
                                    .samples = samples,
                                    .held = hold,
                                    .time = p->pos,
                                    .seq = seq,
                                    .delay = delay_at(p, now, p->pos)};
    count_concealed(p, samples);
    if (hold) {
        p->gap_held += samples;
        p->stats.samples_held += (uint64_t)samples;
        p->stats.samples_late += (uint64_t)samples;
        return;
    }
    gap_conceal(&p->gap, seq, p->pos, samples);
    p->pos += samples;
    p->gap_samples += samples;
}

// Something is missing before packet `s`.
static void give_gap(struct playout *p, struct shelf_slot *s, usec now, struct playout_frame *frame)
{
    int64_t gap = s->packet.time - p->pos;
    bool sent =
        shelf_ahead(s->packet.seq, p->last_seq) == 1; // nothing was lost: the sender was silent
    int copy = p->config.fec && !sent ? s->packet.fec_samples : 0;
    if (gap > copy) {
        give_concealment(p, now, conceal_samples(p, gap - copy), frame);
        return;
    }
    *frame = (struct playout_frame){
        .kind = PLAYOUT_FEC,
        .samples = (int)gap,
        .fec_samples = copy,
        .time = p->pos,
        .seq = s->packet.seq - 1,
        .arrival = s->arrival,
        .delay = delay_at(p, now, p->pos),
        .payload = s->packet.payload,
        .payload_len = s->packet.payload_len,
    };
    p->pos += gap;
    p->restored = true;
    p->restored_seq = s->packet.seq - 1;
    p->stats.frames_fec++;
    p->stats.samples_fec += (uint64_t)gap;
}

// Samples to the end of the stream, where that is known.
static int64_t left_to_finish(const struct playout *p)
{
    int64_t left = shelf_ahead(p->finish_seq, p->last_seq);
    return p->last_end + (left > 0 ? left : 0) * p->last_samples - p->pos;
}

// Silence that was not sent is cut where more is waited than is wanted; a loss where it is far more.
static void cut_gap(struct playout *p, const struct shelf_slot *s, usec now)
{
    bool silence = shelf_ahead(s->packet.seq, p->last_seq) == 1;
    usec behind = now - media_usec(p, p->pos) - p->want;
    int64_t gap = s->packet.time - p->pos;
    if (gap <= 0 || behind <= (silence ? SHORTEN_ABOVE : EXCESS_MAX))
        return;
    int64_t cut = usec_to_units(behind, p->config.rate) / UNIT * UNIT;
    p->pos += cut < gap ? cut : gap;
}

// Would the packet be heard later than any is to wait, while there is another to go on with?
static bool is_beyond(struct playout *p, const struct shelf_slot *s, usec now)
{
    usec delay = now - media_usec(p, s->packet.time) - delay_base(&p->delay);
    usec most = p->config.latency_max + media_usec(p, s->packet.samples);
    return p->config.skip && delay > most && shelf_next(&p->shelf, s->packet.seq);
}

// Where far more waits than is wanted, the oldest is dropped. So is what lies before the end of what was
// played: its timestamp went back.
static struct shelf_slot *skip_excess(struct playout *p, struct shelf_slot *s, usec now)
{
    while (s) {
        usec excess = now - media_usec(p, s->packet.time) - p->want;
        int64_t end = s->packet.time + s->packet.samples;
        if (excess <= EXCESS_MAX && !is_beyond(p, s, now) && end > p->last_end)
            break;
        explain_gap(p, s);
        p->stats.samples_late += gap_came(&p->gap, &s->packet);
        p->stats.skipped++;
        p->stats.samples_skipped += (uint64_t)s->packet.samples;
        s->used = false;
        p->last_seq = s->packet.seq;
        p->last_end = end > p->last_end ? end : p->last_end;
        p->pos = end > p->pos ? end : p->pos;
        s = next_slot(p);
    }
    if (s)
        cut_gap(p, s, now);
    return s;
}

// Before the first sound there is nothing to conceal; before a later time line there is.
static void give_wait(struct playout *p, int64_t left, int most, struct playout_frame *frame)
{
    *frame = (struct playout_frame){.kind = PLAYOUT_WAIT,
                                    .samples = left < 1      ? 1
                                               : left < most ? (int)left
                                                             : most};
    if (!p->played)
        return;
    frame->kind = PLAYOUT_CONCEAL;
    frame->held = true;
    frame->samples = conceal_samples(p, 0);
    frame->time = p->pos;
    frame->seq = p->last_seq + 1;
    count_concealed(p, frame->samples);
    p->stats.samples_late += (uint64_t)frame->samples;
    p->stats.samples_held += (uint64_t)frame->samples;
}

// A copy that was coded at a lower rate is worse than the in-band one that the next packet carries.
static struct shelf_slot *better_copy(struct playout *p, struct shelf_slot *s)
{
    if (!s || s->packet.origin != PLAYOUT_COPY || !p->config.fec || s->packet.time != p->pos)
        return s;
    const struct shelf_slot *next = shelf_at(&p->shelf, s->packet.seq + 1);
    bool better = next && next->packet.origin == PLAYOUT_SENT &&
                  next->packet.time == s->packet.time + s->packet.samples &&
                  next->packet.fec_samples == s->packet.samples &&
                  LOWER * s->packet.payload_len < next->packet.payload_len;
    if (better)
        s->used = false;
    return better ? next_slot(p) : s;
}

void playout_get(struct playout *p, usec now, int most, struct playout_frame *frame)
{
    if (!p->begun) {
        *frame = (struct playout_frame){.kind = p->finishing ? PLAYOUT_END : PLAYOUT_WAIT,
                                        .samples = p->finishing ? 0 : most};
        return;
    }
    if (!p->started && now < p->start) {
        give_wait(p, usec_to_units(p->start - now, p->config.rate), most, frame);
        return;
    }
    p->started = p->played = true;
    p->offset = now - media_usec(p, p->pos);
    struct shelf_slot *s = better_copy(p, skip_excess(p, next_slot(p), now));
    if (s && s->packet.time <= p->pos)
        give_packet(p, s, now, frame);
    else if (s)
        give_gap(p, s, now, frame);
    else if (p->finishing && left_to_finish(p) <= 0)
        *frame = (struct playout_frame){.kind = PLAYOUT_END};
    else
        give_concealment(p, now, conceal_samples(p, p->finishing ? left_to_finish(p) : 0), frame);
}

void playout_pull(struct playout *p, usec at, usec block)
{
    lead_pull(&p->lead, at, block);
}

struct playout_stats playout_stats(const struct playout *p)
{
    struct playout_stats stats = p->stats;
    stats.frames_conceal = (uint64_t)(p->concealed_frames + 0.5);
    // What turned out to be silence, where a timestamp had a bit error, may have been late before.
    if (stats.samples_late > stats.samples_conceal)
        stats.samples_late = stats.samples_conceal;
    return stats;
}
