// Sound in memory as a source: see replay.h.
#include "lab/replay.h"

#include <stdbool.h>
#include <string.h>

static size_t read_samples(void *ctx, int16_t *pcm, size_t samples)
{
    struct replay *r = ctx;
    size_t channels = (size_t)r->channels;
    size_t left = r->samples - r->at;
    size_t n = samples < left ? samples : left;
    if (n) // where there is no sound, `pcm` may be NULL
        memcpy(pcm, r->pcm + r->at * channels, n * channels * sizeof *pcm);
    r->at += n;
    return n;
}

static bool again(void *ctx)
{
    (void)ctx;
    return false;
}

struct feed_source replay_feed(struct replay *replay)
{
    return (struct feed_source){.read = read_samples, .again = again, .ctx = replay};
}
