// What a listener says: see peer.h.
#include "sender/peer.h"

#include "media/rtcp.h"
#include "media/rtcp_key.h"
#include "media/rtcp_nack.h"
#include "media/rtcp_xr.h"

#define RATE_MEMORY 4               // seconds
#define CAME_LEAST  10              // packets between two reports, of which a share says something
#define RATE_TIME   (100 * USEC_MS) // that a rate is measured over, at least
#define TRIP_ROUNDS (65536 / 500)   // 2 ms, in 1/65536 s: what rounding may make of none
#define TRIP_MOST   (65536 * 30)    // 30 s

void peer_init(struct peer *l, struct peer_takes takes, uint16_t resend_seq)
{
    *l = (struct peer){
        .state = PEER_JOINED,
        .takes = takes,
        .resend_seq = resend_seq,
        .reference_at = USEC_NEVER,
        .settled_at = USEC_NEVER,
        .told_at = USEC_NEVER,
        .figures = {.heard = USEC_NEVER, .round_trip = USEC_NEVER},
    };
}

void peer_settle(struct peer *l, usec now)
{
    if (l->sent > l->figures.octets) // on another time line
        l->sent = 0;
    if (l->settled_at != USEC_NEVER && now > l->settled_at) {
        double second = (double)(now - l->settled_at) / 1e6;
        double again = 8 * (double)(l->resent - l->settled) / second;
        l->resend_rate += (again - l->resend_rate) / RATE_MEMORY;
        l->rate = again + 8 * (double)(l->figures.octets - l->sent) / second;
    }
    l->settled = l->resent;
    l->sent = l->figures.octets;
    l->settled_at = now;
}

int peer_resend_rate(const struct peer *l)
{
    return (int)l->resend_rate;
}

struct hearing { // of one compound
    struct peer *peer;
    usec now;
    uint64_t ntp;
    const struct time_line *line;
    struct random *random;
    struct peer_heard heard;
};

// Of the packets that went out since the report before, the share that had come when this one was written.
static double came_share(const struct hearing *h, const struct rtcp_report *report)
{
    const struct peer *l = h->peer;
    int went = (int16_t)(uint16_t)(h->line->departures.last - l->departed);
    int came = (int16_t)(uint16_t)(report->highest_seq - l->highest);
    if (l->told_at == USEC_NEVER || went < CAME_LEAST || came < 0)
        return 1 - report->fraction_lost / 256.0;
    double share = came * (1 - report->fraction_lost / 256.0) / went;
    return share < 1 ? share : 1;
}

// bit/s that went out since the report before. 0: not known.
static double rate_since(const struct hearing *h)
{
    const struct peer *l = h->peer;
    uint64_t octets = l->figures.octets + l->resent;
    if (l->told_at == USEC_NEVER || h->now - l->told_at < RATE_TIME || octets < l->told)
        return 0;
    return 8e6 * (double)(octets - l->told) / (double)(h->now - l->told_at);
}

static void take_report(struct hearing *h, const struct rtcp_report *report)
{
    struct peer_figures *f = &h->peer->figures;
    usec round_trip = USEC_NEVER;
    f->fraction_lost = report->fraction_lost;
    f->cumulative_lost = report->cumulative_lost;
    f->jitter = report->jitter;
    if (report->lsr) { // RFC 3550 section 6.4.1, in 1/65536 s
        int32_t trip = (int32_t)((uint32_t)(h->ntp >> 16) - report->lsr - report->dlsr);
        if (trip >= -TRIP_ROUNDS && trip <= TRIP_MOST) { // else it answers no report of ours
            round_trip = trip > 0 ? (usec)trip * USEC_SECOND / 65536 : 0;
            f->round_trip = h->peer->resend.round_trip = round_trip;
        }
    }
    history_share(&h->peer->history, h->random, f->packets, report->highest_seq,
                  report->fraction_lost);
    double came = came_share(h, report);
    // A second report on the same one of ours says little new about the way there.
    const struct congestion_news news = {
        .round_trip = report->lsr == h->peer->lsr ? USEC_NEVER : round_trip,
        .jitter = usec_from_units(report->jitter, h->line->clock),
        .lost = report->fraction_lost / 256.0,
        .came = came,
        .through = rate_since(h) * came,
        .rate = h->peer->rate,
        .trip_least = departures_trip(&h->line->departures, h->now, (uint16_t)report->highest_seq),
    };
    congestion_report(&h->peer->congestion, h->now, &news);
    h->peer->lsr = report->lsr;
    h->peer->highest = report->highest_seq;
    h->peer->departed = h->line->departures.last;
    h->peer->told = f->octets + h->peer->resent;
    h->peer->told_at = h->now;
    h->heard.reported = true;
}

static void take_losses(struct hearing *h, struct rtcp_xr_loss *loss)
{
    struct rtcp_xr_run run;
    if (loss->ssrc != h->line->ssrc || loss->thinning)
        return;
    while (rtcp_xr_loss_next(loss, &run))
        history_run(&h->peer->history, run.seq, run.count, run.came);
}

static void take_extended(struct hearing *h, const struct rtcp_packet *packet)
{
    struct rtcp_xr_walk walk = rtcp_xr_walk(packet);
    struct rtcp_xr_block block;
    while (rtcp_xr_next(&walk, &block) == RTCP_XR_OK) {
        if (block.type == RTCP_XR_LOSS)
            take_losses(h, &block.loss);
        if (block.type == RTCP_XR_REFERENCE) {
            h->peer->reporter = packet->ssrc;
            h->peer->reference = (uint32_t)(block.ntp >> 16);
            h->peer->reference_at = h->now;
        }
    }
}

// A FIR is said again until its key frame comes, by the same number (RFC 5104 section 4.3.1.1). What counts
// is whether that frame can have come, which the film knows: for it, one is as good as the other.
static bool key_is_asked(const struct hearing *h, const struct rtcp_packet *packet)
{
    uint8_t number;
    return rtcp_is_pli(packet, h->line->ssrc) || rtcp_is_fir(packet, h->line->ssrc, &number);
}

struct peer_heard peer_rtcp(struct peer *l, usec now, uint64_t ntp, const struct time_line *line,
                            struct random *random, const void *data, size_t len,
                            void (*asked)(void *ctx, uint16_t seq), void *ctx)
{
    struct hearing h = {l, now, ntp, line, random, {0}};
    struct rtcp_walk walk = rtcp_walk(data, len);
    struct rtcp_packet packet;
    enum rtcp_status status;
    uint16_t seq;
    walk.reduced = true; // baresip asks for key frames without a report before it (RFC 5506)
    while ((status = rtcp_next(&walk, &packet)) == RTCP_OK) {
        for (size_t i = 0; i < packet.reports_len; i++)
            if (packet.reports[i].ssrc == line->ssrc)
                take_report(&h, &packet.reports[i]);
        take_extended(&h, &packet);
        struct rtcp_nack nack = rtcp_nack_of(&packet);
        while (l->takes.again && nack.media_ssrc == line->ssrc && rtcp_nack_next(&nack, &seq))
            asked(ctx, seq);
        h.heard.key |= key_is_asked(&h, &packet);
    }
    h.heard.valid = status == RTCP_END;
    if (h.heard.valid)
        l->figures.heard = now;
    if (h.heard.reported) {
        l->figures.lost = history_outcome(&l->history, (struct copies_shape){0}, false, false).lost;
        l->figures.burst = history_burst(&l->history);
    }
    return h.heard;
}

// To a listener that measures its round trip (RFC 3611 section 4.5).
static void write_reference(const struct peer *l, uint32_t ssrc, usec now, struct writer *w)
{
    if (l->reference_at == USEC_NEVER)
        return;
    const struct rtcp_xr_dlrr dlrr = {
        .ssrc = l->reporter,
        .lrr = l->reference,
        .dlrr = (uint32_t)usec_to_units(now - l->reference_at, 65536),
    };
    uint8_t *begun = rtcp_xr_begin(w, ssrc);
    rtcp_xr_write_dlrr(w, &dlrr, 1);
    rtcp_xr_end(w, begun);
}

void peer_report(const struct peer *l, const struct time_line *line, usec now, uint64_t ntp,
                 const char *cname, const struct rtcp_report *blocks, size_t count,
                 struct writer *w)
{
    if (l->figures.packets) {
        struct rtcp_sender sender = {
            .ntp = ntp,
            .rtp = line->first_timestamp + (uint32_t)usec_to_units(now - line->start, line->clock),
            .packets = (uint32_t)l->figures.packets,
            .octets = (uint32_t)l->figures.octets,
        };
        rtcp_write_sr(w, line->ssrc, &sender, blocks, count);
    } else {
        rtcp_write_rr(w, line->ssrc, blocks, count); // nothing was sent yet: not a sender yet
    }
    rtcp_write_sdes(w, line->ssrc, cname);
    write_reference(l, line->ssrc, now, w);
}
