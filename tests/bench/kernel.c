// The kernel's own TCP on a bad network: see kernel.h. One thread, so one clock stamps both ends.
#include "tests/bench/kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ADDRESS_A 0x0a4d0001 // 10.77.0.1: writes the frames,
#define ADDRESS_B 0x0a4d0002 // 10.77.0.2: reads them
#define PORT      4477
#define MTU       1500
#define SEND_ROOM (8 << 20)          // octets: what stalls waits in the kernel, never in the writer
#define LINGER    (60 * USEC_SECOND) // for what is on its way at the end

enum { A, B };

struct run {
    const struct kernel_stream *stream;
    int tun[2], socket[2];
    struct impair *path[2]; // path[A]: what leaves A
    usec begin;             // of the speech
    size_t written, rest;   // frames; octets of a frame that was half written
    uint64_t octets_read;
    uint8_t frame[MTU];
    int64_t *delays;
    usec *sent;
};

static usec now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * USEC_SECOND + t.tv_nsec / 1000;
}

static struct sockaddr_in address(uint32_t host)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(host)};
}

// An interface of the namespace that the process is in, up, with an address. -1: refused.
static int open_tun(uint32_t host)
{
    struct ifreq r = {.ifr_name = "voz0", .ifr_flags = IFF_TUN | IFF_NO_PI};
    struct sockaddr_in ip = address(host), mask = address(0xffffff00);
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool ok = tun >= 0 && s >= 0 && ioctl(tun, TUNSETIFF, &r) == 0;
    memcpy(&r.ifr_addr, &ip, sizeof ip);
    ok = ok && ioctl(s, SIOCSIFADDR, &r) == 0;
    memcpy(&r.ifr_netmask, &mask, sizeof mask);
    ok = ok && ioctl(s, SIOCSIFNETMASK, &r) == 0;
    r.ifr_flags = IFF_UP | IFF_RUNNING;
    ok = ok && ioctl(s, SIOCSIFFLAGS, &r) == 0;
    if (s >= 0)
        close(s);
    return ok ? tun : -1;
}

// ---- the link ----------------------------------------------------------------------------------

static void cross(struct run *run)
{
    uint8_t packet[MTU];
    for (int side = A; side <= B; side++) {
        ssize_t len;
        while ((len = read(run->tun[side], packet, sizeof packet)) > 0) {
            if (packet[0] >> 4 == 4) // IPv6 looks for neighbours
                impair_input(run->path[side], now(), packet, (size_t)len, 0);
        }
        size_t due;
        while ((due = impair_output(run->path[side], now(), packet, sizeof packet, NULL, NULL)))
            if (write(run->tun[!side], packet, due) < 0)
                return; // the device is full: lost, as on any link
    }
}

static bool make_paths(struct run *run, const struct impair_spec *forward,
                       const struct impair_spec *back)
{
    for (int side = A; side <= B; side++)
        impair_free(run->path[side]);
    run->path[A] = impair_new(forward, run->stream->seed);
    run->path[B] = impair_new(back, run->stream->seed + 1);
    return run->path[A] && run->path[B];
}

static void rest(struct run *run, usec until)
{
    struct pollfd fds[] = {{run->tun[A], POLLIN, 0},
                           {run->tun[B], POLLIN, 0},
                           {run->socket[B], POLLIN, 0},
                           {run->rest ? run->socket[A] : -1, POLLOUT, 0}};
    usec next = usec_min(impair_next(run->path[A]), impair_next(run->path[B]));
    usec wait = usec_max(0, usec_min(next, until) - now());
    struct timespec t = {wait / USEC_SECOND, wait % USEC_SECOND * 1000};
    ppoll(fds, 4, &t, NULL);
}

// ---- the stream --------------------------------------------------------------------------------

static void write_frames(struct run *run)
{
    const struct kernel_stream *s = run->stream;
    while (run->written < s->frames && run->begin + (usec)run->written * s->period <= now()) {
        if (!run->rest) {
            run->sent[run->written] = now();
            run->rest = s->frame;
        }
        ssize_t n = write(run->socket[A], run->frame, run->rest);
        if (n < 0)
            return;
        run->rest -= (size_t)n;
        run->written += !run->rest;
    }
}

static void read_frames(struct run *run)
{
    const struct kernel_stream *s = run->stream;
    uint8_t data[65536];
    ssize_t n;
    while ((n = read(run->socket[B], data, sizeof data)) > 0) {
        size_t first = run->octets_read / s->frame;
        run->octets_read += (uint64_t)n;
        for (size_t i = first; i < run->octets_read / s->frame; i++)
            run->delays[i] = now() - run->sent[i];
    }
}

static bool stream(struct run *run)
{
    const struct kernel_stream *s = run->stream;
    if (!make_paths(run, &s->forward, &s->back))
        return false;
    run->begin = now();
    usec end = run->begin + (usec)s->frames * s->period + LINGER;
    while (now() < end && run->octets_read < s->frames * s->frame) {
        usec due = run->begin + (usec)run->written * s->period;
        rest(run, run->written < s->frames && !run->rest ? due : end);
        write_frames(run);
        cross(run);
        read_frames(run);
    }
    return true;
}

// ---- the connection ----------------------------------------------------------------------------

// A new namespace with its device; a socket made next is in it.
static const char *enter(struct run *run, int side)
{
    if (unshare(CLONE_NEWNET))
        return "no network namespace may be made (root may)";
    run->tun[side] = open_tun(side == A ? ADDRESS_A : ADDRESS_B);
    if (run->tun[side] < 0)
        return "no TUN device (/dev/net/tun) may be made (root may)";
    run->socket[side] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return run->socket[side] < 0 ? "no socket" : NULL;
}

static const char *connect_both(struct run *run)
{
    const struct kernel_stream *s = run->stream;
    const struct impair_spec forward = {.delay = s->forward.delay}, back = {.delay = s->back.delay};
    struct sockaddr_in to = address(ADDRESS_B);
    int on = 1, room = SEND_ROOM, listener = run->socket[B];
    if (setsockopt(run->socket[A], IPPROTO_TCP, TCP_CONGESTION, s->congestion,
                   (socklen_t)strlen(s->congestion)))
        return "the kernel does not have this congestion control";
    setsockopt(run->socket[A], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(run->socket[A], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    if (!make_paths(run, &forward, &back))
        return "no memory";
    if (bind(listener, (struct sockaddr *)&to, sizeof to) || listen(listener, 1) ||
        (connect(run->socket[A], (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS))
        return "the two namespaces cannot be connected";
    usec until = now() + 5 * USEC_SECOND;
    while ((run->socket[B] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0) {
        if (now() > until)
            return "the two namespaces do not reach each other";
        run->socket[B] = listener;
        rest(run, until);
        cross(run);
    }
    close(listener);
    return NULL;
}

const char *kernel_run(const struct kernel_stream *s, int64_t *delays)
{
    struct run run = {.stream = s, .delays = delays, .tun = {-1, -1}, .socket = {-1, -1}};
    struct sched_param first = {.sched_priority = 1};
    const char *why = NULL;
    sched_setscheduler(0, SCHED_FIFO, &first); // a busy machine is no part of the network
    run.sent = calloc(s->frames, sizeof *run.sent);
    for (size_t i = 0; i < s->frames; i++)
        delays[i] = -1;
    if (!run.sent)
        why = "no memory";
    for (int side = A; !why && side <= B; side++)
        why = enter(&run, side);
    if (!why)
        why = connect_both(&run);
    if (!why && !stream(&run))
        why = "no memory";
    for (int side = A; side <= B; side++) {
        if (run.socket[side] >= 0)
            close(run.socket[side]);
        if (run.tun[side] >= 0)
            close(run.tun[side]);
        impair_free(run.path[side]);
    }
    free(run.sent);
    return why;
}
