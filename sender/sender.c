// The sending end: see sender.h.
#include "sender/sender.h"

#include "media/random.h"
#include "media/rtp.h"
#include "sender/fill.h"
#include "sender/roster.h"
#include "sender/shapes.h"

#include <stdlib.h>
#include <string.h>

struct sender {
    struct sender_config config;
    struct random random;
    struct voice_encoder *voice;
    struct copies *copies; // NULL: none are ever sent
    struct roster *roster;

    usec due; // of the next frame
    size_t
        unsent; // octets of the last frame, that lie in `packet` behind the header; 0: it was sent
    size_t packet_len;  // 0: none yet on this time line
    uint32_t timestamp; // of the next frame
    uint16_t seq;       // of the next packet
    bool running;
    bool silent;         // the last frame was not sent
    bool rtp_pending;    // `packet` waits to be given out
    bool packet_current; // it is of the frame that is on the air

    struct steer steer;
    struct fill fill;
    struct shapes shapes; // of the listeners that play; its walk is where `rtp_pending` is
    struct sender_stats stats;
    uint8_t packet[RTP_HEADER_LEN + VOICE_PACKET_MAX];
    uint8_t wrapped[RTP_HEADER_LEN + VOICE_PACKET_MAX + COPIES_DEPTH_MAX * 1027 + 1];
    int16_t prime[2 * VOICE_FRAME_MAX];
};

static void new_time_line(struct sender *s)
{
    roster_new_line(s->roster);
    s->seq = (uint16_t)random_u64(&s->random);
    s->timestamp = s->roster->line.first_timestamp = (uint32_t)random_u64(&s->random);
    s->packet_len = 0;
    s->packet_current = s->rtp_pending = false;
    s->silent = true; // so that the first packet has the marker
    voice_encoder_reset(s->voice);
    if (s->copies)
        copies_reset(s->copies);
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

static bool make_parts(struct sender *s, usec now)
{
    const struct sender_config *config = &s->config;
    s->voice = voice_encoder_new(&config->voice);
    if (config->limits.red != ADAPT_RED_OFF)
        s->copies = copies_new(&config->voice);
    const struct roster_config roster = {
        .listeners_max = config->listeners_max,
        .clock = VOICE_RATE,
        .bitrate = config->voice.bitrate,
        .resend_octets = config->resend ? RESEND_OCTETS : 0,
        .packet_max = VOICE_PACKET_MAX,
        .payload_type_again = config->payload_type_again,
        .wall_clock = config->wall_clock,
        .cname = config->cname,
        .quiet = config->call,
    };
    s->roster = roster_new(&roster, &s->random, now);
    return s->voice && s->roster && (s->copies || config->limits.red == ADAPT_RED_OFF);
}

struct sender *sender_new(const struct sender_config *config, usec now)
{
    struct sender *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->config = *config;
    s->random.state = config->seed;
    s->config.limits = adapt_limits_of(&config->limits, &config->voice);
    fill_init(&s->fill);
    steer_init(&s->steer, &s->config.limits, config->resend);
    s->config.voice.bitrate = s->steer.choice.bitrate;
    s->config.voice.fec = s->steer.choice.fec;
    s->config.voice.loss_percent = s->steer.choice.expected_loss;
    if (!make_parts(s, now)) {
        sender_free(s);
        return NULL;
    }
    apply_choice(s);
    new_time_line(s);
    return s;
}

void sender_free(struct sender *s)
{
    if (!s)
        return;
    voice_encoder_free(s->voice);
    copies_free(s->copies);
    roster_free(s->roster);
    free(s);
}

uint32_t sender_ssrc(const struct sender *s)
{
    return s->roster->line.ssrc;
}

const char *sender_cname(const struct sender *s)
{
    return s->roster->cname;
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
    s->roster->line.start = s->due = now;
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
    s->roster->line.start += due - s->due;
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
        .ssrc = s->roster->line.ssrc,
        .payload = s->packet + RTP_HEADER_LEN,
        .payload_len = len,
    };
    s->packet_len = rtp_write(&packet, s->packet, sizeof s->packet);
    s->rtp_pending = true;
    s->shapes.at = 0;
    s->stats.packets++;
    s->stats.octets += len;
    roster_keep(s->roster, now, &packet);
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
    if (!roster_end(s->roster, s->running, now))
        return;
    s->running = false;
    new_time_line(s);
}

// ---- listeners ---------------------------------------------------------------------------------

// Which packets are to be made.
static void find_shapes(struct sender *s)
{
    bool copying = s->shapes.copies;
    shapes_clear(&s->shapes);
    for (int i = 0; i < s->roster->top; i++)
        if (s->roster->peers[i].state == PEER_PLAYING)
            shapes_add(&s->shapes, s->roster->peers[i].shape);
    if (copying && !s->shapes.copies)
        copies_reset(s->copies);
}

int sender_join(struct sender *s, usec now, struct peer_takes takes)
{
    (void)now;
    takes.red &= s->copies != NULL;
    int listener = roster_join(s->roster, takes, s->config.limits.max_bitrate / 2);
    if (listener >= 0 && takes.red)
        s->roster->peers[listener].shape = s->steer.choice.shape;
    return listener;
}

struct sender_position sender_play(struct sender *s, int listener, usec now)
{
    struct sender_position position = {s->roster->line.ssrc, s->seq, s->timestamp};
    if (!roster_play(s->roster, listener, now))
        return position;
    find_shapes(s);
    // A frame is on the air from when it was due until the next one is.
    if (s->running && s->packet_current && now < s->due) {
        s->roster->peers[listener].catch_up = !s->rtp_pending;
        position.seq--;
        position.timestamp -= (uint32_t)s->config.voice.frame_samples;
    }
    return position;
}

void sender_pause(struct sender *s, int listener)
{
    if (roster_pause(s->roster, listener))
        find_shapes(s);
}

void sender_leave(struct sender *s, int listener, usec now, bool bye)
{
    (void)now;
    roster_leave(s->roster, listener, bye);
    find_shapes(s);
}

struct peer_figures sender_listener(const struct sender *s, int listener)
{
    return roster_figures(s->roster, listener);
}

// ---- reports -----------------------------------------------------------------------------------

static void steer(struct sender *s, usec now)
{
    struct steer_decision decision;
    bool changed = steer_report(&s->steer, now, s->roster->peers, s->roster->top, &decision);
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
    if (roster_rtcp(s->roster, listener, now, data, len).reported)
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
    count_sent(&s->roster->peers[listener], s->packet_len);
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
    for (int i = 0; i < s->roster->top; i++)
        if (sender_is_for(s, out, i))
            count_sent(&s->roster->peers[i], out->len);
    return true;
}

static bool give_for(struct sender *s, int i, usec now, struct sender_datagram *out)
{
    struct peer *l = &s->roster->peers[i];
    if (l->catch_up && l->state == PEER_PLAYING) {
        l->catch_up = false;
        return give_one(s, i, out);
    }
    return roster_report(s->roster, i, now, out);
}

void sender_report(const struct sender *s, int listener, usec now, const struct rtcp_report *blocks,
                   size_t count, struct writer *w)
{
    roster_write(s->roster, listener, now, blocks, count, w);
}

bool sender_output(struct sender *s, usec now, struct sender_datagram *out)
{
    struct roster *r = s->roster;
    if ((s->rtp_pending && give_all(s, out)) || roster_again(r, now, out))
        return true;
    roster_raise(r, now);
    for (int i = 0; r->work && i < r->top; i++)
        if (give_for(s, i, now, out))
            return true;
    r->work = false;
    return false;
}

bool sender_is_for(const struct sender *s, const struct sender_datagram *datagram, int listener)
{
    const struct peer *l = &s->roster->peers[listener];
    if (datagram->listener != SENDER_ALL)
        return datagram->listener == listener;
    return l->state == PEER_PLAYING && shapes_same(l->shape, datagram->shape);
}

usec sender_next(const struct sender *s)
{
    return s->rtp_pending ? 0 : usec_min(sender_frame_due(s), roster_next(s->roster));
}

bool sender_busy(const struct sender *s)
{
    return s->rtp_pending || roster_busy(s->roster);
}

struct sender_stats sender_stats(const struct sender *s)
{
    const struct roster *r = s->roster;
    struct sender_stats stats = s->stats;
    stats.listeners = roster_listeners(r, &stats.playing);
    stats.reports_received = r->reports_received;
    stats.reports_invalid = r->reports_invalid;
    stats.again = r->again;
    stats.octets_again = r->octets_again;
    stats.asked = roster_asked(r);
    stats.choice = s->steer.choice;
    stats.ssrc = r->line.ssrc;
    return stats;
}
