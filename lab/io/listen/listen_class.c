// A class: see listen_class.h.
#include "lab/io/listen/listen_class.h"

#include "lab/io/listen/listen_csv.h"
#include "lab/io/listen/listen_template.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_MAX 1000

struct cell {
    struct listen_condition condition;
    struct proportion_cluster *listeners; // `files` of them
    size_t answers;
    double estoi; // sum
};

struct file {
    char *path;
    char run[LISTEN_ID];
};

struct listen_class {
    char test[LISTEN_ID];
    struct file files[LISTEN_FILES];
    size_t file_count; // the last one is being read
    struct cell *cells;
    size_t cell_count;
};

struct listen_class *listen_class_new(void)
{
    return calloc(1, sizeof(struct listen_class));
}

void listen_class_free(struct listen_class *class)
{
    if (!class)
        return;
    for (size_t i = 0; i < class->cell_count; i++)
        free(class->cells[i].listeners);
    for (size_t i = 0; i < class->file_count; i++)
        free(class->files[i].path);
    free(class->cells);
    free(class);
}

// ---- answers -----------------------------------------------------------------------------------

// By transport and so on, and then by loss, whoever was read first.
static bool stands_before(const struct listen_condition *a, const struct listen_condition *b)
{
    int transport = strcmp(b->transport, a->transport), recover = strcmp(a->recover, b->recover);
    const double by[][2] = {{transport, 0},       {recover, 0},         {a->bitrate, b->bitrate},
                            {a->burst, b->burst}, {a->delay, b->delay}, {a->jitter, b->jitter},
                            {a->loss, b->loss}};
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++)
        if (by[i][0] < by[i][1] || by[i][0] > by[i][1])
            return by[i][0] < by[i][1];
    return false;
}

// NULL: no memory, or too many.
static struct cell *cell_of(struct listen_class *class, const struct listen_condition *condition)
{
    size_t at = 0;
    while (at < class->cell_count && stands_before(&class->cells[at].condition, condition))
        at++;
    if (at < class->cell_count && listen_condition_same(&class->cells[at].condition, condition))
        return &class->cells[at];
    struct cell *more = class->cell_count < CELLS_MAX
                            ? realloc(class->cells, (class->cell_count + 1) * sizeof *more)
                            : NULL;
    if (!more)
        return NULL;
    class->cells = more;
    memmove(more + at + 1, more + at, (class->cell_count++ - at) * sizeof *more);
    more[at] = (struct cell){.condition = *condition};
    more[at].listeners = calloc(LISTEN_FILES, sizeof *more[at].listeners);
    return more[at].listeners ? &more[at] : NULL;
}

// Whether the file that is being read belongs to the others.
static bool check_file(struct listen_class *class, const struct listen_row *row, char *why,
                       size_t cap)
{
    struct file *file = &class->files[class->file_count - 1];
    if (class->file_count == 1)
        memcpy(class->test, row->test, sizeof class->test);
    if (strcmp(class->test, row->test) != 0) {
        snprintf(why, cap,
                 "this is of another test (%s) than %s (%s): a page of its own for each test",
                 row->test, class->files[0].path, class->test);
        return false;
    }
    for (size_t i = 0; i + 1 < class->file_count; i++)
        if (strcmp(class->files[i].run, row->run) == 0) {
            snprintf(why, cap, "these are the same answers as in %s: leave one of them out",
                     class->files[i].path);
            return false;
        }
    memcpy(file->run, row->run, sizeof file->run);
    return true;
}

static bool on_row(void *ctx, const struct listen_row *row, char *why, size_t cap)
{
    struct listen_class *class = ctx;
    if (!class->files[class->file_count - 1].run[0] && !check_file(class, row, why, cap))
        return false;
    struct cell *cell = cell_of(class, &row->condition);
    if (!cell) {
        snprintf(why, cap, "there is no memory for so many conditions");
        return false;
    }
    struct proportion_cluster *listener = &cell->listeners[class->file_count - 1];
    listener->hits += (size_t)row->right;
    listener->trials += (size_t)row->keywords;
    cell->answers++;
    cell->estoi += row->estoi;
    return true;
}

bool listen_class_add(struct listen_class *class, const char *path, char *why, size_t cap)
{
    char *copy = class->file_count < LISTEN_FILES ? strdup(path) : NULL;
    if (!copy) {
        snprintf(why, cap, "%s: there is no memory for so many files", path);
        return false;
    }
    class->files[class->file_count++].path = copy;
    return listen_csv_read(path, on_row, class, why, cap);
}

// ---- figures -----------------------------------------------------------------------------------

size_t listen_class_cells(const struct listen_class *class)
{
    return class->cell_count;
}

struct listen_cell listen_class_cell(const struct listen_class *class, size_t i)
{
    const struct cell *c = &class->cells[i];
    double answers = c->answers ? (double)c->answers : 1;
    struct listen_cell cell = {
        .condition = c->condition,
        .answers = c->answers,
        .understood = proportion_of_clusters(c->listeners, class->file_count),
        .estoi = c->estoi / answers,
    };
    for (size_t f = 0; f < class->file_count; f++) {
        cell.keywords += c->listeners[f].trials;
        cell.right += c->listeners[f].hits;
    }
    return cell;
}

void listen_class_print(const struct listen_class *class, FILE *out)
{
    fprintf(out, "%-9s %-8s %6s %6s %8s %7s  %s\n", "over", "recover", "loss %", "words", "right %",
            "ESTOI", "95 % interval");
    for (size_t i = 0; i < class->cell_count; i++) {
        struct listen_cell c = listen_class_cell(class, i);
        fprintf(out, "%-9s %-8s %6g %6zu %8.1f %7.2f  %.1f to %.1f\n", c.condition.transport,
                c.condition.recover, c.condition.loss, c.keywords, 100 * c.understood.share,
                c.estoi, 100 * c.understood.low, 100 * c.understood.high);
    }
}

// ---- the page ----------------------------------------------------------------------------------

static json_t *cell_json(const struct listen_cell *c)
{
    json_t *json = listen_condition_json(&c->condition);
    json_t *more = json_pack("{s:I, s:I, s:f, s:f, s:f}", "keywords", (json_int_t)c->keywords,
                             "right", (json_int_t)c->right, "low", c->understood.low, "high",
                             c->understood.high, "estoi", c->estoi);
    if (json && more && json_object_update(json, more) != 0) {
        json_decref(json);
        json = NULL;
    }
    json_decref(more);
    return json;
}

static json_t *data_of(void *ctx)
{
    const struct listen_class *class = *(const struct listen_class **)ctx;
    size_t answers = 0, keywords = 0, right = 0;
    json_t *cells = json_array();
    for (size_t i = 0; i < class->cell_count; i++) {
        struct listen_cell c = listen_class_cell(class, i);
        answers += c.answers;
        keywords += c.keywords;
        right += c.right;
        json_array_append_new(cells, cell_json(&c));
    }
    bool whole = json_array_size(cells) == class->cell_count;
    json_t *data =
        json_pack("{s:I, s:I, s:I, s:I, s:o}", "listeners", (json_int_t) class->file_count,
                  "answers", (json_int_t)answers, "keywords", (json_int_t)keywords, "right",
                  (json_int_t)right, "cells", cells);
    if (data && whole)
        return data;
    json_decref(data);
    return NULL;
}

bool listen_class_put(const struct listen_class *class, enum report_lang lang, FILE *out)
{
    const struct listen_template template = {
        .page = LISTEN_CLASS, .lang = lang, .data = data_of, .ctx = &class};
    return listen_template_put(&template, out);
}
