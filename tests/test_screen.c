#include "tests/cinema.h"
#include "tests/golden.h"

#include "media/random.h"
#include "media/rtcp.h"

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
    assert_true(s.screen.shown >= FRAMES - 6); // a key frame comes within 200 ms
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
    assert_true(s.screen.shown >= FRAMES - 6);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
