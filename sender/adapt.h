// How the rate is shared between the voice and what protects it: from the losses that listeners
// report to bitrate, in-band FEC and redundant copies. The rule: of all ways to spend the rate, the
// one whose sound should be best, were the coming packets lost as the latest were. What each way
// sounds like is a sum of measured parts (adapt.c): the codec at its bitrate, the share of frames
// that a copy or the in-band FEC restores and how good those are, the share that is guessed, in long
// rows or short, and the delay that waiting for copies takes.
#ifndef SENDER_ADAPT_H
#define SENDER_ADAPT_H

#include "media/voice.h"
#include "sender/copies.h"
#include "sender/history.h"

#include <stdbool.h>
#include <stddef.h>

enum adapt_fec { ADAPT_FEC_OFF, ADAPT_FEC_ON, ADAPT_FEC_AUTO };
enum adapt_red { ADAPT_RED_OFF, ADAPT_RED_FIXED, ADAPT_RED_AUTO };

struct adapt_limits { // what may be chosen
    int bitrate;      // of the voice, bit/s: never more
    int max_bitrate;  // of all payload together
    enum adapt_fec fec;
    int expected_loss; // percent that the encoder is told with ADAPT_FEC_ON
    enum adapt_red red;
    struct copies_shape shape;   // with ADAPT_RED_FIXED, for whoever can take copies
    int copy_bitrate;            // likewise; 0: the frames themselves are copied
    int frame_samples, channels; // of the voice
    bool speech; // it is coded as speech: the copies can be of a lower rate, and the band narrower
};

struct adapt_choice {
    int bitrate;       // of the voice, bit/s
    bool fec;          // in-band
    bool wideband;     // no more than that: the rate is better spent
    int expected_loss; // percent, that the encoder is told
    struct copies_shape shape;
    int copy_bitrate; // bit/s; 0: the frames themselves are copied
};

// Completed by what the voice says. Where `limits` says nothing (bitrate 0) all is as in `voice`, and
// stays so.
struct adapt_limits adapt_limits_of(const struct adapt_limits *limits,
                                    const struct voice_encoder_config *voice);

// The choice before anything was reported.
struct adapt_choice adapt_first(const struct adapt_limits *limits);

// The choice for a listener that loses packets as `history` says. red: it can take copies. budget:
// bit/s of payload that it may get now, at most max_bitrate. What was chosen before, `now`, stays
// unless something is clearly better.
struct adapt_choice adapt_choose(const struct adapt_limits *limits, const struct history *history,
                                 bool red, int budget, const struct adapt_choice *now);

// The copies for a listener, where the encoding was chosen for another one.
struct copies_shape adapt_shape(const struct adapt_limits *limits, const struct history *history,
                                int budget, const struct adapt_choice *encoding,
                                struct copies_shape now);

// Payload of a listener with these copies, bit/s.
int adapt_total(const struct adapt_limits *limits, const struct adapt_choice *choice,
                struct copies_shape shape);

// How good it should sound: of 1 for all that was said.
double adapt_quality(const struct adapt_limits *limits, const struct history *history,
                     const struct adapt_choice *choice, struct copies_shape shape);

#endif
