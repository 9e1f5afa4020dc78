// What happened: see timeline.h.
#include "window/timeline.h"

#include "media/rtp.h"

#include <stdlib.h>

#define ARRIVALS 1024               // packets
#define FRESH    (10 * USEC_SECOND) // an arrival longer ago is of another turn of the numbers
#define PEAK     240                // samples
#define PEAKS    (TIMELINE_SAMPLES / PEAK)
#define AHEAD \
    10000 // samples that cells may lie ahead of what was heard: a device's block and a packet
#define LATE_MOST 512 // cells behind which nobody looks for a late packet's

struct arrival {
    bool used, played;
    uint16_t seq;
    uint32_t timestamp;
    usec when;
    unsigned doubled;
};

struct peak {
    int16_t least, most;
};

struct timeline {
    struct timeline_cell cells[TIMELINE_CELLS];
    uint64_t count; // cells so far
    int64_t end;    // behind the last cell
    int64_t heard;  // samples so far
    bool frozen;

    struct arrival arrivals[ARRIVALS];
    uint16_t highest; // of the numbers that came
    bool any;         // came
    bool following;
    uint32_t ssrc;
    bool based;
    usec base;         // arrival of the fastest packet, less its media time
    int64_t next_time; // media time behind the last cell

    int16_t pcm[TIMELINE_SAMPLES];
    struct peak peaks[PEAKS];

    struct timeline_numbers numbers[TIMELINE_NUMBERS];
    uint64_t seconds;
    uint64_t octets; // at the last of them
    usec last_second;
};

struct timeline *timeline_new(void)
{
    return calloc(1, sizeof(struct timeline));
}

void timeline_free(struct timeline *t)
{
    free(t);
}

static void forget_packets(struct timeline *t)
{
    t->following = t->based = t->any = false;
    t->end = t->heard;
    for (size_t i = 0; i < ARRIVALS; i++)
        t->arrivals[i].used = false;
}

void timeline_restart(struct timeline *t)
{
    forget_packets(t);
    t->octets = 0;
}

void timeline_freeze(struct timeline *t, bool frozen)
{
    if (t->frozen && !frozen)
        forget_packets(t);
    t->frozen = frozen;
}

bool timeline_is_frozen(const struct timeline *t)
{
    return t->frozen;
}

void timeline_follow(struct timeline *t, uint32_t ssrc)
{
    t->following = true;
    t->ssrc = ssrc;
}

// ---- cells -------------------------------------------------------------------------------------

static struct timeline_cell *cell_at(struct timeline *t, uint64_t n)
{
    return &t->cells[n % TIMELINE_CELLS];
}

static usec media_usec(int64_t time)
{
    return usec_from_units(time, TIMELINE_RATE);
}

static enum timeline_fate fate_of(const struct receiver_decision *d)
{
    static const enum timeline_fate fates[] = {
        [PLAYOUT_SENT] = TIMELINE_PLAYED,
        [PLAYOUT_COPY] = TIMELINE_RED,
        [PLAYOUT_AGAIN] = TIMELINE_AGAIN,
    };
    return d->kind == PLAYOUT_CONCEAL ? TIMELINE_LOST
           : d->kind == PLAYOUT_FEC   ? TIMELINE_FEC
                                      : fates[d->origin];
}

static bool is_concealed(const struct timeline_cell *cell)
{
    return cell->fate == TIMELINE_LOST || cell->fate == TIMELINE_LATE;
}

static struct arrival *arrival_of(struct timeline *t, uint32_t seq)
{
    struct arrival *a = &t->arrivals[seq % ARRIVALS];
    return a->used && a->seq == (uint16_t)seq ? a : NULL;
}

// Only the packet behind a gap tells how much of it was silence that was not sent: what was guessed for
// this packet itself, before its time.
static void explain_gap(struct timeline *t, const struct receiver_decision *d)
{
    for (uint64_t n = t->count; n-- > timeline_first(t);) {
        struct timeline_cell *cell = cell_at(t, n);
        if (!is_concealed(cell) || (int32_t)(cell->seq - d->seq) < 0)
            return;
        if (cell->time < d->time)
            cell->fate = TIMELINE_SILENCE;
    }
}

// Concealment comes in pieces of a few milliseconds.
static bool goes_on(const struct timeline *t, const struct receiver_decision *d)
{
    const struct timeline_cell *last = t->count ? &t->cells[(t->count - 1) % TIMELINE_CELLS] : NULL;
    return last && d->kind == PLAYOUT_CONCEAL && is_concealed(last) && last->seq == d->seq &&
           last->pos + last->samples == t->end;
}

static void add_cell(struct timeline *t, const struct receiver_decision *d)
{
    struct arrival *a = arrival_of(t, d->seq);
    struct timeline_cell *cell = cell_at(t, t->count++);
    bool told = d->kind != PLAYOUT_CONCEAL;
    *cell = (struct timeline_cell){
        .pos = t->end,
        .samples = d->samples,
        .time = d->time,
        .seq = d->seq,
        .fate = fate_of(d),
        .doubled = a ? a->doubled : 0,
        .delay = d->delay,
        .arrival = told ? d->delay - (d->at - d->arrival) : USEC_NEVER,
    };
    if (a)
        a->played = true;
}

void timeline_decided(struct timeline *t, const struct receiver_decision *d)
{
    if (t->frozen)
        return;
    if (t->end < t->heard || t->end > t->heard + AHEAD)
        t->end = t->heard;
    if (d->kind != PLAYOUT_CONCEAL) {
        explain_gap(t, d);
        t->base = d->at - media_usec(d->time) - d->delay;
        t->based = true;
    }
    if (goes_on(t, d))
        cell_at(t, t->count - 1)->samples += d->samples;
    else
        add_cell(t, d);
    t->end += d->samples;
    t->next_time = d->time + (d->held ? 0 : d->samples - d->shift);
}

// ---- arrivals ----------------------------------------------------------------------------------

static void came_late(struct timeline *t, usec when, const struct rtp_packet *packet)
{
    uint64_t first = timeline_first(t);
    for (uint64_t n = t->count, i = 0; n-- > first && i < LATE_MOST; i++) {
        struct timeline_cell *cell = cell_at(t, n);
        if ((uint16_t)cell->seq != packet->seq)
            continue;
        if (cell->fate == TIMELINE_LOST) {
            cell->fate = TIMELINE_LATE;
            cell->arrival = when - media_usec(cell->time) - t->base;
        }
        return;
    }
}

static void came_again(struct timeline *t, struct arrival *a)
{
    a->doubled++;
    for (uint64_t n = t->count, i = 0; n-- > timeline_first(t) && i < LATE_MOST; i++)
        if ((uint16_t)cell_at(t, n)->seq == a->seq) {
            cell_at(t, n)->doubled++;
            return;
        }
}

void timeline_came(struct timeline *t, usec when, const void *data, size_t len)
{
    struct rtp_packet packet;
    if (t->frozen || rtp_parse(&packet, data, len) != RTP_OK || !packet.payload_len ||
        (t->following && packet.ssrc != t->ssrc))
        return;
    struct arrival *a = &t->arrivals[packet.seq % ARRIVALS];
    if (a->used && a->seq == packet.seq && when - a->when < FRESH) {
        came_again(t, a);
        return;
    }
    *a = (struct arrival){
        .used = true, .seq = packet.seq, .timestamp = packet.timestamp, .when = when};
    if (!t->any || (int16_t)(uint16_t)(packet.seq - t->highest) > 0)
        t->highest = packet.seq;
    t->any = true;
    if (t->based)
        came_late(t, when, &packet);
}

bool timeline_waiting(const struct timeline *t, uint32_t *seq, struct timeline_cell *cell)
{
    if (!t->count || !t->any || !t->based)
        return false;
    const struct timeline_cell *last = &t->cells[(t->count - 1) % TIMELINE_CELLS];
    if (!*seq)
        *seq = last->seq;
    while ((int16_t)(uint16_t)(t->highest - ++*seq) >= 0 && *seq - last->seq < ARRIVALS) {
        const struct arrival *a = &t->arrivals[*seq % ARRIVALS];
        if (!a->used || a->played || a->seq != (uint16_t)*seq)
            continue;
        int64_t time = t->next_time + (int32_t)(a->timestamp - (uint32_t)t->next_time);
        *cell = (struct timeline_cell){
            .pos = t->end + (time - t->next_time),
            .samples = last->samples,
            .time = time,
            .seq = *seq,
            .fate = TIMELINE_WAITING,
            .doubled = a->doubled,
            .delay = last->delay,
            .arrival = a->when - media_usec(time) - t->base,
        };
        return true;
    }
    return false;
}

// ---- sound -------------------------------------------------------------------------------------

static int16_t mono(const int16_t *pcm, int channels)
{
    return channels == 2 ? (int16_t)((pcm[0] + pcm[1]) / 2) : pcm[0];
}

void timeline_heard(struct timeline *t, const int16_t *pcm, size_t samples, int channels)
{
    for (size_t i = 0; i < samples && !t->frozen; i++, t->heard++) {
        int16_t x = mono(pcm + i * (size_t)channels, channels);
        struct peak *peak = &t->peaks[t->heard / PEAK % PEAKS];
        if (t->heard % PEAK == 0)
            *peak = (struct peak){x, x};
        peak->least = x < peak->least ? x : peak->least;
        peak->most = x > peak->most ? x : peak->most;
        t->pcm[t->heard % TIMELINE_SAMPLES] = x;
    }
}

int64_t timeline_end(const struct timeline *t)
{
    return t->heard;
}

int64_t timeline_begin(const struct timeline *t)
{
    int64_t kept = TIMELINE_SAMPLES - PEAK; // a peak is of all its samples
    return t->heard > kept ? t->heard - kept : 0;
}

void timeline_peak(const struct timeline *t, int64_t pos, int64_t samples, int16_t *least,
                   int16_t *most)
{
    int64_t first = pos > timeline_begin(t) ? pos : timeline_begin(t);
    int64_t last = pos + samples < t->heard ? pos + samples : t->heard;
    *least = *most = 0;
    for (int64_t n = first / PEAK; n * PEAK < last && first < last; n++) {
        const struct peak *peak = &t->peaks[n % PEAKS];
        *least = peak->least < *least ? peak->least : *least;
        *most = peak->most > *most ? peak->most : *most;
    }
}

int16_t timeline_sample(const struct timeline *t, int64_t pos)
{
    return pos >= timeline_begin(t) && pos < t->heard ? t->pcm[pos % TIMELINE_SAMPLES] : 0;
}

// ---- reading -----------------------------------------------------------------------------------

uint64_t timeline_first(const struct timeline *t)
{
    return t->count > TIMELINE_CELLS ? t->count - TIMELINE_CELLS : 0;
}

uint64_t timeline_count(const struct timeline *t)
{
    return t->count;
}

const struct timeline_cell *timeline_cell(const struct timeline *t, uint64_t n)
{
    return &t->cells[n % TIMELINE_CELLS];
}

uint64_t timeline_find(const struct timeline *t, int64_t pos)
{
    uint64_t low = timeline_first(t), high = t->count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const struct timeline_cell *cell = timeline_cell(t, middle);
        if (cell->pos + cell->samples > pos)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool timeline_find_gap(const struct timeline *t, int64_t pos, struct timeline_cell *gap)
{
    uint64_t n = timeline_find(t, pos), first = timeline_find(t, timeline_begin(t));
    while (n > first) {
        *gap = *timeline_cell(t, --n);
        if (is_concealed(gap) && gap->pos < pos)
            return true;
    }
    return false;
}

// ---- figures -----------------------------------------------------------------------------------

struct tally {
    uint64_t packets, lost, guessed, runs;
    struct emodel_loss loss;
    double delay; // usec, sum
};

static struct tally tally(const struct timeline *t)
{
    struct tally sum = {0};
    bool was_lost = false;
    for (uint64_t n = timeline_find(t, t->heard - (int64_t)TIMELINE_WINDOW * TIMELINE_RATE);
         n < t->count; n++) {
        const struct timeline_cell *cell = timeline_cell(t, n);
        bool lost = cell->fate > TIMELINE_PLAYED, guessed = is_concealed(cell);
        if (cell->fate == TIMELINE_SILENCE)
            continue;
        sum.packets++;
        sum.lost += lost;
        sum.guessed += guessed;
        sum.runs += lost && !was_lost;
        sum.delay += (double)cell->delay;
        emodel_loss_frame(&sum.loss, guessed);
        was_lost = lost;
    }
    return sum;
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void add_figures(struct timeline *t, usec now, const struct receiver_stats *stats,
                        const struct report_context *context)
{
    struct tally sum = tally(t);
    struct receiver_stats recent = *stats;
    double seconds = (double)(now - t->last_second) / USEC_SECOND;
    uint64_t octets = stats->octets_received > t->octets ? stats->octets_received - t->octets : 0;
    recent.loss = sum.loss;
    recent.delay_mean = sum.packets ? (usec)(sum.delay / (double)sum.packets) : 0;
    t->numbers[t->seconds++ % TIMELINE_NUMBERS] = (struct timeline_numbers){
        .lost = percent(sum.lost, sum.packets),
        .guessed = percent(sum.guessed, sum.packets),
        .burst = sum.runs ? (double)sum.lost / (double)sum.runs : 0,
        .jitter = stats->jitter * 1000.0 / TIMELINE_RATE,
        .delay = usec_to_ms(stats->delay_now + context->device_delay),
        .bitrate = t->last_second && seconds > 0 ? (double)octets * 8 / 1000 / seconds : 0,
        .mos = sum.packets ? report_mos(&recent, context) : 0,
    };
}

void timeline_second(struct timeline *t, usec now, const struct receiver_stats *stats,
                     const struct report_context *context)
{
    if (!t->frozen)
        add_figures(t, now, stats, context);
    t->octets = stats->octets_received;
    t->last_second = now;
}

struct timeline_numbers timeline_numbers(const struct timeline *t, unsigned back)
{
    if (back >= TIMELINE_NUMBERS || back >= t->seconds)
        return (struct timeline_numbers){0};
    return t->numbers[(t->seconds - 1 - back) % TIMELINE_NUMBERS];
}
