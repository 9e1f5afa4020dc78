// Audio files in and out. Whatever the file holds, the program sees the core's format: int16_t,
// interleaved, 48 kHz, one or two channels. Counts of samples are per channel.
//
// Error texts are whole sentences for the user: which file, what is wrong, what to try. They fit in
// AUDIO_TEXT octets and are cut, never overrun, when there is less room.
#ifndef MEDIA_IO_AUDIO_H
#define MEDIA_IO_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIO_RATE 48000 // Hz
#define AUDIO_TEXT 512   // octets

// ---- in ----------------------------------------------------------------------------------------

struct audio_reader;

struct audio_reader_config {
    const char
        *path; // the file; "-": a WAV on standard input; with `data`, a name for the messages
    const void *data; // not NULL: the file is these octets, which must outlive the reader
    size_t len;       // octets of `data`
    int channels;     // wanted, 1 or 2; 0: as in the file, and more than two become two
};

// WAV, FLAC, Ogg, MP3, AIFF, ... of 4 to 384 kHz. NULL: `why` says why.
struct audio_reader *audio_reader_new(const struct audio_reader_config *config, char *why,
                                      size_t cap);
void audio_reader_free(struct audio_reader *r); // NULL is fine

int audio_reader_channels(const struct audio_reader *r); // 1 or 2: what audio_read gives

// The next samples: fewer than `samples` only at the end (then ask audio_reader_warning), 0 after
// it. A pipe blocks until its writer has written. Resampled audio stands where it stood in the
// source, and its length is the source's, rounded to the nearest sample.
size_t audio_read(struct audio_reader *r, int16_t *pcm, size_t samples);

// Back to the first sample, so as to play the file again. False (and why) for a pipe, which cannot.
bool audio_rewind(struct audio_reader *r, char *why, size_t cap);

// What the user should know although it plays: the file was cut off. NULL: nothing. Known at the
// latest at the end; lives as long as the reader.
const char *audio_reader_warning(const struct audio_reader *r);

// ---- out ---------------------------------------------------------------------------------------

struct audio_writer;

// Does the ending choose a format? False: `why` says which ones there are.
bool audio_writer_knows(const char *path, char *why, size_t cap);

// Creates `path` (what was there is gone); the ending chooses the format: .wav .flac .ogg .opus.
// Opened before it is known how many channels there are. NULL: `why` says why.
struct audio_writer *audio_writer_new(const char *path, char *why, size_t cap);

// How many channels: 1 or 2, once, before the first audio_write. False: the file has failed.
bool audio_writer_begin(struct audio_writer *w, int channels);

// Cheap enough for every 20 ms. False once, when the file fails (no space left, say;
// audio_writer_fault says what); from then on samples are dropped and the answer is true. What was
// written before stays a valid file. A WAV is brought up to date every second, so that a killed
// program leaves one that plays.
bool audio_write(struct audio_writer *w, const int16_t *pcm, size_t samples);

bool audio_writer_begun(const struct audio_writer *w);
int64_t audio_writer_samples(const struct audio_writer *w);   // taken so far
const char *audio_writer_fault(const struct audio_writer *w); // NULL: all is well

// Completes the file (never begun: a file of no samples) and frees the writer. False (and why)
// when that failed and audio_write has not said so before. NULL is fine.
bool audio_writer_close(struct audio_writer *w, char *why, size_t cap);

#endif
