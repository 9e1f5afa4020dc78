// What became of a stream's packets and what was heard of it, over the last half minute: for the eye.
// The receiver tells its decisions, the network its arrivals, the player its samples; a picture
// (layout.t) reads them.
//
// Everything stands on one axis: samples that were heard, at 48 kHz, since the timeline began. A
// decision comes before its samples do, so cells lie a little ahead of what was heard.
#ifndef WINDOW_TIMELINE_H
#define WINDOW_TIMELINE_H

#include "media/usec.h"
#include "receiver/receiver.h"
#include "receiver/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMELINE_RATE    48000
#define TIMELINE_SECONDS 30
#define TIMELINE_SAMPLES ((int64_t)TIMELINE_SECONDS * TIMELINE_RATE)
#define TIMELINE_CELLS   16384 // more than the shortest packets, 2.5 ms, need in that time
#define TIMELINE_NUMBERS 60    // seconds of figures that are kept
#define TIMELINE_WINDOW  10    // seconds that a figure is of

enum timeline_fate {  // in the order of how much it is to be heard
    TIMELINE_SILENCE, // nothing was sent, or comfort noise
    TIMELINE_PLAYED,  // as it was sent first
    TIMELINE_FEC,     // from the coarse copy that the next packet carries
    TIMELINE_RED,     // from a redundant copy (RFC 2198)
    TIMELINE_AGAIN,   // sent again on demand (RFC 4588)
    TIMELINE_LATE,    // concealed; its packet came after its turn
    TIMELINE_LOST,    // concealed; it has not come
    TIMELINE_WAITING, // it is here, and its turn comes
    TIMELINE_FATES
};

struct timeline_cell { // a packet's worth of sound
    int64_t pos;       // of its first sample
    int samples;       // heard
    int64_t time;      // of its first sample, extended RTP timestamp
    uint32_t seq;      // extended
    enum timeline_fate fate;
    unsigned doubled; // times that its packet came again
    usec delay;       // in force, above the fastest packet
    usec arrival;     // of its packet, above the fastest packet; USEC_NEVER: it has not come
};

struct timeline_numbers { // of the last TIMELINE_WINDOW seconds
    double lost;          // %, of the packets: not there as first sent when their turn came
    double guessed;       // %, of them: nor in any other way
    double burst;         // packets: mean length of a run of lost ones; 0: none
    double jitter;        // ms, RFC 3550
    double delay;         // ms, from the fastest packet's coming to the ear
    double bitrate;       // kb/s of payload, of the last second
    double mos;           // estimate, 1 to 4.5; 0: nothing was heard
};

struct timeline;

struct timeline *timeline_new(void);    // NULL: no memory
void timeline_free(struct timeline *t); // NULL is fine

// ---- what happens

void timeline_decided(struct timeline *t, const struct receiver_decision *decision);
// A datagram of the RTP port, whatever it is.
void timeline_came(struct timeline *t, usec when, const void *data, size_t len);
void timeline_heard(struct timeline *t, const int16_t *pcm, size_t samples, int channels);
// Which packets are the stream's; others (sent again, RFC 4588) are not arrivals.
void timeline_follow(struct timeline *t, uint32_t ssrc);
// Another session begins, whose numbers are others.
void timeline_restart(struct timeline *t);
// Once a second, with the figures so far.
void timeline_second(struct timeline *t, usec now, const struct receiver_stats *stats,
                     const struct report_context *context);
// Stands still while it is looked at: what happens meanwhile is left out.
void timeline_freeze(struct timeline *t, bool frozen);
bool timeline_is_frozen(const struct timeline *t);

// ---- what is seen

int64_t timeline_end(const struct timeline *t);   // behind the last sample that was heard
int64_t timeline_begin(const struct timeline *t); // of the first that is kept
// Cells in the order of play: numbers from timeline_first to timeline_count - 1.
uint64_t timeline_first(const struct timeline *t);
uint64_t timeline_count(const struct timeline *t);
const struct timeline_cell *timeline_cell(const struct timeline *t, uint64_t n);
// The first cell that ends behind `pos`; timeline_count: none does.
uint64_t timeline_find(const struct timeline *t, int64_t pos);
// The last cell before `pos` that was concealed. False: there is none.
bool timeline_find_gap(const struct timeline *t, int64_t pos, struct timeline_cell *gap);
// Packets that wait for their turn, in its order: `seq` begins at 0 and is the function's. False: no more.
bool timeline_waiting(const struct timeline *t, uint32_t *seq, struct timeline_cell *cell);

// The least and the largest sample of `samples` from `pos` on, to the 5 ms; 0 where none are kept.
void timeline_peak(const struct timeline *t, int64_t pos, int64_t samples, int16_t *least,
                   int16_t *most);
int16_t timeline_sample(const struct timeline *t, int64_t pos); // 0 where none is kept

// The figures of `back` seconds ago; zeros before the first.
struct timeline_numbers timeline_numbers(const struct timeline *t, unsigned back);

#endif
