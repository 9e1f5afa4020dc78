// Packets that the network lost and that come otherwise: as redundant copies in later packets (RED,
// RFC 2198), or sent again because they were asked for (RFC 4585, RFC 4588). Both go to the jitter
// buffer, which knows what they are worth.
#ifndef RECEIVER_REPAIRS_H
#define RECEIVER_REPAIRS_H

#include "media/playout.h"
#include "media/red.h"
#include "media/rtp.h"
#include "media/voice.h"
#include "media/wanted.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPAIRS_ASK_MOST 64 // packets in one request

struct repairs_config { // as the session description says
    enum voice_codec codec;
    uint8_t payload_type; // of the voice
    bool red;             // redundant payloads may come,
    uint8_t payload_type_red;
    bool again; // what is missing can be asked for,
    uint8_t payload_type_again;
};

struct repairs_stats {
    uint64_t copies;  // that packets carried, used or not
    uint64_t asked;   // packets that were asked for; a packet may be asked for
    uint64_t asks;    // more than once
    uint64_t answers; // packets that were sent again
    uint64_t octets;  // of their payload
};

struct repairs {
    struct repairs_config config;
    struct playout *playout;
    struct wanted wanted;
    struct red_block copies[RED_BLOCKS_MAX]; // of the packet that was unwrapped last
    size_t copies_count;
    bool no_red,
        no_again; // turned off: what comes that way is left alone, and nothing is asked for
    struct repairs_stats stats;
};

// The playout outlives it.
void repairs_init(struct repairs *r, const struct repairs_config *config, struct playout *playout);
// Use redundant copies, ask for what is missing, as far as the session has them: from now on, or no longer.
void repairs_turn(struct repairs *r, bool red, bool again);
// Another stream begins.
void repairs_restart(struct repairs *r);

// A payload of the codec, that can be played?
bool repairs_is_voice(const struct repairs *r, const uint8_t *payload, size_t len);
// A payload as the jitter buffer takes it. Points to it.
struct playout_packet repairs_packet(const struct repairs *r, uint32_t seq, int64_t time,
                                     const uint8_t *payload, size_t len,
                                     enum playout_origin origin);

// Before anything else is made of a packet: takes the primary out of a redundant payload. False: it
// claims to be one, and is none.
bool repairs_unwrap(struct repairs *r, struct rtp_packet *packet);
// The packet that was unwrapped is in the jitter buffer, by this number and time (extended). Its
// copies follow, as far as they are of packets from `first` on that are missing.
void repairs_came(struct repairs *r, usec now, uint32_t seq, int64_t time, uint32_t first);
// A packet was sent again. missing: it is not here; it may have been only late.
void repairs_answered(struct repairs *r, usec now, const struct playout_packet *packet,
                      bool missing);

// What to ask for now: returns how many of REPAIRS_ASK_MOST, in the order of the stream.
size_t repairs_due(struct repairs *r, usec now, uint16_t *seqs);
usec repairs_next(const struct repairs *r); // when to ask; USEC_NEVER: nothing is missing
// How long what comes may lie unread: what is missing among it can then still be asked for in time,
// and more than once. `round_trip`: as reports have it, or USEC_NEVER. 0: not at all. USEC_NEVER:
// nothing can be asked for.
usec repairs_patience(const struct repairs *r, usec now, usec round_trip);
struct repairs_stats repairs_stats(const struct repairs *r);

#endif
