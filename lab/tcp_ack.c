// What an acknowledgment says about what was sent. See tcp_internal.h.
#include "lab/tcp_internal.h"

// ---- SACK blocks (RFC 2018, 2883) --------------------------------------------------------------

static void arrived(struct tcp_news *news, usec *latest, const struct tcp_sent *s)
{
    if (s->at >= *latest) {
        *latest = s->at;
        news->delivered_before = s->delivered;
    }
}

struct tagging {
    uint32_t low; // the lowest that was SACKed late
    usec latest;
    struct tcp_news *news;
};

static void tag(struct tcp *t, usec now, struct tcp_sent *s, bool twice, struct tagging *tagging)
{
    struct tcp_news *news = tagging->news;
    if (twice && s->ever) {
        if (t->undo.possible && t->undo.copies > 0 && tcp_after(s->end, t->undo.marker))
            t->undo.copies--;
        if (s->sacked && tcp_before(s->seq, tagging->low))
            tagging->low = s->seq;
    }
    if (!s->sacked) {
        tcp_rack_delivered(t, now, s);
        arrived(news, &tagging->latest, s);
        if (!s->ever) {
            if (tcp_before(s->seq, tcp_queue_highest_sack(&t->sent, t->una)) &&
                tcp_before(s->seq, tagging->low))
                tagging->low = s->seq;
            news->original |= !tcp_after(s->end, t->recovery_end);
            if (news->first_sacked == USEC_NEVER)
                news->first_sacked = s->at;
            news->last_sacked = s->at;
        }
        tcp_queue_mark_sacked(&t->sent, s);
        news->sacked = true;
        news->delivered++;
    }
    if (twice)
        tcp_queue_unmark_again(&t->sent, s);
}

static bool is_valid(const struct tcp *t, struct tcp_range r)
{
    return tcp_before(r.start, r.end) && !tcp_after(r.end, t->next) && tcp_after(r.start, t->una);
}

// RFC 2883 4: the first block is below the acknowledgment, or inside the second one. No more of
// them than there were copies: the rest are the network's own.
static bool is_dsack(struct tcp *t, const struct tcp_segment *s, struct tcp_news *news)
{
    struct tcp_range r = s->sack[0];
    bool inside =
        s->sacks > 1 && !tcp_after(r.end, s->sack[1].end) && !tcp_before(r.start, s->sack[1].start);
    if ((!tcp_before(r.start, s->ack) && !inside) || !tcp_before(r.start, r.end))
        return false;
    if (t->probing && t->probe_end == r.end)
        news->dsack_probe = true;
    if (++t->dsacks > t->copies)
        return false;
    t->rack.dsack_seen |= t->rack.reordering_seen && !news->dsack_probe;
    news->dsack = true;
    news->delivered++;
    if (t->undo.possible && t->undo.copies > 0 && !tcp_after(r.end, news->una_before) &&
        tcp_after(r.end, t->undo.marker))
        t->undo.copies--;
    return true;
}

static void tag_sacks(struct tcp *t, usec now, const struct tcp_segment *s, struct tcp_news *news)
{
    struct tagging tagging = {.low = t->next, .news = news};
    bool dsack = is_dsack(t, s, news);
    for (int i = 0; i < t->sent.count; i++) { // in order of sequence, as the blocks may not be
        struct tcp_sent *sent = &t->sent.at[i];
        for (int k = 0; k < s->sacks; k++) {
            struct tcp_range r = s->sack[k];
            if (is_valid(t, r) && !tcp_before(sent->seq, r.start) && !tcp_after(sent->end, r.end))
                tag(t, now, sent, dsack && k == 0, &tagging);
        }
    }
    if (t->state != TCP_LOSS || t->undo.possible)
        tcp_rack_reordered(t, tagging.low);
}

// ---- what is acknowledged ----------------------------------------------------------------------

struct cleaning {
    usec first, last; // when what was sent once was sent; USEC_NEVER: nothing such
    usec latest;
    uint32_t low;
};

static void count_acked(struct tcp *t, usec now, const struct tcp_sent *s, struct cleaning *c,
                        struct tcp_news *news)
{
    if (s->ever) {
        news->copy_acked = true;
    } else if (!s->sacked) {
        c->last = s->at;
        if (c->first == USEC_NEVER)
            c->first = s->at;
        if (tcp_before(s->seq, c->low))
            c->low = s->seq;
        news->original |= !tcp_after(s->end, t->recovery_end);
    }
    if (!s->sacked) {
        news->delivered++;
        arrived(news, &c->latest, s);
        if (!s->ever || !tcp_before(t->echo, (uint32_t)tcp_stamp_of(s->at)))
            tcp_rack_delivered(t, now, s);
    }
}

// RFC 6298 3, Karn's algorithm; where only copies were acknowledged, the time stamp tells.
static bool sample_rtt(struct tcp *t, usec now, const struct cleaning *c,
                       const struct tcp_news *news)
{
    usec sample = -1, shortest = -1;
    if (c->first != USEC_NEVER && !news->copy_acked) {
        sample = now - c->first;
        shortest = now - c->last;
    }
    if (news->first_sacked != USEC_NEVER) {
        sample = sample < 0 ? now - news->first_sacked : sample;
        shortest = now - news->last_sacked;
    }
    if (sample < 0 && news->acked) {
        int32_t stamps = (int32_t)((uint32_t)tcp_stamp_of(now) - t->echo);
        sample = shortest = usec_max(1, stamps) * USEC_MS;
    }
    if (sample < 0)
        return false;
    t->rtt.least = usec_min(t->rtt.least, usec_max(1, shortest));
    tcp_window_measured(&t->window, now, shortest);
    tcp_rtt_sample(&t->rtt, sample, t->una, t->next);
    return true;
}

static void clean(struct tcp *t, usec now, struct tcp_news *news)
{
    struct cleaning c = {.first = USEC_NEVER, .last = USEC_NEVER, .low = t->next};
    int n = 0;
    for (; n < t->sent.count && !tcp_after(t->sent.at[n].end, t->una); n++)
        count_acked(t, now, &t->sent.at[n], &c, news);
    news->acked = n > 0;
    tcp_queue_drop_first(&t->sent, n);
    bool sampled = sample_rtt(t, now, &c, news);
    if (news->acked) {
        news->set_timer = true;
        if (tcp_before(c.low, news->highest_before))
            tcp_rack_reordered(t, c.low);
    } else if (t->sent.count && sampled && news->first_sacked != USEC_NEVER &&
               news->first_sacked < t->sent.at[0].at) {
        news->set_timer = true;
    }
}

// ---- an acknowledgment -------------------------------------------------------------------------

static void recover(struct tcp *t, usec now, enum tcp_next_step step)
{
    if (step == TCP_SEND_NEW) {
        tcp_transmit_new(t, now);
        if (tcp_after(t->next, t->recovery_end))
            return;
        t->frto = false;
    }
    if (step != TCP_SEND_NOTHING)
        tcp_transmit_lost(t, now);
}

static void control_window(struct tcp *t, usec now, uint64_t lost_before,
                           const struct tcp_news *news)
{
    bool orderly = t->rack.reordering <= TCP_REORDERING;
    if (tcp_is_reducing(t))
        tcp_recovery_reduce(t, news->delivered, news->advanced && t->lost == lost_before);
    else if (news->acked || (!orderly && news->sacked))
        tcp_window_acked(&t->window, now, (unsigned)news->delivered);
}

// An acknowledgment that a later one has overtaken: only its SACK blocks say something.
static void old_ack(struct tcp *t, usec now, const struct tcp_segment *s, struct tcp_news *news)
{
    if (!s->sacks)
        return;
    tag_sacks(t, now, s, news);
    t->delivered += (uint64_t)news->delivered;
    recover(t, now, tcp_recovery_ack(t, now, news));
}

static void current_ack(struct tcp *t, usec now, const struct tcp_segment *s, struct tcp_news *news)
{
    uint64_t lost_before = t->lost;
    enum tcp_next_step step = TCP_SEND_NOTHING;
    bool had_any = t->sent.count;
    t->una = s->ack;
    if (s->sacks)
        tag_sacks(t, now, s, news);
    if (had_any) {
        clean(t, now, news);
        t->delivered += (uint64_t)news->delivered;
        if (news->delivered_before)
            tcp_rack_adapt(t, news->delivered_before);
    }
    tcp_recovery_probe_acked(t, now, s->ack, news);
    if (!had_any) {
        if (news->dsack)
            tcp_recovery_ack(t, now, news);
        return;
    }
    bool dubious = !(news->told || news->acked) || news->sacked || news->dsack;
    if (dubious || t->state != TCP_OPEN)
        step = tcp_recovery_ack(t, now, news);
    if (news->set_timer && !tcp_timer_probe(t, now, true))
        tcp_timer_retransmit(t, now);
    control_window(t, now, lost_before, news);
    recover(t, now, step);
}

void tcp_ack(struct tcp *t, usec now, const struct tcp_segment *s)
{
    struct tcp_news news = {.first_sacked = USEC_NEVER,
                            .last_sacked = USEC_NEVER,
                            .una_before = t->una,
                            .highest_before = tcp_queue_highest_sack(&t->sent, t->una)};
    if (tcp_after(s->ack, t->next))
        return;
    news.advanced = tcp_after(s->ack, t->una);
    news.told = s->len || news.advanced;
    t->echo = s->echo;
    if (news.advanced)
        t->timeouts = 0;
    if (tcp_before(s->ack, t->una))
        old_ack(t, now, s, &news);
    else
        current_ack(t, now, s, &news);
}
