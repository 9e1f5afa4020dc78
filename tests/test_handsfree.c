// Microphone and loudspeaker by their instants: an echo goes, whatever the loudspeaker's channels are
// and however its device stumbles.
#include "tests/test.h"

#include "call/handsfree.h"
#include "lab/io/source.h"
#include "lab/speakerphone.h"

#include <string.h>

#define MS     48 // samples
#define SECOND 48000
#define LENGTH (10 * SECOND)
#define LEARNT (5 * SECOND)
#define PERIOD (10 * MS)
#define DELAY  (100 * MS) // from handing over to hearing

struct setup {
    int channels;
    usec
        wrong; // the microphone's instants are late by so much; < 0: early, and an echo ahead of its sound
    size_t dry;   // samples of silence after LEARNT, which are told
    double least; // ERLE from LEARNT on, dB
    double most;
};

static int16_t *speech;

static int load(void **state)
{
    const struct source_config config = {.name = "speech", .channels = 1};
    char why[512];
    size_t samples;
    (void)state;
    speech = source_load(&config, &samples, why, sizeof why);
    return speech && samples >= LENGTH ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    free(speech);
    return 0;
}

// What is in the room at that sample: half of it is what the microphone hears.
static int16_t in_room(const struct setup *s, size_t at)
{
    if (s->dry && at >= LEARNT)
        return at < LEARNT + s->dry ? 0 : speech[at - s->dry];
    return speech[at];
}

static void play(struct handsfree *h, const struct setup *s, size_t at, size_t *said)
{
    int16_t pcm[2 * PERIOD];
    size_t dry = s->dry && at == LEARNT ? s->dry : 0;
    for (size_t i = 0; i < PERIOD; i++)
        for (int c = 0; c < s->channels; c++)
            pcm[i * (size_t)s->channels + (size_t)c] = speech[*said + i];
    handsfree_heard(h, usec_from_units((int64_t)(at + dry), 48000), dry, pcm, PERIOD, s->channels);
    *said += PERIOD;
}

static double erle(const struct setup *s)
{
    static int16_t mic[LENGTH], sent[LENGTH];
    const struct echo_config config = {.cancel = true};
    struct handsfree *h = handsfree_new(&config, 960);
    size_t said = 0;
    for (size_t to = 0; to < DELAY; to += PERIOD) // ahead of the microphone
        play(h, s, to, &said);
    for (size_t at = 0; at + PERIOD + DELAY + s->dry < LENGTH; at += PERIOD) {
        size_t next = said > LEARNT ? said + s->dry : said;
        if (next < at + PERIOD + DELAY)
            play(h, s, next, &said);
        for (size_t i = at; i < at + PERIOD; i++)
            mic[i] = sent[i] = (int16_t)(in_room(s, i) / 2);
        handsfree_said(h, usec_from_units((int64_t)(at + PERIOD), 48000) + s->wrong, sent + at,
                       PERIOD);
    }
    assert_int_equal(handsfree_stats(h).aligned, 0);
    handsfree_free(h);
    size_t to = LENGTH - SECOND;
    return speakerphone_erle(mic + LEARNT, sent + LEARNT, to - LEARNT);
}

static void the_echo_goes(void **state)
{
    static const struct setup rows[] = {
        {.channels = 1, .least = 25, .most = 200},
        {.channels = 2, .least = 25, .most = 200},
        {.channels = 1, .wrong = -8 * USEC_MS, .least = 25, .most = 200},
        {.channels = 1, .dry = 100 * MS, .least = 25, .most = 200},        // nothing is learnt anew
        {.channels = 1, .wrong = -35 * USEC_MS, .least = -10, .most = 10}, // that matters
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double won = erle(&rows[i]);
        if (won < rows[i].least || won > rows[i].most)
            fail_msg("row %zu: %.1f dB", i, won);
    }
}

static void short_frames_are_taken_as_they_are(void **state)
{
    static const int frames[] = {120, 240, 480, 960, 2880};
    const struct echo_config config = {.cancel = true, .noise = true, .gain = true};
    int16_t pcm[2880];
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct handsfree *h = handsfree_new(&config, frames[i]);
        size_t n = (size_t)frames[i];
        int loud = 0;
        for (size_t at = 0; at + n < 2 * SECOND; at += n) {
            memcpy(pcm, speech + at, n * sizeof *pcm);
            handsfree_said(h, usec_from_units((int64_t)(at + n), 48000), pcm, n);
            for (size_t k = 0; k < n; k++)
                loud = abs(pcm[k]) > loud ? abs(pcm[k]) : loud;
        }
        assert_true(loud > 2000);
        handsfree_free(h);
    }
    handsfree_free(NULL);
}

// By as much as what comes out is behind what went in.
static void the_lag_is_what_it_says(void **state)
{
    static const int frames[] = {120, 480, 960};
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        for (int treats = 0; treats < 2; treats++) {
            const struct echo_config config = {.noise = treats};
            struct handsfree *h = handsfree_new(&config, frames[i]);
            int wanted = !treats ? 0 : frames[i] < ECHO_FRAME ? frames[i] : ECHO_FRAME;
            assert_int_equal(handsfree_lag(h), usec_from_units(wanted, 48000));
            handsfree_free(h);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_echo_goes),
        cmocka_unit_test(short_frames_are_taken_as_they_are),
        cmocka_unit_test(the_lag_is_what_it_says),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
