// The pictures of a call: see faces.h.
#include "call/faces.h"

#include "media/rtp.h"
#include "media/voice.h"
#include "media/vp8_payload.h"

#include <stdlib.h>

#define WAIT_MOST \
    (150 * USEC_MS) // of the voice, for pictures: more is heard in a conversation (G.107)

struct faces {
    struct faces_config config;
    struct offer_pictures agreed;
    struct film *film;     // NULL: none of ours
    struct screen *screen; // NULL: nothing was agreed on yet
    struct lipsync lipsync;
    unsigned films; // that began
    int listener;   // of the film: the peer
    size_t bye_len; // octets of `report` that wait to be given out
    uint8_t report[REPORTER_MAX];
};

struct faces *faces_new(const struct faces_config *config)
{
    struct faces *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->config = *config;
    lipsync_init(&f->lipsync, VOICE_RATE, VP8_RTP_RATE);
    return f;
}

void faces_free(struct faces *f)
{
    if (!f)
        return;
    film_free(f->film);
    screen_free(f->screen);
    free(f);
}

static void write_head(void *ctx, usec now, const struct rtcp_report *blocks, size_t count,
                       struct writer *w)
{
    struct faces *f = ctx;
    film_report(f->film, f->listener, now, blocks, count, w);
}

// Each has a seed of its own: another film is another stream, whose numbers begin anew.
static struct film *new_film(struct faces *f, usec now, const struct offer_pictures *agreed,
                             const char *cname)
{
    struct film_config config = f->config.film;
    config.listeners_max = 1;
    config.call = true;
    config.cname = cname;
    config.seed += f->films++;
    config.payload_type = agreed->send;
    config.payload_type_again = agreed->send_again;
    config.resend &= agreed->send_again != OFFER_NO_TYPE;
    return film_new(&config, now);
}

static struct screen *new_screen(struct faces *f, usec now, const struct film *film,
                                 const struct offer_pictures *agreed)
{
    struct screen_config config = f->config.screen;
    config.payload_type = agreed->receive;
    config.again = agreed->receive_again != OFFER_NO_TYPE;
    config.payload_type_again = agreed->receive_again;
    config.key = agreed->key;
    config.feedback = agreed->feedback;
    config.lipsync = &f->lipsync;
    if (film)
        config.head = (struct reporter_head){film_stats(film).ssrc, write_head, f};
    return screen_new(&config, now);
}

static bool start(struct faces *f, usec now, const struct offer_pictures *agreed, const char *cname)
{
    bool gives = f->config.film.video.width;
    struct film *film = gives ? new_film(f, now, agreed, cname) : NULL;
    struct screen *screen = new_screen(f, now, film, agreed);
    if ((gives && !film) || !screen) {
        film_free(film);
        screen_free(screen);
        return false;
    }
    film_free(f->film);
    screen_free(f->screen);
    f->film = film;
    f->screen = screen;
    if (film)
        f->listener =
            film_join(film, (struct peer_takes){.again = agreed->send_again != OFFER_NO_TYPE,
                                                .feedback = agreed->feedback});
    return true;
}

static bool is_same_stream(const struct offer_pictures *a, const struct offer_pictures *b)
{
    return a->send == b->send && a->receive == b->receive && a->send_again == b->send_again &&
           a->receive_again == b->receive_again && a->feedback == b->feedback && a->key == b->key;
}

bool faces_agree(struct faces *f, usec now, const struct offer_pictures *agreed, const char *cname)
{
    bool anew = agreed->port && (!f->screen || !is_same_stream(&f->agreed, agreed));
    if (anew && !start(f, now, agreed, cname))
        return false;
    f->agreed = *agreed;
    if (f->film && agreed->sends)
        film_play(f->film, f->listener, now);
    else if (f->film)
        film_pause(f->film, f->listener);
    return true;
}

bool faces_are_up(const struct faces *f)
{
    return f->screen && f->agreed.port;
}

bool faces_sends(const struct faces *f)
{
    return f->film && f->agreed.sends;
}

struct film *faces_film(struct faces *f)
{
    return f->film;
}

struct peer_figures faces_said(const struct faces *f)
{
    return f->film ? film_listener(f->film, f->listener) : (struct peer_figures){0};
}

void faces_input(struct faces *f, usec now, const void *data, size_t len)
{
    if (!faces_are_up(f))
        return;
    if (!rtp_is_rtcp(data, len)) {
        if (f->agreed.receives) // as call_input
            screen_rtp(f->screen, now, data, len);
        return;
    }
    if (f->film)
        film_rtcp(f->film, f->listener, now, data, len);
    lipsync_picture_rtcp(&f->lipsync, screen_stats(f->screen).ssrc, data, len);
    screen_rtcp(f->screen, now, data, len);
}

bool faces_output(struct faces *f, usec now, struct call_datagram *out)
{
    struct sender_datagram d;
    if (!faces_are_up(f))
        return false;
    while (f->film && film_output(f->film, now, &d)) {
        *out = (struct call_datagram){d.kind == SENDER_RTCP, d.data, d.len};
        if (film_is_for(f->film, &d, f->listener)) // not what is left of a picture at a hold
            return true;
    }
    size_t len =
        f->bye_len ? f->bye_len : screen_rtcp_output(f->screen, now, f->report, sizeof f->report);
    f->bye_len = 0;
    *out = (struct call_datagram){true, f->report, len};
    return len > 0;
}

bool faces_show(struct faces *f, usec now, struct picture *picture)
{
    return faces_are_up(f) && screen_show(f->screen, now, picture);
}

void faces_bye(struct faces *f, usec now)
{
    if (!faces_are_up(f))
        return;
    f->bye_len = screen_rtcp_bye(f->screen, now, f->report, sizeof f->report);
    if (f->film)
        film_leave(f->film, f->listener, false);
}

usec faces_next(const struct faces *f)
{
    return faces_are_up(f) ? screen_next(f->screen) : USEC_NEVER;
}

usec faces_interval(const struct faces *f)
{
    return screen_interval(f->screen);
}

void faces_loss(struct faces *f, enum screen_loss loss)
{
    f->config.screen.loss = loss;
    if (f->screen)
        screen_loss(f->screen, loss);
}

struct screen_stats faces_seen(const struct faces *f)
{
    return f->screen ? screen_stats(f->screen) : (struct screen_stats){0};
}

void faces_voice_rtcp(struct faces *f, const void *data, size_t len)
{
    lipsync_voice_rtcp(&f->lipsync, 0, data, len);
}

void faces_heard(struct faces *f, uint32_t voice_time, usec at, usec wait)
{
    lipsync_heard(&f->lipsync, voice_time, at, wait);
}

usec faces_wait(const struct faces *f)
{
    return f->screen ? usec_min(screen_wait(f->screen), WAIT_MOST) : 0;
}
