// Mean and quantiles of delays, against sorting them.
#include "tests/test.h"

#include "media/random.h"
#include "receiver/delays.h"

#include <stdlib.h>

#define MS USEC_MS

static int by_value(const void *a, const void *b)
{
    usec x = *(const usec *)a, y = *(const usec *)b;
    return x < y ? -1 : x > y;
}

static void none_and_one(void **state)
{
    (void)state;
    static struct delays d;
    assert_int_equal(delays_mean(&d), 0);
    assert_int_equal(delays_quantile(&d, 0.95), 0);
    delays_add(&d, 41500);
    assert_int_equal(delays_mean(&d), 41500);
    assert_int_equal(delays_quantile(&d, 0), 1 * MS);
    assert_int_equal(delays_quantile(&d, 0.5), 42 * MS);
    assert_int_equal(delays_quantile(&d, 1), 42 * MS);
}

static void as_sorted(void **state)
{
    (void)state;
    enum { COUNT = 999 };
    static const double shares[] = {0.01, 0.5, 0.95, 0.99, 1};
    struct random random = {1};
    for (int i = 0; i < 20; i++) {
        struct delays *d = calloc(1, sizeof *d);
        usec delays[COUNT], sum = 0;
        for (int n = 0; n < COUNT; n++) {
            delays[n] = (usec)(400e3 * random_unit(&random) * random_unit(&random));
            delays_add(d, delays[n]);
            sum += delays[n];
        }
        qsort(delays, COUNT, sizeof delays[0], by_value);
        for (size_t k = 0; k < sizeof shares / sizeof shares[0]; k++) {
            int rank = (int)(shares[k] * COUNT); // the first that so many are not above
            rank -= rank == shares[k] * COUNT;
            assert_int_equal(delays_quantile(d, shares[k]), (delays[rank] / MS + 1) * MS);
        }
        assert_in_range(delays_mean(d), sum / COUNT - 1, sum / COUNT + 1);
        free(d);
    }
}

static void beyond_the_bins(void **state)
{
    (void)state;
    static struct delays d;
    delays_add(&d, -5 * MS); // a packet that was sooner than the fastest
    assert_int_equal(delays_quantile(&d, 1), 1 * MS);
    delays_add(&d, 3600 * USEC_SECOND);
    assert_int_equal(delays_quantile(&d, 1), DELAYS_BINS * MS);
    assert_int_equal(delays_quantile(&d, 0.5), 1 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_and_one),
        cmocka_unit_test(as_sorted),
        cmocka_unit_test(beyond_the_bins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
