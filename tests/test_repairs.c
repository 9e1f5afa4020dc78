// What was lost and comes otherwise, through the whole receiver: redundant payloads (RFC 2198),
// packets sent again (RFC 4588), and anything that looks like them.
#include "tests/test.h"

#include "media/random.h"
#include "media/red.h"
#include "media/rtcp.h"
#include "media/rtcp_nack.h"
#include "media/rtcp_xr.h"
#include "media/rtp.h"
#include "media/rtx.h"
#include "media/voice.h"
#include "receiver/receiver.h"

#include <math.h>
#include <string.h>

#define FRAME      960
#define FRAME_TIME (20 * USEC_MS)
#define PT         96
#define PT_RED     97
#define PT_AGAIN   98
#define SSRC       0x11223344u
#define PACKETS    600
#define FIRST_SEQ  65300u // 16 bits wrap on the way
#define FIRST_TIME 0xffff0000u
#define LENGTH(a)  (sizeof(a) / sizeof((a)[0]))

static struct {
    uint8_t octets[400];
    size_t len;
} frames[PACKETS];

static int encode(void **state)
{
    (void)state;
    struct voice_encoder_config config = {
        .channels = 1, .bitrate = 24000, .frame_samples = FRAME, .complexity = 3};
    struct voice_encoder *e = voice_encoder_new(&config);
    int16_t pcm[FRAME];
    for (int n = 0; n < PACKETS; n++) {
        for (int i = 0; i < FRAME; i++)
            pcm[i] = (int16_t)(8000 * sin((n * FRAME + i) * (0.02 + n % 50 * 0.001)));
        int len = voice_encode(e, pcm, frames[n].octets, sizeof frames[n].octets);
        if (len < 3)
            return -1;
        frames[n].len = (size_t)len;
    }
    voice_encoder_free(e);
    return 0;
}

static const struct receiver_config all = {
    .payload_type = PT,
    .latency_min = 100 * USEC_MS,
    .red = true,
    .payload_type_red = PT_RED,
    .again = true,
    .payload_type_again = PT_AGAIN,
    .feedback = true,
    .seed = 1,
};

static struct receiver *receiver_of(const struct receiver_config *config)
{
    struct receiver *r = receiver_new(config, 0);
    assert_non_null(r);
    return r;
}

static void give(struct receiver *r, usec now, const struct rtp_packet *packet)
{
    uint8_t data[9000];
    size_t len = rtp_write(packet, data, sizeof data);
    struct guarded g = guarded_copy(data, len);
    receiver_rtp(r, now, g.data, g.len);
    guarded_free(&g);
}

static struct rtp_packet packet_of(int n)
{
    return (struct rtp_packet){
        .payload_type = PT,
        .seq = (uint16_t)(FIRST_SEQ + (uint32_t)n),
        .timestamp = FIRST_TIME + (uint32_t)n * FRAME,
        .ssrc = SSRC,
        .payload = frames[n].octets,
        .payload_len = frames[n].len,
    };
}

// Packet n with so many copies; 0: without, and plain.
static void give_red(struct receiver *r, usec now, int n, int copies, int spacing)
{
    uint8_t payload[3000];
    struct red_block blocks[RED_BLOCKS_MAX];
    size_t count = 0;
    struct rtp_packet packet = packet_of(n);
    for (int c = copies; c > 0; c--)
        if (n - c * spacing >= 0)
            blocks[count++] = (struct red_block){.payload_type = PT,
                                                 .offset = (uint32_t)(c * spacing * FRAME),
                                                 .data = frames[n - c * spacing].octets,
                                                 .len = frames[n - c * spacing].len};
    blocks[count++] =
        (struct red_block){.payload_type = PT, .data = packet.payload, .len = packet.payload_len};
    if (copies) {
        packet.payload_type = PT_RED;
        packet.payload_len = red_write(blocks, count, payload, sizeof payload);
        packet.payload = payload;
    }
    give(r, now, &packet);
}

static void give_again(struct receiver *r, usec now, const struct rtp_packet *original)
{
    static uint16_t seq;
    uint8_t data[9000];
    size_t len = rtx_write(original, PT_AGAIN, 0x99, seq++, data, sizeof data);
    struct guarded g = guarded_copy(data, len);
    receiver_rtp(r, now, g.data, g.len);
    guarded_free(&g);
}

static int16_t heard[2][(PACKETS + 100) * FRAME];
static size_t heard_len[2];

static void listen(struct receiver *r, usec from, usec until, int to)
{
    for (; from < until; from += 10 * USEC_MS) {
        int16_t pcm[2 * 480];
        struct receiver_played played = receiver_play(r, from, pcm, 480);
        memcpy(heard[to] + heard_len[to], pcm + played.lead, played.used * sizeof *pcm);
        heard_len[to] += played.used;
        assert_true(heard_len[to] + 960 < LENGTH(heard[to]));
    }
}

// The whole stream; `lost` says which packets are.
static struct receiver_stats play(int copies, int spacing, bool (*lost)(int n), int to)
{
    struct receiver *r = receiver_of(&all);
    heard_len[to] = 0;
    for (int n = 0; n < PACKETS; n++) {
        if (!lost || !lost(n))
            give_red(r, n * FRAME_TIME, n, copies, spacing);
        listen(r, n * FRAME_TIME, (n + 1) * FRAME_TIME, to);
    }
    struct receiver_stats s = receiver_stats(r);
    receiver_free(r);
    return s;
}

static void assert_same_sound(void)
{
    assert_int_equal(heard_len[0], heard_len[1]);
    assert_true(heard_len[0] > (PACKETS - 20) * FRAME);
    assert_memory_equal(heard[0], heard[1], heard_len[0] * sizeof heard[0][0]);
}

// ---- copies ------------------------------------------------------------------------------------

static void without_losses_copies_are_not_heard(void **state)
{
    (void)state;
    struct receiver_stats plain = play(0, 0, NULL, 0);
    for (int copies = 1; copies <= 4; copies++) {
        struct receiver_stats s = play(copies, copies == 4 ? 4 : 1, NULL, 1);
        assert_same_sound();
        assert_int_equal(s.packets_received, PACKETS);
        assert_int_equal(s.packets_duplicate + s.packets_invalid + s.packets_foreign, 0);
        assert_int_equal(s.octets_received, plain.octets_received); // of the stream itself
        assert_int_equal(s.playout.frames_copy, 0);
        assert_in_range(s.repairs.copies, 1 + copies * (PACKETS - 16), copies * PACKETS);
    }
}

static bool every_fifth(int n)
{
    return n % 5 == 4 && n < PACKETS - 10;
}

static bool pairs(int n)
{
    return (n % 9 == 3 || n % 9 == 4) && n < PACKETS - 10;
}

// The copies are the frames themselves: what is heard is as if nothing had been lost.
static void with_copies_losses_are_not_heard(void **state)
{
    (void)state;
    static const struct {
        int copies, spacing;
        bool (*lost)(int n);
    } rows[] = {{1, 1, every_fifth}, {2, 1, every_fifth}, {2, 1, pairs},
                {1, 2, pairs},       {1, 3, every_fifth}, {3, 1, pairs}};
    play(0, 0, NULL, 0);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        int lost = 0;
        for (int n = 0; n < PACKETS; n++)
            lost += rows[i].lost(n);
        struct receiver_stats s = play(rows[i].copies, rows[i].spacing, rows[i].lost, 1);
        assert_same_sound();
        assert_int_equal(s.playout.samples_conceal, 0);
        assert_int_equal(s.playout.frames_copy, lost);
        assert_int_equal(s.packets_lost, lost); // by the network, all the same
        assert_int_equal(s.packets_received, PACKETS - lost);
    }
}

static void who_has_not_agreed_to_it_takes_none(void **state)
{
    (void)state;
    struct receiver *r = receiver_of(&(struct receiver_config){.payload_type = PT});
    for (int n = 0; n < 20; n++) {
        give_red(r, n * FRAME_TIME, n, 2, 1);
        give_again(r, n * FRAME_TIME,
                   &(struct rtp_packet){.seq = 1, .payload = (uint8_t *)"abc", .payload_len = 3});
    }
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.packets_received, 0);
    assert_int_equal(s.packets_foreign, 40);
    receiver_free(r);
}

// ---- payloads that claim to be redundant -------------------------------------------------------

struct claim {
    const char *what;
    uint8_t payload[80];
    size_t len;
    enum { TAKEN, INVALID, FOREIGN } becomes;
    int copies; // that are counted
};

#define OPUS 0x08, 0x01, 0x02 // 20 ms of SILK
static const struct claim claims[] = {
    {"nothing", {0}, 0, INVALID, 0},
    {"a primary without data", {PT}, 1, INVALID, 0},
    {"a primary", {PT, OPUS}, 4, TAKEN, 0},
    {"a primary of another type", {99, OPUS}, 4, FOREIGN, 0},
    {"a primary that is redundant", {PT_RED, PT, OPUS}, 5, FOREIGN, 0},
    {"a block that reaches past the end", {0x80 | PT, 0x0f, 0x03, 0xff, PT, OPUS}, 8, INVALID, 0},
    {"half a header", {0x80 | PT, 0x0f}, 2, INVALID, 0},
    {"no primary", {0x80 | PT, 0, 0, 0}, 4, INVALID, 0},
    {"a block of no octets", {0x80 | PT, 0x0f, 0, 0, PT, OPUS}, 8, TAKEN, 0},
    {"a block at its own time", {0x80 | PT, 0, 0, 3, PT, OPUS, OPUS}, 11, TAKEN, 1},
    {"one sample before", {0x80 | PT, 0, 4, 3, PT, OPUS, OPUS}, 11, TAKEN, 1},
    {"as far back as can be", {0x80 | PT, 0xff, 0xfc, 3, PT, OPUS, OPUS}, 11, TAKEN, 1},
    {"a block of another type", {0x80 | 99, 0x0f, 0, 3, PT, OPUS, OPUS}, 11, TAKEN, 0},
    {"a block that is redundant", {0x80 | PT_RED, 0x0f, 0, 3, PT, OPUS, OPUS}, 11, TAKEN, 0},
    {"a block that is no Opus", {0x80 | PT, 0x0f, 0, 1, PT, 0xff, OPUS}, 9, TAKEN, 0},
    {"120 ms in the place of 20", {0x80 | PT, 0x0f, 0, 2, PT, 0x1b, 0x42, OPUS}, 10, TAKEN, 1},
};

static void fill(struct claim *c, size_t blocks)
{
    c->len = 0;
    for (size_t i = 0; i < blocks; i++) {
        const uint8_t header[] = {0x80 | PT, (uint8_t)(i * 4), 0, 1};
        memcpy(c->payload + c->len, header, sizeof header);
        c->len += sizeof header;
    }
    c->payload[c->len++] = PT;
    memset(c->payload + c->len, 8, blocks + 3);
    c->len += blocks + 3;
}

// Packet 101 is lost; 102 carries the claim. All goes on, and later packets are as they were.
static void check_claim(const struct claim *c)
{
    struct receiver *r = receiver_of(&all);
    heard_len[1] = 0;
    for (int n = 0; n < 300; n++) {
        struct rtp_packet packet = packet_of(n);
        if (n == 102) {
            packet.payload_type = PT_RED;
            packet.payload = c->payload;
            packet.payload_len = c->len;
        }
        if (n != 101)
            give(r, n * FRAME_TIME, &packet);
        listen(r, n * FRAME_TIME, (n + 1) * FRAME_TIME, 1);
    }
    struct receiver_stats s = receiver_stats(r);
    uint64_t taken = c->becomes == TAKEN, played = s.playout.frames_packet;
    if (s.packets_received != 298 + taken || s.packets_invalid != (c->becomes == INVALID) ||
        s.packets_foreign != (c->becomes == FOREIGN) || s.packets_lost != 2 - taken)
        fail_msg("%s: %d received, %d invalid, %d foreign", c->what, (int)s.packets_received,
                 (int)s.packets_invalid, (int)s.packets_foreign);
    if (s.repairs.copies != (uint64_t)c->copies)
        fail_msg("%s: %d copies", c->what, (int)s.repairs.copies);
    if (played + 6 < 298 + taken || s.playout.skipped > 0 || s.playout.restarts > 0)
        fail_msg("%s: %d played, %d skipped", c->what, (int)played, (int)s.playout.skipped);
    receiver_free(r);
}

static void claims_are_taken_for_what_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(claims); i++)
        check_claim(&claims[i]);
    struct claim many = {.what = "15 blocks and the primary", .becomes = TAKEN, .copies = 15};
    fill(&many, 15);
    check_claim(&many);
    many = (struct claim){.what = "16 blocks and the primary", .becomes = INVALID};
    fill(&many, 16);
    many.len = many.len < sizeof many.payload ? many.len : sizeof many.payload;
    check_claim(&many);
}

// ---- sent again --------------------------------------------------------------------------------

static bool none_of_the_last(int n)
{
    return n % 7 == 3 && n < PACKETS - 20;
}

static void what_is_sent_again_is_heard(void **state)
{
    (void)state;
    play(0, 0, NULL, 0);
    struct receiver *r = receiver_of(&all);
    heard_len[1] = 0;
    int lost = 0;
    for (int n = 0; n < PACKETS; n++) {
        if (!none_of_the_last(n))
            give_red(r, n * FRAME_TIME, n, 0, 0);
        if (n >= 2 && none_of_the_last(n - 2)) {
            struct rtp_packet packet = packet_of(n - 2);
            give_again(r, n * FRAME_TIME, &packet);
            give_again(r, n * FRAME_TIME, &packet);
            lost++;
        }
        listen(r, n * FRAME_TIME, (n + 1) * FRAME_TIME, 1);
    }
    assert_same_sound();
    struct receiver_stats s = receiver_stats(r);
    assert_int_equal(s.playout.frames_again, lost);
    assert_int_equal(s.repairs.answers, 2 * lost);
    assert_int_equal(s.packets_lost, lost);
    assert_int_equal(s.packets_duplicate, 0);
    receiver_free(r);
}

// A stream with copies and answers, of which the middle third does without what is turned off.
static void what_is_turned_off_is_left_alone(void **state)
{
    (void)state;
    for (int what = 0; what < 2; what++) { // copies, answers
        struct receiver *r = receiver_of(&all);
        struct receiver_knobs on = {.red = true, .again = true}, off = on;
        uint64_t restored[3], asks[3];
        *(what ? &off.again : &off.red) = false;
        heard_len[1] = 0;
        for (int n = 0; n < PACKETS; n++) {
            struct rtp_packet missing = packet_of(n < 2 ? 0 : n - 2);
            uint8_t data[REPAIRS_ASK_MOST * 8];
            usec now = n * FRAME_TIME;
            if (n == PACKETS / 3 || n == 2 * PACKETS / 3)
                receiver_turn(r, n == PACKETS / 3 ? &off : &on);
            if (!every_fifth(n))
                give_red(r, now, n, what ? 0 : 1, 1);
            if (what && n >= 2 && every_fifth(n - 2))
                give_again(r, now, &missing);
            while (receiver_rtcp_output(r, now, data, sizeof data))
                ;
            listen(r, now, now + FRAME_TIME, 1);
            struct receiver_stats s = receiver_stats(r);
            restored[n / (PACKETS / 3)] = s.playout.frames_copy + s.playout.frames_again;
            asks[n / (PACKETS / 3)] = s.repairs.asks;
        }
        assert_in_range(restored[0], 30, PACKETS / 15);
        assert_in_range(restored[1] - restored[0], 0, 8); // what was in the buffer
        assert_in_range(restored[2] - restored[1], 30, PACKETS / 15);
        if (what)
            assert_in_range(asks[1] - asks[0], 0, 2);
        receiver_free(r);
    }
}

// What is asked for: packets that are missing, once each at first, from the stream's source.
static void what_is_missing_is_asked_for(void **state)
{
    (void)state;
    for (int again = 0; again < 2; again++) {
        struct receiver_config config = all;
        config.again = again;
        struct receiver *r = receiver_of(&config);
        int asked = 0;
        heard_len[1] = 0;
        for (int n = 0; n < 300; n++) {
            uint8_t data[REPAIRS_ASK_MOST * 8];
            usec now = n * FRAME_TIME;
            if (n % 30 != 20)
                give_red(r, now, n, 0, 0);
            for (size_t len; (len = receiver_rtcp_output(r, now, data, sizeof data));) {
                struct rtcp_walk walk = rtcp_walk(data, len);
                struct rtcp_packet packet;
                uint16_t seq;
                while (rtcp_next(&walk, &packet) == RTCP_OK) {
                    struct rtcp_nack nack = rtcp_nack_of(&packet);
                    while (rtcp_nack_next(&nack, &seq)) {
                        assert_int_equal(nack.media_ssrc, SSRC);
                        assert_int_equal((uint16_t)(seq - FIRST_SEQ) % 30, 20);
                        asked++;
                    }
                }
            }
            listen(r, now, now + FRAME_TIME, 1);
        }
        struct receiver_stats s = receiver_stats(r);
        assert_int_equal(s.repairs.asks, asked);
        if (again)
            assert_in_range(asked, 10, 40);
        else
            assert_int_equal(asked, 0);
        receiver_free(r);
    }
}

// The sender's answer to a reference time in a report of the receiver's (RFC 3611 section 4.5).
static void answer_reference(struct receiver *r, usec when, const uint8_t *report, size_t len)
{
    struct rtcp_walk walk = rtcp_walk(report, len);
    struct rtcp_packet packet;
    struct rtcp_xr_block block;
    uint8_t out[100];
    while (rtcp_next(&walk, &packet) == RTCP_OK) {
        struct rtcp_xr_walk blocks = rtcp_xr_walk(&packet);
        while (rtcp_xr_next(&blocks, &block) == RTCP_XR_OK) {
            if (block.type != RTCP_XR_REFERENCE)
                continue;
            struct rtcp_xr_dlrr dlrr = {.ssrc = packet.ssrc, .lrr = (uint32_t)(block.ntp >> 16)};
            struct writer w = writer_of(out, sizeof out);
            rtcp_write_rr(&w, SSRC, NULL, 0);
            uint8_t *begun = rtcp_xr_begin(&w, SSRC);
            rtcp_xr_write_dlrr(&w, &dlrr, 1);
            rtcp_xr_end(&w, begun);
            receiver_rtcp(r, when, out, writer_len(&w));
        }
    }
}

// How long datagrams may lie unread after some seconds of them; each moment that they have lain is one
// less.
static usec patience(const struct receiver_config *config, usec round_trip)
{
    struct receiver *r = receiver_of(config);
    assert_int_equal(receiver_patience(r, 0), config->again ? 0 : USEC_NEVER);
    heard_len[1] = 0;
    for (int n = 0; n < PACKETS; n++) {
        uint8_t data[512];
        usec now = n * FRAME_TIME;
        give_red(r, now, n, 0, 0);
        size_t len = receiver_rtcp_output(r, now, data, sizeof data);
        if (round_trip != USEC_NEVER)
            answer_reference(r, now + round_trip, data, len);
        listen(r, now, now + FRAME_TIME, 1);
    }
    usec now = (PACKETS - 1) * FRAME_TIME, time = receiver_patience(r, now);
    for (usec later = 0; config->again && later < USEC_SECOND; later += 10 * USEC_MS) {
        usec left = receiver_patience(r, now + later);
        assert_true(left == 0 || left == time - later);
    }
    receiver_free(r);
    return time;
}

// The next packet comes in 20 ms. To ask for it takes three round trips, or 200 ms where none is known,
// and the time to wake up. (The sound is taken 10 ms at a time.)
static void datagrams_may_lie_while_there_is_time_to_ask(void **state)
{
    static const struct {
        usec latency, round_trip, least, most;
    } rows[] = {
        {400 * USEC_MS, USEC_NEVER, 190 * USEC_MS, 205 * USEC_MS},
        {400 * USEC_MS, 40 * USEC_MS, 270 * USEC_MS, 285 * USEC_MS},
        {400 * USEC_MS, 0, 370 * USEC_MS, 385 * USEC_MS},
        {100 * USEC_MS, 0, 70 * USEC_MS, 85 * USEC_MS},
        {100 * USEC_MS, USEC_NEVER, 0, 0},
        {40 * USEC_MS, 0, 0, 0},
    };
    (void)state;
    struct receiver_config config = all;
    config.extended = true;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        config.latency_min = rows[i].latency;
        assert_in_range(patience(&config, rows[i].round_trip), rows[i].least, rows[i].most);
    }
    config.again = false;
    assert_int_equal(patience(&config, 0), USEC_NEVER);
}

// Two receivers of the same stream; one is sent all kinds of things again. What it says about the
// stream (RFC 3550 section 6.4) is what the other says.
static void a_flood_leaves_the_stream_alone(void **state)
{
    (void)state;
    struct random random = {3};
    struct receiver *calm = receiver_of(&all), *flooded = receiver_of(&all);
    uint64_t sent = 0;
    heard_len[0] = heard_len[1] = 0;
    for (int n = 0; n < PACKETS; n++) {
        usec now = n * FRAME_TIME;
        for (int i = 0; i < 50; i++, sent++) {
            struct rtp_packet again = packet_of((int)(random_u64(&random) % PACKETS));
            if (i % 3 == 0) // any number, at any time; those in reach are played, or not there
                again.seq = (uint16_t)(FIRST_SEQ + (uint32_t)n + 2 + random_u64(&random) % 30000);
            if (i % 3 == 1)
                again.seq = (uint16_t)(FIRST_SEQ - 1 - random_u64(&random) % 30000);
            if (i % 3 == 2 && i % 2)
                again.timestamp = (uint32_t)random_u64(&random);
            if (i % 3 == 2) // a packet that came
                again.seq = packet_of(n - n % 10).seq;
            give_again(flooded, now, &again);
        }
        if (n % 10 != 5) {
            give_red(calm, now, n, 0, 0);
            give_red(flooded, now, n, 0, 0);
        }
        listen(calm, now, now + FRAME_TIME, 0);
        listen(flooded, now, now + FRAME_TIME, 1);
        uint8_t a[1000], b[1000];
        size_t len_a = receiver_rtcp_output(calm, now, a, sizeof a),
               len_b = receiver_rtcp_output(flooded, now, b, sizeof b);
        assert_int_equal(len_a, len_b);
        assert_memory_equal(a, b, len_a);
    }
    assert_same_sound();
    struct receiver_stats c = receiver_stats(calm), f = receiver_stats(flooded);
    assert_int_equal(f.packets_received, c.packets_received);
    assert_int_equal(f.packets_lost, c.packets_lost);
    assert_int_equal(f.packets_duplicate + f.packets_invalid + f.packets_reordered, 0);
    assert_int_equal(f.octets_received, c.octets_received);
    assert_int_equal(f.jitter, c.jitter);
    assert_int_equal(f.repairs.answers + f.packets_foreign, sent); // each is counted
    receiver_free(calm);
    receiver_free(flooded);
}

// A missing packet whose time is wrong by hours: it is lost, and that is all.
static void a_wrong_time_does_not_stop_the_sound(void **state)
{
    (void)state;
    struct receiver *r = receiver_of(&all);
    heard_len[1] = 0;
    for (int n = 0; n < 300; n++) {
        if (n % 20 != 10)
            give_red(r, n * FRAME_TIME, n, 0, 0);
        if (n % 20 == 11) {
            struct rtp_packet wrong = packet_of(n - 1);
            wrong.timestamp += (uint32_t)n * 0x1234567;
            give_again(r, n * FRAME_TIME, &wrong);
        }
        listen(r, n * FRAME_TIME, (n + 1) * FRAME_TIME, 1);
    }
    struct receiver_stats s = receiver_stats(r);
    assert_in_range(s.playout.frames_packet, 278, 285);
    assert_in_range(s.playout.samples_conceal, 13 * FRAME, 16 * FRAME);
    assert_int_equal(s.playout.skipped + s.playout.restarts, 0);
    receiver_free(r);
}

// No packet at all, or one that holds no Opus.
static void what_repeats_nothing(void **state)
{
    (void)state;
    struct receiver *r = receiver_of(&all);
    struct rtp_packet again = packet_of(0);
    give_again(r, 0, &again); // before the stream
    assert_int_equal(receiver_stats(r).packets_foreign, 1);
    give_red(r, 0, 0, 0, 0);
    give_red(r, 2 * FRAME_TIME, 2, 0, 0);
    struct rtp_packet probe = {.payload_type = PT_AGAIN, .ssrc = 9, .payload = frames[0].octets};
    for (probe.payload_len = 0; probe.payload_len < 2; probe.payload_len++)
        give(r, 2 * FRAME_TIME, &probe); // fewer than two octets: it probes the path
    assert_int_equal(receiver_stats(r).packets_invalid, 0);
    again = packet_of(1);
    again.payload_len = 0;
    give_again(r, 2 * FRAME_TIME, &again);
    static uint8_t large[VOICE_PACKET_MAX + 1] = {8};
    again.payload = large;
    again.payload_len = sizeof large;
    give_again(r, 2 * FRAME_TIME, &again);
    assert_int_equal(receiver_stats(r).packets_invalid, 2);
    assert_int_equal(receiver_stats(r).repairs.answers, 0);
    receiver_free(r);
}

static void any_octets(void **state)
{
    (void)state;
    struct random random = {5};
    struct receiver *r = receiver_of(&all);
    heard_len[1] = 0;
    for (int i = 0; i < repeats(20000, 1000); i++) {
        static const uint8_t types[] = {PT, PT_RED, PT_AGAIN};
        uint8_t octets[200];
        size_t len = random_u64(&random) % sizeof octets;
        usec now = i * USEC_MS;
        for (size_t k = 0; k < len; k++)
            octets[k] = (uint8_t)random_u64(&random);
        if (len > 6 && i % 2) { // a block and a primary
            octets[0] = 0x80 | PT;
            octets[2] &= 0xfc;
            octets[4] = i % 4 == 1 ? PT : octets[4];
        }
        struct rtp_packet packet = packet_of(i / 20 % PACKETS);
        packet.seq = (uint16_t)(packet.seq + random_u64(&random) % 3);
        packet.payload_type = types[random_u64(&random) % 3];
        packet.payload = octets;
        packet.payload_len = len;
        give(r, now, &packet);
        if (i % 20 == 0) {
            int16_t pcm[2 * 960];
            receiver_play(r, now, pcm, 960);
        }
    }
    struct receiver_stats s = receiver_stats(r);
    assert_true(s.repairs.copies > 0 && s.repairs.answers > 0 && s.packets_invalid > 0);
    receiver_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_losses_copies_are_not_heard),
        cmocka_unit_test(with_copies_losses_are_not_heard),
        cmocka_unit_test(who_has_not_agreed_to_it_takes_none),
        cmocka_unit_test(claims_are_taken_for_what_they_are),
        cmocka_unit_test(what_is_sent_again_is_heard),
        cmocka_unit_test(what_is_turned_off_is_left_alone),
        cmocka_unit_test(what_is_missing_is_asked_for),
        cmocka_unit_test(datagrams_may_lie_while_there_is_time_to_ask),
        cmocka_unit_test(a_flood_leaves_the_stream_alone),
        cmocka_unit_test(a_wrong_time_does_not_stop_the_sound),
        cmocka_unit_test(what_repeats_nothing),
        cmocka_unit_test(any_octets),
    };
    return cmocka_run_group_tests(tests, encode, NULL);
}
