// The command that makes a page of results, and writes what it makes: see report.h.
#include "lab/io/report.h"

#include "lab/io/output.h"
#include "lab/io/page/report_page.h"
#include "lab/io/report_reader.h"
#include "media/io/cli.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIRS_MAX 4096 // as many as a job array has

struct report_options {
    const char *output;
    enum report_lang lang;
};

bool report_set_lang(void *lang, const char *value, char *why)
{
    static const char *const names[] = {[REPORT_EN] = "en", [REPORT_PT] = "pt", NULL};
    int index;
    if (!cli_word(value, names, &index, why))
        return false;
    *(enum report_lang *)lang = (enum report_lang)index;
    return true;
}

#define AT(field) offsetof(struct report_options, field)
static const struct cli_option report_option_table[] = {
    {"output", "FILE", "the page (report.html in DIR; of several DIRs: here)", cli_text,
     AT(output)},
    {"lang", "en|pt", "what language it speaks (en)", report_set_lang, AT(lang)},
    {0},
};
#undef AT

static const char details[] = "Makes one page, which needs nothing else, from what voz-lab sweep "
                              "left in its folders: curves,\n"
                              "tables, and clips to listen to. A sweep makes it by itself; of the "
                              "parts of a sweep (--shard)\n"
                              "and of several sweeps, this makes one. results.csv beside it gets "
                              "all runs. Needs gnuplot for\n"
                              "the curves; without it, the page has the tables and the clips.\n";

static const char more[] = "Examples:\n"
                           "  voz-lab report --lang pt loss\n"
                           "  voz-lab report --output all.html part1 part2 part3\n"
                           "\n"
                           "Exit status: 0 done, 1 failed, 2 misused.\n";

// ---- files -------------------------------------------------------------------------------------

static bool write_table(const struct report_reader *reader, const char *page)
{
    char path[4096];
    struct output output;
    const char *slash = strrchr(page, '/');
    snprintf(path, sizeof path, "%.*sresults.csv", slash ? (int)(slash + 1 - page) : 0, page);
    if (!output_open(&output, path))
        return false;
    report_reader_table(reader, output.file);
    return output_close(&output, true);
}

// ---- the report --------------------------------------------------------------------------------

static void tell(const struct report_data *data, const struct report_figures *figures,
                 const char *why)
{
    const char *version;
    json_t *runs;
    if (!figures)
        fprintf(stderr, "voz-lab: the report has no curves, only tables: gnuplot %s\n", why);
    if (data->odd)
        fprintf(stderr, "voz-lab: %zu lines of the results are no runs of a sweep\n", data->odd);
    json_object_foreach(data->versions, version, runs)
    {
        if (strcmp(version, VOZ_VERSION) != 0)
            fprintf(stderr, "voz-lab: %lld of the runs were made by version %s, this is %s\n",
                    (long long)json_integer_value(runs), version, VOZ_VERSION);
    }
}

static bool write_page(const struct report_config *config, const struct report_data *data)
{
    char why[256] = "";
    struct output output;
    struct report_clips clips;
    if (!report_clips_choose(&clips, data, REPORT_CLIPS_MAX)) {
        fprintf(stderr, "voz-lab: there is no memory for the report\n");
        return false;
    }
    bool good = output_open(&output, config->output);
    if (good) {
        struct report_figures *figures = report_figures_new(data, config->lang, why, sizeof why);
        const struct report_page page = {
            .data = data,
            .lang = config->lang,
            .figures = figures,
            .why_no_figures = why,
            .clips = &clips,
        };
        if (!config->quiet)
            tell(data, figures, why);
        report_page_put(&page, output.file);
        report_figures_free(figures);
        good = output_close(&output, true);
    }
    report_clips_free(&clips);
    return good;
}

static const struct report_data *read_all(struct report_reader *reader,
                                          const struct report_config *config)
{
    char why[CLI_WHY_MAX] = "there is no memory for the report";
    bool good = reader;
    for (size_t i = 0; good && i < config->count; i++)
        good = report_reader_add(reader, config->dirs[i], why, sizeof why);
    const struct report_data *data = good ? report_reader_end(reader) : NULL;
    if (!data)
        fprintf(stderr, "voz-lab: %s\n", why);
    else if (!data->runs)
        fprintf(stderr, "voz-lab: there are no results of a sweep in %s%s\n", config->dirs[0],
                config->count > 1 ? " nor in the others" : "");
    return data && data->runs ? data : NULL;
}

bool report_make(const struct report_config *config)
{
    struct report_reader *reader = report_reader_new();
    const struct report_data *data = read_all(reader, config);
    bool good = data && write_page(config, data) &&
                (!config->table || output_is_special(config->output) ||
                 write_table(reader, config->output));
    report_reader_free(reader);
    return good;
}

int report_main(int argc, char **argv)
{
    const char *dirs[DIRS_MAX + 1] = {NULL};
    static const char *const letters[] = {"o", "output", NULL};
    char path[4096];
    struct report_options options = {0};
    const struct cli_group groups[] = {
        {.title = "Options", .table = report_option_table, .options = &options},
        {0},
    };
    const struct cli cli = {
        .program = "voz-lab report",
        .letters = letters,
        .summary = "the results of sweeps as a page to read and to listen to",
        .usage = "[options] DIR...",
        .details = details,
        .more = more,
        .groups = groups,
        .operands_max = DIRS_MAX,
    };
    struct report_config config = {.dirs = dirs, .table = true};
    int status = cli_parse(&cli, argc, argv, dirs);
    if (status >= 0)
        return status;
    while (dirs[config.count])
        config.count++;
    if (!config.count)
        return cli_misused(&cli, "of what? Name the folder that a sweep has filled.");
    snprintf(path, sizeof path, "%s%sreport.html", config.count > 1 ? "" : dirs[0],
             config.count > 1 ? "" : "/");
    config.output = options.output ? options.output : path;
    config.lang = options.lang;
    if (!report_make(&config))
        return CLI_FAILED;
    fprintf(stderr, "The report is in %s.\n", config.output);
    return CLI_DONE;
}
