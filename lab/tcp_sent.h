// What was sent and is not acknowledged: one entry a segment, in order of sequence, with what is
// known of each. The counts are those of RFC 6675's "pipe" as Linux keeps them.
#ifndef LAB_TCP_SENT_H
#define LAB_TCP_SENT_H

#include "lab/tcp_segment.h"
#include "media/usec.h"

#include <stdbool.h>

#define TCP_SENT_MAX 1024 // segments

struct tcp_sent {
    uint32_t seq, end;
    usec at;            // last sent,
    uint64_t order;     // after how many others: in virtual time, many leave at one instant
    uint64_t delivered; // segments, when it was last sent
    bool push;          // nothing was to follow
    bool sacked;        // it arrived
    bool lost;          // what was sent first is taken for lost
    bool again;         // a copy is on its way
    bool ever;          // it was sent more than once
};

struct tcp_queue {
    struct tcp_sent *at; // [0] is the oldest; room for TCP_SENT_MAX
    int count;
    int sacked, lost, again;
};

// What is on its way.
static inline int tcp_queue_flight(const struct tcp_queue *q)
{
    return q->count - q->sacked - q->lost + q->again;
}

// Behind the others. There must be room.
void tcp_queue_put(struct tcp_queue *q, const struct tcp_sent *segment);
void tcp_queue_drop_first(struct tcp_queue *q, int n); // acknowledged
void tcp_queue_mark_lost(struct tcp_queue *q, struct tcp_sent *s);
void tcp_queue_mark_sacked(struct tcp_queue *q, struct tcp_sent *s);
void tcp_queue_unmark_again(struct tcp_queue *q, struct tcp_sent *s);
void tcp_queue_unmark_all_lost(struct tcp_queue *q);
// Joins the n-th with those that follow, as far as none is SACKed and all fit one segment.
void tcp_queue_join(struct tcp_queue *q, int n);
// End of the last SACKed segment; `una` where none is.
uint32_t tcp_queue_highest_sack(const struct tcp_queue *q, uint32_t una);

#endif
