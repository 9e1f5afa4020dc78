// Texts that grow: see text.h. No printf: what is written is small, and often.
#include "control/text.h"

#include <assert.h>
#include <string.h>

struct text text_of(char *buffer, size_t cap)
{
    assert(cap >= 1);
    buffer[0] = '\0';
    return (struct text){.at = buffer, .cap = cap};
}

void text_bytes(struct text *t, const void *data, size_t len)
{
    if (t->failed || len > t->cap - 1 - t->len) {
        t->failed = true;
        return;
    }
    if (len)
        memcpy(t->at + t->len, data, len);
    t->len += len;
    t->at[t->len] = '\0';
}

void text_add(struct text *t, const char *cstr)
{
    text_bytes(t, cstr, strlen(cstr));
}

void text_slice(struct text *t, struct slice s)
{
    text_bytes(t, s.at, s.len);
}

void text_clean(struct text *t, struct slice s)
{
    size_t from = t->len;
    text_slice(t, s);
    for (size_t i = from; i < t->len; i++)
        if (t->at[i] == '\r' || t->at[i] == '\n' || t->at[i] == '\0')
            t->at[i] = ' ';
}

void text_unsigned(struct text *t, uint64_t value)
{
    char digits[20]; // of 2^64 - 1
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    text_bytes(t, digits + at, sizeof digits - at);
}

void text_hex(struct text *t, uint32_t value)
{
    char digits[8];
    for (size_t i = 0; i < sizeof digits; i++)
        digits[i] = "0123456789ABCDEF"[value >> (28 - 4 * i) & 15];
    text_bytes(t, digits, sizeof digits);
}
