// The pictures of a call: see picture_line.h.
#include "call/io/picture_line.h"

#include "call/io/rtp_peer.h"
#include "sender/io/spool.h"

#include <stdio.h>
#include <stdlib.h>

#define RESYNC_AFTER USEC_SECOND // as the voice's
#define TEXT         640

struct picture_line {
    struct picture_line_config config;
    struct faces *faces;
    struct udp *udp;
    struct rtp_peer peer;
    struct spool spool; // film NULL: there is none of ours, or not yet
};

static void on_datagram(void *ctx, enum udp_port port, usec arrival, const union address *from,
                        const void *data, size_t len)
{
    struct picture_line *p = ctx;
    if (faces_are_up(p->faces) && rtp_peer_takes(&p->peer, port, from))
        p->config.came(p->config.ctx, port, arrival, data, len);
}

static void on_say(void *ctx, bool detail, const char *text)
{
    const struct picture_line *p = ctx;
    p->config.say(p->config.ctx, detail, text);
}

static void send_pending(void *ctx, usec now)
{
    struct picture_line *p = ctx;
    struct call_datagram d;
    while (faces_output(p->faces, now, &d))
        p->config.goes(p->config.ctx, d.rtcp ? UDP_RTCP : UDP_RTP, now, d.data, d.len);
}

struct picture_line *picture_line_open(const struct picture_line_config *config,
                                       const union address *local)
{
    struct picture_line *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->config = *config;
    const struct picture_line_wish *wish = config->wish;
    struct faces_config faces = {
        .film = wish->film,
        .screen = {.loss = wish->loss, .seed = loop_entropy()},
    };
    faces.film.seed = loop_entropy();
    if (wish->source) {
        struct vp8_encoder_config *video = &faces.film.video;
        video->width = pictures_width(wish->source);
        video->height = pictures_height(wish->source);
        pictures_fps(wish->source, &video->fps_num, &video->fps_den);
    }
    const struct udp_config udp = {.local = *local, .received = on_datagram, .ctx = p};
    p->faces = faces_new(&faces);
    p->udp = udp_open(config->loop, &udp);
    if (p->faces && p->udp)
        return p;
    picture_line_close(p);
    return NULL;
}

void picture_line_bye(struct picture_line *p, usec now)
{
    if (!p)
        return;
    faces_bye(p->faces, now);
    send_pending(p, now);
}

void picture_line_close(struct picture_line *p)
{
    if (!p)
        return;
    faces_free(p->faces);
    udp_close(p->udp);
    free(p);
}

uint16_t picture_line_port(const struct picture_line *p)
{
    return p ? udp_local_port(p->udp) : 0;
}

struct faces *picture_line_faces(struct picture_line *p)
{
    return p ? p->faces : NULL;
}

void picture_line_agree(struct picture_line *p, usec now, const struct offer_pictures *agreed,
                        const union address *control)
{
    if (!p || !faces_are_up(p->faces))
        return;
    rtp_peer_set(&p->peer, control, agreed->host, agreed->port, agreed->mux, udp_is_v6(p->udp));
    p->spool.dark = !faces_sends(p->faces);
    if (p->spool.film == faces_film(p->faces))
        return;
    p->spool = (struct spool){.film = faces_film(p->faces),
                              .pictures = p->config.wish->source,
                              .send = send_pending,
                              .say = on_say,
                              .ctx = p,
                              .dark = p->spool.dark};
    pictures_rewind(p->spool.pictures); // a pipe goes on
    spool_start(&p->spool, now);
}

void picture_line_arrived(struct picture_line *p, enum udp_port port, usec when, const void *data,
                          size_t len)
{
    (void)port;
    if (p)
        faces_input(p->faces, when, data, len);
}

void picture_line_leaves(struct picture_line *p, enum udp_port port, const void *data, size_t len)
{
    if (p)
        rtp_peer_send(&p->peer, p->udp, port, data, len);
}

void picture_line_loss(struct picture_line *p, enum screen_loss loss)
{
    if (p)
        faces_loss(p->faces, loss);
}

static void show(struct picture_line *p, usec now, const struct picture *picture)
{
    char why[TEXT];
    const struct picture_line_wish *wish = p->config.wish;
    usec interval = faces_interval(p->faces);
    if (wish->file && !film_file_picture(wish->file, now, interval, picture, why, sizeof why))
        on_say(p, false, why);
    if (wish->picture)
        wish->picture(wish->ctx, picture);
}

void picture_line_run(struct picture_line *p, usec now)
{
    struct picture picture;
    if (!p || !faces_are_up(p->faces))
        return;
    if (p->spool.film && now - film_picture_due(p->spool.film) > RESYNC_AFTER)
        spool_delay(&p->spool, now - film_picture_due(p->spool.film));
    if (p->spool.film)
        spool_run(&p->spool, now);
    if (faces_show(p->faces, now, &picture))
        show(p, now, &picture);
    send_pending(p, now);
}

usec picture_line_next(const struct picture_line *p)
{
    if (!p || !faces_are_up(p->faces))
        return USEC_NEVER;
    return usec_min(faces_next(p->faces), p->spool.film ? spool_next(&p->spool) : USEC_NEVER);
}

void picture_line_summary(const struct picture_line *p, char *text, size_t cap)
{
    struct peer_figures said = {0};
    struct screen_stats s = {0};
    char seen[256] = "none was seen.";
    text[0] = '\0';
    if (p) {
        said = faces_said(p->faces);
        s = faces_seen(p->faces);
    }
    if (!said.packets && !s.shown)
        return;
    if (s.shown)
        snprintf(seen, sizeof seen,
                 "%llu were seen of %dx%d, %.1f ms %s the voice; they stood still for %.1f s; %llu "
                 "packets lost for good, %llu key frames asked for.",
                 (unsigned long long)s.shown, s.width, s.height,
                 usec_to_ms(s.sync_mean < 0 ? -s.sync_mean : s.sync_mean),
                 s.sync_mean < 0 ? "before" : "after", (double)s.frozen / USEC_SECOND,
                 (unsigned long long)s.packets_lost, (unsigned long long)s.keys_asked);
    snprintf(text, cap, "Pictures: sent %llu packets, of which %d were lost; %s",
             (unsigned long long)said.packets, said.cumulative_lost, seen);
}
