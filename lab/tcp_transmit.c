// What leaves: see tcp_internal.h.
#include "lab/tcp_internal.h"

#include "media/impair.h"

#include <string.h>

static void put_octets(const struct tcp *t, uint32_t seq, uint8_t *out, size_t len)
{
    size_t at = seq % TCP_ROOM;
    size_t first = len < TCP_ROOM - at ? len : TCP_ROOM - at;
    memcpy(out, t->data + at, first);
    memcpy(out + first, t->data, len - first);
}

static void transmit(struct tcp *t, usec now, uint32_t seq, uint32_t end, bool push)
{
    uint8_t data[TCP_MSS], out[TCP_SEGMENT_MAX];
    struct tcp_segment s = {.seq = seq,
                            .ack = t->in.next,
                            .push = push,
                            .stamp = (uint32_t)tcp_stamp_of(now),
                            .echo = t->in.echo,
                            .data = data,
                            .len = end - seq};
    put_octets(t, seq, data, s.len);
    tcp_receive_sacks(&t->in, &s);
    tcp_receive_acked(t);
    size_t len = tcp_segment_write(&s, out, sizeof out);
    t->stats.octets += len + IMPAIR_HEADER;
    t->config.send(t->config.ctx, now, out, len);
}

void tcp_transmit_ack(struct tcp *t, usec now)
{
    t->stats.acks++;
    transmit(t, now, t->next, t->next, false);
}

// ---- new data ----------------------------------------------------------------------------------

static bool send_next(struct tcp *t, usec now)
{
    uint32_t end = t->written - t->next > TCP_MSS ? t->next + TCP_MSS : t->written;
    if (end == t->next || end - t->una > TCP_WINDOW || t->sent.count == TCP_SENT_MAX)
        return false;
    bool first = !t->sent.count;
    tcp_queue_put(&t->sent, &(struct tcp_sent){.seq = t->next,
                                               .end = end,
                                               .push = end == t->written,
                                               .at = now,
                                               .order = ++t->orders,
                                               .delivered = t->delivered});
    t->stats.segments++;
    transmit(t, now, t->next, end, end == t->written);
    tcp_receive_replied(t, now);
    t->next = end;
    t->last_sent = now;
    if (first || t->timer == TCP_TIMER_PROBE)
        tcp_timer_retransmit(t, now);
    return true;
}

static void count_sent(struct tcp *t, usec now, int sent)
{
    bool limits = tcp_queue_flight(&t->sent) >= (int)t->window.size;
    if (!sent && !limits)
        return;
    tcp_window_used(&t->window, now, (unsigned)t->sent.count, limits, t->una, t->next);
    if (t->state == TCP_OPEN)
        tcp_window_unused(&t->window, now, t->rtt.timeout);
    if (tcp_is_reducing(t))
        t->prr.out += sent;
}

void tcp_transmit_new(struct tcp *t, usec now)
{
    int sent = 0;
    while (tcp_queue_flight(&t->sent) < (int)t->window.size && send_next(t, now))
        sent++;
    count_sent(t, now, sent);
    if (sent)
        tcp_timer_probe(t, now, false);
}

bool tcp_transmit_probe(struct tcp *t, usec now)
{
    int sent = send_next(t, now);
    count_sent(t, now, sent);
    return sent;
}

// ---- copies ------------------------------------------------------------------------------------

void tcp_transmit_copy(struct tcp *t, usec now, int n)
{
    struct tcp_sent *s = &t->sent.at[n];
    if (tcp_before(s->seq, t->una))
        s->seq = t->una;
    tcp_queue_join(&t->sent, n);
    s->at = now;
    s->order = ++t->orders;
    s->delivered = t->delivered;
    s->ever = true;
    t->copies++;
    t->stats.segments++;
    t->stats.again++;
    transmit(t, now, s->seq, s->end, s->push);
}

void tcp_transmit_copy_counted(struct tcp *t, usec now, int n)
{
    tcp_transmit_copy(t, now, n);
    t->sent.again += !t->sent.at[n].again;
    t->sent.at[n].again = true;
    if (t->undo.first_copy == USEC_NEVER)
        t->undo.first_copy = now;
    t->undo.copies = t->undo.copies < 0 ? 1 : t->undo.copies + 1;
}

void tcp_transmit_lost(struct tcp *t, usec now)
{
    bool first_sent = false;
    for (int i = 0; i < t->sent.count && t->sent.again < t->sent.lost; i++) {
        const struct tcp_sent *s = &t->sent.at[i];
        if (tcp_queue_flight(&t->sent) >= (int)t->window.size)
            break;
        if (!s->lost || s->sacked || s->again)
            continue;
        tcp_transmit_copy_counted(t, now, i);
        if (tcp_is_reducing(t))
            t->prr.out++;
        first_sent |= i == 0;
    }
    if (first_sent && t->timer != TCP_TIMER_REORDER)
        tcp_timer_set(t, now, TCP_TIMER_RETRANSMIT, t->rtt.timeout);
}
