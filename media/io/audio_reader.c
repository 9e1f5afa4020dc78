// Audio files, read: see audio.h.
//
// File -> float, as it lies there -> one or two channels -> 48 kHz -> int16_t. Float on the way, so
// that 16 bit audio at 48 kHz comes out bit for bit and everything else is rounded once.
#include "media/io/audio.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sndfile.h>
#include <speex/speex_resampler.h>

#define BLOCK        1024 // samples of the source that are read at a time
#define QUALITY      8    // of speexdsp's resampler, of 10
#define LOWEST_RATE  4000
#define HIGHEST_RATE 384000
#define STREAMED \
    0x7fff0000u // octets: a length this large stands for "not known" in a WAV that was piped

struct memory {
    const uint8_t *data;
    sf_count_t len; // octets
    sf_count_t at;
};

struct audio_reader {
    SNDFILE *file;
    SF_INFO info;
    int fd; // -1: memory
    bool pipe;
    struct memory memory;
    int channels;                   // of the output
    SpeexResamplerState *resampler; // NULL: the source has 48 kHz
    float *source;                  // BLOCK samples of info.channels
    float *mixed;                   // BLOCK samples of `channels`
    float *resampled;               // BLOCK samples of `channels`
    size_t mixed_at;                // samples of `mixed` that are used up
    size_t mixed_len;               // samples
    int64_t taken;                  // samples of the source so far
    int64_t given;                  // samples of the output so far
    bool ended;                     // the source has no more
    char warning[AUDIO_TEXT];       // "": none
    char name[];                    // for the messages
};

// ---- a file that is memory ---------------------------------------------------------------------

static sf_count_t memory_len(void *ctx)
{
    return ((struct memory *)ctx)->len;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *ctx)
{
    struct memory *m = ctx;
    sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? m->at : m->len;
    if (offset < -base || offset > m->len - base)
        return -1;
    m->at = base + offset;
    return m->at;
}

static sf_count_t memory_read(void *to, sf_count_t count, void *ctx)
{
    struct memory *m = ctx;
    if (count > m->len - m->at)
        count = m->len - m->at;
    memcpy(to, m->data + m->at, (size_t)count);
    m->at += count;
    return count;
}

static sf_count_t memory_tell(void *ctx)
{
    return ((struct memory *)ctx)->at;
}

// ---- opening -----------------------------------------------------------------------------------

static bool open_descriptor(struct audio_reader *r, const char *path, char *why, size_t cap)
{
    r->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (r->fd < 0 || fstat(r->fd, &status) < 0) {
        const char *what = errno == ENOENT   ? "there is no such file; is the name right?"
                           : errno == EACCES ? "it may not be read; try chmod +r, or a copy of it"
                           : errno == EBADF  ? "it is closed"
                                             : strerror(errno);
        snprintf(why, cap, "%s: %s", r->name, what);
        return false;
    }
    if (S_ISDIR(status.st_mode)) {
        snprintf(why, cap, "%s: this is a folder; name an audio file in it", r->name);
        return false;
    }
    if (S_ISREG(status.st_mode) && status.st_size == 0) {
        snprintf(why, cap, "%s: the file is empty; was it written or copied to the end?", r->name);
        return false;
    }
    r->pipe = lseek(r->fd, 0, SEEK_CUR) < 0;
    return true;
}

// A WAV that a program began to write into a pipe may promise 0 octets: what follows its header is
// then read until it ends.
static void open_endless(struct audio_reader *r)
{
    r->info.format = SF_FORMAT_RAW | SF_ENDIAN_LITTLE | (r->info.format & SF_FORMAT_SUBMASK);
    sf_close(r->file);
    r->file = sf_open_fd(r->fd, SFM_READ, &r->info, SF_FALSE);
}

static bool open_file(struct audio_reader *r, char *why, size_t cap)
{
    static SF_VIRTUAL_IO memory_io = {memory_len, memory_seek, memory_read, NULL, memory_tell};
    r->file = r->fd < 0 ? sf_open_virtual(&memory_io, SFM_READ, &r->info, &r->memory)
                        : sf_open_fd(r->fd, SFM_READ, &r->info, SF_FALSE);
    if (r->file != NULL && r->pipe && r->info.frames == 0)
        open_endless(r);
    if (r->file == NULL && r->pipe)
        snprintf(why, cap, "%s: no WAV comes through this pipe, and other formats need a file",
                 r->name);
    else if (r->file == NULL)
        snprintf(
            why, cap,
            "%s: this is not audio of a known format (WAV, FLAC, Ogg, MP3, AIFF, AU, ...); try "
            "`ffmpeg -i FILE voice.wav`",
            r->name);
    else if (r->info.samplerate < LOWEST_RATE || r->info.samplerate > HIGHEST_RATE)
        snprintf(why, cap, "%s: %d samples in a second; %d to %d can be played", r->name,
                 r->info.samplerate, LOWEST_RATE, HIGHEST_RATE);
    else
        return true;
    return false;
}

static bool prepare(struct audio_reader *r, char *why, size_t cap)
{
    size_t block = BLOCK * sizeof(float);
    int fault = RESAMPLER_ERR_SUCCESS;
    r->source = malloc(block * (size_t)r->info.channels);
    r->mixed = malloc(block * (size_t)r->channels);
    r->resampled = malloc(block * (size_t)r->channels);
    if (r->info.samplerate != AUDIO_RATE) {
        r->resampler =
            speex_resampler_init((spx_uint32_t)r->channels, (spx_uint32_t)r->info.samplerate,
                                 AUDIO_RATE, QUALITY, &fault);
        if (r->resampler != NULL)
            speex_resampler_skip_zeros(
                r->resampler); // starts in the middle of the filter: no delay
    }
    if (r->source != NULL && r->mixed != NULL && r->resampled != NULL &&
        fault == RESAMPLER_ERR_SUCCESS)
        return true;
    snprintf(why, cap, "%s: not enough memory to read it", r->name);
    return false;
}

// ---- was the file cut off? ---------------------------------------------------------------------

static uint32_t little_endian(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t big_endian(const uint8_t *p)
{
    return p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

// libsndfile takes the smaller of what a WAV or an AIFF promises and what is there, and says
// nothing.
static bool chunks_are_cut(const uint8_t *head, size_t len, int64_t size)
{
    if (len < 12)
        return false;
    uint32_t promised = memcmp(head, "RIFF", 4) == 0   ? little_endian(head + 4)
                        : memcmp(head, "FORM", 4) == 0 ? big_endian(head + 4)
                                                       : 0;
    return promised < STREAMED &&
           (int64_t)promised + 8 > size + 1; // an odd end may lack its padding
}

// The last page of an Ogg stream is marked as such (RFC 3533 section 6).
static bool ogg_is_cut(const uint8_t *tail, size_t len)
{
    for (size_t at = len < 6 ? 0 : len - 6; at > 0; at--)
        if (memcmp(tail + at, "OggS", 4) == 0)
            return (tail[at + 5] & 0x04) == 0;
    return false;
}

static bool is_cut(struct audio_reader *r)
{
    struct stat status;
    if (r->fd < 0 || fstat(r->fd, &status) < 0 || !S_ISREG(status.st_mode))
        return false;
    uint8_t octets[65536]; // the longest page of Ogg is a little less
    ssize_t len = pread(r->fd, octets, sizeof octets, 0);
    if (len < 0)
        return false;
    if ((r->info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_OGG)
        return chunks_are_cut(octets, (size_t)len, status.st_size);
    off_t from = status.st_size > len ? status.st_size - len : 0;
    len = pread(r->fd, octets, sizeof octets, from);
    return len > 0 && ogg_is_cut(octets, (size_t)len);
}

// A WAV that was piped, and a FLAC of a program that was killed, do not say how long they are.
static bool length_known(const struct audio_reader *r)
{
    int64_t streamed = r->pipe ? STREAMED / 4 / r->info.channels : SF_COUNT_MAX;
    return r->info.frames > 0 && r->info.frames < streamed;
}

static void look_back(struct audio_reader *r)
{
    bool shorter = length_known(r) && r->taken < r->info.frames;
    if (shorter || is_cut(r))
        snprintf(r->warning, sizeof r->warning,
                 "%s: the file was cut off; what is there, %.1f s, is played", r->name,
                 (double)r->taken / r->info.samplerate);
    else if (sf_error(r->file) != SF_ERR_NO_ERROR)
        snprintf(r->warning, sizeof r->warning, "%s: could be read only in part, %.1f s: %s",
                 r->name, (double)r->taken / r->info.samplerate, sf_strerror(r->file));
}

// ---- channels ----------------------------------------------------------------------------------

// Who stands where in a file of 3 to 8 channels: Left, Right, Centre, - nowhere (the bass of a
// film).
static const char *const layouts[] = {"LRC", "LRLR", "LRCLR", "LRC-LR", "LRC-CLR", "LRC-LRLR"};

static char side_of(int channel, int channels)
{
    return channels < 3 || channels > 8 ? 'C' : layouts[channels - 3][channel];
}

// Each side is the mean of those who stand there, so nothing clips.
static void mix_one(const float *from, int channels, float *to, int wanted)
{
    float left = 0, right = 0, lefts = 0, rights = 0;
    for (int c = 0; c < channels; c++) {
        char side = side_of(c, channels);
        if (side == 'L' || side == 'C') {
            left += from[c];
            lefts++;
        }
        if (side == 'R' || side == 'C') {
            right += from[c];
            rights++;
        }
    }
    left /= lefts;
    right /= rights;
    to[0] = wanted == 1 ? (left + right) / 2 : left;
    if (wanted == 2)
        to[1] = right;
}

static void mix(const float *from, int channels, float *to, int wanted, size_t samples)
{
    if (channels == wanted) {
        memcpy(to, from, samples * (size_t)channels * sizeof *to);
        return;
    }
    for (size_t i = 0; i < samples; i++, from += channels, to += wanted) {
        if (channels == 2)
            to[0] = (from[0] + from[1]) / 2;
        else if (channels == 1)
            to[0] = to[1] = from[0];
        else
            mix_one(from, channels, to, wanted);
    }
}

static int16_t to_int16(float value)
{
    float scaled = value * 32768.0f;
    if (!(scaled > -32768.0f)) // too low, or not a number
        return scaled <= -32768.0f ? INT16_MIN : 0;
    return scaled >= 32767.0f ? INT16_MAX : (int16_t)lrintf(scaled);
}

// ---- reading -----------------------------------------------------------------------------------

static int64_t length_at_48k(int64_t samples, int rate)
{
    return samples / rate * AUDIO_RATE + (samples % rate * AUDIO_RATE + rate / 2) / rate;
}

// The next block of the source; after its end silence, which pushes the last samples out of the
// resampler.
static void refill(struct audio_reader *r)
{
    r->mixed_at = 0;
    r->mixed_len = BLOCK;
    if (!r->ended) {
        sf_count_t got = sf_readf_float(r->file, r->source, BLOCK);
        if (got > 0) {
            mix(r->source, r->info.channels, r->mixed, r->channels, (size_t)got);
            r->mixed_len = (size_t)got;
            r->taken += got;
            return;
        }
        r->ended = true;
        look_back(r);
    }
    memset(r->mixed, 0, BLOCK * (size_t)r->channels * sizeof *r->mixed);
}

// Up to `samples`, which fit in a block, from `mixed` into `resampled`. Returns how many.
static size_t resample(struct audio_reader *r, size_t samples)
{
    const float *from = r->mixed + r->mixed_at * (size_t)r->channels;
    spx_uint32_t in = (spx_uint32_t)(r->mixed_len - r->mixed_at);
    spx_uint32_t out = (spx_uint32_t)samples;
    if (r->resampler != NULL) {
        speex_resampler_process_interleaved_float(r->resampler, from, &in, r->resampled, &out);
    } else {
        in = out = in < out ? in : out;
        memcpy(r->resampled, from, out * (size_t)r->channels * sizeof *from);
    }
    r->mixed_at += in;
    return out;
}

size_t audio_read(struct audio_reader *r, int16_t *pcm, size_t samples)
{
    size_t done = 0;
    while (done < samples) {
        if (r->mixed_at == r->mixed_len)
            refill(r);
        int64_t wanted = (int64_t)(samples - done);
        if (r->ended && wanted > length_at_48k(r->taken, r->info.samplerate) - r->given)
            wanted = length_at_48k(r->taken, r->info.samplerate) - r->given;
        if (wanted <= 0)
            break;
        size_t got = resample(r, wanted < BLOCK ? (size_t)wanted : BLOCK);
        for (size_t i = 0; i < got * (size_t)r->channels; i++)
            *pcm++ = to_int16(r->resampled[i]);
        done += got;
        r->given += (int64_t)got;
    }
    return done;
}

// The first block is read at once: only that shows whether there is anything.
static bool begin(struct audio_reader *r, char *why, size_t cap)
{
    refill(r);
    if (r->taken > 0)
        return true;
    snprintf(why, cap, "%s: there are no samples in it; was it recorded to the end?", r->name);
    return false;
}

bool audio_rewind(struct audio_reader *r, char *why, size_t cap)
{
    if (r->pipe || sf_seek(r->file, 0, SEEK_SET) != 0) {
        snprintf(why, cap, "%s: %s", r->name,
                 r->pipe ? "a pipe can be played only once; to repeat it, save it in a file first"
                         : "cannot go back to its beginning");
        return false;
    }
    r->mixed_at = r->mixed_len = 0;
    r->taken = r->given = 0;
    r->ended = false;
    if (r->resampler != NULL) {
        speex_resampler_reset_mem(r->resampler);
        speex_resampler_skip_zeros(r->resampler);
    }
    return true;
}

// ---- the rest ----------------------------------------------------------------------------------

struct audio_reader *audio_reader_new(const struct audio_reader_config *config, char *why,
                                      size_t cap)
{
    assert(config->path != NULL || config->data != NULL);
    const char *name = config->path == NULL ? "built-in clip" : config->path;
    if (strcmp(name, "-") == 0)
        name = "standard input";
    struct audio_reader *r = calloc(1, sizeof *r + strlen(name) + 1);
    if (r == NULL) {
        snprintf(why, cap, "%s: not enough memory to read it", name);
        return NULL;
    }
    memcpy(r->name, name, strlen(name) + 1);
    r->fd = -1;
    r->memory = (struct memory){.data = config->data, .len = (sf_count_t)config->len};
    if ((config->data != NULL || open_descriptor(r, config->path, why, cap)) &&
        open_file(r, why, cap)) {
        r->channels = config->channels != 0 ? config->channels : r->info.channels == 1 ? 1 : 2;
        if (prepare(r, why, cap) && begin(r, why, cap))
            return r;
    }
    audio_reader_free(r);
    return NULL;
}

void audio_reader_free(struct audio_reader *r)
{
    if (r == NULL)
        return;
    if (r->resampler != NULL)
        speex_resampler_destroy(r->resampler);
    if (r->file != NULL)
        sf_close(r->file);
    if (r->fd >= 0)
        close(r->fd);
    free(r->source);
    free(r->mixed);
    free(r->resampled);
    free(r);
}

int audio_reader_channels(const struct audio_reader *r)
{
    return r->channels;
}

const char *audio_reader_warning(const struct audio_reader *r)
{
    return r->warning[0] != '\0' ? r->warning : NULL;
}
