// Is it too much that is sent? A full queue somewhere on the path drops packets, as noise does, but
// before that it grows, and the round trip with it. Then to send more copies would make it worse:
// rate is given back until the round trip is short again, and taken back step by step, carefully
// from where it was too much the last time. Jitter makes round trips longer, too, as much while little
// is sent: what it explains is no queue. Nor is what stays whatever is given back. (The idea of
// delay-based congestion control, as in RFC 6817, at the pace of one report a second or a few.)
#ifndef SENDER_CONGESTION_H
#define SENDER_CONGESTION_H

#include "media/usec.h"

#include <stdbool.h>

struct congestion { // zero: nothing is known, all of the rate may be used
    // Gives back at the first sign, so that others on the path need not: pictures do, for the voice. Believes
    // what the packets tell of the way (trip_least, through), too.
    bool eager;
    bool started;
    bool clear; // the latest report showed that what is sent comes through, with no queue
    int behind; // reports in a row whose packets told of a queue
    usec least, least_before; // round trips, of this window and the one before
    usec window_end;
    usec latest[3]; // round trips, the newest first
    usec jitter;    // of the way there, by the latest report
    double cap;     // bit/s that may be used; 0: no limit
    double
        too_much; // bit/s that came through when the queue grew the last time: what the path bears
    bool full;    // it has not been short since
    usec queue;   // how long it has been since giving back last made it shorter,
    int given;    // and how often rate was given back since then
    int patience; // reports until it can show what giving back did
    usec counted; // when the latest of those came
};

struct congestion_news { // in a report
    usec round_trip;     // USEC_NEVER: it does not say
    usec jitter;         // of the packets (RFC 3550 section 6.4.1)
    double lost;         // share of the packets since the last one, 0..1
    double rate;         // bit/s that were sent lately
    // Of the packets themselves, at the moment of the report:
    usec trip_least; // there and back it takes so long at least (departures.h); 0: not known
    double came;     // share of those that went out since the report before, which had come
    double through;  // that share of the bit/s that went out; 0: not known
};

void congestion_report(struct congestion *c, usec now, const struct congestion_news *news);
bool congestion_is_full(const struct congestion *c); // the queue is long
usec congestion_queue(const struct congestion *c);   // how long it is; 0: not known
// What may be used of `most` bit/s.
double congestion_rate(const struct congestion *c, double most);

#endif
