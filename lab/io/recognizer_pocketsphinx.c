// The recogniser, by libpocketsphinx: see recognizer.h. Its grammar is one word out of the list,
// with silence before and after. Of the model's dictionary of 130,000 words only those of the list
// are given to the library, which would take much longer over all of them than over the words that
// it then hears.
#include "lab/io/recognizer.h"

#include "media/random.h"

#include <math.h>
#include <pocketsphinx.h>
#include <pthread.h>
#include <speex/speex_resampler.h>
#include <sphinxbase/err.h>
#include <sphinxbase/fsg_model.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODEL      "/usr/share/pocketsphinx/model/en-us/en-us"
#define DICTIONARY "/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict"
#define MODEL_RATE 16000 // Hz, of the speech the model was trained with
#define QUALITY    8     // of speexdsp's resampler, of 10
#define ROOM       50    // the peak of the noise that is added, of 32768
#define SHORTEST   (RECOGNIZER_RATE / 20)
#define LINE       256 // octets; the longest line of the dictionary has 110

struct recognizer {
    ps_decoder_t *decoder;
    SpeexResamplerState *resampler;
    int16_t *pcm; // at MODEL_RATE
    size_t cap;   // samples
    char **words;
    size_t count;
};

// Spellings of the radio alphabet that the dictionary has not, or has otherwise. A file name gives
// its word up to the first '-', so "x-ray" has to be written in one.
static const struct {
    const char *word;
    const char *phones;
} respelled[] = {
    {"xray", "EH K S R EY"},
    {"juliett", "JH UW L IY EH T"},
};

// ---- the list ----------------------------------------------------------------------------------

// The dictionary marks further pronunciations of a word with a number: "golf(2)".
static ptrdiff_t find(const struct recognizer *r, const char *word, size_t len)
{
    for (size_t i = 0; i < r->count; i++)
        if (strncmp(r->words[i], word, len) == 0 && r->words[i][len] == '\0')
            return (ptrdiff_t)i;
    return -1;
}

static bool copy_words(struct recognizer *r, const char *const *words, size_t count)
{
    r->words = calloc(count, sizeof *r->words);
    if (r->words == NULL)
        return false;
    for (r->count = 0; r->count < count; r->count++)
        if ((r->words[r->count] = strdup(words[r->count])) == NULL)
            return false;
    return true;
}

static void read_dictionary(struct recognizer *r, FILE *file, bool *known)
{
    char line[LINE];
    while (fgets(line, sizeof line, file) != NULL) {
        size_t entry = strcspn(line, " \t");
        ptrdiff_t i = find(r, line, strcspn(line, "( \t"));
        if (i < 0 || line[entry] == '\0')
            continue;
        line[entry] = '\0';
        line[entry + 1 + strcspn(line + entry + 1, "\r\n")] = '\0';
        if (ps_add_word(r->decoder, line, line + entry + 1, false) >= 0)
            known[i] = true;
    }
}

static bool learn_words(struct recognizer *r, char *why, size_t cap)
{
    FILE *file = fopen(DICTIONARY, "r");
    bool *known = calloc(r->count, sizeof *known);
    size_t i = 0;
    if (file != NULL && known != NULL) {
        read_dictionary(r, file, known);
        for (size_t k = 0; k < sizeof respelled / sizeof *respelled; k++) {
            ptrdiff_t at = find(r, respelled[k].word, strlen(respelled[k].word));
            if (at >= 0 && !known[at])
                known[at] = ps_add_word(r->decoder, r->words[at], respelled[k].phones, false) >= 0;
        }
        while (i < r->count && known[i])
            i++;
        if (i < r->count)
            snprintf(why, cap,
                     "The word \"%s\" is not in the recogniser's dictionary. Take an English word "
                     "from " DICTIONARY ".",
                     r->words[i]);
    } else if (file == NULL) {
        snprintf(why, cap, "%s cannot be read. Install pocketsphinx-en-us.", DICTIONARY);
    } else {
        snprintf(why, cap, "Out of memory.");
    }
    bool all = file != NULL && known != NULL && i == r->count;
    if (file != NULL)
        fclose(file);
    free(known);
    return all;
}

static bool set_grammar(struct recognizer *r)
{
    fsg_model_t *grammar = fsg_model_init("words", ps_get_logmath(r->decoder), 1, 2);
    if (grammar == NULL)
        return false;
    grammar->start_state = 0;
    grammar->final_state = 1;
    for (size_t i = 0; i < r->count; i++)
        fsg_model_trans_add(grammar, 0, 1, 0, fsg_model_word_add(grammar, r->words[i]));
    bool taken =
        ps_set_fsg(r->decoder, "words", grammar) == 0 && ps_set_search(r->decoder, "words") == 0;
    fsg_model_free(grammar);
    return taken;
}

// ---- the decoder -------------------------------------------------------------------------------

static void silence_library(void)
{
    err_set_logfp(NULL);
    err_set_callback(NULL,
                     NULL); // for the whole process, and not to be done by two threads at once
}

static bool open_decoder(struct recognizer *r, char *why, size_t cap)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, silence_library);
    if (access(MODEL "/mdef", R_OK) != 0) {
        snprintf(why, cap, "The recogniser's model is missing: %s. Install pocketsphinx-en-us.",
                 MODEL);
        return false;
    }
    // The words are added one by one: the library insists on a dictionary, and is content with an
    // empty one. Its removal of noise learns over many words, and would take their order into the
    // result; that of silence would take out parts of a word with holes.
    cmd_ln_t *config = cmd_ln_init(NULL, ps_args(), 1, "-hmm", MODEL, "-dict", "/dev/null",
                                   "-remove_noise", "no", "-remove_silence", "no", (char *)NULL);
    if (config != NULL) {
        r->decoder = ps_init(config);
        cmd_ln_free_r(config);
    }
    if (r->decoder == NULL)
        snprintf(why, cap, "pocketsphinx cannot use its model in %s.", MODEL);
    return r->decoder != NULL;
}

struct recognizer *recognizer_new(const char *const *words, size_t count, char *why, size_t cap)
{
    if (count == 0) {
        snprintf(why, cap, "There are no words to recognise.");
        return NULL;
    }
    struct recognizer *r = calloc(1, sizeof *r);
    snprintf(why, cap, "Out of memory.");
    if (r != NULL && copy_words(r, words, count)) {
        r->resampler = speex_resampler_init(1, RECOGNIZER_RATE, MODEL_RATE, QUALITY, NULL);
        if (r->resampler != NULL && open_decoder(r, why, cap) && learn_words(r, why, cap)) {
            if (set_grammar(r)) {
                why[0] = '\0';
                return r;
            }
            snprintf(why, cap, "pocketsphinx refuses the list of words.");
        }
    }
    recognizer_free(r);
    return NULL;
}

void recognizer_free(struct recognizer *r)
{
    if (r == NULL)
        return;
    if (r->decoder != NULL)
        ps_free(r->decoder);
    if (r->resampler != NULL)
        speex_resampler_destroy(r->resampler);
    for (size_t i = 0; i < r->count; i++)
        free(r->words[i]);
    free(r->words);
    free(r->pcm);
    free(r);
}

// ---- one word ----------------------------------------------------------------------------------

// Into r->pcm. 0: no memory.
static size_t resample(struct recognizer *r, const int16_t *pcm, size_t samples)
{
    size_t want = samples / (RECOGNIZER_RATE / MODEL_RATE) + 1;
    if (want > r->cap) {
        int16_t *larger = realloc(r->pcm, want * sizeof *larger);
        if (larger == NULL)
            return 0;
        r->pcm = larger;
        r->cap = want;
    }
    spx_uint32_t in = (spx_uint32_t)samples, out = (spx_uint32_t)want;
    speex_resampler_reset_mem(r->resampler);
    speex_resampler_skip_zeros(r->resampler);
    speex_resampler_process_int(r->resampler, 0, pcm, &in, r->pcm, &out);
    return out;
}

// The sound of a quiet room, about 45 dB below speech. Digital silence does not exist where a
// loudspeaker stands, nor in the recordings the model learned from: it takes the logarithm of
// nothing for the beginning of a plosive. The same noise for every word, so that the same samples
// give the same answer.
static void add_room(int16_t *pcm, size_t samples)
{
    struct random random = {1};
    for (size_t i = 0; i < samples; i++) {
        double noise = (random_unit(&random) + random_unit(&random) - 1) * ROOM;
        long value = lrint(pcm[i] + noise);
        pcm[i] = (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
    }
}

int recognizer_hear(struct recognizer *r, const int16_t *pcm, size_t samples)
{
    size_t len = samples < SHORTEST ? 0 : resample(r, pcm, samples);
    if (len == 0 || ps_start_stream(r->decoder) < 0 || ps_start_utt(r->decoder) < 0)
        return -1;
    add_room(r->pcm, len);
    // That the whole utterance is there at once (the 1) lets the mean of its cepstrum be its own,
    // which the model's settings ask for ("batch").
    ps_process_raw(r->decoder, r->pcm, len, 0, 1);
    ps_end_utt(r->decoder);
    const char *word = ps_get_hyp(r->decoder, NULL);
    return word == NULL ? -1 : (int)find(r, word, strcspn(word, "("));
}
