// Pictures as they were seen, in a file: as many a second as the stream has, for as long as each was seen.
#include "tests/folder.h"
#include "tests/test.h"

#include "media/io/film_file.h"
#include "media/pattern.h"
#include "media/y4m.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WIDTH    160
#define HEIGHT   90
#define OCTETS   (WIDTH * HEIGHT * 3 / 2)
#define INTERVAL (40 * USEC_MS)
#define MOST     4000

static char path[256], why[512];

struct film {
    struct y4m header;
    int count;
    uint32_t numbers[MOST];
};

static struct film film;

static void read_back(void)
{
    char line[Y4M_LINE_MAX];
    static uint8_t memory[OCTETS];
    size_t used, len;
    FILE *file = fopen(path, "rbe");
    assert_non_null(file);
    memset(&film, 0, sizeof film);
    for (len = 0; len < sizeof line && fread(line + len, 1, 1, file) == 1;)
        if (line[len++] == '\n')
            break;
    if (len)
        assert_int_equal(y4m_parse_header(&film.header, line, len, &used), Y4M_OK);
    const struct picture p = picture_of(memory, WIDTH, HEIGHT);
    while (fread(line, 1, 6, file) == 6) {
        assert_memory_equal(line, "FRAME\n", 6);
        assert_int_equal(fread(memory, 1, OCTETS, file), OCTETS);
        assert_true(pattern_read(&p, &film.numbers[film.count++]));
        assert_true(film.count < MOST);
    }
    fclose(file);
}

static bool see(struct film_file *f, usec now, uint32_t number)
{
    static uint8_t memory[OCTETS];
    const struct picture p = picture_of(memory, WIDTH, HEIGHT);
    pattern_draw(&p, number, 0);
    return film_file_picture(f, now, INTERVAL, &p, why, sizeof why);
}

static struct film_file *opened(void)
{
    struct film_file *f = film_file_open(path, why, sizeof why);
    if (!f)
        fail_msg("%s", why);
    return f;
}

static void each_picture_once_in_its_time(void **state)
{
    (void)state;
    struct film_file *f = opened();
    usec begun = 12345678;
    for (uint32_t i = 0; i < 100; i++) // each a little early or late
        assert_true(see(f, begun + i * INTERVAL + (i % 3) * 5 * USEC_MS, i));
    assert_true(film_file_close(f, why, sizeof why));
    read_back();
    assert_int_equal(film.header.width, WIDTH);
    assert_int_equal(film.header.height, HEIGHT);
    assert_int_equal(film.header.fps_num, 25 * film.header.fps_den);
    assert_int_equal(film.count, 100);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(film.numbers[i], i);
}

// One that stays is there again and again; of two in one interval the second.
static void the_file_lasts_as_long_as_what_was_seen(void **state)
{
    (void)state;
    struct film_file *f = opened();
    see(f, 0, 0);
    see(f, INTERVAL, 1);
    see(f, 5 * INTERVAL, 5); // 1 was seen for four
    see(f, 6 * INTERVAL, 6);
    see(f, 6 * INTERVAL + 9 * USEC_MS, 7);
    see(f, 8 * INTERVAL, 8);
    assert_true(film_file_close(f, why, sizeof why));
    read_back();
    static const uint32_t expected[] = {0, 1, 1, 1, 1, 5, 7, 7, 8};
    assert_int_equal(film.count, 9);
    assert_memory_equal(film.numbers, expected, sizeof expected);
}

// However long nothing comes, one picture is not written for more than ten seconds; then all goes on.
static void a_long_pause_is_cut(void **state)
{
    (void)state;
    struct film_file *f = opened();
    see(f, 0, 0);
    see(f, INTERVAL, 1);
    for (uint32_t i = 2; i < 12; i++)
        see(f, 3600 * USEC_SECOND + i * INTERVAL, i);
    assert_true(film_file_close(f, why, sizeof why));
    read_back();
    assert_int_equal(film.count, 1 + 250 + 10);
    for (int i = 1; i <= 10; i++)
        assert_int_equal(film.numbers[film.count - i], 12 - i);
}

// A pause is written while it lasts, each time as if the next picture came then; however often one looks.
static void a_pause_is_written_as_it_passes(void **state)
{
    (void)state;
    for (int often = 0; often < 2; often++) {
        struct film_file *f = opened();
        assert_int_equal(film_file_next(f), USEC_NEVER);
        see(f, 0, 0);
        assert_int_equal(film_file_next(f), USEC_NEVER); // the rate is not known
        see(f, INTERVAL, 1);
        int64_t passes = 0;
        for (usec now; (now = film_file_next(f)) < 50 * INTERVAL; passes++)
            assert_true(film_file_pass(
                f, often ? now : usec_min(now + 9 * INTERVAL, 50 * INTERVAL - 1), why, sizeof why));
        assert_in_range(passes, often ? 49 : 4, often ? 49 : 6);
        struct stat stat_of;
        assert_int_equal(stat(path, &stat_of), 0);
        assert_true(stat_of.st_size > 49 * OCTETS); // but for what the C library holds back
        see(f, 50 * INTERVAL, 50);
        see(f, 51 * INTERVAL, 51);
        while (film_file_next(f) != USEC_NEVER) // for ever: no more than ten seconds of it
            film_file_pass(f, film_file_next(f), why, sizeof why);
        see(f, 3600 * USEC_SECOND, 99);
        film_file_close(f, why, sizeof why);
        read_back();
        assert_int_equal(film.count, 51 + 250 + 1);
        assert_int_equal(film.numbers[49], 1);
        assert_int_equal(film.numbers[50], 50);
        assert_int_equal(film.numbers[51], 51);
        assert_int_equal(film.numbers[300], 51);
        assert_int_equal(film.numbers[301], 99);
    }
}

// Nothing else is done while a pause is written: of large pictures only some go at once.
static void large_pictures_are_few_at_once(void **state)
{
    (void)state;
    enum { WIDE = 1920, HIGH = 1080, PICTURE = WIDE * HIGH * 3 / 2 };
    uint8_t *memory = malloc(PICTURE);
    const struct picture p = picture_of(memory, WIDE, HIGH);
    struct film_file *f = opened();
    struct stat before, after;
    picture_fill(&p, 16, 128, 128);
    for (usec now = 0; now <= INTERVAL; now += INTERVAL)
        assert_true(film_file_picture(f, now, INTERVAL, &p, why, sizeof why));
    for (int way = 0; way < 2; way++) {
        assert_int_equal(stat(path, &before), 0);
        usec now = INTERVAL * 100 * (way + 1);
        assert_true(way ? film_file_picture(f, now, INTERVAL, &p, why, sizeof why)
                        : film_file_pass(f, now, why, sizeof why));
        assert_int_equal(stat(path, &after), 0);
        assert_in_range((after.st_size - before.st_size) / PICTURE, 5, 12);
    }
    assert_true(film_file_close(f, why, sizeof why));
    free(memory);
}

static void of_one_picture_and_of_none(void **state)
{
    (void)state;
    assert_true(film_file_close(opened(), why, sizeof why));
    read_back();
    assert_int_equal(film.count, 0);
    struct film_file *f = opened();
    see(f, 7, 42);
    assert_true(film_file_close(f, why, sizeof why));
    read_back();
    assert_int_equal(film.count, 1);
    assert_int_equal(film.numbers[0], 42);
    assert_int_equal(film.header.width, WIDTH);
    assert_true(film_file_close(NULL, why, sizeof why));
}

static void another_size_ends_it(void **state)
{
    (void)state;
    static uint8_t memory[64 * 64 * 2];
    const struct picture other = picture_of(memory, 64, 64);
    struct film_file *f = opened();
    see(f, 0, 0);
    see(f, INTERVAL, 1);
    picture_fill(&other, 16, 128, 128);
    assert_false(film_file_picture(f, 2 * INTERVAL, INTERVAL, &other, why, sizeof why));
    assert_non_null(strstr(why, "their size has changed"));
    assert_true(film_file_picture(f, 3 * INTERVAL, INTERVAL, &other, why, sizeof why)); // once
    assert_true(see(f, 4 * INTERVAL, 4));
    assert_false(film_file_close(f, why, sizeof why));
    assert_non_null(strstr(why, "their size has changed"));
    read_back();
    assert_int_equal(film.count, 2);
    assert_int_equal(film.numbers[1], 1);
}

static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    assert_null(film_file_open("/nowhere/film.y4m", why, sizeof why));
    assert_string_equal(why,
                        "Cannot write pictures to /nowhere/film.y4m: No such file or directory.");
    struct film_file *f = film_file_open("/dev/full", why, sizeof why);
    assert_non_null(f);
    int said = 0;
    for (uint32_t i = 0; i < 30; i++)
        said += !see(f, i * INTERVAL, i);
    assert_int_equal(said, 1);
    assert_non_null(strstr(why, "No space left"));
    why[0] = '\0';
    assert_false(film_file_close(f, why, sizeof why));
    assert_non_null(strstr(why, "No space left")); // again: the caller may have kept it to itself
}

// A picture that is smaller than what is collected is written when the file is closed.
static void what_cannot_be_written_at_the_end_is_said(void **state)
{
    (void)state;
    static uint8_t memory[16 * 16 * 2];
    const struct picture small = picture_of(memory, 16, 16);
    struct film_file *f = film_file_open("/dev/full", why, sizeof why);
    assert_non_null(f);
    picture_fill(&small, 16, 128, 128);
    assert_true(film_file_picture(f, 0, INTERVAL, &small, why, sizeof why));
    assert_false(film_file_close(f, why, sizeof why));
    assert_non_null(strstr(why, "No space left"));
}

// A file that is called otherwise is most likely not meant to be one of pictures.
static void what_is_no_film_is_not_overwritten(void **state)
{
    (void)state;
    char pipe[300];
    snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    static const char *const taken[] = {"seen.y4m", "/nowhere/SEEN.Y4M", "/dev/null", "/dev/full"};
    static const char *const refused[] = {"-",    "film", "film.mp4", "a.wav",
                                          ".y4m", "",     "/",        "Makefile"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        assert_true(film_file_takes(taken[i], why, sizeof why));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(film_file_takes(refused[i], why, sizeof why));
    assert_true(film_file_takes(pipe, why, sizeof why));
    unlink(pipe);
}

static int make(void **state)
{
    int status = folder_make(state);
    snprintf(path, sizeof path, "%s/seen.y4m", folder);
    return status;
}

static int remove_all(void **state)
{
    unlink(path);
    return folder_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_picture_once_in_its_time),
        cmocka_unit_test(the_file_lasts_as_long_as_what_was_seen),
        cmocka_unit_test(a_long_pause_is_cut),
        cmocka_unit_test(a_pause_is_written_as_it_passes),
        cmocka_unit_test(large_pictures_are_few_at_once),
        cmocka_unit_test(of_one_picture_and_of_none),
        cmocka_unit_test(another_size_ends_it),
        cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(what_cannot_be_written_at_the_end_is_said),
        cmocka_unit_test(what_is_no_film_is_not_overwritten),
    };
    return cmocka_run_group_tests(tests, make, remove_all);
}
