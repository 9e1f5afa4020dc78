#include "tests/test.h"

#include "lab/words.h"

#include <stdbool.h>
#include <stdlib.h>

#define CLIPS 40

// Clip i is 1000 + 100 i samples of the value i + 1.
static struct words *make(uint64_t seed, size_t gap)
{
    struct words_clip clips[CLIPS];
    for (size_t i = 0; i < CLIPS; i++) {
        size_t samples = 1000 + 100 * i;
        int16_t *pcm = malloc(samples * sizeof *pcm);
        for (size_t k = 0; k < samples; k++)
            pcm[k] = (int16_t)(i + 1);
        clips[i] = (struct words_clip){.word = i, .voice = "v", .pcm = pcm, .samples = samples};
    }
    struct words *w =
        words_new(&(struct words_config){.clips = clips, .count = CLIPS, .seed = seed, .gap = gap});
    for (size_t i = 0; i < CLIPS; i++)
        free((void *)clips[i].pcm);
    assert_non_null(w);
    return w;
}

static void says_each_once_with_silence_between(void **state)
{
    (void)state;
    struct words *w = make(7, 0);
    bool said[CLIPS] = {false};
    size_t at = 0;
    assert_int_equal(w->count, CLIPS);
    for (size_t i = 0; i < w->count; i++) {
        const struct words_place *place = &w->places[i];
        assert_int_equal(place->start - at, i == 0 ? WORDS_LEAD : WORDS_GAP);
        for (; at < place->start; at++)
            assert_int_equal(w->pcm[at], 0);
        assert_int_equal(place->samples, 1000 + 100 * place->clip);
        for (; at < place->start + place->samples; at++)
            assert_int_equal(w->pcm[at], place->clip + 1);
        assert_false(said[place->clip]);
        said[place->clip] = true;
    }
    assert_int_equal(w->samples - at, WORDS_GAP);
    for (; at < w->samples; at++)
        assert_int_equal(w->pcm[at], 0);
    words_free(w);
}

static size_t places_that_differ(const struct words *a, const struct words *b)
{
    size_t differ = 0;
    for (size_t i = 0; i < a->count; i++)
        differ += a->places[i].clip != b->places[i].clip;
    return differ;
}

static void the_seed_gives_the_order(void **state)
{
    (void)state;
    struct words *a = make(1, 0), *b = make(1, 9), *c = make(2, 0);
    assert_int_equal(places_that_differ(a, b), 0);
    assert_true(places_that_differ(a, c) > CLIPS / 2);
    words_free(a);
    words_free(b);
    words_free(c);
}

static void every_order_is_as_likely(void **state)
{
    (void)state;
    int16_t sample = 1;
    struct words_clip clips[3];
    for (size_t i = 0; i < 3; i++)
        clips[i] = (struct words_clip){.word = i, .pcm = &sample, .samples = 1};
    int seen[9] = {0};
    for (uint64_t seed = 0; seed < 600; seed++) {
        struct words *w =
            words_new(&(struct words_config){.clips = clips, .count = 3, .seed = seed, .gap = 1});
        seen[w->places[0].clip * 3 + w->places[1].clip]++;
        words_free(w);
    }
    for (int i = 0; i < 9; i++)
        assert_in_range(seen[i], i % 4 == 0 ? 0 : 70, i % 4 == 0 ? 0 : 130);
}

// Lags, and gaps smaller than the padding: the word is inside, no neighbour is.
static void cuts_the_word_and_no_neighbour(void **state)
{
    (void)state;
    static const struct {
        size_t gap;
        int64_t lag;
        size_t pad; // at each side of a word in the middle
    } rows[] = {
        {0, 0, WORDS_PAD}, {0, 3000, WORDS_PAD}, {0, -3000, WORDS_PAD},
        {1000, 0, 500},    {1000, 500, 500},     {1, 12345, 0},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct words *w = make(3, rows[row].gap);
        size_t heard = w->samples + 20000;
        for (size_t i = 0; i < w->count; i++) {
            struct words_span span = words_cut(w, i, rows[row].lag, heard);
            int64_t start = (int64_t)span.start - rows[row].lag;
            int64_t end = start + (int64_t)span.samples;
            int64_t first = (int64_t)w->places[i].start;
            int64_t last = first + (int64_t)w->places[i].samples;
            assert_int_equal(first - start, i == 0 ? WORDS_PAD : rows[row].pad);
            if (i + 1 < w->count)
                assert_int_equal(end - last, rows[row].pad);
            for (int64_t k = start; k < end && k < (int64_t)w->samples; k++)
                assert_true(w->pcm[k] == 0 || (k >= first && k < last));
        }
        words_free(w);
    }
}

static void cuts_nothing_outside_of_what_was_heard(void **state)
{
    (void)state;
    struct words *w = make(3, 0);
    const struct words_place *first = &w->places[0], *last = &w->places[CLIPS - 1];
    struct words_span span = words_cut(w, 0, -(int64_t)(first->start + first->samples), w->samples);
    assert_int_equal(span.samples, 0);
    span = words_cut(w, 0, -(int64_t)(first->start + 10), w->samples);
    assert_int_equal(span.start, 0);
    assert_int_equal(span.samples, first->samples - 10 + WORDS_PAD);
    span = words_cut(w, CLIPS - 1, 0, last->start);
    assert_int_equal(span.samples, 0);
    span = words_cut(w, CLIPS - 1, 0, last->start + 5);
    assert_int_equal(span.start, last->start - WORDS_PAD);
    assert_int_equal(span.samples, WORDS_PAD + 5);
    assert_int_equal(words_cut(w, 3, INT32_MAX, w->samples).samples, 0);
    assert_int_equal(words_cut(w, 3, 0, 0).samples, 0);
    words_free(w);
    words_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_each_once_with_silence_between),
        cmocka_unit_test(the_seed_gives_the_order),
        cmocka_unit_test(every_order_is_as_likely),
        cmocka_unit_test(cuts_the_word_and_no_neighbour),
        cmocka_unit_test(cuts_nothing_outside_of_what_was_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
