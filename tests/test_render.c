// Frames to samples: what each way of concealment plays, and that lengths are exact.
#include "tests/test.h"

#include "media/random.h"
#include "media/voice.h"
#include "receiver/render.h"

#include <math.h>
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
    struct render *r = render_new(VOICE_OPUS, 1, RENDER_SILENCE);
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
    struct render *r = render_new(VOICE_OPUS, 1, RENDER_REPEAT);
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
    struct render *r = render_new(VOICE_OPUS, 1, RENDER_PLC);
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
    struct render *r = render_new(VOICE_OPUS, 1, RENDER_PLC);
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
    struct render *r = render_new(VOICE_OPUS, 2, RENDER_PLC);
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

// Where there is no place to stretch at, and where none is asked for.
static void a_frame_follows_the_clock(void **state)
{
    static uint8_t packet[VOICE_PACKET_MAX];
    int16_t pcm[2 * FRAME];
    (void)state;
    struct playout_frame frame = {.kind = PLAYOUT_PACKET, .samples = FRAME, .payload = packet};
    frame.payload_len = loud_packet(packet);
    struct render *r = render_new(VOICE_OPUS, 1, RENDER_PLC);
    for (int drift = -1; drift <= 1; drift++)
        for (int shift = -60; shift <= 60; shift += 60) { // less than the shortest period
            frame.drift = drift;
            frame.shift = shift;
            render_frame(r, &frame);
            assert_int_equal(render_take(r, pcm, 2 * FRAME), FRAME + drift);
        }
    assert_int_equal(render_stats(r).inserted, 3);
    assert_int_equal(render_stats(r).removed, 3);
    render_free(r);
}

// ---- over gaps ---------------------------------------------------------------------------------

#define PIECE 120 // samples that are concealed at a time

// A call of 20 ms frames: a voice of 150 Hz that speaks from 1 s on, over a quiet noise.
struct call {
    struct voice_encoder *encoder;
    struct render *render;
    struct random random;
    int at; // samples
    int16_t *heard;
    int length;
};

static struct call call_new(void)
{
    struct voice_encoder_config config = {
        .channels = 1, .bitrate = 64000, .frame_samples = FRAME, .complexity = 5};
    return (struct call){.encoder = voice_encoder_new(&config),
                         .render = render_new(VOICE_OPUS, 1, RENDER_PLC),
                         .heard = calloc(48000 * 10, sizeof(int16_t))};
}

static void call_free(struct call *c)
{
    voice_encoder_free(c->encoder);
    render_free(c->render);
    free(c->heard);
}

static void hear(struct call *c, const struct playout_frame *frame)
{
    render_frame(c->render, frame);
    c->length += (int)render_take(c->render, c->heard + c->length, 5000);
}

// The next 20 ms are said; heard where the packet comes.
static void say(struct call *c, bool comes)
{
    int16_t pcm[FRAME];
    uint8_t payload[VOICE_PACKET_MAX];
    for (int i = 0; i < FRAME; i++, c->at++) {
        double voice = 0, noise = 60 * (random_unit(&c->random) - 0.5);
        for (int k = 1; k < 8 && c->at > 48000; k++)
            voice += 3000.0 / k * sin(6.283185307 * 150 * k * c->at / 48000);
        pcm[i] = (int16_t)lrint(voice + noise);
    }
    struct playout_frame frame = {
        .kind = PLAYOUT_PACKET, .samples = FRAME, .time = c->at - FRAME, .payload = payload};
    frame.payload_len = (size_t)voice_encode(c->encoder, pcm, payload, sizeof payload);
    if (comes)
        hear(c, &frame);
}

static void miss(struct call *c, int pieces)
{
    struct playout_frame frame = {.kind = PLAYOUT_CONCEAL, .samples = PIECE};
    for (int i = 0; i < pieces; i++)
        hear(c, &frame);
}

static int steepest(const int16_t *pcm, int from, int to)
{
    int most = 0;
    for (int i = from + 1; i < to; i++)
        most = abs(pcm[i] - pcm[i - 1]) > most ? abs(pcm[i] - pcm[i - 1]) : most;
    return most;
}

static double level(const int16_t *pcm, int from, int to)
{
    double sum = 0;
    for (int i = from; i < to; i++)
        sum += (double)pcm[i] * pcm[i];
    return sqrt(sum / (to - from));
}

// Gaps of all lengths, whose packet is lost, or comes after all: nowhere does the sound jump by more than
// the voice itself does.
static void no_seam_is_a_step(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++)
        for (int pieces = 1; pieces <= 200; pieces += pieces < 16 ? 1 : 23) {
            struct call c = call_new();
            for (int n = 0; n < 75; n++)
                say(&c, true);
            int voice = steepest(c.heard, 60000, c.length), from = c.length;
            miss(&c, pieces);
            for (int n = 0; !late && n < pieces / 8; n++)
                say(&c, false);
            for (int n = 0; n < 10; n++)
                say(&c, true);
            int most = steepest(c.heard, from - 100, c.length);
            if (most > voice * 5 / 4)
                fail_msg("gap of %d pieces: a step of %d, where the voice has %d", pieces, most,
                         voice);
            call_free(&c);
        }
}

// A packet that is only late is decoded as if it had been in time: what was guessed before it is no part
// of the stream. It begins where the guess fits it, which is no more than a pitch period later.
static void what_is_late_is_not_lost(void **state)
{
    (void)state;
    for (int pieces = 1; pieces <= 7; pieces++) {
        struct call in_time = call_new(), late = call_new();
        for (int n = 0; n < 75; n++) {
            say(&in_time, true);
            say(&late, true);
        }
        int from = late.length;
        miss(&late, pieces);
        for (int n = 0; n < 5; n++) {
            say(&in_time, true);
            say(&late, true);
        }
        int more = late.length - in_time.length;
        assert_in_range(more, pieces * PIECE, pieces * PIECE + 720);
        assert_int_equal(render_stats(late.render).inserted, more - pieces * PIECE);
        assert_memory_equal(late.heard + from + more + 240, in_time.heard + from + 240,
                            (5 * FRAME - 240) * sizeof(int16_t));
        // In step with the guess, which takes 320 samples for a period, and a few more.
        int periods = (more + 160) / 320, off = more - periods * 320;
        assert_in_range(off, 0, 12 * periods);
        assert_true(more < pieces * PIECE + 360);
        call_free(&in_time);
        call_free(&late);
    }
}

static void a_long_gap_fades_into_the_background(void **state)
{
    (void)state;
    struct call c = call_new();
    for (int n = 0; n < 100; n++)
        say(&c, true);
    double quiet = level(c.heard, 24000, 43200), voice = level(c.heard, 72000, 96000);
    int gap = c.length;
    miss(&c, 400); // 1 s
    assert_in_range(quiet, 5, 40);
    assert_in_range(level(c.heard, gap, gap + 1440), voice / 2, voice * 1.2);
    for (int at = gap + 14400; at < gap + 48000; at += 4800) // after 300 ms
        assert_in_range(10 * level(c.heard, at, at + 4800), 4 * quiet, 11 * quiet);
    double last = voice * 1.2;
    for (int at = gap + 4800; at < gap + 14400; at += 960) { // it does not swell on the way
        double now = level(c.heard, at, at + 960);
        assert_true(now < last * 1.1 + quiet);
        last = now;
    }
    gap = c.length;
    for (int n = 0; n < 20; n++)
        say(&c, true);
    double back =
        level(c.heard, gap + 2 * FRAME, c.length); // and nothing is left of the noise's fade
    assert_in_range(back, voice * 0.8, voice * 1.2);
    call_free(&c);
}

static void what_is_asked_to_be_silent_stays_so(void **state)
{
    (void)state;
    struct call c = call_new();
    render_free(c.render);
    c.render = render_new(VOICE_OPUS, 1, RENDER_SILENCE);
    for (int n = 0; n < 100; n++)
        say(&c, true);
    int gap = c.length;
    miss(&c, 400);
    assert_true(level(c.heard, gap, c.length) == 0);
    call_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_silent),
        cmocka_unit_test(a_repeated_frame_fades),
        cmocka_unit_test(the_codec_conceals),
        cmocka_unit_test(a_packet_that_opus_refuses_is_counted_and_concealed),
        cmocka_unit_test(a_quiet_frame_takes_a_new_length),
        cmocka_unit_test(a_frame_follows_the_clock),
        cmocka_unit_test(no_seam_is_a_step),
        cmocka_unit_test(what_is_late_is_not_lost),
        cmocka_unit_test(a_long_gap_fades_into_the_background),
        cmocka_unit_test(what_is_asked_to_be_silent_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
