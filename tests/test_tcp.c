// One end of TCP against another, with the losses written down: what leaves when.
#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lab/tcp.h"
#include "lab/tcp_clock.h"
#include "lab/tcp_rtt.h"
#include "lab/tcp_segment.h"
#include "lab/tcp_window.h"
#include "media/impair.h"
#include "media/random.h"

#define FRAME     112 // octets
#define PERIOD    (20 * USEC_MS)
#define FLIGHT    4096
#define FRAMES    4000
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

// ---- a wire ------------------------------------------------------------------------------------

struct flying {
    usec due;
    size_t len;
    uint8_t data[TCP_SEGMENT_MAX];
};

struct wire {
    struct side {
        struct wire *wire;
        struct tcp *tcp;
        size_t sent;             // segments
        bool (*drops)(size_t n); // of these, from 0; NULL: none
        struct flying flight[FLIGHT];
        size_t first, last;
        struct note { // of each segment
            usec at;
            size_t octets; // of data
            int sacks;
        } notes[FLIGHT];
    } side[2];
    usec now, delay;       // one way
    uint8_t written, read; // the next octet
    uint64_t octets_read;
    usec arrived[FRAMES]; // of each frame
};

static void leave(void *ctx, usec now, const uint8_t *segment, size_t len)
{
    struct side *s = ctx;
    struct tcp_segment parsed;
    assert_true(tcp_segment_parse(&parsed, segment, len));
    assert_true(s->sent < FLIGHT);
    s->notes[s->sent] = (struct note){now, parsed.len, parsed.sacks};
    if (s->drops && s->drops(s->sent++))
        return;
    s->sent += !s->drops;
    struct flying *f = &s->flight[s->last++ % FLIGHT];
    f->due = now + s->wire->delay;
    f->len = len;
    memcpy(f->data, segment, len);
}

static struct wire *wire_new(usec rtt)
{
    struct wire *w = calloc(1, sizeof *w);
    w->delay = rtt / 2;
    for (int i = 0; i < 2; i++) {
        w->side[i].wire = w;
        w->side[i].tcp =
            tcp_new(&(struct tcp_config){.rtt = rtt, .send = leave, .ctx = &w->side[i]});
        assert_non_null(w->side[i].tcp);
    }
    return w;
}

static void wire_free(struct wire *w)
{
    for (int i = 0; i < 2; i++)
        tcp_free(w->side[i].tcp);
    free(w);
}

static void write_octets(struct wire *w, size_t len)
{
    uint8_t data[4096];
    for (size_t i = 0; i < len; i++)
        data[i] = w->written++;
    assert_true(tcp_write(w->side[0].tcp, w->now, data, len));
}

// Every octet, in order, once.
static void read_octets(struct wire *w)
{
    uint8_t data[4096];
    size_t len;
    while ((len = tcp_read(w->side[1].tcp, w->now, data, sizeof data))) {
        for (size_t i = 0; i < len; i++)
            assert_int_equal(data[i], w->read++);
        for (uint64_t n = w->octets_read / FRAME; n < (w->octets_read + len) / FRAME && n < FRAMES;
             n++)
            w->arrived[n] = w->now;
        w->octets_read += len;
    }
}

static usec wire_next(const struct wire *w)
{
    usec next = USEC_NEVER;
    for (int i = 0; i < 2; i++) {
        const struct side *s = &w->side[i];
        next = usec_min(next, tcp_next(s->tcp));
        if (s->first < s->last)
            next = usec_min(next, s->flight[s->first % FLIGHT].due);
    }
    return next;
}

// Up to and including `until`.
static void wire_run(struct wire *w, usec until)
{
    for (usec next; (next = wire_next(w)) <= until;) {
        w->now = next;
        for (int i = 0; i < 2; i++)
            tcp_run(w->side[i].tcp, w->now);
        for (int i = 0; i < 2; i++) {
            struct side *s = &w->side[i];
            while (s->first < s->last && s->flight[s->first % FLIGHT].due <= w->now) {
                struct flying *f = &s->flight[s->first++ % FLIGHT];
                tcp_input(w->side[!i].tcp, w->now, f->data, f->len);
            }
        }
        read_octets(w);
    }
    w->now = until;
}

static void say(struct wire *w, int frames)
{
    for (int i = 0; i < frames; i++) {
        write_octets(w, FRAME);
        wire_run(w, w->now + PERIOD);
    }
}

// ---- what leaves -------------------------------------------------------------------------------

static bool drops_5(size_t n)
{
    return n == 5;
}

static bool drops_from_5(size_t n)
{
    return n >= 5;
}

static bool drops_4_and_5(size_t n)
{
    return n == 4 || n == 5;
}

static void a_clean_path(void **state)
{
    (void)state;
    struct wire *w = wire_new(50 * USEC_MS);
    say(w, 100);
    wire_run(w, w->now + USEC_SECOND);
    struct tcp_stats s = tcp_stats(w->side[0].tcp);
    assert_int_equal(s.segments, 100);
    assert_int_equal(s.again, 0);
    assert_int_equal(s.timeouts + s.probes + s.recoveries, 0);
    assert_int_equal(tcp_stats(w->side[1].tcp).acks, 100); // the reader is quick: none waits
    assert_true(tcp_is_idle(w->side[0].tcp));
    for (int i = 0; i < 100; i++)
        assert_int_equal(w->arrived[i], i * PERIOD + 25 * USEC_MS);
    // with the 28 octets that impair.h adds: IPv4, TCP, its time stamps, and the frame
    assert_int_equal(s.octets, 100 * (20 + 20 + 12 + FRAME));
    wire_free(w);
}

// The next frame tells of the loss, and a copy leaves a round trip later.
static void one_loss_costs_a_round_trip(void **state)
{
    static const struct {
        usec rtt, waits; // frames until the reordering window is over, in ms after the first SACK
    } rows[] = {{20 * USEC_MS, 0}, {50 * USEC_MS, 0}, {150 * USEC_MS, 20 * USEC_MS}};
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct wire *w = wire_new(rows[i].rtt);
        w->side[0].drops = drops_5;
        say(w, 100);
        wire_run(w, w->now + USEC_SECOND);
        struct tcp_stats s = tcp_stats(w->side[0].tcp);
        assert_int_equal(s.again, 1);
        assert_int_equal(s.recoveries, 1);
        assert_int_equal(s.timeouts, 0);
        assert_in_range(s.window, 7, 12); // CUBIC: 0.7 of 10, or of what it has grown to
        usec took = w->arrived[5] - 5 * PERIOD;
        assert_in_range(took, PERIOD + 3 * rows[i].rtt / 2,
                        PERIOD + 3 * rows[i].rtt / 2 + rows[i].waits);
        assert_int_equal(w->arrived[4], 4 * PERIOD + rows[i].rtt / 2);
        assert_true(w->arrived[6] >= w->arrived[5]); // what came behind it waited
        wire_free(w);
    }
}

// Nothing follows that could tell of a loss: a probe does, after two round trips.
static void a_lost_tail_is_probed(void **state)
{
    (void)state;
    struct wire *w = wire_new(50 * USEC_MS);
    w->side[0].drops = drops_4_and_5;
    for (int i = 0; i < 6; i++) {
        write_octets(w, FRAME);
        if (i < 4)
            wire_run(w, w->now + PERIOD);
    }
    usec last = w->now;
    wire_run(w, w->now + 2 * USEC_SECOND);
    struct tcp_stats s = tcp_stats(w->side[0].tcp);
    assert_int_equal(s.probes, 1);
    assert_int_equal(s.timeouts, 0);
    const struct note *probe = &w->side[0].notes[6];
    assert_in_range(probe->at - last, 102 * USEC_MS, 152 * USEC_MS); // after the last answer
    assert_int_equal(probe->octets, FRAME);
    assert_int_equal(w->octets_read, 6 * FRAME);
    wire_free(w);
}

// RFC 6298 5.5: each timeout is twice the last one, and an eighth and some ticks later at most.
static void timeouts_double(void **state)
{
    (void)state;
    struct wire *w = wire_new(50 * USEC_MS);
    w->side[0].drops = drops_from_5;
    for (int i = 0; i < 6; i++) {
        write_octets(w, FRAME);
        wire_run(w, w->now + PERIOD);
    }
    wire_run(w, 40 * USEC_SECOND);
    const struct side *s = &w->side[0];
    struct tcp_stats stats = tcp_stats(s->tcp);
    assert_in_range(stats.timeouts, 6, 8);
    usec before = 0;
    for (size_t n = s->sent - stats.timeouts + 1; n < s->sent; n++) {
        usec wait = s->notes[n].at - s->notes[n - 1].at;
        usec asked = before ? 2 * before : 2 * 252 * USEC_MS;
        assert_in_range(wait, asked, asked + asked * 13 / 100 + 2 * TCP_TICK);
        before = asked;
    }
    wire_free(w);
}

static bool drops_all(size_t n)
{
    (void)n;
    return true;
}

static void nobody_answers(void **state)
{
    (void)state;
    struct wire *w = wire_new(50 * USEC_MS);
    w->side[0].drops = drops_all;
    uint8_t frame[FRAME] = {0};
    size_t taken = 0;
    while (tcp_write(w->side[0].tcp, w->now, frame, sizeof frame))
        taken++;
    assert_int_equal(taken, TCP_ROOM / FRAME); // no more memory than that
    wire_run(w, 600 * USEC_SECOND);
    assert_false(tcp_is_broken(w->side[0].tcp));
    wire_run(w, 1200 * USEC_SECOND);
    assert_true(tcp_is_broken(w->side[0].tcp));
    assert_int_equal(tcp_next(w->side[0].tcp), USEC_NEVER);
    assert_int_equal(tcp_stats(w->side[0].tcp).timeouts, 15);
    wire_free(w);
}

static bool drops_5_to_8(size_t n)
{
    return n >= 5 && n <= 8;
}

// What waits is sent in large segments, also what was sent in small ones before.
static void a_stall_makes_large_segments(void **state)
{
    (void)state;
    struct wire *w = wire_new(20 * USEC_MS);
    w->side[0].drops = drops_5_to_8;
    say(w, 100);
    wire_run(w, w->now + USEC_SECOND);
    size_t largest = 0;
    for (size_t n = 0; n < w->side[0].sent; n++)
        if (w->side[0].notes[n].octets > largest)
            largest = w->side[0].notes[n].octets;
    assert_in_range(largest, 2 * FRAME, TCP_MSS);
    assert_int_equal(w->octets_read, 100 * FRAME);
    wire_free(w);
}

// An answer goes along with data: from then on acknowledgments wait for a second frame.
static void who_answers_acknowledges_later(void **state)
{
    (void)state;
    struct wire *w = wire_new(20 * USEC_MS);
    say(w, 40);
    uint8_t report[60] = {0};
    assert_true(tcp_write(w->side[1].tcp, w->now, report, sizeof report));
    uint64_t before = tcp_stats(w->side[1].tcp).acks;
    say(w, 20);
    assert_in_range(tcp_stats(w->side[1].tcp).acks - before, 9, 11);
    wire_free(w);
}

// After a pause the window is that of a new connection again.
static void a_pause_shrinks_the_window(void **state)
{
    (void)state;
    struct wire *w = wire_new(50 * USEC_MS);
    write_octets(w, 4096);
    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 10; k++)
            write_octets(w, 4000);
        wire_run(w, w->now + 60 * USEC_MS);
    }
    assert_in_range(tcp_stats(w->side[0].tcp).window, 20, 1024);
    wire_run(w, w->now + 5 * USEC_SECOND);
    write_octets(w, FRAME);
    assert_int_equal(tcp_stats(w->side[0].tcp).window, 10);
    wire_free(w);
}

// ---- the parts ---------------------------------------------------------------------------------

// What `ss -i` and TCP_INFO say of Linux 6.18 after a handshake of that round trip.
static void the_first_timeout(void **state)
{
    static const struct {
        usec rtt, timeout;
    } rows[] = {{20, 220}, {50, 252}, {150, 452}, {1000, 3000}};
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct tcp_rtt r;
        tcp_rtt_init(&r, rows[i].rtt * USEC_MS, 0);
        assert_int_equal(r.timeout, rows[i].timeout * USEC_MS);
        for (uint32_t n = 1; n < 1000; n++)
            tcp_rtt_sample(&r, rows[i].rtt * USEC_MS, n, n);
        usec settled = r.timeout; // the variation stops some microseconds above its floor
        assert_in_range(settled, tcp_ticks((rows[i].rtt + 200) * USEC_MS),
                        tcp_ticks((rows[i].rtt + 200) * USEC_MS) + TCP_TICK);
        tcp_rtt_back_off(&r);
        assert_int_equal(r.timeout, 2 * settled);
        tcp_rtt_sample(&r, rows[i].rtt * USEC_MS, 1000, 1000);
        assert_int_equal(r.timeout, settled);
    }
}

static void timers_are_never_early(void **state)
{
    struct random random = {.state = 1};
    (void)state;
    for (int i = 0; i < repeats(100000, 1000); i++) {
        usec now = (usec)(random_unit(&random) * 1e9);
        usec span = (usec)(random_unit(&random) * random_unit(&random) * 1e8);
        usec late = tcp_fires(now, span) - now - span;
        assert_in_range(late, 0, span * 13 / 100 + 3 * TCP_TICK);
    }
}

static void the_window_after_losses(void **state)
{
    static const unsigned sizes[] = {10, 7, 4, 2, 2};
    struct tcp_window w;
    (void)state;
    tcp_window_init(&w, 0, 0);
    for (size_t i = 0; i + 1 < LENGTH(sizes); i++) {
        assert_int_equal(w.size, sizes[i]);
        w.threshold = tcp_window_cut(&w);
        tcp_window_set(&w, 0, w.threshold);
    }
    assert_int_equal(w.size, sizes[LENGTH(sizes) - 1]);
}

// Only what was in the way grows.
static void an_unused_window_stays(void **state)
{
    struct tcp_window w;
    (void)state;
    tcp_window_init(&w, 0, 0);
    for (uint32_t n = 0; n < 1000; n++) {
        tcp_window_used(&w, n * PERIOD, 2, false, n, n + 2);
        tcp_window_acked(&w, n * PERIOD, 1);
    }
    assert_int_equal(w.size, 10);
    tcp_window_used(&w, 0, 10, true, 2000, 2010);
    tcp_window_acked(&w, 0, 10);
    assert_int_equal(w.size, 20);
}

// ---- what comes from outside -------------------------------------------------------------------

static void segments_come_back(void **state)
{
    struct random random = {.state = 7};
    uint8_t data[64] = "what is said", out[TCP_SEGMENT_MAX];
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct tcp_segment a = {.seq = (uint32_t)random_u64(&random),
                                .ack = (uint32_t)random_u64(&random),
                                .stamp = (uint32_t)i,
                                .echo = 5,
                                .sacks = i % (TCP_SACKS_MAX + 1),
                                .data = data,
                                .len = (size_t)i % sizeof data},
                           b;
        for (int k = 0; k < a.sacks; k++)
            a.sack[k] = (struct tcp_range){(uint32_t)k, (uint32_t)k + 9};
        size_t len = tcp_segment_write(&a, out, sizeof out);
        assert_int_equal(len, 24 + (a.sacks ? 4 + 8 * (size_t)a.sacks : 0) + a.len);
        assert_true(tcp_segment_parse(&b, out, len));
        assert_int_equal(b.seq, a.seq);
        assert_int_equal(b.ack, a.ack);
        assert_int_equal(b.stamp, a.stamp);
        assert_int_equal(b.sacks, a.sacks);
        assert_memory_equal(b.sack, a.sack, (size_t)a.sacks * sizeof a.sack[0]);
        assert_int_equal(b.len, a.len);
        assert_memory_equal(b.data, a.data, a.len);
        assert_int_equal(tcp_segment_write(&a, out, len - 1), 0);
        for (size_t cut = 0; cut < len - a.len; cut++) {
            struct guarded g = guarded_copy(out, cut);
            assert_false(tcp_segment_parse(&b, g.data, g.len));
            guarded_free(&g);
        }
    }
}

static void nothing(void *ctx, usec now, const uint8_t *segment, size_t len)
{
    (void)ctx, (void)now, (void)segment, (void)len;
}

// Segments that no sane peer sends stop nothing and take no memory.
static void any_segment_will_do(void **state)
{
    struct random random = {.state = 3};
    uint8_t out[TCP_SEGMENT_MAX], data[4096] = {0};
    (void)state;
    for (int run = 0; run < repeats(200, 5); run++) {
        struct tcp *t = tcp_new(&(struct tcp_config){.rtt = 20 * USEC_MS, .send = nothing});
        for (usec now = 0; now < 10 * USEC_SECOND; now += 5 * USEC_MS) {
            uint32_t near = 0xffff0000u - 2000;
            struct tcp_segment s = {.seq = near + (uint32_t)(random_unit(&random) * 9000),
                                    .ack = near + (uint32_t)(random_unit(&random) * 90000),
                                    .stamp = (uint32_t)random_u64(&random) % 10000,
                                    .echo = (uint32_t)random_u64(&random) % 10000,
                                    .sacks = (int)(random_unit(&random) * 4),
                                    .data = data,
                                    .len = (size_t)(random_unit(&random) * 1600)};
            for (int k = 0; k < s.sacks; k++) {
                s.sack[k].start = near + (uint32_t)(random_unit(&random) * 90000);
                s.sack[k].end = s.sack[k].start + (uint32_t)(random_unit(&random) * 3000);
            }
            tcp_write(t, now, data, 200);
            tcp_input(t, now, out, tcp_segment_write(&s, out, sizeof out));
            if (tcp_next(t) <= now)
                tcp_run(t, now);
            while (tcp_read(t, now, data, sizeof data))
                ;
        }
        assert_true(tcp_stats(t).window <= 1024);
        tcp_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_path),
        cmocka_unit_test(one_loss_costs_a_round_trip),
        cmocka_unit_test(a_lost_tail_is_probed),
        cmocka_unit_test(timeouts_double),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(a_stall_makes_large_segments),
        cmocka_unit_test(who_answers_acknowledges_later),
        cmocka_unit_test(a_pause_shrinks_the_window),
        cmocka_unit_test(the_first_timeout),
        cmocka_unit_test(timers_are_never_early),
        cmocka_unit_test(the_window_after_losses),
        cmocka_unit_test(an_unused_window_stays),
        cmocka_unit_test(segments_come_back),
        cmocka_unit_test(any_segment_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
