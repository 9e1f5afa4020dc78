// STOI and ESTOI against the reference implementation's values, and where they are not defined.
#include "tests/test.h"

#include "lab/downsample.h"
#include "lab/stoi.h"
#include "media/random.h"
#include "tests/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WITHIN 0.005

static float *at_10k(const int16_t *pcm, size_t samples, size_t *n)
{
    float *x = downsample(pcm, samples, 1, PAIRS_RATE, n);
    assert_non_null(x);
    assert_int_equal(*n, samples * 5 / 8);
    return x;
}

static struct stoi *prepare(const float *x, size_t n)
{
    enum stoi_status status;
    struct stoi *s = stoi_new(x, n, &status);
    assert_int_equal(status, STOI_OK);
    assert_non_null(s);
    return s;
}

static void agrees_with_the_reference(void **state)
{
    (void)state;
    struct pair pair;
    int count = 0;
    for (; pair_read(count, &pair); count++) {
        size_t n, m;
        float *said = at_10k(pair.said, pair.said_samples, &n);
        float *heard = at_10k(pair.heard, pair.heard_samples, &m);
        struct stoi *s = prepare(said, n);
        struct stoi_values v;
        assert_int_equal(stoi_measure(s, heard, m, &v), STOI_OK);
        print_message("%-13s STOI %.4f (%+.4f) ESTOI %.4f (%+.4f)\n", pair.name, v.stoi,
                      v.stoi - pair.stoi, v.estoi, v.estoi - pair.estoi);
        assert_true(fabs(v.stoi - pair.stoi) < WITHIN);
        assert_true(fabs(v.estoi - pair.estoi) < WITHIN);
        stoi_free(s);
        free(said);
        free(heard);
        pair_free(&pair);
    }
    assert_int_equal(count, 7);
}

// Speech for the tests below: 2.5 s.
static float *speech(size_t *n)
{
    struct pair pair = pair_named("en_same");
    float *x = at_10k(pair.said + PAIRS_RATE, 5 * PAIRS_RATE / 2, n);
    pair_free(&pair);
    return x;
}

static void the_same_is_one_at_any_level(void **state)
{
    (void)state;
    size_t n;
    float *x = speech(&n), *louder = malloc(n * sizeof *louder);
    struct stoi *s = prepare(x, n);
    const float gains[] = {1, 0.01f, 30};
    for (size_t g = 0; g < 3; g++) {
        struct stoi_values v;
        for (size_t i = 0; i < n; i++)
            louder[i] = gains[g] * x[i];
        assert_int_equal(stoi_measure(s, louder, n, &v), STOI_OK);
        assert_true(fabs(v.stoi - 1) < 1e-6);
        assert_true(fabs(v.estoi - 1) < 1e-6);
    }
    stoi_free(s);
    free(louder);
    free(x);
}

static void more_noise_is_less(void **state)
{
    (void)state;
    size_t n;
    float *x = speech(&n), *noisy = malloc(n * sizeof *noisy);
    struct stoi *s = prepare(x, n);
    struct stoi_values before = {1.001, 1.001}, v;
    for (float noise = 0.002f; noise < 2; noise *= 4) {
        struct random r;
        r = (struct random){7};
        for (size_t i = 0; i < n; i++)
            noisy[i] = x[i] + noise * (float)(random_unit(&r) - 0.5);
        assert_int_equal(stoi_measure(s, noisy, n, &v), STOI_OK);
        assert_true(v.stoi < before.stoi);
        assert_true(v.estoi < before.estoi);
        before = v;
    }
    assert_true(before.estoi < 0.5);
    stoi_free(s);
    free(noisy);
    free(x);
}

static void what_is_not_heard_counts_as_silence(void **state)
{
    (void)state;
    size_t n;
    float *x = speech(&n), *silenced = calloc(n, sizeof *silenced);
    struct stoi *s = prepare(x, n);
    struct stoi_values cut, silent, nothing;
    memcpy(silenced, x, n / 2 * sizeof *x);
    assert_int_equal(stoi_measure(s, x, n / 2, &cut), STOI_OK);
    assert_int_equal(stoi_measure(s, silenced, n, &silent), STOI_OK);
    assert_memory_equal(&cut, &silent, sizeof cut);
    assert_true(cut.estoi > 0.3 && cut.estoi < 0.7);
    assert_int_equal(stoi_measure(s, NULL, 0, &nothing), STOI_OK);
    assert_true(nothing.stoi == 0 && nothing.estoi == 0);
    stoi_free(s);
    free(silenced);
    free(x);
}

static void too_little_has_a_name(void **state)
{
    (void)state;
    static float zeros[10000];
    size_t n;
    float *x = speech(&n);
    enum stoi_status status;
    static const struct {
        int silent;
        size_t n;
        enum stoi_status status;
    } rows[] = {
        {0, 0, STOI_SHORT},   {0, 255, STOI_SHORT},  {0, 256, STOI_SHORT}, {0, 3000, STOI_SHORT},
        {1, 200, STOI_SHORT}, {1, 256, STOI_SILENT}, {0, 25000, STOI_OK},  {1, 10000, STOI_SILENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stoi *s = stoi_new(rows[i].silent ? zeros : x, rows[i].n, &status);
        assert_int_equal(status, rows[i].status);
        assert_int_equal(s != NULL, status == STOI_OK);
        assert_true(strlen(stoi_strstatus(status)) > 1);
        stoi_free(s);
    }
    free(x);
}

// A tone: 31 frames are one too few, 32 are enough (the last one is left out).
static void knows_to_the_sample_what_is_enough(void **state)
{
    (void)state;
    float x[30 * 128 + 256];
    const size_t enough = sizeof x / sizeof x[0];
    enum stoi_status status;
    for (size_t i = 0; i < enough; i++)
        x[i] = (float)sin(0.3 * (double)i);
    assert_null(stoi_new(x, enough - 1, &status));
    assert_int_equal(status, STOI_SHORT);
    struct stoi *s = stoi_new(x, enough, &status);
    assert_int_equal(status, STOI_OK);
    stoi_free(s);
}

// Level in dB of a tone after it was brought to 10 kHz, and how far it is from the tone itself.
static void downsampling_keeps_what_counts(void **state)
{
    (void)state;
    static int16_t pcm[2 * 48000 / 5];
    static const int rates[] = {48000, 16000, 44100, 8000};
    for (size_t r = 0; r < 4; r++)
        for (int hz = 300; hz < 24000; hz *= 2) {
            const size_t samples = (size_t)rates[r] / 5;
            size_t n;
            double kept = 0, off = 0;
            if (hz > rates[r] / 2)
                break;
            for (size_t i = 0; i < samples; i++) { // in two channels
                double x = sin(2 * M_PI * hz * (double)i / rates[r]);
                pcm[2 * i] = (int16_t)lrint(10000 * x);
                pcm[2 * i + 1] = (int16_t)lrint(20000 * x);
            }
            float *x = downsample(pcm, samples, 2, rates[r], &n);
            assert_non_null(x);
            assert_int_equal(n, samples * 10000 / (size_t)rates[r]);
            for (size_t i = 200; i < n - 200; i++) { // away from the ends
                double want = 15000 / 32768.0 * sin(2 * M_PI * hz * (double)i / 10000);
                kept += (double)(x[i] * x[i]);
                off += (x[i] - want) * (x[i] - want);
            }
            if (hz < 4300 && rates[r] > 8000)
                assert_true(off < 1e-6 * kept);
            else if (hz > 6000)
                assert_true(kept < 1e-8 * (double)n);
            free(x);
        }
    size_t none;
    float *x = downsample(NULL, 0, 1, 48000, &none);
    assert_non_null(x);
    assert_int_equal(none, 0);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_reference),
        cmocka_unit_test(the_same_is_one_at_any_level),
        cmocka_unit_test(more_noise_is_less),
        cmocka_unit_test(what_is_not_heard_counts_as_silence),
        cmocka_unit_test(too_little_has_a_name),
        cmocka_unit_test(knows_to_the_sample_what_is_enough),
        cmocka_unit_test(downsampling_keeps_what_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
