// The options of a receiver, as the command line gives them. The table is shared by every program
// that receives.
#ifndef RECEIVER_OPTIONS_H
#define RECEIVER_OPTIONS_H

#include "media/emodel.h"
#include "media/io/cli.h"
#include "receiver/receiver.h"
#include "receiver/screen.h"

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

// For the option that names a file of pictures: a `set` function (media/io/cli.h) of a const char *.
bool receiver_set_video_output(void *path, const char *value, char *why);
// For --video-loss: a `set` function (media/io/cli.h) of an enum screen_loss.
bool receiver_set_video_loss(void *loss, const char *value, char *why);

// What the options say together. False: `why` says what does not go together.
bool receiver_options_check(const struct receiver_options *options, char *why);

void receiver_options_apply(const struct receiver_options *options, struct receiver_config *config);

#endif
