// A network path in front of a port: datagrams go in, and come out when `impair` says so. A clean
// path hands them on at once.
#ifndef MEDIA_IO_PATH_H
#define MEDIA_IO_PATH_H

#include "media/impair.h"
#include "media/io/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct path;

// `deliver` gets each datagram that comes out, with the instant it left the path and the tag it
// went in with. NULL: no memory.
struct path *path_new(struct loop *loop, const struct impair_spec *spec, uint64_t seed,
                      void (*deliver)(void *ctx, usec when, const void *data, size_t len,
                                      uint64_t tag),
                      void *ctx);
// Another path from now on; what is on its way is dropped. False: no memory, and it is clean.
bool path_change(struct path *path, const struct impair_spec *spec, uint64_t seed);
// The same path with other settings from the next datagram on: what is on its way stays, and the draws
// go on (impair_set). `limit` has to be the same. False: no memory, and it is as it was.
bool path_turn(struct path *path, const struct impair_spec *spec, uint64_t seed);
void path_free(struct path *path); // NULL is fine; what is on its way is dropped
void path_input(struct path *path, usec now, const void *data, size_t len, uint64_t tag);
// Hands on what is due by `now`, without waiting for the loop's timer.
void path_run(struct path *path, usec now);
struct impair_stats path_stats(const struct path *path); // of a clean path: only in and out

// Reads a --netem text, and the trace file that it names. False: `why` says what is wrong, over
// several lines, the last ones pointing at the word. The trace is held until path_spec_free.
bool path_spec(const char *text, struct impair_spec *spec, char *why, size_t cap);
void path_spec_free(struct impair_spec *spec);
// The `set` function (cli.h) of --netem: the target is a struct impair_spec. A text without a word
// is refused: what was meant got lost on its way, say in an unset variable of the shell.
bool path_option(void *spec, const char *text, char *why);

#endif
