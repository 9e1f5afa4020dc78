// One speech over TCP and over UDP: see duel_command.h.
#include "lab/io/duel/duel_command.h"

#include "lab/dial.h"
#include "lab/duel.h"
#include "lab/duel_text.h"
#include "lab/io/condition.h"
#include "lab/io/duel/duel_pane.h"
#include "lab/io/duel/stage.h"
#include "lab/io/duel/terminal.h"
#include "lab/io/record.h"
#include "lab/io/source.h"
#include "lab/keys.h"
#include "lab/score.h"
#include "media/io/audio.h"
#include "media/io/cli.h"
#include "media/io/input.h"
#include "media/io/loop.h"
#include "media/io/sound.h"
#include "media/voice.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAW_EVERY (66 * USEC_MS)
#define LINE_EVERY USEC_SECOND // of virtual time, where nothing can be drawn over

struct duel_options {
    const char *in, *out, *device;
    bool loop, no_play, no_score, quiet, window;
    usec duration;
    enum duel_lang lang;
};

static bool set_in(void *in, const char *value, char *why)
{
    bool mic = strncmp(value, "mic", 3) == 0 && (!value[3] || value[3] == ':');
    if (mic || strcmp(value, "-") == 0) {
        snprintf(why, CLI_WHY_MAX, "it is said twice at the same time: name a file");
        return false;
    }
    return input_check(value, why, CLI_WHY_MAX) && cli_text(in, value, why);
}

static bool set_lang(void *lang, const char *value, char *why)
{
    static const char *const words[] = {[DUEL_EN] = "en", [DUEL_PT] = "pt", NULL};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(enum duel_lang *)lang = (enum duel_lang)index;
    return true;
}

static bool set_out(void *out, const char *value, char *why)
{
    return audio_writer_knows(value, why, CLI_WHY_MAX) && cli_text(out, value, why);
}

#define AT(field) offsetof(struct duel_options, field)
static const struct cli_option duel_option_table[] = {
    {"in", "SOURCE", "what is said: an audio file, speech, speech:pt, tone,\ntone:HZ (speech)",
     set_in, AT(in)},
    {"loop", NULL, "say it again and again, for --duration", cli_flag, AT(loop)},
    {"duration", "S", "say only the first S seconds", source_duration, AT(duration)},
    {"out", "FILE",
     "write what both ears hear: .wav, .flac, .ogg or .opus;\n"
     "without a sound device, as fast as possible",
     set_out, AT(out)},
    {"device", "NAME",
     "the sound device to play on; null: none, but time\n"
     "passes as if there were one",
     cli_text, AT(device)},
    {"no-play", NULL, "do not play, and do not wait for time to pass", cli_flag, AT(no_play)},
    {"window", NULL,
     "show both in a window, with knobs to turn the network\n"
     "by mouse and keys (? lists them), not on the terminal",
     cli_flag, AT(window)},
    {"lang", "en|pt", "the language on the screen (en)", set_lang, AT(lang)},
    {"no-score", NULL, "do not compare what is heard with what was said", cli_flag, AT(no_score)},
    {"quiet", NULL, "say nothing but errors", cli_flag, AT(quiet)},
    {0},
};
#undef AT

static const char details[] =
    "Sends the same speech through the same bad network twice at the same time: over\n"
    "TCP, which is heard in the left ear, and over UDP, in the right one. Two strips on\n"
    "the terminal show what is heard, a letter for every 20 ms:\n"
    "\n"
    "  =  played                  x  lost, and guessed\n"
    "  r  repaired, from a copy   l  came too late to be played\n"
    "  w  nothing came: waiting   0-9  below each: the delay, in tenths of a second\n"
    "\n"
    "What is missing or repaired is a share of the last 10 s; a stall is 60 ms or more\n"
    "for which there was nothing to play. Keys, while it runs:\n"
    "\n"
    "  up, +     more loss        right, >  more delay\n"
    "  down, -   less loss        left, <   less delay\n"
    "  s         swap the ears\n"
    "  t, u      freeze TCP, UDP: its ear is silent and its strip stands still, while\n"
    "            the call goes on; again: no longer\n"
    "  ?         these keys       q         the end, with what came of it\n"
    "\n"
    "A window (--window) has its own keys, which ? lists there: those of voz-receiver\n"
    "--window, as far as they are the network's; and E, for which call is heard where.\n";

static const char more[] = "Examples:\n"
                           "  voz-lab duel --netem 'delay 50ms loss 5%'\n"
                           "  voz-lab duel --in speech:pt --lang pt --loop --duration 600\n"
                           "  voz-lab duel --netem 'delay 50ms loss 10%' --no-play --out duel.wav\n"
                           "\n"
                           "Exit status: 0 done, 1 failed, 2 misused.\n";

// ---- the running duel --------------------------------------------------------------------------

struct program {
    struct duel_options options;
    struct condition condition;
    struct source *source[DUEL_SIDES];
    struct loop *loop;
    struct stage *stage;
    struct terminal *terminal;       // NULL: nothing is shown there
    struct duel_pane *pane;          // NULL: there is no window
    struct condition_network turned; // by the window: the network as it is now
    struct audio_writer *out;
    struct duel *duel;
    struct keys keys;
    struct duel_view view;
    struct loop_timer draw;
    usec told;   // virtual time of the last plain line
    bool ended;  // by the speech; else by the user
    bool failed; // which was told
    char text[DUEL_TEXT_MAX];
};

static void fail(struct program *p, const char *why)
{
    fprintf(stderr, "voz-lab: %s\n", why);
    p->failed = true;
}

static void draw(struct program *p)
{
    struct duel_view *v = &p->view;
    terminal_size(p->terminal, &v->columns, &v->rows);
    size_t lines = duel_picture(v, p->text);
    terminal_draw(p->terminal, p->text, lines);
}

static bool is_drawn(const struct program *p)
{
    return p->terminal && terminal_has_picture(p->terminal) && !p->options.quiet;
}

static void on_draw(void *ctx, usec now)
{
    struct program *p = ctx;
    draw(p);
    loop_timer_set(&p->draw, now + DRAW_EVERY);
}

static void tell_second(struct program *p)
{
    if (p->pane || is_drawn(p) || p->options.quiet || duel_now(p->duel) - p->told < LINE_EVERY)
        return;
    p->told = duel_now(p->duel);
    duel_line(&p->view, p->text);
    fputs(p->text, stderr);
}

static bool on_step(void *ctx, int16_t *pcm)
{
    struct program *p = ctx;
    if (p->failed || !duel_step(p->duel, pcm))
        return false;
    if (p->pane)
        duel_pane_step(p->pane, pcm);
    if (p->out && !audio_write(p->out, pcm, DUEL_STEP))
        fail(p, audio_writer_fault(p->out));
    tell_second(p);
    return true;
}

static void on_over(void *ctx)
{
    struct program *p = ctx;
    p->ended = !p->failed;
    loop_stop(p->loop);
}

static void on_say(void *ctx, const char *text)
{
    struct program *p = ctx;
    if (is_drawn(p))
        terminal_say(p->terminal, text);
    else
        fprintf(stderr, "%s\n", text);
}

static void on_interrupt(void *ctx)
{
    loop_stop(((struct program *)ctx)->loop);
}

// ---- keys --------------------------------------------------------------------------------------

static void turn(struct program *p, enum key key)
{
    struct condition_network *n = &p->condition.network;
    bool loss = key == KEY_LOSS_UP || key == KEY_LOSS_DOWN;
    bool up = key == KEY_LOSS_UP || key == KEY_DELAY_UP;
    if (!(loss ? dial_loss(&n->forward, up) : dial_delay(&n->forward, up))) {
        p->view.notice = loss ? DUEL_NO_LOSS_DIAL : DUEL_NO_DELAY_DIAL;
        return;
    }
    condition_back(n);
    duel_set(p->duel, &n->forward, &n->back);
}

static void on_pressed(void *ctx, uint8_t octet)
{
    struct program *p = ctx;
    enum key key = keys_take(&p->keys, octet);
    if (key != KEY_NONE)
        p->view.notice = DUEL_NO_NOTICE;
    switch (key) {
    case KEY_NONE:
        return;
    case KEY_LOSS_UP:
    case KEY_LOSS_DOWN:
    case KEY_DELAY_UP:
    case KEY_DELAY_DOWN:
        turn(p, key);
        break;
    case KEY_SWAP:
        duel_swap(p->duel);
        break;
    case KEY_FREEZE_TCP:
    case KEY_FREEZE_UDP:
        duel_freeze(p->duel, key == KEY_FREEZE_TCP ? DUEL_TCP : DUEL_UDP);
        break;
    case KEY_HELP:
        p->view.help = !p->view.help;
        break;
    case KEY_QUIT:
        loop_stop(p->loop);
        return;
    }
    if (is_drawn(p))
        draw(p);
}

// The traces of the condition stay where they are.
static void on_turned(void *ctx, const struct impair_spec *network)
{
    struct program *p = ctx;
    p->turned.forward = *network;
    condition_back(&p->turned);
    duel_set(p->duel, &p->turned.forward, &p->turned.back);
}

static bool open_pane(struct program *p)
{
    static const enum label_lang langs[] = {[DUEL_EN] = LABEL_EN, [DUEL_PT] = LABEL_PT};
    char why[CLI_WHY_MAX], text[CLI_WHY_MAX + 16];
    if (!p->options.window)
        return true;
    p->turned = p->condition.network;
    const struct duel_pane_config config = {.loop = p->loop,
                                            .lang = langs[p->options.lang],
                                            .said = p->options.in,
                                            .network = &p->turned.forward,
                                            .turned = on_turned,
                                            .closed = on_interrupt,
                                            .ctx = p};
    p->pane = duel_pane_open(&config, why, sizeof why);
    snprintf(text, sizeof text, "--window: %s", why);
    if (!p->pane)
        fail(p, text);
    return p->pane;
}

// ---- what came of it ---------------------------------------------------------------------------

// What was said and could have been heard: when the user ends it, the last of it is on its way.
static size_t said_samples(const struct program *p, const struct duel_result *r, size_t heard)
{
    size_t said = source_samples(p->source[DUEL_TCP]);
    size_t behind = (size_t)usec_to_units((usec)r->figures.delay_mean, VOICE_RATE);
    size_t most = heard > behind ? heard - behind : 0;
    return p->ended || said < most ? said : most;
}

static void score(const struct program *p, enum duel_side side, struct duel_result *r)
{
    const struct heard *heard = duel_heard(p->duel, side);
    r->scorable = !p->options.no_score && !input_is_tone(p->options.in);
    if (!r->scorable)
        return;
    if (heard->no_memory) {
        r->scored = SCORE_NO_MEMORY;
        return;
    }
    struct scorer *s = scorer_new(source_kept(p->source[DUEL_TCP]),
                                  said_samples(p, r, heard->samples), 1, &r->scored);
    if (s)
        r->scored =
            scorer_run_late(s, heard->pcm, heard->samples, 1, record_late(&r->figures), &r->score);
    scorer_free(s);
}

static void sum_up(struct program *p)
{
    struct duel_result result[DUEL_SIDES] = {0};
    const char *warning = source_warning(p->source[DUEL_TCP]);
    if (warning)
        fprintf(stderr, "voz-lab: %s\n", warning);
    if (!duel_is_whole(p->duel))
        fail(p, "there is no memory for a duel of this length");
    if (p->failed || p->options.quiet)
        return;
    for (enum duel_side k = 0; k < DUEL_SIDES; k++) {
        result[k].figures = duel_figures(p->duel, k);
        result[k].strip = duel_strip_figures(p->duel, k);
        score(p, k, &result[k]);
    }
    duel_summary(p->options.lang, result, p->text);
    fputs(p->text, stderr);
}

// ---- beginning and end -------------------------------------------------------------------------

static bool open_stage(struct program *p)
{
    char why[SOUND_TEXT];
    const struct duel_options *o = &p->options;
    struct stage_config config = {.loop = p->loop,
                                  .device = o->device,
                                  .silent = o->no_play,
                                  .step = on_step,
                                  .over = on_over,
                                  .say = on_say,
                                  .ctx = p};
    p->stage = stage_open(&config, why, sizeof why);
    if (p->stage)
        return true;
    config.silent = o->out && !o->window;
    config.device = "null";
    if (!o->quiet)
        fprintf(stderr, "No sound: %s. Going on without%s.\n", why,
                config.silent ? ", as fast as possible" : "");
    p->stage = stage_open(&config, why, sizeof why);
    if (!p->stage)
        fail(p, why);
    return p->stage;
}

static void show(struct program *p)
{
    bool live = stage_device(p->stage);
    p->view = (struct duel_view){
        .duel = p->duel, .network = &p->condition.network.forward, .lang = p->options.lang};
    loop_timer_init(&p->draw, p->loop, on_draw, p);
    if (live && !p->pane)
        p->terminal = terminal_open(p->loop, on_pressed, p);
    if (!p->terminal)
        return;
    p->view.keys = terminal_has_keys(p->terminal);
    p->view.colours = terminal_has_colours(p->terminal);
    if (is_drawn(p))
        loop_timer_set(&p->draw, loop_now());
}

static bool open_sources(struct program *p)
{
    char why[INPUT_TEXT];
    struct source_config config = {.name = p->options.in,
                                   .channels = 1,
                                   .loop = p->options.loop,
                                   .duration = p->options.duration};
    for (enum duel_side k = 0; k < DUEL_SIDES; k++) {
        config.keep = k == DUEL_TCP && !p->options.no_score; // once is enough
        p->source[k] = source_open(&config, why, sizeof why);
        if (!p->source[k]) {
            fail(p, why);
            return false;
        }
    }
    return true;
}

static bool open_out(struct program *p)
{
    char why[AUDIO_TEXT];
    if (!p->options.out)
        return true;
    p->out = audio_writer_new(p->options.out, why, sizeof why);
    if (!p->out)
        fail(p, why);
    else if (!audio_writer_begin(p->out, 2))
        fail(p, audio_writer_fault(p->out));
    return p->out;
}

static bool open_duel(struct program *p)
{
    struct feed_source feed[DUEL_SIDES];
    struct duel_config config = {.keep = !p->options.no_score};
    struct sim_config sim = {0};
    if (p->pane)
        config.onlooker = duel_pane_onlooker(p->pane);
    condition_apply(&p->condition, &sim);
    config.sim = sim;
    for (enum duel_side k = 0; k < DUEL_SIDES; k++) {
        feed[k] = source_feed(p->source[k]);
        config.source[k] = &feed[k];
    }
    p->duel = duel_new(&config);
    if (!p->duel)
        fail(p, "no memory for the duel");
    else if (p->pane)
        duel_pane_attach(p->pane, p->duel);
    return p->duel;
}

static void run(struct program *p)
{
    p->loop = loop_new();
    if (!p->loop) {
        fail(p, "no memory for the duel");
        return;
    }
    if (open_sources(p) && open_out(p) && open_pane(p) && open_duel(p) && open_stage(p)) {
        loop_on_interrupt(p->loop, on_interrupt, p);
        show(p);
        loop_run(p->loop);
        loop_timer_set(&p->draw, USEC_NEVER);
        if (is_drawn(p))
            draw(p);
    }
    terminal_close(p->terminal); // at once: what comes may take a moment
    stage_close(p->stage);
    duel_pane_close(p->pane);
    if (p->duel && !p->failed)
        sum_up(p);
}

static int check_and_run(struct program *p, const struct cli *cli)
{
    char why[CLI_WHY_MAX];
    if (p->options.loop && !p->options.duration)
        return cli_misused(cli, "--loop goes on for ever. Say how long: --duration S.");
    if (p->options.no_play && p->options.window)
        return cli_misused(
            cli,
            "--window shows what is heard as it is, and --no-play does not wait. Use one of them.");
    if (p->options.no_play && p->options.device)
        return cli_misused(cli, "--no-play needs no --device. Use one of them.");
    if (p->options.out && strcmp(p->options.in, p->options.out) == 0)
        return cli_misused(cli, "--in and --out are the same file.");
    if (!condition_complete(&p->condition, why))
        return cli_misused(cli, why);
    run(p);
    if (!audio_writer_close(p->out, why, sizeof why))
        fail(p, why);
    duel_free(p->duel);
    for (enum duel_side k = 0; k < DUEL_SIDES; k++)
        source_close(p->source[k]);
    loop_free(p->loop);
    return p->failed ? CLI_FAILED : CLI_DONE;
}

int duel_main(int argc, char **argv)
{
    // one ear each; and where nothing is sent, nothing can be seen to be missing
    static const char *const without[] = {"transport", "stereo", "dtx", NULL};
    static struct program p = {.options.in = "speech"};
    const char *operands[1];
    condition_default(&p.condition);
    struct cli_group groups[1 + CONDITION_GROUPS] = {
        {.title = "Options", .table = duel_option_table, .options = &p.options},
    };
    condition_groups(&p.condition, groups + 1);
    for (size_t i = 1; groups[i].title; i++)
        groups[i].without = without;
    const struct cli cli = {
        .program = "voz-lab duel",
        .summary = "the same speech over TCP and UDP, an ear each",
        .usage = "[options]",
        .details = details,
        .more = more,
        .groups = groups,
    };
    int status = cli_parse(&cli, argc, argv, operands);
    if (status < 0)
        status = check_and_run(&p, &cli);
    condition_free(&p.condition);
    return status;
}
