// Any octets as a redundant payload: what is parsed lies inside and adds up to the payload, a fault
// leaves the result alone, and what was parsed is, written again, the same octets.
#include "media/red.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

// Headers and data, in the order of the wire, leave no octet over.
static void assert_adds_up(const struct red_block *blocks, size_t count, const uint8_t *data,
                           size_t len)
{
    const uint8_t *at = data + 4 * (count - 1) + 1;
    for (size_t i = 0; i < count; i++) {
        assert(blocks[i].payload_type < 128);
        assert(blocks[i].data == at);
        at += blocks[i].len;
    }
    assert(at == data + len);
    assert(blocks[count - 1].offset == 0);
}

static void write_again(const struct red_block *blocks, size_t count, const uint8_t *data,
                        size_t len)
{
    uint8_t *out = malloc(len); // no larger: a write past the end is seen
    assert(out);
    assert(red_write(blocks, count, out, len - 1) == 0);
    assert(red_write(blocks, count, out, len) == len);
    assert(memcmp(out, data, len) == 0);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct red_block blocks[RED_BLOCKS_MAX], before[RED_BLOCKS_MAX];
    size_t count = 0;
    memset(blocks, 0xa5, sizeof blocks);
    memcpy(before, blocks, sizeof blocks);
    if (red_parse(blocks, &count, data, len) != RED_OK) {
        assert(count == 0);
        assert(memcmp(blocks, before, sizeof blocks) == 0);
        return 0;
    }
    assert(count >= 1 && count <= RED_BLOCKS_MAX);
    assert_adds_up(blocks, count, data, len);
    write_again(blocks, count, data, len);
    return 0;
}
