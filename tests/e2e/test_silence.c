// What only time can tell: listeners of whom nothing more is heard, and paths on which nothing comes
// for ten seconds. All of it happens side by side, so that it takes little more than the minute
// after which a sender gives a silent listener up.
#include "tests/e2e/station.h"

#include "media/io/audio.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GIVEN_UP_AFTER 60.0 // seconds (SERVER_SESSION_TIMEOUT)
#define SHUT_AFTER     20.0 // seconds (listener.c's DEAD_AFTER): the kernel gives it up
#define REPORT_AGE     10.0 // seconds: the last RTCP report is no older
#define BUSY           20.0 // seconds that a busy machine may take longer
#define DISTURBED      0.02 // share of the sound that a busy machine may make late
#define BEFORE         150  // frames before a gap, and behind it
#define GAP            500  // frames: 10 s
#define LOUD           1000 // of 32767: tone and speech are louder

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct program *sender;
static int port;
static char stats[512];

// ---- who listens, and who falls silent

static struct bystander {
    const char *transport;
    char summary[512];
    struct program *program;
} bystanders[] = {{.transport = "udp"}, {.transport = "tcp"}};

// Each has an address of its own, by which the sender's news name it.
static struct silent {
    const char *host;
    double soonest; // seconds after which it is given up
    bool tcp;       // interleaved
    int window;     // octets that its kernel takes unread
    int fd, rtp;
    double since, given_up;
} silents[] = {
    {.host = "127.0.0.1", .soonest = GIVEN_UP_AFTER - REPORT_AGE}, // a program that was stopped
    {.host = "127.0.0.2", .soonest = GIVEN_UP_AFTER},
    {.host = "127.0.0.3", .soonest = GIVEN_UP_AFTER, .tcp = true, .window = 1 << 20},
    {.host = "127.0.0.4", .soonest = SHUT_AFTER, .tcp = true, .window = 4096},
};

static struct program *stopped;

static void open_bystander(struct bystander *b)
{
    snprintf(b->summary, sizeof b->summary, "%s", scene_file(b->transport));
    b->program = RECEIVER(port, "--verbose", "--transport", b->transport, "--summary", b->summary);
    program_expect(b->program, "first packet", 10);
}

static void close_bystander(struct bystander *b)
{
    program_signal(b->program, SIGINT);
    assert_int_equal(program_wait(b->program, 10), 0);
    double played = figure(b->summary, "played_ms");
    if (played < GIVEN_UP_AFTER * 1000 * (1 - DISTURBED) || figure(b->summary, "packets_lost") ||
        figure(b->summary, "concealed_ms") > played * DISTURBED ||
        strstr(program_errors(b->program), "Nothing has come"))
        fail_msg("by %s: %s%s", b->transport, scene_read(b->summary), program_errors(b->program));
    program_free(b->program);
}

static int connect_from(const char *host, int window)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, host, &from.sin_addr);
    inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
    if (window)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof there), 0);
    return fd;
}

// It asks for the sound, and that is the last that is heard of it: its sockets stay open.
static void open_silent(struct silent *s)
{
    char text[512], session[64], transport[80] = "RTP/AVP/TCP;unicast;interleaved=0-1";
    int rtp = 0;
    s->fd = connect_from(s->host, s->window);
    s->rtp = -1;
    if (!s->tcp) {
        s->rtp = udp_bind(s->host, &rtp);
        snprintf(transport, sizeof transport, "RTP/AVP;unicast;client_port=%d-%d", rtp, rtp + 1);
    }
    snprintf(text, sizeof text,
             "SETUP rtsp://127.0.0.1:%d/trackID=0 RTSP/1.0\nCSeq: 1\nTransport: %s\n\n", port,
             transport);
    const char *answer = tcp_ask(s->fd, text);
    const char *line = strstr(answer, "\nSession: ");
    if (!line || sscanf(line, "\nSession: %63[^;\n]", session) != 1)
        fail_msg("no session: %s", answer);
    snprintf(text, sizeof text, "PLAY rtsp://127.0.0.1:%d/ RTSP/1.0\nCSeq: 2\nSession: %s\n\n",
             port, session);
    s->since = scene_now();
    assert_int_equal(strncmp(tcp_ask(s->fd, text), "RTSP/1.0 200", 12), 0);
}

static void stop_a_receiver(struct silent *s)
{
    stopped = RECEIVER(port, "--verbose", "--transport", "udp", "--summary", scene_file("stopped"));
    program_expect(stopped, "first packet", 10);
    s->fd = s->rtp = -1;
    program_signal(stopped, SIGSTOP);
    s->since = scene_now();
}

static bool all_given_up(void)
{
    bool all = true;
    const char *news = program_errors(sender);
    for (struct silent *s = silents; s < silents + COUNT(silents); s++) {
        char text[64];
        snprintf(text, sizeof text, "%s is gone after ", s->host);
        if (!s->given_up && strstr(news, text))
            s->given_up = scene_now();
        all &= s->given_up > 0;
    }
    return all;
}

// Its connection is closed, and nothing is sent to it any more.
static void check_silent(const struct silent *s)
{
    static uint8_t data[65536];
    double after = s->given_up - s->since;
    if (after < s->soonest || after > GIVEN_UP_AFTER + BUSY)
        fail_msg("%s was given up after %.1f s", s->host, after);
    print_message("%s was given up after %.1f s\n", s->host, after);
    if (s->fd >= 0)
        tcp_expect_end(s->fd, BUSY);
    if (s->rtp < 0)
        return;
    while (recv(s->rtp, data, sizeof data, MSG_DONTWAIT) > 0)
        ; // what it never read
    assert_int_equal(udp_hear(s->rtp, data, sizeof data, 0.5), 0);
}

static void the_silent_are_given_up(void **state)
{
    (void)state;
    double deadline = silents[COUNT(silents) - 1].since + GIVEN_UP_AFTER + BUSY;
    while (!all_given_up()) {
        if (scene_now() > deadline)
            fail_msg("somebody is not given up: %s", program_errors(sender));
        poll(NULL, 0, 50);
    }
    for (size_t i = 0; i < COUNT(silents); i++)
        check_silent(&silents[i]);
    assert_non_null(strstr(program_errors(sender), "(2 listening)"));
}

static void the_stopped_one_wakes_up(void **state)
{
    (void)state;
    program_signal(stopped, SIGCONT);
    program_expect(stopped, "It goes on, after (5|6|7)", BUSY);
    program_signal(stopped, SIGINT);
    assert_int_equal(program_wait(stopped, 15), 0);
    assert_true(figure(scene_file("stopped"), "packets_received") > 0);
}

static void the_others_hear_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bystanders); i++)
        close_bystander(&bystanders[i]);
    program_expect(sender, "127.0.0.1 has left after .* \\(0 listening\\)", 10);
    program_signal(sender, SIGINT);
    assert_int_equal(program_wait(sender, 10), 0);
    assert_true(figure(stats, "sessions") == 0);
    assert_true(figure(stats, "connections") == 0);
}

// ---- nothing comes for ten seconds

// The loudest sample between two instants of a recording.
static int peak(const char *path, double from, double to)
{
    static int16_t pcm[AUDIO_RATE];
    char why[AUDIO_TEXT];
    int loudest = 0;
    struct audio_reader_config config = {.path = path, .channels = 1};
    struct audio_reader *r = audio_reader_new(&config, why, sizeof why);
    if (!r)
        fail_msg("%s", why);
    size_t n, at = 0;
    while ((n = audio_read(r, pcm, AUDIO_RATE / 100))) {
        bool inside = (double)at >= from * AUDIO_RATE && (double)at < to * AUDIO_RATE;
        for (size_t i = 0; i < n && inside; i++)
            loudest = abs(pcm[i]) > loudest ? abs(pcm[i]) : loudest;
        at += n;
    }
    audio_reader_free(r);
    if ((double)at < to * AUDIO_RATE)
        fail_msg("%s ends before %.1f s", path, to);
    return loudest;
}

static void assert_sound_with_a_gap(const char *path)
{
    int before = peak(path, 1, 2.5), within = peak(path, 6, 12), after = peak(path, 14, 15.5);
    if (before < LOUD || within > before / 4 || after < LOUD)
        fail_msg("%s: %d, then %d, then %d", path, before, within, after);
}

static struct program *cut_sender, *cut_receiver;

// A path that loses ten seconds, once.
static void open_cut_path(void)
{
    int cut_port;
    char spec[600];
    const char *path = scene_file("trace.csv");
    snprintf(spec, sizeof spec, "trace %s", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 4 * GAP; i++)
        fprintf(file, i < BEFORE || i >= BEFORE + GAP ? "%d,0,0\n" : "%d,0,\n", i);
    assert_int_equal(fclose(file), 0);
    cut_sender = SENDER(&cut_port, "--loop", "--netem", spec, "speech");
    cut_receiver = RECEIVER(cut_port, "--duration", "16", "--output", scene_file("cut.wav"),
                            "--summary", scene_file("cut"));
}

static void a_path_that_is_cut(void **state)
{
    (void)state;
    program_expect(cut_receiver, "Nothing has come for a second", BUSY);
    program_expect(cut_receiver, "It goes on, after", 10 + BUSY);
    assert_int_equal(program_wait(cut_receiver, 5 + BUSY), 0);
    assert_true(figure(scene_file("cut"), "packets_lost") == GAP);
    // what it has heard, and what waits in its buffer
    assert_in_range(figure(scene_file("cut"), "packets_received"), 16 * 50 - GAP,
                    16 * 50 - GAP + 100);
    assert_in_range(figure(scene_file("cut"), "played_ms"), 16000, 16100);
    assert_sound_with_a_gap(scene_file("cut.wav"));
    program_signal(cut_sender, SIGINT);
    assert_int_equal(program_wait(cut_sender, 10), 0);
}

// A sender that is not voz's.
static struct gap {
    const char *transport;
    int missing; // packets: those it counted although nothing was sent
    struct station station;
    struct program *to;
    char name[64], heard[512], summary[512];
} gaps[] = {
    {.transport = "udp", .missing = GAP}, // the network was away
    {.transport = "udp"},                 // the sender was
    {.transport = "tcp", .missing = GAP},
};

static void open_gap(struct gap *g)
{
    int n = (int)(g - gaps);
    snprintf(g->name, sizeof g->name, "gap-%d", n);
    snprintf(g->summary, sizeof g->summary, "%s", scene_file(g->name));
    snprintf(g->name, sizeof g->name, "gap-%d.wav", n);
    snprintf(g->heard, sizeof g->heard, "%s", scene_file(g->name));
    station_open(&g->station);
    g->to = RECEIVER(g->station.port, "--transport", g->transport, "--output", g->heard,
                     "--summary", g->summary);
    station_accept(&g->station, "PLAY");
}

static void send_to_all(int frames)
{
    for (int i = 0; i < frames; i++)
        for (size_t k = 0; k < COUNT(gaps); k++)
            station_send(&gaps[k].station, 1);
}

static void fall_silent(struct gap *g)
{
    program_expect(g->to, "Nothing has come for a second", BUSY);
    if (g->missing)
        station_skip(&g->station, g->missing);
    else
        g->station.next += GAP * STATION_SECONDS;
}

static void close_gap(struct gap *g)
{
    program_expect(g->to, "It goes on, after (9|1[0-9])", BUSY);
    station_bye(&g->station);
    if (g->station.to)
        station_serve(&g->station, "TEARDOWN");
    else
        shutdown(g->station.fd, SHUT_WR);
    assert_int_equal(program_wait(g->to, 10), 0);
    if (figure(g->summary, "packets_received") != 2 * BEFORE ||
        figure(g->summary, "packets_lost") != g->missing)
        fail_msg("by %s, %d missing: %s", g->transport, g->missing, scene_read(g->summary));
    assert_sound_with_a_gap(g->heard);
    program_free(g->to);
    station_close(&g->station);
}

static void a_gap_of_ten_seconds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(gaps); i++)
        open_gap(&gaps[i]);
    double start = scene_now();
    for (size_t i = 0; i < COUNT(gaps); i++)
        gaps[i].station.next = start;
    send_to_all(BEFORE);
    for (size_t i = 0; i < COUNT(gaps); i++)
        fall_silent(&gaps[i]);
    send_to_all(BEFORE);
    for (size_t i = 0; i < COUNT(gaps); i++)
        close_gap(&gaps[i]);
}

// ---- all of it

static int open_all(void **state)
{
    if (scene_open(state) != 0)
        return -1;
    snprintf(stats, sizeof stats, "%s", scene_file("stats"));
    sender = SENDER(&port, "--loop", "--stats", stats, scene_recording());
    for (size_t i = 0; i < COUNT(bystanders); i++)
        open_bystander(&bystanders[i]);
    stop_a_receiver(&silents[0]);
    for (size_t i = 1; i < COUNT(silents); i++)
        open_silent(&silents[i]);
    open_cut_path();
    return 0;
}

static int close_all(void **state)
{
    program_free(sender);
    program_free(stopped);
    program_free(cut_sender);
    program_free(cut_receiver);
    for (size_t i = 1; i < COUNT(silents); i++) {
        close(silents[i].fd);
        close(silents[i].rtp);
    }
    return scene_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gap_of_ten_seconds),    cmocka_unit_test(a_path_that_is_cut),
        cmocka_unit_test(the_silent_are_given_up), cmocka_unit_test(the_stopped_one_wakes_up),
        cmocka_unit_test(the_others_hear_on),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
