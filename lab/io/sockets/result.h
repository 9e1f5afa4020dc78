// What came of one trip: all figures of `voz-lab sockets`, for its text and its JSON.
#ifndef LAB_IO_SOCKETS_RESULT_H
#define LAB_IO_SOCKETS_RESULT_H

#include "lab/arrivals.h"
#include "lab/heard.h"
#include "lab/io/link/link.h"
#include "lab/io/sockets/kind.h"
#include "lab/io/sockets/tour_text.h"
#include "lab/io/sockets/trip.h"
#include "lab/score.h"

#include <jansson.h>
#include <stdio.h>

struct result {
    const struct socket_kind *kind;
    const char *why; // it came to nothing; NULL: it did not
    struct trip_notes notes;
    struct link_outcome link;
    struct arrivals_figures figures;
    struct receiver_stats receiver;
    struct heard heard;
    enum score_status scored;
    struct score score;
    const char *clip;                 // file; NULL: none
    uint8_t message[TRIP_PACKET_MAX]; // the first one that was heard
    size_t message_len;
};

// All about one of them, in plain words.
void result_print(FILE *file, enum tour_lang lang, const struct result *result);
// A row for each.
void result_table(FILE *file, enum tour_lang lang, const struct result *results, size_t count);
// NULL: no memory.
json_t *result_json(const struct result *result);

#endif
