// The price of waiting for repairs: see repair.h.
#include "media/repair.h"

#define MEMORY        512   // packets that the shares are means of,
#define MEMORY_FIRST  64    // and at first
#define MISSING_FIRST 0.05f // at first: who sends copies has been told of losses
#define COPIES_MEMORY 64    // packets
#define COPIES_FIRST  8     // packets that the announcement of copies counts for
#define COPIES_LEAST  0.25f // of the packets; fewer are not waited for
#define SHARE_LEAST   1e-9f // worth a thousandth of a microsecond; less is slow to reckon with
#define BEGINNING     1.5f // times as much the beginning of a packet costs that came late (delay.c)
#define PIECE         1250 // microseconds that are concealed for it besides
#define CHANGE        0.4  // of a wait it costs to give it up: it is heard, and may be wanted again

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

// How much of a packet is saved that comes `late` after the turn that all wait for. The jitter buffer
// still plays it if half of it is left.
static float saved(usec late, usec frame)
{
    if (late <= 0)
        return 1;
    float lost = BEGINNING * (float)(late + PIECE) / (float)frame;
    return late <= frame / 2 && lost < 1 ? 1 - lost : 0;
}

void repair_came(struct repair *r, usec wait, usec frame)
{
    usec first = usec_max(wait - frame / 2, 0) / REPAIR_BIN;
    int bin = first < REPAIR_BINS ? (int)first : REPAIR_BINS;
    float before = 0, part = 1.0f / (float)r->turns;
    for (; before < 1 && bin < REPAIR_BINS; bin++) {
        float now = saved(wait - bin * REPAIR_BIN, frame);
        r->shares[bin] += (now - before) * part;
        before = now;
        r->used = bin < r->used ? r->used : bin + 1;
    }
}

// What it is worth to wait, in microseconds of delay: its price taken off.
static double worth(const struct repair *r, float share, usec wait)
{
    double gain = 100.0 * (double)share * (double)r->price - (double)wait;
    return wait < r->wait ? gain - CHANGE * (double)(r->wait - wait) : gain;
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
    float share = r->shares[0];
    double most = worth(r, share, 0);
    usec best = 0;
    bool pending = in_band > 0; // they are had a frame later, which need not be the edge of a bin
    for (int i = 1; i < r->used; i++) {
        usec wait = i * REPAIR_BIN;
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
