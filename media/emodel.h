// The E-model as voz uses it: from the one-way delay, the share of the sound that had to be guessed
// and what is known of Opus, an estimate of how a listener would rate the call. It is an estimate:
// a planning model, averaged over many people, calls and voices; nobody listened to this one.
//
//     R = R0 - Id - Ie,eff            and R is read as a MOS of 1 to 4.5
//
// after ITU-T G.107 (06/2015) for narrowband, G.107.1 (06/2019) for wideband and G.107.2 (06/2019)
// for fullband, all other parameters at their defaults (handset, quiet room, no echo):
//
//                                          narrowband     wideband           fullband
//     R0 - Is: R without impairments (7.1) 93.2           129                148
//     Id: delay over 100 ms (7.4)          Idd            1.29 Idd           1.48 Idd
//     Ie,eff: codec and losses (7.5)       towards 95     towards 95         towards 132
//     R to MOS                             Annex B of R   Annex A, R / 1.29  Annex A, R / 1.48
//
//     Idd    = 25 ((1 + X^6)^(1/6) - 3 (1 + (X/3)^6)^(1/6) + 2),  X = log2(delay / 100 ms)
//     Ie,eff = Ie + (95 - Ie) Ppl / (Ppl / BurstR + Bpl)
//
// Ppl is the loss in %, BurstR how much longer its bursts are than those of random loss. G.107.1
// and G.107.2 have no BurstR; here it acts there as it does in G.107. G.107 answers for delays up
// to 500 ms, Ppl up to 20 % and BurstR of 1 to 8, above 2 only with Ppl below 2 % (table 3):
// beyond, the same formulas say which of two calls is worse, but not by how much.
//
// Id is the price of delay in a conversation. For one who only listens, let the delay be 0.
#ifndef MEDIA_EMODEL_H
#define MEDIA_EMODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "media/usec.h"

enum emodel_scale {
    EMODEL_NARROWBAND, // G.107
    EMODEL_WIDEBAND,   // G.107.1
    EMODEL_FULLBAND,   // G.107.2
    EMODEL_SCALES
};

// Under which losses a Bpl was measured.
enum emodel_losses {
    EMODEL_RANDOM, // the Bpl of G.107: bursts come in by BurstR
    EMODEL_BURSTY, // bursts are in Bpl already: BurstR is taken as 1, not to count them twice
};

struct emodel_codec {
    double ie;  // equipment impairment without loss, points of R on `scale`; below 0: taken as 0
    double bpl; // packet-loss robustness, %; below 0: taken as 0, any loss then costs all
    enum emodel_scale scale;
    enum emodel_losses losses;
};

// With what was assumed, after clamping, so that it can stand beside the estimate.
struct emodel_result {
    double r;            // 0..93.2, 0..129 or 0..148 by scale; never below 0
    double mos;          // 1..4.5 on the codec's own scale, among calls of the same bandwidth
    double mos_fullband; // 1..4.5, the same R on the fullband scale, among calls of any bandwidth
    double ie_eff;       // points of R
    double id;           // points of R
    usec delay;          // 0 and more
    double loss_percent; // 0..100
    double burst_ratio;  // 1..8
    struct emodel_codec codec;
};

// `loss_percent`: share of the sound that was concealed, after all recovery, late packets included.
// `burst_ratio`: as from emodel_loss_burst_ratio. Outside of the ranges above both are taken as the
// nearest end (BurstR below 1, losses more regular than random, is outside of the model), NaN as
// the lower end, a negative delay as 0. Ie,eff never exceeds the 95 or 132 it tends to, unless Ie
// does.
//
// Two values of `mos` on different scales do not compare: on its own scale the best narrowband call
// has 4.41, since its listener knows nothing better. `mos_fullband` compares: the scales are one,
// made longer twice (G.107.1 and G.107.2, 6.2), so that a clean narrowband call has 93.2 of 148.
struct emodel_result emodel_estimate(const struct emodel_codec *codec, usec one_way_delay,
                                     double loss_percent, double burst_ratio);

// The MOS for a rating of that scale, 1..4.5 for any `r` (G.107 Annex B, G.107.1 and G.107.2 Annex
// A). The polynomial goes a little below 1 for R of 0 to 6.5, which is cut.
double emodel_mos(enum emodel_scale scale, double r);

const char *emodel_scale_name(enum emodel_scale scale); // "narrowband", "wideband", "fullband"

// Ie and Bpl of Opus by bitrate: Alahmadi, Pocta, Melvin, "An Adaptive Bitrate Switching Algorithm
// for Speech Applications in Context of WebRTC", ACM TOMM 17 (2021), doi 10.1145/3458751, in the
// figures of the first author's OpusEModel (MIT licence).
//
// The authors have a table for each bandwidth. They belong to G.107, G.107.1 and G.107.2:
// narrowband Opus at 11 kbit/s has an Ie of 2, which only the narrowband scale allows (on the
// wideband one, narrowband alone costs 35.8); wideband has 18 at 15 kbit/s, where the fullband
// scale would ask at least 19 of it (148 - 129; G.113 Appendix V); and R0 - Ie then goes on from
// table to table: 109.0 to 109.9 from 13 to 14 kbit/s (VBR), 110.9 to 111.1 from 15 to 16 (CBR).
//
// The tables cover what libopus sends of fullband speech: libopus 1.3 changes from narrowband to
// wideband above 9 kbit/s and to super-wideband and fullband at 14, and there the tables (VBR) end
// and begin. So the bitrate alone says which table and scale (emodel_opus_scale), and voz's 24 to
// 32 kbit/s are on the fullband scale. Packets of less bandwidth at such a rate mean a source that
// has no more, or FEC copies that leave less for the voice; a caller who wants that counted names
// the scale of the packets, and at high rates gets that table's last row.
//
// Not in the figures, as far as voz knows: in-band FEC, which takes part of the bitrate (so that
// its gain, in the loss, comes without its price), packets longer than 20 ms (longer holes), more
// than one channel, other versions of libopus.
enum emodel_rate {
    EMODEL_VBR, // libopus's default, and voz's
    EMODEL_CBR,
};

// `bitrate`: bit/s of one channel, without headers. The narrowest scale whose table reaches it.
enum emodel_scale emodel_opus_scale(enum emodel_rate rate, int bitrate);

// Linear between the rows of the table, the nearest row beyond its ends. EMODEL_RANDOM is the rule;
// EMODEL_BURSTY takes the authors' Bpl for bursts, as a second opinion.
struct emodel_codec emodel_opus(enum emodel_scale scale, enum emodel_rate rate, int bitrate,
                                enum emodel_losses losses);

// Counts what was played, for Ppl and BurstR. Zero: before the first frame.
struct emodel_loss {
    uint64_t frames;
    uint64_t lost;
    uint64_t bursts; // runs of lost frames
    bool in_burst;
};

// The next frame in the order of play; `lost`: it was concealed, not decoded from anything that
// came. One frame is the sound of one packet, whatever its length: three calls for a packet of 60
// ms would make a burst of each loss. Silence that the sender did not send (DTX) is not lost.
void emodel_loss_frame(struct emodel_loss *loss, bool lost);

double emodel_loss_percent(const struct emodel_loss *loss); // 0..100; 0 before the first frame

// BurstR (G.107 7.5): mean length of the bursts, over 1 / (1 - share lost), their mean length had
// the same share been lost at random. 1 where nothing or everything was lost. It settles slowly:
// from a few bursts it is a rough figure, and it may lie below 1.
double emodel_loss_burst_ratio(const struct emodel_loss *loss);

#endif
