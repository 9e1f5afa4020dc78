// Flashes and beeps: see clapper.h.
#include "lab/clapper.h"

#include "lab/sim.h"
#include "media/pattern.h"
#include "media/voice.h"

#include <stdlib.h>
#include <string.h>

#define REST (VOICE_RATE * 3 / 10) // samples of hum: then a beep is another one
#define FAR  (USEC_SECOND / 2)     // a beep that is farther away belongs to another flash

void clapper_free(struct clapper *c)
{
    free(c->flashes.list);
    free(c->beeps.list);
    *c = (struct clapper){0};
}

static void add(struct clapper *c, struct clap_list *l, usec at, int64_t second)
{
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 64;
        struct clap *list = realloc(l->list, room * sizeof *list);
        if (!list) {
            c->no_memory = true;
            return;
        }
        l->list = list;
        l->room = room;
    }
    l->list[l->count++] = (struct clap){at, second};
}

void clapper_seen(struct clapper *c, usec at, usec interval, const struct picture *picture)
{
    uint32_t number;
    if (!pattern_is_flash(picture) || !pattern_read(picture, &number))
        return;
    usec time = (int64_t)number * interval;
    if (time >= USEC_SECOND && time % USEC_SECOND < interval) // the first picture of it
        add(c, &c->flashes, at, time / USEC_SECOND);
}

void clapper_heard(struct clapper *c, const int16_t *pcm, size_t samples, int channels)
{
    while (samples) {
        size_t n = pattern_find_beep(pcm, samples, channels);
        c->samples += (int64_t)n;
        c->quiet += (int64_t)n;
        if (n == samples)
            return;
        if (c->quiet >= REST || !c->beeps.count)
            add(c, &c->beeps, usec_from_units(c->samples, VOICE_RATE), 0);
        c->quiet = 0;
        c->samples++;
        pcm += (n + 1) * (size_t)channels;
        samples -= n + 1;
    }
}

// ---- figures -----------------------------------------------------------------------------------

// The packet in which the beep begins was played, so that its beginning was heard.
static bool is_played(const char *fates, usec frame, int64_t second)
{
    const char played[] = {SIM_PLAYED, SIM_RECOVERED, SIM_COPIED, SIM_AGAIN, '\0'};
    size_t n = (size_t)(second * USEC_SECOND / frame);
    return n < strlen(fates) && strchr(played, fates[n]);
}

static usec apart(const struct clapper *c, const struct clap *flash)
{
    usec nearest = USEC_NEVER;
    for (size_t i = 0; i < c->beeps.count; i++) {
        usec later = flash->at - c->beeps.list[i].at;
        if (nearest == USEC_NEVER || llabs(later) < llabs(nearest))
            nearest = later;
    }
    return nearest == USEC_NEVER || llabs(nearest) > FAR ? USEC_NEVER : nearest;
}

static int by_size(const void *a, const void *b)
{
    usec x = llabs(((const struct clap *)a)->at), y = llabs(((const struct clap *)b)->at);
    return (x > y) - (x < y);
}

struct clapper_figures clapper_figures(struct clapper *c, const char *fates, usec frame)
{
    usec whole = (usec)strlen(fates) * frame;
    struct clapper_figures f = {.seconds = (size_t)usec_max(0, (whole - 1) / USEC_SECOND)};
    struct clap_list met = {0};
    double sum = 0;
    for (size_t i = 0; i < c->flashes.count; i++) {
        const struct clap *flash = &c->flashes.list[i];
        usec later = is_played(fates, frame, flash->second) ? apart(c, flash) : USEC_NEVER;
        if (later == USEC_NEVER)
            continue;
        add(c, &met, later, flash->second);
        sum += (double)later;
    }
    f.met = met.count;
    if (met.count) {
        qsort(met.list, met.count, sizeof *met.list, by_size);
        f.mean = (usec)(sum / (double)met.count);
        f.worst = met.list[met.count - 1].at;
        f.p95 = llabs(met.list[(95 * met.count + 99) / 100 - 1].at);
    }
    free(met.list);
    return f;
}
