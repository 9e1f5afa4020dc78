// The event loop of a program: libuv's loop, the one clock that programs read, timers of
// microseconds, and signals. libuv's own timers count milliseconds; all of ours share one timerfd.
#ifndef MEDIA_IO_LOOP_H
#define MEDIA_IO_LOOP_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct loop;

struct loop_timer {
    struct loop *loop;
    void (*fire)(void *ctx, usec now);
    void *ctx;
    usec due;     // USEC_NEVER: not set
    size_t place; // in the loop's heap
};

struct loop *loop_new(void); // NULL: no memory, or no more file descriptors
void loop_free(struct loop *loop);
uv_loop_t *loop_uv(struct loop *loop);

// Monotonic, since some moment before the program began.
usec loop_now(void);
// What to add to loop_now() for microseconds since 1970.
usec loop_wall_clock(void);
// Numbers that nobody can guess, for seeds.
uint64_t loop_entropy(void);

// Runs until loop_stop.
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

// Calls `interrupted` on the first SIGINT, SIGTERM or SIGHUP; the second one ends the program at
// once. Ignores SIGPIPE.
void loop_on_interrupt(struct loop *loop, void (*interrupted)(void *ctx), void *ctx);

void loop_timer_init(struct loop_timer *timer, struct loop *loop, void (*fire)(void *ctx, usec now),
                     void *ctx);
// Fires once at `due` (at once when it is past); USEC_NEVER: not. Replaces what was set before.
void loop_timer_set(struct loop_timer *timer, usec due);

// When the next timer fires; USEC_NEVER: none is set. For what is done only while nothing else is due.
usec loop_next(const struct loop *loop);

#endif
