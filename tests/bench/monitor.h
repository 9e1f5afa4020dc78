// The ear of the bench: what a null sink of PulseAudio plays, and when it would have sounded.
//
// - parec reads the sink's monitor in fragments of 5 ms. The sink's clock is the system's, so that
//   sample n was there at n / 48000 s plus an offset, which the earliest fragments of some seconds
//   show.
// - The sink hands what it plays to the monitor as soon as that is mixed, ahead of its time by the
//   latency that the players asked it for. PulseAudio says how much that is.
#ifndef BENCH_MONITOR_H
#define BENCH_MONITOR_H

#include "media/usec.h"
#include "tests/bench/child.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MONITOR_RATE    48000
#define MONITOR_SECONDS 400 // of sound, at most
#define MONITOR_READS   200000
#define MONITOR_LOUD    3000 // of 32767: there is sound

struct monitor {        // static: it is large
    struct child parec; // its stdout is the sound
    pthread_t thread;
    atomic_size_t samples, reads;
    int16_t pcm[MONITOR_SECONDS * MONITOR_RATE];
    usec at[MONITOR_READS];    // when a read returned
    size_t end[MONITOR_READS]; // samples until then
    usec ahead;                // of its time is what the monitor gives
};

// Of the sink `bench`. False: no sound from it.
bool monitor_start(struct monitor *m);
// To be called while a player plays that is to be measured: each asks for a latency of its own. False:
// PulseAudio does not say.
bool monitor_look(struct monitor *m);
// Likewise of any sink: how far ahead of its time its monitor is.
bool monitor_ahead(const char *sink, usec *ahead);
void monitor_stop(struct monitor *m);

usec monitor_units(size_t samples);

// The instant of sample 0 at the device, as the reads around `when` say; USEC_NEVER: there are none.
usec monitor_zero(const struct monitor *m, usec when);
// The first sample that is loud in [from, until), at the device; USEC_NEVER: none.
usec monitor_heard(const struct monitor *m, usec from, usec until);

// A tone of 1 kHz.
void monitor_burst(int16_t *pcm, size_t samples);

#endif
