// A sample of PCM: int16, as everywhere in voz.
#ifndef MEDIA_PCM_H
#define MEDIA_PCM_H

#include <math.h>
#include <stdint.h>

// The nearest one; what is too loud is cut.
static inline int16_t pcm_sample(float x)
{
    return (int16_t)lrintf(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

#endif
