// What gnuplot is asked to draw: see report_figure.h. Of what comes from data, only numbers go into
// the script; names are put in afterwards, by report_svg.h.
#include "lab/io/page/report_figure.h"

#include "lab/io/page/report_metric.h"
#include "lab/io/page/report_svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH         480
#define HEIGHT        320
#define VALUES        256 // different bursts of a section, or losses
#define NETWORK_STEP  46  // height of each
#define NETWORK_REST  90  // and of the axis
#define NETWORK_WIDTH 680
#define LABEL         24 // characters of a network's name that there is room for

// The colours are places in the style sheet: see report_svg_put.
#define INK     1
#define GRID    2
#define STYLE_0 16

static const struct style {
    const char *dash; // to gnuplot
    int point;        // to gnuplot
    const char *strokes, *marker;
} styles[REPORT_STYLES] = {
    {"(7,4)", 5, "9 5", "gpPt4"},     {"(2,3)", 9, "3 4", "gpPt8"},
    {"solid", 7, "none", "gpPt6"},    {"(12,3,2,3)", 13, "14 4 3 4", "gpPt12"},
    {"(14,4)", 11, "16 5", "gpPt10"}, {"(4,2,1,2)", 15, "5 3 2 3", "gpPt14"},
    {"(1,3)", 2, "2 4", "gpPt1"},
};

// A way of recovery looks the same in every report; one that is not known here looks like another.
static size_t style_of(const struct report_data *data, size_t recovery)
{
    static const char *const fixed[] = {"none", "plc", "fec", "red", "nack", "auto", "tcp"};
    const size_t count = sizeof fixed / sizeof fixed[0];
    size_t others = 0;
    _Static_assert(sizeof fixed / sizeof fixed[0] == REPORT_STYLES, "each has its own");
    for (size_t r = 0; r <= recovery; r++) {
        size_t i = 0;
        while (i < count && strcmp(fixed[i], data->recoveries[r].name) != 0)
            i++;
        if (r == recovery && i < count)
            return i;
        others += i == count;
    }
    return (others - 1) % REPORT_STYLES;
}

struct figure {
    size_t section;
    double burst;
    enum report_metric metric;
    int width, height;
    const char *svg; // in what gnuplot drew
    size_t first_label, labels;
};

struct report_figures {
    struct figure *list;
    size_t count;
    char *drawn;
    char (*labels)[4 * LABEL + 8];
    const char **label_texts;
    size_t label_count;
    bool all, no_memory;
};

struct artist { // while the script is written
    const struct report_data *data;
    enum report_lang lang;
    struct report_figures *figures;
    struct report_range axes[REPORT_CURVES];
    FILE *script;
};

// ---- axes --------------------------------------------------------------------------------------

// The next round number that is no smaller.
static double round_up(double x)
{
    static const double steps[] = {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10};
    double power = x > 0 ? pow(10, floor(log10(x))) : 1;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (x <= steps[i] * power * (1 + 1e-9))
            return steps[i] * power;
    return 10 * power;
}

// One axis for all figures of a metric, so that they can be compared at a glance.
static struct report_range axis_of(const struct report_data *d, enum report_metric metric)
{
    struct report_range seen = {INFINITY, -INFINITY};
    double most = 0, least = INFINITY;
    for (size_t i = 0; i < d->cell_count; i++) {
        struct report_estimate e;
        if (!report_estimate(&d->cells[i], metric, &e))
            continue;
        seen.low = fmin(seen.low, e.low);
        seen.high = fmax(seen.high, e.high);
        most = fmax(most, e.mean);
        least = fmin(least, e.mean);
    }
    const struct report_range limits = report_metrics[metric].limits;
    if (metric == REPORT_MOS)
        return limits;
    // A share: from a tenth below the least, at most from 0.9; what is merely not certain does not
    // press what was seen into a corner.
    if (isfinite(limits.high)) {
        double low = fmax(seen.low, limits.high - 1.5 * (limits.high - least));
        return (struct report_range){fmin(0.9, fmax(0, floor(low * 10) / 10)), limits.high};
    }
    return (struct report_range){0, round_up(fmax(1, fmin(seen.high, 1.5 * most)))};
}

static double within(double x, const struct report_range *range)
{
    return fmin(fmax(x, range->low), range->high);
}

// ---- the script --------------------------------------------------------------------------------

static void put_prologue(const struct artist *a)
{
    fprintf(a->script,
            "set encoding utf8\n"
            "set border 3 lc rgb '#0000%02x'\n"
            "set tics nomirror scale 0.4 tc rgb '#0000%02x'\n"
            "set format '%%g'\n"
            "unset key\n"
            "set lmargin at screen 0.19\nset rmargin at screen 0.96\n",
            INK, INK);
    if (a->lang == REPORT_PT)
        fputs("set decimalsign ','\n", a->script);
}

// Our own words; an apostrophe would end them.
static void put_axis_words(const struct artist *a, char axis, enum report_text text)
{
    fprintf(a->script, "set %clabel '", axis);
    for (const char *c = report_text(a->lang, text); *c; c++)
        fputs(*c == '\'' ? "''" : (char[]){*c, '\0'}, a->script);
    fprintf(a->script, "' offset %s tc rgb '#0000%02x'\n", axis == 'x' ? "0,0.7" : "0.5,0", INK);
}

static void put_size(const struct artist *a, int width, int height)
{
    fprintf(a->script, "set terminal svg size %d,%d dynamic noenhanced font 'sans-serif,19'\n",
            width, height);
    fprintf(a->script, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n",
            1 - 14.0 / height, 68.0 / height);
}

static void put_grid(const struct artist *a)
{
    fprintf(a->script, "set grid ytics lc rgb '#0000%02x' lt 1 lw 1\n", GRID);
}

static void put_series(const struct artist *a, size_t recovery, const char *with, bool dashed)
{
    size_t style = style_of(a->data, recovery);
    fprintf(a->script, "%s lc rgb '#0000%02zx'", with, STYLE_0 + style);
    fprintf(a->script, " lw %g pt %d ps 1.1", dashed ? 3.0 : 2.5, styles[style].point);
    if (dashed)
        fprintf(a->script, " dt %s", styles[style].dash);
}

// The points of a way of recovery, "loss mean low high" each, as gnuplot's $dR. How many there are.
static size_t put_curve_data(const struct artist *a, const struct report_section *section,
                             double burst, enum report_metric metric, size_t recovery)
{
    double losses[VALUES];
    size_t count = report_losses(a->data, section, losses, VALUES), points = 0;
    fprintf(a->script, "$d%zu << END\n", recovery);
    for (size_t i = 0; i < count; i++) {
        struct report_estimate e;
        const struct report_cell *cell = report_find(a->data, section, losses[i], burst, recovery);
        if (!cell || !report_estimate(cell, metric, &e))
            continue;
        points++;
        fprintf(a->script, "%.9g %.9g %.9g %.9g\n", losses[i], within(e.mean, &a->axes[metric]),
                within(e.low, &a->axes[metric]), within(e.high, &a->axes[metric]));
    }
    fputs("END\n", a->script);
    return points;
}

static bool put_curves(const struct artist *a, const struct report_section *section, double burst,
                       enum report_metric metric)
{
    double losses[VALUES];
    size_t count = report_losses(a->data, section, losses, VALUES), points = 0;
    size_t *has = calloc(a->data->recovery_count + 1, sizeof *has);
    bool single = count == 1;
    const char *comma = "plot ";
    double opacity = a->data->recovery_count > 3 ? 0.1 : 0.18; // many bands make mud
    for (size_t r = 0; has && r < a->data->recovery_count; r++)
        points += has[r] = put_curve_data(a, section, burst, metric, r);
    if (points) {
        put_size(a, WIDTH, HEIGHT);
        put_grid(a);
        fprintf(a->script,
                "set xrange [%.9g:%.9g]\nset yrange [%.9g:%.9g]\nset xtics auto\n"
                "set ytics auto\n",
                single ? losses[0] - 1 : losses[0], single ? losses[0] + 1 : losses[count - 1],
                a->axes[metric].low, a->axes[metric].high);
        put_axis_words(a, 'x', TEXT_LOSS_AXIS);
        put_axis_words(a, 'y', report_metrics[metric].axis);
    }
    for (size_t r = 0; points && r < a->data->recovery_count; r++)
        if (has[r]) {
            fprintf(a->script, "%s$d%zu using 1:%s ", comma, r, single ? "2:3:4" : "3:4");
            put_series(a, r, single ? "with yerrorbars" : "with filledcurves", false);
            if (!single)
                fprintf(a->script, " fs transparent solid %g noborder", opacity);
            comma = ", ";
        }
    for (size_t r = 0; points && r < a->data->recovery_count; r++)
        if (has[r] && !single) {
            fprintf(a->script, ", $d%zu using 1:2 ", r);
            put_series(a, r, "with linespoints", true);
        }
    if (points)
        fputc('\n', a->script);
    free(has);
    return points > 0;
}

// A new label for the picture, cut where there is no more room; whole characters of UTF-8.
static bool add_label(struct report_figures *f, const char *name)
{
    void *more = realloc(f->labels, (f->label_count + 1) * sizeof *f->labels);
    if (!more) {
        f->no_memory = true;
        return false;
    }
    f->labels = more;
    char *label = f->labels[f->label_count++];
    size_t len = 0;
    for (int i = 0; i < LABEL && name[len]; i++)
        do
            label[len] = name[len];
        while (((unsigned char)name[++len] & 0xc0) == 0x80 && len < 4 * LABEL);
    snprintf(label + len, sizeof *f->labels - len, "%s", name[len] ? "…" : "");
    return true;
}

// Whether a network begins with this cell, in the order that the data has.
static bool begins(const struct report_data *d, const struct report_section *section, size_t cell)
{
    return cell == section->first ||
           strcmp(d->cells[cell].network, d->cells[cell - 1].network) != 0 ||
           strcmp(d->cells[cell].netem, d->cells[cell - 1].netem) != 0;
}

// The points of a way of recovery, "mean row low high" each; those of several ways lie beside each
// other in a row. How many there are.
static size_t put_network_data(const struct artist *a, const struct report_section *section,
                               enum report_metric metric, size_t recovery)
{
    const struct report_data *d = a->data;
    const struct report_range *axis = &a->axes[metric];
    double ways = (double)d->recovery_count;
    double beside = ((double)recovery - (ways - 1) / 2) * 0.6 / ways;
    size_t rows = 0, points = 0;
    fprintf(a->script, "$d%zu << END\n", recovery);
    for (size_t i = section->first; i < section->first + section->count; i++) {
        struct report_estimate e;
        rows += begins(d, section, i);
        if (d->cells[i].recovery != recovery || !report_estimate(&d->cells[i], metric, &e))
            continue;
        points++;
        fprintf(a->script, "%.9g %.4f %.9g %.9g\n", within(e.mean, axis), (double)rows - 1 + beside,
                within(e.low, axis), within(e.high, axis));
    }
    fputs("NaN NaN NaN NaN\nEND\n", a->script); // gnuplot refuses to plot nothing
    return points;
}

// The distance of ticks that about five fit between low and high.
static double step_of(const struct report_range *axis)
{
    static const double steps[] = {1, 2, 5, 10};
    double least = (axis->high - axis->low) / 5, power = pow(10, floor(log10(least)));
    size_t i = 0;
    while (steps[i] * power < least * (1 - 1e-9) && i + 1 < sizeof steps / sizeof steps[0])
        i++;
    return steps[i] * power;
}

static size_t put_network_labels(const struct artist *a, const struct report_section *section)
{
    size_t rows = 0;
    fputs("set ytics (", a->script);
    for (size_t i = section->first; i < section->first + section->count; i++)
        if (begins(a->data, section, i) && add_label(a->figures, a->data->cells[i].network)) {
            fprintf(a->script, "%s'@%zu@' %zu", rows ? ", " : "", rows, rows);
            rows++;
        }
    fputs(")\n", a->script);
    return rows;
}

// One row for each network, from the top; a dot and a bar for each way of recovery.
static bool put_networks(const struct artist *a, const struct report_section *section,
                         enum report_metric metric, struct figure *figure)
{
    size_t rows = 0, points = 0;
    for (size_t i = section->first; i < section->first + section->count; i++)
        rows += begins(a->data, section, i);
    a->figures->all &= rows <= REPORT_NETWORKS_MAX;
    for (size_t r = 0; r < a->data->recovery_count; r++)
        points += put_network_data(a, section, metric, r);
    if (!points || rows > REPORT_NETWORKS_MAX)
        return false;
    figure->width = NETWORK_WIDTH;
    figure->height = NETWORK_REST + NETWORK_STEP * (int)rows;
    figure->first_label = a->figures->label_count;
    figure->labels = put_network_labels(a, section);
    put_size(a, NETWORK_WIDTH, figure->height);
    put_grid(a);
    put_axis_words(a, 'x', report_metrics[metric].axis);
    fprintf(a->script,
            "set lmargin at screen 0.4\nunset ylabel\nset yrange [%zu.5:-0.5]\n"
            "set xrange [%.9g:%.9g]\nset xtics %.9g\n",
            rows - 1, a->axes[metric].low, a->axes[metric].high, step_of(&a->axes[metric]));
    for (size_t r = 0; r < a->data->recovery_count; r++) {
        fprintf(a->script, "%s$d%zu using 1:2:3:4 ", r ? ", " : "plot ", r);
        put_series(a, r, "with xerrorbars", false);
    }
    fputs("\nset lmargin at screen 0.19\n", a->script);
    return true;
}

// ---- all of them -------------------------------------------------------------------------------

static bool add_figure(struct artist *a, size_t section, double burst, enum report_metric metric)
{
    struct report_figures *f = a->figures;
    const struct report_section *s = &a->data->sections[section];
    struct figure figure = {
        .section = section, .burst = burst, .metric = metric, .width = WIDTH, .height = HEIGHT};
    if (f->count == REPORT_FIGURES_MAX) {
        f->all = false;
        return false;
    }
    if (s->listed ? put_curves(a, s, burst, metric) : put_networks(a, s, metric, &figure))
        f->list[f->count++] = figure;
    return true;
}

static void write_script(struct artist *a)
{
    bool room = true;
    put_prologue(a);
    for (int m = 0; m < REPORT_CURVES; m++)
        a->axes[m] = axis_of(a->data, (enum report_metric)m);
    for (size_t s = 0; room && s < a->data->section_count; s++) {
        double bursts[VALUES];
        size_t count = report_bursts(a->data, &a->data->sections[s], bursts, VALUES);
        for (int m = 0; m < REPORT_CURVES; m++)
            for (size_t b = 0; room && b < count; b++)
                room = add_figure(a, s, bursts[b], (enum report_metric)m);
    }
}

// Each figure gets its document; as many as were asked for must have come.
static bool hand_out(struct report_figures *f)
{
    const char *at = f->drawn && f->count ? strstr(f->drawn, "<?xml") : NULL;
    for (size_t i = 0; i < f->count; i++) {
        if (!at)
            return false;
        f->list[i].svg = at;
        at = report_svg_next(at);
    }
    f->label_texts = calloc(f->label_count + 1, sizeof *f->label_texts);
    for (size_t i = 0; f->label_texts && i < f->label_count; i++)
        f->label_texts[i] = f->labels[i];
    return f->label_texts;
}

struct report_figures *report_figures_new(const struct report_data *data, enum report_lang lang,
                                          char *why, size_t cap)
{
    struct report_figures *f = calloc(1, sizeof *f);
    struct artist a = {.data = data, .lang = lang, .figures = f, .script = tmpfile()};
    bool good = f && a.script;
    if (good) {
        f->all = true;
        f->list = calloc(REPORT_FIGURES_MAX, sizeof *f->list);
    }
    good = good && f->list;
    if (good)
        write_script(&a);
    good = good && !f->no_memory && !ferror(a.script) && fflush(a.script) == 0;
    if (!good) {
        snprintf(why, cap, "has no room for its script");
    } else {
        f->drawn = f->count ? report_svg_draw(a.script, why, cap) : NULL;
        good = !f->count || f->drawn;
        if (good && !hand_out(f)) {
            snprintf(why, cap, "drew something else than asked for");
            good = false;
        }
    }
    if (a.script)
        fclose(a.script);
    if (good)
        return f;
    report_figures_free(f);
    return NULL;
}

void report_figures_free(struct report_figures *f)
{
    if (!f)
        return;
    free(f->list);
    free(f->drawn);
    free(f->labels);
    free(f->label_texts);
    free(f);
}

bool report_figures_all(const struct report_figures *f)
{
    return f->all;
}

bool report_figures_put(const struct report_figures *f, size_t section, double burst,
                        enum report_metric metric, const char *alt, FILE *out)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct figure *figure = &f->list[i];
        if (figure->section != section || figure->metric != metric ||
            fabs(figure->burst - burst) > 0)
            continue;
        const struct report_svg_page page = {
            .labels = f->label_texts + figure->first_label,
            .count = figure->labels,
            .alt = alt,
            .width = figure->width,
            .height = figure->height,
        };
        report_svg_put(figure->svg, &page, out);
        return true;
    }
    return false;
}

// gnuplot's own filled markers, which it would put into each picture again.
void report_figures_markers(FILE *out)
{
    fputs("<svg width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
          "<path id=\"gpPt1\" d=\"M-1-.6L-.6-1 0-.4.6-1 1-.6.4 0 1 .6.6 1 0 .4-.6 1-1 .6-.4 0z\"/>"
          "<path id=\"gpPt4\" d=\"M-1-1h2v2h-2z\"/>"
          "<circle id=\"gpPt6\" r=\"1\"/>"
          "<path id=\"gpPt8\" d=\"M0-1.33L-1.33.67h2.66z\"/>"
          "<path id=\"gpPt10\" d=\"M0 1.33L-1.33-.67h2.66z\"/>"
          "<path id=\"gpPt12\" d=\"M0-1.4L1.4 0 0 1.4-1.4 0z\"/>"
          "<path id=\"gpPt14\" d=\"M0 1.33L1.27.41.78-1.07H-.78L-1.27.41z\"/>"
          "</defs></svg>\n",
          out);
}

void report_figures_swatch(const struct report_data *data, size_t recovery, FILE *out)
{
    size_t number = style_of(data, recovery), class = STYLE_0 + number;
    const struct style *style = &styles[number];
    fprintf(out,
            "<svg class=\"swatch\" viewBox=\"0 0 64 20\" aria-hidden=\"true\">"
            "<path class=\"s%zu\" d=\"M2 10h60\" stroke-width=\"3.5\" stroke-dasharray=\"%s\"/>"
            "<use href=\"#%s\" class=\"c%zu\" transform=\"translate(32,10) scale(7)\"/></svg>",
            class, style->strokes, style->marker, class);
}
