// Packets on one TCP connection through a bad network: see interleaved.h.
#include "lab/interleaved.h"

#include "media/bytes.h"

#include <stdlib.h>
#include <string.h>

#define DOLLAR   '$'
#define TAGS_MAX 16384 // packets on their way: TCP_ROOM of the smallest

struct end {
    struct tcp *tcp;
    struct impair *path; // from here
    struct interleaved_stats stats;
    uint64_t *tags; // of the packets on their way from here, in order: a ring
    size_t tags_in, tags_out;
    uint8_t in[INTERLEAVED_HEADER + INTERLEAVED_MAX]; // of a packet that has not come whole
    size_t in_len;
};

struct interleaved {
    struct end end[2];
};

// The sum that TCP would carry goes beside the segment: FNV-1a.
static uint64_t checksum(const uint8_t *data, size_t len)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        sum = (sum ^ data[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static void leave(void *ctx, usec now, const uint8_t *segment, size_t len)
{
    struct end *e = ctx;
    impair_input(e->path, now, segment, len, checksum(segment, len));
}

static usec round_trip(const struct interleaved_config *c)
{
    usec sum = 0;
    for (int k = 0; k < 2; k++) {
        const struct impair_spec *s = c->path[k];
        usec traced = s->trace && s->trace->count ? s->trace->delay[0] : s->delay;
        sum += traced == USEC_NEVER ? 0 : traced;
    }
    return sum;
}

struct interleaved *interleaved_new(const struct interleaved_config *c)
{
    struct interleaved *i = calloc(1, sizeof *i);
    bool whole = i;
    for (int k = 0; whole && k < 2; k++) {
        struct end *e = &i->end[k];
        e->tcp = tcp_new(&(struct tcp_config){.rtt = round_trip(c), .send = leave, .ctx = e});
        e->path = impair_new(c->path[k], c->seed[k]);
        e->tags = malloc(TAGS_MAX * sizeof *e->tags);
        whole = e->tcp && e->path && e->tags;
    }
    if (whole)
        return i;
    interleaved_free(i);
    return NULL;
}

void interleaved_free(struct interleaved *i)
{
    for (int k = 0; i && k < 2; k++) {
        tcp_free(i->end[k].tcp);
        impair_free(i->end[k].path);
        free(i->end[k].tags);
    }
    free(i);
}

void interleaved_set(struct interleaved *i, const struct impair_spec *const path[2])
{
    for (int k = 0; k < 2; k++)
        impair_set(i->end[k].path, path[k]);
}

bool interleaved_send(struct interleaved *i, usec now, enum interleaved_end from,
                      const struct interleaved_packet *p)
{
    struct end *e = &i->end[from];
    uint8_t framed[INTERLEAVED_HEADER + INTERLEAVED_MAX];
    struct writer w = writer_of(framed, sizeof framed);
    writer_u8(&w, DOLLAR);
    writer_u8(&w, p->channel);
    writer_u16(&w, (uint16_t)p->len);
    writer_bytes(&w, p->data, p->len);
    // the whole packet or nothing: half of one would garble all that follow
    if (w.failed || e->tags_in - e->tags_out == TAGS_MAX || writer_len(&w) > tcp_room(e->tcp)) {
        e->stats.refused++;
        return false;
    }
    e->tags[e->tags_in++ % TAGS_MAX] = p->tag;
    return tcp_write(e->tcp, now, framed, writer_len(&w));
}

// ---- the network -------------------------------------------------------------------------------

static void cross(struct interleaved *i, usec now)
{
    uint8_t segment[TCP_SEGMENT_MAX];
    uint64_t sum;
    size_t len;
    for (int k = 0; k < 2; k++)
        tcp_run(i->end[k].tcp, now);
    for (int k = 0; k < 2; k++) {
        struct end *to = &i->end[!k];
        while ((len = impair_output(i->end[k].path, now, segment, sizeof segment, &sum, NULL))) {
            if (checksum(segment, len) == sum)
                tcp_input(to->tcp, now, segment, len);
            else
                to->stats.corrupted++;
        }
    }
}

// As much of the next packet as has come. True: it is whole.
static bool collect(struct end *e, usec now)
{
    size_t want = INTERLEAVED_HEADER, got;
    if (e->in_len >= INTERLEAVED_HEADER)
        want += (size_t)(e->in[2] << 8 | e->in[3]);
    while (e->in_len < want) {
        got = tcp_read(e->tcp, now, e->in + e->in_len, want - e->in_len);
        if (!got)
            return false;
        e->in_len += got;
        if (e->in_len == INTERLEAVED_HEADER)
            want += (size_t)(e->in[2] << 8 | e->in[3]);
    }
    return true;
}

bool interleaved_receive(struct interleaved *i, usec now, enum interleaved_end at,
                         struct interleaved_packet *p)
{
    struct end *e = &i->end[at], *other = &i->end[!at];
    cross(i, now);
    if (!collect(e, now))
        return false;
    *p = (struct interleaved_packet){.channel = e->in[1],
                                     .tag = other->tags[other->tags_out++ % TAGS_MAX],
                                     .data = e->in + INTERLEAVED_HEADER,
                                     .len = e->in_len - INTERLEAVED_HEADER};
    e->in_len = 0;
    return true;
}

bool interleaved_is_delivered(const struct interleaved *i, enum interleaved_end from)
{
    const struct end *e = &i->end[from];
    return e->tags_in == e->tags_out || tcp_is_broken(e->tcp);
}

usec interleaved_next(const struct interleaved *i)
{
    usec next = USEC_NEVER;
    for (int k = 0; k < 2; k++) {
        const struct end *e = &i->end[k];
        next = usec_min(next, usec_min(tcp_next(e->tcp), impair_next(e->path)));
    }
    return next;
}

struct interleaved_stats interleaved_stats(const struct interleaved *i, enum interleaved_end end)
{
    struct interleaved_stats stats = i->end[end].stats;
    stats.tcp = tcp_stats(i->end[end].tcp);
    return stats;
}
