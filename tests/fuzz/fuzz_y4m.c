// Any octets as a YUV4MPEG2 stream, line by line, as it would come from a pipe: a fault leaves the
// result alone, more octets never change what a whole line said, and what was parsed is, written
// and parsed again, the same.
#include "media/y4m.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void write_again(const struct y4m *h)
{
    char out[256];
    struct y4m again;
    size_t used = 0;
    size_t written = y4m_write_header(h, out, sizeof out);
    assert(written > 0);
    assert(y4m_write_header(h, out, written - 1) == 0);
    assert(y4m_parse_header(&again, out, written, &used) == Y4M_OK);
    assert(used == written);
    again.interlaced = h->interlaced; // what we write never is
    assert(memcmp(&again, h, sizeof again) == 0);
}

static void one_octet_less(const uint8_t *data, size_t used)
{
    struct y4m h;
    size_t ignored = 0;
    assert(y4m_parse_header(&h, data, used - 1, &ignored) == Y4M_PARTIAL);
    assert(ignored == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct y4m h, before;
    size_t used = 0;
    memset(&h, 0xa5, sizeof h);
    memcpy(&before, &h, sizeof h);
    enum y4m_status status = y4m_parse_header(&h, data, len, &used);
    if (status != Y4M_OK) {
        assert(used == 0);
        assert(memcmp(&h, &before, sizeof h) == 0);
        assert(status != Y4M_PARTIAL || len < Y4M_LINE_MAX);
        return 0;
    }
    assert(used >= 1 && used <= len && used <= Y4M_LINE_MAX);
    assert(data[used - 1] == '\n');
    one_octet_less(data, used);
    write_again(&h);
    for (size_t at = used; y4m_parse_frame(data + at, len - at, &used) == Y4M_OK; at += used)
        assert(used >= 6 && used <= len - at && data[at + used - 1] == '\n');
    return 0;
}
