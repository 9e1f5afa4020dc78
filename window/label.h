// What the window says, in the language of those who watch.
#ifndef WINDOW_LABEL_H
#define WINDOW_LABEL_H

#include <stdbool.h>

enum label_lang { LABEL_EN, LABEL_PT, LABEL_LANGS };

enum label {
    // names of the knobs, in the order of enum knob
    LABEL_LOSS,
    LABEL_BURST,
    LABEL_DELAY,
    LABEL_JITTER,
    LABEL_RATE,
    LABEL_CONCEAL,
    LABEL_FEC,
    LABEL_RED,
    LABEL_NACK,
    LABEL_TRANSPORT,
    LABEL_LATENCY,
    LABEL_TIME,
    LABEL_PICTURE,
    LABEL_HEARD,
    // of the fates of packets, in the order of enum timeline_fate
    LABEL_FATE_SILENCE,
    LABEL_FATE_PLAYED,
    LABEL_FATE_FEC,
    LABEL_FATE_RED,
    LABEL_FATE_AGAIN,
    LABEL_FATE_LATE,
    LABEL_FATE_LOST,
    LABEL_FATE_WAITING,
    LABEL_FATE_DOUBLED,
    // of the figures, in the order of enum layout_number
    LABEL_NUMBER_LOST,
    LABEL_NUMBER_GUESSED,
    LABEL_NUMBER_BURST,
    LABEL_NUMBER_JITTER,
    LABEL_NUMBER_DELAY,
    LABEL_NUMBER_BITRATE,
    LABEL_NUMBER_MOS,
    // of the pictures, in the order of panel_film
    LABEL_FILM_SHOWN,
    LABEL_FILM_FROZEN,
    LABEL_FILM_SYNC,
    // of the calls of a duel: ears in the order of enum lane_ear, then figures in that of panel_lane
    LABEL_EAR_LEFT,
    LABEL_EAR_RIGHT,
    LABEL_EAR_BOTH,
    LABEL_EAR_NONE,
    LABEL_LANE_DELAY,
    LABEL_LANE_MISSING,
    LABEL_LANE_REPAIRED,
    LABEL_LANE_STALLS,
    LABEL_LANE_LONGEST,
    LABEL_FATE_NOTHING, // of either, where there was nothing to play
    // of the charts
    LABEL_CHART_PACKETS,
    LABEL_CHART_DELAY,
    LABEL_CHART_SOUND,
    // values
    LABEL_ON,
    LABEL_OFF,
    LABEL_PLC,
    LABEL_REPEAT,
    LABEL_MUTE,
    LABEL_FREEZE,
    LABEL_SHOW,
    LABEL_UNLIMITED,
    LABEL_PACKETS,
    LABEL_LIVE,
    LABEL_PAUSED,
    // sentences
    LABEL_NOTHING_YET,
    LABEL_HINT,
    LABEL_HINT_SHORT,
    LABEL_HINT_PAUSED,
    LABEL_SPACE,
    LABEL_NO_GAP,
    LABEL_HELP_TITLE,
    LABEL_HELP_NO_ROOM,
    LABEL_GOODBYE,
    LABEL_GONE,
    LABEL_COUNT
};

#define LABEL_HELP_LINES 21

enum label_view { LABEL_STREAM, LABEL_CALL, LABEL_DUEL }; // what a window shows

const char *label_of(enum label_lang lang, enum label label);
// A line of the help: what to press, and what it does.
const char *label_help_key(enum label_lang lang, unsigned line);
const char *label_help(enum label_lang lang, unsigned line);
bool label_help_is_of(unsigned line, enum label_view view);
unsigned label_help_lines(enum label_view view); // how many are of it

// The language that a locale's name begins with ("pt_BR.UTF-8"); English where it is none of ours, or NULL.
enum label_lang label_lang_of(const char *locale);

#endif
