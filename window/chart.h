// The charts of the window (layout.h): what became of each packet, the delay, the sound, one above the
// other on one axis of time.
#ifndef WINDOW_CHART_H
#define WINDOW_CHART_H

#include "window/layout.h"

void chart_strip(const struct layout *l, const struct layout_view *view, struct draw *d);
void chart_delay(const struct layout *l, const struct layout_view *view, struct draw *d);
void chart_sound(const struct layout *l, const struct layout_view *view, struct draw *d);

// Samples from where the eye looks to a column of pixels.
int64_t chart_samples(const struct layout *l, const struct scrub *scrub, int x);
// A fate's cell, as in the strip.
void chart_cell(struct draw *d, struct rect room, enum timeline_fate fate);
const char *chart_letter(enum timeline_fate fate);

#endif
