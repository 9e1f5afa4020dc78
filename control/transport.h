// The Transport header of RTSP (RFC 2326 12.39): what a client offers for one stream, and what the
// server chose. Tolerant of what cameras and players send; slices point into the value that was
// parsed.
#ifndef CONTROL_TRANSPORT_H
#define CONTROL_TRANSPORT_H

#include "control/slice.h"
#include "control/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRANSPORT_OFFERS_MAX 8

enum transport_profile {
    TRANSPORT_AVP,   // RTP/AVP, RFC 3551
    TRANSPORT_AVPF,  // RTP/AVPF, RFC 4585
    TRANSPORT_SAVP,  // RTP/SAVP, RFC 3711
    TRANSPORT_SAVPF, // RTP/SAVPF, RFC 5124
    TRANSPORT_OTHER, // anything else, say MP2T/H2221
};

enum transport_lower {
    TRANSPORT_UDP, // also when not said
    TRANSPORT_TCP,
    TRANSPORT_LOWER_OTHER,
};

enum transport_mode {
    TRANSPORT_MODE_ABSENT, // means play
    TRANSPORT_PLAY,
    TRANSPORT_RECORD, // "record", and "receive" of old servers
};

// Two UDP ports or two interleaved channels: RTP and RTCP.
struct transport_pair {
    bool given;
    uint16_t lo;
    uint16_t hi; // of a single n: n + 1. Not always lo + 1: check what you rely on, also for 0
};

struct transport {
    enum transport_profile profile;
    enum transport_lower lower;
    bool unicast;   // said so
    bool multicast; // said so; neither is said by some peers, who mean unicast
    struct transport_pair client_port;
    struct transport_pair server_port;
    struct transport_pair port;        // of multicast
    struct transport_pair interleaved; // channels, 0..255
    bool has_ssrc;
    uint32_t ssrc;
    struct slice source;      // host; empty when not said or said empty
    struct slice destination; // likewise
    enum transport_mode mode;
};

struct transport_offers {
    struct transport offers[TRANSPORT_OFFERS_MAX]; // in the order of preference
    size_t count;
    size_t dropped; // offers left out: a port or channel that is none, or more than fit
};

// Reads a comma-separated list of offers and returns how many were understood (offers->count). 0:
// none, answer 461. A port or channel that is no number, too large, or whose hi is below its lo
// makes its offer one that is dropped; any other parameter that is not understood is ignored alone.
size_t transport_parse(struct transport_offers *offers, struct slice value);

// Writes one transport. `RTP/AVP` is written for UDP and `RTP/AVP/TCP` for TCP; an absent mode, an
// absent pair and an empty source or destination are left out; neither cast said is written as
// unicast. TRANSPORT_OTHER and TRANSPORT_LOWER_OTHER cannot be written and make the text fail.
void transport_write(struct text *t, const struct transport *transport);

#endif
