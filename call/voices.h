// The two voices of a call where they meet, sample by sample, each with the instant at which it is in
// the room: what the microphone gave, and what the loudspeaker will play. Here are mute, loudness and
// level, and here a recording takes both. (Who cancels echoes finds both here, on one clock.) Pure.
#ifndef CALL_VOICES_H
#define CALL_VOICES_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VOICES_RATE      48000
#define VOICES_GAIN_MOST 18                // dB, either way
#define VOICES_RING      96000             // samples that a recording can be behind: two seconds
#define VOICES_SETTLED   (1 * USEC_SECOND) // what is older will not change any more

enum voices_side { VOICES_WE, VOICES_THEY }; // left and right of a recording

struct voices {
    bool muted;
    int gain; // dB, of the loudspeaker
    struct voices_side_state {
        int peak;     // since it was asked for
        int64_t next; // of the recording, where this side goes on; -1: it has not begun
    } sides[2];
    usec start;    // of the recording; USEC_NEVER: there is none
    int64_t taken; // samples of it
    int16_t ring[VOICES_RING][2];
};

void voices_init(struct voices *v);
// A recording begins at `now`.
void voices_record(struct voices *v, usec now);

// What was spoken at `when`, or is heard at `when`: int16, interleaved, one or two channels. Changed in
// place: muted, louder.
void voices_said(struct voices *v, usec when, int16_t *pcm, size_t samples, int channels);
void voices_heard(struct voices *v, usec when, int16_t *pcm, size_t samples, int channels);

// The next samples of the recording, left we, right they, as far as both are settled at `now`. Call at
// least every second.
size_t voices_take(struct voices *v, usec now, int16_t *stereo, size_t cap);

// The highest level since the last call, dBFS; -96: silence.
double voices_level(struct voices *v, enum voices_side side);

#endif
