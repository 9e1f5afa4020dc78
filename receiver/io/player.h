// Where a receiver's sound goes: a device, a file, both. It asks the receiver for samples as the
// device wants them; without a device, time passes all the same.
#ifndef RECEIVER_IO_PLAYER_H
#define RECEIVER_IO_PLAYER_H

#include "media/io/audio.h"
#include "media/io/loop.h"
#include "media/io/sound.h"
#include "receiver/receiver.h"

#include <stdbool.h>

struct player;

struct player_config {
    struct loop *loop;
    const char *device; // see sound_config
    bool silent;        // no device: samples go to the file only, in batches, at exact instants
    struct audio_writer *file; // NULL: none; the caller's
    usec batch;                // without a device: samples are taken so often; 0: 400 ms
    usec duration;             // of the stream, then it is over; 0: without end
    // Before a batch is played: hand over what has arrived (udp_drain), by player_arrived.
    void (*gather)(void *ctx);
    // What the device plays until player_start: one channel; NULL: silence.
    void (*before)(void *ctx, int16_t *pcm, size_t samples);
    // What is played next, of which the first sample is heard at `when`; it may be changed. NULL: nobody
    // asks.
    void (*sounds)(void *ctx, usec when, int16_t *pcm, size_t samples, int channels);
    // The device takes samples at its pace (a sound server may need a second to begin), or there is
    // none: what is played from now on is heard without delay. Comes once, from the loop.
    void (*ready)(void *ctx);
    void (*played)(void *ctx); // samples were taken: the receiver may have news
    // The stream has ended, and everything that came of it was taken: shall silence go on, that `sounds` may
    // change? Asked each time. NULL: no.
    bool (*lingers)(void *ctx);
    void (*over)(void *ctx); // the stream has ended and its last sample has been heard
    void (*say)(void *ctx, bool detail, const char *text);
    void *ctx;
};

struct player *player_new(const struct player_config *config); // NULL: no memory
void player_free(struct player *p);                            // NULL is fine

// Starts to play what `receiver` has, which outlives the player or its end.
void player_start(struct player *p, struct receiver *receiver);

// Without a device: takes what has come by `now` and plays it, without waiting for the next time that
// this is due. With one: nothing.
void player_batch(struct player *p, usec now);

// Something came at `now` and is about to be given to the receiver: play what was due before.
void player_arrived(struct player *p, usec now);

// Batches, rather than one packet at a time: there is no device to wait for us.
bool player_is_silent(const struct player *p);
// Mean time from handing a sample over to hearing it.
usec player_device_delay(const struct player *p);
const char *player_device(const struct player *p); // for people; NULL: none
uint64_t player_underruns(const struct player *p);
uint64_t player_silence(const struct player *p); // samples that the device had to play meanwhile

#endif
