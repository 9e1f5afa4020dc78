// A ring of PCM between two threads: one writes, one reads, neither ever waits. It is all that a
// device's callback and the loop share.
#ifndef MEDIA_IO_RING_H
#define MEDIA_IO_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring;

// A ring for at least `values` values (a sample of stereo is two values). NULL: no memory.
struct ring *ring_new(size_t values);
void ring_free(struct ring *r); // NULL is fine; both threads must be done with it

// By the writing thread only. How many were taken: fewer than `count` when the ring is full.
size_t ring_write(struct ring *r, const int16_t *values, size_t count);

// By the reading thread only. How many were there: fewer than `count` when the ring runs dry.
size_t ring_read(struct ring *r, int16_t *values, size_t count);

// By either thread. The other one may be at work: for the reader the level can only have grown
// meanwhile, for the writer it can only have fallen (and the room grown).
size_t ring_level(const struct ring *r);
size_t ring_room(const struct ring *r);

#endif
