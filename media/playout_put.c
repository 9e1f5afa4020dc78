// What comes into the jitter buffer: see playout.h. Here it is decided whether a packet belongs to the
// time line, whether it is too late, and how long all of them should wait.
#include "media/playout.h"

#include "media/playout_internal.h"

#define LATE_IN_A_ROW  5  // then it is the time line that is wrong, not the packets;
#define LATE_IF_FIXED  50 // with a fixed latency, which is asked to stay, many more
#define STRAY_IN_A_ROW 3
#define MARGIN         (2 * USEC_MS)     // at first, on top of the lead
#define STRAY_LATE     (2 * USEC_SECOND) // after its turn
#define STRAY_EARLY    (1 * USEC_SECOND) // before the fastest
#define EXCUSE         (2 * USEC_SECOND) // a packet that is no later is played, unless a later one was

static usec repair_time(struct playout *p)
{
    return repair_wait(&p->repair, p->config.fec, media_usec(p, p->last_samples));
}

static usec wanted(struct playout *p)
{
    usec base = delay_base(&p->delay);
    if (p->config.latency)
        return base + p->config.latency;
    usec target = delay_target(&p->delay) + repair_time(p) + lead(p);
    return usec_min(usec_max(target, base + p->config.latency_min), base + p->config.latency_max);
}

static void observe(struct playout *p, usec arrival, const struct playout_packet *packet)
{
    usec transit = arrival - media_usec(p, packet->time);
    bool overtaken = p->begun && shelf_ahead(packet->seq, p->shelf.highest_seq) < 0;
    delay_packet(&p->delay, transit, media_usec(p, packet->samples), overtaken);
    drift_packet(&p->drift, arrival, transit);
    p->want = wanted(p);
}

static void begin(struct playout *p, usec arrival, const struct playout_packet *packet)
{
    usec transit = arrival - media_usec(p, packet->time);
    bool near = p->expected && shelf_ahead(packet->seq, p->last_seq) > 0 &&
                shelf_ahead(packet->seq, p->last_seq) < (int64_t)SHELF_SLOTS / 4 &&
                packet->time >= p->last_end &&
                media_usec(p, packet->time - p->last_end) < 2 * USEC_SECOND;
    if (!near) {
        p->last_seq = packet->seq - 1;
        p->last_end = p->pos = packet->time;
    }
    p->expected = near;
    p->last_samples = packet->samples;
    p->shelf.highest_seq = packet->seq;
    p->begun = true;
    usec wait = usec_max(p->config.latency_min, repair_time(p) + lead(p) + MARGIN);
    usec latency = p->config.latency ? p->config.latency : usec_min(wait, p->config.latency_max);
    p->start = media_usec(p, p->pos) + transit + latency;
}

// The stream is the same one: it ends where it was to end, and what was played is not played again.
static void restart(struct playout *p, usec arrival, const struct playout_packet *packet)
{
    bool finishing = p->finishing;
    playout_reset(p);
    p->finishing = finishing;
    p->stats.restarts++;
    observe(p, arrival, packet);
    begin(p, arrival, packet);
    p->expected = true;
}

// Has a later one been played, or the one before which nothing is wanted? That packet says nothing
// about the time line.
static bool is_behind(const struct playout *p, const struct playout_packet *packet)
{
    uint32_t last = p->restored ? p->restored_seq : p->last_seq;
    return (p->started || p->expected) && shelf_ahead(packet->seq, last) <= 0;
}

static bool is_stray(struct playout *p, usec transit, const struct playout_packet *packet)
{
    if (transit - p->want <= STRAY_LATE && delay_base(&p->delay) - transit <= STRAY_EARLY) {
        p->stray_run = 0;
        return false;
    }
    if (!is_behind(p, packet))
        p->stray_run++;
    return true;
}

// A packet whose turn has passed is played all the same as long as no later one was: sound pauses, and
// the delay grows. A fixed latency may grow by no more than a part of the packet.
static bool is_too_late(const struct playout *p, const struct playout_packet *packet)
{
    int64_t behind = p->pos - packet->time;
    return p->config.latency ? behind >= packet->samples : media_usec(p, behind) > EXCUSE;
}

static bool is_late(const struct playout *p, const struct playout_packet *packet)
{
    if (is_behind(p, packet))
        return true;
    if (!p->started)
        return shelf_ahead(p->shelf.highest_seq, packet->seq) >= (int64_t)SHELF_SLOTS / 4;
    return is_too_late(p, packet) || packet->time + packet->samples <= p->last_end;
}

// Older than the first that came, but nothing is playing yet: begin with it instead, no later than
// it would have been heard with that one.
static void begin_earlier(struct playout *p, const struct playout_packet *packet)
{
    p->start -= media_usec(p, p->pos) - media_usec(p, packet->time);
    p->last_seq = packet->seq - 1;
    p->last_end = p->pos = packet->time;
}

static enum playout_put drop_late(struct playout *p, const struct playout_packet *packet)
{
    p->stats.late++;
    p->stats.samples_late += gap_came(&p->gap, packet);
    return PLAYOUT_LATE;
}

enum playout_put playout_put(struct playout *p, usec arrival, const struct playout_packet *packet)
{
    usec transit = arrival - media_usec(p, packet->time);
    if (packet->payload_len > SHELF_PAYLOAD_MAX) {
        p->stats.full++;
        return PLAYOUT_FULL;
    }
    if (!p->begun) {
        observe(p, arrival, packet);
        begin(p, arrival, packet);
    } else if (is_stray(p, transit, packet)) {
        if (p->stray_run < STRAY_IN_A_ROW || is_behind(p, packet)) {
            p->stats.stray++;
            p->stats.samples_late += gap_came(&p->gap, packet);
            return PLAYOUT_STRAY;
        }
        restart(p, arrival, packet);
    } else {
        observe(p, arrival, packet);
    }
    if (is_late(p, packet)) {
        int most = p->config.latency ? LATE_IF_FIXED : LATE_IN_A_ROW;
        if (is_behind(p, packet) || ++p->late_run < most)
            return drop_late(p, packet);
        restart(p, arrival, packet);
    }
    p->late_run = 0;
    if (!p->started && shelf_ahead(packet->seq, p->last_seq) <= 0)
        begin_earlier(p, packet);
    const struct shelf_slot *here = shelf_at(&p->shelf, packet->seq);
    if (here && here->packet.origin == PLAYOUT_SENT)
        return PLAYOUT_DUPLICATE;
    if (shelf_ahead(packet->seq, p->last_seq) > (int64_t)SHELF_SLOTS) {
        if (next_slot(p)) {
            p->stats.full++;
            return PLAYOUT_FULL;
        }
        restart(p, arrival, packet); // more were lost than the ring holds
    }
    shelf_put(&p->shelf, arrival, packet);
    return PLAYOUT_KEPT;
}

bool playout_missing_at(const struct playout *p, uint32_t carrier, int64_t time, uint32_t *seq)
{
    if (p->begun && time < p->last_end)
        return gap_at(&p->gap, time, p->last_samples, seq);
    return p->begun && shelf_missing_at(&p->shelf, p->last_seq, p->last_end, p->last_samples,
                                        carrier, time, seq);
}

// Between its neighbours there is room for it: one whose timestamp is wrong would have sound wait for it,
// or push others out.
static bool has_room(struct playout *p, const struct playout_packet *packet)
{
    const struct shelf_slot *next = shelf_next(&p->shelf, packet->seq);
    return next && packet->time + packet->samples <= next->packet.time;
}

// It may also bring the in-band copy of the packet before, if that is missing.
static void observe_in_band(struct playout *p, const struct playout_packet *packet, usec wait)
{
    uint32_t before = packet->seq - 1;
    if (!packet->fec_samples || !p->config.fec || shelf_at(&p->shelf, before))
        return;
    if (shelf_ahead(before, p->last_seq) > 0 || gap_repaired(&p->gap, before))
        repair_came(&p->repair, wait + media_usec(p, packet->fec_samples),
                    media_usec(p, packet->fec_samples));
}

enum playout_put playout_repair(struct playout *p, usec arrival,
                                const struct playout_packet *packet)
{
    usec wait = arrival - media_usec(p, packet->time) - delay_target(&p->delay);
    bool over = is_behind(p, packet) || p->pos - packet->time > packet->samples / 2;
    if (!p->begun || packet->payload_len > SHELF_PAYLOAD_MAX ||
        shelf_ahead(packet->seq, p->shelf.highest_seq) >= 0)
        return PLAYOUT_STRAY;
    if (shelf_at(&p->shelf, packet->seq) || (over && !gap_repaired(&p->gap, packet->seq)))
        return PLAYOUT_DUPLICATE;
    if (!over && !has_room(p, packet))
        return PLAYOUT_STRAY;
    repair_came(&p->repair, wait, media_usec(p, packet->samples));
    observe_in_band(p, packet, wait);
    p->want = wanted(p);
    if (over)
        return PLAYOUT_LATE;
    shelf_put(&p->shelf, arrival, packet);
    return PLAYOUT_KEPT;
}

usec playout_deadline(const struct playout *p, uint32_t seq)
{
    int64_t ahead = shelf_ahead(seq, p->last_seq);
    if (!p->begun)
        return USEC_NEVER;
    if (ahead <= 0)
        return INT64_MIN;
    usec turn = media_usec(p, p->last_end + (ahead - 1) * p->last_samples) - lead(p);
    if (p->config.latency)
        return turn + p->want;
    usec least = p->started ? usec_max(p->offset, p->want) : p->start - media_usec(p, p->pos);
    usec most = delay_base(&p->delay) + p->config.latency_max;
    return turn + usec_max(least, usec_min(least + repair_slack(&p->repair), most));
}
