// Ringing: see ringing.h. The ringing tone has the frequency and the cadence of Brazil's, 425 Hz for 1 s
// every 5 s, which is within what ITU-T E.180 recommends for all (400 to 450 Hz; 0.67 to 1.5 s of tone,
// 3 to 5 s of silence), so that nobody has to be told what it means.
#include "call/ringing.h"

#include <math.h>

#define RATE  48000
#define BURST (1 * RATE)
#define CYCLE (5 * RATE)
#define TURN  2400 // samples (50 ms) of one of two tones: whole waves of both
#define EDGE  480  // samples (10 ms) in which a burst swells and fades, else it clicks
#define PI    3.14159265358979323846

static const struct {
    int hertz[2]; // in turn
    double peak;
} kinds[] = {
    [RINGING_HERE] = {{800, 1000}, 8000}, // -12 dBFS
    [RINGING_THERE] = {{425, 425}, 3277}, // -20 dBFS
};

static double edge(size_t at)
{
    size_t from_edge = at < BURST - at ? at : BURST - at;
    return from_edge < EDGE ? (double)from_edge / EDGE : 1;
}

static int16_t sample(const struct ringing *r)
{
    double waves = kinds[r->kind].hertz[r->at / TURN % 2] * (double)r->at / RATE;
    if (r->at >= BURST)
        return 0;
    return (int16_t)lrint(kinds[r->kind].peak * edge(r->at) * sin(2 * PI * waves));
}

void ringing_fill(struct ringing *r, int16_t *pcm, size_t samples)
{
    for (size_t i = 0; i < samples; i++) {
        pcm[i] = sample(r);
        r->at = (r->at + 1) % CYCLE;
    }
}
