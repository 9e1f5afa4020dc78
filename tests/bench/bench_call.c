// From mouth to ear: how long a sound takes from one's room to the other's, through two voz-call and through
// two baresip in turns, each with its defaults, on null sinks of PulseAudio.
//
// - The mouth is the sink `mouth`, whose monitor is the caller's microphone. Bursts are played into it,
//   and PulseAudio says when they sound.
// - The ear is the sink `bench` (monitor.h), where who is called has his loudspeaker.
// - What is said back goes from a silent microphone (`still`) to a loudspeaker that nobody hears (`away`).
//
//     bench_call VOZ-CALL BARESIP-CALLED BARESIP-CALLER      (folders of baresip's settings)
#include "media/io/loop.h"
#include "tests/bench/child.h"
#include "tests/bench/monitor.h"
#include "tests/bench/table.h"

#include <pulse/simple.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE     MONITOR_RATE
#define BURST    (RATE / 25)
#define QUIET    (RATE / 10)
#define QUIETS   6 // before each burst
#define BURSTS   8
#define RUNS     3
#define SETTLE   (4 * USEC_SECOND) // until the delays have found their places
#define PATIENCE (10 * USEC_SECOND)

enum { VOZ, BARESIP, PHONES };

struct figures {
    double took[RUNS * BURSTS]; // ms
    size_t count;
};

struct pair {
    struct child called, caller;
};

static bool call_voz(struct pair *p, const char *program)
{
    const char *called[] = {"env",
                            "PULSE_SOURCE=still.monitor",
                            "PULSE_SINK=bench",
                            program,
                            "--answer",
                            "auto",
                            "--listen",
                            "127.0.0.1:0",
                            "--once",
                            NULL};
    char line[256], to[64];
    if (!child_start(&p->called, called) ||
        !child_says(&p->called, "Waiting for calls on port", PATIENCE, line, sizeof line))
        return false;
    snprintf(to, sizeof to, "127.0.0.1:%d", atoi(strstr(line, "port ") + strlen("port ")));
    const char *caller[] = {
        "env", "PULSE_SOURCE=mouth.monitor", "PULSE_SINK=away", program, "--verbose", to, NULL};
    return child_start(&p->caller, caller) &&
           child_says(&p->caller, "The call is up", PATIENCE, NULL, 0);
}

static bool call_baresip(struct pair *p, const char *from, const char *to)
{
    const char *called[] = {
        "env", "PULSE_SOURCE=still.monitor", "PULSE_SINK=bench", "baresip", "-f", to, NULL};
    const char *caller[] = {"env",
                            "PULSE_SOURCE=mouth.monitor",
                            "PULSE_SINK=away",
                            "baresip",
                            "-f",
                            from,
                            "-e",
                            "/dial sip:bob@127.0.0.1:15071;transport=tcp",
                            NULL};
    return child_start(&p->called, called) &&
           child_says(&p->called, "baresip is ready", PATIENCE, NULL, 0) &&
           child_start(&p->caller, caller) &&
           child_says(&p->caller, "Call established", PATIENCE, NULL, 0);
}

// Bursts into the mouth; `at`: when each was where a monitor takes it from.
static size_t speak(struct monitor *m, struct pair *p, usec at[BURSTS])
{
    static const pa_sample_spec spec = {PA_SAMPLE_S16LE, RATE, 1};
    static const pa_buffer_attr small = {UINT32_MAX, 40 * RATE / 1000 * 2, UINT32_MAX, UINT32_MAX,
                                         UINT32_MAX};
    static const int16_t quiet[QUIET];
    int16_t tone[BURST];
    size_t count = 0;
    usec ahead = 0;
    int error = 0;
    pa_simple *out = pa_simple_new(NULL, "bench", PA_STREAM_PLAYBACK, "mouth", "bursts", &spec,
                                   NULL, &small, NULL);
    monitor_burst(tone, BURST);
    for (size_t i = 0; out && !error && i < BURSTS; i++) {
        for (int k = 0; k < QUIETS; k++)
            pa_simple_write(out, quiet, sizeof quiet, &error);
        pa_simple_write(out, quiet, (1 + i * 131 % 960) * sizeof *quiet,
                        &error); // anywhere in a frame
        if (i == 0)              // now that all ask for what latency they want
            error |= !monitor_look(m) || !monitor_ahead("mouth", &ahead);
        at[count] = (usec)pa_simple_get_latency(out, &error) + loop_now() - ahead;
        pa_simple_write(out, tone, sizeof tone, &error);
        count += !error;
        child_hush(&p->called);
        child_hush(&p->caller);
    }
    if (out) {
        for (int k = 0; k < QUIETS; k++)
            pa_simple_write(out, quiet, sizeof quiet, &error);
        pa_simple_free(out);
    }
    return count;
}

static void run(struct monitor *m, char *const *argv, int phone, struct figures *f)
{
    struct pair p = {0};
    usec at[BURSTS];
    if (phone == VOZ ? call_voz(&p, argv[1]) : call_baresip(&p, argv[3], argv[2])) {
        pause_for(SETTLE);
        size_t count = speak(m, &p, at);
        for (size_t i = 0; i < count; i++) {
            usec heard = monitor_heard(m, at[i], at[i] + monitor_units((QUIETS - 1) * QUIET));
            if (heard != USEC_NEVER)
                f->took[f->count++] = usec_to_ms(heard - at[i]);
        }
    } else {
        fprintf(stderr, "bench: no call: %.300s %.300s\n", p.called.text, p.caller.text);
    }
    child_stop(&p.caller);
    child_stop(&p.called);
}

int main(int argc, char **argv)
{
    static struct monitor monitor;
    static struct figures figures[PHONES];
    if (argc != 4)
        return 2;
    if (!monitor_start(&monitor)) {
        fprintf(stderr, "bench: no sound from the monitor\n");
        monitor_stop(&monitor);
        return 1;
    }
    for (int i = 0; i < RUNS; i++)
        for (int phone = 0; phone < PHONES; phone++)
            run(&monitor, argv, phone, &figures[phone]);
    double ours = median(figures[VOZ].took, figures[VOZ].count);
    double theirs = median(figures[BARESIP].took, figures[BARESIP].count);
    bool measured = figures[VOZ].count && figures[BARESIP].count;
    if (measured) {
        table_row(&(struct figure){"mouth to ear in a call, PulseAudio", "ms", ours,
                                   "baresip, its defaults", theirs, 0, 1, 0});
        for (int phone = 0; phone < PHONES; phone++)
            table_note("(%s, %zu bursts: fastest %.1f ms, slowest %.1f ms)",
                       phone == VOZ ? "voz-call" : "baresip", figures[phone].count,
                       figures[phone].took[0], figures[phone].took[figures[phone].count - 1]);
    }
    monitor_stop(&monitor);
    return measured ? 0 : 1;
}
