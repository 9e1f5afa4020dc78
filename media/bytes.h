// Read and write cursors over a caller's buffer, big-endian ("network order"). An access past the
// end moves nothing, returns zero and sets a sticky error that is asked for once, at the end.
// Neither cursor owns memory.
#ifndef MEDIA_BYTES_H
#define MEDIA_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed; // something was read that was not there
};

static inline struct reader reader_of(const void *data, size_t len)
{
    const uint8_t *bytes = data;
    return (struct reader){.at = bytes, .end = len ? bytes + len : bytes};
}

static inline size_t reader_left(const struct reader *r)
{
    return (size_t)(r->end - r->at);
}

// The next `len` octets as a pointer into the buffer; NULL, and failed, when there are fewer.
const uint8_t *reader_take(struct reader *r, size_t len);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u24(struct reader *r);
uint32_t reader_u32(struct reader *r);

struct writer {
    uint8_t *start;
    uint8_t *at;
    uint8_t *end;
    bool failed; // something did not fit
};

static inline struct writer writer_of(void *buffer, size_t cap)
{
    uint8_t *bytes = buffer;
    return (struct writer){.start = bytes, .at = bytes, .end = cap ? bytes + cap : bytes};
}

static inline size_t writer_len(const struct writer *w)
{
    return (size_t)(w->at - w->start);
}

static inline size_t writer_room(const struct writer *w)
{
    return (size_t)(w->end - w->at);
}

// Reserves `len` octets and returns where they start; NULL, and failed, when they do not fit.
uint8_t *writer_take(struct writer *w, size_t len);
void writer_bytes(struct writer *w, const void *data, size_t len);
void writer_u8(struct writer *w, uint8_t value);
void writer_u16(struct writer *w, uint16_t value);
void writer_u24(struct writer *w, uint32_t value);
void writer_u32(struct writer *w, uint32_t value);

#endif
