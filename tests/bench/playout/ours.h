// The code that ships, as `voz-lab play` runs it: both ends and the network (lab/sim.h). It asks for
// 5 ms at a time.
#ifndef PLAYOUT_OURS_H
#define PLAYOUT_OURS_H

#include "lab/sim.h"
#include "sender/sender.h"
#include "tests/bench/playout/call.h"
#include "tests/bench/playout/output.h"

struct sender_config ours_sender(void);

struct ours { // a sim's observer that fills in an output
    struct output *output;
    int64_t end; // of what is said, samples
};

struct sim_observer ours_observer(struct ours *ours);
void ours_play(const struct call *call, struct output *output);

#endif
