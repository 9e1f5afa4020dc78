// When packets went out, and what a report tells of the way by that.
#include "tests/test.h"

#include "sender/departures.h"

#define MS USEC_MS

// One packet every 20 ms, from `first` on; the last one went out at `now`.
static usec send(struct departures *d, uint16_t first, int count)
{
    usec now = USEC_SECOND;
    for (int i = 0; i < count; i++)
        departures_add(d, now = USEC_SECOND + i * 20 * MS, (uint16_t)(first + i));
    return now;
}

static void nothing_went_out(void **state)
{
    (void)state;
    struct departures d = {0};
    assert_int_equal(departures_trip(&d, USEC_SECOND, 0), 0);
    assert_int_equal(departures_trip(&d, USEC_SECOND, 77), 0);
}

// The numbers begin anew at 65536, and nobody sees it.
static void what_has_not_come_is_on_its_way(void **state)
{
    (void)state;
    for (int first = 0; first < 65536; first += 4093) {
        struct departures d = {0};
        usec now = send(&d, (uint16_t)first, 100);
        for (int back = 0; back < 90; back++) { // so many behind the one that has come
            uint16_t came = (uint16_t)(first + 99 - back);
            usec least = back < DEPARTURES_ROW ? 0 : (back - DEPARTURES_ROW) * 20 * MS + 7 * MS;
            assert_int_equal(departures_trip(&d, now + 7 * MS, came), least);
        }
    }
}

static void what_is_not_kept_is_not_known(void **state)
{
    (void)state;
    struct departures d = {0};
    usec now = send(&d, 60000, 3 * DEPARTURES_KEPT);
    uint16_t last = (uint16_t)(60000 + 3 * DEPARTURES_KEPT - 1);
    uint16_t eldest = (uint16_t)(last - (DEPARTURES_KEPT - 1) - DEPARTURES_ROW);
    assert_int_equal(departures_trip(&d, now, eldest), (DEPARTURES_KEPT - 1) * 20 * MS);
    assert_int_equal(departures_trip(&d, now, (uint16_t)(eldest - 1)), 0);
    assert_int_equal(departures_trip(&d, now, (uint16_t)(last + 1)), 0); // it has not gone out
    assert_int_equal(departures_trip(&d, now, (uint16_t)(last + 30000)), 0);
}

static void another_time_line_begins_anew(void **state)
{
    (void)state;
    struct departures d = {0};
    usec now = send(&d, 100, 50);
    departures_add(&d, now, 40000);
    assert_int_equal(departures_trip(&d, now + 500 * MS, 120), 0);
    for (int i = 1; i < 10; i++)
        departures_add(&d, now + i * MS, (uint16_t)(40000 + i));
    assert_int_equal(departures_trip(&d, now + 500 * MS, 40000), (500 - DEPARTURES_ROW) * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_went_out),
        cmocka_unit_test(what_has_not_come_is_on_its_way),
        cmocka_unit_test(what_is_not_kept_is_not_known),
        cmocka_unit_test(another_time_line_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
