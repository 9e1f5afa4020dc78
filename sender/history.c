// The losses of a listener: see history.h.
#include "sender/history.h"

#include <string.h>

#define LATE \
    4096 // packets that a report may be behind another; further back, the numbers began anew

struct set { // of packets: bit 0 of the first word is the latest
    uint64_t words[HISTORY_WORDS];
};

void history_packet(struct history *h, bool lost)
{
    for (int i = HISTORY_WORDS - 1; i > 0; i--)
        h->lost[i] = h->lost[i] << 1 | h->lost[i - 1] >> 63;
    h->lost[0] = h->lost[0] << 1 | lost;
    h->count += h->count < HISTORY_PACKETS;
}

void history_restart(struct history *h)
{
    h->begun = h->placed = false;
}

void history_run(struct history *h, uint16_t seq, uint16_t count, bool came)
{
    if (!h->exact) // what was guessed is of no use any more
        *h = (struct history){.exact = true, .begun = h->begun, .highest = h->highest};
    int16_t ahead = (int16_t)(uint16_t)(seq - h->next);
    if (!h->placed || ahead < -LATE)
        ahead = 0;
    h->placed = true;
    int known = ahead < 0 ? -ahead : 0;
    if (known >= count)
        return;
    int fresh = count - known;
    for (int i = 0; i < fresh && i < HISTORY_PACKETS; i++) // any more would be forgotten again
        history_packet(h, !came);
    h->next = (uint16_t)(seq + count);
}

void history_share(struct history *h, struct random *random, uint64_t sent, uint32_t highest_seq,
                   uint8_t fraction_lost)
{
    int32_t ahead = (int32_t)(highest_seq - h->highest);
    if (h->begun && ahead < 0 && ahead >= -LATE)
        return;
    uint64_t packets = !h->begun ? sent : ahead > 0 ? (uint64_t)ahead : 0;
    h->begun = true;
    h->highest = highest_seq;
    if (h->exact)
        return;
    if (packets > HISTORY_PACKETS)
        packets = HISTORY_PACKETS;
    uint64_t lost = (packets * fraction_lost + 128) / 256;
    for (; packets > 0; packets--) { // just as many, anywhere among them
        bool is_lost = random_unit(random) * (double)packets < (double)lost;
        history_packet(h, is_lost);
        lost -= is_lost;
    }
}

// ---- sets --------------------------------------------------------------------------------------

// Each packet for the one `n` after it: where the packet after is not known yet, it came.
static struct set later(const struct set *s, unsigned n)
{
    struct set moved = {0};
    unsigned words = n / 64, bits = n % 64;
    for (unsigned i = words; i < HISTORY_WORDS; i++) {
        moved.words[i] = s->words[i - words] << bits;
        if (bits && i > words)
            moved.words[i] |= s->words[i - words - 1] >> (64 - bits);
    }
    return moved;
}

// Each packet for the one before it.
static struct set earlier(const struct set *s)
{
    struct set moved;
    for (unsigned i = 0; i < HISTORY_WORDS; i++)
        moved.words[i] = s->words[i] >> 1 | (i + 1 < HISTORY_WORDS ? s->words[i + 1] << 63 : 0);
    return moved;
}

static struct set both(const struct set *a, const struct set *b)
{
    struct set s;
    for (unsigned i = 0; i < HISTORY_WORDS; i++)
        s.words[i] = a->words[i] & b->words[i];
    return s;
}

static struct set either(const struct set *a, const struct set *b)
{
    struct set s;
    for (unsigned i = 0; i < HISTORY_WORDS; i++)
        s.words[i] = a->words[i] | b->words[i];
    return s;
}

static int size(const struct set *s)
{
    int count = 0;
    for (unsigned i = 0; i < HISTORY_WORDS; i++)
        count += __builtin_popcountll(s->words[i]);
    return count;
}

// ---- what would become of them -----------------------------------------------------------------

// Those that have a neighbour in the set as well; and those that stand in a row of three or more.
static void count_runs(const struct set *left, int *with_neighbour, int *in_a_row)
{
    struct set after = later(left, 1), before = earlier(left);
    struct set any = either(&after, &before), all = both(&after, &before);
    struct set pairs = both(left, &any), middles = both(left, &all);
    struct set ends_after = later(&middles, 1), ends_before = earlier(&middles);
    struct set rows = either(&ends_after, &ends_before);
    rows = either(&rows, &middles);
    *with_neighbour = size(&pairs);
    *in_a_row = size(&rows);
}

// Those of a set whose copies were lost as well.
static struct set without_copies(const struct set *left, const struct set *lost,
                                 struct copies_shape shape, unsigned frame)
{
    struct set s = *left;
    for (unsigned n = 1; n <= shape.depth; n++) {
        struct set carrier = later(lost, frame + n * shape.spacing);
        s = both(&s, &carrier);
    }
    return s;
}

struct history_outcome history_outcome(const struct history *h, struct copies_shape shape, bool fec,
                                       bool fec_in_copies)
{
    struct set lost;
    int with_neighbour, in_a_row;
    double share = h->count ? 1.0 / h->count : 0;
    memcpy(lost.words, h->lost, sizeof lost.words);
    struct set uncopied = without_copies(&lost, &lost, shape, 0), left = uncopied;
    if (fec) {
        struct set next = later(&lost, 1);
        left = both(&left, &next);
        if (fec_in_copies)
            left = without_copies(&left, &lost, shape, 1);
    }
    count_runs(&left, &with_neighbour, &in_a_row);
    return (struct history_outcome){
        .lost = size(&lost) * share,
        .copied = (size(&lost) - size(&uncopied)) * share,
        .fec = (size(&uncopied) - size(&left)) * share,
        .alone = (size(&left) - with_neighbour) * share,
        .in_twos = (with_neighbour - in_a_row) * share,
        .in_a_row = in_a_row * share,
    };
}

double history_burst(const struct history *h)
{
    struct set lost;
    memcpy(lost.words, h->lost, sizeof lost.words);
    struct set after = later(&lost, 1);
    struct set inner = both(&lost, &after);
    int count = size(&lost), runs = count - size(&inner);
    return runs ? (double)count / runs : 0;
}
