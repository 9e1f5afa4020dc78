// Packets on one TCP connection through paths that do everything to its segments.
#include "tests/test.h"

#include <stdbool.h>
#include <string.h>

#include "lab/interleaved.h"
#include "media/netem.h"
#include "media/random.h"

#define PACKETS   1000
#define PERIOD    (20 * USEC_MS)
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static struct impair_spec spec_of(const char *text)
{
    struct impair_spec spec;
    struct netem_error error;
    if (!netem_parse(&spec, text, &error))
        fail_msg("'%s': %s", text, error.what);
    return spec;
}

static struct interleaved *new_of(const struct impair_spec *spec, uint64_t seed)
{
    struct interleaved *i = interleaved_new(
        &(struct interleaved_config){.path = {spec, spec}, .seed = {seed, seed + 1}});
    assert_non_null(i);
    return i;
}

// The n-th packet from an end: its length and all its octets follow from n.
static struct interleaved_packet packet(int from, uint64_t n, uint8_t *data)
{
    struct random random = {.state = 2 * n + (uint64_t)from};
    size_t len = 1 + (size_t)(random_unit(&random) * (random_unit(&random) < 0.02 ? 3000 : 150));
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)random_u64(&random);
    return (struct interleaved_packet){(uint8_t)(n % 4), n + 1000, data, len};
}

struct count {
    uint64_t sent[2], received[2];
};

static void receive(struct interleaved *i, usec now, struct count *c)
{
    uint8_t data[INTERLEAVED_MAX];
    struct interleaved_packet p;
    for (int at = 0; at < 2; at++)
        while (interleaved_receive(i, now, (enum interleaved_end)at, &p)) {
            struct interleaved_packet due = packet(!at, c->received[at]++, data);
            assert_int_equal(p.tag, due.tag);
            assert_int_equal(p.channel, due.channel);
            assert_int_equal(p.len, due.len);
            assert_memory_equal(p.data, due.data, due.len);
        }
}

static void run(struct interleaved *i, usec until, struct count *c)
{
    for (usec now; (now = interleaved_next(i)) <= until;)
        receive(i, now, c);
}

static const char *const paths[] = {
    "delay 10ms",
    "delay 10ms loss 1%",
    "delay 25ms loss 10%",
    "delay 75ms loss 5% 50%",
    "delay 30ms loss gemodel 2% 50%",
    "delay 40ms 20ms",
    "delay 40ms 20ms loss 5%",
    "delay 20ms reorder 20%",
    "delay 20ms duplicate 30%",
    "delay 20ms corrupt 5%",
    "delay 20ms rate 100kbit",
    "delay 30ms 25ms loss 8% duplicate 10% reorder 10% corrupt 3%",
    "loss 5%",
};

// Whatever the paths do: each packet once, whole, in order, both ways.
static void each_packet_once_and_in_order(void **state)
{
    (void)state;
    for (size_t k = 0; k < LENGTH(paths); k++)
        for (int seed = 1; seed <= repeats(20, 1); seed++) {
            struct impair_spec spec = spec_of(paths[k]);
            struct interleaved *i = new_of(&spec, (uint64_t)seed * 1000);
            struct count c = {0};
            uint8_t data[INTERLEAVED_MAX];
            for (int n = 0; n < PACKETS; n++) {
                usec now = n * PERIOD;
                run(i, now, &c);
                for (int from = 0; from < 2; from++) {
                    if (from && n % 50)
                        continue;
                    struct interleaved_packet p = packet(from, c.sent[from], data);
                    c.sent[from] += interleaved_send(i, now, (enum interleaved_end)from, &p);
                }
                receive(i, now, &c);
            }
            run(i, PACKETS * PERIOD + 3600 * USEC_SECOND, &c);
            if (c.sent[0] != PACKETS || c.received[1] != PACKETS)
                fail_msg("%s, seed %d: sent %d, received %d", paths[k], seed, (int)c.sent[0],
                         (int)c.received[1]);
            assert_int_equal(c.received[0], c.sent[1]);
            assert_true(interleaved_is_delivered(i, INTERLEAVED_A));
            assert_int_equal(interleaved_stats(i, INTERLEAVED_A).tcp.malformed, 0);
            interleaved_free(i);
        }
}

// What finds no room is dropped whole, and what was taken still comes.
static void a_dead_path_takes_no_memory(void **state)
{
    const struct impair_spec dead = spec_of("loss 100%");
    uint8_t data[INTERLEAVED_MAX];
    struct count c = {0};
    (void)state;
    struct interleaved *i = new_of(&dead, 1);
    for (int n = 0; n < 100000; n++) {
        struct interleaved_packet p = packet(0, c.sent[0], data);
        c.sent[0] += interleaved_send(i, n * PERIOD, INTERLEAVED_A, &p);
        receive(i, n * PERIOD, &c);
    }
    assert_in_range(c.sent[0], 1000, 16384);
    assert_int_equal(interleaved_stats(i, INTERLEAVED_A).refused, 100000 - c.sent[0]);
    assert_true(interleaved_is_delivered(i, INTERLEAVED_A)); // it is broken: no more will come
    assert_int_equal(interleaved_next(i), USEC_NEVER);
    interleaved_free(i);
}

static void the_same_seed_gives_the_same(void **state)
{
    const struct impair_spec spec = spec_of("delay 30ms loss 15%");
    struct interleaved_stats stats[3];
    uint8_t data[INTERLEAVED_MAX];
    (void)state;
    for (int k = 0; k < 3; k++) {
        struct interleaved *i = new_of(&spec, k == 2 ? 9 : 4);
        struct count c = {0};
        for (int n = 0; n < PACKETS; n++) {
            struct interleaved_packet p = packet(0, c.sent[0], data);
            run(i, n * PERIOD, &c);
            c.sent[0] += interleaved_send(i, n * PERIOD, INTERLEAVED_A, &p);
            receive(i, n * PERIOD, &c);
        }
        stats[k] = interleaved_stats(i, INTERLEAVED_A);
        interleaved_free(i);
    }
    assert_memory_equal(&stats[0], &stats[1], sizeof stats[0]);
    assert_true(stats[0].tcp.segments != stats[2].tcp.segments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_packet_once_and_in_order),
        cmocka_unit_test(a_dead_path_takes_no_memory),
        cmocka_unit_test(the_same_seed_gives_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
