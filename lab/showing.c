// The pictures of a call in virtual time: see showing.h.
#include "lab/showing.h"

#include "lab/sim.h"
#include "media/voice.h"
#include "media/vp8_payload.h"
#include "receiver/lipsync.h"

#include <stdlib.h>

#define FILM_SEED   3
#define SCREEN_SEED 4
// So long a picture waits for the first sound to be heard: no path by itself delays a packet by more.
#define KEPT_MOST (5 * USEC_SECOND)

struct sent { // a picture that is yet to be compared
    struct sent *next;
    usec time;
    uint8_t octets[]; // none where nothing is compared
};

struct showing {
    struct showing_config config;
    struct network *network;
    struct film *film;
    struct screen *screen;
    struct lipsync lipsync;
    int listener;
    usec interval;
    bool heard; // the voice; it is heard
    usec lag;   // so long after it was due at the sender
    bool ended, whole;
    struct sent *first, *last; // to be compared, in order
    struct sent *spare;
    uint8_t *shown; // what is on the screen,
    usec shown_at;  // since then
    usec end_at;    // when the last picture should have been on it
    uint64_t octets;
    struct showing_figures figures;
};

static struct picture picture_at(const struct showing *s, uint8_t *octets)
{
    return picture_of(octets, s->config.film.video.width, s->config.film.video.height);
}

static bool make_ends(struct showing *s, uint32_t voice_time, bool tcp)
{
    struct film_config film = s->config.film;
    const struct peer_takes takes = {.again = s->config.again && film.resend && !tcp,
                                     .feedback = true};
    film.listeners_max = 1;
    film.wall_clock = SIM_WALL_CLOCK;
    film.seed = FILM_SEED;
    s->film = film_new(&film, 0);
    if (!s->film)
        return false;
    s->listener = film_join(s->film, takes);
    struct sender_position begin = film_play(s->film, s->listener, 0);
    const struct screen_config screen = {
        .payload_type = film.payload_type,
        .again = takes.again,
        .payload_type_again = film.payload_type_again,
        .key = true,
        .feedback = true,
        .has_seq = true,
        .seq = begin.seq,
        .loss = s->config.loss,
        .lipsync = &s->lipsync,
        .seed = SCREEN_SEED,
    };
    lipsync_init(&s->lipsync, VOICE_RATE, VP8_RTP_RATE);
    lipsync_begins(&s->lipsync, voice_time, begin.timestamp);
    film_start(s->film, 0);
    return (s->screen = screen_new(&screen, 0));
}

struct showing *showing_new(const struct showing_config *config, struct network *network,
                            uint32_t voice_time, bool tcp)
{
    const struct vp8_encoder_config *video = &config->film.video;
    struct showing *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->config = *config;
    s->network = network;
    s->whole = true;
    s->figures.ssim_least = 1;
    s->shown = malloc(picture_octets(video->width, video->height) + 1);
    if (!s->shown || !make_ends(s, voice_time, tcp)) {
        showing_free(s);
        return NULL;
    }
    s->interval = USEC_SECOND * video->fps_den / video->fps_num;
    const struct picture dark = picture_at(s, s->shown);
    picture_fill(&dark, 16, 128, 128);
    return s;
}

static void free_list(struct sent *list)
{
    for (struct sent *next; list; list = next) {
        next = list->next;
        free(list);
    }
}

void showing_free(struct showing *s)
{
    if (!s)
        return;
    film_free(s->film);
    screen_free(s->screen);
    free_list(s->first);
    free_list(s->spare);
    free(s->shown);
    free(s);
}

// ---- the sender's side -------------------------------------------------------------------------

static void keep(struct showing *s, usec time, const struct picture *picture)
{
    struct sent *sent = s->spare;
    size_t octets = s->config.compare ? picture_octets(picture->width, picture->height) : 0;
    if (sent)
        s->spare = sent->next;
    else
        sent = malloc(sizeof *sent + octets);
    if (!sent) {
        s->whole = false;
        return;
    }
    sent->next = NULL;
    sent->time = time;
    const struct picture copy = picture_at(s, sent->octets);
    if (s->config.compare)
        picture_copy(&copy, picture);
    if (s->first)
        s->last->next = sent;
    else
        s->first = sent;
    s->last = sent;
}

static void send(struct showing *s, usec now)
{
    struct sender_datagram d;
    while (film_output(s->film, now, &d)) {
        const struct network_packet p = {
            .kind = d.kind, .picture = true, .data = d.data, .len = d.len};
        if (!film_is_for(s->film, &d, s->listener))
            continue;
        if (d.kind != SENDER_RTCP)
            s->octets += d.len + IMPAIR_HEADER;
        network_send(s->network, now, NETWORK_FORWARD, &p);
    }
}

void showing_send(struct showing *s, usec now)
{
    struct picture picture;
    usec due;
    if (!s)
        return;
    send(s, now);
    while ((due = film_picture_due(s->film)) <= now) {
        s->figures.sent_for = due + s->interval;
        if (!s->config.picture(s->config.ctx, due, &picture)) {
            film_skip(s->film);
            continue;
        }
        keep(s, due, &picture);
        film_picture(s->film, due, &picture);
        send(s, now);
    }
}

void showing_end(struct showing *s, usec now)
{
    if (!s || s->ended)
        return;
    s->ended = true;
    film_end(s->film, now);
    send(s, now);
}

// ---- the receiver's side -----------------------------------------------------------------------

void showing_voice_rtcp(struct showing *s, const void *data, size_t len)
{
    if (s)
        lipsync_voice_rtcp(&s->lipsync, 0, data, len);
}

void showing_heard(struct showing *s, uint32_t voice_time, usec time, usec at, usec wait)
{
    if (!s)
        return;
    s->heard = true;
    s->lag = at - time;
    lipsync_heard(&s->lipsync, voice_time, at, wait);
}

usec showing_wait(const struct showing *s)
{
    return s ? screen_wait(s->screen) : 0;
}

void showing_packet(struct showing *s, enum network_way way, const struct network_packet *p)
{
    if (!s)
        return;
    if (way == NETWORK_BACK) {
        film_rtcp(s->film, s->listener, p->due, p->data, p->len);
    } else if (p->kind == SENDER_RTCP) {
        lipsync_picture_rtcp(&s->lipsync, screen_stats(s->screen).ssrc, p->data, p->len);
        screen_rtcp(s->screen, p->due, p->data, p->len);
    } else {
        screen_rtp(s->screen, p->due, p->data, p->len);
    }
}

static void show(struct showing *s, usec now)
{
    struct picture picture;
    const struct picture shown = picture_at(s, s->shown);
    if (!screen_show(s->screen, now, &picture) || !picture_copy(&shown, &picture))
        return;
    s->shown_at = now;
    if (s->config.seen)
        s->config.seen(s->config.ctx, now, screen_interval(s->screen), &shown);
}

// Without a voice it is never seen: it is compared when it has waited long enough.
static usec middle_of(const struct showing *s, const struct sent *sent)
{
    if (!sent)
        return USEC_NEVER;
    return sent->time + (s->heard ? s->interval / 2 + s->lag : KEPT_MOST);
}

static void compare(struct showing *s, struct sent *sent)
{
    const struct picture of = picture_at(s, sent->octets), shown = picture_at(s, s->shown);
    struct showing_moment m = {.time = sent->time, .sent = &of, .shown = &shown};
    struct showing_figures *f = &s->figures;
    if (!picture_score(&m.score, &of, &shown))
        return; // both are of the size that was configured
    double n = (double)++f->compared;
    f->mean.psnr_y += (m.score.psnr_y - f->mean.psnr_y) / n;
    f->mean.psnr += (m.score.psnr - f->mean.psnr) / n;
    f->mean.ssim += (m.score.ssim - f->mean.ssim) / n;
    if (m.score.ssim < f->ssim_least)
        f->ssim_least = m.score.ssim;
    if (s->config.compared)
        s->config.compared(s->config.ctx, &m);
}

void showing_run(struct showing *s, usec now)
{
    uint8_t data[512];
    size_t len;
    if (!s)
        return;
    show(s, now);
    while (middle_of(s, s->first) <= now) {
        struct sent *sent = s->first;
        s->end_at = s->heard ? middle_of(s, sent) : sent->time + s->interval;
        if (s->config.compare)
            compare(s, sent);
        s->first = sent->next;
        sent->next = s->spare;
        s->spare = sent;
    }
    while ((len = screen_rtcp_output(s->screen, now, data, sizeof data)))
        network_send(s->network, now, NETWORK_BACK,
                     &(struct network_packet){
                         .kind = SENDER_RTCP, .picture = true, .data = data, .len = len});
}

usec showing_next(const struct showing *s)
{
    if (!s)
        return USEC_NEVER;
    bool sent = !film_running(s->film) && !film_busy(s->film);
    usec next = usec_min(screen_next(s->screen), middle_of(s, s->first));
    return sent ? next : usec_min(next, film_next(s->film));
}

bool showing_is_over(const struct showing *s)
{
    return !s || (s->ended && !s->first);
}

bool showing_is_whole(const struct showing *s)
{
    return !s || s->whole;
}

struct showing_figures showing_figures(const struct showing *s)
{
    struct showing_figures f = s->figures;
    f.film = film_stats(s->film);
    f.screen = screen_stats(s->screen);
    f.octets_wire = s->octets;
    f.freezes = f.screen.freezes;
    f.frozen = f.screen.frozen;
    usec pause = s->end_at - s->shown_at;
    if (pause > s->interval + SCREEN_PAUSE) { // no later picture has ended it
        f.freezes++;
        f.frozen += pause - s->interval;
    }
    return f;
}
