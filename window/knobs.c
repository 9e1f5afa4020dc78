// What can be turned: see knobs.h.
#include "window/knobs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STEPS_MAX 12

struct scale {
    size_t count;
    double steps[STEPS_MAX];
};

// Steps that can be told apart by ear. A rate of 0 is none, and stands at the upper end.
static const struct scale scales[KNOB_COUNT] = {
    [KNOB_LOSS] = {10, {0, 1, 2, 5, 10, 15, 20, 30, 40, 50}},              // %
    [KNOB_BURST] = {7, {1, 1.5, 2, 3, 5, 8, 12}},                          // packets
    [KNOB_DELAY] = {11, {0, 10, 20, 35, 50, 75, 100, 150, 200, 300, 500}}, // ms
    [KNOB_JITTER] = {9, {0, 2, 5, 10, 20, 30, 50, 75, 100}},               // ms
    [KNOB_RATE] = {9, {16, 24, 32, 40, 48, 64, 96, 128, INFINITY}},        // kb/s
    [KNOB_LATENCY] = {10, {0, 10, 20, 40, 60, 80, 120, 200, 300, 500}},    // ms; 0: auto
    [KNOB_CONCEAL] = {3, {RENDER_SILENCE, RENDER_REPEAT, RENDER_PLC}},
};

// Where the path's own words say something else, say in a trace, the nearest that a knob can say: nothing.
static double loss_share(const struct impair_spec *n)
{
    const double *p = n->loss.p;
    if (n->trace || n->loss.model == LOSS_NONE || n->loss.model == LOSS_STATE)
        return 0;
    if (n->loss.model == LOSS_RANDOM)
        return p[0];
    double bad = p[0] + p[1] > 0 ? p[0] / (p[0] + p[1]) : 0; // share of the time
    return bad * p[2] + (1 - bad) * p[3];
}

// Mean length, in packets. Random losses come one by one as far as anybody has asked.
static double burst_length(const struct impair_spec *n)
{
    return n->loss.model == LOSS_GEMODEL && n->loss.p[1] > 0 && !n->trace ? 1 / n->loss.p[1] : 1;
}

static double value(const struct knobs *k, enum knob knob)
{
    const struct impair_spec *n = &k->network;
    switch (knob) {
    case KNOB_LOSS:
        return 100 * loss_share(n);
    case KNOB_BURST:
        return burst_length(n);
    case KNOB_DELAY:
        return usec_to_ms(n->delay);
    case KNOB_JITTER:
        return usec_to_ms(n->jitter);
    case KNOB_RATE:
        return n->rate.rate ? (double)n->rate.rate / 1000 : INFINITY;
    case KNOB_LATENCY:
        return usec_to_ms(k->receiver.latency);
    case KNOB_CONCEAL:
        return k->receiver.conceal;
    default:
        return 0;
    }
}

// Gilbert's model: all is lost in the bad state, which is left with 1 / length, and entered so often that
// the share of time in it is the loss (tc-netem(8), "gemodel").
static void set_loss(struct impair_spec *n, double share, double length)
{
    double leave = 1 / length;
    double enter = share < 1 ? share * leave / (1 - share) : 1;
    if (length <= 1)
        n->loss = (struct loss_spec){.model = share > 0 ? LOSS_RANDOM : LOSS_NONE, .p = {share}};
    else
        n->loss =
            (struct loss_spec){.model = LOSS_GEMODEL, .p = {enter < 1 ? enter : 1, leave, 1, 0}};
}

static void set(struct knobs *k, enum knob knob, double to)
{
    struct impair_spec *n = &k->network;
    double share = loss_share(n), length = burst_length(n);
    if (knob <= KNOB_PATH_LAST) {
        n->trace = NULL;
        n->trace_file[0] = '\0';
    }
    switch (knob) {
    case KNOB_LOSS:
        set_loss(n, to / 100, length);
        break;
    case KNOB_BURST:
        set_loss(n, share, to);
        break;
    case KNOB_DELAY:
        n->delay = (usec)(to * USEC_MS);
        break;
    case KNOB_JITTER:
        n->jitter = (usec)(to * USEC_MS);
        break;
    case KNOB_RATE:
        n->rate.rate = isinf(to) ? 0 : (uint64_t)(to * 1000);
        break;
    case KNOB_LATENCY:
        k->receiver.latency = (usec)(to * USEC_MS);
        break;
    case KNOB_CONCEAL:
        k->receiver.conceal = (enum render_conceal)to;
        break;
    default:
        break;
    }
}

static bool *toggle(struct knobs *k, enum knob knob)
{
    return knob == KNOB_FEC         ? &k->receiver.fec
           : knob == KNOB_RED       ? &k->receiver.red
           : knob == KNOB_NACK      ? &k->receiver.again
           : knob == KNOB_TRANSPORT ? &k->tcp
                                    : NULL;
}

// The ways to conceal are no numbers that grow: they stand as listed.
static size_t index_of(const struct scale *scale, double now)
{
    size_t i = 0;
    while (i + 1 < scale->count && scale->steps[i] != now)
        i++;
    return i;
}

// The step next to `now`, which may lie between two.
static double next_step(const struct scale *scale, double now, bool up)
{
    const double same = 1e-6;
    size_t count = scale->count;
    if (up) {
        for (size_t i = 0; i < count; i++)
            if (scale->steps[i] > now + same)
                return scale->steps[i];
    } else {
        for (size_t i = count; i-- > 0;)
            if (scale->steps[i] < now - same)
                return scale->steps[i];
    }
    return now;
}

bool knobs_has(const struct knobs *k, enum knob knob)
{
    if (knob == KNOB_PICTURE)
        return k->pictures;
    if (knob == KNOB_HEARD)
        return k->duel;
    return !k->duel || knob <= KNOB_PATH_LAST || knob == KNOB_TIME;
}

bool knobs_turn(struct knobs *k, enum knob knob, bool up)
{
    const struct scale *scale = &scales[knob];
    if (!knobs_has(k, knob))
        return false;
    bool *two = toggle(k, knob);
    if (two && !(knob == KNOB_TRANSPORT && k->fixed_transport)) {
        *two = !*two;
        return true;
    }
    if (knob == KNOB_HEARD) {
        k->heard = (enum knobs_heard)(((int)k->heard + (up ? 1 : 3)) % 4);
        return true;
    }
    if (knob == KNOB_PICTURE) {
        k->damaged = k->damaged == SCREEN_SHOW ? SCREEN_FREEZE : SCREEN_SHOW;
        return true;
    }
    if (!scale->count)
        return false;
    double now = value(k, knob), to = next_step(scale, now, up);
    if (knob == KNOB_CONCEAL) {
        size_t i = index_of(scale, now);
        to = scale->steps[up ? (i + 1) % 3 : (i + 2) % 3];
    }
    if (to == now)
        return false;
    set(k, knob, to);
    return true;
}

bool knobs_acts(const struct knobs *k, enum knob knob)
{
    if (knob == KNOB_TRANSPORT)
        return !k->fixed_transport;
    if (knob == KNOB_PICTURE || knob == KNOB_HEARD)
        return knobs_has(k, knob);
    bool packets =
        knob <= KNOB_PATH_LAST || knob == KNOB_FEC || knob == KNOB_RED || knob == KNOB_NACK;
    return !k->tcp || !packets;
}

static double place_on(const struct scale *s, double now)
{
    for (size_t i = 0; i < s->count; i++)
        if (now <= s->steps[i])
            return (double)i / (double)(s->count - 1);
    return 1;
}

double knobs_place(const struct knobs *k, enum knob knob)
{
    const struct scale *scale = &scales[knob];
    return scale->count && knob != KNOB_CONCEAL ? place_on(scale, value(k, knob)) : -1;
}

static void unit(char *text, double x, const char *name)
{
    snprintf(text, KNOB_TEXT, "%.*f %s", x == floor(x) ? 0 : 1, x, name);
}

void knobs_text(const struct knobs *k, enum knob knob, enum label_lang lang, char text[KNOB_TEXT])
{
    struct knobs copy = *k;
    const bool *two = toggle(&copy, knob);
    double x = value(k, knob);
    static const enum label ways[] = {
        [RENDER_PLC] = LABEL_PLC, [RENDER_REPEAT] = LABEL_REPEAT, [RENDER_SILENCE] = LABEL_MUTE};
    static const char *const heard[] = {"TCP | UDP", "UDP | TCP", "TCP", "UDP"};
    if (knob == KNOB_TRANSPORT)
        snprintf(text, KNOB_TEXT, "%s", k->tcp ? "TCP" : "UDP");
    else if (two)
        snprintf(text, KNOB_TEXT, "%s", label_of(lang, *two ? LABEL_ON : LABEL_OFF));
    else if (knob == KNOB_HEARD)
        snprintf(text, KNOB_TEXT, "%s", heard[k->heard]);
    else if (knob == KNOB_PICTURE)
        snprintf(text, KNOB_TEXT, "%s",
                 label_of(lang, k->damaged == SCREEN_SHOW ? LABEL_SHOW : LABEL_FREEZE));
    else if (knob == KNOB_CONCEAL)
        snprintf(text, KNOB_TEXT, "%s", label_of(lang, ways[k->receiver.conceal]));
    else if (knob == KNOB_LATENCY && x == 0)
        snprintf(text, KNOB_TEXT, "auto");
    else if (knob == KNOB_RATE && isinf(x))
        snprintf(text, KNOB_TEXT, "%s", label_of(lang, LABEL_UNLIMITED));
    else
        unit(text, x,
             knob == KNOB_LOSS    ? "%"
             : knob == KNOB_BURST ? label_of(lang, LABEL_PACKETS)
             : knob == KNOB_RATE  ? "kb/s"
                                  : "ms");
}
