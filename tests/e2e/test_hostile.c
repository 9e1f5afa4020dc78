// Pictures from somebody who means harm, beside a voice that is well: the receiver stays up, its memory stays
// as it is, and the voice is heard as if nothing were.
#include "tests/e2e/station.h"

#include "media/pattern.h"
#include "media/random.h"
#include "media/rtp.h"
#include "media/usec.h"
#include "sender/film.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FRAMES  300 // of the voice: 6 s
#define AFTER   150 // of those that follow, when the harm is over
#define SETTLED 100 // of the first, until memory is what it will be
#define BURST   12  // packets in each frame's time
#define WIDTH   160
#define HEIGHT  96
#define LONGEST 9000
#ifdef __SANITIZE_ADDRESS__ // keeps what was freed for a while
#define GROWTH 400.0        // MB
#define MOST   800.0
#else
#define GROWTH 16.0 // as much as the decoder holds of its largest pictures, which come and go
#define MOST   100.0
#endif

static struct station st;
static struct program *to;
static struct film *film;
static struct random chance;

static int open_all(void **state)
{
    (void)state;
    const struct film_config config = {
        .video = {WIDTH, HEIGHT, 25, 1, 200000}, .payload_type = 98, .listeners_max = 1, .seed = 3};
    station_open(&st);
    st.pictures = true;
    film = film_new(&config, 0);
    chance.state = 11;
    to = NULL;
    return film ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    program_free(to);
    film_free(film);
    station_close(&st);
    return 0;
}

static double memory_mb(void)
{
    char path[64], line[256];
    double kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)program_id(to));
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %lf", &kib) == 1)
            break;
    fclose(file);
    return kib / 1024;
}

static unsigned draw(unsigned below)
{
    return (unsigned)(random_u64(&chance) % below);
}

static void give(const void *data, size_t len, bool rtcp)
{
    udp_say(rtcp ? st.rtcp : st.rtp, "127.0.0.1", st.pictures_to + rtcp, data, len);
}

// ---- what is sent ------------------------------------------------------------------------------

// The stream as it should be: what the others lie about.
static uint16_t seq;
static uint32_t ssrc, timestamp;

static void give_packet(struct rtp_packet packet, const uint8_t *payload, size_t len)
{
    static uint8_t out[LONGEST + RTP_HEADER_LEN];
    packet.payload = payload;
    packet.payload_len = len;
    give(out, rtp_write(&packet, out, sizeof out), false);
}

// A key frame is asked for by whoever has lost one: it is given, as to any listener.
static void hear_requests(usec now)
{
    static uint8_t data[2048];
    for (size_t len; (len = udp_hear(st.rtcp, data, sizeof data, 0));)
        film_rtcp(film, 0, now, data, len);
}

static void give_film(usec now)
{
    static uint8_t memory[WIDTH * HEIGHT * 3 / 2];
    const struct picture p = picture_of(memory, WIDTH, HEIGHT);
    hear_requests(now);
    struct sender_datagram d;
    struct rtp_packet packet;
    while (film_picture_due(film) <= now) {
        pattern_draw(&p, 0, now);
        film_picture(film, film_picture_due(film), &p);
        while (film_output(film, film_picture_due(film), &d)) {
            if (d.kind != SENDER_RTP || rtp_parse(&packet, d.data, d.len) != RTP_OK)
                continue;
            packet.seq = ++seq;
            ssrc = packet.ssrc;
            timestamp = packet.timestamp;
            give_packet(packet, packet.payload, packet.payload_len);
        }
    }
}

// A descriptor, and the beginning of a key frame that says to be of that size.
static size_t key_frame(uint8_t *out, int width, int height, size_t len)
{
    static const uint8_t head[] = {0x90, 0x80, 0x81, 0x00, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a};
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)random_u64(&chance);
    memcpy(out, head, sizeof head);
    out[10] = (uint8_t)width;
    out[11] = (uint8_t)(width >> 8);
    out[12] = (uint8_t)height;
    out[13] = (uint8_t)(height >> 8);
    return len;
}

static void give_harm(int i)
{
    static uint8_t octets[LONGEST];
    struct rtp_packet packet = {
        .payload_type = 98, .seq = ++seq, .timestamp = timestamp, .ssrc = ssrc};
    for (size_t k = 0; k < sizeof octets; k++)
        octets[k] = (uint8_t)random_u64(&chance);
    switch (i % 8) {
    case 0: // as large as a header can say
        packet.marker = true;
        give_packet(packet, octets, key_frame(octets, 16383, 16383, 1000));
        break;
    case 1: // as large as is taken
        packet.marker = true;
        packet.timestamp += 3000;
        give_packet(packet, octets, key_frame(octets, 1920, 1088, 1000));
        break;
    case 2: // a frame without an end
        octets[0] = 0;
        for (int k = 0; k < 8; k++, packet.seq = ++seq)
            give_packet(packet, octets, 1100);
        break;
    case 3: // numbers and times that jump
        packet.seq = (uint16_t)random_u64(&chance);
        packet.timestamp = (uint32_t)random_u64(&chance);
        packet.marker = draw(2);
        give_packet(packet, octets, key_frame(octets, 64, 64, 200));
        break;
    case 4: // another source each time
        packet.ssrc = (uint32_t)random_u64(&chance);
        give_packet(packet, octets, key_frame(octets, 640, 360, 900));
        break;
    case 5: // sent again, but never sent
        packet.payload_type = 99;
        packet.ssrc = draw(2) ? ssrc : ssrc + 1;
        give_packet(packet, octets, draw(1200));
        break;
    case 6: // longer than any packet
        give_packet(packet, octets, key_frame(octets, 320, 180, 1500 + draw(LONGEST - 1500)));
        break;
    case 7: // anything
        give(octets, draw(1500), draw(2));
    }
}

// ---- what becomes of it ------------------------------------------------------------------------

static void play(const char *loss)
{
    double settled = 0, most = 0;
    to = RECEIVER(st.port, "--verbose", "--summary", scene_file("summary"), "--video-output",
                  "/dev/null", "--video-loss", loss, "--stats", scene_file("stats"));
    station_accept(&st, "PLAY");
    assert_true(st.to && st.pictures_to && st.pictures_to != st.to);
    film_join(film, (struct peer_takes){0});
    film_start(film, 0);
    film_play(film, 0, 0);
    for (int i = 0; i < FRAMES; i++) {
        station_send(&st, 1);
        give_film((usec)(i * STATION_SECONDS * 1e6));
        for (int k = 0; k < BURST && i >= 25; k++)
            give_harm(draw(8));
        double now = i % 25 ? 0 : memory_mb();
        settled = i == SETTLED ? now : settled;
        most = now > most ? now : most;
    }
    double last = memory_mb();
    double shown = video_figure(scene_file("stats"), "shown");
    double keys = video_figure(scene_file("stats"), "key_frames");
    for (int i = FRAMES; i < FRAMES + AFTER; i++) { // the harm is over
        station_send(&st, 1);
        give_film((usec)(i * STATION_SECONDS * 1e6));
    }
    assert_true(program_runs(to));
    station_bye(&st);
    station_serve(&st, "TEARDOWN");
    int status = program_wait(to, 10);
    bool resized = strstr(program_errors(to), "their size has changed"); // the file is not whole
    if (status != resized)
        fail_msg("status %d: %s", status, program_errors(to));
    print_message("%s: %.1f MB, then %.1f MB, %.1f at most\n", loss, settled, last, most);
    assert_true(last - settled < GROWTH && most < MOST);
#define FIGURE(key) figure(scene_file("summary"), key)
    assert_int_equal(FIGURE("packets_received"), FRAMES + AFTER);
    assert_int_equal(FIGURE("packets_lost"), 0);
    assert_int_equal(FIGURE("concealed_ms"), 0);
    assert_in_range(FIGURE("played_ms"), 20 * (FRAMES + AFTER), 20 * (FRAMES + AFTER));
    shown = video_figure(scene_file("summary"), "shown") - shown;
    keys = video_figure(scene_file("summary"), "key_frames") - keys;
    print_message("%s: then %.0f pictures, %.0f key frames\n", loss, shown, keys);
    assert_true(shown > 0.3 * AFTER && keys >= 1);
}

static void nothing_breaks_and_the_voice_goes_on(void **state)
{
    (void)state;
    play("freeze");
}

static void nor_where_damage_is_shown(void **state)
{
    (void)state;
    play("show");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(nothing_breaks_and_the_voice_goes_on),
        TEST(nor_where_damage_is_shown),
    };
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
