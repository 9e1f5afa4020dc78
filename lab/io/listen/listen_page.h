// The page of a listening test: every sentence through every condition, and the script that asks.
#ifndef LAB_IO_LISTEN_PAGE_H
#define LAB_IO_LISTEN_PAGE_H

#include "lab/io/listen/listen_call.h"
#include "lab/io/listen/listen_condition.h"
#include "lab/io/listen/listen_speech.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct listen_page_config {
    enum report_lang lang;
    const char *id; // of the test: answers of different ones are not merged
    const struct listen_speech *speech;
    const struct listen_condition *conditions;
    size_t condition_count;
    size_t sentence_count; // of the speech, from its beginning: a multiple of the conditions
    const char *scratch;   // a file name with an ending of Opus, for each clip while it is made
    // Fills the clips of a condition, one for each sentence. False: `why` says why.
    bool (*call)(void *ctx, size_t condition, struct listen_clip *clips, char *why, size_t cap);
    void *ctx;
};

// False: `why` says why, and the page is none.
bool listen_page_put(const struct listen_page_config *config, FILE *out, char *why, size_t cap);

#endif
