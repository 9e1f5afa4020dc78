// What is heard before a call is up. Pure: PCM is int16, 48 kHz, one channel.
#ifndef CALL_RINGING_H
#define CALL_RINGING_H

#include <stddef.h>
#include <stdint.h>

enum ringing_kind {
    RINGING_HERE,  // somebody calls: two tones in turn, so that it is not taken for the other one
    RINGING_THERE, // the telephone of who is called rings: the ringing tone
};

struct ringing {
    enum ringing_kind kind;
    size_t at; // samples since a burst began
};

// Zero is a fine beginning: RINGING_HERE. The next `samples` samples of it, without end.
void ringing_fill(struct ringing *r, int16_t *pcm, size_t samples);

#endif
