// All that play: our receiver, and what it is judged against.
#ifndef PLAYOUT_PLAYER_H
#define PLAYOUT_PLAYER_H

#include "tests/bench/playout/call.h"
#include "tests/bench/playout/output.h"

#include <stdbool.h>

enum player { OURS, NETEQ, SPEEXDSP, FIXED, PLAYERS };

const char *player_name(enum player player);
// `output`, which is all zeros but for `mute`, is to be freed.
void player_play(enum player player, const struct call *call, struct output *output);

// Does all `count` jobs, several at a time, on as many processors as there are.
void player_share(size_t count, void (*job)(void *ctx, size_t n), void *ctx);

#endif
