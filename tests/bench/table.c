// What a bench prints: see table.h.
#include "tests/bench/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "%-50s %11s  %-39s %6s  %-9s %s\n"

static const char *verdict(const struct figure *f, double ratio)
{
    if (!f->at_most && !f->ratio_at_most && !f->ratio_at_least)
        return "";
    bool over = (f->at_most && f->ours > f->at_most) ||
                (f->ratio_at_most && ratio > f->ratio_at_most) ||
                (f->ratio_at_least && ratio < f->ratio_at_least);
    return over ? "over" : "ok";
}

void table_row(const struct figure *f)
{
    char what[96], ours[32], baseline[64] = "", ratio_text[16] = "", aim[32] = "";
    double ratio = f->than && f->baseline > 0 ? f->ours / f->baseline : 0;
    snprintf(what, sizeof what, "%s%s%s", f->what, *f->unit ? ", " : "", f->unit);
    snprintf(ours, sizeof ours, "%.4g", f->ours);
    if (f->than && f->baseline <= 0)
        snprintf(baseline, sizeof baseline, "(no figure) %s", f->than);
    else if (f->than) {
        snprintf(baseline, sizeof baseline, "%.4g %s", f->baseline, f->than);
        snprintf(ratio_text, sizeof ratio_text, "%.2f", ratio);
    }
    if (f->at_most)
        snprintf(aim, sizeof aim, "<= %g", f->at_most);
    else if (f->ratio_at_most)
        snprintf(aim, sizeof aim, "<= %g x", f->ratio_at_most);
    else if (f->ratio_at_least)
        snprintf(aim, sizeof aim, ">= %g x", f->ratio_at_least);
    printf(FORMAT, what, ours, baseline, ratio_text, aim, verdict(f, ratio));
    fflush(stdout);
}

void table_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("  ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
    fflush(stdout);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, size_t count)
{
    if (!count)
        return 0;
    qsort(values, count, sizeof *values, compare);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}
