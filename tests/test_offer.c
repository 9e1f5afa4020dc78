#include "tests/test.h"

#include "control/offer.h"

#include <stdio.h>

static struct offer_ours ours(void)
{
    return (struct offer_ours){.host = "192.0.2.1",
                               .port = 4000,
                               .red = true,
                               .again = true,
                               .fec = true,
                               .ptime = 20 * USEC_MS,
                               .id = 1,
                               .version = 1};
}

#define START "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"

static void two_of_us_agree_on_everything(void **state)
{
    (void)state;
    struct offer_ours a = ours(), b = ours();
    struct offer_agreed at_a, at_b;
    char offer[2048], answer[2048];
    b.host = "2001:db8::2";
    b.port = 5000;
    assert_true(offer_write(&a, offer, sizeof offer) > 0);
    assert_int_equal(offer_answer(&b, slice_of(offer), &at_b, answer, sizeof answer), OFFER_OK);
    assert_int_equal(offer_answered(&a, slice_of(answer), &at_a), OFFER_OK);
    assert_int_equal(at_a.codec, OFFER_OPUS);
    assert_int_equal(at_b.codec, OFFER_OPUS);
    assert_int_equal(at_a.send, at_b.receive);
    assert_int_equal(at_b.send, at_a.receive);
    assert_int_equal(at_a.send_red, at_b.receive_red);
    assert_int_equal(at_a.send_again, at_b.receive_again);
    assert_int_not_equal(at_a.send_red, OFFER_NO_TYPE);
    assert_int_not_equal(at_a.send_again, OFFER_NO_TYPE);
    assert_int_not_equal(at_a.event, OFFER_NO_TYPE);
    assert_true(at_a.feedback && at_b.feedback && at_a.mux && at_b.mux && at_a.fec && at_b.fec);
    assert_true(at_a.xr.loss_rle && at_b.xr.loss_rle);
    assert_true(at_a.sends && at_a.receives && at_b.sends && at_b.receives);
    assert_string_equal(at_a.host, "2001:db8::2");
    assert_int_equal(at_a.port, 5000);
    assert_string_equal(at_b.host, "192.0.2.1");
}

// What phones offer, and what becomes of it.
static void offers_of_others(void **state)
{
    (void)state;
    static const struct {
        const char *offer;
        enum offer_status status;
        enum offer_codec codec;
        uint8_t send;
        bool sends, receives, mux;
    } cases[] = {
        {"m=audio 10 RTP/AVP 0 8\r\n", OFFER_OK, OFFER_PCMU, 0, true, true, false},
        {"m=audio 10 RTP/AVP 8 0\r\n", OFFER_OK, OFFER_PCMA, 8, true, true, false},
        {"m=audio 10 RTP/AVP 0 107\r\na=rtpmap:107 opus/48000/2\r\na=rtcp-mux\r\n", OFFER_OK,
         OFFER_OPUS, 107, true, true, true},
        {"m=audio 10 RTP/AVP 0\r\na=sendonly\r\n", OFFER_OK, OFFER_PCMU, 0, false, true, false},
        {"m=audio 10 RTP/AVP 0\r\na=recvonly\r\n", OFFER_OK, OFFER_PCMU, 0, true, false, false},
        {"m=audio 10 RTP/AVP 0\r\na=inactive\r\n", OFFER_OK, OFFER_PCMU, 0, false, false, false},
        {"m=audio 10 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n", OFFER_OK, OFFER_PCMU, 0, false, true,
         false},
        {"m=video 9 RTP/AVP 96\r\nm=audio 10 RTP/AVP 8\r\n", OFFER_OK, OFFER_PCMA, 8, true, true,
         false},
        {"m=audio 10 RTP/SAVP 0\r\nm=audio 12 RTP/AVP 0\r\n", OFFER_OK, OFFER_PCMU, 0, true, true,
         false},
        {"m=audio 10 RTP/AVP 18\r\n", OFFER_NOTHING, 0, 0, false, false, false},
        {"m=audio 0 RTP/AVP 0\r\n", OFFER_NOTHING, 0, 0, false, false, false},
        {"m=application 10 UDP/BFCP *\r\n", OFFER_NOTHING, 0, 0, false, false, false},
        {"", OFFER_NOTHING, 0, 0, false, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct offer_ours us = ours();
        struct offer_agreed agreed;
        struct sdp theirs, answer;
        char offer[1024], out[2048];
        snprintf(offer, sizeof offer, "%s%s", START, cases[i].offer);
        assert_int_equal(offer_answer(&us, slice_of(offer), &agreed, out, sizeof out),
                         cases[i].status);
        if (cases[i].status != OFFER_OK)
            continue;
        assert_int_equal(agreed.codec, cases[i].codec);
        assert_int_equal(agreed.send, cases[i].send);
        assert_int_equal(agreed.sends, cases[i].sends);
        assert_int_equal(agreed.receives, cases[i].receives);
        assert_int_equal(agreed.mux, cases[i].mux);
        // RFC 3264 6: as many lines, of the same kinds, and one of them taken
        assert_int_equal(sdp_parse(&theirs, slice_of(offer)), SDP_OK);
        assert_int_equal(sdp_parse(&answer, slice_of(out)), SDP_OK);
        assert_int_equal(answer.media_count, theirs.media_count);
        int taken = 0;
        for (size_t m = 0; m < answer.media_count; m++) {
            assert_int_equal(answer.media[m].kind, theirs.media[m].kind);
            taken += answer.media[m].port != 0;
        }
        assert_int_equal(taken, 1);
    }
}

static void what_is_not_offered_is_not_answered(void **state)
{
    (void)state;
    struct offer_ours us = ours();
    struct offer_agreed agreed;
    char out[2048];
    const char *offer = START "m=audio 10 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n";
    assert_int_equal(offer_answer(&us, slice_of(offer), &agreed, out, sizeof out), OFFER_OK);
    assert_int_equal(agreed.send_red, OFFER_NO_TYPE);
    assert_int_equal(agreed.send_again, OFFER_NO_TYPE);
    assert_int_equal(agreed.event, OFFER_NO_TYPE);
    assert_false(agreed.feedback || agreed.mux || agreed.xr.loss_rle);
    assert_null(strstr(out, "nack"));
    assert_null(strstr(out, "rtcp-mux"));
    assert_null(strstr(out, "rtcp-xr"));
}

// Holding: who is held is told so, and agrees.
static void hold(void **state)
{
    (void)state;
    struct offer_ours a = ours(), b = ours();
    struct offer_agreed at_a, at_b;
    char offer[2048], answer[2048];
    a.direction = SDP_SENDONLY;
    offer_write(&a, offer, sizeof offer);
    assert_int_equal(offer_answer(&b, slice_of(offer), &at_b, answer, sizeof answer), OFFER_OK);
    assert_non_null(strstr(answer, "a=recvonly"));
    assert_int_equal(offer_answered(&a, slice_of(answer), &at_a), OFFER_OK);
    assert_true(at_a.sends && !at_a.receives && !at_b.sends && at_b.receives);
}

// Pictures between two of us: who has which, and what becomes of it at both.
static void pictures_where_both_want_them(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t port_a, port_b; // 0: wants none
        bool gives_a, gives_b;   // has some to give
        enum sdp_direction a, b; // SDP_SENDONLY: holds
        int lines;
        bool agreed, a_sends, b_sends;
    } rows[] = {
        {"both", 6000, 7000, true, true, 0, 0, 2, true, true, true},
        {"refused", 6000, 0, true, false, 0, 0, 2, false, false, false},
        {"not offered", 0, 7000, false, true, 0, 0, 1, false, false, false},
        {"one looks on", 6000, 7000, true, false, 0, 0, 2, true, true, false},
        {"the other one does", 6000, 7000, false, true, 0, 0, 2, true, false, true},
        {"a holds", 6000, 7000, true, true, SDP_SENDONLY, 0, 2, true, true, false},
        {"b holds", 6000, 7000, true, true, 0, SDP_SENDONLY, 2, true, false, true},
        {"a holds, and has none", 6000, 7000, false, true, SDP_SENDONLY, 0, 2, true, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct offer_ours a = ours(), b = ours();
        struct offer_agreed at_a, at_b;
        struct sdp sdp;
        char offer[2048], answer[2048];
        a.picture_port = rows[i].port_a;
        b.picture_port = rows[i].port_b;
        a.gives_pictures = rows[i].gives_a;
        b.gives_pictures = rows[i].gives_b;
        a.direction = rows[i].a;
        b.direction = rows[i].b;
        assert_true(offer_write(&a, offer, sizeof offer) > 0);
        assert_int_equal(offer_answer(&b, slice_of(offer), &at_b, answer, sizeof answer), OFFER_OK);
        assert_int_equal(offer_answered(&a, slice_of(answer), &at_a), OFFER_OK);
        assert_int_equal(sdp_parse(&sdp, slice_of(answer)), SDP_OK);
        if ((int)sdp.media_count != rows[i].lines || !!at_a.pictures.port != rows[i].agreed ||
            !!at_b.pictures.port != rows[i].agreed)
            fail_msg("%s: %s", rows[i].name, answer);
        if (rows[i].lines == 2)
            assert_int_equal(sdp.media[1].port, rows[i].agreed ? rows[i].port_b : 0);
        if (!rows[i].agreed)
            continue;
        const struct offer_pictures *pa = &at_a.pictures, *pb = &at_b.pictures;
        assert_int_equal(pa->port, rows[i].port_b);
        assert_int_equal(pb->port, rows[i].port_a);
        assert_int_equal(pa->send, pb->receive);
        assert_int_equal(pa->send_again, pb->receive_again);
        assert_int_not_equal(pa->send_again, OFFER_NO_TYPE);
        assert_true(pa->feedback && pb->feedback && pa->key && pb->key && pa->mux && pb->mux);
        if (pa->sends != rows[i].a_sends || pa->receives != rows[i].b_sends ||
            pb->sends != rows[i].b_sends || pb->receives != rows[i].a_sends)
            fail_msg("%s: %s", rows[i].name, answer);
    }
}

// What others offer beside the sound, and which line of the answer is for it.
static void pictures_of_others(void **state)
{
    (void)state;
    static const char vp8[] = "m=video 20 RTP/AVP 100\r\na=rtpmap:100 VP8/90000\r\n";
    static const char sound[] = "m=audio 10 RTP/AVP 0\r\n";
    static const struct {
        const char *first, *second, *third;
        size_t pictures; // place; 9: none
        bool again, key, mux;
    } rows[] = {
        {sound, vp8, "", 1, false, false, false},
        {vp8, sound, "", 0, false, false, false},
        {sound, "m=application 9 UDP/BFCP *\r\n", vp8, 2, false, false, false},
        {sound, "m=video 20 RTP/AVP 100\r\na=rtpmap:100 H264/90000\r\n", "", 9, 0, 0, 0},
        {sound, "m=video 0 RTP/AVP 100\r\na=rtpmap:100 VP8/90000\r\n", "", 9, 0, 0, 0},
        {sound, "m=video 20 RTP/SAVPF 100\r\na=rtpmap:100 VP8/90000\r\n", "", 9, 0, 0, 0},
        {sound, "", "", 9, 0, 0, 0},
        {sound, vp8, "a=rtcp-fb:* nack pli\r\na=rtcp-mux\r\n", 1, false, true, true},
        {sound, vp8, "a=rtcp-fb:100 nack\r\n", 1, true, false, false},
        {sound, vp8, vp8, 1, false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct offer_ours us = ours();
        struct offer_agreed agreed;
        struct sdp theirs, answer;
        char offer[1024], out[2048];
        us.picture_port = 6000;
        us.gives_pictures = true;
        snprintf(offer, sizeof offer, "%s%s%s%s", START, rows[i].first, rows[i].second,
                 rows[i].third);
        assert_int_equal(offer_answer(&us, slice_of(offer), &agreed, out, sizeof out), OFFER_OK);
        assert_int_equal(sdp_parse(&theirs, slice_of(offer)), SDP_OK);
        assert_int_equal(sdp_parse(&answer, slice_of(out)), SDP_OK);
        assert_int_equal(answer.media_count, theirs.media_count);
        for (size_t m = 0; m < answer.media_count; m++) {
            assert_int_equal(answer.media[m].kind, theirs.media[m].kind);
            assert_int_equal(answer.media[m].port, m == rows[i].pictures     ? 6000
                                                   : m == agreed.lines.sound ? 4000
                                                                             : 0);
        }
        assert_int_equal(agreed.pictures.port, rows[i].pictures == 9 ? 0 : 20);
        if (rows[i].pictures == 9)
            continue;
        assert_int_equal(agreed.pictures.send, 100);
        assert_int_equal(agreed.pictures.feedback, rows[i].again);
        assert_int_equal(agreed.pictures.key, rows[i].key);
        assert_int_equal(agreed.pictures.mux, rows[i].mux);
        assert_int_equal(agreed.pictures.send_again, OFFER_NO_TYPE);
        // RFC 3264 8: what we offer later keeps the places
        us.lines = agreed.lines;
        us.direction = SDP_SENDONLY;
        offer_write(&us, out, sizeof out);
        assert_int_equal(sdp_parse(&answer, slice_of(out)), SDP_OK);
        assert_int_equal(answer.media_count, theirs.media_count);
        assert_int_equal(answer.media[agreed.lines.sound].kind, SDP_AUDIO);
        assert_int_equal(answer.media[agreed.lines.sound].port, 4000);
        assert_int_equal(answer.media[rows[i].pictures].kind, SDP_VIDEO);
        assert_int_equal(answer.media[rows[i].pictures].port, 6000);
        assert_int_equal(answer.media[rows[i].pictures].direction, SDP_SENDONLY);
    }
}

static void no_room_is_said(void **state)
{
    (void)state;
    struct offer_ours us = ours();
    struct offer_agreed agreed;
    char out[2048];
    const char *offer = START "m=audio 10 RTP/AVP 0\r\n";
    assert_int_equal(offer_write(&us, out, 100), 0);
    assert_int_equal(offer_answer(&us, slice_of(offer), &agreed, out, 100), OFFER_LONG);
    assert_int_equal(offer_answer(&us, slice_of("hello"), &agreed, out, 100), OFFER_NOT_SDP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_of_us_agree_on_everything),
        cmocka_unit_test(offers_of_others),
        cmocka_unit_test(what_is_not_offered_is_not_answered),
        cmocka_unit_test(hold),
        cmocka_unit_test(pictures_where_both_want_them),
        cmocka_unit_test(pictures_of_others),
        cmocka_unit_test(no_room_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
