// The sender's side of retransmission (RFC 4585 section 6.2.1): the packets of the last second,
// kept to be sent again to whoever reports them lost, and an account for each listener, so that no
// one, by asking, gets more than its share. What is sent again is written with rtx.h.
#ifndef MEDIA_RESEND_H
#define MEDIA_RESEND_H

#include "media/rtp.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESEND_AGE         USEC_SECOND    // older packets are not sent again
#define RESEND_PACKETS     512u           // the newest are kept: a second of 2.5 ms frames is 400
#define RESEND_OCTETS      (128u * 1024u) // of payload: a second at 510 kb/s is 62 KiB
#define RESEND_PAYLOAD_MAX 7680u
#define RESEND_RECENT      64u // resends to one listener that are remembered, a power of two
#define RESEND_BURST       (USEC_SECOND / 4) // so much of the rate may be sent again at once

struct resend;

// octets: of payload that are kept, at least RESEND_PAYLOAD_MAX; RESEND_OCTETS is right for a voice.
// Everything is allocated here. NULL: no memory. The caller owns it and frees it.
struct resend *resend_new(size_t octets);
void resend_free(struct resend *r);  // NULL is fine
void resend_clear(struct resend *r); // forgets all packets: another stream begins

// Copies a packet that is sent at `now`, with at most RESEND_PAYLOAD_MAX octets of payload.
void resend_keep(struct resend *r, usec now, const struct rtp_packet *packet);

// The packet as it was kept, if it still is. Its payload is valid until the next resend_keep.
bool resend_find(const struct resend *r, usec now, uint16_t seq, struct rtp_packet *packet);

struct resend_stats {
    uint64_t asked; // packets; the sum of the four below
    uint64_t resent;
    uint64_t too_old;       // no longer kept, or never sent
    uint64_t refused_rate;  // more than the rate allows, or than its owner lets wait
    uint64_t refused_again; // sent again a moment ago: that one is still on its way
};

struct resend_again {
    bool used;
    uint16_t seq;
    usec at; // when it was sent again
};

struct resend_account { // of one listener; begins as zero, with `rate` set
    int64_t rate;       // bit/s, RTP header and payload: the most that is sent again; 0: nothing
    usec round_trip;    // to the listener and back; 0 or USEC_NEVER: not known
    struct resend_stats stats;

    usec paid_until; // the rate has paid for all resends so far by this instant
    struct resend_again recent[RESEND_RECENT]; // by sequence number
};

// The listener asks for `seq` (one call for each sequence number that a NACK names). True: send
// `*packet` to it now, as resend_find gives it; the account is charged and the outcome counted.
// Refused is what goes over `rate` after a burst of RESEND_BURST (and at most one packet more), and
// what was sent again to this listener less than half a round trip ago (10 ms where that is not
// known).
bool resend_ask(const struct resend *r, struct resend_account *account, usec now, uint16_t seq,
                struct rtp_packet *packet);

#endif
