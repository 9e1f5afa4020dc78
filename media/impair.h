// What a network path does to datagrams: loss, delay, duplicates, reordering, bit errors, a
// bottleneck, or all that a recorded trace did. It stands in front of a UDP port in the programs
// and between two nodes in the lab. netem.h reads and writes its settings as text.
//
// Datagrams go in with impair_input; impair_output hands each back when it is due. Nothing here
// reads a clock.
//
// The words are those of tc-netem(8) and mean what they mean there, with these differences:
//   - A share or a correlation that is asked for is what comes out: see chance.h, distribution.h.
//   - Every datagram draws the same number of random values, whatever the settings, and the values
//     of an original and of its copy are separate. So a change of the delay changes no loss.
//   - A copy meets the same path in its own right: it may be lost, delayed, corrupted; not copied
//     again.
//   - With `rate`, a datagram counts 28 octets of UDP and IPv4 header (netem: the frame with its
//     link header).
#ifndef MEDIA_IMPAIR_H
#define MEDIA_IMPAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/chance.h"
#include "media/distribution.h"
#include "media/loss.h"
#include "media/trace.h"
#include "media/usec.h"

#define IMPAIR_DATAGRAM_MAX 65535 // octets
#define IMPAIR_HEADER       28    // octets that `rate` adds to each datagram
#define IMPAIR_LIMIT        1000  // datagrams, where the spec says 0
#define IMPAIR_LIMIT_MAX    1000000
#define IMPAIR_RATE_MAX     UINT64_C(1000000000000) // bit/s
#define IMPAIR_OVERHEAD_MAX 65535                   // octets, either sign; cell size too
#define IMPAIR_TIME_MAX     ((usec)UINT32_MAX)      // delay and jitter, as in tc
#define IMPAIR_TRACE_FILE   256                     // octets of a file name with its NUL

struct impair_rate {
    uint64_t rate;       // bit/s; 0: no bottleneck
    int packet_overhead; // octets for each packet, may be negative
    int cell_size;       // octets; 0: no cells
    int cell_overhead;   // octets for each cell, may be negative
};

// A path. Zero is a clean one. What has no unit is a share, 0..1.
struct impair_spec {
    usec delay;
    usec jitter;              // uniform: delay +- jitter; others: the standard deviation
    double delay_correlation; // of the underlying Gaussian process, from packet to packet
    enum distribution distribution;
    struct loss_spec loss;
    struct chance duplicate;
    struct chance reorder; // sent at once, past the ones that are delayed
    uint32_t gap;          // packets: only every gap-th may be reordered; 0 is 1
    struct chance corrupt; // one bit is flipped, anywhere
    struct impair_rate rate;
    uint32_t limit; // datagrams that may wait; 0: IMPAIR_LIMIT
    uint64_t seed;  // see impair_seed
    bool has_seed;
    char trace_file[IMPAIR_TRACE_FILE]; // what was asked for; whoever reads files loads it into
                                        // `trace`
    const struct trace
        *trace; // instead of delay, loss, reorder and rate; the caller's, outlives the impair
};

// True: datagrams pass as if there were no path. A trace file counts as something to do.
bool impair_is_clean(const struct impair_spec *spec);

// Does what goes different ways have to share one impair? Where a rate makes a queue.
bool impair_shares_queue(const struct impair_spec *spec);

// The seed for the n-th of the paths that share a spec: counts up from the spec's seed, or from
// `fallback` where it has none. n = 0 is the seed itself.
uint64_t impair_seed(const struct impair_spec *spec, uint64_t fallback, uint64_t n);

struct impair;

// Copies the spec, but not the trace that it points to; a spec that names a trace file must have it
// loaded. The draws start from `seed` alone (spec->seed is not looked at). The caller frees. NULL:
// no memory. All memory is reserved here; a path with 1000 waiting datagrams reserves 2.3 MB of
// which an idle one touches a few kB.
struct impair *impair_new(const struct impair_spec *spec, uint64_t seed);
void impair_free(struct impair *impair); // NULL is fine

// Other settings from the next datagram on; copied as by impair_new. What waits leaves when it would
// have, so what enters later may overtake it, as it may a real path that changed. The draws go on:
// with the same seed, the n-th datagram has the same values whatever was set before. A loss model
// begins in its first state when it is another one, a trace with its first row. The room was
// reserved by impair_new: `limit` has to be the same.
void impair_set(struct impair *impair, const struct impair_spec *spec);

// One datagram enters at `now`. It is copied; `tag` comes back with it.
void impair_input(struct impair *impair, usec now, const void *data, size_t len, uint64_t tag);

// Writes the next datagram that is due by `now` to `out` and returns its length, never 0; 0: none
// is due. They come in order of due time, those due at the same time in the order in which they
// entered. `tag` and `due` (when it left the path: exact, however late the call) may be NULL. One
// longer than `cap` is dropped and counted.
size_t impair_output(struct impair *impair, usec now, void *out, size_t cap, uint64_t *tag,
                     usec *due);

// When impair_output has something next; USEC_NEVER: not before the next input.
usec impair_next(const struct impair *impair);

// in + duplicated = lost + limited + too_large + empty + out + those that wait
struct impair_stats {
    uint64_t in;         // datagrams that entered
    uint64_t duplicated; // copies made, in addition
    uint64_t lost;       // by the loss model or the trace
    uint64_t corrupted;  // of those that were queued
    uint64_t reordered;  // sent at once
    uint64_t limited;    // dropped: the queue was full
    uint64_t too_large;  // dropped: longer than IMPAIR_DATAGRAM_MAX or than the reader's buffer
    uint64_t empty;      // dropped: no octets
    uint64_t out;        // handed back
};

struct impair_stats impair_stats(const struct impair *impair);

#endif
