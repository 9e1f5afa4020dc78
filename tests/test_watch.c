// The edge of the pictures: what comes when nobody watches any more.
#include "tests/test.h"

#include "media/io/path.h"
#include "media/io/udp.h"
#include "media/pattern.h"
#include "receiver/io/watch.h"
#include "sender/film.h"

#include <arpa/inet.h>
#include <string.h>

#define WIDTH  160
#define HEIGHT 96

struct house {
    struct loop *loop;
    struct watch *watch;
    struct udp *udp; // the sender's
    struct film *film;
    struct loop_timer timer;
    union address here;
    struct impair_spec netem;
    int reports;     // that came to the sender,
    int interleaved; // and that were to go out on the connection
};

static struct house h;

static void on_timer(void *ctx, usec now)
{
    (void)now;
    loop_stop(ctx);
}

static void wait_for(usec time)
{
    loop_timer_set(&h.timer, loop_now() + time);
    loop_run(h.loop);
}

static void on_datagram(void *ctx, enum udp_port port, usec arrival, const union address *from,
                        const void *data, size_t len)
{
    (void)ctx, (void)arrival, (void)from, (void)data, (void)len;
    h.reports += port == UDP_RTCP;
}

static void on_send(void *ctx, const void *data, size_t len)
{
    (void)ctx, (void)data, (void)len;
    h.interleaved++;
}

static void on_say(void *ctx, bool detail, const char *text)
{
    (void)ctx, (void)detail, (void)text;
}

static void open_ends(void)
{
    char why[256];
    const struct film_config film = {
        .video = {WIDTH, HEIGHT, 25, 1, 200000}, .payload_type = 98, .listeners_max = 1, .seed = 3};
    const struct watch_config watch = {
        .loop = h.loop, .netem = &h.netem, .send = on_send, .say = on_say};
    struct udp_config udp = {.received = on_datagram};
    h.here.v4.sin_family = AF_INET;
    h.here.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    udp.local = h.here;
    h.udp = udp_open(h.loop, &udp);
    h.watch = watch_open(&watch, why, sizeof why);
    h.film = film_new(&film, 0);
    assert_true(h.udp && h.watch && h.film);
    film_join(h.film, (struct peer_takes){0});
    film_start(h.film, 0);
    film_play(h.film, 0, 0);
}

static int begin(void **state)
{
    (void)state;
    char why[2048];
    memset(&h, 0, sizeof h);
    assert_true(path_spec("delay 100ms", &h.netem, why, sizeof why));
    h.loop = loop_new();
    assert_non_null(h.loop);
    loop_timer_init(&h.timer, h.loop, on_timer, h.loop);
    open_ends();
    return 0;
}

static int end(void **state)
{
    (void)state;
    watch_close(h.watch);
    udp_close(h.udp);
    film_free(h.film);
    loop_free(h.loop);
    return 0;
}

static void tune_in(void)
{
    uint16_t port = udp_local_port(h.udp);
    const struct client_stream voice = {0}, pictures = {.payload_type = 98,
                                                        .nack = true,
                                                        .key = true,
                                                        .server_rtp = port,
                                                        .server_rtcp = (uint16_t)(port + 1)};
    union address to = h.here;
    address_set_port(&h.here, watch_ports(h.watch, &to));
    assert_true(watch_begin(h.watch, &pictures, &voice, &to, NULL));
}

static void send_picture(void)
{
    static uint8_t memory[WIDTH * HEIGHT * 3 / 2];
    const struct picture p = picture_of(memory, WIDTH, HEIGHT);
    struct sender_datagram d;
    usec due = film_picture_due(h.film);
    pattern_draw(&p, 0, due);
    film_picture(h.film, due, &p);
    while (film_output(h.film, film_picture_due(h.film), &d))
        if (d.kind == SENDER_RTP)
            udp_send(h.udp, UDP_RTP, &h.here, d.data, d.len);
}

static void what_comes_is_seen_and_answered(void **state)
{
    (void)state;
    tune_in();
    send_picture();
    wait_for(200 * USEC_MS);
    assert_int_equal(watch_stats(h.watch).shown, 1);
    wait_for(1200 * USEC_MS);
    assert_true(h.reports >= 2); // the first only opens the way
    assert_int_equal(h.interleaved, 0);
}

// What is still in a bad network's path at the end of an attempt wakes nothing up: no timer, and no report
// on a connection that may be another one's by then.
static void what_comes_later_is_nobodys(void **state)
{
    (void)state;
    tune_in();
    send_picture();
    wait_for(30 * USEC_MS);
    watch_end(h.watch);
    int reports = h.reports;
    wait_for(1400 * USEC_MS);
    assert_int_equal(watch_stats(h.watch).packets_received, 0);
    assert_int_equal(h.interleaved, 0);
    assert_int_equal(h.reports, reports);
}

static void who_says_goodbye_says_no_more(void **state)
{
    (void)state;
    tune_in();
    send_picture();
    wait_for(30 * USEC_MS);
    int reports = h.reports;
    watch_bye(h.watch);
    watch_bye(h.watch);
    wait_for(1200 * USEC_MS);
    assert_int_equal(h.reports, reports + 1);
    assert_int_equal(watch_stats(h.watch).packets_received, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(what_comes_is_seen_and_answered),
        TEST(what_comes_later_is_nobodys),
        TEST(who_says_goodbye_says_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
