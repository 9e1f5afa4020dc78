// Two ends of a call in virtual time: each hears what the other says.
#include "tests/test.h"

#include "call/call.h"
#include "media/impair.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "sender/options.h"

#include <math.h>
#include <stdio.h>

#define STEP (10 * USEC_MS)

struct end {
    struct call *call;
    double hertz, phase;
    double right, wrong; // energy heard at the other's pitch, and at another one
    double seconds;
    int64_t n;
    char cname[64];
    int reports, with_blocks; // compounds, and those that say how the other's stream comes
};

static void agreed(struct offer_agreed *a, struct offer_agreed *b, bool narrow)
{
    const struct offer_ours ours = {.host = "192.0.2.1",
                                    .port = 4000,
                                    .red = true,
                                    .again = true,
                                    .fec = true,
                                    .narrow = narrow};
    char offer[2048], answer[2048];
    offer_write(&ours, offer, sizeof offer);
    assert_int_equal(offer_answer(&ours, slice_of(offer), b, answer, sizeof answer), OFFER_OK);
    assert_int_equal(offer_answered(&ours, slice_of(answer), a), OFFER_OK);
}

static void end_begin(struct end *e, double hertz, uint64_t seed, const struct offer_agreed *agree)
{
    struct sender_options options;
    struct call_config config = {
        .receiver = {.red = true, .again = true, .fec = true, .seed = seed},
        .patience = 5 * USEC_SECOND};
    sender_options_default(&options);
    sender_options_apply(&options, &config.sender);
    config.sender.seed = seed;
    *e = (struct end){.call = call_new(&config), .hertz = hertz};
    assert_false(call_is_up(e->call));
    assert_true(call_agree(e->call, 0, agree));
    sender_start(call_sender(e->call), 0);
}

static void speak(struct end *e, usec now)
{
    struct sender *s = call_sender(e->call);
    int16_t pcm[VOICE_FRAME_MAX];
    while (sender_frame_due(s) <= now) {
        for (size_t i = 0; i < sender_frame_samples(s); i++) {
            pcm[i] = (int16_t)(8000 * sin(e->phase));
            e->phase += 2 * M_PI * e->hertz / 48000;
        }
        sender_frame(s, pcm);
    }
}

static double power_at(const int16_t *pcm, size_t n, int64_t from, double hertz)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < n; i++) {
        double phase = 2 * M_PI * hertz * (double)(from + (int64_t)i) / 48000;
        re += pcm[i] * cos(phase);
        im += pcm[i] * sin(phase);
    }
    return re * re + im * im;
}

static void listen_to(struct end *e, usec now, double right, double wrong)
{
    int16_t pcm[2 * 480];
    struct receiver_played p = receiver_play(call_receiver(e->call), now, pcm, 480);
    if (!p.used)
        return;
    e->seconds += (double)p.used / 48000;
    e->right += power_at(pcm + p.lead, p.used, e->n, right);
    e->wrong += power_at(pcm + p.lead, p.used, e->n, wrong);
    e->n += (int64_t)p.used;
}

// One participant, one SSRC and one name (RFC 3550 section 8), but for what is sent again (RFC 4588
// section 5.3).
static void look_at_who_says_it(struct end *from, struct end *to, const struct call_datagram *d)
{
    uint32_t ssrc = sender_ssrc(call_sender(from->call)),
             other = sender_ssrc(call_sender(to->call));
    struct rtcp_walk walk = rtcp_walk(d->data, d->len);
    struct rtcp_packet packet;
    struct rtp_packet rtp;
    if (!d->rtcp) {
        assert_int_equal(rtp_parse(&rtp, d->data, d->len), RTP_OK);
        assert_int_equal(rtp.ssrc, ssrc);
        return;
    }
    from->reports++;
    while (rtcp_next(&walk, &packet) == RTCP_OK) {
        assert_int_equal(packet.ssrc, ssrc);
        if (packet.type == RTCP_SDES && !*from->cname)
            memcpy(from->cname, packet.cname, packet.cname_len);
        if (packet.type == RTCP_SDES)
            assert_memory_equal(from->cname, packet.cname, packet.cname_len);
        from->with_blocks += packet.type == RTCP_SR && packet.reports_len == 1;
        for (size_t i = 0; i < packet.reports_len; i++)
            assert_int_equal(packet.reports[i].ssrc, other);
    }
}

static void carry(struct end *from, struct end *to, struct impair *path, usec now)
{
    struct call_datagram d;
    uint8_t out[IMPAIR_DATAGRAM_MAX];
    uint64_t tag;
    usec due;
    size_t len;
    while (call_output(from->call, now, &d)) {
        look_at_who_says_it(from, to, &d);
        impair_input(path, now, d.data, d.len, d.rtcp);
    }
    while ((len = impair_output(path, now, out, sizeof out, &tag, &due)))
        call_input(to->call, due, out, len);
}

static void talk(struct end *a, struct end *b, struct impair *paths[2], usec from, usec until)
{
    for (usec now = from; now < until; now += STEP) {
        speak(a, now);
        speak(b, now);
        carry(a, b, paths[0], now);
        carry(b, a, paths[1], now);
        listen_to(a, now, b->hertz, a->hertz);
        listen_to(b, now, a->hertz, b->hertz);
    }
}

static void each_hears_the_other_by(bool narrow)
{
    const struct impair_spec spec = {.delay = 40 * USEC_MS};
    struct impair *paths[2] = {impair_new(&spec, 1), impair_new(&spec, 2)};
    struct offer_agreed at_a, at_b;
    struct end a, b;
    agreed(&at_a, &at_b, narrow);
    end_begin(&a, 400, 1, &at_a);
    end_begin(&b, 1100, 2, &at_b);
    talk(&a, &b, paths, 0, 5 * USEC_SECOND);
    assert_true(a.seconds > 4.5 && b.seconds > 4.5);
    assert_true(a.right > 100 * a.wrong && b.right > 100 * b.wrong);
    struct receiver_stats stats = receiver_stats(call_receiver(a.call));
    assert_int_equal(stats.packets_lost + stats.packets_invalid + stats.packets_foreign, 0);
    struct peer_figures peer = sender_listener(call_sender(a.call), call_listener(a.call));
    assert_true(peer.round_trip >= 75 * USEC_MS && peer.round_trip <= 130 * USEC_MS);

    // The sender's report and the receiver's in one, where there is feedback once a second; at first
    // there is nothing to say.
    const struct end *ends[] = {&a, &b};
    for (int i = 0; i < 2; i++) {
        assert_in_range(ends[i]->reports, narrow ? 2 : 4, narrow ? 3 : 9);
        assert_in_range(ends[i]->with_blocks, ends[i]->reports - 2, ends[i]->reports);
        assert_true(ends[i]->with_blocks > 0);
    }

    // On hold by b: a says nothing any more, and is not taken for dead; nor is b.
    at_a.sends = at_b.receives = false;
    assert_true(call_agree(a.call, 5 * USEC_SECOND, &at_a));
    assert_true(call_agree(b.call, 5 * USEC_SECOND, &at_b));
    uint64_t before = sender_listener(call_sender(a.call), call_listener(a.call)).packets;
    talk(&a, &b, paths, 5 * USEC_SECOND, 15 * USEC_SECOND);
    assert_int_equal(sender_listener(call_sender(a.call), call_listener(a.call)).packets, before);
    assert_true(a.seconds > 14);
    assert_false(call_is_dead(a.call, 15 * USEC_SECOND));
    assert_false(call_is_dead(b.call, 15 * USEC_SECOND));

    // And back.
    at_a.sends = at_b.receives = true;
    assert_true(call_agree(a.call, 15 * USEC_SECOND, &at_a));
    assert_true(call_agree(b.call, 15 * USEC_SECOND, &at_b));
    double heard = b.seconds;
    talk(&a, &b, paths, 15 * USEC_SECOND, 20 * USEC_SECOND);
    assert_true(b.seconds > heard + 4);
    // What was on its way when the hold began is all that is missing.
    assert_true(receiver_stats(call_receiver(b.call)).packets_lost <= 4);
    for (int i = 0; i < 2; i++)
        impair_free(paths[i]);
    call_free(a.call);
    call_free(b.call);
}

// Another codec is another stream of the same person: another SSRC, the name as before.
static void a_new_codec_is_a_new_stream(void **state)
{
    (void)state;
    struct offer_agreed wide_a, wide_b, narrow_a, narrow_b;
    struct end e;
    char cname[64];
    uint32_t ssrcs[3];
    agreed(&wide_a, &wide_b, false);
    agreed(&narrow_a, &narrow_b, true);
    end_begin(&e, 440, 5, &wide_a);
    snprintf(cname, sizeof cname, "%s", sender_cname(call_sender(e.call)));
    for (int i = 0; i < 3; i++) {
        assert_true(call_agree(e.call, i * USEC_SECOND, i & 1 ? &narrow_a : &wide_a));
        assert_string_equal(sender_cname(call_sender(e.call)), cname);
        ssrcs[i] = sender_ssrc(call_sender(e.call));
        for (int before = 0; before < i; before++)
            assert_int_not_equal(ssrcs[i], ssrcs[before]);
    }
    call_free(e.call);
}

static void each_hears_the_other(void **state)
{
    (void)state;
    each_hears_the_other_by(false);
}

static void each_hears_the_other_by_g711(void **state)
{
    (void)state;
    each_hears_the_other_by(true);
}

static bool says_goodbye(const struct call_datagram *d)
{
    struct rtcp_walk walk = rtcp_walk(d->data, d->len);
    struct rtcp_packet packet;
    bool bye = false;
    while (d->rtcp && rtcp_next(&walk, &packet) == RTCP_OK)
        bye |= packet.type == RTCP_BYE;
    return bye;
}

static void a_peer_that_is_gone_is_noticed(void **state)
{
    (void)state;
    struct offer_agreed at_a, at_b;
    struct end a;
    struct call_datagram d;
    int goodbyes = 0;
    agreed(&at_a, &at_b, false);
    end_begin(&a, 400, 1, &at_a);
    assert_false(call_is_dead(a.call, 4 * USEC_SECOND));
    assert_true(call_is_dead(a.call, 5 * USEC_SECOND));
    call_bye(a.call, 5 * USEC_SECOND);
    while (call_output(a.call, 5 * USEC_SECOND, &d))
        goodbyes += says_goodbye(&d);
    assert_int_equal(goodbyes, 1);
    call_free(a.call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hears_the_other),
        cmocka_unit_test(a_new_codec_is_a_new_stream),
        cmocka_unit_test(each_hears_the_other_by_g711),
        cmocka_unit_test(a_peer_that_is_gone_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
