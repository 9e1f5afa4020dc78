// How late pictures come: what the voice has to wait, so that nearly all of them are there in time to meet it.
// A picture is sent over the time until the next one, and a part of it may have to be sent again; the voice
// by itself is there sooner.
#ifndef RECEIVER_LATENESS_H
#define RECEIVER_LATENESS_H

#include "media/usec.h"
#include "receiver/lipsync.h"

#include <stdbool.h>
#include <stdint.h>

#define LATENESS_MOST (400 * USEC_MS) // no wait is longer
#define LATENESS_LEAST \
    (100 * USEC_MS)        // nor is it longer than this for the sake of the interval alone
#define LATENESS_BLOCK 128 // pictures
#define LATENESS_STEP  (20 * USEC_MS) // what is further from its voice is out of step

struct lateness {           // zero: nothing is known
    usec wait;              // with it nearly all are in time
    usec usual;             // with it one half is
    usec most, most_before; // that one of these LATENESS_BLOCK needed, or of those before them
    int block;              // so many they are
};

// A picture of that RTP time is whole since `came`. sync: NULL where there is no voice.
void lateness_picture(struct lateness *l, const struct lipsync *sync, uint32_t timestamp,
                      usec came);
// Seen now, would it be out of step with the voice, though that waits long enough for most? Then it is better
// not seen: the next ones hurry. One that is late like most others is no such picture.
bool lateness_is_odd(const struct lateness *l, const struct lipsync *sync, uint32_t timestamp,
                     usec now);
// The wait above the voice's fastest packet: longer than most pictures take, but for some in a hundred;
// interval: between two pictures, the time that one is sent over.
usec lateness_wait(const struct lateness *l, usec interval);

#endif
