// When to send the next RTCP report (RFC 3550 sections 6.2, 6.3 and appendix A.7), for a session of
// two: one sender and one receiver. The member count never changes, so there is nothing to
// reconsider.
#ifndef MEDIA_RTCP_TIMER_H
#define MEDIA_RTCP_TIMER_H

#include "media/random.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rtcp_timer {
    struct random random;
    double bandwidth;    // octets/s for RTCP: 5 % of the session's
    double average_size; // of the compounds sent and received, octets with IP and UDP headers
    bool initial;        // none sent yet
    double least;        // seconds between two reports, where bandwidth allows; randomised
    double hurry;        // likewise,
    int hurried;         // of the next few
    usec next;
};

// session_bitrate: bit/s of the media. The first report is due after half the least interval,
// randomised.
void rtcp_timer_init(struct rtcp_timer *t, usec now, uint64_t seed, int session_bitrate);

// A session with feedback may report more often (RFC 4585 section 3.4, T_rr_interval): call after
// rtcp_timer_init.
void rtcp_timer_least(struct rtcp_timer *t, usec now, usec least);

// The next `count` reports of such a session may come sooner still; call after rtcp_timer_least.
// session_bitrate: as in rtcp_timer_init, whose counts no more.
void rtcp_timer_hurry(struct rtcp_timer *t, usec now, usec least, int count, int session_bitrate);

// A compound of `len` octets was sent (sets the next deadline) or received.
void rtcp_timer_sent(struct rtcp_timer *t, usec now, size_t len);
void rtcp_timer_received(struct rtcp_timer *t, size_t len);

#endif
