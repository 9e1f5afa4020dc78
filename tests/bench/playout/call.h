// What every jitter buffer here is given: the packets of one recording, and when a trace says that
// each of them came.
#ifndef PLAYOUT_CALL_H
#define PLAYOUT_CALL_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALL_RATE  48000 // Hz
#define CALL_FRAME 960   // samples of a packet: 20 ms

struct tape;
struct trace;

struct payload {
    const uint8_t *data; // the tape's
    size_t len;
};

struct recording { // shared by threads: nothing in it changes
    struct tape *tape;
    size_t count; // packets; the n-th is sent at instant n * 20 ms
    struct payload *packets;
    int16_t *clean; // all of them decoded, none lost: count * CALL_FRAME samples
};

// Our built-in speech over and over, Opus 24 kb/s mono, no FEC. What cannot be done ends the program.
struct recording *recording_new(size_t packets);
void recording_free(struct recording *r);

struct call {
    const struct recording *recording;
    const struct trace *trace;
    size_t count;   // packets sent
    usec *arrival;  // of each; USEC_NEVER: lost
    size_t *order;  // of those that arrive, as they arrive
    size_t arrived; // of them
    usec least;     // the network's smallest delay
};

// As many packets as both the recording and the trace have. Both outlive it.
void call_init(struct call *call, const struct recording *recording, const struct trace *trace);
void call_end(struct call *call);

void *need(void *memory); // NULL ends the program

#endif
