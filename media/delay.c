// A forgetting histogram and its cheapest delay: see delay.h.
#include "media/delay.h"

#include <string.h>

#define FORGET     1.002f // 1 / (1 - 1/500): a packet weighs e times the one 500 earlier
#define WEIGHT_MAX 1e6f   // then all weights are scaled down
#define NEGLIGIBLE 1e-3f  // share of the total below which a bin's packets count as forgotten

void delay_init(struct delay *d, usec price)
{
    *d = (struct delay){.price = price ? price : DELAY_PRICE, .weight = 1};
}

static void scale(struct delay *d)
{
    for (int i = 0; i < DELAY_BINS; i++)
        d->bins[i] /= d->weight;
    d->total /= d->weight;
    d->weight = 1;
}

// Moves the histogram up by `bins`, so that smaller transits have room; the last bin gathers the
// rest.
static void shift_up(struct delay *d, usec bins)
{
    int n = bins < DELAY_BINS ? (int)bins : DELAY_BINS;
    float spilt = 0;
    for (int i = DELAY_BINS - n; i < DELAY_BINS; i++)
        spilt += d->bins[i];
    memmove(d->bins + n, d->bins, (size_t)(DELAY_BINS - n) * sizeof *d->bins);
    memset(d->bins, 0, (size_t)n * sizeof *d->bins);
    d->bins[DELAY_BINS - 1] += spilt;
    d->origin -= bins * DELAY_BIN;
}

static int first_bin(const struct delay *d)
{
    float seen = 0;
    int i = 0;
    while (i < DELAY_BINS - 1 && (seen += d->bins[i]) <= NEGLIGIBLE * d->total)
        i++;
    return i;
}

static void shift_down(struct delay *d, int bins)
{
    for (int i = 0; i < bins; i++)
        d->total -= d->bins[i];
    memmove(d->bins, d->bins + bins, (size_t)(DELAY_BINS - bins) * sizeof *d->bins);
    memset(d->bins + DELAY_BINS - bins, 0, (size_t)bins * sizeof *d->bins);
    d->origin += bins * DELAY_BIN;
}

void delay_packet(struct delay *d, usec transit)
{
    if (!d->started) {
        d->started = true;
        d->origin = transit;
    }
    if (transit < d->origin)
        shift_up(d, (d->origin - transit + DELAY_BIN - 1) / DELAY_BIN);
    usec bin = (transit - d->origin) / DELAY_BIN;
    if (bin >= DELAY_BINS) { // room above, if what is below is forgotten
        shift_down(d, first_bin(d));
        bin = (transit - d->origin) / DELAY_BIN;
    }
    d->bins[bin < DELAY_BINS ? bin : DELAY_BINS - 1] += d->weight;
    d->total += d->weight;
    d->weight *= FORGET;
    if (d->weight > WEIGHT_MAX)
        scale(d);
}

usec delay_base(const struct delay *d)
{
    return d->started ? d->origin + first_bin(d) * DELAY_BIN : 0;
}

// What is a little late costs less than what never comes: sound is put in its place only until it is
// there. From FULL on the whole of it is concealed.
#define FULL    15
#define LEAST   0.25f
#define PER_BIN 0.05f // of a packet of 20 ms

usec delay_target(const struct delay *d)
{
    if (!d->started)
        return 0;
    float price = (float)d->price * 100 / d->total; // microseconds per unit of weight that is late
    float best = 0, far = 0, near = 0, lateness = 0;
    int best_bin = -1;
    // From the longest delay down: `near` packets are late by up to FULL bins, and `lateness` is the
    // sum of theirs; `far` ones by more.
    for (int i = DELAY_BINS - 1; i >= 0; i--) {
        float cost =
            (float)((i + 1) * DELAY_BIN) + price * (far + LEAST * near + PER_BIN * lateness);
        if (best_bin < 0 || cost < best) {
            best = cost;
            best_bin = i;
        }
        near += d->bins[i];
        lateness += near;
        if (i + FULL < DELAY_BINS) {
            float gone = d->bins[i + FULL];
            near -= gone;
            lateness -= gone * (FULL + 1);
            far += gone;
        }
    }
    return d->origin + (best_bin + 1) * DELAY_BIN;
}
