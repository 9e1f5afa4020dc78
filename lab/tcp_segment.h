// A TCP segment as tcp.h describes it: RFC 9293 3.1 without ports, checksum and urgent pointer,
// always with timestamps (RFC 7323), and SACK blocks where there are any (RFC 2018).
#ifndef LAB_TCP_SEGMENT_H
#define LAB_TCP_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TCP_SACKS_MAX 3 // that fit beside timestamps

struct tcp_range { // sequence numbers: start <= n < end
    uint32_t start, end;
};

struct tcp_segment {
    uint32_t seq, ack;
    bool push;            // the sender had no more
    uint32_t stamp, echo; // milliseconds of the sender's clock
    int sacks;
    struct tcp_range sack[TCP_SACKS_MAX];
    const uint8_t *data; // of the caller, or of what was parsed
    size_t len;          // octets
};

// Sequence numbers go round.
static inline bool tcp_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static inline bool tcp_after(uint32_t a, uint32_t b)
{
    return tcp_before(b, a);
}

// Octets written; 0: they do not fit.
size_t tcp_segment_write(const struct tcp_segment *s, uint8_t *out, size_t cap);
bool tcp_segment_parse(struct tcp_segment *s, const uint8_t *data, size_t len); // false: malformed

#endif
