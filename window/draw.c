// A list of what is drawn: see draw.h.
#include "window/draw.h"

#include <stdio.h>
#include <string.h>

void draw_begin(struct draw *d, struct rect area, uint32_t ground)
{
    d->area = area;
    d->ground = ground;
    d->boxes_count = d->texts_count = 0;
}

void draw_box(struct draw *d, struct rect box, uint32_t colour)
{
    int left = box.x > d->area.x ? box.x : d->area.x;
    int top = box.y > d->area.y ? box.y : d->area.y;
    int right = box.x + box.w, bottom = box.y + box.h;
    right = right < d->area.x + d->area.w ? right : d->area.x + d->area.w;
    bottom = bottom < d->area.y + d->area.h ? bottom : d->area.y + d->area.h;
    if (left >= right || top >= bottom || d->boxes_count == DRAW_BOXES)
        return;
    d->boxes[d->boxes_count++] = (struct draw_box){
        (int16_t)left, (int16_t)top, (int16_t)(right - left), (int16_t)(bottom - top), colour};
}

void draw_frame(struct draw *d, struct rect b, int thick, uint32_t colour)
{
    draw_box(d, (struct rect){b.x, b.y, b.w, thick}, colour);
    draw_box(d, (struct rect){b.x, b.y + b.h - thick, b.w, thick}, colour);
    draw_box(d, (struct rect){b.x, b.y, thick, b.h}, colour);
    draw_box(d, (struct rect){b.x + b.w - thick, b.y, thick, b.h}, colour);
}

void draw_text(struct draw *d, struct rect rect, enum draw_align align, uint32_t colour,
               const char *text)
{
    if (!*text || rect.w <= 0 || rect.h <= 0 || d->texts_count == DRAW_TEXTS)
        return;
    struct draw_text *t = &d->texts[d->texts_count++];
    memset(t, 0, sizeof *t); // it is compared by its octets
    t->rect = rect;
    t->align = align;
    t->colour = colour;
    snprintf(t->text, sizeof t->text, "%s", text);
}

// FNV-1a (draft-eastlake-fnv), a word at a time where the size allows.
static uint64_t hash(uint64_t h, const void *data, size_t len)
{
    const uint8_t *at = data;
    uint32_t word;
    for (; len >= sizeof word; at += sizeof word, len -= sizeof word) {
        memcpy(&word, at, sizeof word);
        h = (h ^ word) * UINT64_C(0x100000001b3);
    }
    return h;
}

uint64_t draw_hash(const struct draw *d)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    h = hash(h, &d->area, sizeof d->area);
    h = hash(h, d->boxes, (size_t)d->boxes_count * sizeof d->boxes[0]);
    h = hash(h, d->texts, (size_t)d->texts_count * sizeof d->texts[0]);
    return h ^ d->ground;
}
