// The window on the screen: an SDL2 window that is drawn by the processor alone (its surface, no GPU), and
// letters by SDL2_ttf, of which whole words are kept as they were drawn.
#ifndef WINDOW_IO_SCREEN_H
#define WINDOW_IO_SCREEN_H

#include "window/draw.h"

#include <stdbool.h>
#include <stddef.h>

struct screen;

// NULL: `why` says what is missing, a display or a font, and what helps.
struct screen *screen_open(const char *title, int width, int height, char *why, size_t cap);
void screen_close(struct screen *s); // NULL is fine

void screen_size(struct screen *s, int *width, int *height); // pixels
double screen_scale(const struct screen *s);                 // 1 for a screen of 96 dots an inch
void screen_title(struct screen *s, const char *title);
void screen_full(struct screen *s); // the whole screen, or a window again

// Draws a list where it belongs; it is seen from screen_show on.
void screen_draw(struct screen *s, const struct draw *d);
void screen_show(struct screen *s);
// Everything is to be drawn anew: another size, or another program had covered it.
void screen_forget(struct screen *s);

// What is seen, as a PNG. False: errno says why; an existing file is not touched.
bool screen_save(struct screen *s, const char *path);

#endif
