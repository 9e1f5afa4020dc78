// Reports of a receiver: see reporter.h.
#include "receiver/reporter.h"

#include "media/random.h"
#include "media/rtcp_key.h"
#include "media/rtcp_nack.h"
#include "media/rtcp_xr.h"

#include <stdio.h>
#include <string.h>

#define STREAM_BITRATE 64000 // bit/s; sets how much RTCP is fair
#define HURRY          (300 * USEC_MS)
#define HURRIED        8  // reports
#define SLACK          3u // packets behind the highest that may be on their way yet

enum { UNKNOWN, CAME, DISCARDED };

void reporter_init(struct reporter *r, usec now, uint64_t seed, bool feedback, bool extended,
                   const struct reporter_head *head)
{
    struct random random = {seed};
    *r = (struct reporter){
        .ssrc = (uint32_t)random_u64(&random),
        .head = *head,
        .extended = extended,
        .round_trip = USEC_NEVER,
    };
    if (head->write)
        r->ssrc = head->ssrc;
    snprintf(r->cname, sizeof r->cname, "voz-%016llx", (unsigned long long)random_u64(&random));
    rtcp_timer_init(&r->timer, now, random_u64(&random), (head->write ? 2 : 1) * STREAM_BITRATE);
    if (feedback)
        rtcp_timer_least(&r->timer, now, USEC_SECOND);
}

void reporter_hurry(struct reporter *r, usec now, int bitrate)
{
    rtcp_timer_hurry(&r->timer, now, HURRY, HURRIED, bitrate);
}

void reporter_restart(struct reporter *r, uint32_t first)
{
    r->begun = true;
    r->told = r->end = first;
    r->burst = (struct burst){0};
    memset(r->fates, UNKNOWN, sizeof r->fates);
}

// What is not told in time leaves no gap in the figures, but is not in any report.
static void settle(struct reporter *r, uint32_t end, bool *came)
{
    for (size_t i = 0; (int32_t)(end - r->told) > 0; i++, r->told++) {
        uint8_t *fate = &r->fates[r->told % REPORTER_WINDOW];
        burst_packet(&r->burst, *fate == CAME        ? BURST_PLAYED
                                : *fate == DISCARDED ? BURST_DISCARDED
                                                     : BURST_LOST);
        if (came)
            came[i] = *fate != UNKNOWN;
        *fate = UNKNOWN;
    }
}

void reporter_came(struct reporter *r, uint32_t seq)
{
    if (!r->begun || (int32_t)(seq - r->told) < 0)
        return;
    if ((int32_t)(seq - r->told) >= (int32_t)REPORTER_WINDOW)
        settle(r, seq - REPORTER_WINDOW + 1, NULL);
    r->fates[seq % REPORTER_WINDOW] = CAME;
    if ((int32_t)(seq - r->end) >= 0)
        r->end = seq + 1;
}

void reporter_discarded(struct reporter *r, uint32_t seq)
{
    if (r->begun && (int32_t)(seq - r->told) >= 0 && (int32_t)(seq - r->end) < 0)
        r->fates[seq % REPORTER_WINDOW] = DISCARDED;
}

// ---- extended reports --------------------------------------------------------------------------

// RFC 3611 section 4.5, as RFC 3550 section 6.4.1 from the other side. No clock on the wall is needed:
// only differences are made of it (section 4.4).
static void take_dlrr(struct reporter *r, usec now, struct rtcp_xr_dlrrs *dlrrs)
{
    struct rtcp_xr_dlrr dlrr;
    while (rtcp_xr_dlrr_next(dlrrs, &dlrr)) {
        if (dlrr.ssrc != r->ssrc || !dlrr.lrr)
            continue;
        int32_t trip = (int32_t)((uint32_t)(rtcp_ntp(now) >> 16) - dlrr.lrr - dlrr.dlrr);
        r->round_trip = trip > 0 ? (usec)trip * USEC_SECOND / 65536 : 0;
    }
}

void reporter_rtcp(struct reporter *r, usec now, const struct rtcp_packet *packet)
{
    struct rtcp_xr_walk walk = rtcp_xr_walk(packet);
    struct rtcp_xr_block block;
    while (rtcp_xr_next(&walk, &block) == RTCP_XR_OK)
        if (block.type == RTCP_XR_DLRR)
            take_dlrr(r, now, &block.dlrrs);
}

static uint16_t ms(usec t)
{
    usec whole = t / USEC_MS;
    return whole < 0 ? 0 : whole > 65535 ? 65535 : (uint16_t)whole;
}

static void write_voip(struct reporter *r, const struct reporter_call *call, struct writer *w)
{
    struct burst_metrics m = burst_metrics(&r->burst, call->frame);
    struct rtcp_xr_voip voip = {
        .ssrc = call->source->ssrc,
        .loss_rate = m.loss_rate,
        .discard_rate = m.discard_rate,
        .burst_density = m.burst_density,
        .gap_density = m.gap_density,
        .burst_ms = m.burst_ms,
        .gap_ms = m.gap_ms,
        .round_trip_ms = r->round_trip == USEC_NEVER ? 0 : ms(r->round_trip),
        .end_system_ms = ms(call->delay + call->frame),
        .signal_dbm0 = RTCP_XR_UNAVAILABLE,
        .noise_dbm0 = RTCP_XR_UNAVAILABLE,
        .rerl_db = RTCP_XR_UNAVAILABLE,
        .gmin = BURST_GMIN,
        .r_factor = RTCP_XR_UNAVAILABLE,
        .external_r = RTCP_XR_UNAVAILABLE,
        .mos_lq = RTCP_XR_UNAVAILABLE,
        .mos_cq = RTCP_XR_UNAVAILABLE,
        .plc = call->conceals ? RTCP_XR_PLC_ENHANCED : RTCP_XR_PLC_DISABLED,
        .jba = call->adaptive ? RTCP_XR_JBA_ADAPTIVE : RTCP_XR_JBA_FIXED,
        .jb_nominal_ms = ms(call->delay),
        .jb_maximum_ms = ms(call->delay),
        .jb_absolute_ms = ms(usec_max(call->delay, call->delay_most)),
    };
    rtcp_xr_write_voip(w, &voip);
}

static void write_extended(struct reporter *r, usec now, const struct reporter_call *call,
                           struct writer *w)
{
    bool came[REPORTER_WINDOW];
    uint8_t *begun = rtcp_xr_begin(w, r->ssrc);
    rtcp_xr_write_reference(w, rtcp_ntp(now));
    if (call->source && r->begun && (int32_t)(r->end - SLACK - r->told) > 0) {
        uint32_t from = r->told, end = r->end - SLACK;
        settle(r, end, came);
        rtcp_xr_write_loss(w, call->source->ssrc, (uint16_t)from, came, end - from);
        write_voip(r, call, w);
    }
    rtcp_xr_end(w, begun);
}

// ---- compounds ---------------------------------------------------------------------------------

bool reporter_is_due(const struct reporter *r, usec now)
{
    return now >= r->timer.next;
}

static void write_head(const struct reporter *r, usec now, const struct rtcp_report *blocks,
                       size_t count, struct writer *w)
{
    if (r->head.write) {
        r->head.write(r->head.ctx, now, blocks, count, w);
        return;
    }
    rtcp_write_rr(w, r->ssrc, blocks, count);
    rtcp_write_sdes(w, r->ssrc, r->cname);
}

size_t reporter_write(struct reporter *r, usec now, const struct reporter_call *call, bool bye,
                      void *out, size_t cap)
{
    struct writer w = writer_of(out, cap);
    struct rtcp_report report;
    if (call->source)
        source_report(call->source, now, &report);
    write_head(r, now, &report, call->source ? 1 : 0, &w);
    if (r->extended)
        write_extended(r, now, call, &w);
    if (bye)
        rtcp_write_bye(&w, r->ssrc, NULL);
    else
        rtcp_timer_sent(&r->timer, now, writer_len(&w));
    return w.failed ? 0 : writer_len(&w);
}

// A compound begins with a report (RFC 3550 section 6.1), but this one has no block: it begins no
// new interval of the losses.
size_t reporter_ask(struct reporter *r, usec now, uint32_t media, const uint16_t *seqs,
                    size_t count, void *out, size_t cap)
{
    struct writer w = writer_of(out, cap);
    write_head(r, now, NULL, 0, &w);
    rtcp_write_nack(&w, r->ssrc, media, seqs, count);
    return w.failed ? 0 : writer_len(&w);
}

size_t reporter_key(struct reporter *r, usec now, uint32_t media, void *out, size_t cap)
{
    struct writer w = writer_of(out, cap);
    write_head(r, now, NULL, 0, &w);
    rtcp_write_pli(&w, r->ssrc, media);
    return w.failed ? 0 : writer_len(&w);
}
