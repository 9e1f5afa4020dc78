// What a duel says: see duel_text.h.
#include "lab/duel_text.h"

#include "media/netem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct words {
    const char *network, *loss, *left, *right, *frozen;
    const char *missing, *repaired, *delay, *stalls, *longest;
    const char *legend, *hint, *notice[3];
    const char *help[8];
};

static const struct words all_words[] = {
    [DUEL_EN] =
        {
            .network = "The network",
            .loss = "loss",
            .left = "left ear",
            .right = "right ear",
            .frozen = "frozen",
            .missing = "missing",
            .repaired = "repaired",
            .delay = "delay",
            .stalls = "stalls",
            .longest = "longest",
            .legend = "= played  r repaired  x lost  l too late  w waiting  0-9 delay in 0.1 s",
            .hint = "?: the keys   q: the end",
            .notice = {"", "This loss cannot be turned: begin with 'loss PERCENT'.",
                       "This delay cannot be turned: a trace decides."},
            .help = {"up, +    more loss        right, >  more delay",
                     "down, -  less loss        left, <   less delay",
                     "s        the ears change sides",
                     "t        TCP stands still and is silent, or goes on",
                     "u        UDP stands still and is silent, or goes on",
                     "?        these lines, or not", "q        the end, with what came of it"},
        },
    [DUEL_PT] =
        {
            .network = "A rede",
            .loss = "perda",
            .left = "ouvido esquerdo",
            .right = "ouvido direito",
            .frozen = "parado",
            .missing = "faltou",
            .repaired = "reparado",
            .delay = "atraso",
            .stalls = "paradas",
            .longest = "a maior",
            .legend = "= tocado  r reparado  x perdido  l tarde demais  w esperando  0-9 atraso em "
                      "0,1 s",
            .hint = "?: as teclas   q: o fim",
            .notice = {"", "Esta perda não se regula: comece com 'loss PORCENTAGEM'.",
                       "Este atraso não se regula: um trace decide."},
            .help = {"cima, +   mais perda        direita, >   mais atraso",
                     "baixo, -  menos perda       esquerda, <  menos atraso",
                     "s         os ouvidos trocam de lado",
                     "t         o TCP para e se cala, ou continua",
                     "u         o UDP para e se cala, ou continua",
                     "?         estas linhas, ou não", "q         o fim, com o resultado"},
        },
};

static const struct {
    char letter;
    const char *colour; // ECMA-48 8.3.117
} looks[STRIP_KINDS] = {
    [STRIP_SILENT] = {' ', "0"},       [STRIP_PLAYED] = {'=', "30;42"},
    [STRIP_REPAIRED] = {'r', "30;46"}, [STRIP_LOST] = {'x', "37;41"},
    [STRIP_LATE] = {'l', "37;45"},     [STRIP_WAITING] = {'w', "30;43"},
};

static const char *const names[DUEL_SIDES] = {[DUEL_TCP] = "TCP", [DUEL_UDP] = "UDP"};

// ---- text that ends where its room does --------------------------------------------------------

struct out {
    char *at;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct out *o, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(o->at + o->len, DUEL_TEXT_MAX - o->len, format, arguments);
    va_end(arguments);
    if (n > 0)
        o->len += (size_t)n < DUEL_TEXT_MAX - o->len ? (size_t)n : DUEL_TEXT_MAX - o->len - 1;
}

// In plain words where it is loss and delay alone; else in those of netem.
static void describe(const struct words *w, const struct impair_spec *network,
                     char text[NETEM_TEXT_MAX])
{
    const struct impair_spec plain = {
        .delay = network->delay,
        .loss = {.model = network->loss.model, .p = {network->loss.p[0]}},
        .seed = network->seed,
        .has_seed = network->has_seed,
    };
    char same[NETEM_TEXT_MAX];
    bool dials = network->loss.model == LOSS_NONE || network->loss.model == LOSS_RANDOM;
    netem_print(network, text, NETEM_TEXT_MAX);
    netem_print(&plain, same, sizeof same);
    if (dials && !network->trace && strcmp(text, same) == 0)
        snprintf(text, NETEM_TEXT_MAX, "%s %g %%, %s %g ms", w->loss, 100 * network->loss.p[0],
                 w->delay, usec_to_ms(network->delay));
}

// ---- the picture -------------------------------------------------------------------------------

struct canvas {
    const struct duel_view *view;
    const struct words *words;
    struct out out;
    size_t columns, lines;
};

static bool is_full(const struct canvas *p)
{
    return p->lines >= p->view->rows;
}

// A line of text, of which as many characters are put as there are columns; UTF-8.
static void put_line(struct canvas *p, const char *text)
{
    size_t octets = 0, columns = 0;
    if (is_full(p))
        return;
    for (; text[octets] && columns < p->columns; columns++) {
        octets++;
        while (((unsigned char)text[octets] & 0xc0) == 0x80)
            octets++;
    }
    put(&p->out, "%.*s\n", (int)octets, text);
    p->lines++;
}

static void put_cells(struct canvas *p, const struct strip *strip)
{
    enum strip_kind last = STRIP_SILENT;
    if (is_full(p))
        return;
    for (size_t i = p->columns; i-- > 0;) {
        enum strip_kind kind = strip_cell(strip, i).kind;
        if (p->view->colours && kind != last)
            put(&p->out, "\033[%sm", looks[kind].colour);
        put(&p->out, "%c", looks[kind].letter);
        last = kind;
    }
    put(&p->out, "%s\n", p->view->colours ? "\033[0m" : "");
    p->lines++;
}

static void put_delays(struct canvas *p, const struct strip *strip)
{
    char digits[DUEL_COLUMNS + 1];
    size_t n = 0;
    for (size_t i = p->columns; i-- > 0;) {
        struct strip_cell cell = strip_cell(strip, i);
        usec tenths = cell.delay / (100 * USEC_MS);
        bool silent = cell.kind == STRIP_SILENT;
        digits[n++] = (char)(silent || tenths < 0 ? ' ' : tenths > 9 ? '9' : '0' + tenths);
    }
    digits[n] = '\0';
    put_line(p, digits);
}

static void print_figures(const struct words *w, const struct strip_figures *f, char *text,
                          size_t cap)
{
    snprintf(text, cap, "%s %.1f %%, %s %.1f %%, %s %.0f ms, %s %llu, %s %.0f ms", w->missing,
             100 * f->missing, w->repaired, 100 * f->repaired, w->delay, usec_to_ms(f->delay),
             w->stalls, (unsigned long long)f->stalls, w->longest, usec_to_ms(f->longest));
}

static void put_side(struct canvas *p, enum duel_side side)
{
    const struct duel *d = p->view->duel;
    const struct words *w = p->words;
    const struct strip *strip = duel_strip(d, side);
    struct strip_figures figures = strip_figures(strip);
    bool on_right = (side == DUEL_UDP) != duel_is_swapped(d);
    bool frozen = duel_is_frozen(d, side);
    char text[512];
    snprintf(text, sizeof text, "%s, %s%s%s", names[side], on_right ? w->right : w->left,
             frozen ? ", " : "", frozen ? w->frozen : "");
    put_line(p, text);
    print_figures(w, &figures, text, sizeof text);
    put_line(p, text);
    put_cells(p, strip);
    put_delays(p, strip);
}

static void put_network(struct canvas *p)
{
    const struct words *w = p->words;
    char netem[NETEM_TEXT_MAX], text[NETEM_TEXT_MAX + 128];
    describe(w, p->view->network, netem);
    snprintf(text, sizeof text, "%.1f s  %s: %s", (double)duel_now(p->view->duel) / 1e6, w->network,
             netem);
    put_line(p, text);
}

size_t duel_picture(const struct duel_view *view, char out[DUEL_TEXT_MAX])
{
    const struct words *w = &all_words[view->lang];
    struct canvas p = {
        .view = view,
        .words = w,
        .out = {out, 0},
        .columns = view->columns < DUEL_COLUMNS ? view->columns : DUEL_COLUMNS,
    };
    *out = '\0';
    put_network(&p);
    for (enum duel_side k = 0; k < DUEL_SIDES; k++)
        put_side(&p, k);
    put_line(&p, w->legend);
    if (view->keys)
        put_line(&p, view->notice ? w->notice[view->notice] : w->hint);
    for (size_t i = 0; view->help && w->help[i]; i++)
        put_line(&p, w->help[i]);
    return p.lines;
}

// ---- a line, and the end -----------------------------------------------------------------------

void duel_line(const struct duel_view *view, char out[DUEL_TEXT_MAX])
{
    const struct words *w = &all_words[view->lang];
    struct out o = {out, 0};
    char text[NETEM_TEXT_MAX];
    describe(w, view->network, text);
    put(&o, "%.0f s  %s", (double)duel_now(view->duel) / 1e6, text);
    for (enum duel_side k = 0; k < DUEL_SIDES; k++) {
        struct strip_figures figures = duel_strip_figures(view->duel, k);
        print_figures(w, &figures, text, sizeof text);
        put(&o, "  |  %s: %s", names[k], text);
    }
    put(&o, "\n");
}

static void put_understood(struct out *o, bool pt, const struct duel_result *r)
{
    if (!r->scorable)
        put(o, "\n");
    else if (r->scored != SCORE_OK)
        put(o, pt ? " Sem nota: %s.\n" : " Not scored: %s.\n", score_strstatus(r->scored));
    else
        put(o,
            pt ? " Seria entendido\n     como %.2f (ESTOI; 1: como foi dito), ou %.2f se toda "
                 "mudança "
                 "do atraso\n     conta como dano.\n"
               : " It would be\n     understood like %.2f (ESTOI; 1: as it was said), or %.2f "
                 "where "
                 "every change of\n     the delay counts as damage.\n",
            r->score.estoi_local, r->score.estoi);
}

void duel_summary(enum duel_lang lang, const struct duel_result result[DUEL_SIDES],
                  char out[DUEL_TEXT_MAX])
{
    struct out o = {out, 0};
    bool pt = lang == DUEL_PT;
    *out = '\0';
    for (enum duel_side k = 0; k < DUEL_SIDES; k++) {
        const struct duel_result *r = &result[k];
        const struct sim_figures *f = &r->figures;
        const struct playout_stats *s = &f->receiver.playout;
        double heard = (double)(s->samples_packet + s->samples_fec + s->samples_conceal);
        double mended = (double)(s->samples_fec + s->samples_copy + s->samples_again);
        double percent = heard > 0 ? 100 / heard : 0;
        put(&o,
            pt ? "%s  De %llu pacotes, %llu não chegaram e %llu chegaram tarde demais. Do som, "
                 "%.1f %%\n     foi reparado e %.1f %% faltou. Parou %llu vezes, %.0f ms a maior. "
                 "Da boca ao\n     ouvido: %.0f ms em média (95 %%: até %.0f ms)."
               : "%s  Of %llu packets, %llu never came and %llu came too late. Of the sound, "
                 "%.1f %%\n     was repaired and %.1f %% was missing. It stalled %llu times, for "
                 "%.0f ms at the\n     longest. From mouth to ear: %.0f ms on average (95 %%: "
                 "within %.0f ms).",
            names[k], (unsigned long long)f->datagrams_sent,
            (unsigned long long)f->receiver.packets_lost,
            (unsigned long long)f->receiver.packets_late, percent * mended,
            percent * (double)s->samples_conceal, (unsigned long long)r->strip.stalls,
            usec_to_ms(r->strip.longest), f->delay_mean / 1000, f->delay_p95 / 1000);
        put_understood(&o, pt, r);
    }
}
