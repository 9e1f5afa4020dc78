// What a jitter buffer made of a call, in figures: the same arithmetic for all of them.
#ifndef PLAYOUT_JUDGE_H
#define PLAYOUT_JUDGE_H

#include "tests/bench/playout/call.h"
#include "tests/bench/playout/output.h"

struct figures {
    double k;          // ms, see judge_k
    double delay_mean; // ms from sending to hearing, above the network's smallest delay: over all
    double delay_p95;  // that was heard of packets
    double lost;       // % of the time: concealed, as the packet never came
    double late;       // % of the time: concealed for any other reason
    double skipped;    // % of the time: packets that were left out, neither heard nor concealed
    double unheard;    // % of the packets that came, in time or late, and were never heard
    double estoi; // heard, against the recording at the instants at which this buffer played it
};

// Milliseconds and percent (late and skipped) at about what the E-model (ITU-T G.107) gives for them.
double judge_k(double delay_ms, double percent);

struct said {
    const int16_t *pcm; // mono, 48 kHz
    int64_t samples;
};

// What was heard, from this sample of what was said on, against what was said at the instants at
// which this buffer played it. NAN: too short.
double judge_estoi(const struct said *said, const struct output *output, int64_t from);

void judge(const struct call *call, const struct output *output, struct figures *figures);

#endif
