// The figures in words: what a person reads at the end of a run.
#include "tests/test.h"

#include "receiver/report.h"

#include <string.h>

static void the_summary_says_it_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *transport;
        uint64_t received, lost, late;
        const char *says, *says_too;
    } rows[] = {
        {"udp", 900, 37, 1, "Heard 2.0 s from rtsp://here/ by UDP",
         "Of 937 packets sent, 37 never came (3.9 %) and 1 came too late"},
        {"tcp", 1, 0, 0, "by TCP", "Of 1 packet sent, 0 never came (0.0 %) and 0 came too late"},
        {"udp", 1, 1, 1, "Heard ", "Of 2 packets sent, 1 never came (50.0 %)"},
        {"udp", 0, 0, 0, "Heard nothing from rtsp://here/ by UDP: no packet of the sound ever came",
         "a firewall (try --transport tcp)"},
        {"tcp", 0, 0, 0, "by TCP: no packet of the sound ever came", "Is the sender on the air?\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        struct receiver_stats s = {
            .packets_received = rows[i].received,
            .packets_lost = rows[i].lost,
            .packets_late = rows[i].late,
            .position = 96000,
        };
        struct report_context context = {.transport = rows[i].transport, .url = "rtsp://here/"};
        report_summary(&s, &context, text, sizeof text);
        if (!strstr(text, rows[i].says) || !strstr(text, rows[i].says_too))
            fail_msg("%s", text);
    }
}

static void one_packet_is_no_packets(void **state)
{
    (void)state;
    static const char *const parts[] = {"  0 packets, ", "  1 packet, ", "  2 packets, "};
    struct report_context context = {.transport = "udp", .url = "rtsp://here/"};
    for (uint64_t n = 0; n < 3; n++) {
        char line[256];
        struct receiver_stats s = {.packets_received = n};
        report_progress(&s, &context, line, sizeof line);
        if (!strstr(line, parts[n]))
            fail_msg("%s", line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_says_it_in_words),
        cmocka_unit_test(one_packet_is_no_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
