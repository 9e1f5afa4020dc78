// Ringing: the pitches, the cadence, the level; the same in whatever pieces it is taken.
#include "tests/test.h"

#include "call/ringing.h"
#include "media/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define RATE  48000
#define PIECE (RATE / 20) // 50 ms
#define CYCLE (5 * RATE)
#define ALL   (2 * CYCLE)

static int16_t pcm[ALL];

static void take(enum ringing_kind kind)
{
    struct ringing r = {.kind = kind};
    ringing_fill(&r, pcm, ALL);
}

static double rms(const int16_t *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sqrt(sum / (double)n);
}

// Share of the energy that is at this pitch.
static double share(const int16_t *x, size_t n, double hertz)
{
    double re = 0, im = 0, level = rms(x, n);
    for (size_t i = 0; i < n; i++) {
        re += x[i] * cos(2 * M_PI * hertz * (double)i / RATE);
        im += x[i] * sin(2 * M_PI * hertz * (double)i / RATE);
    }
    return 2 * (re * re + im * im) / ((double)n * (double)n * level * level);
}

static void the_pitches_the_cadence_and_the_level(void **state)
{
    static const struct {
        double hertz[2], db;
    } rows[] = {[RINGING_HERE] = {{800, 1000}, -15.2}, [RINGING_THERE] = {{425, 425}, -23}};
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        take((enum ringing_kind)kind);
        for (size_t at = 0; at < ALL; at += PIECE) {
            bool on = at % CYCLE < RATE, edge = at % CYCLE == 0 || at % CYCLE == RATE - PIECE;
            double level = rms(pcm + at, PIECE);
            if (!on) {
                assert_true(level == 0);
                continue;
            }
            double db = 20 * log10(level / 32767);
            assert_true(fabs(db - rows[kind].db) < (edge ? 2 : 0.2));
            assert_true(share(pcm + at, PIECE, rows[kind].hertz[at / PIECE % 2]) >
                        (edge ? 0.8 : 0.95));
        }
    }
}

// A step would be heard: none is larger than the steepest of its sines.
static void it_does_not_click(void **state)
{
    static const double steepest[] = {8000 * 2 * M_PI * 1000 / RATE, 3277 * 2 * M_PI * 425 / RATE};
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        take((enum ringing_kind)kind);
        for (size_t i = 1; i < ALL; i++)
            assert_true(abs(pcm[i] - pcm[i - 1]) < 1.1 * steepest[kind]);
    }
}

static void it_may_be_taken_in_any_pieces(void **state)
{
    static int16_t pieces[ALL];
    struct random random = {1};
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct ringing r = {.kind = (enum ringing_kind)kind};
        for (size_t at = 0; at < ALL;) {
            size_t n = random_u64(&random) % 3000;
            n = n < ALL - at ? n : ALL - at;
            ringing_fill(&r, pieces + at, n);
            at += n;
        }
        take((enum ringing_kind)kind);
        assert_memory_equal(pieces, pcm, sizeof pcm);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pitches_the_cadence_and_the_level),
        cmocka_unit_test(it_does_not_click),
        cmocka_unit_test(it_may_be_taken_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
