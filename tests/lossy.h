// A stream of packets over a path that loses, delays and reorders, in virtual time: a sender that
// keeps packets (resend.h) at one end, a receiver that asks for what is missing (wanted.h) at the
// other.
#ifndef TESTS_LOSSY_H
#define TESTS_LOSSY_H

#include "media/resend.h"
#include "media/usec.h"
#include "media/wanted.h"

struct lossy_path {
    int packets;
    usec interval;    // between packets
    double loss;      // 0..1, of packets and of answers
    double loss_back; // of what is asked
    usec delay;       // each way
    usec jitter;      // evenly spread, above the delay, each way; it reorders
    double late;      // share of the packets that are delayed by `late_by` more
    usec late_by;
    usec buffer;      // a packet is of use so long after `delay`; USEC_NEVER: always
    usec delay_later; // from the middle of the stream on; 0: as before
    int64_t rate;     // bit/s that may be sent again
    uint64_t seed;
};

struct lossy_result {
    int in_time;       // packets
    int lost;          // by the path, of those sent for the first time
    int messages;      // that ask
    int messages_most; // in any second
    int needless;      // packets asked for that came as originals all the same
    usec round_trip;   // as measured at the end
    struct wanted_stats wanted;
    struct resend_stats resent;
};

// Runs it to the end, and checks at each asking that nothing is asked for that came, that is of no
// use any more or that was asked for too often.
struct lossy_result lossy_run(const struct lossy_path *path);

#endif
