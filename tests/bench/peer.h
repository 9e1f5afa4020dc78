// A listener of the bench: one RTSP session with a server on this machine, that takes its packets
// and plays nothing.
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "control/client.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_config {
    const char *url; // of 127.0.0.1
    bool tcp;        // interleaved
    int buffer;      // octets that the kernel may hold for an RTP socket; 0: its default
    // Every RTP packet; `when` is when the kernel took it (interleaved: when it was read). May be
    // NULL.
    void (*packet)(void *ctx, usec when, const uint8_t *data, size_t len);
    void *ctx;
};

struct peer {
    struct peer_config config;
    struct client *client;
    int control, rtp, rtcp; // sockets; -1: none
    uint16_t port;          // of rtp
    bool playing;
    bool failed;       // or over
    usec play_sent;    // when PLAY was handed to the kernel
    usec first_packet; // USEC_NEVER: none came yet
    uint64_t packets, octets;
    uint16_t seq;    // of the last packet
    uint64_t passed; // packets by their sequence numbers, lost ones included
};

// Up to the answer to PLAY. False: why is on stderr; nothing is left open.
bool peer_open(struct peer *p, const struct peer_config *config);
// Takes all that has come, and sends what is due.
void peer_serve(struct peer *p);
// The same until a packet came, or `until`.
bool peer_hear(struct peer *p, usec until);
// Waits for something to come, at most until then.
void peer_wait(struct peer *p, usec until);
// TEARDOWN, and a moment for its answer.
void peer_close(struct peer *p);

#endif
