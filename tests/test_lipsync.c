#include "tests/golden.h"

#include "media/bytes.h"
#include "media/random.h"
#include "receiver/lipsync.h"

#define NTP_1900_2026 UINT64_C(3980000000) // seconds

static size_t report(uint8_t *out, size_t cap, usec wall, uint32_t rtp)
{
    struct writer w = writer_of(out, cap);
    uint64_t seconds = NTP_1900_2026 + (uint64_t)(wall / USEC_SECOND);
    uint64_t rest = (uint64_t)(wall % USEC_SECOND);
    const struct rtcp_sender sender = {.ntp = seconds << 32 | (rest << 32) / USEC_SECOND,
                                       .rtp = rtp};
    rtcp_write_sr(&w, 1, &sender, NULL, 0);
    return writer_len(&w);
}

static void assert_near(usec got, usec wanted)
{
    assert_in_range(got - wanted + 50, 0, 100); // 1/48000 s is 21 us
}

// Whatever the clocks say and however they wrap: a picture of the instant at which a word was said is due
// when the word is heard.
static void a_picture_is_due_when_its_voice_is_heard(void **state)
{
    (void)state;
    struct random random = {1};
    for (int i = 0; i < 2000; i++) {
        struct lipsync l;
        uint8_t rtcp[64];
        uint32_t voice = (uint32_t)random_u64(&random), picture = (uint32_t)random_u64(&random);
        usec voice_at = (usec)(random_u64(&random) % (100 * USEC_SECOND));
        usec picture_at = (usec)(random_u64(&random) % (100 * USEC_SECOND));
        usec said = (usec)(random_u64(&random) % (100 * USEC_SECOND));
        usec shown = (usec)(random_u64(&random) % (100 * USEC_SECOND));
        usec delay = (usec)(random_u64(&random) % USEC_SECOND);
        lipsync_init(&l, 48000, 90000);
        assert_int_equal(lipsync_due(&l, picture), USEC_NEVER);
        lipsync_voice_rtcp(&l, 1, rtcp, report(rtcp, sizeof rtcp, voice_at, voice));
        lipsync_picture_rtcp(&l, 1, rtcp, report(rtcp, sizeof rtcp, picture_at, picture));
        assert_int_equal(lipsync_due(&l, picture), USEC_NEVER); // nothing is heard yet
        lipsync_heard(&l, voice + (uint32_t)usec_to_units(said - voice_at, 48000), said + delay,
                      delay);
        assert_near(lipsync_due(&l, picture + (uint32_t)usec_to_units(shown - picture_at, 90000)),
                    shown + delay);
    }
}

static void until_there_are_reports_both_begin_where_play_says(void **state)
{
    (void)state;
    struct lipsync l;
    uint8_t rtcp[64];
    lipsync_init(&l, 48000, 90000);
    lipsync_heard(&l, 1000 + 48000, 5 * USEC_SECOND, 0);
    assert_int_equal(lipsync_due(&l, 7), USEC_NEVER);
    lipsync_begins(&l, 1000, 7000);
    assert_near(lipsync_due(&l, 7000 + 90000), 5 * USEC_SECOND);
    assert_near(lipsync_due(&l, 7000), 4 * USEC_SECOND);
    // one report alone tells nothing
    lipsync_voice_rtcp(&l, 1, rtcp, report(rtcp, sizeof rtcp, 0, 1000));
    assert_near(lipsync_due(&l, 7000), 4 * USEC_SECOND);
    lipsync_picture_rtcp(&l, 1, rtcp, report(rtcp, sizeof rtcp, USEC_SECOND, 7000));
    assert_near(lipsync_due(&l, 7000), 5 * USEC_SECOND);
}

// One that has begun anew says goodbye on its earlier time line while the next one runs.
static void what_another_time_line_reports_is_of_no_use(void **state)
{
    (void)state;
    struct lipsync l;
    uint8_t rtcp[64];
    lipsync_init(&l, 48000, 90000);
    lipsync_heard(&l, 1000, 5 * USEC_SECOND, 0);
    lipsync_voice_rtcp(&l, 0, rtcp, report(rtcp, sizeof rtcp, 0, 1000)); // before its first packet
    lipsync_picture_rtcp(&l, 2, rtcp, report(rtcp, sizeof rtcp, 0, 7000));
    assert_int_equal(lipsync_due(&l, 7000), USEC_NEVER);
    lipsync_picture_rtcp(&l, 1, rtcp, report(rtcp, sizeof rtcp, 0, 7000));
    assert_near(lipsync_due(&l, 7000), 5 * USEC_SECOND);
    lipsync_voice_rtcp(&l, 2, rtcp, report(rtcp, sizeof rtcp, 9 * USEC_SECOND, 1000));
    lipsync_picture_rtcp(&l, 2, rtcp, report(rtcp, sizeof rtcp, 9 * USEC_SECOND, 1));
    assert_near(lipsync_due(&l, 7000), 5 * USEC_SECOND);
}

// RFC 3550 section 6.4.1: a sender without a wall clock says 0.
static void a_report_without_a_clock_says_nothing(void **state)
{
    (void)state;
    struct clock c;
    clock_init(&c, 90000);
    clock_report(&c, &(struct rtcp_sender){.ntp = 0, .rtp = 5});
    assert_false(c.known);
    clock_report(&c, &(struct rtcp_sender){.ntp = UINT64_C(1) << 31, .rtp = 5});
    assert_true(c.known);
    assert_int_equal(clock_wall(&c, 5), USEC_SECOND / 2);
    assert_int_equal(clock_wall(&c, 5 + 90000), USEC_SECOND * 3 / 2);
    assert_int_equal(clock_wall(&c, 5u - 90000), -USEC_SECOND / 2);
}

static void any_octets_are_fine(void **state)
{
    (void)state;
    struct random random = {2};
    for (int i = 0; i < 20000; i++) {
        struct lipsync l;
        uint8_t data[40];
        size_t len = (size_t)(random_u64(&random) % sizeof data);
        for (size_t k = 0; k < len; k++)
            data[k] = (uint8_t)random_u64(&random);
        if (len > 4) {
            data[0] = 0x80;
            data[1] = RTCP_SR;
            data[2] = 0;
        }
        lipsync_init(&l, 48000, 90000);
        struct guarded g = guarded_copy(data, len);
        lipsync_voice_rtcp(&l, i % 2, g.data, g.len);
        lipsync_picture_rtcp(&l, i % 2, g.data, g.len);
        guarded_free(&g);
        lipsync_heard(&l, (uint32_t)random_u64(&random), 0, 0);
        lipsync_due(&l, (uint32_t)random_u64(&random));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_is_due_when_its_voice_is_heard),
        cmocka_unit_test(until_there_are_reports_both_begin_where_play_says),
        cmocka_unit_test(what_another_time_line_reports_is_of_no_use),
        cmocka_unit_test(a_report_without_a_clock_says_nothing),
        cmocka_unit_test(any_octets_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
