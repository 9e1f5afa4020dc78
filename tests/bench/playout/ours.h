// The code that ships, as `voz-lab play` runs it: both ends and the network (lab/sim.h). It asks for
// 5 ms at a time.
#ifndef PLAYOUT_OURS_H
#define PLAYOUT_OURS_H

#include "sender/sender.h"
#include "tests/bench/playout/call.h"
#include "tests/bench/playout/output.h"

struct sender_config ours_sender(void);
void ours_play(const struct call *call, struct output *output);

#endif
