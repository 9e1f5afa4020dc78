// A picture into a PNG file (RFC 2083), 8 bits a colour, no alpha.
#ifndef WINDOW_IO_PNG_H
#define WINDOW_IO_PNG_H

#include <stdbool.h>
#include <stdint.h>

// `row` gives the pixels of a line, 0xRRGGBB each. An existing file is not touched. False: errno says why.
bool png_write(const char *path, int width, int height,
               void (*row)(void *ctx, int y, uint32_t *pixels), void *ctx);

#endif
