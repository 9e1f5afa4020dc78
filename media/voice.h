// The codecs of voz: Opus (RFC 6716), for which this is the only module that calls libopus, and G.711
// (g711.h), which calls alone speak. What follows is said of Opus; G.711 has one channel, no copies, and
// is put on the same clock. PCM is int16,
// interleaved, at 48 kHz, 1 or 2 channels; a "sample" is one instant of all channels. One packet is
// one RTP payload (RFC 7587 section 4.2). Encoders and decoders allocate in _new only.
#ifndef MEDIA_VOICE_H
#define MEDIA_VOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VOICE_RATE       48000 // Hz, of PCM and of the RTP clock (RFC 7587 section 4.1)
#define VOICE_FRAME_MAX  5760  // samples in the longest packet, 120 ms
#define VOICE_PACKET_MAX 7680  // octets: six frames of the largest size, with their lengths

#define VOICE_BITRATE_LEAST 6000 // bit/s
#define VOICE_BITRATE_MOST  510000

enum voice_codec { VOICE_OPUS, VOICE_PCMU, VOICE_PCMA };

enum voice_application { VOICE_VOIP, VOICE_AUDIO, VOICE_LOWDELAY };

struct voice_encoder_config {
    enum voice_codec codec;
    int channels;      // 1 or 2
    int bitrate;       // bit/s, 6000..510000
    int frame_samples; // 120, 240, 480, 960, 1920, 2880, 3840, 4800 or 5760 (2.5 to 120 ms)
    int complexity;    // 0..10
    enum voice_application application;
    bool fec;         // in-band FEC: a low-rate copy of the previous frame in each packet
    int loss_percent; // the loss the encoder is told to expect; FEC needs more than 0
    bool dtx;         // send nothing in silence
};

struct voice_encoder;

// NULL when libopus refuses the configuration or memory is out.
struct voice_encoder *voice_encoder_new(const struct voice_encoder_config *config);
void voice_encoder_free(struct voice_encoder *e); // NULL is fine

// How many samples the decoded sound lags behind what was encoded.
int voice_encoder_lookahead(const struct voice_encoder *e);

// Forgets all sound, as if new.
void voice_encoder_reset(struct voice_encoder *e);

// Encodes config.frame_samples samples. Returns octets; 1 or 2 octets mean silence that need not be
// sent (DTX); -1 when `cap` is too small for anything.
int voice_encode(struct voice_encoder *e, const int16_t *pcm, uint8_t *packet, size_t cap);

enum voice_band {
    VOICE_BAND_ANY,       // the encoder chooses, by its bitrate
    VOICE_BAND_WIDE_MOST, // likewise, but no more than wideband (sound up to 8 kHz)
    VOICE_BAND_WIDE,      // wideband, also where it would choose less
};

struct voice_settings { // that can change from frame to frame
    int bitrate;        // bit/s, 6000..510000
    bool fec;           // in-band
    int loss_percent; // expected, 0..100; also without FEC it makes frames depend less on the ones before
    enum voice_band band;
};

void voice_encoder_set(struct voice_encoder *e, const struct voice_settings *settings);

struct voice_decoder;

struct voice_decoder *voice_decoder_new(int channels); // of Opus; NULL: no memory
struct voice_decoder *voice_decoder_of(enum voice_codec codec, int channels); // likewise
void voice_decoder_free(struct voice_decoder *d);
void voice_decoder_reset(struct voice_decoder *d);

// Keeps what the decoder knows now, and goes back to it: what was concealed since then has not been.
void voice_decoder_keep(struct voice_decoder *d);
void voice_decoder_back(struct voice_decoder *d);

// Decodes a packet into at most VOICE_FRAME_MAX samples. Returns the samples; -1: not an Opus
// packet.
int voice_decode(struct voice_decoder *d, const uint8_t *packet, size_t len, int16_t *pcm);

// Decodes the copy of the `samples` before `next` that `next` carries, or conceals where it carries
// none; then decode `next` itself. `samples`: a multiple of 120. Returns samples, -1 as above.
int voice_decode_fec(struct voice_decoder *d, const uint8_t *next, size_t len, int16_t *pcm,
                     int samples);

// The codec's own packet loss concealment. `samples`: a multiple of 120, at most VOICE_FRAME_MAX.
int voice_conceal(struct voice_decoder *d, int16_t *pcm, int samples);

// About a packet, without decoding it. Samples of the whole packet, 0: not an Opus packet.
int voice_packet_samples(const uint8_t *packet, size_t len);
int voice_packet_frame_samples(const uint8_t *packet,
                               size_t len); // of one of its frames; 0 as above
bool voice_packet_is_stereo(const uint8_t *packet, size_t len);
// Samples of a packet of any codec; 0: it is none.
int voice_samples(enum voice_codec codec, const uint8_t *packet, size_t len);
// Does it carry an in-band FEC copy (LBRR, RFC 6716 section 4.2.4)?
bool voice_packet_has_fec(const uint8_t *packet, size_t len);

#endif
