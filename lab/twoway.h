// A call both ways in virtual time: at each end the call that ships (call/call.h), between them a
// network each way (impair.h) on which RTP and RTCP share a port. What they can do they tell each
// other by offer and answer, as on the wire. The same arguments give the same sound and the same
// figures, to the bit.
//
// Both ends start to speak at instant 0; who has nothing more to say goes on in silence, until all
// that was said either way has been heard.
#ifndef LAB_TWOWAY_H
#define LAB_TWOWAY_H

#include "call/call.h"
#include "lab/heard.h"
#include "lab/sim.h"

#include <stdbool.h>
#include <stdint.h>

enum twoway_way { TWOWAY_FORWARD, TWOWAY_BACK, TWOWAY_WAYS }; // from who calls; to who calls

struct twoway_config {
    struct sender_config sender;     // of both ends, as sim_sender_config gives it; one channel
    struct receiver_config receiver; // likewise; see sim_config
    struct feed_source sources[TWOWAY_WAYS];        // what is said that way
    const struct impair_spec *network[TWOWAY_WAYS]; // traces outlive the call
    uint64_t seed;                                  // of both ways, where their specs name none
    struct heard *heard[TWOWAY_WAYS]; // from instant 0 on, the caller's; NULL: nobody keeps it
};

struct twoway;

// NULL: no memory, or settings that the codec refuses. Copies what it is given, except sources,
// traces and heard.
struct twoway *twoway_new(const struct twoway_config *config);
void twoway_free(struct twoway *t); // NULL is fine

// Runs up to and including the instant `until`. True: the call is over.
bool twoway_run(struct twoway *t, usec until);
// Of what went that way; `fates` is empty. `conversation` has both ways.
struct sim_figures twoway_figures(struct twoway *t, enum twoway_way way);
// False: memory ran out on the way, and the figures lack what did not fit.
bool twoway_is_whole(const struct twoway *t);

#endif
