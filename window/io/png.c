// A PNG file: see png.h.
#include "window/io/png.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void put_u32(uint8_t *out, uint32_t x)
{
    out[0] = (uint8_t)(x >> 24);
    out[1] = (uint8_t)(x >> 16);
    out[2] = (uint8_t)(x >> 8);
    out[3] = (uint8_t)x;
}

// RFC 2083 section 3.2: length, type, data, CRC of the last two.
static bool put_chunk(FILE *file, const char *type, const uint8_t *data, size_t len)
{
    uint8_t head[8], tail[4];
    put_u32(head, (uint32_t)len);
    memcpy(head + 4, type, 4);
    uLong sum = crc32(crc32(0, head + 4, 4), data, (uInt)len);
    put_u32(tail, (uint32_t)sum);
    return fwrite(head, 1, 8, file) == 8 && fwrite(data, 1, len, file) == len &&
           fwrite(tail, 1, 4, file) == 4;
}

// Lines as filter "Up" leaves them (RFC 2083 section 6.4), which suits flat pictures: one octet of type, then
// the pixels.
static void filter(uint8_t *out, const uint32_t *line, const uint32_t *above, int width)
{
    *out++ = 2;
    for (int x = 0; x < width; x++)
        for (int shift = 16; shift >= 0; shift -= 8)
            *out++ = (uint8_t)((line[x] >> shift) - (above[x] >> shift));
}

static uint8_t *filtered(int width, int height, const uint32_t *pixels)
{
    size_t stride = 1 + 3 * (size_t)width;
    uint32_t *black = calloc((size_t)width, sizeof *black);
    uint8_t *out = malloc(stride * (size_t)height);
    for (int y = 0; y < height && black && out; y++) {
        const uint32_t *line = pixels + (size_t)y * (size_t)width;
        filter(out + stride * (size_t)y, line, y ? line - width : black, width);
    }
    if (!black) {
        free(out);
        out = NULL;
    }
    free(black);
    return out;
}

static bool write_file(const char *path, const uint8_t *head, const uint8_t *data, size_t len)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    FILE *file = fopen(path, "wbx");
    if (!file)
        return false;
    bool done = fwrite(signature, 1, 8, file) == 8 && put_chunk(file, "IHDR", head, 13) &&
                put_chunk(file, "IDAT", data, len) && put_chunk(file, "IEND", head, 0);
    return (fclose(file) == 0) && done;
}

bool png_write(const char *path, int width, int height, const uint32_t *pixels)
{
    uint8_t head[13] = {[8] = 8, [9] = 2}; // bits, RGB
    uLong len = (1 + 3 * (uLong)width) * (uLong)height;
    uLongf packed_len = compressBound(len);
    uint8_t *plain = filtered(width, height, pixels), *packed = malloc(packed_len);
    put_u32(head, (uint32_t)width);
    put_u32(head + 4, (uint32_t)height);
    bool done = plain && packed && compress2(packed, &packed_len, plain, len, 6) == Z_OK;
    if (!done)
        errno = ENOMEM;
    done = done && write_file(path, head, packed, packed_len);
    free(plain);
    free(packed);
    return done;
}
