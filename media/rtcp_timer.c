// RTCP report intervals: see rtcp_timer.h.
#include "media/rtcp_timer.h"

#define MEMBERS          2
#define SHARE            0.05
#define INTERVAL_MIN     5.0     // seconds, RFC 3550 section 6.2
#define COMPENSATION     1.21828 // e - 3/2, section 6.3.1
#define HEADERS          28      // octets of IPv4 and UDP, section 6.2
#define FIRST_SIZE_GUESS 100.0

static void schedule(struct rtcp_timer *t, usec now)
{
    double usual = t->hurried > 0 ? t->hurry : t->least, least = t->initial ? usual / 2 : usual;
    double interval = MEMBERS * t->average_size / t->bandwidth;
    if (interval < least)
        interval = least;
    interval *= (0.5 + random_unit(&t->random)) / COMPENSATION;
    t->next = now + (usec)(interval * (double)USEC_SECOND);
}

static void average(struct rtcp_timer *t, size_t len)
{
    t->average_size += ((double)(len + HEADERS) - t->average_size) / 16;
}

static double bandwidth_of(int session_bitrate)
{
    return session_bitrate / 8.0 * SHARE;
}

void rtcp_timer_init(struct rtcp_timer *t, usec now, uint64_t seed, int session_bitrate)
{
    *t = (struct rtcp_timer){
        .random = {seed},
        .bandwidth = bandwidth_of(session_bitrate),
        .average_size = FIRST_SIZE_GUESS,
        .initial = true,
        .least = INTERVAL_MIN,
    };
    schedule(t, now);
}

void rtcp_timer_least(struct rtcp_timer *t, usec now, usec least)
{
    t->least = (double)least / (double)USEC_SECOND;
    schedule(t, now);
}

void rtcp_timer_hurry(struct rtcp_timer *t, usec now, usec least, int count, int session_bitrate)
{
    t->hurry = (double)least / (double)USEC_SECOND;
    t->hurried = count;
    t->bandwidth = bandwidth_of(session_bitrate);
    schedule(t, now);
}

void rtcp_timer_sent(struct rtcp_timer *t, usec now, size_t len)
{
    average(t, len);
    t->initial = false;
    t->hurried -= t->hurried > 0;
    schedule(t, now);
}

void rtcp_timer_received(struct rtcp_timer *t, size_t len)
{
    average(t, len);
}
