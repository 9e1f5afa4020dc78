// Playback by SDL. SDL's thread calls back for a period of samples: it takes them from a ring,
// which is all it shares with the loop, and wakes the loop, which tops the ring up to the target.
//
// The target is two periods at first: one that the device takes, one for the time the loop needs to
// come. When that was not enough the ring ran dry and the target grows by a period; when for ten
// seconds there was always a period too much it falls again.
#include "media/io/sound_driver.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/io/pace.h"
#include "media/io/ring.h"
#include "media/io/sdl_audio.h"

#define RING           16384              // samples of each channel: a third of a second
#define TARGET_PERIODS 2                  // at least
#define TARGET_MOST    (SOUND_RATE / 16)  // samples: 62.5 ms
#define WINDOW         (10 * USEC_SECOND) // of looking for a level that is too high
#define NO_LEVEL       ((size_t)-1)

struct sound_sdl {
    struct sound base;
    struct sound_config config;
    struct sdl_audio device;

    // Shared with SDL's thread.
    struct ring *ring;
    atomic_bool begun;              // something was written since the device was opened
    atomic_uint_fast64_t taken;     // samples
    atomic_uint_fast64_t silence;   // samples
    atomic_uint_fast64_t underruns; // times
    atomic_size_t lowest;           // samples that were left after a period was taken
    bool dry;                       // of SDL's thread alone

    // The loop's.
    size_t target;           // samples
    uint64_t underruns_seen; // by the target
    usec window_end;
    uint64_t taken_seen; // when it changed last
    usec taken_at;
    struct pace pace; // while lost
    uint64_t played;  // samples, while lost
    uint64_t lost;    // times
};

static struct sound_sdl *sdl_of(struct sound *s)
{
    return (struct sound_sdl *)s;
}

// ---- in SDL's thread ---------------------------------------------------------------------------

static void run_dry(struct sound_sdl *s, size_t missing)
{
    if (!s->dry)
        atomic_fetch_add(&s->underruns, 1);
    s->dry = true;
    atomic_fetch_add(&s->silence, missing);
}

static void take(void *ctx, uint8_t *to, int len)
{
    struct sound_sdl *s = ctx;
    size_t channels = (size_t)s->config.channels;
    size_t values = (size_t)len / sizeof(int16_t);
    size_t got = ring_read(s->ring, (int16_t *)(void *)to, values);
    memset(to + got * sizeof(int16_t), 0, (values - got) * sizeof(int16_t));
    size_t left = ring_level(s->ring) / channels;
    if (got == values)
        s->dry = false;
    else if (atomic_load(&s->begun))
        run_dry(s, (values - got) / channels);
    if (left < atomic_load(&s->lowest))
        atomic_store(&s->lowest, left);
    atomic_fetch_add(&s->taken, values / channels);
    if (s->config.wakeup != NULL)
        s->config.wakeup(s->config.ctx);
}

// ---- the device comes and goes -----------------------------------------------------------------

static bool start(struct sound_sdl *s, const char *device, usec now, char *why, size_t cap)
{
    struct sdl_audio_config config = {
        .device = device,
        .channels = s->config.channels,
        .period = s->config.period,
        .callback = take,
        .ctx = s,
    };
    s->dry = false;
    atomic_store(&s->begun, false);
    atomic_store(&s->lowest, NO_LEVEL);
    if (!sdl_audio_open(&s->device, &config, now, why, cap))
        return false;
    s->target = (size_t)(TARGET_PERIODS * s->device.period);
    s->taken_at = now;
    s->window_end = now + WINDOW;
    return true;
}

static void lose(struct sound_sdl *s, usec now)
{
    s->lost++;
    int16_t gone[256];
    while (ring_read(s->ring, gone, sizeof gone / sizeof *gone) > 0)
        ;
    int period = s->device.period;
    s->pace = (struct pace){.start = now, .period = period, .lead = period};
}

static void sdl_close(struct sound *base)
{
    struct sound_sdl *s = sdl_of(base);
    sdl_audio_close(&s->device);
    sdl_audio_stop();
    ring_free(s->ring);
    free(s);
}

static struct sound *sdl_open(const struct sound_config *config, const char *device, usec now,
                              char *why, size_t cap)
{
    struct sound_sdl *s = calloc(1, sizeof *s);
    if (s != NULL)
        s->ring = ring_new((size_t)(RING * config->channels));
    if (s == NULL || s->ring == NULL)
        snprintf(why, cap, "not enough memory for a playback device");
    if (s == NULL || s->ring == NULL || !sdl_audio_start(false, why, cap)) {
        if (s != NULL)
            ring_free(s->ring);
        free(s);
        return NULL;
    }
    s->base.driver = &sound_sdl_driver;
    s->config = *config;
    if (start(s, device, now, why, cap))
        return &s->base;
    sdl_close(&s->base);
    return NULL;
}

static enum sound_event sdl_poll(struct sound *base, usec now)
{
    struct sound_sdl *s = sdl_of(base);
    char why[SOUND_TEXT];
    switch (sdl_audio_look(&s->device, now, atomic_load(&s->taken))) {
    case SDL_AUDIO_RETRY:
        return start(s, NULL, now, why, sizeof why) ? SOUND_BACK : SOUND_SAME;
    case SDL_AUDIO_LOST:
        lose(s, now);
        return SOUND_LOST;
    case SDL_AUDIO_SAME:
        break;
    }
    return SOUND_SAME;
}

// ---- the level ---------------------------------------------------------------------------------

static void adapt(struct sound_sdl *s, usec now)
{
    uint64_t underruns = atomic_load(&s->underruns);
    size_t period = (size_t)s->device.period;
    if (underruns != s->underruns_seen) {
        if (s->target + period <= TARGET_MOST)
            s->target += period;
    } else if (now < s->window_end) {
        return;
    } else if (atomic_load(&s->lowest) >= period && s->target > TARGET_PERIODS * period) {
        s->target -= period;
    }
    s->underruns_seen = underruns;
    s->window_end = now + WINDOW;
    atomic_store(&s->lowest, NO_LEVEL);
}

static size_t sdl_wanted(struct sound *base, usec now)
{
    struct sound_sdl *s = sdl_of(base);
    if (s->device.id == 0)
        return pace_due(&s->pace, now);
    adapt(s, now);
    size_t level = ring_level(s->ring) / (size_t)s->config.channels;
    return s->target > level ? s->target - level : 0;
}

static size_t sdl_write(struct sound *base, usec now, const int16_t *pcm, size_t samples)
{
    struct sound_sdl *s = sdl_of(base);
    (void)now;
    if (s->device.id == 0) {
        pace_give(&s->pace, samples);
        s->played += samples;
        return samples;
    }
    size_t channels = (size_t)s->config.channels;
    size_t room = ring_room(s->ring) / channels;
    size_t taken =
        ring_write(s->ring, pcm, (samples < room ? samples : room) * channels) / channels;
    if (taken > 0)
        atomic_store(&s->begun, true);
    return taken;
}

// ---- what is known of it -----------------------------------------------------------------------

static size_t sdl_delay(struct sound *base, usec now)
{
    struct sound_sdl *s = sdl_of(base);
    if (s->device.id == 0)
        return 0;
    uint64_t taken = atomic_load(&s->taken);
    if (taken != s->taken_seen) {
        s->taken_seen = taken;
        s->taken_at = now;
    }
    size_t behind = (size_t)sdl_audio_behind(s->device.period);
    size_t since = (size_t)usec_to_units(now - s->taken_at, SOUND_RATE);
    size_t level = ring_level(s->ring) / (size_t)s->config.channels;
    return level + behind - (since < (size_t)s->device.period ? since : (size_t)s->device.period);
}

static usec sdl_next(const struct sound *base)
{
    const struct sound_sdl *s = (const struct sound_sdl *)base;
    usec check_at = s->device.check_at;
    return s->device.id == 0 ? usec_min(check_at, pace_next(&s->pace)) : check_at;
}

static struct sound_stats sdl_stats(const struct sound *base)
{
    const struct sound_sdl *s = (const struct sound_sdl *)base;
    return (struct sound_stats){
        .underruns = atomic_load(&s->underruns),
        .silence = atomic_load(&s->silence),
        .played = atomic_load(&s->taken) + s->played,
        .lost = s->lost,
        .period = s->device.period,
        .target = (int)s->target,
    };
}

static const char *sdl_describe(const struct sound *base)
{
    return ((const struct sound_sdl *)base)->device.name;
}

static size_t sdl_list(void (*each)(void *ctx, const char *name), void *ctx)
{
    return sdl_audio_list(false, each, ctx);
}

const struct sound_driver sound_sdl_driver = {
    .name = "sdl",
    .open = sdl_open,
    .close = sdl_close,
    .wanted = sdl_wanted,
    .write = sdl_write,
    .delay = sdl_delay,
    .poll = sdl_poll,
    .next = sdl_next,
    .stats = sdl_stats,
    .describe = sdl_describe,
    .list = sdl_list,
};
