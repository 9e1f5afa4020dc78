// One speech through one kind of socket, across one link: two processes, one that speaks and one that
// hears, and what was noted on the way.
#ifndef LAB_IO_SOCKETS_TRIP_H
#define LAB_IO_SOCKETS_TRIP_H

#include "lab/arrivals.h"
#include "lab/io/link/link.h"
#include "lab/io/sockets/kind.h"
#include "lab/tape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRIP_PACKET_MAX 1500

struct trip_config {
    const struct socket_kind *kind;
    const struct tape *tape;           // what is said; outlives the trip
    struct impair_spec way[LINK_WAYS]; // the network
    uint64_t seed;
    const char *pcap; // a file for what crosses; NULL: none
};

struct trip_notes {
    char why[LINK_WHY_MAX];          // it came to nothing, as this says; "": it went well
    usec call_took;                  // until the two knew each other
    bool answered;                   // somebody called, where one has to
    usec began;                      // when the first packet was due (loop_now)
    usec slowest_say;                // the longest that one call to say it took
    size_t said;                     // messages
    size_t reads;                    // that returned something
    size_t reads_odd;                // of those, not exactly one message
    size_t count;                    // messages that were heard
    uint8_t packet[TRIP_PACKET_MAX]; // the first one with sound, as it crossed
    size_t packet_len;               // 0: none did
};

struct trip;

// Begins. NULL: `why` (LINK_WHY_MAX) says why not.
struct trip *trip_start(const struct trip_config *config, char *why);
void trip_free(struct trip *trip); // NULL is fine

struct link *trip_link(const struct trip *trip); // to wait for
// When its link is over.
const struct trip_notes *trip_notes(const struct trip *trip);
// The n-th message that was heard. Points into the trip.
struct arrival trip_arrival(const struct trip *trip, size_t n);

#endif
