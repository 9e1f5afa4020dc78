// What a sweep runs: its lists, its networks, its runs, and what is wrong with each.
#include "tests/folder.h"
#include "tests/test.h"

#include "lab/io/plan.h"
#include "media/loss.h"
#include "media/netem.h"
#include "media/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const char *file_of(const char *name)
{
    static char names[4][128];
    static int next;
    char *path = names[next++ % 4];
    snprintf(path, sizeof names[0], "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(file_of(name), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static bool set(struct plan_options *o, const char *name, const char *value, char *why)
{
    const struct cli_option *option = plan_option_table;
    while (option->name && strcmp(option->name, name) != 0)
        option++;
    assert_non_null(option->name);
    return cli_set(option, o, value, why);
}

// "loss 1,2|seeds 3": options and their values. False: `why`.
static bool set_all(struct plan_options *o, const char *options, char *why)
{
    static char text[512]; // options keep what they point into
    snprintf(text, sizeof text, "%s", options);
    for (char *rest, *word = strtok_r(text, "|", &rest); word; word = strtok_r(NULL, "|", &rest)) {
        char *value = strchr(word, ' ');
        *value++ = '\0';
        if (!set(o, word, value, why))
            return false;
    }
    return true;
}

static void make(struct plan *plan, struct plan_options *o, const char *options)
{
    char why[CLI_WHY_MAX] = "";
    *o = (struct plan_options){0};
    if (!set_all(o, options, why) || !plan_make(plan, o, why))
        fail_msg("%s: %s", options, why);
}

static void drop(struct plan *plan, struct plan_options *o)
{
    plan_free(plan);
    plan_options_free(o);
}

// ---- what is wrong -----------------------------------------------------------------------------

static void what_cannot_be(void **state)
{
    (void)state;
    static const struct {
        const char *options, *says;
    } rows[] = {
        {"loss 1,,2", "not a number|values have commas"},
        {"loss 1,", "not a number"},
        {"loss ", "not a number"},
        {"loss ten", "'ten'"},
        {"loss nan", "nan"},
        {"loss 101", "from 0 to 100 percent"},
        {"loss -1", "from 0 to 100 percent"},
        {"loss 0.00000000000000000000000000000000000000000000000000000000000001", "characters"},
        {"loss 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,"
         "31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,"
         "60,61,62,63,64,65",
         "more than 64"},
        {"transport sctp", "'sctp'|udp, tcp"},
        {"transport udp,,tcp", "udp, tcp"},
        {"burst 0.5", "from 1 to 1000 packets"},
        {"delay -1", "milliseconds"},
        {"delay 1e9", "milliseconds"},
        {"jitter x", "milliseconds"},
        {"bitrate 5k", "6k to 510k"},
        {"bitrate 32", "6k to 510k"},
        {"bitrate 600k", "510"},
        {"bitrate 32kk", "not a number"},
        {"recover magic", "'magic'|none, plc, fec, red, nack, auto"},
        {"recover ", "none, plc, fec"},
        {"recover plc,", "none, plc, fec"},
        {"in ", "empty"},
        {"in speech,,tone", "empty"},
        {"in mic", "again and again"},
        {"in mic:hw", "again and again"},
        {"in -", "again and again"},
        {"in tone:0", "20000"},
        {"seeds 0", "from 1 to 10000"},
        {"seeds 1.5", "whole"},
        {"loss 60|burst 1.2", "--loss 60|--burst 1.2|longer"},
        {"loss 100|burst 3", "--loss 100"},
        {"loss 1,2,3,4|delay 1,2,3,4,5,6|seeds 10000", "720000 runs|200000"},
        {"scenario /no/such", "--scenario /no/such|No such file"},
        {"traces /no/such", "--traces /no/such|No such file"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct plan_options o = {0};
        struct plan plan = {0};
        char why[CLI_WHY_MAX] = "", parts[128];
        if (set_all(&o, rows[i].options, why) && plan_make(&plan, &o, why))
            fail_msg("%s is taken", rows[i].options);
        snprintf(parts, sizeof parts, "%s", rows[i].says);
        for (char *part = strtok(parts, "|"); part; part = strtok(NULL, "|"))
            if (!strstr(why, part))
                fail_msg("%s: \"%s\" is not in: %s", rows[i].options, part, why);
        drop(&plan, &o);
    }
}

static void scenarios_that_cannot_be(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "has no line"},
        {"# only a remark\n\n", "has no line"},
        {"loss 5%\n", "line 1|NAME: words"},
        {"good: loss 5%\n\nbad: lose 5%\n", "line 3|unknown word|lose 5%\n^^^^"},
        {": loss 5%\n", "line 1|NAME"},
        {" \t : loss 5%\n", "line 1|NAME"},
        {"a: loss 5%\na: loss 6%\n", "line 2|'a' already"},
        {"a: loss 5% seed 3\n", "line 1|'seed'|--seeds"},
        {"a: trace x.csv loss 5%\n", "line 1"},
    };
    char options[200];
    snprintf(options, sizeof options, "scenario %s", file_of("scenario"));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct plan_options o = {0};
        struct plan plan = {0};
        char why[CLI_WHY_MAX] = "", parts[128];
        write_file("scenario", rows[i].text);
        assert_true(set_all(&o, options, why));
        if (plan_make(&plan, &o, why))
            fail_msg("%s is taken", rows[i].text);
        snprintf(parts, sizeof parts, "%s", rows[i].says);
        for (char *part = strtok(parts, "|"); part; part = strtok(NULL, "|"))
            if (!strstr(why, part))
                fail_msg("%s: \"%s\" is not in: %s", rows[i].text, part, why);
        assert_non_null(strstr(why, file_of("scenario")));
        drop(&plan, &o);
    }
    // A line that is too long for any buffer is one line.
    FILE *file = fopen(file_of("scenario"), "w");
    fprintf(file, "long: loss 5%%");
    for (int i = 0; i < 3000; i++)
        fputc(' ', file);
    fprintf(file, "b: loss 9%%\n");
    fclose(file);
    struct plan_options o = {0};
    struct plan plan = {0};
    char why[CLI_WHY_MAX] = "";
    assert_true(set_all(&o, options, why));
    assert_false(plan_make(&plan, &o, why));
    assert_non_null(strstr(why, "line 1"));
    drop(&plan, &o);
    unlink(file_of("scenario"));
}

// ---- what is run -------------------------------------------------------------------------------

static void what_is_left_open(void **state)
{
    (void)state;
    struct plan plan;
    struct plan_options o;
    make(&plan, &o, "");
    assert_int_equal(plan.network_count, 5);
    assert_int_equal(plan.run_count, 5 * 3 * 3);
    assert_string_equal(plan.runs[0].in, "speech");
    assert_int_equal(plan.runs[0].bitrate, 32000);
    drop(&plan, &o);
    make(&plan, &o, "recover fec");
    assert_int_equal(plan.run_count, 5 * 3);
    assert_string_equal(plan.runs[14].recovery->name, "fec");
    drop(&plan, &o);
}

// All combinations, each once, with the numbers that they are known by; runs share an encoder if and
// only if the sender says the same, or if each has a sender of its own.
static void every_combination_once(void **state)
{
    (void)state;
    struct plan plan;
    struct plan_options o;
    make(&plan, &o,
         "loss 0,10,20|burst 1,3|delay 5,50|bitrate 16k,24000,32K|in speech,tone,speech:pt|"
         "recover none,fec,plc,auto,red,nack|seeds 2");
    assert_int_equal(plan.network_count, 3 * 2 * 2);
    assert_int_equal(plan.run_count, 12 * 3 * 6 * 3 * 2);
    for (size_t i = 0; i < plan.run_count; i++) {
        const struct plan_run *a = &plan.runs[i];
        assert_int_equal(a->number, i);
        assert_true(a->encoder < plan.encoders);
        assert_true(a->seed == 1 || a->seed == 2);
        for (size_t j = 0; j < i; j++) {
            const struct plan_run *b = &plan.runs[j];
            bool same_sender = strcmp(a->in, b->in) == 0 && a->bitrate == b->bitrate &&
                               a->recovery->live == b->recovery->live &&
                               (a->recovery->live || a->recovery->fec == b->recovery->fec);
            bool same = same_sender && a->recovery == b->recovery && a->network == b->network &&
                        a->seed == b->seed;
            if (same || (a->encoder == b->encoder) != same_sender)
                fail_msg("runs %zu and %zu", i, j);
        }
    }
    drop(&plan, &o);
}

// The words for the network do what the lists asked for: the share, and the length of the bursts.
static void networks_are_what_was_asked_for(void **state)
{
    (void)state;
    struct plan plan;
    struct plan_options o;
    make(&plan, &o, "loss 0,2,10,50,75|burst 1,3,150|delay 0,40.5|jitter 0,7|seeds 1");
    int packets = repeats(400000, 20000);
    for (size_t i = 0; i < plan.network_count; i++) {
        const struct plan_network *n = &plan.networks[i];
        struct impair_spec spec;
        struct netem_error error;
        struct loss loss = {0};
        struct random random = {.state = 5};
        char text[64];
        int lost = 0, bursts = 0;
        bool before = false;
        assert_true(n->listed);
        if (!netem_parse(&spec, n->netem, &error))
            fail_msg("%s: %s", n->netem, error.what);
        assert_int_equal(spec.delay, (usec)(n->delay * 1000));
        assert_int_equal(spec.jitter, (usec)(n->jitter * 1000));
        snprintf(text, sizeof text, "loss %g %%, burst %g, delay %g", n->loss, n->burst, n->delay);
        assert_int_equal(strncmp(n->name, text, strlen(text)), 0);
        for (int k = 0; k < packets; k++) {
            bool now = loss_happens(&loss, &spec.loss, random_unit(&random), random_unit(&random));
            lost += now;
            bursts += now && !before;
            before = now;
        }
        double share = 100.0 * lost / packets;
        if (fabs(share - n->loss) > repeats(4, 40) * (0.02 + n->loss / 100) * sqrt(n->burst) / 3)
            fail_msg("%s: %.2f %% are lost", n->netem, share);
        double burst = bursts ? (double)lost / bursts : 0;
        if (bursts > 20 && n->burst > 1 && fabs(burst / n->burst - 1) > 4 / sqrt(bursts))
            fail_msg("%s: bursts of %.2f", n->netem, burst);
    }
    drop(&plan, &o);
}

static void named_networks(void **state)
{
    (void)state;
    struct plan plan;
    struct plan_options o;
    char options[300];
    write_file("scenario", "# of the lecture\n  wifi : delay 5ms 3ms loss 1%  # "
                           "remark\r\nclean:\n\nlte: rate 1mbit\n");
    mkdir(file_of("traces"), 0777);
    write_file("traces/b.csv", "0,0,1\n");
    write_file("traces/a.csv", "nonsense: shows when it is read\n");
    write_file("traces/notes.txt", "no trace\n");
    snprintf(options, sizeof options, "scenario %s|traces %s|recover plc|seeds 2",
             file_of("scenario"), file_of("traces"));
    make(&plan, &o, options);
    static const char *const names[] = {"wifi", "clean", "lte", "a", "b"};
    assert_int_equal(plan.network_count, LENGTH(names)); // instead of the lists
    assert_int_equal(plan.run_count, 2 * LENGTH(names));
    for (size_t i = 0; i < LENGTH(names); i++) {
        assert_string_equal(plan.networks[i].name, names[i]);
        assert_false(plan.networks[i].listed);
    }
    assert_non_null(strstr(plan.networks[0].netem, "delay 5ms 3ms loss 1%"));
    assert_non_null(strstr(plan.networks[4].netem, "traces/b.csv"));
    drop(&plan, &o);
    strcat(options, "|loss 5"); // with them
    make(&plan, &o, options);
    assert_int_equal(plan.network_count, LENGTH(names) + 1);
    drop(&plan, &o);
    // Two that nobody could tell apart, and a name that netem's words cannot hold.
    char why[CLI_WHY_MAX] = "";
    write_file("traces/lte.csv", "0,0,1\n");
    o = (struct plan_options){0};
    assert_true(set_all(&o, options, why));
    assert_false(plan_make(&plan, &o, why));
    assert_non_null(strstr(why, "'lte' already"));
    drop(&plan, &o);
    unlink(file_of("traces/lte.csv"));
    write_file("traces/my lte.csv", "0,0,1\n");
    o = (struct plan_options){0};
    assert_true(set_all(&o, options, why));
    assert_false(plan_make(&plan, &o, why));
    assert_non_null(strstr(why, "blanks"));
    assert_non_null(strstr(why, "my lte.csv"));
    drop(&plan, &o);
    static const char *const left[] = {"traces/my lte.csv", "traces/a.csv", "traces/b.csv",
                                       "traces/notes.txt", "scenario"};
    for (size_t i = 0; i < LENGTH(left); i++)
        unlink(file_of(left[i]));
    rmdir(file_of("traces"));
}

// A file may be called like a microphone.
static void files_of_any_name(void **state)
{
    (void)state;
    struct plan plan;
    struct plan_options o;
    make(&plan, &o, "in microphone.wav,mic.wav");
    assert_string_equal(plan.runs[0].in, "microphone.wav");
    assert_string_equal(plan.runs[plan.run_count - 1].in, "mic.wav");
    drop(&plan, &o);
}

// The id of the eighth run of a plan whose runs share that much.
static const char *eighth(struct plan *plan, const struct condition *base, usec duration,
                          bool words)
{
    assert_true(plan_identify(plan, base, duration, words));
    return plan->runs[7].id;
}

// By its id a run is found again: equal for equal runs, and no other.
static void ids_tell_runs_apart(void **state)
{
    (void)state;
    struct plan plan;
    struct plan_options o;
    struct condition base, other;
    char id[RESULTS_ID];
    condition_default(&base);
    make(&plan, &o, "loss 0,5|delay 1,2|bitrate 16k,24k|recover none,plc,fec|seeds 2");
    assert_int_equal(plan.run_count, 48);
    strcpy(id, eighth(&plan, &base, 0, false));
    for (size_t i = 0; i < plan.run_count; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(plan.runs[i].id, plan.runs[j].id);
    assert_string_not_equal(eighth(&plan, &base, USEC_SECOND, false), id);
    assert_string_not_equal(eighth(&plan, &base, 0, true), id);
    other = base;
    other.receiver.latency_max = 60000;
    assert_string_not_equal(eighth(&plan, &other, 0, false), id);
    other = base;
    other.receiver.latency_price = 60000;
    assert_string_not_equal(eighth(&plan, &other, 0, false), id);
    other = base;
    other.receiver.latency = 60000;
    assert_string_not_equal(eighth(&plan, &other, 0, false), id);
    other = base;
    other.sender.max_bitrate = 48000;
    assert_string_not_equal(eighth(&plan, &other, 0, false), id);
    other = base;
    other.sender.voice.dtx = true;
    assert_string_not_equal(eighth(&plan, &other, 0, false), id);
    other = base;
    other.receiver.rated = true;
    other.receiver.codec = (struct emodel_codec){.ie = 16, .bpl = 30};
    assert_string_not_equal(eighth(&plan, &other, 0, false), id);
    assert_string_equal(eighth(&plan, &base, 0, false), id);
    struct condition c = plan_condition(&plan.runs[47], &base);
    assert_int_equal(c.sender.voice.bitrate, 24000);
    assert_int_equal(c.sender.fec, ADAPT_FEC_ON);
    assert_int_equal(c.receiver.conceal, RENDER_PLC);
    assert_int_equal(c.network.seed, 2);
    drop(&plan, &o);
}

// What each way of recovery makes of a sender, and that no two are the same run.
static void ways_of_recovery(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum adapt_fec fec;
        bool red, resend, live;
    } rows[] = {
        {"none", ADAPT_FEC_OFF, false, false, false}, {"plc", ADAPT_FEC_OFF, false, false, false},
        {"fec", ADAPT_FEC_ON, false, false, false},   {"red", ADAPT_FEC_AUTO, true, false, true},
        {"nack", ADAPT_FEC_OFF, false, true, true},   {"auto", ADAPT_FEC_AUTO, true, true, true},
    };
    struct plan plan;
    struct plan_options o;
    struct condition base;
    condition_default(&base);
    base.sender.max_bitrate = 48000;
    make(&plan, &o, "loss 5|recover none,plc,fec,red,nack,auto|seeds 1");
    assert_int_equal(plan.run_count, LENGTH(rows));
    assert_true(plan_identify(&plan, &base, 0, false));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct plan_run *run = &plan.runs[i];
        struct condition c = plan_condition(run, &base);
        struct sender_config sender = {0};
        sender_options_apply(&c.sender, &sender);
        assert_string_equal(run->recovery->name, rows[i].name);
        assert_int_equal(run->recovery->live, rows[i].live);
        assert_int_equal(sender.limits.fec, rows[i].fec);
        assert_int_equal(sender.limits.red, rows[i].red ? ADAPT_RED_AUTO : ADAPT_RED_OFF);
        assert_int_equal(sender.resend, rows[i].resend);
        assert_int_equal(sender.limits.bitrate, 32000);
        assert_int_equal(sender.limits.max_bitrate, 48000);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(run->id, plan.runs[k].id);
    }
    drop(&plan, &o);
}

// TCP stands beside the ways of recovery, once, and has none of them.
static void over_tcp(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        size_t runs;
    } rows[] = {{"loss 5|recover plc,fec|transport udp|seeds 1", 2},
                {"loss 5|recover plc,fec|transport udp,tcp|seeds 1", 3},
                {"loss 5|recover plc,fec|transport tcp|seeds 1", 1},
                {"loss 5|transport tcp,udp,tcp|seeds 1", 4}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct plan plan;
        struct plan_options o;
        struct condition base;
        condition_default(&base);
        make(&plan, &o, rows[i].options);
        assert_int_equal(plan.run_count, rows[i].runs);
        assert_true(plan_identify(&plan, &base, 0, false));
        for (size_t k = 0; k < plan.run_count; k++) {
            struct condition c = plan_condition(&plan.runs[k], &base);
            bool tcp = strcmp(plan.runs[k].recovery->name, "tcp") == 0;
            assert_int_equal(c.network.transport, tcp ? NETWORK_TCP : NETWORK_UDP);
            assert_int_equal(tcp, i > 0 && k + 1 == plan.run_count);
            assert_false(tcp && plan.runs[k].recovery->live);
            for (size_t j = 0; j < k; j++)
                assert_string_not_equal(plan.runs[k].id, plan.runs[j].id);
        }
        drop(&plan, &o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be),
        cmocka_unit_test(scenarios_that_cannot_be),
        cmocka_unit_test(what_is_left_open),
        cmocka_unit_test(every_combination_once),
        cmocka_unit_test(networks_are_what_was_asked_for),
        cmocka_unit_test(named_networks),
        cmocka_unit_test(files_of_any_name),
        cmocka_unit_test(ids_tell_runs_apart),
        cmocka_unit_test(ways_of_recovery),
        cmocka_unit_test(over_tcp),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
