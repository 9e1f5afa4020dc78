// A duel's window: see duel_pane.h.
#include "lab/io/duel/duel_pane.h"

#include "window/io/pane.h"

#include <stdio.h>
#include <stdlib.h>

struct duel_pane {
    struct duel_pane_config config;
    struct pane *pane;
    struct duel *duel; // NULL: not yet
    enum knobs_heard heard;
};

static const char *const names[DUEL_SIDES] = {[DUEL_TCP] = "TCP", [DUEL_UDP] = "UDP"};

// TCP is above.
static struct timeline *timeline_of(const struct duel_pane *p, enum duel_side side)
{
    return side == DUEL_TCP ? pane_timeline(p->pane) : pane_below(p->pane);
}

// ---- what the duel does ------------------------------------------------------------------------

// The delay that is shown is that from mouth to ear: the way is in it, too.
static void on_decided(void *ctx, enum duel_side side, const struct sim_decision *decision)
{
    struct receiver_decision d = decision->receiver;
    d.delay = decision->delay;
    timeline_decided(timeline_of(ctx, side), &d);
}

static void on_came(void *ctx, enum duel_side side, usec at, const void *data, size_t len)
{
    timeline_came(timeline_of(ctx, side), at, data, len);
}

struct duel_onlooker duel_pane_onlooker(struct duel_pane *p)
{
    return (struct duel_onlooker){on_decided, on_came, p};
}

void duel_pane_attach(struct duel_pane *p, struct duel *duel)
{
    p->duel = duel;
}

// Which of two sides an ear hears.
static enum duel_side side_of(const struct duel_pane *p, bool right)
{
    switch (p->heard) {
    case KNOBS_SWAPPED:
        return right ? DUEL_TCP : DUEL_UDP;
    case KNOBS_FIRST:
        return DUEL_TCP;
    case KNOBS_SECOND:
        return DUEL_UDP;
    default:
        return right ? DUEL_UDP : DUEL_TCP;
    }
}

void duel_pane_step(struct duel_pane *p, int16_t *pcm)
{
    int16_t side[DUEL_SIDES][DUEL_STEP];
    for (int i = 0; i < DUEL_STEP; i++) {
        side[DUEL_TCP][i] = pcm[2 * i];
        side[DUEL_UDP][i] = pcm[2 * i + 1];
    }
    pane_sounds_both(p->pane, side[DUEL_TCP], side[DUEL_UDP], DUEL_STEP);
    for (int i = 0; i < DUEL_STEP; i++) {
        pcm[2 * i] = side[side_of(p, false)][i];
        pcm[2 * i + 1] = side[side_of(p, true)][i];
    }
}

// ---- what is asked -----------------------------------------------------------------------------

static enum lane_ear ear_of(const struct duel_pane *p, enum duel_side side)
{
    bool left = side_of(p, false) == side, right = side_of(p, true) == side;
    return left && right ? LANE_BOTH : left ? LANE_LEFT : right ? LANE_RIGHT : LANE_UNHEARD;
}

static void on_lanes(void *ctx, const struct knobs *knobs, struct lane lanes[LANES])
{
    struct duel_pane *p = ctx;
    p->heard = knobs->heard;
    for (enum duel_side k = 0; k < DUEL_SIDES; k++) {
        struct strip_figures f =
            p->duel ? duel_strip_figures(p->duel, k) : (struct strip_figures){0};
        lanes[k] = (struct lane){
            .name = names[k],
            .ear = ear_of(p, k),
            .delay = f.delay,
            .missing = 100 * f.missing,
            .repaired = 100 * f.repaired,
            .stalls = f.stalls,
            .longest = f.longest,
        };
    }
}

// What a stream's window asks once a second stands in the lanes here.
static bool on_figures(void *ctx, struct receiver_stats *stats, struct report_context *context,
                       char *status, size_t cap)
{
    const struct duel_pane *p = ctx;
    int seconds = p->duel ? (int)(duel_now(p->duel) / USEC_SECOND) : 0;
    (void)stats;
    (void)context;
    snprintf(status, cap, "voz-lab duel: %s, %d:%02d", p->config.said, seconds / 60, seconds % 60);
    return false;
}

static void on_turned(void *ctx, enum knob knob, const struct knobs *knobs)
{
    struct duel_pane *p = ctx;
    p->heard = knobs->heard;
    if (knob <= KNOB_PATH_LAST)
        p->config.turned(p->config.ctx, &knobs->network);
}

static void on_closed(void *ctx)
{
    struct duel_pane *p = ctx;
    p->config.closed(p->config.ctx);
}

// ---- the object --------------------------------------------------------------------------------

struct duel_pane *duel_pane_open(const struct duel_pane_config *config, char *why, size_t cap)
{
    struct duel_pane *p = calloc(1, sizeof *p);
    snprintf(why, cap, "no memory for a window");
    if (!p)
        return NULL;
    p->config = *config;
    const struct pane_config pane = {
        .loop = config->loop,
        .lang = config->lang,
        .title = "voz-lab duel",
        .knobs = {.network = *config->network, .duel = true},
        .turned = on_turned,
        .figures = on_figures,
        .lanes = on_lanes,
        .closed = on_closed,
        .ctx = p,
    };
    p->pane = pane_open(&pane, why, cap);
    if (p->pane)
        return p;
    duel_pane_close(p);
    return NULL;
}

void duel_pane_close(struct duel_pane *p)
{
    if (!p)
        return;
    pane_close(p->pane);
    free(p);
}
