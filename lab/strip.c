// What a side was heard as: see strip.h.
#include "lab/strip.h"

#include "media/voice.h"

#include <stdbool.h>
#include <string.h>

static bool is_missing(enum strip_kind kind)
{
    return kind == STRIP_LOST || kind == STRIP_LATE || kind == STRIP_WAITING;
}

static struct strip_cell *place(struct strip *s, int64_t n)
{
    return &s->cells[n % STRIP_CELLS];
}

// The cell that ends here becomes what most of it was.
static void complete(struct strip *s)
{
    struct strip_cell *cell = place(s, s->end / STRIP_CELL - 1);
    enum strip_kind most = STRIP_SILENT;
    for (enum strip_kind k = 0; k < STRIP_KINDS; k++)
        if (s->filled[k] > s->filled[most])
            most = k;
    *cell = s->filling;
    cell->kind = most;
    memset(s->filled, 0, sizeof s->filled);
}

static void fill(struct strip *s, const struct strip_sound *sound, int64_t samples)
{
    while (samples > 0) {
        int64_t room = STRIP_CELL - s->end % STRIP_CELL;
        int64_t n = samples < room ? samples : room;
        s->filled[sound->kind] += n;
        s->end += n;
        samples -= n;
        if (sound->kind == STRIP_LOST)
            s->filling.seq = sound->seq;
        if (sound->kind != STRIP_SILENT)
            s->filling.delay = sound->delay;
        if (n == room)
            complete(s);
    }
}

static void count_stall(struct strip *s, const struct strip_sound *sound)
{
    const int64_t least = usec_to_units(STRIP_STALL, VOICE_RATE);
    int64_t before = s->run;
    s->run = is_missing(sound->kind) ? before + sound->samples : 0;
    s->stalls += before < least && s->run >= least;
    if (s->run >= least && s->run > s->longest)
        s->longest = s->run;
}

void strip_pass(struct strip *s, usec now)
{
    int64_t until = usec_to_units(now, VOICE_RATE);
    if (until > s->end)
        fill(s, &(struct strip_sound){.kind = STRIP_SILENT}, until - s->end);
}

void strip_heard(struct strip *s, const struct strip_sound *sound)
{
    strip_pass(s, sound->at);
    count_stall(s, sound);
    // what began a moment before the last one ended, for rounding, does not last longer for it
    int64_t until = usec_to_units(sound->at, VOICE_RATE) + sound->samples;
    if (until > s->end)
        fill(s, sound, until - s->end);
}

void strip_came(struct strip *s, uint16_t seq)
{
    if (s->filled[STRIP_LOST] && s->filling.seq == seq) {
        s->filled[STRIP_LATE] += s->filled[STRIP_LOST];
        s->filled[STRIP_LOST] = 0;
    }
    for (size_t i = 0; i < STRIP_CELLS; i++)
        if (s->cells[i].kind == STRIP_LOST && s->cells[i].seq == seq)
            s->cells[i].kind = STRIP_LATE;
}

struct strip_cell strip_cell(const struct strip *s, size_t n)
{
    int64_t complete = s->end / STRIP_CELL;
    if (n >= STRIP_CELLS || (int64_t)n >= complete)
        return (struct strip_cell){0};
    return s->cells[(complete - 1 - (int64_t)n) % STRIP_CELLS];
}

struct strip_figures strip_figures(const struct strip *s)
{
    size_t heard = 0, missing = 0, repaired = 0;
    for (size_t i = 0; i < STRIP_CELLS; i++) {
        enum strip_kind kind = s->cells[i].kind;
        heard += kind != STRIP_SILENT;
        missing += is_missing(kind);
        repaired += kind == STRIP_REPAIRED;
    }
    return (struct strip_figures){
        .missing = heard ? (double)missing / (double)heard : 0,
        .repaired = heard ? (double)repaired / (double)heard : 0,
        .delay = s->filling.delay,
        .stalls = s->stalls,
        .longest = usec_from_units(s->longest, VOICE_RATE),
    };
}
