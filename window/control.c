// The hands on the window: see control.h.
#include "window/control.h"

#include <stddef.h>

#define PACKET       960 // samples: a step of the scrub
#define LETTERS_STEP 1.15
#define LETTERS_MOST 2.0
#define ZOOM_MOST    16.0
#define ZOOM_LEAST   0.5
#define ZOOM_GAP     4.0 // to see one gap

void control_init(struct control *c, struct timeline *timeline, const struct knobs *knobs)
{
    *c = (struct control){
        .timeline = timeline, .knobs = *knobs, .letters = 1, .zoom = 1, .notice = LABEL_COUNT};
}

static double within(double x, double least, double most)
{
    return x < least ? least : x > most ? most : x;
}

static enum control_act turn(struct control *c, enum knob knob, bool up)
{
    c->focus = c->turned = knob;
    if (knob == KNOB_TIME) {
        scrub_move(&c->scrub, c->timeline, up ? PACKET : -PACKET);
        return CONTROL_NOTHING;
    }
    return knobs_turn(&c->knobs, knob, up) ? CONTROL_TURNED : CONTROL_NOTHING;
}

static void step_focus(struct control *c, bool back)
{
    do
        c->focus = (enum knob)(((int)c->focus + (back ? KNOB_COUNT - 1 : 1)) % KNOB_COUNT);
    while (!knobs_has(&c->knobs, c->focus));
}

static void show_gap(struct control *c)
{
    if (!scrub_gap(&c->scrub, c->timeline))
        c->notice = LABEL_NO_GAP;
    else if (c->zoom < ZOOM_GAP)
        c->zoom = ZOOM_GAP;
}

static void pause(struct control *c)
{
    scrub_pause(&c->scrub, c->timeline, !c->scrub.paused);
    if (!c->scrub.paused)
        c->zoom = 1;
}

static enum control_act arrow(struct control *c, const struct control_press *press)
{
    bool up = press->key == CONTROL_RIGHT || press->key == CONTROL_UP || press->key == '+';
    bool across = press->key == CONTROL_LEFT || press->key == CONTROL_RIGHT;
    if (press->ctrl && !across) {
        c->letters = within(up ? c->letters * LETTERS_STEP : c->letters / LETTERS_STEP,
                            1 / LETTERS_MOST, LETTERS_MOST);
        return CONTROL_NOTHING;
    }
    if (!across || !c->scrub.paused)
        return turn(c, c->focus, up);
    int64_t by = press->shift ? TIMELINE_RATE : PACKET;
    scrub_move(&c->scrub, c->timeline, up ? by : -by);
    return CONTROL_NOTHING;
}

static const struct {
    int key;
    enum knob knob;
} letters[] = {
    {'l', KNOB_LOSS},  {'b', KNOB_BURST},     {'d', KNOB_DELAY},   {'j', KNOB_JITTER},
    {'a', KNOB_RATE},  {'c', KNOB_CONCEAL},   {'f', KNOB_FEC},     {'e', KNOB_RED},
    {'n', KNOB_NACK},  {'t', KNOB_TRANSPORT}, {'w', KNOB_LATENCY}, {'v', KNOB_PICTURE},
    {'e', KNOB_HEARD},
};

static enum control_act letter(struct control *c, const struct control_press *press)
{
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].key == press->key && knobs_has(&c->knobs, letters[i].knob))
            return turn(c, letters[i].knob, !press->shift);
    return CONTROL_NOTHING;
}

enum control_act control_key(struct control *c, const struct control_press *press)
{
    bool had_help = c->help;
    c->notice = LABEL_COUNT;
    c->help = false;
    switch (press->key) {
    case CONTROL_ESCAPE: // what is over the window goes first
        return had_help ? CONTROL_NOTHING : CONTROL_QUIT;
    case 'q':
        return CONTROL_QUIT;
    case '?':
    case 'h':
    case CONTROL_F1:
        c->help = !had_help;
        return CONTROL_NOTHING;
    case CONTROL_TAB:
        step_focus(c, press->shift);
        return CONTROL_NOTHING;
    case CONTROL_LEFT:
    case CONTROL_RIGHT:
    case CONTROL_UP:
    case CONTROL_DOWN:
    case '+':
    case '-':
        return arrow(c, press);
    case ' ':
        pause(c);
        return CONTROL_NOTHING;
    case CONTROL_ENTER:
        scrub_play(&c->scrub, c->timeline);
        return CONTROL_NOTHING;
    case 'z':
        scrub_slower(&c->scrub);
        return CONTROL_NOTHING;
    case 'g':
        show_gap(c);
        return CONTROL_NOTHING;
    case 'i':
    case 'o':
        c->zoom = within(press->key == 'i' ? 2 * c->zoom : c->zoom / 2, ZOOM_LEAST, ZOOM_MOST);
        return CONTROL_NOTHING;
    case 's':
        return CONTROL_SAVE;
    case 'x':
    case CONTROL_F11:
        return CONTROL_FULL;
    default:
        return letter(c, press);
    }
}

// ---- the mouse ---------------------------------------------------------------------------------

enum control_act control_click(struct control *c, const struct layout *l, int x, int y)
{
    bool up;
    int64_t by;
    c->notice = LABEL_COUNT;
    if (c->help) {
        c->help = false;
        return CONTROL_NOTHING;
    }
    enum knob knob = layout_hit(l, x, y, &up);
    if (knob == KNOB_TIME) {
        c->focus = knob;
        pause(c);
        return CONTROL_NOTHING;
    }
    if (knob != KNOB_COUNT)
        return turn(c, knob, up);
    if (layout_hit_time(l, &c->scrub, x, y, &by))
        scrub_move(&c->scrub, c->timeline, by);
    return CONTROL_NOTHING;
}

// What was under the mouse stays there.
void control_drag(struct control *c, const struct layout *l, int x, int from_x, int y)
{
    int64_t from, to;
    if (c->scrub.paused && layout_hit_time(l, &c->scrub, from_x, y, &from) &&
        layout_hit_time(l, &c->scrub, x, y, &to))
        scrub_move(&c->scrub, c->timeline, from - to);
}

enum control_act control_wheel(struct control *c, const struct layout *l, int x, int y, bool up)
{
    bool right;
    int64_t by;
    enum knob knob = layout_hit(l, x, y, &right);
    if (knob != KNOB_COUNT)
        return turn(c, knob, up);
    if (layout_hit_time(l, &c->scrub, x, y, &by))
        c->zoom = within(up ? 2 * c->zoom : c->zoom / 2, ZOOM_LEAST, ZOOM_MOST);
    return CONTROL_NOTHING;
}
