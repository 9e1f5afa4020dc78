// What could have been made of the very packets that came in a call, by a decoder that waits as long
// as it takes: how much of a miss is the sender's choice, and how much the receiver's.
#ifndef PLAYOUT_KNOWN_H
#define PLAYOUT_KNOWN_H

#include "lab/sim.h"
#include "tests/bench/playout/judge.h"

#include <stddef.h>
#include <stdint.h>

struct known_frame { // NULL: nothing of it came
    uint8_t *own, *copy;
    size_t own_len, copy_len;
};

struct known {
    struct known_frame *frames;
    size_t count;
    usec delay; // the network's
};

void known_init(struct known *known, size_t frames, usec delay);
void known_free(struct known *known);
// Each datagram that came, for a sim's observer, whose ctx is a struct known.
void known_datagram(void *known, const struct sim_datagram *datagram);

// ESTOI from this frame on, and how much of the frames had to be guessed, %.
double known_estoi(const struct known *known, const struct said *said, size_t from,
                   double *guessed);

#endif
