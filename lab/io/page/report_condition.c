// A condition in words: see report_condition.h.
#include "lab/io/page/report_condition.h"

#include "lab/io/page/report_html.h"

#include <stdio.h>
#include <string.h>

char *report_condition(enum report_lang lang, const struct report_section *section,
                       const struct report_cell *cell)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return NULL;
    if (!section->listed)
        fputs(cell->network, out);
    else
        REPORT_SAY(out, lang, cell->burst > 1 && cell->loss > 0 ? TEXT_ROW_BURST : TEXT_ROW,
                   report_number_brief(lang, cell->loss).s,
                   report_number_brief(lang, cell->burst).s);
    fclose(out);
    return text;
}

bool report_condition_same(const struct report_cell *a, const struct report_cell *b)
{
    return a && !(a->loss < b->loss) && !(a->loss > b->loss) && !(a->burst < b->burst) &&
           !(a->burst > b->burst) && strcmp(a->network, b->network) == 0 &&
           strcmp(a->netem, b->netem) == 0;
}
