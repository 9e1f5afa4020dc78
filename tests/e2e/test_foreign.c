// A receiver in the hands of a strange sender, which the test plays.
#include "tests/e2e/station.h"

#include "media/pattern.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "sender/film.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct station st;
static struct program *to;

// Starts a receiver of this station and serves it until it plays.
#define TUNE_IN(...)                         \
    do {                                     \
        to = RECEIVER(st.port, __VA_ARGS__); \
        station_accept(&st, "PLAY");         \
    } while (0)

static void finish(void)
{
    station_bye(&st);
    station_serve(&st, "TEARDOWN");
    int status = program_wait(to, 10);
    if (status != 0)
        fail_msg("status %d: %s", status, program_errors(to));
}

static int open_station(void **state)
{
    (void)state;
    station_open(&st);
    to = NULL;
    return 0;
}

static int close_station(void **state)
{
    (void)state;
    program_free(to);
    station_close(&st);
    return 0;
}

#define FIGURE(key) figure(scene_file("summary"), key)
#define WORDS       "--verbose", "--summary", scene_file("summary")

// Sequence numbers and timestamps wrap within the first second.
static void plays_a_stranger(void **state)
{
    (void)state;
    TUNE_IN(WORDS);
    station_send(&st, 100);
    finish();
    assert_true(FIGURE("packets_received") == 100);
    assert_true(FIGURE("packets_lost") == 0);
    assert_in_range(FIGURE("played_ms"), 2000, 2000);
    assert_true(FIGURE("concealed_ms") == 0);
}

static void sender_that_starts_anew(void **state)
{
    (void)state;
    TUNE_IN(WORDS);
    station_send(&st, 60);
    st.ssrc = 0x9876; // another stream, from another place
    st.seq = 7;
    st.timestamp = 12345;
    close(st.rtp);
    st.rtp_port = 0;
    st.rtp = udp_bind("127.0.0.1", &st.rtp_port);
    st.next += 0.4;
    station_send(&st, 60);
    program_expect(to, "started anew", 5);
    finish();
    assert_true(FIGURE("sources") == 2);
    assert_in_range(FIGURE("packets_received"), 115, 120);
    assert_non_null(strstr(scene_read(scene_file("summary")), "\"ssrc\":\"00009876\""));
}

static void source_port_that_changes(void **state)
{
    (void)state;
    TUNE_IN(WORDS);
    station_send(&st, 50);
    close(st.rtp);
    st.rtp_port = 0;
    st.rtp = udp_bind("127.0.0.1", &st.rtp_port);
    station_send(&st, 50);
    finish();
    assert_true(FIGURE("packets_received") == 100);
    assert_true(FIGURE("packets_lost") == 0);
}

static void wrong_host_wrong_ssrc_and_rubbish(void **state)
{
    (void)state;
    static uint8_t octets[60000], packet[1500];
    unsigned seed = 3;
    int from = 0, other = udp_bind("127.0.0.2", &from);
    TUNE_IN(WORDS);
    for (int i = 0; i < 100; i++) {
        station_send(&st, 1);
        struct rtp_packet foreign = {.payload_type = 111,
                                     .seq = (uint16_t)rand_r(&seed),
                                     .ssrc = 0xbad,
                                     .payload = octets,
                                     .payload_len = 40};
        octets[0] = 0x78; // an Opus packet of 20 ms
        size_t len = rtp_write(&foreign, packet, sizeof packet);
        udp_say(st.rtp, "127.0.0.1", st.to, packet, len); // wrong SSRC
        udp_say(other, "127.0.0.1", st.to, packet, len);  // wrong host
        for (size_t k = 0; k < 3000; k++)
            octets[k] = (uint8_t)rand_r(&seed);
        udp_say(st.rtp, "127.0.0.1", st.to, octets, (size_t)rand_r(&seed) % 3000);
        udp_say(st.rtp, "127.0.0.1", st.to + 1, octets, (size_t)rand_r(&seed) % 3000);
        udp_say(other, "127.0.0.1", st.to + 1, octets, 100);
        // truncated: the header alone, and less
        udp_say(st.rtp, "127.0.0.1", st.to, packet, (size_t)i % 13);
        udp_say(st.rtp, "127.0.0.1", st.to, octets, i % 20 ? 0 : sizeof octets);
    }
    finish();
    close(other);
    assert_true(FIGURE("packets_received") == 100);
    assert_true(FIGURE("packets_lost") == 0);
    assert_in_range(FIGURE("played_ms"), 2000, 2000);
    assert_true(FIGURE("concealed_ms") == 0);
    assert_true(FIGURE("packets_foreign") >= 300);
    assert_true(FIGURE("packets_invalid") >= 200);
}

// Our stream's own SSRC, but a packet longer than any: dropped, counted, and not played.
static void oversized_packets(void **state)
{
    (void)state;
    static uint8_t packet[12000], payload[12000];
    TUNE_IN(WORDS);
    for (int i = 0; i < 50; i++) {
        station_send(&st, 1);
        if (i % 10)
            continue;
        payload[0] = 0x78;
        struct rtp_packet large = {.payload_type = 111,
                                   .seq = st.seq++,
                                   .timestamp = st.timestamp,
                                   .ssrc = st.ssrc,
                                   .payload = payload,
                                   .payload_len = 11000};
        st.timestamp += STATION_FRAME;
        udp_say(st.rtp, "127.0.0.1", st.to, packet, rtp_write(&large, packet, sizeof packet));
        st.next += 0.02;
    }
    finish();
    assert_true(FIGURE("packets_received") + FIGURE("packets_lost") == 55);
    assert_in_range(FIGURE("played_ms"), 1100, 1100);
    assert_in_range(FIGURE("concealed_ms"), 100, 100);
    assert_true(FIGURE("packets_invalid") == 5);
}

static void doubles_and_disorder(void **state)
{
    (void)state;
    uint8_t a[1500], b[1500];
    TUNE_IN(WORDS);
    for (int i = 0; i < 50; i++) {
        station_wait(&st);
        size_t n = station_packet(&st, a, sizeof a), m = station_packet(&st, b, sizeof b);
        st.next += 0.02;
        station_give(&st, st.rtp, b, m);
        station_give(&st, st.rtp, a, n);
        station_give(&st, st.rtp, b, m);
    }
    finish();
    assert_true(FIGURE("packets_received") == 100);
    assert_true(FIGURE("packets_duplicate") == 50);
    assert_in_range(FIGURE("packets_reordered"), 49, 50);
    assert_true(FIGURE("packets_lost") == 0);
}

static void a_gap_of_some_seconds(void **state)
{
    (void)state;
    TUNE_IN(WORDS);
    station_send(&st, 50);
    program_expect(to, "Nothing has come for a second", 5);
    station_skip(&st, 100); // it went on meanwhile
    station_send(&st, 50);
    program_expect(to, "It goes on, after", 5);
    finish();
    assert_true(FIGURE("packets_received") == 100);
    assert_true(FIGURE("packets_lost") == 100);
    assert_in_range(FIGURE("played_ms"), 3900, 4100);
}

// UDP that does not come through: after 3 s, and not before, TCP.
static void auto_falls_back_to_tcp(void **state)
{
    (void)state;
    TUNE_IN(WORDS);
    double start = scene_now();
    assert_true(st.to != 0);
    program_expect(to, "No packet came by UDP in 3 s; trying TCP", 6);
    assert_true(scene_now() - start > 2.5);
    int old = st.fd;
    station_accept(&st, "PLAY");
    assert_int_equal(st.to, 0);
    station_send(&st, 50);
    close(old);
    program_signal(to, SIGINT);
    station_serve(&st, "TEARDOWN");
    assert_int_equal(program_wait(to, 5), 0);
    assert_non_null(strstr(scene_read(scene_file("summary")), "\"transport\":\"tcp\""));
    assert_in_range(FIGURE("packets_received"), 49, 50);
    assert_true(FIGURE("packets_lost") == 0);
}

static void udp_alone_only_advises(void **state)
{
    (void)state;
    TUNE_IN(WORDS, "--transport", "udp");
    program_expect(to, "--transport tcp may help", 6);
    station_send(&st, 20); // late, but welcome
    program_expect(to, "first packet", 5);
    finish();
    assert_true(FIGURE("packets_received") == 20);
}

static void refused_udp_means_tcp_at_once(void **state)
{
    (void)state;
    st.deaf = true;
    to = RECEIVER(st.port, WORDS);
    station_accept(&st, "SETUP");
    program_expect(to, "does not send over UDP; trying TCP", 5);
    int old = st.fd;
    station_accept(&st, "PLAY");
    close(old);
    station_send(&st, 50);
    close(st.fd); // and the station is gone: what is there still plays
    assert_int_equal(program_wait(to, 5), 0);
    st.fd = -1;
    assert_true(FIGURE("packets_received") == 50);
    program_free(to);
    to = RECEIVER(st.port, "--transport", "udp");
    station_accept(&st, "SETUP");
    assert_int_equal(program_wait(to, 5), 1);
    assert_non_null(strstr(program_errors(to), "Try --transport tcp"));
}

// interop 34: two small packets open the way through a firewall before the first of ours.
static void interop_34_punches_holes(void **state)
{
    (void)state;
    uint8_t data[2048];
    TUNE_IN(WORDS);
    assert_int_equal(udp_hear(st.rtp, data, sizeof data, 5), 12);
    assert_int_equal(data[0], 0x80);
    assert_int_equal(udp_hear(st.rtcp, data, sizeof data, 5), 8);
    assert_int_equal(data[1], RTCP_RR);
    station_send(&st, 10);
    finish();
    // and a last report with BYE
    bool bye = false;
    for (size_t n; !bye && (n = udp_hear(st.rtcp, data, sizeof data, 2));) {
        struct rtcp_walk walk = rtcp_walk(data, n);
        struct rtcp_packet packet;
        while (rtcp_next(&walk, &packet) == RTCP_OK)
            bye |= packet.type == RTCP_BYE;
    }
    assert_true(bye);
}

// ---- pictures

// The next second of a film, from that socket to the receiver's port for pictures.
static void send_pictures(struct film *film, int fd)
{
    static uint8_t memory[160 * 96 * 3 / 2];
    const struct picture p = picture_of(memory, 160, 96);
    struct sender_datagram d;
    for (int i = 0; i < 25; i++) {
        usec due = film_picture_due(film);
        pattern_draw(&p, (uint32_t)i, due);
        film_picture(film, due, &p);
        while (film_output(film, film_picture_due(film), &d))
            if (d.kind == SENDER_RTP)
                udp_say(fd, "127.0.0.1", st.pictures_to, d.data, d.len);
        station_send(&st, 2);
    }
}

static struct film *new_film(void)
{
    const struct film_config config = {
        .video = {160, 96, 25, 1, 200000}, .payload_type = 98, .listeners_max = 1, .seed = 3};
    struct film *film = film_new(&config, 0);
    assert_non_null(film);
    film_join(film, (struct peer_takes){0});
    film_start(film, 0);
    film_play(film, 0, 0);
    return film;
}

// The server may say that media come from elsewhere (RFC 2326 section 12.39): from there they are taken,
// and from nowhere else.
static void pictures_from_the_host_that_is_named(void **state)
{
    (void)state;
    int port = 0, named = udp_bind("127.0.0.2", &port), other = udp_bind("127.0.0.3", &(int){0});
    struct film *film = new_film();
    st.pictures = true;
    st.source = "127.0.0.2";
    TUNE_IN(WORDS, "--video-output", "/dev/null");
    send_pictures(film, named);
    for (int i = 0; i < 30; i++)
        udp_say(other, "127.0.0.1", st.pictures_to, "nothing", 7);
    send_pictures(film, named);
    finish();
    film_free(film);
    close(named);
    close(other);
    assert_true(FIGURE("packets_received") == 100);
#define PICTURES(key) video_figure(scene_file("summary"), key)
    assert_true(PICTURES("packets_received") >= 50);
    assert_true(PICTURES("packets_lost") == 0);
    assert_in_range(PICTURES("shown"), 40, 50);
    assert_true(PICTURES("packets_foreign") == 30);
    assert_true(PICTURES("packets_invalid") == 0);
    assert_true(PICTURES("packets_duplicate") == 0);
}

// How many sources say goodbye in what came to the RTCP port so far.
static int goodbyes(void)
{
    uint8_t data[2048];
    uint32_t last = 0;
    int said = 0;
    for (size_t n; (n = udp_hear(st.rtcp, data, sizeof data, 0.1));) {
        struct rtcp_walk walk = rtcp_walk(data, n);
        struct rtcp_packet packet;
        while (rtcp_next(&walk, &packet) == RTCP_OK)
            if (packet.type == RTCP_BYE && packet.ssrc != last) {
                said++;
                last = packet.ssrc;
            }
    }
    return said;
}

// The session is still there when its receivers say goodbye: after TEARDOWN nobody would know them.
static void goodbye_is_said_for_both(void **state)
{
    (void)state;
    unsigned cseq = 0;
    char answer[64];
    st.pictures = true;
    TUNE_IN(WORDS, "--video-output", "/dev/null");
    station_send(&st, 20);
    program_signal(to, SIGINT);
    const char *request = tcp_hear(st.fd);
    assert_memory_equal(request, "TEARDOWN", 8);
    assert_int_equal(sscanf(strstr(request, "CSeq: "), "CSeq: %u", &cseq), 1);
    assert_int_equal(goodbyes(), 2);
    snprintf(answer, sizeof answer, "RTSP/1.0 200 OK\nCSeq: %u\n\n", cseq);
    tcp_say(st.fd, answer);
    assert_int_equal(program_wait(to, 10), 0);
    assert_int_equal(goodbyes(), 0);
}

// The octets on a connection up to TEARDOWN: how many frames of that channel hold a BYE.
static int interleaved_goodbyes(int channel)
{
    static uint8_t data[1 << 16];
    size_t len = 0, at = 0;
    int said = 0;
    for (ssize_t n; len < sizeof data && (n = read(st.fd, data + len, sizeof data - len)) > 0;) {
        len += (size_t)n;
        while (len - at >= 4 && data[at] == '$') {
            size_t size = (size_t)(data[at + 2] << 8 | data[at + 3]);
            if (len - at < 4 + size)
                break;
            struct rtcp_walk walk = rtcp_walk(data + at + 4, size);
            struct rtcp_packet packet;
            while (data[at + 1] == channel && rtcp_next(&walk, &packet) == RTCP_OK)
                said += packet.type == RTCP_BYE;
            at += 4 + size;
        }
        if (len - at >= 8 && memcmp(data + at, "TEARDOWN", 8) == 0)
            return said;
    }
    fail_msg("no TEARDOWN");
    return 0;
}

static void goodbye_is_said_for_both_on_the_connection(void **state)
{
    (void)state;
    for (int channel = 3; channel <= 5; channel += 2) {
        st.pictures = true;
        TUNE_IN(WORDS, "--video-output", "/dev/null", "--transport", "tcp");
        station_send(&st, 20);
        program_signal(to, SIGINT);
        assert_int_equal(interleaved_goodbyes(channel), 1);
        close(st.fd);
        st.fd = -1;
        assert_int_equal(program_wait(to, 10), 0);
        program_free(to);
        to = NULL;
    }
}

static void no_rtsp_there(void **state)
{
    (void)state;
    static const struct {
        const char *says, *why;
    } rows[] = {
        {"HTTP/1.1 400 Bad Request\nContent-Length: 0\n\n", "does not speak RTSP"},
        {"SSH-2.0-OpenSSH_9.2p1 Debian-2\n", "does not speak RTSP"},
        {"RTSP/1.0 401 Unauthorized\nCSeq: 2\n\n", "password"},
        {"RTSP/1.0 404 Not Found\nCSeq: 2\n\n", "nothing at this path"},
        {"RTSP/1.0 453 No\nCSeq: 2\n\n", "no room"},
        {"", "closed the connection before"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct program *p = RECEIVER(st.port, "--quiet");
        int fd = tcp_accept(st.listening, 10);
        tcp_hear(fd);
        if (strstr(rows[i].says, "CSeq: 2")) {
            tcp_say(fd, "RTSP/1.0 200 OK\nCSeq: 1\n\n");
            tcp_hear(fd);
        }
        if (*rows[i].says)
            tcp_say(fd, rows[i].says);
        else
            close(fd);
        int status = program_wait(p, 10);
        if (status != 1 || !strstr(program_errors(p), rows[i].why))
            fail_msg("%d: %s-> %s", status, rows[i].says, program_errors(p));
        if (*rows[i].says)
            close(fd);
        program_free(p);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_station, close_station)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plays_a_stranger),
        TEST(sender_that_starts_anew),
        TEST(source_port_that_changes),
        TEST(wrong_host_wrong_ssrc_and_rubbish),
        TEST(oversized_packets),
        TEST(doubles_and_disorder),
        TEST(a_gap_of_some_seconds),
        TEST(auto_falls_back_to_tcp),
        TEST(udp_alone_only_advises),
        TEST(refused_udp_means_tcp_at_once),
        TEST(interop_34_punches_holes),
        TEST(no_rtsp_there),
        TEST(pictures_from_the_host_that_is_named),
        TEST(goodbye_is_said_for_both),
        TEST(goodbye_is_said_for_both_on_the_connection),
    };
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
