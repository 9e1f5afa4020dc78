// All that a sender says over one source, kept with its instants. Where nothing that comes back
// changes what is sent, one tape serves any number of network conditions: the sound is encoded once.
#ifndef LAB_TAPE_H
#define LAB_TAPE_H

#include "sender/feed.h"
#include "sender/sender.h"

#include <stdbool.h>
#include <stddef.h>

struct tape;

// The listener takes redundant payloads, and asks for nothing.
// Plays the source through a station (station.h) to its end. The caller frees. NULL: no memory, or
// settings that the codec refuses.
struct tape *tape_record(const struct sender_config *config, const struct feed_source *source);
void tape_free(struct tape *tape); // NULL is fine

// Reading changes nothing: any number of threads may. The n-th datagram, and when it was sent, in
// order of time. False: there are no more.
bool tape_datagram(const struct tape *tape, size_t n, usec *at, struct sender_datagram *out);

struct sender_position tape_position(const struct tape *tape); // of the first packet
struct sender_stats tape_stats(const struct tape *tape);       // at the end

#endif
