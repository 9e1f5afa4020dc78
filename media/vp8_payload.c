// The RTP payload of VP8: see vp8_payload.h.
#include "media/vp8_payload.h"

#include "media/bytes.h"

#include <assert.h>

// The first octet.
#define EXTENDED      0x80
#define NON_REFERENCE 0x20
#define START         0x10
#define PARTITION     0x07

// The second.
#define HAS_PICTURE_ID 0x80
#define HAS_TL0        0x40
#define HAS_TID        0x20
#define HAS_KEYIDX     0x10

#define LONG_ID 0x80 // in the first octet of the PictureID
#define LAYER_Y 0x20 // beside TID and KEYIDX

const char *vp8_payload_strstatus(enum vp8_payload_status status)
{
    switch (status) {
    case VP8_PAYLOAD_OK:
        return "ok";
    case VP8_PAYLOAD_SHORT:
        return "too short";
    case VP8_PAYLOAD_EMPTY:
        return "nothing of a frame";
    }
    return "unknown";
}

static void read_picture_id(struct vp8_payload *p, struct reader *r)
{
    uint8_t first = reader_u8(r);
    p->has_picture_id = true;
    p->long_id = first & LONG_ID;
    p->picture_id = first & 0x7f;
    if (p->long_id)
        p->picture_id = (uint16_t)(p->picture_id << 8 | reader_u8(r));
}

static void read_layers(struct vp8_payload *p, struct reader *r, uint8_t has)
{
    uint8_t octet = reader_u8(r);
    p->has_tid = has & HAS_TID;
    p->has_keyidx = has & HAS_KEYIDX;
    if (p->has_tid) {
        p->tid = octet >> 6;
        p->y = octet & LAYER_Y;
    }
    if (p->has_keyidx)
        p->keyidx = octet & 0x1f;
}

// RFC 7741 section 4.2.
enum vp8_payload_status vp8_payload_parse(struct vp8_payload *p, const void *payload, size_t len)
{
    struct reader r = reader_of(payload, len);
    uint8_t first = reader_u8(&r);
    uint8_t has = first & EXTENDED ? reader_u8(&r) : 0;
    struct vp8_payload read = {
        .non_reference = first & NON_REFERENCE,
        .start = first & START,
        .partition = first & PARTITION,
    };
    if (has & HAS_PICTURE_ID)
        read_picture_id(&read, &r);
    if (has & HAS_TL0) {
        read.has_tl0 = true;
        read.tl0 = reader_u8(&r);
    }
    if (has & (HAS_TID | HAS_KEYIDX))
        read_layers(&read, &r, has);
    if (r.failed)
        return VP8_PAYLOAD_SHORT;
    if (!reader_left(&r))
        return VP8_PAYLOAD_EMPTY;
    read.len = reader_left(&r);
    read.data = reader_take(&r, read.len);
    *p = read;
    return VP8_PAYLOAD_OK;
}

static uint8_t what_it_has(const struct vp8_payload *p)
{
    return (uint8_t)((p->has_picture_id ? HAS_PICTURE_ID : 0) | (p->has_tl0 ? HAS_TL0 : 0) |
                     (p->has_tid ? HAS_TID : 0) | (p->has_keyidx ? HAS_KEYIDX : 0));
}

size_t vp8_descriptor_len(const struct vp8_payload *p)
{
    if (!what_it_has(p))
        return 1;
    return 2 + (p->has_picture_id ? 1 + (size_t)p->long_id : 0) + (size_t)p->has_tl0 +
           (size_t)(p->has_tid || p->has_keyidx);
}

static void write_descriptor(const struct vp8_payload *p, struct writer *w)
{
    uint8_t has = what_it_has(p);
    writer_u8(w, (uint8_t)((has ? EXTENDED : 0) | (p->non_reference ? NON_REFERENCE : 0) |
                           (p->start ? START : 0) | (p->partition & PARTITION)));
    if (has)
        writer_u8(w, has);
    if (p->has_picture_id && p->long_id)
        writer_u16(w, (uint16_t)(LONG_ID << 8 | (p->picture_id & 0x7fff)));
    else if (p->has_picture_id)
        writer_u8(w, p->picture_id & 0x7f);
    if (p->has_tl0)
        writer_u8(w, p->tl0);
    if (p->has_tid || p->has_keyidx)
        writer_u8(w, (uint8_t)((p->has_tid ? (p->tid & 3) << 6 | (p->y ? LAYER_Y : 0) : 0) |
                               (p->has_keyidx ? p->keyidx & 0x1f : 0)));
}

size_t vp8_payload_write(const struct vp8_payload *p, void *out, size_t cap)
{
    struct writer w = writer_of(out, cap);
    if (vp8_descriptor_len(p) + p->len > cap)
        return 0;
    write_descriptor(p, &w);
    writer_bytes(&w, p->data, p->len);
    return writer_len(&w);
}

// ---- one frame into packets --------------------------------------------------------------------

struct vp8_packets vp8_packets_of(const struct vp8_payload *descriptor, const void *frame,
                                  size_t len, size_t limit)
{
    struct vp8_packets p = {.first = *descriptor};
    size_t header = vp8_descriptor_len(descriptor);
    assert(len > 0 && limit > header);
    size_t room = limit - header;
    p.first.data = frame;
    p.first.len = len;
    p.count = (len + room - 1) / room;
    return p;
}

// Packet `i` begins at octet len * i / count: no two differ by more than one octet.
size_t vp8_packets_next(struct vp8_packets *p, void *out, size_t cap)
{
    if (vp8_packets_done(p))
        return 0;
    size_t from = p->first.len * p->next / p->count;
    size_t to = p->first.len * (p->next + 1) / p->count;
    struct vp8_payload payload = p->first;
    payload.start = p->next == 0;
    payload.partition = 0; // as all may have, section 4.2
    payload.data += from;
    payload.len = to - from;
    size_t written = vp8_payload_write(&payload, out, cap);
    p->next += written > 0;
    return written;
}
