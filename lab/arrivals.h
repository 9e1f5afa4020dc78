// What a listener makes of packets that came, each with its instant: how late and in what order they
// came, where they stalled, and, through the receiver that ships, what was heard. Pure.
#ifndef LAB_ARRIVALS_H
#define LAB_ARRIVALS_H

#include "lab/heard.h"
#include "lab/tape.h"
#include "media/usec.h"
#include "receiver/receiver.h"

#include <stddef.h>
#include <stdint.h>

// Longer than this without anything, and what comes then is later than this: a stall. Less is hardly
// noticed.
#define ARRIVALS_STALL (50 * USEC_MS)

struct arrival { // one message, as it came out of a socket
    usec at;     // since the first packet of the tape was due
    const uint8_t *data;
    size_t len;
};

struct arrivals_figures {
    size_t sent;       // packets
    size_t came;       // distinct ones
    size_t repeated;   // that came again
    size_t overtaken;  // that came after a later one
    size_t foreign;    // messages that are no packet of the tape
    usec delay_least;  // from when it was due to when it came
    usec delay_median; // of those that came
    usec delay_p95;
    usec delay_most;
    size_t stalls;
    usec stalled; // in all
    usec stall_longest;
};

// In the order in which they came. False: no memory.
bool arrivals_judge(const struct tape *tape, const struct arrival *arrivals, size_t count,
                    struct arrivals_figures *figures);

// Plays them: what comes later than `latency` behind the fastest is not heard. `channels`: of the
// tape. The sound begins when the first packet was due. The caller frees `heard`. False: no memory.
struct arrivals_play {
    const struct tape *tape;
    uint8_t payload_type;
    int channels;
    usec latency;
};
bool arrivals_play(const struct arrivals_play *play, const struct arrival *arrivals, size_t count,
                   struct heard *heard, struct receiver_stats *stats);

#endif
