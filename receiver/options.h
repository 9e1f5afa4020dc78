// The options of a receiver, as the command line gives them. The table is shared by every program
// that receives.
#ifndef RECEIVER_OPTIONS_H
#define RECEIVER_OPTIONS_H

#include "media/emodel.h"
#include "media/io/cli.h"
#include "receiver/receiver.h"

#include <stdbool.h>

struct receiver_options {
    usec latency;       // 0: auto
    usec latency_max;   // 0: not said
    usec latency_price; // 0: not said
    enum render_conceal conceal;
    bool no_fec, no_red, no_nack;
    bool rated; // `codec` is what the estimate of quality is to assume
    struct emodel_codec codec;
};

extern const struct cli_option receiver_option_table[]; // sets a struct receiver_options

// What the options say together. False: `why` says what does not go together.
bool receiver_options_check(const struct receiver_options *options, char *why);

void receiver_options_apply(const struct receiver_options *options, struct receiver_config *config);

// --video-loss: sets an enum screen_loss.
bool receiver_option_video_loss(void *loss, const char *value, char *why);

#endif
