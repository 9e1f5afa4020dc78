// What a sweep runs: see plan.h.
#include "lab/io/plan.h"

#include "media/io/input.h"
#include "media/netem.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct plan_recovery recoveries[] = {
    {"none", ADAPT_FEC_OFF, ADAPT_RED_OFF, SENDER_NACK_OFF, RENDER_SILENCE, NETWORK_UDP, false},
    {"plc", ADAPT_FEC_OFF, ADAPT_RED_OFF, SENDER_NACK_OFF, RENDER_PLC, NETWORK_UDP, false},
    {"fec", ADAPT_FEC_ON, ADAPT_RED_OFF, SENDER_NACK_OFF, RENDER_PLC, NETWORK_UDP, false},
    {"red", ADAPT_FEC_AUTO, ADAPT_RED_AUTO, SENDER_NACK_OFF, RENDER_PLC, NETWORK_UDP, true},
    {"nack", ADAPT_FEC_OFF, ADAPT_RED_OFF, SENDER_NACK_AUTO, RENDER_PLC, NETWORK_UDP, true},
    {"auto", ADAPT_FEC_AUTO, ADAPT_RED_AUTO, SENDER_NACK_AUTO, RENDER_PLC, NETWORK_UDP, true},
};
static const struct plan_recovery over_tcp = {
    "tcp", ADAPT_FEC_OFF, ADAPT_RED_OFF, SENDER_NACK_OFF, RENDER_PLC, NETWORK_TCP, false};
#define RECOVERIES (sizeof recoveries / sizeof recoveries[0])
#define USUAL      3 // of them, where none are named

// ---- options -----------------------------------------------------------------------------------

// The next word of a list: copies it to `word`. NULL: there are no more.
static const char *next_word(const char *at, char *word, size_t cap)
{
    if (!at)
        return NULL;
    size_t len = strcspn(at, ",");
    snprintf(word, cap, "%.*s", (int)(len < cap ? len : cap - 1), at);
    return at + len;
}

// A value that stands twice in a list is meant once.
static void add_value(struct plan_list *list, double value)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->values[i] == value)
            return;
    list->values[list->count++] = value;
}

static bool set_list(struct plan_list *list, const struct cli_range *range, bool kilo,
                     const char *value, char *why)
{
    char word[64];
    list->count = 0;
    for (const char *at = value; (at = next_word(at, word, sizeof word));
         at = *at ? at + 1 : NULL) {
        size_t len = strlen(word);
        bool thousands = kilo && len && (word[len - 1] == 'k' || word[len - 1] == 'K');
        double number;
        if (thousands)
            word[len - 1] = '\0';
        if (list->count == PLAN_LIST) {
            snprintf(why, CLI_WHY_MAX, "more than %d values", PLAN_LIST);
            return false;
        }
        if (strlen(word) + 1 == sizeof word) { // it may go on
            snprintf(why, CLI_WHY_MAX, "a value of more than %zu characters", sizeof word - 2);
            return false;
        }
        if (!cli_number(word, range, &number, why)) {
            size_t n = strlen(why);
            snprintf(why + n, CLI_WHY_MAX - n, ": '%s' (values have commas between them)", word);
            return false;
        }
        add_value(list, thousands ? number * 1000 : number);
    }
    return true;
}

static bool set_loss(void *list, const char *value, char *why)
{
    static const struct cli_range range = {0, 100, "percent"};
    return set_list(list, &range, false, value, why);
}

static bool set_burst(void *list, const char *value, char *why)
{
    static const struct cli_range range = {1, 1000, "packets"};
    return set_list(list, &range, false, value, why);
}

static bool set_ms(void *list, const char *value, char *why)
{
    static const struct cli_range range = {0, 60000, "milliseconds"};
    return set_list(list, &range, false, value, why);
}

static bool set_bitrate(void *list, const char *value, char *why)
{
    static const struct cli_range range = {0, 510000, "bit/s"};
    struct plan_list *l = list;
    if (!set_list(l, &range, true, value, why))
        return false;
    for (size_t i = 0; i < l->count; i++)
        if (l->values[i] < 6000 || l->values[i] > 510000) {
            snprintf(why, CLI_WHY_MAX, "must be from 6k to 510k (bit/s; 32k is 32000)");
            return false;
        }
    return true;
}

static bool set_recover(void *options, const char *value, char *why)
{
    struct plan_options *o = options;
    char word[64];
    o->recover_count = 0;
    for (const char *at = value; (at = next_word(at, word, sizeof word));
         at = *at ? at + 1 : NULL) {
        size_t i = 0;
        while (i < RECOVERIES && strcmp(word, recoveries[i].name) != 0)
            i++;
        if (i == RECOVERIES || o->recover_count == PLAN_LIST) {
            int n = snprintf(why, CLI_WHY_MAX, "'%s': must be some of", word);
            for (i = 0; i < RECOVERIES; i++)
                n += snprintf(why + n, CLI_WHY_MAX - (size_t)n, "%s %s", i ? "," : "",
                              recoveries[i].name);
            return false;
        }
        size_t k = 0;
        while (k < o->recover_count && o->recover[k] != &recoveries[i])
            k++;
        o->recover[k] = &recoveries[i];
        o->recover_count += k == o->recover_count;
    }
    return true;
}

static bool set_transport(void *options, const char *value, char *why)
{
    struct plan_options *o = options;
    char word[64];
    o->udp = o->tcp = false;
    for (const char *at = value; (at = next_word(at, word, sizeof word));
         at = *at ? at + 1 : NULL) {
        bool udp = strcmp(word, "udp") == 0, tcp = strcmp(word, "tcp") == 0;
        if (!udp && !tcp) {
            snprintf(why, CLI_WHY_MAX, "'%s': must be udp, tcp or udp,tcp", word);
            return false;
        }
        o->udp |= udp;
        o->tcp |= tcp;
    }
    return true;
}

static bool set_in(void *options, const char *value, char *why)
{
    struct plan_options *o = options;
    free(o->in);
    o->in = strdup(value);
    o->in_count = 0;
    if (!o->in) {
        snprintf(why, CLI_WHY_MAX, "no memory");
        return false;
    }
    for (char *at = o->in; at; at = at ? at + 1 : NULL) {
        char *end = strchr(at, ',');
        if (end)
            *end = '\0';
        if (o->in_count == PLAN_LIST) {
            snprintf(why, CLI_WHY_MAX, "more than %d sources", PLAN_LIST);
            return false;
        }
        if (strcmp(at, "mic") == 0 || strncmp(at, "mic:", 4) == 0 || strcmp(at, "-") == 0) {
            snprintf(why, CLI_WHY_MAX, "'%s' cannot be read again and again: name a file", at);
            return false;
        }
        if (!input_check(at, why, CLI_WHY_MAX))
            return false;
        size_t k = 0;
        while (k < o->in_count && strcmp(o->ins[k], at) != 0)
            k++;
        o->ins[k] = at;
        o->in_count += k == o->in_count;
        at = end;
    }
    return true;
}

static bool set_seeds(void *seeds, const char *value, char *why)
{
    static const struct cli_range range = {1, 10000, "seeds"};
    int64_t number;
    if (!cli_integer(value, &range, &number, why))
        return false;
    *(int *)seeds = (int)number;
    return true;
}

#define AT(field) offsetof(struct plan_options, field)
const struct cli_option plan_option_table[] = {
    {"loss", "LIST", "% of the packets that are lost: 0,5,10 (0,5,10,20,30)", set_loss, AT(loss)},
    {"burst", "LIST", "mean length of the bursts they are lost in; 1: one by one,\nat random (1)",
     set_burst, AT(burst)},
    {"delay", "LIST", "ms that the network takes (40)", set_ms, AT(delay)},
    {"jitter", "LIST", "ms that this varies by, each way (0)", set_ms, AT(jitter)},
    {"scenario", "FILE",
     "networks with names, a line each: 'NAME: words of tc\nnetem'; instead of these lists, or "
     "with "
     "them",
     cli_text, AT(scenario)},
    {"traces", "DIR", "each .csv there is a recorded network; likewise", cli_text, AT(traces)},
    {"recover", "LIST",
     "what is done about lost packets: none, silence; plc, the\ncodec's guess; and before that "
     "guess: fec, copies in the next\npacket; red, also in later ones (RFC 2198); nack, they are\n"
     "asked for and sent again (RFC 4588); auto, all of it; the\nlast three as the listener's "
     "reports ask for (none,plc,fec)",
     set_recover, 0},
    {"transport", "LIST",
     "udp, with each of --recover; tcp, whose kernel sends again\nwhat is lost; udp,tcp: both "
     "(udp)",
     set_transport, 0},
    {"bitrate", "LIST", "bit/s of the voice (32k)", set_bitrate, AT(bitrate)},
    {"in", "LIST", "what is said: files, speech, speech:pt, tone (speech)", set_in, 0},
    {"seeds", "N", "runs of each condition, with other packets lost in each (3)", set_seeds,
     AT(seeds)},
    {0},
};
#undef AT

// ---- networks ----------------------------------------------------------------------------------

static struct plan_network *add_network(struct plan *p, char *why)
{
    struct plan_network *more = realloc(p->networks, (p->network_count + 1) * sizeof *p->networks);
    if (!more) {
        snprintf(why, CLI_WHY_MAX, "no memory");
        return NULL;
    }
    p->networks = more;
    more += p->network_count++;
    memset(more, 0, sizeof *more);
    return more;
}

// Random loss, or the two-state chain (Gilbert 1960) with that share and mean length.
static bool loss_words(double loss, double burst, char *out, size_t cap, char *why)
{
    if (loss == 0) {
        *out = '\0';
        return true;
    }
    if (burst == 1) {
        snprintf(out, cap, " loss %.9g%%", loss);
        return true;
    }
    double p = loss >= 100 ? 200 : loss / (burst * (1 - loss / 100));
    if (p > 100) {
        snprintf(why, CLI_WHY_MAX,
                 "--loss %g with --burst %g: so much is lost only in longer bursts", loss, burst);
        return false;
    }
    snprintf(out, cap, " loss gemodel %.9g%% %.9g%%", p, 100 / burst);
    return true;
}

static bool add_listed(struct plan *p, double loss, double burst, double delay, double jitter,
                       char *why)
{
    char words[128], jitter_text[32] = "", jitter_name[32] = "";
    struct plan_network *n = add_network(p, why);
    if (!n || !loss_words(loss, burst, words, sizeof words, why))
        return false;
    if (jitter > 0) {
        snprintf(jitter_text, sizeof jitter_text, " %.9gms", jitter);
        snprintf(jitter_name, sizeof jitter_name, " +- %g", jitter);
    }
    n->listed = true;
    n->loss = loss;
    n->burst = burst;
    n->delay = delay;
    n->jitter = jitter;
    snprintf(n->name, sizeof n->name, "loss %g %%, burst %g, delay %g%s ms", loss, burst, delay,
             jitter_name);
    snprintf(n->netem, sizeof n->netem, "delay %.9gms%s%s", delay, jitter_text, words);
    return true;
}

static bool add_lists(struct plan *p, const struct plan_options *o, char *why)
{
    for (size_t j = 0; j < o->jitter.count; j++)
        for (size_t d = 0; d < o->delay.count; d++)
            for (size_t b = 0; b < o->burst.count; b++)
                for (size_t l = 0; l < o->loss.count; l++)
                    if (!add_listed(p, o->loss.values[l], o->burst.values[b], o->delay.values[d],
                                    o->jitter.values[j], why))
                        return false;
    return true;
}

// Each run has a seed of its own: one in the words would make all of them the same run.
static bool check_netem(const char *where, const char *netem, char *why)
{
    struct impair_spec spec;
    struct netem_error error;
    char shown[CLI_WHY_MAX / 2];
    if (netem_parse(&spec, netem, &error)) {
        if (spec.has_seed)
            snprintf(why, CLI_WHY_MAX, "%s: leave 'seed' out, every run has its own (--seeds)",
                     where);
        return !spec.has_seed;
    }
    netem_error_show(&error, netem, shown, sizeof shown);
    snprintf(why, CLI_WHY_MAX, "%s: %s\n%s", where, error.what, shown);
    return false;
}

// The last network that was added: nobody could tell two of one name apart.
static bool check_name(const struct plan *p, const char *where, char *why)
{
    const char *name = p->networks[p->network_count - 1].name;
    for (size_t i = 0; i + 1 < p->network_count; i++)
        if (strcmp(p->networks[i].name, name) == 0) {
            snprintf(why, CLI_WHY_MAX, "%s: there is a network called '%s' already", where, name);
            return false;
        }
    return true;
}

static bool add_scenario_line(struct plan *p, const char *where, char *line, char *why)
{
    line[strcspn(line, "#\r\n")] = '\0';
    line += strspn(line, " \t");
    if (!*line)
        return true;
    char *colon = strchr(line, ':');
    if (!colon || colon == line || strlen(line) >= PLAN_NETEM || colon - line >= PLAN_NAME) {
        snprintf(why, CLI_WHY_MAX, "%s: a line must read 'NAME: words of tc netem'", where);
        return false;
    }
    for (char *end = colon; end > line && strchr(" \t", end[-1]); end--)
        end[-1] = '\0';
    *colon++ = '\0';
    colon += strspn(colon, " \t");
    struct plan_network *n = add_network(p, why);
    if (!n)
        return false;
    snprintf(n->name, sizeof n->name, "%s", line);
    snprintf(n->netem, sizeof n->netem, "%s", colon);
    return check_name(p, where, why) && check_netem(where, n->netem, why);
}

static bool add_scenario(struct plan *p, const char *path, char *why)
{
    char line[1024], where[300];
    bool good = true;
    size_t before = p->network_count;
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(why, CLI_WHY_MAX, "cannot read --scenario %s: %s", path, strerror(errno));
        return false;
    }
    for (int number = 1; good && fgets(line, sizeof line, file); number++) {
        snprintf(where, sizeof where, "%.200s line %d", path, number);
        good = add_scenario_line(p, where, line, why);
    }
    fclose(file);
    if (good && p->network_count == before) {
        snprintf(why, CLI_WHY_MAX, "--scenario %s has no line 'NAME: words of tc netem'", path);
        good = false;
    }
    return good;
}

static int is_trace(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 4 && strcmp(entry->d_name + len - 4, ".csv") == 0;
}

static bool add_trace(struct plan *p, const char *dir, const char *file, char *why)
{
    char where[300];
    struct plan_network *n = add_network(p, why);
    if (!n)
        return false;
    size_t len = strlen(file) - 4;
    if (len >= PLAN_NAME || strlen(dir) + strlen(file) + 2 > IMPAIR_TRACE_FILE) {
        snprintf(why, CLI_WHY_MAX, "--traces %s: the name of %s is too long", dir, file);
        return false;
    }
    snprintf(n->name, sizeof n->name, "%.*s", (int)len, file);
    snprintf(n->netem, sizeof n->netem, "trace %s/%s", dir, file);
    snprintf(where, sizeof where, "--traces %.200s", dir);
    if (n->netem[strlen("trace ") + strcspn(n->netem + strlen("trace "), " \t\n")]) {
        snprintf(why, CLI_WHY_MAX, "%s: a trace's name cannot have blanks in it: rename %s", where,
                 file);
        return false;
    }
    return check_name(p, where, why);
}

static bool add_traces(struct plan *p, const char *dir, char *why)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, is_trace, alphasort);
    if (count <= 0) {
        snprintf(why, CLI_WHY_MAX, "--traces %s: %s", dir,
                 count < 0 ? strerror(errno) : "there is no .csv in it");
        return false;
    }
    bool good = true;
    for (int i = 0; i < count; i++) {
        good = good && add_trace(p, dir, entries[i]->d_name, why);
        free(entries[i]);
    }
    free(entries);
    return good;
}

// ---- runs --------------------------------------------------------------------------------------

static void set_default(struct plan_list *list, size_t count, const double *values)
{
    if (list->count)
        return;
    memcpy(list->values, values, count * sizeof *values);
    list->count = count;
}

static void fill_defaults(struct plan_options *o)
{
    set_default(&o->loss, 5, (const double[]){0, 5, 10, 20, 30});
    set_default(&o->burst, 1, (const double[]){1});
    set_default(&o->delay, 1, (const double[]){40});
    set_default(&o->jitter, 1, (const double[]){0});
    set_default(&o->bitrate, 1, (const double[]){32000});
    if (!o->in_count)
        o->ins[o->in_count++] = "speech";
    for (size_t i = 0; !o->recover_count || (i && i < USUAL); i++)
        o->recover[o->recover_count++] = &recoveries[i];
    if (o->tcp && !o->udp)
        o->recover_count = 0;
    if (o->tcp)
        o->recover[o->recover_count++] = &over_tcp;
    if (!o->seeds)
        o->seeds = 3;
}

// How many runs so many networks make. False: too many.
static bool count_runs(size_t networks, const struct plan_options *o, size_t *runs, char *why)
{
    *runs = networks * o->in_count * o->bitrate.count * o->recover_count * (size_t)o->seeds;
    if (*runs > PLAN_RUNS)
        snprintf(why, CLI_WHY_MAX, "these are %zu runs; the most in one sweep are %d", *runs,
                 PLAN_RUNS);
    return *runs <= PLAN_RUNS;
}

static bool make_networks(struct plan *p, const struct plan_options *o, bool listed, char *why)
{
    size_t lists = o->loss.count * o->burst.count * o->delay.count * o->jitter.count, runs;
    return (!listed || (count_runs(lists, o, &runs, why) && add_lists(p, o, why))) &&
           (!o->scenario || add_scenario(p, o->scenario, why)) &&
           (!o->traces || add_traces(p, o->traces, why));
}

// Of the encoder: one for the runs that share what is sent with each other; the last one for those
// that do not.
#define SETTINGS 3
static size_t setting_of(const struct plan_recovery *recovery)
{
    return recovery->live ? 2 : recovery->fec != ADAPT_FEC_OFF;
}

static void make_runs(struct plan *p, const struct plan_options *o)
{
    for (size_t i = 0; i < o->in_count; i++)
        for (size_t b = 0; b < o->bitrate.count; b++)
            for (size_t r = 0; r < o->recover_count; r++)
                for (size_t n = 0; n < p->network_count; n++)
                    for (int s = 1; s <= o->seeds; s++)
                        p->runs[p->run_count] =
                            (struct plan_run){
                                .number = p->run_count,
                                .encoder = (i * o->bitrate.count + b) * SETTINGS +
                                           setting_of(o->recover[r]),
                                .in = o->ins[i],
                                .content = o->contents[i],
                                .source = i,
                                .bitrate = (int)o->bitrate.values[b],
                                .recovery = o->recover[r],
                                .network = &p->networks[n],
                                .seed = (uint64_t)s,
                            },
                        p->run_count++;
    p->sources = o->in_count;
    p->encoders = o->in_count * o->bitrate.count * SETTINGS;
}

// A result is that of a file's content, not of its name.
static void note_contents(struct plan *p, struct plan_options *o)
{
    struct impair_spec spec;
    struct netem_error error;
    for (size_t i = 0; i < o->in_count; i++)
        results_file_id(o->ins[i], o->contents[i]);
    for (size_t i = 0; i < p->network_count; i++)
        if (netem_parse(&spec, p->networks[i].netem, &error) && spec.trace_file[0])
            results_file_id(spec.trace_file, p->networks[i].trace);
}

bool plan_make(struct plan *p, struct plan_options *o, char *why)
{
    bool said = o->loss.count || o->burst.count || o->delay.count || o->jitter.count;
    bool listed = said || (!o->scenario && !o->traces);
    *p = (struct plan){0};
    fill_defaults(o);
    size_t count;
    if (!make_networks(p, o, listed, why) || !count_runs(p->network_count, o, &count, why))
        return false;
    p->runs = calloc(count, sizeof *p->runs);
    if (!p->runs) {
        snprintf(why, CLI_WHY_MAX, "no memory for %zu runs", count);
        return false;
    }
    note_contents(p, o);
    make_runs(p, o);
    return true;
}

void plan_free(struct plan *p)
{
    free(p->networks);
    free(p->runs);
}

void plan_options_free(struct plan_options *o)
{
    free(o->in);
}

struct condition plan_condition(const struct plan_run *run, const struct condition *base)
{
    struct condition c = *base;
    c.sender.voice.bitrate = run->bitrate;
    c.sender.fec = run->recovery->fec;
    c.sender.red = run->recovery->red;
    c.sender.nack = run->recovery->nack;
    c.receiver.conceal = run->recovery->conceal;
    c.network.transport = run->recovery->transport;
    c.network.seed = run->seed;
    return c;
}

// All that the result of a run depends on. The caller frees it; NULL: no memory.
static char *text_of(const struct plan_run *run, const struct condition *base, usec duration,
                     bool words)
{
    struct condition c = plan_condition(run, base);
    char *text = NULL, video[RESULTS_ID] = "";
    json_t *json = condition_json(&c);
    if (c.sender.video)
        results_file_id(c.sender.video, video);
    if (json && json_object_set_new(json, "in", json_string(run->in)) == 0 &&
        json_object_set_new(json, "network", json_string(run->network->name)) == 0 &&
        json_object_set_new(json, "netem", json_string(run->network->netem)) == 0 &&
        json_object_set_new(json, "content", json_string(run->content)) == 0 &&
        json_object_set_new(json, "video_content", json_string(video)) == 0 &&
        json_object_set_new(json, "trace", json_string(run->network->trace)) == 0 &&
        json_object_set_new(json, "words", json_boolean(words && run->source == 0)) == 0 &&
        json_object_set_new(json, "duration_s", json_real((double)duration / 1e6)) == 0)
        text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
    json_decref(json);
    return text;
}

bool plan_identify(struct plan *p, const struct condition *base, usec duration, bool words)
{
    for (size_t i = 0; i < p->run_count; i++) {
        char *text = text_of(&p->runs[i], base, duration, words);
        if (!text)
            return false;
        results_id(text, p->runs[i].id);
        free(text);
    }
    return true;
}
