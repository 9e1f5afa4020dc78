// Sound in memory as the source of a sender: read any number of times, by any number of threads
// that have a replay each.
#ifndef LAB_REPLAY_H
#define LAB_REPLAY_H

#include "sender/feed.h"

#include <stddef.h>
#include <stdint.h>

struct replay {
    const int16_t *pcm; // interleaved; the caller's
    size_t samples;
    int channels;
    size_t at; // samples that were read
};

// Valid as long as the replay.
struct feed_source replay_feed(struct replay *replay);

#endif
