// The line that says how a call goes.
#include "tests/test.h"

#include "call/status.h"

#include <string.h>

static struct receiver_stats heard(void)
{
    return (struct receiver_stats){
        .packets_received = 90,
        .packets_lost = 10,
        .delay_now = 61 * USEC_MS,
        .playout = {.frames_fec = 1,
                    .frames_copy = 20,
                    .frames_again = 300,
                    .samples_conceal = 24000},
    };
}

static void a_whole_line(void **state)
{
    (void)state;
    const struct receiver_stats h = heard();
    const struct peer_figures s = {.lost = 0.25};
    struct call_status status = {
        .peer = "<sip:ann@h>",
        .codec = "Opus",
        .lasted = 754 * USEC_SECOND + 900 * USEC_MS,
        .heard = &h,
        .said = &s,
        .device_delay = 20 * USEC_MS,
        .mos = 4.14,
        .we_db = -20,
        .they_db = -90,
    };
    char line[512];
    call_status_write(&status, line, sizeof line);
    assert_string_equal(line, "12:34 Opus  MOS 4.1  we ###.. they .....  loss 10% here 25% there  "
                              "delay 81 ms  recovered 321, guessed 0.5 s  <sip:ann@h>");
    assert_true(strstr(line, "  recovered") - line < 80); // what matters fits into a usual terminal
    status.muted = status.held = true;
    status.lasted = 59 * USEC_SECOND;
    call_status_write(&status, line, sizeof line);
    assert_non_null(strstr(line, "0:59 Opus on hold  MOS"));
    assert_non_null(strstr(line, "  we (muted) ###.. they .....  "));
    char little[16]; // what does not fit is cut
    call_status_write(&status, little, sizeof little);
    assert_string_equal(little, "0:59 Opus on ho");
}

// A bar begins at -45 dBFS and is full above -9.
static void levels(void **state)
{
    (void)state;
    static const struct {
        double db;
        const char *bar;
    } rows[] = {
        {-100, " ..... "}, {-45, " ..... "}, {-44.9, " #.... "}, {-36, " #.... "}, {-35, " ##... "},
        {-18, " ###.. "},  {-9, " ####. "},  {-8.9, " ##### "},  {0, " ##### "},
    };
    const struct receiver_stats h = {0};
    const struct peer_figures s = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct call_status status = {.peer = "x",
                                           .codec = "PCMU",
                                           .heard = &h,
                                           .said = &s,
                                           .we_db = rows[i].db,
                                           .they_db = -99};
        char line[512];
        call_status_write(&status, line, sizeof line);
        if (!strstr(line, rows[i].bar))
            fail_msg("%.1f dB: %s", rows[i].db, line);
        assert_non_null(strstr(line, "loss 0% here 0% there")); // of nothing
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_line),
        cmocka_unit_test(levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
