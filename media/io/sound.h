// Playback devices. A device asks for samples when it needs them: it wakes the loop (or its timer
// does) and waits a moment, the loop looks how much is wanted, renders that, writes it. Where the loop
// was once too late a small level of samples is kept ahead.
//
//     sound_poll(s, now)                                  lost or back? tell the user
//     n = sound_wanted(s, now); render n; sound_write     give what is asked for, keep the level
//     timer at sound_next(s)                              when no wakeup comes before
//
// Format: int16_t, interleaved, 48 kHz. Counts of samples are per channel. Time is the caller's: a
// device without hardware (null, or one whose hardware went away) is paced by the `now` it is
// given. One thread uses a sound; only `wakeup` is called from another.
#ifndef MEDIA_IO_SOUND_H
#define MEDIA_IO_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/usec.h"

#define SOUND_RATE   48000 // Hz
#define SOUND_PERIOD 240   // samples: 5 ms
#define SOUND_TEXT   512   // octets, enough for every `why`

struct sound;

struct sound_config {
    const char
        *device;  // "null", "sdl", "sdl:NAME", or just a device's NAME; NULL: sdl, its default
    int channels; // 1 or 2
    int period;   // samples that the device takes at a time; 0: SOUND_PERIOD. PulseAudio: half
    void (*wakeup)(
        void *ctx); // the device wants samples: give them soon. From the device's own thread, so
                    // it may only signal (uv_async_send). NULL: the caller asks by itself
    void *ctx;
};

enum sound_event {
    SOUND_SAME, // nothing happened
    SOUND_LOST, // the device went away; time goes on in silence, and it is tried again every second
    SOUND_BACK, // the default device plays now
};

struct sound_stats {
    uint64_t underruns; // times that samples came too late, after the first sound_write
    uint64_t silence;   // samples of silence played for that reason
    uint64_t played;    // samples that the device took
    uint64_t lost;      // times that the device went away
    int period;         // samples that the device takes at a time
    int target; // samples of level that are kept beyond what is asked for: grows when that came too
                // late, falls when it can
    int delay;  // samples to the loudspeaker, of one that is written as soon as it is wanted
};

// Opens and starts the device, which plays silence until samples come. NULL: `why` says why, and
// the program can say so and go on with "null".
struct sound *sound_open(const struct sound_config *config, usec now, char *why, size_t cap);
void sound_close(struct sound *s); // NULL is fine; what was not played yet is dropped

// How many samples the device would like now: what it asks for, to be at its target level; 0 often.
size_t sound_wanted(struct sound *s, usec now);

// How many were taken: all, unless the ring (a third of a second) is full.
size_t sound_write(struct sound *s, usec now, const int16_t *pcm, size_t samples);

// How long a sample written now takes to the loudspeaker, in samples, as well as is known.
size_t sound_delay(struct sound *s, usec now);

// To be called at least as often as sound_next says.
enum sound_event sound_poll(struct sound *s, usec now);
usec sound_next(const struct sound *s);

struct sound_stats sound_stats(const struct sound *s);
const char *sound_name(const struct sound *s); // for the user: "null", "pulseaudio: default device"

// Every device that sound_open would take by name. How many: 0 on a machine without sound.
size_t sound_list(void (*each)(void *ctx, const char *name), void *ctx);

#endif
