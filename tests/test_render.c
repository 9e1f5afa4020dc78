// Frames to samples: what each way of concealment plays, and that lengths are exact.
#include "tests/test.h"

#include "media/voice.h"
#include "receiver/render.h"

#include <stdlib.h>
#include <string.h>

#define FRAME 960

// One packet of a loud square wave, mono.
static size_t loud_packet(uint8_t *packet)
{
    struct voice_encoder_config config = {
        .channels = 1, .bitrate = 64000, .frame_samples = FRAME, .complexity = 5};
    struct voice_encoder *e = voice_encoder_new(&config);
    int16_t pcm[FRAME];
    int len = 0;
    for (int i = 0; i < FRAME; i++)
        pcm[i] = i / 60 % 2 ? 8000 : -8000;
    for (int i = 0; i < 5; i++)
        len = voice_encode(e, pcm, packet, VOICE_PACKET_MAX);
    voice_encoder_free(e);
    assert_true(len > 2);
    return (size_t)len;
}

static void give(struct render *r, enum playout_kind kind, const uint8_t *packet, size_t len,
                 int16_t *pcm)
{
    struct playout_frame frame = {
        .kind = kind, .samples = FRAME, .payload = packet, .payload_len = len};
    render_frame(r, &frame);
    assert_int_equal(render_waiting(r), FRAME);
    assert_int_equal(render_take(r, pcm, 100), 100); // in two pieces
    assert_int_equal(render_take(r, pcm + 100, 5000), FRAME - 100);
    assert_int_equal(render_waiting(r), 0);
}

static double energy(const int16_t *pcm)
{
    double sum = 0;
    for (int i = 0; i < FRAME; i++)
        sum += (double)pcm[i] * pcm[i];
    return sum;
}

static void silence_is_silent(void **state)
{
    static uint8_t packet[VOICE_PACKET_MAX];
    int16_t pcm[FRAME];
    (void)state;
    size_t len = loud_packet(packet);
    struct render *r = render_new(1, RENDER_SILENCE);
    give(r, PLAYOUT_PACKET, packet, len, pcm);
    assert_true(energy(pcm) > 1e6);
    give(r, PLAYOUT_CONCEAL, NULL, 0, pcm);
    assert_true(energy(pcm) == 0);
    render_free(r);
}

static void a_repeated_frame_fades(void **state)
{
    static uint8_t packet[VOICE_PACKET_MAX];
    int16_t said[FRAME], pcm[FRAME];
    (void)state;
    size_t len = loud_packet(packet);
    struct render *r = render_new(1, RENDER_REPEAT);
    give(r, PLAYOUT_CONCEAL, NULL, 0, pcm); // nothing to repeat yet
    assert_true(energy(pcm) == 0);
    give(r, PLAYOUT_PACKET, packet, len, said);
    double gain = 1;
    for (int n = 0; n < 10; n++) {
        give(r, PLAYOUT_CONCEAL, NULL, 0, pcm);
        gain *= 0.75;
        for (int i = 0; i < FRAME; i++)
            assert_true(abs(pcm[i] - (int)(gain * said[i])) <= 1);
    }
    render_free(r);
}

static void the_codec_conceals(void **state)
{
    static uint8_t packet[VOICE_PACKET_MAX];
    int16_t pcm[FRAME];
    (void)state;
    size_t len = loud_packet(packet);
    struct render *r = render_new(1, RENDER_PLC);
    give(r, PLAYOUT_PACKET, packet, len, pcm);
    give(r, PLAYOUT_CONCEAL, NULL, 0, pcm);
    assert_true(energy(pcm) > 1e6);
    render_free(r);
}

static void a_packet_that_opus_refuses_is_counted_and_concealed(void **state)
{
    static const uint8_t bad[] = {0x0b, 0x49,
                                  0xff}; // two frames of unequal length, the first too long
    int16_t pcm[FRAME];
    (void)state;
    struct render *r = render_new(1, RENDER_PLC);
    give(r, PLAYOUT_PACKET, bad, sizeof bad, pcm);
    assert_int_equal(render_stats(r).invalid, 1);
    render_free(r);
}

static void a_quiet_frame_takes_a_new_length(void **state)
{
    struct voice_encoder_config config = {
        .channels = 2, .bitrate = 64000, .frame_samples = FRAME, .complexity = 5};
    static int16_t silence[2 * FRAME], pcm[2 * 2 * FRAME];
    static uint8_t packet[VOICE_PACKET_MAX];
    (void)state;
    struct voice_encoder *e = voice_encoder_new(&config);
    struct render *r = render_new(2, RENDER_PLC);
    size_t len = (size_t)voice_encode(e, silence, packet, sizeof packet);
    struct playout_frame frame = {.kind = PLAYOUT_PACKET,
                                  .samples = FRAME,
                                  .shift = 333,
                                  .payload = packet,
                                  .payload_len = len};
    render_frame(r, &frame);
    assert_int_equal(render_take(r, pcm, 2 * FRAME), FRAME + 333);
    frame.shift = -250;
    render_frame(r, &frame);
    assert_int_equal(render_take(r, pcm, 2 * FRAME), FRAME - 250);
    assert_int_equal(render_stats(r).inserted, 333);
    assert_int_equal(render_stats(r).removed, 250);
    render_free(r);
    voice_encoder_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_silent),
        cmocka_unit_test(a_repeated_frame_fades),
        cmocka_unit_test(the_codec_conceals),
        cmocka_unit_test(a_packet_that_opus_refuses_is_counted_and_concealed),
        cmocka_unit_test(a_quiet_frame_takes_a_new_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
