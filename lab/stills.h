// A strip of pictures of one run: what was sent above, what was seen at that instant below it, at some
// instants of the clip that one can listen to, and last at the instant at which they differed most.
#ifndef LAB_STILLS_H
#define LAB_STILLS_H

#include "lab/showing.h"

#include <stdbool.h>

#define STILLS       4
#define STILLS_FIRST (2 * USEC_SECOND) // instant of the first, and from one to the next
#define STILLS_WIDTH 240               // pixels of one, at most

struct stills {
    struct picture strip; // grey where there is nothing yet
    uint8_t *memory;
    int width, height; // of one
    int taken;
    bool any;
    double worst; // ssim of the last
};

// For pictures of that size. False: no memory.
bool stills_init(struct stills *s, int width, int height);
void stills_free(struct stills *s); // zero is fine
void stills_moment(struct stills *s, const struct showing_moment *moment);

#endif
