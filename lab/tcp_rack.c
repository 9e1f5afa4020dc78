// Which of what was sent is lost, by time: RFC 8985. See tcp_internal.h.
#include "lab/tcp_clock.h"
#include "lab/tcp_internal.h"

#define STEPS_MAX 255

// RFC 8985 6.2 step 2. A copy that seems to be answered faster than any segment ever was: it was
// the original that arrived.
void tcp_rack_delivered(struct tcp *t, usec now, const struct tcp_sent *s)
{
    struct tcp_rack *r = &t->rack;
    usec rtt = now - s->at;
    if (s->ever && rtt < t->rtt.least)
        return;
    r->advanced = true;
    r->rtt = rtt;
    if (s->order > r->order)
        r->order = s->order;
}

// Step 4: none while nothing was ever reordered and loss is evident.
static usec reordering_window(const struct tcp *t)
{
    const struct tcp_rack *r = &t->rack;
    if (!r->reordering_seen && (t->state >= TCP_RECOVERY || t->sent.sacked >= r->reordering))
        return 0;
    return usec_min(t->rtt.least / 4 * r->steps, tcp_rtt_smoothed(&t->rtt));
}

// Step 5.
bool tcp_rack_detect(struct tcp *t, usec now, usec *wait)
{
    const struct tcp_rack *r = &t->rack;
    usec window = reordering_window(t);
    *wait = 0;
    for (int i = 0; i < t->sent.count; i++) {
        struct tcp_sent *s = &t->sent.at[i];
        if (s->sacked || (s->lost && !s->again) || s->order >= r->order)
            continue;
        usec left = s->at + r->rtt + window - now;
        if (left > 0) {
            *wait = usec_max(*wait, left);
            continue;
        }
        tcp_queue_mark_lost(&t->sent, s);
        t->lost++;
    }
    return *wait > 0;
}

bool tcp_rack_mark(struct tcp *t, usec now)
{
    usec wait;
    if (!t->rack.advanced)
        return false;
    t->rack.advanced = false;
    if (!tcp_rack_detect(t, now, &wait))
        return false;
    tcp_timer_set(t, now, TCP_TIMER_REORDER, usec_min(wait + TCP_TIMER_MIN, t->rtt.timeout));
    return true;
}

void tcp_rack_timeout(struct tcp *t, usec now)
{
    usec wait;
    int flight = tcp_queue_flight(&t->sent);
    tcp_rack_detect(t, now, &wait);
    if (flight != tcp_queue_flight(&t->sent)) {
        if (t->state != TCP_RECOVERY) {
            tcp_recovery_enter(t);
            tcp_recovery_reduce(t, 1, false);
        }
        tcp_transmit_lost(t, now);
    }
    if (t->timer != TCP_TIMER_RETRANSMIT)
        tcp_timer_retransmit(t, now);
}

// Something that was sent once arrived after what was sent later.
void tcp_rack_reordered(struct tcp *t, uint32_t low)
{
    uint32_t high = tcp_queue_highest_sack(&t->sent, t->una);
    if (!tcp_before(low, high))
        return;
    int segments = (int)((high - low + TCP_MSS - 1) / TCP_MSS);
    if (segments > t->rack.reordering)
        t->rack.reordering = segments;
    t->rack.reordering_seen = true;
}

// RFC 8985 6.2 step 4: the window grows by a step for each round trip with a needless copy, and
// falls back after 16 recoveries without one.
void tcp_rack_adapt(struct tcp *t, uint64_t delivered_before)
{
    struct tcp_rack *r = &t->rack;
    if (delivered_before < r->delivered_at)
        r->dsack_seen = false;
    if (r->dsack_seen) {
        r->steps += r->steps < STEPS_MAX;
        r->dsack_seen = false;
        r->delivered_at = t->delivered;
        r->persist = TCP_RACK_PERSIST;
    } else if (!r->persist) {
        r->steps = 1;
    }
}
