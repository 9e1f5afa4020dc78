// Looks things up in what the report tells of: see report_data.h.
#include "lab/io/page/report_data.h"

#include "media/io/input.h"

#include <string.h>

static int sign(double difference)
{
    return (difference > 0) - (difference < 0);
}

bool report_estimate(const struct report_cell *cell, enum report_metric metric,
                     struct report_estimate *e)
{
    const struct mean *m = &cell->means[metric];
    double half = 0;
    e->certain = mean_half(m, &half);
    e->mean = m->mean;
    e->low = m->mean - half;
    e->high = m->mean + half;
    if (metric == REPORT_WORDS && m->count == 1 && cell->words.low <= cell->words.high) {
        e->certain = true; // as sure as the number of the words makes it
        e->low = cell->words.low;
        e->high = cell->words.high;
    }
    return m->count > 0;
}

bool report_has(const struct report_data *d, enum report_metric metric)
{
    for (size_t i = 0; i < d->cell_count; i++)
        if (d->cells[i].means[metric].count)
            return true;
    return false;
}

const struct report_cell *report_find(const struct report_data *d,
                                      const struct report_section *section, double loss,
                                      double burst, size_t recovery)
{
    for (size_t i = section->first; i < section->first + section->count; i++) {
        const struct report_cell *c = &d->cells[i];
        if (c->recovery == recovery && sign(c->loss - loss) == 0 && sign(c->burst - burst) == 0)
            return c;
    }
    return NULL;
}

static size_t insert(double *values, size_t count, size_t cap, double value)
{
    size_t at = 0;
    while (at < count && values[at] < value)
        at++;
    if ((at < count && sign(values[at] - value) == 0) || count == cap)
        return count;
    memmove(values + at + 1, values + at, (count - at) * sizeof *values);
    values[at] = value;
    return count + 1;
}

static size_t gather(const struct report_data *d, const struct report_section *section, bool bursts,
                     double *values, size_t cap)
{
    size_t count = 0;
    const struct report_cell *first = d->cells + section->first;
    for (const struct report_cell *c = first; c < first + section->count; c++)
        count = insert(values, count, cap, bursts ? c->burst : c->loss);
    return count;
}

size_t report_bursts(const struct report_data *d, const struct report_section *section,
                     double *values, size_t cap)
{
    return gather(d, section, true, values, cap);
}

size_t report_losses(const struct report_data *d, const struct report_section *section,
                     double *values, size_t cap)
{
    return gather(d, section, false, values, cap);
}

bool report_has_speech(const struct report_data *d)
{
    for (size_t i = 0; i < d->section_count; i++)
        if (!input_is_tone(d->sections[i].in))
            return true;
    return false;
}
