#include "tests/test.h"

#include <stdbool.h>
#include <string.h>

#include "media/quantity.h"

static const struct {
    const struct quantity *quantity;
    const char *text;
    uint64_t value;
    bool ok;
} rows[] = {
    {&quantity_time, "40ms", 40000, true},
    {&quantity_time, "1.5s", 1500000, true},
    {&quantity_time, "200", 200, true},
    {&quantity_time, "0.0000015secs", 2, true},
    {&quantity_time, ".5MSEC", 500, true},
    {&quantity_time, "1.msecs", 1000, true},
    {&quantity_time, "4294967295us", 4294967295, true},
    {&quantity_time, "4294967296us", 0, false},
    {&quantity_time, "4294967295.6us", 0, false},
    {&quantity_time, "99999999999999999999999999s", 0, false},
    {&quantity_time, "40m", 0, false},
    {&quantity_time, "", 0, false},
    {&quantity_time, ".", 0, false},
    {&quantity_time, "ms", 0, false},
    {&quantity_time, "-1ms", 0, false},
    {&quantity_time, "+1ms", 0, false},
    {&quantity_time, "1e3", 0, false},
    {&quantity_time, "0x10", 0, false},
    {&quantity_time, "nan", 0, false},
    {&quantity_time, "inf", 0, false},
    {&quantity_percentage, "5%", 5000000000, true},
    {&quantity_percentage, "0.000000001", 1, true},
    {&quantity_percentage, "0.0000000019", 1, true}, // the tenth decimal does not count
    {&quantity_percentage, "100%", QUANTITY_WHOLE, true},
    {&quantity_percentage, "100.000000001%", 0, false},
    {&quantity_percentage, "5%%", 0, false},
    {&quantity_rate, "128kbit", 128000, true},
    {&quantity_rate, "1.5Mbit", 1500000, true},
    {&quantity_rate, "10000000000", 10000000000, true},
    {&quantity_rate, "16kbps", 128000, true},
    {&quantity_rate, "1KiBps", 8192, true},
    {&quantity_rate, "2gibit", UINT64_C(2) << 30, true},
    {&quantity_rate, "1000gbit", 1000000000000, true},
    {&quantity_rate, "1001gbit", 0, false},
    {&quantity_rate, "99999999999999999999gibps", 0, false},
    {&quantity_rate, "128kb", 0, false},
};

static void reads_as_tc_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct guarded g = guarded_copy(rows[i].text, strlen(rows[i].text));
        uint64_t value = 0;
        const char *wrong = quantity_read(rows[i].quantity, (char *)g.data, g.len, &value);
        if ((wrong == NULL) != rows[i].ok || (rows[i].ok && value != rows[i].value))
            fail_msg("'%s': %s, %llu", rows[i].text, wrong ? wrong : "ok",
                     (unsigned long long)value);
        guarded_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_as_tc_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
