// A text that grows in the caller's buffer: what every writer in control/ appends to. What does not
// fit is left out whole and sets a sticky error that is asked for once, at the end. The text always
// ends in a NUL, which takes one octet of the buffer and is not counted.
#ifndef CONTROL_TEXT_H
#define CONTROL_TEXT_H

#include "control/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *at;    // start of the caller's buffer
    size_t len;  // octets written, without the NUL
    size_t cap;  // octets of the buffer, with room for the NUL
    bool failed; // something did not fit: nothing is appended any more
};

// An empty text in `buffer`, which stays the caller's. `cap` is at least 1.
struct text text_of(char *buffer, size_t cap);

void text_add(struct text *t, const char *cstr);
void text_slice(struct text *t, struct slice s);
void text_bytes(struct text *t, const void *data, size_t len);
// The same with every CR, LF and NUL as a space: what came from a peer cannot start a line of its
// own.
void text_clean(struct text *t, struct slice s);
void text_unsigned(struct text *t, uint64_t value);
void text_hex(struct text *t, uint32_t value); // 8 digits, upper case

// What was written, as a slice of the buffer.
static inline struct slice text_written(const struct text *t)
{
    return slice_at(t->at, t->len);
}

#endif
