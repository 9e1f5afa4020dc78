// A running receiver: see session.h.
#include "receiver/io/session.h"

#include "control/client.h"
#include "control/io/dial.h"
#include "control/url.h"
#include "media/io/path.h"
#include "media/io/udp.h"
#include "media/rtp.h"
#include "receiver/io/player.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UDP_PATIENCE (3 * USEC_SECOND) // without a packet, then TCP is tried
#define TEXT         1600
#define PICTURE_PATHS \
    1000000 // the seeds of the pictures' paths are so far from those of the voice's

struct session {
    struct session_config config;
    char host[256];
    uint16_t port;
    bool tcp;
    struct dial *dial;
    struct client *client;
    struct udp *udp;
    struct path *paths[2]; // by enum udp_port
    struct receiver *receiver;
    struct player *player;
    struct watch *watch;             // NULL: pictures are not wanted
    usec device_delay;               // as it was lately
    union address rtp, rtcp, source; // of the server; `source`: where media may come from as well
    bool has_source;
    struct loop_timer reports, patience, again;
    bool playing; // PLAY was answered
    bool heard;   // a packet came since
    bool bye;     // the sender said goodbye
    bool gap;     // nothing has come for a second
    bool ending, over;
    bool turned; // `knobs` mean something
    struct receiver_knobs knobs;
    uint64_t strays;
    char why[TEXT];
};

static void connect_again(struct session *s, bool tcp);

__attribute__((format(printf, 3, 4))) static void say(struct session *s, bool detail,
                                                      const char *format, ...)
{
    char text[TEXT];
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

// ---- what comes --------------------------------------------------------------------------------

static void tell_events(struct session *s)
{
    struct receiver_event event;
    while (receiver_event(s->receiver, &event)) {
        switch (event.kind) {
        case RECEIVER_STARTED:
            say(s, true, "The first packet is here: %s.",
                receiver_channels(s->receiver) == 2 ? "stereo" : "mono");
            break;
        case RECEIVER_NEW_SOURCE:
            s->bye = false;
            say(s, false, "The sender started anew; following it.");
            break;
        case RECEIVER_GAP:
            s->gap = true;
            say(s, false, "Nothing has come for a second; waiting.");
            break;
        case RECEIVER_RESUMED:
            s->gap = false;
            say(s, false, "It goes on, after %.1f s.", (double)event.duration / 1e6);
            break;
        case RECEIVER_BYE:
            s->bye = true;
            say(s, true, "The sender said goodbye.");
            break;
        case RECEIVER_ENDED:
            break;
        }
    }
}

static void on_played(void *ctx)
{
    struct session *s = ctx;
    if (s->receiver)
        tell_events(s);
}

static void on_path(void *ctx, usec when, const void *data, size_t len, uint64_t tag)
{
    struct session *s = ctx;
    if (!s->receiver)
        return;
    player_arrived(s->player, when);
    if (tag == UDP_RTP && s->config.arrived)
        s->config.arrived(s->config.ctx, when, data, len);
    if (tag == UDP_RTP)
        receiver_rtp(s->receiver, when, data, len);
    else {
        watch_voice_rtcp(s->watch, data, len);
        receiver_rtcp(s->receiver, when, data, len);
    }
    if (receiver_next(s->receiver) < s->reports.due) // something is missing
        loop_timer_set(&s->reports, receiver_next(s->receiver));
    tell_events(s);
}

static void on_datagram(void *ctx, enum udp_port port, usec arrival, const union address *from,
                        const void *data, size_t len)
{
    struct session *s = ctx;
    if (!address_same_host(from, &s->rtp) &&
        !(s->has_source && address_same_host(from, &s->source))) {
        s->strays++;
        return;
    }
    s->heard = true;
    path_input(s->paths[impair_shares_queue(s->config.netem) ? UDP_RTP : port], arrival, data, len,
               port);
}

static void gather(void *ctx)
{
    struct session *s = ctx;
    if (s->udp && s->playing)
        udp_drain(s->udp);
    usec now = loop_now();
    for (int i = 0; i < 2; i++)
        if (s->paths[i])
            path_run(s->paths[i], now);
}

// ---- what is said back -------------------------------------------------------------------------

static void send_rtcp(struct session *s, const uint8_t *data, size_t len)
{
    if (!len)
        return;
    if (s->udp && address_port(&s->rtcp))
        udp_send(s->udp, UDP_RTCP, &s->rtcp, data, len);
    else if (s->client && !s->udp) {
        client_rtcp(s->client, false, data, len);
        dial_flush(s->dial);
    }
}

static void on_report(void *ctx, usec now)
{
    struct session *s = ctx;
    uint8_t report[512];
    if (player_is_silent(s->player)) // what lies in the kernel belongs into the report
        gather(s);
    send_rtcp(s, report, receiver_rtcp_output(s->receiver, now, report, sizeof report));
    loop_timer_set(&s->reports, receiver_next(s->receiver));
}

// Opens the way back through a firewall: an empty RTP packet and a report, which nobody plays.
static void punch(struct session *s)
{
    static const uint8_t rtp[RTP_HEADER_LEN] = {0x80};
    static const uint8_t rr[] = {0x80, 0xc9, 0, 1, 0, 0, 0, 0};
    if (!address_port(&s->rtp) || !address_port(&s->rtcp))
        return;
    udp_send(s->udp, UDP_RTP, &s->rtp, rtp, sizeof rtp);
    udp_send(s->udp, UDP_RTCP, &s->rtcp, rr, sizeof rr);
}

// ---- the session -------------------------------------------------------------------------------

static void end_politely(struct session *s)
{
    uint8_t bye[512];
    if (s->ending)
        return;
    s->ending = true;
    loop_timer_set(&s->again, USEC_NEVER);
    loop_timer_set(&s->patience, USEC_NEVER);
    if (s->receiver) {
        send_rtcp(s, bye, receiver_rtcp_bye(s->receiver, loop_now(), bye, sizeof bye));
        loop_timer_set(&s->reports, USEC_NEVER);
    }
    if (!s->client) {
        finish(s, NULL);
        return;
    }
    client_teardown(s->client, loop_now());
    dial_flush(s->dial);
    // where there was no session yet, the client is done at once
    loop_timer_set(&s->patience, loop_now());
}

static void on_player_over(void *ctx)
{
    end_politely(ctx);
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
    gather(s);
    if (s->heard)
        return;
    if (s->config.transport == SESSION_UDP) {
        say(s, false,
            "No packet came by UDP in 3 s. A firewall may keep them back; --transport tcp may "
            "help.");
        return;
    }
    if (!impair_is_clean(s->config.netem)) {
        finish(s, "No packet came by UDP in 3 s, and TCP cannot be tried with --netem.");
        return;
    }
    say(s, false, "No packet came by UDP in 3 s; trying TCP.");
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
        punch(s);
}

// The pictures are seen when the voice that belongs to them is heard.
static void on_decided(void *ctx, const struct receiver_decision *decision)
{
    struct session *s = ctx;
    watch_heard(s->watch, (uint32_t)decision->time, decision->at + s->device_delay,
                decision->delay + s->device_delay);
    receiver_wait(s->receiver, usec_max(0, watch_wait(s->watch) - s->device_delay));
    if (s->config.receiver.decided)
        s->config.receiver.decided(s->config.receiver.ctx, decision);
}

static void begin_pictures(struct session *s, const struct client_stream *voice)
{
    const struct client_stream *pictures = client_video(s->client);
    if (s->watch && !pictures)
        say(s, false, "The server sends no pictures.");
    else if (s->watch && !watch_begin(s->watch, pictures, voice, &s->rtp))
        say(s, false, "No pictures: out of memory.");
}

static void on_playing(struct session *s)
{
    const struct client_stream *stream = client_stream(s->client);
    struct receiver_config config = s->config.receiver;
    usec now = loop_now();
    config.payload_type = stream->payload_type;
    config.channels = stream->channels;
    config.fec_offered = stream->fec;
    config.red &= stream->has_red;
    config.payload_type_red = stream->red_payload_type;
    config.again &= stream->has_rtx && !s->tcp; // TCP itself sends again what is lost
    config.payload_type_again = stream->rtx_payload_type;
    config.feedback = stream->nack || stream->rtcp_xr.loss_rle;
    config.extended = stream->rtcp_xr.loss_rle;
    config.has_seq = stream->has_seq;
    config.seq = stream->seq;
    config.has_rtptime = stream->has_rtptime;
    config.rtptime = stream->rtptime;
    if (s->watch) {
        config.decided = on_decided;
        config.ctx = s;
    }
    s->receiver = receiver_new(&config, now);
    if (!s->receiver) {
        finish(s, "Out of memory.");
        return;
    }
    if (s->turned)
        receiver_turn(s->receiver, &s->knobs);
    s->playing = true;
    say(s, true, "Playing; the server is %s.", *stream->server ? stream->server : "nameless");
    player_start(s->player, s->receiver);
    begin_pictures(s, stream);
    loop_timer_set(&s->reports, receiver_next(s->receiver));
    if (s->udp) {
        loop_timer_set(&s->patience, now + UDP_PATIENCE);
        // Without a device packets can wait in the kernel for the next batch, but what is missing has
        // to be asked for while it can come in time.
        udp_read_by_itself(s->udp, config.again || !player_is_silent(s->player));
    }
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
                watch_packet(s->watch, event.rtcp, event.data, event.len);
                break;
            }
            on_path(s, loop_now(), event.data, event.len, event.rtcp ? UDP_RTCP : UDP_RTP);
            break;
        case CLIENT_REFUSED:
            if (s->config.transport == SESSION_UDP || !impair_is_clean(s->config.netem)) {
                finish(s, "The server does not send over UDP. Try --transport tcp.");
                return;
            }
            say(s, false, "The server does not send over UDP; trying TCP.");
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
        gather(s); // its goodbye may lie there
        say(s, s->bye, "%s What has come is still played.",
            why ? why : "The server closed the connection.");
        receiver_finish(s->receiver); // what is there still plays
    } else {
        finish(s, why ? why : "The server closed the connection before the stream began.");
    }
}

static bool open_udp(struct session *s, uint16_t *video_port)
{
    struct udp_config config = {.received = on_datagram, .ctx = s};
    dial_local(s->dial, &config.local);
    address_unmap(&config.local);
    if (config.local.any.sa_family == AF_INET6)
        config.local.v6.sin6_addr = in6addr_any;
    else
        config.local.v4.sin_addr.s_addr = htonl(INADDR_ANY);
    address_set_port(&config.local, 0);
    s->udp = udp_open(s->config.loop, &config);
    if (!s->udp || (s->watch && !(*video_port = watch_ports(s->watch, &config.local)))) {
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
    udp_close(s->udp);
    watch_end(s->watch);
    s->dial = NULL;
    s->client = NULL;
    s->udp = NULL;
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
    s->tcp = tcp;
    loop_timer_set(&s->reports, USEC_NEVER);
    if (s->client) { // the server need not wait for us
        client_teardown(s->client, loop_now());
        dial_flush(s->dial);
    }
    loop_timer_set(&s->patience, USEC_NEVER);
    loop_timer_set(&s->again, loop_now());
}

static void on_say(void *ctx, bool detail, const char *text)
{
    say(ctx, detail, "%s", text);
}

// Only now is the sender asked, so that no device makes the first words late.
static void on_ready_to_play(void *ctx)
{
    struct session *s = ctx;
    if (!s->ending && !dial(s))
        finish(s, "Out of memory.");
}

static void on_sounds(void *ctx, usec when, int16_t *pcm, size_t samples, int channels)
{
    struct session *s = ctx;
    s->device_delay = player_is_silent(s->player) ? 0 : when - loop_now();
    if (s->config.sounds)
        s->config.sounds(s->config.ctx, when, pcm, samples, channels);
}

static bool open_player(struct session *s)
{
    struct player_config config = {
        .loop = s->config.loop,
        .device = s->config.device,
        .silent = s->config.silent,
        .file = s->config.file,
        .batch = s->config.batch,
        .duration = s->config.duration,
        .sounds = s->config.sounds || s->watch ? on_sounds : NULL,
        .gather = gather,
        .played = on_played,
        .ready = on_ready_to_play,
        .over = on_player_over,
        .say = on_say,
        .ctx = s,
    };
    s->player = player_new(&config);
    for (int i = 0; i < 2; i++)
        s->paths[i] =
            path_new(s->config.loop, s->config.netem,
                     impair_seed(s->config.netem, s->config.seed, (uint64_t)i), on_path, s);
    return s->player && s->paths[0] && s->paths[1];
}

static void send_picture_rtcp(void *ctx, const void *data, size_t len)
{
    struct session *s = ctx;
    if (!s->client)
        return;
    client_rtcp(s->client, true, data, len);
    dial_flush(s->dial);
}

static void on_picture(void *ctx, const struct picture *picture)
{
    const struct session *s = ctx;
    if (s->config.picture)
        s->config.picture(s->config.ctx, picture);
}

static bool open_watch(struct session *s, char *why, size_t cap)
{
    const struct watch_config config = {
        .loop = s->config.loop,
        .netem = s->config.netem,
        .seed = s->config.seed + PICTURE_PATHS,
        .loss = s->config.picture_loss,
        .file = s->config.picture_file,
        .picture = on_picture,
        .send = send_picture_rtcp,
        .say = on_say,
        .ctx = s,
    };
    return (s->watch = watch_open(&config, why, cap));
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
    loop_timer_init(&s->reports, config->loop, on_report, s);
    loop_timer_init(&s->patience, config->loop, on_patience, s);
    loop_timer_init(&s->again, config->loop, on_again, s);
    if (url_parse(&url, slice_of(config->url)) != URL_OK ||
        !slice_copy(url.host, s->host, sizeof s->host)) {
        snprintf(why, cap, "%s is not an address to connect to.", config->url);
        session_close(s);
        return NULL;
    }
    s->port = url.port;
    if ((config->pictures && !open_watch(s, why, cap)) || !open_player(s)) {
        session_close(s);
        return NULL;
    }
    say(s, true, "Sound goes to %s.",
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
    player_free(s->player);
    watch_close(s->watch);
    for (int i = 0; i < 2; i++)
        path_free(s->paths[i]);
    receiver_free(s->receiver);
    free(s);
}

// ---- what is changed while it runs -------------------------------------------------------------

void session_turn(struct session *s, const struct receiver_knobs *knobs)
{
    s->turned = true;
    s->knobs = *knobs;
    if (s->receiver)
        receiver_turn(s->receiver, knobs);
}

void session_network(struct session *s)
{
    for (int i = 0; i < 2; i++) // without memory for it the path stays as it is
        path_turn(s->paths[i], s->config.netem, s->config.seed++);
}

void session_transport(struct session *s, bool tcp)
{
    if (s->over || s->ending || s->tcp == tcp)
        return;
    s->config.transport = tcp ? SESSION_TCP : SESSION_UDP;
    s->tcp = tcp;
    if (s->dial)
        connect_again(s, tcp);
}

bool session_is_tcp(const struct session *s)
{
    return s->tcp;
}

// ---- figures -----------------------------------------------------------------------------------

struct receiver_stats session_stats(const struct session *s)
{
    return s->receiver ? receiver_stats(s->receiver) : (struct receiver_stats){0};
}

struct report_context session_context(const struct session *s)
{
    return (struct report_context){
        .transport = s->tcp ? "tcp" : "udp",
        .url = s->config.url,
        .device_delay = player_device_delay(s->player),
        .underruns = player_underruns(s->player),
        .strays = s->strays,
        .codec = s->config.codec,
    };
}

const struct watch *session_watch(const struct session *s)
{
    return s->watch;
}
