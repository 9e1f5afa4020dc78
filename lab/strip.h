// What one side of a duel (duel.h) was heard as, a cell for every 20 ms, with the figures that go
// beside it: for the eye, while the ear listens.
//
// A cell shows what most of its time was made of. A stall is a stretch of STRIP_STALL or more for
// which there was nothing to play: what was lost and could not be repaired, came too late, or was
// waited for.
#ifndef LAB_STRIP_H
#define LAB_STRIP_H

#include "media/usec.h"

#include <stddef.h>
#include <stdint.h>

#define STRIP_CELL  960 // samples: 20 ms, a packet's time
#define STRIP_CELLS 500 // that are kept: 10 s
#define STRIP_STALL (60 * USEC_MS)

enum strip_kind {
    STRIP_SILENT,   // before the first packet, and after the last
    STRIP_PLAYED,   // decoded from its own packet
    STRIP_REPAIRED, // from a copy, or from a packet that was sent again
    STRIP_LOST,     // concealed; its packet has not come
    STRIP_LATE,     // concealed; its packet came after its turn
    STRIP_WAITING,  // nothing has come to be played: time stands still
    STRIP_KINDS
};

struct strip_cell {
    enum strip_kind kind;
    uint16_t seq; // STRIP_LOST: of the packet that is missing
    usec delay;   // from the sender's mouth to the ear
};

struct strip_sound { // a stretch of what is heard
    usec at;         // when it begins
    int samples;
    enum strip_kind kind;
    uint16_t seq; // STRIP_LOST
    usec delay;
};

struct strip { // zero: at instant 0
    struct strip_cell cells[STRIP_CELLS];
    int64_t end; // samples since instant 0
    int64_t filled[STRIP_KINDS];
    struct strip_cell filling;
    int64_t run; // samples for which nothing was there to play, up to now
    int64_t longest;
    uint64_t stalls;
};

// Stretches come in order of time; what is between them was silence.
void strip_heard(struct strip *s, const struct strip_sound *sound);
// A packet came: if it is one that was missing, it was late.
void strip_came(struct strip *s, uint16_t seq);
// Nothing more is heard until `now`.
void strip_pass(struct strip *s, usec now);

// The n-th cell back in time; 0: the last that is complete. Silent ones before the first.
struct strip_cell strip_cell(const struct strip *s, size_t n);

struct strip_figures {
    double missing, repaired; // shares of the time kept in the cells, 0..1
    usec delay;               // now; 0: nothing was played yet
    uint64_t stalls;          // since the beginning, one that lasts included
    usec longest;             // of them; 0: none
};

struct strip_figures strip_figures(const struct strip *s);

#endif
