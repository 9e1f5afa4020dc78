// The pictures of one run: see reel.h.
#include "lab/io/reel.h"

#include "lab/clapper.h"
#include "lab/still.h"
#include "lab/stills.h"
#include "media/io/pictures.h"

#include "media/voice.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reel {
    struct reel_config config;
    struct showing_config showing;
    struct pictures *pictures;
    struct clapper clapper;
    struct stills stills;
    usec interval; // between two that are sent
};

const struct cli_option reel_option_table[] = {
    {"video-loss", "freeze|show",
     "where packets of pictures are lost for good: the last\n"
     "whole picture stays until there is a new one, or the\n"
     "damage is shown (freeze)",
     receiver_set_video_loss, offsetof(struct condition, video_loss)},
    {0},
};

bool reel_check(const struct condition *c, const char *file, char *why)
{
    const char *video = c->sender.video;
    if (!video && (file || c->video_loss != SCREEN_FREEZE)) {
        snprintf(why, CLI_WHY_MAX, "%s is of pictures, and there are none. Add --video pattern.",
                 file ? "--video-out" : "--video-loss");
        return false;
    }
    if (video && strncmp(video, "camera", 6) == 0 && (!video[6] || video[6] == ':')) {
        snprintf(why, CLI_WHY_MAX,
                 "--video %.200s: virtual time does not wait for a camera. Name a "
                 "file.",
                 video);
        return false;
    }
    if (video && (c->network.forward.trace || c->network.back.trace)) {
        snprintf(why, CLI_WHY_MAX,
                 "A trace tells of one stream of packets: --video goes without it.");
        return false;
    }
    return true;
}

// ---- the run -----------------------------------------------------------------------------------

static bool on_picture(void *ctx, usec time, struct picture *picture)
{
    struct reel *r = ctx;
    return pictures_read(r->pictures, time, picture) == PICTURES_NEW;
}

static void on_seen(void *ctx, usec at, usec interval, const struct picture *picture)
{
    struct reel *r = ctx;
    char why[PICTURES_TEXT];
    if (r->config.beeps)
        clapper_seen(&r->clapper, at, r->interval, picture);
    struct film_file *file = r->config.file;
    while (file && film_file_next(file) <= at) // nobody waits here: as much as it lasted
        film_file_pass(file, at, why, sizeof why);
    if (file) // what goes wrong is told when it is closed
        film_file_picture(file, at, interval, picture, why, sizeof why);
}

static void on_compared(void *ctx, const struct showing_moment *moment)
{
    struct reel *r = ctx;
    if (r->config.stills)
        stills_moment(&r->stills, moment);
}

void reel_heard(struct reel *r, const int16_t *pcm, size_t samples, int channels)
{
    if (r->config.beeps)
        clapper_heard(&r->clapper, pcm, samples, channels);
}

static void fill_showing(struct reel *r)
{
    const struct condition *c = r->config.condition;
    struct showing_config *s = &r->showing;
    *s = (struct showing_config){
        .loss = c->video_loss,
        .again = !c->receiver.no_nack,
        .compare = r->config.compare,
        .picture = on_picture,
        .seen = on_seen,
        .compared = on_compared,
        .ctx = r,
    };
    sender_options_film(&c->sender, &s->film);
    s->film.video.width = pictures_width(r->pictures);
    s->film.video.height = pictures_height(r->pictures);
    pictures_fps(r->pictures, &s->film.video.fps_num, &s->film.video.fps_den);
    r->interval = USEC_SECOND * s->film.video.fps_den / s->film.video.fps_num;
}

struct reel *reel_open(const struct reel_config *config, char *why)
{
    const struct pictures_config pictures =
        sender_options_pictures(&config->condition->sender, config->loop);
    struct reel *r = calloc(1, sizeof *r);
    snprintf(why, CLI_WHY_MAX, "Out of memory.");
    if (!r)
        return NULL;
    r->config = *config;
    bool good = (r->pictures = pictures_open(&pictures, why, CLI_WHY_MAX));
    if (good)
        fill_showing(r);
    if (good && config->stills)
        good = stills_init(&r->stills, r->showing.film.video.width, r->showing.film.video.height,
                           config->stills);
    if (good)
        return r;
    reel_close(r);
    return NULL;
}

void reel_close(struct reel *r)
{
    if (!r)
        return;
    pictures_close(r->pictures);
    clapper_free(&r->clapper);
    stills_free(&r->stills);
    free(r);
}

const struct showing_config *reel_showing(const struct reel *r)
{
    return &r->showing;
}

const char *reel_warning(struct reel *r)
{
    return pictures_warning(r->pictures);
}

uint8_t *reel_strip(const struct reel *r, size_t *len)
{
    return r->stills.any ? still_webp(&r->stills.strip, len) : NULL;
}

// ---- figures -----------------------------------------------------------------------------------

static double kbps(uint64_t octets, usec time)
{
    return time > 0 ? (double)octets * 8000 / (double)time : 0;
}

static double rounded(double x, double steps)
{
    return round(x * steps) / steps;
}

static struct clapper_figures claps_of(struct reel *r, const struct sim_figures *f)
{
    usec frame = usec_from_units(r->config.condition->sender.voice.frame_samples, VOICE_RATE);
    return clapper_figures(&r->clapper, f->fates, frame);
}

static json_t *frames_json(const struct showing_figures *p)
{
    const struct film_stats *film = &p->film;
    const struct screen_stats *s = &p->screen;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:f, "
                     "s:f, s:f, s:f}",
                     "video_frames", (json_int_t)film->pictures, "video_frames_sent",
                     (json_int_t)film->frames, "video_frames_shown", (json_int_t)s->shown,
                     "video_frames_damaged", (json_int_t)s->damaged, "video_frames_dropped",
                     (json_int_t)s->dropped, "video_freezes", (json_int_t)p->freezes,
                     "video_frozen_ms", usec_to_ms(p->frozen), "video_frozen_percent",
                     p->sent_for ? rounded(100 * (double)p->frozen / (double)p->sent_for, 100) : 0,
                     "video_packets_sent", (json_int_t)film->packets, "video_packets_lost",
                     (json_int_t)s->packets_lost, "video_packets_asked", (json_int_t)s->asked,
                     "video_packets_again", (json_int_t)film->again, "video_key_frames",
                     (json_int_t)film->key_frames, "video_key_frames_asked",
                     (json_int_t)s->keys_asked, "video_kbps", kbps(film->octets, p->sent_for),
                     "video_kbps_wire", kbps(p->octets_wire, p->sent_for), "video_sync_mean_ms",
                     usec_to_ms(s->sync_mean), "video_sync_worst_ms", usec_to_ms(s->sync_worst));
}

// Logarithms differ in their last bits from one processor to the next: those are left out.
static json_t *score_json(const struct showing_figures *p)
{
    if (!p->compared)
        return json_pack("{s:n, s:n, s:n, s:n}", "video_psnr", "video_psnr_y", "video_ssim",
                         "video_ssim_least");
    return json_pack("{s:f, s:f, s:f, s:f}", "video_psnr", rounded(p->mean.psnr, 100),
                     "video_psnr_y", rounded(p->mean.psnr_y, 100), "video_ssim",
                     rounded(p->mean.ssim, 1e4), "video_ssim_least", rounded(p->ssim_least, 1e4));
}

static json_t *claps_json(const struct clapper_figures *c)
{
    json_t *json = json_pack("{s:I, s:I}", "video_flashes", (json_int_t)c->seconds,
                             "video_flashes_met", (json_int_t)c->met);
    json_t *apart = !c->met
                        ? NULL
                        : json_pack("{s:f, s:f, s:f}", "video_flash_mean_ms", usec_to_ms(c->mean),
                                    "video_flash_p95_ms", usec_to_ms(c->p95),
                                    "video_flash_worst_ms", usec_to_ms(c->worst));
    if (apart)
        json_object_update(json, apart);
    json_decref(apart);
    return json;
}

static bool take(json_t *record, json_t *part)
{
    bool good = part && json_object_update(record, part) == 0;
    json_decref(part);
    return good;
}

bool reel_record(struct reel *r, const struct sim_figures *f, json_t *record)
{
    const struct clapper_figures claps = claps_of(r, f);
    return !r->clapper.no_memory && take(record, frames_json(&f->pictures)) &&
           (!r->config.compare || take(record, score_json(&f->pictures))) &&
           (!r->config.beeps || take(record, claps_json(&claps)));
}

__attribute__((format(printf, 3, 4))) static void add(char *text, size_t cap, const char *format,
                                                      ...)
{
    size_t len = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + len, cap - len, format, args);
    va_end(args);
}

static const char *side(usec later)
{
    return later < 0 ? "before" : "after";
}

static void add_sync(struct reel *r, const struct sim_figures *f, char *text, size_t cap)
{
    const struct screen_stats *s = &f->pictures.screen;
    const struct clapper_figures c = claps_of(r, f);
    if (s->sync_count)
        add(text, cap,
            "  By the reports they were seen %.1f ms %s the voice that belongs to them.\n",
            fabs(usec_to_ms(s->sync_mean)), side(s->sync_mean));
    if (r->config.beeps && c.met)
        add(text, cap,
            "  By flash and beep %.1f ms %s it (95 %%: within %.1f ms; worst: %.1f ms %s); %zu of "
            "%zu came whole.\n",
            fabs(usec_to_ms(c.mean)), side(c.mean), usec_to_ms(c.p95), fabs(usec_to_ms(c.worst)),
            side(c.worst), c.met, c.seconds);
    else if (r->config.beeps)
        add(text, cap,
            "  No flash and its beep came whole, which would show how far apart they are.\n");
}

void reel_summary(struct reel *r, const struct sim_figures *f, char *text, size_t cap)
{
    const struct showing_figures *p = &f->pictures;
    const struct vp8_encoder_config *video = &r->showing.film.video;
    text[0] = '\0';
    add(text, cap,
        "Pictures of %dx%d: %llu sent at %.0f kb/s, %llu shown, %llu of them damaged; they stood "
        "still\n  %llu time%s, %.1f s in all. %llu packets were asked for, and %llu key frame%s.\n",
        video->width, video->height, (unsigned long long)p->film.frames,
        kbps(p->film.octets, p->sent_for), (unsigned long long)p->screen.shown,
        (unsigned long long)p->screen.damaged, (unsigned long long)p->freezes,
        p->freezes == 1 ? "" : "s", (double)p->frozen / 1e6, (unsigned long long)p->screen.asked,
        (unsigned long long)p->screen.keys_asked, p->screen.keys_asked == 1 ? "" : "s");
    if (p->compared)
        add(text, cap,
            "  What was on the screen was like what was sent: SSIM %.3f of 1, PSNR %.1f dB.\n",
            p->mean.ssim, p->mean.psnr);
    add_sync(r, f, text, cap);
}
