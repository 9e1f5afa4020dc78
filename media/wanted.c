// Which lost packets are worth asking for, and when: see wanted.h. The slots are those of the
// newest WANTED_WINDOW sequence numbers; each knows when it is to be looked at again.
#include "media/wanted.h"

#include <string.h>

#define FIRST_RETRY  (100 * USEC_MS) // where the round trip is not known
#define MIN_RETRY    (10 * USEC_MS)
#define GRANULARITY  USEC_MS            // of timers: RFC 6298 section 2.3
#define STALE        (5 * USEC_SECOND)  // an older round trip is no reason not to ask
#define UNSURE_MAX   16u                // then what is known of the round trip is wrong
#define INTERVAL     (10 * USEC_SECOND) // of the largest lateness
#define MESSAGE_TIME (USEC_SECOND / 90) // with the burst: WANTED_PER_SECOND in any second
#define BURST_TIME   (9 * MESSAGE_TIME)
#define MEMORY       128 // packets that `spared` is a mean of

static struct wanted_slot *slot_of(struct wanted *w, uint32_t seq)
{
    return &w->slots[seq % WANTED_WINDOW];
}

static bool in_window(const struct wanted *w, uint32_t seq)
{
    return w->started && w->highest - seq < WANTED_WINDOW;
}

static void found(struct wanted *w, struct wanted_slot *slot)
{
    w->missing -= slot->missing;
    slot->missing = false;
}

static void give_up(struct wanted *w, struct wanted_slot *slot)
{
    w->stats.given_up += slot->missing;
    found(w, slot);
}

void wanted_restart(struct wanted *w)
{
    for (uint32_t i = 0; i < WANTED_WINDOW; i++)
        give_up(w, &w->slots[i]);
    memset(w->slots, 0, sizeof w->slots);
    w->started = false;
}

// The largest lateness of the last one to two intervals.
static usec largest_lateness(struct wanted *w, usec now)
{
    if (now - w->interval_start >= INTERVAL) {
        w->lateness_before = now - w->interval_start < 2 * INTERVAL ? w->lateness : 0;
        w->lateness = 0;
        w->interval_start = now;
    }
    return usec_max(w->lateness, w->lateness_before);
}

static void came_late(struct wanted *w, usec now, struct wanted_slot *slot)
{
    largest_lateness(w, now);
    w->lateness = usec_max(w->lateness, now - slot->since);
    w->stats.late++;
    slot->skipped = false;
    found(w, slot);
}

void wanted_packet(struct wanted *w, usec now, uint32_t seq)
{
    if (in_window(w, seq)) {
        if (slot_of(w, seq)->skipped)
            came_late(w, now, slot_of(w, seq));
        return;
    }
    int32_t ahead = (int32_t)(seq - w->highest);
    if (w->started && ahead < 0)
        return;
    if (!w->started || ahead > (int32_t)WANTED_WINDOW) {
        wanted_restart(w);
        w->started = true;
        w->highest = seq;
        return;
    }
    usec due = now + largest_lateness(w, now);
    while (w->highest != seq) {
        struct wanted_slot *slot = slot_of(w, ++w->highest);
        bool skipped = w->highest != seq;
        give_up(w, slot);
        *slot = (struct wanted_slot){
            .skipped = skipped, .missing = skipped, .since = now, .due = due, .wake = now};
        w->missing += skipped;
        w->spared += (1 - w->spared) / MEMORY;
    }
}

// RFC 6298 sections 2.2 and 2.3
static void measure(struct wanted *w, usec now, usec sample)
{
    if (!w->measured || now - w->measured_at > STALE) {
        w->round_trip = sample;
        w->variation = sample / 2;
    } else {
        usec off = sample - w->round_trip;
        w->variation += ((off < 0 ? -off : off) - w->variation) / 4;
        w->round_trip += off / 8;
    }
    w->measured = true;
    w->measured_at = now;
}

// Which asking an answer is for is sure where there was one (Karn's algorithm, RFC 6298 section 3),
// or where it comes too soon to be for the second. Where neither happens any more, the round trip
// has become longer than what is waited for an answer, and each takes the estimate a step up.
static void answered(struct wanted *w, usec now, struct wanted_slot *slot)
{
    bool sure =
        slot->tries == 1 || (slot->tries == 2 && now - slot->last_asked < w->round_trip / 2);
    usec sample = now - slot->first_asked;
    slot->answered = true;
    w->stats.answered++;
    w->unsure = sure ? 0 : w->unsure + 1;
    if (sure || !w->measured)
        measure(w, now, sample);
    else if (w->unsure >= UNSURE_MAX)
        measure(w, now, usec_min(sample, 2 * w->round_trip));
}

void wanted_repaired(struct wanted *w, usec now, uint32_t seq, bool answer)
{
    if (!in_window(w, seq))
        return;
    struct wanted_slot *slot = slot_of(w, seq);
    if (answer && slot->tries > 0 && !slot->answered)
        answered(w, now, slot);
    found(w, slot);
}

usec wanted_round_trip(const struct wanted *w)
{
    return w->measured ? w->round_trip : USEC_NEVER;
}

static usec answer_time(const struct wanted *w)
{
    if (!w->measured)
        return FIRST_RETRY;
    return usec_max(MIN_RETRY, w->round_trip + usec_max(GRANULARITY, 4 * w->variation));
}

// The more packets are lost, the more answers are: one asking more for each tenth of them.
usec wanted_time(const struct wanted *w, usec told)
{
    bool guess = !w->measured && told != USEC_NEVER;
    usec each = guess ? usec_max(MIN_RETRY, told + told / 2) : answer_time(w);
    return (2 + (int)(10 * (1 - w->spared) + 0.5f)) * each;
}

// How long to wait before a packet is asked for once more. The first answer is waited for in full,
// where there is time for another after that: most come, and a second asking only has it sent
// twice. Then the path is a bad one, and the tries that are left are spread over the time that is
// left. An asking within half a round trip is taken for one that has crossed with the answer
// (resend.h).
static usec wait_after(const struct wanted *w, int tries, usec now, usec deadline)
{
    usec wait = answer_time(w);
    if (!w->measured || deadline == USEC_NEVER || tries >= (int)WANTED_TRIES)
        return wait;
    usec left = deadline - w->round_trip - w->variation - now;
    usec share = tries == 1 ? left : left / ((int)WANTED_TRIES - tries);
    return usec_min(wait, usec_max(share, usec_max(MIN_RETRY, w->round_trip / 2)));
}

// Can the answer to an asking at `now` be in time? A stale round trip may have become shorter.
static bool in_time(const struct wanted *w, usec now, usec deadline)
{
    bool known = w->measured && now - w->measured_at <= STALE;
    return deadline == USEC_NEVER || (known ? now + w->round_trip <= deadline : now < deadline);
}

// When to ask for a packet: when it is due, or earlier where that would be too late. USEC_NEVER: no
// more.
static usec ask_at(const struct wanted *w, const struct wanted_slot *slot, usec now, usec deadline)
{
    usec at = slot->due;
    if (slot->tries >= WANTED_TRIES)
        return USEC_NEVER;
    if (slot->tries == 0 && deadline != USEC_NEVER)
        at = usec_min(at, usec_max(slot->since, deadline - answer_time(w)));
    return in_time(w, usec_max(at, now), deadline) ? at : USEC_NEVER;
}

static void ask(struct wanted *w, struct wanted_slot *slot, usec now, usec deadline)
{
    if (slot->tries == 0) {
        slot->first_asked = now;
        w->spared -= 1.0f / MEMORY;
    }
    w->stats.asked += slot->tries == 0;
    w->stats.asked_again += slot->tries > 0;
    slot->tries++;
    slot->last_asked = now;
    slot->due = now + wait_after(w, slot->tries, now, deadline);
}

// Looks at one missing packet: is it to be asked for now, if `may` be? Says when to look again.
static bool look(struct wanted *w, struct wanted_slot *slot, usec now, usec deadline, bool may)
{
    if (deadline <= now) {
        give_up(w, slot);
        return false;
    }
    usec at = ask_at(w, slot, now, deadline);
    bool asks = may && at <= now;
    if (asks) {
        ask(w, slot, now, deadline);
        at = ask_at(w, slot, now, deadline);
    }
    slot->wake = usec_min(at, deadline);
    return asks;
}

size_t wanted_due(struct wanted *w, usec now, uint16_t *seqs, size_t cap, wanted_deadline *deadline,
                  void *ctx)
{
    bool may = w->paid_until - now <= BURST_TIME;
    size_t len = 0;
    uint32_t left = w->missing;
    for (uint32_t seq = w->highest - (WANTED_WINDOW - 1); left > 0; seq++) {
        struct wanted_slot *slot = slot_of(w, seq);
        if (!slot->missing)
            continue;
        left--;
        if (look(w, slot, now, deadline(ctx, seq), may && len < cap))
            seqs[len++] = (uint16_t)seq;
    }
    if (len)
        w->paid_until = usec_max(w->paid_until, now) + MESSAGE_TIME;
    return len;
}

usec wanted_next(const struct wanted *w)
{
    usec next = USEC_NEVER;
    uint32_t left = w->missing;
    for (uint32_t i = 0; left > 0; i++)
        if (w->slots[i].missing) {
            next = usec_min(next, w->slots[i].wake);
            left--;
        }
    return usec_max(next, w->paid_until - BURST_TIME);
}
