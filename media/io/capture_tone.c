// What stands in for a microphone: a tone, or silence, as much of it as time has passed.
#include "media/io/capture_driver.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/io/pace.h"
#include "media/io/tone.h"

#define LOWEST  1     // Hz
#define HIGHEST 20000 // Hz

struct capture_tone {
    struct capture base;
    int channels;
    struct pace pace;
    struct tone tone;  // of 0 Hz: silence
    uint64_t captured; // samples
    char name[40];
};

static struct capture *open_paced(const struct capture_config *config, struct tone tone, usec now,
                                  char *why, size_t cap)
{
    struct capture_tone *t = calloc(1, sizeof *t);
    if (t == NULL) {
        snprintf(why, cap, "not enough memory for a source of sound");
        return NULL;
    }
    t->channels = config->channels;
    t->pace = (struct pace){.start = now, .period = config->period};
    t->tone = tone;
    return &t->base;
}

// The frequency in millihertz; 0: no number, or outside of what can be heard.
static uint32_t millihertz_of(const char *text)
{
    if (!isdigit((unsigned char)text[0]))
        return 0;
    char *end;
    double hertz = strtod(text, &end);
    if (*end != '\0' || !(hertz >= LOWEST && hertz <= HIGHEST))
        return 0;
    return (uint32_t)(hertz * 1000 + 0.5);
}

static struct capture *tone_open(const struct capture_config *config, const char *argument,
                                 usec now, char *why, size_t cap)
{
    uint32_t millihertz = argument == NULL ? CAPTURE_TONE_HZ * 1000 : millihertz_of(argument);
    if (millihertz == 0) {
        snprintf(why, cap, "%s: the frequency is a number of hertz, %d to %d, as in tone:440",
                 config->source, LOWEST, HIGHEST);
        return NULL;
    }
    struct capture *c = open_paced(config, tone_of(millihertz), now, why, cap);
    if (c == NULL)
        return NULL;
    c->driver = &capture_tone_driver;
    struct capture_tone *t = (struct capture_tone *)c;
    snprintf(t->name, sizeof t->name, "tone of %.10g Hz", millihertz / 1000.0);
    return c;
}

static struct capture *silence_open(const struct capture_config *config, const char *argument,
                                    usec now, char *why, size_t cap)
{
    (void)argument;
    struct capture *c = open_paced(config, tone_of(0), now, why, cap);
    if (c == NULL)
        return NULL;
    c->driver = &capture_silence_driver;
    strcpy(((struct capture_tone *)c)->name, "silence");
    return c;
}

static struct capture_tone *tone_device(struct capture *c)
{
    return (struct capture_tone *)c;
}

static void tone_close(struct capture *c)
{
    free(tone_device(c));
}

static size_t tone_ready(struct capture *c, usec now)
{
    return pace_due(&tone_device(c)->pace, now);
}

static size_t tone_read(struct capture *c, usec now, int16_t *pcm, size_t samples)
{
    struct capture_tone *t = tone_device(c);
    size_t due = pace_due(&t->pace, now);
    if (samples > due)
        samples = due;
    tone_fill(&t->tone, pcm, samples, t->channels);
    pace_give(&t->pace, samples);
    t->captured += samples;
    return samples;
}

static enum sound_event tone_poll(struct capture *c, usec now)
{
    (void)c, (void)now;
    return SOUND_SAME;
}

static usec tone_next(const struct capture *c)
{
    return pace_next(&((const struct capture_tone *)c)->pace);
}

static struct capture_stats tone_stats(const struct capture *c)
{
    const struct capture_tone *t = (const struct capture_tone *)c;
    return (struct capture_stats){
        .overruns = t->pace.losses,
        .dropped = t->pace.lost,
        .captured = t->captured,
    };
}

static const char *tone_describe(const struct capture *c)
{
    return ((const struct capture_tone *)c)->name;
}

const struct capture_driver capture_tone_driver = {
    .name = "tone",
    .open = tone_open,
    .close = tone_close,
    .ready = tone_ready,
    .read = tone_read,
    .poll = tone_poll,
    .next = tone_next,
    .stats = tone_stats,
    .describe = tone_describe,
};

const struct capture_driver capture_silence_driver = {
    .name = "silence",
    .open = silence_open,
    .close = tone_close,
    .ready = tone_ready,
    .read = tone_read,
    .poll = tone_poll,
    .next = tone_next,
    .stats = tone_stats,
    .describe = tone_describe,
};
