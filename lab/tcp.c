// One end of a TCP connection: see tcp.h, and tcp_internal.h for its parts.
#include "lab/tcp_clock.h"
#include "lab/tcp_internal.h"

#include <stdlib.h>
#include <string.h>

#define SEQ_FIRST   0xffff0000u // so that the numbers go round early in every run
#define RETRIES_MAX 15          // RFC 9293 3.8.3, and Linux's tcp_retries2

struct tcp *tcp_new(const struct tcp_config *config)
{
    struct tcp *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    *t = (struct tcp){
        .config = *config,
        .data = malloc(TCP_ROOM),
        .sent.at = malloc(TCP_SENT_MAX * sizeof *t->sent.at),
        .una = SEQ_FIRST,
        .next = SEQ_FIRST,
        .written = SEQ_FIRST,
        .recovery_end = SEQ_FIRST,
        .timer_fires = USEC_NEVER,
        .rack = {.reordering = TCP_REORDERING, .steps = 1},
        .undo.first_copy = USEC_NEVER,
        .in = {.data = malloc(TCP_WINDOW),
               .next = SEQ_FIRST,
               .read = SEQ_FIRST,
               .acked_to = SEQ_FIRST,
               .mss = 536,
               .fires = USEC_NEVER},
    };
    if (!t->data || !t->sent.at || !t->in.data) {
        tcp_free(t);
        return NULL;
    }
    tcp_rtt_init(&t->rtt, usec_max(1, config->rtt), SEQ_FIRST);
    tcp_window_init(&t->window, 0, SEQ_FIRST);
    return t;
}

void tcp_free(struct tcp *t)
{
    if (!t)
        return;
    free(t->data);
    free(t->sent.at);
    free(t->in.data);
    free(t);
}

// ---- writing -----------------------------------------------------------------------------------

size_t tcp_room(const struct tcp *t)
{
    return TCP_ROOM - (t->written - t->una);
}

bool tcp_is_idle(const struct tcp *t)
{
    return t->una == t->written;
}

bool tcp_is_broken(const struct tcp *t)
{
    return t->broken;
}

bool tcp_write(struct tcp *t, usec now, const void *data, size_t len)
{
    if (t->broken || len > tcp_room(t))
        return false;
    size_t at = t->written % TCP_ROOM;
    size_t first = len < TCP_ROOM - at ? len : TCP_ROOM - at;
    memcpy(t->data + at, data, first);
    memcpy(t->data, (const uint8_t *)data + first, len - first);
    if (!t->sent.count && now - t->last_sent > t->rtt.timeout)
        tcp_window_idle(&t->window, now, now - t->last_sent, t->rtt.timeout);
    t->written += (uint32_t)len;
    tcp_transmit_new(t, now);
    return true;
}

// ---- the timer: one for retransmission, probe and reordering -----------------------------------

void tcp_timer_set(struct tcp *t, usec now, enum tcp_timer timer, usec span)
{
    t->timer = timer;
    t->timer_fires = tcp_fires(now, span);
}

// How far ahead the timeout of the oldest segment is.
static usec timeout_left(const struct tcp *t, usec now)
{
    usec since = t->sent.count ? t->sent.at[0].at : now;
    return since + t->rtt.timeout - now;
}

void tcp_timer_retransmit(struct tcp *t, usec now)
{
    if (!t->sent.count) {
        t->timer = TCP_TIMER_NONE;
        t->timer_fires = USEC_NEVER;
        return;
    }
    bool offset = t->timer == TCP_TIMER_REORDER || t->timer == TCP_TIMER_PROBE;
    usec span = offset ? usec_max(1, timeout_left(t, now)) : t->rtt.timeout;
    tcp_timer_set(t, now, TCP_TIMER_RETRANSMIT, span);
}

// RFC 8985 7.2, with a longer wait for a lone segment, whose acknowledgment may be delayed.
bool tcp_timer_probe(struct tcp *t, usec now, bool restart)
{
    if (!t->sent.count || (t->state != TCP_OPEN && t->state != TCP_CWR))
        return false;
    usec wait = 2 * tcp_rtt_smoothed(&t->rtt) + (t->sent.count == 1 ? TCP_RTO_MIN : TCP_TIMER_MIN);
    usec timeout = restart ? t->rtt.timeout : timeout_left(t, now);
    tcp_timer_set(t, now, TCP_TIMER_PROBE, timeout > 0 ? usec_min(wait, timeout) : wait);
    return true;
}

// RFC 8985 7.3: new data, or else the last segment again.
static void probe(struct tcp *t, usec now)
{
    if (!t->probing) {
        t->probe_is_copy = t->written == t->next;
        if (t->probe_is_copy)
            tcp_transmit_copy(t, now, t->sent.count - 1);
        if (t->probe_is_copy || tcp_transmit_probe(t, now)) {
            t->probing = true;
            t->probe_end = t->next;
            t->stats.probes++;
            t->timer = TCP_TIMER_NONE; // the timeout starts over
        }
    }
    tcp_timer_retransmit(t, now);
}

usec tcp_next(const struct tcp *t)
{
    return usec_min(t->timer_fires, t->in.fires);
}

void tcp_run(struct tcp *t, usec now)
{
    if (t->in.fires <= now)
        tcp_receive_timeout(t, now);
    if (t->timer_fires > now)
        return;
    enum tcp_timer timer = t->timer;
    t->timer_fires = USEC_NEVER;
    if (timer == TCP_TIMER_REORDER) {
        tcp_rack_timeout(t, now);
    } else if (timer == TCP_TIMER_PROBE && t->sent.count) {
        probe(t, now);
    } else if (timer == TCP_TIMER_RETRANSMIT && t->sent.count) {
        t->timer = TCP_TIMER_NONE;
        t->broken = t->timeouts == RETRIES_MAX;
        if (!t->broken)
            tcp_recovery_timeout(t, now);
    }
}

// ---- reading -----------------------------------------------------------------------------------

void tcp_input(struct tcp *t, usec now, const uint8_t *segment, size_t len)
{
    struct tcp_segment s;
    if (!tcp_segment_parse(&s, segment, len) || s.len > TCP_MSS) {
        t->stats.malformed++;
        return;
    }
    if (tcp_receive_old(t, now, &s))
        return;
    tcp_ack(t, now, &s);
    tcp_receive(t, now, &s);
    if (t->written != t->next)
        tcp_transmit_new(t, now);
}

struct tcp_stats tcp_stats(const struct tcp *t)
{
    struct tcp_stats stats = t->stats;
    stats.window = t->window.size;
    stats.timeout = t->rtt.timeout;
    return stats;
}
