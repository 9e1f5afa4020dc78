// The ear of the bench: see monitor.h.
#include "tests/bench/monitor.h"

#include "media/io/loop.h"
#include "tests/bench/peer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE     MONITOR_RATE
#define NEAR     (1 * USEC_SECOND)
#define PATIENCE (10 * USEC_SECOND)

static void *listen_on(void *ctx)
{
    struct monitor *m = ctx;
    size_t octets = 0;
    while (octets < sizeof m->pcm) {
        ssize_t n = read(m->parec.said, (char *)m->pcm + octets, sizeof m->pcm - octets);
        if (n == 0)
            break;
        if (n < 0) { // the pipe does not wait
            peer_wait(&(struct peer){.control = m->parec.said, .rtp = -1},
                      loop_now() + USEC_SECOND);
            continue;
        }
        size_t i = atomic_load(&m->reads);
        octets += (size_t)n;
        if (i < MONITOR_READS) {
            m->at[i] = loop_now();
            m->end[i] = octets / sizeof *m->pcm;
            atomic_store(&m->samples, m->end[i]);
            atomic_store(&m->reads, i + 1);
        }
    }
    return NULL;
}

usec monitor_units(size_t samples)
{
    return usec_from_units((int64_t)samples, RATE);
}

usec monitor_zero(const struct monitor *m, usec when)
{
    usec least = USEC_NEVER;
    for (size_t i = 0; i < atomic_load(&m->reads); i++)
        if (m->at[i] > when - NEAR && m->at[i] < when + NEAR)
            least = usec_min(least, m->at[i] - monitor_units(m->end[i]));
    return least == USEC_NEVER ? least : least + m->ahead;
}

usec monitor_heard(const struct monitor *m, usec from, usec until)
{
    usec zero = monitor_zero(m, from);
    if (zero == USEC_NEVER)
        return USEC_NEVER;
    size_t end = atomic_load(&m->samples);
    size_t begin = from > zero ? (size_t)usec_to_units(from - zero, RATE) : 0;
    for (size_t n = begin; n < end && zero + monitor_units(n) < until; n++)
        if (abs(m->pcm[n]) > MONITOR_LOUD)
            return zero + monitor_units(n);
    return USEC_NEVER;
}

void monitor_burst(int16_t *pcm, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        pcm[i] = (int16_t)(16000 * sin(2 * M_PI * 1000 * (double)i / RATE));
}

bool monitor_ahead(const char *sink, usec *ahead)
{
    char line[256], name[64] = "";
    long latency = -1;
    FILE *said = popen("LC_ALL=C pactl list sinks", "r");
    while (said && fgets(line, sizeof line, said)) {
        const char *at = strstr(line, "configured ");
        sscanf(line, " Name: %63s", name);
        if (at && strcmp(name, sink) == 0)
            sscanf(at, "configured %ld usec", &latency);
    }
    if (said)
        pclose(said);
    *ahead = latency >= 0 ? latency : *ahead;
    return latency >= 0;
}

bool monitor_look(struct monitor *m)
{
    return monitor_ahead("bench", &m->ahead);
}

bool monitor_start(struct monitor *m)
{
    const char *command[] = {"parec",          "--raw",  "--device", "bench.monitor", "--format",
                             "s16le",          "--rate", "48000",    "--channels",    "1",
                             "--latency-msec", "5",      NULL};
    if (!child_start(&m->parec, command) || pthread_create(&m->thread, NULL, listen_on, m) != 0)
        return false;
    for (usec until = loop_now() + PATIENCE; !atomic_load(&m->samples) && loop_now() < until;)
        pause_for(USEC_SECOND / 10);
    pause_for(USEC_SECOND);
    return atomic_load(&m->samples) > 0 && monitor_look(m);
}

void monitor_stop(struct monitor *m)
{
    child_stop(&m->parec);
}
