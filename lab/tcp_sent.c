// What was sent and is not acknowledged: see tcp_sent.h.
#include "lab/tcp_sent.h"

#include "lab/tcp.h"

#include <assert.h>
#include <string.h>

void tcp_queue_put(struct tcp_queue *q, const struct tcp_sent *segment)
{
    assert(q->count < TCP_SENT_MAX);
    q->at[q->count++] = *segment;
}

static void forget(struct tcp_queue *q, int first, int n)
{
    for (int i = first; i < first + n; i++) {
        q->sacked -= q->at[i].sacked;
        q->lost -= q->at[i].lost;
        q->again -= q->at[i].again;
    }
    q->count -= n;
    memmove(q->at + first, q->at + first + n, (size_t)(q->count - first) * sizeof *q->at);
}

void tcp_queue_drop_first(struct tcp_queue *q, int n)
{
    forget(q, 0, n);
}

void tcp_queue_unmark_again(struct tcp_queue *q, struct tcp_sent *s)
{
    q->again -= s->again;
    s->again = false;
}

void tcp_queue_mark_lost(struct tcp_queue *q, struct tcp_sent *s)
{
    if (s->sacked)
        return;
    if (s->lost)
        tcp_queue_unmark_again(q, s); // the copy is lost, too
    q->lost += !s->lost;
    s->lost = true;
}

void tcp_queue_mark_sacked(struct tcp_queue *q, struct tcp_sent *s)
{
    if (s->lost)
        tcp_queue_unmark_again(q, s); // else the copy is still on its way
    q->lost -= s->lost;
    s->lost = false;
    q->sacked += !s->sacked;
    s->sacked = true;
}

void tcp_queue_unmark_all_lost(struct tcp_queue *q)
{
    for (int i = 0; i < q->count; i++)
        q->at[i].lost = false;
    q->lost = 0;
}

void tcp_queue_join(struct tcp_queue *q, int n)
{
    struct tcp_sent *s = &q->at[n];
    int more = 0;
    if (s->sacked)
        return;
    for (int i = n + 1; i < q->count && !q->at[i].sacked; i++, more++) {
        if (q->at[i].end - s->seq > TCP_MSS)
            break;
        s->end = q->at[i].end;
        s->ever |= q->at[i].ever;
        s->push |= q->at[i].push;
    }
    forget(q, n + 1, more);
}

uint32_t tcp_queue_highest_sack(const struct tcp_queue *q, uint32_t una)
{
    for (int i = q->count; q->sacked && i > 0; i--)
        if (q->at[i - 1].sacked)
            return q->at[i - 1].end;
    return una;
}
