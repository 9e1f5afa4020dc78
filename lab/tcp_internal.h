// What the parts of the TCP model share: see tcp.h. Nothing outside lab/tcp*.c includes it.
//
//   tcp.c            the object, its timers, and what a segment that arrives goes through
//   tcp_transmit.c   what leaves: new data, copies, probes, acknowledgments
//   tcp_ack.c        what an acknowledgment says about what was sent
//   tcp_rack.c       which of it is lost (RFC 8985)
//   tcp_recovery.c   what is done about it: the states of recovery, and their undoing
//   tcp_receive.c    the other half: order, SACK blocks, when to acknowledge
//   tcp_sent, tcp_window, tcp_rtt, tcp_clock, tcp_segment: see their headers
#ifndef LAB_TCP_INTERNAL_H
#define LAB_TCP_INTERNAL_H

#include "lab/tcp.h"
#include "lab/tcp_rtt.h"
#include "lab/tcp_segment.h"
#include "lab/tcp_sent.h"
#include "lab/tcp_window.h"

#define TCP_RACK_PERSIST 16  // recoveries that a wider reordering window lasts
#define TCP_REORDERING   3   // segments: what is not reordering until more was seen
#define TCP_KEPT_SACKS   4   // ranges that are told again
#define TCP_RANGES_MAX   128 // that may be missing something between them

enum tcp_timer { TCP_TIMER_NONE, TCP_TIMER_RETRANSMIT, TCP_TIMER_PROBE, TCP_TIMER_REORDER };

// As Linux calls them. Ordered: what is at least TCP_RECOVERY is in recovery.
enum tcp_state {
    TCP_OPEN,
    TCP_DISORDER, // something is missing, nothing is taken for lost
    TCP_CWR,      // the window shrinks, nothing is missing
    TCP_RECOVERY, // fast recovery
    TCP_LOSS,     // after a timeout
};

// What one acknowledgment brought.
struct tcp_news {
    bool advanced;    // the first octet not acknowledged moved,
    bool acked;       // past a whole segment
    bool sacked;      // a segment was SACKed for the first time
    bool told;        // the acknowledgment came with data, or moved the window: no duplicate
    bool dsack;       // something arrived twice,
    bool dsack_probe; // the tail loss probe
    bool original;    // something arrived that was sent before the recovery, and once only
    bool copy_acked;  // something that was sent again was acknowledged
    bool lost_copy;   // a copy was found lost
    bool set_timer;   // the timer starts over
    int delivered;    // segments
    uint64_t delivered_before; // of the latest segment that arrived: delivered when it was sent; 0
    usec first_sacked, last_sacked; // when those SACKed first were sent, once only; USEC_NEVER
    uint32_t una_before;
    uint32_t highest_before; // highest SACK before
};

struct tcp {
    struct tcp_config config;
    struct tcp_stats stats;

    // ---- sending
    uint8_t *data;               // a ring of TCP_ROOM octets: una .. written
    uint32_t una, next, written; // first not acknowledged, first not sent, first not written
    struct tcp_queue sent;
    struct tcp_rtt rtt;
    struct tcp_window window;
    enum tcp_state state;
    uint32_t recovery_end; // recovery is over when this is acknowledged
    unsigned timeouts;     // of the timer since something was acknowledged
    bool broken;
    bool frto;      // was the timeout needless? RFC 5682
    usec last_sent; // data
    uint32_t echo;  // of the last acknowledgment
    uint64_t copies, dsacks;
    uint64_t delivered, lost;
    uint64_t orders; // segments sent

    enum tcp_timer timer;
    usec timer_fires;

    uint32_t probe_end; // what a tail loss probe waits for, while `probing`
    bool probing, probe_is_copy;

    struct tcp_rack {   // RFC 8985 6.2
        uint64_t order; // of the latest segment that arrived
        usec rtt;
        bool advanced;
        bool reordering_seen, dsack_seen;
        int reordering;        // segments
        int steps, persist;    // reordering window, in quarters of the shortest round trip
        uint64_t delivered_at; // when it last grew
    } rack;

    struct tcp_prr { // RFC 6937
        int delivered, out;
        unsigned window_before; // also what an undo gives back
    } prr;

    struct tcp_undo {
        bool possible;
        uint32_t marker;           // una when the recovery began
        int copies;                // not yet known to be needless; -1: none was sent
        unsigned threshold_before; // 0: the window is not given back
        usec first_copy; // when the first copy of this recovery was sent; USEC_NEVER: none
    } undo;

    // ---- receiving
    struct tcp_inbox {
        uint8_t *data; // a ring of TCP_WINDOW octets: read .. read + TCP_WINDOW
        uint32_t next; // first not received
        uint32_t read; // first not read
        struct tcp_range ranges[TCP_RANGES_MAX]; // beyond a gap, in order
        int ranges_count;
        struct tcp_range told[TCP_KEPT_SACKS]; // the most recent first
        int told_count;
        struct tcp_range twice; // to be told: arrived before
        bool has_twice;
        uint32_t echo;     // time stamp to send back
        uint32_t acked_to; // first not acknowledged by us
        bool pending;      // something is to be acknowledged,
        bool now;          // at once
        int pushed;        // small segments since the last acknowledgment
        int quick;         // acknowledgments not to delay
        bool interactive;  // data goes both ways: acknowledgments ride along
        usec ato;          // delay of an acknowledgment that waits; 0: no data yet
        usec received_at;  // the last data
        usec fires;        // of the delayed acknowledgment; USEC_NEVER
        int grown;         // how often the window was opened
        uint32_t last_len; // of a segment that may be as large as any; 0
        uint32_t mss;      // of the other end, as seen
        uint32_t gap_at;   // `next`, for which so many
        int gap_acks;      // were sent at once
    } in;
};

static inline usec tcp_stamp_of(usec at) // in units of the option
{
    return at / USEC_MS;
}

// tcp_transmit.c
void tcp_transmit_new(struct tcp *t, usec now);   // what the window lets out
bool tcp_transmit_probe(struct tcp *t, usec now); // one segment, whatever the window
void tcp_transmit_lost(struct tcp *t, usec now);  // copies of what is lost, as the window lets
void tcp_transmit_copy(struct tcp *t, usec now, int n);         // of the n-th that is out
void tcp_transmit_copy_counted(struct tcp *t, usec now, int n); // as part of a recovery
void tcp_transmit_ack(struct tcp *t, usec now);

// tcp.c: the one timer of the sending half
void tcp_timer_set(struct tcp *t, usec now, enum tcp_timer timer, usec span);
void tcp_timer_retransmit(struct tcp *t, usec now); // from now, or from when the first was sent
bool tcp_timer_probe(struct tcp *t, usec now, bool restart); // false: no probe in this state

// tcp_ack.c
void tcp_ack(struct tcp *t, usec now, const struct tcp_segment *s);

// tcp_rack.c
void tcp_rack_delivered(struct tcp *t, usec now, const struct tcp_sent *s);
bool tcp_rack_detect(struct tcp *t, usec now, usec *wait); // marks; true: look again after `wait`
bool tcp_rack_mark(struct tcp *t, usec now); // after an acknowledgment; true: it set the timer
void tcp_rack_timeout(struct tcp *t, usec now);
void tcp_rack_reordered(struct tcp *t, uint32_t low);
void tcp_rack_adapt(struct tcp *t, uint64_t delivered_before);

// tcp_recovery.c
enum tcp_next_step { TCP_SEND_NOTHING, TCP_SEND_LOST, TCP_SEND_NEW };
enum tcp_next_step tcp_recovery_ack(struct tcp *t, usec now, struct tcp_news *news);
void tcp_recovery_enter(struct tcp *t);
void tcp_recovery_timeout(struct tcp *t, usec now);
void tcp_recovery_probe_acked(struct tcp *t, usec now, uint32_t ack, const struct tcp_news *news);
void tcp_recovery_reduce(struct tcp *t, int delivered, bool proven);
static inline bool tcp_is_reducing(const struct tcp *t)
{
    return t->state == TCP_CWR || t->state == TCP_RECOVERY;
}

// tcp_receive.c
bool tcp_receive_old(struct tcp *t, usec now, const struct tcp_segment *s);
void tcp_receive(struct tcp *t, usec now, const struct tcp_segment *s);
void tcp_receive_acked(struct tcp *t);             // an acknowledgment left
void tcp_receive_replied(struct tcp *t, usec now); // data left
void tcp_receive_sacks(const struct tcp_inbox *in, struct tcp_segment *s);
void tcp_receive_timeout(struct tcp *t, usec now);

#endif
