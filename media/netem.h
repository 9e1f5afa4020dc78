// A network path as text: the words of `tc ... netem` (tc-netem(8), iproute2 tc/q_netem.c), in any
// order, each at most once; a word may be cut down to its first three letters or more.
//
//     delay TIME [JITTER [CORRELATION]]     also: latency
//     distribution uniform|normal|pareto|paretonormal             with a jitter
//     loss [random] PERCENT [CORRELATION]   also: drop
//     loss state P13 [P31 [P32 [P23 [P14]]]]
//     loss gemodel P [R [1-H [1-K]]]
//     duplicate PERCENT [CORRELATION]
//     reorder PERCENT [CORRELATION]         with a delay
//     gap DISTANCE                          with reorder
//     corrupt PERCENT [CORRELATION]
//     rate RATE [PACKETOVERHEAD [CELLSIZE [CELLOVERHEAD]]]
//     limit PACKETS
//     seed NUMBER
//     trace FILE                            a recorded path (trace.h); not with delay, loss,
//                                           reorder or rate
//
// Units are those of tc(8), in upper or lower case. TIME: s ms us (also sec secs msec msecs usec
// usecs), a bare number is microseconds. RATE: bit kbit mbit gbit, kibit mibit gibit, bps kbps mbps
// gbps, kibps mibps gibps (bps is octets per second), a bare number is bit/s. PERCENT, CORRELATION
// and the state and gemodel probabilities: 0 to 100, with % or bare. Numbers are decimal with up to
// 9 decimals, without exponent.
#ifndef MEDIA_NETEM_H
#define MEDIA_NETEM_H

#include <stdbool.h>
#include <stddef.h>

#include "media/impair.h"

#define NETEM_TEXT_MAX 1024 // octets that hold what netem_print writes for any spec

struct netem_error {
    size_t offset;    // octets from the start of the text to the word (or words) that is wrong
    size_t len;       // octets; at least 1
    const char *what; // static: what is wrong and what was expected
};

// False: `error` is filled in and `spec` untouched. An empty text is a clean path. Nothing in
// `spec` points into `text`. A trace file is only named: whoever calls loads it into spec->trace.
bool netem_parse(struct impair_spec *spec, const char *text, struct netem_error *error);

// Two lines that show where the error is: the text (control characters become blanks), and carets
// under the words. Cut off where `cap` ends, always terminated when cap > 0.
void netem_error_show(const struct netem_error *error, const char *text, char *out, size_t cap);

// The spec as text that parses to the same spec again, terminated; a clean one is empty. False: it
// does not fit. Shares are printed to 9 decimals of a percent, all that netem_parse reads.
bool netem_print(const struct impair_spec *spec, char *out, size_t cap);

#endif
