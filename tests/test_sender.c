// The sender with its datagrams read by hand.
#include "tests/test.h"

#include "media/bytes.h"
#include "media/random.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "sender/options.h"
#include "sender/sender.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME        960
#define FRAME_TIME   (20 * USEC_MS)
#define PAYLOAD_TYPE 96
#define WALL         (1700000000 * USEC_SECOND + 250000)
#define LENGTH(a)    (sizeof(a) / sizeof((a)[0]))

static struct sender_config config_of(void)
{
    return (struct sender_config){
        .voice = {.channels = 1, .bitrate = 32000, .frame_samples = FRAME, .complexity = 2},
        .limits = {.bitrate = 32000, .max_bitrate = 32000, .fec = ADAPT_FEC_AUTO},
        .payload_type = PAYLOAD_TYPE,
        .listeners_max = 3,
        .wall_clock = WALL,
        .seed = 1,
    };
}

static const struct peer_takes nothing = {0}; // besides plain packets

static struct sender *plain(void)
{
    struct sender_config config = config_of();
    struct sender *s = sender_new(&config, 0);
    assert_non_null(s);
    return s;
}

static void tone(int16_t *pcm, size_t values)
{
    for (size_t i = 0; i < values; i++)
        pcm[i] = (int16_t)(8000 * sin((double)i * 0.05));
}

static void frame(struct sender *s)
{
    int16_t pcm[2 * VOICE_FRAME_MAX];
    tone(pcm, LENGTH(pcm));
    sender_frame(s, pcm);
}

// What came out at one instant, by listener.
struct output {
    int rtp, reports, byes;
    struct rtp_packet last;
    struct rtcp_packet report; // the last SR or RR
    uint32_t bye_ssrc;
};

static void read_compound(const struct sender_datagram *d, struct output *o)
{
    struct rtcp_walk walk = rtcp_walk(d->data, d->len);
    struct rtcp_packet p;
    bool cname = false;
    assert_int_equal(rtcp_next(&walk, &o->report), RTCP_OK); // interop 14
    while (rtcp_next(&walk, &p) == RTCP_OK) {
        cname |= p.type == RTCP_SDES && p.cname_len > 0;
        if (p.type == RTCP_BYE) {
            o->byes++;
            o->bye_ssrc = p.ssrc;
        }
    }
    assert_true(cname);
    o->reports++;
}

static void drain(struct sender *s, usec now, struct output out[3])
{
    struct sender_datagram d;
    memset(out, 0, 3 * sizeof *out);
    for (int n = 0; sender_output(s, now, &d); n++) {
        assert_true(n < 100);
        for (int i = 0; i < 3; i++) {
            if (d.listener != i && !(d.listener == SENDER_ALL && sender_listener(s, i).playing))
                continue;
            if (d.kind == SENDER_RTCP) {
                read_compound(&d, &out[i]);
            } else {
                out[i].rtp++;
                assert_int_equal(rtp_parse(&out[i].last, d.data, d.len), RTP_OK);
                assert_int_equal(out[i].last.payload_type, PAYLOAD_TYPE);
            }
        }
    }
    assert_true(sender_next(s) > now || sender_frame_due(s) <= now);
}

static void numbers_and_timestamps_go_up_by_one_frame(void **state)
{
    (void)state;
    static const int frames[] = {120, 240, 480, 960, 1920, 2880, 3840, 4800, 5760};
    for (size_t i = 0; i < 2 * LENGTH(frames); i++) {
        struct sender_config config = config_of();
        struct output out[3];
        config.voice.frame_samples = frames[i / 2];
        config.voice.channels = 1 + (int)(i % 2);
        struct sender *s = sender_new(&config, 0);
        int16_t *head = calloc(2 * sender_lookahead(s), sizeof *head);
        sender_prime(s, head); // also of long frames in two channels
        free(head);
        struct sender_position p = sender_play(s, sender_join(s, 0, nothing), 0);
        sender_start(s, 0);
        for (int n = 0; n < 20; n++) {
            usec due = sender_frame_due(s);
            frame(s);
            drain(s, due, out);
            assert_int_equal(out[0].rtp, 1);
            assert_int_equal(out[0].last.seq, (uint16_t)(p.seq + n));
            assert_int_equal(out[0].last.timestamp,
                             p.timestamp + (uint32_t)(n * config.voice.frame_samples));
            assert_int_equal(out[0].last.ssrc, p.ssrc);
            assert_int_equal(out[0].last.marker, n == 0);
            assert_int_equal(sender_frame_due(s) - due,
                             config.voice.frame_samples * USEC_SECOND / 48000);
        }
        sender_free(s);
    }
}

static void who_is_not_playing_gets_nothing(void **state)
{
    (void)state;
    struct sender *s = plain();
    struct output out[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(sender_join(s, 0, nothing), i);
    assert_int_equal(sender_join(s, 0, nothing), -1);
    sender_play(s, 1, 0);
    sender_start(s, 0);
    frame(s);
    drain(s, 0, out);
    assert_int_equal(out[0].rtp + out[0].reports + out[2].rtp + out[2].reports, 0);
    assert_int_equal(out[1].rtp, 1);
    sender_leave(s, 1, 5, false);
    frame(s);
    drain(s, FRAME_TIME, out);
    assert_int_equal(out[1].rtp + out[1].reports, 0);
    assert_int_equal(sender_join(s, 0, nothing), 1); // the number is free again
    assert_int_equal(sender_listener(s, 1).packets, 0);
    struct sender_stats stats = sender_stats(s);
    assert_int_equal(stats.listeners, 3);
    assert_int_equal(stats.playing, 0);
    assert_int_equal(stats.packets, 2);
    sender_free(s);
}

static void interop_18_a_report_ties_both_clocks_at_one_instant(void **state)
{
    (void)state;
    struct sender *s = plain();
    struct output out[3];
    struct sender_position p = sender_play(s, sender_join(s, 0, nothing), 0);
    usec start = 700 * USEC_MS, now = start;
    const int frames = repeats(2000, 400);
    sender_start(s, start);
    int reports = 0;
    for (int n = 0; n < frames; n++, now += FRAME_TIME) {
        frame(s);
        usec then = now + n % 20 * USEC_MS; // a driver that is a little late
        drain(s, then, out);
        if (!out[0].reports)
            continue;
        reports++;
        assert_int_equal(out[0].report.type, RTCP_SR);
        assert_int_equal(out[0].report.ssrc, p.ssrc);
        double wall = (double)(out[0].report.sender.ntp >> 32) - 2208988800.0 +
                      (double)(uint32_t)out[0].report.sender.ntp * 0x1p-32;
        double media = (double)(uint32_t)(out[0].report.sender.rtp - p.timestamp) / 48000;
        double begun = (double)(WALL + start) / 1e6;
        assert_true(fabs(wall - begun - media) < 50e-6);
        assert_true(fabs(wall - (double)(WALL + then) / 1e6) < 2e-6);
        assert_int_equal(out[0].report.sender.packets, n + 1);
    }
    assert_in_range(reports, frames / 350, frames / 100); // one in 2 to 7 s
    sender_free(s);
}

static void before_the_start_it_is_no_sender(void **state)
{
    (void)state;
    struct sender *s = plain();
    struct output out[3];
    sender_play(s, sender_join(s, 0, nothing), 0);
    drain(s, 0, out);
    assert_int_equal(out[0].reports, 1);
    assert_int_equal(out[0].report.type, RTCP_RR);
    assert_true(sender_frame_due(s) == USEC_NEVER);
    sender_free(s);
}

static void the_end_is_said_more_than_once_then_all_is_new(void **state)
{
    (void)state;
    struct sender *s = plain();
    struct output out[3];
    int byes = 0;
    struct sender_position p = sender_play(s, sender_join(s, 0, nothing), 0);
    sender_join(s, 0, nothing); // never plays, never hears of it
    sender_start(s, 0);
    frame(s);
    drain(s, 0, out);
    sender_end(s, FRAME_TIME);
    assert_false(sender_running(s));
    assert_true(sender_busy(s));
    for (usec now = FRAME_TIME; sender_busy(s); now = usec_max(now + 1, sender_next(s))) {
        assert_true(now < 30 * USEC_SECOND);
        drain(s, now, out);
        byes += out[0].byes;
        assert_true(byes > 0);
        assert_int_equal(out[0].rtp + out[1].rtp + out[1].reports, 0);
        if (out[0].byes) {
            assert_int_equal(out[0].bye_ssrc, p.ssrc);
            assert_int_equal(out[0].report.ssrc, p.ssrc);
            assert_int_equal(out[0].report.sender.packets, 1);
        }
    }
    assert_in_range(byes, 10, 30);
    struct sender_position next = sender_play(s, 0, USEC_SECOND);
    assert_int_not_equal(next.ssrc, p.ssrc);
    assert_int_equal(next.ssrc, sender_ssrc(s));
    assert_int_equal(sender_listener(s, 0).packets, 0);
    sender_free(s);
}

// One listener begins the next time line while another is still told of the end of the last.
static void who_plays_again_hears_no_more_of_the_end(void **state)
{
    (void)state;
    struct sender *s = plain();
    struct output out[3];
    for (int i = 0; i < 2; i++)
        sender_play(s, sender_join(s, 0, nothing), 0);
    sender_start(s, 0);
    frame(s);
    drain(s, 0, out);
    sender_end(s, FRAME_TIME);
    drain(s, FRAME_TIME, out);
    assert_int_equal(out[0].byes, 1);
    assert_int_equal(out[1].byes, 1);
    sender_play(s, 0, 25 * USEC_MS);
    sender_start(s, 25 * USEC_MS);
    frame(s);
    drain(s, 25 * USEC_MS, out);
    assert_int_equal(out[0].byes, 0);
    assert_int_equal(out[0].report.ssrc, sender_ssrc(s));
    sender_play(s, 1, 30 * USEC_MS); // joins the running one
    drain(s, 30 * USEC_MS, out);
    assert_int_equal(out[1].byes, 0);
    assert_int_equal(out[1].rtp, 1);
    assert_int_equal(out[1].report.ssrc, sender_ssrc(s));
    assert_int_equal(out[1].report.type, RTCP_SR);
    sender_free(s);
}

static void who_leaves_gets_one_bye(void **state)
{
    (void)state;
    struct sender *s = plain();
    struct output out[3];
    struct sender_position p = sender_play(s, sender_join(s, 0, nothing), 0);
    sender_play(s, sender_join(s, 0, nothing), 0);
    sender_join(s, 0, nothing);
    sender_start(s, 0);
    frame(s);
    drain(s, 0, out);
    sender_leave(s, 0, 1, true);
    sender_leave(s, 2, 1, true); // never played: nothing to say goodbye to
    drain(s, 1, out);
    assert_int_equal(out[0].byes, 1);
    assert_int_equal(out[0].bye_ssrc, p.ssrc);
    assert_int_equal(out[2].reports, 0);
    drain(s, 2, out);
    assert_int_equal(out[0].reports, 0);
    assert_int_equal(sender_join(s, 0, nothing), 0);

    // the time line has ended, all was said: no BYE for an SSRC that was never heard
    sender_end(s, FRAME_TIME);
    for (usec now = FRAME_TIME; sender_busy(s); now += 10 * USEC_MS)
        drain(s, now, out);
    sender_leave(s, 1, 3 * USEC_SECOND, true);
    drain(s, 3 * USEC_SECOND, out);
    assert_int_equal(out[1].byes, 0);
    sender_free(s);
}

static void interop_17_pause_says_no_bye(void **state)
{
    (void)state;
    struct sender *s = plain();
    struct output out[3];
    sender_play(s, sender_join(s, 0, nothing), 0);
    sender_start(s, 0);
    frame(s);
    drain(s, 0, out);
    sender_pause(s, 0);
    for (int n = 1; n < 600; n++) {
        frame(s);
        drain(s, n * FRAME_TIME, out);
        assert_int_equal(out[0].rtp + out[0].reports, 0);
    }
    struct sender_position p = sender_play(s, 0, 600 * FRAME_TIME - 1);
    drain(s, 600 * FRAME_TIME - 1, out);
    assert_int_equal(out[0].rtp, 1); // the one on the air
    assert_int_equal(out[0].last.seq, p.seq);
    assert_int_equal(out[0].last.timestamp, p.timestamp);
    assert_int_equal(out[0].report.sender.packets, 2);
    sender_free(s);
}

static void a_position_is_that_of_the_first_packet(void **state)
{
    (void)state;
    static const usec at[] = {0, 1, FRAME_TIME - 1, FRAME_TIME, FRAME_TIME + 5};
    for (size_t i = 0; i < LENGTH(at); i++)
        for (int pending = 0; pending < 2; pending++) {
            struct sender *s = plain();
            struct output out[3];
            sender_play(s, sender_join(s, 0, nothing), 0);
            sender_join(s, 0, nothing);
            sender_start(s, 0);
            frame(s);
            if (!pending)
                drain(s, 0, out);
            struct sender_position p = sender_play(s, 1, at[i]);
            drain(s, at[i], out);
            if (!out[1].rtp) { // the next one is due
                frame(s);
                drain(s, at[i], out);
            }
            if (out[1].last.seq == p.seq) {
                assert_int_equal(out[1].rtp, 1);
                assert_int_equal(out[1].last.timestamp, p.timestamp);
            } else { // a driver that owes a packet and is late: one more than was said
                assert_true(pending && at[i] >= FRAME_TIME);
                assert_int_equal((uint16_t)(p.seq - out[1].last.seq), 1);
            }
            sender_free(s);
        }
}

static uint32_t reported; // packets, by the last report_on

static size_t report_on(uint32_t ssrc, uint8_t fraction, uint32_t lsr, uint32_t dlsr, uint8_t *out,
                        size_t cap)
{
    struct writer w = writer_of(out, cap);
    struct rtcp_report report = {.ssrc = ssrc,
                                 .fraction_lost = fraction,
                                 .cumulative_lost = -3,
                                 .highest_seq = reported += 50,
                                 .jitter = 480,
                                 .lsr = lsr,
                                 .dlsr = dlsr};
    rtcp_write_rr(&w, 77, &report, 1);
    rtcp_write_sdes(&w, 77, "listener");
    return writer_len(&w);
}

static void interop_15_reports_are_read(void **state)
{
    (void)state;
    struct sender *s = plain();
    struct output out[3];
    uint8_t rr[200];
    sender_play(s, sender_join(s, 0, nothing), 0);
    sender_start(s, 0);
    frame(s);
    drain(s, 0, out);
    uint32_t lsr = (uint32_t)(out[0].report.sender.ntp >> 16);
    size_t len = report_on(sender_ssrc(s), 51, lsr, 65536 / 2, rr, sizeof rr);
    sender_rtcp(s, 0, 620 * USEC_MS, rr, len);
    struct peer_figures l = sender_listener(s, 0);
    assert_int_equal(l.fraction_lost, 51);
    assert_int_equal(l.cumulative_lost, -3);
    assert_int_equal(l.jitter, 480);
    assert_in_range(l.round_trip, 119900, 120100);
    assert_int_equal(l.heard, 620 * USEC_MS);
    len = report_on(sender_ssrc(s) + 1, 255, lsr, 0, rr, sizeof rr); // old FFmpeg: not ours
    sender_rtcp(s, 0, 700 * USEC_MS, rr, len);
    assert_int_equal(sender_listener(s, 0).fraction_lost, 51);
    assert_int_equal(sender_listener(s, 0).heard, 700 * USEC_MS); // but a sign of life

    len = report_on(sender_ssrc(s), 0, lsr, UINT32_MAX / 2, rr, sizeof rr); // no time so far back
    sender_rtcp(s, 0, 800 * USEC_MS, rr, len);
    assert_in_range(sender_listener(s, 0).round_trip, 119900, 120100);
    sender_free(s);
}

// As long as one in a hundred of the latest 512 packets (10 s) was lost; 50 of them in each report.
static void the_encoder_expects_what_is_reported(void **state)
{
    (void)state;
    static const struct {
        int times; // such reports, one a second
        uint8_t fraction;
        int expected; // percent, then
    } rows[] = {{1, 0, 0}, {10, 26, 10}, {11, 128, 10}, {10, 0, 10}, {2, 0, 0}};
    struct sender *s = plain();
    uint8_t rr[200];
    int at = 0;
    assert_int_equal(sender_stats(s).choice.expected_loss, 0);
    sender_play(s, sender_join(s, 0, nothing), 0);
    sender_start(s, 0);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        for (int n = 0; n < rows[i].times; n++) {
            size_t len = report_on(sender_ssrc(s), rows[i].fraction, 0, 0, rr, sizeof rr);
            sender_rtcp(s, 0, ++at * USEC_SECOND, rr, len);
        }
        if (sender_stats(s).choice.expected_loss != rows[i].expected)
            fail_msg("at %d s: %d %%", at, sender_stats(s).choice.expected_loss);
    }
    sender_free(s);
}

static void garbage_reports_are_counted(void **state)
{
    (void)state;
    struct sender *s = plain();
    struct random random = {2};
    const int reports = repeats(20000, 2000);
    sender_join(s, 0, nothing);
    for (int i = 0; i < reports; i++) {
        uint8_t octets[120];
        size_t len = random_u64(&random) % sizeof octets;
        for (size_t k = 0; k < len; k++)
            octets[k] = (uint8_t)random_u64(&random);
        if (len > 4) {
            octets[0] = 0x80 | (octets[0] & 0x1f);
            octets[1] = (uint8_t)(200 + i % 4);
            octets[2] = 0;
            octets[3] = (uint8_t)(len / 4 - 1);
        }
        struct guarded g = guarded_copy(octets, len);
        sender_rtcp(s, 0, i, g.data, g.len);
        guarded_free(&g);
    }
    struct sender_stats stats = sender_stats(s);
    assert_int_equal(stats.reports_invalid + stats.reports_received, reports);
    assert_true(stats.reports_invalid > (uint64_t)reports / 20);
    sender_free(s);
}

static void same_seed_same_octets(void **state)
{
    (void)state;
    struct sender *a = plain(), *b = plain();
    sender_play(a, sender_join(a, 0, nothing), 0);
    sender_play(b, sender_join(b, 0, nothing), 0);
    sender_start(a, 0);
    sender_start(b, 0);
    for (int n = 0; n < 300; n++) {
        struct sender_datagram x, y;
        frame(a);
        frame(b);
        while (sender_output(a, n * FRAME_TIME, &x)) {
            assert_true(sender_output(b, n * FRAME_TIME, &y));
            assert_int_equal(x.len, y.len);
            assert_memory_equal(x.data, y.data, x.len);
        }
        assert_false(sender_output(b, n * FRAME_TIME, &y));
    }
    sender_free(a);
    sender_free(b);
}

static void options_become_a_config(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        bool good;
    } rows[] = {
        {"bitrate", "5999", false}, {"bitrate", "511k", false},  {"bitrate", "k", false},
        {"bitrate", "", false},     {"bitrate", "24K", true},    {"frame", "15", false},
        {"frame", "2.5", true},     {"frame", "60", true},       {"complexity", "11", false},
        {"complexity", "3", true},  {"application", "x", false}, {"application", "audio", true},
        {"fec", "perhaps", false},  {"fec", "on", true},
    };
    struct sender_options options;
    struct sender_config config = {0};
    sender_options_default(&options);
    sender_options_apply(&options, &config);
    assert_int_equal(config.voice.bitrate, 32000);
    assert_int_equal(config.limits.fec, ADAPT_FEC_AUTO);
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (const struct cli_option *o = sender_option_table; o->name; o++) {
            char why[CLI_WHY_MAX] = "";
            if (strcmp(o->name, rows[i].name) == 0 &&
                cli_set(o, &options, rows[i].value, why) != rows[i].good)
                fail_msg("--%s %s: %s", rows[i].name, rows[i].value, why);
        }
    sender_options_apply(&options, &config);
    assert_int_equal(config.voice.bitrate, 24000);
    assert_int_equal(config.voice.frame_samples, 2880);
    assert_int_equal(config.voice.complexity, 3);
    assert_int_equal(config.voice.application, VOICE_AUDIO);
    assert_int_equal(config.limits.fec, ADAPT_FEC_ON);
    assert_int_equal(config.limits.expected_loss, 20);
}

static void copies_need_long_frames_and_time(void **state)
{
    (void)state;
    static const struct {
        enum adapt_fec fec;
        double ms;
        enum voice_application application;
        const char *says; // NULL: it is fine
    } rows[] = {
        {ADAPT_FEC_ON, 20, VOICE_VOIP, NULL},
        {ADAPT_FEC_ON, 10, VOICE_AUDIO, NULL},
        {ADAPT_FEC_ON, 120, VOICE_VOIP, NULL},
        {ADAPT_FEC_ON, 5, VOICE_VOIP, "--frame 10 or longer"},
        {ADAPT_FEC_ON, 2.5, VOICE_AUDIO, "in frames of less than 10 ms"},
        {ADAPT_FEC_ON, 20, VOICE_LOWDELAY, "--application lowdelay"},
        {ADAPT_FEC_ON, 5, VOICE_LOWDELAY, "--application voip"},
        {ADAPT_FEC_AUTO, 5, VOICE_VOIP, NULL}, // as many as there can be: none
        {ADAPT_FEC_AUTO, 20, VOICE_LOWDELAY, NULL},
        {ADAPT_FEC_OFF, 2.5, VOICE_LOWDELAY, NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char why[CLI_WHY_MAX] = "";
        struct sender_options options;
        struct sender_config config = {0};
        sender_options_default(&options);
        options.fec = rows[i].fec;
        options.voice.frame_samples = (int)(rows[i].ms * VOICE_RATE / 1000);
        options.voice.application = rows[i].application;
        if (sender_options_check(&options, why) != !rows[i].says ||
            (rows[i].says && !strstr(why, rows[i].says)))
            fail_msg("row %zu: %s", i, why);
        sender_options_apply(&options, &config);
        if (!rows[i].says && rows[i].fec != ADAPT_FEC_ON) // none are counted on, or announced
            assert_int_equal(config.limits.fec, ADAPT_FEC_OFF);
    }
}

// RFC 2198 has 10 bits for their length.
static void copies_need_room(void **state)
{
    (void)state;
    static const struct {
        enum adapt_red red;
        int bitrate, copy_bitrate, max_bitrate;
        double ms;
        bool good;
    } rows[] = {
        {ADAPT_RED_FIXED, 0, 0, 0, 120, true},
        {ADAPT_RED_FIXED, 400000, 0, 0, 20, true},
        {ADAPT_RED_FIXED, 510000, 0, 0, 20, false},
        {ADAPT_RED_FIXED, 510000, 0, 510000, 20, true}, // the voice has half of it
        {ADAPT_RED_FIXED, 510000, 24000, 0, 20, true},
        {ADAPT_RED_FIXED, 32000, 160000, 0, 60, false},
        {ADAPT_RED_AUTO, 510000, 0, 0, 20, true},
        {ADAPT_RED_OFF, 510000, 0, 0, 120, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char why[CLI_WHY_MAX] = "";
        struct sender_options options;
        sender_options_default(&options);
        options.red = rows[i].red;
        options.shape = (struct copies_shape){1, 1};
        options.voice.bitrate = rows[i].bitrate;
        options.voice.frame_samples = (int)(rows[i].ms * VOICE_RATE / 1000);
        options.copy_bitrate = rows[i].copy_bitrate;
        options.max_bitrate = rows[i].max_bitrate;
        if (sender_options_check(&options, why) != rows[i].good ||
            (!rows[i].good && !strstr(why, "--red-bitrate")))
            fail_msg("row %zu: %s", i, why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_timestamps_go_up_by_one_frame),
        cmocka_unit_test(who_is_not_playing_gets_nothing),
        cmocka_unit_test(interop_18_a_report_ties_both_clocks_at_one_instant),
        cmocka_unit_test(before_the_start_it_is_no_sender),
        cmocka_unit_test(the_end_is_said_more_than_once_then_all_is_new),
        cmocka_unit_test(who_plays_again_hears_no_more_of_the_end),
        cmocka_unit_test(who_leaves_gets_one_bye),
        cmocka_unit_test(interop_17_pause_says_no_bye),
        cmocka_unit_test(a_position_is_that_of_the_first_packet),
        cmocka_unit_test(interop_15_reports_are_read),
        cmocka_unit_test(the_encoder_expects_what_is_reported),
        cmocka_unit_test(garbage_reports_are_counted),
        cmocka_unit_test(same_seed_same_octets),
        cmocka_unit_test(options_become_a_config),
        cmocka_unit_test(copies_need_long_frames_and_time),
        cmocka_unit_test(copies_need_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
