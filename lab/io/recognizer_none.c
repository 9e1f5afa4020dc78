// What stands for the recogniser where libpocketsphinx was not there at build time: see
// recognizer.h.
#include "lab/io/recognizer.h"

#include <stdio.h>

struct recognizer *recognizer_new(const char *const *words, size_t count, char *why, size_t cap)
{
    (void)words;
    (void)count;
    snprintf(why, cap,
             "Words cannot be recognised: this program was built without pocketsphinx. Install "
             "libpocketsphinx-dev and pocketsphinx-en-us, and build it again.");
    return NULL;
}

void recognizer_free(struct recognizer *r)
{
    (void)r;
}

int recognizer_hear(struct recognizer *r, const int16_t *pcm, size_t samples)
{
    (void)r;
    (void)pcm;
    (void)samples;
    return -1;
}
