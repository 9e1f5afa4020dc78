// The round trip as Linux smooths it, and the retransmission timeout that follows from it: RFC 6298
// with a floor of 200 ms under the variation (so that the timeout is never below the round trip and
// 200 ms), a variation that falls once a round trip, and a slower gain where the round trip falls.
#ifndef LAB_TCP_RTT_H
#define LAB_TCP_RTT_H

#include "media/usec.h"

#include <stdint.h>

#define TCP_RTO_MIN (200 * USEC_MS)
#define TCP_RTO_MAX (120 * USEC_SECOND)

struct tcp_rtt {
    usec smoothed8;      // 8 times the smoothed round trip
    usec deviation4;     // 4 times the mean deviation
    usec deviation4_max; // the largest in this round trip, at least TCP_RTO_MIN
    usec variation;      // what the timeout adds, at least TCP_RTO_MIN
    usec least;          // the shortest round trip
    uint32_t round_end;  // sequence number that ends this round trip
    usec timeout;        // whole ticks
};

void tcp_rtt_init(struct tcp_rtt *r, usec first, uint32_t next);
// una: first octet not acknowledged; next: first not sent.
void tcp_rtt_sample(struct tcp_rtt *r, usec sample, uint32_t una, uint32_t next);
void tcp_rtt_back_off(struct tcp_rtt *r); // doubles the timeout until the next sample

static inline usec tcp_rtt_smoothed(const struct tcp_rtt *r)
{
    return r->smoothed8 / 8;
}

#endif
