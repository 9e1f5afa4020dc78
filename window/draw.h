// A list of what is drawn into a rectangle of the window: filled boxes, then texts above them. Whoever has
// a screen draws it; a test reads it.
#ifndef WINDOW_DRAW_H
#define WINDOW_DRAW_H

#include <stdint.h>

#define DRAW_BOXES 12288
#define DRAW_TEXTS 80
#define DRAW_TEXT  112 // octets

struct rect { // pixels
    int x, y, w, h;
};

enum draw_align { DRAW_LEFT, DRAW_CENTRE, DRAW_RIGHT };

struct draw_box {
    int16_t x, y, w, h;
    uint32_t colour; // 0xRRGGBB
};

struct draw_text {
    struct rect
        rect; // it stays inside: smaller where it has to be, then cut; `h` is the letters' height
    enum draw_align align;
    uint32_t colour;
    char text[DRAW_TEXT]; // UTF-8
};

struct draw {
    struct rect area; // all of it is filled with `ground` first, and nothing is drawn outside
    uint32_t ground;
    int boxes_count, texts_count;
    struct draw_box boxes[DRAW_BOXES];
    struct draw_text texts[DRAW_TEXTS];
};

// Begins a list. What is too much for it is left out.
void draw_begin(struct draw *d, struct rect area, uint32_t ground);
// Cut to the area; nothing if it is outside, or has no size.
void draw_box(struct draw *d, struct rect box, uint32_t colour);
void draw_frame(struct draw *d, struct rect box, int thick, uint32_t colour);
void draw_text(struct draw *d, struct rect rect, enum draw_align align, uint32_t colour,
               const char *text);
// Two of the same number draw the same.
uint64_t draw_hash(const struct draw *d);

#endif
