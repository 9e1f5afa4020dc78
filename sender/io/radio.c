// A running sender: see radio.h.
#include "sender/io/radio.h"

#include "control/io/listener.h"
#include "control/server.h"
#include "media/io/udp.h"
#include "sender/feed.h"
#include "sender/io/audience.h"
#include "sender/io/description.h"
#include "sender/io/projector.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESYNC_AFTER  (1 * USEC_SECOND)  // behind time: the time line moves instead of catching up
#define ONCE_PATIENCE (10 * USEC_SECOND) // for listeners to go after the end
#define STOP_PATIENCE (700 * USEC_MS)    // when the user is waiting
#define ONCE_CHECK    (100 * USEC_MS)
#define PICTURE_PATHS \
    1000000 // the seeds of the pictures' paths are so far from those of the voice's
#define POLL_AGAIN   (5 * USEC_MS) // for sound that is not there yet
#define TEXT         640
#define RTP_PORT_GAP 1            // the UDP ports follow the RTSP port, if they are free
#define WATCHES      AUDIENCE_MAX // added to the number of who watches: a listener of track 1

struct radio {
    struct radio_config config;
    struct sender *sender;
    struct server *server;
    struct listener *listener;
    struct udp *udp;
    struct audience *audience;
    struct projector *projector; // NULL: there are no pictures
    struct input *input;
    uv_async_t wakeup;
    struct loop_timer timer;
    struct feed feed;
    usec now; // for the source, while it is read
    bool primed;
    usec over_since; // the time line has ended; USEC_NEVER: it has not
    bool stopping;   // radio_stop was called
    uint64_t octets_told;
    bool warned;     // of what was wrong with the source
    uint64_t strays; // datagrams from nobody we know
};

__attribute__((format(printf, 3, 4))) static void say(struct radio *r, bool detail,
                                                      const char *format, ...)
{
    char text[TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    r->config.say(r->config.ctx, detail, text);
}

static bool is_for(const void *sender, const struct sender_datagram *d, int listener)
{
    return sender_is_for(sender, d, listener);
}

static void send_pending(struct radio *r, usec now)
{
    struct sender_datagram d;
    while (sender_output(r->sender, now, &d))
        audience_send(r->audience, now, &d, is_for, r->sender);
}

// ---- the source --------------------------------------------------------------------------------

static size_t read_source(void *ctx, int16_t *pcm, size_t samples)
{
    struct radio *r = ctx;
    return input_read(r->input, r->now, pcm, samples);
}

static bool read_again(void *ctx)
{
    struct radio *r = ctx;
    const char *warning = input_warning(r->input);
    if (warning && !r->warned)
        say(r, false, "%s", warning);
    r->warned = true;
    return r->config.loop_source && input_rewind(r->input);
}

static void prime(struct radio *r, usec now)
{
    int16_t old[2 * VOICE_FRAME_MAX];
    bool live = input_is_live(r->input);
    while (live && input_read(r->input, now, old, VOICE_FRAME_MAX)) // what waited there
        ;
    r->now = now;
    feed_prime(&r->feed, live);
    r->primed = true;
}

static void begin(struct radio *r, usec now)
{
    if (!r->primed)
        prime(r, now);
    sender_start(r->sender, now);
    projector_start(r->projector, now);
    r->over_since = USEC_NEVER;
    say(r, false, "On the air.");
}

static void end(struct radio *r, usec now)
{
    sender_last(r->sender);
    send_pending(r, now);
    sender_end(r->sender, now);
    projector_end(r->projector, now);
    r->over_since = now;
    r->primed = false;
    audience_pause_all(r->audience);
    bool again = input_rewind(r->input);
    if (r->config.once)
        say(r, false, "The end.");
    else if (again)
        say(r, false, "The end. The next listener starts it again.");
    else {
        say(r, false, "The end; %s cannot be sent twice.", input_name(r->input));
        r->config.once = true;
    }
}

// Makes and sends every frame that is due. False: one is due, but its sound is not there yet.
static bool make_frames(struct radio *r, usec now)
{
    size_t samples = sender_frame_samples(r->sender);
    bool live = input_is_live(r->input);
    while (sender_running(r->sender)) {
        usec due = sender_frame_due(r->sender);
        if (!live && due > now)
            return true;
        if (!input_ready(r->input, now, samples))
            return false;
        if (live || now - due > RESYNC_AFTER)
            sender_delay_until(r->sender, now);
        if (!live && now - due > RESYNC_AFTER)
            projector_delay(r->projector, now - due);
        r->now = now;
        send_pending(r, now); // a listener who has just begun to play waits for the last one
        if (!feed_frame(&r->feed)) {
            end(r, now);
            return true;
        }
    }
    return true;
}

static bool is_over(struct radio *r, usec now)
{
    usec patience = r->stopping ? STOP_PATIENCE : ONCE_PATIENCE;
    if (!(r->config.once || r->stopping) || r->over_since == USEC_NEVER)
        return false;
    return !server_stats(r->server).sessions_open || now - r->over_since > patience;
}

static usec next_run(const struct radio *r, usec now, bool starved)
{
    usec next = usec_min(sender_next(r->sender), input_next(r->input));
    next = usec_min(next, projector_next(r->projector));
    if ((r->config.once || r->stopping) && r->over_since != USEC_NEVER)
        next = usec_min(next, now + ONCE_CHECK);
    return starved ? usec_max(next, now + POLL_AGAIN) : next;
}

static void run(struct radio *r, usec now)
{
    bool starved = !make_frames(r, now);
    send_pending(r, now);
    projector_run(r->projector, now);
    const char *news = input_news(r->input, now);
    if (news)
        say(r, false, "%s", news);
    if (is_over(r, now)) {
        loop_timer_set(&r->timer, USEC_NEVER);
        r->config.stopped(r->config.ctx);
        return;
    }
    loop_timer_set(&r->timer, next_run(r, now, starved));
}

static void on_timer(void *ctx, usec now)
{
    struct radio *r = ctx;
    if (!r->config.wait && !r->stopping) {
        r->config.wait = 1; // for the next time
        begin(r, now);
    }
    run(r, now);
}

static void on_wakeup(uv_async_t *async)
{
    run(async->data, loop_now());
}

static void wake(void *ctx)
{
    uv_async_send(&((struct radio *)ctx)->wakeup);
}

// ---- what clients ask --------------------------------------------------------------------------

// What a listener may be offered besides the plain stream.
static struct features features(const struct radio *r)
{
    return (struct features){
        .red = r->config.sender.limits.red != ADAPT_RED_OFF,
        .feedback = true,
    };
}

static size_t describe(void *ctx, struct server_conn *conn, struct features takes, char *out,
                       size_t cap)
{
    struct radio *r = ctx;
    union address local;
    char host[ADDRESS_TEXT];
    listener_local(conn, &local);
    address_host(&local, host);
    takes.feedback |= r->config.feedback_for_all;
    const struct description d = {.voice = &r->config.sender,
                                  .film = projector_film(r->projector),
                                  .id = sender_ssrc(r->sender),
                                  .host = host,
                                  .takes = takes};
    return description_write(&d, out, cap);
}

static int join_voice(struct radio *r, struct server_conn *conn, const struct transport *asked,
                      struct peer_takes takes, usec now)
{
    int id = sender_join(r->sender, now, takes);
    if (id < 0)
        return SERVER_FULL;
    if (audience_add(r->audience, id, conn, asked))
        return id;
    sender_leave(r->sender, id, now, false);
    return SERVER_FULL;
}

static int join(void *ctx, struct server_conn *conn, int track, const struct transport *asked,
                struct features takes, struct transport *chosen)
{
    struct radio *r = ctx;
    usec now = loop_now();
    if (asked->lower == TRANSPORT_TCP && !impair_is_clean(r->config.netem)) {
        say(r, false,
            "A listener asked for TCP and was refused: --netem drops packets, and bytes missing "
            "from a TCP stream would break it. Use UDP.");
        return SERVER_REFUSED;
    }
    const struct peer_takes peer = {takes.red, takes.feedback, takes.feedback};
    bool watches = track == 1;
    int id = watches ? projector_join(r->projector, conn, asked, peer)
                     : join_voice(r, conn, asked, peer, now);
    if (id < 0)
        return id;
    if (asked->lower == TRANSPORT_UDP)
        chosen->server_port = (struct transport_pair){true, udp_local_port(r->udp),
                                                      (uint16_t)(udp_local_port(r->udp) + 1)};
    chosen->has_ssrc = true;
    chosen->ssrc = watches ? projector_ssrc(r->projector) : sender_ssrc(r->sender);
    return watches ? WATCHES + id : id;
}

static void play(void *ctx, int id, struct rtpinfo *info)
{
    struct radio *r = ctx;
    usec now = loop_now();
    info->has_rtptime = true;
    if (id >= WATCHES) { // where it begins is known when its key frame is
        info->rtptime = projector_play(r->projector, id - WATCHES, now).timestamp;
        return;
    }
    bool was_playing = audience_is_playing(r->audience, id);
    struct sender_position position = sender_play(r->sender, id, now);
    audience_play(r->audience, id, true);
    info->has_seq = true;
    info->seq = position.seq;
    info->rtptime = position.timestamp;
    int playing = audience_playing(r->audience);
    if (!was_playing)
        say(r, false, "%s listens by %s (%d listening).", audience_host(r->audience, id),
            audience_is_tcp(r->audience, id) ? "TCP" : "UDP", playing);
    if (!sender_running(r->sender) && !r->stopping && playing >= r->config.wait)
        begin(r, now);
    loop_timer_set(&r->timer, now); // the packets come after the answer to PLAY
}

static void pause_listener(void *ctx, int id)
{
    struct radio *r = ctx;
    if (id >= WATCHES) {
        projector_pause(r->projector, id - WATCHES);
        return;
    }
    sender_pause(r->sender, id);
    audience_play(r->audience, id, false);
}

static void leave(void *ctx, int id, bool gone)
{
    struct radio *r = ctx;
    usec now = loop_now();
    if (id >= WATCHES) {
        projector_leave(r->projector, id - WATCHES, now, gone);
        return;
    }
    struct peer_figures figures = sender_listener(r->sender, id);
    bool played = audience_is_playing(r->audience, id) || figures.packets;
    audience_play(r->audience, id, false);
    if (played)
        say(r, false, "%s %s after %llu packet%s (%d listening).", audience_host(r->audience, id),
            gone ? "is gone" : "has left", (unsigned long long)figures.packets,
            figures.packets == 1 ? "" : "s", audience_playing(r->audience));
    sender_leave(r->sender, id, now, !gone);
    if (!gone)
        send_pending(r, now); // its BYE
    audience_remove(r->audience, id);
    loop_timer_set(&r->timer, now);
}

static void interleaved_rtcp(void *ctx, int id, const uint8_t *data, size_t len)
{
    struct radio *r = ctx;
    if (id >= WATCHES)
        projector_rtcp(r->projector, id - WATCHES, loop_now(), data, len);
    else
        sender_rtcp(r->sender, id, loop_now(), data, len);
}

static const struct server_app app = {describe,       join,  play,
                                      pause_listener, leave, interleaved_rtcp};

static void on_datagram(void *ctx, enum udp_port port, usec arrival, const union address *from,
                        const void *data, size_t len)
{
    struct radio *r = ctx;
    if (port == UDP_RTP) // only the holes that clients punch into their firewalls
        return;
    int id = audience_find(r->audience, from);
    if (id >= 0) {
        sender_rtcp(r->sender, id, arrival, data, len);
        server_heard(r->server, id, arrival);
        return;
    }
    id = projector_datagram(r->projector, arrival, from, data, len);
    if (id >= 0) {
        server_heard(r->server, WATCHES + id, arrival);
        loop_timer_set(&r->timer, usec_min(r->timer.due, projector_next(r->projector)));
    } else {
        r->strays++;
    }
}

static void on_decided(void *ctx, const struct steer_decision *decision)
{
    char text[512];
    steer_explain(decision, text, sizeof text);
    say(ctx, true, "%s", text);
}

// ---- opening and closing -----------------------------------------------------------------------

static bool open_ports(struct radio *r, char *why, size_t cap)
{
    char host[ADDRESS_TEXT];
    union address local = r->config.local;
    struct listener_config listener = {
        .loop = r->config.loop,
        .server = r->server,
        .local = local,
        .connections_max = AUDIENCE_MAX + 256,
    };
    address_host(&local, host);
    r->listener = listener_open(&listener);
    if (!r->listener) {
        snprintf(why, cap, "Cannot listen on TCP port %u of %s: %s. %s", address_port(&local), host,
                 strerror(errno),
                 errno == EADDRINUSE
                     ? "Another program has it, perhaps another voz-sender; try --listen PORT."
                     : "Try --listen [ADDRESS:]PORT with an address of this machine.");
        return false;
    }
    uint16_t port = listener_port(r->listener);
    address_set_port(&local,
                     port < UINT16_MAX - RTP_PORT_GAP ? (uint16_t)(port + RTP_PORT_GAP) : 0);
    struct udp_config udp = {.local = local, .received = on_datagram, .ctx = r};
    r->udp = udp_open(r->config.loop, &udp);
    if (!r->udp)
        snprintf(why, cap, "Cannot open a pair of UDP ports on %s: %s.", host, strerror(errno));
    return r->udp;
}

static void on_say(void *ctx, bool detail, const char *text)
{
    say(ctx, detail, "%s", text);
}

static bool open_audience(struct radio *r, char *why, size_t cap)
{
    struct audience_config config = {.loop = r->config.loop,
                                     .udp = r->udp,
                                     .server = r->server,
                                     .netem = r->config.netem,
                                     .seed = r->config.seed};
    snprintf(why, cap, "Out of memory.");
    if (!(r->audience = audience_new(&config)))
        return false;
    if (!r->config.pictures.source)
        return true;
    config.seed = impair_seed(r->config.netem, r->config.seed, PICTURE_PATHS);
    config.beside = r->audience;
    struct projector_config projector = {r->config.pictures, r->config.film, config, on_say, r};
    projector.film.cname = sender_cname(r->sender);
    return (r->projector = projector_open(&projector, loop_now(), why, cap));
}

struct radio *radio_open(const struct radio_config *config, char *why, size_t cap)
{
    struct radio *r = calloc(1, sizeof *r);
    snprintf(why, cap, "Out of memory.");
    if (!r)
        return NULL;
    r->config = *config;
    r->config.sender.listeners_max = AUDIENCE_MAX;
    r->config.sender.decided = on_decided;
    r->config.sender.ctx = r;
    r->over_since = USEC_NEVER;
    r->wakeup.data = r;
    uv_async_init(loop_uv(config->loop), &r->wakeup, on_wakeup);
    loop_timer_init(&r->timer, config->loop, on_timer, r);
    struct input_config input = {config->source, config->sender.voice.channels, wake, r};
    struct server_config server = {
        .app = &app,
        .ctx = r,
        .name = "voz/" VOZ_VERSION,
        .tracks = r->config.pictures.source ? 2 : 1,
        .frames_room = r->config.film.video.bitrate / 8, // of a second

        .sessions_max = AUDIENCE_MAX,
        .features = features(r),
        .seed = loop_entropy(),
    };
    r->sender = sender_new(&r->config.sender, loop_now());
    r->server = server_new(&server);
    if (!r->sender || !r->server || !(r->input = input_open(&input, why, cap)) ||
        !open_ports(r, why, cap) || !open_audience(r, why, cap)) {
        int error = errno;
        radio_close(r);
        errno = error;
        return NULL;
    }
    const struct feed_source source = {.read = read_source, .again = read_again, .ctx = r};
    feed_init(&r->feed, r->sender, r->config.sender.voice.channels, &source);
    loop_timer_set(&r->timer, loop_now()); // news only from the loop: our caller has its own first
    return r;
}

static void on_freed(uv_handle_t *handle)
{
    free(handle->data);
}

void radio_stop(struct radio *r)
{
    usec now = loop_now();
    sender_end(r->sender, now);
    projector_end(r->projector, now);
    audience_pause_all(r->audience);
    r->over_since = now;
    r->stopping = true;
    run(r, now);
}

void radio_close(struct radio *r)
{
    if (!r)
        return;
    if (r->audience) {
        usec now = loop_now();
        sender_end(r->sender, now);
        send_pending(r, now);
        projector_end(r->projector, now);
        audience_hurry(r->audience);
    }
    listener_close(r->listener); // makes its listeners leave
    audience_free(r->audience);
    projector_close(r->projector);
    loop_timer_set(&r->timer, USEC_NEVER);
    udp_close(r->udp);
    input_close(r->input);
    server_free(r->server);
    sender_free(r->sender);
    uv_close((uv_handle_t *)&r->wakeup, on_freed);
}

uint16_t radio_port(const struct radio *r)
{
    return listener_port(r->listener);
}

const char *radio_source(const struct radio *r)
{
    return input_name(r->input);
}

const char *radio_pictures(const struct radio *r)
{
    return r->projector ? projector_source(r->projector) : NULL;
}

// ---- figures -----------------------------------------------------------------------------------

static json_t *milliseconds(usec t)
{
    return t == USEC_NEVER ? json_null() : json_real(usec_to_ms(t));
}

// Of the listener that lost most when it last reported.
static struct peer_figures worst_listener(const struct radio *r)
{
    struct peer_figures worst = {.round_trip = USEC_NEVER};
    for (int i = 0; i < AUDIENCE_MAX; i++) {
        if (!audience_has(r->audience, i))
            continue;
        struct peer_figures l = sender_listener(r->sender, i);
        if (l.fraction_lost >= worst.fraction_lost)
            worst = l;
    }
    return worst;
}

// What protects the voice now.
static json_t *protection(const struct sender_stats *s)
{
    const struct adapt_choice *c = &s->choice;
    return json_pack("{s:f, s:b, s:i, s:i, s:i, s:f, s:I, s:I, s:I, s:I, s:I}", "voice_kbps",
                     c->bitrate / 1000.0, "fec", c->fec, "expected_loss_pct", c->expected_loss,
                     "red_copies", c->shape.depth, "red_spacing", c->shape.spacing, "red_kbps",
                     c->copy_bitrate / 1000.0, "packets_sent_again", (json_int_t)s->again,
                     "packets_asked", (json_int_t)s->asked.asked, "packets_too_old",
                     (json_int_t)s->asked.too_old, "packets_refused",
                     (json_int_t)(s->asked.refused_rate + s->asked.refused_again), "decisions",
                     (json_int_t)s->decisions);
}

json_t *radio_stats(struct radio *r, double since)
{
    struct sender_stats s = sender_stats(r->sender);
    struct server_stats c = server_stats(r->server);
    struct peer_figures worst = worst_listener(r);
    double kbps = since > 0 ? (double)(s.octets - r->octets_told) * 8 / 1000 / since : 0;
    json_t *protects = protection(&s);
    r->octets_told = s.octets;
    json_t *json = json_pack(
        "{s:i, s:i, s:I, s:I, s:f, s:I, s:f, s:f, s:o, s:I, s:I, s:i, s:I, s:I, s:I, s:I}",
        "listeners", s.playing, "sessions", c.sessions_open, "packets_sent", (json_int_t)s.packets,
        "octets_sent", (json_int_t)s.octets, "bitrate_kbps", kbps, "frames_silent",
        (json_int_t)s.silent_frames, "worst_loss_pct", worst.fraction_lost * 100.0 / 256,
        "worst_jitter_ms", worst.jitter / 48.0, "round_trip_ms", milliseconds(worst.round_trip),
        "reports_received", (json_int_t)s.reports_received, "reports_invalid",
        (json_int_t)(s.reports_invalid + r->strays), "connections", c.connections_open, "requests",
        (json_int_t)c.requests, "requests_bad", (json_int_t)c.requests_bad, "frames_dropped_tcp",
        (json_int_t)c.frames_dropped, "send_failures", (json_int_t)udp_send_failures(r->udp));
    json_object_update(json, protects);
    if (r->projector)
        json_object_set_new(json, "video", projector_stats(r->projector));
    json_decref(protects);
    return json;
}
