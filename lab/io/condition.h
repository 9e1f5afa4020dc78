// The condition of one run: what is sent how, through which network, and what is made of it there.
// The options are those of the two programs, from their tables, and a few of the lab's.
#ifndef LAB_IO_CONDITION_H
#define LAB_IO_CONDITION_H

#include "lab/sim.h"
#include "media/impair.h"
#include "media/io/cli.h"
#include "receiver/options.h"
#include "sender/options.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct condition {
    struct sender_options sender;
    struct receiver_options receiver;
    enum screen_loss video_loss; // of pictures, where the sender has some
    struct condition_network {
        struct impair_spec forward, back;
        bool has_forward, has_trace, has_back, same_back;
        uint64_t seed;
        bool has_seed;
        enum network_transport transport;
    } network;
};

#define CONDITION_GROUPS 4
// All its options, for cli.groups: the network, the sender, the receiver, and the end of the table.
void condition_groups(struct condition *c, struct cli_group groups[CONDITION_GROUPS]);

const char *condition_transport(enum network_transport transport); // as --transport has it

void condition_default(struct condition *c);
void condition_free(struct condition *c); // the traces
// What only shows when all options are known; fills in what was left open (the way back). False:
// two contradict each other, as `why` (CLI_WHY_MAX octets) says.
bool condition_complete(struct condition *c, char *why);
// Makes the way back, where it was not said, from what the way forward is now.
void condition_back(struct condition_network *network);
// Fills sender, receiver, paths and seed.
void condition_apply(const struct condition *c, struct sim_config *config);
// All of it, in the words that set it. The caller owns it; NULL: no memory.
json_t *condition_json(const struct condition *c);

#endif
