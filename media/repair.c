// The price of waiting for repairs: see repair.h.
#include "media/repair.h"

#define MEMORY        512   // packets that the shares are means of,
#define MEMORY_FIRST  64    // and at first
#define MISSING_FIRST 0.05f // at first: who sends copies has been told of losses
#define COPIES_MEMORY 64    // packets
#define COPIES_FIRST  8     // packets that the announcement of copies counts for
#define COPIES_LEAST  0.25f // of the packets; fewer are not waited for
#define SHARE_LEAST   1e-9f // worth a thousandth of a microsecond; less is slow to reckon with

void repair_init(struct repair *r, usec price, bool copies)
{
    *r = (struct repair){
        .price = price,
        .turns = MEMORY_FIRST,
        .missing = MISSING_FIRST,
        .copies = copies ? 1 : 0,
        .copies_of = copies ? COPIES_FIRST : 0,
    };
}

void repair_turn(struct repair *r, int lost, bool copy)
{
    float part = 1.0f / (float)r->turns;
    r->turns += r->turns < MEMORY;
    for (; lost > 0; lost--)
        r->missing += (1 - r->missing) * part;
    r->missing -= r->missing * part;
    r->copies_of += r->copies_of < COPIES_MEMORY;
    r->copies += (copy - r->copies) / (float)r->copies_of;
    for (int i = 0; i < REPAIR_BINS; i++) {
        float left = r->shares[i] - r->shares[i] * part;
        r->shares[i] = left > SHARE_LEAST ? left : 0;
    }
    while (r->used > 0 && r->shares[r->used - 1] == 0)
        r->used--;
}

void repair_came(struct repair *r, usec wait)
{
    usec bin = wait > 0 ? (wait - 1) / REPAIR_BIN : 0;
    if (bin >= REPAIR_BINS)
        return;
    r->shares[bin] += 1.0f / (float)r->turns;
    r->used = bin < r->used ? r->used : (int)bin + 1;
}

// What it is worth to wait, in microseconds of delay: its price taken off.
static double worth(const struct repair *r, float share, usec wait)
{
    double gain = 100.0 * (double)share * (double)r->price - (double)wait;
    return wait < r->wait ? gain - (double)(r->wait - wait) / 2 : gain;
}

static void consider(const struct repair *r, float share, usec wait, double *most, usec *best)
{
    double gain = worth(r, share, wait);
    if (gain <= *most)
        return;
    *most = gain;
    *best = wait;
}

usec repair_wait(struct repair *r, bool fec, usec frame)
{
    float in_band = fec && r->copies >= COPIES_LEAST ? r->missing * r->copies : 0;
    double most = worth(r, 0, 0);
    usec best = 0;
    float share = 0;
    bool pending = in_band > 0; // they are had a frame later, which need not be the edge of a bin
    for (int i = 0; i < r->used; i++) {
        usec wait = (i + 1) * (usec)REPAIR_BIN;
        if (pending && frame < wait) {
            pending = false;
            consider(r, share + in_band, frame, &most, &best);
        }
        share += r->shares[i];
        if (r->shares[i] > 0)
            consider(r, share + (wait >= frame ? in_band : 0), wait, &most, &best);
    }
    if (pending)
        consider(r, share + in_band, frame, &most, &best);
    return r->wait = best;
}

usec repair_slack(const struct repair *r)
{
    float left = r->wait ? r->missing * (1 - r->copies) : r->missing;
    return (usec)(100.0 * (double)left * (double)r->price);
}
