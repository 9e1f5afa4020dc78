// A running receiver: see session.h.
#include "receiver/io/session_internal.h"

#include "control/url.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UDP_PATIENCE (3 * USEC_SECOND) // without a packet, then TCP is tried

static void connect_again(struct session *s, bool tcp);

void session_say(struct session *s, bool detail, const char *format, ...)
{
    char text[SESSION_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    s->config.say(s->config.ctx, detail, text);
}

static void finish(struct session *s, const char *why)
{
    if (s->over)
        return;
    s->over = true;
    loop_timer_set(&s->reports, USEC_NEVER);
    loop_timer_set(&s->patience, USEC_NEVER);
    loop_timer_set(&s->again, USEC_NEVER);
    s->config.over(s->config.ctx, why);
}

// ---- the session -------------------------------------------------------------------------------

static void end_politely(struct session *s)
{
    if (s->ending)
        return;
    s->ending = true;
    loop_timer_set(&s->again, USEC_NEVER);
    loop_timer_set(&s->patience, USEC_NEVER);
    session_media_bye(s);
    if (!s->client) {
        finish(s, NULL);
        return;
    }
    client_teardown(s->client, loop_now());
    dial_flush(s->dial);
    // where there was no session yet, the client is done at once
    loop_timer_set(&s->patience, loop_now());
}

static void on_patience(void *ctx, usec now)
{
    struct session *s = ctx;
    struct client_event event;
    if (s->ending) {
        if (!s->client || (client_event(s->client, now, &event) && event.kind != CLIENT_PACKET))
            finish(s, NULL);
        return;
    }
    session_gather(s);
    if (s->heard)
        return;
    if (s->config.transport == SESSION_UDP) {
        session_say(
            s, false,
            "No packet came by UDP in 3 s. A firewall may keep them back; --transport tcp may "
            "help.");
        return;
    }
    if (!impair_is_clean(s->config.netem)) {
        finish(s, "No packet came by UDP in 3 s, and TCP cannot be tried with --netem.");
        return;
    }
    session_say(s, false, "No packet came by UDP in 3 s; trying TCP.");
    connect_again(s, true);
}

static void on_ready(struct session *s)
{
    const struct client_stream *stream = client_stream(s->client);
    dial_remote(s->dial, &s->rtp);
    s->rtcp = s->rtp;
    address_set_port(&s->rtp, stream->server_rtp);
    address_set_port(&s->rtcp, stream->server_rtcp);
    s->has_source = inet_pton(AF_INET, stream->source, &s->source.v4.sin_addr) == 1;
    if (s->has_source)
        s->source.any.sa_family = AF_INET;
    else if ((s->has_source = inet_pton(AF_INET6, stream->source, &s->source.v6.sin6_addr) == 1))
        s->source.any.sa_family = AF_INET6;
    if (s->udp)
        udp_punch(s->udp, &s->rtp, &s->rtcp);
}

static void on_playing(struct session *s)
{
    const struct client_stream *stream = client_stream(s->client);
    usec now = loop_now();
    if (!session_media_begin(s, now)) {
        finish(s, "Out of memory.");
        return;
    }
    s->playing = true;
    session_say(s, true, "Playing; the server is %s.",
                *stream->server ? stream->server : "nameless");
    session_media_play(s, now);
    if (s->udp)
        loop_timer_set(&s->patience, now + UDP_PATIENCE);
}

static void on_events(void *ctx)
{
    struct session *s = ctx;
    struct client_event event;
    while (!s->over && s->client && client_event(s->client, loop_now(), &event)) {
        switch (event.kind) {
        case CLIENT_READY:
            on_ready(s);
            break;
        case CLIENT_PLAYING:
            on_playing(s);
            break;
        case CLIENT_PACKET:
            s->heard = true;
            if (event.video) {
                watch_packet(s->watch, loop_now(), event.rtcp, event.data, event.len);
                break;
            }
            session_came(s, loop_now(), event.data, event.len, event.rtcp ? UDP_RTCP : UDP_RTP);
            break;
        case CLIENT_REFUSED:
            if (s->config.transport == SESSION_UDP || !impair_is_clean(s->config.netem)) {
                finish(s, "The server does not send over UDP. Try --transport tcp.");
                return;
            }
            session_say(s, false, "The server does not send over UDP; trying TCP.");
            connect_again(s, true);
            return;
        case CLIENT_FAILED:
            finish(s, client_why(s->client));
            return;
        case CLIENT_FORGOTTEN:
            if (!s->gap)
                break;
            finish(s, "The server has ended this session: it had heard nothing from here for too "
                      "long. Start again.");
            return;
        case CLIENT_DONE:
            finish(s, NULL);
            return;
        }
    }
}

static void on_closed(void *ctx, const char *why)
{
    struct session *s = ctx;
    client_free(s->client);
    s->client = NULL;
    if (s->again.due != USEC_NEVER) // given up by ourselves: the next attempt is on its way
        return;
    if (s->ending) {
        finish(s, NULL);
    } else if (s->playing) {
        session_gather(s); // its goodbye may lie there
        session_say(s, s->bye, "%s What has come is still played.",
                    why ? why : "The server closed the connection.");
        receiver_finish(s->receiver); // what is there still plays
    } else {
        finish(s, why ? why : "The server closed the connection before the stream began.");
    }
}

static bool open_udp(struct session *s, uint16_t *video_port)
{
    if (!session_media_ports(s, video_port)) {
        snprintf(s->why, sizeof s->why, "Cannot open a pair of UDP ports: %s.", strerror(errno));
        finish(s, s->why);
        return false;
    }
    udp_read_by_itself(s->udp, false); // until we know what the packets mean; the kernel keeps them
    return true;
}

static void on_connected(void *ctx)
{
    struct session *s = ctx;
    uint16_t video_port = 0;
    if (!s->tcp && !open_udp(s, &video_port))
        return;
    struct client_config config = {
        .url = s->config.url,
        .agent = "voz/" VOZ_VERSION,
        .tcp = s->tcp,
        .port = s->udp ? udp_local_port(s->udp) : 0,
        .video = s->watch != NULL,
        .video_port = video_port,
        .offer = {.red = s->config.receiver.red, .feedback = true},
    };
    s->client = client_new(&config, loop_now());
    if (!s->client) {
        finish(s, "Out of memory.");
        return;
    }
    dial_attach(s->dial, s->client);
}

static void disconnect(struct session *s)
{
    dial_close(s->dial);
    client_free(s->client);
    session_media_end(s);
    s->dial = NULL;
    s->client = NULL;
}

static bool dial(struct session *s)
{
    struct dial_config config = {
        .loop = s->config.loop,
        .host = s->host,
        .port = s->port,
        .connected = on_connected,
        .closed = on_closed,
        .events = on_events,
        .ctx = s,
    };
    s->dial = dial_open(&config);
    return s->dial;
}

static void on_again(void *ctx, usec now)
{
    struct session *s = ctx;
    (void)now;
    disconnect(s);
    player_start(s->player, NULL);
    receiver_free(s->receiver);
    s->receiver = NULL;
    s->playing = s->heard = s->bye = false;
    if (!dial(s))
        finish(s, "Out of memory.");
}

// From the loop, since the connection that is given up may be what called us.
static void connect_again(struct session *s, bool tcp)
{
    if (session_stats(s).packets_received && s->again.due == USEC_NEVER)
        s->config.anew(s->config.ctx);
    s->tcp = tcp;
    loop_timer_set(&s->reports, USEC_NEVER);
    if (s->client) { // the server need not wait for us
        client_teardown(s->client, loop_now());
        dial_flush(s->dial);
    }
    loop_timer_set(&s->patience, USEC_NEVER);
    loop_timer_set(&s->again, loop_now());
}

// Only now is the sender asked, so that no device makes the first words late.
void session_ready(void *ctx)
{
    struct session *s = ctx;
    if (!s->ending && !dial(s))
        finish(s, "Out of memory.");
}

struct session *session_open(const struct session_config *config, char *why, size_t cap)
{
    struct session *s = calloc(1, sizeof *s);
    struct url url;
    snprintf(why, cap, "Out of memory.");
    if (!s)
        return NULL;
    s->config = *config;
    s->tcp = config->transport == SESSION_TCP;
    loop_timer_init(&s->reports, config->loop, session_report, s);
    loop_timer_init(&s->patience, config->loop, on_patience, s);
    loop_timer_init(&s->again, config->loop, on_again, s);
    if (url_parse(&url, slice_of(config->url)) != URL_OK ||
        !slice_copy(url.host, s->host, sizeof s->host)) {
        snprintf(why, cap, "%s is not an address to connect to.", config->url);
        session_close(s);
        return NULL;
    }
    s->port = url.port;
    if (!session_media_open(s, why, cap)) {
        session_close(s);
        return NULL;
    }
    session_say(s, true, "Sound goes to %s.",
                player_device(s->player) ? player_device(s->player) : "no device");
    return s;
}

void session_stop(struct session *s)
{
    end_politely(s);
}

void session_close(struct session *s)
{
    if (!s)
        return;
    loop_timer_set(&s->reports, USEC_NEVER);
    loop_timer_set(&s->patience, USEC_NEVER);
    loop_timer_set(&s->again, USEC_NEVER);
    disconnect(s);
    session_media_close(s);
    free(s);
}

// ---- what is changed while it runs -------------------------------------------------------------

void session_transport(struct session *s, bool tcp)
{
    if (s->over || s->ending || s->tcp == tcp)
        return;
    s->config.transport = tcp ? SESSION_TCP : SESSION_UDP;
    if (s->dial)
        connect_again(s, tcp);
    else
        s->tcp = tcp;
}
