// Figures of delays: see delays.h.
#include "receiver/delays.h"

void delays_add(struct delays *d, usec delay)
{
    usec bin = delay < 0 ? 0 : delay / USEC_MS;
    d->bins[bin < DELAYS_BINS ? bin : DELAYS_BINS - 1]++;
    d->sum += (double)delay;
    d->count++;
}

usec delays_mean(const struct delays *d)
{
    return d->count ? (usec)(d->sum / (double)d->count) : 0;
}

usec delays_quantile(const struct delays *d, double share)
{
    uint64_t seen = 0;
    int bin = 0;
    while (bin < DELAYS_BINS - 1 && (double)(seen += d->bins[bin]) < share * (double)d->count)
        bin++;
    return d->count ? (bin + 1) * USEC_MS : 0;
}
