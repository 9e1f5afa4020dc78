// RTP time and wall clock: see clock.h.
#include "media/clock.h"

void clock_init(struct clock *c, uint32_t rate)
{
    *c = (struct clock){.rate = rate};
}

void clock_report(struct clock *c, const struct rtcp_sender *sender)
{
    if (!sender->ntp)
        return;
    uint64_t seconds = sender->ntp >> 32, rest = sender->ntp & UINT32_MAX;
    c->known = true;
    c->rtp = sender->rtp;
    c->wall = (usec)(seconds * (uint64_t)USEC_SECOND + (rest * (uint64_t)USEC_SECOND >> 32));
}

usec clock_wall(const struct clock *c, uint32_t rtp)
{
    return c->wall + usec_from_units((int32_t)(rtp - c->rtp), c->rate);
}
