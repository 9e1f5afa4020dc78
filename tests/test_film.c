// The sending end of pictures: who gets which packets, when a key frame is made, and what time does.
#include "tests/test.h"

#include "media/pattern.h"
#include "media/rtcp_key.h"
#include "media/rtp.h"
#include "media/vp8_payload.h"
#include "sender/film.h"

#include <string.h>

#define WIDTH     160
#define HEIGHT    96
#define LISTENERS 3
#define INTERVAL  (40 * USEC_MS)
#define RATE      200000

struct house {
    struct film *film;
    usec now;
    uint32_t number;
    uint8_t memory[WIDTH * HEIGHT * 3 / 2];
    // of the last picture:
    int packets, largest; // to everyone; octets
    usec first, last;     // when
    bool key;
    uint16_t picture_id;
    uint32_t timestamp;
    uint8_t fir;
    int for_listener[LISTENERS];             // packets of RTP
    int reports[LISTENERS], byes[LISTENERS]; // ever
};

static struct house h;

static struct film_config config_of(void)
{
    return (struct film_config){.video = {WIDTH, HEIGHT, 25, 1, RATE},
                                .resend = true,
                                .payload_type = 98,
                                .payload_type_again = 99,
                                .listeners_max = LISTENERS,
                                .seed = 5};
}

static int begin(void **state)
{
    (void)state;
    struct film_config config = config_of();
    memset(&h, 0, sizeof h);
    h.now = USEC_SECOND;
    h.film = film_new(&config, h.now);
    assert_non_null(h.film);
    return 0;
}

static int end(void **state)
{
    (void)state;
    film_free(h.film);
    return 0;
}

static void take_report(const struct sender_datagram *d)
{
    struct rtcp_walk walk = rtcp_walk(d->data, d->len);
    struct rtcp_packet packet;
    assert_in_range(d->listener, 0, LISTENERS - 1);
    h.reports[d->listener]++;
    while (rtcp_next(&walk, &packet) == RTCP_OK)
        h.byes[d->listener] += packet.type == RTCP_BYE;
}

static void take_packet(const struct sender_datagram *d)
{
    struct rtp_packet packet;
    struct vp8_payload payload;
    struct vp8_frame frame;
    assert_int_equal(rtp_parse(&packet, d->data, d->len), RTP_OK);
    assert_int_equal(vp8_payload_parse(&payload, packet.payload, packet.payload_len),
                     VP8_PAYLOAD_OK);
    if (!h.packets++) {
        h.first = h.now;
        assert_true(vp8_payload_begins_frame(&payload));
        assert_true(vp8_frame_parse(&frame, payload.data, payload.len));
        h.key = frame.key;
    }
    h.last = h.now;
    h.picture_id = payload.picture_id;
    h.timestamp = packet.timestamp;
    h.largest = (int)d->len > h.largest ? (int)d->len : h.largest;
    for (int i = 0; i < LISTENERS; i++)
        h.for_listener[i] += film_is_for(h.film, d, i);
}

static void drain(void)
{
    struct sender_datagram d;
    while (film_output(h.film, h.now, &d))
        if (d.kind == SENDER_RTCP)
            take_report(&d);
        else if (d.listener == SENDER_ALL)
            take_packet(&d);
}

// The next picture, and all that is sent until the one after it is due.
static void show(void)
{
    const struct picture p = picture_of(h.memory, WIDTH, HEIGHT);
    usec due = film_picture_due(h.film);
    h.now = due;
    drain();
    h.packets = h.largest = 0;
    memset(h.for_listener, 0, sizeof h.for_listener);
    pattern_draw(&p, h.number++, due);
    film_picture(h.film, due, &p);
    for (drain(); film_next(h.film) < film_picture_due(h.film); drain())
        h.now = usec_max(film_next(h.film), h.now + 1);
    h.now = film_picture_due(h.film) - 1;
}

static int join(void)
{
    return film_join(h.film, (struct peer_takes){.again = true, .feedback = true});
}

enum asking { BY_PLI, BY_FIR, BY_FIR_AGAIN };

static void ask_key(int listener, enum asking how)
{
    uint8_t out[64];
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, 1, NULL, 0);
    if (how == BY_PLI)
        rtcp_write_pli(&w, 1, film_stats(h.film).ssrc);
    else
        rtcp_write_fir(&w, 1, film_stats(h.film).ssrc, how == BY_FIR ? h.fir++ : h.fir);
    film_rtcp(h.film, listener, h.now, out, writer_len(&w));
}

static void what_cannot_be_sent_is_refused(void **state)
{
    (void)state;
    static const struct vp8_encoder_config bad[] = {
        {8, 96, 25, 1, RATE}, {160, 4000, 25, 1, RATE}, {160, 96, 1000, 1, RATE}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct film_config config = config_of();
        config.video = bad[i];
        assert_null(film_new(&config, 0));
    }
}

static void listeners_come_and_go(void **state)
{
    (void)state;
    for (int i = 0; i < LISTENERS; i++)
        assert_int_equal(join(), i);
    assert_int_equal(join(), -1);
    film_start(h.film, h.now);
    show();
    assert_true(h.packets > 0); // it is made, and nobody watches
    assert_int_equal(film_stats(h.film).listeners, 3);
    assert_int_equal(film_stats(h.film).playing, 0);
    film_play(h.film, 0, h.now);
    film_play(h.film, 2, h.now);
    for (int i = 0; i < 8; i++)
        show();
    assert_int_equal(h.for_listener[0], h.packets);
    assert_int_equal(h.for_listener[1], 0);
    assert_int_equal(h.for_listener[2], h.packets);
    film_pause(h.film, 0);
    film_leave(h.film, 2, true);
    show();
    assert_int_equal(h.for_listener[0] + h.for_listener[1] + h.for_listener[2], 0);
    assert_int_equal(h.byes[2], 1);
    assert_int_equal(h.byes[0], 0);
    assert_int_equal(film_stats(h.film).listeners, 2);
    assert_int_equal(join(), 2); // there is room again
    film_leave(h.film, 0, false);
    show();
    assert_int_equal(h.byes[0], 0); // it is gone: nobody hears it
}

// Each begins with a key frame, and with a report; who is there already sees no gap.
static void whoever_comes_begins_with_a_key_frame(void **state)
{
    (void)state;
    film_start(h.film, h.now);
    join();
    film_play(h.film, 0, h.now);
    show();
    assert_true(h.key);
    assert_int_equal(h.for_listener[0], h.packets);
    assert_true(h.reports[0] >= 1);
    for (int i = 0; i < 10; i++)
        show();
    assert_int_equal(film_stats(h.film).key_frames, 1); // none without a reason
    join();
    struct sender_position at = film_play(h.film, 1, h.now);
    show();
    assert_true(h.key);
    assert_int_equal(h.for_listener[0], h.packets);
    assert_int_equal(h.for_listener[1], h.packets);
    assert_in_range(h.timestamp - at.timestamp, 0, 90);
    assert_int_equal(film_stats(h.film).key_frames, 2);
}

// Who comes right after a key frame waits for the next one, which is not made at once.
static void key_frames_keep_a_distance(void **state)
{
    (void)state;
    film_start(h.film, h.now);
    join();
    join();
    film_play(h.film, 0, h.now);
    show();
    film_play(h.film, 1, h.now);
    int waited = 0;
    do {
        show();
        assert_int_equal(h.for_listener[0], h.packets);
        assert_int_equal(h.for_listener[1], h.key ? h.packets : 0);
    } while (!h.key && ++waited < 20);
    assert_in_range(waited, 3, 4); // 200 ms
}

// A FIR that is said again, since its key frame came too early to be its answer or was lost, has the number
// that it had (RFC 5104 section 4.3.1.1).
static void requests_for_key_frames(void **state)
{
    (void)state;
    for (enum asking how = BY_PLI; how <= BY_FIR_AGAIN; how++) {
        end(NULL);
        begin(NULL);
        film_start(h.film, h.now);
        join();
        film_play(h.film, 0, h.now);
        show();
        ask_key(0, how); // for the one that is on its way
        for (int i = 0; i < 10; i++)
            show();
        assert_int_equal(film_stats(h.film).key_frames, 1);
        ask_key(0, how);
        show();
        assert_true(h.key);
        for (int i = 0; i < 50; i++) { // all the time: five a second at most
            ask_key(0, how);
            show();
        }
        assert_in_range(film_stats(h.film).key_frames, 5, 2 + 10);
        assert_int_equal(film_stats(h.film).key_asked, 52);
    }
}

static void packets_are_short_and_spread(void **state)
{
    (void)state;
    film_start(h.film, h.now);
    join();
    film_play(h.film, 0, h.now);
    uint16_t id = 0;
    for (int i = 0; i < 20; i++) {
        show();
        assert_in_range(h.largest, 100, 1200);
        assert_true(h.last - h.first <= INTERVAL * 8 / 10);
        if (h.packets > 2)
            assert_true(h.last - h.first >= INTERVAL * 8 / 10 * (h.packets - 1) / h.packets - 10);
        if (i)
            assert_int_equal(h.picture_id, (id + 1) % VP8_PICTURE_ID_MODULUS);
        id = h.picture_id;
        assert_false(film_busy(h.film));
    }
}

// A picture that is not there leaves a gap in time, none in numbers.
static void pictures_may_be_left_out(void **state)
{
    (void)state;
    film_start(h.film, h.now);
    join();
    film_play(h.film, 0, h.now);
    show();
    uint16_t id = h.picture_id;
    uint32_t timestamp = h.timestamp;
    usec due = film_picture_due(h.film);
    film_skip(h.film);
    film_skip(h.film);
    assert_int_equal(film_picture_due(h.film), due + 2 * INTERVAL);
    show();
    assert_int_equal(h.picture_id, (id + 1) % VP8_PICTURE_ID_MODULUS);
    assert_int_equal(h.timestamp - timestamp, 3 * 3600);
    assert_int_equal(film_stats(h.film).pictures, 2);
    // A suspended machine: the time line stands still, for RTP too.
    timestamp = h.timestamp;
    film_delay_until(h.film, film_picture_due(h.film) + 10 * USEC_SECOND);
    show();
    assert_int_equal(h.timestamp - timestamp, 3600);
}

// Numbers as large as a film's first line may say, for as long as a sender runs.
static void time_goes_on_for_weeks(void **state)
{
    (void)state;
    static const struct {
        int num, den, pictures;
        usec due;
    } rows[] = {
        {1000000000, 40000000, 25 * 86400, 86400 * USEC_SECOND},
        {10000000, 333333, 30000000, 999999 * USEC_SECOND},
        {30000, 1001, 30000000, 1001000 * USEC_SECOND},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        end(NULL);
        begin(NULL);
        film_free(h.film);
        struct film_config config = config_of();
        config.video.fps_num = rows[i].num;
        config.video.fps_den = rows[i].den;
        h.film = film_new(&config, h.now);
        assert_non_null(h.film);
        film_start(h.film, h.now);
        for (int n = 0; n < rows[i].pictures; n++)
            film_skip(h.film);
        assert_int_equal(film_picture_due(h.film), h.now + rows[i].due);
    }
}

static void a_picture_of_another_size_is_left_out(void **state)
{
    (void)state;
    film_start(h.film, h.now);
    show();
    const struct picture small = picture_of(h.memory, WIDTH / 2, HEIGHT / 2);
    film_picture(h.film, film_picture_due(h.film), &small);
    assert_int_equal(film_stats(h.film).frames, 1);
    assert_false(film_busy(h.film));
    show();
    assert_int_equal(film_stats(h.film).frames, 2);
}

static void at_the_end_everyone_hears_goodbye(void **state)
{
    (void)state;
    film_start(h.film, h.now);
    for (int i = 0; i < LISTENERS; i++)
        join();
    film_play(h.film, 0, h.now);
    film_play(h.film, 1, h.now);
    for (int i = 0; i < 3; i++)
        show();
    uint32_t ssrc = film_stats(h.film).ssrc;
    film_end(h.film, h.now);
    assert_false(film_running(h.film));
    assert_int_equal(film_picture_due(h.film), USEC_NEVER);
    drain();
    for (int i = 0; i < LISTENERS; i++)
        assert_int_equal(h.byes[i] > 0, i < 2);
    assert_true(film_stats(h.film).ssrc != ssrc); // the next one is another stream
    film_start(h.film, h.now + USEC_SECOND);
    film_play(h.film, 0, h.now);
    show();
    assert_true(h.key);
    assert_int_equal(h.for_listener[0], h.packets);
    assert_int_equal(h.for_listener[1], 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(what_cannot_be_sent_is_refused),
        TEST(listeners_come_and_go),
        TEST(whoever_comes_begins_with_a_key_frame),
        TEST(key_frames_keep_a_distance),
        TEST(requests_for_key_frames),
        TEST(packets_are_short_and_spread),
        TEST(pictures_may_be_left_out),
        TEST(time_goes_on_for_weeks),
        TEST(a_picture_of_another_size_is_left_out),
        TEST(at_the_end_everyone_hears_goodbye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
