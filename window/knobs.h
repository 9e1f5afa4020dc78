// The knobs of the window: what can be turned while sound plays, a step at a time. Pure: a key or a click
// becomes a turn, a turn becomes settings (of the network in front of the receiver, of the receiver, of
// the session), and whoever has those applies them.
#ifndef WINDOW_KNOBS_H
#define WINDOW_KNOBS_H

#include "media/impair.h"
#include "receiver/receiver.h"
#include "receiver/screen.h"
#include "window/label.h"

#include <stdbool.h>
#include <stddef.h>

enum knob { // in the order in which Tab goes through them
    KNOB_LOSS,
    KNOB_BURST,
    KNOB_DELAY,
    KNOB_JITTER,
    KNOB_RATE,
    KNOB_CONCEAL,
    KNOB_FEC,
    KNOB_RED,
    KNOB_NACK,
    KNOB_TRANSPORT,
    KNOB_LATENCY,
    KNOB_TIME,    // pause and scrub
    KNOB_PICTURE, // where there are pictures
    KNOB_HEARD,   // in a duel: which of two calls
    KNOB_COUNT
};

#define KNOB_PATH_FIRST KNOB_LOSS
#define KNOB_PATH_LAST  KNOB_RATE
#define KNOB_TEXT       32

enum knobs_heard {
    KNOBS_BOTH,
    KNOBS_SWAPPED,
    KNOBS_FIRST,
    KNOBS_SECOND
}; // BOTH: the first is left

struct knobs {
    struct impair_spec network; // as it is now; a trace is the caller's
    struct receiver_knobs receiver;
    bool pictures;            // there are some
    enum screen_loss damaged; // what is done about those that lack something
    bool duel;                // two calls, TCP and UDP: the network is turned, and what is heard
    enum knobs_heard heard;
    bool tcp;
    bool fixed_transport; // it cannot be turned
};

// To the next step of its scale; at its end nothing changes. The two-way ones change either way. KNOB_TIME
// has no value. Loss and burst make a model of their own (random, or Gilbert's) of whatever was there, and
// any turn of the network takes a trace away. False: nothing changed.
bool knobs_turn(struct knobs *k, enum knob knob, bool up);
// Is it there at all?
bool knobs_has(const struct knobs *k, enum knob knob);
// Has it any effect now? The network is in front of packets only.
bool knobs_acts(const struct knobs *k, enum knob knob);
// Its value, for people: "10 %".
void knobs_text(const struct knobs *k, enum knob knob, enum label_lang lang, char text[KNOB_TEXT]);
// Where on its scale it stands, 0 to 1; < 0: it has no scale.
double knobs_place(const struct knobs *k, enum knob knob);

#endif
