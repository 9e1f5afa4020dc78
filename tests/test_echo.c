// The canceller against the echo of a room, and against those who speak there meanwhile.
#include "tests/test.h"

#include "lab/io/source.h"
#include "lab/score.h"
#include "lab/speakerphone.h"
#include "media/echo.h"
#include "media/pcm.h"
#include "media/random.h"

#include <math.h>
#include <string.h>

#define MS      48    // samples
#define SECOND  48000 // samples
#define LENGTH  (16 * SECOND)
#define LEARNT  (6 * SECOND) // by then a room is known
#define ALL     ((struct echo_config){.cancel = true, .noise = true, .gain = true})
#define CANCELS ((struct echo_config){.cancel = true})

static int16_t english[LENGTH], portuguese[LENGTH], silence[LENGTH];
static int16_t heard[LENGTH], sent[LENGTH];

static void load(const char *name, int16_t *pcm)
{
    const struct source_config config = {.name = name, .channels = 1};
    char why[512];
    size_t samples;
    int16_t *all = source_load(&config, &samples, why, sizeof why);
    assert_non_null(all);
    assert_true(samples >= LENGTH);
    memcpy(pcm, all, LENGTH * sizeof *pcm);
    free(all);
}

static int setup(void **state)
{
    (void)state;
    load("speech", english);
    load("speech:pt", portuguese);
    return 0;
}

static double level(const int16_t *pcm, size_t from, size_t to)
{
    double energy = 1;
    for (size_t i = from; i < to; i++)
        energy += (double)pcm[i] * pcm[i];
    return 10 * log10(energy / (double)(to - from));
}

static double erle(size_t from, size_t to)
{
    return speakerphone_erle(heard + from, sent + from, to - from);
}

static struct score score(const int16_t *said, const int16_t *pcm, size_t from)
{
    enum score_status status;
    struct score result;
    struct scorer *scorer = scorer_new(said + from, LENGTH - from, 1, &status);
    assert_non_null(scorer);
    assert_int_equal(scorer_run(scorer, pcm + from, LENGTH - from, 1, &result), SCORE_OK);
    scorer_free(scorer);
    return result;
}

static struct speakerphone office(void)
{
    return (struct speakerphone){.echo = CANCELS,
                                 .room = &room_office,
                                 .noise = 20,
                                 .delay = 60 * MS,
                                 .waver = 5 * MS,
                                 .seed = 1};
}

// ---- the room ----------------------------------------------------------------------------------

// Schroeder's backward integration: from 5 to 25 dB down, and three times that.
static void the_room_is_as_reverberant_as_it_says(void **state)
{
    static float response[SECOND];
    double total = 0, left = 0;
    int at5 = 0, at25 = 0, first = 0;
    (void)state;
    room_response(&room_office, response, SECOND);
    for (int i = 0; i < SECOND; i++)
        total += (double)response[i] * response[i];
    assert_true(fabs(total - 1) < 1e-3);
    for (int i = SECOND - 1; i >= 0 && !at5; i--) {
        left += (double)response[i] * response[i];
        if (!at25 && left > total * pow(10, -2.5))
            at25 = i;
        if (left > total * pow(10, -0.5))
            at5 = i;
    }
    double rt60 = 3.0 * (at25 - at5) / SECOND;
    assert_true(rt60 > 0.25 && rt60 < 0.45);
    while (!(response[first] > 0)) // straight from the loudspeaker
        first++;
    double straight = sqrt(0.2 * 0.2 + 0.2 * 0.2 + 0.15 * 0.15) / 343 * SECOND;
    assert_true(fabs(first - straight) <= 1);
}

// ---- the echo ----------------------------------------------------------------------------------

static void the_echo_goes_and_the_delay_need_not_be_known_well(void **state)
{
    static const struct {
        int error;
        double louder;
        size_t delay;
        struct echo_config echo;
        double least; // dB
    } rows[] = {
        {0, 0, 60 * MS, {.cancel = true}, 20},
        {10 * MS, 0, 60 * MS, {.cancel = true}, 20},
        {-10 * MS, 0, 60 * MS, {.cancel = true}, 20},
        {0, 0, 200 * MS, {.cancel = true}, 20},
        {0, 0, 15 * MS, {.cancel = true}, 20}, // less than one would like to be ahead
        {0, 6, 60 * MS, {.cancel = true}, 20},
        {0, -6, 60 * MS, {.cancel = true}, 20},
        {10 * MS, 0, 60 * MS, {.cancel = true, .noise = true}, 20},
        {10 * MS, 0, 60 * MS, {.cancel = true, .noise = true, .gain = true}, 20},
        {0, 0, 60 * MS, {.cancel = true, .frame = 240}, 20},
        {0, 0, 60 * MS, {.cancel = true, .frame = 120}, 20},
        {0, 0, 60 * MS, {.noise = true}, -1}, // else the figure would be of something else
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct speakerphone phone = office();
        phone.error = rows[i].error;
        phone.louder = rows[i].louder;
        phone.delay = rows[i].delay;
        phone.echo = rows[i].echo;
        assert_true(speakerphone_run(&phone, english, silence, LENGTH, heard, sent));
        double won = erle(LEARNT, LENGTH);
        if (won < rows[i].least || (!rows[i].echo.cancel && won > 3))
            fail_msg("row %zu: %.1f dB", i, won);
    }
}

static void a_loudspeaker_that_ran_dry_is_found_again(void **state)
{
    struct speakerphone phone = office();
    (void)state;
    phone.dry_at = 5 * SECOND;
    phone.dry_for = 250 * MS; // longer than any echo
    assert_true(speakerphone_run(&phone, english, silence, LENGTH, heard, sent));
    assert_true(erle(11 * SECOND, LENGTH) >= 20);
}

static void who_speaks_at_the_same_time_is_not_cut(void **state)
{
    const struct echo_config configs[] = {CANCELS, {.cancel = true, .noise = true}, ALL};
    (void)state;
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        struct speakerphone phone = office();
        static int16_t near[LENGTH];
        size_t from = 7 * SECOND;
        phone.echo = configs[i];
        memset(near, 0, sizeof near);
        memcpy(near + from, portuguese + from, (LENGTH - from) * sizeof *near);
        assert_true(speakerphone_run(&phone, english, near, LENGTH, heard, sent));
        double change = level(sent, from, LENGTH) - level(near, from, LENGTH);
        double clean = score(near, sent, from).estoi, raw = score(near, heard, from).estoi;
        assert_true(clean >= 0.85 && raw < 0.75);
        assert_true(fabs(change) < (configs[i].gain ? 6 : 1.5));
    }
}

// ---- noise and gain ----------------------------------------------------------------------------

static void run(const struct echo_config *config, int16_t *pcm)
{
    struct echo *e = echo_new(config);
    for (size_t i = 0; i < LENGTH; i += ECHO_FRAME)
        echo_frame(e, pcm + i, ECHO_FRAME, 0);
    echo_free(e);
}

static void noise_is_suppressed_and_speech_is_not(void **state)
{
    struct random r = {5};
    static int16_t pcm[LENGTH];
    (void)state;
    for (size_t i = 0; i < LENGTH; i++) {
        double speech = i < 4 * SECOND ? 0 : english[i];
        pcm[i] = heard[i] = (int16_t)(speech + 400 * (random_unit(&r) - 0.5));
    }
    run(&(struct echo_config){.noise = true}, pcm);
    double noise = level(pcm, 2 * SECOND, 4 * SECOND) - level(heard, 2 * SECOND, 4 * SECOND);
    double speech = level(pcm, 6 * SECOND, LENGTH) - level(english, 6 * SECOND, LENGTH);
    assert_true(noise < -10 && speech > -1.5 && speech < 1);
    assert_true(score(english, pcm, 5 * SECOND).estoi > 0.9);
}

static void soft_and_loud_voices_become_alike(void **state)
{
    static const double by[] = {-20, 0, 10};
    static int16_t pcm[LENGTH];
    (void)state;
    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
        for (size_t k = 0; k < LENGTH; k++)
            pcm[k] = pcm_sample((float)(portuguese[k] * pow(10, by[i] / 20)));
        run(&(struct echo_config){.gain = true}, pcm);
        double l = level(pcm, 6 * SECOND, LENGTH) - 20 * log10(32768);
        assert_true(l > -29 && l < -21);
    }
}

// The filter has not learnt the room yet: what is left of the echo is not made louder.
static void the_gain_does_not_rise_for_an_echo(void **state)
{
    struct speakerphone phone = office();
    (void)state;
    phone.louder = -20;
    phone.echo = (struct echo_config){.cancel = true, .gain = true};
    assert_true(speakerphone_run(&phone, english, silence, LENGTH, heard, sent));
    assert_true(erle(0, 2 * SECOND) > 5 && erle(2 * SECOND, LENGTH) > 10);
}

// ---- at the edges ------------------------------------------------------------------------------

static void nothing_switched_on_changes_nothing(void **state)
{
    static int16_t pcm[LENGTH];
    const struct echo_config none = {0}, noise = {.noise = true};
    struct echo *e = echo_new(&none), *other = echo_new(&noise);
    (void)state;
    memcpy(pcm, english, sizeof pcm);
    echo_played(e, portuguese, LENGTH);
    for (size_t i = 0; i < SECOND; i += 2 * ECHO_FRAME)
        echo_frame(e, pcm + i, 2 * ECHO_FRAME, 0);
    assert_memory_equal(pcm, english, sizeof pcm);
    assert_int_equal(echo_lag(e), 0);
    assert_int_equal(echo_lag(other), ECHO_FRAME);
    echo_free(e);
    echo_free(other);
    echo_free(NULL);
}

// Delays beyond reason, and a loudspeaker that nothing is known of.
static void what_is_not_known_of_the_loudspeaker_is_silence(void **state)
{
    static const size_t behinds[] = {0, 1, 70000, SIZE_MAX / 4};
    int16_t pcm[2 * ECHO_FRAME];
    (void)state;
    for (size_t b = 0; b < sizeof behinds / sizeof *behinds; b++) {
        struct echo *e = echo_new(&ALL);
        for (int i = 0; i < 50; i++) {
            memcpy(pcm, english + (size_t)i * 2 * ECHO_FRAME, sizeof pcm);
            echo_frame(e, pcm, 2 * ECHO_FRAME, behinds[b]);
        }
        assert_int_equal(echo_stats(e).missing, 0); // nothing was played at all
        echo_played(e, english, ECHO_FRAME);
        for (int i = 0; i < 50; i++)
            echo_frame(e, pcm, 2 * ECHO_FRAME, behinds[b]);
        assert_true(echo_stats(e).missing > 0);
        assert_true(b < 2 || echo_stats(e).missing == 50 * 2 * ECHO_FRAME);
        echo_free(e);
    }
}

static void the_same_again_is_the_same_to_the_bit(void **state)
{
    static int16_t again[LENGTH];
    struct speakerphone phone = office();
    (void)state;
    phone.echo = ALL;
    assert_true(speakerphone_run(&phone, english, portuguese, 2 * SECOND, heard, sent));
    assert_true(speakerphone_run(&phone, english, portuguese, 2 * SECOND, heard, again));
    assert_memory_equal(sent, again, 2 * SECOND * sizeof *sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_room_is_as_reverberant_as_it_says),
        cmocka_unit_test(the_echo_goes_and_the_delay_need_not_be_known_well),
        cmocka_unit_test(a_loudspeaker_that_ran_dry_is_found_again),
        cmocka_unit_test(who_speaks_at_the_same_time_is_not_cut),
        cmocka_unit_test(noise_is_suppressed_and_speech_is_not),
        cmocka_unit_test(soft_and_loud_voices_become_alike),
        cmocka_unit_test(the_gain_does_not_rise_for_an_echo),
        cmocka_unit_test(nothing_switched_on_changes_nothing),
        cmocka_unit_test(what_is_not_known_of_the_loudspeaker_is_silence),
        cmocka_unit_test(the_same_again_is_the_same_to_the_bit),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
