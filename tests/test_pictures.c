// Where pictures come from: the test picture, files, and a pipe that gives them in pieces.
#include "tests/folder.h"
#include "tests/test.h"

#include "media/io/pictures.h"
#include "media/pattern.h"
#include "media/y4m.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WIDTH  160
#define HEIGHT 90
#define OCTETS (WIDTH * HEIGHT * 3 / 2)
#define LINE   "FRAME\n"
#define WHOLE  (sizeof LINE - 1 + OCTETS)

static char path[256], why[PICTURES_TEXT];
static uint8_t whole[WHOLE];

// A line and a picture of that number.
static const uint8_t *frame(uint32_t number)
{
    memcpy(whole, LINE, sizeof LINE - 1);
    const struct picture p = picture_of(whole + sizeof LINE - 1, WIDTH, HEIGHT);
    pattern_draw(&p, number, 0);
    return whole;
}

static size_t header(char line[Y4M_LINE_MAX])
{
    const struct y4m h = {.width = WIDTH, .height = HEIGHT, .fps_num = 20, .fps_den = 1};
    return y4m_write_header(&h, line, Y4M_LINE_MAX);
}

// So many pictures, and `more` octets.
static void write_file(int pictures, const void *more, size_t len)
{
    char line[Y4M_LINE_MAX];
    FILE *file = fopen(path, "wbe");
    assert_non_null(file);
    fwrite(line, 1, header(line), file);
    for (int i = 0; i < pictures; i++)
        fwrite(frame((uint32_t)i), 1, WHOLE, file);
    fwrite(more, 1, len, file);
    assert_int_equal(fclose(file), 0);
}

static struct pictures *opened(const struct pictures_config *config)
{
    struct pictures *p = pictures_open(config, why, sizeof why);
    if (!p)
        fail_msg("%s", why);
    return p;
}

static void expect(struct pictures *p, uint32_t number)
{
    struct picture picture;
    uint32_t read;
    assert_int_equal(pictures_read(p, 0, &picture), PICTURES_NEW);
    assert_true(pattern_read(&picture, &read));
    assert_int_equal(read, number);
}

static void expect_end(struct pictures *p, const char *warning)
{
    struct picture picture;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pictures_read(p, 0, &picture), PICTURES_OVER);
    const char *says = pictures_warning(p);
    if (warning)
        assert_true(says && strstr(says, warning));
    else
        assert_null(says);
    assert_null(pictures_warning(p)); // once
}

static void the_test_picture(void **state)
{
    (void)state;
    int num, den;
    struct pictures *p = opened(&(struct pictures_config){.source = "pattern"});
    assert_int_equal(pictures_width(p), 640);
    assert_int_equal(pictures_height(p), 360);
    pictures_fps(p, &num, &den);
    assert_int_equal(num, 25 * den);
    for (uint32_t i = 0; i < 5; i++)
        expect(p, i);
    assert_true(pictures_rewind(p));
    expect(p, 0);
    pictures_close(p);
    p = opened(&(struct pictures_config){
        .source = "pattern", .width = 320, .height = 200, .fps_num = 30000, .fps_den = 1001});
    assert_int_equal(pictures_width(p), 320);
    pictures_fps(p, &num, &den);
    assert_int_equal(num, 30000);
    assert_int_equal(den, 1001);
    pictures_close(p);
}

static void a_file_to_its_end_and_again(void **state)
{
    (void)state;
    int num, den;
    write_file(3, "", 0);
    struct pictures *p = opened(&(struct pictures_config){.source = path});
    assert_false(pictures_live(p));
    pictures_fps(p, &num, &den);
    assert_int_equal(num, 20);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 3; i++)
            expect(p, i);
        expect_end(p, NULL);
        assert_true(pictures_rewind(p));
    }
    expect(p, 0);
    assert_true(pictures_rewind(p)); // in the middle, too
    expect(p, 0);
    pictures_close(p);
    p = opened(&(struct pictures_config){.source = path, .loop = true});
    for (uint32_t i = 0; i < 10; i++)
        expect(p, i % 3);
    pictures_close(p);
}

static void a_file_that_is_cut_or_goes_wrong(void **state)
{
    (void)state;
    static const struct {
        size_t more; // octets of a third picture
        const char *octets, *says;
    } rows[] = {{3, NULL, "ends in the middle of a picture"},
                {6, NULL, "ends in the middle of a picture"},
                {WHOLE - 1, NULL, "ends in the middle of a picture"},
                {7, "RUBBISH", "goes on with something that is no picture"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(2, rows[i].octets ? (const void *)rows[i].octets : frame(2), rows[i].more);
        struct pictures *p = opened(&(struct pictures_config){.source = path});
        expect(p, 0);
        expect(p, 1);
        expect_end(p, rows[i].says);
        assert_true(pictures_rewind(p));
        expect(p, 0);
        pictures_close(p);
    }
}

static void what_is_interlaced_is_said(void **state)
{
    (void)state;
    FILE *file = fopen(path, "wbe");
    assert_non_null(file);
    fprintf(file, "YUV4MPEG2 W%d H%d F25:1 It\n", WIDTH, HEIGHT);
    fwrite(frame(0), 1, WHOLE, file);
    fwrite(frame(1), 1, 9, file);
    assert_int_equal(fclose(file), 0);
    struct pictures *p = opened(&(struct pictures_config){.source = path});
    const char *says = pictures_warning(p);
    assert_true(says && strstr(says, "is interlaced") && strstr(says, "yadif"));
    assert_null(pictures_warning(p)); // once
    expect(p, 0);
    expect_end(p, "ends in the middle of a picture");
    pictures_close(p);
}

// With nothing to begin again there is no end to looking for it.
static void an_empty_file_cannot_go_in_a_loop(void **state)
{
    (void)state;
    write_file(0, "", 0);
    struct pictures *p = opened(&(struct pictures_config){.source = path, .loop = true});
    expect_end(p, NULL);
    pictures_close(p);
}

// Standard input becomes a pipe: returns its other end. *before: what it was, to be put back.
static int pipe_in(int *before)
{
    int ends[2];
    char line[Y4M_LINE_MAX];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    *before = dup(STDIN_FILENO);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    size_t len = header(line);
    assert_int_equal(write(ends[1], line, len), (ssize_t)len);
    return ends[1];
}

static void put_back(int before)
{
    dup2(before, STDIN_FILENO);
    close(before);
}

static void say(int fd, const uint8_t *data, size_t len)
{
    assert_int_equal(write(fd, data, len), (ssize_t)len);
}

static void a_pipe_gives_pieces(void **state)
{
    (void)state;
    int before, in = pipe_in(&before);
    struct picture picture;
    static const size_t cuts[] = {1, 5, 6, 7, 1000, WHOLE - 1};
    struct pictures *p = opened(&(struct pictures_config){.source = "-", .loop = true});
    assert_string_equal(pictures_name(p), "standard input");
    assert_int_equal(pictures_read(p, 0, &picture), PICTURES_LATE);
    uint32_t number = 0;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++, number++) {
        say(in, frame(number), cuts[i]);
        for (int k = 0; k < 3; k++)
            assert_int_equal(pictures_read(p, 0, &picture), PICTURES_LATE);
        say(in, frame(number) + cuts[i], WHOLE - cuts[i]);
        expect(p, number);
        assert_int_equal(pictures_read(p, 0, &picture), PICTURES_LATE);
    }
    say(in, frame(number), WHOLE); // two at once
    say(in, frame(number + 1), WHOLE);
    expect(p, number);
    expect(p, number + 1);
    assert_false(pictures_rewind(p));
    say(in, frame(number), 2000);
    close(in);
    expect_end(p, "standard input ends in the middle of a picture");
    pictures_close(p);
    put_back(before);
}

static void a_pipe_may_end_well(void **state)
{
    (void)state;
    int before, in = pipe_in(&before);
    struct pictures *p = opened(&(struct pictures_config){.source = "-"});
    say(in, frame(7), WHOLE);
    close(in);
    expect(p, 7);
    expect_end(p, NULL);
    pictures_close(p);
    put_back(before);
}

static void what_does_not_fit_is_said(void **state)
{
    (void)state;
    write_file(1, "", 0);
    static const struct {
        struct pictures_config config;
        const char *says;
    } rows[] = {
        {{.source = path, .width = 320, .height = 180}, "160x90, 20 a second. Leave --size"},
        {{.source = path, .fps_num = 25, .fps_den = 1}, "scale=160:90,fps=25"},
        {{.source = "/nowhere/film.y4m"}, "No such file"},
        {{.source = "camerawork.y4m"}, "Cannot open camerawork.y4m"}, // no camera
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_null(pictures_open(&rows[i].config, why, sizeof why));
        if (!strstr(why, rows[i].says))
            fail_msg("row %zu: %s", i, why);
    }
    struct pictures *p = opened(&(struct pictures_config){
        .source = path, .width = 160, .height = 90, .fps_num = 40, .fps_den = 2});
    pictures_close(p);
}

static int make(void **state)
{
    int status = folder_make(state);
    snprintf(path, sizeof path, "%s/film.y4m", folder);
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
        cmocka_unit_test(the_test_picture),
        cmocka_unit_test(a_file_to_its_end_and_again),
        cmocka_unit_test(a_file_that_is_cut_or_goes_wrong),
        cmocka_unit_test(what_is_interlaced_is_said),
        cmocka_unit_test(an_empty_file_cannot_go_in_a_loop),
        cmocka_unit_test(a_pipe_gives_pieces),
        cmocka_unit_test(a_pipe_may_end_well),
        cmocka_unit_test(what_does_not_fit_is_said),
    };
    return cmocka_run_group_tests(tests, make, remove_all);
}
