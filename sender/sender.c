// The sending end: see sender.h.
#include "sender/sender.h"

#include "media/random.h"
#include "media/rtcp.h"
#include "media/rtcp_timer.h"
#include "media/rtp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NTP_1970       2208988800u // seconds from 1900 to 1970
#define BYES           20          // times that a BYE is said to who stays, since each may be lost
#define BYE_MOST_GAP   USEC_SECOND
#define BYE_FIRST_GAP  (20 * USEC_MS) // to the second one; it doubles
#define EXPECTED_FIRST 0              // percent of loss, before anybody reported
#define EXPECTED_MAX   40
#define LOSS_WINDOW    (10 * USEC_SECOND)

enum listener_state { FREE, JOINED, PLAYING, LEAVING };

struct listener {
    enum listener_state state;
    bool catch_up; // give it the packet that is on the air, so that it need not wait for the next
    bool report;   // a report for it is due now
    int byes;      // still to say
    uint32_t ssrc; // of the time line it plays
    struct sender_listener figures;
};

// One run of the source from its start to its end.
struct time_line {
    uint32_t ssrc, first_timestamp;
    usec start; // instant of `first_timestamp`
};

struct sender {
    struct sender_config config;
    struct random random;
    struct voice_encoder *voice;
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

    int expected_loss;
    int loss_now, loss_before; // worst report of this window and of the one before, percent
    usec loss_window_end;
    struct sender_stats stats;
    uint8_t packet[RTP_HEADER_LEN + VOICE_PACKET_MAX];
    uint8_t report[512];
    int16_t prime[2 * VOICE_FRAME_MAX];
    int top; // no listener has a number above this one, or this one
    struct listener listeners[];
};

static void new_time_line(struct sender *s)
{
    s->line.ssrc = (uint32_t)random_u64(&s->random);
    s->seq = (uint16_t)random_u64(&s->random);
    s->timestamp = s->line.first_timestamp = (uint32_t)random_u64(&s->random);
    s->packet_len = 0;
    s->packet_current = s->rtp_pending = false;
    s->silent = true; // so that the first packet has the marker
    voice_encoder_reset(s->voice);
}

struct sender *sender_new(const struct sender_config *config, usec now)
{
    size_t listeners = (size_t)config->listeners_max;
    struct sender *s = calloc(1, sizeof *s + listeners * sizeof s->listeners[0]);
    if (!s)
        return NULL;
    s->config = *config;
    s->random.state = config->seed;
    s->expected_loss = config->adapt_fec ? EXPECTED_FIRST : config->voice.loss_percent;
    s->config.voice.loss_percent = s->expected_loss;
    s->voice = voice_encoder_new(&s->config.voice);
    if (!s->voice) {
        sender_free(s);
        return NULL;
    }
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
static void make_packet(struct sender *s, size_t len, uint32_t timestamp)
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
    s->stats.packets++;
    s->stats.octets += len;
}

void sender_frame(struct sender *s, const int16_t *pcm)
{
    int len = voice_encode(s->voice, pcm, s->packet + RTP_HEADER_LEN, VOICE_PACKET_MAX);
    bool send = len > (s->config.voice.dtx ? 2 : 0); // 1 or 2 octets: RFC 6716 section 2.1.9
    if (send)
        make_packet(s, (size_t)len, s->timestamp);
    else
        s->stats.silent_frames++;
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
    make_packet(s, s->unsent, s->timestamp - (uint32_t)s->config.voice.frame_samples);
    s->unsent = 0;
}

void sender_end(struct sender *s, usec now)
{
    bool told = false;
    for (int i = 0; i < s->top; i++) {
        struct listener *l = &s->listeners[i];
        if (l->state != PLAYING)
            continue;
        l->state = JOINED;
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

int sender_join(struct sender *s, usec now)
{
    (void)now;
    for (int i = 0; i < s->config.listeners_max; i++) {
        struct listener *l = &s->listeners[i];
        if (l->state != FREE)
            continue;
        *l = (struct listener){
            .state = JOINED,
            .figures = {.heard = USEC_NEVER, .round_trip = USEC_NEVER},
        };
        s->top = i < s->top ? s->top : i + 1;
        return i;
    }
    return -1;
}

struct sender_position sender_play(struct sender *s, int listener, usec now)
{
    struct listener *l = &s->listeners[listener];
    l->byes = 0; // it asks for the next time line already
    struct sender_position position = {s->line.ssrc, s->seq, s->timestamp};
    if (l->state == PLAYING)
        return position;
    if (l->ssrc != s->line.ssrc) // what was sent on an earlier time line does not count on this one
        l->figures.packets = l->figures.octets = 0;
    l->ssrc = s->line.ssrc;
    l->state = PLAYING;
    l->report = s->work = true;
    l->figures.playing = true;
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
    struct listener *l = &s->listeners[listener];
    if (l->state != PLAYING)
        return;
    l->state = JOINED;
    l->catch_up = l->report = false;
}

void sender_leave(struct sender *s, int listener, usec now, bool bye)
{
    struct listener *l = &s->listeners[listener];
    (void)now;
    bool on_line = l->figures.playing && l->ssrc == s->line.ssrc; // an ended one had its BYEs
    if (bye && l->state != FREE && on_line) {
        l->state = LEAVING;
        s->work = true;
    } else {
        l->state = FREE;
    }
}

struct sender_listener sender_listener(const struct sender *s, int listener)
{
    const struct listener *l = &s->listeners[listener];
    struct sender_listener figures = l->figures;
    figures.playing = l->state == PLAYING;
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

// The encoder expects the worst loss that a listener reported lately: up at once, down after a
// window.
static void adapt_fec(struct sender *s, usec now, uint8_t fraction_lost)
{
    int reported = (fraction_lost * 100 + 255) / 256;
    if (now >= s->loss_window_end) {
        s->loss_before = s->loss_window_end ? s->loss_now : 0;
        s->loss_now = 0;
        s->loss_window_end = now + LOSS_WINDOW;
    }
    if (reported > s->loss_now)
        s->loss_now = reported;
    int worst = s->loss_now > s->loss_before ? s->loss_now : s->loss_before;
    s->expected_loss = worst < EXPECTED_MAX ? worst : EXPECTED_MAX;
    voice_encoder_expect_loss(s->voice, s->expected_loss);
}

static void take_report(struct sender *s, struct listener *l, usec now,
                        const struct rtcp_report *report)
{
    l->figures.fraction_lost = report->fraction_lost;
    l->figures.cumulative_lost = report->cumulative_lost;
    l->figures.jitter = report->jitter;
    if (report->lsr) { // RFC 3550 section 6.4.1, in 1/65536 s
        int32_t trip = (int32_t)((uint32_t)(ntp(s, now) >> 16) - report->lsr - report->dlsr);
        l->figures.round_trip = trip > 0 ? (usec)trip * USEC_SECOND / 65536 : 0;
    }
    if (s->config.adapt_fec)
        adapt_fec(s, now, report->fraction_lost);
}

void sender_rtcp(struct sender *s, int listener, usec now, const void *data, size_t len)
{
    struct listener *l = &s->listeners[listener];
    struct rtcp_walk walk = rtcp_walk(data, len);
    struct rtcp_packet packet;
    enum rtcp_status status;
    while ((status = rtcp_next(&walk, &packet)) == RTCP_OK)
        for (size_t i = 0; i < packet.reports_len; i++)
            if (packet.reports[i].ssrc == s->line.ssrc)
                take_report(s, l, now, &packet.reports[i]);
    if (status != RTCP_END) {
        s->stats.reports_invalid++;
        return;
    }
    l->figures.heard = now;
    s->stats.reports_received++;
    rtcp_timer_received(&s->timer, len);
}

static size_t write_report(struct sender *s, const struct listener *l, usec now, bool bye)
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
    if (bye)
        rtcp_write_bye(&w, line->ssrc, NULL);
    return writer_len(&w);
}

// ---- what goes out -----------------------------------------------------------------------------

static void count_sent(struct listener *l, size_t packet_len)
{
    l->figures.packets++;
    l->figures.octets += packet_len - RTP_HEADER_LEN;
}

static bool give_rtp(struct sender *s, int listener, struct sender_datagram *out)
{
    *out = (struct sender_datagram){SENDER_RTP, listener, s->packet, s->packet_len};
    if (listener != SENDER_ALL) {
        count_sent(&s->listeners[listener], s->packet_len);
        return true;
    }
    for (int i = 0; i < s->top; i++)
        if (s->listeners[i].state == PLAYING)
            count_sent(&s->listeners[i], s->packet_len);
    return true;
}

static bool give_report(struct sender *s, int listener, usec now, bool bye,
                        struct sender_datagram *out)
{
    size_t len = write_report(s, &s->listeners[listener], now, bye);
    *out = (struct sender_datagram){SENDER_RTCP, listener, s->report, len};
    return true;
}

static void raise_reports(struct sender *s, usec now)
{
    if (now >= s->timer.next) {
        for (int i = 0; i < s->top; i++)
            if (s->listeners[i].state == PLAYING)
                s->listeners[i].report = true;
        s->work = true;
        rtcp_timer_sent(&s->timer, now, sizeof(struct rtcp_sender) + sizeof s->cname);
    }
    if (s->byes_left && now >= s->bye_next) {
        s->byes_left = false;
        for (int i = 0; i < s->top; i++) {
            struct listener *l = &s->listeners[i];
            if (l->byes == 0 || l->state != JOINED)
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
    struct listener *l = &s->listeners[i];
    if (l->catch_up && l->state == PLAYING) {
        l->catch_up = false;
        return give_rtp(s, i, out);
    }
    if (l->state == LEAVING) {
        l->state = FREE;
        return give_report(s, i, now, true, out);
    }
    if (!l->report || l->state == FREE)
        return false;
    l->report = false;
    bool bye = l->byes > 0;
    give_report(s, i, now, bye, out);
    l->byes -= bye;
    return true;
}

bool sender_output(struct sender *s, usec now, struct sender_datagram *out)
{
    if (s->rtp_pending) {
        s->rtp_pending = false;
        return give_rtp(s, SENDER_ALL, out);
    }
    raise_reports(s, now);
    for (int i = 0; s->work && i < s->top; i++)
        if (give_for(s, i, now, out))
            return true;
    s->work = false;
    return false;
}

usec sender_next(const struct sender *s)
{
    usec next = usec_min(sender_frame_due(s), s->timer.next);
    if (s->rtp_pending || s->work)
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
        stats.listeners += s->listeners[i].state == JOINED || s->listeners[i].state == PLAYING;
        stats.playing += s->listeners[i].state == PLAYING;
    }
    stats.expected_loss = s->expected_loss;
    stats.ssrc = s->line.ssrc;
    return stats;
}
