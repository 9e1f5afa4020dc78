// Pictures: see picture.h.
#include "media/picture.h"

#include <string.h>

size_t picture_octets(int width, int height)
{
    if (width < 1 || height < 1 || width > PICTURE_SIDE_MAX || height > PICTURE_SIDE_MAX)
        return 0;
    size_t chroma = (size_t)((width + 1) / 2) * (size_t)((height + 1) / 2);
    return (size_t)width * (size_t)height + 2 * chroma;
}

struct picture picture_of(uint8_t *memory, int width, int height)
{
    struct picture p = {.width = width, .height = height};
    for (int i = 0; i < PICTURE_PLANES; i++) {
        p.plane[i] = memory;
        p.stride[i] = picture_plane_width(&p, i);
        memory += (size_t)p.stride[i] * (size_t)picture_plane_height(&p, i);
    }
    return p;
}

bool picture_copy(const struct picture *to, const struct picture *from)
{
    if (to->width != from->width || to->height != from->height)
        return false;
    for (int i = 0; i < PICTURE_PLANES; i++)
        for (int row = 0; row < picture_plane_height(to, i); row++)
            memcpy(to->plane[i] + (ptrdiff_t)row * to->stride[i],
                   from->plane[i] + (ptrdiff_t)row * from->stride[i],
                   (size_t)picture_plane_width(to, i));
    return true;
}

void picture_fill(const struct picture *p, uint8_t y, uint8_t u, uint8_t v)
{
    const uint8_t value[PICTURE_PLANES] = {y, u, v};
    for (int i = 0; i < PICTURE_PLANES; i++)
        for (int row = 0; row < picture_plane_height(p, i); row++)
            memset(p->plane[i] + (ptrdiff_t)row * p->stride[i], value[i],
                   (size_t)picture_plane_width(p, i));
}
