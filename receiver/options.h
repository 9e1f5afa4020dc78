// The options of a receiver, as the command line gives them. The table is shared by every program
// that receives.
#ifndef RECEIVER_OPTIONS_H
#define RECEIVER_OPTIONS_H

#include "media/emodel.h"
#include "media/io/cli.h"
#include "receiver/receiver.h"

#include <stdbool.h>

struct receiver_options {
    usec latency; // 0: auto
    enum render_conceal conceal;
    bool no_fec;
    bool rated; // `codec` is what the estimate of quality is to assume
    struct emodel_codec codec;
};

extern const struct cli_option receiver_option_table[]; // sets a struct receiver_options

void receiver_options_apply(const struct receiver_options *options, struct receiver_config *config);

#endif
