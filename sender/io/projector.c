// Pictures beside the voice: see projector.h.
#include "sender/io/projector.h"

#include "media/vp8_payload.h"
#include "sender/io/spool.h"

#include <stdio.h>
#include <stdlib.h>

struct projector {
    struct projector_config config;
    struct pictures *pictures;
    struct film *film;
    struct audience *audience;
    struct spool spool;
};

static void send_pending(void *ctx, usec now);

static void on_say(void *ctx, bool detail, const char *text)
{
    const struct projector *p = ctx;
    p->config.say(p->config.ctx, detail, text);
}

struct projector *projector_open(const struct projector_config *config, usec now, char *why,
                                 size_t cap)
{
    struct projector *p = calloc(1, sizeof *p);
    snprintf(why, cap, "Out of memory.");
    if (!p)
        return NULL;
    p->config = *config;
    p->pictures = pictures_open(&config->pictures, why, cap);
    if (!p->pictures) {
        free(p);
        return NULL;
    }
    struct film_config *film = &p->config.film;
    film->listeners_max = AUDIENCE_MAX;
    film->video.width = pictures_width(p->pictures);
    film->video.height = pictures_height(p->pictures);
    pictures_fps(p->pictures, &film->video.fps_num, &film->video.fps_den);
    p->film = film_new(film, now);
    p->audience = audience_new(&config->audience);
    p->spool = (struct spool){.film = p->film,
                              .pictures = p->pictures,
                              .send = send_pending,
                              .say = on_say,
                              .ctx = p,
                              .again = USEC_NEVER};
    if (p->film && p->audience)
        return p;
    snprintf(why, cap, "Pictures of %dx%d, %d/%d a second, cannot be encoded.", film->video.width,
             film->video.height, film->video.fps_num, film->video.fps_den);
    projector_close(p);
    return NULL;
}

void projector_close(struct projector *p)
{
    if (!p)
        return;
    if (p->audience)
        audience_hurry(p->audience);
    audience_free(p->audience);
    film_free(p->film);
    pictures_close(p->pictures);
    free(p);
}

// ---- pictures ----------------------------------------------------------------------------------

static bool is_for(const void *film, const struct sender_datagram *d, int listener)
{
    return film_is_for(film, d, listener);
}

static void send_pending(void *ctx, usec now)
{
    struct projector *p = ctx;
    struct sender_datagram d;
    while (film_output(p->film, now, &d))
        audience_send(p->audience, now, &d, is_for, p->film);
}

void projector_start(struct projector *p, usec now)
{
    if (p)
        spool_start(&p->spool, now);
}

void projector_delay(struct projector *p, usec later)
{
    if (p)
        spool_delay(&p->spool, later);
}

void projector_end(struct projector *p, usec now)
{
    if (!p)
        return;
    film_end(p->film, now);
    audience_pause_all(p->audience);
    pictures_rewind(p->pictures);
    send_pending(p, now);
}

void projector_run(struct projector *p, usec now)
{
    if (!p)
        return;
    p->spool.dark = !audience_playing(p->audience); // whoever comes begins with a key frame
    spool_run(&p->spool, now);
}

usec projector_next(const struct projector *p)
{
    return p ? spool_next(&p->spool) : USEC_NEVER;
}

// ---- who watches -------------------------------------------------------------------------------

int projector_join(struct projector *p, struct server_conn *conn, const struct transport *asked,
                   struct peer_takes takes)
{
    int listener = film_join(p->film, takes);
    if (listener < 0)
        return SERVER_FULL;
    if (audience_add(p->audience, listener, conn, asked))
        return listener;
    film_leave(p->film, listener, false);
    return SERVER_FULL;
}

struct sender_position projector_play(struct projector *p, int listener, usec now)
{
    struct sender_position position = film_play(p->film, listener, now);
    audience_play(p->audience, listener, true);
    return position;
}

void projector_pause(struct projector *p, int listener)
{
    film_pause(p->film, listener);
    audience_play(p->audience, listener, false);
}

void projector_leave(struct projector *p, int listener, usec now, bool gone)
{
    audience_play(p->audience, listener, false);
    film_leave(p->film, listener, !gone);
    if (!gone)
        send_pending(p, now); // its BYE
    audience_remove(p->audience, listener);
}

void projector_rtcp(struct projector *p, int listener, usec now, const void *data, size_t len)
{
    film_rtcp(p->film, listener, now, data, len);
}

int projector_datagram(struct projector *p, usec now, const union address *from, const void *data,
                       size_t len)
{
    int listener = p ? audience_find(p->audience, from) : -1;
    if (listener >= 0)
        film_rtcp(p->film, listener, now, data, len);
    return listener;
}

// ---- figures -----------------------------------------------------------------------------------

const struct film_config *projector_film(const struct projector *p)
{
    return p ? &p->config.film : NULL;
}

const char *projector_source(const struct projector *p)
{
    return pictures_name(p->pictures);
}

uint32_t projector_ssrc(const struct projector *p)
{
    return film_stats(p->film).ssrc;
}

json_t *projector_stats(const struct projector *p)
{
    struct film_stats s = film_stats(p->film);
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:i}", "pictures",
                     (json_int_t)s.pictures, "frames", (json_int_t)s.frames, "key_frames",
                     (json_int_t)s.key_frames, "key_frames_asked", (json_int_t)s.key_asked,
                     "packets", (json_int_t)s.packets, "octets", (json_int_t)s.octets,
                     "packets_sent_again", (json_int_t)s.again, "packets_asked",
                     (json_int_t)s.asked.asked, "packets_too_old", (json_int_t)s.asked.too_old,
                     "packets_refused", (json_int_t)(s.asked.refused_rate + s.asked.refused_again),
                     "bitrate_kbps", s.bitrate / 1000.0, "watching", s.playing);
}
