#include "tests/test.h"

#include "media/random.h"
#include "media/resend.h"
#include "media/rtx.h"

#include <string.h>

// A packet whose octets tell its number.
static void keep(struct resend *r, usec now, uint32_t n, size_t len)
{
    uint8_t payload[RESEND_PAYLOAD_MAX];
    memset(payload, (int)n, len);
    struct rtp_packet p = {.marker = n % 3 == 0,
                           .payload_type = 96,
                           .seq = (uint16_t)n,
                           .timestamp = n * 960,
                           .ssrc = 5,
                           .payload = payload,
                           .payload_len = len};
    resend_keep(r, now, &p);
}

static bool has(const struct resend *r, usec now, uint32_t n, size_t len)
{
    struct rtp_packet p = {.seq = 1};
    if (!resend_find(r, now, (uint16_t)n, &p)) {
        assert_int_equal(p.seq, 1);
        return false;
    }
    assert_int_equal(p.marker, n % 3 == 0);
    assert_int_equal(p.payload_type, 96);
    assert_int_equal(p.seq, (uint16_t)n);
    assert_int_equal(p.timestamp, n * 960);
    assert_int_equal(p.ssrc, 5);
    assert_int_equal(p.payload_len, len);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(p.payload[i], (uint8_t)n);
    return true;
}

static void a_second_is_kept(void **state)
{
    (void)state;
    static const struct {
        usec interval;
        size_t len;
    } rows[] = {
        {2500, 160},        // 512 kb/s in the shortest frames
        {20000, 1275},      // 510 kb/s
        {120000, 6 * 1275}, // the same in the longest packets
        {20000, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct resend *r = resend_new(RESEND_OCTETS);
        usec interval = rows[i].interval, now = 0;
        uint32_t n = 0xffff - 300; // wraps
        for (; now < 5 * USEC_SECOND; n++, now += interval)
            keep(r, now, n, rows[i].len);
        n--;
        now -= interval;
        for (uint32_t back = 0; back < 1000 && back * interval < 4 * USEC_SECOND; back++)
            assert_int_equal(has(r, now, n - back, rows[i].len), back * interval <= RESEND_AGE);
        assert_false(has(r, now, n + 1, rows[i].len));
        assert_true(has(r, now + RESEND_AGE, n, rows[i].len));
        assert_false(has(r, now + RESEND_AGE + 1, n, rows[i].len));
        resend_clear(r);
        assert_false(has(r, now, n, rows[i].len));
        resend_free(r);
    }
}

// Whatever is found is what was kept; and found is all that the ring has room for.
static void nothing_is_found_but_what_was_kept(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static size_t lens[COUNT];
    struct random random = {1};
    struct resend *r = resend_new(RESEND_OCTETS);
    size_t newer = 0;
    for (uint32_t n = 0; n < COUNT; n++) {
        bool is_long = random_u64(&random) % 8 == 0;
        lens[n] = random_u64(&random) % (is_long ? RESEND_PAYLOAD_MAX + 1 : 200);
        keep(r, n, n, lens[n]);
        uint32_t back = (uint32_t)(random_u64(&random) % RESEND_PACKETS);
        if (back > n)
            continue;
        newer = 0;
        for (uint32_t i = n - back; i <= n; i++)
            newer += lens[i];
        bool found = has(r, n, n - back, lens[n - back]);
        if (newer <= RESEND_OCTETS - RESEND_PAYLOAD_MAX)
            assert_true(found);
        if (newer > RESEND_OCTETS)
            assert_false(found);
    }
    resend_free(r);
}

static void check_sum(const struct resend_stats *s)
{
    assert_int_equal(s->asked, s->resent + s->too_old + s->refused_rate + s->refused_again);
}

static void not_again_while_it_is_on_its_way(void **state)
{
    (void)state;
    static const struct {
        usec round_trip, after;
        bool again;
    } rows[] = {
        {0, 9999, false},          {0, 10000, true},       {USEC_NEVER, 9999, false},
        {USEC_NEVER, 10000, true}, {100000, 49999, false}, {100000, 50000, true},
        {100, 49, false},          {100, 50, true},
    };
    struct resend *r = resend_new(RESEND_OCTETS);
    struct rtp_packet p;
    keep(r, 0, 0, 10);
    keep(r, 0, 1, 10);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct resend_account a = {.rate = 64000, .round_trip = rows[i].round_trip}, other = a;
        assert_true(resend_ask(r, &a, 5, 0, &p));
        assert_int_equal(resend_ask(r, &a, 5 + rows[i].after, 0, &p), rows[i].again);
        assert_int_equal(a.stats.refused_again, !rows[i].again);
        assert_true(resend_ask(r, &a, 5 + rows[i].after, 1, &p)); // another packet
        assert_true(resend_ask(r, &other, 5, 0, &p));             // another listener
        check_sum(&a.stats);
    }
    resend_free(r);
}

static void what_is_not_kept_is_counted(void **state)
{
    (void)state;
    struct resend *r = resend_new(RESEND_OCTETS);
    struct resend_account a = {.rate = 64000};
    struct rtp_packet p = {.seq = 77};
    keep(r, 0, 3, 10);
    assert_false(resend_ask(r, &a, 0, 4, &p));
    assert_false(resend_ask(r, &a, RESEND_AGE + 1, 3, &p));
    assert_int_equal(p.seq, 77);
    assert_int_equal(a.stats.too_old, 2);
    assert_int_equal(a.stats.asked, 2);
    a.rate = 0;
    assert_false(resend_ask(r, &a, 0, 3, &p));
    assert_int_equal(a.stats.refused_rate, 1);
    resend_free(r);
}

// All is asked for, all the time: what is sent again stays below the rate, and is not far below it.
static void the_rate_holds(void **state)
{
    (void)state;
    static const struct {
        int64_t rate;
        size_t len;
    } rows[] = {{64000, 80}, {8000, 80}, {2000, 1275}, {510000, 6 * 1275}, {16000, 7680}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct resend *r = resend_new(RESEND_OCTETS);
        struct resend_account a = {.rate = rows[i].rate, .round_trip = 2};
        int64_t bits = (int64_t)(RTP_HEADER_LEN + RTX_OSN_LEN + rows[i].len) * 8, sent = 0;
        uint32_t n = 0;
        for (usec now = 7 * USEC_SECOND; now < 67 * USEC_SECOND; now += 5 * USEC_MS) {
            struct rtp_packet p;
            double most = (double)rows[i].rate * (double)(now - 7 * USEC_SECOND) / 1e6;
            keep(r, now, n, rows[i].len);
            for (uint32_t back = 0; back < 8 && back <= n; back++)
                sent += resend_ask(r, &a, now, (uint16_t)(n - back), &p) ? bits : 0;
            most += (double)rows[i].rate / 4 + (double)bits;
            assert_true((double)sent <= most);
            assert_true((double)sent >= most - 2 * (double)bits || n < 50);
            n++;
        }
        check_sum(&a.stats);
        assert_int_equal(a.stats.too_old, 0);
        resend_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_is_kept),
        cmocka_unit_test(nothing_is_found_but_what_was_kept),
        cmocka_unit_test(not_again_while_it_is_on_its_way),
        cmocka_unit_test(what_is_not_kept_is_counted),
        cmocka_unit_test(the_rate_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
