// The other half: what arrives is put in order, and acknowledged. See tcp_internal.h.
#include "lab/tcp_clock.h"
#include "lab/tcp_internal.h"

#include <string.h>

#define QUICK_MAX   16              // acknowledgments at once, when a stream begins
#define ATO_MIN     (40 * USEC_MS)  // delay of an acknowledgment
#define ATO_MAX     (200 * USEC_MS) // of small segments
#define GAP_AT_ONCE 3               // acknowledgments for one gap
#define GROWTHS     6               // until it is as large as the memory of the socket lets it be
#define GROWS       128             // octets of a segment that makes Linux open its window
#define MSS_LEAST   524 // octets of a segment that may be a full one: 536 less the time stamps

// ---- SACK blocks -------------------------------------------------------------------------------

static void tell(struct tcp_inbox *in, struct tcp_range r)
{
    struct tcp_range kept[TCP_KEPT_SACKS] = {r};
    int n = 1;
    for (int i = 0; i < in->told_count && n < TCP_KEPT_SACKS; i++) {
        struct tcp_range old = in->told[i];
        if (tcp_before(old.start, r.start) || tcp_after(old.end, r.end))
            kept[n++] = old;
    }
    memcpy(in->told, kept, sizeof kept);
    in->told_count = n;
}

static void forget_told(struct tcp_inbox *in)
{
    int n = 0;
    for (int i = 0; i < in->told_count; i++)
        if (tcp_after(in->told[i].start, in->next))
            in->told[n++] = in->told[i];
    in->told_count = n;
}

// RFC 2883: what arrived twice stands first, once.
void tcp_receive_sacks(const struct tcp_inbox *in, struct tcp_segment *s)
{
    s->sacks = 0;
    if (in->has_twice)
        s->sack[s->sacks++] = in->twice;
    for (int i = 0; i < in->told_count && s->sacks < TCP_SACKS_MAX; i++)
        s->sack[s->sacks++] = in->told[i];
}

static void tell_twice(struct tcp_inbox *in, uint32_t start, uint32_t end)
{
    if (!in->has_twice) {
        in->has_twice = true;
        in->twice = (struct tcp_range){start, end};
        return;
    }
    if (tcp_before(start, in->twice.start))
        in->twice.start = start;
    if (tcp_after(end, in->twice.end))
        in->twice.end = end;
}

// ---- order -------------------------------------------------------------------------------------

// Merges what touches. False: there are too many gaps, and it is as if it never came.
static bool put_range(struct tcp_inbox *in, struct tcp_range *r)
{
    struct tcp_range *all = in->ranges;
    int first = 0, last;
    while (first < in->ranges_count && tcp_before(all[first].end, r->start))
        first++;
    for (last = first; last < in->ranges_count && !tcp_after(all[last].start, r->end); last++) {
        uint32_t start = tcp_after(all[last].start, r->start) ? all[last].start : r->start;
        uint32_t end = tcp_before(all[last].end, r->end) ? all[last].end : r->end;
        if (tcp_before(start, end))
            tell_twice(in, start, end);
    }
    if (first == last && in->ranges_count == TCP_RANGES_MAX)
        return false;
    if (last > first) {
        if (tcp_before(all[first].start, r->start))
            r->start = all[first].start;
        if (tcp_after(all[last - 1].end, r->end))
            r->end = all[last - 1].end;
    }
    memmove(all + first + 1, all + last, (size_t)(in->ranges_count - last) * sizeof *all);
    in->ranges_count += 1 - (last - first);
    all[first] = *r;
    return true;
}

static void copy_in(struct tcp_inbox *in, uint32_t seq, const uint8_t *data, size_t len)
{
    size_t at = seq % TCP_WINDOW;
    size_t first = len < TCP_WINDOW - at ? len : TCP_WINDOW - at;
    memcpy(in->data + at, data, first);
    memcpy(in->data, data + first, len - first);
}

// True: what is next has come.
static bool take(struct tcp_inbox *in, const struct tcp_segment *s)
{
    struct tcp_range r = {s->seq, s->seq + (uint32_t)s->len};
    size_t skip = 0;
    if (tcp_before(r.start, in->next)) {
        tell_twice(in, r.start, in->next);
        skip = in->next - r.start;
        r.start = in->next;
    }
    uint32_t start = r.start;
    if (r.end - in->read > TCP_WINDOW || !put_range(in, &r))
        return false;
    copy_in(in, start, s->data + skip, s->len - skip);
    if (r.start != in->next) {
        tell(in, r);
        return false;
    }
    in->next = r.end;
    memmove(in->ranges, in->ranges + 1, (size_t)--in->ranges_count * sizeof *in->ranges);
    forget_told(in);
    return true;
}

size_t tcp_read(struct tcp *t, usec now, void *out, size_t cap)
{
    struct tcp_inbox *in = &t->in;
    size_t len = in->next - in->read, at = in->read % TCP_WINDOW;
    if (len > cap)
        len = cap;
    size_t first = len < TCP_WINDOW - at ? len : TCP_WINDOW - at;
    memcpy(out, in->data + at, first);
    memcpy((uint8_t *)out + first, in->data, len - first);
    in->read += (uint32_t)len;
    // The reader was quick: nothing else will come of waiting, except where data rides both ways.
    bool pushed = in->pushed > 1 || (in->pushed && !in->interactive);
    if (len && in->pending && !in->ranges_count && in->read == in->next &&
        (pushed || in->next - in->acked_to > in->mss))
        tcp_transmit_ack(t, now);
    return len;
}

// ---- acknowledgments ---------------------------------------------------------------------------

void tcp_receive_acked(struct tcp *t)
{
    struct tcp_inbox *in = &t->in;
    if (in->quick && in->pending && --in->quick == 0)
        in->ato = ATO_MIN;
    in->has_twice = in->pending = in->now = false;
    in->pushed = 0;
    in->fires = USEC_NEVER;
    in->acked_to = in->next;
}

void tcp_receive_replied(struct tcp *t, usec now)
{
    struct tcp_inbox *in = &t->in;
    if (in->ato && now - in->received_at < in->ato)
        in->interactive = true;
}

static void be_quick(struct tcp_inbox *in)
{
    int quick = (int)(TCP_WINDOW / (2 * in->mss));
    if (quick > QUICK_MAX)
        quick = QUICK_MAX;
    if (in->quick < quick)
        in->quick = quick;
}

// How large the other end's segments are. One that is small ends what was written, and its
// acknowledgment need not wait; but two of a size in a row are taken for full ones, and theirs do.
static void measure(struct tcp_inbox *in, const struct tcp_segment *s)
{
    uint32_t len = (uint32_t)s->len, last = in->last_len;
    in->last_len = 0;
    if (len >= in->mss) {
        in->mss = len;
        in->pushed += s->push;
        return;
    }
    if (len >= MSS_LEAST) {
        in->last_len = len;
        if (len == last) {
            in->mss = len;
            return;
        }
    }
    in->pushed++;
}

// How fast data comes, and in which sizes.
static void observe(struct tcp *t, usec now, const struct tcp_segment *s)
{
    struct tcp_inbox *in = &t->in;
    usec since = now - in->received_at;
    in->pending = true;
    measure(in, s);
    if (!in->ato) {
        be_quick(in);
        in->ato = ATO_MIN;
    } else if (since <= ATO_MIN / 2) {
        in->ato = in->ato / 2 + ATO_MIN / 2;
    } else if (since < in->ato) {
        in->ato = usec_min(in->ato / 2 + since, t->rtt.timeout);
    } else if (since > t->rtt.timeout) {
        be_quick(in);
    }
    if (s->len >= GROWS && in->grown < GROWTHS) { // the window opens: the other end is told at once
        in->grown++;
        in->quick |= 1;
    }
    in->received_at = now;
}

static void acknowledge_later(struct tcp *t, usec now)
{
    struct tcp_inbox *in = &t->in;
    usec most = in->interactive || in->pushed ? ATO_MAX : 500 * USEC_MS;
    usec rtt = usec_max(tcp_rtt_smoothed(&t->rtt), ATO_MIN);
    usec wait = usec_min(in->ato, usec_min(most, rtt));
    usec fires = tcp_fires(now, in->ato > ATO_MIN ? wait : ATO_MIN);
    if (in->fires != USEC_NEVER && in->fires <= now + wait / 4)
        tcp_transmit_ack(t, now);
    else
        in->fires = usec_min(in->fires, fires);
}

// Out of order: at once, RFC 5681 4.2. From the fourth on Linux makes one of those that come
// together.
static void acknowledge_gap(struct tcp *t, usec now)
{
    struct tcp_inbox *in = &t->in;
    if (in->gap_at != in->next) {
        in->gap_at = in->next;
        in->gap_acks = 0;
    }
    if (in->gap_acks < GAP_AT_ONCE) {
        in->gap_acks++;
        tcp_transmit_ack(t, now);
    } else {
        in->fires = now;
    }
}

// All of it was there.
static void acknowledge_again(struct tcp *t, usec now, const struct tcp_segment *s)
{
    struct tcp_inbox *in = &t->in;
    t->stats.duplicates++;
    tell_twice(in, s->seq, s->seq + (uint32_t)s->len);
    in->interactive = false;
    in->ato = ATO_MIN;
    be_quick(in);
    in->pending = true;
    tcp_transmit_ack(t, now);
}

// It ends before what was acknowledged: RFC 9293 3.10.7.4 has it dropped with all that it says,
// its time stamp included. So after a lost acknowledgment the other end measures a round trip
// from a copy before the last, and waits longer from then on.
bool tcp_receive_old(struct tcp *t, usec now, const struct tcp_segment *s)
{
    uint32_t end = s->seq + (uint32_t)s->len;
    if (!tcp_before(end, t->in.acked_to))
        return false;
    if (s->len)
        acknowledge_again(t, now, s);
    else
        tcp_transmit_ack(t, now);
    return true;
}

void tcp_receive(struct tcp *t, usec now, const struct tcp_segment *s)
{
    struct tcp_inbox *in = &t->in;
    bool gaps = in->ranges_count > 0;
    if (!tcp_after(s->seq, in->acked_to) && !tcp_before(s->stamp, in->echo))
        in->echo = s->stamp;
    if (!s->len)
        return;
    if (!tcp_after(s->seq + (uint32_t)s->len, in->next)) {
        acknowledge_again(t, now, s);
        return;
    }
    if (take(in, s)) {
        observe(t, now, s);
        in->now |= gaps && !in->ranges_count; // a gap was filled
    }
    in->pending = true;
    bool full = in->next - in->acked_to > in->mss;
    if (full || in->now || (in->quick && !in->interactive))
        tcp_transmit_ack(t, now);
    else if (in->ranges_count)
        acknowledge_gap(t, now);
    else
        acknowledge_later(t, now);
}

void tcp_receive_timeout(struct tcp *t, usec now)
{
    struct tcp_inbox *in = &t->in;
    in->fires = USEC_NEVER;
    if (!in->pending)
        return;
    if (!in->ranges_count) {
        if (in->interactive)
            in->ato = ATO_MIN;
        else
            in->ato = usec_min(2 * in->ato, t->rtt.timeout);
        in->interactive = false;
    }
    tcp_transmit_ack(t, now);
}
