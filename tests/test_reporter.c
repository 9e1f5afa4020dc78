// What a receiver says back: its reports say what came, at the pace of its session, and fit.
#include "tests/test.h"

#include "media/random.h"
#include "media/rtcp_nack.h"
#include "media/rtcp_xr.h"
#include "receiver/repairs.h"
#include "receiver/reporter.h"

#include <math.h>
#include <string.h>

#define SSRC   0x55667788u
#define SENDS  0x11223344u // of a reporter that sends as well
#define PACKET (20 * USEC_MS)
#define SLACK  3u // packets behind the highest that are not told yet

static struct source source;

static struct reporter reporter_of(bool feedback, bool extended)
{
    struct reporter r;
    reporter_init(&r, 0, 1, feedback, extended, &(struct reporter_head){0});
    return r;
}

static struct reporter_call call_of(void)
{
    source_init(&source, SSRC, 48000);
    return (struct reporter_call){.source = &source,
                                  .delay = 80 * USEC_MS,
                                  .delay_most = USEC_SECOND,
                                  .frame = PACKET,
                                  .adaptive = true,
                                  .conceals = true};
}

// What a compound says.
struct said {
    bool sr, rr, sdes, bye, xr, reference, loss, voip;
    size_t reports, nacks;
    uint64_t ntp;
    uint32_t begin, end;
    int came[REPORTER_WINDOW + 1]; // -1: not said
    struct rtcp_xr_voip metrics;
};

static void read_loss(struct rtcp_xr_loss *loss, struct said *said)
{
    struct rtcp_xr_run run;
    assert_int_equal(loss->ssrc, SSRC);
    said->loss = true;
    said->begin = loss->begin_seq;
    said->end = loss->end_seq;
    memset(said->came, -1, sizeof said->came);
    while (rtcp_xr_loss_next(loss, &run))
        for (uint16_t i = 0; i < run.count; i++) {
            uint16_t at = (uint16_t)(run.seq + i - said->begin);
            assert_true(at < REPORTER_WINDOW);
            said->came[at] = run.came;
        }
}

static struct said read_compound(const struct reporter *r, const uint8_t *data, size_t len)
{
    static struct said said;
    struct rtcp_walk walk = rtcp_walk(data, len);
    struct rtcp_packet packet;
    enum rtcp_status status;
    said = (struct said){0};
    while ((status = rtcp_next(&walk, &packet)) == RTCP_OK) {
        assert_int_equal(packet.ssrc, r->ssrc);
        said.sr |= packet.type == RTCP_SR;
        said.rr |= packet.type == RTCP_RR;
        said.reports += packet.reports_len;
        said.sdes |= packet.type == RTCP_SDES && packet.cname_len > 0;
        said.bye |= packet.type == RTCP_BYE;
        said.xr |= packet.type == RTCP_XR;
        struct rtcp_xr_walk blocks = rtcp_xr_walk(&packet);
        struct rtcp_xr_block block;
        while (rtcp_xr_next(&blocks, &block) == RTCP_XR_OK) {
            if (block.type == RTCP_XR_LOSS)
                read_loss(&block.loss, &said);
            if (block.type == RTCP_XR_VOIP)
                said.metrics = block.voip;
            said.voip |= block.type == RTCP_XR_VOIP;
            said.reference |= block.type == RTCP_XR_REFERENCE;
            said.ntp = block.type == RTCP_XR_REFERENCE ? block.ntp : said.ntp;
        }
        struct rtcp_nack nack = rtcp_nack_of(&packet);
        for (uint16_t seq; rtcp_nack_next(&nack, &seq);)
            said.nacks++;
    }
    assert_int_equal(status, RTCP_END);
    assert_true(said.rr != said.sr && said.sdes);
    return said;
}

static struct said report(struct reporter *r, usec now, const struct reporter_call *call)
{
    uint8_t out[REPORTER_MAX];
    size_t len = reporter_write(r, now, call, false, out, sizeof out);
    assert_true(len > 0);
    return read_compound(r, out, len);
}

// ---- when --------------------------------------------------------------------------------------

static void the_pace_of_the_session(void **state)
{
    (void)state;
    for (int feedback = 0; feedback < 2; feedback++) {
        struct reporter r = reporter_of(feedback, feedback);
        struct reporter_call call = call_of();
        int count = 0;
        reporter_restart(&r, 0);
        for (usec now = 0; now < 600 * USEC_SECOND; now += PACKET) {
            if (now / PACKET % 50 != 7)
                reporter_came(&r, (uint32_t)(now / PACKET));
            if (!reporter_is_due(&r, now))
                continue;
            report(&r, now, &call);
            assert_false(reporter_is_due(&r, now));
            count++;
        }
        // 5 % of 64 kb/s among two is a compound of 236 octets in 1.3 s
        if (feedback)
            assert_in_range(count, 500, 750);
        else
            assert_in_range(count, 130, 165);
    }
}

// ---- what came ---------------------------------------------------------------------------------

enum fate { LOST, CAME, LATE };

// A stream in any order within a few packets, with a report now and then. What the reports say,
// taken together, is what came: each packet once, none left out but the last few.
static void check_losses(uint32_t first, double loss, double late, int disorder, uint64_t seed)
{
    enum { COUNT = 5000 };
    static enum fate fates[COUNT];
    struct random random = {seed};
    struct reporter r = reporter_of(true, true);
    struct reporter_call call = call_of();
    struct burst burst = {0};
    int told = 0, came = 0, discarded = 0;
    reporter_restart(&r, first);
    for (int n = 0; n < COUNT; n++)
        fates[n] = random_unit(&random) < loss ? LOST : random_unit(&random) < late ? LATE : CAME;
    fates[0] = CAME;
    for (int n = 0; n < COUNT; n++) {
        int k = disorder && n % 2 && n + 1 < COUNT ? n + 1
                : disorder && n && n % 2 == 0      ? n - 1
                                                   : n;
        if (fates[k] != LOST)
            reporter_came(&r, first + (uint32_t)k);
        if (fates[k] == LATE)
            reporter_discarded(&r, first + (uint32_t)k);
        if (random_unit(&random) > 0.02 && n < COUNT - 1)
            continue;
        struct said said = report(&r, n * PACKET, &call);
        assert_true(said.reference);
        assert_int_equal(said.reports, 1);
        if (!said.loss)
            continue;
        assert_int_equal(said.begin, (uint16_t)(first + (uint32_t)told)); // no gap, no overlap
        int len = (uint16_t)(said.end - said.begin);
        for (int i = 0; i < len; i++, told++) {
            assert_int_equal(said.came[i], fates[told] != LOST);
            came += fates[told] != LOST;
            discarded += fates[told] == LATE;
            burst_packet(&burst, fates[told] == CAME   ? BURST_PLAYED
                                 : fates[told] == LATE ? BURST_DISCARDED
                                                       : BURST_LOST);
        }
        struct burst_metrics m = burst_metrics(&burst, PACKET);
        assert_true(said.voip);
        assert_int_equal(said.metrics.loss_rate, m.loss_rate);
        assert_int_equal(said.metrics.discard_rate, m.discard_rate);
        assert_int_equal(said.metrics.burst_density, m.burst_density);
        assert_int_equal(said.metrics.gap_density, m.gap_density);
        assert_int_equal(said.metrics.burst_ms, m.burst_ms);
        assert_int_equal(said.metrics.gap_ms, m.gap_ms);
    }
    assert_true(told > COUNT - 60);
    assert_true(fabs((double)(told - came) / told - loss) < 0.03 + loss / 10);
    assert_true(late == 0 || discarded > 0);
}

static void the_losses_are_what_came(void **state)
{
    (void)state;
    static const uint32_t firsts[] = {0, 65000, 0xffffff00u, 0x1ffff};
    uint64_t seed = 0;
    for (size_t i = 0; i < 4; i++)
        for (int disorder = 0; disorder < 2; disorder++) {
            check_losses(firsts[i], 0, 0, disorder, seed++);
            check_losses(firsts[i], 0.1, 0.1, disorder, seed++);
            check_losses(firsts[i], 0.6, 0.3, disorder, seed++);
        }
}

// The longest time between two reports, at the shortest packets, in the pattern that takes the most
// octets; and longer than that.
static void a_compound_always_fits(void **state)
{
    (void)state;
    for (int packets = 0; packets < 3000; packets += 37)
        for (int pattern = 0; pattern < 3; pattern++) {
            uint8_t out[REPORTER_MAX];
            struct reporter r = reporter_of(true, true);
            struct reporter_call call = call_of();
            struct random random = {(uint64_t)packets};
            reporter_restart(&r, 65530);
            for (int n = 0; n < packets; n++)
                if (pattern == 0   ? n % 2
                    : pattern == 1 ? (int)(random_u64(&random) & 1)
                                   : n % 16 != 3)
                    reporter_came(&r, 65530 + (uint32_t)n);
            size_t len = reporter_write(&r, 10 * USEC_SECOND, &call, true, out, sizeof out);
            assert_true(len > 0 && len <= REPORTER_MAX);
            struct said said = read_compound(&r, out, len);
            assert_true(said.bye && said.xr);
            if (!said.loss)
                continue;
            // all since the last report, as far as there is room for them
            uint32_t told = (uint16_t)(said.end - said.begin);
            assert_in_range(told, packets < 1024 ? packets - 24 : 1000,
                            packets < 1024 ? packets : 1024);
        }
}

// The longest that a sender writes.
static void write_head(void *ctx, usec now, const struct rtcp_report *blocks, size_t count,
                       struct writer *w)
{
    const struct rtcp_sender sender = {.ntp = rtcp_ntp(now)};
    const struct rtcp_xr_dlrr dlrr = {.ssrc = SSRC};
    rtcp_write_sr(w, SENDS, &sender, blocks, count);
    rtcp_write_sdes(w, SENDS, ctx);
    uint8_t *begun = rtcp_xr_begin(w, SENDS);
    rtcp_xr_write_dlrr(w, &dlrr, 1);
    rtcp_xr_end(w, begun);
}

static struct reporter reporter_that_sends(void)
{
    static char cname[] = "voz-0123456789abcdef";
    struct reporter r;
    reporter_init(&r, 0, 1, true, true, &(struct reporter_head){SENDS, write_head, cname});
    return r;
}

// One participant, one SSRC (read_compound looks), however much there is to say.
static void who_sends_as_well_has_one_ssrc(void **state)
{
    (void)state;
    struct reporter_call call = call_of();
    struct reporter r = reporter_that_sends();
    assert_int_equal(r.ssrc, SENDS);
    reporter_restart(&r, 0);
    for (uint32_t n = 0; n < REPORTER_WINDOW; n += n % 3 ? 1 : 2) // no long runs
        reporter_came(&r, n);
    struct said said = report(&r, USEC_SECOND, &call);
    assert_true(said.sr && !said.rr && said.sdes && said.loss && said.voip);
    assert_int_equal(said.reports, 1);
}

static void ask_for_all(struct reporter r)
{
    uint16_t seqs[REPAIRS_ASK_MOST];
    uint8_t out[REPORTER_MAX];
    for (size_t count = 1; count <= REPAIRS_ASK_MOST; count++) {
        for (size_t i = 0; i < count; i++)
            seqs[i] = (uint16_t)(65000 + i * 17); // one word for each
        size_t len = reporter_ask(&r, 0, SSRC, seqs, count, out, sizeof out);
        assert_true(len > 0);
        assert_int_equal(read_compound(&r, out, len).nacks, count);
        assert_int_equal(reporter_ask(&r, 0, SSRC, seqs, count, out, len - 1), 0);
    }
}

static void what_is_asked_for_fits(void **state)
{
    (void)state;
    ask_for_all(reporter_of(true, true));
    ask_for_all(reporter_that_sends());
}

// One that asks begins no new interval: the next report speaks of the same packets.
static void asking_is_no_report(void **state)
{
    (void)state;
    struct reporter r = reporter_of(true, true);
    struct reporter_call call = call_of();
    uint8_t out[REPORTER_MAX];
    uint16_t seq = 5;
    reporter_restart(&r, 0);
    for (uint32_t n = 0; n < 50; n++)
        reporter_came(&r, n);
    usec due = r.timer.next;
    size_t len = reporter_ask(&r, 0, SSRC, &seq, 1, out, sizeof out);
    assert_int_equal(read_compound(&r, out, len).reports, 0);
    assert_int_equal(r.timer.next, due);
    struct said said = report(&r, USEC_SECOND, &call);
    assert_int_equal(said.begin, 0);
    assert_int_equal(said.end, 50 - SLACK);
}

static void nothing_has_come(void **state)
{
    (void)state;
    struct reporter r = reporter_of(true, true);
    struct reporter_call call = call_of();
    reporter_came(&r, 5); // before reporter_restart: of no stream
    reporter_discarded(&r, 5);
    call.source = NULL;
    struct said said = report(&r, USEC_SECOND, &call);
    assert_true(said.xr && said.reference);
    assert_false(said.loss || said.voip);
    assert_int_equal(said.reports, 0);
    r = reporter_of(false, false); // a sender that knows of none
    call = call_of();
    reporter_restart(&r, 0);
    for (uint32_t n = 0; n < 50; n++)
        reporter_came(&r, n);
    assert_false(report(&r, USEC_SECOND, &call).xr);
}

static void what_is_old_or_far_ahead(void **state)
{
    (void)state;
    struct reporter r = reporter_of(true, true);
    struct reporter_call call = call_of();
    reporter_restart(&r, 1000);
    for (uint32_t n = 1000; n < 1100; n++)
        reporter_came(&r, n);
    report(&r, USEC_SECOND, &call);
    reporter_came(&r, 1050); // it is told already
    reporter_discarded(&r, 1050);
    reporter_came(&r, 999);
    reporter_discarded(&r, 2500); // it has not come
    reporter_came(&r, 2090);
    struct said said = report(&r, USEC_SECOND, &call);
    assert_int_equal(said.begin, 1100 - SLACK);
    assert_int_equal(said.came[0], 1);
    assert_int_equal(said.came[1050 + REPORTER_WINDOW - said.begin], 0);
    reporter_came(&r, 1100 + 2500);
    said = report(&r, 2 * USEC_SECOND, &call);
    assert_int_equal((uint16_t)(said.end - said.begin), REPORTER_WINDOW - SLACK);
    assert_int_equal(said.end, 3601 - SLACK);
    for (uint32_t i = 0; i < REPORTER_WINDOW - SLACK; i++)
        assert_int_equal(said.came[i], 0);
    assert_in_range(said.metrics.loss_rate, 245, 250); // 2500 of 2600
    reporter_restart(&r, 7);
    for (uint32_t n = 7; n < 50; n++)
        reporter_came(&r, n);
    said = report(&r, 3 * USEC_SECOND, &call);
    assert_int_equal(said.begin, 7);
    assert_int_equal(said.metrics.loss_rate, 0); // its figures begin anew
}

// ---- the call ----------------------------------------------------------------------------------

static void the_call_in_figures(void **state)
{
    (void)state;
    struct reporter r = reporter_of(true, true);
    struct reporter_call call = call_of();
    reporter_restart(&r, 0);
    for (uint32_t n = 0; n < 50; n++)
        reporter_came(&r, n);
    struct rtcp_xr_voip v = report(&r, USEC_SECOND, &call).metrics;
    assert_int_equal(v.ssrc, SSRC);
    assert_int_equal(v.round_trip_ms, 0);
    assert_int_equal(v.end_system_ms, 100);
    assert_int_equal(v.jb_nominal_ms, 80);
    assert_int_equal(v.jb_absolute_ms, 1000);
    assert_int_equal(v.jba, RTCP_XR_JBA_ADAPTIVE);
    assert_int_equal(v.plc, RTCP_XR_PLC_ENHANCED);
    assert_int_equal(v.gmin, 16);
    call.adaptive = call.conceals = false;
    call.delay = 100 * USEC_SECOND;
    r.round_trip = 123456;
    for (uint32_t n = 50; n < 100; n++)
        reporter_came(&r, n);
    v = report(&r, 2 * USEC_SECOND, &call).metrics;
    assert_int_equal(v.round_trip_ms, 123);
    assert_int_equal(v.jb_nominal_ms, 65535);
    assert_int_equal(v.jba, RTCP_XR_JBA_FIXED);
    assert_int_equal(v.plc, RTCP_XR_PLC_DISABLED);
}

static void answer(struct reporter *r, usec now, const struct rtcp_xr_dlrr *dlrr)
{
    uint8_t out[200];
    struct writer w = writer_of(out, sizeof out);
    struct rtcp_packet packet;
    rtcp_write_rr(&w, SSRC, NULL, 0);
    uint8_t *begun = rtcp_xr_begin(&w, SSRC);
    rtcp_xr_write_dlrr(&w, dlrr, 1);
    rtcp_xr_end(&w, begun);
    struct rtcp_walk walk = rtcp_walk(out, writer_len(&w));
    while (rtcp_next(&walk, &packet) == RTCP_OK)
        reporter_rtcp(r, now, &packet);
}

// The sender says how long it has had the reference time: the rest was the way.
static void the_round_trip_is_the_rest(void **state)
{
    (void)state;
    static const usec trips[] = {0, 1000, 40 * USEC_MS, 300 * USEC_MS, 5 * USEC_SECOND};
    struct reporter_call call = call_of();
    for (size_t i = 0; i < 5; i++)
        for (usec at = 500 * USEC_MS; at < 70000 * USEC_SECOND; at = 9 * at + 7) { // 16 bits wrap
            struct reporter r = reporter_of(true, true);
            struct said said = report(&r, at, &call);
            usec held = 333 * USEC_MS;
            struct rtcp_xr_dlrr dlrr = {.ssrc = r.ssrc,
                                        .lrr = (uint32_t)(said.ntp >> 16),
                                        .dlrr = (uint32_t)usec_to_units(held, 65536)};
            assert_int_equal(r.round_trip, USEC_NEVER);
            struct rtcp_xr_dlrr other = dlrr;
            other.ssrc++;
            answer(&r, at + held + trips[i], &other); // another's
            assert_int_equal(r.round_trip, USEC_NEVER);
            answer(&r, at + held + trips[i], &dlrr);
            assert_true(llabs(r.round_trip - trips[i]) <= 50);
            dlrr.dlrr += 65536 * 10; // longer than all of it
            answer(&r, at + held + trips[i], &dlrr);
            assert_int_equal(r.round_trip, 0);
            usec before = r.round_trip;
            answer(&r, at, &(struct rtcp_xr_dlrr){.ssrc = r.ssrc}); // had none yet
            assert_int_equal(r.round_trip, before);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pace_of_the_session),
        cmocka_unit_test(the_losses_are_what_came),
        cmocka_unit_test(a_compound_always_fits),
        cmocka_unit_test(what_is_asked_for_fits),
        cmocka_unit_test(asking_is_no_report),
        cmocka_unit_test(nothing_has_come),
        cmocka_unit_test(what_is_old_or_far_ahead),
        cmocka_unit_test(the_call_in_figures),
        cmocka_unit_test(the_round_trip_is_the_rest),
        cmocka_unit_test(who_sends_as_well_has_one_ssrc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
