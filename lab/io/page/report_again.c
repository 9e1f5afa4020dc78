// How to make a section again: see report_again.h.
#include "lab/io/page/report_again.h"

#include "lab/io/page/report_html.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define VALUES 256

// A word of a shell's command line.
static void put_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./:,@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

static void put_list(FILE *out, const char *option, const double *values, size_t count)
{
    fprintf(out, " --%s ", option);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%.9g", i ? "," : "", values[i]);
}

// Settings that are not those of a sweep without options.
static void put_settings(FILE *out, const json_t *settings, int64_t bitrate)
{
    static const struct {
        const char *key, *option;
        double usual;
    } numbers[] = {
        {"frame_ms", "frame", 20},
        {"complexity", "complexity", 10},
        {"latency_ms", "latency", 0},
        {"latency_max_ms", "latency-max", 0},
        {"latency_price_ms", "latency-price", 0},
        {"duration_s", "duration", 0},
        {"video_bitrate", "video-bitrate", 500000},
    };
    static const struct {
        const char *key, *option, *usual;
    } texts[] = {
        {"application", "application", "voip"},
        {"back", "back", NULL},
        {"mos_codec", "mos-codec", NULL},
        {"video", "video", NULL},
        {"size", "size", NULL},
        {"fps", "fps", NULL},
        {"video_loss", "video-loss", "freeze"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const json_t *value = json_object_get(settings, numbers[i].key);
        if (json_is_number(value) && fabs(json_number_value(value) - numbers[i].usual) > 0)
            fprintf(out, " --%s %.9g", numbers[i].option, json_number_value(value));
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *value = json_string_value(json_object_get(settings, texts[i].key));
        if (value && (!texts[i].usual || strcmp(value, texts[i].usual) != 0)) {
            fprintf(out, " --%s ", texts[i].option);
            put_word(out, value);
        }
    }
    json_int_t most = json_integer_value(json_object_get(settings, "max_bitrate"));
    if (most && most != 2 * bitrate)
        fprintf(out, " --max-bitrate %lld", (long long)most);
    if (json_integer_value(json_object_get(settings, "channels")) == 2)
        fputs(" --stereo", out);
    if (json_is_true(json_object_get(settings, "dtx")))
        fputs(" --dtx", out);
}

static bool is_trace(const char *netem)
{
    return strncmp(netem, "trace ", 6) == 0;
}

static void put_networks_of_command(FILE *out, const struct report_data *d,
                                    const struct report_section *s)
{
    double losses[VALUES] = {0}, bursts[VALUES] = {0};
    bool scenario = false, traces = false;
    if (s->listed) {
        size_t count = report_losses(d, s, losses, VALUES);
        put_list(out, "loss", losses, count);
        count = report_bursts(d, s, bursts, VALUES);
        put_list(out, "burst", bursts, count);
        put_list(out, "delay", &s->delay, 1);
        put_list(out, "jitter", &s->jitter, 1);
        return;
    }
    for (size_t i = s->first; i < s->first + s->count; i++) {
        traces |= is_trace(d->cells[i].netem);
        scenario |= !is_trace(d->cells[i].netem);
    }
    fputs(scenario ? " --scenario FILE" : "", out);
    fputs(traces ? " --traces DIR" : "", out);
}

// The whole command, which the caller frees; NULL: no memory.
static char *command(const struct report_data *d, const struct report_section *s,
                     struct report_range *seeds)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    bool *used = calloc(d->recovery_count + 1, sizeof *used);
    bool words = false;
    *seeds = (struct report_range){INFINITY, -INFINITY};
    for (size_t i = s->first; used && i < s->first + s->count; i++) {
        used[d->cells[i].recovery] = true;
        words |= d->cells[i].means[REPORT_WORDS].count > 0;
        seeds->low = fmin(seeds->low, d->cells[i].seeds.low);
        seeds->high = fmax(seeds->high, d->cells[i].seeds.high);
    }
    if (out && used) {
        const char *comma = " --recover ";
        bool udp = false, tcp = false;
        fputs("voz-lab sweep --in ", out);
        put_word(out, s->in);
        fprintf(out, " --bitrate %lld", (long long)s->bitrate);
        put_networks_of_command(out, d, s);
        for (size_t r = 0; r < d->recovery_count; r++)
            if (used[r] && strcmp(d->recoveries[r].name, "tcp") == 0) {
                tcp = true;
            } else if (used[r]) {
                udp = true;
                fputs(comma, out);
                put_word(out, d->recoveries[r].name);
                comma = ",";
            }
        if (tcp)
            fputs(udp ? " --transport udp,tcp" : " --transport tcp", out);
        put_settings(out, s->settings, s->bitrate);
        fputs(words ? " --words" : "", out);
        fprintf(out, " --seeds %.0f --output DIR", seeds->high);
    }
    if (out)
        fclose(out);
    free(used);
    return text;
}

static void put_networks(const struct report_data *d, const struct report_section *s, FILE *out)
{
    const struct report_cell *before = NULL;
    for (size_t i = s->first; i < s->first + s->count; i++) {
        const struct report_cell *c = &d->cells[i];
        if (before && strcmp(before->network, c->network) == 0 &&
            strcmp(before->netem, c->netem) == 0)
            continue;
        report_html_escape(out, c->network);
        fputs(": ", out);
        report_html_escape(out, c->netem);
        fputc('\n', out);
        before = c;
    }
}

void report_again_put(const struct report_data *d, const struct report_section *s,
                      enum report_lang lang, FILE *out)
{
    struct report_range seeds;
    char *line = command(d, s, &seeds);
    char *settings = json_dumps(s->settings, JSON_SORT_KEYS);
    fprintf(out, "<details class=\"again\"><summary>%s</summary>\n<p>",
            report_text(lang, TEXT_AGAIN));
    REPORT_SAY(out, lang, TEXT_AGAIN_HOW, s->version, report_number(lang, seeds.low, 0).s,
               report_number(lang, seeds.high, 0).s);
    fputs("</p>\n<pre>", out);
    report_html_escape(out, line ? line : "");
    fprintf(out, "</pre>\n<p>%s</p>\n<pre>", report_text(lang, TEXT_AGAIN_NETWORKS));
    put_networks(d, s, out);
    fprintf(out, "</pre>\n<p>%s</p>\n<pre>", report_text(lang, TEXT_AGAIN_SETTINGS));
    report_html_escape(out, settings ? settings : "");
    fputs("</pre></details>\n", out);
    free(line);
    free(settings);
}
