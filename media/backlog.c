// Datagrams in order of due time: see backlog.h. Freed cells are used again before fresh ones, so
// memory stays at what the longest backlog needed.
#include "media/backlog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CELL_OCTETS 252
#define NO_CELL     UINT32_MAX

struct cell {
    uint32_t next; // of the same datagram, or of the free ones
    uint8_t octets[CELL_OCTETS];
};

struct waiting {
    usec due;
    uint64_t order; // of entry
    uint64_t tag;
    uint32_t len;
    uint32_t cell; // the first
};

struct backlog {
    uint64_t entered;
    uint32_t count;
    uint32_t limit;
    uint32_t cells;    // in the pool
    uint32_t in_use;   // of them
    uint32_t fresh;    // cells from here on were never touched
    uint32_t spare;    // the first of the freed ones
    uint32_t put_last; // the first cell of the last datagram
    struct cell *pool;
    struct waiting heap[];
};

static size_t cells_for(size_t len)
{
    return (len + CELL_OCTETS - 1) / CELL_OCTETS;
}

struct backlog *backlog_new(uint32_t limit, size_t octets)
{
    // Every datagram may leave its last cell partly empty.
    size_t cells = cells_for(octets) + limit;
    size_t head = sizeof(struct backlog) + limit * sizeof(struct waiting);
    assert(limit > 0 && cells < NO_CELL);
    struct backlog *b = malloc(head + cells * sizeof(struct cell));
    if (!b)
        return NULL;
    *b = (struct backlog){.limit = limit, .cells = (uint32_t)cells, .spare = NO_CELL};
    b->pool = (struct cell *)((char *)b + head);
    return b;
}

void backlog_free(struct backlog *b)
{
    free(b);
}

bool backlog_fits(const struct backlog *b, size_t len)
{
    return b->count < b->limit && cells_for(len) <= b->cells - b->in_use;
}

static uint32_t cell_take(struct backlog *b)
{
    uint32_t index = b->spare;
    b->in_use++;
    if (index == NO_CELL)
        return b->fresh++;
    b->spare = b->pool[index].next;
    return index;
}

static uint32_t cells_fill(struct backlog *b, const uint8_t *data, size_t len)
{
    uint32_t first = NO_CELL;
    for (uint32_t *link = &first; len > 0;) {
        size_t part = len < CELL_OCTETS ? len : CELL_OCTETS;
        *link = cell_take(b);
        memcpy(b->pool[*link].octets, data, part);
        link = &b->pool[*link].next;
        *link = NO_CELL;
        data += part;
        len -= part;
    }
    return first;
}

static void cells_empty(struct backlog *b, uint32_t index, uint8_t *out, size_t len)
{
    while (index != NO_CELL) {
        struct cell *cell = &b->pool[index];
        uint32_t next = cell->next;
        size_t part = len < CELL_OCTETS ? len : CELL_OCTETS;
        if (part) {
            memcpy(out, cell->octets, part);
            out += part;
            len -= part;
        }
        cell->next = b->spare;
        b->spare = index;
        b->in_use--;
        index = next;
    }
}

static bool is_before(const struct waiting *a, const struct waiting *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void sift_up(struct waiting *heap, uint32_t at)
{
    struct waiting moved = heap[at];
    while (at > 0 && is_before(&moved, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = moved;
}

static void sift_down(struct waiting *heap, uint32_t count)
{
    struct waiting moved = heap[0];
    uint32_t at = 0;
    for (uint32_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_before(&heap[child + 1], &heap[child]))
            child++;
        if (!is_before(&heap[child], &moved))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}

void backlog_put(struct backlog *b, const struct backlog_item *item, const void *data)
{
    assert(backlog_fits(b, item->len));
    b->put_last = cells_fill(b, data, item->len);
    b->heap[b->count] = (struct waiting){
        .due = item->due,
        .order = b->entered++,
        .tag = item->tag,
        .len = (uint32_t)item->len,
        .cell = b->put_last,
    };
    sift_up(b->heap, b->count++);
}

void backlog_flip(struct backlog *b, size_t bit)
{
    size_t octet = bit / 8;
    uint32_t index = b->put_last;
    for (; octet >= CELL_OCTETS; octet -= CELL_OCTETS)
        index = b->pool[index].next;
    b->pool[index].octets[octet] ^= (uint8_t)(1u << bit % 8);
}

usec backlog_next(const struct backlog *b)
{
    return b->count ? b->heap[0].due : USEC_NEVER;
}

bool backlog_take(struct backlog *b, struct backlog_item *item, void *out, size_t cap)
{
    if (!b->count)
        return false;
    struct waiting first = b->heap[0];
    *item = (struct backlog_item){.due = first.due, .tag = first.tag, .len = first.len};
    cells_empty(b, first.cell, out, first.len < cap ? first.len : cap);
    b->heap[0] = b->heap[--b->count];
    sift_down(b->heap, b->count);
    return true;
}
