// An hour in which the sender's clock and ours differ by 500 millionths: the delay has to follow, 1.8 s
// in all, and nobody should hear it.
#include "media/random.h"
#include "media/trace.h"
#include "tests/bench/playout/parts.h"
#include "tests/bench/playout/player.h"
#include "tests/bench/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MINUTES 60
#define PACKETS (MINUTES * 3000)
#define FRAME   (20 * USEC_MS)
#define BASE    (2 * USEC_SECOND) // the network's delay at first: more than the drift takes away
#define AIM     10.0              // ms that the delay may move

static const struct condition {
    const char *name;
    double ppm; // the sender's clock is fast by so much
    usec jitter;
} conditions[] = {
    {"+500 ppm", 500, 0},
    {"-500 ppm", -500, 0},
    {"+500 ppm, 0 to 10 ms of jitter", 500, 10 * USEC_MS},
    {"-500 ppm, 0 to 10 ms of jitter", -500, 10 * USEC_MS},
};
#define CONDITIONS (sizeof conditions / sizeof *conditions)

struct result {
    double concealed;         // ms
    double start, end, worst; // ms, delay above the fastest packet of the time, means of a minute
};

// Of packet n, where there is no jitter.
static usec path_delay(const struct condition *c, int64_t n)
{
    return BASE - (usec)llround((double)(n * FRAME) * c->ppm * 1e-6);
}

static struct trace *trace_of(const struct condition *c)
{
    struct trace *trace = need(malloc(sizeof *trace + PACKETS * sizeof *trace->delay));
    struct random random = {.state = 1};
    trace->count = PACKETS;
    for (int64_t n = 0; n < PACKETS; n++)
        trace->delay[n] = path_delay(c, n) + (usec)(random_unit(&random) * (double)c->jitter);
    return trace;
}

static struct result result_of(const struct condition *c, const struct output *o)
{
    double sum[MINUTES] = {0}, count[MINUTES] = {0};
    struct result r = {0};
    for (size_t i = 0; i < o->count; i++) {
        const struct piece *p = &o->pieces[i];
        int64_t n = p->media / CALL_FRAME, minute = n / (PACKETS / MINUTES);
        if (p->concealed)
            r.concealed += p->samples * 1000.0 / CALL_RATE;
        else if (minute < MINUTES) {
            sum[minute] +=
                usec_to_ms(p->at - usec_from_units(p->media, CALL_RATE) - path_delay(c, n));
            count[minute]++;
        }
    }
    r.start = r.worst = sum[0] / count[0];
    r.end = sum[MINUTES - 1] / count[MINUTES - 1];
    for (int m = 0; m < MINUTES; m++)
        if (fabs(sum[m] / count[m] - r.start) > fabs(r.worst - r.start))
            r.worst = sum[m] / count[m];
    return r;
}

struct all {
    const struct recording *recording;
    struct result results[CONDITIONS * FIXED];
};

static void measure(void *ctx, size_t job)
{
    struct all *all = ctx;
    const struct condition *c = &conditions[job / FIXED];
    struct trace *trace = trace_of(c);
    struct output output = {.mute = true};
    struct call call;
    call_init(&call, all->recording, trace);
    player_play((enum player)(job % FIXED), &call, &output);
    all->results[job] = result_of(c, &output);
    output_free(&output);
    call_end(&call);
    trace_free(trace);
}

static void print(const struct result *r, const struct condition *c, enum player player)
{
    bool over = r->concealed > 0 || fabs(r->worst - r->start) > AIM;
    printf("%-32s %-9s %13.0f %10.1f %10.1f %10.1f", player ? "" : c->name, player_name(player),
           r->concealed, r->start, r->end, r->worst);
    printf("%s\n", player ? "" : over ? "   over" : "   ok");
}

bool part_drift(void)
{
    struct recording *recording = recording_new(PACKETS);
    struct all all = {.recording = recording};
    player_share(CONDITIONS * FIXED, measure, &all);
    recording_free(recording);
    printf(
        "\nAn hour with a sender whose clock is fast (+) or slow (-). Delay above the network's, "
        "means of a minute: the first,\nthe last, and the one furthest from the first. Aim: "
        "nothing concealed, and within %g ms of the first.\n\n",
        AIM);
    printf("%-32s %-9s %13s %10s %10s %10s\n", "drift", "", "concealed, ms", "first, ms",
           "last, ms", "worst, ms");
    for (size_t job = 0; job < CONDITIONS * FIXED; job++)
        print(&all.results[job], &conditions[job / FIXED], (enum player)(job % FIXED));
    return true;
}
