// Datagrams that wait for their time: a binary heap by due time over a pool of small cells, so that
// a datagram of any size takes the room it needs. All memory is reserved in backlog_new and touched
// only when it is used, lowest first: an idle backlog costs a page or two.
#ifndef MEDIA_BACKLOG_H
#define MEDIA_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/usec.h"

struct backlog;

struct backlog_item {
    usec due;
    uint64_t tag; // the caller's
    size_t len;   // octets
};

// Room for `limit` datagrams and for at least `octets` octets in datagrams of any size. NULL: no
// memory. The caller owns it and frees it.
struct backlog *backlog_new(uint32_t limit, size_t octets);
void backlog_free(struct backlog *b); // NULL is fine

// Whether one more datagram of `len` octets fits.
bool backlog_fits(const struct backlog *b, size_t len);

// Takes a copy of `data`. It must fit: ask first.
void backlog_put(struct backlog *b, const struct backlog_item *item, const void *data);

// Flips one bit, counted from 0, of the datagram that was put last. Only right after backlog_put.
void backlog_flip(struct backlog *b, size_t bit);

// When the first one is due; USEC_NEVER: there is none.
usec backlog_next(const struct backlog *b);

// Takes out the one with the smallest due time (among equals, the one that was put first) and
// writes up to `cap` octets of it to `out`. False: there is none. When item->len > cap, the rest is
// gone.
bool backlog_take(struct backlog *b, struct backlog_item *item, void *out, size_t cap);

#endif
