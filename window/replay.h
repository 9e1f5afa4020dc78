// The pictures of the last half minute again: small copies of them, each with its instant on the timeline's axis,
// in memory that is taken once. A picture of 640x360 is kept as one of about 200x115.
#ifndef WINDOW_REPLAY_H
#define WINDOW_REPLAY_H

#include "media/picture.h"

#include <stdbool.h>
#include <stdint.h>

#define REPLAY_RATE 30                         // pictures a second that are kept, at most
#define REPLAY_MOST (30 * REPLAY_RATE + 8)     // pictures
#define REPLAY_SIZE ((size_t)32 * 1024 * 1024) // octets of all of them, at most

struct replay;

// For pictures of about this shape; others are made to fit. NULL: no memory.
struct replay *replay_new(int width, int height);
void replay_free(struct replay *r); // NULL is fine
// It is on the screen from `at` on, in samples of the timeline, until the next one; never earlier than
// the one before. Copied; where more than REPLAY_RATE come in a second, some are left out.
void replay_put(struct replay *r, int64_t at, const struct picture *picture);
// What was on the screen then, borrowed until the next replay_put. False: nothing that is kept.
bool replay_at(const struct replay *r, int64_t at, struct picture *seen);

#endif
