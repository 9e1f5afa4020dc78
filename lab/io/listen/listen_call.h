// The sentences of a listening test through one condition: all of them in one call, one after the other,
// as somebody hears them who listens for a while, so that the receiver has its delay and the sender
// its reports; then each is cut out of what was heard.
#ifndef LAB_IO_LISTEN_CALL_H
#define LAB_IO_LISTEN_CALL_H

#include "lab/io/listen/listen_speech.h"
#include "lab/sim.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listen_clip { // a sentence as it was heard; zero: none yet
    int16_t *pcm;    // one channel, 48 kHz
    size_t samples;
    double estoi; // lab/score.h, of each frame where it was played: shifts in time do not count
};

struct listen_calls; // what is said; nothing in it changes any more

// The first `count` sentences, 1 or more. NULL: no memory.
struct listen_calls *listen_calls_new(const struct listen_speech *speech, size_t count);
void listen_calls_free(struct listen_calls *calls); // NULL is fine

// Fills `clips`, one for each sentence in the order of the speech, which the caller frees. `config`: one
// channel; its source, tape and observer are not looked at. False: no memory, or settings that the
// codec refuses.
bool listen_call(const struct listen_calls *calls, const struct sim_config *config,
                 struct listen_clip *clips);
void listen_clips_free(struct listen_clip *clips, size_t count);

#endif
