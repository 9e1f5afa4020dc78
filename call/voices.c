// Both voices of a call: see voices.h.
#include "call/voices.h"

#include "media/pcm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define JUMP \
    (VOICES_RATE / 20) // samples: a smaller difference of the clocks is evened out by itself

void voices_init(struct voices *v)
{
    memset(v, 0, sizeof *v);
    v->start = USEC_NEVER;
    v->sides[VOICES_WE].next = v->sides[VOICES_THEY].next = -1;
}

void voices_record(struct voices *v, usec now)
{
    v->start = now;
    v->taken = 0;
    v->sides[VOICES_WE].next = v->sides[VOICES_THEY].next = -1;
    memset(v->ring, 0, sizeof v->ring);
}

// Into the recording, at its place in time: pieces that follow each other do so to the sample.
static void put(struct voices *v, enum voices_side side, usec when, const int16_t *pcm,
                size_t samples, int channels)
{
    struct voices_side_state *s = &v->sides[side];
    if (v->start == USEC_NEVER)
        return;
    int64_t at = usec_to_units(when - v->start, VOICES_RATE);
    if (s->next >= 0 && llabs(at - s->next) < JUMP)
        at = s->next;
    for (size_t i = 0; i < samples; i++) {
        int64_t place = at + (int64_t)i;
        if (place >= v->taken && place < v->taken + VOICES_RING)
            v->ring[place % VOICES_RING][side] = pcm[i * (size_t)channels];
    }
    s->next = at + (int64_t)samples;
}

static void measure(struct voices *v, enum voices_side side, const int16_t *pcm, size_t values)
{
    for (size_t i = 0; i < values; i++)
        if (abs(pcm[i]) > v->sides[side].peak)
            v->sides[side].peak = abs(pcm[i]);
}

void voices_said(struct voices *v, usec when, int16_t *pcm, size_t samples, int channels)
{
    measure(v, VOICES_WE, pcm, samples * (size_t)channels);
    if (v->muted)
        memset(pcm, 0, samples * (size_t)channels * sizeof *pcm);
    put(v, VOICES_WE, when, pcm, samples, channels);
}

void voices_heard(struct voices *v, usec when, int16_t *pcm, size_t samples, int channels)
{
    float gain = powf(10, (float)v->gain / 20);
    for (size_t i = 0; v->gain && i < samples * (size_t)channels; i++)
        pcm[i] = pcm_sample(gain * pcm[i]);
    measure(v, VOICES_THEY, pcm, samples * (size_t)channels);
    put(v, VOICES_THEY, when, pcm, samples, channels);
}

size_t voices_take(struct voices *v, usec now, int16_t *stereo, size_t cap)
{
    if (v->start == USEC_NEVER)
        return 0;
    int64_t settled = usec_to_units(now - VOICES_SETTLED - v->start, VOICES_RATE);
    size_t n = 0;
    for (; n < cap && v->taken < settled; n++, v->taken++) {
        int16_t *sample = v->ring[v->taken % VOICES_RING];
        memcpy(stereo + 2 * n, sample, 2 * sizeof *sample);
        memset(sample, 0, 2 * sizeof *sample); // for what comes after it in the ring
    }
    return n;
}

double voices_level(struct voices *v, enum voices_side side)
{
    int peak = v->sides[side].peak;
    v->sides[side].peak = 0;
    return peak ? 20 * log10(peak / 32768.0) : -96;
}
