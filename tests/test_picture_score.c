// PSNR and SSIM, against values worked out by hand.
#include "tests/test.h"

#include "lab/picture_score.h"
#include "media/pattern.h"
#include "media/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct picture_score score_of(const struct picture *a, const struct picture *b)
{
    struct picture_score score;
    assert_true(picture_score(&score, a, b));
    return score;
}

static void assert_near(double value, double expected, double within)
{
    if (!(fabs(value - expected) <= within))
        fail_msg("%f instead of %f", value, expected);
}

static void the_same_is_the_best(void **state)
{
    (void)state;
    static uint8_t memory[640 * 360 * 3 / 2];
    struct picture p = picture_of(memory, 640, 360);
    pattern_draw(&p, 1, USEC_SECOND);
    struct picture_score s = score_of(&p, &p);
    assert_near(s.psnr_y, PICTURE_PSNR_MOST, 0);
    assert_near(s.psnr, PICTURE_PSNR_MOST, 0);
    assert_near(s.ssim, 1, 1e-12);
}

// One step of grey everywhere: PSNR 20 log10(255 / 1). Without structure SSIM compares means alone.
static void a_step_of_grey(void **state)
{
    (void)state;
    uint8_t one[33 * 17 * 2], other[33 * 17 * 2];
    struct picture a = picture_of(one, 33, 17), b = picture_of(other, 33, 17);
    picture_fill(&a, 100, 128, 128);
    picture_fill(&b, 101, 128, 128);
    struct picture_score s = score_of(&a, &b);
    assert_near(s.psnr_y, 48.1308, 0.0001);
    double luma = 33 * 17, all = luma + 2 * 17 * 9;
    assert_near(s.psnr, 48.1308 + 10 * log10(all / luma), 0.0001);
    assert_near(s.ssim, (2 * 100.0 * 101 + 6.5025) / (100.0 * 100 + 101 * 101 + 6.5025), 1e-9);
    picture_fill(&b, 100, 128, 131);
    assert_near(score_of(&a, &b).psnr_y, PICTURE_PSNR_MOST, 0);
    assert_near(score_of(&a, &b).ssim, 1, 1e-12);
    assert_near(score_of(&a, &b).psnr, 48.1308 - 20 * log10(3) + 10 * log10(all / (17 * 9)),
                0.0001);
}

static void black_for_white(void **state)
{
    (void)state;
    uint8_t one[6], other[6];
    struct picture a = picture_of(one, 2, 2), b = picture_of(other, 2, 2);
    picture_fill(&a, 0, 0, 0);
    picture_fill(&b, 255, 255, 255);
    assert_near(score_of(&a, &b).psnr, 0, 1e-12);
    assert_near(score_of(&a, &b).ssim, 6.5025 / (65025 + 6.5025), 1e-9);
}

// Stripes turned round: one window, means 128, variance 127.5^2, covariance its negative.
static void stripes_turned_round(void **state)
{
    (void)state;
    uint8_t one[96], other[96];
    struct picture a = picture_of(one, 8, 8), b = picture_of(other, 8, 8);
    for (int i = 0; i < 64; i++) {
        one[i] = i % 2 ? 255 : 0;
        other[i] = i % 2 ? 0 : 255;
    }
    memset(one + 64, 0, 32);
    memset(other + 64, 0, 32);
    double v = 127.5 * 127.5, c2 = 58.5225;
    assert_near(score_of(&a, &b).ssim, (c2 - 2 * v) / (c2 + 2 * v), 1e-9);
}

// More noise is less likeness, by all three.
static void noise_costs(void **state)
{
    (void)state;
    static uint8_t clean[160 * 90 * 3 / 2], noisy[160 * 90 * 3 / 2];
    struct picture a = picture_of(clean, 160, 90), b = picture_of(noisy, 160, 90);
    struct random random = {.state = 5};
    struct picture_score last = {PICTURE_PSNR_MOST, PICTURE_PSNR_MOST, 1};
    pattern_draw(&a, 1, USEC_SECOND);
    for (int amount = 2; amount <= 64; amount *= 2) {
        for (size_t i = 0; i < sizeof clean; i++) {
            int value = clean[i] + (int)(random_unit(&random) * 2 * amount) - amount;
            noisy[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
        struct picture_score s = score_of(&a, &b);
        assert_true(s.psnr_y < last.psnr_y && s.psnr < last.psnr && s.ssim < last.ssim);
        last = s;
    }
}

static void sizes_must_agree(void **state)
{
    (void)state;
    uint8_t memory[600] = {0};
    struct picture a = picture_of(memory, 10, 20), b = picture_of(memory, 20, 10);
    struct picture_score s = {1, 2, 3};
    assert_false(picture_score(&s, &a, &b));
    assert_near(s.ssim, 3, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_the_best), cmocka_unit_test(a_step_of_grey),
        cmocka_unit_test(black_for_white),      cmocka_unit_test(stripes_turned_round),
        cmocka_unit_test(noise_costs),          cmocka_unit_test(sizes_must_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
