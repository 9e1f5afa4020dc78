// What a listener says, taken from whole compounds.
#include "tests/test.h"

#include "media/rtcp.h"
#include "media/rtcp_nack.h"
#include "media/rtcp_xr.h"
#include "sender/peer.h"

#include <string.h>

#define SSRC     0x1234u
#define LISTENER 0x99u

static const struct time_line line = {.ssrc = SSRC, .clock = 48000};

struct asked {
    uint16_t seqs[400];
    size_t count;
};

static void on_asked(void *ctx, uint16_t seq)
{
    struct asked *a = ctx;
    assert_true(a->count < 400);
    a->seqs[a->count++] = seq;
}

static uint64_t ntp_of(usec now)
{
    return ((uint64_t)now / USEC_SECOND) << 32 | ((uint64_t)now % USEC_SECOND << 32) / USEC_SECOND;
}

static struct peer_heard hear_on(const struct time_line *on, struct peer *l, usec now,
                                 const struct writer *w, struct asked *asked)
{
    struct random random = {1};
    struct asked none = {0};
    struct guarded g = guarded_copy(w->start, writer_len(w));
    struct peer_heard heard =
        peer_rtcp(l, now, ntp_of(now), on, &random, g.data, g.len, on_asked, asked ? asked : &none);
    guarded_free(&g);
    return heard;
}

static struct peer_heard hear(struct peer *l, usec now, const struct writer *w, struct asked *asked)
{
    return hear_on(&line, l, now, w, asked);
}

static struct peer peer_of(bool red, bool again)
{
    struct peer l;
    peer_init(&l, (struct peer_takes){red, again, false}, 7);
    return l;
}

static void it_begins_knowing_nothing(void **state)
{
    (void)state;
    struct peer l = peer_of(true, true);
    assert_int_equal(l.state, PEER_JOINED);
    assert_int_equal(l.figures.heard, USEC_NEVER);
    assert_int_equal(l.figures.round_trip, USEC_NEVER);
    assert_int_equal(l.resend_seq, 7);
    assert_int_equal(peer_resend_rate(&l), 0);
}

static void a_report_on_the_stream(void **state)
{
    (void)state;
    struct peer l = peer_of(false, false);
    uint8_t out[500];
    usec now = 1000 * USEC_SECOND, trip = 120 * USEC_MS, held = 500 * USEC_MS;
    struct rtcp_report reports[2] = {
        {.ssrc = SSRC + 1, .fraction_lost = 200, .highest_seq = 5}, // of another stream
        {.ssrc = SSRC,
         .fraction_lost = 64,
         .cumulative_lost = 33,
         .highest_seq = 400,
         .jitter = 99,
         .lsr = (uint32_t)(ntp_of(now - trip - held) >> 16),
         .dlsr = (uint32_t)usec_to_units(held, 65536)},
    };
    l.figures.packets = 400;
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, LISTENER, reports, 1);
    struct peer_heard heard = hear(&l, now, &w, NULL);
    assert_true(heard.valid);
    assert_false(heard.reported);
    assert_int_equal(l.figures.heard, now);
    assert_int_equal(l.history.count, 0);
    w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, LISTENER, reports, 2);
    heard = hear(&l, now, &w, NULL);
    assert_true(heard.valid && heard.reported);
    assert_int_equal(l.figures.fraction_lost, 64);
    assert_int_equal(l.figures.cumulative_lost, 33);
    assert_int_equal(l.figures.jitter, 99);
    assert_in_range(l.figures.round_trip, trip - 50, trip + 50);
    assert_int_equal(l.resend.round_trip, l.figures.round_trip);
    assert_int_equal(l.history.count, 400);
    assert_true(l.figures.lost == 0.25);
    assert_true(l.figures.burst >= 1);
    // a report of the other kind; rounding may make less than nothing of a short way, but a time from the
    // future is an answer to nothing
    static const struct {
        usec ahead;
        bool counts;
    } rows[] = {{USEC_MS, true}, {USEC_SECOND, false}, {-31 * USEC_SECOND, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        usec before = l.figures.round_trip;
        reports[1].lsr = (uint32_t)(ntp_of(now + rows[i].ahead) >> 16);
        reports[1].dlsr = 0;
        w = writer_of(out, sizeof out);
        rtcp_write_sr(&w, LISTENER, &(struct rtcp_sender){.packets = 1}, reports, 2);
        assert_true(hear(&l, now, &w, NULL).reported);
        assert_int_equal(l.figures.round_trip, rows[i].counts ? 0 : before);
    }
}

// Pictures of 100 packets a second over a path that bears half: a report says which packet came last, and what
// became of those that went out since the one before follows from it, and how long the queue is.
static void a_report_tells_of_a_queue(void **state)
{
    (void)state;
    struct time_line on = line;
    struct peer l = peer_of(false, false);
    uint8_t out[500];
    usec now = 10 * USEC_SECOND, trip = 40 * USEC_MS;
    struct rtcp_report report = {.ssrc = SSRC};
    l.congestion.eager = true;
    for (int i = 0; i < 100; i++)
        departures_add(&on.departures, now + i * 10 * USEC_MS, (uint16_t)(65500 + i));
    l.figures.octets = 100 * 125;
    now += USEC_SECOND;
    report.highest_seq = 65500 + 99;
    report.lsr = (uint32_t)(ntp_of(now - trip) >> 16);
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, LISTENER, &report, 1);
    assert_true(hear_on(&on, &l, now, &w, NULL).reported);
    assert_true(l.congestion.clear && l.congestion.cap == 0);
    for (int i = 0; i < 100; i++)
        departures_add(&on.departures, now + i * 10 * USEC_MS, (uint16_t)(65600 + i));
    l.figures.octets += 100 * 125;
    now += USEC_SECOND;
    report.highest_seq += 50; // of which a quarter is lost, and 50 more are still on their way
    report.fraction_lost = 64;
    w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, LISTENER, &report, 1);
    assert_true(hear_on(&on, &l, now, &w, NULL).reported);
    assert_false(l.congestion.clear);
    assert_true(l.congestion.cap == 0); // once, it may be a row of losses
    for (int i = 0; i < 100; i++)
        departures_add(&on.departures, now + i * 10 * USEC_MS, (uint16_t)(65700 + i));
    l.figures.octets += 100 * 125;
    now += USEC_SECOND;
    report.highest_seq += 100;
    w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, LISTENER, &report, 1);
    assert_true(hear_on(&on, &l, now, &w, NULL).reported);
    assert_true(l.congestion.too_much == 8 * 12500 * 0.75);
    assert_true(l.congestion.cap < 0.71 * 75000 && l.congestion.cap > 0.69 * 75000);
    assert_int_equal(l.congestion.latest[0], (50 - DEPARTURES_ROW + 1) * 10 * USEC_MS);
}

static void losses(struct peer *l, uint16_t seq, const char *trace)
{
    uint8_t out[500];
    bool came[200];
    size_t count = strlen(trace);
    for (size_t i = 0; i < count; i++)
        came[i] = trace[i] == '+';
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, LISTENER, &(struct rtcp_report){.ssrc = SSRC}, 1);
    uint8_t *begun = rtcp_xr_begin(&w, LISTENER);
    rtcp_xr_write_reference(&w, ntp_of(77 * USEC_SECOND));
    rtcp_xr_write_loss(&w, SSRC + 1, seq, (bool[]){false, false}, 2); // of another stream
    rtcp_xr_write_loss(&w, SSRC, seq, came, count);
    rtcp_xr_end(&w, begun);
    assert_true(hear(l, 100 * USEC_SECOND, &w, NULL).valid);
}

static void assert_history(const struct peer *l, const char *trace)
{
    size_t count = strlen(trace);
    assert_int_equal(l->history.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(l->history.lost[i / 64] >> i % 64 & 1, trace[count - 1 - i] == '-');
}

static void an_extended_report_is_packet_by_packet(void **state)
{
    (void)state;
    struct peer l = peer_of(false, false);
    losses(&l, 65530, "++-+--++");
    assert_history(&l, "++-+--++");
    assert_int_equal(l.reporter, LISTENER);
    assert_int_equal(l.reference, (uint32_t)(ntp_of(77 * USEC_SECOND) >> 16));
    assert_int_equal(l.reference_at, 100 * USEC_SECOND);
    assert_true(l.figures.lost == 3 / 8.0);
    assert_true(l.figures.burst == 1.5);
    losses(&l, 0, "++--"); // the first two are known: 65530 + 8 is 2
    assert_history(&l, "++-+--++--");
    losses(&l, 65530, "--------"); // it came twice, or late
    assert_history(&l, "++-+--++--");
    losses(&l, 50, "+-"); // a report between was lost
    assert_history(&l, "++-+--++--+-");
}

static void what_is_missing_is_asked_for(void **state)
{
    (void)state;
    static const uint16_t seqs[] = {65534, 3, 4, 20, 100};
    for (int may = 0; may < 2; may++) {
        struct peer l = peer_of(false, may);
        struct asked asked = {0};
        uint8_t out[500];
        struct writer w = writer_of(out, sizeof out);
        rtcp_write_rr(&w, LISTENER, NULL, 0);
        rtcp_write_nack(&w, LISTENER, SSRC + 1, seqs, 2); // of another stream
        rtcp_write_nack(&w, LISTENER, SSRC, seqs, 5);
        struct peer_heard heard = hear(&l, USEC_SECOND, &w, &asked);
        assert_true(heard.valid);
        assert_false(heard.reported);
        assert_int_equal(asked.count, may ? 5 : 0);
        if (may)
            assert_memory_equal(asked.seqs, seqs, sizeof seqs);
    }
}

static void what_is_no_rtcp_says_nothing(void **state)
{
    (void)state;
    struct peer l = peer_of(true, true);
    struct asked asked = {0};
    uint8_t out[500];
    struct writer w = writer_of(out, sizeof out);
    uint16_t seq = 1;
    rtcp_write_rr(&w, LISTENER, &(struct rtcp_report){.ssrc = SSRC, .fraction_lost = 9}, 1);
    rtcp_write_nack(&w, LISTENER, SSRC, &seq, 1);
    out[writer_len(&w) - 13] ^= 0x3f; // a length that reaches past the end
    struct peer_heard heard = hear(&l, USEC_SECOND, &w, &asked);
    assert_false(heard.valid || heard.reported);
    assert_int_equal(asked.count, 0);
    assert_int_equal(l.figures.heard, USEC_NEVER);
    assert_int_equal(l.history.count, 0);
}

static void the_rate_of_what_is_sent_again(void **state)
{
    (void)state;
    struct peer l = peer_of(false, true);
    for (int s = 0; s <= 60; s++) {
        peer_settle(&l, s * USEC_SECOND);
        l.resent += 1000; // octets
    }
    assert_in_range(peer_resend_rate(&l), 7990, 8000);
    for (int s = 61; s <= 120; s++)
        peer_settle(&l, s * USEC_SECOND);
    assert_in_range(peer_resend_rate(&l), 0, 10);
    l.resent += 1000;
    peer_settle(&l, 120 * USEC_SECOND); // at the same instant
    assert_in_range(peer_resend_rate(&l), 0, 10);
}

static void any_octets(void **state)
{
    (void)state;
    struct random random = {3};
    struct peer l = peer_of(true, true);
    struct asked asked;
    for (int i = 0; i < repeats(50000, 10000); i++) {
        uint8_t octets[120];
        struct writer w = writer_of(octets, sizeof octets);
        size_t len = 4 * (random_u64(&random) % 25);
        rtcp_write_rr(&w, (uint32_t)random_u64(&random), NULL, 0);
        static const uint8_t types[] = {RTCP_RR, RTCP_XR, RTCP_RTPFB, RTCP_SR};
        for (size_t k = 0; k < len; k++)
            octets[8 + k] = (uint8_t)random_u64(&random);
        if (len) { // of the right type and length, and of the stream
            uint8_t type = types[random_u64(&random) % 4];
            uint8_t count = type == RTCP_XR ? 0 : 1;
            const uint8_t header[] = {0x80 | count, type, 0, (uint8_t)(len / 4 - 1)};
            memcpy(octets + 8, header, sizeof header);
            const uint8_t ssrc[] = {0, 0, SSRC >> 8, SSRC & 0xff};
            if (len >= 16)
                memcpy(octets + 8 + (type == RTCP_XR ? 12 : 8), ssrc, sizeof ssrc);
            if (len >= 16 && type == RTCP_XR) {
                const uint8_t block[] = {(uint8_t)(1 + random_u64(&random) % 7), 0, 0,
                                         (uint8_t)(len / 4 - 3)};
                memcpy(octets + 16, block, sizeof block);
            }
        }
        struct guarded g = guarded_copy(octets, 8 + len);
        asked.count = 0;
        peer_rtcp(&l, i * USEC_MS, random_u64(&random), &line, &random, g.data, g.len, on_asked,
                  &asked);
        guarded_free(&g);
        assert_true(l.history.count <= HISTORY_PACKETS);
        assert_true(l.figures.lost >= 0 && l.figures.lost <= 1);
    }
    assert_int_equal(l.history.count, HISTORY_PACKETS);
    assert_true(l.history.exact && l.reference_at != USEC_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_knowing_nothing),
        cmocka_unit_test(a_report_on_the_stream),
        cmocka_unit_test(a_report_tells_of_a_queue),
        cmocka_unit_test(an_extended_report_is_packet_by_packet),
        cmocka_unit_test(what_is_missing_is_asked_for),
        cmocka_unit_test(what_is_no_rtcp_says_nothing),
        cmocka_unit_test(the_rate_of_what_is_sent_again),
        cmocka_unit_test(any_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
