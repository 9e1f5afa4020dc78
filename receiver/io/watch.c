// Pictures beside the voice: see watch.h.
#include "receiver/io/watch.h"

#include "media/io/path.h"
#include "media/io/udp.h"
#include "media/voice.h"
#include "media/vp8_payload.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXT 512

struct watch {
    struct watch_config config;
    struct udp *udp;
    struct path *paths[2]; // by enum udp_port
    struct screen *screen; // NULL: nothing was shown yet
    bool on;               // from PLAY to the goodbye; then only the figures are left
    struct lipsync lipsync;
    union address rtp, rtcp, source; // of the server; `source`: where they may come from as well
    bool has_source;
    uint64_t strays; // datagrams from other hosts
    usec standing;   // at the goodbye: the freeze that nothing ended
    struct loop_timer timer;
};

static void run(struct watch *w, usec now);

static void on_timer(void *ctx, usec now)
{
    run(ctx, now);
}

static void on_path(void *ctx, usec when, const void *data, size_t len, uint64_t tag)
{
    struct watch *w = ctx;
    if (!w->on)
        return;
    if (tag == UDP_RTCP) {
        lipsync_picture_rtcp(&w->lipsync, screen_stats(w->screen).ssrc, data, len);
        screen_rtcp(w->screen, when, data, len);
    } else {
        screen_rtp(w->screen, when, data, len);
    }
    run(w, loop_now());
}

struct watch *watch_open(const struct watch_config *config, char *why, size_t cap)
{
    struct watch *w = calloc(1, sizeof *w);
    snprintf(why, cap, "Out of memory.");
    if (!w)
        return NULL;
    w->config = *config;
    loop_timer_init(&w->timer, config->loop, on_timer, w);
    bool made = true;
    for (int i = 0; i < 2; i++) {
        w->paths[i] = path_new(config->loop, config->netem,
                               impair_seed(config->netem, config->seed, (uint64_t)i), on_path, w);
        made &= w->paths[i] != NULL;
    }
    if (made)
        return w;
    watch_close(w);
    return NULL;
}

void watch_close(struct watch *w)
{
    if (!w)
        return;
    watch_end(w);
    for (int i = 0; i < 2; i++)
        path_free(w->paths[i]);
    screen_free(w->screen);
    free(w);
}

void watch_network(struct watch *w)
{
    for (int i = 0; w && i < 2; i++) // without memory for it the path stays as it is
        path_turn(w->paths[i], w->config.netem, w->config.seed++);
}

void watch_loss(struct watch *w, enum screen_loss loss)
{
    if (!w)
        return;
    w->config.loss = loss;
    if (w->screen)
        screen_loss(w->screen, loss);
}

// ---- what comes --------------------------------------------------------------------------------

static void on_datagram(void *ctx, enum udp_port port, usec arrival, const union address *from,
                        const void *data, size_t len)
{
    struct watch *w = ctx;
    if (!w->on)
        return;
    if (!address_same_host(from, &w->rtp) &&
        !(w->has_source && address_same_host(from, &w->source))) {
        w->strays++;
        return;
    }
    if (impair_shares_queue(w->config.netem))
        w->config.queue(w->config.ctx, arrival, port == UDP_RTCP, data, len);
    else
        path_input(w->paths[port], arrival, data, len, port);
}

uint16_t watch_ports(struct watch *w, const union address *local)
{
    struct udp_config config = {.local = *local, .received = on_datagram, .ctx = w};
    w->udp = udp_open(w->config.loop, &config);
    return w->udp ? udp_local_port(w->udp) : 0;
}

void watch_packet(struct watch *w, usec when, bool rtcp, const void *data, size_t len)
{
    if (w)
        on_path(w, when, data, len, rtcp ? UDP_RTCP : UDP_RTP);
}

void watch_voice_rtcp(struct watch *w, uint32_t ssrc, const void *data, size_t len)
{
    if (w)
        lipsync_voice_rtcp(&w->lipsync, ssrc, data, len);
}

void watch_heard(struct watch *w, uint32_t voice_time, usec at, usec wait)
{
    if (w)
        lipsync_heard(&w->lipsync, voice_time, at, wait);
}

usec watch_wait(const struct watch *w)
{
    return w && w->screen ? screen_wait(w->screen) : 0;
}

// ---- the session -------------------------------------------------------------------------------

bool watch_begin(struct watch *w, const struct client_stream *stream,
                 const struct client_stream *voice, const union address *remote,
                 const union address *source)
{
    const struct screen_config config = {
        .payload_type = stream->payload_type,
        .again = stream->has_rtx && !stream->tcp, // TCP itself sends again what is lost
        .payload_type_again = stream->rtx_payload_type,
        .key = stream->key,
        .feedback = stream->nack || stream->key,
        .has_seq = stream->has_seq,
        .seq = stream->seq,
        .loss = w->config.loss,
        .lipsync = &w->lipsync,
        .seed = loop_entropy(),
    };
    usec now = loop_now();
    screen_free(w->screen);
    w->screen = screen_new(&config, now);
    w->on = w->screen;
    w->standing = 0;
    if (!w->on)
        return false;
    w->has_source = source;
    if (source)
        w->source = *source;
    w->rtp = w->rtcp = *remote;
    address_set_port(&w->rtp, stream->server_rtp);
    address_set_port(&w->rtcp, stream->server_rtcp);
    lipsync_init(&w->lipsync, VOICE_RATE, VP8_RTP_RATE);
    if (stream->has_rtptime && voice->has_rtptime)
        lipsync_begins(&w->lipsync, voice->rtptime, stream->rtptime);
    if (w->udp)
        udp_punch(w->udp, &w->rtp, &w->rtcp);
    run(w, now);
    return true;
}

static void send_rtcp(struct watch *w, const uint8_t *data, size_t len)
{
    if (w->udp && address_port(&w->rtcp))
        udp_send(w->udp, UDP_RTCP, &w->rtcp, data, len);
    else if (!w->udp)
        w->config.send(w->config.ctx, data, len);
}

static usec standing(const struct watch *w)
{
    bool ended = screen_stats(w->screen).ended; // then it is the film that has
    return ended ? 0 : screen_standing(w->screen, loop_now());
}

// What is still on its way in a path belongs to nobody.
static void end(struct watch *w)
{
    loop_timer_set(&w->timer, USEC_NEVER);
    if (w->on)
        w->standing = standing(w);
    w->on = false;
}

void watch_bye(struct watch *w)
{
    uint8_t bye[512];
    if (!w || !w->on)
        return;
    send_rtcp(w, bye, screen_rtcp_bye(w->screen, loop_now(), bye, sizeof bye));
    end(w);
}

void watch_end(struct watch *w)
{
    if (!w)
        return;
    end(w);
    udp_close(w->udp);
    w->udp = NULL;
}

static void show(struct watch *w, usec now, const struct picture *picture)
{
    char why[TEXT];
    usec interval = screen_interval(w->screen);
    if (w->config.file &&
        !film_file_picture(w->config.file, now, interval, picture, why, sizeof why))
        w->config.say(w->config.ctx, false, why);
    if (w->config.picture)
        w->config.picture(w->config.ctx, picture);
}

// The picture that there is stays.
static void pass(struct watch *w, usec now)
{
    char why[TEXT];
    if (w->config.file && !film_file_pass(w->config.file, now, why, sizeof why))
        w->config.say(w->config.ctx, false, why);
}

static void run(struct watch *w, usec now)
{
    struct picture picture;
    uint8_t report[512];
    size_t len;
    if (!w->on)
        return;
    if (screen_show(w->screen, now, &picture))
        show(w, now, &picture);
    else
        pass(w, now);
    while ((len = screen_rtcp_output(w->screen, now, report, sizeof report)))
        send_rtcp(w, report, len);
    loop_timer_set(&w->timer,
                   usec_min(screen_next(w->screen),
                            w->config.file ? film_file_next(w->config.file) : USEC_NEVER));
}

// ---- figures -----------------------------------------------------------------------------------

struct screen_stats watch_stats(const struct watch *w)
{
    if (!w || !w->screen)
        return (struct screen_stats){0};
    struct screen_stats s = screen_stats(w->screen);
    usec frozen = w->on ? standing(w) : w->standing;
    s.freezes += frozen > 0;
    s.frozen += frozen;
    return s;
}

json_t *watch_figures(const struct watch *w)
{
    struct screen_stats s = watch_stats(w);
    if (!w)
        return NULL;
    return json_pack(
        "{s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
        "s:I, s:f, s:f, s:f}",
        "width", s.width, "height", s.height, "frames", (json_int_t)s.frames, "shown",
        (json_int_t)s.shown, "damaged", (json_int_t)s.damaged, "dropped", (json_int_t)s.dropped,
        "key_frames", (json_int_t)s.key_frames, "freezes", (json_int_t)s.freezes, "frozen_ms",
        usec_to_ms(s.frozen), "packets_received", (json_int_t)s.packets_received, "packets_lost",
        (json_int_t)s.packets_lost, "packets_duplicate", (json_int_t)s.packets_duplicate,
        "packets_invalid", (json_int_t)s.packets_invalid, "packets_foreign",
        (json_int_t)(s.packets_foreign + w->strays), "octets_received",
        (json_int_t)s.octets_received, "packets_asked", (json_int_t)s.asked, "packets_again",
        (json_int_t)s.answers, "key_frames_asked", (json_int_t)s.keys_asked, "jitter_ms",
        s.jitter / 90.0, "sync_mean_ms", usec_to_ms(s.sync_mean), "sync_worst_ms",
        usec_to_ms(s.sync_worst));
}

void watch_summary(const struct watch *w, char *text, size_t cap)
{
    struct screen_stats s = watch_stats(w);
    text[0] = '\0';
    if (!w || !s.shown)
        return;
    snprintf(text, cap,
             "Pictures: %llu shown of %dx%d, %.1f ms %s the voice; they stood still %llu time%s, "
             "%.1f s in all; %llu packets lost for good, %llu key frames asked for.\n",
             (unsigned long long)s.shown, s.width, s.height,
             usec_to_ms(s.sync_mean < 0 ? -s.sync_mean : s.sync_mean),
             s.sync_mean < 0 ? "before" : "after", (unsigned long long)s.freezes,
             s.freezes == 1 ? "" : "s", (double)s.frozen / 1e6, (unsigned long long)s.packets_lost,
             (unsigned long long)s.keys_asked);
}
