// One encoding for many listeners: chosen for the one at the worse quartile of those that report,
// so that most are served well and a single hopeless one does not spoil it for all. Each gets the
// copies that its own losses ask for, as far as its session allows (adapt.h has the rule).
#ifndef SENDER_STEER_H
#define SENDER_STEER_H

#include "media/usec.h"
#include "sender/adapt.h"
#include "sender/peer.h"

#include <stdbool.h>

// What was reported, what was chosen, and for whom.
struct steer_decision {
    usec at;
    int listener;    // whose losses it follows
    double lost;     // share of its latest packets, 0..1
    double burst;    // mean length of a run of lost ones
    usec round_trip; // USEC_NEVER: not known
    usec queue;      // of that, what is more than the least
    bool full;       // the path is: rate is given back
    int again;       // bit/s that are sent again
    int budget;      // bit/s of payload that is left to choose
    struct adapt_choice before, choice;
    double quality_before, quality; // that the rule expects of either, 0..1
};

struct steer {
    struct adapt_limits limits;
    struct adapt_choice choice;
    bool fixed; // there is nothing to choose
    usec next;  // no sooner is anything chosen anew
};

// resends: some of the rate may go into packets that are sent again.
void steer_init(struct steer *s, const struct adapt_limits *limits, bool resends);

// A report came. Chooses anew, at most once a second, and sets the listeners' shapes. True: the
// encoding is another one now, as the decision says.
bool steer_report(struct steer *s, usec now, struct peer *listeners, int count,
                  struct steer_decision *decision);

// The decision in words, one line without its end.
void steer_explain(const struct steer_decision *decision, char *out, size_t cap);

#endif
