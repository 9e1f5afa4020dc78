// How many single words are understood through a condition: see spell.h.
#include "lab/io/spell.h"

#include "lab/io/condition.h"
#include "lab/io/record.h"
#include "lab/io/wordtest.h"
#include "lab/replay.h"
#include "lab/sim.h"
#include "media/io/cli.h"

#include <stddef.h>
#include <stdio.h>

struct spell_options {
    const char *in, *json;
    bool quiet;
};

#define AT(field) offsetof(struct spell_options, field)
static const struct cli_option spell_option_table[] = {
    {"in", "DIR",
     "recordings of single words, named by them: alpha.wav,\nalpha_2.wav, nine.flac (36 built-in "
     "words by six voices)",
     cli_text, AT(in)},
    {"json", "FILE", "write the figures there, as JSON (-: standard output)", cli_text, AT(json)},
    {"quiet", NULL, "say nothing but errors", cli_flag, AT(quiet)},
    {0},
};
#undef AT

static const char details[] =
    "Says single words (the spelling alphabet and the digits) through a bad network, and lets a\n"
    "speech recogniser, pocketsphinx, say which words it hears: the share that it gets right, "
    "with\n"
    "the interval in which the true share lies with 95 % confidence.\n";

static const char more[] = "Examples:\n"
                           "  voz-lab words --netem 'loss 30%' --fec off --red off --nack off\n"
                           "  voz-lab words --netem 'loss 30%'\n"
                           "\n"
                           "Exit status: 0 done, 1 failed, 2 misused.\n";

static void print(const struct wordtest_result *r, const json_t *wrong)
{
    size_t i;
    const json_t *one;
    fprintf(stderr,
            "Understood %zu of %zu words: %.3f (with 95 %% confidence between %.3f and %.3f).\n",
            r->right, r->words, r->understood.share, r->understood.low, r->understood.high);
    json_array_foreach(wrong, i, one)
    {
        const char *heard = json_string_value(json_object_get(one, "heard"));
        fprintf(stderr, "  %s was heard as %s (voice %s)\n",
                json_string_value(json_object_get(one, "said")), heard ? heard : "nothing",
                json_string_value(json_object_get(one, "voice")));
    }
}

// Takes over `wrong`.
static bool write_json(const char *path, const struct condition *condition,
                       const struct wordtest_result *r, json_t *wrong)
{
    json_t *record =
        json_pack("{s:I, s:I, s:f, s:f, s:f, s:o, s:s, s:o}", "words", (json_int_t)r->words,
                  "words_right", (json_int_t)r->right, "words_understood", r->understood.share,
                  "words_low", r->understood.low, "words_high", r->understood.high, "wrong", wrong,
                  "version", VOZ_VERSION, "condition", condition_json(condition));
    bool done = record_put(record, path);
    json_decref(record);
    return done;
}

static bool spell(const struct spell_options *o, const struct condition *condition,
                  const struct wordtest *test, struct recognizer *recognizer)
{
    struct sim_config config = {0};
    struct wordtest_result result;
    json_t *wrong = NULL;
    condition_apply(condition, &config);
    struct replay replay = {.channels = config.sender.voice.channels};
    replay.pcm = wordtest_pcm(test, &replay.samples);
    struct feed_source source = replay_feed(&replay);
    config.source = &source;
    if (!wordtest_run(test, recognizer, &config, &result, &wrong)) {
        fprintf(stderr, "voz-lab: there is no memory for the call\n");
        return false;
    }
    if (!o->quiet)
        print(&result, wrong);
    if (o->json)
        return write_json(o->json, condition, &result, wrong);
    json_decref(wrong);
    return true;
}

static int check_and_spell(const struct spell_options *o, struct condition *condition,
                           const struct cli *cli)
{
    char why[CLI_WHY_MAX];
    struct sender_config sender = {0};
    struct recognizer *recognizer = NULL;
    bool done = false;
    if (!condition_complete(condition, why))
        return cli_misused(cli, why);
    sender_options_apply(&condition->sender, &sender);
    struct wordtest *test = wordtest_new(o->in, sender.voice.channels, why, sizeof why);
    if (test)
        recognizer = wordtest_recognizer(test, why, sizeof why);
    if (recognizer)
        done = spell(o, condition, test, recognizer);
    else
        fprintf(stderr, "voz-lab: %s\n", why);
    recognizer_free(recognizer);
    wordtest_free(test);
    return done ? CLI_DONE : CLI_FAILED;
}

int spell_main(int argc, char **argv)
{
    struct spell_options options = {0};
    struct condition condition;
    const char *operands[1];
    condition_default(&condition);
    struct cli_group groups[1 + CONDITION_GROUPS] = {
        {.title = "Options", .table = spell_option_table, .options = &options},
    };
    condition_groups(&condition, groups + 1);
    const struct cli cli = {
        .program = "voz-lab words",
        .summary = "how many single words are understood",
        .usage = "[options]",
        .details = details,
        .more = more,
        .groups = groups,
    };
    int status = cli_parse(&cli, argc, argv, operands);
    if (status < 0)
        status = check_and_spell(&options, &condition, &cli);
    condition_free(&condition);
    return status;
}
