// The event loop: see loop.h. Timers lie in a binary heap by due time.
#include "media/io/loop.h"

#include <stdlib.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SIGNALS 3

struct loop {
    uv_loop_t uv;
    uv_poll_t poll;
    uv_signal_t signals[SIGNALS];
    void (*interrupted)(void *ctx);
    void *ctx;
    bool was_interrupted;
    int fd;     // the timerfd
    usec armed; // what it is set to
    usec least; // nothing may be set earlier: while timers fire, to the next round
    struct loop_timer **heap;
    size_t count, cap;
};

static usec read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * USEC_SECOND + t.tv_nsec / 1000;
}

usec loop_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

usec loop_wall_clock(void)
{
    return read_clock(CLOCK_REALTIME) - loop_now();
}

uint64_t loop_entropy(void)
{
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        number = (uint64_t)read_clock(CLOCK_REALTIME) ^ (uint64_t)getpid() << 40;
    return number;
}

// ---- timers ------------------------------------------------------------------------------------

static void place(struct loop *loop, struct loop_timer *timer, size_t at)
{
    loop->heap[at] = timer;
    timer->place = at;
}

static void sift_up(struct loop *loop, struct loop_timer *timer, size_t at)
{
    while (at > 0 && loop->heap[(at - 1) / 2]->due > timer->due) {
        place(loop, loop->heap[(at - 1) / 2], at);
        at = (at - 1) / 2;
    }
    place(loop, timer, at);
}

static void sift_down(struct loop *loop, struct loop_timer *timer, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < loop->count && loop->heap[child + 1]->due < loop->heap[child]->due)
            child++;
        if (child >= loop->count || loop->heap[child]->due >= timer->due)
            break;
        place(loop, loop->heap[child], at);
        at = child;
    }
    place(loop, timer, at);
}

static void take_out(struct loop *loop, struct loop_timer *timer)
{
    size_t at = timer->place;
    struct loop_timer *last = loop->heap[--loop->count];
    timer->due = USEC_NEVER;
    if (last == timer)
        return;
    sift_up(loop, last, at);
    sift_down(loop, last, last->place);
}

static bool put_in(struct loop *loop, struct loop_timer *timer, usec due)
{
    if (loop->count == loop->cap) {
        size_t cap = loop->cap ? 2 * loop->cap : 64;
        struct loop_timer **heap = realloc(loop->heap, cap * sizeof(struct loop_timer *));
        if (!heap)
            return false;
        loop->heap = heap;
        loop->cap = cap;
    }
    timer->due = due;
    sift_up(loop, timer, loop->count++);
    return true;
}

static void arm(struct loop *loop)
{
    usec due = loop->count ? loop->heap[0]->due : USEC_NEVER;
    if (due == loop->armed || loop->least) // while timers fire it waits for the last one
        return;
    loop->armed = due;
    struct itimerspec when = {0};
    if (due != USEC_NEVER) {
        usec at = due > 0 ? due : 1; // zero would disarm
        when.it_value.tv_sec = at / USEC_SECOND;
        when.it_value.tv_nsec = at % USEC_SECOND * 1000;
    }
    timerfd_settime(loop->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void loop_timer_init(struct loop_timer *timer, struct loop *loop, void (*fire)(void *ctx, usec now),
                     void *ctx)
{
    *timer = (struct loop_timer){.loop = loop, .fire = fire, .ctx = ctx, .due = USEC_NEVER};
}

void loop_timer_set(struct loop_timer *timer, usec due)
{
    if (timer->due == due)
        return;
    if (timer->due != USEC_NEVER)
        take_out(timer->loop, timer);
    if (due != USEC_NEVER && !put_in(timer->loop, timer, usec_max(due, timer->loop->least)))
        abort(); // out of memory for 8 octets
    arm(timer->loop);
}

usec loop_next(const struct loop *loop)
{
    return loop->count ? loop->heap[0]->due : USEC_NEVER;
}

static void on_timer(uv_poll_t *poll, int status, int events)
{
    struct loop *loop = poll->data;
    (void)status;
    (void)events;
    usec now = loop_now();
    loop->least = now + 1; // so that a timer set to "at once" cannot keep us here
    while (loop->count && loop->heap[0]->due <= now) {
        struct loop_timer *timer = loop->heap[0];
        take_out(loop, timer);
        timer->fire(timer->ctx, now);
    }
    loop->least = 0;
    loop->armed = 0; // it has gone off: set it again, which also makes it unreadable
    arm(loop);
}

// ---- the loop ----------------------------------------------------------------------------------

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    loop->armed = USEC_NEVER;
    loop->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (loop->fd < 0 || uv_loop_init(&loop->uv) != 0) {
        if (loop->fd >= 0)
            close(loop->fd);
        free(loop);
        return NULL;
    }
    uv_poll_init(&loop->uv, &loop->poll, loop->fd);
    loop->poll.data = loop;
    uv_poll_start(&loop->poll, UV_READABLE, on_timer);
    return loop;
}

static void close_handle(uv_handle_t *handle, void *ctx)
{
    (void)ctx;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    uv_walk(&loop->uv, close_handle, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_loop_close(&loop->uv);
    close(loop->fd);
    free(loop->heap);
    free(loop);
}

uv_loop_t *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct loop *loop = signal->data;
    if (loop->was_interrupted)
        _exit(128 + number);
    loop->was_interrupted = true;
    loop->interrupted(loop->ctx);
}

void loop_on_interrupt(struct loop *loop, void (*interrupted)(void *ctx), void *ctx)
{
    static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    loop->interrupted = interrupted;
    loop->ctx = ctx;
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < SIGNALS; i++) {
        uv_signal_init(&loop->uv, &loop->signals[i]);
        loop->signals[i].data = loop;
        uv_signal_start(&loop->signals[i], on_signal, numbers[i]);
    }
}
