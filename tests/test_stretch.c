// Longer and shorter without a change of pitch.
#include "tests/test.h"

#include "media/random.h"
#include "media/stretch.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FRAME 960
#define TURN  6.283185307179586

// A signal that goes through `stretch` frame by frame, as in a call.
struct passage {
    int16_t *in, *out;
    int frames, channels, made;
};

static struct passage passage_new(int frames, int channels)
{
    struct passage p = {.frames = frames, .channels = channels};
    p.in = calloc((size_t)(frames * FRAME * channels), sizeof *p.in);
    p.out = calloc((size_t)(3 * frames * FRAME * channels), sizeof *p.out);
    return p;
}

static void passage_free(struct passage *p)
{
    free(p->in);
    free(p->out);
}

static void fill_tone(struct passage *p, double hz, double level)
{
    for (int i = 0; i < p->frames * FRAME; i++)
        for (int c = 0; c < p->channels; c++)
            p->in[i * p->channels + c] =
                (int16_t)lrint(level * 32767 * sin(TURN * hz * i / 48000) * (c ? -0.5 : 1));
}

static void fill_voice(struct passage *p, double hz)
{
    for (int i = 0; i < p->frames * FRAME; i++) {
        double value = 0;
        for (int k = 1; k < 12; k++)
            value += sin(TURN * hz * k * i / 48000 + k * k) / k;
        for (int c = 0; c < p->channels; c++)
            p->in[i * p->channels + c] = (int16_t)lrint(5000 * value);
    }
}

// `shift` is asked of every `every`-th frame. Returns how many samples the whole has changed by.
static int run(struct passage *p, int frame, int every, int shift, float alike)
{
    int changed = 0, n = 0;
    int channels = p->channels;
    p->made = 0;
    for (int at = 0; at + frame <= p->frames * FRAME; at += frame, n++) {
        int16_t past[2 * STRETCH_PAST] = {0};
        // exactly the room that is asked for, so that a sanitizer sees one sample too many
        int16_t *pcm = calloc((size_t)((frame + STRETCH_MOST) * channels), sizeof *pcm);
        int have = p->made < STRETCH_PAST ? p->made : STRETCH_PAST;
        memcpy(past + (STRETCH_PAST - have) * channels, p->out + (p->made - have) * channels,
               (size_t)(have * channels) * sizeof *past);
        memcpy(pcm, p->in + at * channels, (size_t)(frame * channels) * sizeof *pcm);
        int len = stretch(past, pcm, frame, channels, n % every == every - 1 ? shift : 0, alike);
        memcpy(p->out + p->made * channels, pcm, (size_t)(len * channels) * sizeof *pcm);
        p->made += len;
        changed += len - frame;
        free(pcm);
    }
    return changed;
}

static int largest_step(const int16_t *pcm, int from, int to, int channels)
{
    int largest = 0;
    for (int i = from + 1; i < to; i++)
        for (int c = 0; c < channels; c++) {
            int step = abs(pcm[i * channels + c] - pcm[(i - 1) * channels + c]);
            largest = step > largest ? step : largest;
        }
    return largest;
}

// Hz, from the phase of the tone over the whole, which a step by other than whole periods would
// disturb: the mean of the frequency over windows.
static double frequency(const int16_t *pcm, int samples, int channels)
{
    int crossings = 0;
    double first = 0, last = 0;
    for (int i = 1; i < samples; i++) {
        double a = pcm[(i - 1) * channels], b = pcm[i * channels];
        if (a < 0 && b >= 0) {
            last = i - 1 + a / (a - b);
            if (!crossings++)
                first = last;
        }
    }
    return 48000.0 * (crossings - 1) / (last - first);
}

static void a_tone_keeps_its_frequency(void **state)
{
    (void)state;
    static const double tones[] = {100, 170, 220, 440, 997, 1500, 3000};
    static const int shifts[] = {-720, -480, 480, 720};
    for (size_t t = 0; t < sizeof tones / sizeof *tones; t++)
        for (size_t s = 0; s < sizeof shifts / sizeof *shifts; s++)
            for (int channels = 1; channels <= 2; channels++) {
                struct passage p = passage_new(100, channels);
                fill_tone(&p, tones[t], 0.5);
                int changed = run(&p, FRAME, 4, shifts[s], 0.9f);
                if (changed * shifts[s] <= 0)
                    fail_msg("%g Hz, %d: changed by %d", tones[t], shifts[s], changed);
                assert_int_equal(p.made, p.frames * FRAME + changed);
                double cents = 1200 * log2(frequency(p.out, p.made, channels) / tones[t]);
                if (fabs(cents) > 2)
                    fail_msg("%g Hz, %d: %.2f cents", tones[t], shifts[s], cents);
                int before = largest_step(p.in, 0, p.frames * FRAME, channels);
                int after = largest_step(p.out, 0, p.made, channels);
                if (after > before * 1.1 + 2)
                    fail_msg("%g Hz, %d: a step of %d, it was %d", tones[t], shifts[s], after,
                             before);
                passage_free(&p);
            }
}

static void a_voice_moves_by_its_period(void **state)
{
    (void)state;
    static const double voices[] = {80, 110, 155, 230, 310};
    static const int frames[] = {480, 960, 1920, 2880};
    for (size_t v = 0; v < sizeof voices / sizeof *voices; v++)
        for (size_t f = 0; f < sizeof frames / sizeof *frames; f++)
            for (int shift = -720; shift <= 720; shift += 1440) {
                struct passage p = passage_new(60, 1);
                fill_voice(&p, voices[v]);
                double period = 48000 / voices[v];
                int changed = run(&p, frames[f], 4, shift, 0.9f);
                bool fits = shift > 0 || period + 240 < frames[f] * 2 / 3.0;
                if (fits && changed * shift <= 0)
                    fail_msg("%g Hz, %d, frames of %d: %d", voices[v], shift, frames[f], changed);
                int before = largest_step(p.in, 0, p.frames * FRAME, 1);
                int after = largest_step(p.out, 0, p.made, 1);
                if (after > before * 1.15)
                    fail_msg("%g Hz, %d: a step of %d, it was %d", voices[v], shift, after, before);
                passage_free(&p);
            }
}

static void never_more_than_was_asked_for(void **state)
{
    (void)state;
    struct random random = {.state = 3};
    static const int frames[] = {120, 240, 480, 960, 1920, 2880, 5760};
    for (int i = 0; i < repeats(2000, 100); i++) {
        int frame = frames[random_u64(&random) % 7], channels = 1 + i % 2;
        int shift = (int)(random_u64(&random) % 4000) - 2000;
        int16_t past[2 * STRETCH_PAST];
        int16_t *pcm = calloc((size_t)((frame + STRETCH_MOST) * channels), sizeof *pcm);
        int level = 1 << random_u64(&random) % 16;
        for (int k = 0; k < STRETCH_PAST * channels; k++)
            past[k] = (int16_t)(random_u64(&random) % (unsigned)level);
        for (int k = 0; k < frame * channels; k++)
            pcm[k] = (int16_t)(random_u64(&random) % (unsigned)level);
        int len = stretch(past, pcm, frame, channels, shift, 0);
        bool within = shift > 0
                          ? len >= frame && len <= frame + shift && len <= frame + STRETCH_MOST
                          : len <= frame && len >= frame + shift && len > 0;
        if (!within)
            fail_msg("%d by %d: %d", frame, shift, len);
        free(pcm);
    }
}

static void near_silence_any_length_will_do(void **state)
{
    (void)state;
    static const struct {
        int frame, shift, becomes;
    } rows[] = {
        {960, 1, 961},   {960, 37, 997},   {960, 900, 1860}, {960, 2000, 1920},
        {960, -1, 959},  {960, -37, 923},  {960, -720, 240}, {960, -2000, 240},
        {120, 500, 620}, {480, -200, 280}, {240, 100, 340},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int16_t past[STRETCH_PAST] = {0};
        int16_t *pcm = calloc((size_t)(rows[i].frame + STRETCH_MOST), sizeof *pcm);
        for (int k = 0; k < rows[i].frame; k++)
            pcm[k] = (int16_t)(k % 100);
        int len = stretch(past, pcm, rows[i].frame, 1, rows[i].shift, 1);
        if (len != rows[i].becomes)
            fail_msg("%d by %d: %d", rows[i].frame, rows[i].shift, len);
        free(pcm);
    }
}

static void noise_waits_for_a_better_place(void **state)
{
    (void)state;
    struct random random = {.state = 5};
    struct passage p = passage_new(20, 1);
    for (int i = 0; i < p.frames * FRAME; i++)
        p.in[i] = (int16_t)(random_u64(&random) % 20000 - 10000);
    assert_int_equal(run(&p, FRAME, 1, 480, 0.9f), 0);
    assert_int_equal(run(&p, FRAME, 1, -480, 0.9f), 0);
    assert_memory_equal(p.in, p.out, (size_t)(p.frames * FRAME) * sizeof *p.in);
    assert_true(run(&p, FRAME, 1, -480, 0) < 0); // unless it has to be
    passage_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tone_keeps_its_frequency),
        cmocka_unit_test(a_voice_moves_by_its_period),
        cmocka_unit_test(never_more_than_was_asked_for),
        cmocka_unit_test(near_silence_any_length_will_do),
        cmocka_unit_test(noise_waits_for_a_better_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
