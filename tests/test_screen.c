#include "tests/cinema.h"
#include "tests/golden.h"

#include "media/pattern.h"
#include "media/random.h"
#include "media/rtcp.h"
#include "media/rtcp_key.h"
#include "media/rtp.h"
#include "media/vp8.h"
#include "media/vp8_payload.h"

#include <stdlib.h>
#include <string.h>

#define PLAYED (10 * USEC_SECOND)
#define FRAMES (10 * CINEMA_FPS)

// Whatever becomes of the packets, pictures come in order, and only whole ones where damage is not shown.
static void check_always(const struct cinema_config *c, const struct cinema_seen *s)
{
    assert_int_equal(s->backwards, 0);
    assert_int_equal(s->read + s->unread, s->screen.shown);
    assert_true(s->screen.shown <= s->screen.frames);
    assert_true(s->screen.frames <= s->film.frames);
    if (c->loss == SCREEN_FREEZE) {
        assert_int_equal(s->unread, 0);
        assert_int_equal(s->screen.damaged, 0);
    }
}

static struct cinema_seen play(const struct cinema_config *c)
{
    struct cinema_seen s = cinema(c, PLAYED);
    check_always(c, &s);
    return s;
}

static void a_clean_path_shows_every_picture_in_its_time(void **state)
{
    (void)state;
    struct cinema_config c = {.there = "delay 15ms",
                              .back = "delay 15ms",
                              .key = true,
                              .again = true,
                              .voice = true,
                              .seed = 3};
    struct cinema_seen s = play(&c);
    assert_true(s.screen.shown >= s.film.frames - 6); // a key frame comes within 200 ms
    assert_true(s.film.frames >= FRAMES - 10);        // the rate begins low
    assert_int_equal(s.last, FRAMES - 1);
    assert_int_equal(s.screen.packets_lost, 0);
    assert_int_equal(s.screen.keys_asked, 0);
    assert_int_equal(s.screen.asked, 0);
    assert_int_equal(s.screen.freezes, 0);
    assert_in_range(s.worst_age, CINEMA_VOICE, CINEMA_VOICE + USEC_MS);
}

static void without_a_voice_pictures_wait_only_for_themselves(void **state)
{
    (void)state;
    struct cinema_config c = {.there = "delay 30ms 5ms", .key = true, .seed = 4};
    struct cinema_seen s = play(&c);
    assert_true(s.screen.shown >= s.film.frames - 6);
    assert_true(s.film.frames >= FRAMES - 10);
    assert_true(s.worst_age <= 120 * USEC_MS);
}

// What is behind the voice is shown as soon as it is there, and the newest of what waits.
static void pictures_that_come_after_their_voice_hurry(void **state)
{
    (void)state;
    struct cinema_config c = {.there = "delay 200ms", .key = true, .voice = true, .seed = 5};
    struct cinema_seen s = play(&c);
    assert_true(s.screen.shown >= FRAMES - 20);
    assert_true(s.screen.sync_mean > 140 * USEC_MS && s.screen.sync_mean < 200 * USEC_MS);
    assert_int_equal(s.screen.sync_worst >= s.screen.sync_mean, 1);
}

static void what_is_lost_is_asked_for_and_nothing_is_missing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct cinema_config c = {.there = "loss 10% delay 20ms",
                                  .back = "loss 10% delay 20ms",
                                  .key = true,
                                  .again = true,
                                  .voice = true,
                                  .seed = seed};
        struct cinema_seen s = play(&c);
        assert_true(s.screen.asked > 10);
        assert_int_equal(s.screen.packets_lost, 0);
        assert_int_equal(s.screen.dropped, 0);
        assert_true(s.last >= FRAMES - 3); // nobody knows of the last packets that they were sent
        assert_true(s.screen.frozen < 2 * USEC_SECOND);
    }
}

static void without_repair_a_key_frame_is_asked_for(void **state)
{
    (void)state;
    struct cinema_config c = {
        .there = "loss 3% delay 20ms", .back = "delay 20ms", .key = true, .voice = true, .seed = 1};
    struct cinema_seen s = play(&c);
    assert_true(s.screen.packets_lost > 5);
    assert_true(s.screen.keys_asked >= 3);
    assert_true(s.film.key_frames >= 3 && s.film.key_frames <= s.screen.keys_asked + 2);
    assert_true(s.screen.freezes >= 2);
    assert_true(s.screen.frozen < PLAYED / 2);
    assert_true(s.last > FRAMES - CINEMA_FPS); // it goes on to the end
}

// Requests that are lost are made again; with nobody to hear them the picture stays.
static void requests_may_be_lost(void **state)
{
    (void)state;
    struct cinema_config c = {.there = "loss 3%", .back = "loss 50%", .key = true, .seed = 6};
    struct cinema_seen s = play(&c);
    assert_true(s.last > FRAMES - 2 * CINEMA_FPS);
    c.back = "loss 100%";
    s = play(&c);
    assert_true(s.last < FRAMES / 2);
    assert_true(s.screen.keys_asked < 35); // of 10 s: no more than three a second
}

static void damage_can_be_shown(void **state)
{
    (void)state;
    struct cinema_config c = {.there = "loss 5%", .loss = SCREEN_SHOW, .seed = 2};
    struct cinema_seen s = cinema(&c, PLAYED);
    check_always(&c, &s);
    assert_true(s.screen.damaged > FRAMES / 2); // nothing heals it
    assert_true(s.unread > FRAMES / 4);
    assert_true(s.screen.shown > FRAMES * 8 / 10);
    assert_int_equal(s.screen.freezes, 0);
    c.key = true; // a key frame does
    struct cinema_seen healed = cinema(&c, PLAYED);
    assert_true(healed.screen.damaged < s.screen.damaged / 2);
}

static void a_late_listener_begins_with_a_key_frame(void **state)
{
    (void)state;
    struct cinema_config c = {.key = true, .voice = true, .late = 3 * USEC_SECOND, .seed = 7};
    struct cinema_seen s = play(&c);
    assert_in_range(s.first, 3 * CINEMA_FPS - 1, 3 * CINEMA_FPS + 2);
    assert_int_equal(s.screen.keys_asked, 0);
    assert_int_equal(s.last, FRAMES - 1);
}

static void disorder_and_doubles_do_no_harm(void **state)
{
    (void)state;
    struct cinema_config c = {.there = "delay 30ms 10ms duplicate 20% reorder 10%",
                              .back = "delay 10ms",
                              .key = true,
                              .again = true,
                              .seed = 8};
    struct cinema_seen s = play(&c);
    assert_true(s.screen.packets_duplicate > 50);
    assert_int_equal(s.screen.packets_lost, 0);
    assert_int_equal(s.last, FRAMES - 1);
}

static void the_rate_is_kept_and_packets_are_spread(void **state)
{
    (void)state;
    struct cinema_config c = {.key = true, .seed = 9, .bitrate = 600000};
    struct cinema_seen s = play(&c);
    double kbps = (double)s.film.octets * 8 / usec_to_ms(PLAYED);
    assert_true(kbps > 400 && kbps < 700);
    // A queue of four packets in front of a link of twice the rate loses a burst, and none of what is spread.
    c.there = "rate 2mbit limit 6";
    s = play(&c);
    assert_int_equal(s.screen.packets_lost, 0);
}

// Any octets, of the right types and numbers among them: nothing breaks, and nothing is shown that was not
// sent.
static void hostile_octets_are_counted(void **state)
{
    (void)state;
    struct random random = {11};
    struct screen_config config = {.payload_type = 98,
                                   .again = true,
                                   .payload_type_again = 99,
                                   .key = true,
                                   .feedback = true,
                                   .seed = 1};
    for (int loss = SCREEN_FREEZE; loss <= SCREEN_SHOW; loss++) {
        config.loss = (enum screen_loss)loss;
        struct screen *screen = screen_new(&config, 0);
        struct picture picture;
        uint8_t out[512];
        for (usec now = 0; now < 40 * USEC_SECOND; now += 10 * USEC_MS) {
            uint8_t data[300];
            size_t len = (size_t)(random_u64(&random) % sizeof data);
            for (size_t i = 0; i < len; i++)
                data[i] = (uint8_t)random_u64(&random);
            if (len >= 12 && random_u64(&random) % 8) {
                data[0] = 0x80;
                data[1] = random_u64(&random) % 4 ? 98 : 99;
                data[2] = (uint8_t)(random_u64(&random) % 8 ? 1 : data[2]);
                memset(data + 8, random_u64(&random) % 64 ? 1 : 2, 4);
            }
            if (len >= 20) // a descriptor that begins a frame, and often a key frame
                memcpy(data + 12, "\x10\x10\x02\x00\x9d\x01\x2a", 7);
            if (random_u64(&random) % 4)
                screen_rtp(screen, now, data, len);
            else
                screen_rtcp(screen, now, data, len);
            screen_show(screen, now, &picture);
            assert_true(screen_rtcp_output(screen, now, out, sizeof out) <= sizeof out);
            assert_true(screen_next(screen) >= 0);
        }
        struct screen_stats s = screen_stats(screen);
        assert_true(s.packets_invalid > 100);
        assert_int_equal(s.key_frames, 0);
        assert_int_equal(s.shown, 0);
        screen_free(screen);
    }
}

// ---- senders that do what ours does not --------------------------------------------------------

#define TYPE       98
#define TYPE_AGAIN 99

struct camera {
    struct vp8_encoder *encoder;
    struct screen *screen;
    uint8_t *memory;
    int width, height;
    uint16_t seq;
    uint32_t ssrc;
    int skip;      // packets that do not come
    bool hidden;   // a frame that is not for showing
    bool key;      // the next one is a key frame
    uint64_t keys; // asked for
    uint64_t shown;
};

static struct camera camera_of(struct screen *screen, int width, int height)
{
    const struct vp8_encoder_config config = {width, height, CINEMA_FPS, 1, 300000};
    struct camera c = {.encoder = vp8_encoder_new(&config),
                       .screen = screen,
                       .memory = malloc(picture_octets(width, height)),
                       .width = width,
                       .height = height,
                       .seq = 100,
                       .ssrc = 7};
    assert_non_null(c.encoder);
    assert_non_null(c.memory);
    return c;
}

static void camera_free(struct camera *c)
{
    vp8_encoder_free(c->encoder);
    free(c->memory);
}

// Picture `n`, of that RTP time, comes at `now`.
static void shoot(struct camera *c, usec now, uint32_t n, uint32_t timestamp)
{
    static uint8_t octets[100000];
    const struct vp8_payload descriptor = {
        .has_picture_id = true, .long_id = true, .picture_id = n & 0x7fff};
    struct picture picture = picture_of(c->memory, c->width, c->height);
    uint8_t payload[1186], packet[1200];
    bool key;
    pattern_draw(&picture, n, n * USEC_SECOND / CINEMA_FPS);
    int len = vp8_encode(c->encoder, &picture, n * USEC_SECOND / CINEMA_FPS, c->key, octets,
                         sizeof octets, &key);
    c->key = false;
    if (len <= 0)
        return;
    if (c->hidden)
        octets[0] &= (uint8_t)~0x10;
    struct vp8_packets packets = vp8_packets_of(&descriptor, octets, (size_t)len, sizeof payload);
    while (!vp8_packets_done(&packets)) {
        size_t payload_len = vp8_packets_next(&packets, payload, sizeof payload);
        const struct rtp_packet rtp = {.marker = vp8_packets_done(&packets),
                                       .payload_type = TYPE,
                                       .seq = c->seq++,
                                       .timestamp = timestamp,
                                       .ssrc = c->ssrc,
                                       .payload = payload,
                                       .payload_len = payload_len};
        size_t octets_len = rtp_write(&rtp, packet, sizeof packet);
        if (c->skip-- <= 0)
            screen_rtp(c->screen, now, packet, octets_len);
    }
    c->skip = 0;
}

// Looks until `until`; what is shown is read, so that it has to be there. A request is answered by a key frame.
static void look(struct camera *c, usec now, usec until)
{
    struct picture picture;
    uint8_t out[512];
    size_t len;
    for (; now < until; now += 5 * USEC_MS) {
        if (screen_show(c->screen, now, &picture)) {
            uint8_t *copy = malloc(picture_octets(picture.width, picture.height));
            struct picture to = picture_of(copy, picture.width, picture.height);
            picture_copy(&to, &picture);
            free(copy);
            c->shown++;
        }
        while ((len = screen_rtcp_output(c->screen, now, out, sizeof out))) {
            struct rtcp_walk walk = rtcp_walk(out, len);
            struct rtcp_packet packet;
            while (rtcp_next(&walk, &packet) == RTCP_OK)
                if (rtcp_is_pli(&packet, c->ssrc)) {
                    c->keys++;
                    c->key = true;
                }
        }
    }
}

// Pictures from `from` to `to`, each so late.
static void film(struct camera *c, uint32_t from, uint32_t to, usec late)
{
    const usec interval = USEC_SECOND / CINEMA_FPS;
    for (uint32_t n = from; n < to; n++) {
        shoot(c, n * interval + late, n, n * (VP8_RTP_RATE / CINEMA_FPS));
        look(c, n * interval + late, (n + 1) * interval + late);
    }
}

static struct screen *screen_of(enum screen_loss loss, const struct lipsync *lipsync)
{
    const struct screen_config config = {.payload_type = TYPE,
                                         .again = true,
                                         .payload_type_again = TYPE_AGAIN,
                                         .key = true,
                                         .loss = loss,
                                         .lipsync = lipsync,
                                         .seed = 1};
    return screen_new(&config, 0);
}

// A picture, and at once a key frame of another size that is not for showing: the decoder lets go of the
// first one's memory.
static void what_the_decoder_has_let_go_is_not_shown(void **state)
{
    (void)state;
    struct screen *screen = screen_of(SCREEN_FREEZE, NULL);
    struct camera large = camera_of(screen, 640, 360), small = camera_of(screen, 64, 64);
    shoot(&large, 1000, 0, 1000);
    small.seq = large.seq;
    small.hidden = true;
    shoot(&small, 1000, 1, 1001);
    look(&large, 2000, 200 * USEC_MS);
    assert_int_equal(screen_stats(screen).frames, 2);
    assert_int_equal(large.shown, 0);
    small.hidden = false;
    shoot(&small, 200 * USEC_MS, 2, 4600);
    look(&small, 200 * USEC_MS, 400 * USEC_MS);
    assert_int_equal(small.shown, 1);
    camera_free(&large);
    camera_free(&small);
    screen_free(screen);
}

// An answer whose number was never missing: to another time line, or of somebody else.
static void an_answer_to_nothing_changes_nothing(void **state)
{
    (void)state;
    static const int ahead[] = {1, 200, 1023, 5000, 20000, 32767};
    for (size_t i = 0; i < sizeof ahead / sizeof ahead[0]; i++) {
        struct screen *screen = screen_of(SCREEN_FREEZE, NULL);
        struct camera c = camera_of(screen, 160, 90);
        film(&c, 0, 25, 0);
        uint16_t number = (uint16_t)(c.seq - 1 + ahead[i]);
        uint8_t answer[] = {0x80,
                            TYPE_AGAIN,
                            0,
                            1,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            9,
                            (uint8_t)(number >> 8),
                            (uint8_t)number,
                            0x10,
                            0x11,
                            0x22};
        screen_rtp(screen, USEC_SECOND, answer, sizeof answer);
        film(&c, 25, 50, 0);
        struct screen_stats s = screen_stats(screen);
        assert_int_equal(s.packets_foreign, 1);
        assert_int_equal(s.packets_lost + s.packets_duplicate + s.keys_asked, 0);
        assert_int_equal(s.answers, 0);
        assert_true(c.shown >= 48);
        camera_free(&c);
        screen_free(screen);
    }
}

// Pictures whose times and whose voice's have nothing to do with each other, or that have come to wait in a
// long queue: what is missing is given up as soon as ever, and pictures go on.
static void times_far_off_do_not_stop_it(void **state)
{
    (void)state;
    struct lipsync sync;
    lipsync_init(&sync, 48000, VP8_RTP_RATE);
    lipsync_begins(&sync, 0, 7 * VP8_RTP_RATE); // 7 s apart
    lipsync_heard(&sync, 0, 60 * USEC_MS, 60 * USEC_MS);
    for (int voice = 0; voice < 2; voice++) {
        struct screen *screen = screen_of(SCREEN_FREEZE, voice ? &sync : NULL);
        struct camera c = camera_of(screen, 160, 90);
        film(&c, 0, 50, 0);
        usec late = voice ? 0 : 3 * USEC_SECOND;
        c.skip = 1; // nobody sends it again
        film(&c, 50, 75, late);
        assert_int_equal(c.keys, 1);
        film(&c, 75, 100, late);
        assert_int_equal(c.keys, 1);
        assert_true(c.shown > 80);
        camera_free(&c);
        screen_free(screen);
    }
}

// The voice waits for seconds, as --latency may say: pictures meet it all the same.
static void pictures_wait_for_a_voice_of_long_delay(void **state)
{
    (void)state;
    const usec wait = 4 * USEC_SECOND;
    struct lipsync sync;
    lipsync_init(&sync, 48000, VP8_RTP_RATE);
    lipsync_begins(&sync, 0, 0);
    lipsync_heard(&sync, 0, wait, wait);
    struct screen *screen = screen_of(SCREEN_FREEZE, &sync);
    struct camera c = camera_of(screen, 160, 90);
    film(&c, 0, 90, 0);
    assert_int_equal(c.shown, 0);
    look(&c, 90 * USEC_SECOND / CINEMA_FPS, 9 * USEC_SECOND);
    assert_in_range(c.shown, 88, 90);
    assert_in_range(screen_stats(screen).sync_worst, 0, 6 * USEC_MS);
    camera_free(&c);
    screen_free(screen);
}

// Another time line, by its numbers or by its source: a key frame is asked for, also where damage is shown.
static void a_new_time_line_gets_a_key_frame(void **state)
{
    (void)state;
    for (int how = 0; how < 4; how++) {
        struct screen *screen = screen_of(how & 1 ? SCREEN_SHOW : SCREEN_FREEZE, NULL);
        struct camera c = camera_of(screen, 160, 90);
        film(&c, 0, 50, 0);
        if (how & 2)
            c.seq += 5000;
        else
            c.ssrc++;
        film(&c, 50 + 2 * CINEMA_FPS, 150, 0); // the source before it has been silent
        struct screen_stats s = screen_stats(screen);
        assert_in_range(c.keys, 1, 2);
        assert_int_equal(s.key_frames, 2);
        assert_true(s.damaged < 10);
        assert_true(s.shown > 80);
        camera_free(&c);
        screen_free(screen);
    }
}

// A film of one or two pictures a second does not stand still.
static void few_pictures_are_no_freezes(void **state)
{
    (void)state;
    for (int fps = 1; fps <= 5; fps++) {
        struct screen *screen = screen_of(SCREEN_FREEZE, NULL);
        struct camera c = camera_of(screen, 160, 90);
        const usec interval = USEC_SECOND / fps;
        for (uint32_t n = 0; n < 20; n++) {
            shoot(&c, n * interval, n, n * (VP8_RTP_RATE / (uint32_t)fps));
            look(&c, n * interval, (n + 1) * interval);
        }
        assert_int_equal(c.shown, 20);
        assert_int_equal(screen_stats(screen).freezes, 0);
        assert_int_equal(screen_interval(screen), interval);
        usec seen = 19 * interval;
        assert_int_equal(screen_standing(screen, seen + interval + 10 * USEC_MS), 0);
        assert_in_range(screen_standing(screen, seen + 9 * USEC_SECOND), 8 * USEC_SECOND - 50000,
                        9 * USEC_SECOND - interval);
        camera_free(&c);
        screen_free(screen);
    }
}

// Whoever has said goodbye is asked for nothing.
static void after_a_bye_nothing_is_asked_for(void **state)
{
    (void)state;
    struct screen *screen = screen_of(SCREEN_FREEZE, NULL);
    struct camera c = camera_of(screen, 160, 90);
    uint8_t bye[64];
    film(&c, 0, 25, 0);
    c.skip = 1;
    film(&c, 25, 27, 0);
    struct writer w = writer_of(bye, sizeof bye);
    rtcp_write_rr(&w, c.ssrc, NULL, 0);
    rtcp_write_bye(&w, c.ssrc, NULL);
    screen_rtcp(screen, 1100 * USEC_MS, bye, writer_len(&w));
    look(&c, 1100 * USEC_MS, 9 * USEC_SECOND);
    assert_int_equal(c.keys, 0);
    assert_true(screen_next(screen) >
                8 * USEC_SECOND); // it does not ask to be looked at for nothing
    camera_free(&c);
    screen_free(screen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_path_shows_every_picture_in_its_time),
        cmocka_unit_test(without_a_voice_pictures_wait_only_for_themselves),
        cmocka_unit_test(pictures_that_come_after_their_voice_hurry),
        cmocka_unit_test(what_is_lost_is_asked_for_and_nothing_is_missing),
        cmocka_unit_test(without_repair_a_key_frame_is_asked_for),
        cmocka_unit_test(requests_may_be_lost),
        cmocka_unit_test(damage_can_be_shown),
        cmocka_unit_test(a_late_listener_begins_with_a_key_frame),
        cmocka_unit_test(disorder_and_doubles_do_no_harm),
        cmocka_unit_test(the_rate_is_kept_and_packets_are_spread),
        cmocka_unit_test(hostile_octets_are_counted),
        cmocka_unit_test(what_the_decoder_has_let_go_is_not_shown),
        cmocka_unit_test(an_answer_to_nothing_changes_nothing),
        cmocka_unit_test(times_far_off_do_not_stop_it),
        cmocka_unit_test(pictures_wait_for_a_voice_of_long_delay),
        cmocka_unit_test(a_new_time_line_gets_a_key_frame),
        cmocka_unit_test(few_pictures_are_no_freezes),
        cmocka_unit_test(after_a_bye_nothing_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
