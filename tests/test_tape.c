// What a sender says, kept: that nothing is added, left out or moved. And where sound lies in
// memory, before (replay) and after the call (heard).
#include "tests/stream.h"

#include "lab/heard.h"
#include "lab/replay.h"
#include "lab/sim.h"
#include "lab/station.h"
#include "lab/tape.h"
#include "media/rtcp.h"
#include "media/rtp.h"

#include <string.h>

#define FRAME 960

static struct sender_config sender_of(int frame, bool dtx)
{
    const struct sender_config config = {
        .voice = {.channels = 1, .bitrate = 24000, .frame_samples = frame, .dtx = dtx},
        .payload_type = 96,
        .seed = 99, // a sim has its own
    };
    return sim_sender_config(&config);
}

static struct tape *tape_of(const struct sender_config *config, const int16_t *pcm, size_t samples)
{
    struct replay replay = {.pcm = pcm, .samples = samples, .channels = 1};
    struct feed_source source = replay_feed(&replay);
    struct tape *tape = tape_record(config, &source);
    assert_non_null(tape);
    assert_int_equal(replay.at, samples); // to its end
    return tape;
}

static bool says_bye(const struct sender_datagram *d)
{
    struct rtcp_walk walk = rtcp_walk(d->data, d->len);
    struct rtcp_packet packet;
    bool bye = false;
    while (rtcp_next(&walk, &packet) == RTCP_OK)
        bye |= packet.type == RTCP_BYE;
    return bye;
}

// Each frame has its packet, at its instant, with the next number and time; then come the goodbyes.
// What the listener of a tape takes.
static const struct peer_takes takes = {.red = true, .feedback = true};

static void every_frame_in_its_turn(void **state)
{
    (void)state;
    static const int frames[] = {120, 480, 960, 2880, 5760};
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        struct sender_config config = sender_of(frames[i], false);
        size_t samples = 2 * VOICE_RATE + 17; // the last frame is not full
        struct tape *tape = tape_of(&config, stream_speech, samples);
        struct sender_position position = tape_position(tape);
        struct sender_datagram d;
        struct rtp_packet packet;
        size_t expected = (samples + (size_t)frames[i] - 1) / (size_t)frames[i], said = 0;
        uint64_t octets = 0;
        usec at, before = 0;
        bool bye = false;
        for (size_t n = 0; tape_datagram(tape, n, &at, &d); n++) {
            assert_true(at >= before);
            before = at;
            if (d.kind == SENDER_RTCP) {
                bye = says_bye(&d);
                continue;
            }
            assert_false(bye);
            assert_int_equal(rtp_parse(&packet, d.data, d.len), RTP_OK);
            assert_int_equal(at, usec_from_units((int64_t)said * frames[i], VOICE_RATE));
            assert_int_equal(packet.seq, (uint16_t)(position.seq + said));
            assert_int_equal(packet.timestamp,
                             position.timestamp + (uint32_t)(said * (size_t)frames[i]));
            assert_int_equal(packet.ssrc, position.ssrc);
            octets += packet.payload_len;
            said++;
        }
        assert_true(bye);
        assert_int_equal(said, expected);
        assert_int_equal(tape_stats(tape).packets, said);
        assert_int_equal(tape_stats(tape).octets, octets);
        tape_free(tape);
    }
}

static void assert_same_tapes(const struct tape *a, const struct tape *b)
{
    struct sender_datagram d, e;
    usec at, also;
    size_t n = 0;
    for (; tape_datagram(a, n, &at, &d); n++) {
        assert_true(tape_datagram(b, n, &also, &e));
        assert_int_equal(at, also);
        assert_int_equal(d.kind, e.kind);
        assert_int_equal(d.len, e.len);
        assert_memory_equal(d.data, e.data, d.len);
    }
    assert_false(tape_datagram(b, n, &also, &e));
}

static void the_same_again(void **state)
{
    (void)state;
    struct sender_config config = sender_of(FRAME, false), other = config;
    struct tape *a = tape_of(&config, stream_speech, 3 * VOICE_RATE);
    struct tape *b = tape_of(&config, stream_speech, 3 * VOICE_RATE);
    assert_same_tapes(a, b);
    assert_same_tapes(a, a); // reading changes nothing
    other.voice.bitrate = 16000;
    struct tape *c = tape_of(&other, stream_speech, 3 * VOICE_RATE);
    assert_true(tape_stats(c).octets < tape_stats(a).octets * 9 / 10);
    tape_free(a);
    tape_free(b);
    tape_free(c);
}

// With what a station says to a listener that says nothing back.
static void as_a_station_says_it(void **state)
{
    (void)state;
    struct sender_config config = sender_of(FRAME, true);
    struct tape *tape = tape_of(&config, stream_speech, 4 * VOICE_RATE);
    struct replay replay = {.pcm = stream_speech, .samples = 4 * VOICE_RATE, .channels = 1};
    struct feed_source source = replay_feed(&replay);
    struct station *station = station_new(&config, takes, &source);
    struct sender_datagram d, e;
    usec at;
    size_t n = 0;
    // Looked at every 5 ms, not only when it asks for it.
    for (usec now = 0; station_next(station) != USEC_NEVER; now += 5000)
        while (station_output(station, now, &d)) {
            assert_true(tape_datagram(tape, n++, &at, &e));
            assert_true(at <= now && now < at + 5000);
            assert_int_equal(d.kind, e.kind);
            assert_int_equal(d.len, e.len);
            if (d.kind == SENDER_RTP) // reports name the instant that they are made
                assert_memory_equal(d.data, e.data, d.len);
        }
    assert_false(tape_datagram(tape, n, &at, &e));
    station_free(station);
    tape_free(tape);
}

static void nothing_to_say(void **state)
{
    (void)state;
    struct sender_config config = sender_of(FRAME, false);
    struct tape *tape = tape_of(&config, stream_speech, 0);
    struct sender_datagram d;
    usec at;
    for (size_t n = 0; tape_datagram(tape, n, &at, &d); n++)
        assert_int_equal(d.kind, SENDER_RTCP);
    assert_int_equal(tape_stats(tape).packets, 0);
    tape_free(tape);
    tape_free(NULL);
}

static void settings_that_cannot_be(void **state)
{
    (void)state;
    struct sender_config config = sender_of(FRAME, false);
    struct replay replay = {.channels = 1};
    struct feed_source source = replay_feed(&replay);
    config.voice.complexity = 11;
    assert_null(tape_record(&config, &source));
    assert_null(station_new(&config, takes, &source));
    station_free(NULL);
}

// ---- sound in memory ---------------------------------------------------------------------------

static void replay_gives_all_once(void **state)
{
    (void)state;
    static const int16_t pcm[] = {1, -1, 2, -2, 3, -3, 4, -4, 5, -5};
    for (size_t chunk = 1; chunk < 7; chunk++) {
        struct replay replay = {.pcm = pcm, .samples = 5, .channels = 2};
        struct feed_source source = replay_feed(&replay);
        int16_t got[2 * 12] = {0};
        size_t at = 0, n;
        while ((n = source.read(source.ctx, got + 2 * at, chunk))) {
            assert_true(n <= chunk);
            at += n;
        }
        assert_int_equal(at, 5);
        assert_memory_equal(got, pcm, sizeof pcm);
        assert_int_equal(got[10], 0);
        assert_false(source.again(source.ctx));
    }
    struct replay nothing = {.channels = 1};
    struct feed_source silence = replay_feed(&nothing);
    int16_t sample;
    assert_int_equal(silence.read(silence.ctx, &sample, 1), 0);
}

static void heard_keeps_all(void **state)
{
    (void)state;
    struct heard heard = {0};
    int16_t pcm[2 * 7];
    size_t rounds = 30000, at = 0; // 210000 samples: it grows several times
    heard_add(&heard, NULL, 0, 2);
    for (size_t i = 0; i < rounds; i++) {
        for (int k = 0; k < 14; k++)
            pcm[k] = (int16_t)(i * 14 + (size_t)k);
        heard_add(&heard, pcm, 7, 2);
    }
    assert_int_equal(heard.samples, rounds * 7);
    assert_int_equal(heard.channels, 2);
    assert_false(heard.no_memory);
    while (at < heard.samples * 2 && heard.pcm[at] == (int16_t)at)
        at++;
    assert_int_equal(at, heard.samples * 2);
    heard_free(&heard);
    assert_null(heard.pcm);
    assert_int_equal(heard.samples, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_in_its_turn), cmocka_unit_test(the_same_again),
        cmocka_unit_test(as_a_station_says_it),    cmocka_unit_test(nothing_to_say),
        cmocka_unit_test(settings_that_cannot_be), cmocka_unit_test(replay_gives_all_once),
        cmocka_unit_test(heard_keeps_all),
    };
    return cmocka_run_group_tests(tests, stream_load_speech, stream_drop_speech);
}
