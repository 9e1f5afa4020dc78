// Bursts and gaps of a stream, for the VoIP Metrics of RFC 3611 (section 4.7.2). A packet that was
// lost, or came too late to be played, is missing. A burst begins and ends with missing packets and
// has fewer than BURST_GMIN played ones in a row between them; all else is gaps. A missing packet
// with BURST_GMIN played ones on both sides is no burst, but part of a gap. The stream is taken to
// be preceded and followed by packets that were all played.
#ifndef MEDIA_BURST_H
#define MEDIA_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include "media/usec.h"

#define BURST_GMIN 16 // the value that the RFC recommends

enum burst_fate {
    BURST_PLAYED,
    BURST_LOST,      // never came
    BURST_DISCARDED, // came, but not in time; duplicates are not counted at all
};

struct burst_part { // the bursts so far, or the run of missing packets that may become one
    uint64_t packets;
    uint64_t missing;
};

struct burst { // zero: before the first packet
    uint64_t packets;
    uint64_t lost;
    uint64_t discarded;
    uint64_t bursts;             // that are over
    uint64_t gaps;               // before them
    struct burst_part in_bursts; // of those that are over
    struct burst_part open;      // from a missing packet to the last missing one
    uint64_t played;             // in a row, since the last missing packet
};

// The next packet in the order of sequence numbers, once what became of it is settled.
void burst_packet(struct burst *b, enum burst_fate fate);

// Shares of 256, cut to 255; durations in ms, cut to 65535: as struct rtcp_xr_voip has them.
struct burst_metrics {
    uint8_t loss_rate;     // of all packets
    uint8_t discard_rate;  // of all packets
    uint8_t burst_density; // missing, of the packets in bursts; 0: no burst yet
    uint8_t gap_density;   // missing, of the packets in gaps
    uint16_t burst_ms;     // mean duration of a burst; 0: no burst yet
    uint16_t gap_ms;       // mean duration of a gap
    double burst_packets;  // the same durations in packets
    double gap_packets;
    uint64_t bursts;
    uint64_t gaps; // a stream that has no burst is one gap
};

// All since the beginning, as if the stream ended here. `packet`: the sound of one, e.g. 20 ms.
struct burst_metrics burst_metrics(const struct burst *b, usec packet);

#endif
