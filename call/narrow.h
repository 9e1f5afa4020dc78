// The RTP clock of G.711 runs at 8 kHz (RFC 3551 section 4.5.14), that of everything here at 48 kHz, as
// Opus has it: datagrams are put from one to the other where they enter and leave a call.
#ifndef CALL_NARROW_H
#define CALL_NARROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct narrow { // of what is sent; zero: nothing was yet
    bool begun;
    uint32_t last; // timestamp at 48 kHz, and
    int64_t time;  // the same, extended
};

// In place: RTP, or RTCP (timestamps of SRs, jitter of report blocks); any octets are fine.
void narrow_received(uint8_t *data, size_t len);
void narrow_sent(struct narrow *n, uint8_t *data, size_t len);

#endif
