// voz-lab duel as a program: what it writes, its keys on a pseudo-terminal, and that the terminal is
// left as it was found, however it ends.
#include "tests/e2e/pty.h"
#include "tests/e2e/scene.h"

#include "media/io/audio.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE  60.0 // seconds
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define NETEM     "delay 50ms loss 10%"

#define ON_PTY(...) pty_start((const char *const[]){"voz-lab", "duel", __VA_ARGS__, NULL})

// ---- keys --------------------------------------------------------------------------------------

static void keys_turn_the_network_and_the_picture(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *then;
    } rows[] = {
        {"", "loss 10 %, delay 50 ms"},      {"\033[A", "loss 15 %, delay 50 ms"},
        {"--", "loss 5 %, delay 50 ms"},     {"\033[C", "loss 5 %, delay 75 ms"},
        {"<<", "loss 5 %, delay 35 ms"},     {"s", "TCP, right ear\033"},
        {"t", "TCP, right ear, frozen\033"}, {"u", "UDP, left ear, frozen\033"},
        {"tu", "UDP, left ear\033"},         {"?", "the ears change sides"},
    };
    struct pty *p = ON_PTY("--netem", NETEM, "--device", "null", "--loop", "--duration", "60");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        pty_press(p, rows[i].keys);
        pty_expect(p, rows[i].then);
    }
    assert_false(pty_is_as_before(p)); // else the keys came by the line
    pty_press(p, "q");
    pty_expect(p, "TCP  Of ");
    pty_expect(p, "UDP  Of ");
    assert_int_equal(pty_wait(p), 0);
    assert_true(pty_is_as_before(p));
    pty_free(p);
}

// What is heard goes on to be worse: the strip that was clean shows it.
static void a_turned_loss_is_seen(void **state)
{
    (void)state;
    struct pty *p = ON_PTY("--device", "null", "--lang", "pt", "--red", "off", "--fec", "off",
                           "--nack", "off", "--loop", "--duration", "60");
    pty_expect(p, "UDP, ouvido direito\033");
    pty_expect(p, "faltou 0.0 %");
    pty_expect(p, "====");
    for (int i = 0; i < 9; i++)
        pty_press(p, "+");
    pty_expect(p, "perda 50 %");
    pty_expect(p, "41mx"); // its colour and its letter
    pty_expect(p, "43mww");
    pty_press(p, "\x03");
    pty_expect(p, "UDP  De ");
    assert_int_equal(pty_wait(p), 0);
    pty_free(p);
}

static void what_cannot_be_turned_is_said(void **state)
{
    (void)state;
    struct pty *p = ON_PTY("--netem", "loss gemodel 2% 20%", "--device", "null");
    pty_expect(p, "loss gemodel 2% 20%");
    pty_press(p, "+");
    pty_expect(p, "This loss cannot be turned");
    pty_press(p, "q");
    assert_int_equal(pty_wait(p), 0);
    pty_free(p);
}

static void the_terminal_is_put_back(void **state)
{
    (void)state;
    static const struct {
        int signal; // 0: Ctrl-C
        int status;
    } rows[] = {
        {0, 0},
        {SIGINT, 0},
        {SIGTERM, 0},
        {SIGQUIT, 128 + SIGQUIT},
        {SIGABRT, 128 + SIGABRT},
        {SIGSEGV, 128 + SIGSEGV},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct pty *p = ON_PTY("--device", "null", "--loop", "--duration", "60");
        pty_expect(p, "====");
        assert_false(pty_is_as_before(p));
        if (rows[i].signal)
            kill(p->id, rows[i].signal);
        else
            pty_press(p, "\x03");
        int status = pty_wait(p);
        // a sanitizer's report ends in another way
        if (rows[i].status < 128)
            assert_int_equal(status, rows[i].status);
        else
            assert_int_not_equal(status, 0);
        assert_true(pty_is_as_before(p));
        pty_expect(p, "\033[?25h"); // the cursor
        pty_free(p);
    }
}

static void it_ends_with_the_speech(void **state)
{
    (void)state;
    struct pty *p = ON_PTY("--device", "null", "--duration", "1");
    pty_expect(p, "====");
    pty_expect(p, "TCP  Of 50 packets");
    assert_int_equal(pty_wait(p), 0);
    assert_true(pty_is_as_before(p));
    pty_free(p);
}

// ---- unattended --------------------------------------------------------------------------------

static void run(int status, const char *const *words)
{
    struct program *p = program_start(words, "/dev/null");
    int ended = program_wait(p, PATIENCE);
    if (ended != status)
        fail_msg("status %d instead of %d: %s", ended, status, program_errors(p));
    program_free(p);
}

#define LAB(status, ...) run(status, (const char *const[]){"voz-lab", __VA_ARGS__, NULL})

struct sound {
    size_t samples;
    int channels;
    int16_t pcm[1 << 21];
};

static struct sound *read_sound(const char *path)
{
    char why[AUDIO_TEXT];
    struct sound *s = calloc(1, sizeof *s);
    const struct audio_reader_config config = {.path = path};
    struct audio_reader *r = audio_reader_new(&config, why, sizeof why);
    size_t n;
    if (!s || !r)
        fail_msg("%s: %s", path, why);
    s->channels = audio_reader_channels(r);
    while ((n = audio_read(r, s->pcm + s->samples * (size_t)s->channels, 4096)))
        s->samples += n;
    audio_reader_free(r);
    return s;
}

static void each_ear_is_what_play_gives(void **state)
{
    (void)state;
    static const char *const transports[] = {"tcp", "udp"};
    const char *both = scene_file("duel.wav"), *alone = scene_file("alone.wav");
    static const char *const netems[] = {NETEM, "delay 20ms 10ms loss 5% 50%"};
    for (size_t i = 0; i < LENGTH(netems); i++) {
        LAB(0, "duel", "--netem", netems[i], "--seed", "5", "--no-play", "--quiet", "--no-score",
            "--out", both);
        struct sound *d = read_sound(both);
        assert_int_equal(d->channels, 2);
        for (size_t ear = 0; ear < 2; ear++) {
            LAB(0, "play", "--netem", netems[i], "--seed", "5", "--transport", transports[ear],
                "--quiet", "--no-score", "--out", alone);
            struct sound *s = read_sound(alone);
            assert_int_equal(s->channels, 1);
            assert_true(s->samples > 15 * 48000 && d->samples >= s->samples);
            for (size_t n = 0; n < d->samples; n++)
                if (d->pcm[2 * n + ear] != (n < s->samples ? s->pcm[n] : 0))
                    fail_msg("%s, %s differs at sample %zu", netems[i], transports[ear], n);
            free(s);
        }
        free(d);
    }
}

// No sound device, nobody at the keys, no terminal: it does not wait, and it tells each second.
static void it_runs_unattended(void **state)
{
    (void)state;
    const char *out = scene_file("unattended.wav");
    char *driver = getenv("SDL_AUDIODRIVER");
    setenv("SDL_AUDIODRIVER", "none-such", 1);
    double begun = scene_now();
    struct program *p =
        PROGRAM("voz-lab", "duel", "--netem", NETEM, "--loop", "--duration", "60", "--out", out);
    program_expect(p, "^No sound: .* as fast as possible", PATIENCE);
    for (int s = 1; s <= 60; s++) {
        char line[128];
        snprintf(line, sizeof line, "^%d s  loss 10 %%, delay 50 ms  .  TCP: .*  .  UDP: ", s);
        program_expect(p, line, PATIENCE);
    }
    program_expect(p, "^TCP  Of 3000 packets, 0 never came", PATIENCE);
    program_expect(p, "understood like 0.*ESTOI", PATIENCE);
    program_expect(p, "^UDP  Of 3000 packets, [1-9]", PATIENCE);
    program_expect(p, "understood like 0.*ESTOI", PATIENCE);
    assert_int_equal(program_wait(p, PATIENCE), 0);
    assert_null(strchr(program_errors(p), '\033'));
    assert_string_equal(program_output(p), "");
    if (!getenv("VOZ_FEW_REPEATS"))
        assert_true(scene_now() - begun < 45); // it takes 3, and much more under a sanitizer
    program_free(p);
    if (driver)
        setenv("SDL_AUDIODRIVER", driver, 1);
    else
        unsetenv("SDL_AUDIODRIVER");
}

static void misuse_is_told(void **state)
{
    (void)state;
    const char *file = scene_recording();
    static const struct {
        int status;
        const char *words[6];
        const char *says;
    } rows[] = {
        {2, {"--in", "-"}, "said twice at the same time"},
        {2, {"--in", "mic"}, "said twice at the same time"},
        {2, {"--loop"}, "Say how long"},
        {2, {"--transport", "tcp"}, "transport"},
        {2, {"--lang", "fr"}, "lang"},
        {2, {"--netem", "loss x"}, "loss x"},
        {2, {"--out", "duel.txt"}, "duel.txt"},
        {2, {"--no-play", "--device", "null"}, "Use one of them"},
        {2, {"--no-play", "--window"}, "Use one of them"},
        {2, {"--in", "FILE", "--out", "FILE"}, "same file"},
        {1, {"--in", "/none/such.wav", "--no-play"}, "such.wav"},
        {1, {"--out", "/none/such.wav", "--no-play"}, "such.wav"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *words[10] = {"voz-lab", "duel"};
        for (size_t n = 0; n < 6 && rows[i].words[n]; n++)
            words[2 + n] = strcmp(rows[i].words[n], "FILE") == 0 ? file : rows[i].words[n];
        program_ends(words, rows[i].status, rows[i].says, PATIENCE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_turn_the_network_and_the_picture),
        cmocka_unit_test(a_turned_loss_is_seen),
        cmocka_unit_test(what_cannot_be_turned_is_said),
        cmocka_unit_test(the_terminal_is_put_back),
        cmocka_unit_test(it_ends_with_the_speech),
        cmocka_unit_test(each_ear_is_what_play_gives),
        cmocka_unit_test(it_runs_unattended),
        cmocka_unit_test(misuse_is_told),
    };
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
