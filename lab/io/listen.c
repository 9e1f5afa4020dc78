// A listening test for people: see listen.h.
#include "lab/io/listen.h"

#include "lab/io/condition.h"
#include "lab/io/listen/listen_class.h"
#include "lab/io/listen/listen_page.h"
#include "lab/io/output.h"
#include "lab/io/plan.h"
#include "lab/io/report.h"
#include "lab/io/results.h"
#include "media/io/cli.h"
#include "media/io/path.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT  (300 * USEC_MS) // for a packet, at most, where nothing else is said
#define USUAL 40 // sentences that a listener hears, where it is not said how many: ten minutes

struct listen_options {
    const char *output;
    enum report_lang lang;
    int each;
    bool merge, quiet;
};

static bool set_each(void *each, const char *value, char *why)
{
    static const struct cli_range range = {1, LISTEN_SENTENCES, "sentences"};
    int64_t number;
    if (!cli_integer(value, &range, &number, why))
        return false;
    *(int *)each = (int)number;
    return true;
}

#define AT(field) offsetof(struct listen_options, field)
static const struct cli_option listen_option_table[] = {
    {"output", "FILE", "the page; where it is not said, the class's is class.html", cli_text,
     AT(output)},
    {"merge", NULL, "make the curve of a class from the CSVs that the page saved", cli_flag,
     AT(merge)},
    {"lang", "en|pt", "the language of the page and of the sentences (en)", report_set_lang,
     AT(lang)},
    {"each", "N", "sentences for each condition and listener (as many as make\n40)", set_each,
     AT(each)},
    {"quiet", NULL, "say nothing but errors", cli_flag, AT(quiet)},
    {0},
};
#undef AT

static const char details[] =
    "Makes a page for a class, which needs nothing else: everyone hears short sentences through\n"
    "each condition, once, blind and in an order of their own, and types what they understood. "
    "The\n"
    "page scores the words, shows the listener's curve and saves a CSV; --merge makes the curve "
    "of\n"
    "the class from all of these, with intervals of 95 % confidence, beside ESTOI.\n"
    "A LIST has commas between its values; every combination of the lists is a condition.\n";

static const char more[] =
    "Examples:\n"
    "  voz-lab listen -o test.html\n"
    "  voz-lab listen --lang pt --loss 0,10,20,40 --recover plc -o teste.html\n"
    "  voz-lab listen --merge voz-listen-*.csv -o class.html\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 misused.\n";

// ---- the test ----------------------------------------------------------------------------------

struct listen {
    struct listen_options options;
    struct plan_options plan_options;
    struct condition base;
    struct plan plan;
    struct listen_condition *conditions; // one for each run of the plan
    struct listen_speech *speech;
    struct listen_calls *calls;
};

static struct listen_condition condition_of(const struct plan_run *run)
{
    struct listen_condition c = {
        .loss = run->network->loss,
        .burst = run->network->burst,
        .delay = run->network->delay,
        .jitter = run->network->jitter,
        .bitrate = run->bitrate,
    };
    snprintf(c.transport, sizeof c.transport, "%s", condition_transport(run->recovery->transport));
    snprintf(c.recover, sizeof c.recover, "%s", run->recovery->name);
    return c;
}

static bool call(void *ctx, size_t number, struct listen_clip *clips, char *why, size_t cap)
{
    struct listen *l = ctx;
    const struct plan_run *run = &l->plan.runs[number];
    struct condition condition = plan_condition(run, &l->base);
    struct sim_config config = {0};
    char fault[CLI_WHY_MAX];
    if (!l->options.quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[KCondition %zu of %zu", number + 1, l->plan.run_count);
    condition.network.has_forward =
        path_spec(run->network->netem, &condition.network.forward, fault, sizeof fault);
    bool good = condition.network.has_forward && condition_complete(&condition, fault);
    if (!good)
        snprintf(why, cap, "%s", fault);
    condition_apply(&condition, &config);
    if (good && !listen_call(l->calls, &config, clips)) {
        snprintf(why, cap, "the encoder refuses these settings, or there is no memory");
        good = false;
    }
    path_spec_free(&condition.network.forward);
    return good;
}

// A test is its conditions, its sentences and the version of all this.
static bool identify(const struct listen *l, size_t sentences, char id[RESULTS_ID])
{
    bool named = true;
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return false;
    fprintf(out, "listen %d %zu", l->options.lang, sentences);
    for (size_t i = 0; i < l->plan.run_count; i++)
        fprintf(out, " %s %s", l->conditions[i].transport, l->plan.runs[i].id);
    named = fclose(out) == 0;
    if (named)
        results_id(text, id);
    free(text);
    return named;
}

static bool write_page(struct listen *l, size_t sentences, const char *id)
{
    struct output output;
    char scratch[4096], why[CLI_WHY_MAX];
    snprintf(scratch, sizeof scratch, "%s.%ld.opus", l->options.output, (long)getpid());
    const struct listen_page_config config = {
        .lang = l->options.lang,
        .id = id,
        .speech = l->speech,
        .conditions = l->conditions,
        .condition_count = l->plan.run_count,
        .sentence_count = sentences,
        .scratch = scratch,
        .call = call,
        .ctx = l,
    };
    if (!output_open(&output, l->options.output))
        return false;
    bool good = listen_page_put(&config, output.file, why, sizeof why);
    if (!l->options.quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    if (!good)
        fprintf(stderr, "voz-lab: %s\n", why);
    return output_close(&output, good);
}

static int make_page(struct listen *l, size_t each)
{
    size_t sentences = each * l->plan.run_count;
    char why[CLI_WHY_MAX] = "there is no memory for the test", id[RESULTS_ID];
    l->conditions = calloc(l->plan.run_count, sizeof *l->conditions);
    for (size_t i = 0; l->conditions && i < l->plan.run_count; i++)
        l->conditions[i] = condition_of(&l->plan.runs[i]);
    l->speech = listen_speech_new(l->options.lang, why, sizeof why);
    l->calls = l->speech ? listen_calls_new(l->speech, sentences) : NULL;
    if (!l->conditions || !l->calls || !plan_identify(&l->plan, &l->base, 0, false) ||
        !identify(l, sentences, id)) {
        fprintf(stderr, "voz-lab: %s\n", why);
        return CLI_FAILED;
    }
    if (!write_page(l, sentences, id))
        return CLI_FAILED;
    if (!l->options.quiet)
        fprintf(stderr,
                "The test is in %s: %zu conditions, %zu sentences for each listener.\n"
                "When the class has taken it: voz-lab listen --merge FILES.csv\n",
                l->options.output, l->plan.run_count, sentences);
    return CLI_DONE;
}

// How many sentences for each condition. 0: there are not so many, as `why` says.
static size_t share_out(const struct listen *l, char *why)
{
    size_t conditions = l->plan.run_count;
    size_t each = l->options.each       ? (size_t)l->options.each
                  : conditions <= USUAL ? USUAL / conditions
                                        : 1;
    if (each * conditions <= LISTEN_SENTENCES)
        return each;
    snprintf(why, CLI_WHY_MAX,
             "%zu conditions with %zu sentence%s each need %zu sentences, and there are %d: nobody "
             "hears one twice. Take fewer.",
             conditions, each, each > 1 ? "s" : "", each * conditions, LISTEN_SENTENCES);
    return 0;
}

// What is left open is not what a sweep takes. With all the time in the world TCP brings every word: this
// is a call, whose end people hear after 400 ms at most (ITU-T G.114), the network's 50 included.
static bool set_defaults(struct listen *l, char *why)
{
    struct plan_options *o = &l->plan_options;
    struct receiver_options *receiver = &l->base.receiver;
    const char *usual[][2] = {{"delay", o->delay.count ? NULL : "50"},
                              {"recover", o->recover_count ? NULL : "plc"},
                              {"transport", o->udp || o->tcp ? NULL : "udp,tcp"}};
    o->seeds = 1;
    if (!receiver->latency && !receiver->latency_max)
        receiver->latency_max = WAIT;
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        for (const struct cli_option *option = plan_option_table; option->name; option++)
            if (usual[i][1] && strcmp(option->name, usual[i][0]) == 0 &&
                !cli_set(option, o, usual[i][1], why))
                return false;
    return true;
}

static int check_and_make(struct listen *l, const struct cli *cli)
{
    char why[CLI_WHY_MAX];
    if (!l->options.output)
        return cli_misused(cli, "where to? Name a file: --output FILE.");
    if (!set_defaults(l, why))
        return cli_misused(cli, why);
    struct condition c = l->base; // `back` stays open: it follows each network
    if (!condition_complete(&c, why) || !plan_make(&l->plan, &l->plan_options, why))
        return cli_misused(cli, why);
    size_t each = share_out(l, why);
    return each ? make_page(l, each) : cli_misused(cli, why);
}

// ---- the class ---------------------------------------------------------------------------------

static bool write_class(const struct listen_options *o, const struct listen_class *class,
                        const char *path)
{
    struct output output;
    if (!output_open(&output, path))
        return false;
    bool good = listen_class_put(class, o->lang, output.file);
    if (!good)
        fprintf(stderr, "voz-lab: there is no memory for the page\n");
    return output_close(&output, good);
}

static int merge(const struct listen_options *o, const char *const *paths)
{
    char why[CLI_WHY_MAX] = "there is no memory for the class";
    const char *path = o->output ? o->output : "class.html";
    struct listen_class *class = listen_class_new();
    bool good = class;
    for (size_t i = 0; good && paths[i]; i++)
        good = listen_class_add(class, paths[i], why, sizeof why);
    if (!good)
        fprintf(stderr, "voz-lab: %s\n", why);
    good = good && write_class(o, class, path);
    if (good && !o->quiet) {
        listen_class_print(class, stderr);
        fprintf(stderr, "The curve of the class is in %s.\n", path);
    }
    listen_class_free(class);
    return good ? CLI_DONE : CLI_FAILED;
}

static int check_and_run(struct listen *l, const struct cli *cli, const char *const *operands)
{
    if (l->options.merge && !operands[0])
        return cli_misused(cli, "merge what? Name the CSVs that the page saved.");
    if (l->options.merge)
        return merge(&l->options, operands);
    if (operands[0])
        return cli_misused(cli,
                           "conditions are options (--loss LIST); files only go with --merge.");
    return check_and_make(l, cli);
}

int listen_main(int argc, char **argv)
{
    static const char *const no_network[] = {"netem", "trace", "seed", NULL};
    static const char *const no_recovery[] = {"fec",     "red",    "red-bitrate", "nack",
                                              "conceal", "stereo", NULL};
    static const char *const no_plan[] = {"in", "seeds", "scenario", "traces", NULL};
    static const char *const letters[] = {"o", "output", NULL};
    struct listen l = {0};
    const char *operands[LISTEN_FILES + 1] = {NULL};
    condition_default(&l.base);
    struct cli_group groups[2 + CONDITION_GROUPS] = {
        {.title = "Options", .table = listen_option_table, .options = &l.options},
        {.title = "The conditions",
         .table = plan_option_table,
         .options = &l.plan_options,
         .without = no_plan},
    };
    condition_groups(&l.base, groups + 2);
    groups[2].without = no_network;
    groups[3].without = groups[4].without = no_recovery;
    const struct cli cli = {
        .program = "voz-lab listen",
        .letters = letters,
        .summary = "a listening test for people, and the curve of a class",
        .usage = "[options] --output FILE | --merge CSV...",
        .details = details,
        .more = more,
        .groups = groups,
        .operands_max = LISTEN_FILES,
    };
    int status = cli_parse(&cli, argc, argv, operands);
    if (status < 0)
        status = check_and_run(&l, &cli, operands);
    listen_calls_free(l.calls);
    listen_speech_free(l.speech);
    free(l.conditions);
    plan_free(&l.plan);
    plan_options_free(&l.plan_options);
    condition_free(&l.base);
    return status;
}
