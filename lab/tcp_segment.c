// A TCP segment: see tcp_segment.h.
#include "lab/tcp_segment.h"

#include "media/bytes.h"

#define FLAG_PUSH   0x08
#define FLAG_ACK    0x10
#define FIXED       12 // octets before the options
#define NO_PORTS    8  // octets that are left out, and that the data offset counts
#define WINDOW      0xffff
#define KIND_NOP    1
#define KIND_SACK   5
#define KIND_STAMP  8
#define STAMP_LEN   10
#define SACK_LEN(n) (2 + 8 * (n))
#define OPTIONS(s)  ((size_t)(2 + STAMP_LEN + ((s)->sacks ? 2 + SACK_LEN((s)->sacks) : 0)))

size_t tcp_segment_write(const struct tcp_segment *s, uint8_t *out, size_t cap)
{
    struct writer w = writer_of(out, cap);
    size_t words = (FIXED + NO_PORTS + OPTIONS(s)) / 4;
    writer_u32(&w, s->seq);
    writer_u32(&w, s->ack);
    writer_u16(&w, (uint16_t)(words << 12 | FLAG_ACK | (s->push ? FLAG_PUSH : 0)));
    writer_u16(&w, WINDOW);
    writer_u8(&w, KIND_NOP);
    writer_u8(&w, KIND_NOP);
    writer_u8(&w, KIND_STAMP);
    writer_u8(&w, STAMP_LEN);
    writer_u32(&w, s->stamp);
    writer_u32(&w, s->echo);
    if (s->sacks) {
        writer_u8(&w, KIND_NOP);
        writer_u8(&w, KIND_NOP);
        writer_u8(&w, KIND_SACK);
        writer_u8(&w, (uint8_t)SACK_LEN(s->sacks));
    }
    for (int i = 0; i < s->sacks; i++) {
        writer_u32(&w, s->sack[i].start);
        writer_u32(&w, s->sack[i].end);
    }
    writer_bytes(&w, s->data, s->len);
    return w.failed ? 0 : writer_len(&w);
}

static bool parse_sacks(struct tcp_segment *s, struct reader *options, size_t len)
{
    s->sacks = (int)(len - 2) / 8;
    if (s->sacks < 1 || s->sacks > TCP_SACKS_MAX || len != SACK_LEN((size_t)s->sacks))
        return false;
    for (int i = 0; i < s->sacks; i++) {
        s->sack[i].start = reader_u32(options);
        s->sack[i].end = reader_u32(options);
    }
    return true;
}

static bool parse_options(struct tcp_segment *s, struct reader *options)
{
    bool stamped = false;
    while (reader_left(options)) {
        uint8_t kind = reader_u8(options);
        if (kind == KIND_NOP)
            continue;
        uint8_t len = reader_u8(options);
        if (kind == KIND_STAMP && len == STAMP_LEN) {
            s->stamp = reader_u32(options);
            s->echo = reader_u32(options);
            stamped = true;
        } else if (kind != KIND_SACK || len < 2 || !parse_sacks(s, options, len)) {
            return false;
        }
    }
    return stamped && !options->failed;
}

bool tcp_segment_parse(struct tcp_segment *s, const uint8_t *data, size_t len)
{
    struct reader r = reader_of(data, len);
    *s = (struct tcp_segment){.seq = reader_u32(&r), .ack = reader_u32(&r)};
    uint16_t flags = reader_u16(&r);
    size_t header = (size_t)(flags >> 12) * 4;
    s->push = flags & FLAG_PUSH;
    reader_u16(&r);
    if (r.failed || header < FIXED + NO_PORTS)
        return false;
    size_t options_len = header - FIXED - NO_PORTS;
    const uint8_t *bytes = reader_take(&r, options_len);
    struct reader options = reader_of(bytes, options_len);
    if (!bytes || !parse_options(s, &options))
        return false;
    s->len = reader_left(&r);
    s->data = reader_take(&r, s->len);
    return true;
}
