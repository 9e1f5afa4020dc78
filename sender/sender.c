// The sending end: see sender.h.
#include "sender/sender.h"

#include "media/random.h"
#include "media/rtcp.h"
#include "media/rtcp_timer.h"
#include "media/rtp.h"
#include "media/rtx.h"
#include "sender/answers.h"
#include "sender/fill.h"
#include "sender/shapes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NTP_1970       2208988800u // seconds from 1900 to 1970
#define BYES           20          // times that a BYE is said to who stays, since each may be lost
#define FEEDBACK_EVERY USEC_SECOND
#define BYE_MOST_GAP   USEC_SECOND
#define BYE_FIRST_GAP  (20 * USEC_MS) // to the second one; it doubles

struct asking { // who asks
    struct sender *sender;
    int listener;
    usec now;
};

struct sender {
    struct sender_config config;
    struct random random;
    struct voice_encoder *voice;
    struct copies *copies;   // NULL: none are ever sent
    struct answers *answers; // NULL: nothing is sent again
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
    usec feedback_next;
    usec bye_next, bye_gap;
    bool byes_left;
    bool work; // some listener's flag is up

    struct steer steer;
    struct fill fill;
    struct shapes shapes; // of the listeners that play; its walk is where `rtp_pending` is
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
    if (s->answers)
        answers_clear(s->answers);
}

static void apply_choice(struct sender *s)
{
    const struct adapt_choice *choice = &s->steer.choice;
    const struct voice_settings settings = {
        .bitrate = (int)(choice->bitrate * s->fill.factor),
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
        s->answers = answers_new();
    return s->voice && (s->copies || config->limits.red == ADAPT_RED_OFF) &&
           (s->answers || !config->resend);
}

struct sender *sender_new(const struct sender_config *config, usec now)
{
    size_t listeners = (size_t)config->listeners_max;
    struct sender *s = calloc(1, sizeof *s + listeners * sizeof s->listeners[0]);
    if (!s)
        return NULL;
    s->config = *config;
    s->random.state = config->seed;
    s->config.limits = adapt_limits_of(&config->limits, &config->voice);
    s->feedback_next = USEC_NEVER;
    fill_init(&s->fill);
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
    s->timer.next = config->call ? USEC_NEVER : s->timer.next;
    new_time_line(s);
    return s;
}

void sender_free(struct sender *s)
{
    if (!s)
        return;
    voice_encoder_free(s->voice);
    copies_free(s->copies);
    answers_free(s->answers);
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
    s->shapes.at = 0;
    s->stats.packets++;
    s->stats.octets += len;
    if (s->answers)
        answers_keep(s->answers, now, &packet);
}

static usec frame_time(const struct sender *s)
{
    return usec_from_units(s->config.voice.frame_samples, VOICE_RATE);
}

void sender_frame(struct sender *s, const int16_t *pcm)
{
    int len = voice_encode(s->voice, pcm, s->packet + RTP_HEADER_LEN, VOICE_PACKET_MAX);
    bool send = len > (s->config.voice.dtx ? 2 : 0); // 1 or 2 octets: RFC 6716 section 2.1.9
    send &= s->shapes.any || !s->config.call;
    if (send)
        make_packet(s, s->due, (size_t)len, s->timestamp);
    else
        s->stats.silent_frames++;
    if (s->shapes.copies)
        copies_frame(s->copies, pcm, s->timestamp, s->packet + RTP_HEADER_LEN,
                     len > 0 ? (size_t)len : 0, send);
    fill_frame(&s->fill, len > 0 ? (size_t)len : 0, frame_time(s));
    s->unsent = send || len < 0 || s->config.call ? 0 : (size_t)len;
    s->packet_current = send;
    s->silent = !send;
    s->timestamp += (uint32_t)s->config.voice.frame_samples;
    s->due += frame_time(s);
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

// Which packets are to be made.
static void find_shapes(struct sender *s)
{
    bool copying = s->shapes.copies;
    shapes_clear(&s->shapes);
    for (int i = 0; i < s->top; i++)
        if (s->listeners[i].state == PEER_PLAYING)
            shapes_add(&s->shapes, s->listeners[i].shape);
    if (copying && !s->shapes.copies)
        copies_reset(s->copies);
}

int sender_join(struct sender *s, usec now, struct peer_takes takes)
{
    (void)now;
    for (int i = 0; i < s->config.listeners_max; i++) {
        struct peer *l = &s->listeners[i];
        if (l->state != PEER_FREE)
            continue;
        takes.red &= s->copies != NULL;
        takes.again &= s->answers != NULL;
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
    if (l->ssrc !=
        s->line.ssrc) { // what was sent on an earlier time line does not count on this one
        l->figures.packets = l->figures.octets = 0;
        history_restart(&l->history);
    }
    l->ssrc = s->line.ssrc;
    l->state = PEER_PLAYING;
    l->report = s->work = true;
    if (l->takes.feedback && !s->config.call)
        s->feedback_next = usec_min(s->feedback_next, now + FEEDBACK_EVERY);
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
    bool says_bye = bye && on_line && l->state != PEER_FREE;
    l->state = says_bye ? PEER_LEAVING : PEER_FREE;
    s->work |= says_bye;
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
    return rtcp_ntp(s->config.wall_clock + now) + ((uint64_t)NTP_1970 << 32);
}

void sender_report(const struct sender *s, int listener, usec now, const struct rtcp_report *blocks,
                   size_t count, struct writer *w)
{
    peer_report(&s->listeners[listener], &s->line, now, ntp(s, now), s->cname, blocks, count, w);
}

static void on_asked(void *ctx, uint16_t seq)
{
    const struct asking *a = ctx;
    struct sender *s = a->sender;
    answers_ask(s->answers, a->now, a->listener, &s->listeners[a->listener].resend, seq);
}

static void steer(struct sender *s, usec now)
{
    struct steer_decision decision;
    bool changed = steer_report(&s->steer, now, s->listeners, s->top, &decision);
    find_shapes(s);
    const struct adapt_choice *choice = &s->steer.choice;
    bool lossy = !s->steer.fixed && choice->expected_loss > 0;
    if (changed)
        fill_restart(&s->fill);
    if (fill_update(&s->fill, lossy, choice->bitrate) || changed)
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

// The packet to all that play, once in each shape that is wanted. False: it has been given.
static bool give_all(struct sender *s, struct sender_datagram *out)
{
    struct copies_shape shape;
    s->rtp_pending = shapes_next(&s->shapes, &shape);
    if (!s->rtp_pending)
        return false;
    *out = (struct sender_datagram){.kind = SENDER_RTP, .listener = SENDER_ALL, .shape = shape};
    out->data = s->packet;
    out->len = s->packet_len;
    if (shape.depth) { // the same number and time in all shapes
        out->data = s->wrapped;
        out->len = copies_packet(s->copies, shape, s->config.payload_type_red, s->packet,
                                 s->packet_len, s->wrapped, sizeof s->wrapped);
    }
    for (int i = 0; i < s->top; i++)
        if (sender_is_for(s, out, i))
            count_sent(&s->listeners[i], out->len);
    return true;
}

// A packet that was asked for. False: none waits.
static bool give_again(struct sender *s, usec now, struct sender_datagram *out)
{
    struct rtp_packet packet;
    int listener;
    while (s->answers && answers_next(s->answers, now, &listener, &packet)) {
        struct peer *l = &s->listeners[listener];
        if (l->state != PEER_PLAYING)
            continue;
        size_t len = rtx_write(&packet, s->config.payload_type_again, s->line.ssrc_again,
                               l->resend_seq++, s->wrapped, sizeof s->wrapped);
        *out = (struct sender_datagram){
            .kind = SENDER_RTP, .listener = listener, .data = s->wrapped, .len = len};
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
    const struct peer *l = &s->listeners[listener];
    const struct time_line *line = l->byes ? &s->ended : &s->line;
    struct writer w = writer_of(s->report, sizeof s->report);
    peer_report(l, line, now, ntp(s, now), s->cname, NULL, 0, &w);
    if (bye)
        rtcp_write_bye(&w, line->ssrc, NULL);
    *out = (struct sender_datagram){
        .kind = SENDER_RTCP, .listener = listener, .data = s->report, .len = writer_len(&w)};
    return true;
}

// Whoever sends reports every second gets them as often (RFC 4585 section 3.4).
static void raise_feedback(struct sender *s, usec now)
{
    if (now < s->feedback_next)
        return;
    s->feedback_next = USEC_NEVER;
    for (int i = 0; i < s->top; i++) {
        struct peer *l = &s->listeners[i];
        if (l->state != PEER_PLAYING || !l->takes.feedback)
            continue;
        l->report = s->work = true;
        s->feedback_next = now + FEEDBACK_EVERY;
    }
}

static void raise_reports(struct sender *s, usec now)
{
    raise_feedback(s, now);
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
    return l->state == PEER_PLAYING && shapes_same(l->shape, datagram->shape);
}

usec sender_next(const struct sender *s)
{
    usec next = usec_min(sender_frame_due(s), usec_min(s->timer.next, s->feedback_next));
    if (s->rtp_pending || s->work || (s->answers && answers_wait(s->answers)))
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
