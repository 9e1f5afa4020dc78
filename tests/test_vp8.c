// VP8: what an encoder makes is what a decoder shows; whatever else is given to one does no harm.
#include "tests/test.h"

#include "media/vp8.h"

#include <string.h>

// ---- what a frame says of itself ---------------------------------------------------------------

struct row {
    const char *what;
    const char *octets;
    size_t len;
    bool parsed;
    struct vp8_frame expected;
};

static void headers(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"nothing", "", 0, false, {0}},
        {"two octets", "\x10\2", 2, false, {0}},
        {"a key frame, 640x360",
         "\x10\2\0\x9d\x01\x2a\x80\x02\x68\x01",
         10,
         true,
         {true, true, 16, 640, 360}},
        {"and its scales",
         "\x10\2\0\x9d\x01\x2a\x80\x42\x68\xc1",
         10,
         true,
         {true, true, 16, 640, 360}},
        {"its first octets", "\x10\2\0\x9d\x01\x2a\x80\x02\x68", 9, true, {true, true, 16, 0, 0}},
        {"another start code", "\x10\2\0\x9d\x01\x2b\x80\x02\x68\x01", 10, false, {0}},
        {"not shown", "\x01\2\0", 3, true, {false, false, 16, 0, 0}},
        {"the longest partition", "\xf1\xff\xff", 3, true, {false, true, 0x7ffff, 0, 0}},
    };
    for (const struct row *row = rows; row != rows + sizeof rows / sizeof rows[0]; row++) {
        struct guarded g = guarded_copy(row->octets, row->len);
        struct vp8_frame f = {0};
        if (vp8_frame_parse(&f, g.data, g.len) != row->parsed || f.key != row->expected.key ||
            f.shown != row->expected.shown || f.width != row->expected.width ||
            f.height != row->expected.height || f.first_partition != row->expected.first_partition)
            fail_msg("%s", row->what);
        guarded_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
