// A microphone by SDL. SDL's thread calls back with a period of samples: it puts them into a ring
// and wakes the loop. A microphone that went away is silence, in time, until one can be opened
// again.
#include "media/io/capture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/io/pace.h"
#include "media/io/ring.h"
#include "media/io/sdl_audio.h"

#define SOURCE "mic"
#define RING   16384 // samples of each channel: a third of a second

struct capture {
    struct capture_config config;
    struct sdl_audio device;

    // Shared with SDL's thread.
    struct ring *ring;
    atomic_uint_fast64_t captured; // samples

    struct pace pace; // the loop's, while lost
};

// What stands after "mic:" (NULL: nothing does) or, as false, that `source` is none of ours.
static bool device_of(const char *source, const char **device)
{
    size_t len = strlen(SOURCE);
    if (strncmp(source, SOURCE, len) != 0 || (source[len] != ':' && source[len] != '\0'))
        return false;
    *device = source[len] == '\0' || source[len + 1] == '\0' ? NULL : source + len + 1;
    return true;
}

// In SDL's thread.
static void put(void *ctx, uint8_t *from, int len)
{
    struct capture *c = ctx;
    size_t channels = (size_t)c->config.channels;
    size_t samples = (size_t)len / sizeof(int16_t) / channels;
    size_t room = ring_room(c->ring) / channels;
    size_t fits = samples < room ? samples : room;
    ring_write(c->ring, (const int16_t *)(const void *)from, fits * channels);
    atomic_fetch_add(&c->captured, samples);
    if (c->config.wakeup != NULL)
        c->config.wakeup(c->config.ctx);
}

static bool start(struct capture *c, const char *device, usec now, char *why, size_t cap)
{
    struct sdl_audio_config config = {
        .device = device,
        .capture = true,
        .channels = c->config.channels,
        .period = c->config.period,
        .callback = put,
        .ctx = c,
    };
    return sdl_audio_open(&c->device, &config, now, why, cap);
}

void capture_close(struct capture *c)
{
    if (c == NULL)
        return;
    sdl_audio_close(&c->device);
    sdl_audio_stop();
    ring_free(c->ring);
    free(c);
}

struct capture *capture_open(const struct capture_config *config, usec now, char *why, size_t cap)
{
    const char *device;
    if (!device_of(config->source, &device)) {
        snprintf(why, cap, "%s: no such source of sound; there are mic and mic:DEVICE",
                 config->source);
        return NULL;
    }
    struct capture *c = calloc(1, sizeof *c);
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
    c->config = *config;
    if (c->config.period == 0)
        c->config.period = SOUND_PERIOD;
    if (start(c, device, now, why, cap))
        return c;
    capture_close(c);
    return NULL;
}

enum sound_event capture_poll(struct capture *c, usec now)
{
    char why[SOUND_TEXT];
    switch (sdl_audio_look(&c->device, now, atomic_load(&c->captured))) {
    case SDL_AUDIO_RETRY:
        return start(c, NULL, now, why, sizeof why) ? SOUND_BACK : SOUND_SAME;
    case SDL_AUDIO_LOST:
        c->pace = (struct pace){.start = now, .period = c->device.period};
        return SOUND_LOST;
    case SDL_AUDIO_SAME:
        break;
    }
    return SOUND_SAME;
}

// What the ring still holds, then the silence of a lost microphone.
size_t capture_ready(struct capture *c, usec now)
{
    size_t level = ring_level(c->ring) / (size_t)c->config.channels;
    return level + (c->device.id == 0 ? pace_due(&c->pace, now) : 0);
}

size_t capture_read(struct capture *c, usec now, int16_t *pcm, size_t samples)
{
    size_t channels = (size_t)c->config.channels;
    size_t got = ring_read(c->ring, pcm, samples * channels) / channels;
    if (c->device.id != 0)
        return got;
    size_t due = pace_due(&c->pace, now);
    size_t more = samples - got < due ? samples - got : due;
    memset(pcm + got * channels, 0, more * channels * sizeof *pcm);
    pace_give(&c->pace, more);
    return got + more;
}

// A period is given when it is full; the device or the sound server has about another one.
size_t capture_delay(struct capture *c, usec now)
{
    return capture_ready(c, now) + (size_t)c->device.period;
}

usec capture_next(const struct capture *c)
{
    usec check_at = c->device.check_at;
    return c->device.id == 0 ? usec_min(check_at, pace_next(&c->pace)) : check_at;
}

const char *capture_name(const struct capture *c)
{
    return c->device.name;
}

size_t capture_list(void (*each)(void *ctx, const char *name), void *ctx)
{
    return sdl_audio_list(true, each, ctx);
}
