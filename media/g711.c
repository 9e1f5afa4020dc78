// G.711: see g711.h.
#include "media/g711.h"

#include "media/pcm.h"

#include <string.h>

#define BIAS      0x84  // of mu-law: makes its segments powers of two
#define CLIP      32635 // the largest that BIAS leaves room for
#define FADE_OVER 2880  // samples at 48 kHz: 60 ms

// The segment: the place of the highest bit above `first`.
static int segment(int value, int first)
{
    int s = 0;
    for (value >>= first; value > 1 && s < 7; value >>= 1)
        s++;
    return s;
}

static uint8_t compress_mu(int16_t sample)
{
    int value = sample < 0 ? -(int)sample : sample;
    value = (value > CLIP ? CLIP : value) + BIAS;
    int s = segment(value, 7);
    return (uint8_t) ~((sample < 0 ? 0x80 : 0) | s << 4 | (value >> (s + 3) & 15));
}

static int16_t expand_mu(uint8_t octet)
{
    int u = (uint8_t)~octet;
    int value = ((((u & 15) << 3) + BIAS) << (u >> 4 & 7)) - BIAS;
    return (int16_t)(u & 0x80 ? -value : value);
}

static uint8_t compress_a(int16_t sample)
{
    int value = sample < 0 ? ~(int)sample : sample;
    int s = value < 256 ? 0 : segment(value, 7);
    int code = s << 4 | (value >> (s ? s + 3 : 4) & 15);
    return (uint8_t)((sample < 0 ? code : code | 0x80) ^ 0x55);
}

static int16_t expand_a(uint8_t octet)
{
    int a = octet ^ 0x55, s = a >> 4 & 7;
    int value = (a & 15) << 4;
    value = s ? (value + 0x108) << (s - 1) : value + 8;
    return (int16_t)(a & 0x80 ? value : -value);
}

uint8_t g711_compress(enum g711_law law, int16_t sample)
{
    return law == G711_A ? compress_a(sample) : compress_mu(sample);
}

int16_t g711_expand(enum g711_law law, uint8_t octet)
{
    return law == G711_A ? expand_a(octet) : expand_mu(octet);
}

// The low pass between 8 and 48 kHz: a sinc of 3.6 kHz in a Hann window, of gain 1. One half of it, the
// other is its mirror.
static const float half[G711_TAPS / 2] = {
    -0.0000007f, 0.0000013f,  0.0000244f,  0.0000797f,  0.0001571f,  0.0002218f,  0.0002221f,
    0.0001083f,  -0.0001419f, -0.0005026f, -0.0008903f, -0.0011746f, -0.0012098f, -0.0008815f,
    -0.0001557f, 0.0008846f,  0.0020314f,  0.0029806f,  0.0033989f,  0.0030145f,  0.0017123f,
    -0.0003945f, -0.0029422f, -0.0053589f, -0.0069743f, -0.0071774f, -0.0055920f, -0.0022245f,
    0.0024590f,  0.0075571f,  0.0118728f,  0.0141524f,  0.0133814f,  0.0090778f,  0.0015121f,
    -0.0082052f, -0.0182089f, -0.0261383f, -0.0295388f, -0.0263351f, -0.0152864f, 0.0036718f,
    0.0292773f,  0.0590276f,  0.0895026f,  0.1168744f,  0.1375183f,  0.1486118f,
};

static float tap(int i)
{
    return half[i < G711_TAPS / 2 ? i : G711_TAPS - 1 - i];
}

void g711_encoder_init(struct g711_encoder *e, enum g711_law law)
{
    *e = (struct g711_encoder){.law = law};
}

size_t g711_encode(struct g711_encoder *e, const int16_t *pcm, size_t samples, int channels,
                   uint8_t *out)
{
    for (size_t i = 0; i < samples; i++) {
        float x = channels == 2 ? (pcm[2 * i] + pcm[2 * i + 1]) / 2.0f : pcm[i];
        memmove(e->past + 1, e->past, (G711_TAPS - 1) * sizeof *e->past);
        e->past[0] = x;
        if (i % G711_RATIO != G711_RATIO - 1)
            continue;
        float sum = 0;
        for (int k = 0; k < G711_TAPS; k++)
            sum += tap(k) * e->past[k];
        out[i / G711_RATIO] = g711_compress(e->law, pcm_sample(sum));
    }
    return samples / G711_RATIO;
}

void g711_decoder_init(struct g711_decoder *d, enum g711_law law)
{
    *d = (struct g711_decoder){.law = law};
}

static void remember(struct g711_decoder *d, const int16_t *pcm, size_t samples)
{
    size_t kept = samples < G711_TAIL ? G711_TAIL - samples : 0;
    memmove(d->tail, d->tail + G711_TAIL - kept, kept * sizeof *d->tail);
    memcpy(d->tail + kept, pcm + samples - (G711_TAIL - kept), (G711_TAIL - kept) * sizeof *pcm);
}

size_t g711_decode(struct g711_decoder *d, const uint8_t *data, size_t len, int16_t *pcm)
{
    const int phases = G711_TAPS / G711_RATIO;
    for (size_t i = 0; i < len; i++) {
        memmove(d->past + 1, d->past, (size_t)(phases - 1) * sizeof *d->past);
        d->past[0] = g711_expand(d->law, data[i]);
        for (int r = 0; r < G711_RATIO; r++) {
            float sum = 0;
            for (int k = 0; k < phases; k++)
                sum += tap(r + k * G711_RATIO) * d->past[k];
            pcm[i * G711_RATIO + (size_t)r] = pcm_sample(G711_RATIO * sum);
        }
    }
    remember(d, pcm, len * G711_RATIO);
    d->concealed = 0;
    return len * G711_RATIO;
}

void g711_conceal(struct g711_decoder *d, int16_t *pcm, size_t samples)
{
    for (size_t i = 0; i < samples; i++, d->concealed++) {
        float gain = d->concealed < FADE_OVER ? 1 - (float)d->concealed / FADE_OVER : 0;
        pcm[i] = pcm_sample(gain * d->tail[d->concealed % G711_TAIL]);
    }
}
