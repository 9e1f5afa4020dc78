// The last half minute again: see scrub.h.
#include "window/scrub.h"

#include <math.h>

#define PIECE  TIMELINE_RATE // samples that are heard at a time
#define AROUND 24000         // of a gap, before and behind

static double clamp(const struct timeline *t, double at)
{
    double first = (double)timeline_begin(t), last = (double)timeline_end(t);
    return at < first ? first : at > last ? last : at;
}

void scrub_pause(struct scrub *s, struct timeline *t, bool paused)
{
    if (s->paused == paused)
        return;
    timeline_freeze(t, paused);
    *s = (struct scrub){.paused = paused, .slow = s->slow, .at = (double)timeline_end(t)};
}

void scrub_move(struct scrub *s, struct timeline *t, int64_t by)
{
    scrub_pause(s, t, true);
    s->playing = false;
    s->at = clamp(t, s->at + (double)by);
    s->gap = 0;
}

void scrub_play(struct scrub *s, struct timeline *t)
{
    scrub_pause(s, t, true);
    s->playing = !s->playing;
    if (s->at >= (double)timeline_end(t)) // there is nothing behind the end: the last of it again
        s->at = clamp(t, s->at - PIECE);
    s->until = clamp(t, s->at + PIECE);
}

bool scrub_gap(struct scrub *s, struct timeline *t)
{
    struct timeline_cell gap, before;
    bool was_paused = s->paused;
    scrub_pause(s, t, true);
    if (!timeline_find_gap(t, s->gap ? s->gap : (int64_t)s->at, &gap)) {
        scrub_pause(s, t, was_paused);
        return false;
    }
    int64_t end = gap.pos + gap.samples, begin = gap.pos;
    while (timeline_find_gap(t, begin, &before) && before.pos + before.samples >= begin)
        begin = before.pos; // a run of lost packets is one gap
    s->gap = begin;
    s->at = clamp(t, (double)(begin - AROUND));
    s->until = clamp(t, (double)(end + AROUND));
    s->playing = true;
    if (s->slow < 2)
        s->slow = 2;
    return true;
}

void scrub_slower(struct scrub *s)
{
    s->slow = s->slow >= SCRUB_SLOWEST ? 1 : s->slow ? 2 * s->slow : 2;
}

int64_t scrub_at(const struct scrub *s, const struct timeline *t)
{
    return s->paused ? (int64_t)s->at : timeline_end(t);
}

static int16_t sample_at(const struct timeline *t, double at)
{
    int64_t n = (int64_t)floor(at);
    double part = at - (double)n;
    return (int16_t)((1 - part) * timeline_sample(t, n) + part * timeline_sample(t, n + 1));
}

void scrub_fill(struct scrub *s, const struct timeline *t, int16_t *pcm, size_t samples,
                int channels)
{
    double step = 1.0 / (s->slow ? s->slow : 1);
    if (!s->paused)
        return;
    for (size_t i = 0; i < samples; i++) {
        int16_t x = s->playing ? sample_at(t, s->at) : 0;
        for (int c = 0; c < channels; c++)
            pcm[i * (size_t)channels + (size_t)c] = x;
        s->at += s->playing ? step : 0;
        if (s->playing && s->at >= s->until)
            s->playing = false;
    }
}
