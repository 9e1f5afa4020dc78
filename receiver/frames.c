// The packets of pictures that wait to be seen: see frames.h.
#include "receiver/frames.h"

#include "media/vp8.h"
#include "media/vp8_payload.h"

#include <string.h>

static const struct frames_slot *slot_of(const struct frames *f, uint32_t seq)
{
    return &f->slots[seq % FRAMES_PACKETS];
}

static bool is_behind(const struct frames *f, uint32_t seq)
{
    return (int32_t)(seq - f->highest) > 0;
}

void frames_restart(struct frames *f, uint32_t seq)
{
    for (uint32_t i = 0; i < FRAMES_PACKETS; i++)
        f->slots[i].here = false;
    f->next = seq;
    f->highest = seq - 1;
    f->keys = 0;
}

bool frames_has(const struct frames *f, uint32_t seq)
{
    const struct frames_slot *slot = slot_of(f, seq);
    return slot->here && slot->seq == seq;
}

uint32_t frames_over(const struct frames *f, uint32_t seq)
{
    int32_t ahead = (int32_t)(seq - f->next);
    return ahead < (int32_t)FRAMES_PACKETS ? 0 : (uint32_t)ahead - (FRAMES_PACKETS - 1);
}

enum frames_put frames_put(struct frames *f, usec came, uint32_t seq,
                           const struct rtp_packet *packet)
{
    struct vp8_payload payload;
    struct vp8_frame frame;
    if (vp8_payload_parse(&payload, packet->payload, packet->payload_len) != VP8_PAYLOAD_OK ||
        payload.len > FRAMES_PAYLOAD_MAX)
        return FRAMES_INVALID;
    if ((int32_t)(seq - f->next) < 0 || frames_has(f, seq))
        return FRAMES_KNOWN;
    if (frames_over(f, seq))
        return FRAMES_FULL;
    struct frames_slot *slot = &f->slots[seq % FRAMES_PACKETS];
    slot->here = true;
    slot->marker = packet->marker;
    slot->begins = vp8_payload_begins_frame(&payload);
    slot->key = slot->begins && vp8_frame_parse(&frame, payload.data, payload.len) && frame.key;
    f->keys += slot->key;
    slot->seq = seq;
    slot->timestamp = packet->timestamp;
    slot->came = came;
    slot->len = (uint16_t)payload.len;
    memcpy(slot->octets, payload.data, payload.len);
    if (is_behind(f, seq))
        f->highest = seq;
    return FRAMES_PUT;
}

struct frames_left frames_leave(struct frames *f, uint32_t end)
{
    struct frames_left left = {0};
    for (; f->next != end + 1; f->next++) {
        struct frames_slot *slot = &f->slots[f->next % FRAMES_PACKETS];
        bool here = frames_has(f, f->next);
        left.missing += !here;
        left.frames += here && slot->begins;
        f->keys -= here && slot->key;
        slot->here = false;
    }
    if (is_behind(f, end))
        f->highest = end;
    return left;
}

struct frame frames_front(const struct frames *f, uint32_t interval)
{
    struct frame front = {.whole = true};
    for (uint32_t seq = f->next; !is_behind(f, seq); seq++) {
        const struct frames_slot *slot = slot_of(f, seq);
        if (!frames_has(f, seq)) {
            front.whole = false;
            front.gap = true;
            continue;
        }
        if (!front.any) {
            front.any = true;
            front.timestamp = slot->timestamp;
            front.begins = seq == f->next && slot->begins;
            front.key = front.begins && slot->key;
            front.whole &= front.begins;
            if (slot->begins && seq != f->next) { // all that is missing is of frames before it
                front.timestamp -= interval;
                front.came = slot->came;
                front.end = seq - 1;
                return front;
            }
        } else if (slot->timestamp != front.timestamp) { // and the end of the one before is missing
            front.end = seq - 1;
            return front;
        }
        front.end = seq;
        front.came = usec_max(front.came, slot->came);
        if (slot->marker)
            return front;
    }
    front.whole = false; // its end is yet to come
    return front;
}

bool frames_key(const struct frames *f, uint32_t *seq)
{
    for (*seq = f->next; f->keys && !is_behind(f, *seq); ++*seq)
        if (frames_has(f, *seq) && slot_of(f, *seq)->key)
            return true;
    return false;
}

size_t frames_gather(const struct frames *f, uint32_t end, uint8_t *out, size_t cap)
{
    size_t len = 0, last = 0;
    for (uint32_t seq = f->next; seq != end + 1; seq++) {
        const struct frames_slot *slot = slot_of(f, seq);
        bool here = frames_has(f, seq);
        last = here ? slot->len : last;
        if (len + last > cap)
            break;
        if (here)
            memcpy(out + len, slot->octets, last);
        else
            memset(out + len, 0, last);
        len += last;
    }
    return len;
}
