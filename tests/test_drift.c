// The clocks' drift, out of transits with jitter, queues and steps of the path.
#include "tests/test.h"

#include "media/drift.h"
#include "media/random.h"

#include <math.h>

#define PACKET (20 * USEC_MS)

struct path {
    double ppm;    // by which transits grow
    double jitter; // ms, exponential
    int step_at;   // packet from which on all take 80 ms more; 0: none
    double swing;  // ms, of a queue that comes and goes in 40 s
};

static double slope_after(const struct path *path, int seconds)
{
    struct random random = {7};
    struct drift d = {0};
    for (int n = 0; n < seconds * 50; n++) {
        double sent = n * (double)PACKET;
        double transit = 1e6 - sent * -path->ppm * 1e-6;
        transit -= 1000 * path->jitter * log(1 - random_unit(&random));
        transit += path->step_at && n >= path->step_at ? 80e3 : 0;
        transit += 1000 * path->swing * (1 + sin(n / 2000.0 * 6.283));
        drift_packet(&d, (usec)(sent + transit), (usec)transit);
    }
    return drift_slope(&d) * 1e6;
}

static void is_found_where_there_is_one(void **state)
{
    (void)state;
    static const struct {
        struct path path;
        double least, most; // ppm
    } rows[] = {
        {{.ppm = 0}, 0, 0},
        {{.ppm = 500}, 495, 501},
        {{.ppm = -500}, -501, -495},
        {{.ppm = 20}, 18, 21},
        {{.ppm = 500, .jitter = 5}, 400, 520},
        {{.ppm = -500, .jitter = 5}, -520, -400},
        {{.jitter = 5}, -10, 10},
        {{.ppm = 300, .step_at = 4000}, 295, 301},
        {{.ppm = -300, .step_at = 4000}, -301, -295},
        {{.step_at = 4000}, 0, 0},
        {{.swing = 100}, 0, 0}, // a queue is no clock
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double ppm = slope_after(&rows[i].path, 100);
        if (ppm < rows[i].least || ppm > rows[i].most)
            fail_msg("row %d: %f ppm", (int)i, ppm);
    }
}

static void nothing_is_said_before_it_is_known(void **state)
{
    (void)state;
    assert_true(slope_after(&(struct path){.ppm = 500}, 30) == 0);
    assert_true(slope_after(&(struct path){.ppm = 500}, 40) > 490);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_found_where_there_is_one),
        cmocka_unit_test(nothing_is_said_before_it_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
