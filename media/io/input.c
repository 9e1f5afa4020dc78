// What can be sent: see input.h. Each kind is a row of `kinds`.
#include "media/io/input.h"

#include "media/io/audio.h"
#include "media/io/capture.h"
#include "media/io/speech.h"
#include "media/io/tone.h"
#include "media/pattern.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_ENOUGH 8192 // octets: a pipe may never hold a whole frame
#define TONE_HZ     440  // of a "tone" without a number

struct kind {
    bool (*check)(const char *rest, char *why, size_t cap); // NULL: any `rest` will do
    bool (*open)(struct input *in, const char *rest, char *why, size_t cap);
    size_t (*read)(struct input *in, usec now, int16_t *pcm, size_t samples);
    bool (*ready)(struct input *in, usec now, size_t samples); // NULL: always
    bool (*rewind)(struct input *in);
    bool live; // it sets the pace
};

struct input {
    struct input_config config;
    const struct kind *kind;
    struct audio_reader *file;
    struct capture *mic;
    struct tone tone;
    int64_t position; // of the test picture's sound, samples
    char name[INPUT_TEXT];
};

// ---- files and speech --------------------------------------------------------------------------

static bool check_file(const char *path, char *why, size_t cap)
{
    if (*path)
        return true;
    snprintf(why, cap, "The SOURCE is empty: name a file, or speech, tone, mic.");
    return false;
}

static bool open_file(struct input *in, const char *path, char *why, size_t cap)
{
    struct audio_reader_config config = {.path = path, .channels = in->config.channels};
    in->file = audio_reader_new(&config, why, cap);
    snprintf(in->name, sizeof in->name, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
    return in->file;
}

static bool check_speech(const char *language, char *why, size_t cap)
{
    const void *data;
    size_t len;
    if (speech_clip(*language ? language : "en", &data, &len))
        return true;
    snprintf(why, cap, "There is no built-in speech:%s. There is speech:en and speech:pt.",
             language);
    return false;
}

static bool open_speech(struct input *in, const char *language, char *why, size_t cap)
{
    struct audio_reader_config config = {.path = "the built-in speech",
                                         .channels = in->config.channels};
    speech_clip(*language ? language : "en", &config.data, &config.len);
    in->file = audio_reader_new(&config, why, cap);
    snprintf(in->name, sizeof in->name, "the built-in speech (%s)",
             strcmp(language, "pt") == 0 ? "Portuguese" : "English");
    return in->file;
}

static size_t read_file(struct input *in, usec now, int16_t *pcm, size_t samples)
{
    (void)now;
    return audio_read(in->file, pcm, samples);
}

static bool rewind_file(struct input *in)
{
    char why[INPUT_TEXT];
    return audio_rewind(in->file, why, sizeof why);
}

// A pipe is ready when it holds something worth reading, or its writer has gone; a file that stands
// in for one, always.
static bool pipe_ready(struct input *in, usec now, size_t samples)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    struct stat kind;
    int held = 0;
    (void)now;
    (void)in;
    (void)samples;
    if (fstat(STDIN_FILENO, &kind) == 0 && S_ISREG(kind.st_mode))
        return true;
    if (poll(&fd, 1, 0) <= 0)
        return false;
    if (fd.revents & (POLLHUP | POLLERR | POLLNVAL))
        return true;
    return ioctl(STDIN_FILENO, FIONREAD, &held) != 0 || held == 0 || held >= PIPE_ENOUGH;
}

static bool rewind_pipe(struct input *in)
{
    (void)in;
    return false;
}

// ---- tone and microphone -----------------------------------------------------------------------

static bool check_tone(const char *hertz, char *why, size_t cap)
{
    char *end = NULL;
    double hz = *hertz ? strtod(hertz, &end) : TONE_HZ;
    if (!(end && *end) && hz >= 1 && hz <= 20000)
        return true;
    snprintf(why, cap, "tone:%s is not a frequency from 1 to 20000 Hz; try tone:%d.", hertz,
             TONE_HZ);
    return false;
}

static bool open_tone(struct input *in, const char *hertz, char *why, size_t cap)
{
    double hz = *hertz ? strtod(hertz, NULL) : TONE_HZ;
    (void)why;
    (void)cap;
    in->tone = tone_of((uint32_t)(hz * 1000 + 0.5));
    snprintf(in->name, sizeof in->name, "a tone of %g Hz", hz);
    return true;
}

static size_t read_tone(struct input *in, usec now, int16_t *pcm, size_t samples)
{
    (void)now;
    tone_fill(&in->tone, pcm, samples, in->config.channels);
    return samples;
}

static bool rewind_nothing(struct input *in)
{
    (void)in;
    return true;
}

static bool open_pattern(struct input *in, const char *rest, char *why, size_t cap)
{
    (void)rest;
    (void)why;
    (void)cap;
    snprintf(in->name, sizeof in->name, "a beep every second");
    return true;
}

static size_t read_pattern(struct input *in, usec now, int16_t *pcm, size_t samples)
{
    (void)now;
    pattern_sound(pcm, samples, in->config.channels, in->position);
    in->position += (int64_t)samples;
    return samples;
}

static bool rewind_pattern(struct input *in)
{
    in->position = 0;
    return true;
}

static bool open_mic(struct input *in, const char *device, char *why, size_t cap)
{
    char source[INPUT_TEXT];
    snprintf(source, sizeof source, *device ? "mic:%s" : "mic%s", device);
    struct capture_config config = {
        .source = source,
        .channels = in->config.channels,
        .wakeup = in->config.wakeup,
        .ctx = in->config.ctx,
    };
    in->mic = capture_open(&config, 0, why, cap);
    if (in->mic)
        snprintf(in->name, sizeof in->name, "%s", capture_name(in->mic));
    return in->mic;
}

static size_t read_mic(struct input *in, usec now, int16_t *pcm, size_t samples)
{
    return capture_read(in->mic, now, pcm, samples);
}

static bool mic_ready(struct input *in, usec now, size_t samples)
{
    return capture_ready(in->mic, now) >= samples;
}

// ---- the choice --------------------------------------------------------------------------------

static const struct kind file_kind = {check_file, open_file, read_file, NULL, rewind_file, false};
static const struct kind pipe_kind = {NULL, open_file, read_file, pipe_ready, rewind_pipe, false};

static const struct {
    const char *word;
    struct kind kind;
} kinds[] = {
    {"speech", {check_speech, open_speech, read_file, NULL, rewind_file, false}},
    {"tone", {check_tone, open_tone, read_tone, NULL, rewind_nothing, false}},
    {"pattern", {NULL, open_pattern, read_pattern, NULL, rewind_pattern, false}},
    {"mic", {NULL, open_mic, read_mic, mic_ready, rewind_nothing, true}},
};

static const struct kind *find_kind(const char *source, const char **rest)
{
    *rest = source;
    if (strcmp(source, "-") == 0)
        return &pipe_kind;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t len = strlen(kinds[i].word);
        if (strncmp(source, kinds[i].word, len) != 0 || (source[len] && source[len] != ':'))
            continue;
        *rest = source[len] ? source + len + 1 : "";
        return &kinds[i].kind;
    }
    return &file_kind;
}

bool input_check(const char *source, char *why, size_t cap)
{
    const char *rest;
    const struct kind *kind = find_kind(source, &rest);
    return !kind->check || kind->check(rest, why, cap);
}

bool input_is_tone(const char *source)
{
    const char *rest;
    const struct kind *kind = find_kind(source, &rest);
    return kind->read == read_tone || kind->read == read_pattern;
}

struct input *input_open(const struct input_config *config, char *why, size_t cap)
{
    const char *rest;
    if (!input_check(config->source, why, cap))
        return NULL;
    struct input *in = calloc(1, sizeof *in);
    if (!in) {
        snprintf(why, cap, "Out of memory.");
        return NULL;
    }
    in->config = *config;
    in->kind = find_kind(config->source, &rest);
    if (!in->kind->open(in, rest, why, cap)) {
        input_close(in);
        return NULL;
    }
    return in;
}

void input_close(struct input *in)
{
    if (!in)
        return;
    audio_reader_free(in->file);
    capture_close(in->mic);
    free(in);
}

bool input_is_live(const struct input *in)
{
    return in->kind->live;
}

bool input_ready(struct input *in, usec now, size_t samples)
{
    return !in->kind->ready || in->kind->ready(in, now, samples);
}

size_t input_read(struct input *in, usec now, int16_t *pcm, size_t samples)
{
    return in->kind->read(in, now, pcm, samples);
}

size_t input_delay(struct input *in, usec now)
{
    return in->mic ? capture_delay(in->mic, now) : 0;
}

bool input_rewind(struct input *in)
{
    return in->kind->rewind(in);
}

usec input_next(const struct input *in)
{
    return in->mic ? capture_next(in->mic) : USEC_NEVER;
}

const char *input_name(const struct input *in)
{
    return in->name;
}

const char *input_warning(const struct input *in)
{
    return in->file ? audio_reader_warning(in->file) : NULL;
}

const char *input_news(struct input *in, usec now)
{
    switch (in->mic ? capture_poll(in->mic, now) : SOUND_SAME) {
    case SOUND_LOST:
        return "The microphone is gone; sending silence until one is back.";
    case SOUND_BACK:
        return "A microphone is back.";
    case SOUND_SAME:
        break;
    }
    return NULL;
}
