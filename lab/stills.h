// A strip of pictures of one run: what was sent above, what was seen at that instant below it, at instants
// spread over the run, and last at the one at which they differed most.
#ifndef LAB_STILLS_H
#define LAB_STILLS_H

#include "lab/showing.h"

#include <stdbool.h>

#define STILLS       4
#define STILLS_WIDTH 240 // pixels of one, at most

struct stills {
    struct picture strip; // grey where there is nothing yet
    uint8_t *memory;
    int width, height; // of one
    usec length;       // of what they are spread over
    int taken;
    bool any;
    double worst; // ssim of the last
};

// For pictures of that size, and instants at 1/4, 1/2 and 3/4 of `length`. False: no memory.
bool stills_init(struct stills *s, int width, int height, usec length);
void stills_free(struct stills *s); // zero is fine
void stills_moment(struct stills *s, const struct showing_moment *moment);

#endif
