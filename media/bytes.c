// Cursors: see bytes.h. Every other access is built on reader_take and writer_take, so that the
// bounds are checked in two places.
#include "media/bytes.h"

#include <string.h>

const uint8_t *reader_take(struct reader *r, size_t len)
{
    if (r->failed || reader_left(r) < len) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *bytes = r->at;
    if (len)
        r->at += len;
    return bytes;
}

static uint32_t read_number(struct reader *r, size_t octets)
{
    const uint8_t *bytes = reader_take(r, octets);
    uint32_t value = 0;
    if (!bytes)
        return 0;
    for (size_t i = 0; i < octets; i++)
        value = value << 8 | bytes[i];
    return value;
}

uint8_t reader_u8(struct reader *r)
{
    return (uint8_t)read_number(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
    return (uint16_t)read_number(r, 2);
}

uint32_t reader_u24(struct reader *r)
{
    return read_number(r, 3);
}

uint32_t reader_u32(struct reader *r)
{
    return read_number(r, 4);
}

uint8_t *writer_take(struct writer *w, size_t len)
{
    if (w->failed || writer_room(w) < len) {
        w->failed = true;
        return NULL;
    }
    uint8_t *bytes = w->at;
    if (len)
        w->at += len;
    return bytes;
}

void writer_bytes(struct writer *w, const void *data, size_t len)
{
    uint8_t *bytes = writer_take(w, len);
    if (bytes && len)
        memcpy(bytes, data, len);
}

static void write_number(struct writer *w, uint32_t value, size_t octets)
{
    uint8_t *bytes = writer_take(w, octets);
    if (!bytes)
        return;
    for (size_t i = octets; i-- > 0; value >>= 8)
        bytes[i] = (uint8_t)value;
}

void writer_u8(struct writer *w, uint8_t value)
{
    write_number(w, value, 1);
}

void writer_u16(struct writer *w, uint16_t value)
{
    write_number(w, value, 2);
}

void writer_u24(struct writer *w, uint32_t value)
{
    write_number(w, value, 3);
}

void writer_u32(struct writer *w, uint32_t value)
{
    write_number(w, value, 4);
}
