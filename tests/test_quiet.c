#include "tests/test.h"

#include "media/random.h"
#include "receiver/quiet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME 960

static void is_quiet_below_46_dbfs(void **state)
{
    (void)state;
    int16_t pcm[8] = {164, -164, 0, 5};
    assert_true(quiet_is(pcm, 8));
    pcm[7] = 165;
    assert_false(quiet_is(pcm, 8));
    assert_true(quiet_is(pcm, 7));
    pcm[3] = INT16_MIN;
    assert_false(quiet_is(pcm, 7));
    assert_true(quiet_is(pcm, 0));
}

static void lengths_are_exact_and_bounded(void **state)
{
    (void)state;
    static const struct {
        int samples, shift, becomes;
    } rows[] = {
        {960, 0, 960},    {960, 1, 961},       {960, 480, 1440},   {960, 840, 1800},
        {960, 960, 1800}, {960, -1, 959},      {960, -480, 480},   {960, -720, 240},
        {960, -960, 240}, {240, -100, 240},    {240, 100, 340},    {120, 120, 120},
        {120, -60, 120},  {5760, 9999, 11400}, {5760, -9999, 240}, {2880, 2000, 4880},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int channels = 1; channels <= 2; channels++) {
            // exactly the room that is asked for, so that a sanitizer sees one sample too many
            int16_t *pcm = calloc((size_t)(2 * rows[i].samples * channels), sizeof *pcm);
            int n = quiet_resize(pcm, rows[i].samples, channels, rows[i].shift);
            if (n != rows[i].becomes)
                fail_msg("row %zu: %d", i, n);
            free(pcm);
        }
}

static int largest_step(const int16_t *pcm, int samples, int channels)
{
    int largest = 0;
    for (int i = channels; i < samples * channels; i++) {
        int step = abs(pcm[i] - pcm[i - channels]);
        largest = step > largest ? step : largest;
    }
    return largest;
}

// A tone has a largest step between two samples; what was cut out or put in may not have a larger
// one (save rounding and the fade's own slope), nor may it differ at either end.
static void makes_no_click(void **state)
{
    (void)state;
    for (int shift = -720; shift <= 840; shift += 13)
        for (int channels = 1; channels <= 2; channels++) {
            int16_t before[2 * FRAME], pcm[4 * FRAME];
            for (int i = 0; i < FRAME * channels; i++) {
                int at = i / channels;
                before[i] = (int16_t)lrint(160 * sin(at * 0.02 + i % channels));
            }
            memcpy(pcm, before, sizeof before);
            int n = quiet_resize(pcm, FRAME, channels, shift);
            int bound = largest_step(before, FRAME, channels) + 2 * 160 / 120 + 2;
            assert_true(largest_step(pcm, n, channels) <= bound);
            for (int c = 0; c < channels; c++) {
                assert_int_equal(pcm[c], before[c]);
                assert_int_equal(pcm[(n - 1) * channels + c], before[(FRAME - 1) * channels + c]);
            }
        }
}

static void channels_stay_apart(void **state)
{
    (void)state;
    for (int shift = -700; shift <= 800; shift += 100) {
        int16_t pcm[4 * FRAME] = {0};
        for (int i = 0; i < FRAME; i++) {
            pcm[2 * i] = 100;
            pcm[2 * i + 1] = -50;
        }
        int n = quiet_resize(pcm, FRAME, 2, shift);
        for (int i = 0; i < n; i++) {
            assert_int_equal(pcm[2 * i], 100);
            assert_int_equal(pcm[2 * i + 1], -50);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_quiet_below_46_dbfs),
        cmocka_unit_test(lengths_are_exact_and_bounded),
        cmocka_unit_test(makes_no_click),
        cmocka_unit_test(channels_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
