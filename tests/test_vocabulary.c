#include "tests/test.h"

#include "lab/io/vocabulary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sndfile.h>

static char folder[] = "/tmp/voz-test-vocabulary-XXXXXX";
static char why[VOCABULARY_TEXT];

static void run(const char *before, const char *after)
{
    char command[200];
    snprintf(command, sizeof command, "%s%s%s", before, folder, after);
    assert_int_equal(system(command), 0);
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '-'), "-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    run("rm -rf ", "");
    return 0;
}

// A recording of `seconds` at 8 kHz; in stereo, one side is silent.
static void record(const char *name, int format, int channels, double seconds)
{
    char path[200];
    SF_INFO info = {.samplerate = 8000, .channels = channels, .format = format};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    assert_non_null(file);
    for (int i = 0; i < (int)lrint(seconds * 8000); i++) {
        float frame[2] = {0.5f, 0};
        assert_int_equal(sf_writef_float(file, frame, 1), 1);
    }
    sf_close(file);
}

static void has_words_of_its_own(void **state)
{
    (void)state;
    struct vocabulary *v = vocabulary_new(NULL, why, sizeof why);
    if (v == NULL)
        fail_msg("%s", why);
    assert_int_equal(v->word_count, 36);
    assert_int_equal(v->clip_count, 216);
    for (size_t i = 1; i < v->word_count; i++)
        assert_true(strcmp(v->words[i - 1], v->words[i]) < 0);
    assert_string_equal(v->words[0], "alpha");
    assert_string_equal(v->words[35], "zulu");
    size_t total = 0, of_word[36] = {0};
    for (size_t i = 0; i < v->clip_count; i++) {
        const struct words_clip *clip = &v->clips[i];
        int loudest = 0;
        assert_in_range(clip->samples, 0.2 * WORDS_RATE, 1.2 * WORDS_RATE);
        for (size_t k = 0; k < clip->samples; k++)
            loudest = abs(clip->pcm[k]) > loudest ? abs(clip->pcm[k]) : loudest;
        // The index still fits the sound: each clip has a word in it, and is quiet at both ends.
        assert_in_range(loudest, 15000, 32767);
        assert_true(abs(clip->pcm[240]) < 500 && abs(clip->pcm[clip->samples - 240]) < 500);
        of_word[clip->word]++;
        total += clip->samples;
    }
    for (size_t i = 0; i < 36; i++)
        assert_int_equal(of_word[i], 6);
    assert_true(total < 120 * WORDS_RATE);
    vocabulary_free(v);
}

static void takes_the_words_of_a_folder(void **state)
{
    (void)state;
    record("seven-mary.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 0.5);
    record("Alpha.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 2, 0.25);
    record("alpha_2.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1, 0.75);
    record("alpha_3-b.c.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 1, 0.75);
    run("mkdir ", "/kilo.wav");
    run("echo text > ", "/.hidden");
    struct vocabulary *v = vocabulary_new(folder, why, sizeof why);
    if (v == NULL)
        fail_msg("%s", why);
    assert_int_equal(v->word_count, 2);
    assert_string_equal(v->words[0], "alpha");
    assert_string_equal(v->words[1], "seven");
    static const struct {
        size_t word, samples;
        const char *voice;
    } rows[] = {{0, 12000, ""}, {0, 36000, "2"}, {0, 36000, "3-b.c"}, {1, 24000, "mary"}};
    assert_int_equal(v->clip_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(v->clips[i].word, rows[i].word);
        assert_int_equal(v->clips[i].samples, rows[i].samples);
        assert_string_equal(v->clips[i].voice, rows[i].voice);
    }
    assert_in_range(v->clips[0].pcm[6000], 7900, 8500); // the mean of both sides
    vocabulary_free(v);
}

static void expect_fault(const char *path, const char *part)
{
    why[0] = '\0';
    assert_null(vocabulary_new(path, why, sizeof why));
    if (strstr(why, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why, part);
}

static void says_what_is_wrong_with_a_folder(void **state)
{
    (void)state;
    expect_fault("/no/such/folder", "/no/such/folder");
    expect_fault(folder, "no recordings");
    record("alpha.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 0);
    expect_fault(folder, "alpha.wav");
    record("alpha.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 10);
    struct vocabulary *v = vocabulary_new(folder, why, sizeof why);
    assert_non_null(v);
    vocabulary_free(v);
    record("alpha.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 10.1);
    expect_fault(folder, "longer than 10 s");
    run("echo text > ", "/alpha.wav");
    expect_fault(folder, "alpha.wav");
    run("rm ", "/alpha.wav");
    record("_alpha.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 1);
    expect_fault(folder, "begin with a word");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_words_of_its_own),
        cmocka_unit_test_setup_teardown(takes_the_words_of_a_folder, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(says_what_is_wrong_with_a_folder, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
