// Capture devices: a microphone. It wakes the loop (or its timer does), the loop reads what is
// there.
//
//     capture_poll(c, now)                         lost or back? tell the user
//     while (capture_ready(c, now) >= n) capture_read(c, now, pcm, n)
//     timer at capture_next(c)                     when no wakeup comes before
//
// Format, units, threads and time as in sound.h.
#ifndef MEDIA_IO_CAPTURE_H
#define MEDIA_IO_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/io/sound.h"
#include "media/usec.h"

struct capture;

struct capture_config {
    const char *source;        // "mic", "mic:DEVICE"; read by capture_open only
    int channels;              // 1 or 2
    int period;                // samples that the device gives at a time; 0: SOUND_PERIOD
    void (*wakeup)(void *ctx); // samples are there; from the device's own thread, as in sound.h
    void *ctx;
};

// Opens and starts the device. NULL: `why` says why and what to try.
struct capture *capture_open(const struct capture_config *config, usec now, char *why, size_t cap);
void capture_close(struct capture *c); // NULL is fine

// Samples that can be read now, and reading them: never more than are there, never waits. When the
// ring (a third of a second) is full, what the device gives is dropped.
size_t capture_ready(struct capture *c, usec now);
size_t capture_read(struct capture *c, usec now, int16_t *pcm, size_t samples);

// How long ago the sample that is read next was in the room, in samples, as well as is known.
size_t capture_delay(struct capture *c, usec now);

// A microphone that went away (SOUND_LOST) gives silence, in time, and is tried again every second.
enum sound_event capture_poll(struct capture *c, usec now);
usec capture_next(const struct capture *c);

const char *capture_name(const struct capture *c); // for the user: "alsa: default microphone"

// Every device that "mic:DEVICE" takes. How many: 0 on a machine without a microphone.
size_t capture_list(void (*each)(void *ctx, const char *name), void *ctx);

#endif
