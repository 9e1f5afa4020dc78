// What playout.c (what is played) and playout_put.c (what comes) share. Nobody else includes this.
#ifndef MEDIA_PLAYOUT_INTERNAL_H
#define MEDIA_PLAYOUT_INTERNAL_H

#include "media/drift.h"
#include "media/gap.h"
#include "media/lead.h"
#include "media/playout.h"
#include "media/repair.h"
#include "media/shelf.h"

struct playout {
    struct playout_config config;
    struct delay delay;
    struct repair repair;
    struct drift drift;
    bool begun;    // a packet came: there is a time line
    bool started;  // playing
    bool expected; // `last_*` stand just before the first packet: nothing older is wanted
    bool finishing;
    bool played;   // something was played, on this time line or an earlier one
    bool restored; // `restored_seq` means something
    bool moving;   // towards the wanted delay, see `shift`
    uint32_t finish_seq;
    usec start;  // instant at which playing may begin
    usec offset; // that was in force when something was played last
    usec want;   // the wanted offset between media time and the instant it is played
    struct lead lead;
    int64_t pos; // media time that is played next

    int64_t last_end;      // where the sound of the packet ended that was played last
    uint32_t last_seq;     // its number
    uint32_t restored_seq; // of the one that was restored last, if any was since the last packet
    int last_samples;
    float drift_left; // samples, less than one

    int64_t gap_samples; // put out since then without knowing why nothing was there,
    int64_t gap_held;    // and while media time stood still
    double concealed_frames;
    int late_run, stray_run;

    struct playout_stats stats;
    struct gap gap;
    struct shelf shelf;
};

static inline usec media_usec(const struct playout *p, int64_t samples)
{
    return usec_from_units(samples, p->config.rate);
}

// How long before their turn packets have to be here.
static inline usec lead(const struct playout *p)
{
    return p->started ? lead_time(&p->lead) : p->lead.block;
}

// The oldest packet after the last played; NULL: the buffer is empty.
static inline struct shelf_slot *next_slot(struct playout *p)
{
    return shelf_next(&p->shelf, p->last_seq);
}

#endif
