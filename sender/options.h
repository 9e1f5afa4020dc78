// The options of a sender, as the command line gives them. The table is shared by every program
// that sends.
#ifndef SENDER_OPTIONS_H
#define SENDER_OPTIONS_H

#include "media/impair.h"
#include "media/io/cli.h"
#include "sender/sender.h"

#include <stdbool.h>

enum sender_fec { SENDER_FEC_OFF, SENDER_FEC_ON, SENDER_FEC_AUTO };

struct sender_options {
    struct voice_encoder_config voice; // bitrate 0: by the number of channels
    enum sender_fec fec;
};

extern const struct cli_option sender_option_table[]; // sets a struct sender_options

void sender_options_default(struct sender_options *options);
// What only shows when all options are known. False: two contradict each other, as `why`
// (CLI_WHY_MAX octets) says.
bool sender_options_check(const struct sender_options *options, char *why);
// What a sender is made of: fills voice, FEC and payload type.
void sender_options_apply(const struct sender_options *options, struct sender_config *config);

#endif
