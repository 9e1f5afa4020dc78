// The sender with listeners that lose packets: copies for who can take them, answers for who asks,
// and for all others the plain stream as ever.
#include "tests/test.h"

#include "media/random.h"
#include "media/red.h"
#include "media/resend.h"
#include "media/rtcp.h"
#include "media/rtcp_nack.h"
#include "media/rtcp_xr.h"
#include "media/rtp.h"
#include "media/rtx.h"
#include "sender/sender.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME      960
#define FRAME_TIME (20 * USEC_MS)
#define PT         96
#define PT_RED     97
#define PT_AGAIN   98
#define MANY       100
#define KEPT       2000 // packets that a test looks back on

static struct sender_config config_of(int max_bitrate)
{
    return (struct sender_config){
        .voice = {.channels = 1, .bitrate = 32000, .frame_samples = FRAME, .complexity = 1},
        .limits = {.bitrate = 32000,
                   .max_bitrate = max_bitrate,
                   .fec = ADAPT_FEC_AUTO,
                   .red = ADAPT_RED_AUTO},
        .resend = true,
        .payload_type = PT,
        .payload_type_red = PT_RED,
        .payload_type_again = PT_AGAIN,
        .listeners_max = MANY,
        .seed = 1,
    };
}

// What one listener got.
struct got {
    uint64_t rtp, octets, red, copies, again, again_octets, reports;
    uint16_t again_seq; // of the next one
    bool again_begun;
    struct rtcp_sender sender; // of the last SR
};

// A sender and its listeners, frame by frame.
struct room {
    struct sender *sender;
    int count;
    struct got got[MANY];
    struct sender_position start;
    usec now;
    int frames;
    bool quiet;
    struct {
        uint8_t octets[1500];
        size_t len;
    } sent[KEPT]; // the payloads of the stream, by number
    struct random random;
};

static struct room *room_of(const struct sender_config *config)
{
    struct room *r = calloc(1, sizeof *r);
    r->sender = sender_new(config, 0);
    assert_non_null(r->sender);
    r->random.state = 1;
    return r;
}

static void close_room(struct room *r)
{
    sender_free(r->sender);
    free(r);
}

static int enter(struct room *r, bool red, bool again)
{
    int id = sender_join(r->sender, r->now, (struct peer_takes){red, again, false});
    assert_int_equal(id, r->count);
    r->count++;
    r->start = sender_play(r->sender, id, r->now);
    return id;
}

static int number_of(const struct room *r, uint16_t seq)
{
    return (uint16_t)(seq - r->start.seq);
}

static void check_red(struct room *r, const struct rtp_packet *packet, struct got *got)
{
    struct red_block blocks[RED_BLOCKS_MAX];
    size_t count;
    int n = number_of(r, packet->seq);
    assert_int_equal(red_parse(blocks, &count, packet->payload, packet->payload_len), RED_OK);
    got->red++;
    got->copies += count - 1;
    assert_int_equal(blocks[count - 1].len, r->sent[n].len);
    assert_memory_equal(blocks[count - 1].data, r->sent[n].octets, r->sent[n].len);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(blocks[i].payload_type, PT);
        assert_int_equal(blocks[i].offset % FRAME, 0);
        assert_int_equal(voice_packet_samples(blocks[i].data, blocks[i].len), FRAME);
        assert_true(i == 0 || blocks[i].offset < blocks[i - 1].offset);
    }
}

static void check_again(struct room *r, const struct rtp_packet *rtx, struct got *got)
{
    struct rtp_packet packet;
    assert_true(rtx_parse(rtx, PT, r->start.ssrc, &packet));
    assert_true(rtx->ssrc != r->start.ssrc);
    int n = number_of(r, packet.seq);
    assert_int_equal(packet.timestamp, r->start.timestamp + (uint32_t)n * FRAME);
    assert_int_equal(packet.payload_len, r->sent[n].len);
    assert_memory_equal(packet.payload, r->sent[n].octets, packet.payload_len);
    assert_true(!got->again_begun || rtx->seq == got->again_seq); // its own numbers, in a row
    got->again_begun = true;
    got->again_seq = (uint16_t)(rtx->seq + 1);
    got->again++;
    got->again_octets += rtx->payload_len;
}

static void take_rtp(struct room *r, const struct sender_datagram *d)
{
    struct rtp_packet packet;
    assert_int_equal(rtp_parse(&packet, d->data, d->len), RTP_OK);
    int n = number_of(r, packet.seq);
    for (int i = 0; i < r->count; i++) {
        struct got *got = &r->got[i];
        if (!sender_is_for(r->sender, d, i))
            continue;
        if (packet.payload_type == PT_AGAIN) {
            assert_int_equal(d->listener, i);
            check_again(r, &packet, got);
            continue;
        }
        assert_true(n < KEPT);
        assert_int_equal(packet.ssrc, r->start.ssrc);
        assert_int_equal(packet.timestamp, r->start.timestamp + (uint32_t)n * FRAME);
        assert_int_equal(packet.payload_type, d->shape.depth ? PT_RED : PT);
        got->rtp++;
        got->octets += packet.payload_len;
        if (packet.payload_type == PT_RED)
            check_red(r, &packet, got);
        else if (r->sent[n].len)
            assert_memory_equal(packet.payload, r->sent[n].octets, r->sent[n].len);
    }
}

// The stream as it was made is known from the packet in the plain shape, or the primary of another.
static void keep(struct room *r, const struct sender_datagram *d)
{
    struct rtp_packet packet;
    struct red_block blocks[RED_BLOCKS_MAX];
    size_t count;
    rtp_parse(&packet, d->data, d->len);
    if (packet.payload_type == PT_AGAIN)
        return;
    struct red_block primary = {.data = packet.payload, .len = packet.payload_len};
    if (packet.payload_type == PT_RED) {
        assert_int_equal(red_parse(blocks, &count, packet.payload, packet.payload_len), RED_OK);
        primary = blocks[count - 1];
    }
    int n = number_of(r, packet.seq);
    assert_true(n < KEPT && primary.len <= sizeof r->sent[n].octets);
    assert_true(!r->sent[n].len || (r->sent[n].len == primary.len && // the same in all shapes
                                    !memcmp(r->sent[n].octets, primary.data, primary.len)));
    memcpy(r->sent[n].octets, primary.data, primary.len);
    r->sent[n].len = primary.len;
}

static void drain(struct room *r)
{
    struct sender_datagram d;
    for (int n = 0; sender_output(r->sender, r->now, &d); n++) {
        assert_true(n < 10000);
        if (d.kind == SENDER_RTP) {
            keep(r, &d);
            take_rtp(r, &d);
            continue;
        }
        struct rtcp_walk walk = rtcp_walk(d.data, d.len);
        struct rtcp_packet packet;
        while (rtcp_next(&walk, &packet) == RTCP_OK)
            if (packet.type == RTCP_SR)
                r->got[d.listener].sender = packet.sender;
        r->got[d.listener].reports++;
    }
}

static void frame(struct room *r)
{
    int16_t pcm[FRAME];
    if (!sender_running(r->sender))
        sender_start(r->sender, r->now);
    for (int i = 0; i < FRAME; i++) // pitched noise, so that the encoder has work to do
        pcm[i] = (int16_t)(3000 * sin((r->frames * FRAME + i) * 0.02) +
                           2000 * sin((r->frames * FRAME + i) * (0.1 + r->frames % 9 * 0.02)) +
                           1000 * random_unit(&r->random));
    if (r->quiet)
        memset(pcm + 96, 0, sizeof pcm - sizeof pcm[0] * 96);
    r->now = sender_frame_due(r->sender);
    sender_frame(r->sender, pcm);
    r->frames++;
    drain(r);
}

// A report of listener `i` on the last second: this share of its packets was lost.
static void report(struct room *r, int i, double loss)
{
    uint8_t out[600];
    bool came[50];
    struct writer w = writer_of(out, sizeof out);
    uint16_t end = (uint16_t)(r->start.seq + r->frames);
    for (int n = 0; n < 50; n++)
        came[n] = random_unit(&r->random) >= loss;
    struct rtcp_report block = {.ssrc = r->start.ssrc,
                                .fraction_lost = (uint8_t)(255 * loss),
                                .highest_seq = (uint32_t)r->start.seq + (uint32_t)r->frames};
    rtcp_write_rr(&w, 77, &block, 1);
    uint8_t *begun = rtcp_xr_begin(&w, 77);
    rtcp_xr_write_loss(&w, r->start.ssrc, (uint16_t)(end - 50), came, 50);
    rtcp_xr_end(&w, begun);
    sender_rtcp(r->sender, i, r->now, out, writer_len(&w));
}

static void seconds(struct room *r, int count, const double *losses)
{
    for (; count > 0; count--) {
        for (int n = 0; n < 50; n++)
            frame(r);
        for (int i = 0; i < r->count; i++)
            report(r, i, losses[i]);
        drain(r);
    }
}

// ---- copies ------------------------------------------------------------------------------------

static void each_listener_gets_the_same_stream(void **state)
{
    (void)state;
    struct sender_config config = config_of(64000);
    struct room *r = room_of(&config);
    static const double losses[] = {0.1, 0.1, 0.02, 0, 0.3};
    for (int i = 0; i < 5; i++)
        enter(r, i != 1, false); // 1 takes no copies
    seconds(r, 35, losses);
    for (int i = 0; i < 5; i++) {
        struct peer_figures f = sender_listener(r->sender, i);
        assert_int_equal(r->got[i].rtp, r->frames); // each packet once
        assert_int_equal(f.packets, r->got[i].rtp);
        assert_int_equal(f.octets, r->got[i].octets); // in whatever shape they were
        assert_int_equal(f.resend.asked, 0);
    }
    assert_int_equal(r->got[1].red, 0);
    assert_int_equal(r->got[3].red, 0);
    assert_true(r->got[0].red > 500 && r->got[0].copies > 450);
    assert_int_equal(sender_listener(r->sender, 3).shape.depth, 0);
    assert_true(sender_stats(r->sender).decisions > 0);
    close_room(r);
}

static void nobody_and_many(void **state)
{
    (void)state;
    static double losses[MANY];
    for (int count = 0; count <= MANY; count += count ? 99 : 1) {
        struct sender_config config = config_of(64000);
        struct room *r = room_of(&config);
        uint64_t packets = 0;
        for (int i = 0; i < count; i++) {
            losses[i] = i % 2 ? 0 : 0.002 * i;
            enter(r, i % 3, false);
        }
        if (!count)
            r->start = sender_play(r->sender, sender_join(r->sender, 0, (struct peer_takes){0}), 0);
        seconds(r, repeats(15, 3), losses);
        for (int i = 0; i < count; i++) {
            packets += r->got[i].rtp;
            assert_int_equal(r->got[i].rtp, r->frames);
            assert_true(i % 3 || !r->got[i].red);
            struct copies_shape shape = sender_listener(r->sender, i).shape;
            struct adapt_limits limits = {.frame_samples = FRAME};
            struct adapt_choice choice = sender_stats(r->sender).choice;
            assert_true(!shape.depth || adapt_total(&limits, &choice, shape) <= 64000);
        }
        assert_int_equal(packets, (uint64_t)count * (uint64_t)r->frames);
        close_room(r);
    }
}

// The encoder is told a little more than was chosen, where it leaves some of that: what it makes then
// is no more than was chosen and a tenth.
static void what_is_coded_stays_in_its_bound(void **state)
{
    (void)state;
    static const double losses[] = {0.1};
    for (int max = 24000; max <= 64000; max += 20000) {
        struct sender_config config = config_of(max);
        struct room *r = room_of(&config);
        enter(r, true, false);
        for (int s = 0; s < 35; s++) {
            r->quiet = s < 25; // the encoder leaves most of its rate; then it needs all
            uint64_t before = sender_stats(r->sender).octets;
            struct adapt_choice c = sender_stats(r->sender).choice;
            seconds(r, 1, losses);
            double coded = 8.0 * (double)(sender_stats(r->sender).octets - before);
            if (coded > 1.1 * c.bitrate * 1.1) // a second may be livelier than others
                fail_msg("%d b/s chosen, %.0f coded", c.bitrate, coded);
        }
        assert_true(8.0 * (double)r->got[0].octets / 35 <= 1.1 * max);
        close_room(r);
    }
}

// ---- answers -----------------------------------------------------------------------------------

static void ask(struct room *r, int i, int n, int count)
{
    uint8_t out[600];
    uint16_t seqs[64];
    struct writer w = writer_of(out, sizeof out);
    for (int k = 0; k < count; k++)
        seqs[k] = (uint16_t)(r->start.seq + n + k);
    rtcp_write_rr(&w, 77, NULL, 0);
    rtcp_write_nack(&w, 77, r->start.ssrc, seqs, (size_t)count);
    sender_rtcp(r->sender, i, r->now, out, writer_len(&w));
    drain(r);
}

static void who_asks_is_answered_once(void **state)
{
    (void)state;
    struct sender_config config = config_of(64000);
    struct room *r = room_of(&config);
    enter(r, false, true);
    enter(r, false, false); // may not ask
    for (int n = 0; n < 100; n++)
        frame(r);
    ask(r, 0, 90, 3);
    assert_int_equal(r->got[0].again, 3);
    assert_int_equal(r->got[1].again, 0);
    ask(r, 0, 90, 3); // at once again: they are on their way
    assert_int_equal(r->got[0].again, 3);
    ask(r, 1, 90, 3);
    assert_int_equal(r->got[1].again, 0);
    ask(r, 0, 120, 3);  // not sent yet
    ask(r, 0, 10, 3);   // too old
    ask(r, 0, -100, 3); // never sent
    assert_int_equal(r->got[0].again, 3);
    for (int n = 0; n < 5; n++)
        frame(r);
    ask(r, 0, 90, 3); // it did not come
    assert_int_equal(r->got[0].again, 6);
    struct peer_figures f = sender_listener(r->sender, 0);
    assert_int_equal(f.resend.asked, 18);
    assert_int_equal(f.resend.resent, 6);
    assert_int_equal(f.resend.refused_again, 3);
    assert_int_equal(f.resend.too_old, 9);
    struct sender_stats s = sender_stats(r->sender);
    assert_int_equal(s.again, 6);
    assert_int_equal(s.octets_again, r->got[0].again_octets);
    assert_memory_equal(&s.asked, &f.resend, sizeof s.asked);
    assert_int_equal(f.packets, 105); // of the stream: what is sent again is another one
    assert_int_equal(f.octets, r->got[0].octets);
    assert_int_equal(sender_listener(r->sender, 1).resend.asked, 0);
    sender_leave(r->sender, 0, 0, false); // another one gets its number
    assert_int_equal(sender_join(r->sender, 0, (struct peer_takes){.again = true}), 0);
    assert_int_equal(sender_listener(r->sender, 0).resend.asked, 0);
    s = sender_stats(r->sender);
    assert_memory_equal(&s.asked, &f.resend, sizeof s.asked);
    close_room(r);
}

// One that asks for all, all the time, gets what its rate allows; others get all they need.
static void nobody_gets_more_than_its_rate(void **state)
{
    (void)state;
    struct sender_config config = config_of(48000);
    struct room *r = room_of(&config);
    enter(r, false, true);
    enter(r, false, true);
    for (int n = 0; n < 20; n++)
        frame(r);
    for (int n = 20; n < 1000; n++) {
        frame(r);
        for (int k = 0; k < 3; k++) {
            ask(r, 0, n - 19, 20);
            ask(r, 0, n - 60, 40);
        }
        if (n % 20 == 0)
            ask(r, 1, n - 2, 1);
    }
    double octets = (double)(r->got[0].again_octets + r->got[0].again * RTP_HEADER_LEN);
    double rate = 8 * octets / (980 * 0.02);
    assert_true(rate > 20000 && rate < 24000 * 1.05); // half of all, and one burst
    assert_int_equal(r->got[1].again, 49);
    assert_true(sender_listener(r->sender, 0).resend.refused_rate > 1000);
    close_room(r);
}

static void who_is_not_playing_is_not_answered(void **state)
{
    (void)state;
    struct sender_config config = config_of(64000);
    struct room *r = room_of(&config);
    enter(r, true, true);
    enter(r, true, true);
    for (int n = 0; n < 50; n++)
        frame(r);
    sender_pause(r->sender, 0);
    ask(r, 0, 40, 5);
    assert_int_equal(r->got[0].again, 0);
    sender_leave(r->sender, 1, r->now, true);
    uint64_t reports = r->got[1].reports;
    ask(r, 1, 40, 5);
    assert_int_equal(r->got[1].again, 0);
    assert_int_equal(r->got[1].reports, reports + 1); // its BYE
    uint64_t rtp = r->got[1].rtp;
    frame(r);
    assert_int_equal(r->got[1].rtp, rtp);
    sender_play(r->sender, 0, r->now);
    drain(r);
    ask(r, 0, 40, 5);
    assert_int_equal(r->got[0].again, 5);
    sender_end(r->sender, r->now);
    drain(r);
    ask(r, 0, 41, 5); // of a time line that is over
    assert_int_equal(r->got[0].again, 5);
    close_room(r);
}

// ---- a new time line ---------------------------------------------------------------------------

// The numbers begin anew, anywhere; what is reported on them counts from the first report on.
static void losses_count_on_a_new_time_line(void **state)
{
    (void)state;
    static const double bad[] = {0.3}, calm[] = {0};
    for (uint64_t seed = 0, back = 0; back < 2; seed++) {
        struct sender_config config = config_of(64000);
        config.seed = seed;
        struct room *r = room_of(&config);
        enter(r, true, false);
        seconds(r, 2, bad);
        assert_true(sender_listener(r->sender, 0).lost > 0.1);
        uint16_t end = (uint16_t)(r->start.seq + r->frames);
        sender_end(r->sender, r->now);
        drain(r);
        r->start = sender_play(r->sender, 0, r->now);
        r->frames = 0;
        memset(r->sent, 0, sizeof r->sent);
        drain(r);
        // a little further back, where they look like old ones, or anywhere else
        uint16_t behind = (uint16_t)(end - r->start.seq);
        if ((behind > 800 && behind < 4000) || seed < 2) {
            back += behind > 800 && behind < 4000;
            seconds(r, 12, calm);
            struct peer_figures f = sender_listener(r->sender, 0);
            if (f.lost > 0 || f.shape.depth)
                fail_msg("seed %d: %.3f lost, copies %d", (int)seed, f.lost, f.shape.depth);
        }
        close_room(r);
    }
}

// ---- anything ----------------------------------------------------------------------------------

static void any_octets(void **state)
{
    (void)state;
    struct random random = {6};
    struct sender_config config = config_of(64000);
    struct room *r = room_of(&config);
    for (int i = 0; i < 4; i++)
        enter(r, i & 1, i & 2);
    for (int n = 0; n < repeats(1500, 60); n++) {
        frame(r);
        for (int k = 0; k < 20; k++) {
            static const uint8_t types[] = {RTCP_RR, RTCP_XR, RTCP_RTPFB, RTCP_BYE, RTCP_SDES};
            uint8_t octets[200];
            struct writer w = writer_of(octets, sizeof octets);
            rtcp_write_rr(&w, 1, NULL, 0);
            size_t len = 4 * (random_u64(&random) % 48);
            for (size_t i = 8; i < sizeof octets; i++)
                octets[i] = (uint8_t)random_u64(&random);
            const uint8_t header[] = {0x81, types[random_u64(&random) % 5], 0,
                                      (uint8_t)(len / 4 - 1)};
            memcpy(octets + 8, header, sizeof header);
            const uint8_t ssrc[] = {(uint8_t)(r->start.ssrc >> 24), (uint8_t)(r->start.ssrc >> 16),
                                    (uint8_t)(r->start.ssrc >> 8), (uint8_t)r->start.ssrc};
            memcpy(octets + 16, ssrc, sizeof ssrc);
            struct guarded g = guarded_copy(octets, random_u64(&random) % 9 ? 8 + len : len);
            sender_rtcp(r->sender, k % 4, r->now, g.data, g.len);
            guarded_free(&g);
        }
        drain(r);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(r->got[i].rtp, r->frames);
        assert_true(i & 2 || !r->got[i].again);
        assert_true(i & 1 || !r->got[i].red);
    }
    struct sender_stats s = sender_stats(r->sender);
    assert_true(s.reports_received > 0 && s.reports_invalid > 0);
    assert_in_range(s.choice.bitrate, 6000, 32000);
    close_room(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_listener_gets_the_same_stream),
        cmocka_unit_test(nobody_and_many),
        cmocka_unit_test(what_is_coded_stays_in_its_bound),
        cmocka_unit_test(who_asks_is_answered_once),
        cmocka_unit_test(nobody_gets_more_than_its_rate),
        cmocka_unit_test(who_is_not_playing_is_not_answered),
        cmocka_unit_test(losses_count_on_a_new_time_line),
        cmocka_unit_test(any_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
