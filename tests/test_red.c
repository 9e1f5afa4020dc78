#include "tests/golden.h"

#include "media/random.h"
#include "media/red.h"
#include "media/rtp.h"

#include <string.h>

// ---- packets -----------------------------------------------------------------------------------

static size_t parse_packet(const struct guarded *g, struct red_block blocks[RED_BLOCKS_MAX])
{
    struct rtp_packet p;
    size_t count = 0;
    assert_int_equal(rtp_parse(&p, g->data, g->len), RTP_OK);
    assert_int_equal(p.payload_type, 63);
    assert_int_equal(red_parse(blocks, &count, p.payload, p.payload_len), RED_OK);
    return count;
}

// What was parsed is, written again, the same payload.
static void assert_written_again(const struct guarded *g, const struct red_block *blocks,
                                 size_t count)
{
    uint8_t out[256];
    size_t len = g->len - RTP_HEADER_LEN;
    assert_int_equal(red_write(blocks, count, out, sizeof out), len);
    assert_memory_equal(out, g->data + RTP_HEADER_LEN, len);
}

static void parses_gstreamer_packet_and_writes_it_again(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/red-gstreamer-opus.hex");
    struct red_block blocks[RED_BLOCKS_MAX];
    assert_int_equal(parse_packet(&g, blocks), 2);
    assert_int_equal(blocks[0].payload_type, 96);
    assert_int_equal(blocks[0].offset, 1920);
    assert_int_equal(blocks[0].len, 32);
    assert_memory_equal(blocks[0].data, "\x78\x3f\x61\xe0", 4);
    assert_int_equal(blocks[1].payload_type, 96);
    assert_int_equal(blocks[1].offset, 0);
    assert_int_equal(blocks[1].len, 29);
    assert_memory_equal(blocks[1].data, "\x78\x13\xfa\xa6", 4);
    assert_ptr_equal(blocks[1].data + blocks[1].len, g.data + g.len);
    assert_written_again(&g, blocks, 2);
    guarded_free(&g);
}

static void parses_two_generations_and_writes_them_again(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/red-two-generations.hex");
    struct red_block blocks[RED_BLOCKS_MAX];
    assert_int_equal(parse_packet(&g, blocks), 3);
    assert_int_equal(blocks[0].offset, 1920);
    assert_int_equal(blocks[0].len, 1);
    assert_int_equal(blocks[1].offset, 960);
    assert_int_equal(blocks[1].len, 3);
    assert_memory_equal(blocks[1].data, "\x78\x01\x02", 3);
    assert_int_equal(blocks[2].payload_type, 111);
    assert_int_equal(blocks[2].len, 5);
    assert_written_again(&g, blocks, 3);
    guarded_free(&g);
}

// The headers take 9 octets, the redundant data 4; from there on only the primary gets shorter.
static void every_cut_is_rejected_or_inside(void **state)
{
    (void)state;
    struct guarded whole = golden("tests/data/red-two-generations.hex");
    for (size_t len = 0; len <= whole.len - RTP_HEADER_LEN; len++) {
        struct guarded g = guarded_copy(whole.data + RTP_HEADER_LEN, len);
        struct red_block blocks[RED_BLOCKS_MAX];
        size_t count = 12345;
        enum red_status status = red_parse(blocks, &count, g.data, g.len);
        assert_int_equal(status, len < 13 ? RED_SHORT : RED_OK);
        assert_int_equal(count, len < 13 ? 12345 : 3);
        if (status == RED_OK)
            assert_int_equal(blocks[2].len, len - 13);
        guarded_free(&g);
    }
    guarded_free(&whole);
}

// ---- reading, in tables ------------------------------------------------------------------------

struct row {
    const char *what;
    const char *data;
    size_t len;
    enum red_status status;
    size_t count;
    size_t primary_len;
};

#define ROW(what, data, status, count, primary_len)              \
    {                                                            \
        what, data, sizeof(data) - 1, status, count, primary_len \
    }
#define EMPTY_4 "\xe0\0\4\0\xe0\0\4\0\xe0\0\4\0\xe0\0\4\0" // four headers, offset 1, no octets

static void headers(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("nothing", "", RED_SHORT, 0, 0),
        ROW("an empty primary alone", "\x6f", RED_OK, 1, 0),
        ROW("a primary alone", "\x6fvoice", RED_OK, 1, 5),
        ROW("half a header", "\xef\0\4", RED_SHORT, 0, 0),
        ROW("no primary", "\xef\0\4\0", RED_SHORT, 0, 0),
        ROW("an empty redundant block", "\xef\0\4\0\x6f", RED_OK, 2, 0),
        ROW("an empty one and a primary", "\xef\0\4\0\x6fvoice", RED_OK, 2, 5),
        ROW("a block of one octet that is not there", "\xef\0\4\1\x6f", RED_SHORT, 0, 0),
        ROW("a block that takes all", "\xef\0\4\5\x6fvoice", RED_OK, 2, 0),
        ROW("a block of one more", "\xef\0\4\6\x6fvoice", RED_SHORT, 0, 0),
        ROW("the second is too long", "\xef\0\4\2\xef\0\4\4\x6fvoice", RED_SHORT, 0, 0),
        ROW("16 blocks", EMPTY_4 EMPTY_4 EMPTY_4 "\xe0\0\4\0\xe0\0\4\0\xe0\0\4\0\x60voice", RED_OK,
            16, 5),
        ROW("17 blocks", EMPTY_4 EMPTY_4 EMPTY_4 EMPTY_4 "\x60voice", RED_MANY, 0, 0),
        ROW("16 headers, then nothing", EMPTY_4 EMPTY_4 EMPTY_4 EMPTY_4, RED_MANY, 0, 0),
    };
    for (const struct row *row = rows; row != rows + sizeof rows / sizeof rows[0]; row++) {
        struct guarded g = guarded_copy(row->data, row->len);
        struct red_block blocks[RED_BLOCKS_MAX], before[RED_BLOCKS_MAX];
        size_t count = 0;
        memset(blocks, 0xa5, sizeof blocks);
        memset(before, 0xa5, sizeof before);
        enum red_status status = red_parse(blocks, &count, g.data, g.len);
        if (status != row->status || count != row->count)
            fail_msg("%s: %s, %zu blocks", row->what, red_strstatus(status), count);
        if (status == RED_OK)
            assert_int_equal(blocks[count - 1].len, row->primary_len);
        else
            assert_memory_equal(blocks, before, sizeof before);
        guarded_free(&g);
    }
}

static void largest_offset_and_length(void **state)
{
    (void)state;
    uint8_t data[5 + 1023] = "\xff\xff\xff\xff\x7f";
    struct guarded g = guarded_copy(data, sizeof data);
    struct red_block blocks[RED_BLOCKS_MAX];
    size_t count = 0;
    assert_int_equal(red_parse(blocks, &count, g.data, g.len), RED_OK);
    assert_int_equal(count, 2);
    assert_int_equal(blocks[0].payload_type, 127);
    assert_int_equal(blocks[0].offset, RED_OFFSET_MAX);
    assert_int_equal(blocks[0].len, RED_LEN_MAX);
    guarded_free(&g);
}

// ---- writing -----------------------------------------------------------------------------------

static const uint8_t sound[2000] = "abcdefghijklmnopqrstuvwxyz";

static void leaves_out_what_cannot_be_said(void **state)
{
    (void)state;
    const struct red_block blocks[] = {
        {111, 16384, sound, 1},                            // too old
        {111, 16383, sound, 2},                            // as old as can be
        {111, 1920, sound, 1024},                          // too long
        {111, 960, sound + 2, 1}, {111, 960, sound, 1500}, // the primary, whatever its offset
    };
    struct red_block read[RED_BLOCKS_MAX];
    uint8_t out[2000];
    size_t count = 0;
    size_t len = red_write(blocks, 5, out, sizeof out);
    assert_int_equal(len, 4 + 4 + 1 + 2 + 1 + 1500);
    assert_int_equal(red_parse(read, &count, out, len), RED_OK);
    assert_int_equal(count, 3);
    assert_int_equal(read[0].offset, 16383);
    assert_int_equal(read[0].len, 2);
    assert_int_equal(read[1].offset, 960);
    assert_memory_equal(read[1].data, "c", 1);
    assert_int_equal(read[2].offset, 0);
    assert_int_equal(read[2].len, 1500);
}

static void leaves_out_the_oldest_of_too_many(void **state)
{
    (void)state;
    struct red_block blocks[20];
    struct red_block read[RED_BLOCKS_MAX];
    uint8_t out[100];
    size_t count = 0;
    for (uint32_t i = 0; i < 20; i++)
        blocks[i] = (struct red_block){96, (19 - i) * 100, sound + i, 1};
    blocks[10].offset = 99999; // takes no place
    size_t len = red_write(blocks, 20, out, sizeof out);
    assert_int_equal(red_parse(read, &count, out, len), RED_OK);
    assert_int_equal(count, RED_BLOCKS_MAX);
    assert_int_equal(read[0].offset, 1600);
    assert_memory_equal(read[0].data, "d", 1);
    assert_memory_equal(read[15].data, "t", 1);
}

static void writes_only_what_fits(void **state)
{
    (void)state;
    const struct red_block blocks[] = {{111, 960, sound, 3}, {111, 0, sound + 3, 4}};
    static const char written[] = "\xef\x0f\0\3\x6f"
                                  "abcdefg";
    for (size_t cap = 0; cap <= 12; cap++) {
        uint8_t out[12] = {0};
        struct guarded g = guarded_copy(out, cap);
        assert_int_equal(red_write(blocks, 2, g.data, cap), cap == 12 ? 12 : 0);
        assert_memory_equal(g.data, cap == 12 ? written : (const char *)out, cap);
        guarded_free(&g);
    }
}

static void payload_types_have_seven_bits(void **state)
{
    (void)state;
    const struct red_block blocks[] = {{0xff, 1, NULL, 0}, {0xff, 0, NULL, 0}};
    uint8_t out[5];
    assert_int_equal(red_write(blocks, 2, out, sizeof out), 5);
    assert_memory_equal(out, "\xff\0\4\0\x7f", 5);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct random random = {.state = 1};
    for (int run = 0; run < repeats(20000, 500); run++) {
        struct red_block blocks[RED_BLOCKS_MAX], read[RED_BLOCKS_MAX];
        uint8_t out[RED_BLOCKS_MAX * 64];
        size_t count = 1 + random_u64(&random) % RED_BLOCKS_MAX;
        size_t read_count = 0;
        for (size_t i = 0; i < count; i++)
            blocks[i] = (struct red_block){
                .payload_type = random_u64(&random) & 0x7f,
                .offset = i + 1 < count ? random_u64(&random) & RED_OFFSET_MAX : 0,
                .data = sound + random_u64(&random) % 26,
                .len = random_u64(&random) % 50,
            };
        size_t len = red_write(blocks, count, out, sizeof out);
        struct guarded g = guarded_copy(out, len);
        assert_int_equal(red_parse(read, &read_count, g.data, g.len), RED_OK);
        assert_int_equal(read_count, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(read[i].payload_type, blocks[i].payload_type);
            assert_int_equal(read[i].offset, blocks[i].offset);
            assert_int_equal(read[i].len, blocks[i].len);
            assert_memory_equal(read[i].data, blocks[i].data, blocks[i].len);
        }
        guarded_free(&g);
    }
}

static void each_status_has_words(void **state)
{
    (void)state;
    for (int i = RED_OK; i <= RED_MANY; i++)
        for (int j = RED_OK; j < i; j++)
            assert_string_not_equal(red_strstatus((enum red_status)i),
                                    red_strstatus((enum red_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_gstreamer_packet_and_writes_it_again),
        cmocka_unit_test(parses_two_generations_and_writes_them_again),
        cmocka_unit_test(every_cut_is_rejected_or_inside),
        cmocka_unit_test(headers),
        cmocka_unit_test(largest_offset_and_length),
        cmocka_unit_test(leaves_out_what_cannot_be_said),
        cmocka_unit_test(leaves_out_the_oldest_of_too_many),
        cmocka_unit_test(writes_only_what_fits),
        cmocka_unit_test(payload_types_have_seven_bits),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(each_status_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
