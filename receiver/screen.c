// The receiving end of pictures: see screen.h. Packets wait in a table by sequence number; from `next` on
// whole frames are taken off it when they are due.
#include "receiver/screen.h"

#include "media/rtx.h"
#include "media/source.h"
#include "media/vp8.h"
#include "media/vp8_payload.h"
#include "media/wanted.h"
#include "receiver/lateness.h"
#include "receiver/tempo.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS       1024u // packets, a power of two: some seconds
#define PAYLOAD_MAX 1500
#define ASK_MOST    64

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

struct slot {
    bool here;
    bool marker, begins, key;
    uint16_t len; // octets of the frame, at `octets`
    uint32_t seq; // extended
    uint32_t timestamp;
    usec came;
    uint8_t octets[PAYLOAD_MAX];
};

struct screen {
    struct screen_config config;
    struct vp8_decoder *decoder;
    struct source source;
    struct reporter reporter;
    struct wanted wanted;
    bool started;     // there is a source
    bool placed;      // and `next` is known
    uint32_t next;    // first packet of the frame that comes next
    uint32_t highest; // that came
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
    struct slot slots[SLOTS];
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

static struct slot *slot_of(struct screen *s, uint32_t seq)
{
    return &s->slots[seq % SLOTS];
}

static bool is_here(const struct screen *s, uint32_t seq)
{
    const struct slot *slot = &s->slots[seq % SLOTS];
    return slot->here && slot->seq == seq;
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
    for (uint32_t i = 0; i < SLOTS; i++)
        s->slots[i].here = false;
    wanted_restart(&s->wanted);
    reporter_restart(&s->reporter, seq);
    s->placed = true;
    s->next = s->highest = seq;
    s->useless = seq - 1;
    s->needs_key = true;
    s->fastest = USEC_NEVER;
    s->key_due = USEC_NEVER;
}

// Makes room for a packet far ahead: what falls out at the end is given up.
static void make_room(struct screen *s, uint32_t seq)
{
    while ((int32_t)(seq - s->next) >= (int32_t)SLOTS) {
        s->stats.packets_lost += !is_here(s, s->next);
        slot_of(s, s->next)->here = false;
        s->next++;
        s->needs_key = true;
    }
}

static void put(struct screen *s, usec now, uint32_t seq, const struct rtp_packet *packet)
{
    struct vp8_payload payload;
    struct vp8_frame frame;
    if (vp8_payload_parse(&payload, packet->payload, packet->payload_len) != VP8_PAYLOAD_OK ||
        payload.len > PAYLOAD_MAX) {
        s->stats.packets_invalid++;
        return;
    }
    if ((int32_t)(seq - s->next) < 0 || is_here(s, seq)) {
        s->stats.packets_duplicate++; // or too late
        return;
    }
    make_room(s, seq);
    struct slot *slot = slot_of(s, seq);
    slot->here = true;
    slot->marker = packet->marker;
    slot->begins = vp8_payload_begins_frame(&payload);
    slot->key = slot->begins && vp8_frame_parse(&frame, payload.data, payload.len) && frame.key;
    slot->seq = seq;
    slot->timestamp = packet->timestamp;
    slot->came = now;
    slot->len = (uint16_t)payload.len;
    memcpy(slot->octets, payload.data, payload.len);
    if ((int32_t)(seq - s->highest) > 0)
        s->highest = seq;
    s->stats.packets_received++;
    s->stats.octets_received += packet->payload_len;
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

// A packet that was sent again: of the original stream, whose numbers it has.
static void take_answer(struct screen *s, usec now, const struct rtp_packet *packet)
{
    struct rtp_packet original;
    if (!s->placed || !rtx_parse(packet, s->config.payload_type, s->source.ssrc, &original))
        return;
    uint32_t seq = s->highest + (uint32_t)(int16_t)(original.seq - (uint16_t)s->highest);
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
        if (rtcp_bye_names(&packet, s->source.ssrc))
            s->stats.ended = true;
    }
    if (status == RTCP_END)
        s->stats.reports_received++;
    else
        s->stats.packets_invalid++;
}

// ---- the frame that comes next -----------------------------------------------------------------

struct frame {
    bool any; // something of it, or of what follows, is here
    bool whole;
    bool gap;     // packets of it, or before it, are missing: later ones are here
    bool begins;  // its first packet is here
    uint32_t end; // its last packet, as far as one can tell
    uint32_t timestamp;
    usec came; // the last of its packets that are here
    bool key;
};

static bool is_behind(const struct screen *s, uint32_t seq)
{
    return (int32_t)(seq - s->highest) > 0;
}

static struct frame find_frame(struct screen *s)
{
    struct frame f = {.whole = true};
    for (uint32_t seq = s->next; s->placed && !is_behind(s, seq); seq++) {
        const struct slot *slot = slot_of(s, seq);
        if (!is_here(s, seq)) {
            f.whole = false;
            f.gap = true;
            continue;
        }
        if (!f.any) {
            f.any = true;
            f.timestamp = slot->timestamp;
            f.begins = seq == s->next && slot->begins;
            f.key = f.begins && slot->key;
            f.whole &= f.begins;
            if (slot->begins && seq != s->next) { // all that is missing is of frames before it
                f.timestamp -= s->tempo.interval;
                f.end = seq - 1;
                return f;
            }
        } else if (slot->timestamp != f.timestamp) { // and the end of the one before is missing
            f.end = seq - 1;
            return f;
        }
        f.end = seq;
        f.came = usec_max(f.came, slot->came);
        if (slot->marker)
            return f;
    }
    f.whole = false; // its end is yet to come
    return f;
}

// Only a key frame helps: what came before now is of no use.
static void lose_track(struct screen *s, usec now)
{
    s->needs_key = true;
    s->useless = s->highest;
    if (s->config.key && s->key_due == USEC_NEVER)
        s->key_due = now + DISORDER; // it may be only out of order
}

// Jumps to the next key frame that has begun to come. False: there is none yet.
static bool seek_key(struct screen *s, usec now)
{
    uint32_t seq = s->next;
    while (s->placed && !is_behind(s, seq) && !(is_here(s, seq) && slot_of(s, seq)->key))
        seq++;
    if (!s->placed)
        return false;
    if (is_behind(s, seq) && s->key_due == USEC_NEVER)
        lose_track(s, now);
    if (is_behind(s, seq))
        return false;
    for (; s->next != seq; s->next++) {
        s->stats.packets_lost += !is_here(s, s->next);
        s->stats.dropped += is_here(s, s->next) && slot_of(s, s->next)->begins;
        slot_of(s, s->next)->here = false;
    }
    return true;
}

static void leave_frame(struct screen *s, uint32_t end)
{
    for (; s->next != end + 1; s->next++) {
        s->stats.packets_lost += !is_here(s, s->next);
        slot_of(s, s->next)->here = false;
    }
}

// When it is to be seen. A picture that the voice puts far away from now is seen at once.
static usec due_of(const struct screen *s, usec now, uint32_t timestamp)
{
    usec due = s->config.lipsync ? lipsync_due(s->config.lipsync, timestamp) : USEC_NEVER;
    usec since = usec_from_units((int32_t)(timestamp - s->first_time), VP8_RTP_RATE);
    if (due == USEC_NEVER)
        due = s->fastest + LEAD + since;
    return due - now > OFF || now - due > OFF ? now : due;
}

static usec patience(const struct screen *s)
{
    if (!s->config.again)
        return DISORDER;
    usec trip = wanted_round_trip(&s->wanted);
    return trip == USEC_NEVER ? PATIENCE : usec_min(usec_max(PATIENCE, 8 * trip), PATIENCE_MOST);
}

// ---- what is seen ------------------------------------------------------------------------------

// The octets of a frame, in s->frame; zeros of the length of the packet before where one is missing.
static size_t gather(struct screen *s, uint32_t end)
{
    size_t len = 0, last = 0;
    for (uint32_t seq = s->next; seq != end + 1; seq++) {
        const struct slot *slot = slot_of(s, seq);
        bool here = is_here(s, seq);
        last = here ? slot->len : last;
        if (len + last > sizeof s->frame)
            break;
        if (here)
            memcpy(s->frame + len, slot->octets, last);
        else
            memset(s->frame + len, 0, last);
        len += last;
    }
    return len;
}

static void count_shown(struct screen *s, usec now, uint32_t timestamp, bool damaged)
{
    usec due = s->config.lipsync ? lipsync_due(s->config.lipsync, timestamp) : USEC_NEVER;
    if (s->shown_at != USEC_NEVER) {
        usec pause = now - s->shown_at;
        if (pause > usec_max(3 * s->pause, s->pause + SCREEN_PAUSE)) {
            s->stats.freezes++;
            s->stats.frozen += pause - s->pause;
        } else {
            s->pause += (pause - s->pause) / 8;
        }
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

// Decodes a frame. True: there is a picture.
static bool decode(struct screen *s, usec now, const struct frame *f, struct picture *picture,
                   bool *damaged)
{
    size_t len = gather(s, f->end);
    enum vp8_status status = vp8_decode(s->decoder, s->frame, len, picture);
    leave_frame(s, f->end);
    s->stats.frames++;
    *damaged |= !f->whole || status == VP8_DAMAGED;
    if (status == VP8_CORRUPT || status == VP8_REFUSED) {
        s->stats.packets_invalid += f->whole; // what was lost is no fault of the sender's
        lose_track(s, now);
        return false;
    }
    if (f->whole && f->key) {
        s->stats.key_frames++;
        s->needs_key = false;
        s->key_due = USEC_NEVER;
        *damaged = false;
    }
    if (status == VP8_NOTHING)
        return false;
    s->stats.width = picture->width;
    s->stats.height = picture->height;
    return true;
}

// A frame that is due and not whole. True: it is given up; false: it is waited for, until s->due.
static bool give_up(struct screen *s, usec now, const struct frame *f)
{
    s->due = f->gap ? s->due + patience(s) : USEC_NEVER;
    if (now < s->due)
        return false;
    lose_track(s, now);
    s->stats.dropped++;
    leave_frame(s, f->end);
    return true;
}

enum outcome { WAIT, ON, SHOWN };

// The frame that comes next, if it is due.
static enum outcome step(struct screen *s, usec now, struct picture *picture, bool *damaged,
                         uint32_t *timestamp)
{
    bool show = s->config.loss == SCREEN_SHOW && s->stats.key_frames > 0;
    s->due = USEC_NEVER;
    if (s->needs_key && !show && !seek_key(s, now))
        return WAIT;
    struct frame f = find_frame(s);
    if (!f.any)
        return WAIT;
    s->due = due_of(s, now, f.timestamp);
    if (now < s->due)
        return WAIT;
    if (!f.begins && !f.gap) { // the rest of a frame that was shown damaged
        leave_frame(s, f.end);
        return ON;
    }
    if (!f.whole && !(show && f.gap))
        return give_up(s, now, &f) ? ON : WAIT;
    if (!f.whole)
        lose_track(s, now);
    tempo_frame(&s->tempo, s->next, f.end, f.timestamp, f.begins, VP8_RTP_RATE);
    if (f.whole)
        lateness_picture(&s->lateness, s->config.lipsync, f.timestamp, f.came);
    *damaged = s->needs_key;
    *timestamp = f.timestamp;
    return decode(s, now, &f, picture, damaged) ? SHOWN : ON;
}

bool screen_show(struct screen *s, usec now, struct picture *picture)
{
    bool shown = false, damaged = false;
    uint32_t timestamp = 0;
    enum outcome outcome;
    while ((outcome = step(s, now, picture, &damaged, &timestamp)) != WAIT)
        shown |= outcome == SHOWN;
    bool stands = s->shown_at == USEC_NEVER || now - s->shown_at > STANDS;
    bool newest = s->next == s->highest + 1;
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
    bool over = (int32_t)(seq - s->next) < 0;
    bool useless = s->needs_key && (int32_t)(seq - s->useless) <= 0 && !is_here(s, s->next);
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
