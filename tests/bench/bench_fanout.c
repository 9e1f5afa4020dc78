// One sender, a thousand listeners over UDP: packets per second of the sender's CPU time (the
// encoder and everything else included), beside a bare loop of sendmmsg with datagrams of the same
// length to the same addresses from a socket set up like the sender's. Once with more to send than
// there is time for (2.5 ms frames: 400,000 packets a second), which is what the aim is about; once
// at the usual pace, which leaves the caches cold, in the loop as well, and where encoding a frame
// is a tenth of sending it. Both take turns; the sender stands still in the meantime. The
// listeners' sockets are real, with the least of buffers, and all but three of them are never read,
// so that the kernel's way to a socket is paid for and nobody's reading.
//
//     bench_fanout VOZ-SENDER
#include "media/io/loop.h"
#include "tests/bench/child.h"
#include "tests/bench/peer.h"
#include "tests/bench/table.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LISTENERS 1000
#define BATCH     64
#define ROUNDS    5
#define SETTLE    (800 * USEC_MS)
#define WINDOW    (1200 * USEC_MS)
#define BARE      (500 * USEC_MS)

struct fanout {
    struct child sender;
    struct peer peers[LISTENERS];
    int joined;
    struct sockaddr_in6 to[LISTENERS];
    int bare; // socket
};

static double thread_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool open_bare(struct fanout *f)
{
    int on = 1, off = 0, size = 1 << 20;
    f->bare = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (f->bare < 0)
        return false;
    setsockopt(f->bare, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    setsockopt(f->bare, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(f->bare, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    setsockopt(f->bare, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    for (int i = 0; i < LISTENERS; i++) {
        f->to[i].sin6_family = AF_INET6;
        f->to[i].sin6_port = htons(f->peers[i].port);
        memcpy(&f->to[i].sin6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
    }
    return true;
}

// Packets per CPU second; a round to everybody `every` so often, 0: without a pause.
static double bare_rate(struct fanout *f, size_t len, usec every)
{
    static uint8_t data[2048]; // no RTP: the listeners that read do not count it
    struct iovec part = {data, len};
    struct mmsghdr messages[BATCH];
    uint64_t sent = 0;
    usec until = loop_now() + BARE;
    double began = thread_seconds();
    for (usec due = loop_now(); loop_now() < until; due += every) {
        if (every)
            pause_for(usec_max(due - loop_now(), 0));
        for (int at = 0; at < LISTENERS; at += BATCH) {
            int n = LISTENERS - at < BATCH ? LISTENERS - at : BATCH;
            for (int i = 0; i < n; i++)
                messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &f->to[at + i],
                                                           .msg_namelen = sizeof f->to[at + i],
                                                           .msg_iov = &part,
                                                           .msg_iovlen = 1}};
            n = sendmmsg(f->bare, messages, (unsigned)n, MSG_DONTWAIT);
            sent += n > 0 ? (uint64_t)n : 0;
        }
    }
    return (double)sent / (thread_seconds() - began);
}

static const int probes[] = {0, LISTENERS / 2, LISTENERS - 1}; // listeners that are read

static void read_until(struct fanout *f, usec until)
{
    do {
        for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
            peer_serve(&f->peers[probes[i]]);
        pause_for(5 * USEC_MS);
    } while (loop_now() < until);
}

static bool join_all(struct fanout *f, const char *url)
{
    for (f->joined = 0; f->joined < LISTENERS; f->joined++) {
        struct peer_config config = {.url = url, .buffer = 1};
        for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
            if (f->joined == probes[i])
                config.buffer = 1 << 20;
        if (!peer_open(&f->peers[f->joined], &config))
            return false;
        child_hush(&f->sender);
    }
    return true;
}

static bool measure(struct fanout *f, const struct figure *figure, usec every)
{
    const struct peer *probe = &f->peers[probes[1]];
    double ours[ROUNDS], bare[ROUNDS], rate[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        read_until(f, loop_now() + SETTLE);
        usec began = loop_now();
        double cpu = child_cpu(&f->sender);
        uint64_t passed = probe->passed;
        read_until(f, began + WINDOW);
        double packets_sent = (double)(probe->passed - passed) * LISTENERS;
        cpu = child_cpu(&f->sender) - cpu;
        rate[i] = packets_sent / (usec_to_ms(loop_now() - began) / 1000);
        ours[i] = packets_sent / cpu;
        if (!probe->packets)
            return false;
        kill(f->sender.pid, SIGSTOP);
        bare[i] = bare_rate(f, probe->octets / probe->packets, every);
        kill(f->sender.pid, SIGCONT);
    }
    struct figure row = *figure;
    row.ours = median(ours, ROUNDS);
    row.baseline = median(bare, ROUNDS);
    table_row(&row);
    table_note("(%.0f packets/s of %zu octets to %d sockets)", median(rate, ROUNDS),
               (size_t)(probe->octets / probe->packets), LISTENERS);
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
        if (f->peers[probes[i]].packets + 50 < probe->packets)
            table_note("(listener %d got only %llu packets of %llu)", probes[i],
                       (unsigned long long)f->peers[probes[i]].packets,
                       (unsigned long long)probe->packets);
    return true;
}

static bool run(struct fanout *f, const char *program, const char *frame,
                const struct figure *figure, usec every)
{
    char wait[16], url[128];
    snprintf(wait, sizeof wait, "%d", LISTENERS);
    const char *command[] = {program,   "--listen", "0",      "--wait", wait,
                             "--frame", frame,      "--loop", NULL};
    *f = (struct fanout){.bare = -1};
    bool done = child_start(&f->sender, command) && child_url(&f->sender, url, sizeof url) &&
                join_all(f, url) && open_bare(f) && measure(f, figure, every);
    child_stop(&f->sender); // first, so that nobody is waited for
    for (int i = 0; i < f->joined; i++)
        peer_close(&f->peers[i]);
    if (f->bare >= 0)
        close(f->bare);
    return done;
}

int main(int argc, char **argv)
{
    static struct fanout fanout;
    struct rlimit limit;
    if (argc != 2)
        return 2;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 3 * LISTENERS + 64) {
        fprintf(stderr, "bench: %d listeners need %d open files; ulimit -Hn is %llu\n", LISTENERS,
                3 * LISTENERS + 64, (unsigned long long)limit.rlim_cur);
        return 1;
    }
    const struct figure pace = {.what = "1,000 UDP listeners, 20 ms frames",
                                .unit = "packets/CPU-s",
                                .than = "bare sendmmsg, every 20 ms"};
    const struct figure full = {.what = "1,000 UDP listeners, 2.5 ms frames",
                                .unit = "packets/CPU-s",
                                .than = "bare sendmmsg, without a pause",
                                .ratio_at_least = 0.8};
    bool paced = run(&fanout, argv[1], "20", &pace, 20 * USEC_MS);
    bool unpaced = run(&fanout, argv[1], "2.5", &full, 0);
    return paced && unpaced ? 0 : 1;
}
