// Where the library was not there at build time, there is one test: that the user is told so. The
// others are then shown as skipped, not as passed.
#include "tests/test.h"

#include "lab/io/recognizer.h"
#include "lab/io/vocabulary.h"
#include "media/random.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAD 9600

static char why[RECOGNIZER_TEXT];
static struct vocabulary *clips;
static bool built_without;
static struct recognizer *ears; // that know the words of the clips; what they heard leaves no trace

// One clip of so many, so that all words and voices have their turn.
static size_t every(void)
{
    return (size_t)repeats(5, 43);
}

static struct recognizer *new_listener(void)
{
    return recognizer_new((const char *const *)clips->words, clips->word_count, why, sizeof why);
}

static struct recognizer *listener(void)
{
    if (built_without)
        skip();
    if (ears == NULL)
        fail_msg("%s", why);
    return ears;
}

// One clip with PAD of silence around. `gain` 0 leaves the silence.
static int hear(struct recognizer *r, size_t clip, int gain)
{
    size_t samples = clips->clips[clip].samples;
    int16_t *pcm = calloc(samples + 2 * PAD, sizeof *pcm);
    for (size_t i = 0; i < samples; i++)
        pcm[PAD + i] = (int16_t)(clips->clips[clip].pcm[i] * gain / 16);
    int word = recognizer_hear(r, pcm, samples + 2 * PAD);
    free(pcm);
    return word;
}

static int set_up(void **state)
{
    (void)state;
    clips = vocabulary_new(NULL, why, sizeof why);
    if (clips == NULL)
        return -1;
    ears = new_listener();
    built_without = ears == NULL && strstr(why, "built without pocketsphinx") != NULL;
    if (built_without)
        print_message("NOT TESTED, built without pocketsphinx: what the recogniser understands\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    recognizer_free(ears);
    vocabulary_free(clips);
    return 0;
}

static void says_when_it_is_not_there(void **state)
{
    (void)state;
    const char *one = "one";
    why[0] = '\0';
    struct recognizer *r = recognizer_new(&one, 1, why, sizeof why);
    if (r == NULL) {
        assert_non_null(strstr(why, "Install "));
        assert_non_null(strstr(why, "pocketsphinx-en-us"));
        assert_true(built_without);
        assert_int_equal(recognizer_hear(r, (int16_t[]){0}, 1), -1);
    }
    recognizer_free(r);
    recognizer_free(NULL);
}

static void understands_what_arrives_whole(void **state)
{
    (void)state;
    struct recognizer *r = listener();
    size_t right = 0, trials = 0;
    for (size_t i = 0; i < clips->clip_count; i += every(), trials++)
        right += hear(r, i, 16) == (int)clips->clips[i].word;
    print_message("%zu of %zu words understood\n", right, trials);
    assert_true(right * 10 >= trials * 9);
}

// Quieter by 12 dB, and all is as well understood.
static void loudness_matters_little(void **state)
{
    (void)state;
    struct recognizer *r = listener();
    size_t right = 0, trials = 0;
    for (size_t i = 0; i < clips->clip_count; i += 3 * every(), trials++)
        right += hear(r, i, 4) == (int)clips->clips[i].word;
    assert_true(right * 10 >= trials * 8);
}

static void the_order_does_not_matter(void **state)
{
    (void)state;
    struct recognizer *r = listener();
    int forth[216];
    for (size_t i = 0; i < clips->clip_count; i += every())
        forth[i] = hear(r, i, i % 2 ? 16 : 1);
    for (size_t i = (clips->clip_count - 1) / every() * every();; i -= every()) {
        assert_int_equal(hear(r, i, i % 2 ? 16 : 1), forth[i]);
        if (i == 0)
            break;
    }
}

static void noise_is_understood_by_chance_only(void **state)
{
    (void)state;
    struct recognizer *r = listener();
    struct random random = {4};
    static int16_t pcm[RECOGNIZER_RATE];
    size_t right = 0;
    for (size_t word = 0; word < clips->word_count; word += (size_t)repeats(1, 9)) {
        for (size_t i = 0; i < RECOGNIZER_RATE; i++)
            pcm[i] = (int16_t)((random_unit(&random) * 2 - 1) * 8000);
        right += recognizer_hear(r, pcm, RECOGNIZER_RATE) == (int)word;
    }
    assert_in_range(right, 0, 4); // one is to be expected
}

static void hears_no_word_in_next_to_nothing(void **state)
{
    (void)state;
    struct recognizer *r = listener();
    static const int16_t pcm[RECOGNIZER_RATE / 20];
    for (size_t samples = 0; samples < RECOGNIZER_RATE / 20; samples += 100)
        assert_int_equal(recognizer_hear(r, pcm, samples), -1);
    assert_in_range(recognizer_hear(r, pcm, RECOGNIZER_RATE / 20) + 1, 0, clips->word_count);
}

static void names_the_word_it_does_not_know(void **state)
{
    (void)state;
    if (built_without)
        skip();
    const char *words[] = {"one", "qwxyzz", "two"};
    assert_null(recognizer_new(words, 3, why, sizeof why));
    assert_non_null(strstr(why, "\"qwxyzz\""));
    const char *none[] = {""};
    assert_null(recognizer_new(none, 1, why, sizeof why));
    assert_null(recognizer_new(words, 0, why, sizeof why));
    assert_non_null(strstr(why, "no words"));
}

// Both spellings of the radio alphabet, and a word outside of the built-in list.
static void knows_other_words(void **state)
{
    (void)state;
    if (built_without)
        skip();
    const char *words[] = {"alfa", "juliett", "xray", "whisky", "potato"};
    struct recognizer *r = recognizer_new(words, 5, why, sizeof why);
    if (r == NULL)
        fail_msg("%s", why);
    for (size_t i = 0; i < clips->clip_count; i++)
        if (strcmp(clips->words[clips->clips[i].word], "juliet") == 0 &&
            strcmp(clips->clips[i].voice, "slt") == 0)
            assert_int_equal(hear(r, i, 16), 1);
    recognizer_free(r);
}

static void *hear_all(void *ctx)
{
    struct recognizer *r = new_listener();
    int *heard = ctx;
    if (r == NULL)
        fail_msg("%s", why);
    for (size_t i = 0; i < clips->clip_count; i += every())
        heard[i] = hear(r, i, 16);
    recognizer_free(r);
    return NULL;
}

static void two_listen_at_once(void **state)
{
    (void)state;
    if (built_without)
        skip();
    static int heard[2][216];
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, hear_all, heard[0]), 0);
    hear_all(heard[1]);
    pthread_join(other, NULL);
    assert_memory_equal(heard[0], heard[1], sizeof heard[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_when_it_is_not_there),
        cmocka_unit_test(understands_what_arrives_whole),
        cmocka_unit_test(loudness_matters_little),
        cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(noise_is_understood_by_chance_only),
        cmocka_unit_test(hears_no_word_in_next_to_nothing),
        cmocka_unit_test(names_the_word_it_does_not_know),
        cmocka_unit_test(knows_other_words),
        cmocka_unit_test(two_listen_at_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
