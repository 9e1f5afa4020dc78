// From a source of sound to the frames of a sender: primes the codec, begins the source again where
// it loops, and adds the silence that the codec's lag owes behind its end. Pure: the source is two
// functions of the driver's.
#ifndef SENDER_FEED_H
#define SENDER_FEED_H

#include "media/voice.h"
#include "sender/sender.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct feed_source {
    // The next samples, interleaved: fewer than asked for only at the end, 0 after it.
    size_t (*read)(void *ctx, int16_t *pcm, size_t samples);
    // The end was reached. True: it stands at its beginning again, and is to be read once more.
    bool (*again)(void *ctx);
    void *ctx;
};

struct feed {
    struct sender *sender;
    struct feed_source source;
    size_t channels;
    size_t owed; // samples of silence behind the source's end
    bool over;
    int16_t pcm[2 * VOICE_FRAME_MAX];
};

// The sender, and what `source` points to, outlive the feed. channels: those of the sender.
void feed_init(struct feed *feed, struct sender *sender, int channels,
               const struct feed_source *source);
// Before the sender starts: gives it the source's very beginning. `live`: the source (a microphone)
// has nothing to give yet, silence takes its place.
void feed_prime(struct feed *feed, bool live);
// Gives the sender the frame that is due. False: the source is over, and nothing was given.
bool feed_frame(struct feed *feed);

#endif
