#include "receiver/goodbye.h"
#include "tests/test.h"

#include <string.h>

#define OURS   0x1111u
#define BESIDE 0x2222u
#define OTHER  0x3333u
#define BEFORE 0x4444u

struct said { // one compound: RR and SDES of `ssrc`, and its BYE
    uint32_t ssrc;
    const char *cname;
    bool bye;
};

static bool hear(struct goodbye *g, const struct said *said)
{
    uint8_t data[600];
    struct writer w = writer_of(data, sizeof data);
    rtcp_write_rr(&w, said->ssrc, NULL, 0);
    rtcp_write_sdes(&w, said->ssrc, said->cname);
    if (said->bye)
        rtcp_write_bye(&w, said->ssrc, NULL);
    struct rtcp_walk walk = rtcp_walk(data, writer_len(&w));
    struct rtcp_packet packet;
    bool ends = false;
    while (rtcp_next(&walk, &packet) == RTCP_OK)
        ends |= goodbye_said(g, &packet);
    return ends;
}

static void whose_goodbye_it_is(void **state)
{
    (void)state;
    static char longest[RTCP_CNAME_MAX + 1];
    memset(longest, 'x', RTCP_CNAME_MAX);
    const struct {
        bool again;
        struct said said[2];
        bool ends;
    } rows[] = {
        {false, {{OURS, "a", true}}, true},
        {false, {{OURS, "a", false}, {BESIDE, "a", true}}, false}, // nothing is sent again
        {true, {{OURS, "a", true}}, true},
        {true, {{OURS, "a", false}, {BESIDE, "a", true}}, true},
        {true, {{OURS, longest, false}, {BESIDE, longest, true}}, true},
        {true, {{OURS, "a", false}, {BESIDE, "a", false}}, false}, // only a report
        {true, {{OURS, "a", false}, {OTHER, "b", true}}, false},
        {true, {{OURS, "a", false}, {OTHER, "ab", true}}, false},
        {true, {{OURS, "", false}, {OTHER, "", true}}, false},
        {true, {{OTHER, "a", true}}, false},                      // our CNAME is not known
        {true, {{OURS, "a", false}, {BEFORE, "a", true}}, false}, // of the stream before this one
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct goodbye g = {.again = rows[i].again};
        bool ends = false;
        goodbye_restart(&g, BEFORE);
        goodbye_restart(&g, OURS);
        for (size_t k = 0; k < 2 && rows[i].said[k].ssrc; k++)
            ends |= hear(&g, &rows[i].said[k]);
        if (ends != rows[i].ends)
            fail_msg("row %zu", i);
    }
}

static void before_the_first_source_there_is_nothing_to_end(void **state)
{
    (void)state;
    struct goodbye g = {.again = true};
    assert_false(hear(&g, &(struct said){0, "a", true}));
    assert_false(hear(&g, &(struct said){OURS, "a", true}));
}

static void another_source_has_to_be_known_anew(void **state)
{
    (void)state;
    struct goodbye g = {.again = true};
    goodbye_restart(&g, OURS);
    assert_false(hear(&g, &(struct said){OURS, "a", false}));
    assert_false(hear(&g, &(struct said){BESIDE, "a", false}));
    goodbye_restart(&g, OTHER);
    assert_false(hear(&g, &(struct said){BESIDE, "a", true}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_goodbye_it_is),
        cmocka_unit_test(before_the_first_source_there_is_nothing_to_end),
        cmocka_unit_test(another_source_has_to_be_known_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
