// A call in which packets are lost, and what became of the speech: ours as it ships, or libopus
// alone, judged alike. Scored from RECOVERY_FROM on: by then the sender knows the losses.
#ifndef PLAYOUT_RECOVERY_H
#define PLAYOUT_RECOVERY_H

#include "media/impair.h"
#include "sender/options.h"
#include "tests/bench/bare.h"
#include "tests/bench/playout/judge.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECOVERY_FROM 500 // frames: 10 s
#define RECOVERY_FOR  60  // s

// The built-in speech over and over.
struct said recovery_speech(void);

struct recovery_config {
    const struct sender_options *sender; // as the command line gives them
    const struct impair_spec *forward, *back;
    uint64_t seed;
    void (*decided)(void *ctx, const struct steer_decision *decision); // NULL: nobody asks
};

struct recovery {
    double estoi;
    double rate;  // kb/s of payload, whatever was sent again and the headers of RFC 2198 included
    double delay; // ms from sending to hearing, above the network's, over what is heard of packets
    // What was played, % of the time.
    double own, copied, fec, again, concealed;
    // The packets that came, decoded by who knows all losses (known.h).
    double known_estoi, known_concealed;
};

void recovery_ours(const struct said *said, const struct recovery_config *config,
                   struct recovery *r);
void recovery_add(struct recovery *sum, const struct recovery *r, double weight);

// ESTOI of libopus alone. copies: NULL, there are none.
double recovery_bare(const struct said *said, const struct bare_stream *stream,
                     const struct bare_copies *copies, const bool *lost);

#endif
