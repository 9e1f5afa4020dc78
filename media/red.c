// Redundant payloads: see red.h. All headers come before all data: where a block lies is known once
// every header is read.
#include "media/red.h"

#include "media/bytes.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define FOLLOWS     0x80 // another header comes after this one
#define TYPE        0x7f
#define LEN_BITS    10
#define HEADER_LEN  4
#define PRIMARY_LEN 1
#define REDUNDANTS  (RED_BLOCKS_MAX - 1)

const char *red_strstatus(enum red_status status)
{
    switch (status) {
    case RED_OK:
        return "ok";
    case RED_SHORT:
        return "too short";
    case RED_MANY:
        return "too many blocks";
    }
    return "unknown";
}

// One header; false: it was the primary's.
static bool read_header(struct reader *r, struct red_block *block)
{
    uint8_t first = reader_u8(r);
    *block = (struct red_block){.payload_type = first & TYPE};
    if (!(first & FOLLOWS))
        return false;
    uint32_t rest = reader_u24(r);
    block->offset = rest >> LEN_BITS;
    block->len = rest & RED_LEN_MAX;
    return true;
}

enum red_status red_parse(struct red_block blocks[RED_BLOCKS_MAX], size_t *count,
                          const void *payload, size_t len)
{
    struct reader r = reader_of(payload, len);
    struct red_block found[RED_BLOCKS_MAX];
    size_t redundants = 0;
    while (read_header(&r, &found[redundants]))
        if (++redundants == RED_BLOCKS_MAX)
            return RED_MANY;
    for (size_t i = 0; i < redundants; i++)
        found[i].data = reader_take(&r, found[i].len);
    found[redundants].len = reader_left(&r);
    found[redundants].data = reader_take(&r, reader_left(&r));
    if (r.failed)
        return RED_SHORT;
    *count = redundants + 1;
    memcpy(blocks, found, *count * sizeof found[0]);
    return RED_OK;
}

static bool can_be_said(const struct red_block *redundant)
{
    return redundant->offset <= RED_OFFSET_MAX && redundant->len <= RED_LEN_MAX;
}

// The oldest block that is written, `len` the octets from there to the end.
static const struct red_block *oldest(const struct red_block *blocks,
                                      const struct red_block *primary, size_t *len)
{
    const struct red_block *first = primary;
    size_t written = 0;
    *len = PRIMARY_LEN + primary->len;
    for (const struct red_block *b = primary; b-- != blocks && written < REDUNDANTS;)
        if (can_be_said(b)) {
            *len += HEADER_LEN + b->len;
            first = b;
            written++;
        }
    return first;
}

size_t red_write(const struct red_block *blocks, size_t count, void *out, size_t cap)
{
    assert(count > 0);
    const struct red_block *primary = blocks + count - 1;
    size_t len = 0;
    const struct red_block *first = oldest(blocks, primary, &len);
    struct writer w = writer_of(out, cap);
    if (len > cap)
        return 0;
    for (const struct red_block *b = first; b != primary; b++)
        if (can_be_said(b)) {
            writer_u8(&w, FOLLOWS | b->payload_type);
            writer_u24(&w, b->offset << LEN_BITS | (uint32_t)b->len);
        }
    writer_u8(&w, primary->payload_type & TYPE);
    for (const struct red_block *b = first; b != primary; b++)
        if (can_be_said(b))
            writer_bytes(&w, b->data, b->len);
    writer_bytes(&w, primary->data, primary->len);
    return len;
}
