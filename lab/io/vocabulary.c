// Clips of single words, from a folder or built in: see vocabulary.h.
#include "lab/io/vocabulary.h"

#include "media/io/audio.h"
#include "media/io/embed.h"

#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LONGEST (10 * WORDS_RATE) // samples: longer is no single word
#define NAME    64                // octets, of a built-in word or voice

EMBED(uint8_t, vocabulary_opus, "lab/io/words/words.opus");
EMBED(char, vocabulary_txt, "lab/io/words/words.txt");

// ---- clips and words ---------------------------------------------------------------------------

static bool out_of_memory(char *why, size_t cap)
{
    snprintf(why, cap, "Out of memory.");
    return false;
}

static size_t word_index(struct vocabulary *v, const char *word, size_t len)
{
    size_t i = 0;
    while (i < v->word_count && (strncmp(v->words[i], word, len) != 0 || v->words[i][len] != '\0'))
        i++;
    if (i < v->word_count)
        return i;
    char **larger = realloc(v->words, (v->word_count + 1) * sizeof *larger);
    if (larger == NULL)
        return SIZE_MAX;
    v->words = larger;
    v->words[i] = strndup(word, len);
    if (v->words[i] == NULL)
        return SIZE_MAX;
    v->word_count++;
    return i;
}

// Takes `pcm` (or frees it).
static bool add_clip(struct vocabulary *v, size_t word, char *voice, int16_t *pcm, size_t samples)
{
    struct words_clip *larger = realloc(v->clips, (v->clip_count + 1) * sizeof *larger);
    if (larger != NULL)
        v->clips = larger;
    if (larger == NULL || word == SIZE_MAX || voice == NULL || pcm == NULL) {
        free(voice);
        free(pcm);
        return false;
    }
    v->clips[v->clip_count++] =
        (struct words_clip){.word = word, .voice = voice, .pcm = pcm, .samples = samples};
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// The clips have to follow their words.
static bool sort_words(struct vocabulary *v, char *why, size_t cap)
{
    assert(v->word_count > 0);
    char **before = calloc(v->word_count, sizeof *before);
    if (before == NULL)
        return out_of_memory(why, cap);
    memcpy(before, v->words, v->word_count * sizeof *before);
    qsort(v->words, v->word_count, sizeof *v->words, by_text);
    for (size_t i = 0; i < v->clip_count; i++) {
        const char *word = before[v->clips[i].word];
        v->clips[i].word = word_index(v, word, strlen(word));
    }
    free(before);
    return true;
}

// ---- built in ----------------------------------------------------------------------------------

static bool add_part(struct vocabulary *v, struct audio_reader *r, const char *word,
                     const char *voice, size_t samples)
{
    int16_t *pcm = calloc(samples, sizeof *pcm);
    if (pcm != NULL)
        audio_read(r, pcm, samples);
    return add_clip(v, word_index(v, word, strlen(word)), strdup(voice), pcm, samples);
}

// The clips stand in the file in the order of the index, without anything between.
static bool take_built_in(struct vocabulary *v, char *why, size_t cap)
{
    struct audio_reader_config config = {
        .path = "the built-in words",
        .data = vocabulary_opus,
        .len = EMBED_LEN(vocabulary_opus),
        .channels = 1,
    };
    struct audio_reader *r = audio_reader_new(&config, why, cap);
    if (r == NULL)
        return false;
    char word[NAME], voice[NAME];
    size_t start, samples;
    bool fine = true;
    for (const char *line = vocabulary_txt; fine && *line; line = strchr(line, '\n') + 1)
        if (sscanf(line, "%63s %63s %zu %zu", word, voice, &start, &samples) == 4)
            fine = add_part(v, r, word, voice, samples);
    audio_reader_free(r);
    return fine || out_of_memory(why, cap);
}

// ---- a folder ----------------------------------------------------------------------------------

// NULL: it cannot be read, or holds nothing or too much.
static int16_t *read_file(const char *path, size_t *samples, char *why, size_t cap)
{
    struct audio_reader_config config = {.path = path, .channels = 1};
    struct audio_reader *r = audio_reader_new(&config, why, cap);
    if (r == NULL)
        return NULL;
    int16_t *room = calloc(LONGEST + 1, sizeof *room), *pcm = NULL;
    *samples = room != NULL ? audio_read(r, room, LONGEST + 1) : 0;
    audio_reader_free(r);
    if (room != NULL && *samples == 0) {
        snprintf(why, cap, "%s holds no sound.", path);
    } else if (*samples > LONGEST) {
        snprintf(why, cap, "%s is longer than 10 s; a recording here is one word.", path);
    } else if (room == NULL || (pcm = calloc(*samples, sizeof *pcm)) == NULL) {
        out_of_memory(why, cap);
    } else {
        memcpy(pcm, room, *samples * sizeof *pcm);
    }
    free(room);
    return pcm;
}

// What stands between the word and the ending.
static char *voice_of(const char *name, size_t word_len)
{
    const char *dot = strrchr(name, '.');
    const char *start = name + word_len + (name[word_len] != '\0' && name[word_len] != '.');
    size_t len = dot != NULL && dot > start ? (size_t)(dot - start) : dot ? 0 : strlen(start);
    return strndup(start, len);
}

static bool take_file(struct vocabulary *v, const char *folder, const char *name, char *why,
                      size_t cap)
{
    char path[PATH_MAX], word[NAME_MAX + 1];
    struct stat kind;
    size_t len = strcspn(name, "_-."), samples;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (stat(path, &kind) == 0 && S_ISDIR(kind.st_mode))
        return true;
    if (len == 0) {
        snprintf(why, cap, "%s: the name does not begin with a word.", path);
        return false;
    }
    int16_t *pcm = read_file(path, &samples, why, cap);
    if (pcm == NULL)
        return false;
    for (size_t i = 0; i < len; i++)
        word[i] = (char)tolower((unsigned char)name[i]);
    return add_clip(v, word_index(v, word, len), voice_of(name, len), pcm, samples) ||
           out_of_memory(why, cap);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_octets(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool take_folder(struct vocabulary *v, const char *folder, char *why, size_t cap)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, visible, by_octets);
    bool fine = count >= 0;
    if (!fine)
        snprintf(why, cap, "%s cannot be read as a folder: %s.", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        fine = fine && take_file(v, folder, entries[i]->d_name, why, cap);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    if (fine && v->clip_count == 0) {
        snprintf(why, cap,
                 "There are no recordings in %s. Name each by its word: alpha.wav, alpha_2.wav.",
                 folder);
        fine = false;
    }
    return fine;
}

// ---- the whole ---------------------------------------------------------------------------------

struct vocabulary *vocabulary_new(const char *folder, char *why, size_t cap)
{
    struct vocabulary *v = calloc(1, sizeof *v);
    if (v == NULL) {
        out_of_memory(why, cap);
        return NULL;
    }
    if ((folder != NULL ? take_folder(v, folder, why, cap) : take_built_in(v, why, cap)) &&
        sort_words(v, why, cap))
        return v;
    vocabulary_free(v);
    return NULL;
}

void vocabulary_free(struct vocabulary *v)
{
    if (v == NULL)
        return;
    for (size_t i = 0; i < v->clip_count; i++) {
        free((void *)v->clips[i].pcm);
        free((void *)v->clips[i].voice);
    }
    for (size_t i = 0; i < v->word_count; i++)
        free(v->words[i]);
    free(v->clips);
    free(v->words);
    free(v);
}
