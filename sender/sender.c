// The sending end: see sender.h.
#include "sender/sender.h"

#include "media/random.h"
#include "media/resend.h"
#include "media/rtcp.h"
#include "media/rtcp_timer.h"
#include "media/rtcp_xr.h"
#include "media/rtp.h"
#include "media/rtx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NTP_1970      2208988800u // seconds from 1900 to 1970
#define BYES          20          // times that a BYE is said to who stays, since each may be lost
#define BYE_MOST_GAP  USEC_SECOND
#define BYE_FIRST_GAP (20 * USEC_MS)    // to the second one; it doubles
#define ASKED_MOST    512               // packets that wait to be sent again
#define FILL_AFTER    (4 * USEC_SECOND) // of speech
#define FILL_MOST     1.1
#define SHAPES        ((COPIES_DEPTH_MAX + 1) * (COPIES_SPACING_MAX + 1))

// One run of the source from its start to its end.
struct time_line {
    uint32_t ssrc, ssrc_again, first_timestamp;
    usec start; // instant of `first_timestamp`
};

struct asked { // a packet that will be sent again
    int listener;
    uint16_t seq;
};

struct asking { // who asks
    struct sender *sender;
    int listener;
    usec now;
};

struct sender {
    struct sender_config config;
    struct random random;
    struct voice_encoder *voice;
    struct copies *copies; // NULL: none are ever sent
    struct resend *resend; // NULL: nothing is sent again
    struct rtcp_timer timer;
    char cname[32];

    bool running;
    struct time_line line;  // that is running, or will be
    struct time_line ended; // that the BYEs speak of
    usec due;               // of the next frame
    uint16_t seq;           // of the next packet
    uint32_t timestamp;     // of the next frame
    bool silent;            // the last frame was not sent
    size_t unsent;          // octets of it, that lie in `packet` behind the header; 0: it was sent
    bool rtp_pending;       // `packet` waits to be given out
    size_t packet_len;      // 0: none yet on this time line
    bool packet_current;    // it is of the frame that is on the air
    usec bye_next, bye_gap;
    bool byes_left;
    bool work; // some listener's flag is up

    struct steer steer;
    double fill;                         // what the encoder is told, of the chosen bitrate
    uint64_t coded_octets, coded_frames; // since that was told
    int shape_at;                        // where `rtp_pending` is, of the shapes
    bool shapes[SHAPES];                 // those of the listeners that play
    bool copying;                        // there are some with copies
    struct asked asked[ASKED_MOST];
    unsigned asked_put, asked_taken;
    struct sender_stats stats;
    uint8_t packet[RTP_HEADER_LEN + VOICE_PACKET_MAX];
    uint8_t wrapped[RTP_HEADER_LEN + VOICE_PACKET_MAX + COPIES_DEPTH_MAX * 1027 + 1];
    uint8_t report[512];
    int16_t prime[2 * VOICE_FRAME_MAX];
    int top; // no listener has a number above this one, or this one
    struct peer listeners[];
};

static void new_time_line(struct sender *s)
{
    s->line.ssrc = (uint32_t)random_u64(&s->random);
    s->line.ssrc_again = s->line.ssrc + 1 + (uint32_t)(random_u64(&s->random) >> 33);
    s->seq = (uint16_t)random_u64(&s->random);
    s->timestamp = s->line.first_timestamp = (uint32_t)random_u64(&s->random);
    s->packet_len = 0;
    s->packet_current = s->rtp_pending = false;
    s->silent = true; // so that the first packet has the marker
    voice_encoder_reset(s->voice);
    if (s->copies)
        copies_reset(s->copies);
    if (s->resend)
        resend_clear(s->resend);
    s->asked_taken = s->asked_put;
}

static void apply_choice(struct sender *s)
{
    const struct adapt_choice *choice = &s->steer.choice;
    const struct voice_settings settings = {
        .bitrate = (int)(choice->bitrate * s->fill),
        .fec = choice->fec,
        .loss_percent = choice->expected_loss,
        .band = choice->wideband ? VOICE_BAND_WIDE_MOST : VOICE_BAND_ANY,
    };
    voice_encoder_set(s->voice, &settings);
    if (s->copies)
        copies_set_bitrate(s->copies, choice->copy_bitrate);
}

static bool make_parts(struct sender *s)
{
    const struct sender_config *config = &s->config;
    s->voice = voice_encoder_new(&config->voice);
    if (config->limits.red != ADAPT_RED_OFF)
        s->copies = copies_new(&config->voice);
    if (config->resend)
        s->resend = resend_new();
    return s->voice && (s->copies || config->limits.red == ADAPT_RED_OFF) &&
           (s->resend || !config->resend);
}

static struct adapt_limits limits_of(const struct sender_config *config)
{
    struct adapt_limits limits = config->limits;
    limits.frame_samples = config->voice.frame_samples;
    limits.channels = config->voice.channels;
    limits.speech =
        config->voice.application == VOICE_VOIP && config->voice.frame_samples >= VOICE_RATE / 100;
    if (limits.bitrate)
        return limits;
    limits.bitrate = limits.max_bitrate = config->voice.bitrate;
    limits.fec = config->voice.fec ? ADAPT_FEC_ON : ADAPT_FEC_OFF;
    limits.expected_loss = config->voice.loss_percent;
    return limits;
}

struct sender *sender_new(const struct sender_config *config, usec now)
{
    size_t listeners = (size_t)config->listeners_max;
    struct sender *s = calloc(1, sizeof *s + listeners * sizeof s->listeners[0]);
    if (!s)
        return NULL;
    s->config = *config;
    s->random.state = config->seed;
    s->config.limits = limits_of(config);
    s->fill = 1;
    steer_init(&s->steer, &s->config.limits, config->resend);
    s->config.voice.bitrate = s->steer.choice.bitrate;
    s->config.voice.fec = s->steer.choice.fec;
    s->config.voice.loss_percent = s->steer.choice.expected_loss;
    if (!make_parts(s)) {
        sender_free(s);
        return NULL;
    }
    apply_choice(s);
    snprintf(s->cname, sizeof s->cname, "voz-%016llx", (unsigned long long)random_u64(&s->random));
    rtcp_timer_init(&s->timer, now, random_u64(&s->random), config->voice.bitrate);
    new_time_line(s);
    return s;
}

void sender_free(struct sender *s)
{
    if (!s)
        return;
    voice_encoder_free(s->voice);
    copies_free(s->copies);
    resend_free(s->resend);
    free(s);
}

uint32_t sender_ssrc(const struct sender *s)
{
    return s->line.ssrc;
}

// ---- the time line -----------------------------------------------------------------------------

size_t sender_lookahead(const struct sender *s)
{
    return (size_t)voice_encoder_lookahead(s->voice);
}

// The encoder is fed silence and then the source's beginning, whole frames in all, and what it
// makes of them is thrown away: from then on its output is of the instant that its RTP timestamp
// says.
void sender_prime(struct sender *s, const int16_t *pcm)
{
    size_t channels = (size_t)s->config.voice.channels;
    size_t frame = (size_t)s->config.voice.frame_samples;
    size_t lookahead = sender_lookahead(s);
    size_t silence = (frame - lookahead % frame) % frame;
    size_t fed = 0;
    while (fed < silence + lookahead) {
        for (size_t i = 0; i < frame * channels; i++) {
            size_t at = fed * channels + i;
            s->prime[i] = at < silence * channels ? 0 : pcm[at - silence * channels];
        }
        voice_encode(s->voice, s->prime, s->packet + RTP_HEADER_LEN, VOICE_PACKET_MAX);
        fed += frame;
    }
}

void sender_start(struct sender *s, usec now)
{
    s->running = true;
    s->line.start = s->due = now;
}

bool sender_running(const struct sender *s)
{
    return s->running;
}

size_t sender_frame_samples(const struct sender *s)
{
    return (size_t)s->config.voice.frame_samples;
}

usec sender_frame_due(const struct sender *s)
{
    return s->running ? s->due : USEC_NEVER;
}

void sender_delay_until(struct sender *s, usec due)
{
    s->line.start += due - s->due;
    s->due = due;
}

// Makes an RTP packet of the `len` octets behind the header in `packet`.
static void make_packet(struct sender *s, usec now, size_t len, uint32_t timestamp)
{
    struct rtp_packet packet = {
        .marker = s->silent,
        .payload_type = s->config.payload_type,
        .seq = s->seq++,
        .timestamp = timestamp,
        .ssrc = s->line.ssrc,
        .payload = s->packet + RTP_HEADER_LEN,
        .payload_len = len,
    };
    s->packet_len = rtp_write(&packet, s->packet, sizeof s->packet);
    s->rtp_pending = true;
    s->shape_at = 0;
    s->stats.packets++;
    s->stats.octets += len;
    if (s->resend)
        resend_keep(s->resend, now, &packet);
}

void sender_frame(struct sender *s, const int16_t *pcm)
{
    int len = voice_encode(s->voice, pcm, s->packet + RTP_HEADER_LEN, VOICE_PACKET_MAX);
    bool send = len > (s->config.voice.dtx ? 2 : 0); // 1 or 2 octets: RFC 6716 section 2.1.9
    if (send)
        make_packet(s, s->due, (size_t)len, s->timestamp);
    else
        s->stats.silent_frames++;
    if (s->copying)
        copies_frame(s->copies, pcm, s->timestamp, s->packet + RTP_HEADER_LEN,
                     len > 0 ? (size_t)len : 0, send);
    s->coded_octets += len > 0 ? (uint64_t)len : 0;
    s->coded_frames++;
    s->unsent = send || len < 0 ? 0 : (size_t)len;
    s->packet_current = send;
    s->silent = !send;
    s->timestamp += (uint32_t)s->config.voice.frame_samples;
    s->due += usec_from_units(s->config.voice.frame_samples, VOICE_RATE);
}

void sender_last(struct sender *s)
{
    if (!s->unsent)
        return;
    s->silent = false; // no talkspurt begins here
    make_packet(s, s->due, s->unsent, s->timestamp - (uint32_t)s->config.voice.frame_samples);
    s->unsent = 0;
}

void sender_end(struct sender *s, usec now)
{
    bool told = false;
    for (int i = 0; i < s->top; i++) {
        struct peer *l = &s->listeners[i];
        if (l->state != PEER_PLAYING)
            continue;
        l->state = PEER_JOINED;
        l->byes = BYES;
        told = s->byes_left = true;
    }
    if (!s->running && !told) // over already: its BYEs go on speaking of it
        return;
    s->running = false;
    s->ended = s->line;
    new_time_line(s);
    s->bye_next = now;
    s->bye_gap = BYE_FIRST_GAP;
}

// ---- listeners ---------------------------------------------------------------------------------

static struct copies_shape shape_of(int n)
{
    return (struct copies_shape){(uint8_t)(n / (COPIES_SPACING_MAX + 1)),
                                 (uint8_t)(n % (COPIES_SPACING_MAX + 1))};
}

static bool is_shape(struct copies_shape a, struct copies_shape b)
{
    return a.depth == b.depth && a.spacing == b.spacing;
}

// Which packets are to be made.
static void find_shapes(struct sender *s)
{
    bool copying = false;
    memset(s->shapes, 0, sizeof s->shapes);
    for (int i = 0; i < s->top; i++) {
        struct copies_shape shape = s->listeners[i].shape;
        if (s->listeners[i].state != PEER_PLAYING)
            continue;
        s->shapes[shape.depth * (COPIES_SPACING_MAX + 1) + shape.spacing] = true;
        copying |= shape.depth > 0;
    }
    if (s->copying && !copying)
        copies_reset(s->copies);
    s->copying = copying;
}

int sender_join(struct sender *s, usec now, struct peer_takes takes)
{
    (void)now;
    for (int i = 0; i < s->config.listeners_max; i++) {
        struct peer *l = &s->listeners[i];
        if (l->state != PEER_FREE)
            continue;
        takes.red &= s->copies != NULL;
        takes.again &= s->resend != NULL;
        peer_init(l, takes, (uint16_t)random_u64(&s->random));
        l->resend.rate = s->config.limits.max_bitrate / 2;
        if (takes.red)
            l->shape = s->steer.choice.shape;
        s->top = i < s->top ? s->top : i + 1;
        return i;
    }
    return -1;
}

struct sender_position sender_play(struct sender *s, int listener, usec now)
{
    struct peer *l = &s->listeners[listener];
    l->byes = 0; // it asks for the next time line already
    struct sender_position position = {s->line.ssrc, s->seq, s->timestamp};
    if (l->state == PEER_PLAYING)
        return position;
    if (l->ssrc != s->line.ssrc) // what was sent on an earlier time line does not count on this one
        l->figures.packets = l->figures.octets = 0;
    l->ssrc = s->line.ssrc;
    l->state = PEER_PLAYING;
    l->report = s->work = true;
    l->figures.playing = true;
    find_shapes(s);
    // A frame is on the air from when it was due until the next one is.
    if (s->running && s->packet_current && now < s->due) {
        l->catch_up = !s->rtp_pending;
        position.seq--;
        position.timestamp -= (uint32_t)s->config.voice.frame_samples;
    }
    return position;
}

void sender_pause(struct sender *s, int listener)
{
    struct peer *l = &s->listeners[listener];
    if (l->state != PEER_PLAYING)
        return;
    l->state = PEER_JOINED;
    l->catch_up = l->report = false;
    find_shapes(s);
}

void sender_leave(struct sender *s, int listener, usec now, bool bye)
{
    struct peer *l = &s->listeners[listener];
    (void)now;
    bool on_line = l->figures.playing && l->ssrc == s->line.ssrc; // an ended one had its BYEs
    if (bye && l->state != PEER_FREE && on_line) {
        l->state = PEER_LEAVING;
        s->work = true;
    } else {
        l->state = PEER_FREE;
    }
    find_shapes(s);
}

struct peer_figures sender_listener(const struct sender *s, int listener)
{
    const struct peer *l = &s->listeners[listener];
    struct peer_figures figures = l->figures;
    figures.playing = l->state == PEER_PLAYING;
    figures.shape = l->shape;
    figures.resend = l->resend.stats;
    return figures;
}

// ---- reports -----------------------------------------------------------------------------------

static uint64_t ntp(const struct sender *s, usec now)
{
    usec wall = s->config.wall_clock + now;
    uint64_t seconds = (uint64_t)(wall / USEC_SECOND) + NTP_1970;
    uint64_t rest = (uint64_t)(wall % USEC_SECOND);
    return seconds << 32 | (rest << 32) / (uint64_t)USEC_SECOND;
}

static void on_asked(void *ctx, uint16_t seq)
{
    struct asking *a = ctx;
    struct sender *s = a->sender;
    struct rtp_packet packet;
    if (s->asked_put - s->asked_taken == ASKED_MOST ||
        !resend_ask(s->resend, &s->listeners[a->listener].resend, a->now, seq, &packet))
        return;
    s->asked[s->asked_put++ % ASKED_MOST] = (struct asked){a->listener, seq};
}

// The encoder's variable bitrate stays below what it is told, most of all where the band is narrowed.
// Under loss, what it leaves is wanted.
static bool fill_up(struct sender *s)
{
    usec coded =
        usec_from_units((int64_t)s->coded_frames * s->config.voice.frame_samples, VOICE_RATE);
    double fill = 1;
    bool lossy = !s->steer.fixed && s->steer.choice.expected_loss;
    if (lossy && coded < FILL_AFTER)
        return false;
    if (lossy && s->coded_octets)
        fill = s->fill * s->steer.choice.bitrate * ((double)coded / 1e6) /
               (8 * (double)s->coded_octets);
    fill = fill < 1 ? 1 : fill > FILL_MOST ? FILL_MOST : fill;
    s->coded_octets = s->coded_frames = 0;
    bool changed = fill != s->fill;
    s->fill = fill;
    return changed;
}

static void steer(struct sender *s, usec now)
{
    struct steer_decision decision;
    bool changed = steer_report(&s->steer, now, s->listeners, s->top, &decision);
    find_shapes(s);
    if (changed)
        s->coded_octets = s->coded_frames = 0;
    if (fill_up(s) || changed)
        apply_choice(s);
    if (!changed)
        return;
    s->stats.decisions++;
    if (s->config.decided)
        s->config.decided(s->config.ctx, &decision);
}

void sender_rtcp(struct sender *s, int listener, usec now, const void *data, size_t len)
{
    struct asking asking = {s, listener, now};
    struct peer_heard heard = peer_rtcp(&s->listeners[listener], now, ntp(s, now), s->line.ssrc,
                                        &s->random, data, len, on_asked, &asking);
    if (!heard.valid) {
        s->stats.reports_invalid++;
        return;
    }
    s->stats.reports_received++;
    rtcp_timer_received(&s->timer, len);
    if (heard.reported)
        steer(s, now);
}

// To a listener that measures its round trip (RFC 3611 section 4.5).
static void write_reference(struct sender *s, const struct peer *l, usec now, struct writer *w)
{
    if (l->reference_at == USEC_NEVER)
        return;
    const struct rtcp_xr_dlrr dlrr = {
        .ssrc = l->reporter,
        .lrr = l->reference,
        .dlrr = (uint32_t)usec_to_units(now - l->reference_at, 65536),
    };
    uint8_t *begun = rtcp_xr_begin(w, s->line.ssrc);
    rtcp_xr_write_dlrr(w, &dlrr, 1);
    rtcp_xr_end(w, begun);
}

static size_t write_report(struct sender *s, const struct peer *l, usec now, bool bye)
{
    struct writer w = writer_of(s->report, sizeof s->report);
    const struct time_line *line = l->byes ? &s->ended : &s->line;
    if (l->figures.packets) {
        struct rtcp_sender sender = {
            .ntp = ntp(s, now),
            .rtp = line->first_timestamp + (uint32_t)usec_to_units(now - line->start, VOICE_RATE),
            .packets = (uint32_t)l->figures.packets,
            .octets = (uint32_t)l->figures.octets,
        };
        rtcp_write_sr(&w, line->ssrc, &sender, NULL, 0);
    } else {
        rtcp_write_rr(&w, line->ssrc, NULL, 0); // nothing was sent yet: not a sender yet
    }
    rtcp_write_sdes(&w, line->ssrc, s->cname);
    write_reference(s, l, now, &w);
    if (bye)
        rtcp_write_bye(&w, line->ssrc, NULL);
    return writer_len(&w);
}

// ---- what goes out -----------------------------------------------------------------------------

static void count_sent(struct peer *l, size_t packet_len)
{
    l->figures.packets++;
    l->figures.octets += packet_len - RTP_HEADER_LEN;
}

static bool give_one(struct sender *s, int listener, struct sender_datagram *out)
{
    *out = (struct sender_datagram){
        .kind = SENDER_RTP, .listener = listener, .data = s->packet, .len = s->packet_len};
    count_sent(&s->listeners[listener], s->packet_len);
    return true;
}

// The packet in the shape of some listeners. It has the same number and time in all.
static size_t wrap(struct sender *s, struct copies_shape shape, const uint8_t **data)
{
    struct rtp_packet packet;
    *data = s->packet;
    if (!shape.depth || rtp_parse(&packet, s->packet, s->packet_len) != RTP_OK)
        return s->packet_len;
    packet.payload_len = copies_wrap(
        s->copies, shape, packet.payload_type, packet.timestamp, packet.payload, packet.payload_len,
        s->wrapped + RTP_HEADER_LEN, sizeof s->wrapped - RTP_HEADER_LEN);
    packet.payload = s->wrapped + RTP_HEADER_LEN;
    packet.payload_type = s->config.payload_type_red;
    *data = s->wrapped;
    return rtp_write(&packet, s->wrapped, sizeof s->wrapped);
}

// The packet to all that play, once in each shape that is wanted. False: it has been given.
static bool give_all(struct sender *s, struct sender_datagram *out)
{
    while (s->shape_at < SHAPES && !s->shapes[s->shape_at])
        s->shape_at++;
    s->rtp_pending = s->shape_at < SHAPES;
    if (!s->rtp_pending)
        return false;
    struct copies_shape shape = shape_of(s->shape_at++);
    *out = (struct sender_datagram){.kind = SENDER_RTP, .listener = SENDER_ALL, .shape = shape};
    out->len = wrap(s, shape, &out->data);
    for (int i = 0; i < s->top; i++)
        if (sender_is_for(s, out, i))
            count_sent(&s->listeners[i], out->len);
    return true;
}

// A packet that was asked for. False: none waits.
static bool give_again(struct sender *s, usec now, struct sender_datagram *out)
{
    while (s->asked_taken != s->asked_put) {
        const struct asked *asked = &s->asked[s->asked_taken++ % ASKED_MOST];
        struct peer *l = &s->listeners[asked->listener];
        struct rtp_packet packet;
        if (l->state != PEER_PLAYING || !resend_find(s->resend, now, asked->seq, &packet))
            continue;
        size_t len = rtx_write(&packet, s->config.payload_type_again, s->line.ssrc_again,
                               l->resend_seq++, s->wrapped, sizeof s->wrapped);
        *out = (struct sender_datagram){
            .kind = SENDER_RTP, .listener = asked->listener, .data = s->wrapped, .len = len};
        l->resent += len - RTP_HEADER_LEN;
        s->stats.again++;
        s->stats.octets_again += len - RTP_HEADER_LEN;
        return true;
    }
    return false;
}

static bool give_report(struct sender *s, int listener, usec now, bool bye,
                        struct sender_datagram *out)
{
    size_t len = write_report(s, &s->listeners[listener], now, bye);
    *out = (struct sender_datagram){
        .kind = SENDER_RTCP, .listener = listener, .data = s->report, .len = len};
    return true;
}

static void raise_reports(struct sender *s, usec now)
{
    if (now >= s->timer.next) {
        for (int i = 0; i < s->top; i++)
            if (s->listeners[i].state == PEER_PLAYING)
                s->listeners[i].report = true;
        s->work = true;
        rtcp_timer_sent(&s->timer, now, sizeof(struct rtcp_sender) + sizeof s->cname);
    }
    if (s->byes_left && now >= s->bye_next) {
        s->byes_left = false;
        for (int i = 0; i < s->top; i++) {
            struct peer *l = &s->listeners[i];
            if (l->byes == 0 || l->state != PEER_JOINED)
                continue;
            l->report = true;
            s->byes_left |= l->byes > 1;
        }
        s->work = true;
        s->bye_next = now + s->bye_gap;
        s->bye_gap = usec_min(2 * s->bye_gap, BYE_MOST_GAP);
    }
}

static bool give_for(struct sender *s, int i, usec now, struct sender_datagram *out)
{
    struct peer *l = &s->listeners[i];
    if (l->catch_up && l->state == PEER_PLAYING) {
        l->catch_up = false;
        return give_one(s, i, out);
    }
    if (l->state == PEER_LEAVING) {
        l->state = PEER_FREE;
        return give_report(s, i, now, true, out);
    }
    if (!l->report || l->state == PEER_FREE)
        return false;
    l->report = false;
    bool bye = l->byes > 0;
    give_report(s, i, now, bye, out);
    l->byes -= bye;
    return true;
}

bool sender_output(struct sender *s, usec now, struct sender_datagram *out)
{
    if ((s->rtp_pending && give_all(s, out)) || give_again(s, now, out))
        return true;
    raise_reports(s, now);
    for (int i = 0; s->work && i < s->top; i++)
        if (give_for(s, i, now, out))
            return true;
    s->work = false;
    return false;
}

bool sender_is_for(const struct sender *s, const struct sender_datagram *datagram, int listener)
{
    const struct peer *l = &s->listeners[listener];
    if (datagram->listener != SENDER_ALL)
        return datagram->listener == listener;
    return l->state == PEER_PLAYING && is_shape(l->shape, datagram->shape);
}

usec sender_next(const struct sender *s)
{
    usec next = usec_min(sender_frame_due(s), s->timer.next);
    if (s->rtp_pending || s->work || s->asked_put != s->asked_taken)
        return 0;
    return s->byes_left ? usec_min(next, s->bye_next) : next;
}

bool sender_busy(const struct sender *s)
{
    return s->byes_left || s->work || s->rtp_pending;
}

struct sender_stats sender_stats(const struct sender *s)
{
    struct sender_stats stats = s->stats;
    for (int i = 0; i < s->top; i++) {
        stats.listeners +=
            s->listeners[i].state == PEER_JOINED || s->listeners[i].state == PEER_PLAYING;
        stats.playing += s->listeners[i].state == PEER_PLAYING;
    }
    stats.choice = s->steer.choice;
    stats.ssrc = s->line.ssrc;
    return stats;
}
