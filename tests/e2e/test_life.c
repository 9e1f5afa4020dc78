// How the programs begin and end, alone and together, and what they say when they cannot.
#include "tests/e2e/scene.h"
#include "tests/likeness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect(struct program *p, int status, double seconds)
{
    int ended = program_wait(p, seconds);
    if (ended != status)
        fail_msg("status %d instead of %d: %s", ended, status, program_errors(p));
}

static void assert_says(struct program *p, const char *part)
{
    if (!strstr(program_errors(p), part))
        fail_msg("\"%s\" is not in: %s", part, program_errors(p));
}

// ---- misuse and what fails at once

static void misuse(void **state)
{
    (void)state;
    static const struct {
        const char *words[6];
        const char *says; // several, each behind a '|'
    } rows[] = {
        {{"voz-sender", "--frame", "15"}, "voz-sender: --frame 15: must be 2.5, 5, 10"},
        {{"voz-sender", "--bitrate", "fast"}, "--bitrate fast: must be from 6k to 510k bit/s"},
        {{"voz-sender", "--bitrate", "1k"}, "must be from 6k to 510k"},
        {{"voz-sender", "--wait", "0"},
         "--wait 0: must be a whole number from 1 to 4096 listeners"},
        {{"voz-sender", "--listen", "99999"}, "--listen 99999: must be"},
        {{"voz-sender", "--listen", "no.such.host.invalid:1"}, "no.such.host.invalid"},
        {{"voz-sender", "--netem", "lose 5%"}, "unknown word|lose 5%\n^^^^"},
        {{"voz-sender", "--netem", "loss 5% deley 3ms"}, "loss 5% deley 3ms\n        ^^^^^"},
        {{"voz-sender", "--netem", "loss 5 apples"}, "apples"},
        {{"voz-sender", "--netem", ""}, "--netem '': must say what the network does"},
        {{"voz-sender", "--wait", "2", "--live"}, "--live begins at once|--wait waits"},
        {{"voz-sender", "--loop", "--once"}, "--loop plays|--once ends|one of the two"},
        {{"voz-sender", "--fec", "on", "--frame", "5"}, "--fec on|less than 10 ms"},
        {{"voz-sender", "--stats", ""}, "--stats '': must not be empty"},
        {{"voz-sender", "tone:abc"}, "tone:abc is not a frequency from 1 to 20000 Hz"},
        {{"voz-sender", "tone:99999"}, "tone:99999|20000 Hz|Try: voz-sender --help"},
        {{"voz-sender", "speech:xx"}, "speech:xx|speech:en and speech:pt"},
        {{"voz-sender", ""}, "The SOURCE is empty"},
        {{"voz-sender", "--loud"}, "no such option: --loud|Try: voz-sender --help"},
        {{"voz-sender", "-q"}, "no such option: -q"},
        {{"voz-sender", "a", "b"}, "one word too many: b"},
        {{"voz-receiver"}, "HOST|Try: voz-receiver --help"},
        {{"voz-receiver", "http://x/"}, "http://x/: not an rtsp:// URL"},
        {{"voz-receiver", "rtsp://"}, "rtsp://: no host"},
        {{"voz-receiver", "host:port"}, "host:port: the port must be a number from 1 to 65535"},
        {{"voz-receiver", "h:99999"}, "port must be|HOST, HOST:PORT, or rtsp://HOST[:PORT]/PATH"},
        {{"voz-receiver", "[::1"}, "[::1: no host, or a malformed one|brackets"},
        {{"voz-receiver", ""}, "voz-receiver: '': no host|HOST:PORT"},
        {{"voz-receiver", "--latency", "soon", "h"}, "--latency soon: not a number"},
        {{"voz-receiver", "--latency", "60", "--latency-max", "50", "h"},
         "--latency 60|--latency-max"},
        {{"voz-receiver", "--latency-max", "5", "h"}, "--latency-max 5"},
        {{"voz-receiver", "--transport", "pigeon", "h"}, "must be one of auto, udp, tcp"},
        {{"voz-receiver", "--conceal", "x", "h"}, "must be one of plc, repeat, silence"},
        {{"voz-receiver", "--duration", "-1", "h"}, "--duration -1"},
        {{"voz-receiver", "--duration", "0", "h"}, "0: must be from 0.001 to 10000000 seconds"},
        {{"voz-receiver", "--output", "x.mp3", "h"}, "--output x.mp3|.wav, .flac, .ogg"},
        {{"voz-receiver", "--video-output", "x.mp4", "h"},
         "--video-output x.mp4: must be FILE.y4m"},
        {{"voz-receiver", "--video-output", "x.wav", "h"},
         "--video-output x.wav: must be FILE.y4m"},
        {{"voz-receiver", "--video-output", "x", "h"}, "must be FILE.y4m|a pipe or a device"},
        {{"voz-receiver", "--video-output", "/tmp", "h"}, "must be FILE.y4m"},
        {{"voz-receiver", "--video-output", "-", "h"}, "must be FILE.y4m|/dev/stdout"},
        {{"voz-receiver", "--video-loss", "show", "h"}, "--video-loss|--window or --video-output"},
        {{"voz-receiver", "--netem", " ", "h"}, "--netem|must say what"},
        {{"voz-receiver", "--transport", "tcp", "--netem", "loss 5%", "h"}, "--netem|tcp"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct program *p = program_start(rows[i].words, "/dev/null");
        char parts[128];
        expect(p, 2, 10);
        snprintf(parts, sizeof parts, "%s", rows[i].says);
        for (char *part = strtok(parts, "|"); part; part = strtok(NULL, "|"))
            assert_says(p, part);
        assert_string_equal(program_output(p), "");
        program_free(p);
    }
}

static void help_and_version(void **state)
{
    (void)state;
    static const char *const programs[] = {"voz-sender", "voz-receiver"};
    for (int i = 0; i < 2; i++) {
        struct program *help = PROGRAM(programs[i], "--help");
        struct program *version = PROGRAM(programs[i], "--version");
        expect(help, 0, 10);
        expect(version, 0, 10);
        assert_non_null(strstr(program_output(help), "--netem SPEC"));
        assert_non_null(strstr(program_output(help), "Exit status"));
        assert_non_null(strstr(program_output(version), VOZ_VERSION));
        program_free(help);
        program_free(version);
    }
}

static void what_cannot_be(void **state)
{
    (void)state;
    int busy = 0, fd = tcp_listen(&busy), nobody = 0;
    char address[32], refused[32];
    close(tcp_listen(&nobody));
    snprintf(address, sizeof address, "127.0.0.1:%d", busy);
    snprintf(refused, sizeof refused, "127.0.0.1:%d", nobody);
    const char *text = scene_file("text.wav");
    scene_write(text, "this is no recording");
    const struct {
        const char *words[6];
        const char *says;
    } rows[] = {
        {{"voz-sender", "--listen", address}, "Cannot listen|in use|try --listen"},
        {{"voz-sender", "--listen", "192.0.2.1:0"}, "192.0.2.1|an address of this machine"},
        {{"voz-sender", "/no/such/file.wav"}, "/no/such/file.wav|no such file"},
        {{"voz-sender", text}, "text.wav"},
        {{"voz-sender", "/"}, "/"},
        {{"voz-sender", "--stats", "/no/where", "tone"}, "/no/where: No such file"},
        {{"voz-receiver", "--no-play", refused}, "Cannot connect|refused|Is a sender running"},
        {{"voz-receiver", "--no-play", "no.such.host.invalid"},
         "no.such.host.invalid|Check the spelling"},
        {{"voz-receiver", "--no-play", "--output", "/no/where/x.wav", refused}, "/no/where/x.wav"},
        {{"voz-receiver", "--no-play", "--summary", "/no/where", refused}, "--summary /no/where"},
    };
    struct program *all[sizeof rows / sizeof *rows];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        all[i] = program_start(rows[i].words, "/dev/null");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char parts[128];
        expect(all[i], 1, 20);
        snprintf(parts, sizeof parts, "%s", rows[i].says);
        for (char *part = strtok(parts, "|"); part; part = strtok(NULL, "|"))
            assert_says(all[i], part);
        program_free(all[i]);
    }
    close(fd);
}

// ---- ends

static void interrupted_receiver_says_goodbye(void **state)
{
    (void)state;
    int port;
    struct program *from = SENDER(&port, "--loop", scene_recording());
    struct program *udp = RECEIVER(port, "--verbose", "--summary", "-");
    struct program *tcp = RECEIVER(port, "--verbose", "--summary", "-", "--transport", "tcp");
    program_expect(udp, "first packet", 10);
    program_expect(tcp, "first packet", 10);
    program_signal(udp, SIGINT);
    expect(udp, 0, 5);
    program_expect(from, "127.0.0.1 has left after", 5); // TEARDOWN came
    program_signal(tcp, SIGTERM);
    expect(tcp, 0, 5);
    program_expect(from, "127.0.0.1 has left after .* \\(0 listening\\)", 5);
    assert_says(udp, "Heard ");
    static const char *const keys[] = {"packets_received",  "packets_lost",
                                       "packets_late",      "packets_duplicate",
                                       "packets_reordered", "packets_invalid",
                                       "frames_played",     "frames_fec",
                                       "frames_concealed",  "played_ms",
                                       "concealed_ms",      "delay_mean_ms",
                                       "delay_p95_ms",      "jitter_ms",
                                       "bitrate_kbps",      "codec",
                                       "transport",         "ssrc"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char key[64];
        snprintf(key, sizeof key, "\"%s\":", keys[i]);
        assert_non_null(strstr(program_output(udp), key));
        assert_non_null(strstr(program_output(tcp), key));
    }
    assert_non_null(strstr(program_output(tcp), "\"transport\":\"tcp\""));
    program_free(udp);
    program_free(tcp);
    program_free(from);
}

static void interrupted_sender_ends_its_receivers(void **state)
{
    (void)state;
    int port;
    struct program *from = SENDER(&port, "--loop", scene_recording());
    struct program *udp = RECEIVER(port, "--verbose");
    struct program *tcp = RECEIVER(port, "--verbose", "--transport", "tcp");
    program_expect(udp, "first packet", 10);
    program_expect(tcp, "first packet", 10);
    program_signal(from, SIGINT);
    expect(from, 0, 5);
    expect(udp, 0, 5);
    expect(tcp, 0, 5);
    assert_says(udp, "The sender said goodbye.");
    assert_says(tcp, "The sender said goodbye.");
    program_free(from);
    program_free(udp);
    program_free(tcp);
}

static void killed_sender_ends_its_receivers(void **state)
{
    (void)state;
    int port;
    struct program *from = SENDER(&port, "--loop", scene_recording());
    struct program *to = RECEIVER(port, "--verbose");
    program_expect(to, "first packet", 10);
    program_signal(from, SIGKILL);
    expect(to, 0, 5);
    assert_says(to, "The server closed the connection. What has come is still played.");
    assert_says(to, "Heard ");
    program_free(from);
    program_free(to);
}

static void nothing_ever_comes(void **state)
{
    (void)state;
    int port;
    struct program *from = SENDER(&port, "--once", "--netem", "loss 100%", scene_recording());
    struct program *to = RECEIVER(port, "--transport", "udp");
    expect(to, 0, 20);
    expect(from, 0, 15);
    assert_says(to, "no packet of the sound ever came");
    assert_says(to, "try --transport tcp");
    program_free(from);
    program_free(to);
}

// Who gives a password is told that it is not used; it goes nowhere, the summary included.
static void a_password_is_left_out(void **state)
{
    (void)state;
    int port;
    char url[64];
    struct program *from = SENDER(&port, "--once", scene_recording());
    snprintf(url, sizeof url, "rtsp://me:secret@127.0.0.1:%d/", port);
    struct program *to = PROGRAM("voz-receiver", "--no-play", "--summary", "-", url);
    expect(to, 0, 15);
    assert_says(to, "without the user and password");
    assert_null(strstr(program_errors(to), "secret"));
    assert_null(strstr(program_output(to), "secret"));
    program_free(from);
    program_free(to);
}

// A killed receiver: over TCP that is seen at once, over UDP some seconds later, when neither RTCP
// nor a new connection has come.
static void killed_receivers_are_noticed(void **state)
{
    (void)state;
    int port;
    struct program *from = SENDER(&port, "--loop", scene_recording());
    struct program *udp = RECEIVER(port, "--verbose");
    struct program *tcp = RECEIVER(port, "--verbose", "--transport", "tcp");
    program_expect(udp, "first packet", 10);
    program_expect(tcp, "first packet", 10);
    program_signal(tcp, SIGKILL);
    program_expect(from, "127.0.0.1 is gone after .* \\(1 listening\\)", 5);
    program_signal(udp, SIGKILL);
    program_expect(from, "127.0.0.1 is gone after .* \\(0 listening\\)", 15);
    program_free(from);
    program_free(udp);
    program_free(tcp);
}

static void interrupted_before_there_is_anything(void **state)
{
    (void)state;
    int port = 0, fd = tcp_listen(&port); // accepts, and never answers
    struct program *to = RECEIVER(port, "--summary", "-");
    int accepted = tcp_accept(fd, 5);
    program_signal(to, SIGINT);
    expect(to, 0, 5);
    close(accepted);
    assert_non_null(strstr(program_output(to), "\"packets_received\":0"));
    program_free(to);
    close(fd);
}

// ---- the radio

static void once_loop_wait_and_live(void **state)
{
    (void)state;
    int once_port, wait_port, live_port;
    struct program *once = SENDER(&once_port, "--once", scene_recording());
    struct program *two = SENDER(&wait_port, "--once", "--wait", "2", scene_recording());
    struct program *live = SENDER(&live_port, "--live", "--once", scene_recording());
    assert_null(strstr(program_errors(two), "On the air"));
    char first_file[512], second_file[512];
    snprintf(first_file, sizeof first_file, "%s", scene_file("first"));
    snprintf(second_file, sizeof second_file, "%s", scene_file("second"));
    struct program *a = RECEIVER(once_port, "--quiet");
    struct program *first = RECEIVER(wait_port, "--verbose", "--summary", first_file);
    program_expect(two, "1 listening", 10);
    assert_null(strstr(program_errors(two), "On the air"));
    struct program *second = RECEIVER(wait_port, "--summary", second_file);
    program_expect(two, "On the air", 10);
    expect(a, 0, 15);
    expect(once, 0, 15);
    expect(first, 0, 15);
    expect(second, 0, 15);
    expect(two, 0, 15);
    expect(live, 0, 15); // nobody listened
    assert_true(strstr(program_errors(live), "Ready to send") <
                strstr(program_errors(live), "On the air."));
    assert_true(figure(first_file, "played_ms") == SCENE_SECONDS * 1000);
    assert_true(figure(second_file, "played_ms") == SCENE_SECONDS * 1000);
    struct program *all[] = {once, two, live, a, first, second};
    for (int i = 0; i < 6; i++)
        program_free(all[i]);
}

// Who comes late joins what is on the air; the second showing is whole again.
// SDL's dummy driver captures silence, in time.
static void a_microphone(void **state)
{
    (void)state;
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    for (int live = 0; live < 2; live++) {
        int port;
        const char *file = scene_file("mic");
        struct program *from = SENDER(&port, live ? "--live" : "--verbose", "mic");
        double deadline = scene_now() + 0.5;
        while (scene_now() < deadline) // so long nobody listens, and what it hears grows old
            poll(NULL, 0, 20);
        char where[64];
        snprintf(where, sizeof where, "127.0.0.1:%d", port);
        struct program *to = PROGRAM("voz-receiver", "--device", "null", "--duration", "2",
                                     "--summary", file, where);
        expect(to, 0, 10);
        assert_in_range(figure(file, "played_ms"), 2000, 2100);
        assert_true(figure(file, "packets_lost") == 0);
        assert_true(figure(file, "delay_mean_ms") < 250); // 340 where the old sound came first
        program_signal(from, SIGINT);
        expect(from, 0, 10);
        program_free(to);
        program_free(from);
    }
    unsetenv("SDL_AUDIODRIVER");
}

static void late_joiner_and_second_showing(void **state)
{
    (void)state;
    int port;
    char file[512];
    struct program *from = SENDER(&port, "--stats", scene_file("late.stats"), scene_recording());
    struct program *early =
        RECEIVER(port, "--stats", scene_file("early.stats"), "--summary", scene_file("early"));
    program_expect(from, "On the air", 10);
    double deadline = scene_now() + 5;
    while (scene_now() < deadline && !strchr(scene_read(scene_file("early.stats")), '\n'))
        poll(NULL, 0, 20); // a second of it has passed
    snprintf(file, sizeof file, "%s", scene_file("late"));
    struct program *late = RECEIVER(port, "--summary", file);
    expect(late, 0, 10);
    expect(early, 0, 10);
    assert_true(figure(scene_file("early"), "played_ms") == SCENE_SECONDS * 1000);
    assert_in_range(figure(file, "played_ms"), 500, SCENE_SECONDS * 1000 - 500);
    assert_true(figure(file, "packets_lost") == 0);
    assert_true(figure(file, "concealed_ms") == 0);
    struct program *again = RECEIVER(port, "--summary", file);
    expect(again, 0, 10);
    assert_true(figure(file, "played_ms") == SCENE_SECONDS * 1000);
    assert_true(program_runs(from));
    struct program *all[] = {from, early, late, again};
    for (int i = 0; i < 4; i++)
        program_free(all[i]);
}

static void loop_and_duration(void **state)
{
    (void)state;
    int port;
    struct program *from = SENDER(&port, "--loop", scene_recording());
    struct program *udp = RECEIVER(port, "--duration", "4.5", "--summary", scene_file("long"),
                                   "--output", scene_file("long.wav"));
    struct program *tcp =
        RECEIVER(port, "--duration", "0.5", "--transport", "tcp", "--summary", scene_file("short"));
    struct program *sound = PROGRAM("voz-receiver", "--device", "null", "--duration", "1",
                                    "--summary", scene_file("null"), "127.0.0.1:1");
    expect(sound, 1, 10); // nobody there
    expect(tcp, 0, 10);
    expect(udp, 0, 15);
    assert_true(figure(scene_file("long"), "packets_lost") == 0);
    assert_true(figure(scene_file("long"), "played_ms") == 4500);
    assert_true(figure(scene_file("short"), "played_ms") == 500);
    struct likeness like;
    char why[256];
    assert_true(
        likeness_of_files(scene_recording(), scene_file("long.wav"), 480, &like, why, sizeof why));
    assert_int_equal(like.heard_samples, 4.5 * 48000);
    program_free(sound);
    program_free(udp);
    program_free(tcp);
    program_free(from);
}

static void standard_input_and_ipv6(void **state)
{
    (void)state;
    const char *words[] = {"voz-sender", "--once", "--listen", "[::1]:0", "-", NULL};
    struct program *from = program_start(words, scene_recording());
    char url[64];
    snprintf(url, sizeof url, "%s",
             program_expect(from, "(rtsp://\\[::1\\]:[0-9]+/|Cannot listen)", 10));
    if (url[0] == 'C') { // a machine without IPv6
        program_free(from);
        skip();
    }
    struct program *to =
        PROGRAM("voz-receiver", "--no-play", "--summary", scene_file("six"), "--stats", "-", url);
    expect(to, 0, 15);
    expect(from, 0, 15);
    assert_true(figure(scene_file("six"), "packets_lost") == 0);
    assert_true(figure(scene_file("six"), "played_ms") >= SCENE_SECONDS * 1000 - 20);
    assert_non_null(strstr(program_output(to), "\"time_s\":"));
    program_free(from);
    program_free(to);
}

// A program that writes into our standard input, in pieces of odd sizes: it is held to our pace.
static void a_pipe(void **state)
{
    (void)state;
    const char *words[] = {"voz-sender", "--once", "--listen", "127.0.0.1:0", "-", NULL};
    const char *pipe = scene_file("pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    pid_t writer = fork();
    if (writer == 0) {
        static char octets[SCENE_SECONDS * 96000 + 44];
        FILE *from = fopen(scene_recording(), "rb");
        size_t len = fread(octets, 1, sizeof octets, from);
        int to = open(pipe, O_WRONLY);
        for (size_t at = 0; at < len; at += 777)
            if (write(to, octets + at, len - at < 777 ? len - at : 777) < 0)
                _exit(1);
        _exit(0);
    }
    struct program *from = program_start(words, pipe);
    int port = atoi(program_expect(from, "rtsp://127\\.0\\.0\\.1:([0-9]+)/", 10));
    double start = scene_now();
    struct program *to = RECEIVER(port, "--summary", scene_file("piped"));
    expect(to, 0, 15);
    expect(from, 0, 15);
    assert_true(scene_now() - start > SCENE_SECONDS - 0.5);
    assert_true(figure(scene_file("piped"), "packets_lost") == 0);
    assert_true(figure(scene_file("piped"), "played_ms") == SCENE_SECONDS * 1000);
    assert_true(figure(scene_file("piped"), "concealed_ms") == 0);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    program_free(from);
    program_free(to);
}

static void every_address_and_a_name(void **state)
{
    (void)state;
    struct program *from = PROGRAM("voz-sender", "--once", "--listen", "0", scene_recording());
    int port = atoi(program_expect(from, "rtsp://127\\.0\\.0\\.1:([0-9]+)/", 10));
    char url[64];
    snprintf(url, sizeof url, "localhost:%d", port);
    struct program *to = PROGRAM("voz-receiver", "--no-play", "--summary", scene_file("name"), url);
    expect(to, 0, 15);
    expect(from, 0, 15);
    assert_true(figure(scene_file("name"), "packets_lost") == 0);
    program_free(from);
    program_free(to);
}

// ---- files

static void a_recording_that_is_cut_off(void **state)
{
    (void)state;
    static int16_t pcm[24000];
    int port;
    for (int i = 0; i < 24000; i++)
        pcm[i] = (int16_t)(i * 37 % 20000 - 10000);
    scene_write_wav(scene_file("cut.wav"), pcm, 24000, 1, 480000); // ten seconds, says its header
    struct program *from = SENDER(&port, "--once", scene_file("cut.wav"));
    struct program *to = RECEIVER(port, "--summary", scene_file("cut"));
    expect(to, 0, 15);
    expect(from, 0, 15);
    assert_in_range(figure(scene_file("cut"), "played_ms"), 500, 520);
    assert_says(from, "cut");
    program_free(from);
    program_free(to);
}

// /dev/full takes nothing. The sound goes on, once it is said that the file does not; the exit
// status tells as well.
static void full_disk(void **state)
{
    (void)state;
    int port;
    assert_int_equal(symlink("/dev/full", scene_file("full.wav")), 0);
    struct program *from = SENDER(&port, "--wait", "4", "--stats", "/dev/full", scene_recording());
    struct program *sound =
        RECEIVER(port, "--output", scene_file("full.wav"), "--summary", scene_file("full"));
    struct program *figures = RECEIVER(port, "--stats", "/dev/full", "--summary", "/dev/full");
    struct program *log = RECEIVER(port, "--log", "/dev/full", "--quiet");
    struct program *still =
        RECEIVER(port, "--output", scene_file("full.wav"), "--quiet", "--duration", "1.5");
    expect(log, 1, 15);
    assert_says(log, "--log /dev/full: No space left");
    expect(still, 1, 15);
    assert_says(still, "no space left");
    expect(sound, 1, 15);
    expect(figures, 1, 15);
    assert_says(sound, "full.wav");
    assert_says(sound, "no space left");
    assert_true(figure(scene_file("full"), "played_ms") == SCENE_SECONDS * 1000);
    assert_says(figures, "/dev/full: No space left");
    program_expect(from, "cannot write figures to /dev/full.*going on", 5);
    assert_true(program_runs(from));
    program_signal(from, 2);
    expect(from, 1, 15);
    program_free(sound);
    program_free(figures);
    program_free(log);
    program_free(still);
    program_free(from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misuse),
        cmocka_unit_test(help_and_version),
        cmocka_unit_test(what_cannot_be),
        cmocka_unit_test(interrupted_receiver_says_goodbye),
        cmocka_unit_test(interrupted_sender_ends_its_receivers),
        cmocka_unit_test(killed_sender_ends_its_receivers),
        cmocka_unit_test(nothing_ever_comes),
        cmocka_unit_test(a_password_is_left_out),
        cmocka_unit_test(killed_receivers_are_noticed),
        cmocka_unit_test(interrupted_before_there_is_anything),
        cmocka_unit_test(once_loop_wait_and_live),
        cmocka_unit_test(a_microphone),
        cmocka_unit_test(late_joiner_and_second_showing),
        cmocka_unit_test(loop_and_duration),
        cmocka_unit_test(standard_input_and_ipv6),
        cmocka_unit_test(a_pipe),
        cmocka_unit_test(every_address_and_a_name),
        cmocka_unit_test(a_recording_that_is_cut_off),
        cmocka_unit_test(full_disk),
    };
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
