#include "tests/test.h"

#include "call/voices.h"

static struct voices v;

static void muted_is_silent_and_loud_is_cut(void **state)
{
    (void)state;
    int16_t pcm[4] = {100, -100, 20000, -20000};
    voices_init(&v);
    voices_said(&v, 0, pcm, 4, 1);
    assert_int_equal(pcm[2], 20000);
    assert_float_equal(voices_level(&v, VOICES_WE), -4.3, 0.1);
    assert_float_equal(voices_level(&v, VOICES_WE), -96, 0.1);
    v.gain = 6;
    voices_heard(&v, 0, pcm, 4, 1);
    assert_int_equal(pcm[0], 200);
    assert_int_equal(pcm[2], 32767);
    assert_int_equal(pcm[3], -32768);
    v.muted = true;
    voices_said(&v, 0, pcm, 4, 1);
    assert_int_equal(pcm[0], 0);
}

// Each sample at its instant, whichever side comes first, in pieces whose times jitter.
static void a_recording_has_both_in_time(void **state)
{
    (void)state;
    int16_t piece[2 * 480], out[2 * 48000];
    size_t total = 0, n;
    voices_init(&v);
    voices_record(&v, 1000000);
    for (int i = 0; i < 300; i++) {
        usec now = 1000000 + i * 10000;
        for (int k = 0; k < 480; k++)
            piece[k] = (int16_t)((i * 480 + k) % 20000);
        voices_said(&v, now + (i * 37) % 3000, piece, 480, 1);
        for (int k = 0; k < 480; k++)
            piece[2 * k] = piece[2 * k + 1] = (int16_t)((i * 480 + k) % 20000 - 20000);
        voices_heard(&v, now + 20000, piece, 480, 2); // it takes 20 ms to the ear
        while ((n = voices_take(&v, now, out, 1000))) {
            for (size_t k = 0; k < n; k++, total++) {
                assert_int_equal(out[2 * k], (int)(total % 20000));
                int right = total < 960 ? 0 : (int)((total - 960) % 20000) - 20000;
                assert_int_equal(out[2 * k + 1], right);
            }
        }
    }
    assert_int_equal(total, (2990000 - 1000000) * 48 / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(muted_is_silent_and_loud_is_cut),
        cmocka_unit_test(a_recording_has_both_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
