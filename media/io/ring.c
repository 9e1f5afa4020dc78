// Two counters, each written by one side only, and a power of two between them: the classic ring
// without a lock. The counters run on for ever and wrap as size_t does; their difference is the
// level.
#include "media/io/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64

struct ring {
    size_t size;                             // values, a power of two
    _Alignas(CACHE_LINE) atomic_size_t head; // all that was written, by the writer
    _Alignas(CACHE_LINE) atomic_size_t tail; // all that was read, by the reader
    _Alignas(CACHE_LINE) int16_t values[];
};

struct ring *ring_new(size_t values)
{
    size_t size = CACHE_LINE / sizeof(int16_t);
    while (size < values)
        size *= 2;
    struct ring *r = aligned_alloc(CACHE_LINE, sizeof *r + size * sizeof *r->values);
    if (r == NULL)
        return NULL;
    r->size = size;
    atomic_init(&r->head, 0);
    atomic_init(&r->tail, 0);
    return r;
}

void ring_free(struct ring *r)
{
    free(r);
}

// What is acquired is the other side's counter: the values before it are then seen as well.
size_t ring_write(struct ring *r, const int16_t *values, size_t count)
{
    size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    size_t room = r->size - (head - atomic_load_explicit(&r->tail, memory_order_acquire));
    if (count > room)
        count = room;
    if (count == 0)
        return 0;
    size_t at = head & (r->size - 1);
    size_t first = count < r->size - at ? count : r->size - at;
    memcpy(r->values + at, values, first * sizeof *values);
    memcpy(r->values, values + first, (count - first) * sizeof *values);
    atomic_store_explicit(&r->head, head + count, memory_order_release);
    return count;
}

size_t ring_read(struct ring *r, int16_t *values, size_t count)
{
    size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    size_t level = atomic_load_explicit(&r->head, memory_order_acquire) - tail;
    if (count > level)
        count = level;
    if (count == 0)
        return 0;
    size_t at = tail & (r->size - 1);
    size_t first = count < r->size - at ? count : r->size - at;
    memcpy(values, r->values + at, first * sizeof *values);
    memcpy(values + first, r->values, (count - first) * sizeof *values);
    atomic_store_explicit(&r->tail, tail + count, memory_order_release);
    return count;
}

// The tail first: it can only grow, and never past the head, so the difference is never negative.
size_t ring_level(const struct ring *r)
{
    size_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    size_t level = atomic_load_explicit(&r->head, memory_order_acquire) - tail;
    return level < r->size ? level : r->size;
}

size_t ring_room(const struct ring *r)
{
    return r->size - ring_level(r);
}
