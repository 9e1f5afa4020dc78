// Where a duel is heard: see stage.h. The device's wish for samples is the clock of both calls.
#include "lab/io/duel/stage.h"

#include "media/io/sound.h"
#include "media/voice.h"

#include <stdio.h>
#include <stdlib.h>

#define BATCH 20 // steps between two looks at signals, without a device: 100 ms

struct stage {
    struct stage_config config;
    struct sound *sound; // NULL: silent
    uv_async_t wakeup;
    struct loop_timer timer;
    usec drained; // when the last sample will have been heard; USEC_NEVER: there are more
    bool over;
    int16_t pcm[2 * DUEL_STEP];
};

static void finish(struct stage *s)
{
    s->over = true;
    loop_timer_set(&s->timer, USEC_NEVER);
    s->config.over(s->config.ctx);
}

static void feed(struct stage *s, usec now)
{
    while (!s->over && s->drained == USEC_NEVER && sound_wanted(s->sound, now) > 0) {
        if (s->config.step(s->config.ctx, s->pcm))
            sound_write(s->sound, now, s->pcm, DUEL_STEP);
        else
            s->drained = now + usec_from_units((int64_t)sound_delay(s->sound, now), VOICE_RATE);
    }
}

static void run_device(struct stage *s, usec now)
{
    enum sound_event event = sound_poll(s->sound, now);
    if (event != SOUND_SAME)
        s->config.say(s->config.ctx, event == SOUND_LOST ? "The sound device is gone; time goes on."
                                                         : "A sound device is back.");
    feed(s, now);
    if (!s->over && now >= s->drained)
        finish(s);
    if (!s->over)
        loop_timer_set(&s->timer, usec_min(sound_next(s->sound), s->drained));
}

static void run_silent(struct stage *s, usec now)
{
    for (int i = 0; i < BATCH && !s->over; i++)
        if (!s->config.step(s->config.ctx, s->pcm))
            finish(s);
    if (!s->over)
        loop_timer_set(&s->timer, now);
}

static void on_timer(void *ctx, usec now)
{
    struct stage *s = ctx;
    if (s->sound)
        run_device(s, now);
    else
        run_silent(s, now);
}

static void on_wakeup(uv_async_t *async)
{
    struct stage *s = async->data;
    if (!s->over)
        run_device(s, loop_now());
}

static void wake(void *ctx)
{
    uv_async_send(&((struct stage *)ctx)->wakeup);
}

static void on_freed(uv_handle_t *handle)
{
    free(handle->data);
}

struct stage *stage_open(const struct stage_config *config, char *why, size_t cap)
{
    struct stage *s = calloc(1, sizeof *s);
    if (!s) {
        snprintf(why, cap, "no memory for a sound device");
        return NULL;
    }
    s->config = *config;
    s->drained = USEC_NEVER;
    s->wakeup.data = s;
    uv_async_init(loop_uv(config->loop), &s->wakeup, on_wakeup);
    loop_timer_init(&s->timer, config->loop, on_timer, s);
    usec now = loop_now();
    const struct sound_config sound = {
        .device = config->device, .channels = 2, .wakeup = wake, .ctx = s};
    if (!config->silent && !(s->sound = sound_open(&sound, now, why, cap))) {
        stage_close(s);
        return NULL;
    }
    loop_timer_set(&s->timer, now);
    return s;
}

void stage_close(struct stage *s)
{
    if (!s)
        return;
    loop_timer_set(&s->timer, USEC_NEVER);
    sound_close(s->sound); // its thread wakes us no more
    s->sound = NULL;
    s->over = true;
    uv_close((uv_handle_t *)&s->wakeup, on_freed);
}

const char *stage_device(const struct stage *s)
{
    return s->sound ? sound_name(s->sound) : NULL;
}
