// One encoding for many: see steer.h.
#include "sender/steer.h"

#include <stdio.h>
#include <string.h>

#define EVERY USEC_SECOND
#define BINS  257 // of losses

void steer_init(struct steer *s, const struct adapt_limits *limits, bool resends)
{
    *s = (struct steer){
        .limits = *limits,
        .choice = adapt_first(limits),
        .fixed = limits->fec != ADAPT_FEC_AUTO && limits->red != ADAPT_RED_AUTO && !resends,
    };
}

static bool is_reporting(const struct peer *l)
{
    return l->state == PEER_PLAYING && l->history.count > 0;
}

static int bin_of(const struct peer *l)
{
    return (int)(l->figures.lost * (BINS - 1));
}

// The listener whose losses are exceeded by a quarter of the others'; -1: nobody reports.
static int worse_quartile(const struct peer *listeners, int count)
{
    int counts[BINS] = {0}, reporting = 0, bin = BINS - 1;
    for (int i = 0; i < count; i++)
        if (is_reporting(&listeners[i])) {
            counts[bin_of(&listeners[i])]++;
            reporting++;
        }
    for (int above = counts[bin]; above < (reporting + 3) / 4; above += counts[--bin]) {
    }
    for (int i = 0; reporting && i < count; i++)
        if (is_reporting(&listeners[i]) && bin_of(&listeners[i]) == bin)
            return i;
    return -1;
}

// What may be spent on a listener: what its path bears, less what it is sent again.
static int budget_of(const struct steer *s, const struct peer *l)
{
    return (int)congestion_rate(&l->congestion, s->limits.max_bitrate) - peer_resend_rate(l);
}

static bool is_same(const struct adapt_choice *a, const struct adapt_choice *b)
{
    return a->bitrate == b->bitrate && a->fec == b->fec && a->wideband == b->wideband &&
           a->expected_loss == b->expected_loss && a->copy_bitrate == b->copy_bitrate &&
           a->shape.depth == b->shape.depth && a->shape.spacing == b->shape.spacing;
}

static void set_shapes(struct steer *s, struct peer *listeners, int count, int chosen_for)
{
    for (int i = 0; i < count; i++) {
        struct peer *l = &listeners[i];
        if (l->state != PEER_PLAYING || !l->takes.red)
            continue;
        l->shape = i == chosen_for ? s->choice.shape
                                   : adapt_shape(&s->limits, &l->history, budget_of(s, l),
                                                 &s->choice, l->shape);
    }
}

bool steer_report(struct steer *s, usec now, struct peer *listeners, int count,
                  struct steer_decision *decision)
{
    if (s->fixed || now < s->next)
        return false;
    s->next = now + EVERY;
    for (int i = 0; i < count; i++)
        peer_settle(&listeners[i], now);
    int worst = worse_quartile(listeners, count);
    if (worst < 0)
        return false;
    const struct peer *l = &listeners[worst];
    int budget = budget_of(s, l);
    struct adapt_choice before = s->choice;
    s->choice = adapt_choose(&s->limits, &l->history, l->takes.red, budget, &before);
    set_shapes(s, listeners, count, worst);
    *decision = (struct steer_decision){
        .at = now,
        .listener = worst,
        .lost = l->figures.lost,
        .burst = l->figures.burst,
        .round_trip = l->figures.round_trip,
        .queue = congestion_queue(&l->congestion),
        .full = congestion_is_full(&l->congestion),
        .again = peer_resend_rate(l),
        .budget = budget,
        .before = before,
        .choice = s->choice,
        .quality_before = adapt_quality(&s->limits, &l->history, &before, before.shape),
        .quality = adapt_quality(&s->limits, &l->history, &s->choice, s->choice.shape),
    };
    return !is_same(&before, &s->choice);
}

// ---- in words ----------------------------------------------------------------------------------

static void say_choice(const struct adapt_choice *c, char *out, size_t cap)
{
    char copies[80] = "no copies", rate[32] = "as they were sent";
    if (c->copy_bitrate)
        snprintf(rate, sizeof rate, "at %.0f kb/s", c->copy_bitrate / 1000.0);
    if (c->shape.depth)
        snprintf(copies, sizeof copies, "%d cop%s %s, %d packet%s apart", c->shape.depth,
                 c->shape.depth > 1 ? "ies" : "y", rate, c->shape.spacing,
                 c->shape.spacing > 1 ? "s" : "");
    snprintf(out, cap, "%.1f kb/s%s, %s, %s", c->bitrate / 1000.0, c->wideband ? " wideband" : "",
             c->fec ? "in-band FEC" : "no in-band FEC", copies);
}

void steer_explain(const struct steer_decision *d, char *out, size_t cap)
{
    char before[160], choice[160], trip[64] = "", why[160];
    say_choice(&d->before, before, sizeof before);
    say_choice(&d->choice, choice, sizeof choice);
    if (d->round_trip != USEC_NEVER)
        snprintf(trip, sizeof trip, ", round trip %.0f ms", usec_to_ms(d->round_trip));
    if (d->full)
        snprintf(why, sizeof why, "the path is full (%.0f ms of queue): rate is given back",
                 usec_to_ms(d->queue));
    else
        snprintf(why, sizeof why, "expected to sound like %.3f of 1 instead of %.3f", d->quality,
                 d->quality_before);
    snprintf(
        out, cap,
        "Reported: %.1f %% lost in runs of %.1f%s. Chosen under %.1f kb/s: %s (before: %s), %s.",
        100 * d->lost, d->burst, trip, d->budget / 1000.0, choice, before, why);
}
