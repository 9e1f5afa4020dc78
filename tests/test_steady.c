// The pace behind uneven looks.
#include "tests/test.h"

#include "media/io/steady.h"
#include "media/random.h"

#include <stdlib.h>

#define BLOCK 2667 // microseconds

// Blocks that are asked for at uneven instants: by how much are those that it tells uneven?
static usec uneven(struct steady *s, usec begin, usec wobble, usec *end)
{
    struct random random = {3};
    usec most = 0;
    for (int n = 0; n < 3000; n++) {
        usec even = begin + (usec)n * BLOCK;
        usec seen = even + (usec)((2 * random_unit(&random) - 1) * (double)wobble);
        usec off = steady_look(s, seen) - even;
        steady_pass(s, BLOCK);
        *end = even + BLOCK;
        if (n > 100)
            most = usec_max(most, llabs(off));
    }
    return most;
}

static void a_wobble_is_evened_out(void **state)
{
    (void)state;
    struct steady s = {0};
    usec end;
    assert_int_equal(steady_look(&s, 5 * USEC_SECOND),
                     5 * USEC_SECOND); // the first look is believed
    assert_in_range(uneven(&s, 5 * USEC_SECOND, 2 * USEC_MS, &end), 0, 1100);
    assert_in_range(uneven(&s, end, 0, &end), 0, STEADY_LOOKS);
}

// What the device lost for good is followed: a bit at once, a leap at once and whole.
static void what_stays_is_followed(void **state)
{
    (void)state;
    struct steady s = {0};
    usec end;
    uneven(&s, USEC_SECOND, 0, &end);
    usec first = steady_look(&s, end + 8 * USEC_MS) - end;
    assert_in_range(first, 400, 600);
    assert_in_range(uneven(&s, end + 8 * USEC_MS, 0, &end), 0, 50);
    assert_int_equal(steady_look(&s, end + STEADY_LEAP), end + STEADY_LEAP);
    assert_int_equal(steady_look(&s, end - USEC_SECOND), end - USEC_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wobble_is_evened_out),
        cmocka_unit_test(what_stays_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
