// What a sweep runs: every combination of the lists it was given, in one fixed order.
#ifndef LAB_IO_PLAN_H
#define LAB_IO_PLAN_H

#include "lab/io/condition.h"
#include "lab/io/results.h"
#include "media/impair.h"
#include "media/io/cli.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_LIST  64     // values in one list
#define PLAN_RUNS  200000 // in one sweep
#define PLAN_NAME  96     // octets of a network's name with its NUL
#define PLAN_NETEM 512

struct plan_list { // of an option whose values have commas between them
    double values[PLAN_LIST];
    size_t count;
};

struct plan_network {
    char name[PLAN_NAME];   // for people: "loss 10 %, burst 3, delay 40 ms"
    char netem[PLAN_NETEM]; // what it is
    bool listed;            // it came from the lists, and these four are known:
    double loss, burst;     // %, packets
    double delay, jitter;   // ms
    char trace[RESULTS_ID]; // what is in the trace that it names (results_file_id)
};

// A way of recovery: what the sender adds and what the receiver makes of it. TCP is one by itself:
// the kernel sends again what is lost, and there is nothing for the others to do.
struct plan_recovery {
    const char *name;   // as on the command line
    enum adapt_fec fec; // told LOSS_TOLD percent (sender/options.h) where on
    enum adapt_red red;
    enum sender_nack nack;
    enum render_conceal conceal;
    enum network_transport transport;
    bool live; // what comes back changes what is sent: each run has a sender of its own
};

struct plan_options {
    struct plan_list loss, burst, delay, jitter, bitrate;
    char *in; // comma-separated; our own copy, cut into words
    const char *ins[PLAN_LIST];
    char contents[PLAN_LIST][RESULTS_ID]; // of these, where they are files
    size_t in_count;
    const struct plan_recovery *recover[PLAN_LIST];
    size_t recover_count;
    bool udp, tcp; // transports; neither: udp
    const char *scenario, *traces;
    int seeds;
};

extern const struct cli_option plan_option_table[]; // sets a struct plan_options

struct plan_run {
    size_t number;  // its place in the sweep, from 0
    size_t encoder; // runs of equal number share an encoder setting and a source
    const char *in;
    const char *content; // of `in`, see results_file_id
    size_t source; // its place in the list; with 0, single words are said where they are asked for
    int bitrate;   // bit/s
    const struct plan_recovery *recovery;
    const struct plan_network *network;
    uint64_t seed;
    char id[RESULTS_ID]; // see plan_identify
};

struct plan {
    struct plan_network *networks;
    size_t network_count;
    struct plan_run *runs;
    size_t run_count;
    size_t sources, encoders;
};

// What is left open gets its default. The caller frees the plan and then the options. False: `why`
// (CLI_WHY_MAX octets) says what is wrong: a share that no such burst length can have, a scenario
// with an error in it, no traces, too many runs.
bool plan_make(struct plan *plan, struct plan_options *options, char *why);
void plan_free(struct plan *plan);

// The condition of a run, but for its network: `base` is what all runs share.
struct condition plan_condition(const struct plan_run *run, const struct condition *base);
// Names each run after all that its result depends on: equal results, equal ids, of several plans as
// well. `words`: the sweep also says single words. False: no memory.
bool plan_identify(struct plan *plan, const struct condition *base, usec duration, bool words);

void plan_options_free(struct plan_options *options);

#endif
