// Pictures beside the voice, from program to program: the test picture is sent, and what was seen is read
// from the file.
#include "tests/e2e/scene.h"
#include "tests/e2e/seen.h"

#include "media/pattern.h"
#include "media/y4m.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH    SEEN_WIDTH
#define HEIGHT   SEEN_HEIGHT
#define SIZE     SEEN_SIZE
#define PATIENCE 30.0 // seconds

#define FIGURE(key) video_figure(scene_file("seen.json"), key)

struct stream {
    const char *name;
    const char *sender[8], *receiver[8];
};

// Plays three seconds, and reads what was seen.
static struct seen play(const struct stream *s)
{
    const char *words[20] = {"--video", "pattern", "--size", SIZE};
    const char *ears[20] = {"--duration", "3", "--latency", "100"};
    int port, n = 4, m = 4;
    for (int i = 0; s->sender[i]; i++)
        words[n++] = s->sender[i];
    for (int i = 0; s->receiver[i]; i++)
        ears[m++] = s->receiver[i];
    const char *out[] = {"--video-output", scene_file("seen.y4m"), "--summary",
                         scene_file("seen.json")};
    for (int i = 0; i < 4; i++)
        ears[m++] = out[i];
    struct program *from = scene_sender(&port, words);
    struct program *to = scene_receiver(port, ears);
    int status = program_wait(to, PATIENCE);
    if (status)
        fail_msg("%s: %d: %s", s->name, status, program_errors(to));
    program_free(to);
    program_free(from);
    struct seen seen = seen_read(scene_file("seen.y4m"));
    assert_int_equal(seen.backs, 0);
    return seen;
}

static void what_is_sent_is_seen_in_its_time(void **state)
{
    (void)state;
    static const struct stream streams[] = {
        {.name = "udp"},
        {.name = "tcp", .receiver = {"--transport", "tcp"}},
        {.name = "30 a second", .sender = {"--fps", "30", "--video-bitrate", "300k"}},
    };
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct seen seen = play(&streams[i]);
        double fps = i == 2 ? 30 : 25;
        assert_true(fabs(seen.fps - fps) < 0.1);
        assert_int_equal(seen.read, seen.pictures);
        assert_true(seen.pictures >= 2.5 * fps); // of three seconds: the first may come a bit late
        assert_true(seen.steps >= 0.9 * seen.pictures); // on a busy machine two may be shown as one
        assert_true(fabs(FIGURE("sync_mean_ms")) < 20);
        assert_int_equal(FIGURE("packets_lost"), 0);
    }
}

static void what_is_lost_is_sent_again(void **state)
{
    (void)state;
    const struct stream s = {
        .name = "loss",
        .sender = {"--netem", "delay 10ms loss 10% seed 3", "--stats", scene_file("again.json")}};
    struct seen seen = play(&s);
    assert_int_equal(seen.read, seen.pictures);
    assert_true(FIGURE("packets_asked") > 3);
    assert_int_equal(FIGURE("packets_lost"), 0);
    assert_int_equal(FIGURE("dropped"), 0);
    assert_true(seen.last > 55);
    const char *file = scene_file("again.json");
    assert_true(video_figure(file, "packets_asked") > 3);
    assert_true(video_figure(file, "packets_asked") >= video_figure(file, "packets_sent_again") +
                                                           video_figure(file, "packets_too_old") +
                                                           video_figure(file, "packets_refused"));
}

static void damage_is_shown_to_who_wants_to_see_it(void **state)
{
    (void)state;
    const struct stream s = {.name = "damage",
                             .sender = {"--netem", "loss 10% seed 4", "--nack", "off"},
                             .receiver = {"--video-loss", "show"}};
    struct seen seen = play(&s);
    assert_true(seen.read < seen.pictures);
    assert_true(FIGURE("damaged") > 5);
}

static void write_film(const char *path, int pictures)
{
    char line[Y4M_LINE_MAX];
    size_t octets = picture_octets(WIDTH, HEIGHT);
    uint8_t *memory = malloc(octets);
    FILE *file = fopen(path, "wbe");
    const struct y4m header = {.width = WIDTH, .height = HEIGHT, .fps_num = 20, .fps_den = 1};
    const struct picture picture = picture_of(memory, WIDTH, HEIGHT);
    fwrite(line, 1, y4m_write_header(&header, line, sizeof line), file);
    for (int i = 0; i < pictures; i++) {
        pattern_draw(&picture, (uint32_t)i, (usec)i * USEC_SECOND / 20);
        fwrite(line, 1, y4m_write_frame(line, sizeof line), file);
        fwrite(memory, 1, octets, file);
    }
    assert_int_equal(fclose(file), 0);
    free(memory);
}

// A film from a file and on standard input, beside a voice of its own; to its end, and on again.
static void a_film_is_sent(void **state)
{
    (void)state;
    char film[256];
    snprintf(film, sizeof film, "%s", scene_file("film.y4m"));
    write_film(film, 30);
    for (int i = 0; i < 3; i++) {
        const char *words[] = {"voz-sender",        "--listen",
                               "127.0.0.1:0",       "--video",
                               i == 1 ? "-" : film, i == 2 ? "--loop" : "--once",
                               scene_recording(),   NULL};
        struct program *from = program_start(words, i == 1 ? film : "/dev/null");
        int port = atoi(program_expect(from, "rtsp://127.0.0.1:([0-9]+)/", PATIENCE));
        struct program *to = RECEIVER(port, "--video-output", scene_file("seen.y4m"), "--summary",
                                      scene_file("seen.json"), "--duration", "2.8");
        assert_int_equal(program_wait(to, PATIENCE), 0);
        program_free(to);
        program_free(from);
        struct seen seen = seen_read(scene_file("seen.y4m"));
        assert_true(fabs(seen.fps - 20) < 0.1);
        assert_int_equal(seen.read, seen.pictures);
        if (i == 2) {                          // 1.5 s again and again, of which 2.8 s are seen
            assert_in_range(seen.backs, 1, 2); // the second after 3 s
            assert_true(seen.steps >= 40);
            continue;
        }
        assert_int_equal(seen.backs, 0);
        assert_int_equal(seen.last, 29);
        assert_true(seen.steps >= 25);
    }
}

static void whoever_wants_no_pictures_gets_none(void **state)
{
    (void)state;
    int port;
    struct program *from =
        SENDER(&port, "--video", "pattern", "--size", SIZE, "--stats", scene_file("sender.json"));
    struct program *to = RECEIVER(port, "--duration", "1");
    assert_int_equal(program_wait(to, PATIENCE), 0);
    program_free(to);
    program_signal(from, 2);
    assert_int_equal(program_wait(from, PATIENCE), 0);
    assert_non_null(strstr(scene_read(scene_file("sender.json")), "\"watching\":0"));
    assert_null(strstr(scene_read(scene_file("sender.json")), "\"watching\":1"));
    assert_int_equal(video_figure(scene_file("sender.json"), "frames"),
                     0); // it costs nothing either
    program_free(from);
}

static struct seen watch(int port)
{
    struct program *to = RECEIVER(port, "--duration", "1.2", "--latency", "100", "--video-output",
                                  scene_file("seen.y4m"));
    assert_int_equal(program_wait(to, PATIENCE), 0);
    program_free(to);
    return seen_read(scene_file("seen.y4m"));
}

// Between two who watch somebody listens: pictures go on, but are not encoded.
static void what_nobody_watches_is_not_encoded(void **state)
{
    (void)state;
    int port;
    struct program *from =
        SENDER(&port, "--video", "pattern", "--size", SIZE, "--stats", scene_file("sender.json"));
    struct seen one = watch(port);
    struct program *listens = RECEIVER(port, "--duration", "2", "--latency", "100");
    assert_int_equal(program_wait(listens, PATIENCE), 0);
    program_free(listens);
    struct seen two = watch(port);
    program_signal(from, 2);
    assert_int_equal(program_wait(from, PATIENCE), 0);
    program_free(from);
    assert_true(one.steps >= 20 && two.steps >= 20);
    assert_true(two.first >= one.last + 50); // of two seconds
    assert_true(video_figure(scene_file("sender.json"), "frames") <= two.last + 5 - 40);
}

// Where a rate makes a queue the voice waits behind its pictures, whoever has the bad network in front of it.
static void a_short_rate_is_one_for_both(void **state)
{
    (void)state;
    static const char *const narrow = "rate 100kbit limit 10";
    for (int at = 0; at < 2; at++) {
        int port;
        struct program *from =
            at ? SENDER(&port, "--video", "pattern", "--size", SIZE)
               : SENDER(&port, "--video", "pattern", "--size", SIZE, "--netem", narrow);
        struct program *to =
            at ? RECEIVER(port, "--duration", "3", "--video-output", scene_file("narrow.y4m"),
                          "--summary", scene_file("narrow.json"), "--netem", narrow)
               : RECEIVER(port, "--duration", "3", "--video-output", scene_file("narrow.y4m"),
                          "--summary", scene_file("narrow.json"));
        assert_int_equal(program_wait(to, 15), 0);
        assert_true(figure(scene_file("narrow.json"), "packets_lost") > 0);
        program_signal(from, SIGINT);
        assert_int_equal(program_wait(from, 10), 0);
        program_free(from);
        program_free(to);
    }
}

static void who_has_no_pictures_says_so(void **state)
{
    (void)state;
    int port;
    struct program *from = SENDER(&port, "tone");
    struct program *to = RECEIVER(port, "--duration", "1", "--video-output", scene_file("no.y4m"));
    assert_int_equal(program_wait(to, PATIENCE), 0);
    assert_non_null(strstr(program_errors(to), "The server sends no pictures."));
    program_free(to);
    program_free(from);
}

// Also to who wants to hear of errors alone.
static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    int port;
    struct program *from = SENDER(&port, "--video", "pattern", "--size", SIZE);
    struct program *to = RECEIVER(port, "--duration", "1", "--quiet", "--video-output", "/dev/full",
                                  "--summary", scene_file("seen.json"));
    assert_int_equal(program_wait(to, PATIENCE), 1);
    assert_string_equal(
        program_errors(to),
        "voz-receiver: /dev/full gets no more pictures: No space left on device.\n");
    assert_true(video_figure(scene_file("seen.json"), "shown") > 10); // they are seen all the same
    program_free(to);
    program_free(from);
}

static void what_cannot_be_sent_is_said(void **state)
{
    (void)state;
    char strange[256], wide[256], colours[256], fast[256], slow[256];
    snprintf(strange, sizeof strange, "%s", scene_file("strange.y4m"));
    snprintf(wide, sizeof wide, "%s", scene_file("wide.y4m"));
    snprintf(colours, sizeof colours, "%s", scene_file("colours.y4m"));
    snprintf(fast, sizeof fast, "%s", scene_file("fast.y4m"));
    snprintf(slow, sizeof slow, "%s", scene_file("slow.y4m"));
    scene_write(fast, "YUV4MPEG2 W320 H180 F1000:1\n");
    scene_write(slow, "YUV4MPEG2 W320 H180 F1:10\n");
    scene_write(strange, "this is no film\n");
    scene_write(wide, "YUV4MPEG2 W4000 H2000 F25:1\n");
    scene_write(colours, "YUV4MPEG2 W320 H180 F25:1 C444\n");
    const struct {
        const char *words[8];
        int status;
        const char *says;
    } rows[] = {
        {{"--video", "nothing.y4m"}, 1, "nothing.y4m: No such file"},
        {{"--video", "nothing.y4m"}, 1, "pattern, camera, camera:DEVICE, FILE.y4m, or -"},
        {{"--video", "Pattern"}, 2, "pattern, camera, camera:DEVICE, FILE.y4m, or -"},
        {{"--video", fast}, 1, "1000 pictures a second; 1 to 120"},
        {{"--video", slow}, 1, "0.1 pictures a second; 1 to 120"},
        {{"--video", strange}, 1, "ffmpeg -i"},
        {{"--video", wide}, 1, "4000x2000; from 16x16 to 1920x1088"},
        {{"--video", colours}, 1, "yuv420p"},
        {{"--video", "pattern", "--size", "big"}, 2, "WIDTHxHEIGHT"},
        {{"--video", "pattern", "--size", "8x8"}, 2, "16x16"},
        {{"--video", "pattern", "--fps", "1000"}, 2, "1 to 120"},
        {{"--video", "pattern", "--fps", "25.5"}, 2, "a whole number from 1 to 120 or a fraction"},
        {{"--video", "pattern", "--video-bitrate", "1k"}, 2, "30k to 20000k"},
        {{"--size", "320x180"}, 2, "Add --video pattern"},
        {{"--video", "-", "-"}, 2, "both come on standard input"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *words[12] = {"voz-sender", "--listen", "127.0.0.1:0"};
        for (int w = 0; rows[i].words[w]; w++)
            words[3 + w] = rows[i].words[w];
        program_ends(words, rows[i].status, rows[i].says, PATIENCE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_is_seen_in_its_time),
        cmocka_unit_test(what_is_lost_is_sent_again),
        cmocka_unit_test(damage_is_shown_to_who_wants_to_see_it),
        cmocka_unit_test(a_film_is_sent),
        cmocka_unit_test(whoever_wants_no_pictures_gets_none),
        cmocka_unit_test(what_nobody_watches_is_not_encoded),
        cmocka_unit_test(a_short_rate_is_one_for_both),
        cmocka_unit_test(who_has_no_pictures_says_so),
        cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(what_cannot_be_sent_is_said),
    };
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
