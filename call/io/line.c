// The media of a call: see line.h.
#include "call/io/line.h"

#include "call/handsfree.h"
#include "call/io/rtp_peer.h"
#include "call/ringing.h"
#include "call/status.h"
#include "call/voices.h"
#include "media/io/input.h"
#include "media/io/path.h"
#include "media/io/udp.h"
#include "media/rtp.h"
#include "receiver/io/player.h"
#include "receiver/report.h"
#include "sender/feed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESYNC_AFTER (1 * USEC_SECOND) // behind time: the time line moves instead of catching up
#define POLL_AGAIN   (5 * USEC_MS)     // for sound that is not there yet
#define TEXT         640

enum way { WAY_OUT, WAY_IN };

#define TAG_PICTURES \
    2 // of a datagram on a path: its enum udp_port, and this where it is the pictures'

struct line {
    struct line_config config;
    struct call *call;
    struct udp *udp;
    struct path *paths[2]; // by enum way
    struct input *input;
    struct player *player;
    struct handsfree *handsfree; // NULL: no microphone, or a stereo one
    uint64_t silence;            // of the loudspeaker that it knows of, samples
    uv_async_t wakeup;
    struct loop_timer timer;
    struct feed feed;
    struct sender *fed; // the sender that `feed` feeds; NULL: none yet
    struct receiver *played;
    struct rtp_peer peer;
    struct picture_line *pictures; // NULL: none
    bool over;                     // the source is
    bool muted, held;
    bool rings; // theirs, as in `ringing`
    struct ringing ringing;
    usec now; // for the source, while it is read
    usec began;
    struct impair_spec netem; // in force
    enum render_conceal conceal;
    const char *codec;
    struct voices voices;
};

__attribute__((format(printf, 3, 4))) static void say(struct line *l, bool detail,
                                                      const char *format, ...)
{
    char text[TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    l->config.say(l->config.ctx, detail, text);
}

// ---- what is said ------------------------------------------------------------------------------

static size_t read_source(void *ctx, int16_t *pcm, size_t samples)
{
    struct line *l = ctx;
    usec until = l->now - usec_from_units((int64_t)input_delay(l->input, l->now), VOICE_RATE) +
                 usec_from_units((int64_t)samples, VOICE_RATE);
    size_t n = input_read(l->input, l->now, pcm, samples);
    if (l->handsfree)
        handsfree_said(l->handsfree, until, pcm, n);
    voices_said(&l->voices, l->now, pcm, n, l->config.call.sender.voice.channels);
    return n;
}

static bool read_again(void *ctx)
{
    struct line *l = ctx;
    return l->config.loop_source && input_rewind(l->input);
}

static void feed_silence(struct line *l)
{
    int16_t silence[2 * VOICE_FRAME_MAX] = {0};
    sender_frame(l->fed, silence);
}

static void send_pending(struct line *l, usec now)
{
    struct call_datagram d;
    while (call_output(l->call, now, &d))
        path_input(l->paths[WAY_OUT], now, d.data, d.len, d.rtcp ? UDP_RTCP : UDP_RTP);
}

static void on_path_out(void *ctx, usec when, const void *data, size_t len, uint64_t tag)
{
    struct line *l = ctx;
    (void)when;
    if (tag >= TAG_PICTURES)
        picture_line_leaves(l->pictures, (enum udp_port)(tag - TAG_PICTURES), data, len);
    else
        rtp_peer_send(&l->peer, l->udp, (enum udp_port)tag, data, len);
}

// Makes and sends every frame that is due. False: one is due, but its sound is not there yet.
static bool make_frames(struct line *l, usec now)
{
    bool live = input_is_live(l->input);
    size_t samples = sender_frame_samples(l->fed);
    for (;;) {
        usec due = sender_frame_due(l->fed);
        if (!live && due > now)
            return true;
        if (!input_ready(l->input, now, samples))
            return false;
        if (live || now - due > RESYNC_AFTER)
            sender_delay_until(l->fed, now);
        l->now = now;
        send_pending(l, now);
        if (l->over || !feed_frame(&l->feed)) {
            l->over = true;
            live = false;
            feed_silence(l);
        }
    }
}

static void begin_to_speak(struct line *l, usec now)
{
    const struct feed_source source = {read_source, read_again, l};
    int16_t old[2 * VOICE_FRAME_MAX];
    bool live = input_is_live(l->input);
    if (!l->fed) {
        l->began = now;
        if (l->config.record)
            voices_record(&l->voices, now);
    }
    l->fed = call_sender(l->call);
    while (live && input_read(l->input, now, old, VOICE_FRAME_MAX)) // what waited there
        ;
    feed_init(&l->feed, l->fed, l->config.call.sender.voice.channels, &source);
    l->now = now;
    feed_prime(&l->feed, live || l->over);
    sender_start(l->fed, now);
}

static void write_record(struct line *l, usec now);

static void run(struct line *l, usec now)
{
    if (!call_is_up(l->call))
        return;
    bool starved = !make_frames(l, now);
    send_pending(l, now);
    const char *news = input_news(l->input, now);
    if (news)
        say(l, false, "%s", news);
    if (call_is_dead(l->call, now)) {
        loop_timer_set(&l->timer, USEC_NEVER);
        l->config.dead(l->config.ctx);
        return;
    }
    write_record(l, now);
    picture_line_run(l->pictures, now); // the voice went first
    usec next = usec_min(call_next(l->call), input_next(l->input));
    next = usec_min(next, now + USEC_SECOND); // to look whether the peer is still there
    next = starved ? usec_max(next, now + POLL_AGAIN) : next;
    loop_timer_set(&l->timer, usec_min(next, picture_line_next(l->pictures)));
}

static void on_timer(void *ctx, usec now)
{
    run(ctx, now);
}

static void on_wakeup(uv_async_t *async)
{
    run(async->data, loop_now());
}

static void wake(void *ctx)
{
    uv_async_send(&((struct line *)ctx)->wakeup);
}

// ---- what is heard -----------------------------------------------------------------------------

static void on_path_in(void *ctx, usec when, const void *data, size_t len, uint64_t tag)
{
    struct line *l = ctx;
    if (!call_is_up(l->call))
        return;
    if (tag >= TAG_PICTURES) {
        picture_line_arrived(l->pictures, (enum udp_port)(tag - TAG_PICTURES), when, data, len);
    } else {
        player_arrived(l->player, when);
        if (l->config.onlooker.arrived && !rtp_is_rtcp(data, len))
            l->config.onlooker.arrived(l->config.onlooker.ctx, when, data, len);
        call_input(l->call, when, data, len);
    }
    usec next = usec_min(call_next(l->call), picture_line_next(l->pictures));
    if (next < l->timer.due) // something is missing, or was asked for
        loop_timer_set(&l->timer, next);
}

static void on_datagram(void *ctx, enum udp_port port, usec arrival, const union address *from,
                        const void *data, size_t len)
{
    struct line *l = ctx;
    if (rtp_peer_takes(&l->peer, port, from))
        path_input(l->paths[WAY_IN], arrival, data, len, port);
}

static void on_picture_came(void *ctx, enum udp_port port, usec arrival, const void *data,
                            size_t len)
{
    path_input(((struct line *)ctx)->paths[WAY_IN], arrival, data, len, TAG_PICTURES + port);
}

static void on_picture_goes(void *ctx, enum udp_port port, usec now, const void *data, size_t len)
{
    path_input(((struct line *)ctx)->paths[WAY_OUT], now, data, len, TAG_PICTURES + port);
}

static void gather(void *ctx)
{
    struct line *l = ctx;
    udp_drain(l->udp);
    path_run(l->paths[WAY_IN], loop_now());
}

static void before_sounds(void *ctx, int16_t *pcm, size_t samples)
{
    struct line *l = ctx;
    if (l->rings)
        ringing_fill(&l->ringing, pcm, samples);
    else
        memset(pcm, 0, samples * sizeof *pcm);
}

static void on_sounds(void *ctx, usec when, int16_t *pcm, size_t samples, int channels)
{
    struct line *l = ctx;
    voices_heard(&l->voices, when, pcm, samples, channels);
    if (l->config.onlooker.sounds)
        l->config.onlooker.sounds(l->config.onlooker.ctx, pcm, samples, channels);
    if (!player_is_silent(l->player))
        call_device_delay(l->call, when - loop_now());
    if (!l->handsfree || player_is_silent(l->player))
        return;
    uint64_t silence = player_silence(l->player);
    handsfree_heard(l->handsfree, when, silence - l->silence, pcm, samples, channels);
    l->silence = silence;
}

static void write_record(struct line *l, usec now)
{
    int16_t stereo[2 * 1024];
    size_t n;
    while (l->config.record && (n = voices_take(&l->voices, now, stereo, 1024)))
        if (!audio_write(l->config.record, stereo, n))
            say(l, false, "%s", audio_writer_fault(l->config.record));
}

static void tell_events(void *ctx)
{
    struct line *l = ctx;
    struct receiver_event event;
    while (l->played && receiver_event(l->played, &event))
        if (event.kind == RECEIVER_GAP)
            say(l, true, "Nothing has come for a second.");
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static void on_say(void *ctx, bool detail, const char *text)
{
    say(ctx, detail, "%s", text);
}

// ---- beginning and end -------------------------------------------------------------------------

bool line_agree(struct line *l, const struct offer_agreed *agreed, const union address *peer)
{
    usec now = loop_now();
    rtp_peer_set(&l->peer, peer, agreed->host, agreed->port, agreed->mux, udp_is_v6(l->udp));
    static const char *const codecs[] = {"Opus", "PCMU", "PCMA"};
    l->codec = codecs[agreed->codec];
    if (!call_agree(l->call, now, agreed))
        return false;
    if (l->fed != call_sender(l->call))
        begin_to_speak(l, now);
    if (l->played != call_receiver(l->call)) {
        l->played = call_receiver(l->call);
        player_start(l->player, l->played);
    }
    picture_line_agree(l->pictures, now, &agreed->pictures, peer);
    udp_read_by_itself(l->udp, true);
    loop_timer_set(&l->timer, now);
    return true;
}

static bool open_pictures(struct line *l, const union address *local, char *why, size_t cap)
{
    const struct picture_line_config config = {
        .loop = l->config.loop,
        .wish = l->config.pictures,
        .came = on_picture_came,
        .goes = on_picture_goes,
        .say = on_say,
        .ctx = l,
    };
    l->pictures = picture_line_open(&config, local);
    l->config.call.faces = picture_line_faces(l->pictures);
    if (!l->pictures)
        snprintf(why, cap, "No pictures: %s.", strerror(errno));
    return l->pictures;
}

static bool open_udp(struct line *l, const union address *local, char *why, size_t cap)
{
    struct udp_config config = {.local = *local, .received = on_datagram, .ctx = l};
    if (config.local.any.sa_family == AF_INET6)
        config.local.v6.sin6_addr = in6addr_any;
    else
        config.local.v4.sin_addr.s_addr = htonl(INADDR_ANY);
    address_set_port(&config.local, 0);
    l->udp = udp_open(l->config.loop, &config);
    if (l->udp)
        udp_read_by_itself(l->udp, false); // until we know what the packets mean
    else
        snprintf(why, cap, "Cannot open a pair of UDP ports: %s.", strerror(errno));
    return l->udp && (!l->config.pictures || open_pictures(l, &config.local, why, cap));
}

// Whether a microphone is treated: false only where there is no memory for it.
static bool open_handsfree(struct line *l)
{
    const struct voice_encoder_config *voice = &l->config.call.sender.voice;
    if (!input_is_live(l->input) || voice->channels != 1)
        return true;
    l->handsfree = handsfree_new(&l->config.echo, voice->frame_samples);
    return l->handsfree;
}

static bool open_parts(struct line *l)
{
    const struct player_config player = {
        .loop = l->config.loop,
        .device = l->config.device,
        .silent = l->config.silent,
        .file = l->config.file,
        .gather = gather,
        .before = before_sounds,
        .ready = nothing,
        .sounds = on_sounds,
        .played = tell_events,
        .over = nothing,
        .say = on_say,
        .ctx = l,
    };
    void (*const deliver[2])(void *, usec, const void *, size_t, uint64_t) = {on_path_out,
                                                                              on_path_in};
    for (int i = 0; i < 2; i++)
        l->paths[i] =
            path_new(l->config.loop, l->config.netem,
                     impair_seed(l->config.netem, l->config.seed, (uint64_t)i), deliver[i], l);
    l->call = call_new(&l->config.call);
    l->player = player_new(&player);
    return l->paths[WAY_OUT] && l->paths[WAY_IN] && l->call && l->player && open_handsfree(l);
}

struct line *line_open(const struct line_config *config, const union address *local, char *why,
                       size_t cap)
{
    struct line *l = calloc(1, sizeof *l);
    snprintf(why, cap, "Out of memory.");
    if (!l)
        return NULL;
    l->config = *config;
    l->netem = *config->netem;
    l->conceal = config->call.receiver.conceal;
    voices_init(&l->voices);
    l->wakeup.data = l;
    uv_async_init(loop_uv(config->loop), &l->wakeup, on_wakeup);
    loop_timer_init(&l->timer, config->loop, on_timer, l);
    struct input_config input = {config->source, config->call.sender.voice.channels, wake, l};
    if (!(l->input = input_open(&input, why, cap)) || !open_udp(l, local, why, cap) ||
        !open_parts(l)) {
        line_close(l);
        return NULL;
    }
    return l;
}

static void on_freed(uv_handle_t *handle)
{
    free(handle->data);
}

void line_close(struct line *l)
{
    usec now = loop_now();
    if (!l)
        return;
    loop_timer_set(&l->timer, USEC_NEVER);
    if (l->call) {
        call_bye(l->call, now);
        send_pending(l, now);
        picture_line_bye(l->pictures, now);
    }
    if (l->call && call_is_up(l->call))
        write_record(l, now + VOICES_SETTLED);
    player_free(l->player);
    handsfree_free(l->handsfree);
    call_free(l->call);
    picture_line_close(l->pictures);
    for (int i = 0; i < 2; i++)
        path_free(l->paths[i]);
    udp_close(l->udp);
    input_close(l->input);
    uv_close((uv_handle_t *)&l->wakeup, on_freed);
}

uint16_t line_port(const struct line *l)
{
    return udp_local_port(l->udp);
}

uint16_t line_picture_port(const struct line *l)
{
    return picture_line_port(l->pictures);
}

bool line_is_up(const struct line *l)
{
    return call_is_up(l->call);
}

void line_ring(struct line *l)
{
    if (!l->rings)
        l->ringing = (struct ringing){RINGING_THERE, 0};
    l->rings = true;
}

static void set_mute(struct line *l)
{
    l->voices.muted = l->muted || l->held;
}

bool line_mute(struct line *l)
{
    l->muted = !l->muted;
    set_mute(l);
    return l->muted;
}

bool line_is_muted(const struct line *l)
{
    return l->muted;
}

void line_hold(struct line *l, bool on)
{
    l->held = on;
    set_mute(l);
}

int line_gain(struct line *l, int by)
{
    int gain = l->voices.gain + 3 * by;
    if (gain >= -VOICES_GAIN_MOST && gain <= VOICES_GAIN_MOST)
        l->voices.gain = gain;
    return l->voices.gain;
}

double line_loss(struct line *l, int by)
{
    struct impair_spec spec = l->netem;
    double share = spec.loss.model == LOSS_RANDOM ? spec.loss.p[0] : 0;
    double wanted = share + 0.05 * by;
    wanted = wanted < 0 ? 0 : wanted > 0.9 ? 0.9 : wanted;
    if (!by)
        return share;
    spec.loss =
        (struct loss_spec){.model = wanted > 0.001 ? LOSS_RANDOM : LOSS_NONE, .p = {wanted}};
    l->netem = spec;
    for (int i = 0; i < 2; i++)
        path_change(l->paths[i], &l->netem, l->config.seed++);
    return wanted;
}

enum render_conceal line_conceal(struct line *l)
{
    l->conceal = (enum render_conceal)((l->conceal + 1) % 3);
    struct receiver_config *c = &l->config.call.receiver;
    c->conceal = l->conceal;
    const struct receiver_knobs knobs = {c->conceal, c->latency, c->fec, c->red, c->again};
    if (call_is_up(l->call))
        receiver_turn(call_receiver(l->call), &knobs);
    return l->conceal;
}

void line_turn(struct line *l, const struct impair_spec *network,
               const struct receiver_knobs *knobs)
{
    l->netem = *network;
    l->conceal = knobs->conceal;
    for (int i = 0; i < 2; i++) // without memory for it the path stays as it is
        path_turn(l->paths[i], &l->netem, l->config.seed++);
    if (call_is_up(l->call))
        receiver_turn(call_receiver(l->call), knobs);
}

void line_picture_loss(struct line *l, enum screen_loss loss)
{
    picture_line_loss(l->pictures, loss);
}

struct report_context line_context(const struct line *l)
{
    struct peer_figures said = line_said(l);
    usec devices =
        player_device_delay(l->player) + (l->handsfree ? handsfree_lag(l->handsfree) : 0);
    return (struct report_context){
        .transport = "udp",
        .device_delay = devices,
        .underruns = player_underruns(l->player),
        .strays = l->peer.strays,
        // The conversation's: the way here, half a round trip, and what waits at this end.
        .delay = line_heard(l).delay_mean + devices +
                 (said.round_trip == USEC_NEVER ? 0 : said.round_trip / 2),
    };
}

struct receiver_stats line_heard(const struct line *l)
{
    return call_is_up(l->call) ? receiver_stats(call_receiver(l->call))
                               : (struct receiver_stats){0};
}

struct peer_figures line_said(const struct line *l)
{
    return call_is_up(l->call) ? sender_listener(call_sender(l->call), call_listener(l->call))
                               : (struct peer_figures){0};
}

struct screen_stats line_seen(const struct line *l)
{
    return l->pictures ? faces_seen(picture_line_faces(l->pictures)) : (struct screen_stats){0};
}

void line_pictures(const struct line *l, char *text, size_t cap)
{
    picture_line_summary(l->pictures, text, cap);
}

void line_status(struct line *l, const char *peer, char *text, size_t cap)
{
    struct receiver_stats heard = line_heard(l);
    struct peer_figures said = line_said(l);
    const struct report_context context = line_context(l);
    const struct call_status status = {
        .peer = peer,
        .codec = l->codec,
        .lasted = loop_now() - l->began,
        .heard = &heard,
        .said = &said,
        .device_delay = context.device_delay,
        .mos = report_mos(&heard, &context),
        .we_db = voices_level(&l->voices, VOICES_WE),
        .they_db = voices_level(&l->voices, VOICES_THEY),
        .muted = l->muted,
        .held = l->held,
    };
    call_status_write(&status, text, cap);
}
