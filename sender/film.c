// The sending end of pictures: see film.h.
#include "sender/film.h"

#include "media/random.h"
#include "media/rtp.h"
#include "media/vp8_payload.h"
#include "sender/roster.h"

#include <stdlib.h>

#define KEY_GAP     (200 * USEC_MS) // between two key frames, at least: each is as long as ten others
#define BINS        101             // of rates
#define KEY_UNKNOWN (100 * USEC_MS) // to the listener and back, where that is not known
#define SPREAD_OF   0.8 // of the time until the next picture, that packets are spread over
#define SPREAD_CALL \
    0.4 // likewise: the voice of a call hardly waits, and the last packet is to meet it
#define SPREAD_MOST  (100 * USEC_MS) // of that time: with few pictures the voice would wait for long
#define STEER_EVERY  USEC_SECOND
#define BEGINS       0.3             // with this share of the bitrate, at least,
#define BEGINS_BLIND 0.85            // as soon as nobody reports
#define BLIND        (700 * USEC_MS) // for so long
#define BEGINS_LEAST 150000          // bit/s: what bears less bears no pictures
#define GROWS        1.08 // it grows every second, so that a narrow path is found before it is full,
#define GROWS_CLEAR  1.25            // or with every report that finds the path clear
#define GROWS_GAP    (200 * USEC_MS) // between two of those
#define RESEND_LEAST (64 * 1024)
#define RESEND_PART  2 // of the bitrate, for what is sent again

struct film {
    struct film_config config;
    struct random random;
    struct roster *roster;
    struct vp8_encoder *encoder;

    bool running;
    int64_t number;      // of the next picture
    usec start;          // when the first was due
    uint16_t seq;        // of the next packet
    uint16_t picture_id; // of the next frame
    bool key_wanted;
    usec key_at; // when the last one was; USEC_NEVER: there was none yet
    int bitrate;
    double ramp;   // bit/s, that it is at most since the beginning
    usec grown;    // when a report made it more
    usec blind_at; // when to wait no longer for a report; USEC_NEVER: the beginning is over
    usec steer;    // when to choose the bitrate anew

    uint32_t timestamp; // of the frame that is being sent
    struct vp8_packets packets;
    usec begun,
        spread; // its first packet goes at `begun`, one after the last would at begun + spread
    struct film_stats stats;
    uint8_t packet[RTP_HEADER_LEN + FILM_PAYLOAD_MAX];
    size_t frame_cap;
    uint8_t frame[];
};

static void begin_at_least(struct film *f, double share)
{
    double rate = share * f->config.video.bitrate;
    f->ramp = f->ramp > rate ? f->ramp : rate;
}

static void new_time_line(struct film *f)
{
    roster_new_line(f->roster);
    f->seq = (uint16_t)random_u64(&f->random);
    f->roster->line.first_timestamp = (uint32_t)random_u64(&f->random);
    f->picture_id = (uint16_t)(random_u64(&f->random) % VP8_PICTURE_ID_MODULUS);
    f->packets.count = f->packets.next = 0;
    f->key_wanted = true;
    f->key_at = USEC_NEVER;
}

struct film *film_new(const struct film_config *config, usec now)
{
    size_t cap = picture_octets(config->video.width, config->video.height);
    struct film *f = calloc(1, sizeof *f + cap);
    if (!f)
        return NULL;
    f->config = *config;
    f->frame_cap = cap;
    f->bitrate = config->video.bitrate;
    f->ramp = BEGINS_LEAST;
    begin_at_least(f, BEGINS);
    f->blind_at = USEC_NEVER;
    f->random.state = config->seed;
    size_t second = (size_t)config->video.bitrate / 8;
    const struct roster_config roster = {
        .listeners_max = config->listeners_max,
        .clock = VP8_RTP_RATE,
        .bitrate = config->video.bitrate,
        .resend_octets = !config->resend ? 0 : RESEND_LEAST + 2 * second,
        .packet_max = FILM_PAYLOAD_MAX,
        .payload_type_again = config->payload_type_again,
        .wall_clock = config->wall_clock,
        .cname = config->cname,
        .quiet = config->call,
    };
    f->roster = roster_new(&roster, &f->random, now);
    f->encoder = vp8_encoder_new(&config->video);
    if (!f->roster || !f->encoder) {
        film_free(f);
        return NULL;
    }
    new_time_line(f);
    return f;
}

void film_free(struct film *f)
{
    if (!f)
        return;
    roster_free(f->roster);
    vp8_encoder_free(f->encoder);
    free(f);
}

// ---- the time line -----------------------------------------------------------------------------

static usec time_of(const struct film *f, int64_t number)
{
    return f->start + usec_from_units(number * f->config.video.fps_den, f->config.video.fps_num);
}

void film_start(struct film *f, usec now)
{
    f->running = true;
    f->number = 0;
    f->roster->line.start = f->start = now;
}

bool film_running(const struct film *f)
{
    return f->running;
}

usec film_picture_due(const struct film *f)
{
    return f->running ? time_of(f, f->number) : USEC_NEVER;
}

void film_delay_until(struct film *f, usec due)
{
    usec later = due - film_picture_due(f);
    f->start += later;
    f->roster->line.start += later;
}

void film_skip(struct film *f)
{
    f->number++;
}

static uint32_t timestamp_of(const struct film *f, usec when)
{
    const struct time_line *line = &f->roster->line;
    usec since = f->running ? when - line->start : 0;
    return line->first_timestamp + (uint32_t)usec_to_units(since, VP8_RTP_RATE);
}

// Those who wait for a key frame have it from here on, and learn what time it is (SR).
static void key_begins(struct film *f, usec when)
{
    f->key_wanted = false;
    f->key_at = when;
    f->stats.key_frames++;
    for (int i = 0; i < f->roster->top; i++) {
        struct peer *l = &f->roster->peers[i];
        l->report |= l->waits && l->state == PEER_PLAYING;
        l->waits = false;
    }
    f->roster->work = true;
}

// A quarter of those who watch may have less: a single bad path does not spoil it for all.
static double borne(const struct film *f)
{
    int count[BINS] = {0}, playing = 0, bin = 0;
    double most = f->config.video.bitrate;
    for (int i = 0; i < f->roster->top; i++) {
        const struct peer *l = &f->roster->peers[i];
        if (l->state != PEER_PLAYING)
            continue;
        count[(int)(congestion_rate(&l->congestion, most) / most * (BINS - 1))]++;
        playing++;
    }
    for (int below = count[0]; bin < BINS - 1 && 4 * below <= playing; below += count[++bin])
        ;
    return playing ? most * bin / (BINS - 1) : most;
}

static void grow(struct film *f, double times)
{
    f->ramp *= times;
    if (f->ramp > f->config.video.bitrate)
        f->ramp = f->config.video.bitrate;
}

static void set_bitrate(struct film *f, double bitrate)
{
    int rate = bitrate > VP8_BITRATE_LEAST ? (int)bitrate : VP8_BITRATE_LEAST;
    if (rate == f->bitrate)
        return;
    vp8_encoder_bitrate(f->encoder, rate);
    f->bitrate = rate;
    for (int i = 0; i < f->roster->top; i++)
        f->roster->peers[i].resend.rate = rate / RESEND_PART;
}

static void choose(struct film *f)
{
    double rate = borne(f);
    set_bitrate(f, rate < f->ramp ? rate : f->ramp);
}

// Who says seldom or never how it goes cannot end the slow beginning.
static void look(struct film *f, usec now)
{
    if (now < f->blind_at)
        return;
    f->blind_at = USEC_NEVER;
    begin_at_least(f, BEGINS_BLIND);
    choose(f);
}

static void steer(struct film *f, usec now)
{
    if (now < f->steer)
        return;
    f->steer = now + STEER_EVERY;
    for (int i = 0; i < f->roster->top; i++)
        if (f->roster->peers[i].state == PEER_PLAYING)
            peer_settle(&f->roster->peers[i], now);
    choose(f);
    grow(f, GROWS);
}

// The voice goes first: what costs it is given back at once, and not only when it is time to steer.
static void take_report(struct film *f, const struct peer *l, usec now)
{
    if (f->blind_at != USEC_NEVER)
        f->blind_at = now + BLIND;
    bool less = congestion_rate(&l->congestion, f->bitrate) < f->bitrate;
    bool sees = l->state == PEER_PLAYING && !l->waits;
    bool more = sees && l->congestion.clear && now - f->grown >= GROWS_GAP;
    if (more) {
        grow(f, GROWS_CLEAR);
        f->grown = now;
    }
    if (more || less)
        choose(f);
}

void film_picture(struct film *f, usec when, const struct picture *picture)
{
    look(f, when);
    steer(f, when);
    bool key = f->key_wanted && (f->key_at == USEC_NEVER || when - f->key_at >= KEY_GAP);
    bool is_key = false;
    int len = vp8_encode(f->encoder, picture, when, key, f->frame, f->frame_cap, &is_key);
    f->number++;
    f->stats.pictures++;
    f->key_wanted |= len < 0;
    if (len <= 0)
        return;
    if (is_key)
        key_begins(f, when);
    const struct vp8_payload descriptor = {
        .has_picture_id = true, .long_id = true, .picture_id = f->picture_id};
    f->picture_id = (uint16_t)((f->picture_id + 1) % VP8_PICTURE_ID_MODULUS);
    f->packets = vp8_packets_of(&descriptor, f->frame, (size_t)len, FILM_PAYLOAD_MAX);
    f->begun = when;
    usec interval = usec_min(time_of(f, 1) - time_of(f, 0), SPREAD_MOST);
    f->spread = (usec)((f->config.call ? SPREAD_CALL : SPREAD_OF) * (double)interval);
    f->timestamp = timestamp_of(f, when);
    f->stats.frames++;
}

void film_end(struct film *f, usec now)
{
    if (!roster_end(f->roster, f->running, now))
        return;
    f->running = false;
    new_time_line(f);
}

// ---- listeners ---------------------------------------------------------------------------------

int film_join(struct film *f, struct peer_takes takes)
{
    takes.red = false;
    int listener = roster_join(f->roster, takes, f->bitrate / RESEND_PART);
    if (listener >= 0)
        f->roster->peers[listener].congestion.eager = true;
    return listener;
}

struct sender_position film_play(struct film *f, int listener, usec now)
{
    struct sender_position position = {f->roster->line.ssrc, f->seq, timestamp_of(f, now)};
    if (roster_play(f->roster, listener, now)) {
        f->roster->peers[listener].waits = true;
        f->key_wanted = true;
        f->blind_at = now + (f->roster->peers[listener].takes.feedback ? BLIND : 0);
    }
    return position;
}

void film_pause(struct film *f, int listener)
{
    roster_pause(f->roster, listener);
}

void film_leave(struct film *f, int listener, bool bye)
{
    roster_leave(f->roster, listener, bye);
}

struct peer_figures film_listener(const struct film *f, int listener)
{
    return roster_figures(f->roster, listener);
}

// It may have asked before the last key frame can have reached it: then that one is the answer.
static bool is_answered(const struct film *f, const struct peer *l, usec now)
{
    usec trip = l->figures.round_trip == USEC_NEVER ? KEY_UNKNOWN : l->figures.round_trip;
    return f->key_at != USEC_NEVER && now - f->key_at < trip;
}

void film_rtcp(struct film *f, int listener, usec now, const void *data, size_t len)
{
    const struct peer *l = &f->roster->peers[listener];
    struct peer_heard heard = roster_rtcp(f->roster, listener, now, data, len);
    if (heard.reported)
        take_report(f, l, now);
    if (!heard.key)
        return;
    f->stats.key_asked++;
    f->key_wanted |= !is_answered(f, l, now);
}

// ---- what goes out -----------------------------------------------------------------------------

static bool packets_left(const struct film *f)
{
    return !vp8_packets_done(&f->packets);
}

static usec packet_due(const struct film *f)
{
    if (!packets_left(f))
        return USEC_NEVER;
    return f->begun + f->spread * (usec)f->packets.next / (usec)f->packets.count;
}

static bool give_packet(struct film *f, usec now, struct sender_datagram *out)
{
    uint8_t *payload = f->packet + RTP_HEADER_LEN;
    size_t len = vp8_packets_next(&f->packets, payload, FILM_PAYLOAD_MAX);
    const struct rtp_packet packet = {
        .marker = !packets_left(f),
        .payload_type = f->config.payload_type,
        .seq = f->seq++,
        .timestamp = f->timestamp,
        .ssrc = f->roster->line.ssrc,
        .payload = payload,
        .payload_len = len,
    };
    roster_keep(f->roster, now, &packet);
    f->stats.packets++;
    f->stats.octets += len;
    *out = (struct sender_datagram){.kind = SENDER_RTP,
                                    .listener = SENDER_ALL,
                                    .data = f->packet,
                                    .len = rtp_write(&packet, f->packet, sizeof f->packet)};
    for (int i = 0; i < f->roster->top; i++)
        if (film_is_for(f, out, i)) {
            f->roster->peers[i].figures.packets++;
            f->roster->peers[i].figures.octets += len;
        }
    return true;
}

bool film_output(struct film *f, usec now, struct sender_datagram *out)
{
    struct roster *r = f->roster;
    if (now >= packet_due(f) || (packets_left(f) && now >= film_picture_due(f)))
        return give_packet(f, now, out);
    if (roster_again(r, now, out))
        return true;
    roster_raise(r, now);
    for (int i = 0; r->work && i < r->top; i++)
        if (roster_report(r, i, now, out))
            return true;
    r->work = false;
    return false;
}

void film_report(const struct film *f, int listener, usec now, const struct rtcp_report *blocks,
                 size_t count, struct writer *w)
{
    roster_write(f->roster, listener, now, blocks, count, w);
}

bool film_is_for(const struct film *f, const struct sender_datagram *datagram, int listener)
{
    const struct peer *l = &f->roster->peers[listener];
    if (datagram->listener != SENDER_ALL)
        return datagram->listener == listener;
    return l->state == PEER_PLAYING && !l->waits;
}

usec film_next(const struct film *f)
{
    return usec_min(usec_min(packet_due(f), film_picture_due(f)), roster_next(f->roster));
}

bool film_busy(const struct film *f)
{
    return packets_left(f) || roster_busy(f->roster);
}

struct film_stats film_stats(const struct film *f)
{
    const struct roster *r = f->roster;
    struct film_stats stats = f->stats;
    stats.listeners = roster_listeners(r, &stats.playing);
    stats.reports_received = r->reports_received;
    stats.reports_invalid = r->reports_invalid;
    stats.again = r->again;
    stats.octets_again = r->octets_again;
    stats.asked = roster_asked(r);
    stats.bitrate = f->bitrate;
    stats.ssrc = r->line.ssrc;
    return stats;
}
