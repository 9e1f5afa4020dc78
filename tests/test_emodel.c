// The E-model against values from the recommendations, from arithmetic done by hand, and against
// itself: no more delay or loss may ever sound better.
#include "tests/test.h"

#include <math.h>

#include "media/emodel.h"
#include "media/loss.h"
#include "media/random.h"

#define LENGTH(a) (sizeof(a) / sizeof(a)[0])

static void close_to(double value, double wanted, double tolerance, const char *what, size_t row)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%s, row %zu: %f instead of %f", what, row, value, wanted);
}

static struct emodel_result clean(enum emodel_scale scale, usec delay)
{
    const struct emodel_codec codec = {.ie = 0, .bpl = 10, .scale = scale};
    return emodel_estimate(&codec, delay, 0, 1);
}

// G.107 table B.1 (its 4.03 is 4.024 by its own formula), and the R = 93.2 of all defaults with its
// 4.41. G.107.1: the Ie,WB of AMR-WB (G.113 table IV.1: 23.85, 12.65 and 6.6 kbit/s) from 129, by
// hand. G.107.2: the Ie,FB of EVS at 24.4 and 9.6 kbit/s (G.113 Appendix V) from 148, by hand.
static void reads_a_rating_as_a_mos(void **state)
{
    (void)state;
    const struct {
        enum emodel_scale scale;
        double r;
        double mos;
    } rows[] = {
        {EMODEL_NARROWBAND, 93.2, 4.409},
        {EMODEL_NARROWBAND, 90, 4.34},
        {EMODEL_NARROWBAND, 80, 4.03},
        {EMODEL_NARROWBAND, 70, 3.60},
        {EMODEL_NARROWBAND, 60, 3.10},
        {EMODEL_NARROWBAND, 50, 2.58},
        {EMODEL_WIDEBAND, 129, 4.5},
        {EMODEL_WIDEBAND, 129 - 8, 4.42},
        {EMODEL_WIDEBAND, 129 - 13, 4.337},
        {EMODEL_WIDEBAND, 129 - 41, 3.51},
        {EMODEL_FULLBAND, 148, 4.5},
        {EMODEL_FULLBAND, 148 - 7.2, 4.442},
        {EMODEL_FULLBAND, 148 - 22.7, 4.189},
        {EMODEL_FULLBAND, 1e9, 4.5},
        {EMODEL_FULLBAND, 0, 1},
        {EMODEL_FULLBAND, -1e9, 1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        close_to(emodel_mos(rows[i].scale, rows[i].r), rows[i].mos, 0.007, "MOS", i);
}

static void a_mos_is_within_1_and_4_5_and_rises(void **state)
{
    (void)state;
    for (int scale = 0; scale < EMODEL_SCALES; scale++) {
        double last = 1;
        for (double r = -10; r < 160; r += 0.05) {
            double mos = emodel_mos((enum emodel_scale)scale, r);
            assert_true(mos >= last && mos <= 4.5);
            last = mos;
        }
        assert_true(last == 4.5);
    }
}

// G.107 equation 7-27 by hand, where X is a whole number: X = 1, 2, 3 at 200, 400, 800 ms.
static void delay_costs_as_the_formula_says(void **state)
{
    (void)state;
    const struct {
        usec delay;
        double idd;
    } rows[] = {
        {0, 0},
        {100 * USEC_MS, 0},
        {200 * USEC_MS, 25 * (1.122462 - 3 * 1.000228 + 2)},
        {400 * USEC_MS, 25 * (2.005185 - 3 * 1.014123 + 2)},
        {800 * USEC_MS, 25 * (3.000685 - 3 * 1.122462 + 2)},
        {-1, 0},
        {INT64_MIN, 0},
        {USEC_NEVER, 50}, // what it tends to
    };
    const double stretch[EMODEL_SCALES] = {1, 1.29, 1.48};
    for (int scale = 0; scale < EMODEL_SCALES; scale++) {
        for (size_t i = 0; i < LENGTH(rows); i++) {
            struct emodel_result e = clean((enum emodel_scale)scale, rows[i].delay);
            close_to(e.id, stretch[scale] * rows[i].idd, 0.001, "Id", i);
            assert_true(e.delay >= 0);
        }
    }
}

// G.113 Appendix I: G.729A with VAD has Ie = 11 and Bpl = 19; before there was a Bpl, the appendix
// listed the Ie for each loss, in whole points.
static void loss_costs_what_g113_found(void **state)
{
    (void)state;
    const struct emodel_codec g729a = {.ie = 11, .bpl = 19, .scale = EMODEL_NARROWBAND};
    const struct {
        double loss;
        double ie;
    } rows[] = {
        {0, 11}, {0.5, 13}, {1, 15}, {1.5, 17}, {2, 19}, {3, 23}, {4, 26}, {8, 36}, {16, 49},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct emodel_result e = emodel_estimate(&g729a, 0, rows[i].loss, 1);
        close_to(e.ie_eff, rows[i].ie, 0.6, "Ie,eff", i);
        close_to(e.r, 93.2 - e.ie_eff, 1e-9, "R", i);
    }
}

// By hand: Ie = 5, Bpl = 10; loss and bursts in; the constant is 95, 95 and 132.
static void loss_and_bursts_cost_as_the_formulas_say(void **state)
{
    (void)state;
    const struct {
        enum emodel_scale scale;
        double loss;
        double burst;
        double ie_eff;
    } rows[] = {
        {EMODEL_NARROWBAND, 10, 1, 5 + 90 * 10.0 / 20},
        {EMODEL_NARROWBAND, 10, 2, 5 + 90 * 10.0 / 15},
        {EMODEL_WIDEBAND, 10, 1, 5 + 90 * 10.0 / 20},
        {EMODEL_FULLBAND, 10, 1, 5 + 127 * 10.0 / 20},
        {EMODEL_FULLBAND, 10, 5, 5 + 127 * 10.0 / 12},
        // The ends: BurstR from 1 to 8, loss from 0 to 100, never beyond 95 or 132.
        {EMODEL_FULLBAND, 10, 0.5, 5 + 127 * 10.0 / 20},
        {EMODEL_FULLBAND, 10, -1, 5 + 127 * 10.0 / 20},
        {EMODEL_FULLBAND, 10, NAN, 5 + 127 * 10.0 / 20},
        {EMODEL_FULLBAND, 4, 8, 5 + 127 * 4 / 10.5},
        {EMODEL_FULLBAND, 4, 80, 5 + 127 * 4 / 10.5},
        {EMODEL_FULLBAND, 0, 3, 5},
        {EMODEL_FULLBAND, -1, 3, 5},
        {EMODEL_FULLBAND, NAN, 3, 5},
        {EMODEL_FULLBAND, 100, 1, 5 + 127 * 100.0 / 110},
        {EMODEL_FULLBAND, 1000, 1, 5 + 127 * 100.0 / 110},
        {EMODEL_FULLBAND, 100, 8, 132},
        {EMODEL_NARROWBAND, 100, 8, 95},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct emodel_codec codec = {.ie = 5, .bpl = 10, .scale = rows[i].scale};
        struct emodel_result e = emodel_estimate(&codec, 0, rows[i].loss, rows[i].burst);
        close_to(e.ie_eff, rows[i].ie_eff, 1e-9, "Ie,eff", i);
    }
}

static void strange_codecs_have_an_answer(void **state)
{
    (void)state;
    const struct {
        struct emodel_codec codec;
        double loss;
        double ie_eff;
    } rows[] = {
        {{.ie = -3, .bpl = 10}, 10, 95 * 10.0 / 20},
        {{.ie = 0, .bpl = 0}, 0, 0},
        {{.ie = 0, .bpl = 0}, 0.001, 95},
        {{.ie = 0, .bpl = -5}, 5, 95},
        {{.ie = 200, .bpl = 10}, 50, 200}, // loss does not make it better
        {{.ie = NAN, .bpl = NAN}, 50, 95},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct emodel_result e = emodel_estimate(&rows[i].codec, 0, rows[i].loss, 1);
        close_to(e.ie_eff, rows[i].ie_eff, 1e-9, "Ie,eff", i);
        assert_true(e.r >= 0 && e.mos >= 1);
    }
}

static void bursts_count_once(void **state)
{
    (void)state;
    struct emodel_codec codec = {.ie = 5, .bpl = 10, .losses = EMODEL_BURSTY};
    struct emodel_result e = emodel_estimate(&codec, 0, 10, 4);
    assert_true(e.burst_ratio == 1);
    close_to(e.ie_eff, 5 + 90 * 10.0 / 20, 1e-9, "Ie,eff", 0);
    codec.losses = EMODEL_RANDOM;
    e = emodel_estimate(&codec, 0, 10, 4);
    assert_true(e.burst_ratio == 4);
    assert_true(e.ie_eff > 5 + 90 * 10.0 / 20);
}

static void says_what_it_assumed(void **state)
{
    (void)state;
    const struct emodel_codec codec = {18.5, 10.6, EMODEL_FULLBAND, EMODEL_RANDOM};
    struct emodel_result e = emodel_estimate(&codec, 150 * USEC_MS, 3, 1.5);
    assert_true(e.codec.ie == 18.5 && e.codec.bpl == 10.6);
    assert_int_equal(e.codec.scale, EMODEL_FULLBAND);
    assert_int_equal(e.delay, 150 * USEC_MS);
    assert_true(e.loss_percent == 3 && e.burst_ratio == 1.5);
    close_to(e.r, 148 - e.id - e.ie_eff, 1e-9, "R", 0);
    assert_true(e.mos == e.mos_fullband);
    assert_string_equal(emodel_scale_name(EMODEL_NARROWBAND), "narrowband");
    assert_string_equal(emodel_scale_name(e.codec.scale), "fullband");
}

// G.107.1 and G.107.2, 6.2: clean narrowband is 93.2 of 129 or 148, clean wideband 129 of 148.
static void bandwidths_compare_on_the_fullband_scale(void **state)
{
    (void)state;
    struct emodel_result nb = clean(EMODEL_NARROWBAND, 0);
    struct emodel_result wb = clean(EMODEL_WIDEBAND, 0);
    struct emodel_result fb = clean(EMODEL_FULLBAND, 0);
    assert_true(nb.r == 93.2 && wb.r == 129 && fb.r == 148);
    assert_true(nb.mos_fullband < wb.mos_fullband && wb.mos_fullband < fb.mos_fullband);
    assert_true(nb.mos_fullband == emodel_mos(EMODEL_FULLBAND, 93.2));
}

static void more_delay_or_loss_is_never_better(void **state)
{
    (void)state;
    for (int scale = 0; scale < EMODEL_SCALES; scale++) {
        const struct emodel_codec codec = {12, 10, (enum emodel_scale)scale, EMODEL_RANDOM};
        double last_r = INFINITY;
        double last_mos = INFINITY;
        for (usec delay = 0; delay <= 3 * USEC_SECOND; delay += USEC_MS) {
            struct emodel_result e = emodel_estimate(&codec, delay, 1, 1);
            assert_true(e.r <= last_r && e.mos <= last_mos);
            last_r = e.r;
            last_mos = e.mos;
        }
        for (double burst = 1; burst <= 9; burst += 1) {
            last_r = last_mos = INFINITY;
            for (double loss = 0; loss <= 100; loss += 0.1) {
                struct emodel_result e = emodel_estimate(&codec, 0, loss, burst);
                struct emodel_result burstier = emodel_estimate(&codec, 0, loss, burst + 0.5);
                assert_true(e.r <= last_r && e.mos <= last_mos && burstier.r <= e.r);
                assert_true(e.mos >= 1 && e.mos <= 4.5 && e.r >= 0);
                last_r = e.r;
                last_mos = e.mos;
            }
        }
    }
}

static void opus_is_on_the_scale_of_its_bandwidth(void **state)
{
    (void)state;
    const struct {
        enum emodel_rate rate;
        int bitrate;
        enum emodel_scale scale;
    } rows[] = {
        {EMODEL_VBR, 0, EMODEL_NARROWBAND},    {EMODEL_VBR, 9000, EMODEL_NARROWBAND},
        {EMODEL_VBR, 9001, EMODEL_WIDEBAND},   {EMODEL_VBR, 13000, EMODEL_WIDEBAND},
        {EMODEL_VBR, 14000, EMODEL_FULLBAND},  {EMODEL_VBR, 24000, EMODEL_FULLBAND},
        {EMODEL_VBR, 510000, EMODEL_FULLBAND}, {EMODEL_CBR, 11000, EMODEL_NARROWBAND},
        {EMODEL_CBR, 12000, EMODEL_WIDEBAND},  {EMODEL_CBR, 15000, EMODEL_WIDEBAND},
        {EMODEL_CBR, 16000, EMODEL_FULLBAND},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_int_equal(emodel_opus_scale(rows[i].rate, rows[i].bitrate), rows[i].scale);
}

static void opus_is_taken_from_the_table(void **state)
{
    (void)state;
    const struct {
        enum emodel_scale scale;
        enum emodel_rate rate;
        int bitrate;
        double ie;
        double random;
        double bursty;
    } rows[] = {
        {EMODEL_FULLBAND, EMODEL_VBR, 25000, 20.209, 11.28, 9.18},   // a row
        {EMODEL_FULLBAND, EMODEL_VBR, 14000, 38.06, 16.51, 9.13},    // the first
        {EMODEL_FULLBAND, EMODEL_VBR, 40000, 10.666, 9.79, 8.04},    // the last
        {EMODEL_FULLBAND, EMODEL_VBR, 13000, 38.06, 16.51, 9.13},    // before the first
        {EMODEL_FULLBAND, EMODEL_VBR, 510000, 10.666, 9.79, 8.04},   // after the last
        {EMODEL_FULLBAND, EMODEL_VBR, 26500, 19.343, 10.955, 9.045}, // half-way from 25 to 28
        {EMODEL_FULLBAND, EMODEL_VBR, 32000, 16.139, 10.333, 8.727}, // a third from 31 to 34
        {EMODEL_FULLBAND, EMODEL_CBR, 28000, 23.652, 11.67, 9.98},
        {EMODEL_WIDEBAND, EMODEL_VBR, 12500, 21.627, 20.8555, 17.912},
        {EMODEL_WIDEBAND, EMODEL_VBR, 32000, 19.959, 19.496, 16.920},
        {EMODEL_WIDEBAND, EMODEL_CBR, 15000, 18.063, 18.737, 16.097},
        {EMODEL_NARROWBAND, EMODEL_VBR, -1, 23.002, 24.564, 15.355},
        {EMODEL_NARROWBAND, EMODEL_VBR, 8000, 16.024, 20.259, 13.480},
        {EMODEL_NARROWBAND, EMODEL_CBR, 10500, 4.1135, 15.641, 10.6015},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct emodel_codec c =
            emodel_opus(rows[i].scale, rows[i].rate, rows[i].bitrate, EMODEL_RANDOM);
        assert_int_equal(c.scale, rows[i].scale);
        assert_int_equal(c.losses, EMODEL_RANDOM);
        close_to(c.ie, rows[i].ie, 0.001, "Ie", i);
        close_to(c.bpl, rows[i].random, 0.001, "Bpl, random", i);
        c = emodel_opus(rows[i].scale, rows[i].rate, rows[i].bitrate, EMODEL_BURSTY);
        assert_int_equal(c.losses, EMODEL_BURSTY);
        close_to(c.bpl, rows[i].bursty, 0.001, "Bpl, bursty", i);
    }
}

static double clean_opus(enum emodel_rate rate, int bitrate)
{
    struct emodel_codec codec =
        emodel_opus(emodel_opus_scale(rate, bitrate), rate, bitrate, EMODEL_RANDOM);
    return emodel_estimate(&codec, 0, 0, 1).r;
}

// Were a table on another scale than its neighbour, R would jump by 19 or more where they meet.
static void the_tables_meet(void **state)
{
    (void)state;
    double step = clean_opus(EMODEL_VBR, 14000) - clean_opus(EMODEL_VBR, 13000);
    assert_true(step > 0 && step < 2);
    step = clean_opus(EMODEL_CBR, 16000) - clean_opus(EMODEL_CBR, 15000);
    assert_true(step > 0 && step < 2);
    for (int kbps = 7; kbps <= 45; kbps++)
        assert_true(clean_opus(EMODEL_VBR, kbps * 1000) >=
                    clean_opus(EMODEL_VBR, kbps * 1000 - 1000));
}

// The authors' Bpl for bursts and G.107's BurstR are two ways to say the same: theirs costs more
// than random loss, and less than a BurstR of 2, up to which G.107 answers for any loss.
static void both_ways_to_count_bursts_agree(void **state)
{
    (void)state;
    for (int bitrate = 19000; bitrate <= 40000; bitrate += 3000) {
        struct emodel_codec random =
            emodel_opus(EMODEL_FULLBAND, EMODEL_VBR, bitrate, EMODEL_RANDOM);
        struct emodel_codec bursty =
            emodel_opus(EMODEL_FULLBAND, EMODEL_VBR, bitrate, EMODEL_BURSTY);
        double theirs = emodel_estimate(&bursty, 0, 5, 1).ie_eff;
        assert_true(theirs > emodel_estimate(&random, 0, 5, 1).ie_eff);
        assert_true(theirs < emodel_estimate(&random, 0, 5, 2).ie_eff);
    }
}

static struct emodel_loss play(const char *frames)
{
    struct emodel_loss loss = {0};
    for (; *frames; frames++)
        emodel_loss_frame(&loss, *frames == 'x');
    return loss;
}

static void counts_what_was_played(void **state)
{
    (void)state;
    const struct {
        const char *frames; // x: lost
        double percent;
        double burst_ratio;
    } rows[] = {
        {"", 0, 1},
        {"....", 0, 1},
        {"xxxx", 100, 1},
        {"x...", 25, 0.75}, // one alone of four: rarer than at random
        {"xx..", 50, 1},
        {"x.x.x.x.", 50, 0.5},
        {"xxx.......", 30, 2.1},
        {".xx..x....", 30, 1.05},
        {"........xx", 20, 1.6},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct emodel_loss loss = play(rows[i].frames);
        close_to(emodel_loss_percent(&loss), rows[i].percent, 1e-9, "loss", i);
        close_to(emodel_loss_burst_ratio(&loss), rows[i].burst_ratio, 1e-9, "BurstR", i);
    }
}

// A Gilbert chain has bursts of 1/r on average and a loss of p / (p + r), so its BurstR is
// 1 / (p + r).
static void knows_bursts_from_chance(void **state)
{
    (void)state;
    const struct {
        struct loss_spec spec;
        double percent;
        double burst_ratio;
    } rows[] = {
        {{LOSS_RANDOM, {0.02, 0}}, 2, 1},
        {{LOSS_RANDOM, {0.10, 0}}, 10, 1},
        {{LOSS_RANDOM, {0.50, 0}}, 50, 1},
        {{LOSS_GEMODEL, {1.0 / 12, 0.25, 1, 0}}, 25, 3}, // bursts of 4
        {{LOSS_GEMODEL, {1.0 / 30, 0.3, 1, 0}}, 10, 3},  // bursts of 3.3
        {{LOSS_GEMODEL, {0.001, 0.099, 1, 0}}, 1, 10},   // bursts of 10.1
        {{LOSS_GEMODEL, {0.5, 0.5, 1, 0}}, 50, 1},       // bursts of 2, as at random
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct random random = {.state = 3};
        struct loss loss = {0};
        struct emodel_loss heard = {0};
        for (int n = 0; n < 1000000; n++) {
            double u = random_unit(&random);
            double v = random_unit(&random);
            emodel_loss_frame(&heard, loss_happens(&loss, &rows[i].spec, u, v));
        }
        close_to(emodel_loss_percent(&heard), rows[i].percent, 0.04 * rows[i].percent, "loss", i);
        close_to(emodel_loss_burst_ratio(&heard), rows[i].burst_ratio, 0.05 * rows[i].burst_ratio,
                 "BurstR", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_rating_as_a_mos),
        cmocka_unit_test(a_mos_is_within_1_and_4_5_and_rises),
        cmocka_unit_test(delay_costs_as_the_formula_says),
        cmocka_unit_test(loss_costs_what_g113_found),
        cmocka_unit_test(loss_and_bursts_cost_as_the_formulas_say),
        cmocka_unit_test(strange_codecs_have_an_answer),
        cmocka_unit_test(bursts_count_once),
        cmocka_unit_test(says_what_it_assumed),
        cmocka_unit_test(bandwidths_compare_on_the_fullband_scale),
        cmocka_unit_test(more_delay_or_loss_is_never_better),
        cmocka_unit_test(opus_is_on_the_scale_of_its_bandwidth),
        cmocka_unit_test(opus_is_taken_from_the_table),
        cmocka_unit_test(the_tables_meet),
        cmocka_unit_test(both_ways_to_count_bursts_agree),
        cmocka_unit_test(counts_what_was_played),
        cmocka_unit_test(knows_bursts_from_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
