// A strip of pictures: see stills.h.
#include "lab/stills.h"

#include "lab/still.h"

#include <stdlib.h>

#define GAP 2 // pixels between two, an even number: chroma has half of it

bool stills_init(struct stills *s, int width, int height, usec length)
{
    *s = (struct stills){.length = length};
    s->width = (width < STILLS_WIDTH ? width : STILLS_WIDTH) & ~1;
    s->height = (height * s->width / width) & ~1;
    if (s->height < 2)
        s->height = 2;
    int wide = STILLS * (s->width + GAP), high = 2 * (s->height + GAP);
    s->memory = malloc(picture_octets(wide, high));
    if (!s->memory)
        return false;
    s->strip = picture_of(s->memory, wide, high);
    picture_fill(&s->strip, 128, 128, 128);
    return true;
}

void stills_free(struct stills *s)
{
    free(s->memory);
    *s = (struct stills){0};
}

static void put(struct stills *s, int column, int row, const struct picture *picture)
{
    int left = column * (s->width + GAP), top = row * (s->height + GAP);
    struct picture part = s->strip;
    part.width = s->width;
    part.height = s->height;
    for (int k = 0; k < PICTURE_PLANES; k++)
        part.plane[k] += (ptrdiff_t)(k ? top / 2 : top) * part.stride[k] + (k ? left / 2 : left);
    still_shrink(&part, picture);
}

static void take(struct stills *s, int column, const struct showing_moment *moment)
{
    put(s, column, 0, moment->sent);
    put(s, column, 1, moment->shown);
}

void stills_moment(struct stills *s, const struct showing_moment *moment)
{
    if (s->taken < STILLS - 1 && moment->time >= (s->taken + 1) * s->length / STILLS)
        take(s, s->taken++, moment);
    if (s->any && moment->score.ssim >= s->worst)
        return;
    // what is black because nothing can have come yet is no damage
    if (moment->time < USEC_SECOND)
        return;
    s->any = true;
    s->worst = moment->score.ssim;
    take(s, STILLS - 1, moment);
}
