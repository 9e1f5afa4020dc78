// What is heard and seen on a session: see session.h.
#include "receiver/io/session_internal.h"

#include <arpa/inet.h>

#define PICTURES 2 // added to the ports of what waits in the voice's queue
#define PICTURE_PATHS \
    1000000 // the seeds of the pictures' paths are so far from those of the voice's

// ---- what comes --------------------------------------------------------------------------------

static void tell_events(struct session *s)
{
    struct receiver_event event;
    while (receiver_event(s->receiver, &event)) {
        switch (event.kind) {
        case RECEIVER_STARTED:
            session_say(s, true, "The first packet is here: %s.",
                        receiver_channels(s->receiver) == 2 ? "stereo" : "mono");
            break;
        case RECEIVER_NEW_SOURCE:
            s->bye = false;
            session_say(s, false, "The sender started anew; following it.");
            break;
        case RECEIVER_GAP:
            s->gap = true;
            session_say(s, false, "Nothing has come for a second; waiting.");
            break;
        case RECEIVER_RESUMED:
            s->gap = false;
            session_say(s, false, "It goes on, after %.1f s.", (double)event.duration / 1e6);
            break;
        case RECEIVER_BYE:
            s->bye = true;
            session_say(s, true, "The sender said goodbye.");
            break;
        case RECEIVER_ENDED:
            break;
        }
    }
}

void session_came(void *ctx, usec when, const void *data, size_t len, uint64_t port)
{
    struct session *s = ctx;
    if (port >= PICTURES) {
        watch_packet(s->watch, when, port == PICTURES + UDP_RTCP, data, len);
        return;
    }
    if (!s->receiver)
        return;
    player_arrived(s->player, when);
    if (port == UDP_RTP && s->config.onlooker.arrived)
        s->config.onlooker.arrived(s->config.onlooker.ctx, when, data, len);
    if (port == UDP_RTP)
        receiver_rtp(s->receiver, when, data, len);
    else {
        if (s->watch)
            watch_voice_rtcp(s->watch, session_stats(s).ssrc, data, len);
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

void session_gather(void *ctx)
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

static void say_back(struct session *s, usec now)
{
    uint8_t report[512];
    if (s->ending || s->over)
        return;
    if (receiver_next(s->receiver) <= now)
        send_rtcp(s, report, receiver_rtcp_output(s->receiver, now, report, sizeof report));
    loop_timer_set(&s->reports, receiver_next(s->receiver));
}

void session_report(void *ctx, usec now)
{
    struct session *s = ctx;
    player_batch(s->player, now); // what lies in the kernel belongs into the report
    say_back(s, now);
}

// Without a device packets can wait in the kernel for the next batch, but where what is missing has to
// be asked for sooner.
static void choose_reading(struct session *s, usec now)
{
    bool waits = player_is_silent(s->player) && receiver_patience(s->receiver, now) > 0;
    if (s->udp)
        udp_read_by_itself(s->udp, !waits);
}

static void on_played(void *ctx)
{
    struct session *s = ctx;
    usec now = loop_now();
    if (!s->receiver)
        return;
    tell_events(s);
    if (!player_is_silent(s->player))
        return;
    choose_reading(s, now);
    say_back(s, now); // what a batch lacks is asked for at once
}

void session_media_bye(struct session *s)
{
    uint8_t bye[512];
    watch_bye(s->watch);
    if (!s->receiver)
        return;
    send_rtcp(s, bye, receiver_rtcp_bye(s->receiver, loop_now(), bye, sizeof bye));
    loop_timer_set(&s->reports, USEC_NEVER);
}

// ---- voice and pictures ------------------------------------------------------------------------

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
        session_say(s, !s->config.picture_file, "The server sends no pictures.");
    else if (s->watch &&
             !watch_begin(s->watch, pictures, voice, &s->rtp, s->has_source ? &s->source : NULL))
        session_say(s, false, "No pictures: out of memory.");
}

bool session_media_begin(struct session *s, usec now)
{
    const struct client_stream *stream = client_stream(s->client);
    struct receiver_config config = s->config.receiver;
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
    if (s->receiver && s->turned)
        receiver_turn(s->receiver, &s->knobs);
    return s->receiver;
}

void session_media_play(struct session *s, usec now)
{
    player_start(s->player, s->receiver);
    begin_pictures(s, client_stream(s->client));
    loop_timer_set(&s->reports, receiver_next(s->receiver));
    if (s->udp)
        choose_reading(s, now);
}

static void on_sounds(void *ctx, usec when, int16_t *pcm, size_t samples, int channels)
{
    struct session *s = ctx;
    const struct session_onlooker *onlooker = &s->config.onlooker;
    s->device_delay = player_is_silent(s->player) ? 0 : when - loop_now();
    if (onlooker->sounds)
        onlooker->sounds(onlooker->ctx, when, pcm, samples, channels);
}

static void on_say(void *ctx, bool detail, const char *text)
{
    session_say(ctx, detail, "%s", text);
}

static bool on_lingers(void *ctx)
{
    const struct session *s = ctx;
    const struct session_onlooker *onlooker = &s->config.onlooker;
    return !s->ending && onlooker->lingers && onlooker->lingers(onlooker->ctx, s->bye);
}

static void on_player_over(void *ctx)
{
    session_stop(ctx);
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
        .sounds = s->config.onlooker.sounds || s->watch ? on_sounds : NULL,
        .gather = session_gather,
        .played = on_played,
        .ready = session_ready,
        .lingers = on_lingers,
        .over = on_player_over,
        .say = on_say,
        .ctx = s,
    };
    s->player = player_new(&config);
    for (int i = 0; i < 2; i++)
        s->paths[i] =
            path_new(s->config.loop, s->config.netem,
                     impair_seed(s->config.netem, s->config.seed, (uint64_t)i), session_came, s);
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

static void queue_picture(void *ctx, usec arrival, bool rtcp, const void *data, size_t len)
{
    struct session *s = ctx;
    path_input(s->paths[UDP_RTP], arrival, data, len, PICTURES + (rtcp ? UDP_RTCP : UDP_RTP));
}

static void on_picture(void *ctx, const struct picture *picture)
{
    const struct session_onlooker *onlooker = &((const struct session *)ctx)->config.onlooker;
    if (onlooker->picture)
        onlooker->picture(onlooker->ctx, picture);
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
        .queue = queue_picture,
        .send = send_picture_rtcp,
        .say = on_say,
        .ctx = s,
    };
    return (s->watch = watch_open(&config, why, cap));
}

bool session_media_open(struct session *s, char *why, size_t cap)
{
    return (!s->config.pictures || open_watch(s, why, cap)) && open_player(s);
}

void session_media_close(struct session *s)
{
    player_free(s->player);
    watch_close(s->watch);
    for (int i = 0; i < 2; i++)
        path_free(s->paths[i]);
    receiver_free(s->receiver);
}

bool session_media_ports(struct session *s, uint16_t *video_port)
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
    return s->udp && (!s->watch || (*video_port = watch_ports(s->watch, &config.local)));
}

void session_media_end(struct session *s)
{
    udp_close(s->udp);
    watch_end(s->watch);
    s->udp = NULL;
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
    watch_network(s->watch);
}

void session_picture_loss(struct session *s, enum screen_loss loss)
{
    watch_loss(s->watch, loss);
}
