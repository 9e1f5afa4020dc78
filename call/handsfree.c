// The microphone beside the loudspeaker: see handsfree.h.
#include "call/handsfree.h"

#include "media/voice.h"

#include <stdlib.h>

#define CHUNK 256

struct handsfree {
    struct echo *echo;
    size_t frame;     // samples that are treated at a time
    usec heard_until; // what was given to the loudspeaker so far
};

struct handsfree *handsfree_new(const struct echo_config *config, int frame_samples)
{
    struct echo_config at_most = *config;
    struct handsfree *h = calloc(1, sizeof *h);
    at_most.frame = frame_samples < ECHO_FRAME ? frame_samples : ECHO_FRAME;
    if (!h || !(h->echo = echo_new(&at_most))) {
        free(h);
        return NULL;
    }
    h->frame = (size_t)at_most.frame;
    return h;
}

void handsfree_free(struct handsfree *h)
{
    if (!h)
        return;
    echo_free(h->echo);
    free(h);
}

void handsfree_heard(struct handsfree *h, usec when, size_t dry, const int16_t *pcm, size_t samples,
                     int channels)
{
    int16_t mono[CHUNK];
    h->heard_until = when + usec_from_units((int64_t)samples, VOICE_RATE);
    echo_played(h->echo, NULL, dry);
    if (channels == 1) {
        echo_played(h->echo, pcm, samples);
        return;
    }
    for (size_t at = 0, n; at < samples; at += n) {
        n = samples - at < CHUNK ? samples - at : CHUNK;
        for (size_t i = 0; i < n; i++)
            mono[i] = (int16_t)((pcm[2 * (at + i)] + pcm[2 * (at + i) + 1]) / 2);
        echo_played(h->echo, mono, n);
    }
}

void handsfree_said(struct handsfree *h, usec when, int16_t *pcm, size_t samples)
{
    usec behind = usec_max(h->heard_until - when, 0);
    echo_frame(h->echo, pcm, samples - samples % h->frame,
               (size_t)usec_to_units(behind, VOICE_RATE));
}

usec handsfree_lag(const struct handsfree *h)
{
    return usec_from_units((int64_t)echo_lag(h->echo), VOICE_RATE);
}

struct echo_stats handsfree_stats(const struct handsfree *h)
{
    return echo_stats(h->echo);
}
