// RTP and RTCP packets on one TCP connection through a bad network, as RTSP interleaves them
// (RFC 2326 10.12): two ends of tcp.h, a path (impair.h) from each to the other, and between
// packets '$', a channel, and a length. What the network loses comes late, and all behind it, too.
#ifndef LAB_INTERLEAVED_H
#define LAB_INTERLEAVED_H

#include "lab/tcp.h"
#include "media/impair.h"

#define INTERLEAVED_HEADER 4    // octets before each packet
#define INTERLEAVED_MAX    8192 // octets of a packet

struct interleaved;

enum interleaved_end { INTERLEAVED_A, INTERLEAVED_B };

struct interleaved_config {
    const struct impair_spec *path[2]; // from A, from B; traces outlive this
    uint64_t seed[2];
};

struct interleaved_packet {
    uint8_t channel;
    uint64_t tag;        // as it was sent with
    const uint8_t *data; // valid until the next call
    size_t len;
};

// The connection is established at instant 0. NULL: no memory.
struct interleaved *interleaved_new(const struct interleaved_config *config);
void interleaved_free(struct interleaved *i); // NULL is fine

// Other paths from now on, from A and from B: see impair_set.
void interleaved_set(struct interleaved *i, const struct impair_spec *const path[2]);

// False: so much waits to be sent that there is no room, and this packet is dropped (and counted).
bool interleaved_send(struct interleaved *i, usec now, enum interleaved_end from,
                      const struct interleaved_packet *packet);
// What has arrived at `at` by now, one at a time: until false, whenever interleaved_next is due and
// after each interleaved_send.
bool interleaved_receive(struct interleaved *i, usec now, enum interleaved_end at,
                         struct interleaved_packet *packet);
// All that was sent from there was received, or never will be: the connection is broken.
bool interleaved_is_delivered(const struct interleaved *i, enum interleaved_end from);
usec interleaved_next(const struct interleaved *i); // USEC_NEVER: all is delivered

struct interleaved_stats {
    struct tcp_stats tcp;
    uint64_t refused;   // packets that found no room
    uint64_t corrupted; // segments whose checksum was wrong
};

struct interleaved_stats interleaved_stats(const struct interleaved *i, enum interleaved_end end);

#endif
