#include "tests/golden.h"

#include "media/random.h"
#include "media/rtcp_nack.h"

#include <string.h>

// The sequence numbers that the `index`-th packet of a compound asks for.
static size_t asked(const struct guarded *g, size_t index, uint32_t *media_ssrc, uint16_t *seqs,
                    size_t max)
{
    struct rtcp_walk walk = rtcp_walk(g->data, g->len);
    struct rtcp_packet p;
    size_t count = 0;
    walk.reduced = true;
    for (size_t i = 0; i <= index; i++)
        assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_true(rtcp_is_nack(&p));
    struct rtcp_nack nack = rtcp_nack_of(&p);
    *media_ssrc = nack.media_ssrc;
    for (uint16_t seq; rtcp_nack_next(&nack, &seq);) {
        assert_true(count < max);
        seqs[count++] = seq;
    }
    assert_false(rtcp_nack_next(&nack, &(uint16_t){0}));
    return count;
}

static void parses_gstreamer_nack_and_writes_it_again(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtcp-gstreamer-rr-sdes-nack.hex");
    uint16_t seqs[8];
    uint32_t media_ssrc = 0;
    assert_int_equal(asked(&g, 2, &media_ssrc, seqs, 8), 3);
    assert_int_equal(media_ssrc, 0x1234abcd);
    assert_int_equal(seqs[0], 65530);
    assert_int_equal(seqs[1], 65531);
    assert_int_equal(seqs[2], 65533);

    uint8_t out[40];
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, 0xb1340bc4, NULL, 0);
    rtcp_write_sdes(&w, 0xb1340bc4, "peer");
    rtcp_write_nack(&w, 0xb1340bc4, media_ssrc, seqs, 3);
    assert_false(w.failed);
    assert_int_equal(writer_len(&w), g.len);
    assert_memory_equal(out, g.data, g.len);
    guarded_free(&g);
}

static void writes_the_golden_nack_and_reads_it(void **state)
{
    (void)state;
    static const uint16_t missing[] = {65533, 65535, 0, 13, 14, 1000, 1016, 1017};
    struct guarded g = golden("tests/data/rtcp-rr-nack.hex");
    uint8_t out[36];
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, 0x0badcafe, NULL, 0);
    rtcp_write_nack(&w, 0x0badcafe, 0xdeadbeef, missing, 8);
    assert_false(w.failed);
    assert_int_equal(writer_len(&w), g.len);
    assert_memory_equal(out, g.data, g.len);

    uint16_t seqs[8];
    uint32_t media_ssrc = 0;
    assert_int_equal(asked(&g, 1, &media_ssrc, seqs, 8), 8);
    assert_memory_equal(seqs, missing, sizeof missing);
    guarded_free(&g);
}

static void words(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint16_t seqs[20];
        size_t count;
        const char *wire; // PID, BLP, ...
        size_t words;
    } rows[] = {
        {"one", {7}, 1, "\0\7\0\0", 1},
        {"a full word",
         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
         17,
         "\0\0\xff\xff",
         1},
        {"one more",
         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17},
         18,
         "\0\0\xff\xff\0\x11\0\0",
         2},
        {"over the wrap", {0xffff, 0}, 2, "\xff\xff\0\1", 1},
        {"the same twice", {5, 5, 6, 6}, 4, "\0\5\0\1", 1},
        {"descending", {6, 5}, 2, "\0\6\0\0\0\5\0\0", 2},
        {"half around", {0, 0x8000}, 2, "\0\0\0\0\x80\0\0\0", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[64];
        struct writer w = writer_of(out, sizeof out);
        rtcp_write_nack(&w, 1, 2, rows[i].seqs, rows[i].count);
        if (writer_len(&w) != 12 + 4 * rows[i].words ||
            memcmp(out + 12, rows[i].wire, 4 * rows[i].words) != 0)
            fail_msg("%s: %zu octets", rows[i].what, writer_len(&w));
    }
}

static void writes_whole_or_not_at_all(void **state)
{
    (void)state;
    static const uint16_t missing[] = {1, 100};
    for (size_t cap = 0; cap <= 20; cap++) {
        uint8_t out[20] = {0};
        struct guarded g = guarded_copy(out, cap);
        struct writer w = writer_of(g.data, cap);
        rtcp_write_nack(&w, 1, 2, missing, 2);
        assert_int_equal(w.failed, cap < 20);
        assert_int_equal(writer_len(&w), cap < 20 ? 0 : 20);
        if (cap < 20)
            assert_memory_equal(g.data, out, cap);
        guarded_free(&g);
    }
}

static void asks_for_nothing_without_a_packet(void **state)
{
    (void)state;
    uint8_t out[4];
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_nack(&w, 1, 2, NULL, 0);
    assert_int_equal(writer_len(&w), 0);
    assert_false(w.failed);
}

// More words than the length field can say: 65534 of them, and two SSRCs.
static void longer_than_any_packet_is_not_written(void **state)
{
    (void)state;
    enum { WORDS = 65534, ROOM = 4 * (WORDS + 3) };
    uint16_t *seqs = calloc(WORDS, sizeof *seqs);
    uint8_t *out = malloc(ROOM);
    for (int i = 0; i < WORDS; i++)
        seqs[i] = (uint16_t)(i * 20);
    struct writer w = writer_of(out, ROOM);
    rtcp_write_nack(&w, 1, 2, seqs, WORDS);
    assert_true(w.failed);
    assert_int_equal(writer_len(&w), 0);
    w = writer_of(out, ROOM);
    rtcp_write_nack(&w, 1, 2, seqs, WORDS - 1);
    assert_false(w.failed);
    assert_memory_equal(out, "\x81\xcd\xff\xff", 4);
    free(seqs);
    free(out);
}

static void what_is_no_nack_asks_for_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct rtcp_packet packet;
    } rows[] = {
        {"another FMT", {.type = RTCP_RTPFB, .count = 15}},
        {"a PLI", {.type = RTCP_PSFB, .count = 1}},
        {"an RR", {.type = RTCP_RR, .count = 1}},
    };
    static const uint8_t body[] = {0, 0, 0, 1, 0, 0, 0, 2, 0, 7, 0, 1};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rtcp_packet p = rows[i].packet;
        p.body = body;
        p.body_len = sizeof body;
        struct rtcp_nack nack = rtcp_nack_of(&p);
        if (rtcp_is_nack(&p) || rtcp_nack_next(&nack, &(uint16_t){0}))
            fail_msg("%s", rows[i].what);
    }
}

// Whatever the length of the body, nothing is read behind it.
static void every_cut_is_read_inside(void **state)
{
    (void)state;
    static const uint8_t body[] = {0, 0, 0, 1, 0, 0, 0, 2, 0, 7, 0, 1, 0, 9, 0, 0};
    for (size_t len = 0; len <= sizeof body; len++) {
        struct guarded g = guarded_copy(body, len);
        struct rtcp_packet p = {.type = RTCP_RTPFB, .count = 1, .body = g.data, .body_len = len};
        struct rtcp_nack nack = rtcp_nack_of(&p);
        size_t count = 0;
        for (uint16_t seq; rtcp_nack_next(&nack, &seq);)
            count++;
        assert_int_equal(count, len < 12 ? 0 : len < 16 ? 2 : 3);
        guarded_free(&g);
    }
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct random random = {.state = 2};
    for (int run = 0; run < repeats(20000, 500); run++) {
        uint16_t missing[100], seqs[100];
        uint32_t media_ssrc = 0;
        size_t count = 1 + random_u64(&random) % 100;
        unsigned reach = 1 + random_u64(&random) % 40;
        uint16_t seq = (uint16_t)random_u64(&random);
        for (size_t i = 0; i < count; i++, seq += 1 + random_u64(&random) % reach)
            missing[i] = seq;
        uint8_t out[12 + 4 * 100];
        struct writer w = writer_of(out, sizeof out);
        rtcp_write_nack(&w, 1, 2, missing, count);
        struct guarded g = guarded_copy(out, writer_len(&w));
        assert_int_equal(asked(&g, 0, &media_ssrc, seqs, 100), count);
        assert_memory_equal(seqs, missing, count * sizeof missing[0]);
        guarded_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_gstreamer_nack_and_writes_it_again),
        cmocka_unit_test(writes_the_golden_nack_and_reads_it),
        cmocka_unit_test(words),
        cmocka_unit_test(writes_whole_or_not_at_all),
        cmocka_unit_test(asks_for_nothing_without_a_packet),
        cmocka_unit_test(longer_than_any_packet_is_not_written),
        cmocka_unit_test(what_is_no_nack_asks_for_nothing),
        cmocka_unit_test(every_cut_is_read_inside),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
