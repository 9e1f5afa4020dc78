// The page of a listening test: see listen_page.h.
#include "lab/io/listen/listen_page.h"

#include "lab/io/listen/listen_template.h"
#include "lab/io/page/report_html.h"
#include "media/io/audio.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIP_MAX (4u << 20) // octets of a file; a sentence is 20,000
#define HIDE     0x5a       // test.js knows it, too

struct page {
    const struct listen_page_config *config;
    json_t *estoi; // a list for each condition, of a score for each sentence
    char *why;
    size_t cap;
};

// ---- clips -------------------------------------------------------------------------------------

static bool write_clip(const struct page *p, const int16_t *pcm, size_t samples)
{
    struct audio_writer *w = audio_writer_new(p->config->scratch, p->why, p->cap);
    if (!w)
        return false;
    if (audio_writer_begin(w, 1))
        audio_write(w, pcm, samples);
    const char *fault = audio_writer_fault(w);
    if (fault)
        snprintf(p->why, p->cap, "%s", fault);
    return audio_writer_close(w, p->why, p->cap) && !fault;
}

// Both writers speak of files: a clip is one for a moment.
static bool put_audio(const struct page *p, const int16_t *pcm, size_t samples, FILE *out)
{
    bool good = write_clip(p, pcm, samples);
    FILE *file = good ? fopen(p->config->scratch, "rb") : NULL;
    uint8_t *data = malloc(CLIP_MAX);
    size_t len = file && data ? fread(data, 1, CLIP_MAX, file) : 0;
    if (good && !len)
        snprintf(p->why, p->cap, "cannot read %s: %s", p->config->scratch, strerror(errno));
    if (file)
        fclose(file);
    unlink(p->config->scratch);
    report_html_base64(out, data, len);
    free(data);
    return good && len;
}

static bool put_clip(const struct page *p, const char *id, const int16_t *pcm, size_t samples,
                     FILE *out)
{
    fprintf(out, "<script type=\"text/plain\" id=\"clip-%s\">", id);
    bool good = put_audio(p, pcm, samples, out);
    fputs("</script>\n", out);
    return good;
}

// Logarithms and roots differ in their last bits from one processor to the next.
static bool add_score(json_t *list, double score)
{
    return json_array_append_new(list, json_real(round(score * 1e4) / 1e4)) == 0;
}

static bool put_condition(const struct page *p, size_t condition, struct listen_clip *clips,
                          FILE *out)
{
    json_t *estoi = json_array();
    bool good = json_array_append_new(p->estoi, estoi) == 0;
    for (size_t s = 0; good && s < p->config->sentence_count; s++) {
        char id[64];
        snprintf(id, sizeof id, "%zu-%zu", condition, s);
        good = put_clip(p, id, clips[s].pcm, clips[s].samples, out) &&
               add_score(estoi, clips[s].estoi);
    }
    return good;
}

static bool put_clips(void *ctx, FILE *out)
{
    struct page *p = ctx;
    const struct listen_page_config *c = p->config;
    const struct listen_sentence *trial = &c->speech->trial;
    bool good = put_clip(p, "trial", trial->pcm, trial->samples, out);
    for (size_t i = 0; good && i < c->condition_count; i++) {
        struct listen_clip *clips = calloc(c->sentence_count, sizeof *clips);
        good =
            clips && c->call(c->ctx, i, clips, p->why, p->cap) && put_condition(p, i, clips, out);
        listen_clips_free(clips, clips ? c->sentence_count : 0);
    }
    return good;
}

// ---- data --------------------------------------------------------------------------------------

// Text that is not to be read by accident in the page's source.
static json_t *hidden(const char *text)
{
    uint8_t octets[256];
    char *base64 = NULL;
    size_t len = strlen(text), room;
    FILE *out = open_memstream(&base64, &room);
    len = len < sizeof octets ? len : sizeof octets;
    for (size_t i = 0; i < len; i++)
        octets[i] = (uint8_t)text[i] ^ HIDE;
    if (!out)
        return NULL;
    report_html_base64(out, octets, len);
    fclose(out);
    json_t *string = json_string(base64);
    free(base64);
    return string;
}

static json_t *data_of(void *ctx)
{
    struct page *p = ctx;
    const struct listen_page_config *c = p->config;
    json_t *conditions = json_array(), *sentences = json_array();
    for (size_t i = 0; i < c->condition_count; i++)
        json_array_append_new(conditions, listen_condition_json(&c->conditions[i]));
    for (size_t s = 0; s < c->sentence_count; s++)
        json_array_append_new(sentences, hidden(c->speech->list[s].text));
    bool whole = json_array_size(conditions) == c->condition_count &&
                 json_array_size(sentences) == c->sentence_count;
    json_t *data = json_pack("{s:s, s:s, s:o, s:o, s:O}", "id", c->id, "lang",
                             c->lang == REPORT_PT ? "pt" : "en", "conditions", conditions,
                             "sentences", sentences, "estoi", p->estoi);
    if (data && whole)
        return data;
    json_decref(data);
    return NULL;
}

bool listen_page_put(const struct listen_page_config *config, FILE *out, char *why, size_t cap)
{
    struct page p = {.config = config, .estoi = json_array(), .why = why, .cap = cap};
    const struct listen_template template = {
        .page = LISTEN_TEST, .lang = config->lang, .data = data_of, .clips = put_clips, .ctx = &p};
    snprintf(why, cap, "there is no memory for the page");
    bool good = listen_template_put(&template, out);
    json_decref(p.estoi);
    return good;
}
