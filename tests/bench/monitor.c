// The ear of the bench: see monitor.h.
#include "tests/bench/monitor.h"

#include "media/io/loop.h"
#include "tests/bench/peer.h"
#include "tests/bench/table.h"

#include <math.h>
#include <pulse/simple.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RATE   MONITOR_RATE
#define BURST  (RATE / 25)
#define NEAR   (3 * USEC_SECOND)
#define PROBES 12

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
    return least == USEC_NEVER ? least : least + m->correction;
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

// Bursts of our own, of which PulseAudio says when they sound.
static bool calibrate(struct monitor *m)
{
    static const pa_sample_spec spec = {PA_SAMPLE_S16LE, RATE, 1};
    static const pa_buffer_attr small = {UINT32_MAX, 40 * RATE / 1000 * 2, UINT32_MAX, UINT32_MAX,
                                         UINT32_MAX};
    int16_t quiet[RATE / 10] = {0}, tone[BURST];
    double off[PROBES];
    size_t count = 0;
    usec expected[PROBES];
    monitor_burst(tone, BURST);
    pa_simple *out =
        pa_simple_new(NULL, "bench", PA_STREAM_PLAYBACK, NULL, "bursts", &spec, NULL, &small, NULL);
    for (int i = 0; out && i < PROBES; i++) {
        int error = 0;
        for (int k = 0; k < 3; k++)
            pa_simple_write(out, quiet, sizeof quiet, NULL);
        expected[i] = (usec)pa_simple_get_latency(out, &error) + loop_now();
        if (error || pa_simple_write(out, tone, sizeof tone, NULL) != 0)
            break;
        pa_simple_write(out, quiet, sizeof quiet, NULL);
        usec sounded = monitor_heard(m, expected[i] - 80 * USEC_MS, expected[i] + 80 * USEC_MS);
        if (i > 1 && sounded != USEC_NEVER)
            off[count++] = (double)(expected[i] - sounded);
    }
    if (out)
        pa_simple_free(out);
    if (count < PROBES / 2)
        return false;
    m->correction = (usec)median(off, count);
    table_note("(the monitor runs %.1f ms %s the device; spread of that %.1f ms)",
               fabs(usec_to_ms(m->correction)), m->correction > 0 ? "ahead of" : "behind",
               (off[count - 1] - off[0]) / 1000);
    return true;
}

bool monitor_start(struct monitor *m)
{
    const char *command[] = {"parec",          "--raw",  "--device", "bench.monitor", "--format",
                             "s16le",          "--rate", "48000",    "--channels",    "1",
                             "--latency-msec", "5",      NULL};
    if (!child_start(&m->parec, command) || pthread_create(&m->thread, NULL, listen_on, m) != 0)
        return false;
    pause_for(USEC_SECOND);
    return calibrate(m);
}

void monitor_stop(struct monitor *m)
{
    child_stop(&m->parec);
}
