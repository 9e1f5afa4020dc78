// What time it is at the sender, in RTP time of one of its streams: from its reports (SR, RFC 3550 section
// 6.4.1), which say both of one instant. Two streams of one sender are brought together by it: lip sync.
#ifndef MEDIA_CLOCK_H
#define MEDIA_CLOCK_H

#include "media/rtcp.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stdint.h>

struct clock {
    uint32_t rate; // Hz, of the stream's RTP time
    bool known;
    uint32_t rtp; // the same instant: RTP time,
    usec wall;    // and the sender's wall clock, microseconds since 1900
};

void clock_init(struct clock *c, uint32_t rate);

// A report of the stream's sender. One that has no wall clock (NTP time 0) says nothing.
void clock_report(struct clock *c, const struct rtcp_sender *sender);

// The sender's wall clock at that RTP time, which is less than half its range (13 h at 90 kHz) from the
// last report. Only where it is known.
usec clock_wall(const struct clock *c, uint32_t rtp);

#endif
