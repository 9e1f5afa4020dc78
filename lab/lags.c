// How much later than it was said a call was heard: see lags.h.
#include "lab/lags.h"

#include "media/voice.h"

#include <stdlib.h>

bool lags_init(struct lags *l, size_t samples, int frame_samples)
{
    *l = (struct lags){
        .frame = usec_from_units(frame_samples, VOICE_RATE),
        .frames = samples / (size_t)frame_samples + 2,
    };
    l->delays = calloc(l->frames, sizeof *l->delays);
    return l->delays;
}

void lags_free(struct lags *l)
{
    free(l->delays);
}

void lags_note(struct lags *l, const struct sim_decision *d)
{
    usec said = d->receiver.at - d->delay;
    size_t n = said < 0 ? 0 : (size_t)(said / l->frame);
    if (!l->known)
        l->first = d->delay;
    l->known = true;
    if (n < l->frames)
        l->delays[n] = d->delay;
}

int64_t lags_at(const struct lags *l, size_t sample)
{
    size_t n = (size_t)(usec_from_units((int64_t)sample, VOICE_RATE) / l->frame);
    n = n < l->frames ? n : l->frames - 1;
    while (n > 0 && !l->delays[n])
        n--;
    return usec_to_units(l->delays[n] ? l->delays[n] : l->first, VOICE_RATE);
}
