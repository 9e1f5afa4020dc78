// The jitter buffer: see playout.h. What waits lies on a shelf (shelf.h); here it is decided what is played
// when.
#include "media/playout.h"

#include "media/drift.h"
#include "media/gap.h"
#include "media/lead.h"
#include "media/repair.h"
#include "media/shelf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNIT           120 // samples: concealment comes in multiples of 2.5 ms at 48 kHz
#define CONCEAL_MAX    960 // samples in one go where packets are known to be lost,
#define CONCEAL_DRY    120 // and where nothing has come at all: it may come any moment
#define LATE_IN_A_ROW  5   // then it is the time line that is wrong, not the packets;
#define LATE_IF_FIXED  50  // with a fixed latency, which is asked to stay, many more
#define STRAY_IN_A_ROW 3
#define MARGIN         (2 * USEC_MS)     // at first, on top of the lead
#define STRAY_LATE     (2 * USEC_SECOND) // after its turn
#define STRAY_EARLY    (1 * USEC_SECOND) // before the fastest
#define EXCESS_MAX     (2 * USEC_SECOND) // of delay over the wanted one; beyond it packets are skipped
#define SHORTEN_ABOVE  (5 * USEC_MS) // hysteresis of `shift`: this, or a quarter of the least wait
#define LENGTHEN_ABOVE (4 * USEC_MS)
#define ENOUGH         (1 * USEC_MS)     // of a difference that is left
#define UNHEARD        960               // one sample in so many more or less: 1.8 cents
#define EXCUSE         (2 * USEC_SECOND) // a packet that is no later is played, unless a later one was

struct playout {
    struct playout_config config;
    struct delay delay;
    struct repair repair;
    struct drift drift;
    bool begun;    // a packet came: there is a time line
    bool started;  // playing
    bool expected; // `last_*` stand just before the first packet: nothing older is wanted
    bool finishing;
    bool played;   // something was played, on this time line or an earlier one
    bool restored; // `restored_seq` means something
    bool moving;   // towards the wanted delay, see `shift`
    uint32_t finish_seq;
    usec start;  // instant at which playing may begin
    usec offset; // that was in force when something was played last
    usec want;   // the wanted offset between media time and the instant it is played
    struct lead lead;
    int64_t pos; // media time that is played next

    int64_t last_end;      // where the sound of the packet ended that was played last
    uint32_t last_seq;     // its number
    uint32_t restored_seq; // of the one that was restored last, if any was since the last packet
    int last_samples;
    float drift_left; // samples, less than one

    int64_t gap_samples; // put out since then without knowing why nothing was there,
    int64_t gap_held;    // and while media time stood still
    double concealed_frames;
    int late_run, stray_run;

    struct playout_stats stats;
    struct gap gap;
    struct shelf shelf;
};

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

static usec media_usec(const struct playout *p, int64_t samples)
{
    return usec_from_units(samples, p->config.rate);
}

// ---- putting -----------------------------------------------------------------------------------

static usec repair_time(struct playout *p)
{
    return repair_wait(&p->repair, p->config.fec, media_usec(p, p->last_samples));
}

// How long before their turn packets have to be here.
static usec lead(const struct playout *p)
{
    return p->started ? lead_time(&p->lead) : p->lead.block;
}

static usec wanted(struct playout *p)
{
    usec base = delay_base(&p->delay);
    if (p->config.latency)
        return base + p->config.latency;
    usec target = delay_target(&p->delay) + repair_time(p) + lead(p);
    return usec_min(usec_max(target, base + p->config.latency_min), base + p->config.latency_max);
}

static void observe(struct playout *p, usec arrival, const struct playout_packet *packet)
{
    usec transit = arrival - media_usec(p, packet->time);
    bool overtaken = p->begun && shelf_ahead(packet->seq, p->shelf.highest_seq) < 0;
    delay_packet(&p->delay, transit, media_usec(p, packet->samples), overtaken);
    drift_packet(&p->drift, arrival, transit);
    p->want = wanted(p);
}

static void begin(struct playout *p, usec arrival, const struct playout_packet *packet)
{
    usec transit = arrival - media_usec(p, packet->time);
    bool near = p->expected && shelf_ahead(packet->seq, p->last_seq) > 0 &&
                shelf_ahead(packet->seq, p->last_seq) < (int64_t)SHELF_SLOTS / 4 &&
                packet->time >= p->last_end &&
                media_usec(p, packet->time - p->last_end) < 2 * USEC_SECOND;
    if (!near) {
        p->last_seq = packet->seq - 1;
        p->last_end = p->pos = packet->time;
    }
    p->expected = near;
    p->last_samples = packet->samples;
    p->shelf.highest_seq = packet->seq;
    p->begun = true;
    usec wait = usec_max(p->config.latency_min, repair_time(p) + lead(p) + MARGIN);
    usec latency = p->config.latency ? p->config.latency : usec_min(wait, p->config.latency_max);
    p->start = media_usec(p, p->pos) + transit + latency;
}

// The stream is the same one: it ends where it was to end, and what was played is not played again.
static void restart(struct playout *p, usec arrival, const struct playout_packet *packet)
{
    bool finishing = p->finishing;
    playout_reset(p);
    p->finishing = finishing;
    p->stats.restarts++;
    observe(p, arrival, packet);
    begin(p, arrival, packet);
    p->expected = true;
}

// Has a later one been played, or the one before which nothing is wanted? That packet says nothing
// about the time line.
static bool is_behind(const struct playout *p, const struct playout_packet *packet)
{
    uint32_t last = p->restored ? p->restored_seq : p->last_seq;
    return (p->started || p->expected) && shelf_ahead(packet->seq, last) <= 0;
}

static bool is_stray(struct playout *p, usec transit, const struct playout_packet *packet)
{
    if (transit - p->want <= STRAY_LATE && delay_base(&p->delay) - transit <= STRAY_EARLY) {
        p->stray_run = 0;
        return false;
    }
    if (!is_behind(p, packet))
        p->stray_run++;
    return true;
}

// A packet whose turn has passed is played all the same as long as no later one was: sound pauses, and
// the delay grows. A fixed latency may grow by no more than a part of the packet.
static bool is_too_late(const struct playout *p, const struct playout_packet *packet)
{
    int64_t behind = p->pos - packet->time;
    return p->config.latency ? behind >= packet->samples : media_usec(p, behind) > EXCUSE;
}

static bool is_late(const struct playout *p, const struct playout_packet *packet)
{
    if (is_behind(p, packet))
        return true;
    if (!p->started)
        return shelf_ahead(p->shelf.highest_seq, packet->seq) >= (int64_t)SHELF_SLOTS / 4;
    return is_too_late(p, packet) || packet->time + packet->samples <= p->last_end;
}

// The oldest packet after the last played; NULL: the buffer is empty.
static struct shelf_slot *next_slot(struct playout *p)
{
    return shelf_next(&p->shelf, p->last_seq);
}

// Older than the first that came, but nothing is playing yet: begin with it instead, no later than
// it would have been heard with that one.
static void begin_earlier(struct playout *p, const struct playout_packet *packet)
{
    p->start -= media_usec(p, p->pos) - media_usec(p, packet->time);
    p->last_seq = packet->seq - 1;
    p->last_end = p->pos = packet->time;
}

static enum playout_put drop_late(struct playout *p, const struct playout_packet *packet)
{
    p->stats.late++;
    p->stats.samples_late += gap_came(&p->gap, packet);
    return PLAYOUT_LATE;
}

enum playout_put playout_put(struct playout *p, usec arrival, const struct playout_packet *packet)
{
    usec transit = arrival - media_usec(p, packet->time);
    if (packet->payload_len > SHELF_PAYLOAD_MAX) {
        p->stats.full++;
        return PLAYOUT_FULL;
    }
    if (!p->begun) {
        observe(p, arrival, packet);
        begin(p, arrival, packet);
    } else if (is_stray(p, transit, packet)) {
        if (p->stray_run < STRAY_IN_A_ROW || is_behind(p, packet)) {
            p->stats.stray++;
            p->stats.samples_late += gap_came(&p->gap, packet);
            return PLAYOUT_STRAY;
        }
        restart(p, arrival, packet);
    } else {
        observe(p, arrival, packet);
    }
    if (is_late(p, packet)) {
        int most = p->config.latency ? LATE_IF_FIXED : LATE_IN_A_ROW;
        if (is_behind(p, packet) || ++p->late_run < most)
            return drop_late(p, packet);
        restart(p, arrival, packet);
    }
    p->late_run = 0;
    if (!p->started && shelf_ahead(packet->seq, p->last_seq) <= 0)
        begin_earlier(p, packet);
    const struct shelf_slot *here = shelf_at(&p->shelf, packet->seq);
    if (here && here->packet.origin == PLAYOUT_SENT)
        return PLAYOUT_DUPLICATE;
    if (shelf_ahead(packet->seq, p->last_seq) > (int64_t)SHELF_SLOTS) {
        if (next_slot(p)) {
            p->stats.full++;
            return PLAYOUT_FULL;
        }
        restart(p, arrival, packet); // more were lost than the ring holds
    }
    shelf_put(&p->shelf, arrival, packet);
    return PLAYOUT_KEPT;
}

bool playout_missing_at(const struct playout *p, uint32_t carrier, int64_t time, uint32_t *seq)
{
    if (p->begun && time < p->last_end)
        return gap_at(&p->gap, time, p->last_samples, seq);
    return p->begun && shelf_missing_at(&p->shelf, p->last_seq, p->last_end, p->last_samples,
                                        carrier, time, seq);
}

enum playout_put playout_repair(struct playout *p, usec arrival,
                                const struct playout_packet *packet)
{
    usec wait = arrival - media_usec(p, packet->time) - delay_target(&p->delay);
    bool over = is_behind(p, packet) || p->pos - packet->time > packet->samples / 2;
    if (!p->begun || packet->payload_len > SHELF_PAYLOAD_MAX ||
        shelf_ahead(packet->seq, p->shelf.highest_seq) >= 0)
        return PLAYOUT_STRAY;
    if (shelf_at(&p->shelf, packet->seq) || (over && !gap_repaired(&p->gap, packet->seq)))
        return PLAYOUT_DUPLICATE;
    repair_came(&p->repair, wait);
    p->want = wanted(p);
    if (over)
        return PLAYOUT_LATE;
    shelf_put(&p->shelf, arrival, packet);
    return PLAYOUT_KEPT;
}

usec playout_deadline(const struct playout *p, uint32_t seq)
{
    int64_t ahead = shelf_ahead(seq, p->last_seq);
    if (!p->begun)
        return USEC_NEVER;
    if (ahead <= 0)
        return INT64_MIN;
    usec turn = media_usec(p, p->last_end + (ahead - 1) * p->last_samples) - lead(p);
    if (p->config.latency)
        return turn + p->want;
    usec least = p->started ? usec_max(p->offset, p->want) : p->start - media_usec(p, p->pos);
    usec most = delay_base(&p->delay) + p->config.latency_max;
    return turn + usec_max(least, usec_min(least + repair_slack(&p->repair), most));
}

// ---- getting -----------------------------------------------------------------------------------

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
    struct shelf_slot *s = skip_excess(p, next_slot(p), now);
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
