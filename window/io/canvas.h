// The window on the screen: an SDL2 window that is drawn by the processor alone (its surface, no GPU), and
// letters by SDL2_ttf, of which whole words are kept as they were drawn.
#ifndef WINDOW_IO_CANVAS_H
#define WINDOW_IO_CANVAS_H

#include "media/picture.h"
#include "window/draw.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct canvas;

// As large as the screen allows, width and height being those on one of 96 dots an inch. NULL: `why` says what is missing, a display or a font, and what helps.
struct canvas *canvas_open(const char *title, int width, int height, char *why, size_t cap);
void canvas_close(struct canvas *s); // NULL is fine

void canvas_size(struct canvas *s, int *width, int *height); // pixels
double canvas_scale(const struct canvas *s);                 // 1 for a screen of 96 dots an inch
void canvas_full(struct canvas *s);                          // the whole screen, or a window again

// Draws a list where it belongs; it is seen from canvas_show on.
void canvas_draw(struct canvas *s, const struct draw *d);
void canvas_show(struct canvas *s);
// Likewise a picture, whose planes lie one behind the other (picture_of), scaled into `to`. False: it cannot
// be drawn.
bool canvas_picture(struct canvas *s, const struct picture *picture, struct rect to);
// Everything is to be drawn anew: another size, or another program had covered it.
void canvas_forget(struct canvas *s);

// What is seen, to be freed: 0xRRGGBB, line by line. NULL: no memory, or it cannot be read.
uint32_t *canvas_pixels(struct canvas *s, int *width, int *height);

#endif
