// The sentences of a listening test: see listen_speech.h. make-sentences makes the files.
#include "lab/io/listen/listen_speech.h"

#include "media/io/audio.h"
#include "media/io/embed.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EMBED(uint8_t, listen_en_opus, "lab/io/listen/en.opus");
EMBED(char, listen_en_index, "lab/io/listen/en.index");
EMBED(char, listen_en_text, "lab/io/listen/en.txt");
EMBED(uint8_t, listen_pt_opus, "lab/io/listen/pt.opus");
EMBED(char, listen_pt_index, "lab/io/listen/pt.index");
EMBED(char, listen_pt_text, "lab/io/listen/pt.txt");

static const struct built_in {
    const uint8_t *opus, *opus_end;
    const char *index, *text; // a line for each sentence: its samples, its words
} built_in[REPORT_LANGS] = {
    [REPORT_EN] = {listen_en_opus, listen_en_opus_end, listen_en_index, listen_en_text},
    [REPORT_PT] = {listen_pt_opus, listen_pt_opus_end, listen_pt_index, listen_pt_text},
};

static bool take(struct listen_sentence *s, struct audio_reader *r, const char **index,
                 const char **text)
{
    size_t len = strcspn(*text, "\n");
    char *end;
    s->samples = strtoul(*index, &end, 10);
    s->text = strndup(*text, len);
    s->pcm = calloc(s->samples + 1, sizeof *s->pcm);
    *index = end;
    *text += len + 1;
    return s->text && s->pcm && s->samples && audio_read(r, s->pcm, s->samples) == s->samples;
}

struct listen_speech *listen_speech_new(enum report_lang lang, char *why, size_t cap)
{
    const struct built_in *b = &built_in[lang];
    const struct audio_reader_config config = {
        .path = "the built-in sentences",
        .data = b->opus,
        .len = (size_t)((uintptr_t)b->opus_end - (uintptr_t)b->opus),
        .channels = 1,
    };
    struct audio_reader *r = audio_reader_new(&config, why, cap);
    struct listen_speech *speech = r ? calloc(1, sizeof *speech) : NULL;
    const char *index = b->index, *text = b->text;
    if (!r)
        return NULL;
    bool whole = speech && take(&speech->trial, r, &index, &text);
    for (size_t i = 0; whole && i < LISTEN_SENTENCES; i++)
        whole = take(&speech->list[i], r, &index, &text);
    audio_reader_free(r);
    if (whole)
        return speech;
    snprintf(why, cap, "there is no memory for the sentences");
    listen_speech_free(speech);
    return NULL;
}

void listen_speech_free(struct listen_speech *speech)
{
    if (!speech)
        return;
    free(speech->trial.text);
    free(speech->trial.pcm);
    for (size_t i = 0; i < LISTEN_SENTENCES; i++) {
        free(speech->list[i].text);
        free(speech->list[i].pcm);
    }
    free(speech);
}
