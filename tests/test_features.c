#include "tests/test.h"

#include "control/features.h"

#include <stdio.h>
#include <string.h>

static struct features of(const char *headers)
{
    char text[512];
    struct rtsp_message message;
    size_t used;
    snprintf(text, sizeof text, "DESCRIBE rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n%s\r\n", headers);
    struct guarded g = guarded_copy(text, strlen(text));
    assert_int_equal(rtsp_parse(&message, g.data, g.len, &used), RTSP_OK);
    struct features features = features_of(&message);
    guarded_free(&g);
    return features;
}

static void tags(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        bool red, feedback;
    } rows[] = {
        {"", false, false},
        {"Supported: voz.red, voz.feedback\r\n", true, true},
        {"supported:voz.feedback,voz.red\r\n", true, true},
        {"Supported: voz.red\r\n", true, false},
        {"Supported: VOZ.Feedback\r\n", false, true},
        {"Supported: play.basic, voz.feedback , con.persistent\r\n", false, true},
        {"Supported: voz.red\r\nSupported: voz.feedback\r\n", true, true}, // RFC 7826 5.2: a list
        {"Supported: play.basic,\r\n voz.red\r\n", true, false},
        {"Supported: \r\n", false, false},
        {"Supported: ,,\r\n", false, false},
        {"Supported: voz.redder, voz, voz.\r\n", false, false},
        {"Supported: voz.red voz.feedback\r\n", false, false}, // one strange tag
        {"Require: voz.red\r\nProxy-Supported: voz.feedback\r\n", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct features features = of(rows[i].headers);
        if (features.red != rows[i].red || features.feedback != rows[i].feedback)
            fail_msg("%s", rows[i].headers);
    }
}

static void reads_what_it_writes(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct features features = {.red = i & 1, .feedback = i & 2};
        char buffer[64];
        struct text t = text_of(buffer, sizeof buffer);
        features_write(&t, features);
        assert_false(t.failed);
        assert_int_equal(t.len != 0, i != 0); // who has nothing says nothing
        struct features again = of(buffer);
        assert_int_equal(again.red, features.red);
        assert_int_equal(again.feedback, features.feedback);
        for (int k = 0; k < 4; k++) {
            struct features other = {.red = k & 1, .feedback = k & 2};
            struct features common = features_common(features, other);
            assert_int_equal(common.red, (i & k & 1) != 0);
            assert_int_equal(common.feedback, (i & k & 2) != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags),
        cmocka_unit_test(reads_what_it_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
