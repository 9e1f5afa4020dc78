// The sender's control port in the hands of people who mean no good, or know no better. Whatever
// they do, a listener who plays hears everything.
#include "tests/e2e/scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUSY_MS        100 // of sound that the machine itself may make late
#define CROWD          40
#define CROWD_REQUESTS 200 // of each; together they take longer than a frame

static struct program *sender, *listener;
static int port;
static char stats[512], summary[512];

// A sender that loops, and a listener that plays until it is told to stop.
static int open_scene(void **state)
{
    (void)state;
    snprintf(stats, sizeof stats, "%s", scene_file("stats"));
    snprintf(summary, sizeof summary, "%s", scene_file("summary"));
    sender = SENDER(&port, "--loop", "--stats", stats, scene_recording());
    listener = RECEIVER(port, "--summary", summary, "--verbose");
    program_expect(listener, "first packet", 10);
    return 0;
}

// The listener leaves: nothing was lost to it, whatever happened meanwhile.
static int close_scene(void **state)
{
    (void)state;
    program_signal(listener, SIGINT);
    assert_int_equal(program_wait(listener, 10), 0);
    assert_true(program_runs(sender));
    if (figure(summary, "packets_lost") || figure(summary, "concealed_ms") > BUSY_MS ||
        figure(summary, "packets_invalid"))
        fail_msg("a bystander suffered: %s", scene_read(summary));
    program_signal(sender, SIGINT);
    assert_int_equal(program_wait(sender, 10), 0);
    program_free(listener);
    program_free(sender);
    return 0;
}

// Asks for a session on a new connection: over TCP, or over UDP to `rtp`. `request`, of 256: the
// PLAY that is to follow.
static int set_up(int rtp, char *request)
{
    int fd = tcp_connect(port);
    char text[512], session[64];
    char transport[80] = "RTP/AVP/TCP;unicast;interleaved=0-1";
    if (rtp)
        snprintf(transport, sizeof transport, "RTP/AVP;unicast;client_port=%d-%d", rtp, rtp + 1);
    snprintf(text, sizeof text,
             "SETUP rtsp://127.0.0.1:%d/trackID=0 RTSP/1.0\nCSeq: 1\nTransport: %s\n\n", port,
             transport);
    const char *answer = tcp_ask(fd, text);
    assert_int_equal(strncmp(answer, "RTSP/1.0 200", 12), 0);
    assert_int_equal(sscanf(strstr(answer, "\nSession: "), "\nSession: %63[^;\n]", session), 1);
    snprintf(request, 256, "PLAY rtsp://127.0.0.1:%d/ RTSP/1.0\nCSeq: 2\nSession: %s\n\n", port,
             session);
    return fd;
}

// And plays.
static int play(int rtp)
{
    char request[256];
    int fd = set_up(rtp, request);
    assert_int_equal(strncmp(tcp_ask(fd, request), "RTSP/1.0 200", 12), 0);
    return fd;
}

// The connection is gone without a word of farewell: a reset.
static void reset(int fd)
{
    struct linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

static const char life[] = "OPTIONS * RTSP/1.0\nCSeq: 1\n\n"
                           "DESCRIBE rtsp://127.0.0.1/ RTSP/1.0\nCSeq: 2\n"
                           "Accept: application/sdp\n\n";

static void requests_split_at_every_octet(void **state)
{
    (void)state;
    for (size_t cut = 1; cut < sizeof life - 1; cut++) {
        char first[sizeof life];
        int fd = tcp_connect(port);
        snprintf(first, sizeof first, "%.*s", (int)cut, life);
        tcp_say(fd, first);
        tcp_say(fd, life + cut);
        assert_non_null(strstr(tcp_hear(fd), "\nCSeq: 1\n"));
        assert_non_null(strstr(tcp_hear(fd), "\na=rtpmap:96 opus/48000/2\n"));
        close(fd);
    }
    int fd = tcp_connect(port); // and each alone, so that each travels alone
    for (size_t i = 0; i < sizeof life - 1; i++) {
        char one[2] = {life[i]};
        tcp_say(fd, one);
    }
    assert_non_null(strstr(tcp_hear(fd), "\nCSeq: 1\n"));
    assert_non_null(strstr(tcp_hear(fd), "\nCSeq: 2\n"));
    close(fd);
}

static void garbage_on_every_port(void **state)
{
    (void)state;
    static uint8_t octets[60000];
    unsigned seed = 1;
    int mine = 0, fd = udp_bind("127.0.0.1", &mine);
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof octets / 50; i++)
            octets[i] = (uint8_t)rand_r(&seed);
        if (round & 1) // the look of RTCP
            memcpy(octets, "\x80\xc8\0\x06", 4);
        for (int p = port; p <= port + 3; p++)
            udp_say(fd, "127.0.0.1", p, octets, (size_t)rand_r(&seed) % 1200);
    }
    udp_say(fd, "127.0.0.1", port + 2, octets, sizeof octets);
    udp_say(fd, "127.0.0.1", port + 2, octets, 0);
    for (int round = 0; round < 30; round++) {
        int tcp = tcp_connect(port);
        for (size_t i = 0; i < sizeof octets; i++)
            octets[i] = (uint8_t)rand_r(&seed);
        octets[0] = round % 3 ? octets[0] : '$';
        send(tcp, octets, sizeof octets, MSG_NOSIGNAL);
        round & 1 ? reset(tcp) : close(tcp);
    }
    int tcp = tcp_connect(port); // a web browser gets an answer
    assert_int_equal(strncmp(tcp_ask(tcp, "GET / HTTP/1.1\nHost: x\n\n"), "RTSP/1.0 400", 12), 0);
    close(tcp);
    tcp = tcp_connect(port); // after rubbish one may still come to reason
    tcp_say(tcp, "\x16\x03\x01 what is this\n\n");
    tcp_hear(tcp);
    assert_int_equal(strncmp(tcp_ask(tcp, life), "RTSP/1.0 200", 12), 0);
    close(tcp);
    close(fd);
}

// Many at once, who say nothing. Whoever has something to say still gets in, and quickly.
static void thousand_silent_connections(void **state)
{
    (void)state;
    static int silent[1000];
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 1100 ? files.rlim_max : 1100;
    setrlimit(RLIMIT_NOFILE, &files);
    int n = files.rlim_cur >= 1100 ? 1000 : (int)files.rlim_cur - 100;
    double start = scene_now();
    for (int i = 0; i < n; i++)
        silent[i] = tcp_connect(port);
    int fd = tcp_connect(port);
    tcp_ask(fd, "OPTIONS * RTSP/1.0\nCSeq: 1\n\n");
    assert_true(scene_now() - start < 5);
    for (int i = 0; i < n; i++)
        close(silent[i]);
    close(fd);
}

// The same where the sender may only have 96 files open.
static void idle_ones_make_room_when_files_are_few(void **state)
{
    (void)state;
    int idle[150], small_port;
    program_files(96);
    struct program *small = SENDER(&small_port, "--loop", scene_recording());
    program_files(0);
    for (int i = 0; i < 150; i++)
        idle[i] = tcp_connect(small_port);
    double start = scene_now();
    int fd = tcp_connect(small_port);
    tcp_ask(fd, "OPTIONS * RTSP/1.0\nCSeq: 1\n\n");
    assert_true(scene_now() - start < 2);
    close(fd);
    for (int i = 0; i < 150; i++)
        close(idle[i]);
    program_free(small);
}

// A reader who does not read: whole frames are dropped and counted, and what he gets in the end are
// whole frames.
static void slow_reader_on_tcp(void **state)
{
    (void)state;
    int loud_port, small = 4096;
    char loud_stats[512];
    snprintf(loud_stats, sizeof loud_stats, "%s", scene_file("loud"));
    struct program *loud = SENDER(&loud_port, "--loop", "--bitrate", "510k", "--stereo", "--frame",
                                  "10", "--stats", loud_stats, scene_recording());
    struct program *other = RECEIVER(loud_port, "--verbose", "--summary", scene_file("other"));
    int was = port;
    port = loud_port;
    int fd = play(0);
    port = was;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    program_expect(other, "first packet", 10);
    double deadline = scene_now() + 40, dropped = 0;
    while (scene_now() < deadline && dropped == 0) { // the kernel's buffers come first
        poll(NULL, 0, 200);
        const char *text = scene_read(loud_stats);
        const char *last = strstr(text, "\"frames_dropped_tcp\"");
        if (last && strchr(text, '\n'))
            dropped = figure(loud_stats, "frames_dropped_tcp");
    }
    assert_true(dropped > 0);
    uint8_t head[4], payload[2048];
    for (int i = 0; i < 200; i++) {
        assert_int_equal(recv(fd, head, 4, MSG_WAITALL), 4);
        assert_int_equal(head[0], '$');
        size_t len = (size_t)head[2] << 8 | head[3];
        assert_in_range(len, 8, sizeof payload);
        assert_int_equal(recv(fd, payload, len, MSG_WAITALL), len);
        assert_int_equal(payload[0] >> 6, 2);
    }
    close(fd);
    program_signal(other, SIGINT);
    assert_int_equal(program_wait(other, 10), 0);
    assert_true(figure(scene_file("other"), "packets_lost") == 0);
    program_free(other);
    program_free(loud);
}

// TEARDOWN and gone at once, before the sender could say BYE: its connection breaks while it
// answers.
static void teardown_and_reset(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        int fd = play(0);
        char text[512];
        // a SETUP without session gives up the old one, which says goodbye on this connection
        snprintf(text, sizeof text,
                 "SETUP rtsp://127.0.0.1:%d/ RTSP/1.0\nCSeq: 4\nTransport: RTP/AVP/TCP\n\n", port);
        tcp_say(fd, text);
        reset(fd);
    }
    int fd = tcp_connect(port);
    tcp_ask(fd, "OPTIONS * RTSP/1.0\nCSeq: 1\n\n");
    close(fd);
}

static void connections_that_break_in_the_middle(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        reset(play(i & 1 ? 0 : 40000 + 2 * i));
    for (size_t cut = 1; cut < sizeof life - 1; cut += 7) {
        char part[sizeof life];
        int fd = tcp_connect(port);
        snprintf(part, sizeof part, "%.*s", (int)cut, life);
        tcp_say(fd, part);
        cut & 1 ? reset(fd) : close(fd);
    }
}

static void too_much_is_sent_away(void **state)
{
    (void)state;
    static char octets[100000];
    memset(octets, 'x', sizeof octets);
    int fd = tcp_connect(port);
    send(fd, octets, sizeof octets, MSG_NOSIGNAL);
    assert_int_equal(strncmp(tcp_hear(fd), "RTSP/1.0 400", 12), 0);
    for (int i = 0; i < 7; i++) // the eighth is one too many
        assert_int_equal(strncmp(tcp_ask(fd, "x y z\n\n"), "RTSP/1.0 400", 12), 0);
    tcp_expect_end(fd, 5);
    close(fd);
}

// A PLAY is answered between two frames, and so many other requests with it that the next frame is
// due before the sender comes to send: what RTP-Info names still comes, and first.
static void busy_when_asked_to_play(void **state)
{
    (void)state;
    static const char heavy[] = "DESCRIBE rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n"
                                "Accept: application/sdp\r\n\r\n";
    static char load[CROWD_REQUESTS * sizeof heavy];
    const size_t len = CROWD_REQUESTS * (sizeof heavy - 1);
    for (size_t at = 0; at < len; at += sizeof heavy - 1)
        memcpy(load + at, heavy, sizeof heavy);
    for (int round = 0; round < 8; round++) {
        char request[256];
        uint8_t packet[1500];
        unsigned seq;
        int crowd[CROWD], mine = 0, rtp = udp_bind("127.0.0.1", &mine);
        int fd = set_up(mine, request);
        for (int i = 0; i < CROWD; i++)
            crowd[i] = tcp_connect(port);
        program_signal(sender, SIGSTOP); // so that all of it is there at once
        tcp_say(fd, request);
        for (int i = 0; i < CROWD; i++)
            assert_int_equal(send(crowd[i], load, len, MSG_NOSIGNAL), len);
        program_signal(sender, SIGCONT);
        assert_int_equal(sscanf(strstr(tcp_hear(fd), ";seq="), ";seq=%u", &seq), 1);
        assert_true(udp_hear(rtp, packet, sizeof packet, 5) > 12);
        assert_int_equal(packet[2] << 8 | packet[3], seq);
        for (int i = 0; i < CROWD; i++)
            reset(crowd[i]);
        reset(fd);
        close(rtp);
    }
}

// Somebody else's reports do not count as ours; each stray datagram is counted.
static void strays_are_counted(void **state)
{
    (void)state;
    static const uint8_t rr[] = {0x80, 0xc9, 0, 1, 1, 2, 3, 4};
    int mine = 0, fd = udp_bind("127.0.0.2", &mine);
    for (int i = 0; i < 100; i++)
        udp_say(fd, "127.0.0.1", ((port + 2) & ~1) + 1, rr, sizeof rr);
    close(fd);
    double deadline = scene_now() + 5;
    while (scene_now() < deadline) {
        poll(NULL, 0, 100);
        const char *text = scene_read(stats);
        if (strchr(text, '\n') && text[strlen(text) - 1] == '\n' &&
            figure(stats, "reports_invalid") >= 100)
            return;
    }
    fail_msg("%s", scene_read(stats));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(requests_split_at_every_octet),
        TEST(garbage_on_every_port),
        TEST(thousand_silent_connections),
        TEST(idle_ones_make_room_when_files_are_few),
        TEST(slow_reader_on_tcp),
        TEST(teardown_and_reset),
        TEST(connections_that_break_in_the_middle),
        TEST(too_much_is_sent_away),
        TEST(busy_when_asked_to_play),
        TEST(strays_are_counted),
    };
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
