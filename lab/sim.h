// One call in virtual time: the sender and the receiver that ship, and the network between them
// (impair.h) in both directions. No clock, no socket, no second jitter buffer: the same arguments
// give the same sound and the same figures, to the bit.
//
// The sender's first frame is due at instant 0, when the receiver has asked for it. The receiver is
// asked for SIM_PERIOD samples at a time, as by a sound device of that period that began at 0.
#ifndef LAB_SIM_H
#define LAB_SIM_H

#include "lab/network.h"
#include "lab/showing.h"
#include "lab/tape.h"
#include "media/impair.h"
#include "receiver/receiver.h"
#include "sender/feed.h"
#include "sender/sender.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_PERIOD 240 // samples: 5 ms

// Microseconds since 1970 at instant 0, for what writes wall-clock time: 2000-01-01.
#define SIM_WALL_CLOCK (INT64_C(946684800) * USEC_SECOND)

struct sim_datagram { // one that has crossed the network
    usec at;          // of its arrival
    enum network_way way;
    enum sender_kind kind;
    bool picture;        // of the pictures, or RTCP of theirs
    const uint8_t *data; // valid until the callback returns
    size_t len;
};

struct sim_decision {
    struct receiver_decision receiver;
    usec delay; // from the instant that this sound was due at the sender to the instant it is
                // played; network included
};

// Any may be NULL.
struct sim_observer {
    void (*datagram)(void *ctx, const struct sim_datagram *datagram);
    void (*decision)(void *ctx, const struct sim_decision *decision);
    // What is heard from instant 0 on, interleaved, silence before the stream begins included.
    void (*sound)(void *ctx, const int16_t *pcm, size_t samples, int channels);
    void *ctx;
};

struct sim_config {
    struct sender_config sender;      // as sim_sender_config gives it
    const struct feed_source *source; // what it says; not looked at where there is a
    const struct tape *tape;          // recorded with the same sender. NULL: a sender of its own,
                                      // which its listener's reports reach
    struct receiver_config
        receiver; // seed, channels, payload_type*, fec_offered, feedback, extended, has_*,
                  // decided and ctx are not looked at
    const struct showing_config *pictures;    // beside it, not with a tape; NULL: none
    enum network_transport transport;         // over TCP, what the network loses comes late
    const struct impair_spec *forward, *back; // traces outlive the sim
    uint64_t seed;                            // of both paths, where their specs name none
    struct sim_observer observer;
};

// What became of one frame of the source, 1 character each.
enum sim_fate {
    SIM_PLAYED = 'p',    // decoded from its own packet
    SIM_RECOVERED = 'r', // from the in-band copy in the next packet
    SIM_COPIED = 'c',    // from a redundant copy in a later packet
    SIM_AGAIN = 'a',     // from a packet that was sent again
    SIM_LOST = 'x',      // its packet never came: concealed
    SIM_LATE = 'l',      // its packet came too late: concealed
    SIM_SKIPPED = 's',   // its packet came, and was dropped unplayed to shorten the delay
    SIM_SILENT = '.',    // nothing was sent (DTX)
};

struct sim_figures {
    struct receiver_stats receiver;
    struct sender_stats sender;
    uint64_t datagrams_sent;  // RTP packets of the stream, up to now,
    uint64_t datagrams_again; // and those that were sent again
    uint64_t octets_sent;     // of all of them, RTP header included
    uint64_t octets_wire;     // with UDP and IP headers; over TCP: all that it sent, with headers
    usec sent_for;            // time line of the source that they cover
    usec now;                 // virtual time
    // Over the packets that were played: from the instant they were due to be sent to the instant
    // their first sample was played; and from arrival to play.
    double delay_mean, delay_p95, buffer_mean; // microseconds
    double conversation; // microseconds: mean delay there and back, where somebody answers; else 0
    struct showing_figures pictures; // where there are some
    const char *fates; // one enum sim_fate per frame of the source; valid until the next call
    size_t frames;
};

struct sim;

// NULL: no memory, or settings that the codec refuses. Copies what it is given, except tape, source
// and traces.
struct sim *sim_new(const struct sim_config *config);
void sim_free(struct sim *sim); // NULL is fine

// Runs up to and including the instant `until`. True: the call is over (all was played).
bool sim_run(struct sim *sim, usec until);
// Another network from now on (see impair_set); traces outlive the sim.
void sim_set(struct sim *sim, const struct impair_spec *forward, const struct impair_spec *back);
struct sim_figures sim_figures(struct sim *sim);
// False: memory ran out on the way, and the figures lack what did not fit.
bool sim_is_whole(const struct sim *sim);

// The same with the seed, wall clock and room that every sender has here.
struct sender_config sim_sender_config(const struct sender_config *config);

#endif
