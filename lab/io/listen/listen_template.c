// The pages of listening tests: see listen_template.h.
#include "lab/io/listen/listen_template.h"

#include "lab/io/page/report_html.h"
#include "media/io/embed.h"

#include <stdlib.h>
#include <string.h>

#define NAME 32 // octets

EMBED(char, listen_test_html, "lab/io/listen/test.html");
EMBED(char, listen_class_html, "lab/io/listen/class.html");
EMBED(char, listen_text_en, "lab/io/listen/text.en.json");
EMBED(char, listen_text_pt, "lab/io/listen/text.pt.json");
EMBED(char, listen_style, "lab/io/listen/style.css");
EMBED(char, listen_score_js, "lab/io/listen/score.js");
EMBED(char, listen_order_js, "lab/io/listen/order.js");
EMBED(char, listen_chart_js, "lab/io/listen/chart.js");
EMBED(char, listen_test_js, "lab/io/listen/test.js");
EMBED(char, listen_class_js, "lab/io/listen/class.js");

static const char *const texts[REPORT_LANGS] = {
    [REPORT_EN] = listen_text_en,
    [REPORT_PT] = listen_text_pt,
};

// No '<' may stand in a script that is not the end of one.
static bool put_json(const json_t *json, FILE *out)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6));
    for (const char *c = text; c && *c; c++)
        if (*c == '<')
            fputs("\\u003c", out);
        else
            fputc(*c, out);
    free(text);
    return text;
}

static void put_script(enum listen_page page, FILE *out)
{
    if (page == LISTEN_TEST) {
        fputs(listen_score_js, out);
        fputs(listen_order_js, out);
    }
    fputs(listen_chart_js, out);
    fputs(page == LISTEN_TEST ? listen_test_js : listen_class_js, out);
}

static bool put_data(const struct listen_template *t, FILE *out)
{
    json_t *data = t->data(t->ctx);
    bool good = data && put_json(data, out);
    json_decref(data);
    return good;
}

static bool put_part(const struct listen_template *t, const json_t *say, const char *name,
                     FILE *out)
{
    bool good = true;
    if (strcmp(name, "style") == 0)
        fputs(listen_style, out);
    else if (strcmp(name, "script") == 0)
        put_script(t->page, out);
    else if (strcmp(name, "version") == 0)
        report_html_escape(out, VOZ_VERSION);
    else if (strcmp(name, "text") == 0)
        good = put_json(say, out);
    else if (strcmp(name, "data") == 0)
        good = put_data(t, out);
    else if (strcmp(name, "clips") == 0)
        good = t->clips(t->ctx, out);
    else
        report_html_escape(out, json_string_value(json_object_get(say, name)));
    return good;
}

bool listen_template_put(const struct listen_template *t, FILE *out)
{
    const char *at = t->page == LISTEN_TEST ? listen_test_html : listen_class_html, *next;
    json_t *say = json_loads(texts[t->lang], 0, NULL);
    bool good = say;
    for (; good && (next = strstr(at, "{{")); at = strstr(next, "}}") + 2) {
        char name[NAME];
        fwrite(at, 1, (size_t)(next - at), out);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(next + 2, "}"), next + 2);
        good = put_part(t, say, name, out);
    }
    fputs(at, out);
    json_decref(say);
    return good;
}
