// Pixels of cameras: see pixels.h.
#include "media/pixels.h"

#include <string.h>

static size_t half(size_t n)
{
    return (n + 1) / 2;
}

size_t pixels_row(enum pixels_layout layout, int width)
{
    size_t pairs = half((size_t)width);
    switch (layout) {
    case PIXELS_I420:
        return (size_t)width;
    case PIXELS_NV12:
        return 2 * pairs; // of U and V, where the width is odd
    case PIXELS_YUYV:
        return 4 * pairs;
    }
    return 0;
}

size_t pixels_octets(enum pixels_layout layout, int width, int height, size_t stride)
{
    size_t rows = (size_t)height, least = pixels_row(layout, width), chroma = half((size_t)width);
    switch (layout) { // the last row may end before the next would begin
    case PIXELS_I420:
        return stride * rows + half(stride) * (2 * half(rows) - 1) + chroma;
    case PIXELS_NV12:
        return stride * (rows + half(rows) - 1) + least;
    case PIXELS_YUYV:
        return stride * (rows - 1) + least;
    }
    return 0;
}

static uint8_t *row_of(const struct picture *p, int plane, int y)
{
    return p->plane[plane] + (ptrdiff_t)y * p->stride[plane];
}

static const uint8_t *take_plane(const struct picture *to, int plane, const uint8_t *from,
                                 size_t stride)
{
    for (int y = 0; y < picture_plane_height(to, plane); y++, from += stride)
        memcpy(row_of(to, plane, y), from, (size_t)picture_plane_width(to, plane));
    return from;
}

static void take_chroma_pairs(const struct picture *to, const uint8_t *from, size_t stride)
{
    for (int y = 0; y < picture_plane_height(to, 1); y++, from += stride)
        for (int x = 0; x < picture_plane_width(to, 1); x++) {
            row_of(to, 1, y)[x] = from[2 * x];
            row_of(to, 2, y)[x] = from[2 * x + 1];
        }
}

// The chroma of two rows becomes their mean; an odd last row has its own.
static void take_yuyv(const struct picture *to, const uint8_t *from, size_t stride)
{
    for (int y = 0; y < to->height; y++) {
        const uint8_t *row = from + (size_t)y * stride;
        for (int x = 0; x < to->width; x++)
            row_of(to, 0, y)[x] = row[2 * x];
        if (y % 2)
            continue;
        const uint8_t *below = y + 1 < to->height ? row + stride : row;
        for (int x = 0; x < picture_plane_width(to, 1); x++) {
            row_of(to, 1, y / 2)[x] = (uint8_t)((row[4 * x + 1] + below[4 * x + 1] + 1) / 2);
            row_of(to, 2, y / 2)[x] = (uint8_t)((row[4 * x + 3] + below[4 * x + 3] + 1) / 2);
        }
    }
}

bool pixels_take(const struct picture *to, enum pixels_layout layout, const void *data, size_t len,
                 size_t stride)
{
    const uint8_t *from = data;
    if (stride < pixels_row(layout, to->width) ||
        len < pixels_octets(layout, to->width, to->height, stride))
        return false;
    switch (layout) {
    case PIXELS_I420:
        from = take_plane(to, 0, from, stride);
        from = take_plane(to, 1, from, half(stride));
        take_plane(to, 2, from, half(stride));
        break;
    case PIXELS_NV12:
        take_chroma_pairs(to, take_plane(to, 0, from, stride), stride);
        break;
    case PIXELS_YUYV:
        take_yuyv(to, from, stride);
        break;
    }
    return true;
}
