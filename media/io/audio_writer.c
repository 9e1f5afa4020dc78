// Audio files, written: see audio.h.
//
// A WAV is collected for a second and then written in one piece, with its header: few system calls,
// and a killed program leaves a file that plays. FLAC and Ogg go to their encoder as they come, so
// that no call has a second of audio to encode.
#include "media/io/audio.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <sndfile.h>

struct format {
    const char *ending;
    int container;    // as libsndfile names it
    int encodings[2]; // the first that this libsndfile can write
    size_t collect;   // samples before they are written
};

// A plain WAV, which everything reads, ends at 4 GiB: 12 hours of one channel.
static const struct format formats[] = {
    {".wav", SF_FORMAT_WAV, {SF_FORMAT_PCM_16}, AUDIO_RATE},
    {".flac", SF_FORMAT_FLAC, {SF_FORMAT_PCM_16}, AUDIO_RATE / 50},
    {".ogg", SF_FORMAT_OGG, {SF_FORMAT_OPUS, SF_FORMAT_VORBIS}, AUDIO_RATE / 50},
    {".opus", SF_FORMAT_OGG, {SF_FORMAT_OPUS}, AUDIO_RATE / 50},
};

#define FORMATS (sizeof formats / sizeof *formats)

struct audio_writer {
    int fd;        // -1: closed
    SNDFILE *file; // NULL: not begun, or failed
    const struct format *format;
    int channels; // 0: not begun
    int16_t *collected;
    size_t collected_len;   // samples
    int64_t samples;        // taken so far
    bool told;              // the caller knows of the fault
    char fault[AUDIO_TEXT]; // "": none
    char path[];
};

static const struct format *format_of(const char *path)
{
    for (size_t i = 0; i < FORMATS; i++) {
        size_t len = strlen(formats[i].ending);
        if (strlen(path) > len && strcasecmp(path + strlen(path) - len, formats[i].ending) == 0)
            return &formats[i];
    }
    return NULL;
}

static int encoding_of(const struct format *f, int channels)
{
    for (size_t i = 0; i < sizeof f->encodings / sizeof *f->encodings; i++) {
        SF_INFO info = {.samplerate = AUDIO_RATE,
                        .channels = channels,
                        .format = f->container | f->encodings[i]};
        if (f->encodings[i] != 0 && sf_format_check(&info))
            return info.format;
    }
    return 0;
}

bool audio_writer_knows(const char *path, char *why, size_t cap)
{
    const struct format *format = format_of(path);
    if (format != NULL && encoding_of(format, 1) != 0)
        return true;
    char endings[64] = "";
    for (size_t i = 0, at = 0; i < FORMATS; i++)
        if (encoding_of(&formats[i], 1) != 0)
            at += (size_t)snprintf(endings + at, sizeof endings - at, "%s %s", at ? "," : "",
                                   formats[i].ending);
    snprintf(why, cap, "the ending says what to write, and it can be one of%s", endings);
    return false;
}

struct audio_writer *audio_writer_new(const char *path, char *why, size_t cap)
{
    const struct format *format = format_of(path);
    char unknown[AUDIO_TEXT];
    if (!audio_writer_knows(path, unknown, sizeof unknown)) {
        snprintf(why, cap, "%s: %s", path, unknown);
        return NULL;
    }
    struct audio_writer *w = calloc(1, sizeof *w + strlen(path) + 1);
    if (w == NULL) {
        snprintf(why, cap, "%s: not enough memory to write it", path);
        return NULL;
    }
    memcpy(w->path, path, strlen(path) + 1);
    w->format = format;
    w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (w->fd < 0) {
        const char *what = errno == ENOENT   ? "the folder does not exist; make it first"
                           : errno == EACCES ? "may not be written; try another folder"
                           : errno == EISDIR ? "this is a folder; name a file in it"
                                             : strerror(errno);
        snprintf(why, cap, "%s: %s", path, what);
        free(w);
        return NULL;
    }
    return w;
}

// Closed at once, so that what is there is complete as far as it goes. False only here.
static bool fail(struct audio_writer *w, int error)
{
    const char *what = error == ENOSPC   ? "no space left on the disk"
                       : error == EFBIG  ? "larger than a file may be here"
                       : error == EDQUOT ? "your quota of disk space is used up"
                       : error != 0      ? strerror(error)
                       : w->file != NULL ? sf_strerror(w->file)
                                         : sf_strerror(NULL);
    snprintf(w->fault, sizeof w->fault, "%s: %s; the recording ends here", w->path, what);
    if (w->file != NULL)
        sf_close(w->file);
    w->file = NULL;
    close(w->fd);
    w->fd = -1;
    return false;
}

bool audio_writer_begin(struct audio_writer *w, int channels)
{
    assert(w->channels == 0 && (channels == 1 || channels == 2));
    w->channels = channels;
    w->collected = malloc(w->format->collect * (size_t)channels * sizeof *w->collected);
    w->told = true;
    if (w->collected == NULL)
        return fail(w, ENOMEM);
    SF_INFO info = {
        .samplerate = AUDIO_RATE, .channels = channels, .format = encoding_of(w->format, channels)};
    errno = 0;
    w->file = sf_open_fd(w->fd, SFM_WRITE, &info, SF_FALSE);
    if (w->file == NULL)
        return fail(w, errno);
    errno = 0;
    sf_command(w->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
    if (sf_error(w->file) != SF_ERR_NO_ERROR)
        return fail(w, errno);
    w->told = false;
    return true;
}

static bool flush(struct audio_writer *w)
{
    sf_count_t count = (sf_count_t)w->collected_len;
    w->collected_len = 0;
    errno = 0;
    sf_count_t written = sf_writef_short(w->file, w->collected, count);
    if (written == count)
        sf_command(w->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
    if (written == count && sf_error(w->file) == SF_ERR_NO_ERROR)
        return true;
    return fail(w, errno);
}

bool audio_write(struct audio_writer *w, const int16_t *pcm, size_t samples)
{
    assert(w->channels != 0);
    size_t channels = (size_t)w->channels;
    while (samples > 0 && w->file != NULL) {
        size_t room = w->format->collect - w->collected_len;
        size_t part = samples < room ? samples : room;
        memcpy(w->collected + w->collected_len * channels, pcm, part * channels * sizeof *pcm);
        w->collected_len += part;
        w->samples += (int64_t)part;
        pcm += part * channels;
        samples -= part;
        if (w->collected_len == w->format->collect && !flush(w)) {
            w->told = true;
            return false;
        }
    }
    return true;
}

bool audio_writer_begun(const struct audio_writer *w)
{
    return w->channels != 0;
}

int64_t audio_writer_samples(const struct audio_writer *w)
{
    return w->samples;
}

const char *audio_writer_fault(const struct audio_writer *w)
{
    return w->fault[0] != '\0' ? w->fault : NULL;
}

static void finish(struct audio_writer *w)
{
    if (w->channels == 0 && !audio_writer_begin(w, 1)) {
        w->told = false;
        return;
    }
    if (w->file == NULL || !flush(w))
        return;
    errno = 0;
    int closed = sf_close(w->file); // encodes and writes what is left, and the final header
    w->file = NULL;
    if (closed != 0)
        fail(w, errno);
}

bool audio_writer_close(struct audio_writer *w, char *why, size_t cap)
{
    if (w == NULL)
        return true;
    finish(w);
    bool good = w->fault[0] == '\0' || w->told;
    if (!good)
        snprintf(why, cap, "%s", w->fault);
    if (w->fd >= 0)
        close(w->fd);
    free(w->collected);
    free(w);
    return good;
}
