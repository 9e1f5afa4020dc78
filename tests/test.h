// What every test program includes: cmocka with the headers it wants, and input that lies against
// an unreadable page, so that a read one octet too far stops the test that caused it.
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct guarded {
    uint8_t *data; // `len` octets, the next one is not there
    size_t len;
    void *map;
    size_t map_len;
};

struct guarded guarded_copy(const void *data, size_t len);
void guarded_free(struct guarded *g);

// How often a case is repeated: `many` times, or `few` under valgrind, where all takes fifty times
// as long (tests/valgrind.sh sets the variable).
static inline int repeats(int many, int few)
{
    return getenv("VOZ_FEW_REPEATS") ? few : many;
}

#endif
