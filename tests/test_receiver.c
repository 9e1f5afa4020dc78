// The receiver on datagrams made by hand.
#include "tests/test.h"

#include "media/bytes.h"
#include "media/random.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "media/voice.h"
#include "receiver/options.h"
#include "receiver/receiver.h"
#include "receiver/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME        960
#define FRAME_TIME   (20 * USEC_MS)
#define PAYLOAD_TYPE 96
#define SSRC         0x11223344u
#define LENGTH(a)    (sizeof(a) / sizeof((a)[0]))

static uint8_t payload[VOICE_PACKET_MAX]; // 20 ms of a tone
static size_t payload_len;

static int make_payload(void **state)
{
    (void)state;
    struct voice_encoder_config config = {
        .channels = 1, .bitrate = 32000, .frame_samples = FRAME, .complexity = 3};
    struct voice_encoder *e = voice_encoder_new(&config);
    int16_t pcm[FRAME];
    for (int n = 0; n < 10; n++) {
        for (int i = 0; i < FRAME; i++)
            pcm[i] = (int16_t)(8000 * sin((n * FRAME + i) * 0.05));
        payload_len = (size_t)voice_encode(e, pcm, payload, sizeof payload);
    }
    voice_encoder_free(e);
    return 0;
}

static struct receiver *receiver_of(const struct receiver_config *config)
{
    struct receiver *r = receiver_new(config, 0);
    assert_non_null(r);
    return r;
}

static struct receiver *plain(void)
{
    return receiver_of(&(struct receiver_config){
        .payload_type = PAYLOAD_TYPE, .latency_min = 40 * USEC_MS, .fec = true, .seed = 1});
}

struct datagram {
    uint32_t ssrc;
    uint16_t seq;
    uint32_t timestamp;
    uint8_t payload_type;
};

static void feed(struct receiver *r, usec now, const struct datagram *d)
{
    uint8_t data[1500];
    struct rtp_packet packet = {
        .payload_type = d->payload_type ? d->payload_type : PAYLOAD_TYPE,
        .seq = d->seq,
        .timestamp = d->timestamp,
        .ssrc = d->ssrc ? d->ssrc : SSRC,
        .payload = payload,
        .payload_len = payload_len,
    };
    size_t len = rtp_write(&packet, data, sizeof data);
    struct guarded g = guarded_copy(data, len);
    receiver_rtp(r, now, g.data, g.len);
    guarded_free(&g);
}

// Packet `n` of a stream, 20 ms each, at its time.
static void feed_n(struct receiver *r, int n)
{
    feed(r, n * FRAME_TIME,
         &(struct datagram){.seq = (uint16_t)n, .timestamp = (uint32_t)n * FRAME});
}

static size_t play(struct receiver *r, usec from, usec until)
{
    int16_t pcm[2 * 480];
    size_t used = 0;
    for (; from < until; from += 10 * USEC_MS)
        used += receiver_play(r, from, pcm, 480).used;
    return used;
}

static bool happened(struct receiver *r, enum receiver_event_kind kind)
{
    struct receiver_event event;
    bool found = false;
    while (receiver_event(r, &event))
        found |= event.kind == kind;
    return found;
}

static void before_the_first_packet_there_is_nothing(void **state)
{
    (void)state;
    struct receiver *r = plain();
    int16_t pcm[960];
    memset(pcm, 0x55, sizeof pcm);
    struct receiver_played played = receiver_play(r, 0, pcm, 480);
    assert_int_equal(played.lead, 480);
    assert_int_equal(played.used, 0);
    assert_int_equal(pcm[0], 0x5555);
    assert_int_equal(receiver_channels(r), 0);
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.packets_received + s.packets_lost, 0);
    receiver_finish(r); // and it ends, though nothing ever came
    played = receiver_play(r, USEC_SECOND, pcm, 480);
    assert_true(played.lead + played.used < 480);
    assert_true(happened(r, RECEIVER_ENDED));
    receiver_free(r);
    receiver_free(NULL);
}

// The delay of an even path where samples are asked for so long before their instants. Nothing is late.
static usec delay_asked(usec ahead)
{
    struct receiver *r = receiver_of(&(struct receiver_config){.payload_type = PAYLOAD_TYPE});
    int16_t pcm[2 * 240];
    receiver_ahead(r, ahead);
    for (usec asked = 0; asked < 10 * USEC_SECOND; asked += 5 * USEC_MS) {
        if (asked % FRAME_TIME == 0)
            feed_n(r, (int)(asked / FRAME_TIME));
        receiver_play(r, asked + ahead, pcm, 240);
    }
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.playout.samples_conceal, 0);
    assert_int_equal(s.samples_removed, 0);
    receiver_free(r);
    return s.delay_now;
}

static void who_asks_early_waits_longer(void **state)
{
    (void)state;
    usec plain = delay_asked(0), early = delay_asked(30 * USEC_MS);
    assert_in_range(plain, 10 * USEC_MS, 15 * USEC_MS);
    assert_in_range(early, 30 * USEC_MS, 41 * USEC_MS);
}

static void foreign_packets_are_counted_and_not_played(void **state)
{
    (void)state;
    struct receiver *r = plain();
    for (int n = 0; n < 50; n++) {
        feed_n(r, n);
        feed(r, n * FRAME_TIME, &(struct datagram){.ssrc = 0xbad, .seq = (uint16_t)(n * 3)});
        feed(r, n * FRAME_TIME,
             &(struct datagram){.ssrc = 0xbad2, .seq = (uint16_t)n, .timestamp = 5});
        feed(r, n * FRAME_TIME,
             &(struct datagram){.seq = (uint16_t)n, .payload_type = 97, .timestamp = 5});
    }
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.packets_received, 50);
    assert_int_equal(s.packets_foreign, 150);
    assert_int_equal(s.packets_lost + s.packets_duplicate + s.packets_invalid, 0);
    assert_int_equal(s.ssrc, SSRC);
    assert_int_equal(s.sources, 1);
    receiver_free(r);
}

static void interop_13_garbage_on_both_ports(void **state)
{
    (void)state;
    static const struct {
        uint8_t octets[12];
        size_t len;
    } rows[] = {
        {{0}, 0},
        {{0x80}, 1},
        {{0x80, 0, 0, 0}, 4}, // the punches of go2rtc
        {{0x80, 0xc8, 0, 1}, 4},
        {{0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 11},
        {{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 12}, // no payload
        {{0xa0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 12}, // padding that is not there
        {{0x8f, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 12}, // 15 CSRCs that are not there
        {{0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 12}, // an extension that is not there
        {{0x40, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 12},
    };
    struct receiver *r = plain();
    for (int after = 0; after < 2; after++) {
        for (size_t i = 0; i < LENGTH(rows); i++) {
            struct guarded g = guarded_copy(rows[i].octets, rows[i].len);
            receiver_rtp(r, 0, g.data, g.len);
            receiver_rtcp(r, 0, g.data, g.len);
            guarded_free(&g);
        }
        feed_n(r, after);
    }
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.packets_invalid, 4 * LENGTH(rows));
    assert_int_equal(s.packets_received, 2);
    assert_int_equal(s.reports_received, 0);
    struct random random = {3};
    for (int i = 0; i < 20000; i++) {
        uint8_t octets[80];
        size_t len = random_u64(&random) % sizeof octets;
        for (size_t k = 0; k < len; k++)
            octets[k] = (uint8_t)random_u64(&random);
        if (len > 1 && i % 2) { // that looks right at first
            octets[0] = 0x80 | (octets[0] & 0x3f);
            octets[1] = i % 4 == 1 ? PAYLOAD_TYPE : (uint8_t)(200 + i % 8);
        }
        struct guarded g = guarded_copy(octets, len);
        receiver_rtp(r, i * USEC_MS, g.data, g.len);
        receiver_rtcp(r, i * USEC_MS, g.data, g.len);
        guarded_free(&g);
        if (i % 20 == 0)
            play(r, i * USEC_MS, i * USEC_MS + 20 * USEC_MS);
    }
    receiver_free(r);
}

static void numbers_and_timestamps_wrap(void **state)
{
    (void)state;
    struct receiver *r = plain();
    size_t used = 0;
    for (int n = 0; n < 200; n++) {
        feed(r, n * FRAME_TIME,
             &(struct datagram){.seq = (uint16_t)(65436 + n),
                                .timestamp = 0u - 100u * FRAME + (uint32_t)n * FRAME});
        used += play(r, n * FRAME_TIME, (n + 1) * FRAME_TIME);
    }
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.packets_received, 200);
    assert_int_equal(s.packets_lost, 0);
    assert_int_equal(s.playout.samples_conceal + s.playout.restarts, 0);
    assert_int_equal(used, 198 * FRAME); // all but the wait of 40 ms
    receiver_free(r);
}

static void interop_12_another_ssrc_takes_over(void **state)
{
    (void)state;
    struct receiver *r = plain();
    usec now = 0;
    for (int n = 0; n < 50; n++, now += FRAME_TIME) {
        feed_n(r, n);
        play(r, now, now + FRAME_TIME);
    }
    for (int n = 0; n < 100; n++, now += FRAME_TIME) {
        feed(r, now,
             &(struct datagram){
                 .ssrc = 7, .seq = (uint16_t)(n + 65530), .timestamp = 777u + (uint32_t)n * FRAME});
        play(r, now, now + FRAME_TIME);
    }
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.sources, 2);
    assert_int_equal(s.ssrc, 7);
    assert_int_equal(s.packets_received + s.packets_foreign, 150);
    assert_in_range(s.packets_foreign, 9, 12); // 200 ms until the old one counts as silent
    assert_int_equal(s.packets_lost, 0);
    assert_true(happened(r, RECEIVER_NEW_SOURCE));
    receiver_free(r);
}

static void a_jump_of_numbers_goes_on(void **state)
{
    (void)state;
    struct receiver *r = plain();
    for (int n = 0; n < 100; n++) {
        feed(r, n * FRAME_TIME,
             &(struct datagram){.seq = (uint16_t)(n < 50 ? n : n + 30000),
                                .timestamp = (uint32_t)n * FRAME});
        play(r, n * FRAME_TIME, (n + 1) * FRAME_TIME);
    }
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.packets_received, 99); // the first after the jump was not believed
    assert_int_equal(s.packets_lost, 0);
    assert_int_equal(s.sources, 1);
    receiver_free(r);
}

// Packet 50 has one bit of its number wrong: it alone is lost, not the 2000 that seem to be missing.
static void a_corrupt_number_is_no_outage(void **state)
{
    (void)state;
    struct receiver *r = plain();
    for (int n = 0; n < 100; n++) {
        feed(r, n * FRAME_TIME,
             &(struct datagram){.seq = (uint16_t)(n == 50 ? n ^ 2048 : n),
                                .timestamp = (uint32_t)n * FRAME});
        play(r, n * FRAME_TIME, (n + 1) * FRAME_TIME);
    }
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.packets_received, 99);
    assert_int_equal(s.packets_lost, 1);
    assert_int_equal(s.packets_invalid, 1);
    receiver_free(r);
}

static size_t sender_report(uint8_t *out, size_t cap, uint32_t packets, bool bye)
{
    struct writer w = writer_of(out, cap);
    struct rtcp_sender sender = {
        .ntp = 0x0001000280000000, .rtp = packets * FRAME, .packets = packets};
    rtcp_write_sr(&w, SSRC, &sender, NULL, 0);
    rtcp_write_sdes(&w, SSRC, "peer");
    if (bye)
        rtcp_write_bye(&w, SSRC, NULL);
    return writer_len(&w);
}

// What a receiver's compound says; false where it is not RR, SDES with a CNAME (and BYE).
static bool read_report(const uint8_t *data, size_t len, bool bye, struct rtcp_packet *report)
{
    struct rtcp_walk walk = rtcp_walk(data, len);
    struct rtcp_packet packet;
    if (rtcp_next(&walk, report) != RTCP_OK || report->type != RTCP_RR)
        return false;
    if (rtcp_next(&walk, &packet) != RTCP_OK || packet.type != RTCP_SDES || !packet.cname_len)
        return false;
    if (bye && (rtcp_next(&walk, &packet) != RTCP_OK || !rtcp_bye_names(&packet, report->ssrc)))
        return false;
    return rtcp_next(&walk, &packet) == RTCP_END;
}

static void interop_14_15_reports_say_what_came(void **state)
{
    (void)state;
    struct receiver *r = plain();
    uint8_t data[512], sr[200];
    struct rtcp_packet p;
    assert_int_equal(receiver_rtcp_output(r, receiver_next(r) - 1, data, sizeof data), 0);
    usec now = receiver_next(r);
    assert_in_range(now, 1, 4 * USEC_SECOND);
    size_t len = receiver_rtcp_output(r, now, data, sizeof data);
    assert_true(read_report(data, len, false, &p));
    assert_int_equal(p.reports_len, 0); // of nobody yet
    assert_true(receiver_next(r) > now + 2 * USEC_SECOND);

    for (int n = 0; n < 100; n++)
        if (n % 4 != 1)
            feed_n(r, n);
    receiver_rtcp(r, 3 * USEC_SECOND, sr, sender_report(sr, sizeof sr, 100, false));
    now = usec_max(receiver_next(r), 4 * USEC_SECOND);
    len = receiver_rtcp_output(r, now, data, sizeof data);
    assert_true(read_report(data, len, false, &p));
    assert_int_equal(p.reports_len, 1);
    assert_int_equal(p.reports[0].ssrc, SSRC);
    assert_int_equal(p.reports[0].fraction_lost, 64);
    assert_int_equal(p.reports[0].cumulative_lost, 25);
    assert_int_equal(p.reports[0].highest_seq, 99);
    assert_int_equal(p.reports[0].lsr, 0x00028000);
    assert_int_equal(p.reports[0].dlsr, usec_to_units(now - 3 * USEC_SECOND, 65536));

    len = receiver_rtcp_bye(r, now, data, sizeof data);
    assert_true(read_report(data, len, true, &p));
    assert_int_equal(p.reports[0].fraction_lost, 0); // a new interval
    for (size_t cap = 0; cap < len; cap++)
        assert_int_equal(receiver_rtcp_bye(r, now, data, cap), 0);
    receiver_free(r);
}

static void rtcp_on_the_rtp_port_is_understood(void **state)
{
    (void)state;
    struct receiver *r = plain();
    uint8_t sr[200];
    feed_n(r, 0);
    receiver_rtp(r, 5, sr, sender_report(sr, sizeof sr, 1, true));
    assert_true(happened(r, RECEIVER_BYE));
    assert_int_equal(receiver_stats(r).reports_received, 1);
    assert_int_equal(receiver_stats(r).packets_invalid, 0);
    receiver_free(r);
}

static void a_bye_of_someone_else_is_none(void **state)
{
    (void)state;
    struct receiver *r = plain();
    uint8_t sr[200];
    receiver_rtcp(r, 0, sr, sender_report(sr, sizeof sr, 1, true)); // before all
    feed(r, 0, &(struct datagram){.ssrc = 9, .seq = 1});
    receiver_rtcp(r, 5, sr, sender_report(sr, sizeof sr, 1, true));
    assert_false(happened(r, RECEIVER_BYE));
    receiver_free(r);
}

static void a_bye_tells_what_was_lost_at_the_end(void **state)
{
    (void)state;
    for (int known = 0; known < 2; known++) {
        struct receiver *r = receiver_of(
            &(struct receiver_config){.payload_type = PAYLOAD_TYPE, .has_seq = known, .fec = true});
        uint8_t sr[200];
        size_t used = 0;
        for (int n = 0; n < 20; n++) {
            if (n < 15)
                feed_n(r, n);
            used += play(r, n * FRAME_TIME, (n + 1) * FRAME_TIME);
            if (n == 15)
                receiver_rtcp(r, n * FRAME_TIME, sr, sender_report(sr, sizeof sr, 18, true));
        }
        struct receiver_stats s = receiver_stats(r);
        assert_int_equal(s.packets_lost, known ? 3 : 0);
        // 10 ms were waited: what was due when the BYE came has ended in the middle of a packet
        assert_int_equal(used, known ? 18 * FRAME : 15 * FRAME + FRAME / 2);
        receiver_free(r);
    }
}

// The count of a peer that began to send 100 packets before we came.
static void a_count_that_began_without_us_is_no_loss(void **state)
{
    (void)state;
    struct receiver *r = receiver_of(
        &(struct receiver_config){.payload_type = PAYLOAD_TYPE, .has_seq = true, .seq = 100});
    uint8_t sr[200];
    for (int n = 100; n < 120; n++)
        feed_n(r, n);
    receiver_rtcp(r, 120 * FRAME_TIME, sr, sender_report(sr, sizeof sr, 120, true));
    assert_true(happened(r, RECEIVER_BYE));
    assert_int_equal(receiver_stats(r).packets_lost, 0);
    receiver_free(r);
}

// RTCP goes its own way: it may come before the last packets.
static void packets_that_a_bye_overtook_are_played(void **state)
{
    (void)state;
    for (int known = 0; known < 2; known++) {
        struct receiver *r = receiver_of(&(struct receiver_config){
            .payload_type = PAYLOAD_TYPE, .latency_min = 100 * USEC_MS, .has_seq = known});
        uint8_t sr[200];
        size_t used = 0;
        for (int n = 0; n < 40; n++) {
            if (n == 15)
                receiver_rtcp(r, n * FRAME_TIME, sr, sender_report(sr, sizeof sr, 20, true));
            if (n < 20)
                feed_n(r, n);
            used += play(r, n * FRAME_TIME, (n + 1) * FRAME_TIME);
        }
        struct receiver_stats s = receiver_stats(r);
        assert_int_equal(s.packets_received, 20);
        assert_int_equal(s.packets_lost + s.packets_foreign + s.packets_late, 0);
        assert_int_equal(s.sources, 1);
        assert_int_equal(used, 20 * FRAME);
        assert_true(happened(r, RECEIVER_ENDED));
        receiver_free(r);
    }
}

static void gaps_are_told_once(void **state)
{
    (void)state;
    struct receiver *r = plain();
    feed_n(r, 0);
    play(r, 0, USEC_SECOND);
    assert_false(happened(r, RECEIVER_GAP));
    play(r, USEC_SECOND, 3 * USEC_SECOND);
    assert_true(happened(r, RECEIVER_GAP));
    play(r, 3 * USEC_SECOND, 4 * USEC_SECOND);
    assert_false(happened(r, RECEIVER_GAP));
    feed_n(r, 200);
    assert_true(happened(r, RECEIVER_RESUMED));
    receiver_free(r);
}

static void late_is_not_lost(void **state)
{
    (void)state;
    struct receiver *r = plain();
    for (int n = 0; n < 50; n++) {
        if (n != 20 && n != 30)
            feed_n(r, n);
        if (n == 25) // packet 20, 100 ms late
            feed(r, n * FRAME_TIME, &(struct datagram){.seq = 20, .timestamp = 20 * FRAME});
        play(r, n * FRAME_TIME, (n + 1) * FRAME_TIME);
    }
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.packets_lost, 1);
    assert_int_equal(s.packets_late, 1);
    assert_int_equal(s.packets_reordered, 1);
    assert_int_equal(s.packets_received, 49);
    receiver_free(r);
}

static void doubles_are_counted_apart(void **state)
{
    (void)state;
    struct receiver *r = plain();
    for (int n = 0; n < 50; n++)
        for (int i = 0; i <= n % 2; i++)
            feed_n(r, n);
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.packets_received, 50);
    assert_int_equal(s.packets_duplicate, 25);
    assert_int_equal(s.packets_lost, 0);
    receiver_free(r);
}

static void options_become_a_config(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        bool good;
    } rows[] = {
        {"latency", "auto", true},        {"latency", "60", true},
        {"latency", "0", false},          {"latency", "x", false},
        {"conceal", "plc", true},         {"conceal", "repeat", true},
        {"conceal", "music", false},      {"fec", "off", true},
        {"fec", "maybe", false},          {"latency-max", "9", false},
        {"latency-max", "150", true},     {"latency-max", "auto", false},
        {"latency-price", "0", false},    {"latency-price", "5", true},
        {"latency-price", "1001", false},
    };
    struct receiver_options options = {0};
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (const struct cli_option *o = receiver_option_table; o->name; o++) {
            char why[CLI_WHY_MAX] = "";
            if (strcmp(o->name, rows[i].name) != 0)
                continue;
            assert_int_equal(cli_set(o, &options, rows[i].value, why), rows[i].good);
            assert_int_equal(why[0] != 0, !rows[i].good);
        }
    struct receiver_config config = {0};
    receiver_options_apply(&options, &config);
    assert_int_equal(config.latency, 60 * USEC_MS);
    assert_int_equal(config.latency_max, 150 * USEC_MS);
    assert_int_equal(config.latency_price, 5 * USEC_MS);
    assert_int_equal(config.conceal, RENDER_REPEAT);
    assert_false(config.fec);
}

static void options_that_contradict_each_other_are_told(void **state)
{
    (void)state;
    char why[CLI_WHY_MAX] = "";
    struct receiver_options options = {.latency_max = 100 * USEC_MS, .latency_price = USEC_MS};
    assert_true(receiver_options_check(&options, why));
    assert_true(receiver_options_check(&(struct receiver_options){.latency = USEC_MS}, why));
    options.latency = 60 * USEC_MS;
    assert_false(receiver_options_check(&options, why));
    assert_non_null(strstr(why, "--latency 60"));
    assert_non_null(strstr(why, "--latency-max"));
    options.latency_max = 0;
    assert_false(receiver_options_check(&options, why));
    assert_non_null(strstr(why, "--latency-price"));
}

static void figures_have_their_names(void **state)
{
    (void)state;
    static const char *const keys[] = {"packets_received",  "packets_lost",
                                       "packets_late",      "packets_duplicate",
                                       "packets_reordered", "packets_invalid",
                                       "frames_played",     "frames_fec",
                                       "frames_concealed",  "played_ms",
                                       "concealed_ms",      "delay_mean_ms",
                                       "delay_p95_ms",      "jitter_ms",
                                       "bitrate_kbps",      "codec",
                                       "transport",         "ssrc"};
    struct receiver *r = plain();
    for (int n = 0; n < 50; n++) {
        feed_n(r, n);
        play(r, n * FRAME_TIME, (n + 1) * FRAME_TIME);
    }
    struct receiver_stats s = receiver_stats(r);
    struct report_context context = {.transport = "udp", .url = "rtsp://here/"};
    json_t *json = report_json(&s, &context);
    assert_non_null(json);
    for (size_t i = 0; i < LENGTH(keys); i++)
        if (!json_object_get(json, keys[i]))
            fail_msg("no %s", keys[i]);
    assert_int_equal(json_integer_value(json_object_get(json, "packets_received")), 50);
    assert_true(json_number_value(json_object_get(json, "played_ms")) == 960);
    json_decref(json);
    char text[1024];
    report_summary(&s, &context, text, sizeof text);
    assert_non_null(strstr(text, "Of 50 packets sent, 0 never came"));
    report_progress(&s, &context, text, 10);
    assert_int_equal(strlen(text), 9);
    receiver_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_first_packet_there_is_nothing),
        cmocka_unit_test(who_asks_early_waits_longer),
        cmocka_unit_test(foreign_packets_are_counted_and_not_played),
        cmocka_unit_test(interop_13_garbage_on_both_ports),
        cmocka_unit_test(numbers_and_timestamps_wrap),
        cmocka_unit_test(interop_12_another_ssrc_takes_over),
        cmocka_unit_test(a_jump_of_numbers_goes_on),
        cmocka_unit_test(a_corrupt_number_is_no_outage),
        cmocka_unit_test(interop_14_15_reports_say_what_came),
        cmocka_unit_test(rtcp_on_the_rtp_port_is_understood),
        cmocka_unit_test(a_bye_of_someone_else_is_none),
        cmocka_unit_test(a_bye_tells_what_was_lost_at_the_end),
        cmocka_unit_test(a_count_that_began_without_us_is_no_loss),
        cmocka_unit_test(packets_that_a_bye_overtook_are_played),
        cmocka_unit_test(gaps_are_told_once),
        cmocka_unit_test(late_is_not_lost),
        cmocka_unit_test(doubles_are_counted_apart),
        cmocka_unit_test(options_become_a_config),
        cmocka_unit_test(options_that_contradict_each_other_are_told),
        cmocka_unit_test(figures_have_their_names),
    };
    return cmocka_run_group_tests(tests, make_payload, NULL);
}
