// The path model: see impair.h. A packet's fate is decided when it enters; then it waits in the
// backlog until it is due.
#include "media/impair.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "media/backlog.h"
#include "media/random.h"

#define OCTETS_PER_WAITING 2048             // that the backlog has room for, on average
#define OCTETS_MAX         (64u << 20)      // in the backlog at most
#define FOR_EVER           (USEC_NEVER / 2) // due times end here, where sums still do not overflow

struct impair {
    struct impair_spec spec;
    struct random random;
    struct impair_stats stats;
    struct backlog *backlog;
    size_t trace_at;
    struct loss loss;
    struct chance_run duplicate;
    struct chance_run reorder;
    struct chance_run corrupt;
    uint32_t since_reorder; // packets; counts up to the gap
    bool swaying;
    double sway;        // the Gaussian process under a delay with correlation
    usec link_free;     // when the bottleneck has sent all that entered it,
    uint64_t link_rest; // and 1/rate of a microsecond beyond
};

// The random values of one packet, 0 <= x < 1 each.
struct draws {
    double loss;
    double loss_in_state;
    double delay;
    double reorder;
    double corrupt;
    double corrupt_at;
};

struct packet {
    usec now;
    const void *data;
    size_t len;
    uint64_t tag;
    usec traced; // the trace's delay, if there is a trace
};

bool impair_is_clean(const struct impair_spec *spec)
{
    return spec->delay == 0 && spec->jitter == 0 && loss_is_none(&spec->loss) &&
           spec->duplicate.p <= 0 && spec->corrupt.p <= 0 && spec->rate.rate == 0 &&
           !spec->trace_file[0] && !spec->trace;
}

bool impair_shares_queue(const struct impair_spec *spec)
{
    return spec->rate.rate > 0;
}

uint64_t impair_seed(const struct impair_spec *spec, uint64_t fallback, uint64_t n)
{
    return (spec->has_seed ? spec->seed : fallback) + n;
}

static bool is_sane(const struct impair_spec *s)
{
    return s->delay >= 0 && s->delay <= IMPAIR_TIME_MAX && s->jitter >= 0 &&
           s->jitter <= IMPAIR_TIME_MAX && s->rate.rate <= IMPAIR_RATE_MAX &&
           abs(s->rate.packet_overhead) <= IMPAIR_OVERHEAD_MAX && s->rate.cell_size >= 0 &&
           s->rate.cell_size <= IMPAIR_OVERHEAD_MAX &&
           abs(s->rate.cell_overhead) <= IMPAIR_OVERHEAD_MAX && s->limit <= IMPAIR_LIMIT_MAX;
}

struct impair *impair_new(const struct impair_spec *spec, uint64_t seed)
{
    assert(is_sane(spec));
    assert(spec->trace || !spec->trace_file[0]);
    uint32_t limit = spec->limit ? spec->limit : IMPAIR_LIMIT;
    size_t octets = (size_t)limit * OCTETS_PER_WAITING;
    if (octets < IMPAIR_DATAGRAM_MAX)
        octets = IMPAIR_DATAGRAM_MAX;
    if (octets > OCTETS_MAX)
        octets = OCTETS_MAX;
    struct impair *impair = malloc(sizeof *impair);
    struct backlog *backlog = backlog_new(limit, octets);
    if (!impair || !backlog) {
        free(impair);
        backlog_free(backlog);
        return NULL;
    }
    *impair = (struct impair){
        .spec = *spec,
        .random = {.state = seed},
        .backlog = backlog,
        .link_free = -FOR_EVER,
    };
    return impair;
}

void impair_set(struct impair *impair, const struct impair_spec *spec)
{
    assert(is_sane(spec));
    assert(spec->trace || !spec->trace_file[0]);
    assert(spec->limit == impair->spec.limit);
    if (spec->loss.model != impair->spec.loss.model)
        impair->loss = (struct loss){0};
    if (spec->trace != impair->spec.trace)
        impair->trace_at = 0;
    if (spec->rate.rate != impair->spec.rate.rate)
        impair->link_rest = 0; // it was in units of the old rate
    impair->spec = *spec;
}

void impair_free(struct impair *impair)
{
    if (impair)
        backlog_free(impair->backlog);
    free(impair);
}

// All of them every time, whatever the settings: the next packet's values do not depend on this
// one's fate.
static struct draws draw(struct random *random)
{
    struct draws d;
    d.loss = random_unit(random);
    d.loss_in_state = random_unit(random);
    d.delay = random_unit(random);
    d.reorder = random_unit(random);
    d.corrupt = random_unit(random);
    d.corrupt_at = random_unit(random);
    return d;
}

// With correlation: an AR(1) process of normal variables, each turned into the wanted distribution
// at its own quantile (a Gaussian copula), so that mean and spread do not depend on the
// correlation.
static usec varied_delay(struct impair *impair, double u)
{
    const struct impair_spec *spec = &impair->spec;
    if (spec->jitter == 0)
        return spec->delay;
    double z = distribution_normal(u);
    double rho = spec->delay_correlation;
    if (impair->swaying)
        z = rho * impair->sway + sqrt(1 - rho * rho) * z;
    impair->swaying = true;
    impair->sway = z;
    double offset = (double)spec->jitter * distribution_value(spec->distribution, z);
    return usec_max(0, spec->delay + llround(offset));
}

// As netem_enqueue: after a reordered packet, gap - 1 are delayed before the next may be reordered.
static bool is_reordered(struct impair *impair, double u)
{
    const struct impair_spec *spec = &impair->spec;
    bool in_gap = spec->gap > 1 && impair->since_reorder < spec->gap - 1;
    if (spec->reorder.p <= 0 || in_gap || !chance_happens(&impair->reorder, spec->reorder, u)) {
        impair->since_reorder += in_gap;
        return false;
    }
    impair->since_reorder = 0;
    return true;
}

// As packet_time_ns in sch_netem.c, in bits.
static uint64_t bits_on_link(const struct impair_rate *rate, size_t len)
{
    int64_t octets = (int64_t)len + IMPAIR_HEADER + rate->packet_overhead;
    if (octets < 0)
        octets = 0;
    if (rate->cell_size > 0) {
        int64_t cells = (octets + rate->cell_size - 1) / rate->cell_size;
        octets = cells * (rate->cell_size + rate->cell_overhead);
    }
    return octets > 0 ? (uint64_t)octets * 8 : 0;
}

// As netem_enqueue: a packet that has been delayed goes on the link behind all that were queued
// before it.
static usec leave_link(struct impair *impair, usec ready, size_t len)
{
    const struct impair_rate *rate = &impair->spec.rate;
    if (rate->rate == 0)
        return ready;
    if (ready > impair->link_free) {
        impair->link_free = ready;
        impair->link_rest = 0;
    }
    uint64_t work = bits_on_link(rate, len) * USEC_SECOND + impair->link_rest;
    impair->link_free = usec_min(impair->link_free + (usec)(work / rate->rate), FOR_EVER);
    impair->link_rest = work % rate->rate;
    return impair->link_free;
}

static bool is_lost(struct impair *impair, const struct packet *packet, const struct draws *draws)
{
    const struct impair_spec *spec = &impair->spec;
    if (spec->trace)
        return packet->traced == USEC_NEVER;
    return loss_happens(&impair->loss, &spec->loss, draws->loss, draws->loss_in_state);
}

static usec due_time(struct impair *impair, const struct packet *packet, usec delay, double reorder)
{
    if (impair->spec.trace)
        return packet->now + packet->traced;
    if (is_reordered(impair, reorder)) {
        impair->stats.reordered++;
        return packet->now;
    }
    return leave_link(impair, packet->now + delay, packet->len);
}

static void pass(struct impair *impair, const struct packet *packet, const struct draws *draws)
{
    struct impair_stats *stats = &impair->stats;
    // The processes move on with every packet, also with one that is lost.
    bool lost = is_lost(impair, packet, draws);
    bool corrupt = chance_happens(&impair->corrupt, impair->spec.corrupt, draws->corrupt);
    usec delay = varied_delay(impair, draws->delay);
    if (lost) {
        stats->lost++;
    } else if (packet->len == 0) {
        stats->empty++;
    } else if (packet->len > IMPAIR_DATAGRAM_MAX) {
        stats->too_large++;
    } else if (!backlog_fits(impair->backlog, packet->len)) {
        stats->limited++;
    } else {
        usec due = due_time(impair, packet, delay, draws->reorder);
        struct backlog_item item = {.due = due, .tag = packet->tag, .len = packet->len};
        backlog_put(impair->backlog, &item, packet->data);
        if (corrupt) {
            stats->corrupted++;
            backlog_flip(impair->backlog, (size_t)(draws->corrupt_at * 8 * (double)packet->len));
        }
    }
}

// A copy follows the same row as its original.
static usec next_row(struct impair *impair)
{
    const struct trace *trace = impair->spec.trace;
    if (!trace)
        return 0;
    usec delay = trace->delay[impair->trace_at];
    impair->trace_at = (impair->trace_at + 1) % trace->count;
    return delay;
}

void impair_input(struct impair *impair, usec now, const void *data, size_t len, uint64_t tag)
{
    struct packet packet = {
        .now = usec_max(-FOR_EVER, usec_min(now, FOR_EVER)),
        .data = data,
        .len = len,
        .tag = tag,
        .traced = next_row(impair),
    };
    double twice = random_unit(&impair->random);
    struct draws original = draw(&impair->random);
    struct draws copy = draw(&impair->random);
    impair->stats.in++;
    pass(impair, &packet, &original);
    if (chance_happens(&impair->duplicate, impair->spec.duplicate, twice)) {
        impair->stats.duplicated++;
        pass(impair, &packet, &copy);
    }
}

size_t impair_output(struct impair *impair, usec now, void *out, size_t cap, uint64_t *tag,
                     usec *due)
{
    struct backlog_item item;
    while (backlog_next(impair->backlog) <= now && backlog_take(impair->backlog, &item, out, cap)) {
        if (item.len > cap) {
            impair->stats.too_large++;
            continue;
        }
        impair->stats.out++;
        if (tag)
            *tag = item.tag;
        if (due)
            *due = item.due;
        return item.len;
    }
    return 0;
}

usec impair_next(const struct impair *impair)
{
    return backlog_next(impair->backlog);
}

struct impair_stats impair_stats(const struct impair *impair)
{
    return impair->stats;
}
