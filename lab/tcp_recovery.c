// What is done about a loss: fast recovery, timeouts, and the undoing of both. See tcp_internal.h.
// The states are those of Linux; so is the order in which an acknowledgment passes through them.
#include "lab/tcp_internal.h"

static bool copies_out(const struct tcp *t)
{
    return t->sent.again || (t->sent.count && t->sent.at[0].ever);
}

// ---- the window --------------------------------------------------------------------------------

static void begin_reduction(struct tcp *t)
{
    t->recovery_end = t->next;
    t->probing = false;
    t->window.credit = 0;
    t->prr = (struct tcp_prr){.window_before = t->window.size};
    t->window.threshold = tcp_window_cut(&t->window);
}

// Proportional rate reduction, RFC 6937 3.1. proven: this acknowledgment says that the copies help.
void tcp_recovery_reduce(struct tcp *t, int delivered, bool proven)
{
    int flight = tcp_queue_flight(&t->sent), send;
    int threshold = (int)t->window.threshold, before = (int)t->prr.window_before;
    if (delivered <= 0 || !before)
        return;
    t->prr.delivered += delivered;
    if (threshold < flight) {
        send = (threshold * t->prr.delivered + before - 1) / before - t->prr.out;
    } else {
        int owed = t->prr.delivered - t->prr.out;
        send = (owed > delivered ? owed : delivered) + proven;
        if (send > threshold - flight)
            send = threshold - flight;
    }
    int least = t->prr.out ? 0 : 1; // the first copy leaves at once
    t->window.size = (unsigned)(flight + (send > least ? send : least));
}

static void end_reduction(struct tcp *t, usec now)
{
    if (t->window.threshold < TCP_NO_THRESHOLD && (t->state == TCP_CWR || t->undo.possible))
        tcp_window_set(&t->window, now, t->window.threshold);
}

// ---- undo --------------------------------------------------------------------------------------

static void prepare_undo(struct tcp *t)
{
    t->undo.possible = true;
    t->undo.marker = t->una;
    t->undo.copies = t->sent.again + (t->probing && t->probe_is_copy);
    if (!t->undo.copies)
        t->undo.copies = -1;
}

// The time stamp that came back is from before the first copy (Eifel, RFC 3522); or there was none.
static bool was_only_delayed(const struct tcp *t)
{
    return t->undo.first_copy == USEC_NEVER ||
           tcp_before(t->echo, (uint32_t)tcp_stamp_of(t->undo.first_copy));
}

static bool may_undo(const struct tcp *t)
{
    return t->undo.possible && (!t->undo.copies || was_only_delayed(t));
}

static void undo(struct tcp *t, usec now, bool found)
{
    if (found)
        tcp_queue_unmark_all_lost(&t->sent);
    if (t->undo.threshold_before) {
        if (t->window.size < t->prr.window_before)
            t->window.size = t->prr.window_before;
        if (t->window.threshold < t->undo.threshold_before)
            t->window.threshold = t->undo.threshold_before;
    }
    t->window.filled_at = now;
    t->undo.possible = false;
    t->rack.advanced = true;
    t->stats.undone++;
}

// All that was out when recovery began has arrived.
static void undo_recovery(struct tcp *t, usec now)
{
    if (may_undo(t))
        undo(t, now, false);
    else if (t->rack.persist)
        t->rack.persist--;
    t->state = TCP_OPEN;
}

static bool undo_by_dsack(struct tcp *t, usec now)
{
    if (!t->undo.possible || t->undo.copies)
        return false;
    t->rack.persist += t->rack.persist < TCP_RACK_PERSIST;
    undo(t, now, false);
    return true;
}

static bool undo_loss(struct tcp *t, usec now, bool spurious)
{
    if (!spurious && !may_undo(t))
        return false;
    undo(t, now, true);
    t->timeouts = 0;
    t->state = TCP_OPEN;
    return true;
}

// ---- states ------------------------------------------------------------------------------------

static void keep_open(struct tcp *t)
{
    bool left = t->sent.sacked || t->sent.lost;
    enum tcp_state state = left || copies_out(t) ? TCP_DISORDER : TCP_OPEN;
    if (t->state != state) {
        t->state = state;
        t->recovery_end = t->next;
    }
}

static void try_to_open(struct tcp *t)
{
    if (!copies_out(t))
        t->undo.first_copy = USEC_NEVER;
    if (t->state != TCP_CWR)
        keep_open(t);
}

void tcp_recovery_enter(struct tcp *t)
{
    bool reducing = tcp_is_reducing(t);
    if (!copies_out(t))
        t->undo.first_copy = USEC_NEVER;
    t->undo.threshold_before = reducing ? 0 : tcp_window_threshold_now(&t->window);
    prepare_undo(t);
    if (!reducing)
        begin_reduction(t);
    t->state = TCP_RECOVERY;
    t->stats.recoveries++;
}

// Only what was sent long enough ago is lost: the rest may still arrive.
static void mark_lost_by_timeout(struct tcp *t, usec now)
{
    for (int i = 0; i < t->sent.count; i++) {
        struct tcp_sent *s = &t->sent.at[i];
        if (i && s->at + t->rack.rtt > now)
            continue;
        t->lost += !s->sacked && (!s->lost || s->again);
        tcp_queue_mark_lost(&t->sent, s);
    }
}

// RFC 6298 5.4-5.6, RFC 5682 2.1 step 1.
void tcp_recovery_timeout(struct tcp *t, usec now)
{
    bool fresh = t->state < TCP_RECOVERY;
    t->stats.timeouts++;
    t->probing = false;
    mark_lost_by_timeout(t, now);
    if (t->state <= TCP_DISORDER || !tcp_after(t->recovery_end, t->una) ||
        (t->state == TCP_LOSS && !t->timeouts)) {
        t->undo.threshold_before =
            tcp_is_reducing(t) ? t->window.threshold : tcp_window_threshold_now(&t->window);
        t->prr.window_before = t->window.size;
        t->window.threshold = tcp_window_cut(&t->window);
        prepare_undo(t);
    }
    tcp_window_set(&t->window, now, (unsigned)tcp_queue_flight(&t->sent) + 1);
    t->window.credit = 0;
    if (t->state <= TCP_DISORDER && t->sent.sacked >= TCP_REORDERING)
        t->rack.reordering = TCP_REORDERING;
    tcp_window_timeout(&t->window);
    t->state = TCP_LOSS;
    t->recovery_end = t->next;
    t->frto = fresh || t->timeouts;
    t->timeouts++;
    tcp_transmit_copy_counted(t, now, 0);
    tcp_rtt_back_off(&t->rtt);
    tcp_timer_set(t, now, TCP_TIMER_RETRANSMIT, t->rtt.timeout);
}

// RFC 5682 3.1. True: what comes next is known.
static bool probe_timeout(struct tcp *t, usec now, const struct tcp_news *news, bool recovered,
                          enum tcp_next_step *step)
{
    bool duplicate = !news->advanced && !news->told && !news->dsack;
    if (news->original && undo_loss(t, now, true))
        return true;
    if (tcp_after(t->next, t->recovery_end)) {
        if (news->sacked || duplicate)
            t->frto = false; // the loss was real
    } else if (news->advanced && !recovered) {
        t->recovery_end = t->next;
        if (t->written != t->next) {
            *step = TCP_SEND_NEW;
            return true;
        }
        t->frto = false;
    }
    return false;
}

static enum tcp_next_step after_timeout(struct tcp *t, usec now, const struct tcp_news *news)
{
    bool recovered = !tcp_before(t->una, t->recovery_end);
    enum tcp_next_step step = TCP_SEND_NOTHING;
    if (news->advanced && undo_loss(t, now, false))
        return step;
    if (t->frto && probe_timeout(t, now, news, recovered, &step))
        return step;
    if (recovered) {
        undo_recovery(t, now);
        return step;
    }
    return TCP_SEND_LOST;
}

static void find_losses(struct tcp *t, usec now, struct tcp_news *news)
{
    int copies = t->sent.again;
    if (!t->sent.count)
        return;
    if (tcp_rack_mark(t, now))
        news->set_timer = false;
    news->lost_copy |= t->sent.again < copies;
}

// Something arrived that was sent once: the hole was no loss. True: wait for the copies.
static bool undo_partly(struct tcp *t, usec now, const struct tcp_news *news)
{
    if (!t->undo.possible || !was_only_delayed(t))
        return false;
    tcp_rack_reordered(t, news->una_before);
    if (t->sent.again)
        return true;
    if (!copies_out(t))
        t->undo.first_copy = USEC_NEVER;
    undo(t, now, true);
    keep_open(t);
    return false;
}

static void leave_finished(struct tcp *t, usec now)
{
    if (t->state == TCP_OPEN) {
        t->undo.first_copy = USEC_NEVER;
    } else if (!tcp_before(t->una, t->recovery_end)) {
        if (t->state == TCP_CWR && t->una != t->recovery_end) {
            end_reduction(t, now);
            t->state = TCP_OPEN;
        } else if (t->state == TCP_RECOVERY) {
            undo_recovery(t, now);
            end_reduction(t, now);
        }
    }
}

static enum tcp_next_step in_recovery(struct tcp *t, usec now, struct tcp_news *news)
{
    if (news->advanced && undo_partly(t, now, news))
        return TCP_SEND_NOTHING;
    if (undo_by_dsack(t, now))
        try_to_open(t);
    find_losses(t, now, news);
    if (t->state != TCP_RECOVERY) {
        if (!t->sent.lost)
            return TCP_SEND_NOTHING;
        tcp_recovery_enter(t);
    }
    return TCP_SEND_LOST;
}

enum tcp_next_step tcp_recovery_ack(struct tcp *t, usec now, struct tcp_news *news)
{
    leave_finished(t, now);
    if (t->state == TCP_RECOVERY)
        return in_recovery(t, now, news);
    if (t->state == TCP_LOSS) {
        enum tcp_next_step step = after_timeout(t, now, news);
        find_losses(t, now, news);
        if (t->state != TCP_OPEN && !news->lost_copy)
            return step;
    }
    if (t->state <= TCP_DISORDER)
        undo_by_dsack(t, now);
    find_losses(t, now, news);
    if (!t->sent.lost) {
        try_to_open(t);
        return TCP_SEND_NOTHING;
    }
    tcp_recovery_enter(t);
    return TCP_SEND_LOST;
}

// RFC 8985 7.4: what a probe repaired was a loss, too.
void tcp_recovery_probe_acked(struct tcp *t, usec now, uint32_t ack, const struct tcp_news *news)
{
    if (!t->probing || tcp_before(ack, t->probe_end))
        return;
    bool twice =
        news->dsack_probe || (!news->advanced && !news->told && !news->acked && !news->sacked);
    if (t->probe_is_copy && tcp_after(ack, t->probe_end) && !news->dsack_probe) {
        begin_reduction(t);
        t->state = TCP_CWR;
        end_reduction(t, now);
        keep_open(t);
    } else if (!t->probe_is_copy || twice) {
        t->probing = false;
    }
}
