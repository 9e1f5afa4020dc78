// Two audio files, one scored against the other: see compare.h.
#include "lab/io/compare.h"

#include "lab/io/record.h"
#include "lab/score.h"
#include "media/io/audio.h"
#include "media/io/cli.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096 // samples

static const char details[] =
    "Compares what was HEARD with what was said, the REFERENCE, both audio files of any kind: how\n"
    "much of the speech could still be understood. A constant delay and a constant difference of\n"
    "speed, each of up to a second, are found and taken out first.\n"
    "\n"
    "  stoi, estoi              short-time objective intelligibility (Taal et al. 2011), and its\n"
    "                           extended form (Jensen & Taal 2016): 1 is as it was said\n"
    "  stoi_local, estoi_local  the same with every 1.2 s aligned by itself, as if shifts in time\n"
    "                           were not heard\n"
    "  lag_ms, drift_ppm        the delay at the start, and the difference of speed (millionths)\n";

static const char more[] = "Example:\n"
                           "  voz-lab score talk.wav heard.wav\n"
                           "\n"
                           "Exit status: 0 done, 1 failed, 2 misused.\n";

struct pcm {
    int16_t *at;
    size_t samples;
};

// One channel of all that the file holds. False: that was told.
static bool read_file(const char *path, struct pcm *pcm)
{
    char why[AUDIO_TEXT];
    const struct audio_reader_config config = {.path = path, .channels = 1};
    struct audio_reader *r = audio_reader_new(&config, why, sizeof why);
    size_t room = 0, n = 1;
    if (!r) {
        fprintf(stderr, "voz-lab: %s\n", why);
        return false;
    }
    while (n) {
        if (room - pcm->samples < CHUNK) {
            room = 2 * room + 16 * CHUNK;
            int16_t *at = realloc(pcm->at, room * sizeof *at);
            if (!at) {
                fprintf(stderr, "voz-lab: %s is too long: there is no memory for it\n", path);
                audio_reader_free(r);
                return false;
            }
            pcm->at = at;
        }
        n = audio_read(r, pcm->at + pcm->samples, CHUNK);
        pcm->samples += n;
    }
    const char *warning = audio_reader_warning(r);
    if (warning)
        fprintf(stderr, "voz-lab: %s\n", warning);
    audio_reader_free(r);
    return true;
}

static bool print(const struct score *score)
{
    bool done = printf("stoi         %.4f\nestoi        %.4f\nstoi_local   %.4f\n"
                       "estoi_local  %.4f\nlag_ms       %.2f\ndrift_ppm    %.1f\n",
                       score->stoi, score->estoi, score->stoi_local, score->estoi_local,
                       score->lag_ms, score->drift_ppm) > 0 &&
                fflush(stdout) == 0;
    if (!done)
        fprintf(stderr, "voz-lab: cannot write the scores: %s\n", strerror(errno));
    return done;
}

static bool write_json(const struct score *score, enum score_status status, const char *name)
{
    json_t *record = json_object();
    bool done = record && record_score(record, status, score) && record_put(record, name);
    json_decref(record);
    return done;
}

static int compare(const char *const *paths, const char *json)
{
    struct pcm said = {0}, heard = {0};
    struct score score = {0};
    enum score_status status = SCORE_OK;
    struct scorer *scorer = NULL;
    bool done = false;
    if (read_file(paths[0], &said) && read_file(paths[1], &heard)) {
        scorer = scorer_new(said.at, said.samples, 1, &status);
        if (scorer)
            status = scorer_run(scorer, heard.at, heard.samples, 1, &score);
        if (status == SCORE_OK || status == SCORE_HEARD_EMPTY || status == SCORE_HEARD_SILENT)
            done = json ? write_json(&score, status, json) : print(&score);
        if (status != SCORE_OK)
            fprintf(stderr, "voz-lab: %s\n", score_strstatus(status));
    }
    scorer_free(scorer);
    free(said.at);
    free(heard.at);
    return done ? CLI_DONE : CLI_FAILED;
}

int compare_main(int argc, char **argv)
{
    static const struct cli_option table[] = {
        {"json", "FILE", "write the scores there, as JSON (-: standard output)", cli_text, 0},
        {0},
    };
    const char *json = NULL, *paths[3];
    const struct cli_group groups[] = {{.title = "Options", .table = table, .options = &json}, {0}};
    const struct cli cli = {
        .program = "voz-lab score",
        .summary = "how much of what was said could still be understood",
        .usage = "[options] REFERENCE HEARD",
        .details = details,
        .more = more,
        .groups = groups,
        .operands_max = 2,
    };
    int status = cli_parse(&cli, argc, argv, paths);
    if (status >= 0)
        return status;
    if (!paths[0] || !paths[1])
        return cli_misused(&cli, "two files are needed: what was said, and what was heard.");
    return compare(paths, json);
}
