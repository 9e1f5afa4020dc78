// A trial of every delay: see delay.h.
#include "media/delay.h"

#include <string.h>

#define FORGET     1.002f // of what the memories' advice has cost
#define WEIGHT_MAX 1e6f   // then all weights are scaled down
#define BASE       100    // packets; the base is the least of the last one or two times as many
#define BIN_MS     ((float)DELAY_BIN / (float)USEC_MS)
#define PIECE      1.25f  // ms that a concealment is longer than it had to be
#define CATCH_UP   0.125f // of the time: by so much the delay falls back
#define CAUGHT_UP  1.5f   // what is concealed costs: it is caught up with, which is heard as well
#define BETTER     0.97f  // so much cheaper another memory has to be
#define LANES      8      // bins at a time

// A packet weighs so much more than the one before it: e times the one 2000, 500, 100, 33 earlier.
static const float forget[DELAY_MEMORIES] = {1.0005f, 1.002f, 1.01f, 1.03f};

void delay_init(struct delay *d, usec price)
{
    *d = (struct delay){.price = price ? price : DELAY_PRICE};
    for (int m = 0; m < DELAY_MEMORIES; m++)
        d->memories[m].weight = 1;
}

static void scale(float *values, int count, float by)
{
    for (int i = 0; i < count; i++)
        values[i] /= by;
}

static void move_up(float *values, int n)
{
    memmove(values + n, values, (size_t)(DELAY_BINS - n) * sizeof *values);
}

static void move_down(float *values, int n)
{
    memmove(values, values + n, (size_t)(DELAY_BINS - n) * sizeof *values);
    memset(values + DELAY_BINS - n, 0, (size_t)n * sizeof *values);
}

// Room for smaller transits. What would have been waited at least for those is what the least delay
// so far has come to.
static void shift_up(struct delay *d, usec bins)
{
    int n = bins < DELAY_BINS ? (int)bins : DELAY_BINS;
    float excess = d->excess[0];
    move_up(d->excess, n);
    for (int i = 0; i < n; i++)
        d->excess[i] = excess + (float)(n - i) * BIN_MS;
    for (int m = 0; m < DELAY_MEMORIES; m++) {
        struct delay_memory *memory = &d->memories[m];
        float cost = memory->costs[0];
        move_up(memory->costs, n);
        for (int i = 0; i < n; i++)
            memory->costs[i] = cost + memory->total * (float)(n - i) * BIN_MS;
        memory->advice = memory->advice + n < DELAY_BINS ? memory->advice + n : DELAY_BINS - 1;
    }
    d->used = d->used + n < DELAY_BINS ? d->used + n : DELAY_BINS;
    d->origin -= bins * DELAY_BIN;
}

// Room for greater ones: nothing was late for these.
static void shift_down(struct delay *d, int n)
{
    if (n <= 0 || n >= DELAY_BINS)
        return;
    move_down(d->excess, n);
    for (int m = 0; m < DELAY_MEMORIES; m++) {
        struct delay_memory *memory = &d->memories[m];
        move_down(memory->costs, n);
        memory->advice = memory->advice > n ? memory->advice - n : 0;
    }
    d->used = d->used > n ? d->used - n : 0;
    d->origin += n * DELAY_BIN;
}

struct packet {
    float transit; // ms above the origin
    float length;  // ms
    float price;   // of 1 ms concealed, in ms of delay of this packet
    bool overtaken;
};

// How late it is where `wait` ms are waited for, and the delay is `excess` above that.
static inline float lateness(const struct packet *p, float wait, float excess)
{
    float late = p->transit - wait - excess;
    return late > 0 ? late : 0;
}

// What that costs, besides the wait. Free of branches, so that compilers do several bins at a time.
static inline float try(const struct packet *p, float late, float *excess)
{
    float waits = p->overtaken ? 0 : 1; // the playing of others, for this one
    float least = p->overtaken ? p->length : PIECE;
    float concealed = waits * late + (late > 0 ? least : 0);
    float now = *excess + waits * concealed;
    float next = now - CATCH_UP * p->length;
    *excess = next > 0 ? next : 0;
    return now + CAUGHT_UP * p->price * concealed;
}

static void try_all(const struct packet *packet, int used, float *restrict excess,
                    float *restrict costs)
{
    const struct packet p = *packet;
    for (int i = 0; i < used; i += LANES)
        for (int k = i; k < i + LANES; k++)
            costs[k] = lateness(&p, (float)(k + 1) * BIN_MS, excess[k]);
    for (int i = 0; i < used; i += LANES)
        for (int k = i; k < i + LANES; k++)
            costs[k] = try(&p, costs[k], &excess[k]);
}

static void add(int used, float *restrict sums, const float *restrict costs, float weight)
{
    for (int i = 0; i < used; i += LANES)
        for (int k = i; k < i + LANES; k++)
            sums[k] += weight * costs[k];
}

static inline float cost_at(const float *costs, float total, int i)
{
    return costs[i] + total * ((float)(i + 1) * BIN_MS);
}

// The first of the least.
static int cheapest(const float *costs, int used, float total)
{
    float lanes[LANES], least;
    int end = used < DELAY_BINS ? used + 1 : DELAY_BINS;
    for (int k = 0; k < LANES; k++)
        lanes[k] = cost_at(costs, total, k);
    for (int i = LANES; i < end; i += LANES)
        for (int k = 0; k < LANES; k++) {
            float cost = cost_at(costs, total, i + k);
            lanes[k] = cost < lanes[k] ? cost : lanes[k];
        }
    least = lanes[0];
    for (int k = 1; k < LANES; k++)
        least = lanes[k] < least ? lanes[k] : least;
    int i = 0;
    while (i < DELAY_BINS - 1 && cost_at(costs, total, i) > least)
        i++;
    return i;
}

// What was advised before this packet came.
static void follow_advice(struct delay_memory *memory, const struct packet *p)
{
    float wait = (float)(memory->advice + 1) * BIN_MS;
    memory->cost /= FORGET;
    memory->cost += wait + try(p, lateness(p, wait, memory->excess), &memory->excess);
}

static void remember(struct delay *d, const struct packet *p)
{
    float costs[DELAY_BINS] = {0};
    int used = (int)(p->transit / BIN_MS);
    d->used = used > d->used ? used : d->used;
    try_all(p, d->used, d->excess, costs);
    for (int m = 0; m < DELAY_MEMORIES; m++) {
        struct delay_memory *memory = &d->memories[m];
        follow_advice(memory, p);
        add(d->used, memory->costs, costs, memory->weight);
        memory->total += memory->weight;
        memory->advice = cheapest(memory->costs, d->used, memory->total);
        memory->weight *= forget[m];
        if (memory->weight > WEIGHT_MAX) {
            scale(memory->costs, DELAY_BINS, memory->weight);
            memory->total /= memory->weight;
            memory->weight = 1;
        }
    }
    for (int m = 0; m < DELAY_MEMORIES; m++)
        if (d->memories[m].cost < BETTER * d->memories[d->followed].cost)
            d->followed = m;
}

// The least of this window and the one before.
static void observe_base(struct delay *d, usec transit)
{
    if (d->count % BASE == 0) {
        d->before = d->count ? d->window : transit;
        d->window = transit;
    }
    d->window = usec_min(d->window, transit);
    d->recent[d->count++ % DELAY_RECENT] = transit;
}

// Before `transit` changes the base: so many packets in a row came earlier than any of the seconds before
// them, so the path has become faster. Those that were overtaken are still from before.
static void follow_step(struct delay *d, usec transit, bool overtaken)
{
    if (overtaken)
        return;
    if (!d->faster)
        d->floor = delay_base(d);
    d->faster = transit < d->floor ? d->faster + 1 : 0;
    if (d->faster < DELAY_RECENT)
        return;
    d->origin -= d->floor - usec_min(delay_base(d), transit);
    d->faster = 0;
}

void delay_packet(struct delay *d, usec transit, usec length, bool overtaken)
{
    if (!d->started) {
        d->started = true;
        d->origin = transit;
    } else {
        follow_step(d, transit, overtaken);
    }
    observe_base(d, transit);
    if (transit < d->origin)
        shift_up(d, (d->origin - transit + DELAY_BIN - 1) / DELAY_BIN);
    usec most = DELAY_BINS * DELAY_BIN;
    if (transit - d->origin >= most) // room above, if what is below is forgotten
        shift_down(d, (int)usec_min((delay_base(d) - d->origin) / DELAY_BIN, DELAY_BINS - 1));
    struct packet packet = {
        .transit = (float)usec_min(transit - d->origin, most) / (float)USEC_MS,
        .length = (float)length / (float)USEC_MS,
        .price = 100 * (float)d->price / (float)length,
        .overtaken = overtaken,
    };
    remember(d, &packet);
}

usec delay_base(const struct delay *d)
{
    return usec_min(d->window, d->before);
}

usec delay_recent(const struct delay *d)
{
    usec most = d->recent[0];
    for (unsigned i = 1; i < DELAY_RECENT && i < d->count; i++)
        most = usec_max(most, d->recent[i]);
    return most;
}

usec delay_target(const struct delay *d)
{
    return d->started ? d->origin + (d->memories[d->followed].advice + 1) * DELAY_BIN : 0;
}
