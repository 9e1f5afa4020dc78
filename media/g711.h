// G.711 (PCMU and PCMA, RFC 3551 section 4.5.14): the codec that every phone has, 8 kHz, one octet a
// sample. PCM here is that of all of voz, 48 kHz, one channel; it is filtered down to 8 kHz and up
// again. Both directions are embedded and own no memory.
#ifndef MEDIA_G711_H
#define MEDIA_G711_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define G711_RATIO 6   // samples at 48 kHz for one octet
#define G711_MOST  960 // octets in a packet: 120 ms
#define G711_TAPS  96
#define G711_LAG   (G711_TAPS / 2) // samples at 48 kHz that each direction lags
#define G711_TAIL  480             // samples that concealment repeats

enum g711_law { G711_MU, G711_A };

// One sample of 16 bits, and one octet.
uint8_t g711_compress(enum g711_law law, int16_t sample);
int16_t g711_expand(enum g711_law law, uint8_t octet);

struct g711_encoder {
    enum g711_law law;
    float past[G711_TAPS]; // the latest first
};

void g711_encoder_init(struct g711_encoder *e, enum g711_law law);
// `samples`: a multiple of G711_RATIO, of one channel or of two, which are mixed. Returns octets.
size_t g711_encode(struct g711_encoder *e, const int16_t *pcm, size_t samples, int channels,
                   uint8_t *out);

struct g711_decoder {
    enum g711_law law;
    float past[G711_TAPS / G711_RATIO]; // at 8 kHz, the latest first
    int16_t tail[G711_TAIL];            // what was played last
    int concealed;                      // samples in a row
};

void g711_decoder_init(struct g711_decoder *d, enum g711_law law);
// Returns samples, G711_RATIO for each octet.
size_t g711_decode(struct g711_decoder *d, const uint8_t *data, size_t len, int16_t *pcm);
// What was played last again and again, fading.
void g711_conceal(struct g711_decoder *d, int16_t *pcm, size_t samples);

#endif
