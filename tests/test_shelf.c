// Where packets wait: found by number, the newest of them, with the octets they came with.
#include "tests/numbered.h"

#include "media/random.h"
#include "media/shelf.h"

#include <stdlib.h>

static struct shelf *empty(void)
{
    struct shelf *shelf = calloc(1, sizeof *shelf);
    assert_non_null(shelf);
    shelf->highest_seq = FIRST_SEQ;
    return shelf;
}

static void put(struct shelf *shelf, int n)
{
    struct playout_packet p = packet(n, 0);
    shelf_put(shelf, n, &p);
}

static void the_newest_are_there(void **state)
{
    (void)state;
    struct shelf *shelf = empty();
    assert_null(shelf_next(shelf, FIRST_SEQ - 1));
    for (int n = 0; n < 3000; n += 2)
        put(shelf, n);
    for (int n = 0; n < 3100; n++) {
        const struct shelf_slot *slot = shelf_at(shelf, FIRST_SEQ + (uint32_t)n);
        bool there = n % 2 == 0 && n < 3000 && n >= 3000 - (int)SHELF_SLOTS;
        assert_int_equal(slot != NULL, there);
        int is;
        if (!slot)
            continue;
        memcpy(&is, slot->packet.payload, sizeof is);
        assert_int_equal(is, n);
        assert_int_equal(slot->arrival, n);
    }
    uint32_t seq = FIRST_SEQ + 2500;
    for (int n = 2502; n < 3000; n += 2, seq += 2) {
        struct shelf_slot *next = shelf_next(shelf, seq);
        assert_non_null(next);
        assert_int_equal(next->packet.seq, FIRST_SEQ + (uint32_t)n);
    }
    assert_null(shelf_next(shelf, seq));
    shelf_clear(shelf);
    assert_null(shelf_next(shelf, FIRST_SEQ + 2000));
    free(shelf);
}

// Payloads of any size, in one piece each; the oldest give way, and are never read half overwritten.
static void payloads_are_whole_or_gone(void **state)
{
    (void)state;
    static uint8_t payload[SHELF_PAYLOAD_MAX];
    struct random random = {1};
    struct shelf *shelf = empty();
    for (int n = 0; n < 5000; n++) {
        struct playout_packet p = packet(n, 0);
        p.payload = payload;
        p.payload_len = random_u64(&random) % (n % 3 ? 200 : SHELF_PAYLOAD_MAX + 1);
        memset(payload, n & 0xff, p.payload_len);
        shelf_put(shelf, 0, &p);
        int there = 0;
        for (int k = n; k >= 0 && k > n - (int)SHELF_SLOTS; k--) {
            const struct shelf_slot *slot = shelf_at(shelf, FIRST_SEQ + (uint32_t)k);
            there += slot != NULL;
            for (size_t i = 0; slot && i < slot->packet.payload_len; i += 97)
                assert_int_equal(slot->packet.payload[i], k & 0xff);
        }
        assert_true(there >= (n < 20 ? n + 1 : 20));
        n += n > 300 ? 40 : 0; // it takes its time
    }
    free(shelf);
}

// Which one is missing at a time? Packets in a row, without silence: there is one answer for each.
static void what_is_missing_in_a_row(void **state)
{
    (void)state;
    struct random random = {4};
    for (int i = 0; i < 200; i++) {
        bool came[60];
        struct shelf *shelf = empty();
        uint32_t seq;
        for (int n = 1; n < 60; n++) {
            came[n] = n == 59 || random_u64(&random) & 1;
            if (came[n])
                put(shelf, n);
        }
        for (int n = -5; n < 65; n++)
            for (int off = 0; off < FRAME / 2; off += 200) { // a little later is no other packet
                bool inside = n > 0 && n < 59 && !came[n];
                bool is = shelf_missing_at(shelf, FIRST_SEQ, FRAME, FRAME, FIRST_SEQ + 59,
                                           (int64_t)n * FRAME + off, &seq);
                if (is != inside || (is && seq != FIRST_SEQ + (uint32_t)n))
                    fail_msg("%d and %d: missing %d, number %d", n, off, is,
                             (int)(seq - FIRST_SEQ));
            }
        free(shelf);
    }
}

static void nothing_lies_between(void **state)
{
    (void)state;
    struct shelf *shelf = empty();
    uint32_t seq;
    put(shelf, 1);
    assert_false(shelf_missing_at(shelf, FIRST_SEQ, FRAME, FRAME, FIRST_SEQ + 1, 0, &seq));
    assert_false(shelf_missing_at(shelf, FIRST_SEQ, FRAME, FRAME, FIRST_SEQ, 0, &seq));
    assert_false(shelf_missing_at(shelf, FIRST_SEQ, FRAME, FRAME, FIRST_SEQ - 5, FRAME, &seq));
    assert_false(shelf_missing_at(shelf, FIRST_SEQ, FRAME, FRAME, FIRST_SEQ + 2000, FRAME, &seq) &&
                 seq >= FIRST_SEQ + 2000);
    assert_false(shelf_missing_at(shelf, FIRST_SEQ, FRAME, 0, FIRST_SEQ + 9, FRAME, &seq));
    free(shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_are_there),
        cmocka_unit_test(payloads_are_whole_or_gone),
        cmocka_unit_test(what_is_missing_in_a_row),
        cmocka_unit_test(nothing_lies_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
