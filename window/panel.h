// The parts of the window (layout.h) that stand still: the head, the legend, figures, knobs, help.
#ifndef WINDOW_PANEL_H
#define WINDOW_PANEL_H

#include "window/layout.h"

void panel_head(const struct layout *l, const struct layout_view *view, struct draw *d);
void panel_legend(const struct layout *l, const struct layout_view *view, struct draw *d);
void panel_numbers(const struct layout *l, const struct layout_view *view, struct draw *d);
void panel_knobs(const struct layout *l, const struct layout_view *view, struct draw *d);
void panel_hint(const struct layout *l, const struct layout_view *view, struct draw *d);
void panel_help(const struct layout *l, const struct layout_view *view, struct draw *d);

void panel_film(const struct layout *l, const struct layout_view *view, struct draw *d);

void panel_lane(const struct layout *l, const struct layout_view *view, struct draw *d);

int panel_lane_height(const struct layout *l);
int panel_film_height(const struct layout *l);
int panel_numbers_height(const struct layout *l);
int panel_legend_height(const struct layout *l, int width);

#endif
