#include "tests/test.h"

#include <math.h>

#include "media/distribution.h"

// Quantiles of the standard normal distribution, from tables.
static const struct {
    double u;
    double z;
} quantiles[] = {
    {0.5, 0},           {0.6, 0.2533471},   {0.84134474606854293, 1}, {0.975, 1.9599640},
    {0.999, 3.0902323}, {1e-6, -4.7534243}, {1 - 1e-12, 7.0344869},
};

static void knows_the_normal_quantiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
        assert_true(fabs(distribution_normal(quantiles[i].u) - quantiles[i].z) < 2e-6);
    assert_true(distribution_normal(0) < -8 && distribution_normal(0) > -9);
    assert_true(distribution_normal(1 - 0x1p-53) > 8 && distribution_normal(1 - 0x1p-53) < 9);
}

// Over an even grid of shares: mean, standard deviation, least and greatest value.
static const struct {
    enum distribution distribution;
    double deviation;
    double least;
    double greatest;
} rows[] = {
    {DISTRIBUTION_UNIFORM, 0.5773503, -1, 1},
    {DISTRIBUTION_NORMAL, 1, -9, 9},
    {DISTRIBUTION_PARETO, 1, -0.7721, 4.9131},
    {DISTRIBUTION_PARETONORMAL, 1, -9, 9},
};

static void has_the_mean_and_the_spread(void **state)
{
    (void)state;
    const int points = 200000;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double sum = 0;
        double squares = 0;
        double last = -INFINITY;
        for (int k = 0; k < points; k++) {
            double z = distribution_normal((k + 0.5) / points);
            double x = distribution_value(rows[i].distribution, z);
            assert_true(x >= rows[i].least && x <= rows[i].greatest);
            assert_true(x >= last - 1e-6); // AS 241's two ranges meet to 7 digits
            last = x;
            sum += x;
            squares += x * x;
        }
        assert_true(fabs(sum / points) < 1e-4);
        assert_true(fabs(sqrt(squares / points) - rows[i].deviation) < 1e-3);
    }
}

static void is_finite_at_the_ends(void **state)
{
    (void)state;
    for (int d = 0; d < DISTRIBUTIONS; d++) {
        assert_true(isfinite(distribution_value(d, distribution_normal(0))));
        assert_true(isfinite(distribution_value(d, distribution_normal(1 - 0x1p-53))));
        assert_true(isfinite(distribution_value(d, 100)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_normal_quantiles),
        cmocka_unit_test(has_the_mean_and_the_spread),
        cmocka_unit_test(is_finite_at_the_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
