// The pictures of the last half minute again: see replay.h.
#include "window/replay.h"

#include "window/timeline.h"

#include <stdlib.h>

#define STEP  (TIMELINE_RATE / REPLAY_RATE) // samples
#define BURST 4 // pictures that may come at once: blocks of sound are the clock

struct replay {
    int width, height; // of the copies
    size_t octets;     // of each
    uint64_t count;    // pictures so far
    int64_t last;      // instant of the latest
    int64_t due;       // of the next one, at REPLAY_RATE
    int64_t at[REPLAY_MOST];
    uint8_t memory[];
};

static int least(int side)
{
    return side > 2 ? side : 2;
}

// A copy's sides are even, so that its planes have them all.
struct replay *replay_new(int width, int height)
{
    int w = width, h = height;
    while (picture_octets(w, h) > REPLAY_SIZE / REPLAY_MOST)
        if (w > h) {
            w = least((w - 2) & ~1);
            h = least((int)((int64_t)height * w / width) & ~1);
        } else {
            h = least((h - 2) & ~1);
            w = least((int)((int64_t)width * h / height) & ~1);
        }
    size_t octets = picture_octets(w, h);
    struct replay *r = octets ? malloc(sizeof *r + REPLAY_MOST * octets) : NULL;
    if (r)
        *r = (struct replay){.width = w, .height = h, .octets = octets};
    return r;
}

void replay_free(struct replay *r)
{
    free(r);
}

static struct picture copy_of(const struct replay *r, uint64_t n)
{
    uint8_t *memory = (uint8_t *)r->memory + n % REPLAY_MOST * r->octets;
    return picture_of(memory, r->width, r->height);
}

// Each pixel is the mean of four, which lie apart where the copy is smaller: enough for the eye, and cheap.
static void shrink(const struct picture *to, const struct picture *from, int plane)
{
    int w = picture_plane_width(to, plane), h = picture_plane_height(to, plane);
    int fw = picture_plane_width(from, plane), fh = picture_plane_height(from, plane);
    for (int y = 0; y < h; y++) {
        const uint8_t *above =
            from->plane[plane] + (4 * y + 1) * fh / (4 * h) * from->stride[plane];
        const uint8_t *below =
            from->plane[plane] + (4 * y + 3) * fh / (4 * h) * from->stride[plane];
        uint8_t *row = to->plane[plane] + y * to->stride[plane];
        for (int x = 0; x < w; x++) {
            int left = (4 * x + 1) * fw / (4 * w), right = (4 * x + 3) * fw / (4 * w);
            row[x] = (uint8_t)((above[left] + above[right] + below[left] + below[right] + 2) / 4);
        }
    }
}

void replay_put(struct replay *r, int64_t at, const struct picture *picture)
{
    if (at < r->last)
        at = r->last;
    if (r->count && at < r->due - BURST * STEP)
        return;
    struct picture copy = copy_of(r, r->count);
    for (int plane = 0; plane < PICTURE_PLANES; plane++)
        shrink(&copy, picture, plane);
    r->at[r->count++ % REPLAY_MOST] = r->last = at;
    r->due = (r->due > at ? r->due : at) + STEP;
}

bool replay_at(const struct replay *r, int64_t at, struct picture *seen)
{
    uint64_t low = r->count > REPLAY_MOST ? r->count - REPLAY_MOST : 0, high = r->count,
             first = low;
    while (low < high) { // the first that came later
        uint64_t middle = low + (high - low) / 2;
        if (r->at[middle % REPLAY_MOST] > at)
            high = middle;
        else
            low = middle + 1;
    }
    if (low == first)
        return false;
    *seen = copy_of(r, low - 1);
    return true;
}
