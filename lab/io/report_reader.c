// The records of a sweep, in order: see report_reader.h.
#include "lab/io/report_reader.h"

#include "lab/io/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KEY 64 // octets of a number in a key

struct row { // of the table
    char *text;
    size_t number; // the run's place in its sweep
    size_t seen;   // its place among the records read
};

struct report_reader {
    struct report_data data;
    // jansson's objects are the hash tables here, from a text to a place in a list.
    json_t *ids, *texts, *sections, *cells, *recoveries;
    struct row *rows;
    const char *dir; // that is being read
    bool no_memory;
};

struct report_reader *report_reader_new(void)
{
    struct report_reader *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    json_t **const objects[] = {&r->ids,   &r->texts,      &r->sections,
                                &r->cells, &r->recoveries, &r->data.versions};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        *objects[i] = json_object();
        r->no_memory |= !*objects[i];
    }
    return r;
}

void report_reader_free(struct report_reader *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->data.runs; i++)
        free(r->rows[i].text);
    for (size_t i = 0; i < r->data.section_count; i++)
        json_decref(r->data.sections[i].settings);
    free(r->rows);
    free(r->data.sections);
    free(r->data.cells);
    free(r->data.recoveries);
    json_decref(r->ids);
    json_decref(r->texts);
    json_decref(r->sections);
    json_decref(r->cells);
    json_decref(r->recoveries);
    json_decref(r->data.versions);
    free(r);
}

// Room for one more behind `count` of `size` octets; lists double.
static bool grow(struct report_reader *r, void *list, size_t count, size_t size)
{
    void **at = list;
    if (count & (count - 1)) // between two powers of two there is room
        return true;
    void *more = realloc(*at, (count ? 2 * count : 1) * size);
    if (more)
        *at = more;
    else
        r->no_memory = true;
    return more;
}

// A copy that lives as long as the reader; equal texts share one. NULL: no text, or no memory.
static const char *keep(struct report_reader *r, const json_t *text)
{
    const char *s = json_string_value(text);
    if (!s)
        return NULL;
    if (!json_object_get(r->texts, s) && json_object_set_new(r->texts, s, json_null()) != 0) {
        r->no_memory = true;
        return NULL;
    }
    return json_object_iter_key(json_object_iter_at(r->texts, s));
}

static double number_of(const json_t *record, const char *key)
{
    const json_t *value = json_object_get(record, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void widen(struct report_range *range, double value)
{
    if (isnan(value))
        return;
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

static const struct report_range nothing = {INFINITY, -INFINITY};

// ---- one record --------------------------------------------------------------------------------

struct place { // of a record
    const char *in, *version, *network, *netem, *back, *recover;
    bool listed;
    double bitrate, loss, burst, delay, jitter;
    size_t number;
};

static bool take_place(struct report_reader *r, const json_t *record, struct place *p)
{
    const json_t *condition = json_object_get(record, "condition");
    *p = (struct place){
        .in = keep(r, json_object_get(record, "in")),
        .version = keep(r, json_object_get(record, "version")),
        .network = keep(r, json_object_get(record, "network")),
        .recover = keep(r, json_object_get(record, "recover")),
        .netem = keep(r, json_object_get(condition, "netem")),
        .back = keep(r, json_object_get(condition, "back")),
        .bitrate = number_of(record, "bitrate"),
        .loss = number_of(record, "loss"),
        .burst = number_of(record, "burst"),
        .delay = number_of(record, "delay"),
        .jitter = number_of(record, "jitter"),
        .number = (size_t)json_integer_value(json_object_get(record, "number")),
    };
    p->listed = !isnan(p->loss) && !isnan(p->burst) && !isnan(p->delay) && !isnan(p->jitter);
    return p->in && p->version && p->network && p->recover && p->netem && p->back &&
           p->bitrate > 0 && p->bitrate < 1e9;
}

// What the runs of a section share beside its own fields. The way back follows each network unless
// it was set, and only then is it a setting.
static json_t *settings_of(const json_t *record, const struct place *p)
{
    static const char *const elsewhere[] = {"netem",     "back",      "seed",     "bitrate",
                                            "fec",       "red",       "nack",     "conceal",
                                            "back_said", "back_same", "transport"};
    const json_t *condition = json_object_get(record, "condition");
    json_t *settings = json_copy((json_t *)(uintptr_t)condition);
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
        json_object_del(settings, elsewhere[i]);
    json_t *duration = json_object_get(record, "duration_s");
    if (duration)
        json_object_set(settings, "duration_s", duration);
    if (json_is_true(json_object_get(condition, "back_said")))
        json_object_set_new(settings, "back", json_string(p->back));
    if (json_is_true(json_object_get(condition, "back_same")))
        json_object_set_new(settings, "back", json_string("same"));
    return settings;
}

// The place that `table` has for a key, or `next`, which it has from now on.
static size_t place_of(struct report_reader *r, json_t *table, const char *key, size_t next)
{
    const json_t *known = key ? json_object_get(table, key) : NULL;
    if (known)
        return (size_t)json_integer_value(known);
    if (!key || json_object_set_new(table, key, json_integer((json_int_t)next)) != 0)
        r->no_memory = true;
    return next;
}

// `parts` with a tab between them, which the caller frees.
static char *join(const char *const *parts, size_t count)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    for (size_t i = 0; out && i < count; i++)
        fprintf(out, "%s\t", parts[i] ? parts[i] : "");
    if (out && fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static size_t section_of(struct report_reader *r, const json_t *record, const struct place *p)
{
    struct report_data *d = &r->data;
    char numbers[3 * KEY];
    json_t *settings = settings_of(record, p);
    char *words = settings ? json_dumps(settings, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    snprintf(numbers, sizeof numbers, "%.0f %g %g", p->bitrate, p->delay, p->jitter);
    char *key = join((const char *const[]){p->version, p->in, numbers, words}, 4);
    size_t at = words ? place_of(r, r->sections, key, d->section_count) : d->section_count;
    r->no_memory |= !words;
    free(words);
    free(key);
    if (at == d->section_count && grow(r, &d->sections, at, sizeof *d->sections)) {
        d->section_count++;
        d->sections[at] = (struct report_section){
            .in = p->in,
            .version = p->version,
            .bitrate = (int64_t)p->bitrate,
            .listed = p->listed,
            .delay = p->delay,
            .jitter = p->jitter,
            .settings = json_incref(settings),
            .ie = nothing,
            .bpl = nothing,
            .order = p->number,
        };
    }
    json_decref(settings);
    return at;
}

static size_t recovery_of(struct report_reader *r, const struct place *p)
{
    struct report_data *d = &r->data;
    size_t at = place_of(r, r->recoveries, p->recover, d->recovery_count);
    if (at == d->recovery_count && grow(r, &d->recoveries, at, sizeof *d->recoveries)) {
        d->recovery_count++;
        d->recoveries[at] = (struct report_recovery){p->recover, p->number};
    }
    return at;
}

static size_t cell_of(struct report_reader *r, const struct place *p, size_t section,
                      size_t recovery)
{
    struct report_data *d = &r->data;
    char numbers[KEY];
    snprintf(numbers, sizeof numbers, "%zu %zu", section, recovery);
    char *key = join((const char *const[]){numbers, p->network, p->netem, p->back}, 4);
    size_t at = place_of(r, r->cells, key, d->cell_count);
    free(key);
    if (at == d->cell_count && grow(r, &d->cells, at, sizeof *d->cells)) {
        d->cell_count++;
        d->cells[at] = (struct report_cell){
            .section = section,
            .recovery = recovery,
            .network = p->network,
            .netem = p->netem,
            .loss = p->listed ? p->loss : 0,
            .burst = p->listed ? p->burst : 0,
            .words = nothing,
            .seeds = nothing,
            .lag_ms = NAN,
            .order = p->number,
        };
    }
    return at;
}

static void add_values(struct report_cell *cell, const json_t *record)
{
    const double played = number_of(record, "played_ms");
    const double values[REPORT_METRICS] = {
        [REPORT_ESTOI_LOCAL] = number_of(record, "estoi_local"),
        [REPORT_WORDS] = number_of(record, "words_understood"),
        [REPORT_MOS] = number_of(record, "mos_estimate"),
        [REPORT_CONCEALED] =
            played > 0 ? 100 * number_of(record, "concealed_ms") / played : (double)NAN,
        [REPORT_DELAY] = number_of(record, "delay_mean_ms"),
        [REPORT_SSIM] = number_of(record, "video_ssim"),
        [REPORT_FROZEN] = number_of(record, "video_frozen_percent"),
        [REPORT_ESTOI] = number_of(record, "estoi"),
        [REPORT_DELAY_P95] = number_of(record, "delay_p95_ms"),
        [REPORT_WIRE] = number_of(record, "bitrate_kbps_wire"),
        [REPORT_MEDIA] = number_of(record, "bitrate_kbps_media"),
    };
    for (int m = 0; m < REPORT_METRICS; m++)
        if (!isnan(values[m]))
            mean_add(&cell->means[m], values[m]);
    widen(&cell->words, number_of(record, "words_low"));
    widen(&cell->words, number_of(record, "words_high"));
    widen(&cell->seeds, number_of(record, "seed"));
    cell->runs++;
}

// A file's name of its own, and no way out of the folder: the records may be anybody's.
static const char *plain(const char *name)
{
    return name && *name && *name != '.' && !strchr(name, '/') ? name : NULL;
}

static void add_clip(struct report_reader *r, struct report_cell *cell, const json_t *record)
{
    const char *clip = plain(keep(r, json_object_get(record, "clip")));
    if (!clip || cell->clip)
        return;
    cell->dir = r->dir;
    cell->clip = clip;
    cell->said = plain(keep(r, json_object_get(record, "said")));
    cell->stills = plain(keep(r, json_object_get(record, "stills")));
    cell->fates = keep(r, json_object_get(record, "fates"));
    cell->frame_ms = number_of(json_object_get(record, "condition"), "frame_ms");
    cell->lag_ms = number_of(record, "lag_ms");
    if (isnan(cell->lag_ms)) // nothing was scored
        cell->lag_ms = number_of(record, "delay_mean_ms");
}

static bool add_row(struct report_reader *r, const json_t *record, size_t number)
{
    if (!grow(r, &r->rows, r->data.runs, sizeof *r->rows))
        return false;
    char *text = results_row(record);
    if (!text) {
        r->no_memory = true;
        return false;
    }
    r->rows[r->data.runs] = (struct row){text, number, r->data.runs};
    r->data.runs++;
    return true;
}

static void count_version(struct report_reader *r, const char *version)
{
    json_int_t count = json_integer_value(json_object_get(r->data.versions, version));
    if (json_object_set_new(r->data.versions, version, json_integer(count + 1)) != 0)
        r->no_memory = true;
}

// Networks of two names may be one: with no loss, all bursts are.
static bool is_new(struct report_reader *r, const char *id, const char *network)
{
    char *key = join((const char *const[]){id, network}, 2);
    size_t known = json_object_size(r->ids);
    if (!key || json_object_set_new(r->ids, key, json_true()) != 0)
        r->no_memory = true;
    free(key);
    return json_object_size(r->ids) > known;
}

static void on_record(void *reader, json_t *record)
{
    struct report_reader *r = reader;
    struct place p;
    const char *id = json_string_value(json_object_get(record, "id"));
    if (r->no_memory)
        return;
    if (!id || !take_place(r, record, &p)) {
        r->data.odd++;
        return;
    }
    if (!is_new(r, id, p.network))
        return;
    size_t section = section_of(r, record, &p);
    size_t recovery = recovery_of(r, &p);
    size_t at = r->no_memory ? 0 : cell_of(r, &p, section, recovery);
    if (r->no_memory || !add_row(r, record, p.number))
        return;
    struct report_cell *cell = &r->data.cells[at];
    struct report_section *s = &r->data.sections[section];
    add_values(cell, record);
    add_clip(r, cell, record);
    count_version(r, p.version);
    widen(&s->ie, number_of(record, "mos_ie"));
    widen(&s->bpl, number_of(record, "mos_bpl"));
    cell->order = p.number < cell->order ? p.number : cell->order;
    s->order = p.number < s->order ? p.number : s->order;
    if (p.number < r->data.recoveries[recovery].order)
        r->data.recoveries[recovery].order = p.number;
    if (cell->runs > r->data.most_seeds)
        r->data.most_seeds = cell->runs;
}

bool report_reader_add(struct report_reader *r, const char *dir, char *why, size_t cap)
{
    r->dir = dir;
    return results_read(dir, on_record, r, why, cap);
}

// ---- order -------------------------------------------------------------------------------------

static int sign(double difference)
{
    return (difference > 0) - (difference < 0);
}

static int by_number(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int order = by_number(a->number, b->number);
    return order ? order : by_number(a->seen, b->seen);
}

struct ranked { // a place in a list, and where it goes
    size_t order, at;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = by_number(a->order, b->order);
    return order ? order : by_number(a->at, b->at);
}

static int compare_cells(const void *left, const void *right)
{
    const struct report_cell *a = left, *b = right;
    int order = by_number(a->section, b->section);
    order = order ? order : sign(a->burst - b->burst);
    order = order ? order : sign(a->loss - b->loss);
    order = order ? order : strcmp(a->network, b->network);
    order = order ? order : strcmp(a->netem, b->netem);
    return order ? order : by_number(a->recovery, b->recovery);
}

// Puts a list of `count` things of `size` octets in the order of `ranked`, and says in `*now` where
// each went, in memory that the caller frees.
static bool reorder(void *list, size_t count, size_t size, struct ranked *ranked, size_t **now)
{
    char *copy = malloc(count * size + 1);
    *now = calloc(count + 1, sizeof **now);
    if (copy && *now) {
        qsort(ranked, count, sizeof *ranked, compare_ranked);
        memcpy(copy, list, count * size);
        for (size_t i = 0; i < count; i++) {
            memcpy((char *)list + i * size, copy + ranked[i].at * size, size);
            (*now)[ranked[i].at] = i;
        }
    }
    free(copy);
    return copy && *now;
}

static bool order_lists(struct report_data *d)
{
    size_t most = d->section_count > d->recovery_count ? d->section_count : d->recovery_count;
    struct ranked *ranked = calloc(most + 1, sizeof *ranked);
    size_t *sections = NULL, *recoveries = NULL;
    for (size_t i = 0; ranked && i < d->section_count; i++)
        ranked[i] = (struct ranked){d->sections[i].order, i};
    bool good =
        ranked && reorder(d->sections, d->section_count, sizeof *d->sections, ranked, &sections);
    for (size_t i = 0; good && i < d->recovery_count; i++)
        ranked[i] = (struct ranked){d->recoveries[i].order, i};
    good = good &&
           reorder(d->recoveries, d->recovery_count, sizeof *d->recoveries, ranked, &recoveries);
    for (size_t i = 0; good && i < d->cell_count; i++) {
        d->cells[i].section = sections[d->cells[i].section];
        d->cells[i].recovery = recoveries[d->cells[i].recovery];
    }
    free(ranked);
    free(sections);
    free(recoveries);
    return good;
}

const struct report_data *report_reader_end(struct report_reader *r)
{
    struct report_data *d = &r->data;
    if (r->no_memory || !d->runs)
        return r->no_memory ? NULL : d;
    if (!order_lists(d))
        return NULL;
    qsort(d->cells, d->cell_count, sizeof *d->cells, compare_cells);
    qsort(r->rows, d->runs, sizeof *r->rows, compare_rows);
    for (size_t i = 0; i < d->cell_count; i++) {
        struct report_section *s = &d->sections[d->cells[i].section];
        s->first = s->count++ ? s->first : i;
    }
    return d;
}

void report_reader_table(const struct report_reader *r, FILE *out)
{
    results_header(out);
    for (size_t i = 0; i < r->data.runs; i++)
        fprintf(out, "%s\n", r->rows[i].text);
}
