// A receiver's window: see view.h.
#include "receiver/io/view.h"

#include <stdio.h>
#include <stdlib.h>

#define BATCH (20 * USEC_MS) // without a device: often enough to look at

struct view {
    struct pane *pane;
    struct session *session; // NULL: not open yet
    const char *url;
    struct impair_spec network; // in front of the session
    struct receiver_knobs knobs;
    usec opened;
    void (*decided)(void *ctx, const struct receiver_decision *decision); // told on; NULL: nobody
    void *ctx;
};

// ---- what the session does ---------------------------------------------------------------------

static void on_decided(void *ctx, const struct receiver_decision *decision)
{
    struct view *v = ctx;
    timeline_decided(pane_timeline(v->pane), decision);
    if (v->decided)
        v->decided(v->ctx, decision);
}

static void on_arrived(void *ctx, usec when, const void *data, size_t len)
{
    timeline_came(pane_timeline(((struct view *)ctx)->pane), when, data, len);
}

static void on_sounds(void *ctx, usec when, int16_t *pcm, size_t samples, int channels)
{
    (void)when;
    pane_sounds(((struct view *)ctx)->pane, pcm, samples, channels);
}

static bool on_lingers(void *ctx, bool bye)
{
    return pane_lingers(((struct view *)ctx)->pane, bye ? LABEL_GOODBYE : LABEL_GONE);
}

static bool on_figures(void *ctx, struct receiver_stats *stats, struct report_context *context,
                       char *status, size_t cap)
{
    const struct view *v = ctx;
    snprintf(status, cap, "%s", v->url);
    if (!v->session)
        return false;
    *stats = session_stats(v->session);
    *context = session_context(v->session);
    return true;
}

static bool on_pictures(void *ctx, struct screen_stats *stats)
{
    const struct view *v = ctx;
    if (!v->session)
        return false;
    *stats = watch_stats(session_watch(v->session));
    return true;
}

// ---- what the user does ------------------------------------------------------------------------

static void on_turned(void *ctx, enum knob knob, const struct knobs *knobs)
{
    struct view *v = ctx;
    v->network = knobs->network;
    v->knobs = knobs->receiver;
    if (!v->session)
        return;
    if (knob <= KNOB_PATH_LAST) {
        session_network(v->session);
    } else if (knob == KNOB_TRANSPORT) {
        timeline_restart(pane_timeline(v->pane));
        session_transport(v->session, knobs->tcp);
    } else if (knob == KNOB_PICTURE) {
        session_picture_loss(v->session, knobs->damaged);
    } else {
        session_turn(v->session, &v->knobs);
    }
}

static void on_closed(void *ctx)
{
    struct view *v = ctx;
    if (v->session)
        session_stop(v->session);
}

static void on_picture(void *ctx, const struct picture *picture)
{
    pane_picture(((struct view *)ctx)->pane, picture);
}

// ---- the object --------------------------------------------------------------------------------

struct view *view_open(struct loop *loop, enum label_lang lang, struct session_config *config,
                       char *why, size_t cap)
{
    struct view *v = calloc(1, sizeof *v);
    struct receiver_config *r = &config->receiver;
    char title[300];
    snprintf(why, cap, "no memory for a window");
    if (!v)
        return NULL;
    v->url = config->url;
    v->network = *config->netem;
    v->knobs = (struct receiver_knobs){r->conceal, r->latency, r->fec, r->red, r->again};
    snprintf(title, sizeof title, "voz - %s", config->url);
    const struct pane_config pane = {
        .loop = loop,
        .lang = lang,
        .title = title,
        .knobs = {.network = v->network,
                  .receiver = v->knobs,
                  .damaged = config->picture_loss,
                  .tcp = config->transport == SESSION_TCP},
        .turned = on_turned,
        .figures = on_figures,
        .pictures = on_pictures,
        .closed = on_closed,
        .ctx = v,
    };
    v->pane = pane_open(&pane, why, cap);
    if (!v->pane) {
        view_close(v);
        return NULL;
    }
    v->opened = loop_now();
    v->decided = r->decided;
    v->ctx = r->ctx;
    r->decided = on_decided;
    r->ctx = v;
    r->red = r->again = true;
    config->netem = &v->network;
    config->batch = BATCH;
    config->pictures = true;
    config->onlooker = (struct session_onlooker){on_arrived, on_picture, on_sounds, on_lingers, v};
    return v;
}

void view_attach(struct view *v, struct session *session)
{
    v->session = session;
    session_turn(session, &v->knobs);
}

void view_summary(const struct view *v, char *text, size_t cap)
{
    struct pane_stats s = pane_stats(v->pane);
    double seconds = (double)(loop_now() - v->opened) / USEC_SECOND;
    snprintf(text, cap,
             "  The window: %.1f frames a second, %.2f ms of drawing each (%.1f %% of the time), "
             "in slices of "
             "%.2f ms at most; it gave way %.1f times a second.\n",
             (double)s.frames / seconds, usec_to_ms(s.drawing) / (double)(s.frames ? s.frames : 1),
             100 * (double)s.drawing / USEC_SECOND / seconds, usec_to_ms(s.longest),
             (double)s.postponed / seconds);
}

void view_close(struct view *v)
{
    if (!v)
        return;
    pane_close(v->pane);
    free(v);
}
