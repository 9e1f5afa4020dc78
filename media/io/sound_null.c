// Plays to nobody, in time: for machines without sound, and for tests. It takes each period at the
// moment it begins, so nothing is ever between the last sample written and the ear that is not
// there.
#include "media/io/sound_driver.h"

#include <stdio.h>
#include <stdlib.h>

#include "media/io/pace.h"

struct sound_null {
    struct sound base;
    struct pace pace;
    uint64_t played; // samples
};

static struct sound *null_open(const struct sound_config *config, const char *device, usec now,
                               char *why, size_t cap)
{
    (void)device;
    struct sound_null *n = calloc(1, sizeof *n);
    if (n == NULL) {
        snprintf(why, cap, "not enough memory for a playback device");
        return NULL;
    }
    n->base.driver = &sound_null_driver;
    n->pace = (struct pace){.start = now, .period = config->period, .lead = config->period};
    return &n->base;
}

static struct sound_null *null_of(struct sound *s)
{
    return (struct sound_null *)s;
}

static void null_close(struct sound *s)
{
    free(null_of(s));
}

static size_t null_wanted(struct sound *s, usec now)
{
    return pace_due(&null_of(s)->pace, now);
}

static size_t null_write(struct sound *s, usec now, const int16_t *pcm, size_t samples)
{
    (void)now, (void)pcm;
    pace_give(&null_of(s)->pace, samples);
    null_of(s)->played += samples;
    return samples;
}

static size_t null_delay(struct sound *s, usec now)
{
    (void)s, (void)now;
    return 0;
}

static enum sound_event null_poll(struct sound *s, usec now)
{
    (void)s, (void)now;
    return SOUND_SAME;
}

static usec null_next(const struct sound *s)
{
    return pace_next(&((const struct sound_null *)s)->pace);
}

static struct sound_stats null_stats(const struct sound *s)
{
    const struct sound_null *n = (const struct sound_null *)s;
    return (struct sound_stats){
        .underruns = n->pace.losses,
        .silence = n->pace.lost,
        .played = n->played,
        .period = n->pace.period,
        .target = n->pace.period,
    };
}

static const char *null_describe(const struct sound *s)
{
    (void)s;
    return "null";
}

const struct sound_driver sound_null_driver = {
    .name = "null",
    .open = null_open,
    .close = null_close,
    .wanted = null_wanted,
    .write = null_write,
    .delay = null_delay,
    .poll = null_poll,
    .next = null_next,
    .stats = null_stats,
    .describe = null_describe,
};
