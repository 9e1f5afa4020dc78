// The top of the report, in sentences: see report_intro.h.
#include "lab/io/page/report_intro.h"

#include "lab/io/page/report_figure.h"
#include "lab/io/page/report_html.h"
#include "lab/io/page/report_metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUES 256

struct intro {
    const struct report_data *data;
    enum report_lang lang;
    FILE *out;
    const struct report_section *section; // that the sentences are about; NULL: none has lists
    double least_loss, most_loss, least_burst, most_burst;
};

// ---- texts that are put together; the caller frees them, NULL: no memory ------------------------

// What stands before the i-th of `count`: "a, b and c".
static const char *joint(const struct intro *s, size_t i, size_t count)
{
    return i == 0 ? "" : i + 1 < count ? ", " : report_text(s->lang, TEXT_AND);
}

static void put_with(const struct intro *s, size_t recovery, FILE *out)
{
    const char *name = s->data->recoveries[recovery].name;
    const struct report_text_recovery *ours = report_text_recovery(name);
    report_html_fill_plain(out, report_text(s->lang, ours ? ours->with : TEXT_OTHER_WITH),
                           &(struct report_html_values){{name}});
}

static char *with(const struct intro *s, size_t recovery)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out) {
        put_with(s, recovery, out);
        fclose(out);
    }
    return text;
}

// The cell of a way of recovery that has the same network as `like`, or NULL.
static const struct report_cell *beside(const struct intro *s, const struct report_cell *like,
                                        size_t recovery)
{
    const struct report_section *section = &s->data->sections[like->section];
    for (size_t i = section->first; i < section->first + section->count; i++) {
        const struct report_cell *c = &s->data->cells[i];
        if (c->recovery == recovery && strcmp(c->network, like->network) == 0 &&
            strcmp(c->netem, like->netem) == 0)
            return c;
    }
    return NULL;
}

// "0.63 without repair, 0.72 with a guess and 0.92 with copies": of all ways of recovery that have
// a value with the network of `like`. `unit` follows each. NULL: none has.
static char *values(const struct intro *s, enum report_metric metric,
                    const struct report_cell *like, const char *unit)
{
    const struct report_cell *known[VALUES];
    size_t count = 0, len;
    int decimals = report_metrics[metric].decimals;
    char *text = NULL;
    for (size_t r = 0; r < s->data->recovery_count && count < VALUES; r++) {
        const struct report_cell *c = beside(s, like, r);
        if (c && c->means[metric].count)
            known[count++] = c;
    }
    FILE *out = count ? open_memstream(&text, &len) : NULL;
    for (size_t i = 0; out && i < count; i++) {
        fprintf(out, "%s%s%s ", joint(s, i, count),
                report_number(s->lang, known[i]->means[metric].mean, decimals > 2 ? 2 : decimals).s,
                unit);
        put_with(s, known[i]->recovery, out);
    }
    if (out)
        fclose(out);
    return text;
}

static struct report_number brief(const struct intro *s, double x)
{
    return report_number_brief(s->lang, x);
}

// ---- what was done -----------------------------------------------------------------------------

static bool first_of_its_source(const struct report_data *d, size_t section)
{
    for (size_t i = 0; i < section; i++)
        if (strcmp(d->sections[i].in, d->sections[section].in) == 0)
            return false;
    return true;
}

static char *sources(const struct intro *s)
{
    char *text = NULL;
    size_t len;
    const char *comma = "";
    FILE *out = open_memstream(&text, &len);
    for (size_t i = 0; out && i < s->data->section_count; i++)
        if (first_of_its_source(s->data, i)) {
            fprintf(out, "%s%s", comma, s->data->sections[i].in);
            comma = ", ";
        }
    if (out)
        fclose(out);
    return text;
}

// "0, 10 and 20": of the section.
static char *losses(const struct intro *s)
{
    double values[VALUES];
    size_t count = report_losses(s->data, s->section, values, VALUES), len;
    char *text = NULL;
    FILE *out = open_memstream(&text, &len);
    for (size_t i = 0; out && i < count; i++)
        fprintf(out, "%s%s", joint(s, i, count), brief(s, values[i]).s);
    if (out)
        fclose(out);
    return text;
}

static void put_recoveries(const struct intro *s)
{
    fputs("<ul class=\"ways\">\n", s->out);
    for (size_t r = 0; r < s->data->recovery_count; r++) {
        const struct report_text_recovery *ours = report_text_recovery(s->data->recoveries[r].name);
        fputs("<li>", s->out);
        report_figures_swatch(s->data, r, s->out);
        fputs("<span><strong>", s->out);
        report_html_escape(s->out, report_text_recovery_name(s->lang, s->data->recoveries[r].name));
        fputs("</strong>", s->out);
        if (ours)
            fprintf(s->out, ": %s", report_text(s->lang, ours->means));
        fputs("</span></li>\n", s->out);
    }
    fputs("</ul>\n", s->out);
}

static size_t count_networks(const struct report_data *d)
{
    json_t *names = json_object();
    for (size_t i = 0; i < d->cell_count; i++)
        json_object_set_new(names, d->cells[i].network, json_true());
    size_t count = json_object_size(names);
    json_decref(names);
    return count;
}

static void put_done(const struct intro *s)
{
    const json_t *frame = json_object_get(s->data->sections[0].settings, "frame_ms");
    char count[32];
    char *in = sources(s);
    fprintf(s->out, "<section><h2>%s</h2>\n<p>", report_text(s->lang, TEXT_DONE_TITLE));
    REPORT_SAY(s->out, s->lang, report_has_speech(s->data) ? TEXT_DONE : TEXT_DONE_TONE, in,
               brief(s, json_number_value(frame)).s);
    fputs("</p>\n<p>", s->out);
    free(in);
    if (s->section) {
        char *list = losses(s);
        REPORT_SAY(s->out, s->lang, TEXT_DONE_LOSS, list);
        free(list);
    } else {
        snprintf(count, sizeof count, "%zu", count_networks(s->data));
        REPORT_SAY(s->out, s->lang, TEXT_DONE_NETWORKS, count);
    }
    fputs("</p>\n", s->out);
    put_recoveries(s);
    if (s->data->most_seeds > 1) {
        snprintf(count, sizeof count, "%zu", s->data->most_seeds);
        fputs("<p>", s->out);
        REPORT_SAY(s->out, s->lang, TEXT_DONE_SEEDS, count);
        fputs("</p>\n", s->out);
    }
    fputs("</section>\n", s->out);
}

// ---- what it shows -----------------------------------------------------------------------------

// One sentence about a metric with the network of `like`, which the sentence calls `name`. How many
// were said.
static size_t put_values(const struct intro *s, enum report_text text, enum report_metric metric,
                         const char *unit, const struct report_cell *like, const char *name)
{
    char *list = like ? values(s, metric, like, unit) : NULL;
    if (!list)
        return 0;
    fputs("<li>", s->out);
    REPORT_SAY(s->out, s->lang, text, name, list);
    fputs("</li>\n", s->out);
    free(list);
    return 1;
}

// With the last way of recovery, which is the most that was done.
static size_t put_burst(const struct intro *s)
{
    size_t best = s->data->recovery_count - 1;
    const struct report_cell *single =
        report_find(s->data, s->section, s->most_loss, s->least_burst, best);
    const struct report_cell *burst =
        report_find(s->data, s->section, s->most_loss, s->most_burst, best);
    if (!single || !burst || single == burst || !single->means[REPORT_ESTOI_LOCAL].count ||
        !burst->means[REPORT_ESTOI_LOCAL].count)
        return 0;
    char *how = with(s, best);
    fputs("<li>", s->out);
    REPORT_SAY(s->out, s->lang, TEXT_SHOWS_BURST, brief(s, s->most_loss).s,
               brief(s, s->most_burst).s, brief(s, s->least_burst).s,
               report_number(s->lang, single->means[REPORT_ESTOI_LOCAL].mean, 2).s,
               report_number(s->lang, burst->means[REPORT_ESTOI_LOCAL].mean, 2).s, how);
    fputs("</li>\n", s->out);
    free(how);
    return 1;
}

// The section that only more jitter tells from the first; NULL: none.
static const struct report_section *more_jitter(const struct intro *s)
{
    const struct report_section *found = s->section;
    for (size_t i = 0; i < s->data->section_count; i++) {
        const struct report_section *t = &s->data->sections[i];
        if (t->listed && t->jitter > found->jitter && strcmp(t->in, found->in) == 0 &&
            t->bitrate == found->bitrate && fabs(t->delay - found->delay) <= 0 &&
            strcmp(t->version, found->version) == 0 && json_equal(t->settings, found->settings))
            found = t;
    }
    return found == s->section ? NULL : found;
}

static size_t put_jitter(const struct intro *s)
{
    size_t best = s->data->recovery_count - 1;
    const struct report_section *other = more_jitter(s);
    const struct report_cell *calm =
        report_find(s->data, s->section, s->least_loss, s->least_burst, best);
    const struct report_cell *shaken =
        other ? report_find(s->data, other, s->least_loss, s->least_burst, best) : NULL;
    if (!calm || !shaken || !calm->means[REPORT_DELAY].count || !shaken->means[REPORT_DELAY].count)
        return 0;
    char *how = with(s, best);
    fputs("<li>", s->out);
    REPORT_SAY(s->out, s->lang, TEXT_SHOWS_JITTER, brief(s, other->jitter).s,
               report_number(s->lang, shaken->means[REPORT_DELAY].mean, 0).s,
               report_number(s->lang, calm->means[REPORT_DELAY].mean, 0).s,
               brief(s, s->least_loss).s, how);
    fputs("</li>\n", s->out);
    free(how);
    return 1;
}

static size_t put_lists(const struct intro *s)
{
    size_t said = 0;
    struct report_number loss = brief(s, s->most_loss);
    const struct report_cell *like = NULL;
    for (size_t r = 0; !like && r < s->data->recovery_count; r++)
        like = report_find(s->data, s->section, s->most_loss, s->least_burst, r);
    said += put_values(s, TEXT_SHOWS_ESTOI, REPORT_ESTOI_LOCAL, "", like, loss.s);
    said += put_values(s, TEXT_SHOWS_WORDS, REPORT_WORDS, "", like, loss.s);
    said += put_values(s, TEXT_SHOWS_CONCEALED, REPORT_CONCEALED, "\u00a0%", like, loss.s);
    said += put_burst(s);
    said += put_values(s, TEXT_SHOWS_DELAY, REPORT_DELAY, "\u00a0ms", like, loss.s);
    return said + put_jitter(s);
}

// The cell of the first section with the least of a metric, or the most; NULL: none has a value.
static const struct report_cell *extreme(const struct report_data *d, enum report_metric metric,
                                         bool most)
{
    const struct report_cell *found = NULL;
    for (size_t i = 0; i < d->sections[0].count; i++) {
        const struct report_cell *c = &d->cells[d->sections[0].first + i];
        if (c->means[metric].count &&
            (!found || (most ? c->means[metric].mean > found->means[metric].mean
                             : c->means[metric].mean < found->means[metric].mean)))
            found = c;
    }
    return found;
}

static size_t put_worst(const struct intro *s)
{
    const struct report_cell *hard = extreme(s->data, REPORT_ESTOI_LOCAL, false);
    const struct report_cell *slow = extreme(s->data, REPORT_DELAY, true);
    return put_values(s, TEXT_SHOWS_WORST, REPORT_ESTOI_LOCAL, "", hard,
                      hard ? hard->network : "") +
           put_values(s, TEXT_SHOWS_DELAY_WORST, REPORT_DELAY, "\u00a0ms", slow,
                      slow ? slow->network : "");
}

static void put_shows(const struct intro *s)
{
    fprintf(s->out, "<section><h2>%s</h2>\n<ul>\n", report_text(s->lang, TEXT_SHOWS_TITLE));
    if (!(s->section ? put_lists(s) : put_worst(s)))
        fprintf(s->out, "<li>%s</li>\n", report_text(s->lang, TEXT_SHOWS_NOTHING));
    fputs("</ul></section>\n", s->out);
}

void report_intro_put(const struct report_data *data, enum report_lang lang, FILE *out)
{
    struct intro s = {.data = data, .lang = lang, .out = out};
    double values[VALUES];
    for (size_t i = 0; i < data->section_count && !s.section; i++)
        if (data->sections[i].listed)
            s.section = &data->sections[i];
    if (s.section) {
        size_t count = report_losses(data, s.section, values, VALUES);
        s.least_loss = values[0];
        s.most_loss = values[count - 1];
        count = report_bursts(data, s.section, values, VALUES);
        s.least_burst = values[0];
        s.most_burst = values[count - 1];
    }
    fputs("<div class=\"intro\">\n", out);
    put_done(&s);
    fprintf(out, "<section><h2>%s</h2>\n%s</section>\n", report_text(lang, TEXT_LISTEN_TITLE),
            report_text(lang, report_has_speech(data) ? TEXT_LISTEN : TEXT_LISTEN_TONE));
    put_shows(&s);
    fputs("</div>\n", out);
}
