// Frames a little longer and shorter: how long they are, their pitch, and where they join.
#include "tests/test.h"

#include "media/random.h"
#include "media/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TURN   6.283185307179586
#define LEVEL  10000.0
#define FRAMES 100

static const int sizes[] = {120, 480, 960, 2880, 5760};

static int16_t tone(double hz, int64_t at)
{
    return (int16_t)lrint(LEVEL * sin(TURN * hz * (double)at / 48000));
}

// The tone in frames of `size`, each `more` samples longer. Returns its samples; free them.
static int16_t *passage(double hz, int size, int more, int *made)
{
    int16_t *out = calloc((size_t)(FRAMES * (size + more) + RESAMPLE_MOST), sizeof *out);
    *made = 0;
    assert_non_null(out);
    for (int n = 0; n < FRAMES; n++) {
        int16_t frame[5760 + RESAMPLE_MOST];
        for (int i = 0; i < size; i++)
            frame[i] = tone(hz, (int64_t)n * size + i);
        assert_int_equal(resample(frame, size, 1, more), size + more);
        memcpy(out + *made, frame, (size_t)(size + more) * sizeof *out);
        *made += size + more;
    }
    return out;
}

// Of a tone, by the turns from its first rise through zero to its last.
static double frequency(const int16_t *pcm, int samples)
{
    double first = -1, last = 0;
    int turns = 0;
    for (int i = 1; i < samples; i++) {
        if (pcm[i - 1] >= 0 || pcm[i] < 0)
            continue;
        last = i - (double)pcm[i] / (pcm[i] - pcm[i - 1]);
        turns += first >= 0;
        first = first < 0 ? last : first;
    }
    return 48000.0 * turns / (last - first);
}

static void pitch_changes_by_less_than_two_cents(void **state)
{
    (void)state;
    static const double tones[] = {100, 440, 1000, 4000};
    for (size_t t = 0; t < sizeof tones / sizeof *tones; t++)
        for (int more = -1; more <= 1; more++) {
            int made;
            int16_t *out = passage(tones[t], 960, more, &made);
            double cents = 1200 * log2(frequency(out, made) / tones[t]);
            assert_true(fabs(cents + more * 1.803) < 0.1);
            free(out);
        }
}

// Against the tone itself, read at the places that the frames say: the noise, and any step.
static void it_is_the_same_sound_without_a_click(void **state)
{
    (void)state;
    static const double tones[] = {200, 1000, 3000, 6000};
    static const double worst[] = {1, 1, 10, 120}; // of 10000
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t t = 0; t < sizeof tones / sizeof *tones; t++)
            for (int more = -1; more <= 1; more += 2) {
                int made, size = sizes[s];
                int16_t *out = passage(tones[t], size, more, &made);
                for (int i = 0; i < made; i++) {
                    int n = i / (size + more), in = i % (size + more);
                    double at = n * size + in * (size - 1.0) / (size + more - 1);
                    double off = out[i] - LEVEL * sin(TURN * tones[t] * at / 48000);
                    double most = worst[t] * (size == 120 ? 4 : 1);
                    if (fabs(off) > most)
                        fail_msg("%f Hz, frames of %d: off by %f at %d of %d", tones[t], size, off,
                                 in, size + more);
                }
                free(out);
            }
}

static void the_ends_stay_what_they_are(void **state)
{
    (void)state;
    struct random random = {3};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int more = -6; more <= 6; more++) {
            int16_t was[2 * 5760], pcm[2 * (5760 + RESAMPLE_MOST)];
            for (int i = 0; i < 2 * sizes[s]; i++)
                was[i] = (int16_t)random_u64(&random); // as loud as can be
            memcpy(pcm, was, sizeof was);
            int made = resample(pcm, sizes[s], 2, more);
            assert_int_equal(made, sizes[s] + more);
            for (int c = 0; c < 2; c++) {
                assert_int_equal(pcm[c], was[c]);
                assert_int_equal(pcm[2 * (made - 1) + c], was[2 * (sizes[s] - 1) + c]);
            }
        }
}

static void stereo_is_two_times_mono(void **state)
{
    (void)state;
    int16_t both[2 * (960 + RESAMPLE_MOST)], one[960 + RESAMPLE_MOST], other[960 + RESAMPLE_MOST];
    for (int i = 0; i < 960; i++) {
        both[2 * i] = one[i] = tone(700, i);
        both[2 * i + 1] = other[i] = tone(1900, i);
    }
    assert_int_equal(resample(both, 960, 2, 3), 963);
    resample(one, 960, 1, 3);
    resample(other, 960, 1, 3);
    for (int i = 0; i < 963; i++) {
        assert_int_equal(both[2 * i], one[i]);
        assert_int_equal(both[2 * i + 1], other[i]);
    }
}

static void what_cannot_be_is_not_done(void **state)
{
    (void)state;
    int16_t pcm[960 + RESAMPLE_MOST] = {1, 2, 3};
    assert_int_equal(resample(pcm, 960, 1, 0), 960);
    assert_int_equal(resample(pcm, 960, 1, RESAMPLE_MOST + 1), 960);
    assert_int_equal(resample(pcm, 960, 1, -481), 960);
    assert_int_equal(resample(pcm, 2, 1, -1), 2);
    assert_int_equal(resample(pcm, 1, 1, 1), 1);
    assert_int_equal(pcm[2], 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pitch_changes_by_less_than_two_cents),
        cmocka_unit_test(it_is_the_same_sound_without_a_click),
        cmocka_unit_test(the_ends_stay_what_they_are),
        cmocka_unit_test(stereo_is_two_times_mono),
        cmocka_unit_test(what_cannot_be_is_not_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
