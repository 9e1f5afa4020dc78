// What waiting for repairs is worth. A packet that the network lost may be had in another way, but
// later than in its turn: from the copy in the next packet (in-band FEC) a frame later, from a
// redundant copy (RED, RFC 2198) some frames later, sent again (RFC 4588) a round trip later. To wait
// for it costs delay, and restores a share of the packets. The wait is chosen that is worth its price
// most: so many milliseconds of delay for each percent of the packets (delay.h).
//
// Waits are microseconds on top of what the network's jitter asks for.
#ifndef MEDIA_REPAIR_H
#define MEDIA_REPAIR_H

#include "media/usec.h"

#include <stdbool.h>

#define REPAIR_BINS 512
#define REPAIR_BIN  USEC_MS // a wait of REPAIR_BINS of them or more is never worth it

struct repair {
    usec price;
    int copies_of;             // packets that `copies` is a share of, at first
    float copies;              // share of packets that lately carried an in-band copy
    int turns;                 // packets that the shares are means of
    float missing;             // share of packets that were missing in their turn lately
    float shares[REPAIR_BINS]; // of them that are saved besides, if all wait for one bin more
    int used;                  // of the bins: behind them all are 0
    usec wait;                 // that is worth it
};

// price: of one percent of the packets. copies: in-band ones are to be expected (the session
// description announces them).
void repair_init(struct repair *r, usec price, bool copies);

// It is a packet's turn: `lost` before it were missing; it carries an in-band copy, or not.
void repair_turn(struct repair *r, int lost, bool copy);

// A packet of the length `frame` that was lost came otherwise: it would be heard if all waited for
// `wait`, and but for its beginning if they waited a bit less.
void repair_came(struct repair *r, usec wait, usec frame);

// How long to wait. fec: in-band copies are of use, `frame` after what they are copies of. A wait
// that was worth it stays until another is worth clearly more: losses come and go, and each change of
// the delay is heard.
usec repair_wait(struct repair *r, bool fec, usec frame);

// How much longer than now packets might be waited for, if they could be had by it: what the missing
// ones are worth.
usec repair_slack(const struct repair *r);

#endif
