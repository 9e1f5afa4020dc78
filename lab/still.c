// Still pictures: see still.h.
#include "lab/still.h"

#include "media/vp8.h"

#include <stdlib.h>
#include <string.h>

#define HEADER  20     // octets before the frame
#define QUALITY 400000 // bit/s at one picture a second: some 30 kB

static void write_u32le(uint8_t *at, size_t x)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(x >> (8 * i));
}

uint8_t *still_webp(const struct picture *picture, size_t *len)
{
    const struct vp8_encoder_config config = {picture->width, picture->height, 1, 1, QUALITY};
    size_t cap = picture_octets(picture->width, picture->height);
    struct vp8_encoder *encoder = vp8_encoder_new(&config);
    uint8_t *file = encoder ? malloc(HEADER + cap + 1) : NULL;
    bool key;
    int n = file ? vp8_encode(encoder, picture, 0, true, file + HEADER, cap, &key) : 0;
    vp8_encoder_free(encoder);
    if (n <= 0) {
        free(file);
        return NULL;
    }
    size_t padded = (size_t)n + (n & 1); // chunks have even lengths
    file[HEADER + n] = 0;                // overwritten by nobody
    memcpy(file, "RIFF", 4);
    write_u32le(file + 4, HEADER - 8 + padded);
    memcpy(file + 8, "WEBPVP8 ", 8);
    write_u32le(file + 16, (size_t)n);
    *len = HEADER + padded;
    return file;
}

static uint8_t mean_of(const struct picture *p, int plane, int left, int top, int right, int bottom)
{
    unsigned sum = 0, count = (unsigned)((right - left) * (bottom - top));
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            sum += p->plane[plane][(ptrdiff_t)y * p->stride[plane] + x];
    return (uint8_t)((sum + count / 2) / count);
}

void still_shrink(const struct picture *to, const struct picture *from)
{
    for (int k = 0; k < PICTURE_PLANES; k++) {
        int w = picture_plane_width(to, k), h = picture_plane_height(to, k);
        int of_w = picture_plane_width(from, k), of_h = picture_plane_height(from, k);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                int left = x * of_w / w, top = y * of_h / h;
                int right = (x + 1) * of_w / w, bottom = (y + 1) * of_h / h;
                to->plane[k][(ptrdiff_t)y * to->stride[k] + x] =
                    mean_of(from, k, left, top, right > left ? right : left + 1,
                            bottom > top ? bottom : top + 1);
            }
    }
}
