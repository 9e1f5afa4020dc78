// The answers of a listener: see listen_csv.h. test.js writes them.
#include "lab/io/listen/listen_csv.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE      8192 // octets: an answer has 200 characters
#define SENTENCES 1000
#define BOM       "\xef\xbb\xbf"

static const char header[] =
    "voz_listen,test,lang,listener_seed,run,order,sentence,transport,recover,loss,burst,delay_ms,"
    "jitter_ms,bitrate,keywords,right,estoi,said,typed";

enum column {
    FORMAT,
    TEST,
    LANG,
    LISTENER,
    RUN,
    ORDER,
    SENTENCE,
    TRANSPORT,
    RECOVER,
    LOSS,
    BURST,
    DELAY,
    JITTER,
    BITRATE,
    KEYWORDS,
    RIGHT,
    ESTOI,
    SAID,
    TYPED,
    COLUMNS
};

struct reader {
    bool (*each)(void *ctx, const struct listen_row *row, char *why, size_t cap);
    void *ctx;
    char *why;
    size_t cap;
    struct listen_row first; // .sentence 0: none yet
    bool seen[SENTENCES + 1];
};

// ---- fields ------------------------------------------------------------------------------------

// Letters and digits only: these come back on a page.
static bool take_word(struct reader *r, char *const *fields, enum column column, char *word,
                      size_t room)
{
    const char *name = fields[column];
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]))
            len = room;
    if (len == 0 || len >= room) {
        snprintf(r->why, r->cap, "'%.40s' is no %s", name,
                 column == TEST  ? "test"
                 : column == RUN ? "run"
                                 : "condition of a test");
        return false;
    }
    memcpy(word, name, len + 1);
    return true;
}

static bool take_number(struct reader *r, const char *field, const char *name, double least,
                        double most, double *number)
{
    char *end;
    *number = strtod(field, &end);
    if (end > field && !*end && *number >= least && *number <= most) // not of NaN
        return true;
    snprintf(r->why, r->cap, "%s is '%.40s': it must be a number from %g to %g", name, field, least,
             most);
    return false;
}

static bool take_whole(struct reader *r, const char *field, const char *name, int least, int most,
                       int *number)
{
    double value;
    if (!take_number(r, field, name, least, most, &value))
        return false;
    *number = (int)value;
    if (fabs(value - *number) <= 0)
        return true;
    snprintf(r->why, r->cap, "%s is '%.40s': it must be a whole number", name, field);
    return false;
}

static bool take_condition(struct reader *r, char *const *f, struct listen_condition *c)
{
    return take_word(r, f, TRANSPORT, c->transport, sizeof c->transport) &&
           take_word(r, f, RECOVER, c->recover, sizeof c->recover) &&
           take_number(r, f[LOSS], "loss", 0, 100, &c->loss) &&
           take_number(r, f[BURST], "burst", 1, 1000, &c->burst) &&
           take_number(r, f[DELAY], "delay_ms", 0, 60000, &c->delay) &&
           take_number(r, f[JITTER], "jitter_ms", 0, 60000, &c->jitter) &&
           take_whole(r, f[BITRATE], "bitrate", 6000, 510000, &c->bitrate);
}

static bool take_row(struct reader *r, char *const *f, struct listen_row *row)
{
    return take_word(r, f, TEST, row->test, sizeof row->test) &&
           take_word(r, f, RUN, row->run, sizeof row->run) &&
           take_whole(r, f[LISTENER], "listener_seed", 1, 999999, &row->listener) &&
           take_whole(r, f[SENTENCE], "sentence", 1, SENTENCES, &row->sentence) &&
           take_condition(r, f, &row->condition) &&
           take_whole(r, f[KEYWORDS], "keywords", 1, 100, &row->keywords) &&
           take_whole(r, f[RIGHT], "right", 0, row->keywords, &row->right) &&
           take_number(r, f[ESTOI], "estoi", -1, 1.001, &row->estoi);
}

// ---- lines -------------------------------------------------------------------------------------

static bool check_header(struct reader *r, const char *line)
{
    if (strcmp(line, header) == 0)
        return true;
    if (strncmp(line, "voz_listen;", 11) == 0 || strncmp(line, "\"voz_listen\"", 12) == 0)
        snprintf(r->why, r->cap,
                 "a spreadsheet has saved this in a way of its own: take the file that the page "
                 "saved");
    else if (strncmp(line, "voz_listen,", 11) == 0)
        snprintf(r->why, r->cap, "the columns are not those that the page of a test saves");
    else
        snprintf(r->why, r->cap,
                 "this is no listener's result: the page of a listening test saves those");
    return false;
}

// Cuts the line at its commas; the page writes none inside of a field.
static bool cut(struct reader *r, char *line, char **fields)
{
    size_t count = 0;
    for (char *at = line; at; count++) {
        if (count < COLUMNS)
            fields[count] = at;
        at = strchr(at, ',');
        if (at)
            *at++ = '\0';
    }
    if (count != COLUMNS)
        snprintf(r->why, r->cap, "%zu fields where there should be %d: is the file cut off?", count,
                 COLUMNS);
    return count == COLUMNS;
}

static bool check_row(struct reader *r, const struct listen_row *row)
{
    if (!r->first.sentence)
        r->first = *row;
    bool ours = strcmp(row->test, r->first.test) == 0 && strcmp(row->run, r->first.run) == 0;
    if (!ours)
        snprintf(r->why, r->cap, "another listener begins here: one file for each, please");
    else if (r->seen[row->sentence])
        snprintf(r->why, r->cap, "sentence %d is there twice", row->sentence);
    bool good = ours && !r->seen[row->sentence];
    r->seen[row->sentence] = true;
    return good;
}

static bool take_line(struct reader *r, char *line)
{
    char *fields[COLUMNS];
    struct listen_row row;
    if (!cut(r, line, fields))
        return false;
    if (strcmp(fields[FORMAT], "1") != 0) {
        snprintf(r->why, r->cap, "format '%.20s' is not known to this version of voz-lab",
                 fields[FORMAT]);
        return false;
    }
    return take_row(r, fields, &row) && check_row(r, &row) && r->each(r->ctx, &row, r->why, r->cap);
}

static bool read_lines(struct reader *r, FILE *file, int *number)
{
    char line[LINE];
    while (fgets(line, sizeof line, file)) {
        size_t len = strlen(line);
        ++*number;
        if (len + 1 == sizeof line) {
            snprintf(r->why, r->cap, "the line is too long: this is no listener's result");
            return false;
        }
        line[strcspn(line, "\r\n")] = '\0';
        const char *text = *number == 1 && strncmp(line, BOM, 3) == 0 ? line + 3 : line;
        if (*number == 1 ? !check_header(r, text) : *line && !take_line(r, line))
            return false;
    }
    if (ferror(file))
        snprintf(r->why, r->cap, "cannot be read: %s", strerror(errno));
    else if (!r->first.sentence)
        snprintf(r->why, r->cap, "there are no answers in it: leave it out");
    return !ferror(file) && r->first.sentence;
}

bool listen_csv_read(const char *path,
                     bool (*each)(void *ctx, const struct listen_row *row, char *why, size_t cap),
                     void *ctx, char *why, size_t cap)
{
    char what[512] = "";
    struct reader r = {.each = each, .ctx = ctx, .why = what, .cap = sizeof what};
    int number = 0;
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(why, cap, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    bool good = read_lines(&r, file, &number);
    fclose(file);
    if (!good)
        snprintf(why, cap, "%s line %d: %s", path, number > 0 ? number : 1, what);
    return good;
}
