// What stands still: see panel.h.
#include "window/panel.h"

#include "window/chart.h"
#include "window/palette.h"

#include <stdio.h>
#include <string.h>

#define LEGEND_ITEMS (TIMELINE_FATES + 1) // and what came twice
#define LEGEND_WIDE  12                   // letters' heights that an item takes
#define HELP_LEAST   8  // pixels of its letters' height: smaller ones are not read
#define SPARK        30 // seconds of a figure's short history

// 1.5 is 1,5 in Portuguese.
static void decimal(enum label_lang lang, char *text)
{
    char *point = lang == LABEL_PT ? strchr(text, '.') : NULL;
    if (point)
        *point = ',';
}

// ---- the head ----------------------------------------------------------------------------------

static void say_time(const struct layout_view *v, char *text, size_t cap)
{
    unsigned slow = v->scrub->slow ? v->scrub->slow : 1;
    double after = (double)(v->at - timeline_end(v->timeline)) / TIMELINE_RATE; // a packet is 0.02
    const char *state = label_of(v->lang, v->scrub->paused ? LABEL_PAUSED : LABEL_LIVE);
    if (!v->scrub->paused)
        snprintf(text, cap, "%s", state);
    else if (slow > 1)
        snprintf(text, cap, "%s %.2f s, 1/%u", state, after, slow);
    else
        snprintf(text, cap, "%s %.2f s", state, after);
    decimal(v->lang, text);
}

void panel_head(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    int pad = l->little / 2, y = d->area.y + (d->area.h - l->normal) / 2, half = d->area.w / 2;
    char time[64];
    say_time(v, time, sizeof time);
    draw_text(d, (struct rect){d->area.x + pad, y, half - 2 * pad, l->normal}, DRAW_LEFT,
              PALETTE_TEXT, v->status);
    draw_text(d, (struct rect){d->area.x + half, y, half - pad, l->normal}, DRAW_RIGHT,
              v->notice ? PALETTE_YELLOW : PALETTE_TEXT,
              v->notice  ? v->notice
              : l->small ? label_of(v->lang, LABEL_HINT_SHORT)
                         : time);
}

void panel_hint(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    int pad = l->little / 2;
    draw_text(d,
              (struct rect){d->area.x + pad, d->area.y + (d->area.h - l->little) / 2,
                            d->area.w - 2 * pad, l->little},
              DRAW_LEFT, PALETTE_DIM,
              label_of(v->lang, v->scrub->paused ? LABEL_HINT_PAUSED : LABEL_HINT));
}

// ---- the legend --------------------------------------------------------------------------------

static int legend_columns(const struct layout *l, int width)
{
    int columns = width / (l->little * LEGEND_WIDE);
    return columns < 1 ? 1 : columns > LEGEND_ITEMS ? LEGEND_ITEMS : columns;
}

int panel_legend_height(const struct layout *l, int width)
{
    int columns = legend_columns(l, width);
    return (LEGEND_ITEMS + columns - 1) / columns * (l->little * 3 / 2) + l->little / 2;
}

void panel_legend(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    int columns = legend_columns(l, d->area.w), line = l->little * 3 / 2, icon = l->little;
    for (int i = 0; i < LEGEND_ITEMS; i++) {
        int x = d->area.x + d->area.w * (i % columns) / columns + l->little / 2;
        int y = d->area.y + l->little / 4 + i / columns * line,
            wide = d->area.w / columns - 2 * icon;
        char text[DRAW_TEXT];
        const char *letter = i < TIMELINE_FATES ? chart_letter((enum timeline_fate)i) : "";
        draw_box(d, (struct rect){x - 1, y - 1, icon + 2, line - l->little / 4 + 2}, PALETTE_PANEL);
        if (i < TIMELINE_FATES)
            chart_cell(d, (struct rect){x, y, icon, line - l->little / 4}, (enum timeline_fate)i);
        else
            draw_box(d, (struct rect){x, y, icon, l->little / 4}, PALETTE_WHITE);
        snprintf(text, sizeof text, *letter ? "%s (%s)" : "%s",
                 label_of(v->lang, (enum label)(LABEL_FATE_SILENCE + i)), letter);
        if (v->lanes && i == TIMELINE_LOST)
            snprintf(text, sizeof text, "%s", label_of(v->lang, LABEL_FATE_NOTHING));
        draw_text(d, (struct rect){x + icon + l->little / 2, y, wide, l->little}, DRAW_LEFT,
                  PALETTE_TEXT, text);
    }
}

// ---- figures -----------------------------------------------------------------------------------

static const struct figure {
    const char *unit; // "": none; NULL: packets
    int digits;
    double least, most; // of its short history, at least
} figures[LAYOUT_NUMBER_COUNT] = {
    [LAYOUT_LOST] = {"%", 1, 0, 10},      [LAYOUT_GUESSED] = {"%", 1, 0, 10},
    [LAYOUT_BURST] = {NULL, 1, 0, 3},     [LAYOUT_JITTER] = {"ms", 1, 0, 20},
    [LAYOUT_LATENCY] = {"ms", 0, 0, 100}, [LAYOUT_BITRATE] = {"kb/s", 0, 0, 40},
    [LAYOUT_MOS] = {"", 1, 1, 4.5},
};

// In a small window there is room for what matters most.
static const enum layout_number few[] = {LAYOUT_LOST, LAYOUT_GUESSED, LAYOUT_LATENCY, LAYOUT_MOS};
static const enum layout_number all[] = {LAYOUT_LOST,   LAYOUT_GUESSED, LAYOUT_BURST,
                                         LAYOUT_JITTER, LAYOUT_LATENCY, LAYOUT_BITRATE,
                                         LAYOUT_MOS};

static double number(const struct timeline_numbers *n, enum layout_number which)
{
    const double values[] = {
        [LAYOUT_LOST] = n->lost,     [LAYOUT_GUESSED] = n->guessed, [LAYOUT_BURST] = n->burst,
        [LAYOUT_JITTER] = n->jitter, [LAYOUT_LATENCY] = n->delay,   [LAYOUT_BITRATE] = n->bitrate,
        [LAYOUT_MOS] = n->mos};
    return values[which];
}

int panel_numbers_height(const struct layout *l)
{
    return l->big * 13 / 10 + l->little * 8 / 5 + (l->small ? 0 : l->big * 3 / 4 + l->little / 2);
}

static void draw_spark(const struct layout_view *v, enum layout_number which, struct rect r,
                       struct draw *d)
{
    const struct figure *f = &figures[which];
    double most = f->most;
    int wide = r.w / SPARK > 1 ? r.w / SPARK : 1;
    for (unsigned back = 0; back < SPARK; back++) {
        struct timeline_numbers n = timeline_numbers(v->timeline, back);
        most = number(&n, which) > most ? number(&n, which) : most;
    }
    draw_box(d, (struct rect){r.x, r.y + r.h - 1, wide * SPARK, 1}, PALETTE_LINE);
    for (unsigned back = 0; back < SPARK; back++) {
        struct timeline_numbers n = timeline_numbers(v->timeline, back);
        double x = number(&n, which);
        int h = x > f->least ? (int)(r.h * (x - f->least) / (most - f->least)) : 0;
        draw_box(d,
                 (struct rect){r.x + wide * (SPARK - 1 - (int)back), r.y + r.h - h,
                               wide > 2 ? wide - 1 : wide, h},
                 PALETTE_SKY);
    }
}

static void draw_number(const struct layout *l, const struct layout_view *v,
                        enum layout_number which, struct rect r, struct draw *d)
{
    const struct figure *f = &figures[which];
    struct timeline_numbers now = timeline_numbers(v->timeline, 0);
    const char *unit = f->unit ? f->unit : label_of(v->lang, LABEL_PACKETS);
    double x = number(&now, which);
    char text[64];
    snprintf(text, sizeof text, "%.*f%s%s", x >= 99.95 ? 0 : f->digits, x, *unit ? " " : "", unit);
    decimal(v->lang, text);
    if (now.mos <= 0 && which != LAYOUT_BITRATE)
        snprintf(text, sizeof text, "-");
    draw_box(d, r, PALETTE_PANEL);
    int x0 = r.x + l->little / 2, w = r.w - l->little;
    draw_text(d, (struct rect){x0, r.y + l->big / 8, w, l->big}, DRAW_LEFT, PALETTE_WHITE, text);
    draw_text(d, (struct rect){x0, r.y + l->big * 5 / 4, w, l->little}, DRAW_LEFT, PALETTE_DIM,
              label_of(v->lang, (enum label)(LABEL_NUMBER_LOST + (int)which)));
    if (!l->small)
        draw_spark(v, which,
                   (struct rect){x0, r.y + r.h - l->big * 3 / 4 - l->little / 4, w, l->big * 3 / 4},
                   d);
}

void panel_numbers(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    int count = l->small ? (int)(sizeof few / sizeof *few) : (int)(sizeof all / sizeof *all);
    int gap = l->little / 3;
    for (int i = 0; i < count; i++) {
        int left = d->area.x + d->area.w * i / count,
            right = d->area.x + d->area.w * (i + 1) / count;
        draw_number(l, v, l->small ? few[i] : all[i],
                    (struct rect){left + gap, d->area.y, right - left - 2 * gap, d->area.h - gap},
                    d);
    }
}

// ---- the picture's figures ---------------------------------------------------------------------

int panel_film_height(const struct layout *l)
{
    return l->normal * 3 / 2 + l->little * 3 / 2;
}

void panel_film(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    const struct motion *m = v->motion;
    char text[3][64];
    if (!m)
        return;
    snprintf(text[0], sizeof *text, "%.0f", m->rate);
    snprintf(text[1], sizeof *text, "%llu x, %.1f s", (unsigned long long)m->freezes,
             (double)m->frozen / USEC_SECOND);
    snprintf(text[2], sizeof *text, m->synced ? "%+.0f ms" : "-", m->sync);
    for (int i = 0; i < 3; i++) {
        int left = d->area.x + d->area.w * i / 3 + l->little / 2, wide = d->area.w / 3 - l->little;
        int y = d->area.y + l->little / 4;
        decimal(v->lang, text[i]);
        draw_text(d, (struct rect){left, y, wide, l->normal}, DRAW_LEFT, PALETTE_WHITE, text[i]);
        draw_text(d, (struct rect){left, y + l->normal * 5 / 4, wide, l->little}, DRAW_LEFT,
                  PALETTE_DIM, label_of(v->lang, (enum label)(LABEL_FILM_SHOWN + i)));
    }
}

// ---- a call of a duel --------------------------------------------------------------------------

int panel_lane_height(const struct layout *l)
{
    return l->small ? l->normal * 8 / 5 : l->big * 13 / 10 + l->little * 9 / 5;
}

static void say_lane(const struct lane *lane, int which, char *text, size_t cap)
{
    switch (which) {
    case 0:
        snprintf(text, cap, "%.0f ms", usec_to_ms(lane->delay));
        break;
    case 1:
        snprintf(text, cap, "%.1f %%", lane->missing);
        break;
    case 2:
        snprintf(text, cap, "%.1f %%", lane->repaired);
        break;
    case 3:
        snprintf(text, cap, "%llu", (unsigned long long)lane->stalls);
        break;
    default:
        snprintf(text, cap, "%.1f s", (double)lane->longest / USEC_SECOND);
        break;
    }
}

// Its name and ear, then the figures; in a small window on one line, the first of them.
void panel_lane(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    const struct lane *lane = v->lanes;
    int count = l->small ? 3 : 6, pad = l->little / 2, y = d->area.y + l->little / 4;
    for (int i = 0; i < count; i++) {
        char text[64];
        int left = d->area.x + d->area.w * i / count + pad, wide = d->area.w / count - 2 * pad;
        enum label below = i ? (enum label)(LABEL_LANE_DELAY + i - 1)
                             : (enum label)(LABEL_EAR_LEFT + (int)lane->ear);
        if (i)
            say_lane(lane, i - 1, text, sizeof text);
        else
            snprintf(text, sizeof text, l->small ? "%s, %s" : "%s", lane->name,
                     label_of(v->lang, below));
        decimal(v->lang, text);
        draw_text(d, (struct rect){left, y, wide, l->small ? l->normal : l->big}, DRAW_LEFT,
                  i ? PALETTE_WHITE : PALETTE_YELLOW, text);
        if (!l->small)
            draw_text(d, (struct rect){left, y + l->big * 5 / 4, wide, l->little}, DRAW_LEFT,
                      PALETTE_DIM, label_of(v->lang, below));
    }
}

// ---- knobs -------------------------------------------------------------------------------------

static const char *const keys[KNOB_COUNT] = {"L", "B", "D", "J", "A",  "C", "F",
                                             "E", "N", "T", "W", NULL, "V", "E"};

static void say_knob(const struct layout_view *v, enum knob k, char *text, size_t cap)
{
    char value[KNOB_TEXT];
    if (k == KNOB_TIME) {
        say_time(v, text, cap);
        return;
    }
    knobs_text(v->knobs, k, v->lang, value);
    snprintf(text, cap, "%s", value);
    decimal(v->lang, text);
}

static void draw_place(const struct layout *l, const struct layout_view *v, enum knob k,
                       struct rect r, bool acts, struct draw *d)
{
    double place = knobs_place(v->knobs, k);
    int h = l->little / 3 > 2 ? l->little / 3 : 2;
    struct rect track = {r.x + l->little / 2, r.y + r.h - h - l->little / 4, r.w - l->little, h};
    if (place < 0)
        return;
    draw_box(d, track, PALETTE_LINE);
    track.w = (int)(track.w * place);
    draw_box(d, track, acts ? PALETTE_SKY : PALETTE_GREY);
}

static void draw_knob(const struct layout *l, const struct layout_view *v, enum knob k,
                      struct draw *d)
{
    struct rect r = l->knob[k];
    char value[64];
    bool acts = knobs_acts(v->knobs, k);
    int x = r.x + l->little / 2, w = r.w - l->little;
    say_knob(v, k, value, sizeof value);
    draw_box(d, r, PALETTE_PANEL);
    draw_text(d, (struct rect){x, r.y + l->little / 4, w * 2 / 3, l->little}, DRAW_LEFT,
              PALETTE_DIM, label_of(v->lang, (enum label)(LABEL_LOSS + (int)k)));
    draw_text(d, (struct rect){x + w * 2 / 3, r.y + l->little / 4, w / 3, l->little}, DRAW_RIGHT,
              PALETTE_DIM, keys[k] ? keys[k] : label_of(v->lang, LABEL_SPACE));
    draw_text(d, (struct rect){x, r.y + l->little * 3 / 2, w, l->normal}, DRAW_LEFT,
              acts ? PALETTE_WHITE : PALETTE_DIM, value);
    draw_place(l, v, k, r, acts, d);
    if (k == v->focus)
        draw_frame(d, r, l->normal / 12 + 1, PALETTE_YELLOW);
}

// In a small window the one that has the keyboard, on one line.
static void draw_small_knob(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    struct rect r = d->area;
    char value[64], text[128];
    say_knob(v, v->focus, value, sizeof value);
    snprintf(text, sizeof text, "%s: %s",
             label_of(v->lang, (enum label)(LABEL_LOSS + (int)v->focus)), value);
    draw_box(d, r, PALETTE_PANEL);
    draw_text(d,
              (struct rect){r.x + l->little / 2, r.y + l->normal / 5, r.w - l->little, l->normal},
              DRAW_LEFT, PALETTE_WHITE, text);
    draw_place(l, v, v->focus, r, knobs_acts(v->knobs, v->focus), d);
}

void panel_knobs(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    if (l->small) {
        draw_small_knob(l, v, d);
        return;
    }
    for (enum knob k = 0; k < KNOB_COUNT; k++)
        if (knobs_has(v->knobs, k))
            draw_knob(l, v, k, d);
}

// ---- help --------------------------------------------------------------------------------------

void panel_help(const struct layout *l, const struct layout_view *v, struct draw *d)
{
    int line = d->area.h / ((int)label_help_lines(v->shows) + 2);
    int letters = line * 3 / 4, pad = l->little;
    int most = d->area.w / 47; // or a line is wider than the window
    letters = letters < most ? letters : most;
    int keys_wide = d->area.w * 23 / 100;
    if (letters < HELP_LEAST) {
        draw_text(d, (struct rect){pad, d->area.h / 2 - l->normal, d->area.w - 2 * pad, l->normal},
                  DRAW_CENTRE, PALETTE_TEXT, label_of(v->lang, LABEL_HELP_NO_ROOM));
        return;
    }
    draw_text(d, (struct rect){pad, line / 4, d->area.w - 2 * pad, letters * 5 / 4}, DRAW_LEFT,
              PALETTE_WHITE, label_of(v->lang, LABEL_HELP_TITLE));
    for (unsigned i = 0, row = 2; i < LABEL_HELP_LINES; i++) {
        int y = line * (int)row - line / 2;
        if (!label_help_is_of(i, v->shows))
            continue;
        row++;
        draw_text(d, (struct rect){pad, y, keys_wide - pad, letters}, DRAW_LEFT, PALETTE_YELLOW,
                  label_help_key(v->lang, i));
        draw_text(d, (struct rect){keys_wide, y, d->area.w - keys_wide - pad, letters}, DRAW_LEFT,
                  PALETTE_TEXT, label_help(v->lang, i));
    }
}
