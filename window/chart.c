// The charts: see chart.h.
#include "window/chart.h"

#include "window/palette.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define CELL     960.0             // samples: 20 ms
#define NOW_LIVE 0.92              // of the chart's width: what is behind it waits for its turn
#define NOW_PAST 0.5               // while paused
#define LATEST   (2 * USEC_SECOND) // a dot above it stands at it
#define EIGHTHS  8
#define GAIN     3 // speech seldom goes near full scale

static const struct look {
    uint32_t colour;
    int top, bottom; // eighths of the height, from above
    const char *letter;
} looks[TIMELINE_FATES] = {
    [TIMELINE_SILENCE] = {PALETTE_GREY, 7, 8, ""},
    [TIMELINE_PLAYED] = {PALETTE_SKY, 5, 8, ""},
    [TIMELINE_FEC] = {PALETTE_GREEN, 3, 8, "F"},
    [TIMELINE_RED] = {PALETTE_YELLOW, 2, 8, "E"},
    [TIMELINE_AGAIN] = {PALETTE_PURPLE, 1, 8, "N"},
    [TIMELINE_LATE] = {PALETTE_ORANGE, 0, 4, "L"},
    [TIMELINE_LOST] = {PALETTE_VERMILLION, 0, 8, "X"},
    [TIMELINE_WAITING] = {PALETTE_LINE, 5, 8, ""},
};

uint32_t layout_colour(enum timeline_fate fate)
{
    return looks[fate].colour;
}

const char *chart_letter(enum timeline_fate fate)
{
    return looks[fate].letter;
}

void chart_cell(struct draw *d, struct rect room, enum timeline_fate fate)
{
    const struct look *look = &looks[fate];
    int top = room.y + room.h * look->top / EIGHTHS,
        bottom = room.y + room.h * look->bottom / EIGHTHS;
    draw_box(d, (struct rect){room.x, top, room.w, bottom - top}, look->colour);
}

// ---- the axis ----------------------------------------------------------------------------------

struct axis {
    struct rect plot;
    int now;       // column
    double scale;  // pixels a sample
    int64_t at;    // pixels of time at `now`: whole ones, so that what moves keeps its shape
    int64_t first; // samples at the left end
};

static struct axis axis_of(const struct layout *l, const struct scrub *scrub, int64_t at,
                           struct rect area)
{
    int gutter = l->small ? l->little * 4 : l->little * 5;
    struct axis a = {.plot = {area.x + gutter, area.y + l->little / 4,
                              area.w - gutter - l->little / 2, area.h - l->little / 2},
                     .scale = l->cell / CELL};
    a.now = a.plot.x + (int)(a.plot.w * (scrub->paused ? NOW_PAST : NOW_LIVE));
    a.at = (int64_t)floor((double)at * a.scale);
    a.first = (int64_t)((double)(a.at - (a.now - a.plot.x) - 1) / a.scale);
    return a;
}

static struct axis axis_in(const struct layout *l, const struct layout_view *v,
                           const struct draw *d)
{
    return axis_of(l, v->scrub, v->at, d->area);
}

static int column(const struct axis *a, int64_t pos)
{
    int64_t x = a->now + (int64_t)floor((double)pos * a->scale) - a->at;
    return x < -10000 ? -10000 : x > 30000 ? 30000 : (int)x;
}

int64_t chart_samples(const struct layout *l, const struct scrub *scrub, int x)
{
    struct axis a = axis_of(l, scrub, 0, l->area[LAYOUT_STRIP]);
    return (int64_t)((x - a.now) / a.scale);
}

// What sticks out at the left is covered; where it ends, on the right, the area does.
static void finish(const struct layout *l, const struct axis *a, struct draw *d)
{
    draw_box(d, (struct rect){d->area.x, d->area.y, a->plot.x - d->area.x, d->area.h},
             PALETTE_GROUND);
    draw_box(d, (struct rect){a->now, d->area.y, l->normal / 12 + 1, d->area.h}, PALETTE_WHITE);
}

static void name(const struct layout *l, const struct layout_view *v, enum label label,
                 const struct axis *a, struct draw *d)
{
    if (!l->small)
        draw_text(d,
                  (struct rect){d->area.x + l->little / 3, a->plot.y,
                                a->plot.x - d->area.x - l->little / 2, l->little},
                  DRAW_LEFT, PALETTE_TEXT, label_of(v->lang, label));
}

// ---- the strip ---------------------------------------------------------------------------------

static void draw_cell(const struct layout *l, const struct axis *a,
                      const struct timeline_cell *cell, struct draw *d)
{
    int left = column(a, cell->pos), right = column(a, cell->pos + cell->samples);
    int width = right - left >= 3 ? right - left - 1 : right - left; // a gap, where there is room
    int mark = a->plot.h / EIGHTHS;
    struct rect room = {left, a->plot.y + mark, width > 0 ? width : 1, a->plot.h - mark};
    chart_cell(d, room, cell->fate);
    if (cell->doubled)
        draw_box(d, (struct rect){left, a->plot.y, width > 3 ? width : 3, mark * 2 / 3},
                 PALETTE_WHITE);
    const char *letter = looks[cell->fate].letter;
    if (width >= l->little * 2 / 3 && left >= a->plot.x)
        draw_text(d,
                  (struct rect){left,
                                cell->fate == TIMELINE_LATE ? room.y + 1
                                                            : room.y + room.h - l->little * 5 / 4,
                                width, l->little},
                  DRAW_CENTRE, 0, letter);
}

void chart_strip(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    const struct timeline *t = v->timeline;
    struct axis a = axis_in(l, v, d);
    struct timeline_cell waiting;
    uint32_t seq = 0;
    for (uint64_t n = timeline_find(t, a.first); n < timeline_count(t); n++) {
        const struct timeline_cell *cell = timeline_cell(t, n);
        if (column(&a, cell->pos) > a.plot.x + a.plot.w)
            break;
        draw_cell(l, &a, cell, d);
    }
    while (!v->scrub->paused && timeline_waiting(t, &seq, &waiting))
        draw_cell(l, &a, &waiting, d);
    finish(l, &a, d);
    name(l, v, LABEL_CHART_PACKETS, &a, d);
    if (!timeline_count(t))
        draw_text(d,
                  (struct rect){a.plot.x, a.plot.y + (a.plot.h - l->normal) / 2, a.now - a.plot.x,
                                l->normal},
                  DRAW_CENTRE, PALETTE_TEXT, label_of(v->lang, LABEL_NOTHING_YET));
}

// ---- the delay ---------------------------------------------------------------------------------

// The upper end of the axis: round, and not often another.
static usec delay_most(const struct axis *a, const struct timeline *t)
{
    static const int rounds[] = {50, 100, 200, 400, 800, 1600};
    usec most = 0;
    size_t i = 0;
    for (uint64_t n = timeline_find(t, a->first); n < timeline_count(t); n++) {
        const struct timeline_cell *cell = timeline_cell(t, n);
        most = usec_max(most, cell->delay);
        if (cell->arrival != USEC_NEVER)
            most = usec_max(most, usec_min(cell->arrival, LATEST));
    }
    while (i + 1 < sizeof rounds / sizeof rounds[0] && rounds[i] * USEC_MS < most)
        i++;
    return rounds[i] * USEC_MS;
}

static int row(const struct axis *a, usec delay, usec most)
{
    usec shown = delay < 0 ? 0 : usec_min(delay, most);
    return a->plot.y + a->plot.h - 1 - (int)(shown * (a->plot.h - 1) / most);
}

static void draw_grid(const struct axis *a, usec most, struct draw *d)
{
    for (int half = 0; half <= 2; half++)
        draw_box(d, (struct rect){a->plot.x, row(a, most * half / 2, most), a->plot.w, 1},
                 PALETTE_LINE);
}

// The chart's own name stands at the upper end; in a low chart that leaves room for the middle alone, or for
// neither.
static void name_grid(const struct layout *l, const struct axis *a, usec most, struct draw *d)
{
    int below = l->small ? 0 : l->little * 5 / 4;
    int middle = row(a, most / 2, most) - l->little / 2;
    if (middle < a->plot.y + below)
        return;
    for (int half = 1; half <= (a->plot.y + below + l->little > middle ? 1 : 2); half++) {
        int y = half == 2 ? a->plot.y + below : middle;
        char text[16];
        snprintf(text, sizeof text, "%d ms", (int)(most * half / 2 / USEC_MS));
        draw_text(d, (struct rect){d->area.x, y, a->plot.x - d->area.x - l->little / 3, l->little},
                  DRAW_RIGHT, PALETTE_DIM, text);
    }
}

// A packet that came too late is a cross above the line; others are dots.
static void draw_arrival(const struct layout *l, const struct axis *a,
                         const struct timeline_cell *cell, usec most, struct draw *d)
{
    int size = l->normal / 6 > 2 ? l->normal / 6 : 2;
    int x = (column(a, cell->pos) + column(a, cell->pos + cell->samples)) / 2 - size / 2;
    if (cell->arrival == USEC_NEVER)
        return;
    int y = row(a, cell->arrival, most) - size / 2;
    uint32_t colour = cell->fate == TIMELINE_WAITING ? PALETTE_DIM : layout_colour(cell->fate);
    draw_box(d, (struct rect){x, y, size, size}, colour);
    if (cell->fate == TIMELINE_LATE) {
        draw_box(d, (struct rect){x - size, y, 3 * size, size}, colour);
        draw_box(d, (struct rect){x, y - size, size, 3 * size}, colour);
    }
}

void chart_delay(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    const struct timeline *t = v->timeline;
    struct axis a = axis_in(l, v, d);
    usec most = delay_most(&a, t);
    if (v->below) // both calls of a duel on one scale
        most = usec_max(most, delay_most(&a, v->below));
    struct timeline_cell waiting;
    int thick = l->normal / 12 + 1, before = -1;
    uint32_t seq = 0;
    draw_grid(&a, most, d);
    for (uint64_t n = timeline_find(t, a.first); n < timeline_count(t); n++) {
        const struct timeline_cell *cell = timeline_cell(t, n);
        int left = column(&a, cell->pos), right = column(&a, cell->pos + cell->samples);
        int y = row(&a, cell->delay, most);
        if (left > a.plot.x + a.plot.w)
            break;
        draw_box(d, (struct rect){left, y, right - left, thick}, PALETTE_WHITE);
        if (before >= 0) // the step
            draw_box(d, (struct rect){left, y < before ? y : before, thick, abs(y - before)},
                     PALETTE_WHITE);
        draw_arrival(l, &a, cell, most, d);
        before = y;
    }
    while (!v->scrub->paused && timeline_waiting(t, &seq, &waiting))
        draw_arrival(l, &a, &waiting, most, d);
    finish(l, &a, d);
    name(l, v, LABEL_CHART_DELAY, &a, d);
    name_grid(l, &a, most, d);
}

// ---- the sound ---------------------------------------------------------------------------------

static int height(const struct axis *a, int sample)
{
    int h = GAIN * sample * (a->plot.h / 2) / 32768;
    return h < a->plot.h / 2 ? h : a->plot.h / 2;
}

void chart_sound(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    const struct timeline *t = v->timeline;
    struct axis a = axis_in(l, v, d);
    int middle = a.plot.y + a.plot.h / 2;
    uint64_t n = timeline_find(t, a.first), count = timeline_count(t);
    draw_box(d, (struct rect){a.plot.x, middle, a.plot.w, 1}, PALETTE_LINE);
    for (int x = a.plot.x; x < a.plot.x + a.plot.w; x++) {
        int64_t pos = (int64_t)((double)(a.at + x - a.now) / a.scale);
        int16_t least, most;
        while (n < count && timeline_cell(t, n)->pos + timeline_cell(t, n)->samples <= pos)
            n++;
        timeline_peak(t, pos, (int64_t)ceil(1 / a.scale), &least, &most);
        int up = height(&a, most), down = height(&a, -least);
        enum timeline_fate fate = n < count ? timeline_cell(t, n)->fate : TIMELINE_SILENCE;
        if (up || down)
            draw_box(d, (struct rect){x, middle - up, 1, up + down + 1}, layout_colour(fate));
    }
    finish(l, &a, d);
    name(l, v, LABEL_CHART_SOUND, &a, d);
}
