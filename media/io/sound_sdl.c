// Playback by SDL. SDL's thread calls back for a period of samples: it takes them from a ring, which
// is all it shares with the loop, and wakes the loop. Where the ring has too few it asks for the rest
// and waits a moment: SDL and the sound server hold enough to play meanwhile, and what is made as late
// as this is heard the soonest.
//
// When the loop did not come in that moment there was silence, and from then on a period more is kept
// in the ring, the target. After ten seconds without another it is half of that. No more at a time: some
// milliseconds of silence in ten seconds are not worth much delay.
#include "media/io/sound_driver.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "media/io/pace.h"
#include "media/io/ring.h"
#include "media/io/sdl_audio.h"

#define RING        16384              // samples of each channel: a third of a second
#define TARGET_MOST (SOUND_RATE / 16)  // samples: 62.5 ms
#define CALM        (10 * USEC_SECOND) // then less may be kept
#define OPENING     8                  // periods that a device may take at once when it opens

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
    atomic_size_t asked;            // samples that the callback lacks
    sem_t given;                    // some were written since
    bool dry;                       // of SDL's thread alone
    uint64_t opened;                // `taken` at that time

    // The loop's.
    size_t target;           // samples
    uint64_t underruns_seen; // by the target
    usec calm_end;
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

static void run_dry(struct sound_sdl *s, size_t missing, size_t period)
{
    if (!atomic_load(&s->begun))
        return;
    if (!s->dry && atomic_load(&s->taken) - s->opened >= OPENING * period)
        atomic_fetch_add(&s->underruns, 1);
    atomic_fetch_add(&s->silence, missing);
}

static void wake(struct sound_sdl *s)
{
    if (s->config.wakeup != NULL)
        s->config.wakeup(s->config.ctx);
}

// The time in which half of what SDL and the sound server have is played.
static struct timespec patience(const struct sound_sdl *s)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += (long)(1000 * usec_from_units(s->device.held / 2, SOUND_RATE));
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

// Asks the loop for what the ring lacks, and waits for it. How many values came.
static size_t ask(struct sound_sdl *s, int16_t *to, size_t values)
{
    size_t got = 0, channels = (size_t)s->config.channels;
    struct timespec end = patience(s);
    bool waiting = s->config.wakeup != NULL;
    while (waiting && got < values) {
        atomic_store(&s->asked, (values - got) / channels);
        wake(s);
        waiting = sem_clockwait(&s->given, CLOCK_MONOTONIC, &end) == 0 || errno == EINTR;
        atomic_store(&s->asked, 0);
        got += ring_read(s->ring, to + got, values - got);
    }
    return got;
}

static void take(void *ctx, uint8_t *octets, int len)
{
    struct sound_sdl *s = ctx;
    int16_t *to = (int16_t *)(void *)octets;
    size_t channels = (size_t)s->config.channels;
    size_t values = (size_t)len / sizeof *to;
    atomic_store(&s->asked, 0);
    size_t got = ring_read(s->ring, to, values);
    bool asks = got < values && !s->dry;
    if (asks)
        got += ask(s, to + got, values - got);
    memset(to + got, 0, (values - got) * sizeof *to);
    if (got < values) {
        run_dry(s, (values - got) / channels, values / channels);
        atomic_store(&s->asked, values / channels); // of the next period
    }
    s->dry = got < values;
    atomic_fetch_add(&s->taken, values / channels);
    if (s->dry || !asks)
        wake(s);
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
    s->dry = true; // nobody is waited for who has not begun
    s->opened = atomic_load(&s->taken);
    atomic_store(&s->begun, false);
    if (!sdl_audio_open(&s->device, &config, now, why, cap))
        return false;
    s->target = 0;
    s->taken_at = now;
    s->calm_end = now + CALM;
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
    sem_destroy(&s->given);
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
    sem_init(&s->given, 0, 0);
    sdl_audio_hurry();
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
        size_t target = s->target + period;
        s->target = target < TARGET_MOST ? target : TARGET_MOST;
    } else if (now < s->calm_end) {
        return;
    } else {
        s->target = s->target / 2 / period * period;
    }
    s->underruns_seen = underruns;
    s->calm_end = now + CALM;
}

static size_t sdl_wanted(struct sound *base, usec now)
{
    struct sound_sdl *s = sdl_of(base);
    if (s->device.id == 0)
        return pace_due(&s->pace, now);
    adapt(s, now);
    size_t level = ring_level(s->ring) / (size_t)s->config.channels;
    size_t wanted = s->target + atomic_load(&s->asked);
    return wanted > level ? wanted - level : 0;
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
    if (atomic_load(&s->asked) > 0)
        sem_post(&s->given);
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
    size_t held = (size_t)s->device.held, period = (size_t)s->device.period;
    size_t since = (size_t)usec_to_units(now - s->taken_at, SOUND_RATE);
    size_t level = ring_level(s->ring) / (size_t)s->config.channels;
    bool asked = atomic_load(&s->asked) > 0; // for the next period; else it will be a period later
    return level + held + (asked || since > period ? 0 : period - since);
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
        .delay = s->device.id == 0 ? 0 : (int)s->target + s->device.held,
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
