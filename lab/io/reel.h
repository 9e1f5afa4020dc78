// The pictures of one run of the lab: where they come from (media/io/pictures.h), where what is seen goes,
// and their figures, in words and as JSON.
#ifndef LAB_IO_REEL_H
#define LAB_IO_REEL_H

#include "lab/io/condition.h"
#include "lab/showing.h"
#include "lab/sim.h"
#include "media/io/film_file.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

extern const struct cli_option reel_option_table[]; // of a condition: what the receiver does

// Do the options go together, where `file` is what is to be written? False: `why` (CLI_WHY_MAX octets) says
// why not.
bool reel_check(const struct condition *condition, const char *file, char *why);

struct reel_config {
    const struct condition *condition; // outlives the reel
    bool beeps;                        // the sound is the test picture's
    bool compare;
    bool loop;              // a file begins again at its end
    struct film_file *file; // of what is seen, the caller's; NULL: none
    usec stills;            // keep some, spread over so long, for reel_strip; 0: none
};

struct reel;

// NULL: see `why` (CLI_WHY_MAX octets).
struct reel *reel_open(const struct reel_config *config, char *why);
void reel_close(struct reel *r); // NULL is fine

// For sim_config.pictures; valid as long as the reel.
const struct showing_config *reel_showing(const struct reel *r);
// All that is heard, from instant 0 on.
void reel_heard(struct reel *r, const int16_t *pcm, size_t samples, int channels);

// Adds the figures of pictures to the record of a run. False: no memory.
bool reel_record(struct reel *r, const struct sim_figures *figures, json_t *record);
// Some lines of text.
void reel_summary(struct reel *r, const struct sim_figures *figures, char *text, size_t cap);
// What should be told on stderr: a film that ends in the middle of a picture. NULL: nothing.
const char *reel_warning(struct reel *r);
// The strip of stills as a WebP file in memory that the caller frees. NULL: none was kept, or no memory.
uint8_t *reel_strip(const struct reel *r, size_t *len);

#endif
