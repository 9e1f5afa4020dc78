// Packets sent again: what waits, and that each asking is counted, whatever becomes of it.
#include "tests/test.h"

#include "sender/answers.h"

#include <string.h>

#define ASKED 300 // by each of two

static void what_has_no_room_to_wait_is_counted(void **state)
{
    (void)state;
    static uint8_t payload[20];
    struct answers *a = answers_new(RESEND_OCTETS);
    struct resend_account accounts[2] = {{.rate = 100000000}, {.rate = 100000000}};
    struct rtp_packet packet = {.payload_type = 96, .payload = payload, .payload_len = 20};
    int listener, given[2] = {0};
    assert_non_null(a);
    for (int i = 0; i < ASKED; i++, packet.seq++)
        answers_keep(a, 0, &packet);
    for (int i = 0; i < 2; i++)
        for (uint16_t seq = 0; seq < ASKED; seq++)
            answers_ask(a, 1, i, &accounts[i], seq);
    while (answers_next(a, 2, &listener, &packet))
        given[listener]++;
    assert_false(answers_wait(a));
    assert_int_equal(given[0], ASKED);
    assert_int_equal(given[1], ANSWERS_WAITING - ASKED);
    for (int i = 0; i < 2; i++) {
        const struct resend_stats *s = &accounts[i].stats;
        assert_int_equal(s->asked, ASKED);
        assert_int_equal(s->resent, given[i]);
        assert_int_equal(s->refused_rate, ASKED - given[i]);
    }
    answers_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_no_room_to_wait_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
