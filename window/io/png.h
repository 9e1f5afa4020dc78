// A picture into a PNG file (RFC 2083), 8 bits a colour, no alpha.
#ifndef WINDOW_IO_PNG_H
#define WINDOW_IO_PNG_H

#include <stdbool.h>
#include <stdint.h>

// `height` lines of `width` pixels, 0xRRGGBB each. An existing file is not touched. False: errno says why.
bool png_write(const char *path, int width, int height, const uint32_t *pixels);

#endif
