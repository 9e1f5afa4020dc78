// Redundant payloads (RFC 2198): one RTP payload that carries earlier frames beside the new one, so
// that a packet can be lost and its sound come with the next. Each block has its own payload type
// and its age; the last one, the primary, is the frame that the packet's own timestamp belongs to.
//
//     1 PT(7) offset(14) length(10)    one for each redundant block, the oldest first
//     0 PT(7)                          the primary, as long as what is left
//     the data of the blocks, in the same order
#ifndef MEDIA_RED_H
#define MEDIA_RED_H

#include <stddef.h>
#include <stdint.h>

#define RED_BLOCKS_MAX 16     // in one payload, the primary among them
#define RED_OFFSET_MAX 0x3fff // units of the RTP clock: 341 ms at 48 kHz
#define RED_LEN_MAX    0x3ff  // octets of a redundant block; the primary has no such limit

struct red_block {
    uint8_t payload_type; // 0..127
    uint32_t offset;      // RTP clock units before the packet's timestamp; of the primary always 0
    const uint8_t *data;  // in the caller's buffer
    size_t len;           // octets; 0 is legal
};

enum red_status {
    RED_OK,
    RED_SHORT, // a header or a block reaches past the end, or the primary has no header
    RED_MANY,  // more than RED_BLOCKS_MAX blocks
};

const char *red_strstatus(enum red_status status);

// Reads one RTP payload. `blocks` and `count` (1..RED_BLOCKS_MAX, the primary last) are filled only
// when RED_OK is returned. What is wrong with one block is wrong with all: where the data of the
// others begin is no longer known.
enum red_status red_parse(struct red_block blocks[RED_BLOCKS_MAX], size_t *count,
                          const void *payload, size_t len);

// Writes `count` blocks (1 or more), the primary last: its offset is not written. A redundant block
// whose offset or length cannot be said (RED_OFFSET_MAX, RED_LEN_MAX) is left out, as are the
// oldest ones over RED_BLOCKS_MAX. Returns the octets written, 0 when they do not fit into `cap`;
// `out` is then as it was. `out` must not overlap with the data of the blocks.
size_t red_write(const struct red_block *blocks, size_t count, void *out, size_t cap);

#endif
