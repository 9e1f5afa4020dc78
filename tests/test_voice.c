#include "tests/test.h"

#include "media/random.h"
#include "media/voice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const int frame_lengths[] = {120, 240, 480, 960, 1920, 2880, 3840, 4800, 5760};

static struct voice_encoder_config config_of(int channels, int frame)
{
    return (struct voice_encoder_config){
        .channels = channels, .bitrate = 32000 * channels, .frame_samples = frame, .complexity = 3};
}

// A voiced sound whose pitch and loudness wander, so that no frame repeats another.
static void voiced(int16_t *pcm, size_t from, size_t samples, int channels)
{
    for (size_t i = 0; i < samples; i++) {
        double t = (double)(from + i) / VOICE_RATE, value = 0;
        double phase = 2 * M_PI * 140 * t + 6 * sin(2 * M_PI * 1.3 * t);
        for (int k = 1; k < 20; k++)
            value += sin(k * phase + k) / k;
        value *= 3000 * (1.2 + sin(2 * M_PI * 3.1 * t));
        for (int c = 0; c < channels; c++)
            pcm[i * (size_t)channels + (size_t)c] = (int16_t)(c ? value / 2 : value);
    }
}

static double likeness(const int16_t *a, const int16_t *b, size_t values)
{
    double ab = 0, aa = 1e-9, bb = 1e-9;
    for (size_t i = 0; i < values; i++) {
        ab += (double)a[i] * b[i];
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
    }
    return ab / sqrt(aa * bb);
}

static void check_round_trip(int channels, int frame, enum voice_application application)
{
    enum { TOTAL = 48000 };
    struct voice_encoder_config config = config_of(channels, frame);
    config.application = application;
    config.bitrate = 64000 * channels;
    struct voice_encoder *e = voice_encoder_new(&config);
    struct voice_decoder *d = voice_decoder_new(channels);
    assert_non_null(e);
    assert_non_null(d);
    size_t values = (size_t)(TOTAL + VOICE_FRAME_MAX) * (size_t)channels;
    int16_t *in = calloc(values, sizeof *in), *out = calloc(values, sizeof *out);
    uint8_t packet[VOICE_PACKET_MAX];
    voiced(in, 0, TOTAL, channels);
    int at = 0;
    for (; at < TOTAL; at += frame) {
        int len = voice_encode(e, in + at * channels, packet, sizeof packet);
        assert_in_range(len, 3, sizeof packet);
        assert_int_equal(voice_packet_samples(packet, (size_t)len), frame);
        assert_int_equal(voice_packet_is_stereo(packet, (size_t)len), channels == 2);
        struct guarded g = guarded_copy(packet, (size_t)len);
        assert_int_equal(voice_decode(d, g.data, g.len, out + at * channels), frame);
        guarded_free(&g);
    }
    int lookahead = voice_encoder_lookahead(e);
    assert_in_range(lookahead, 1, 480);
    assert_true(likeness(in + 4800 * channels, out + (4800 + lookahead) * channels,
                         (size_t)((TOTAL - 6000) * channels)) > 0.9);
    free(in);
    free(out);
    voice_encoder_free(e);
    voice_decoder_free(d);
}

static void each_frame_length_goes_round(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(frame_lengths); i += (size_t)repeats(1, 2))
        for (int channels = 1; channels <= 2; channels++) {
            check_round_trip(channels, frame_lengths[i], VOICE_AUDIO);
            check_round_trip(channels, frame_lengths[i], VOICE_LOWDELAY);
        }
}

static void lookahead_is_that_of_the_application(void **state)
{
    (void)state;
    static const int samples[] = {[VOICE_VOIP] = 312, [VOICE_AUDIO] = 312, [VOICE_LOWDELAY] = 120};
    for (size_t i = 0; i < LENGTH(samples); i++) {
        struct voice_encoder_config config = config_of(1, 960);
        config.application = (enum voice_application)i;
        struct voice_encoder *e = voice_encoder_new(&config);
        assert_int_equal(voice_encoder_lookahead(e), samples[i]);
        voice_encoder_free(e);
    }
}

static void refuses_what_opus_has_not(void **state)
{
    (void)state;
    struct voice_encoder_config config = config_of(3, 960);
    assert_null(voice_encoder_new(&config));
    config = config_of(1, 960);
    config.complexity = 11;
    assert_null(voice_encoder_new(&config));
    voice_encoder_free(NULL);
    voice_decoder_free(NULL);
    assert_null(voice_decoder_new(3));

    config = config_of(1, 960);
    struct voice_encoder *e = voice_encoder_new(&config);
    int16_t pcm[960] = {0};
    uint8_t packet[1];
    assert_true(voice_encode(e, pcm, packet, 0) <= 0);
    voice_encoder_free(e);
}

// RFC 6716 section 3.1, table 2: the frame lengths of the 32 configurations
static void lengths_of_all_headers(void **state)
{
    (void)state;
    static const int silk[] = {480, 960, 1920, 2880}, hybrid[] = {480, 960},
                     celt[] = {120, 240, 480, 960};
    for (int toc = 0; toc < 256; toc++) {
        int n = toc >> 3;
        int frame = n < 12 ? silk[n % 4] : n < 16 ? hybrid[n % 2] : celt[n % 4];
        for (int count = 0; count < 64; count++) {
            uint8_t packet[2] = {(uint8_t)toc, (uint8_t)count};
            int frames = (toc & 3) == 0 ? 1 : (toc & 3) < 3 ? 2 : count;
            int samples = frames * frame <= VOICE_FRAME_MAX ? frames * frame : 0;
            struct guarded g = guarded_copy(packet, sizeof packet);
            assert_int_equal(voice_packet_samples(g.data, g.len), samples);
            assert_int_equal(voice_packet_frame_samples(g.data, g.len), frame);
            assert_int_equal(voice_packet_is_stereo(g.data, g.len), toc >> 2 & 1);
            guarded_free(&g);
        }
        struct guarded g = guarded_copy(&(uint8_t){(uint8_t)toc}, 1); // the count is not there
        assert_int_equal(voice_packet_samples(g.data, 1) != 0,
                         (toc & 3) == 0 || ((toc & 3) < 3 && 2 * frame <= VOICE_FRAME_MAX));
        guarded_free(&g);
    }
}

static void nothing_is_no_packet(void **state)
{
    (void)state;
    struct voice_decoder *d = voice_decoder_new(1);
    int16_t pcm[VOICE_FRAME_MAX];
    assert_int_equal(voice_packet_samples(NULL, 0), 0);
    assert_int_equal(voice_packet_frame_samples(NULL, 0), 0);
    assert_false(voice_packet_is_stereo(NULL, 0));
    assert_false(voice_packet_has_fec(NULL, 0));
    assert_int_equal(voice_decode(d, NULL, 0, pcm), -1);
    assert_int_equal(voice_decode_fec(d, NULL, 0, pcm, 960), -1);
    voice_decoder_free(d);
}

static void garbage_is_refused_or_decoded_but_never_overruns(void **state)
{
    (void)state;
    struct random random = {1};
    for (int channels = 1; channels <= 2; channels++) {
        struct voice_decoder *d = voice_decoder_new(channels);
        int16_t *pcm = calloc((size_t)(VOICE_FRAME_MAX * channels), sizeof *pcm);
        for (int i = 0; i < repeats(5000, 500); i++) {
            uint8_t octets[64];
            size_t len = 1 + random_u64(&random) % sizeof octets;
            for (size_t k = 0; k < len; k++)
                octets[k] = (uint8_t)random_u64(&random);
            struct guarded g = guarded_copy(octets, len);
            int samples = voice_packet_samples(g.data, g.len);
            voice_packet_has_fec(g.data, g.len);
            int decoded = voice_decode(d, g.data, g.len, pcm);
            assert_true(decoded == -1 || decoded == samples);
            int copy = voice_decode_fec(d, g.data, g.len, pcm, 960);
            assert_true(copy == -1 || copy == 960);
            guarded_free(&g);
        }
        free(pcm);
        voice_decoder_free(d);
    }
}

static void conceals_any_length(void **state)
{
    (void)state;
    struct voice_decoder *d = voice_decoder_new(2);
    int16_t *pcm = calloc(2 * VOICE_FRAME_MAX, sizeof *pcm);
    for (int samples = 120; samples <= VOICE_FRAME_MAX; samples += 120)
        assert_int_equal(voice_conceal(d, pcm, samples), samples);
    voice_decoder_reset(d);
    assert_int_equal(voice_conceal(d, pcm, 960), 960);
    for (int i = 0; i < 2 * 960; i++) // nothing was heard before
        assert_int_equal(pcm[i], 0);
    free(pcm);
    voice_decoder_free(d);
}

// ---- in-band FEC -------------------------------------------------------------------------------

struct fec_run {
    int packets, flagged;
    double with_copy, concealed; // likeness of what stands in for lost packets to the sound itself
};

// Every fourth packet is lost; what stands in for it is held against what was lost.
static struct fec_run run_fec(const struct voice_encoder_config *config)
{
    const int packets = repeats(120, 80);
    int frame = config->frame_samples, channels = config->channels;
    size_t values = (size_t)(frame * channels);
    struct voice_encoder *e = voice_encoder_new(config);
    struct voice_decoder *clean = voice_decoder_new(channels), *fec = voice_decoder_new(channels),
                         *plc = voice_decoder_new(channels);
    int16_t *pcm = calloc(values, sizeof *pcm), *whole = calloc(values, sizeof *pcm),
            *out = calloc(2 * VOICE_FRAME_MAX, sizeof *pcm), *lost = calloc(values, sizeof *pcm);
    uint8_t packet[VOICE_PACKET_MAX];
    struct fec_run run = {0};
    int losses = 0;
    for (int n = 0; n < packets; n++) {
        voiced(pcm, (size_t)(n * frame), (size_t)frame, channels);
        size_t len = (size_t)voice_encode(e, pcm, packet, sizeof packet);
        bool has = voice_packet_has_fec(packet, len);
        run.packets++;
        run.flagged += has;
        assert_int_equal(voice_decode(clean, packet, len, whole), frame);
        if (n % 4 == 3) {
            memcpy(lost, whole, values * sizeof *lost);
            continue;
        }
        if (n > 8 && n % 4 == 0) {
            // interop 8: exactly the missing duration
            int copy = voice_packet_frame_samples(packet, len);
            if (copy < frame) { // a packet of several frames: its copy is of the last of the lost
                voice_conceal(fec, out, frame - copy);
                voice_conceal(plc, out, frame - copy);
            }
            size_t part = (size_t)(copy * channels);
            assert_int_equal(voice_decode_fec(fec, packet, len, out, copy), copy);
            run.with_copy += likeness(out, lost + values - part, part);
            assert_int_equal(voice_conceal(plc, out, copy), copy);
            run.concealed += likeness(out, lost + values - part, part);
            losses++;
        }
        voice_decode(fec, packet, len, out);
        voice_decode(plc, packet, len, out);
    }
    run.with_copy /= losses;
    run.concealed /= losses;
    free(pcm);
    free(whole);
    free(out);
    free(lost);
    voice_encoder_free(e);
    voice_decoder_free(clean);
    voice_decoder_free(fec);
    voice_decoder_free(plc);
    return run;
}

static void interop_8_and_9_copies_are_told_and_are_better_than_a_guess(void **state)
{
    (void)state;
    static const int frames[] = {480, 960, 1920, 2880, 5760};
    for (size_t i = 0; i < 2 * LENGTH(frames); i += (size_t)repeats(1, 3)) {
        struct voice_encoder_config config = config_of(1 + (int)(i % 2), frames[i / 2]);
        config.fec = true;
        config.loss_percent = 20;
        config.bitrate = 24000 * config.channels;
        struct fec_run run = run_fec(&config);
        if (run.flagged < run.packets / 2 || run.with_copy < run.concealed + 0.02)
            fail_msg("%d samples, %d channels: %d of %d, %.2f against %.2f", config.frame_samples,
                     config.channels, run.flagged, run.packets, run.with_copy, run.concealed);
    }
}

static void interop_9_where_there_are_no_copies(void **state)
{
    (void)state;
    static const struct {
        enum voice_application application;
        int frame, bitrate, loss;
        bool fec;
    } rows[] = {
        {VOICE_VOIP, 960, 24000, 20, false},    // not asked for
        {VOICE_VOIP, 960, 24000, 0, true},      // no loss is expected
        {VOICE_LOWDELAY, 960, 24000, 20, true}, // CELT only
        {VOICE_VOIP, 240, 24000, 20, true},     // likewise, below 10 ms
        {VOICE_VOIP, 120, 24000, 20, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct voice_encoder_config config = config_of(1, rows[i].frame);
        config.application = rows[i].application;
        config.bitrate = rows[i].bitrate;
        config.loss_percent = rows[i].loss;
        config.fec = rows[i].fec;
        struct fec_run run = run_fec(&config);
        if (run.flagged)
            fail_msg("row %zu: %d of %d", i, run.flagged, run.packets);
    }
}

static void a_guess_can_be_taken_back(void **state)
{
    (void)state;
    struct voice_encoder_config config = config_of(2, 960);
    struct voice_encoder *e = voice_encoder_new(&config);
    struct voice_decoder *d = voice_decoder_new(2), *other = voice_decoder_new(2);
    static int16_t pcm[2 * 960], a[2 * VOICE_FRAME_MAX], b[2 * VOICE_FRAME_MAX];
    uint8_t packet[VOICE_PACKET_MAX];
    for (int n = 0; n < 50; n++) {
        voiced(pcm, (size_t)n * 960, 960, 2);
        size_t len = (size_t)voice_encode(e, pcm, packet, sizeof packet);
        voice_decoder_keep(d);
        for (int k = 0; k < n % 4; k++)
            assert_int_equal(voice_conceal(d, a, 960), 960);
        voice_decoder_back(d);
        assert_int_equal(voice_decode(d, packet, len, a), 960);
        assert_int_equal(voice_decode(other, packet, len, b), 960);
        assert_memory_equal(a, b, 2 * 960 * sizeof *a);
    }
    voice_encoder_free(e);
    voice_decoder_free(d);
    voice_decoder_free(other);
}

static void the_expected_loss_can_change(void **state)
{
    (void)state;
    struct voice_encoder_config config = config_of(1, 960);
    config.fec = true;
    config.bitrate = 24000;
    struct voice_encoder *e = voice_encoder_new(&config);
    int flagged[3] = {0};
    int16_t pcm[960];
    uint8_t packet[VOICE_PACKET_MAX];
    for (int n = 0; n < 150; n++) {
        if (n % 50 == 0)
            voice_encoder_set(e, &(struct voice_settings){.bitrate = 24000,
                                                          .fec = true,
                                                          .loss_percent = n == 50 ? 20 : 0});
        voiced(pcm, (size_t)n * 960, 960, 1);
        int len = voice_encode(e, pcm, packet, sizeof packet);
        flagged[n / 50] += voice_packet_has_fec(packet, (size_t)len);
    }
    assert_int_equal(flagged[0], 0);
    assert_in_range(flagged[1], 20, 50);
    assert_true(flagged[2] < 5);
    voice_encoder_free(e);
}

enum band { NARROW, MEDIUM, WIDE, SUPERWIDE, FULL };

// RFC 6716 section 3.1
static enum band band_of(const uint8_t *packet)
{
    static const enum band hybrid[] = {SUPERWIDE, FULL}, celt[] = {NARROW, WIDE, SUPERWIDE, FULL};
    int kind = packet[0] >> 3;
    if (kind < 12)
        return (enum band)(kind / 4);
    return kind < 16 ? hybrid[(kind - 12) / 2] : celt[(kind - 16) / 4];
}

// From one frame to the next: the rate, and no more than wideband, or just that. In the midst of
// speech the encoder does not widen its band by itself: it waits for a pause.
static void the_settings_change_from_frame_to_frame(void **state)
{
    (void)state;
    static const struct {
        int bitrate;
        enum voice_band band;
        enum band least, most;
    } rows[] = {
        {7000, VOICE_BAND_WIDE, WIDE, WIDE},       {64000, VOICE_BAND_ANY, WIDE, FULL},
        {64000, VOICE_BAND_WIDE_MOST, WIDE, WIDE}, {7000, VOICE_BAND_WIDE, WIDE, WIDE},
        {32000, VOICE_BAND_WIDE, WIDE, WIDE},      {7000, VOICE_BAND_WIDE_MOST, NARROW, WIDE},
        {64000, VOICE_BAND_ANY, WIDE, FULL},       {7000, VOICE_BAND_ANY, NARROW, WIDE},
        {510000, VOICE_BAND_ANY, WIDE, FULL},
    };
    struct voice_encoder_config config = config_of(1, 960);
    struct voice_encoder *e = voice_encoder_new(&config);
    int16_t pcm[960];
    uint8_t packet[VOICE_PACKET_MAX];
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double octets = 0;
        voice_encoder_set(
            e, &(struct voice_settings){.bitrate = rows[i].bitrate, .band = rows[i].band});
        for (size_t n = 0; n < 100; n++) {
            voiced(pcm, n * 960, 960, 1);
            int len = voice_encode(e, pcm, packet, sizeof packet);
            enum band band = band_of(packet);
            if (n >= 50 && (band < rows[i].least || band > rows[i].most))
                fail_msg("row %zu: band %d", i, (int)band);
            octets += n < 50 ? 0 : len;
        }
        if (octets * 8 > 1.15 * rows[i].bitrate || octets * 8 < 0.4 * rows[i].bitrate)
            fail_msg("row %zu: %.0f b/s", i, octets * 8);
    }
    voice_encoder_free(e);
}

static void silence_need_not_be_sent_with_dtx(void **state)
{
    (void)state;
    for (size_t i = 2; i < LENGTH(frame_lengths); i++) {
        struct voice_encoder_config config = config_of(1, frame_lengths[i]);
        config.dtx = true;
        config.bitrate = 16000;
        struct voice_encoder *e = voice_encoder_new(&config);
        int16_t pcm[VOICE_FRAME_MAX] = {0};
        uint8_t packet[VOICE_PACKET_MAX];
        int silent = 0, frames = 4 * VOICE_RATE / frame_lengths[i];
        for (int n = 0; n < frames; n++)
            silent += voice_encode(e, pcm, packet, sizeof packet) <= 2;
        assert_true(silent > frames / 2);
        voice_encoder_free(e);
    }
}

static void a_reset_encoder_is_as_new(void **state)
{
    (void)state;
    struct voice_encoder_config config = config_of(1, 960);
    struct voice_encoder *used = voice_encoder_new(&config), *fresh = voice_encoder_new(&config);
    int16_t pcm[960];
    uint8_t a[VOICE_PACKET_MAX], b[VOICE_PACKET_MAX];
    for (size_t n = 0; n < 20; n++) {
        voiced(pcm, n * 960, 960, 1);
        voice_encode(used, pcm, a, sizeof a);
    }
    voice_encoder_reset(used);
    for (size_t n = 0; n < 20; n++) {
        voiced(pcm, n * 960, 960, 1);
        int len = voice_encode(used, pcm, a, sizeof a);
        assert_int_equal(voice_encode(fresh, pcm, b, sizeof b), len);
        assert_memory_equal(a, b, (size_t)len);
    }
    voice_encoder_free(used);
    voice_encoder_free(fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_length_goes_round),
        cmocka_unit_test(lookahead_is_that_of_the_application),
        cmocka_unit_test(refuses_what_opus_has_not),
        cmocka_unit_test(lengths_of_all_headers),
        cmocka_unit_test(nothing_is_no_packet),
        cmocka_unit_test(garbage_is_refused_or_decoded_but_never_overruns),
        cmocka_unit_test(conceals_any_length),
        cmocka_unit_test(interop_8_and_9_copies_are_told_and_are_better_than_a_guess),
        cmocka_unit_test(interop_9_where_there_are_no_copies),
        cmocka_unit_test(the_expected_loss_can_change),
        cmocka_unit_test(a_guess_can_be_taken_back),
        cmocka_unit_test(the_settings_change_from_frame_to_frame),
        cmocka_unit_test(silence_need_not_be_sent_with_dtx),
        cmocka_unit_test(a_reset_encoder_is_as_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
