// The receiving end of pictures: see screen.h. Packets wait in a table (frames.h); frames are taken off its
// front when they are due.
#include "receiver/screen.h"

#include "media/rtx.h"
#include "media/source.h"
#include "media/vp8.h"
#include "media/vp8_payload.h"
#include "media/wanted.h"
#include "receiver/frames.h"
#include "receiver/lateness.h"
#include "receiver/tempo.h"

#include <stdlib.h>
#include <string.h>

#define ASK_MOST 64

#define USUAL_BITRATE 500000              // bit/s of pictures
#define INTERVAL      (VP8_RTP_RATE / 25) // between two frames, until it is known
#define PATIENCE      (400 * USEC_MS) // with a frame that is due, for what was asked for; at least,
#define PATIENCE_MOST USEC_SECOND     // and at most
#define DISORDER      (20 * USEC_MS)  // how late a packet may come where none can be asked for
#define KEY_AGAIN     (300 * USEC_MS) // after a request for a key frame, and one round trip
#define SILENCE       USEC_SECOND     // of a source, then another may take its place
#define OFF           (2 * USEC_SECOND) // a time that is further from now than this is no time
#define ANEW          (60 * VP8_RTP_RATE) // of RTP time, from when on it is counted from a later origin
#define STANDS        (500 * USEC_MS)     // so long, then any picture is better than none
#define LEAD          (20 * USEC_MS) // of pictures without a voice: what they wait above the fastest

struct screen {
    struct screen_config config;
    struct vp8_decoder *decoder;
    struct source source;
    struct reporter reporter;
    struct wanted wanted;
    bool started;     // there is a source
    bool placed;      // and it is known where `frames` begins
    usec came_at;     // the last packet
    bool needs_key;   // what comes next is of no use before a key frame
    uint32_t useless; // likewise: this packet and those before it
    usec key_due;     // when to ask for it (again); USEC_NEVER: not at all
    usec due;         // of the frame that comes next
    struct tempo tempo;
    usec fastest; // arrival - RTP time of the fastest packet: pictures without a voice
    uint32_t first_time;
    usec shown_at; // the last picture; USEC_NEVER: none yet
    usec pause;    // mean one between two pictures
    struct lateness lateness;
    double sync_sum;
    struct screen_stats stats;
    struct frames frames;
    uint8_t frame[VP8_FRAME_MAX];
};

struct screen *screen_new(const struct screen_config *config, usec now)
{
    struct screen *s = calloc(1, sizeof *s);
    if (!s || !(s->decoder = vp8_decoder_new())) {
        free(s);
        return NULL;
    }
    s->config = *config;
    s->key_due = s->due = s->shown_at = USEC_NEVER;
    s->tempo.interval = INTERVAL;
    s->needs_key = true;
    reporter_init(&s->reporter, now, config->seed, config->feedback, false, &config->head);
    if (config->feedback)
        reporter_hurry(&s->reporter, now, USUAL_BITRATE);
    return s;
}

void screen_free(struct screen *s)
{
    if (!s)
        return;
    vp8_decoder_free(s->decoder);
    free(s);
}

void screen_loss(struct screen *s, enum screen_loss loss)
{
    s->config.loss = loss;
}

// ---- what comes --------------------------------------------------------------------------------

static void begin_source(struct screen *s, uint32_t ssrc)
{
    source_init(&s->source, ssrc, VP8_RTP_RATE);
    if (!s->started && s->config.has_seq)
        source_expect(&s->source, s->config.seq);
    s->stats.ssrc = ssrc;
    s->stats.ended = false;
    s->started = true;
}

static void restart(struct screen *s, uint32_t seq)
{
    frames_restart(&s->frames, seq);
    wanted_restart(&s->wanted);
    reporter_restart(&s->reporter, seq);
    s->placed = true;
    s->useless = seq - 1;
    s->needs_key = true;
    s->fastest = USEC_NEVER;
    s->key_due = USEC_NEVER;
}

static void give_up_until(struct screen *s, uint32_t end)
{
    struct frames_left left = frames_leave(&s->frames, end);
    s->stats.packets_lost += left.missing;
    s->stats.dropped += left.frames;
    s->needs_key = true;
}

static void put(struct screen *s, usec now, uint32_t seq, const struct rtp_packet *packet)
{
    enum frames_put done = frames_put(&s->frames, now, seq, packet);
    if (done == FRAMES_FULL) {
        give_up_until(s, s->frames.next + frames_over(&s->frames, seq) - 1);
        done = frames_put(&s->frames, now, seq, packet);
    }
    switch (done) {
    case FRAMES_FULL: // there is room now
        return;
    case FRAMES_INVALID:
        s->stats.packets_invalid++;
        return;
    case FRAMES_KNOWN:
        s->stats.packets_duplicate++; // or too late
        return;
    case FRAMES_PUT:
        s->stats.packets_received++;
        s->stats.octets_received += packet->payload_len;
    }
}

// The path without its jitter, for pictures that no voice leads.
static void observe(struct screen *s, usec now, uint32_t timestamp)
{
    if (s->fastest == USEC_NEVER)
        s->first_time = timestamp;
    else if ((int32_t)(timestamp - s->first_time) > ANEW) {
        s->first_time += ANEW;
        s->fastest += usec_from_units(ANEW, VP8_RTP_RATE);
    }
    usec transit = now - usec_from_units((int32_t)(timestamp - s->first_time), VP8_RTP_RATE);
    if (s->fastest == USEC_NEVER || transit < s->fastest)
        s->fastest = transit;
}

static void take_packet(struct screen *s, usec now, const struct rtp_packet *packet)
{
    uint32_t seq;
    if (!s->started || packet->ssrc != s->source.ssrc) {
        if (s->started && !s->stats.ended && now - s->came_at < SILENCE) {
            s->stats.packets_foreign++;
            return;
        }
        begin_source(s, packet->ssrc);
        s->placed = false;
    }
    s->came_at = now;
    switch (source_packet(&s->source, now, packet->seq, packet->timestamp, &seq)) {
    case SOURCE_HELD:
        s->stats.packets_foreign++;
        return;
    case SOURCE_RESTART:
        s->placed = false;
        break;
    case SOURCE_OK:
        break;
    }
    if (!s->placed)
        restart(s, s->source.first_seq);
    observe(s, now, packet->timestamp);
    reporter_came(&s->reporter, seq);
    wanted_packet(&s->wanted, now, seq);
    put(s, now, seq, packet);
}

// A packet that was sent again: of the original stream, whose numbers it has. One that was never seen to be
// missing was not asked for, and belongs to another time line.
static void take_answer(struct screen *s, usec now, const struct rtp_packet *packet)
{
    struct rtp_packet original;
    if (!s->placed || !rtx_parse(packet, s->config.payload_type, s->source.ssrc, &original))
        return;
    const uint32_t highest = s->frames.highest;
    uint32_t seq = highest + (uint32_t)(int16_t)(original.seq - (uint16_t)highest);
    if ((int32_t)(seq - highest) > 0) {
        s->stats.packets_foreign++;
        return;
    }
    s->stats.answers++;
    wanted_repaired(&s->wanted, now, seq, true);
    put(s, now, seq, &original);
}

void screen_rtp(struct screen *s, usec now, const void *data, size_t len)
{
    struct rtp_packet packet;
    enum rtp_status status = rtp_parse(&packet, data, len);
    if (status == RTP_IS_RTCP) {
        screen_rtcp(s, now, data, len);
        return;
    }
    if (status != RTP_OK)
        s->stats.packets_invalid++;
    else if (s->config.again && packet.payload_type == s->config.payload_type_again)
        take_answer(s, now, &packet);
    else if (packet.payload_type == s->config.payload_type)
        take_packet(s, now, &packet);
    else
        s->stats.packets_foreign++;
    s->due = now; // there may be something to show
}

void screen_rtcp(struct screen *s, usec now, const void *data, size_t len)
{
    struct rtcp_walk walk = rtcp_walk(data, len);
    struct rtcp_packet packet;
    enum rtcp_status status;
    while ((status = rtcp_next(&walk, &packet)) == RTCP_OK) {
        reporter_rtcp(&s->reporter, now, &packet);
        if (!s->started)
            continue;
        if (packet.type == RTCP_SR && packet.ssrc == s->source.ssrc)
            source_sender_report(&s->source, now, &packet.sender);
        if (rtcp_bye_names(&packet, s->source.ssrc)) {
            s->stats.ended = true;
            s->key_due = USEC_NEVER; // nobody is there to ask
        }
    }
    if (status == RTCP_END)
        s->stats.reports_received++;
    else
        s->stats.packets_invalid++;
}

// ---- the frame that comes next -----------------------------------------------------------------

// Only a key frame helps: what came before now is of no use.
static void lose_track(struct screen *s, usec now)
{
    s->needs_key = true;
    s->useless = s->frames.highest;
    if (s->config.key && !s->stats.ended && s->key_due == USEC_NEVER)
        s->key_due = now + DISORDER; // it may be only out of order
}

// Jumps to the next key frame that has begun to come. False: there is none yet.
static bool seek_key(struct screen *s, usec now)
{
    uint32_t seq;
    if (!s->placed)
        return false;
    if (frames_key(&s->frames, &seq)) {
        give_up_until(s, seq - 1);
        return true;
    }
    if (s->key_due == USEC_NEVER)
        lose_track(s, now);
    return false;
}

static void leave_frame(struct screen *s, uint32_t end)
{
    s->stats.packets_lost += frames_leave(&s->frames, end).missing;
}

// When a frame is to be seen. One that the voice, or what came before, puts far away from when it came is seen at
// once: they cannot belong together.
static usec due_of(const struct screen *s, const struct frame *f)
{
    const struct lipsync *sync = s->config.lipsync;
    usec due = sync ? lipsync_due(sync, f->timestamp) : USEC_NEVER;
    usec since = usec_from_units((int32_t)(f->timestamp - s->first_time), VP8_RTP_RATE);
    usec off = OFF + (sync ? sync->wait : 0);
    if (due == USEC_NEVER)
        due = s->fastest + LEAD + since;
    return due - f->came > off || f->came - due > off ? f->came : due;
}

static usec patience(const struct screen *s)
{
    if (!s->config.again)
        return DISORDER;
    usec trip = wanted_round_trip(&s->wanted);
    return trip == USEC_NEVER ? PATIENCE : usec_min(usec_max(PATIENCE, 8 * trip), PATIENCE_MOST);
}

// ---- what is seen ------------------------------------------------------------------------------

usec screen_standing(const struct screen *s, usec now)
{
    if (s->shown_at == USEC_NEVER)
        return 0;
    usec pause = now - s->shown_at, usual = usec_max(s->pause, screen_interval(s));
    return pause > usec_max(3 * usual, usual + SCREEN_PAUSE) ? pause - usual : 0;
}

static void count_shown(struct screen *s, usec now, uint32_t timestamp, bool damaged)
{
    usec due = s->config.lipsync ? lipsync_due(s->config.lipsync, timestamp) : USEC_NEVER;
    if (s->shown_at != USEC_NEVER) {
        usec frozen = screen_standing(s, now);
        s->stats.freezes += frozen > 0;
        s->stats.frozen += frozen;
        if (!frozen)
            s->pause += (now - s->shown_at - s->pause) / 8;
    } else {
        s->pause = usec_from_units(s->tempo.interval, VP8_RTP_RATE);
    }
    s->shown_at = now;
    s->stats.shown++;
    s->stats.damaged += damaged;
    if (due == USEC_NEVER)
        return;
    usec late = now - due;
    s->stats.sync_count++;
    s->sync_sum += (double)late;
    s->stats.sync_last = late;
    if (llabs(late) > llabs(s->stats.sync_worst))
        s->stats.sync_worst = late;
}

enum outcome {
    WAIT,
    ON,    // one more is done with
    SHOWN, // there is a picture
    GONE,  // there is none, and one before it is no longer there either
};

// Decodes the frame at the front.
static enum outcome decode(struct screen *s, usec now, const struct frame *f,
                           struct picture *picture, bool *damaged)
{
    size_t len = frames_gather(&s->frames, f->end, s->frame, sizeof s->frame);
    enum vp8_status status = vp8_decode(s->decoder, s->frame, len, picture);
    leave_frame(s, f->end);
    s->stats.frames++;
    *damaged |= !f->whole || status == VP8_DAMAGED;
    if (status == VP8_CORRUPT || status == VP8_REFUSED) {
        s->stats.packets_invalid += f->whole; // what was lost is no fault of the sender's
        lose_track(s, now);
        return GONE;
    }
    if (f->whole && f->key) {
        s->stats.key_frames++;
        s->needs_key = false;
        s->key_due = USEC_NEVER;
        *damaged = false;
    }
    if (status == VP8_NOTHING)
        return GONE;
    s->stats.width = picture->width;
    s->stats.height = picture->height;
    return SHOWN;
}

static enum outcome give_up(struct screen *s, usec now, const struct frame *f)
{
    lose_track(s, now);
    s->stats.dropped++;
    leave_frame(s, f->end);
    return ON;
}

// A frame that is due and not whole: it is waited for, until s->due, and then given up.
static enum outcome wait_for(struct screen *s, usec now, const struct frame *f)
{
    s->due = f->gap ? s->due + patience(s) : USEC_NEVER;
    return now < s->due ? WAIT : give_up(s, now, f);
}

// The frame that comes next, if it is due.
static enum outcome step(struct screen *s, usec now, struct picture *picture, bool *damaged,
                         uint32_t *timestamp)
{
    bool show = s->config.loss == SCREEN_SHOW && s->stats.key_frames > 0;
    s->due = USEC_NEVER;
    if (s->needs_key && !show && !seek_key(s, now))
        return WAIT;
    if (s->needs_key && show && !s->frames.keys && s->key_due == USEC_NEVER)
        lose_track(s, now);
    struct frame f = frames_front(&s->frames, s->tempo.interval);
    if (!f.any)
        return WAIT;
    s->due = due_of(s, &f);
    if (now < s->due)
        return WAIT;
    if (!f.begins && !f.gap) { // the rest of a frame that was shown damaged
        leave_frame(s, f.end);
        return ON;
    }
    if (!f.whole && !(show && f.gap))
        return wait_for(s, now, &f);
    if (!f.begins) // without its header nothing can be made of it
        return give_up(s, now, &f);
    if (!f.whole)
        lose_track(s, now);
    tempo_frame(&s->tempo, s->frames.next, f.end, f.timestamp, f.begins, VP8_RTP_RATE);
    if (f.whole)
        lateness_picture(&s->lateness, s->config.lipsync, f.timestamp, f.came);
    *damaged = s->needs_key;
    *timestamp = f.timestamp;
    return decode(s, now, &f, picture, damaged);
}

bool screen_show(struct screen *s, usec now, struct picture *picture)
{
    bool shown = false, damaged = false;
    uint32_t timestamp = 0;
    enum outcome outcome;
    while ((outcome = step(s, now, picture, &damaged, &timestamp)) != WAIT)
        shown = outcome == SHOWN || (shown && outcome == ON);
    bool stands = s->shown_at == USEC_NEVER || now - s->shown_at > STANDS;
    bool newest = s->frames.next == s->frames.highest + 1;
    shown &= stands || newest || !lateness_is_odd(&s->lateness, s->config.lipsync, timestamp, now);
    if (shown)
        count_shown(s, now, timestamp, damaged);
    return shown;
}

// ---- what is said back -------------------------------------------------------------------------

static struct reporter_call call_of(struct screen *s)
{
    return (struct reporter_call){.source = s->started ? &s->source : NULL};
}

// What is of use until its frame is given up.
static usec deadline(void *ctx, uint32_t seq)
{
    const struct screen *s = ctx;
    const uint32_t next = s->frames.next;
    bool over = (int32_t)(seq - next) < 0;
    bool useless =
        s->needs_key && (int32_t)(seq - s->useless) <= 0 && !frames_has(&s->frames, next);
    return over || useless ? 0 : USEC_NEVER;
}

static size_t ask(struct screen *s, usec now, void *out, size_t cap)
{
    uint16_t seqs[ASK_MOST];
    if (!s->config.again || !s->started)
        return 0;
    size_t count = wanted_due(&s->wanted, now, seqs, ASK_MOST, deadline, s);
    return count ? reporter_ask(&s->reporter, now, s->source.ssrc, seqs, count, out, cap) : 0;
}

size_t screen_rtcp_output(struct screen *s, usec now, void *out, size_t cap)
{
    size_t len = ask(s, now, out, cap);
    if (len)
        return len;
    if (s->started && now >= s->key_due) {
        usec trip = wanted_round_trip(&s->wanted);
        s->key_due = now + KEY_AGAIN + (trip == USEC_NEVER ? 0 : trip);
        s->stats.keys_asked++;
        return reporter_key(&s->reporter, now, s->source.ssrc, out, cap);
    }
    const struct reporter_call call = call_of(s);
    return reporter_is_due(&s->reporter, now)
               ? reporter_write(&s->reporter, now, &call, false, out, cap)
               : 0;
}

size_t screen_rtcp_bye(struct screen *s, usec now, void *out, size_t cap)
{
    const struct reporter_call call = call_of(s);
    return reporter_write(&s->reporter, now, &call, true, out, cap);
}

usec screen_interval(const struct screen *s)
{
    return usec_from_units(s->tempo.interval, VP8_RTP_RATE);
}

usec screen_wait(const struct screen *s)
{
    return lateness_wait(&s->lateness, screen_interval(s));
}

usec screen_next(const struct screen *s)
{
    usec next = usec_min(s->due, usec_min(s->key_due, s->reporter.timer.next));
    return s->config.again ? usec_min(next, wanted_next(&s->wanted)) : next;
}

struct screen_stats screen_stats(const struct screen *s)
{
    struct screen_stats stats = s->stats;
    stats.asked = s->wanted.stats.asked;
    stats.jitter = s->started ? source_jitter(&s->source) : 0;
    if (stats.sync_count)
        stats.sync_mean = (usec)(s->sync_sum / (double)stats.sync_count);
    return stats;
}
