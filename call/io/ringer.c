// The bell of a telephone: see ringer.h.
#include "call/io/ringer.h"

#include "call/ringing.h"
#include "receiver/io/player.h"

#include <stdlib.h>

struct ringer {
    struct player *player;
    struct ringing ringing;
    void (*say)(void *ctx, bool detail, const char *text);
    void *ctx;
};

static void ring(void *ctx, int16_t *pcm, size_t samples)
{
    struct ringer *r = ctx;
    ringing_fill(&r->ringing, pcm, samples);
}

static void on_say(void *ctx, bool detail, const char *text)
{
    struct ringer *r = ctx;
    r->say(r->ctx, detail, text);
}

static void nothing(void *ctx)
{
    (void)ctx;
}

struct ringer *ringer_open(struct loop *loop, const char *device,
                           void (*say)(void *ctx, bool detail, const char *text), void *ctx)
{
    struct ringer *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    *r = (struct ringer){.ringing = {RINGING_HERE, 0}, .say = say, .ctx = ctx};
    const struct player_config config = {
        .loop = loop,
        .device = device,
        .before = ring,
        .gather = nothing,
        .ready = nothing,
        .played = nothing,
        .over = nothing,
        .say = on_say,
        .ctx = r,
    };
    r->player = player_new(&config);
    if (r->player)
        return r;
    free(r);
    return NULL;
}

void ringer_close(struct ringer *r)
{
    if (!r)
        return;
    player_free(r->player);
    free(r);
}
