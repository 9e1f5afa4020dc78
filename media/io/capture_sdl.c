// A microphone by SDL. SDL's thread calls back with a period of samples: it puts them into a ring
// and wakes the loop. A microphone that went away is silence, in time, until one can be opened
// again.
#include "media/io/capture_driver.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/io/pace.h"
#include "media/io/ring.h"
#include "media/io/sdl_audio.h"

#define RING    16384           // samples of each channel: a third of a second
#define CHECK   (250 * USEC_MS) // between looks at the device
#define STALLED 8               // looks at which the device gave nothing: it is lost
#define RETRY   USEC_SECOND

struct capture_sdl {
    struct capture base;
    struct capture_config config;
    uint32_t id; // 0: lost
    int period;  // samples, as the device has it
    char name[128];

    // Shared with SDL's thread.
    struct ring *ring;
    atomic_uint_fast64_t captured; // samples
    atomic_uint_fast64_t dropped;  // samples
    atomic_uint_fast64_t overruns; // times
    bool full;                     // of SDL's thread alone

    // The loop's.
    uint64_t captured_at_check;
    int stalled; // looks
    usec check_at;
    struct pace pace; // while lost
    uint64_t lost;    // times
};

static struct capture_sdl *sdl_of(struct capture *c)
{
    return (struct capture_sdl *)c;
}

// In SDL's thread.
static void put(void *ctx, uint8_t *from, int len)
{
    struct capture_sdl *c = ctx;
    size_t channels = (size_t)c->config.channels;
    size_t samples = (size_t)len / sizeof(int16_t) / channels;
    size_t room = ring_room(c->ring) / channels;
    size_t fits = samples < room ? samples : room;
    ring_write(c->ring, (const int16_t *)(const void *)from, fits * channels);
    if (fits < samples && !c->full)
        atomic_fetch_add(&c->overruns, 1);
    c->full = fits < samples;
    atomic_fetch_add(&c->dropped, samples - fits);
    atomic_fetch_add(&c->captured, samples);
    if (c->config.wakeup != NULL)
        c->config.wakeup(c->config.ctx);
}

static bool start(struct capture_sdl *c, const char *device, usec now, char *why, size_t cap)
{
    struct sdl_audio_config config = {
        .device = device,
        .capture = true,
        .channels = c->config.channels,
        .period = c->config.period,
        .callback = put,
        .ctx = c,
    };
    c->full = false;
    c->id = sdl_audio_open(&config, &c->period, why, cap);
    if (c->id == 0)
        return false;
    c->stalled = 0;
    c->check_at = now + CHECK;
    snprintf(c->name, sizeof c->name, "%s: %s", sdl_audio_server(),
             device == NULL ? "default microphone" : device);
    return true;
}

static void sdl_close(struct capture *base)
{
    struct capture_sdl *c = sdl_of(base);
    sdl_audio_close(c->id);
    sdl_audio_stop();
    ring_free(c->ring);
    free(c);
}

static struct capture *sdl_open(const struct capture_config *config, const char *device, usec now,
                                char *why, size_t cap)
{
    struct capture_sdl *c = calloc(1, sizeof *c);
    if (c != NULL)
        c->ring = ring_new((size_t)(RING * config->channels));
    if (c == NULL || c->ring == NULL)
        snprintf(why, cap, "not enough memory for a microphone");
    if (c == NULL || c->ring == NULL || !sdl_audio_start(true, why, cap)) {
        if (c != NULL)
            ring_free(c->ring);
        free(c);
        return NULL;
    }
    c->base.driver = &capture_sdl_driver;
    c->config = *config;
    c->period = config->period;
    if (start(c, device, now, why, cap))
        return &c->base;
    sdl_close(&c->base);
    return NULL;
}

static bool stalls(struct capture_sdl *c)
{
    uint64_t captured = atomic_load(&c->captured);
    c->stalled = captured == c->captured_at_check ? c->stalled + 1 : 0;
    c->captured_at_check = captured;
    return c->stalled >= STALLED;
}

static enum sound_event sdl_poll(struct capture *base, usec now)
{
    struct capture_sdl *c = sdl_of(base);
    if (now < c->check_at)
        return SOUND_SAME;
    if (c->id == 0) {
        char why[SOUND_TEXT];
        c->check_at = now + RETRY;
        return start(c, NULL, now, why, sizeof why) ? SOUND_BACK : SOUND_SAME;
    }
    c->check_at = now + CHECK;
    if (!stalls(c) && sdl_audio_alive(c->id))
        return SOUND_SAME;
    sdl_audio_close(c->id);
    c->id = 0;
    c->lost++;
    c->pace = (struct pace){.start = now, .period = c->period};
    c->check_at = now + RETRY;
    return SOUND_LOST;
}

// What the ring still holds, then the silence of a lost microphone.
static size_t sdl_ready(struct capture *base, usec now)
{
    struct capture_sdl *c = sdl_of(base);
    size_t level = ring_level(c->ring) / (size_t)c->config.channels;
    return level + (c->id == 0 ? pace_due(&c->pace, now) : 0);
}

static size_t sdl_read(struct capture *base, usec now, int16_t *pcm, size_t samples)
{
    struct capture_sdl *c = sdl_of(base);
    size_t channels = (size_t)c->config.channels;
    size_t got = ring_read(c->ring, pcm, samples * channels) / channels;
    if (c->id != 0)
        return got;
    size_t due = pace_due(&c->pace, now);
    size_t more = samples - got < due ? samples - got : due;
    memset(pcm + got * channels, 0, more * channels * sizeof *pcm);
    pace_give(&c->pace, more);
    return got + more;
}

static usec sdl_next(const struct capture *base)
{
    const struct capture_sdl *c = (const struct capture_sdl *)base;
    return c->id == 0 ? usec_min(c->check_at, pace_next(&c->pace)) : c->check_at;
}

static struct capture_stats sdl_stats(const struct capture *base)
{
    const struct capture_sdl *c = (const struct capture_sdl *)base;
    return (struct capture_stats){
        .overruns = atomic_load(&c->overruns),
        .dropped = atomic_load(&c->dropped),
        .captured = atomic_load(&c->captured),
        .lost = c->lost,
    };
}

static const char *sdl_describe(const struct capture *base)
{
    return ((const struct capture_sdl *)base)->name;
}

static size_t sdl_list(void (*each)(void *ctx, const char *name), void *ctx)
{
    return sdl_audio_list(true, each, ctx);
}

const struct capture_driver capture_sdl_driver = {
    .name = "mic",
    .open = sdl_open,
    .close = sdl_close,
    .ready = sdl_ready,
    .read = sdl_read,
    .poll = sdl_poll,
    .next = sdl_next,
    .stats = sdl_stats,
    .describe = sdl_describe,
    .list = sdl_list,
};
