// The round trip and the retransmission timeout: see tcp_rtt.h.
#include "lab/tcp_rtt.h"

#include "lab/tcp_clock.h"
#include "lab/tcp_segment.h"

static void set_timeout(struct tcp_rtt *r)
{
    r->timeout = usec_min(tcp_ticks(tcp_rtt_smoothed(r) + r->variation), TCP_RTO_MAX);
}

void tcp_rtt_init(struct tcp_rtt *r, usec first, uint32_t next)
{
    usec variation = usec_max(2 * first, TCP_RTO_MIN);
    *r = (struct tcp_rtt){.smoothed8 = 8 * first,
                          .deviation4 = 2 * first,
                          .deviation4_max = variation,
                          .variation = variation,
                          .least = first,
                          .round_end = next};
    set_timeout(r);
}

// RFC 6298 2.3, gains 1/8 and 1/4; 1/32 for the deviation where the round trip falls.
static void smooth(struct tcp_rtt *r, usec sample)
{
    usec error = sample - tcp_rtt_smoothed(r);
    r->smoothed8 = usec_max(1, r->smoothed8 + error);
    usec change = (error < 0 ? -error : error) - r->deviation4 / 4;
    r->deviation4 += error < 0 && change > 0 ? change / 8 : change;
}

void tcp_rtt_sample(struct tcp_rtt *r, usec sample, uint32_t una, uint32_t next)
{
    smooth(r, sample);
    r->deviation4_max = usec_max(r->deviation4_max, r->deviation4);
    r->variation = usec_max(r->variation, r->deviation4_max);
    if (tcp_after(una, r->round_end)) {
        if (r->deviation4_max < r->variation)
            r->variation -= (r->variation - r->deviation4_max) / 4;
        r->round_end = next;
        r->deviation4_max = TCP_RTO_MIN;
    }
    set_timeout(r);
}

void tcp_rtt_back_off(struct tcp_rtt *r)
{
    r->timeout = usec_min(2 * r->timeout, TCP_RTO_MAX);
}
