// What stands where: see layout.h. What is drawn there is in chart.c and panel.c.
#include "window/layout.h"

#include "window/chart.h"
#include "window/palette.h"
#include "window/panel.h"

#include <math.h>

#define SMALL_HEIGHT  420 // pixels at a scale of 1: below, only few things have room
#define SMALL_WIDTH   620
#define SHRINK        (2 / 3.0) // of what a screen of many dots asks for: letters may be smaller by that
#define LINES         27        // of normal letters that have to fit below each other,
#define COLUMNS       34        // and heights of them beside each other
#define PICTURE_ABOVE 0.45      // of the height, at most
#define ROWS          2         // of knobs
#define LEGEND_SMALL  6 // a small window has a legend where that takes no more than such a part,
#define LEGEND_HALF   3 // one with a picture has it beside that likewise

static int larger(double a, double b)
{
    return (int)(a > b ? a : b);
}

// A last row reads letters of a 25th of the screen's height. Where larger ones would leave no room for the
// rest, they are as large as it allows.
static void size_letters(struct layout *l, double scale, double letters)
{
    double least = LAYOUT_TEXT_LEAST * scale;
    double base = fmin(l->height, l->width * 5 / 8.0);
    double normal = letters * fmax(base / 34, 1.1 * least);
    double most = fmin((double)l->height / LINES, (double)l->width / COLUMNS);
    if (!l->small && normal > most)
        letters *= most / normal;
    l->big = larger(letters * base / 20, 1.4 * least * letters);
    l->normal = larger(letters * base / 34, 1.1 * least * letters);
    l->little = larger(letters * base / 42, least * letters);
}

// Takes `height` off the bottom of what is left.
static struct rect take_bottom(struct rect *left, int height)
{
    left->h -= height;
    return (struct rect){left->x, left->y + left->h, left->w, height};
}

static struct rect take_top(struct rect *left, int height)
{
    struct rect taken = {left->x, left->y, left->w, height};
    left->y += height;
    left->h -= height;
    return taken;
}

static int knob_height(const struct layout *l)
{
    return l->small ? l->normal * 9 / 5 : l->little * 27 / 20 + l->normal * 9 / 5 + l->little;
}

static void place_knobs(struct layout *l, const struct knobs *which, int rows)
{
    int count = 0, n = 0;
    for (enum knob k = 0; k < KNOB_COUNT; k++)
        count += knobs_has(which, k);
    int columns = (count + rows - 1) / rows;
    struct rect a = l->area[LAYOUT_KNOBS];
    int gap = l->little / 3;
    for (enum knob k = 0; k < KNOB_COUNT; k++) {
        if (!knobs_has(which, k))
            continue;
        int column = n % columns, row = n++ / columns;
        int left = a.x + a.w * column / columns, right = a.x + a.w * (column + 1) / columns;
        l->knob[k] = l->small ? a
                              : (struct rect){left + gap, a.y + row * knob_height(l) + gap,
                                              right - left - 2 * gap, knob_height(l) - 2 * gap};
    }
}

// As large as its sides allow, in the middle.
static struct rect fit(struct rect room, const struct layout_picture *picture)
{
    double by = fmin((double)room.w / picture->width, (double)room.h / picture->height);
    int w = (int)(picture->width * by), h = (int)(picture->height * by);
    return (struct rect){room.x + (room.w - w) / 2, room.y + (room.h - h) / 2, w, h};
}

// Beside the charts or, where that makes it larger, above them: in a tall window.
static void take_picture(struct layout *l, struct rect *left, const struct layout_picture *picture)
{
    if (!picture || picture->width <= 0 || picture->height <= 0)
        return;
    int figures = l->small ? 0 : panel_film_height(l);
    int wide = (int)fmin(left->w * (l->small ? 0.5 : 0.42),
                         (double)left->h * picture->width / picture->height);
    int high =
        (int)fmin(left->h * PICTURE_ABOVE, (double)left->w * picture->height / picture->width);
    struct rect beside = fit((struct rect){0, 0, wide, left->h - figures}, picture);
    struct rect above = fit((struct rect){0, 0, left->w, high}, picture);
    struct rect room = {left->x + left->w - wide, left->y, wide, left->h};
    if (above.w > beside.w)
        room = take_top(left, high + figures);
    else
        left->w -= wide;
    if (figures)
        l->area[LAYOUT_FILM] = take_bottom(&room, figures);
    l->area[LAYOUT_PICTURE] = room;
    l->picture = fit(room, picture);
}

static struct layout begin(int width, int height, double scale, double letters, double zoom)
{
    struct layout l = {.width = width, .height = height};
    double least = fmax(1, scale * SHRINK);
    l.small = height < SMALL_HEIGHT * least || width < SMALL_WIDTH * least;
    size_letters(&l, scale, letters);
    l.cell = zoom * fmax(fmin(height, width * 0.625) / 180, 3 * scale);
    return l;
}

static void place_lane(struct layout *l, struct rect room, enum layout_area head,
                       enum layout_area strip)
{
    l->area[head] = take_top(&room, panel_lane_height(l));
    int charts = room.h;
    l->area[strip] = take_top(&room, charts * (l->small ? 55 : 34) / 100);
    l->area[strip + 1] = take_top(&room, l->small ? room.h : charts * 40 / 100);
    if (!l->small)
        l->area[strip + 2] = room;
}

// What stands above and below everything else. False: help takes it all.
static bool take_frame(struct layout *l, struct rect *left, bool help)
{
    if (help) {
        l->area[LAYOUT_HELP] = *left;
        return false;
    }
    l->area[LAYOUT_HEAD] = take_top(left, l->normal * 8 / 5);
    if (!l->small)
        l->area[LAYOUT_HINT] = take_bottom(left, l->little * 8 / 5);
    return true;
}

struct layout layout_duel(int width, int height, double scale, double letters, double zoom,
                          bool help)
{
    struct layout l = begin(width, height, scale, letters, zoom);
    struct rect left = {0, 0, width, height};
    if (!take_frame(&l, &left, help))
        return l;
    l.area[LAYOUT_KNOBS] = take_bottom(&left, knob_height(&l));
    place_knobs(&l, &(struct knobs){.duel = true}, 1);
    if (!l.small)
        l.area[LAYOUT_LEGEND] = take_bottom(&left, panel_legend_height(&l, left.w));
    place_lane(&l, take_top(&left, left.h / LANES), LAYOUT_LANE, LAYOUT_STRIP);
    place_lane(&l, left, LAYOUT_LANE_BELOW, LAYOUT_STRIP_BELOW);
    return l;
}

// Over the whole width, where half of it would make it too high; in a small window, where there is room.
static bool legend_is_below(const struct layout *l, struct rect room,
                            const struct layout_picture *picture)
{
    if (l->small)
        return panel_legend_height(l, room.w) <= room.h / LEGEND_SMALL;
    return picture && panel_legend_height(l, room.w / 2) > room.h / LEGEND_HALF;
}

struct layout layout_of(int width, int height, double scale, double letters, double zoom, bool help,
                        const struct layout_picture *picture)
{
    struct layout l = begin(width, height, scale, letters, zoom);
    struct rect left = {0, 0, width, height};
    if (!take_frame(&l, &left, help))
        return l;
    l.area[LAYOUT_KNOBS] = take_bottom(&left, knob_height(&l) * (l.small ? 1 : ROWS));
    l.area[LAYOUT_NUMBERS] = take_bottom(&left, panel_numbers_height(&l));
    place_knobs(&l, &(struct knobs){.pictures = picture}, ROWS);
    if (legend_is_below(&l, left, picture))
        l.area[LAYOUT_LEGEND] = take_bottom(&left, panel_legend_height(&l, left.w));
    take_picture(&l, &left, picture);
    bool below = l.small || l.area[LAYOUT_LEGEND].w;
    int legend = below ? 0 : panel_legend_height(&l, left.w);
    int charts = left.h - legend;
    bool sound = !l.small || charts >= LINES * l.normal; // or the window is narrow, but high
    l.area[LAYOUT_STRIP] = take_top(&left, charts * (sound ? 30 : 45) / 100);
    if (!below)
        l.area[LAYOUT_LEGEND] = take_top(&left, legend);
    l.area[LAYOUT_DELAY] = take_top(&left, sound ? charts * 40 / 100 : left.h);
    if (sound)
        l.area[LAYOUT_SOUND] = left;
    return l;
}

void layout_draw(const struct layout *l, const struct layout_view *view, enum layout_area area,
                 struct draw *out)
{
    static void (*const drawn[LAYOUT_AREAS])(const struct layout *, const struct layout_view *,
                                             struct draw *) = {
        [LAYOUT_STRIP] = chart_strip,       [LAYOUT_DELAY] = chart_delay,
        [LAYOUT_SOUND] = chart_sound,       [LAYOUT_HEAD] = panel_head,
        [LAYOUT_LEGEND] = panel_legend,     [LAYOUT_NUMBERS] = panel_numbers,
        [LAYOUT_KNOBS] = panel_knobs,       [LAYOUT_HINT] = panel_hint,
        [LAYOUT_HELP] = panel_help,         [LAYOUT_FILM] = panel_film,
        [LAYOUT_LANE] = panel_lane,         [LAYOUT_LANE_BELOW] = panel_lane,
        [LAYOUT_STRIP_BELOW] = chart_strip, [LAYOUT_DELAY_BELOW] = chart_delay,
        [LAYOUT_SOUND_BELOW] = chart_sound,
    };
    struct layout_view seen = *view;
    if (area >= LAYOUT_LANE_BELOW && area <= LAYOUT_SOUND_BELOW) {
        seen.timeline = view->below;
        seen.below = view->timeline;
        seen.lanes = view->lanes + 1;
    }
    draw_begin(out, l->area[area], PALETTE_GROUND);
    if (drawn[area])
        drawn[area](l, &seen, out);
}

static bool is_in(struct rect r, int x, int y)
{
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

enum knob layout_hit(const struct layout *l, int x, int y, bool *up)
{
    for (enum knob k = 0; k < KNOB_COUNT && !l->small; k++)
        if (is_in(l->knob[k], x, y)) {
            *up = x >= l->knob[k].x + l->knob[k].w / 2;
            return k;
        }
    return KNOB_COUNT;
}

bool layout_hit_time(const struct layout *l, const struct scrub *scrub, int x, int y, int64_t *by)
{
    for (enum layout_area a = 0; a < LAYOUT_AREAS; a++)
        if ((a <= LAYOUT_SOUND || (a >= LAYOUT_STRIP_BELOW && a <= LAYOUT_SOUND_BELOW)) &&
            is_in(l->area[a], x, y)) {
            *by = chart_samples(l, scrub, x);
            return true;
        }
    return false;
}
