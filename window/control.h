// The hands on the window: keys and clicks become turns of knobs, pauses, another zoom. Pure: whoever has a
// keyboard says what was pressed, and is told what is left for him to do.
#ifndef WINDOW_CONTROL_H
#define WINDOW_CONTROL_H

#include "window/knobs.h"
#include "window/label.h"
#include "window/layout.h"
#include "window/scrub.h"
#include "window/timeline.h"

#include <stdbool.h>

enum control_key { // letters and signs are themselves, in lower case
    CONTROL_ENTER = 13,
    CONTROL_ESCAPE = 27,
    CONTROL_TAB = 9,
    CONTROL_LEFT = 256,
    CONTROL_RIGHT,
    CONTROL_UP,
    CONTROL_DOWN,
    CONTROL_F1,
    CONTROL_F11,
};

struct control_press {
    int key; // enum control_key, or a letter
    bool shift, ctrl;
};

enum control_act {
    CONTROL_NOTHING, // but what is seen may be another
    CONTROL_TURNED,  // a knob: its settings are to be applied
    CONTROL_SAVE,    // a picture of the window
    CONTROL_FULL,    // the whole screen, or no longer
    CONTROL_QUIT,
};

struct control {
    struct timeline *timeline; // the caller's
    struct knobs knobs;
    struct scrub scrub;
    enum knob focus;  // has the keyboard
    enum knob turned; // CONTROL_TURNED: which
    bool help;
    double letters, zoom; // 1: as they are
    enum label notice;    // LABEL_COUNT: none
};

void control_init(struct control *c, struct timeline *timeline, const struct knobs *knobs);
enum control_act control_key(struct control *c, const struct control_press *press);
// A click at a place of the window, or the mouse that is moved with its button held.
enum control_act control_click(struct control *c, const struct layout *l, int x, int y);
void control_drag(struct control *c, const struct layout *l, int x, int from_x, int y);
enum control_act control_wheel(struct control *c, const struct layout *l, int x, int y, bool up);

#endif
