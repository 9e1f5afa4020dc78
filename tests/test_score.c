// Whole scores: PCM in, figures out.
#include "tests/test.h"

#include "lab/score.h"
#include "media/random.h"
#include "tests/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct clip {
    int16_t *pcm;
    size_t samples;
    struct scorer *scorer;
};

static struct scorer *prepare(const int16_t *pcm, size_t samples)
{
    enum score_status status;
    struct scorer *s = scorer_new(pcm, samples, 1, &status);
    assert_int_equal(status, SCORE_OK);
    assert_non_null(s);
    return s;
}

// Clean speech at 48 kHz, 4 s, for all tests that need no more.
static int make_clip(void **state)
{
    static struct clip c = {.samples = 4 * SCORE_RATE};
    struct pair pair = pair_named("en_same");
    assert_true(pair.said_samples >= c.samples / 3);
    c.pcm = pairs_48k(pair.said, c.samples / 3);
    c.scorer = prepare(c.pcm, c.samples);
    pair_free(&pair);
    *state = &c;
    return 0;
}

static int free_clip(void **state)
{
    struct clip *c = *state;
    scorer_free(c->scorer);
    free(c->pcm);
    return 0;
}

static struct score run(const struct scorer *s, const int16_t *pcm, size_t samples)
{
    struct score score;
    assert_int_equal(scorer_run(s, pcm, samples, 1, &score), SCORE_OK);
    assert_true(isfinite(score.stoi + score.estoi + score.stoi_local + score.estoi_local +
                         score.lag_ms + score.drift_ppm + score.agreed));
    return score;
}

static void agrees_with_the_reference(void **state)
{
    // test_stoi has them all
    static const char *const names[] = {"en_noise0", "pt_fec_burst"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct pair pair = pair_named(names[i]);
        int16_t *said = pairs_48k(pair.said, pair.said_samples);
        int16_t *heard = pairs_48k(pair.heard, pair.heard_samples);
        struct scorer *s = prepare(said, 3 * pair.said_samples);
        struct score score = run(s, heard, 3 * pair.heard_samples);
        print_message("%-13s STOI %.4f (%+.4f) ESTOI %.4f (%+.4f)\n", pair.name, score.stoi,
                      score.stoi - pair.stoi, score.estoi, score.estoi - pair.estoi);
        assert_true(fabs(score.stoi - pair.stoi) < 0.005);
        assert_true(fabs(score.estoi - pair.estoi) < 0.005);
        assert_true(fabs(score.stoi_local - pair.stoi) < 0.005);
        assert_true(fabs(score.estoi_local - pair.estoi) < 0.005);
        assert_true(score.lag_ms == 0 && score.drift_ppm == 0);
        scorer_free(s);
        free(said);
        free(heard);
        pair_free(&pair);
    }
}

static void itself_is_one(void **state)
{
    const struct clip c = *(struct clip *)*state;
    struct score score = run(c.scorer, c.pcm, c.samples);
    assert_true(fabs(score.stoi - 1) < 1e-6 && fabs(score.estoi - 1) < 1e-6);
    assert_true(fabs(score.stoi_local - 1) < 1e-6 && fabs(score.estoi_local - 1) < 1e-6);
    assert_true(score.lag_ms == 0 && score.drift_ppm == 0 && score.agreed == 1);
    assert_true(score.shift_min_ms == 0 && score.shift_max_ms == 0);
    struct score again = run(c.scorer, c.pcm, c.samples);
    assert_memory_equal(&score, &again, sizeof score);
}

static void delay_and_drift_cost_nothing(void **state)
{
    static const struct {
        double lag_ms, drift_ppm;
    } rows[] = {{137.4, 0}, {20, -50000}};
    const struct clip c = *(struct clip *)*state;
    const size_t count = c.samples + SCORE_RATE;
    int16_t *heard = malloc(count * sizeof *heard);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pairs_move_pcm(c.pcm, c.samples, rows[i].lag_ms * SCORE_RATE / 1000,
                       rows[i].drift_ppm * 1e-6, heard, count);
        struct score score = run(c.scorer, heard, count);
        assert_true(score.estoi > 0.998 && score.estoi_local > 0.998);
        assert_true(fabs(score.lag_ms - rows[i].lag_ms) < 0.2);
        assert_true(fabs(score.drift_ppm - rows[i].drift_ppm) < 20);
    }
    free(heard);
}

static void a_jump_costs_the_whole_but_not_the_blocks(void **state)
{
    const struct clip c = *(struct clip *)*state;
    const size_t late = SCORE_RATE * 40 / 1000, half = c.samples / 2;
    int16_t *heard = calloc(c.samples + late, sizeof *heard);
    memcpy(heard, c.pcm, half * sizeof *heard);
    memcpy(heard + half + late, c.pcm + half, half * sizeof *heard);
    struct score score = run(c.scorer, heard, c.samples + late);
    assert_true(score.estoi < 0.8 && score.stoi < 0.85);
    assert_true(score.estoi_local > 0.98 && score.stoi_local > 0.98);
    assert_true(fabs(score.shift_max_ms - score.shift_min_ms - 40) < 0.2);
    assert_true(score.agreed > 0.3 && score.agreed < 0.7);
    free(heard);
}

static void more_noise_is_less(void **state)
{
    const struct clip c = *(struct clip *)*state;
    int16_t *heard = malloc(c.samples * sizeof *heard);
    struct score before = {1.001, 1.001, 1.001, 1.001, 0, 0, 0, 0, 0};
    for (int noise = 300; noise < 30000; noise *= 9) {
        struct random r;
        r = (struct random){5};
        for (size_t i = 0; i < c.samples; i++) {
            double x = c.pcm[i] + 2.0 * noise * (random_unit(&r) - 0.5);
            heard[i] = (int16_t)lrint(fmax(-32768, fmin(32767, x)));
        }
        struct score score = run(c.scorer, heard, c.samples);
        assert_true(score.stoi < before.stoi && score.estoi < before.estoi);
        assert_true(score.stoi_local < before.stoi_local);
        assert_true(score.estoi_local < before.estoi_local);
        before = score;
    }
    free(heard);
}

static void the_missing_end_is_silence_and_the_rest_is_ignored(void **state)
{
    const struct clip c = *(struct clip *)*state;
    int16_t *longer = calloc(2 * c.samples, sizeof *longer);
    memcpy(longer, c.pcm, c.samples * sizeof *longer);
    memcpy(longer + c.samples, c.pcm, c.samples * sizeof *longer);
    assert_true(run(c.scorer, longer, 2 * c.samples).estoi > 0.999);
    memset(longer + c.samples / 2, 0, c.samples * sizeof *longer);
    struct score cut = run(c.scorer, c.pcm, c.samples / 2);
    struct score silent = run(c.scorer, longer, c.samples);
    assert_true(fabs(cut.estoi - silent.estoi) < 0.01 && fabs(cut.stoi - silent.stoi) < 0.01);
    assert_true(cut.estoi > 0.3 && cut.estoi < 0.7);
    assert_true(cut.lag_ms == 0 && cut.drift_ppm == 0);
    free(longer);
}

static void two_channels_are_averaged(void **state)
{
    const struct clip c = *(struct clip *)*state;
    int16_t *both = malloc(2 * c.samples * sizeof *both);
    struct score score;
    for (size_t i = 0; i < c.samples; i++) {
        both[2 * i] = c.pcm[i];
        both[2 * i + 1] = 0;
    }
    assert_int_equal(scorer_run(c.scorer, both, c.samples, 2, &score), SCORE_OK);
    assert_true(score.estoi > 0.9999);
    free(both);
}

static void what_cannot_be_scored_has_a_name(void **state)
{
    static int16_t zeros[SCORE_RATE];
    const struct clip c = *(struct clip *)*state;
    enum score_status status;
    struct score score;
    assert_null(scorer_new(NULL, 0, 1, &status));
    assert_int_equal(status, SCORE_REFERENCE_SHORT);
    assert_null(scorer_new(c.pcm, SCORE_RATE / 3, 1, &status));
    assert_int_equal(status, SCORE_REFERENCE_SHORT);
    assert_null(scorer_new(zeros, SCORE_RATE, 1, &status));
    assert_int_equal(status, SCORE_REFERENCE_SILENT);
    assert_int_equal(scorer_run(c.scorer, NULL, 0, 1, &score), SCORE_HEARD_EMPTY);
    assert_true(score.estoi == 0 && score.stoi_local == 0);
    assert_int_equal(scorer_run(c.scorer, zeros, SCORE_RATE, 1, &score), SCORE_HEARD_SILENT);
    assert_true(score.estoi == 0 && score.stoi_local == 0);
    score = run(c.scorer, c.pcm + 48000, 1); // one sample, or too few for a frame: nothing to know
    assert_true(score.estoi < 0.01);
    for (int s = SCORE_OK; s <= SCORE_NOT_SPEECH; s++)
        assert_true(strlen(score_strstatus(s)) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_reference),
        cmocka_unit_test(itself_is_one),
        cmocka_unit_test(delay_and_drift_cost_nothing),
        cmocka_unit_test(a_jump_costs_the_whole_but_not_the_blocks),
        cmocka_unit_test(more_noise_is_less),
        cmocka_unit_test(the_missing_end_is_silence_and_the_rest_is_ignored),
        cmocka_unit_test(two_channels_are_averaged),
        cmocka_unit_test(what_cannot_be_scored_has_a_name),
    };
    return cmocka_run_group_tests(tests, make_clip, free_clip);
}
