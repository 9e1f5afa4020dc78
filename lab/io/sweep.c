// Many conditions, one table and one report: see sweep.h. What was done is on disk the moment it is
// done, so that a sweep that was stopped goes on where it was.
#include "lab/io/sweep.h"

#include "lab/io/condition.h"
#include "lab/io/plan.h"
#include "lab/io/reel.h"
#include "lab/io/report.h"
#include "lab/io/results.h"
#include "lab/io/source.h"
#include "lab/io/workshop.h"
#include "media/io/cli.h"
#include "media/io/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BAR              24 // characters
#define TELL_EVERY       (200 * USEC_MS)
#define TELL_EVERY_PLAIN (10 * USEC_SECOND) // where there is no terminal
#define NAMED_MAX        20                 // failures that are told one by one

struct sweep_options {
    const char *dir;
    int jobs;
    int shard, shards; // 1..shards
    usec duration;
    bool words, no_clips, no_report, quiet;
    enum report_lang lang; // of report.html
};

static bool set_jobs(void *jobs, const char *value, char *why)
{
    static const struct cli_range range = {1, 256, "jobs"};
    int64_t number;
    if (!cli_integer(value, &range, &number, why))
        return false;
    *(int *)jobs = (int)number;
    return true;
}

static bool set_shard(void *options, const char *value, char *why)
{
    struct sweep_options *o = options;
    int end = 0;
    if (sscanf(value, "%d/%d%n", &o->shard, &o->shards, &end) == 2 && !value[end] &&
        o->shard >= 1 && o->shard <= o->shards)
        return true;
    snprintf(why, CLI_WHY_MAX, "must be like 2/8: the second of eight parts");
    return false;
}

#define AT(field) offsetof(struct sweep_options, field)
static const struct cli_option sweep_option_table[] = {
    {"output", "DIR",
     "the folder that all results go to; it is made, and what is\nthere already is not done again",
     cli_text, AT(dir)},
    {"jobs", "N", "runs at the same time (as many as there are processors)", set_jobs, AT(jobs)},
    {"shard", "I/N", "do only the I-th of N parts, on one of N machines say; then\nvoz-lab report",
     set_shard, 0},
    {"duration", "S", "say only the first S seconds of each source", source_duration, AT(duration)},
    {"words", NULL, "also count in each run how many single words are understood", cli_flag,
     AT(words)},
    {"no-clips", NULL, "keep nothing to listen to", cli_flag, AT(no_clips)},
    {"no-report", NULL, "do not make report.html", cli_flag, AT(no_report)},
    {"lang", "en|pt", "the language of report.html (en)", report_set_lang, AT(lang)},
    {"quiet", NULL, "say nothing but errors", cli_flag, AT(quiet)},
    {0},
};
#undef AT

static const char details[] =
    "Plays every combination of the lists, each with several seeds, and leaves in DIR:\n"
    "  results.csv    a row for each run\n"
    "  results.jsonl  the same with all figures, as they were made\n"
    "  report.html    curves, tables and clips to listen to\n"
    "A LIST has commas between its values. Stopped and started again, it goes on where it was.\n";

static const char more[] =
    "Examples:\n"
    "  voz-lab sweep -o loss\n"
    "  voz-lab sweep --loss 0,5,10,20,30 --burst 1,3 --recover plc,fec --seeds 5 -o loss\n"
    "  voz-lab sweep --transport udp,tcp --back same --delay 50 --loss 0,1,5,10,20 -o tcp\n"
    "  voz-lab sweep --traces recorded/ --in talk.wav -o traces\n"
    "\n"
    "Exit status: 0 done, 1 failed or stopped, 2 misused.\n";

// ---- the run -----------------------------------------------------------------------------------

struct sweep {
    struct sweep_options options;
    struct plan_options plan_options;
    struct condition base;
    struct plan plan;
    char **rows;                   // of results.csv; NULL: not done yet
    const struct plan_run **known; // in the order of their ids
    int lines;                     // results.jsonl
    size_t wanted, done, failed, found;
    usec started, told;
    bool broken; // the folder takes no more; that was told
};

static atomic_bool stop_now; // threads look at it

static void on_interrupt(int number)
{
    (void)number;
    stop_now = true;
}

static bool is_ours(const struct sweep *s, const struct plan_run *run)
{
    return !s->options.shards ||
           run->number % (size_t)s->options.shards == (size_t)s->options.shard - 1;
}

static void print_left(double seconds)
{
    if (seconds < 90)
        fprintf(stderr, "about %.0f s left", seconds);
    else if (seconds < 5400)
        fprintf(stderr, "about %.0f min left", seconds / 60);
    else
        fprintf(stderr, "about %.1f h left", seconds / 3600);
}

static void tell_progress(struct sweep *s)
{
    bool terminal = isatty(STDERR_FILENO);
    usec now = loop_now();
    size_t over = s->done + s->failed;
    if (s->options.quiet || now - s->told < (terminal ? TELL_EVERY : TELL_EVERY_PLAIN))
        return;
    s->told = now;
    if (terminal) {
        int full = (int)(over * BAR / s->wanted);
        fprintf(stderr, "\r\033[K[%.*s%.*s] ", full, "########################", BAR - full,
                "------------------------");
    }
    fprintf(stderr, "%zu of %zu runs", over, s->wanted);
    if (s->failed)
        fprintf(stderr, ", %zu failed", s->failed);
    if (over) {
        fprintf(stderr, ", ");
        print_left((double)(now - s->started) / 1e6 / (double)over * (double)(s->wanted - over));
    }
    fprintf(stderr, terminal ? "" : "\n");
}

// ---- what is there already ---------------------------------------------------------------------

static int by_id(const void *a, const void *b)
{
    const struct plan_run *const *one = a, *const *other = b;
    return strcmp((*one)->id, (*other)->id);
}

static void on_found(void *ctx, json_t *record)
{
    struct sweep *s = ctx;
    struct plan_run like = {0};
    const struct plan_run *key = &like;
    const char *id = json_string_value(json_object_get(record, "id"));
    snprintf(like.id, sizeof like.id, "%s", id ? id : "");
    const struct plan_run *const *at =
        bsearch(&key, s->known, s->plan.run_count, sizeof(const struct plan_run *), by_id);
    if (at && !s->rows[(*at)->number]) {
        s->rows[(*at)->number] = results_row(record);
        s->found += s->rows[(*at)->number] != NULL;
    }
}

static bool is_wanted(void *ctx, const struct plan_run *run)
{
    struct sweep *s = ctx;
    bool wanted = is_ours(s, run) && !s->rows[run->number];
    s->wanted += wanted;
    return wanted;
}

// ---- what is done ------------------------------------------------------------------------------

// The row that a later sweep or a report makes of this line, in which numbers were rounded: they must
// not be rounded from something else.
static char *row_of(const char *line, size_t len)
{
    json_t *found = json_loadb(line, len, 0, NULL);
    char *row = found ? results_row(found) : NULL;
    json_decref(found);
    return row;
}

static bool write_result(struct sweep *s, const struct plan_run *run, const json_t *record)
{
    char *line = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(9));
    size_t len = line ? strlen(line) : 0;
    if (line)
        line[len] = '\n'; // in place of the NUL: one write, so that no line is ever half there
    bool written = line && write(s->lines, line, len + 1) == (ssize_t)(len + 1);
    if (!written) {
        fprintf(stderr,
                "\nvoz-lab: cannot write to %s: %s. Make room; the same command then goes on.\n",
                s->options.dir, strerror(errno ? errno : ENOSPC));
        s->broken = true;
    } else {
        s->rows[run->number] = row_of(line, len);
        s->done++;
    }
    free(line);
    return written;
}

static bool on_done(void *ctx, const struct plan_run *run, json_t *record, const char *why)
{
    struct sweep *s = ctx;
    if (!record) {
        if (s->failed++ < NAMED_MAX)
            fprintf(stderr, "%s%s, %s, %d bit/s, %s, seed %llu failed: %s\n",
                    isatty(STDERR_FILENO) ? "\r\033[K" : "", run->network->name, run->in,
                    run->bitrate, run->recovery->name, (unsigned long long)run->seed, why);
    } else {
        json_object_set_new(record, "id", json_string(run->id));
        if (!write_result(s, run, record))
            return false;
    }
    tell_progress(s);
    return true;
}

static bool write_table(struct sweep *s)
{
    char path[4096], unfinished[4096], part[16] = "";
    bool good;
    if (s->options.shards)
        snprintf(part, sizeof part, "-%d", s->options.shard);
    snprintf(path, sizeof path, "%s/results.csv", s->options.dir);
    // A part of a table is never taken for the whole, and shards write one each.
    snprintf(unfinished, sizeof unfinished, "%s/results.csv.new%s", s->options.dir, part);
    FILE *file = fopen(unfinished, "w");
    if (file) {
        results_header(file);
        for (size_t i = 0; i < s->plan.run_count; i++)
            if (s->rows[i])
                fprintf(file, "%s\n", s->rows[i]);
    }
    good = file && !ferror(file);
    if (!file || fclose(file) != 0 || !good || rename(unfinished, path) != 0) {
        fprintf(stderr, "voz-lab: cannot write %s: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

static bool open_folder(struct sweep *s)
{
    char path[4096], part[64] = "";
    if (s->options.shards)
        snprintf(part, sizeof part, "-%d-of-%d", s->options.shard, s->options.shards);
    snprintf(path, sizeof path, "%s/clips", s->options.dir);
    if ((mkdir(s->options.dir, 0777) != 0 && errno != EEXIST) ||
        (mkdir(path, 0777) != 0 && errno != EEXIST)) {
        fprintf(stderr, "voz-lab: cannot make the folder --output %s: %s\n", s->options.dir,
                strerror(errno));
        return false;
    }
    snprintf(path, sizeof path, "%s/results%s.jsonl", s->options.dir, part);
    s->lines = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (s->lines < 0) {
        fprintf(stderr, "voz-lab: cannot write %s: %s\n", path, strerror(errno));
        return false;
    }
    if (flock(s->lines, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        fprintf(stderr,
                "voz-lab: another sweep is writing to %s. Wait for it, or name another folder.\n",
                path);
        return false;
    }
    char last = '\n'; // a line that was cut off must not run into the next
    off_t end = lseek(s->lines, 0, SEEK_END);
    if (end > 0 && pread(s->lines, &last, 1, end - 1) == 1 && last != '\n' &&
        write(s->lines, "\n", 1) != 1) {
        fprintf(stderr, "voz-lab: cannot write %s: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

static void print_end(const struct sweep *s)
{
    if (s->options.quiet)
        return;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    if (s->found)
        fprintf(stderr, "%zu runs were there already. ", s->found);
    fprintf(stderr, "%zu runs done in %.0f s", s->done, (double)(loop_now() - s->started) / 1e6);
    if (s->failed)
        fprintf(stderr, ", %zu failed", s->failed);
    fprintf(stderr, ".\n");
    if (stop_now)
        fprintf(stderr, "Stopped. The same command goes on from here.\n");
    else
        fprintf(stderr, "The figures are in %s/results.csv.\n", s->options.dir);
    if (s->options.shards)
        fprintf(stderr, "When all parts are done: voz-lab report DIR...\n");
    else if (!stop_now && !s->options.no_report)
        fprintf(stderr, "To read and to listen to: %s/report.html\n", s->options.dir);
}

// Which runs there are, and which of them are done. False: `why` says why.
static bool take_stock(struct sweep *s, char *why)
{
    size_t n = s->plan.run_count;
    s->rows = calloc(n, sizeof *s->rows);
    s->known = calloc(n, sizeof(const struct plan_run *));
    if (!s->rows || !s->known ||
        !plan_identify(&s->plan, &s->base, s->options.duration, s->options.words)) {
        snprintf(why, CLI_WHY_MAX, "there is no memory for %zu runs", n);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        s->known[i] = &s->plan.runs[i];
    qsort(s->known, n, sizeof(const struct plan_run *), by_id);
    return results_read(s->options.dir, on_found, s, why, CLI_WHY_MAX);
}

// What other shards have done meanwhile, in the same folder. False: `why` says why.
static bool look_again(struct sweep *s, char *why)
{
    size_t found = s->found;
    bool good = !s->options.shards || results_read(s->options.dir, on_found, s, why, CLI_WHY_MAX);
    s->found = found;
    return good;
}

// No sender may contradict itself: better said before than for each run. False: `why` says how.
static bool check_runs(const struct sweep *s, char *why)
{
    for (size_t i = 0; i < s->plan.run_count; i++) {
        struct condition c = plan_condition(&s->plan.runs[i], &s->base);
        if (!sender_options_check(&c.sender, why))
            return false;
    }
    return true;
}

// Not of a part, which by itself would mislead, nor of what was stopped: `voz-lab report` makes those.
static bool write_report(const struct sweep *s)
{
    char path[4096];
    const char *dir = s->options.dir;
    size_t done = 0;
    for (size_t i = 0; i < s->plan.run_count; i++)
        done += s->rows[i] != NULL;
    if (s->options.shards || s->options.no_report || stop_now || !done)
        return true;
    snprintf(path, sizeof path, "%s/report.html", dir);
    return report_make(&(struct report_config){.dirs = &dir,
                                               .count = 1,
                                               .output = path,
                                               .lang = s->options.lang,
                                               .quiet = s->options.quiet});
}

static int sweep(struct sweep *s, const struct wordtest *words)
{
    char why[CLI_WHY_MAX], clips[4096];
    snprintf(clips, sizeof clips, "%s/clips", s->options.dir);
    const struct workshop_config config = {
        .plan = &s->plan,
        .base = &s->base,
        .duration = s->options.duration,
        .jobs = s->options.jobs,
        .clips = s->options.no_clips ? NULL : clips,
        .words = words,
        .wanted = is_wanted,
        .done = on_done,
        .ctx = s,
    };
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESETHAND};
    if (!open_folder(s))
        return CLI_FAILED;
    s->started = loop_now();
    if (!take_stock(s, why)) {
        fprintf(stderr, "voz-lab: %s\n", why);
        return CLI_FAILED;
    }
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (!workshop_run(&config, &stop_now, why) || !look_again(s, why)) {
        fprintf(stderr, "voz-lab: %s\n", why);
        return CLI_FAILED;
    }
    if (s->broken || !write_table(s))
        return CLI_FAILED;
    if (!s->options.quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    if (!write_report(s))
        return CLI_FAILED;
    print_end(s);
    return s->done < s->wanted || stop_now ? CLI_FAILED : CLI_DONE;
}

static int sweep_with_words(struct sweep *s)
{
    char why[WORDTEST_TEXT];
    int status = CLI_FAILED;
    struct wordtest *words = wordtest_new(NULL, s->base.sender.voice.channels, why, sizeof why);
    struct recognizer *trial = words ? wordtest_recognizer(words, why, sizeof why) : NULL;
    if (trial)
        status = sweep(s, words);
    else
        fprintf(stderr, "voz-lab: %s\n", why);
    recognizer_free(trial);
    wordtest_free(words);
    return status;
}

static bool check_pictures(const struct sweep *s, char *why)
{
    const char *video = s->base.sender.video;
    const struct pictures_config config = sender_options_pictures(&s->base.sender, true);
    if (!video)
        return true;
    if (s->plan_options.traces || strcmp(video, "-") == 0) {
        snprintf(why, CLI_WHY_MAX, "%s",
                 s->plan_options.traces
                     ? "A trace tells of one stream of packets: --video goes without --traces."
                     : "--video -: a sweep reads it again and again. Name a file.");
        return false;
    }
    struct pictures *pictures = pictures_open(&config, why, CLI_WHY_MAX);
    bool there = pictures;
    pictures_close(pictures);
    return there; // what cannot be opened is told once, and not for each run
}

static int check_and_sweep(struct sweep *s, const struct cli *cli)
{
    char why[CLI_WHY_MAX];
    if (!s->options.dir)
        return cli_misused(cli, "where to? Name a folder: --output DIR.");
    if (!s->options.jobs)
        s->options.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
    const char *video = s->base.sender.video;
    if (video && strcmp(video, "pattern") == 0 && !s->plan_options.in_count)
        s->plan_options.ins[s->plan_options.in_count++] = "pattern";
    struct condition c = s->base; // `back` stays open: it follows each network
    if (!reel_check(&c, NULL, why) || !check_pictures(s, why) || !condition_complete(&c, why) ||
        !plan_make(&s->plan, &s->plan_options, why) || !check_runs(s, why))
        return cli_misused(cli, why);
    return s->options.words ? sweep_with_words(s) : sweep(s, NULL);
}

int sweep_main(int argc, char **argv)
{
    static const char *const no_network[] = {"netem", "trace", "seed", NULL};
    static const char *const no_recovery[] = {"fec", "red", "red-bitrate", "nack", "conceal", NULL};
    static const char *const letters[] = {"o", "output", "j", "jobs", NULL};
    struct sweep s = {.lines = -1};
    const char *operands[1];
    condition_default(&s.base);
    struct cli_group groups[4 + CONDITION_GROUPS] = {
        {.title = "Options", .table = sweep_option_table, .options = &s.options},
        {.title = "What is swept", .table = plan_option_table, .options = &s.plan_options},
    };
    groups[2] = (struct cli_group){
        .title = "Pictures", .table = sender_video_table, .options = &s.base.sender};
    groups[3] = (struct cli_group){
        .title = "Pictures, at the receiver", .table = reel_option_table, .options = &s.base};
    condition_groups(&s.base, groups + 4);
    groups[4].without = no_network;
    groups[5].without = groups[6].without = no_recovery;
    const struct cli cli = {
        .program = "voz-lab sweep",
        .letters = letters,
        .summary = "many conditions, one table and one report",
        .usage = "[options] --output DIR",
        .details = details,
        .more = more,
        .groups = groups,
    };
    int status = cli_parse(&cli, argc, argv, operands);
    if (status < 0)
        status = check_and_sweep(&s, &cli);
    for (size_t i = 0; s.rows && i < s.plan.run_count; i++)
        free(s.rows[i]);
    free(s.rows);
    free(s.known);
    plan_free(&s.plan);
    plan_options_free(&s.plan_options);
    condition_free(&s.base);
    if (s.lines >= 0)
        close(s.lines);
    return status;
}
