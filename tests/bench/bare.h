// libopus alone, in the best case: a decoder that knows at once which packets are lost, and needs no
// jitter buffer. What a call is measured by, with the same speech and the same packets lost.
//
// PCM is int16, mono, 48 kHz; a frame is 20 ms and a packet. What cannot be done ends the program.
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include "media/impair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BARE_FRAME 960 // samples

struct bare_packet {
    const uint8_t *data;
    size_t len;
};

// Which of `count` packets, one every 20 ms, a call of that seed loses (lab/sim.h).
void bare_lose(bool *lost, size_t count, const struct impair_spec *spec, uint64_t seed);

// ---- encoding ----------------------------------------------------------------------------------

enum bare_band {
    BARE_BAND_ANY,       // the encoder chooses, by its bitrate
    BARE_BAND_WIDE_MOST, // likewise, but no more than wideband
    BARE_BAND_WIDE,      // wideband, also where it would choose less
    BARE_BAND_NARROW,    // narrowband: sound up to 4 kHz
};

struct bare_voice {
    int bitrate; // bit/s, nominal
    bool fec;    // in-band
    int told;    // percent of loss
    enum bare_band band;
};

struct bare_stream {
    size_t count;
    struct bare_packet *packets;
    uint8_t *octets; // of all of them
};

// VOIP, complexity 10. The encoder begins as late in `pcm` as it lags: what is decoded lies at the
// same sample as what was said.
struct bare_stream *bare_encode(const struct bare_voice *voice, const int16_t *pcm, size_t samples);
void bare_free(struct bare_stream *stream); // NULL is fine
// Payload from this packet on, bit/s.
double bare_rate(const struct bare_stream *stream, size_t from);

// ---- decoding ----------------------------------------------------------------------------------

struct bare_copies {                   // each packet carries an earlier frame again (RED, RFC 2198)
    const struct bare_packet *packets; // of the copies; NULL: there are none
    size_t after;                      // packets later
    bool fec_first; // in-band FEC is better than the copies, where there are both
};

// A lost packet: its copy, or else the in-band one in the next, where either came, and else the
// codec's guess. `pcm`: count * BARE_FRAME samples.
void bare_decode(const struct bare_packet *packets, size_t count, const struct bare_copies *copies,
                 const bool *lost, int16_t *pcm);

#endif
