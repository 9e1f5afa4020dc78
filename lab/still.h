// A picture as a WebP file, which every browser shows: one key frame of VP8 in a RIFF container (RFC 9649
// section 2.5), so that the encoder that is here anyway suffices.
#ifndef LAB_STILL_H
#define LAB_STILL_H

#include "media/picture.h"

#include <stddef.h>
#include <stdint.h>

// The file in memory that the caller frees. NULL: the encoder does not take the size, or no memory.
uint8_t *still_webp(const struct picture *picture, size_t *len);

// `from` made smaller to fill `to`: each pixel is the mean of those that lie under it.
void still_shrink(const struct picture *to, const struct picture *from);

#endif
