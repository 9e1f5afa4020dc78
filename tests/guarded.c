// Copies that end at an unreadable page: see test.h.
#include "tests/test.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guarded guarded_copy(const void *data, size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t body = (len + page - 1) / page * page;
    struct guarded g = {.len = len, .map_len = body + page};
    g.map = mmap(NULL, g.map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(g.map != MAP_FAILED);
    assert_int_equal(mprotect((uint8_t *)g.map + body, page, PROT_NONE), 0);
    g.data = (uint8_t *)g.map + body - len;
    if (len)
        memcpy(g.data, data, len);
    return g;
}

void guarded_free(struct guarded *g)
{
    munmap(g->map, g->map_len);
    *g = (struct guarded){0};
}
