// All that a sender says: see tape.h.
#include "lab/tape.h"

#include "lab/station.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    usec at;
    enum sender_kind kind;
    size_t offset, len; // in `data`
};

struct tape {
    struct sender_position position;
    struct sender_stats stats;
    struct entry *entries;
    size_t count, room;
    uint8_t *data;
    size_t data_len, data_room;
};

// Room for one more of `len` octets. False: no memory.
static bool grow(struct tape *t, size_t len)
{
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 1024;
        struct entry *entries = realloc(t->entries, room * sizeof *entries);
        if (!entries)
            return false;
        t->entries = entries;
        t->room = room;
    }
    if (t->data_room - t->data_len < len) {
        size_t room = 2 * t->data_room + len + 65536;
        uint8_t *data = realloc(t->data, room);
        if (!data)
            return false;
        t->data = data;
        t->data_room = room;
    }
    return true;
}

static bool keep(struct tape *t, usec now, const struct sender_datagram *d)
{
    if (!grow(t, d->len))
        return false;
    memcpy(t->data + t->data_len, d->data, d->len);
    t->entries[t->count++] = (struct entry){now, d->kind, t->data_len, d->len};
    t->data_len += d->len;
    return true;
}

struct tape *tape_record(const struct sender_config *config, const struct feed_source *source)
{
    struct station *station =
        station_new(config, (struct peer_takes){.red = true, .feedback = true}, source);
    struct tape *t = calloc(1, sizeof *t);
    bool whole = station && t;
    if (whole)
        t->position = station_position(station);
    for (usec now = 0; whole && now != USEC_NEVER; now = station_next(station)) {
        struct sender_datagram d;
        while (whole && station_output(station, now, &d))
            whole = keep(t, now, &d);
    }
    if (whole) {
        t->stats = station_stats(station);
    } else {
        tape_free(t);
        t = NULL;
    }
    station_free(station);
    return t;
}

void tape_free(struct tape *t)
{
    if (!t)
        return;
    free(t->entries);
    free(t->data);
    free(t);
}

bool tape_datagram(const struct tape *t, size_t n, usec *at, struct sender_datagram *out)
{
    if (n >= t->count)
        return false;
    const struct entry *e = &t->entries[n];
    *at = e->at;
    *out = (struct sender_datagram){.kind = e->kind, .data = t->data + e->offset, .len = e->len};
    return true;
}

struct sender_position tape_position(const struct tape *t)
{
    return t->position;
}

struct sender_stats tape_stats(const struct tape *t)
{
    return t->stats;
}
