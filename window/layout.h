// What stands where in the window, and what is drawn there: lists (draw.h), one for each area, so that
// only what has changed need be drawn. Knows no screen.
#ifndef WINDOW_LAYOUT_H
#define WINDOW_LAYOUT_H

#include "window/draw.h"
#include "window/knobs.h"
#include "window/label.h"
#include "window/lane.h"
#include "window/motion.h"
#include "window/scrub.h"
#include "window/timeline.h"

#include <stdbool.h>

enum layout_area {
    LAYOUT_STRIP, // a cell for each packet; the first three move all the time
    LAYOUT_DELAY, // the delay in force, and the arrivals
    LAYOUT_SOUND,
    LAYOUT_HEAD,
    LAYOUT_LEGEND,
    LAYOUT_NUMBERS,
    LAYOUT_KNOBS,
    LAYOUT_HINT,
    LAYOUT_PICTURE, // left to whoever has one
    LAYOUT_FILM,    // its figures
    LAYOUT_LANE,    // of a duel: what is said of the first call, and of the second, and its charts
    LAYOUT_LANE_BELOW,
    LAYOUT_STRIP_BELOW,
    LAYOUT_DELAY_BELOW,
    LAYOUT_SOUND_BELOW,
    LAYOUT_HELP, // over all others
    LAYOUT_AREAS
};

enum layout_number { // as they stand in the window
    LAYOUT_LOST,
    LAYOUT_GUESSED,
    LAYOUT_BURST,
    LAYOUT_JITTER,
    LAYOUT_LATENCY,
    LAYOUT_BITRATE,
    LAYOUT_MOS,
    LAYOUT_NUMBER_COUNT
};

#define LAYOUT_TEXT_LEAST 10 // pixels of a letter's height, at a scale of 1

struct layout_picture { // to be shown beside the sound
    int width, height;  // pixels
};

struct layout { // all of it is made of the window's size
    int width, height;
    bool small;                     // few things, for a corner of the screen
    int big, normal, little;        // heights of letters
    double cell;                    // pixels of 20 ms
    struct rect area[LAYOUT_AREAS]; // w = 0: it has none
    struct rect knob[KNOB_COUNT];
    struct rect picture; // where the picture stands, as large as its sides allow
};

// What there is to see.
struct layout_view {
    const struct timeline *timeline;
    const struct knobs *knobs;
    const struct scrub *scrub;
    int64_t at; // where the eye looks (scrub_at): the same for all areas of a frame
    enum label_lang lang;
    enum label_view shows;
    enum knob focus;
    bool help;
    const struct timeline *below; // of a duel's second call, on the same axis,
    const struct lane *lanes;     // and what is said of both; NULL: there is one call
    const struct motion *motion;  // NULL: there is no picture
    const char *status;           // one line: what is heard, from where
    const char *notice;           // what just happened; NULL: nothing
};

// scale: of a screen of many dots an inch, 1 for 96. letters: their size as the user wants it, 1. zoom: of
// time, 1. picture: NULL: there is none.
struct layout layout_of(int width, int height, double scale, double letters, double zoom, bool help,
                        const struct layout_picture *picture);

// The same for two calls, one above the other.
struct layout layout_duel(int width, int height, double scale, double letters, double zoom,
                          bool help);

// `area` has a size.
void layout_draw(const struct layout *l, const struct layout_view *view, enum layout_area area,
                 struct draw *out);

// Which knob is there? KNOB_COUNT: none. up: it was hit to the right of its middle.
enum knob layout_hit(const struct layout *l, int x, int y, bool *up);
// Is it in one of the charts? by: samples from where the eye looks.
bool layout_hit_time(const struct layout *l, const struct scrub *scrub, int x, int y, int64_t *by);

// How a fate looks.
uint32_t layout_colour(enum timeline_fate fate);

#endif
