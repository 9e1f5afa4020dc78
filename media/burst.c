// Bursts and gaps: see burst.h. Appendix A.2 of the RFC counts transitions and makes the figures of
// them; here the packets of the bursts are counted themselves, as section 4.7.2 defines them, so that
// the figures are right for short streams too. In long ones the two agree.
#include "media/burst.h"

#define LIMIT_U8  255
#define LIMIT_U16 65535

// What is open has ended with its last missing packet: a burst, unless there was but one.
static void settle(struct burst *b)
{
    if (b->open.missing > 1) {
        bool from_the_start = b->packets == b->played + b->open.packets;
        b->gaps += !from_the_start;
        b->bursts++;
        b->in_bursts.packets += b->open.packets;
        b->in_bursts.missing += b->open.missing;
    }
    b->open = (struct burst_part){0};
}

void burst_packet(struct burst *b, enum burst_fate fate)
{
    b->packets++;
    b->lost += fate == BURST_LOST;
    b->discarded += fate == BURST_DISCARDED;
    if (fate == BURST_PLAYED) {
        b->played++;
        if (b->played == BURST_GMIN)
            settle(b);
        return;
    }
    b->open.packets += b->open.missing ? b->played + 1 : 1;
    b->open.missing++;
    b->played = 0;
}

// Multiplied by 256, cut to what eight bits hold, the integer part (section 4.7.1).
static uint8_t share(uint64_t part, uint64_t whole)
{
    uint64_t of_256 = whole ? part * 256 / whole : 0;
    return (uint8_t)(of_256 < LIMIT_U8 ? of_256 : LIMIT_U8);
}

static double mean(uint64_t packets, uint64_t parts)
{
    return parts ? (double)packets / (double)parts : 0;
}

static uint16_t duration(double packets, usec packet)
{
    double ms = packets * usec_to_ms(packet);
    return (uint16_t)(ms < LIMIT_U16 ? ms : LIMIT_U16);
}

struct burst_metrics burst_metrics(const struct burst *burst, usec packet)
{
    struct burst b = *burst;
    bool ends_in_a_burst = b.open.missing > 1 && b.played == 0;
    settle(&b);
    uint64_t gap_packets = b.packets - b.in_bursts.packets;
    uint64_t gap_missing = b.lost + b.discarded - b.in_bursts.missing;
    struct burst_metrics m = {
        .loss_rate = share(b.lost, b.packets),
        .discard_rate = share(b.discarded, b.packets),
        .burst_density = share(b.in_bursts.missing, b.in_bursts.packets),
        .gap_density = share(gap_missing, gap_packets),
        .bursts = b.bursts,
        .gaps = b.gaps + (b.packets && !ends_in_a_burst),
    };
    m.burst_packets = mean(b.in_bursts.packets, m.bursts);
    m.gap_packets = mean(gap_packets, m.gaps);
    m.burst_ms = duration(m.burst_packets, packet);
    m.gap_ms = duration(m.gap_packets, packet);
    return m;
}
