#include "tests/test.h"

#include "lab/mean.h"

#include <math.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void quantiles_are_those_of_the_printed_tables(void **state)
{
    static const struct {
        size_t freedom;
        double value;
    } cases[] = {{1, 12.7062}, {2, 4.3027},  {3, 3.1824},   {4, 2.7764},     {5, 2.5706},
                 {6, 2.4469},  {7, 2.3646},  {9, 2.2622},   {10, 2.2281},    {19, 2.0930},
                 {29, 2.0452}, {60, 2.0003}, {100, 1.9840}, {100000, 1.9600}};
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_float_equal(mean_student(cases[i].freedom), cases[i].value, 2e-3);
}

static void an_interval_needs_two_values(void **state)
{
    struct mean m = {0};
    double half;
    (void)state;
    mean_add(&m, 1);
    assert_false(mean_half(&m, &half)); // one value says nothing about the others
    for (int i = 2; i <= 5; i++)
        mean_add(&m, i);
    assert_float_equal(m.mean, 3, 1e-12);
    assert_true(mean_half(&m, &half));
    assert_float_equal(half, 2.7764451 * sqrt(2.5 / 5), 1e-6);
    m = (struct mean){0};
    for (int i = 0; i < 3; i++)
        mean_add(&m, 0.1);
    assert_true(mean_half(&m, &half));
    assert_float_equal(half, 0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_printed_tables),
        cmocka_unit_test(an_interval_needs_two_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
