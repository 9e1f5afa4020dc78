// What a microphone should send: without the echo of the loudspeaker beside it, without the noise of
// the room, and at an even level. The only module that calls speexdsp's canceller (a multidelay
// block frequency domain filter, Soo and Pang 1990, whose learning rate makes double-talk harmless,
// Valin 2007) and its preprocessor.
//
//     echo_played                 what the loudspeaker was given, in order
//     echo_frame                  each frame of the microphone, in place
//
// PCM is int16, 48 kHz, one channel. Everything is allocated in echo_new.
#ifndef MEDIA_ECHO_H
#define MEDIA_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ECHO_FRAME 480 // samples: 10 ms

struct echo_config {
    bool cancel; // the echo, and suppress what is left of it
    bool noise;  // suppress it
    bool gain;   // automatic
    int frame; // samples that are treated at a time: less is less lag, and costs more; 0: ECHO_FRAME
};

struct echo_stats {
    uint64_t aligned; // times that the two devices turned out to be apart otherwise than before
    uint64_t missing; // samples of the microphone without any known of the loudspeaker's
};

struct echo;

struct echo *echo_new(const struct echo_config *config); // NULL: no memory
void echo_free(struct echo *e);                          // NULL is fine

// How many samples later the sound comes out than it went in: one overlapping window, or none.
size_t echo_lag(const struct echo *e);

// NULL: silence, as of a device that ran dry.
void echo_played(struct echo *e, const int16_t *pcm, size_t samples);

// `samples`: a multiple of the frame. `behind`: how many of the samples that were played had not
// left the loudspeaker when the last of these reached the microphone; it may be wrong by 10 ms, and
// waver as the devices do. 0: it has nothing left to play.
void echo_frame(struct echo *e, int16_t *pcm, size_t samples, size_t behind);

struct echo_stats echo_stats(const struct echo *e);

#endif
