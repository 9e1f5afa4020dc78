// One end of a TCP connection as the Linux kernel runs it for a thin stream: what an application
// writes leaves in segments, comes back acknowledged or is sent again, and is read at the other end
// whole and in order. A model, in virtual time, of what decides when an octet arrives:
//   - SACK, loss detection by RACK with tail loss probes (RFC 2018, 2883, 8985)
//   - the retransmission timer with back-off, Linux's floor of 200 ms (RFC 6298), and the ticks and
//     slots of its timers
//   - fast recovery, proportional rate reduction, F-RTO, undo of what was needless (RFC 6937, 5682)
//   - CUBIC, an initial window of 10 segments, the window after idle times (RFC 9438, 6928)
//   - delayed acknowledgments (RFC 1122 4.2.3.2) as Linux speeds them up
//   - small segments joined when they are sent again; no Nagle algorithm
// The connection is established when it begins and is not closed. The window is fixed: whoever
// reads takes all there is at once. No ECN, no urgent data, no path MTU discovery.
//
// The segments have TCP's layout without the ports, the checksum and the urgent pointer: with the
// 28 octets that impair.h counts for UDP and IPv4 they are as long as the real ones. A path that
// flips bits must be guarded outside.
#ifndef LAB_TCP_H
#define LAB_TCP_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TCP_MSS         1448            // octets of data in a segment: an MTU of 1500, timestamps
#define TCP_SEGMENT_MAX (TCP_MSS + 128) // octets, header included
#define TCP_ROOM        (1u << 18)      // octets that may be written and not yet acknowledged
#define TCP_WINDOW      (1u << 16)      // octets that may be on their way

struct tcp;

struct tcp_config {
    usec rtt; // of the handshake: the first sample of the round trip
    // A segment leaves, during a call of tcp_write, tcp_input or tcp_run; valid until it returns.
    void (*send)(void *ctx, usec now, const uint8_t *segment, size_t len);
    void *ctx;
};

// NULL: no memory. All of it is reserved here. The caller frees.
struct tcp *tcp_new(const struct tcp_config *config);
void tcp_free(struct tcp *t); // NULL is fine

// Room for what tcp_write takes next, octets.
size_t tcp_room(const struct tcp *t);
// False: there is not that much room, or the connection is broken, and nothing was taken.
bool tcp_write(struct tcp *t, usec now, const void *data, size_t len);

// A segment from the other end. One that is malformed is dropped and counted.
void tcp_input(struct tcp *t, usec now, const uint8_t *segment, size_t len);

// What arrived in order, up to `cap` octets; 0: nothing. Read until then, at once.
size_t tcp_read(struct tcp *t, usec now, void *out, size_t cap);

usec tcp_next(const struct tcp *t);    // when tcp_run has something to do; USEC_NEVER: not now
void tcp_run(struct tcp *t, usec now); // the timers that are due
bool tcp_is_idle(const struct tcp *t); // all that was written is acknowledged
// The same segment was sent again 15 times to no avail: the kernel gives up, after 15 minutes or so.
bool tcp_is_broken(const struct tcp *t);

struct tcp_stats {
    uint64_t segments;   // with data, sent again or not
    uint64_t again;      // of those, what was sent before
    uint64_t octets;     // of all segments, IP and TCP headers included
    uint64_t probes;     // tail loss probes
    uint64_t timeouts;   // of the retransmission timer
    uint64_t recoveries; // fast ones
    uint64_t undone;     // recoveries and timeouts that turned out needless
    uint64_t acks;       // segments without data
    uint64_t duplicates; // segments that held nothing new
    uint64_t malformed;  // dropped
    unsigned window;     // congestion window now, segments
    usec timeout;        // of the retransmission timer now
};

struct tcp_stats tcp_stats(const struct tcp *t);

#endif
