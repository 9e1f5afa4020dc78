// The receiving end: see receiver.h. Here the parts meet: source.h counts, seen.h tells duplicates,
// playout.h decides, render.h makes samples of it.
#include "receiver/receiver.h"

#include "media/rtcp.h"
#include "media/rtp.h"
#include "media/rtx.h"
#include "media/seen.h"
#include "media/source.h"
#include "receiver/delays.h"
#include "receiver/goodbye.h"
#include "receiver/reporter.h"

#include <stdlib.h>
#include <string.h>

#define TAKEOVER_AFTER  (200 * USEC_MS) // of silence from the old source, another one may take over
#define GAP_AFTER       (1 * USEC_SECOND) // without a packet: worth telling
#define FIRST_SEQ_SLACK 512  // RTP-Info further than this from the first packet is wrong
#define TRAILING_MAX    256  // packets that an SR may add behind the last one that came
#define STRAGGLERS_MAX  256  // packets that a BYE may overtake
#define JUMP            100  // packets: further ahead, the timestamp has to be as well
#define JUMP_MOST       3000 // beyond it, source.h wants a second packet anyway
#define FRAME_LEAST     120  // samples: no packet is shorter
#define EVENTS          16

struct receiver {
    struct receiver_config config;
    struct reporter reporter;
    struct repairs repairs;
    struct goodbye goodbye;
    struct source source;
    struct seen seen;
    struct playout *playout;
    struct render *render; // NULL: the channels are not known yet
    int channels;
    bool receiving;          // there is a source
    bool said_bye;           // and it has ended
    bool finishing;          // this source has no more to come
    bool closed;             // nor has any other
    bool begin_known;        // `begin_seq` is what RTP-Info said, not just the first that came
    uint32_t begin_seq;      // extended, of the first packet that was sent to us, and
    uint32_t end_seq;        // of the last, as far as is known
    uint64_t distinct;       // packets of this source
    uint32_t last_timestamp; // of the last packet, and the same extended
    int64_t last_time;
    usec last_arrival;
    bool gap_told;
    bool odd; // the last packet's number was further ahead than its timestamp
    uint16_t odd_seq;
    uint32_t candidate_ssrc; // of another source that wants to take over
    uint16_t candidate_seq;
    bool candidate;

    usec ahead;                            // of their instant they are asked for
    uint64_t concealed, fec;               // of playout_stats, as far as `stats.loss` has them
    uint64_t lost_before, distinct_before; // of earlier sources
    struct receiver_stats stats;
    struct delays delays;

    struct receiver_event events[EVENTS];
    unsigned events_put, events_taken;
    bool ended;
};

static void tell(struct receiver *r, enum receiver_event_kind kind, usec duration)
{
    if (r->events_put - r->events_taken < EVENTS)
        r->events[r->events_put++ % EVENTS] =
            (struct receiver_event){.kind = kind, .ssrc = r->source.ssrc, .duration = duration};
}

bool receiver_event(struct receiver *r, struct receiver_event *event)
{
    if (r->events_taken == r->events_put)
        return false;
    *event = r->events[r->events_taken++ % EVENTS];
    return true;
}

struct receiver *receiver_new(const struct receiver_config *config, usec now)
{
    struct receiver *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    usec least = config->latency_min ? config->latency_min : 10 * USEC_MS;
    r->config = *config;
    r->config.latency_min = least;
    r->config.latency_max = config->latency_max ? config->latency_max : USEC_SECOND;
    const struct playout_config playout = {
        .rate = VOICE_RATE,
        .latency = config->latency,
        .latency_min = usec_min(least, r->config.latency_max),
        .latency_max = r->config.latency_max,
        .skip = config->latency_max > 0,
        .price = config->latency_price,
        .fec = config->fec,
        .copies = config->fec_offered,
    };
    if (!(r->playout = playout_new(&playout))) {
        receiver_free(r);
        return NULL;
    }
    const struct repairs_config repairs = {
        .codec = config->codec,
        .payload_type = config->payload_type,
        .red = config->red,
        .payload_type_red = config->payload_type_red,
        .again = config->again,
        .payload_type_again = config->payload_type_again,
    };
    repairs_init(&r->repairs, &repairs, r->playout);
    reporter_init(&r->reporter, now, config->seed, config->feedback, config->extended,
                  &config->head);
    r->goodbye.again = config->again;
    return r;
}

void receiver_free(struct receiver *r)
{
    if (!r)
        return;
    render_free(r->render);
    playout_free(r->playout);
    free(r);
}

void receiver_turn(struct receiver *r, const struct receiver_knobs *knobs)
{
    r->config.conceal = knobs->conceal;
    r->config.latency = knobs->latency;
    render_conceal(r->render, knobs->conceal);
    playout_turn(r->playout, knobs->latency, knobs->fec);
    repairs_turn(&r->repairs, knobs->red, knobs->again);
}

void receiver_wait(struct receiver *r, usec least)
{
    playout_least(r->playout, usec_max(least, r->config.latency_min));
}

int receiver_channels(const struct receiver *r)
{
    return r->channels;
}

// ---- what comes --------------------------------------------------------------------------------

static uint64_t lost_of_source(const struct receiver *r)
{
    if (!r->receiving)
        return 0;
    uint64_t expected = (uint64_t)(r->end_seq - r->begin_seq) + 1;
    return expected > r->distinct ? expected - r->distinct : 0;
}

static void forget_source(struct receiver *r)
{
    r->lost_before += lost_of_source(r);
    r->distinct_before += r->distinct;
    r->distinct = 0;
    r->said_bye = r->begin_known = false;
    r->finishing = r->closed;
    r->candidate = false;
    seen_init(&r->seen);
}

static bool start_render(struct receiver *r, const struct rtp_packet *packet)
{
    if (r->render)
        return true;
    bool stereo = voice_packet_is_stereo(packet->payload, packet->payload_len);
    r->channels = r->config.channels ? r->config.channels : stereo ? 2 : 1;
    return (r->render = render_new(r->config.codec, r->channels, r->config.conceal));
}

static void start_source(struct receiver *r, const struct rtp_packet *packet)
{
    bool first = !r->receiving;
    forget_source(r);
    r->receiving = true;
    source_init(&r->source, packet->ssrc, VOICE_RATE);
    r->last_timestamp = packet->timestamp;
    r->last_time = packet->timestamp;
    r->begin_seq = r->end_seq = packet->seq;
    r->stats.sources++;
    goodbye_restart(&r->goodbye, packet->ssrc);
    repairs_restart(&r->repairs);
    reporter_restart(&r->reporter, r->begin_seq);
    if (!first) {
        playout_reset(r->playout);
        render_reset(r->render);
        tell(r, RECEIVER_NEW_SOURCE, 0);
        return;
    }
    if (r->config.has_seq && (uint16_t)(packet->seq - r->config.seq) < FIRST_SEQ_SLACK) {
        source_expect(&r->source, r->config.seq);
        r->begin_seq = r->config.seq;
        r->begin_known = true;
        reporter_restart(&r->reporter, r->begin_seq);
        int32_t since = (int32_t)(packet->timestamp - r->config.rtptime);
        if (r->config.has_rtptime)
            playout_expect(r->playout, r->config.seq, r->last_time - since);
    }
    tell(r, RECEIVER_STARTED, 0);
}

// The BYE travels by itself and may overtake the last packets.
static bool is_straggler(const struct receiver *r, const struct rtp_packet *packet)
{
    int16_t behind = (int16_t)(uint16_t)(r->end_seq - packet->seq);
    return packet->ssrc == r->source.ssrc && behind > -STRAGGLERS_MAX && behind < STRAGGLERS_MAX;
}

// Does this packet belong to the source that is playing? Another SSRC takes over with its second
// packet in sequence, once the old one has fallen silent or said goodbye.
static bool is_ours(struct receiver *r, usec now, const struct rtp_packet *packet)
{
    if (!r->receiving) {
        start_source(r, packet);
        return true;
    }
    if (r->said_bye ? is_straggler(r, packet) : packet->ssrc == r->source.ssrc)
        return true;
    bool confirmed = r->candidate && packet->ssrc == r->candidate_ssrc &&
                     (uint16_t)(packet->seq - r->candidate_seq) == 1;
    bool silent = r->said_bye || now - r->last_arrival >= TAKEOVER_AFTER;
    r->candidate = true;
    r->candidate_ssrc = packet->ssrc;
    r->candidate_seq = packet->seq;
    if (!confirmed || !silent)
        return false;
    start_source(r, packet);
    return true;
}

// A bit error in the number looks like a great loss: but so many packets would have taken time, which the
// timestamp does not show. A second such packet in sequence is believed.
static bool is_corrupt(struct receiver *r, const struct rtp_packet *packet)
{
    uint16_t ahead = (uint16_t)(packet->seq - r->source.highest_seq);
    int32_t time = (int32_t)(packet->timestamp - r->last_timestamp);
    bool confirmed = r->odd && (uint16_t)(packet->seq - r->odd_seq) == 1;
    r->odd = r->source.started && ahead > JUMP && ahead <= JUMP_MOST && time < ahead * FRAME_LEAST;
    r->odd_seq = packet->seq;
    return r->odd && !confirmed;
}

static void count_arrival(struct receiver *r, usec now)
{
    if (r->gap_told)
        tell(r, RECEIVER_RESUMED, now - r->last_arrival);
    r->gap_told = false;
    r->last_arrival = now;
}

static int64_t extend_time(const struct receiver *r, uint32_t timestamp)
{
    return r->last_time + (int32_t)(timestamp - r->last_timestamp);
}

static void put(struct receiver *r, usec now, uint32_t seq, const struct rtp_packet *rtp)
{
    int64_t time = extend_time(r, rtp->timestamp);
    struct playout_packet packet =
        repairs_packet(&r->repairs, seq, time, rtp->payload, rtp->payload_len, PLAYOUT_SENT);
    r->last_time = time;
    r->last_timestamp = rtp->timestamp;
    r->stats.frame_samples = packet.samples;
    r->stats.octets_received += rtp->payload_len;
    if (playout_put(r->playout, now, &packet) == PLAYOUT_LATE)
        reporter_discarded(&r->reporter, seq);
}

// A packet that was sent again (RFC 4588). It is no part of the stream, whose figures it leaves alone.
static void take_again(struct receiver *r, usec now, const struct rtp_packet *rtx)
{
    struct rtp_packet rtp;
    if (!r->receiving) {
        r->stats.packets_foreign++;
        return;
    }
    if (!rtx_parse(rtx, r->config.payload_type, r->source.ssrc, &rtp)) // it probes the path
        return;
    uint32_t seq = r->end_seq + (uint32_t)(int16_t)(uint16_t)(rtp.seq - r->end_seq);
    if (!repairs_is_voice(&r->repairs, rtp.payload, rtp.payload_len)) {
        r->stats.packets_invalid++;
        return;
    }
    struct playout_packet packet = repairs_packet(&r->repairs, seq, extend_time(r, rtp.timestamp),
                                                  rtp.payload, rtp.payload_len, PLAYOUT_AGAIN);
    bool missing = !seen_has(&r->seen, seq) && (int32_t)(seq - r->begin_seq) >= 0;
    repairs_answered(&r->repairs, now, &packet, missing);
}

void receiver_rtp(struct receiver *r, usec now, const void *data, size_t len)
{
    struct rtp_packet packet;
    uint32_t seq;
    if (rtp_is_rtcp(data, len)) { // a peer that multiplexes (RFC 5761)
        receiver_rtcp(r, now, data, len);
        return;
    }
    if (rtp_parse(&packet, data, len) != RTP_OK) {
        r->stats.packets_invalid++;
        return;
    }
    if (r->config.again && packet.payload_type == r->config.payload_type_again) {
        take_again(r, now, &packet);
        return;
    }
    if (!repairs_unwrap(&r->repairs, &packet)) {
        r->stats.packets_invalid++;
        return;
    }
    if (packet.payload_type != r->config.payload_type) {
        r->stats.packets_foreign++;
        return;
    }
    if (!repairs_is_voice(&r->repairs, packet.payload, packet.payload_len) ||
        !start_render(r, &packet)) {
        r->stats.packets_invalid++;
        return;
    }
    if (!is_ours(r, now, &packet)) {
        r->stats.packets_foreign++;
        return;
    }
    if (is_corrupt(r, &packet)) {
        r->stats.packets_invalid++;
        return;
    }
    uint32_t highest = r->source.highest_seq;
    bool counting = r->source.started;
    switch (source_packet(&r->source, now, packet.seq, packet.timestamp, &seq)) {
    case SOURCE_HELD:
        r->stats.packets_foreign++;
        return;
    case SOURCE_RESTART:
        forget_source(r);
        playout_reset(r->playout);
        r->last_time = r->last_timestamp = packet.timestamp;
        r->begin_seq = r->end_seq = seq;
        reporter_restart(&r->reporter, seq);
        repairs_restart(&r->repairs);
        counting = false;
        break;
    case SOURCE_OK:
        break;
    }
    count_arrival(r, now);
    if (!seen_add(&r->seen, seq)) {
        r->stats.packets_duplicate++;
        return;
    }
    if ((int32_t)(seq - r->begin_seq) < 0) {
        if (r->begin_known) { // from before our PLAY
            r->stats.packets_foreign++;
            return;
        }
        r->begin_seq = seq;
    }
    r->distinct++;
    if (counting && (int32_t)(seq - highest) < 0)
        r->stats.packets_reordered++;
    if (!counting || (int32_t)(seq - r->end_seq) > 0)
        r->end_seq = seq;
    if (r->finishing)
        playout_finish(r->playout, r->end_seq);
    reporter_came(&r->reporter, seq);
    put(r, now, seq, &packet);
    repairs_came(&r->repairs, now, seq, r->last_time, r->begin_seq);
}

// The sender's packet count says what was sent behind the last packet that came, where the count is
// of this stream alone: it began with the packet that RTP-Info named. A peer may have begun it with
// other listeners: then its clock has no room for as many packets.
static void learn_end(struct receiver *r, const struct rtcp_sender *sender)
{
    if (!r->begin_known || !sender->packets)
        return;
    uint32_t last = r->begin_seq + sender->packets - 1;
    int32_t behind = (int32_t)(last - r->end_seq);
    int32_t room = (int32_t)(sender->rtp - r->last_timestamp) / r->stats.frame_samples + 1;
    if (behind > 0 && behind <= TRAILING_MAX && behind <= room)
        r->end_seq = last;
}

static void finish(struct receiver *r)
{
    r->finishing = true;
    playout_finish(r->playout, r->end_seq);
}

void receiver_finish(struct receiver *r)
{
    r->closed = true;
    finish(r);
}

static void bye(struct receiver *r, const struct rtcp_sender *sender)
{
    if (r->said_bye)
        return;
    r->said_bye = true;
    learn_end(r, sender);
    finish(r);
    tell(r, RECEIVER_BYE, 0);
}

void receiver_rtcp(struct receiver *r, usec now, const void *data, size_t len)
{
    struct rtcp_walk walk = rtcp_walk(data, len);
    struct rtcp_packet packet;
    struct rtcp_sender sender = {0};
    enum rtcp_status status;
    while ((status = rtcp_next(&walk, &packet)) == RTCP_OK) {
        if (packet.type == RTCP_SR && r->receiving && packet.ssrc == r->source.ssrc) {
            source_sender_report(&r->source, now, &packet.sender);
            sender = packet.sender;
        }
        reporter_rtcp(&r->reporter, now, &packet);
        if (goodbye_said(&r->goodbye, &packet))
            bye(r, &sender);
    }
    if (status != RTCP_END) {
        r->stats.packets_invalid++;
        return;
    }
    r->stats.reports_received++;
    rtcp_timer_received(&r->reporter.timer, len);
}

// ---- what is played ----------------------------------------------------------------------------

// For the estimate of quality: packets' worths of sound in the order of play. How much of a gap was
// silence that was not sent, only the packet behind it tells.
static void count_loss(struct receiver *r, int samples)
{
    struct playout_stats s = playout_stats(r->playout);
    int64_t lost = ((int64_t)(s.samples_conceal - r->concealed) + samples / 2) / samples;
    for (; lost > 0; lost--)
        emodel_loss_frame(&r->stats.loss, true);
    for (; r->fec < s.frames_fec; r->fec++)
        emodel_loss_frame(&r->stats.loss, false);
    emodel_loss_frame(&r->stats.loss, false);
    r->concealed = s.samples_conceal;
}

static void tell_decision(const struct receiver *r, usec now, const struct playout_frame *frame)
{
    int samples = (int)render_waiting(r->render);
    if (r->config.decided)
        r->config.decided(r->config.ctx, &(struct receiver_decision){
                                             .at = now,
                                             .kind = frame->kind,
                                             .held = frame->held,
                                             .origin = frame->origin,
                                             .samples = samples,
                                             .shift = samples - frame->samples,
                                             .time = frame->time,
                                             .seq = frame->seq,
                                             .arrival = frame->arrival,
                                             .delay = frame->delay,
                                         });
}

// Renders what is due at `now`. Returns how many samples of silence to play instead, where the
// stream has not begun; 0 when samples wait, or the stream is over.
static int render_next(struct receiver *r, usec now, int most)
{
    struct playout_frame frame;
    playout_get(r->playout, now, most, &frame);
    switch (frame.kind) {
    case PLAYOUT_WAIT:
        return frame.samples;
    case PLAYOUT_END:
        r->ended = true;
        tell(r, RECEIVER_ENDED, 0);
        return 0;
    case PLAYOUT_PACKET:
        delays_add(&r->delays, frame.delay);
        r->stats.delay_now = frame.delay;
        count_loss(r, frame.samples);
        break;
    case PLAYOUT_FEC:
    case PLAYOUT_CONCEAL:
        break;
    }
    render_frame(r->render, &frame);
    tell_decision(r, now, &frame);
    return 0;
}

void receiver_ahead(struct receiver *r, usec ahead)
{
    r->ahead = ahead;
}

struct receiver_played receiver_play(struct receiver *r, usec now, int16_t *pcm, size_t samples)
{
    struct receiver_played played = {0};
    size_t done = 0, channels = (size_t)r->channels;
    playout_pull(r->playout, now - r->ahead, usec_from_units((int64_t)samples, VOICE_RATE));
    if (!r->channels && !r->finishing)
        return (struct receiver_played){.lead = samples};
    if (r->receiving && !r->gap_told && !r->said_bye && !r->ended &&
        now - r->last_arrival > GAP_AFTER) {
        r->gap_told = true;
        tell(r, RECEIVER_GAP, now - r->last_arrival);
    }
    while (done < samples && !r->ended) {
        if (!r->render || !render_waiting(r->render)) {
            usec then = now + usec_from_units((int64_t)done, VOICE_RATE);
            int wait = render_next(r, then, (int)(samples - done < 960 ? samples - done : 960));
            if (wait) {
                memset(pcm + done * channels, 0, (size_t)wait * channels * sizeof *pcm);
                done += (size_t)wait;
                played.lead += (size_t)wait;
                continue;
            }
        }
        if (r->ended)
            break;
        size_t n = render_take(r->render, pcm + done * channels, samples - done);
        r->stats.position += (int64_t)n;
        done += n;
        played.used += n;
    }
    memset(pcm + done * channels, 0, (samples - done) * channels * sizeof *pcm);
    return played;
}

// ---- what is said back, and what is known ------------------------------------------------------

static struct reporter_call call_of(struct receiver *r)
{
    return (struct reporter_call){
        .source = r->receiving && r->source.started ? &r->source : NULL,
        .delay = r->stats.delay_now,
        .delay_most = r->config.latency ? r->config.latency : r->config.latency_max,
        .frame = usec_from_units(r->stats.frame_samples, VOICE_RATE),
        .adaptive = !r->config.latency,
        .conceals = r->config.conceal == RENDER_PLC,
    };
}

size_t receiver_rtcp_output(struct receiver *r, usec now, void *out, size_t cap)
{
    uint16_t seqs[REPAIRS_ASK_MOST];
    struct reporter_call call = call_of(r);
    if (reporter_is_due(&r->reporter, now))
        return reporter_write(&r->reporter, now, &call, false, out, cap);
    size_t count = repairs_due(&r->repairs, now, seqs);
    return count ? reporter_ask(&r->reporter, now, r->source.ssrc, seqs, count, out, cap) : 0;
}

size_t receiver_rtcp_bye(struct receiver *r, usec now, void *out, size_t cap)
{
    struct reporter_call call = call_of(r);
    return reporter_write(&r->reporter, now, &call, true, out, cap);
}

usec receiver_next(const struct receiver *r)
{
    return usec_min(r->reporter.timer.next, repairs_next(&r->repairs));
}

usec receiver_patience(const struct receiver *r, usec now)
{
    return repairs_patience(&r->repairs, now, r->reporter.round_trip);
}

struct receiver_stats receiver_stats(const struct receiver *r)
{
    struct receiver_stats s = r->stats;
    s.playout = playout_stats(r->playout);
    s.packets_received = r->distinct_before + r->distinct;
    s.packets_lost = r->lost_before + lost_of_source(r);
    s.packets_late = s.playout.late + s.playout.stray;
    s.packets_skipped = s.playout.skipped + s.playout.full;
    s.delay_mean = delays_mean(&r->delays);
    s.delay_p95 = delays_quantile(&r->delays, 0.95);
    s.repairs = repairs_stats(&r->repairs);
    s.round_trip = r->reporter.round_trip;
    if (r->render) {
        struct render_stats rendered = render_stats(r->render);
        s.packets_invalid += rendered.invalid;
        s.samples_inserted = rendered.inserted;
        s.samples_removed = rendered.removed;
    }
    s.jitter = r->receiving ? source_jitter(&r->source) : 0;
    s.ssrc = r->source.ssrc;
    s.channels = r->channels;
    return s;
}
