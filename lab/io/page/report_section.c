// One section of the page: see report_section.h.
#include "lab/io/page/report_section.h"

#include "lab/io/page/report_again.h"
#include "lab/io/page/report_condition.h"
#include "lab/io/page/report_cost.h"
#include "lab/io/page/report_html.h"
#include "lab/io/page/report_metric.h"
#include "lab/io/page/report_stills.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define VALUES 256

struct section { // while one is written
    const struct report_page *page;
    const struct report_section *section;
    size_t number;
    double bursts[VALUES];
    size_t burst_count;
    FILE *out;
};

static const char *say(const struct report_page *page, enum report_text text)
{
    return report_text(page->lang, text);
}

static const char *recovery_name(const struct section *s, size_t recovery)
{
    return report_text_recovery_name(s->page->lang, s->page->data->recoveries[recovery].name);
}

static struct report_number brief(const struct report_page *page, double x)
{
    return report_number_brief(page->lang, x);
}

// ---- figures -----------------------------------------------------------------------------------

static void put_burst(const struct section *s, double burst, FILE *out)
{
    REPORT_SAY(out, s->page->lang, burst > 1 ? TEXT_BURST : TEXT_BURST_ONE,
               brief(s->page, burst).s);
}

// What a figure shows, in plain text; the caller frees it.
static char *alt_of(const struct section *s, enum report_metric metric, double burst)
{
    char *text = NULL, *words = NULL;
    size_t len;
    FILE *out = open_memstream(&words, &len);
    if (out) {
        put_burst(s, burst, out);
        fclose(out);
    }
    out = open_memstream(&text, &len);
    if (out) {
        REPORT_SAY(out, s->page->lang,
                   s->section->listed ? TEXT_FIGURE_ALT : TEXT_FIGURE_ALT_NETWORKS,
                   say(s->page, report_metrics[metric].name), words ? words : "");
        fclose(out);
    }
    free(words);
    return text;
}

static void put_figure(const struct section *s, enum report_metric metric, double burst)
{
    char *alt = alt_of(s, metric, burst);
    fputs("<figure>", s->out);
    if (s->section->listed) {
        fputs("<figcaption>", s->out);
        put_burst(s, burst, s->out);
        fputs("</figcaption>", s->out);
    }
    report_figures_put(s->page->figures, s->number, burst, metric, alt ? alt : "", s->out);
    fputs("</figure>\n", s->out);
    free(alt);
}

static bool section_has(const struct section *s, enum report_metric metric)
{
    for (size_t i = 0; i < s->section->count; i++)
        if (s->page->data->cells[s->section->first + i].means[metric].count)
            return true;
    return false;
}

static void put_range(const struct section *s, const struct report_range *range, char *text,
                      size_t cap)
{
    struct report_number low = report_number(s->page->lang, range->low, 1);
    struct report_number high = report_number(s->page->lang, range->high, 1);
    if (range->low > range->high)
        snprintf(text, cap, "?");
    else if (strcmp(low.s, high.s) == 0)
        snprintf(text, cap, "%s", low.s);
    else
        snprintf(text, cap, "%s – %s", low.s, high.s);
}

// An estimate must not be taken for what people said.
static void put_assumed(const struct section *s)
{
    char ie[112], bpl[112];
    put_range(s, &s->section->ie, ie, sizeof ie);
    put_range(s, &s->section->bpl, bpl, sizeof bpl);
    fputs("<p class=\"assumed\">", s->out);
    REPORT_SAY(s->out, s->page->lang, TEXT_MOS_ASSUMED, ie, bpl);
    fputs("</p>\n", s->out);
}

static void put_legend(const struct section *s)
{
    const struct report_data *d = s->page->data;
    fputs("<p class=\"legend\">", s->out);
    for (size_t r = 0; r < d->recovery_count; r++) {
        fputs("<span>", s->out);
        report_figures_swatch(d, r, s->out);
        report_html_escape(s->out, recovery_name(s, r));
        fputs("</span> ", s->out);
    }
    fputs("</p>\n", s->out);
}

static void put_curves(const struct section *s)
{
    fprintf(s->out, "<h4>%s</h4>\n", say(s->page, TEXT_CURVES));
    put_legend(s);
    if (s->section->listed)
        fprintf(s->out, "<div class=\"curves across%zu\">\n",
                s->burst_count < 3 ? s->burst_count : 3);
    else
        fputs("<div class=\"curves networks\">\n", s->out);
    for (int m = 0; m < REPORT_CURVES; m++) {
        if (!section_has(s, (enum report_metric)m))
            continue;
        fprintf(s->out, "<div class=\"metric\"><h5>%s</h5>\n<div class=\"bursts\">\n",
                say(s->page, report_metrics[m].name));
        for (size_t b = 0; b < s->burst_count; b++)
            put_figure(s, (enum report_metric)m, s->bursts[b]);
        fputs("</div>\n", s->out);
        if (m == REPORT_MOS)
            put_assumed(s);
        fputs("</div>\n", s->out);
    }
    fprintf(s->out, "</div>\n<p class=\"fine\">%s</p>\n", say(s->page, TEXT_BAND));
}

// ---- table -------------------------------------------------------------------------------------

static void put_heading(const struct section *s, const char *name, const char *unit)
{
    fprintf(s->out, "<th scope=\"col\">%s%s%s%s</th>", name, *unit ? "<br><small>" : "", unit,
            *unit ? "</small>" : "");
}

static void put_headings(const struct section *s)
{
    fputs("<thead><tr>", s->out);
    if (s->section->listed) {
        put_heading(s, say(s->page, TEXT_COLUMN_BURST), "");
        put_heading(s, say(s->page, TEXT_COLUMN_LOSS), "");
    } else {
        put_heading(s, say(s->page, TEXT_COLUMN_NETWORK), "");
    }
    put_heading(s, say(s->page, TEXT_COLUMN_RECOVERY), "");
    put_heading(s, say(s->page, TEXT_COLUMN_SEEDS), "");
    for (int m = 0; m < REPORT_METRICS; m++)
        if (section_has(s, (enum report_metric)m))
            put_heading(s, say(s->page, report_metrics[m].name),
                        say(s->page, report_metrics[m].axis));
    fputs("</tr></thead>\n", s->out);
}

static void put_value(const struct section *s, const struct report_cell *cell,
                      enum report_metric metric)
{
    struct report_estimate e;
    int decimals = report_metrics[metric].decimals;
    fputs("<td>", s->out);
    if (report_estimate(cell, metric, &e)) {
        fputs(report_number(s->page->lang, e.mean, decimals).s, s->out);
        if (e.certain && cell->means[metric].count > 1)
            fprintf(s->out, " <small>± %s</small>",
                    report_number(s->page->lang, e.high - e.mean, decimals).s);
        else if (e.certain) // not as far to both sides
            fprintf(s->out, " <small>(%s – %s)</small>",
                    report_number(s->page->lang, e.low, decimals).s,
                    report_number(s->page->lang, e.high, decimals).s);
    } else {
        fputs("–", s->out);
    }
    fputs("</td>", s->out);
}

static void put_row(const struct section *s, const struct report_cell *cell)
{
    fputs("<tr>", s->out);
    if (s->section->listed) {
        fprintf(s->out, "<td>%s</td>", brief(s->page, cell->burst).s);
        fprintf(s->out, "<th scope=\"row\">%s</th>", brief(s->page, cell->loss).s);
    } else {
        fputs("<th scope=\"row\">", s->out);
        report_html_escape(s->out, cell->network);
        fputs("</th>", s->out);
    }
    fputs("<td>", s->out);
    report_html_escape(s->out, recovery_name(s, cell->recovery));
    fprintf(s->out, "</td><td>%zu</td>", cell->runs);
    for (int m = 0; m < REPORT_METRICS; m++)
        if (section_has(s, (enum report_metric)m))
            put_value(s, cell, (enum report_metric)m);
    fputs("</tr>\n", s->out);
}

static void put_table(const struct section *s)
{
    fprintf(
        s->out,
        "<details%s><summary>%s</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"%s\">\n<table><caption>%s</caption>\n",
        s->page->figures ? "" : " open", say(s->page, TEXT_TABLE), say(s->page, TEXT_TABLE),
        say(s->page, TEXT_TABLE_CAPTION));
    put_headings(s);
    fputs("<tbody>\n", s->out);
    for (size_t i = 0; i < s->section->count; i++)
        put_row(s, &s->page->data->cells[s->section->first + i]);
    fputs("</tbody></table></div></details>\n", s->out);
}

// ---- clips -------------------------------------------------------------------------------------

static void put_clip(const struct section *s, const struct report_cell *cell, const char *row)
{
    char *heading = NULL, *label = NULL;
    size_t len;
    const char *name = recovery_name(s, cell->recovery);
    FILE *out = open_memstream(&heading, &len);
    if (out) {
        report_figures_swatch(s->page->data, cell->recovery, out);
        report_html_escape(out, name);
        fclose(out);
    }
    out = open_memstream(&label, &len);
    if (out) {
        report_html_fill_plain(out, say(s->page, TEXT_CLIP_LABEL),
                               &(struct report_html_values){{name, row}});
        fclose(out);
    }
    const struct report_clip_page page = {
        .lang = s->page->lang,
        .clean = s->number,
        .heading = heading ? heading : "",
        .label = label ? label : "",
    };
    report_clip_heard(cell, s->page->clips->kept[cell - s->page->data->cells], &page, s->out);
    free(heading);
    free(label);
}

static void put_said(const struct section *s, const struct report_cell *cell)
{
    const struct report_clip_page page = {
        .lang = s->page->lang,
        .clean = s->number,
        .heading = say(s->page, TEXT_SAID),
        .label = say(s->page, TEXT_SAID),
    };
    fputs("<div class=\"row\">\n", s->out);
    report_clip_said(cell, &page, s->out);
    fputs("</div>\n", s->out);
}

// A row for each network, a clip for each way of recovery.
static void put_clips(const struct section *s)
{
    const struct report_cell *before = NULL;
    bool any = false;
    for (size_t i = 0; i < s->section->count; i++) {
        const struct report_cell *cell = &s->page->data->cells[s->section->first + i];
        if (!cell->clip)
            continue;
        if (!any) {
            fprintf(s->out, "<h4>%s</h4>\n<p>%s</p>\n", say(s->page, TEXT_CLIPS),
                    say(s->page, TEXT_CLIPS_HOW));
            report_clip_legend(s->page->lang, s->out);
            put_said(s, cell);
        }
        any = true;
        char *row = report_condition(s->page->lang, s->section, cell);
        if (!report_condition_same(before, cell)) {
            fputs(before ? "</div>\n<h5>" : "<h5>", s->out);
            report_html_escape(s->out, row ? row : "");
            fprintf(s->out, "</h5>\n<div class=\"row\" style=\"--ways: %zu\">\n",
                    s->page->data->recovery_count);
        }
        put_clip(s, cell, row ? row : "");
        free(row);
        before = cell;
    }
    fputs(any ? "</div>\n" : "", s->out);
}

// ---- a section ---------------------------------------------------------------------------------

static bool differs(const struct report_page *page, const char *key)
{
    for (size_t i = 1; i < page->data->section_count; i++) {
        json_t *first = json_object_get(page->data->sections[0].settings, key);
        json_t *other = json_object_get(page->data->sections[i].settings, key);
        if (first != other && (!first || !other || !json_equal(first, other)))
            return true;
    }
    return false;
}

// A setting that not all sections have the same, behind the name of this one.
static void put_setting(const struct section *s, const char *key)
{
    json_t *value = json_object_get(s->section->settings, key);
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9)) : NULL;
    if (text && differs(s->page, key)) {
        fputs(", ", s->out);
        report_html_escape(s->out, key);
        fputc(' ', s->out);
        report_html_escape(s->out, json_is_string(value) ? json_string_value(value) : text);
    }
    free(text);
}

// The most that is sent, where it is not what follows from the bitrate.
static void put_most(const struct section *s)
{
    json_int_t most = json_integer_value(json_object_get(s->section->settings, "max_bitrate"));
    if (most && most != 2 * s->section->bitrate)
        REPORT_SAY(s->out, s->page->lang, TEXT_SECTION_MOST, brief(s->page, (double)most / 1000).s);
}

static void put_section_name(const struct section *s)
{
    const struct report_section *section = s->section;
    char jitter[64] = "";
    struct report_number rate = brief(s->page, (double)section->bitrate / 1000);
    const char *key;
    json_t *value;
    if (section->listed && section->jitter > 0)
        snprintf(jitter, sizeof jitter, " ± %s", brief(s->page, section->jitter).s);
    if (section->listed)
        REPORT_SAY(s->out, s->page->lang, TEXT_SECTION, section->in, rate.s,
                   brief(s->page, section->delay).s, jitter);
    else
        REPORT_SAY(s->out, s->page->lang, TEXT_SECTION_NETWORKS, section->in, rate.s);
    put_most(s);
    json_object_foreach(section->settings, key, value)
    {
        if (strcmp(key, "max_bitrate") != 0)
            put_setting(s, key);
    }
    if (json_object_size(s->page->data->versions) > 1) {
        fputs(", voz ", s->out);
        report_html_escape(s->out, section->version);
    }
}

void report_section_put(const struct report_page *page, size_t number, FILE *out)
{
    struct section s = {
        .page = page, .section = &page->data->sections[number], .number = number, .out = out};
    s.burst_count = report_bursts(page->data, s.section, s.bursts, VALUES);
    fprintf(out, "<details class=\"section\"%s>\n<summary><h3>", number == 0 ? " open" : "");
    put_section_name(&s);
    fputs("</h3></summary>\n", out);
    if (page->figures)
        put_curves(&s);
    report_cost_put(page, number, out);
    put_clips(&s);
    report_stills_put(page->data, s.section, page->lang, out);
    put_table(&s);
    report_again_put(page->data, s.section, page->lang, out);
    fputs("</details>\n", out);
}
