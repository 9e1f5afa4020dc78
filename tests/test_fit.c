#include "tests/test.h"

#include "lab/fit.h"
#include "media/random.h"

static void needs_two_places(void **state)
{
    (void)state;
    struct fit f = {0};
    assert_false(fit_has_slope(&f));
    assert_true(fit_start(&f, 0) == 0);
    fit_add(&f, 3, 5, 1);
    fit_add(&f, 3, 7, 3);
    assert_false(fit_has_slope(&f));
    assert_float_equal(fit_start(&f, 0), 6.5, 1e-12); // their mean
    fit_add(&f, 4, 7, 1);
    assert_true(fit_has_slope(&f));
}

// Whatever they weigh, points on a line give that line.
static void finds_the_line_through_points_on_it(void **state)
{
    (void)state;
    struct random random = {1};
    for (int n = 0; n < 1000; n++) {
        double slope = random_unit(&random) - 0.5, start = 1000 * random_unit(&random);
        struct fit f = {0};
        for (int i = 0; i < 10; i++) {
            double x = 100 * random_unit(&random);
            fit_add(&f, x, start + slope * x, 0.01 + random_unit(&random));
        }
        assert_true(fit_has_slope(&f));
        assert_float_equal(fit_slope(&f), slope, 1e-6);
        assert_float_equal(fit_start(&f, fit_slope(&f)), start, 1e-4);
    }
}

// Two points at each end, of which one weighs three times as much.
static void heavy_points_count_for_more(void **state)
{
    (void)state;
    struct fit f = {0};
    fit_add(&f, 0, 0, 1);
    fit_add(&f, 0, 4, 3);
    fit_add(&f, 10, 10, 3);
    fit_add(&f, 10, 30, 1);
    assert_float_equal(fit_slope(&f), (15.0 - 3.0) / 10, 1e-9);
    assert_float_equal(fit_start(&f, fit_slope(&f)), 3, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_two_places),
        cmocka_unit_test(finds_the_line_through_points_on_it),
        cmocka_unit_test(heavy_points_count_for_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
