// Which of the latest sequence numbers have come: tells a duplicate from a packet that came late,
// so that what is received and what is lost add up to what was sent.
#ifndef MEDIA_SEEN_H
#define MEDIA_SEEN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SEEN_WINDOW 4096u // sequence numbers behind the highest; older ones count as duplicates

struct seen {
    bool started;
    uint32_t highest;
    uint64_t bits[SEEN_WINDOW / 64];
};

static inline void seen_init(struct seen *s)
{
    memset(s, 0, sizeof *s);
}

// Is this extended sequence number a new one? It has been seen from now on.
static inline bool seen_add(struct seen *s, uint32_t seq)
{
    if (!s->started) {
        s->started = true;
        s->highest = seq;
    }
    int32_t ahead = (int32_t)(seq - s->highest);
    if (ahead <= -(int32_t)SEEN_WINDOW)
        return false;
    if (ahead >= (int32_t)SEEN_WINDOW)
        memset(s->bits, 0, sizeof s->bits);
    for (uint32_t i = s->highest + 1; ahead > 0 && ahead < (int32_t)SEEN_WINDOW && i != seq + 1;
         i++)
        s->bits[i % SEEN_WINDOW / 64] &= ~(UINT64_C(1) << i % 64);
    if (ahead > 0)
        s->highest = seq;
    uint64_t bit = UINT64_C(1) << seq % 64;
    uint64_t *word = &s->bits[seq % SEEN_WINDOW / 64];
    bool is_new = !(*word & bit);
    *word |= bit;
    return is_new;
}

// Has it come? What is older than the window counts as if it had.
static inline bool seen_has(const struct seen *s, uint32_t seq)
{
    int32_t ahead = (int32_t)(seq - s->highest);
    if (!s->started || ahead > 0)
        return false;
    return ahead <= -(int32_t)SEEN_WINDOW || s->bits[seq % SEEN_WINDOW / 64] >> seq % 64 & 1;
}

#endif
