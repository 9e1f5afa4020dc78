// What each way of recovery costs and gives: see report_cost.h.
#include "lab/io/page/report_cost.h"

#include "lab/io/page/report_condition.h"
#include "lab/io/page/report_html.h"
#include "lab/io/page/report_metric.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MINUS "\u2212"

struct cost { // while one is written
    const struct report_page *page;
    const struct report_section *section;
    bool gain, words; // there are some
    FILE *out;
};

static const char *say(const struct cost *c, enum report_text text)
{
    return report_text(c->page->lang, text);
}

static const char *name_of(const struct cost *c, const struct report_cell *cell)
{
    return c->page->data->recoveries[cell->recovery].name;
}

static bool section_has(const struct cost *c, enum report_metric metric)
{
    for (size_t i = 0; i < c->section->count; i++)
        if (c->page->data->cells[c->section->first + i].means[metric].count)
            return true;
    return false;
}

// The cell of the codec's guess in the same network; NULL: there is none with a score.
static const struct report_cell *guess_of(const struct cost *c, const struct report_cell *cell)
{
    for (size_t i = 0; i < c->section->count; i++) {
        const struct report_cell *other = &c->page->data->cells[c->section->first + i];
        if (report_condition_same(other, cell) && strcmp(name_of(c, other), "plc") == 0)
            return other->means[REPORT_ESTOI_LOCAL].count ? other : NULL;
    }
    return NULL;
}

static bool has_gain(const struct cost *c)
{
    for (size_t i = 0; i < c->section->count; i++) {
        const struct report_cell *cell = &c->page->data->cells[c->section->first + i];
        const struct report_cell *guess = guess_of(c, cell);
        if (guess && guess != cell)
            return true;
    }
    return false;
}

// ---- what the columns mean -----------------------------------------------------------------------

static void put_meaning(const struct cost *c, enum report_text name, enum report_text meaning)
{
    fprintf(c->out, "<li><strong>%s</strong>: ", say(c, name));
    REPORT_SAY(c->out, c->page->lang, meaning,
               report_number_brief(c->page->lang, c->section->delay).s);
    fputs("</li>\n", c->out);
}

static void put_meanings(const struct cost *c)
{
    fputs("<ul class=\"fine\">\n", c->out);
    put_meaning(c, TEXT_COST_RATE, TEXT_COST_RATE_MEANS);
    put_meaning(c, TEXT_COST_DELAY,
                c->section->listed ? TEXT_COST_DELAY_MEANS : TEXT_COST_DELAY_NETWORKS_MEANS);
    put_meaning(c, TEXT_COST_ESTOI, c->gain ? TEXT_COST_GAIN_MEANS : TEXT_COST_ESTOI_MEANS);
    if (c->words)
        put_meaning(c, TEXT_COST_WORDS, TEXT_COST_WORDS_MEANS);
    fputs("</ul>\n", c->out);
}

// ---- the tables ----------------------------------------------------------------------------------

static void put_heading(const struct cost *c, enum report_text text)
{
    fprintf(c->out, "<th scope=\"col\">%s</th>", say(c, text));
}

static void put_headings(const struct cost *c)
{
    fputs("<thead><tr>", c->out);
    put_heading(c, TEXT_COST_WAY);
    put_heading(c, TEXT_COST_RATE);
    put_heading(c, TEXT_COST_DELAY);
    put_heading(c, TEXT_COST_ESTOI);
    if (c->words)
        put_heading(c, TEXT_COST_WORDS);
    fputs("</tr></thead>\n", c->out);
}

static void put_mean(const struct cost *c, const struct report_cell *cell,
                     enum report_metric metric, double above)
{
    const struct mean *m = &cell->means[metric];
    if (m->count)
        fputs(report_number(c->page->lang, m->mean - above, report_metrics[metric].decimals).s,
              c->out);
    else
        fputs("–", c->out);
}

// One value, and another under it.
static void put_two(const struct cost *c, const struct report_cell *cell, enum report_metric metric,
                    enum report_metric under, double above)
{
    fputs("<td>", c->out);
    put_mean(c, cell, metric, above);
    fputs("<small>", c->out);
    put_mean(c, cell, under, above);
    fputs("</small></td>", c->out);
}

// How far a score lies above that of the codec's guess.
static void put_gain(const struct cost *c, const struct report_cell *cell)
{
    const struct report_cell *guess = guess_of(c, cell);
    int decimals = report_metrics[REPORT_ESTOI_LOCAL].decimals;
    if (!guess || guess == cell || !cell->means[REPORT_ESTOI_LOCAL].count)
        return;
    double gain = cell->means[REPORT_ESTOI_LOCAL].mean - guess->means[REPORT_ESTOI_LOCAL].mean;
    bool none = fabs(gain) < pow(10, -decimals) / 2;
    fprintf(c->out, "<small>%s%s</small>",
            none       ? ""
            : gain < 0 ? MINUS
                       : "+",
            report_number(c->page->lang, fabs(gain), decimals).s);
}

static void put_row(const struct cost *c, const struct report_cell *cell)
{
    double network = c->section->listed ? c->section->delay : 0;
    fputs("<tr><th scope=\"row\">", c->out);
    report_html_escape(c->out, report_text_recovery_name(c->page->lang, name_of(c, cell)));
    fputs("</th>", c->out);
    put_two(c, cell, REPORT_WIRE, REPORT_MEDIA, 0);
    put_two(c, cell, REPORT_DELAY, REPORT_DELAY_P95, network);
    fputs("<td>", c->out);
    put_mean(c, cell, REPORT_ESTOI_LOCAL, 0);
    put_gain(c, cell);
    fputs("</td>", c->out);
    if (c->words) {
        fputs("<td>", c->out);
        put_mean(c, cell, REPORT_WORDS, 0);
        fputs("</td>", c->out);
    }
    fputs("</tr>\n", c->out);
}

static void put_table(const struct cost *c, const struct report_cell *cell)
{
    char *text = report_condition(c->page->lang, c->section, cell);
    fputs("<div class=\"scroll\"><table><caption>", c->out);
    report_html_escape(c->out, text ? text : "");
    fputs("</caption>\n", c->out);
    put_headings(c);
    fputs("<tbody>\n", c->out);
    free(text);
}

// Where nothing is lost, all bursts are one: they stand here once.
static bool is_repeated(const struct cost *c, const struct report_cell *cell)
{
    const struct report_cell *first = &c->page->data->cells[c->section->first];
    return c->section->listed && cell->loss <= 0 && cell->burst > first->burst;
}

// One for each condition, with all ways of recovery.
static void put_tables(const struct cost *c)
{
    const struct report_cell *before = NULL;
    for (size_t i = 0; i < c->section->count; i++) {
        const struct report_cell *cell = &c->page->data->cells[c->section->first + i];
        if (is_repeated(c, cell))
            continue;
        if (!report_condition_same(before, cell)) {
            fputs(before ? "</tbody></table></div>\n" : "", c->out);
            put_table(c, cell);
        }
        put_row(c, cell);
        before = cell;
    }
    fputs("</tbody></table></div>\n", c->out);
}

void report_cost_put(const struct report_page *page, size_t number, FILE *out)
{
    struct cost c = {.page = page, .section = &page->data->sections[number], .out = out};
    if (!section_has(&c, REPORT_WIRE))
        return;
    c.gain = has_gain(&c);
    c.words = section_has(&c, REPORT_WORDS);
    fprintf(out, "<h4>%s</h4>\n", say(&c, TEXT_COST));
    put_meanings(&c);
    fputs("<div class=\"costs\">\n", out);
    put_tables(&c);
    fputs("</div>\n", out);
}
