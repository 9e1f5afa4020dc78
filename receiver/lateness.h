// How late pictures come: what the voice has to wait, so that nearly all of them are there in time to meet it.
// A picture is sent over the time until the next one, and a part of it may have to be sent again; the voice
// by itself is there sooner.
#ifndef RECEIVER_LATENESS_H
#define RECEIVER_LATENESS_H

#include "media/usec.h"
#include "receiver/lipsync.h"

#include <stdint.h>

#define LATENESS_MOST (400 * USEC_MS) // no wait is longer

struct lateness { // zero: nothing is known
    usec wait;
};

// A picture of that RTP time is whole since `came`. sync: NULL where there is no voice.
void lateness_picture(struct lateness *l, const struct lipsync *sync, uint32_t timestamp,
                      usec came);
// The wait above the voice's fastest packet: longer than most pictures take, but for some in a hundred;
// interval: between two pictures.
usec lateness_wait(const struct lateness *l, usec interval);

#endif
