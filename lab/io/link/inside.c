// A lossy link, seen from inside: see inside.h.
#include "lab/io/link/inside.h"

#include "lab/io/link/crossing.h"
#include "lab/io/link/device.h"
#include "lab/io/link/interface.h"
#include "lab/io/link/listens.h"
#include "lab/io/link/space.h"
#include "media/io/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_EVERY    (10 * USEC_MS)    // whether side a listens
#define LOOK_MOST     (2 * USEC_SECOND) // then side b begins all the same
#define TOLD_PATIENCE (5 * USEC_SECOND) // for who was told to end
#define DEVICES       2

static const uint32_t addresses[LINK_SIDES] = {LINK_A, LINK_B};
static const struct device *const devices[DEVICES] = {&device_tun, &device_veth};

struct inside {
    const struct link_config *config;
    struct link_outcome *outcome;
    int here; // our own namespace
    const struct device *device;
    struct device_end ends[LINK_SIDES];
    struct loop *loop;
    struct crossing *crossing;
    uv_signal_t child, term;
    struct loop_timer look, patience;
    usec began;
    pid_t running[LINK_SIDES]; // 0: not, or no longer
    bool b_waits;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct inside *in, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(in->outcome->why, sizeof in->outcome->why, format, arguments);
    va_end(arguments);
    return false;
}

// ---- both sides -----------------------------------------------------------------------------------

static bool open_with(struct inside *in, const struct device *device)
{
    for (int side = 0; side < LINK_SIDES; side++)
        if (!device->open(&in->ends[side], side, in->here)) {
            int error = errno;
            if (side)
                close(in->ends[0].fd); // a TUN device goes with it
            errno = error;
            return false;
        }
    in->device = device;
    snprintf(in->outcome->device, sizeof in->outcome->device, "%s", device->name);
    return true;
}

static bool open_devices(struct inside *in)
{
    const char *wish = in->config->device, *what = "";
    for (int i = 0; i < DEVICES; i++) {
        if (wish && strcmp(wish, devices[i]->name) != 0)
            continue;
        if (open_with(in, devices[i]))
            return true;
        what = devices[i]->what;
    }
    return fail(in, "cannot make interfaces, with %s: %s", what, strerror(errno));
}

// In the namespace of a side. What IPv6 says to its neighbours unasked would cross, too, and change
// which of the others are lost. A kernel lets a namespace choose freely only among some answers to
// congestion; a route may name any.
static bool settle(struct inside *in, int side)
{
    const char *congestion = in->config->congestion;
    space_set("ipv6/conf/all/disable_ipv6", "1");
    bool set = space_set("ipv4/tcp_congestion_control", congestion);
    if (!set && errno == ENOENT)
        return fail(in, "this kernel has no congestion control called %s", congestion);
    if (!interface_up("lo") || !interface_up(DEVICE_NAME))
        return fail(in, "cannot bring up an interface: %s", strerror(errno));
    if (!interface_address(DEVICE_NAME, addresses[side], set ? NULL : congestion))
        return fail(in, "cannot give an interface its address, and its route %s: %s", congestion,
                    strerror(errno));
    return true;
}

static bool make_sides(struct inside *in)
{
    in->here = space_here();
    for (int side = 0; side < LINK_SIDES; side++)
        if (in->here < 0 || (in->ends[side].network = space_network()) < 0) {
            space_refused("make network namespaces", in->outcome->why, LINK_WHY_MAX);
            return false;
        }
    if (!space_enter(in->here))
        return fail(in, "cannot change namespaces: %s", strerror(errno));
    if (!open_devices(in))
        return false;
    for (int side = 0; side < LINK_SIDES; side++)
        if (!space_enter(in->ends[side].network) || !settle(in, side))
            return false;
    return space_enter(in->here);
}

// ---- what runs there ------------------------------------------------------------------------------

static void start_side(struct inside *in, enum link_side side)
{
    static const int usual[] = {SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGTERM};
    pid_t child = fork();
    if (child == 0) {
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
            signal(usual[i], SIG_DFL);
        if (!space_enter(in->ends[in->config->together ? LINK_SIDE_B : side].network))
            _exit(1);
        space_keep_rights();
        int status = in->config->run[side](in->config->ctx);
        fflush(NULL);
        _exit(status);
    }
    in->running[side] = child > 0 ? child : 0;
    if (child < 0)
        fail(in, "cannot start a process: %s", strerror(errno));
}

static void tell(struct inside *in, enum link_side side, int signal)
{
    if (!in->running[side])
        return;
    kill(in->running[side], signal);
    in->outcome->told[side] = true;
    loop_timer_set(&in->patience, loop_now() + TOLD_PATIENCE);
}

static void tell_all(struct inside *in, int signal)
{
    in->b_waits = false;
    tell(in, LINK_SIDE_A, signal);
    tell(in, LINK_SIDE_B, signal);
    if (!in->running[LINK_SIDE_A] && !in->running[LINK_SIDE_B])
        loop_stop(in->loop);
}

// Side b is who asks: when it has what it wanted, there is no more for side a to do. What side a leaves
// behind when it is done, side b may still be playing; only where it failed is there nothing to wait
// for. Ctrl-C reaches both, and each makes of it what it wants.
static void ended(struct inside *in, enum link_side side, int status)
{
    status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    bool failed = status != 0 && status != 128 + SIGINT;
    in->running[side] = 0;
    in->outcome->status[side] = status;
    if (side == LINK_SIDE_B || !in->config->run[LINK_SIDE_B] || failed)
        tell_all(in, SIGTERM);
    else if (!in->b_waits && !in->running[LINK_SIDE_B])
        loop_stop(in->loop);
}

static void on_child(uv_signal_t *signal, int number)
{
    struct inside *in = signal->data;
    pid_t child;
    int status;
    (void)number;
    while ((child = waitpid(-1, &status, WNOHANG)) > 0) // ours, and whose parents are gone
        for (unsigned side = 0; side < LINK_SIDES; side++)
            if (child == in->running[side])
                ended(in, (enum link_side)side, status);
}

static void on_term(uv_signal_t *signal, int number)
{
    (void)number;
    tell_all(signal->data, SIGTERM);
}

static void on_patience(void *ctx, usec now)
{
    (void)now;
    tell_all(ctx, SIGKILL);
}

static void on_look(void *ctx, usec now)
{
    struct inside *in = ctx;
    bool ready = !in->running[LINK_SIDE_A] || now - in->began > LOOK_MOST ||
                 listens(in->ends[LINK_SIDE_A].network, in->here);
    if (in->b_waits && ready) {
        in->b_waits = false;
        start_side(in, LINK_SIDE_B);
    } else if (in->b_waits) {
        loop_timer_set(&in->look, now + LOOK_EVERY);
    }
}

// ---- all of it ------------------------------------------------------------------------------------

static void watch_signal(struct inside *in, uv_signal_t *handle, int number,
                         void (*happened)(uv_signal_t *signal, int number))
{
    uv_signal_init(loop_uv(in->loop), handle);
    handle->data = in;
    uv_signal_start(handle, happened, number);
}

static bool start(struct inside *in)
{
    in->loop = loop_new();
    if (in->loop)
        in->crossing = crossing_new(in->loop, in->config, in->device, in->ends);
    if (!in->crossing)
        return fail(in, "no memory");
    signal(SIGINT, SIG_IGN); // the link stands until those who use it have ended
    signal(SIGHUP, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    loop_timer_init(&in->look, in->loop, on_look, in);
    loop_timer_init(&in->patience, in->loop, on_patience, in);
    watch_signal(in, &in->child, SIGCHLD, on_child);
    watch_signal(in, &in->term, SIGTERM, on_term);
    in->began = loop_now();
    bool both = in->config->run[LINK_SIDE_A] && in->config->run[LINK_SIDE_B];
    in->b_waits = both && in->config->a_first;
    if (in->config->run[LINK_SIDE_A])
        start_side(in, LINK_SIDE_A);
    if (in->config->run[LINK_SIDE_B] && !in->b_waits)
        start_side(in, LINK_SIDE_B);
    loop_timer_set(&in->look, in->b_waits ? in->began : USEC_NEVER);
    return !in->outcome->why[0];
}

int inside_run(const struct link_config *config, struct link_outcome *outcome)
{
    struct inside in = {.config = config, .outcome = outcome, .here = -1};
    bool made = make_sides(&in) && start(&in);
    if (made)
        loop_run(in.loop);
    if (in.crossing)
        crossing_figures(in.crossing, outcome);
    if (config->closed && !outcome->why[0])
        config->closed(config->ctx, outcome->why);
    crossing_free(in.crossing);
    return made && !outcome->why[0] ? 0 : 1; // the rest ends with us
}
