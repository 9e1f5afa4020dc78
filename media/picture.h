// A picture in I420: a plane of luma (Y), octet by octet, row by row, then two of chroma (U, V) of
// half the width and half the height, rounded up: odd sizes work. 8 bits, BT.601 studio range
// (black is Y 16, white Y 235, no colour is U and V 128). The planes are borrowed: a picture owns
// no memory.
#ifndef MEDIA_PICTURE_H
#define MEDIA_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PICTURE_PLANES   3
#define PICTURE_SIDE_MAX 16384 // pixels

struct picture {
    int width, height;              // pixels, 1..PICTURE_SIDE_MAX
    uint8_t *plane[PICTURE_PLANES]; // Y, U, V
    int stride[PICTURE_PLANES];     // octets from a row to the one below
};

// Pixels of a plane (0: Y).
static inline int picture_plane_width(const struct picture *p, int plane)
{
    return plane ? (p->width + 1) / 2 : p->width;
}

static inline int picture_plane_height(const struct picture *p, int plane)
{
    return plane ? (p->height + 1) / 2 : p->height;
}

// Octets of the three planes one behind the other, as in a file; 0: no size that a picture can
// have.
size_t picture_octets(int width, int height);

// The picture that lies in `memory`, picture_octets(width, height) of it.
struct picture picture_of(uint8_t *memory, int width, int height);

// All pixels. False, and nothing is written: the sizes differ. The two must not overlap.
bool picture_copy(const struct picture *to, const struct picture *from);

// One colour everywhere.
void picture_fill(const struct picture *p, uint8_t y, uint8_t u, uint8_t v);

#endif
