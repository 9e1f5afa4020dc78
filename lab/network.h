// What stands between the sender and the receiver of a call in virtual time: datagrams through
// impair.h, or one TCP connection (interleaved.h) whose segments go through it. Pictures, where there
// are some, cross the same network: in the same queue where a rate makes one, else with losses of
// their own.
#ifndef LAB_NETWORK_H
#define LAB_NETWORK_H

#include "lab/interleaved.h"
#include "media/impair.h"
#include "sender/sender.h"

enum network_transport { NETWORK_UDP, NETWORK_TCP };
enum network_way { NETWORK_FORWARD, NETWORK_BACK };

struct network;

struct network_config {
    enum network_transport transport;
    const struct impair_spec *forward, *back; // traces outlive the network
    uint64_t seed;                            // of all paths, where their specs name none
    bool pictures;                            // some cross it, too: then no path follows a trace,
                                              // which tells of the packets of one stream
};

struct network_packet {
    enum sender_kind kind;
    bool picture;        // of the pictures, or RTCP of theirs
    uint64_t tag;        // as it was sent with; 0 for RTCP and for what is of the pictures
    usec due;            // when it arrived
    const uint8_t *data; // valid until the next call
    size_t len;
};

struct network *network_new(const struct network_config *config); // NULL: no memory
void network_free(struct network *n);                             // NULL is fine

// Other paths from now on: see impair_set.
void network_set(struct network *n, const struct impair_spec *forward,
                 const struct impair_spec *back);

void network_send(struct network *n, usec now, enum network_way way,
                  const struct network_packet *packet);
// What has arrived by now, one at a time, until false.
bool network_receive(struct network *n, usec now, enum network_way way,
                     struct network_packet *packet);
// When network_receive has something next; forward: that is for the receiver. USEC_NEVER: nothing
// is on its way.
usec network_next(const struct network *n);
usec network_next_forward(const struct network *n);

// Octets that the sender put on the wire over TCP so far, TCP and IP headers included; 0 over UDP.
uint64_t network_octets_tcp(const struct network *n);

#endif
