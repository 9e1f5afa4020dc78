// The congestion window, in segments: CUBIC (RFC 9438) where a window of a few segments meets it,
// slow start, and what Linux does when the application does not fill it (RFC 7661 in spirit).
#ifndef LAB_TCP_WINDOW_H
#define LAB_TCP_WINDOW_H

#include "media/usec.h"

#include <stdbool.h>
#include <stdint.h>

#define TCP_WINDOW_INITIAL 10 // segments, RFC 6928
#define TCP_NO_THRESHOLD   0x7fffffffu

struct tcp_window {
    unsigned size;      // segments
    unsigned threshold; // of slow start
    unsigned credit;    // segments acknowledged towards the next increase
    // CUBIC
    double max_before; // window at the last reduction; 0: none since the last timeout
    double origin, k;  // of the cubic function: its plateau, and seconds until there
    double reno;       // window that Reno would have by now
    double reno_acks;  // segments acknowledged towards its next increase
    double per_step;   // segments to be acknowledged for an increase by 1
    usec epoch;        // when the curve began; USEC_NEVER: not yet
    usec rtt;          // the shortest round trip since the last timeout; 0: none
    usec computed_at;
    unsigned computed_for; // window of the last computation; 0: none
    // Does the application fill it?
    bool limits;       // it did, in this window's worth of data
    unsigned used_max; // the most segments out, in this window's worth
    uint32_t usage_end;
    unsigned used;  // the most out since the window was last full or cut
    usec filled_at; // when it last limited, grew or was cut
};

void tcp_window_init(struct tcp_window *w, usec now, uint32_t next);

// A round trip was measured.
void tcp_window_measured(struct tcp_window *w, usec now, usec rtt);
// Acknowledged segments open it, where it was in the way.
void tcp_window_acked(struct tcp_window *w, usec now, unsigned segments);
// After segments were sent: how many are out, and whether the window holds others back.
void tcp_window_used(struct tcp_window *w, usec now, unsigned out, bool limits, uint32_t una,
                     uint32_t next);
// The application has not used it: where that lasted for a timeout, half of the unused part goes.
void tcp_window_unused(struct tcp_window *w, usec now, usec timeout);
// Nothing was on its way for `idle`: it is halved for each timeout, down to the initial one.
void tcp_window_idle(struct tcp_window *w, usec now, usec idle, usec timeout);
// A loss: the new threshold, of which the caller makes the window.
unsigned tcp_window_cut(struct tcp_window *w);
// The retransmission timer fired: CUBIC starts over.
void tcp_window_timeout(struct tcp_window *w);
// What the threshold would be if there were a timeout now.
unsigned tcp_window_threshold_now(const struct tcp_window *w);

void tcp_window_set(struct tcp_window *w, usec now, unsigned size);

#endif
