// Noise like the quietest that was heard: its level, its colour, and how it follows.
#include "tests/test.h"

#include "media/background.h"

#include <math.h>
#include <string.h>

#define FRAME 960

struct sound {
    struct random random;
    double level; // root mean square
    double dull;  // 0: white; towards 1: only its low frequencies
    double last;
};

static void make(struct sound *s, int16_t *pcm, int channels)
{
    for (int i = 0; i < FRAME; i++) {
        double even = sqrt(3) * (2 * random_unit(&s->random) - 1);
        s->last = s->dull * s->last + sqrt(1 - s->dull * s->dull) * even;
        for (int c = 0; c < channels; c++)
            pcm[i * channels + c] = (int16_t)lrint(s->level * s->last);
    }
}

static void hear(struct background *b, double level, double dull, int frames, int channels)
{
    int16_t pcm[2 * FRAME];
    struct sound s = {.random = {level > 1000}, .level = level, .dull = dull};
    for (int i = 0; i < frames; i++) {
        make(&s, pcm, channels);
        background_hear(b, pcm, FRAME, channels);
    }
}

static void expect_noise(struct background *b, double level, double dull)
{
    double power = 0, products = 0, last = 0;
    for (int i = 0; i < 48000; i++) {
        double x = (double)background_noise(b);
        power += x * x;
        products += x * last;
        last = x;
    }
    double heard = sqrt(power / 48000), likeness = power > 0 ? products / power : 0;
    // the quietest frame is a little quieter than all of them
    if (heard > 1.02 * level + 0.01 || heard < 0.75 * level || fabs(likeness - dull) > 0.15)
        fail_msg("level %f, likeness %f; not %f, %f", heard, likeness, level, dull);
}

static void it_is_as_loud_and_as_dull_as_the_background(void **state)
{
    (void)state;
    static const double levels[] = {0, 3, 30, 1000}, dulls[] = {0, 0.5, 0.9};
    for (size_t l = 0; l < 4; l++)
        for (size_t d = 0; d < 3; d++)
            for (int channels = 1; channels <= 2; channels++) {
                struct background b = {0};
                hear(&b, levels[l], dulls[d], 100, channels);
                hear(&b, 8000, 0.3, 100, channels); // somebody speaks
                expect_noise(&b, levels[l], levels[l] > 0 ? dulls[d] : 0);
            }
}

static void before_anything_was_heard_it_is_silent(void **state)
{
    (void)state;
    struct background b = {0};
    expect_noise(&b, 0, 0);
}

static void it_follows_up_in_ten_seconds_and_down_at_once(void **state)
{
    (void)state;
    struct background b = {0};
    hear(&b, 30, 0, 500, 1);
    hear(&b, 300, 0, 240, 1);
    expect_noise(&b, 30, 0);
    hear(&b, 300, 0, 300, 1);
    expect_noise(&b, 300, 0);
    hear(&b, 10, 0, 1, 1);
    struct background quiet = b;
    for (int i = 0; i < 100; i++) // what is left of the louder one
        background_noise(&quiet);
    expect_noise(&quiet, 10, 0);
}

// The quietest of frames as loud as can be, tones among them, whose prediction is nearly perfect.
static void it_neither_grows_nor_overflows(void **state)
{
    (void)state;
    static int16_t pcm[FRAME];
    for (int hz = 0; hz <= 24000; hz += 500) {
        struct background b = {0};
        for (int i = 0; i < FRAME; i++)
            pcm[i] = (int16_t)lrint(32767 * sin(6.283185307 * hz * i / 48000 + 1));
        background_hear(&b, pcm, FRAME, 1);
        double power = 0;
        for (int i = 0; i < 480000; i++) {
            double x = (double)background_noise(&b);
            power += x * x / 480000;
        }
        assert_true(isfinite(power) && power < 32768.0 * 32768);
    }
}

// Not the sound of the call itself: a tone without a pause.
static void a_tone_is_no_background(void **state)
{
    (void)state;
    struct background b = {0};
    int16_t pcm[FRAME];
    for (int n = 0; n < 600; n++) {
        for (int i = 0; i < FRAME; i++)
            pcm[i] = (int16_t)lrint(8000 * sin(6.283185307 * 440 * (n * FRAME + i) / 48000));
        background_hear(&b, pcm, FRAME, 1);
        for (int i = 0; i < 10; i++)
            assert_true(background_noise(&b) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tone_is_no_background),
        cmocka_unit_test(it_is_as_loud_and_as_dull_as_the_background),
        cmocka_unit_test(before_anything_was_heard_it_is_silent),
        cmocka_unit_test(it_follows_up_in_ten_seconds_and_down_at_once),
        cmocka_unit_test(it_neither_grows_nor_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
