#include "tests/test.h"

#include "control/range.h"

#define MS(n) ((usec)(n)*USEC_MS)

static void parses(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        enum range_status status;
        struct range want;
    } rows[] = {
        {"npt=0-", RANGE_OK, {false, 0, USEC_NEVER}},
        {"npt=0.000-", RANGE_OK, {false, 0, USEC_NEVER}},
        {"npt=now-", RANGE_OK, {true, 0, USEC_NEVER}},
        {"npt=now-20", RANGE_OK, {true, 0, MS(20000)}},
        {"npt=10.5-20", RANGE_OK, {false, MS(10500), MS(20000)}},
        {"NPT = 10.5 - 20 ", RANGE_OK, {false, MS(10500), MS(20000)}},
        {"npt=0:01:02.5-1:00:00", RANGE_OK, {false, MS(62500), MS(3600000)}},
        {"npt=-20", RANGE_OK, {false, 0, MS(20000)}},
        {"npt=5", RANGE_OK, {false, MS(5000), USEC_NEVER}},
        {"npt=.5-", RANGE_OK, {false, MS(500), USEC_NEVER}},
        {"npt=5.-", RANGE_OK, {false, MS(5000), USEC_NEVER}},
        {"npt=0.0000019-", RANGE_OK, {false, 1, USEC_NEVER}},
        {"npt=7-7", RANGE_OK, {false, MS(7000), MS(7000)}},
        {"npt=0-;time=19970123T143720Z", RANGE_OK, {false, 0, USEC_NEVER}},
        {"npt=31622400-", RANGE_OK, {false, MS(31622400000), USEC_NEVER}},
        {"npt=31622401-", RANGE_BAD_TIME, {0}},
        {"npt=99999999999999999999-", RANGE_BAD_TIME, {0}},
        {"npt=9999999:99999999:1-", RANGE_BAD_TIME, {0}},
        {"npt=20-10", RANGE_BAD_TIME, {0}},
        {"npt=-", RANGE_BAD_TIME, {0}},
        {"npt=", RANGE_BAD_TIME, {0}},
        {"npt=.-", RANGE_BAD_TIME, {0}},
        {"npt=1.x-", RANGE_BAD_TIME, {0}},
        {"npt=1:2:3:4-", RANGE_BAD_TIME, {0}},
        {"npt=1--2", RANGE_BAD_TIME, {0}},
        {"smpte=0:10:00-", RANGE_BAD_UNIT, {0}},
        {"clock=19961108T143720.25Z-", RANGE_BAD_UNIT, {0}},
        {"npt", RANGE_BAD_UNIT, {0}},
        {"", RANGE_BAD_UNIT, {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guarded g = guarded_copy(rows[i].value, strlen(rows[i].value));
        struct range range;
        enum range_status status = range_parse(&range, slice_at((char *)g.data, g.len));
        if (status != rows[i].status)
            fail_msg("%s: %s", rows[i].value, range_strstatus(status));
        if (status == RANGE_OK) {
            assert_int_equal(range.now, rows[i].want.now);
            assert_true(range.start == rows[i].want.start);
            assert_true(range.end == rows[i].want.end);
        }
        guarded_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
