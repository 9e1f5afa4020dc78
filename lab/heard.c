// What was heard, kept whole: see heard.h.
#include "lab/heard.h"

#include <stdlib.h>
#include <string.h>

void heard_free(struct heard *h)
{
    free(h->pcm);
    *h = (struct heard){0};
}

// Room for `samples` more. False: no memory.
static bool grow(struct heard *h, size_t samples, size_t width)
{
    size_t room = 2 * h->room + samples + 48000;
    int16_t *more = realloc(h->pcm, room * width);
    if (!more)
        return false;
    h->pcm = more;
    h->room = room;
    return true;
}

void heard_add(void *heard, const int16_t *pcm, size_t samples, int channels)
{
    struct heard *h = heard;
    size_t width = (size_t)channels * sizeof *pcm;
    h->channels = channels;
    if (!samples) // `pcm` may be NULL
        return;
    if (!h->no_memory && h->room - h->samples < samples)
        h->no_memory = !grow(h, samples, width);
    if (h->no_memory)
        return;
    memcpy(h->pcm + h->samples * (size_t)channels, pcm, samples * width);
    h->samples += samples;
}
