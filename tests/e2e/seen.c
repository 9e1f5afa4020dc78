// What was seen of the test picture: see seen.h.
#include "tests/e2e/seen.h"

#include "tests/test.h"

#include "media/pattern.h"
#include "media/y4m.h"

#include <stdio.h>

static void take(struct seen *seen, const struct picture *picture)
{
    uint32_t number;
    if (!pattern_read(picture, &number))
        return;
    if (!seen->read++)
        seen->first = seen->last = number;
    seen->steps += seen->read > 1 && number == seen->last + 1;
    seen->backs += number < seen->last;
    seen->last = number;
}

struct seen seen_read(const char *path)
{
    struct seen seen = {0};
    struct y4m header;
    static uint8_t head[Y4M_LINE_MAX], memory[SEEN_WIDTH * SEEN_HEIGHT * 3 / 2];
    const struct picture picture = picture_of(memory, SEEN_WIDTH, SEEN_HEIGHT);
    size_t used;
    FILE *file = fopen(path, "rbe");
    assert_non_null(file);
    size_t have = fread(head, 1, sizeof head, file);
    assert_int_equal(y4m_parse_header(&header, head, have, &used), Y4M_OK);
    assert_int_equal(header.width, SEEN_WIDTH);
    assert_int_equal(header.height, SEEN_HEIGHT);
    seen.fps = (double)header.fps_num / header.fps_den;
    fseek(file, (long)used, SEEK_SET);
    for (char line[6]; fread(line, 1, sizeof line, file) == sizeof line; seen.pictures++) {
        assert_memory_equal(line, "FRAME\n", sizeof line);
        assert_int_equal(fread(memory, 1, sizeof memory, file), sizeof memory);
        take(&seen, &picture);
    }
    assert_int_equal(ferror(file), 0);
    fclose(file);
    return seen;
}
