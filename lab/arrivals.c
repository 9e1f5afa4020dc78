// What a listener makes of packets that came: see arrivals.h.
#include "lab/arrivals.h"

#include "media/rtp.h"
#include "media/voice.h"

#include <stdlib.h>

#define PERIOD        240                // samples that are played at a time: 5 ms
#define AFTERMATH     (10 * USEC_SECOND) // and no later than this after the last packet it is over
#define RECEIVER_SEED 2

// Packets of the tape, reports left out. `first`: the sequence number of the first one.
static size_t packets_of(const struct tape *tape, uint16_t *first)
{
    struct sender_datagram d;
    struct rtp_packet packet;
    size_t packets = 0;
    usec at;
    for (size_t i = 0; tape_datagram(tape, i, &at, &d); i++)
        if (d.kind == SENDER_RTP && rtp_parse(&packet, d.data, d.len) == RTP_OK && packets++ == 0)
            *first = packet.seq;
    return packets;
}

// When each was due.
static void due_times(const struct tape *tape, usec *due)
{
    struct sender_datagram d;
    size_t packets = 0;
    usec at;
    for (size_t i = 0; tape_datagram(tape, i, &at, &d); i++)
        if (d.kind == SENDER_RTP)
            due[packets++] = at;
}

static int ascending(const void *a, const void *b)
{
    usec x = *(const usec *)a, y = *(const usec *)b;
    return (x > y) - (x < y);
}

static void judge_delays(struct arrivals_figures *f, usec *delays)
{
    if (!f->came)
        return;
    qsort(delays, f->came, sizeof *delays, ascending);
    f->delay_least = delays[0];
    f->delay_median = delays[f->came / 2];
    f->delay_p95 = delays[(95 * f->came + 99) / 100 - 1];
    f->delay_most = delays[f->came - 1];
}

struct judge {
    uint16_t first;
    usec *due;    // of each packet
    usec *delays; // of those that came
    bool *came;
};

// The packet's place on the tape; `sent`: it is none of it.
static size_t place_of(const struct judge *j, const struct arrival *a, size_t sent)
{
    struct rtp_packet packet;
    if (rtp_parse(&packet, a->data, a->len) != RTP_OK)
        return sent;
    size_t place = (uint16_t)(packet.seq - j->first);
    return place < sent ? place : sent;
}

static void judge_order(struct judge *j, const struct arrival *arrivals, size_t count,
                        struct arrivals_figures *f)
{
    size_t latest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t place = place_of(j, &arrivals[i], f->sent);
        if (place == f->sent) {
            f->foreign++;
        } else if (j->came[place]) {
            f->repeated++;
        } else {
            j->came[place] = true;
            f->overtaken += place < latest;
            latest = place > latest ? place : latest;
            j->delays[f->came++] = arrivals[i].at - j->due[place];
        }
    }
}

// Nothing comes, and then what comes is old: somebody held it back. A gap that ends with what is new is
// a loss.
static void judge_stalls(const struct judge *j, const struct arrival *arrivals, size_t count,
                         struct arrivals_figures *f)
{
    for (size_t i = 1; i < count; i++) {
        usec gap = arrivals[i].at - arrivals[i - 1].at;
        size_t place = place_of(j, &arrivals[i], f->sent);
        if (gap <= ARRIVALS_STALL || place == f->sent ||
            arrivals[i].at - j->due[place] - f->delay_least <= ARRIVALS_STALL)
            continue;
        f->stalls++;
        f->stalled += gap;
        f->stall_longest = usec_max(f->stall_longest, gap);
    }
}

bool arrivals_judge(const struct tape *tape, const struct arrival *arrivals, size_t count,
                    struct arrivals_figures *figures)
{
    struct judge j = {0};
    *figures = (struct arrivals_figures){.sent = packets_of(tape, &j.first)};
    size_t room = figures->sent + 1;
    j.due = calloc(room, sizeof *j.due);
    j.delays = calloc(room, sizeof *j.delays);
    j.came = calloc(room, sizeof *j.came);
    bool whole = j.due && j.delays && j.came;
    if (whole) {
        due_times(tape, j.due);
        judge_order(&j, arrivals, count, figures);
        judge_delays(figures, j.delays);
        judge_stalls(&j, arrivals, count, figures);
    }
    free(j.due);
    free(j.delays);
    free(j.came);
    return whole;
}

// ---- heard ----------------------------------------------------------------------------------------

static struct receiver *receiver_for(const struct arrivals_play *play)
{
    struct sender_position begin = tape_position(play->tape);
    const struct receiver_config config = {
        .payload_type = play->payload_type,
        .channels = play->channels,
        .latency = play->latency,
        .has_seq = true,
        .seq = begin.seq,
        .has_rtptime = true,
        .rtptime = begin.timestamp,
        .seed = RECEIVER_SEED,
    };
    return receiver_new(&config, 0);
}

static bool has_ended(struct receiver *r)
{
    struct receiver_event event;
    bool ended = false;
    while (receiver_event(r, &event))
        ended |= event.kind == RECEIVER_ENDED;
    return ended;
}

bool arrivals_play(const struct arrivals_play *play, const struct arrival *arrivals, size_t count,
                   struct heard *heard, struct receiver_stats *stats)
{
    struct receiver *r = receiver_for(play);
    int16_t pcm[2 * PERIOD];
    usec end = (count ? arrivals[count - 1].at : 0) + AFTERMATH;
    if (!r)
        return false;
    size_t next = 0;
    usec now = 0;
    for (int64_t played = 0; !has_ended(r) && now < end; played += PERIOD) {
        now = usec_from_units(played, VOICE_RATE);
        for (; next < count && arrivals[next].at <= now; next++)
            receiver_rtp(r, arrivals[next].at, arrivals[next].data, arrivals[next].len);
        if (next == count)
            receiver_finish(r);
        for (int i = 0; i < 2 * PERIOD; i++)
            pcm[i] = 0; // what comes before the stream is left to us
        struct receiver_played p = receiver_play(r, now, pcm, PERIOD);
        heard_add(heard, pcm, p.lead + p.used, play->channels);
    }
    *stats = receiver_stats(r);
    receiver_free(r);
    return !heard->no_memory;
}
