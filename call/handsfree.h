// A phone without a handset: what the microphone gave, less what the loudspeaker put into it
// (media/echo.h). The two meet here by the instants at which they are in the room. Pure.
#ifndef CALL_HANDSFREE_H
#define CALL_HANDSFREE_H

#include "media/echo.h"
#include "media/usec.h"

#include <stddef.h>
#include <stdint.h>

struct handsfree;

// `frame_samples`: those of the sender. NULL: no memory.
struct handsfree *handsfree_new(const struct echo_config *config, int frame_samples);
void handsfree_free(struct handsfree *h); // NULL is fine

// What is given to the loudspeaker, of which the first sample is heard at `when`: int16, 48 kHz,
// interleaved, one or two channels. `dry`: samples of silence that the device had to play before.
void handsfree_heard(struct handsfree *h, usec when, size_t dry, const int16_t *pcm, size_t samples,
                     int channels);
// A frame of the microphone, one channel, whose last sample was spoken at `when`: changed in place.
void handsfree_said(struct handsfree *h, usec when, int16_t *pcm, size_t samples);

// By how much it makes what is said later.
usec handsfree_lag(const struct handsfree *h);
struct echo_stats handsfree_stats(const struct handsfree *h);

#endif
