// The quietest of the last seconds: see background.h.
#include "media/background.h"

#include <math.h>

#define WINDOW 240000 // samples: 5 s; the last one or two count
#define MOST   960    // samples of a frame that are looked at
#define STEP   4
#define FAR    30   // times less power than the loudest frame: 15 dB
#define NOISY  0.1f // of the power cannot be predicted: noise, and no tone

static float mixed(const int16_t *pcm, int i, int channels)
{
    return channels == 2 ? (float)(pcm[2 * i] + pcm[2 * i + 1]) / 2 : (float)pcm[i];
}

static float power_of(const int16_t *pcm, int samples, int channels)
{
    float sum = 0;
    int count = 0;
    for (int i = 0; i < samples; i += STEP, count++)
        sum += mixed(pcm, i, channels) * mixed(pcm, i, channels);
    return sum / (float)count;
}

// The mean product of samples that lie `lag` apart.
static float alike(const int16_t *pcm, int samples, int channels, int lag)
{
    float sum = 0;
    for (int i = lag; i < samples; i++)
        sum += mixed(pcm, i, channels) * mixed(pcm, i - lag, channels);
    return sum / (float)samples;
}

// The two poles that predict the frame best (Levinson-Durbin).
static struct background_frame predict(const int16_t *pcm, int samples, int channels, float power)
{
    struct background_frame frame = {.power = power};
    float r0 = alike(pcm, samples, channels, 0), r1 = alike(pcm, samples, channels, 1);
    float k1 = r0 > 0 ? r1 / r0 : 0, left = r0 * (1 - k1 * k1);
    float k2 = left > 0 ? (alike(pcm, samples, channels, 2) - k1 * r1) / left : 0;
    frame.a1 = k1 * (1 - k2);
    frame.a2 = k2;
    frame.surprise = left * (1 - k2 * k2);
    return frame;
}

void background_hear(struct background *b, const int16_t *pcm, int samples, int channels)
{
    int looked = samples < MOST ? samples : MOST;
    float power = power_of(pcm, looked, channels);
    bool first = !b->samples;
    b->samples += samples;
    b->loudest = first || power > b->loudest ? power : b->loudest;
    if (first || power < b->window.power)
        b->window = predict(pcm, looked, channels, power);
    if (b->samples < WINDOW)
        return;
    b->before = b->window;
    b->loudest_before = b->loudest;
    b->ended = true;
    b->samples = 0;
}

float background_noise(struct background *b)
{
    bool use_before = !b->samples || (b->ended && b->before.power <= b->window.power);
    const struct background_frame *f = use_before ? &b->before : &b->window;
    float loudest = fmaxf(b->samples ? b->loudest : 0, b->ended ? b->loudest_before : 0);
    if (f->power * FAR > loudest && f->surprise < NOISY * f->power)
        return 0;
    float even = 2 * (float)random_unit(&b->random) - 1; // of mean square 1/3
    float now = f->a1 * b->last + f->a2 * b->second + sqrtf(3 * f->surprise) * even;
    b->second = b->last;
    b->last = now;
    return now;
}
