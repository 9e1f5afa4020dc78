// A call's window: see call_view.h.
#include "call/io/call_view.h"

#include <stdio.h>
#include <stdlib.h>

struct call_view {
    struct call_view_config config;
    struct pane *pane;
    struct knobs knobs; // as they were turned last,
    bool turned;        // and they were, others than the picture's
};

static void on_decided(void *ctx, const struct receiver_decision *decision)
{
    timeline_decided(pane_timeline(((struct call_view *)ctx)->pane), decision);
}

static void on_arrived(void *ctx, usec when, const void *data, size_t len)
{
    timeline_came(pane_timeline(((struct call_view *)ctx)->pane), when, data, len);
}

static void on_sounds(void *ctx, int16_t *pcm, size_t samples, int channels)
{
    pane_sounds(((struct call_view *)ctx)->pane, pcm, samples, channels);
}

static void on_picture(void *ctx, const struct picture *picture)
{
    pane_picture(((struct call_view *)ctx)->pane, picture);
}

static bool on_figures(void *ctx, struct receiver_stats *stats, struct report_context *context,
                       char *status, size_t cap)
{
    const struct call_view *v = ctx;
    const struct line *line = v->config.line(v->config.ctx);
    status[0] = '\0';
    if (!line)
        return false;
    const char *muted = v->config.lang == LABEL_PT ? " (sem microfone)" : " (muted)";
    snprintf(status, cap, "%s%s", v->config.peer(v->config.ctx), line_is_muted(line) ? muted : "");
    *stats = line_heard(line);
    *context = line_context(line);
    return true;
}

static bool on_pictures(void *ctx, struct screen_stats *stats)
{
    const struct call_view *v = ctx;
    const struct line *line = v->config.line(v->config.ctx);
    if (line)
        *stats = line_seen(line);
    return line;
}

static void apply(const struct call_view *v)
{
    struct line *line = v->config.line(v->config.ctx);
    if (line)
        line_turn(line, &v->knobs.network, &v->knobs.receiver);
}

static void apply_picture(const struct call_view *v)
{
    struct line *line = v->config.line(v->config.ctx);
    if (line)
        line_picture_loss(line, v->knobs.damaged);
}

static void on_turned(void *ctx, enum knob knob, const struct knobs *knobs)
{
    struct call_view *v = ctx;
    v->knobs = *knobs;
    if (knob == KNOB_PICTURE) {
        apply_picture(v);
        return;
    }
    v->turned = true;
    apply(v);
}

static bool on_pressed(void *ctx, char key)
{
    const struct call_view *v = ctx;
    return v->config.pressed(v->config.ctx, key);
}

static void on_closed(void *ctx)
{
    const struct call_view *v = ctx;
    v->config.closed(v->config.ctx);
}

struct call_view *call_view_open(const struct call_view_config *config, struct line_config *line,
                                 struct picture_line_wish *pictures, char *why, size_t cap)
{
    struct call_view *v = calloc(1, sizeof *v);
    struct receiver_config *r = &line->call.receiver;
    snprintf(why, cap, "no memory for a window");
    if (!v)
        return NULL;
    v->config = *config;
    v->knobs = (struct knobs){.network = *line->netem,
                              .receiver = {r->conceal, r->latency, r->fec, r->red, r->again},
                              .damaged = pictures->loss,
                              .fixed_transport = true}; // a call is over UDP
    const struct pane_config pane = {
        .loop = config->loop,
        .lang = config->lang,
        .title = "voz",
        .knobs = v->knobs,
        .turned = on_turned,
        .figures = on_figures,
        .pictures = on_pictures,
        .pressed = on_pressed,
        .closed = on_closed,
        .ctx = v,
    };
    v->pane = pane_open(&pane, why, cap);
    if (!v->pane) {
        free(v);
        return NULL;
    }
    r->decided = on_decided;
    r->ctx = v;
    line->onlooker = (struct line_onlooker){on_arrived, on_sounds, v};
    pictures->picture = on_picture;
    pictures->ctx = v;
    return v;
}

void call_view_up(struct call_view *v)
{
    if (!v)
        return;
    timeline_restart(pane_timeline(v->pane));
    if (v->turned)
        apply(v);
    apply_picture(v); // the knob may have been turned while it rang
}

void call_view_close(struct call_view *v)
{
    if (!v)
        return;
    pane_close(v->pane);
    free(v);
}
