#include "tests/golden.h"

#include "media/rtcp_key.h"

#include <string.h>

#define US   0x0badcafeu
#define THEM 0xdeadbeefu

static struct rtcp_packet last_of(const struct guarded *g)
{
    struct rtcp_walk walk = rtcp_walk(g->data, g->len);
    struct rtcp_packet p, last = {0};
    walk.reduced = true;
    while (rtcp_next(&walk, &p) == RTCP_OK)
        last = p;
    return last;
}

static void writes_the_golden_requests_and_reads_them(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtcp-pli-fir.hex");
    uint8_t out[64], number = 0;
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, US, NULL, 0);
    rtcp_write_pli(&w, US, THEM);
    rtcp_write_fir(&w, US, THEM, 7);
    assert_false(w.failed);
    assert_int_equal(writer_len(&w), g.len);
    assert_memory_equal(out, g.data, g.len);

    struct rtcp_packet fir = last_of(&g);
    assert_true(rtcp_is_fir(&fir, THEM, &number));
    assert_int_equal(number, 7);
    assert_false(rtcp_is_fir(&fir, US, &number));
    assert_false(rtcp_is_pli(&fir, THEM));
    g.len -= 20; // the FIR
    struct rtcp_packet pli = last_of(&g);
    assert_true(rtcp_is_pli(&pli, THEM));
    assert_false(rtcp_is_pli(&pli, US));
    assert_false(rtcp_is_fir(&pli, THEM, &number));
    g.len += 20;
    guarded_free(&g);
}

// A conference unit asks several sources at once (RFC 5104 section 4.3.1.1).
static void finds_its_source_among_several(void **state)
{
    (void)state;
    uint8_t out[64], number = 0;
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_header(&w, RTCP_PSFB, RTCP_FIR_FMT, 24);
    static const uint32_t words[] = {US, 0, 0x1111, 3u << 24, THEM, 9u << 24};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        writer_u32(&w, words[i]);
    struct guarded g = guarded_copy(out, writer_len(&w));
    struct rtcp_packet fir = last_of(&g);
    assert_true(rtcp_is_fir(&fir, THEM, &number));
    assert_int_equal(number, 9);
    assert_true(rtcp_is_fir(&fir, 0x1111, &number));
    assert_int_equal(number, 3);
    guarded_free(&g);
}

static void what_is_cut_short_asks_for_nothing(void **state)
{
    (void)state;
    for (size_t len = 4; len < 24; len += 4)
        for (uint8_t fmt = RTCP_PLI_FMT; fmt <= RTCP_FIR_FMT; fmt += RTCP_FIR_FMT - RTCP_PLI_FMT) {
            uint8_t out[32] = {(uint8_t)(0x80 | fmt), RTCP_PSFB, 0, (uint8_t)(len / 4 - 1)}, number;
            memset(out + 4, 0xab, sizeof out - 4);
            struct guarded g = guarded_copy(out, len);
            struct rtcp_packet p = last_of(&g);
            bool pli = fmt == RTCP_PLI_FMT && len >= 12, fir = fmt == RTCP_FIR_FMT && len >= 20;
            assert_int_equal(rtcp_is_pli(&p, 0xabababab), pli);
            assert_int_equal(rtcp_is_fir(&p, 0xabababab, &number), fir);
            guarded_free(&g);
        }
}

static void nothing_is_written_that_does_not_fit(void **state)
{
    (void)state;
    uint8_t out[19];
    struct writer w = writer_of(out, 11);
    rtcp_write_pli(&w, US, THEM);
    assert_true(w.failed);
    assert_int_equal(writer_len(&w), 0);
    w = writer_of(out, sizeof out);
    rtcp_write_fir(&w, US, THEM, 1);
    assert_true(w.failed);
    assert_int_equal(writer_len(&w), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_golden_requests_and_reads_them),
        cmocka_unit_test(finds_its_source_among_several),
        cmocka_unit_test(what_is_cut_short_asks_for_nothing),
        cmocka_unit_test(nothing_is_written_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
