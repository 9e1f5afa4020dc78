#include "tests/cinema.h"

#include "media/netem.h"
#include "media/pattern.h"
#include "tests/golden.h"

#include <stdlib.h>

#define TYPE       98
#define TYPE_AGAIN 99

struct house {
    const struct cinema_config *config;
    struct film *film;
    struct screen *screen;
    struct impair *there, *back;
    struct lipsync lipsync;
    int listener;
    int64_t number;
    uint8_t *memory;
    struct cinema_seen seen;
    bool any;
};

static struct impair *path_of(const char *text, uint64_t seed)
{
    struct impair_spec spec = {0};
    struct netem_error error;
    assert_true(netem_parse(&spec, text ? text : "", &error));
    struct impair *impair = impair_new(&spec, seed);
    assert_non_null(impair);
    return impair;
}

static void see(struct house *h, usec now)
{
    struct picture picture;
    uint32_t number;
    if (!screen_show(h->screen, now, &picture))
        return;
    assert_int_equal(picture.width, CINEMA_WIDTH);
    if (!pattern_read(&picture, &number)) {
        h->seen.unread++;
        return;
    }
    h->seen.read++;
    if (!h->any)
        h->seen.first = number;
    h->seen.backwards += h->any && (int32_t)(number - h->seen.last) <= 0;
    h->any = true;
    h->seen.last = number;
    usec age = now - (usec)number * USEC_SECOND / CINEMA_FPS;
    h->seen.worst_age = usec_max(h->seen.worst_age, age);
}

static void send(struct house *h, usec now)
{
    struct sender_datagram d;
    while (film_output(h->film, now, &d)) {
        assert_true(d.len <= 1200);
        if (h->listener >= 0 && film_is_for(h->film, &d, h->listener))
            impair_input(h->there, now, d.data, d.len, d.kind == SENDER_RTCP);
    }
}

static void deliver(struct house *h, usec now)
{
    static uint8_t data[IMPAIR_DATAGRAM_MAX];
    uint64_t rtcp;
    size_t len;
    while ((len = impair_output(h->there, now, data, sizeof data, &rtcp, NULL))) {
        if (rtcp)
            lipsync_picture_rtcp(&h->lipsync, screen_stats(h->screen).ssrc, data, len);
        (rtcp ? screen_rtcp : screen_rtp)(h->screen, now, data, len);
    }
    see(h, now);
    while ((len = screen_rtcp_output(h->screen, now, data, sizeof data)))
        impair_input(h->back, now, data, len, 1);
    while ((len = impair_output(h->back, now, data, sizeof data, NULL, NULL)))
        film_rtcp(h->film, h->listener, now, data, len);
}

// The voice's sender reports on the same wall clock, and its sound is heard so much later.
static void speak(struct house *h)
{
    h->lipsync.voice.known = true;
    h->lipsync.voice.rtp = 1000;
    h->lipsync.voice.wall = 2208988800 * USEC_SECOND;
    lipsync_heard(&h->lipsync, 1000, CINEMA_VOICE, CINEMA_VOICE);
}

static void join(struct house *h, usec now)
{
    const struct cinema_config *c = h->config;
    const struct screen_config screen = {
        .payload_type = TYPE,
        .again = c->again,
        .payload_type_again = TYPE_AGAIN,
        .key = c->key,
        .feedback = true,
        .loss = c->loss,
        .lipsync = c->voice ? &h->lipsync : NULL,
        .seed = c->seed + 7,
    };
    h->screen = screen_new(&screen, now);
    h->listener = film_join(h->film, (struct peer_takes){.again = c->again, .feedback = true});
    assert_int_equal(h->listener, 0);
    film_play(h->film, h->listener, now);
}

static usec next_of(const struct house *h)
{
    usec next = usec_min(film_next(h->film), impair_next(h->there));
    next = usec_min(next, impair_next(h->back));
    return h->screen ? usec_min(next, screen_next(h->screen)) : next;
}

static void picture_due(struct house *h, usec now, usec end)
{
    struct picture picture = picture_of(h->memory, CINEMA_WIDTH, CINEMA_HEIGHT);
    while (film_picture_due(h->film) <= now) {
        if (now < end) {
            pattern_draw(&picture, (uint32_t)h->number, film_picture_due(h->film));
            film_picture(h->film, film_picture_due(h->film), &picture);
        } else {
            film_skip(h->film);
        }
        h->number++;
    }
}

struct cinema_seen cinema(const struct cinema_config *config, usec duration)
{
    struct house h = {.config = config, .listener = -1};
    const struct film_config film = {
        .video = {CINEMA_WIDTH, CINEMA_HEIGHT, CINEMA_FPS, 1,
                  config->bitrate ? config->bitrate : 300000},
        .resend = config->again,
        .payload_type = TYPE,
        .payload_type_again = TYPE_AGAIN,
        .listeners_max = 4,
        .seed = config->seed,
    };
    h.film = film_new(&film, 0);
    h.there = path_of(config->there, config->seed + 1);
    h.back = path_of(config->back, config->seed + 2);
    h.memory = malloc(picture_octets(CINEMA_WIDTH, CINEMA_HEIGHT));
    lipsync_init(&h.lipsync, 48000, 90000);
    if (config->voice)
        speak(&h);
    film_start(h.film, 0);
    for (usec now = 0; now < duration + USEC_SECOND;) {
        send(&h, now);
        picture_due(&h, now, duration);
        send(&h, now);
        if (!h.screen && now >= config->late)
            join(&h, now);
        if (h.screen)
            deliver(&h, now);
        now = usec_max(now + 100, usec_min(next_of(&h), now + 10 * USEC_MS));
    }
    h.seen.film = film_stats(h.film);
    h.seen.screen = screen_stats(h.screen);
    screen_free(h.screen);
    film_free(h.film);
    impair_free(h.there);
    impair_free(h.back);
    free(h.memory);
    return h.seen;
}
