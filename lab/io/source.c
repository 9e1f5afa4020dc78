// What is said in an experiment: see source.h.
#include "lab/io/source.h"

#include "media/io/cli.h"
#include "media/io/input.h"
#include "media/voice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENDLESS (20 * USEC_SECOND) // so much of what has no end

struct source {
    struct source_config config;
    struct input *input;
    size_t read, most; // samples
    size_t lap;        // samples read since the last beginning
    int16_t *kept;
    size_t room; // samples
    bool no_memory;
};

bool source_duration(void *duration, const char *value, char *why)
{
    return cli_seconds(value, 1e6, duration, why);
}

struct source *source_open(const struct source_config *config, char *why, size_t cap)
{
    struct input_config input = {.source = config->name, .channels = config->channels};
    struct source *s = calloc(1, sizeof *s);
    if (!s) {
        snprintf(why, cap, "no memory");
        return NULL;
    }
    s->config = *config;
    usec duration = config->duration || !input_is_tone(config->name) ? config->duration : ENDLESS;
    s->most = duration ? (size_t)usec_to_units(duration, VOICE_RATE) : SIZE_MAX;
    s->input = input_open(&input, why, cap);
    if (!s->input) {
        source_close(s);
        return NULL;
    }
    return s;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    input_close(s->input);
    free(s->kept);
    free(s);
}

static void keep(struct source *s, const int16_t *pcm, size_t samples)
{
    size_t width = (size_t)s->config.channels * sizeof *pcm;
    while (s->room - s->read < samples) {
        size_t room = s->room ? 2 * s->room : 16 * (size_t)VOICE_RATE;
        int16_t *kept = realloc(s->kept, room * width);
        if (!kept) {
            s->no_memory = true;
            s->most = s->read; // what cannot be scored is not said
            return;
        }
        s->kept = kept;
        s->room = room;
    }
    memcpy(s->kept + s->read * (size_t)s->config.channels, pcm, samples * width);
}

static size_t read_samples(void *ctx, int16_t *pcm, size_t samples)
{
    struct source *s = ctx;
    size_t left = s->most - s->read;
    size_t n = input_read(s->input, 0, pcm, samples < left ? samples : left);
    if (s->config.keep && n)
        keep(s, pcm, n);
    n = s->no_memory ? 0 : n;
    s->read += n;
    s->lap += n;
    return n;
}

static bool again(void *ctx)
{
    struct source *s = ctx;
    if (!s->config.loop || !s->lap || s->read >= s->most)
        return false;
    s->lap = 0;
    return input_rewind(s->input);
}

struct feed_source source_feed(struct source *s)
{
    return (struct feed_source){.read = read_samples, .again = again, .ctx = s};
}

size_t source_samples(const struct source *s)
{
    return s->read;
}

const int16_t *source_kept(const struct source *s)
{
    return s->kept;
}

const char *source_warning(const struct source *s)
{
    return s->no_memory ? "there is no memory for more of the source" : input_warning(s->input);
}

int16_t *source_load(const struct source_config *config, size_t *samples, char *why, size_t cap)
{
    struct source_config kept = *config;
    int16_t pcm[2 * 960];
    kept.keep = true;
    struct source *s = source_open(&kept, why, cap);
    if (!s)
        return NULL;
    while (read_samples(s, pcm, 960))
        ;
    if (source_warning(s))
        fprintf(stderr, "voz-lab: %s\n", source_warning(s));
    if (!s->read)
        snprintf(why, cap, "%s: there is no sound in it", config->name);
    *samples = s->read;
    int16_t *all = s->read ? s->kept : NULL;
    if (all)
        s->kept = NULL; // it is the caller's
    source_close(s);
    return all;
}
