// Pixels as cameras lay them into memory, made into a picture (I420). 8 bits each; what they mean is as
// in picture.h.
#ifndef MEDIA_PIXELS_H
#define MEDIA_PIXELS_H

#include "media/picture.h"

#include <stdbool.h>
#include <stddef.h>

enum pixels_layout {
    PIXELS_I420, // three planes: Y, U, V
    PIXELS_NV12, // two: Y, then U and V in turn
    PIXELS_YUYV, // one: Y U Y V for each two pixels of a row; chroma of every row
};

// The least octets of a row of the first plane, and of a whole picture whose rows are `stride` apart. (In
// I420 rows of U and V are half as far apart, rounded up.)
size_t pixels_row(enum pixels_layout layout, int width);
size_t pixels_octets(enum pixels_layout layout, int width, int height, size_t stride);

// All pixels of a picture of that size. False, and nothing is written: `len` octets are too few, or
// `stride` is.
bool pixels_take(const struct picture *to, enum pixels_layout layout, const void *data, size_t len,
                 size_t stride);

#endif
