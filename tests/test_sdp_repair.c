#include "tests/messages.h"

#include "control/rtsp.h"
#include "control/sdp.h"
#include "media/random.h"

#include <stdio.h>
#include <string.h>

static struct sdp sdp; // too large for a stack frame of a test

static struct sdp_media *media_of(const char *lines)
{
    static char text[2048];
    snprintf(text, sizeof text, "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=x\r\nt=0 0\r\n%s", lines);
    assert_int_equal(sdp_parse(&sdp, slice_of(text)), SDP_OK);
    assert_int_equal(sdp.media_count, 1);
    return &sdp.media[0];
}

static int pt_of(const struct sdp_format *format)
{
    return format ? format->pt : -1;
}

static const char *written(const struct sdp *description)
{
    static char out[8192];
    assert_true(sdp_write(description, out, sizeof out) > 0);
    return out;
}

static void red_in_the_wild(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        bool found;
    } rows[] = {
        {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 96/96\r\n", true}, // browsers
        {"a=fmtp:63 96/96/96\r\na=rtpmap:63 RED/48000/2\r\n", true},
        {"a=rtpmap:63 red/48000\r\na=fmtp:63 96 / 96\r\n", true},
        {"a=rtpmap:63 red/48000/2\r\n", true}, // before M96
        {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 \r\n", true},
        {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 96\r\n", false}, // nothing redundant in it
        {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 97/97\r\n", false},
        {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 0/96\r\n", false},
        {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 96/0\r\n", false},
        {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 96/96/0\r\n", false},
        {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 x/96\r\n", false},
        {"a=rtpmap:63 red/48000/2\r\na=fmtp:63 352/352\r\n", false}, // 96 modulo 256
        {"a=rtpmap:63 red/8000\r\na=fmtp:63 96/96\r\n", false},      // of another clock
        {"a=rtpmap:63 redder/48000/2\r\na=fmtp:63 96/96\r\n", false},
        {"a=fmtp:63 96/96\r\n", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char lines[300];
        snprintf(lines, sizeof lines, "m=audio 0 RTP/AVP 96 0 63\r\na=rtpmap:96 opus/48000/2\r\n%s",
                 rows[i].lines);
        if (pt_of(sdp_find_red(media_of(lines), 96)) != (rows[i].found ? 63 : -1))
            fail_msg("%s", rows[i].lines);
    }
}

static void rtx_in_the_wild(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        int pt;
        usec time;
    } rows[] = {
        {"a=rtpmap:97 rtx/48000\r\na=fmtp:97 apt=96;rtx-time=1000\r\n", 97, USEC_SECOND},
        {"a=fmtp:97 rtx-time=250; apt=96\r\na=rtpmap:97 RTX/48000/2\r\n", 97, 250 * USEC_MS},
        {"a=rtpmap:97 rtx/48000\r\na=fmtp:97 apt=96\r\n", 97, 0}, // browsers
        {"a=rtpmap:97 rtx/48000\r\na=fmtp:97 APT = 96 ; x\r\n", 97, 0},
        {"a=rtpmap:97 rtx/48000\r\na=fmtp:97 apt=96;rtx-time=forever\r\n", 97, 0},
        {"a=rtpmap:97 rtx/48000\r\na=fmtp:97 apt=96;rtx-time=99999999999\r\n", 97, 0},
        {"a=rtpmap:97 rtx/48000\r\na=fmtp:97 apt=0\r\n"
         "a=rtpmap:98 rtx/48000\r\na=fmtp:98 apt=96\r\n",
         98, 0}, // one for each, RFC 4588 8.1
        {"a=rtpmap:97 rtx/48000\r\n", -1, 0},
        {"a=rtpmap:97 rtx/48000\r\na=fmtp:97 apt=63\r\n", -1, 0},
        {"a=rtpmap:97 rtx/48000\r\na=fmtp:97 apt=352\r\n", -1, 0},
        {"a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n", -1, 0},
        {"a=fmtp:97 apt=96\r\n", -1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char lines[300];
        snprintf(lines, sizeof lines,
                 "m=audio 0 RTP/AVPF 96 97 98\r\na=rtpmap:96 opus/48000/2\r\n%s", rows[i].lines);
        const struct sdp_format *rtx = sdp_find_rtx(media_of(lines), 96);
        if (pt_of(rtx) != rows[i].pt || (rtx && sdp_rtx_time(rtx) != rows[i].time))
            fail_msg("%s", rows[i].lines);
    }
}

// What Chromium offers for its microphone, less what is about ICE and encryption.
static void a_browsers_offer(void **state)
{
    (void)state;
    const struct sdp_media *m = media_of("m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\n"
                                         "c=IN IP4 0.0.0.0\r\n"
                                         "a=rtcp:9 IN IP4 0.0.0.0\r\n"
                                         "a=sendrecv\r\n"
                                         "a=rtcp-mux\r\n"
                                         "a=rtcp-rsize\r\n"
                                         "a=rtpmap:111 opus/48000/2\r\n"
                                         "a=rtcp-fb:111 transport-cc\r\n"
                                         "a=fmtp:111 minptime=10;useinbandfec=1\r\n"
                                         "a=rtpmap:63 red/48000/2\r\n"
                                         "a=fmtp:63 111/111\r\n"
                                         "a=rtpmap:9 G722/8000\r\n"
                                         "a=rtpmap:0 PCMU/8000\r\n"
                                         "a=rtpmap:8 PCMA/8000\r\n"
                                         "a=rtpmap:13 CN/8000\r\n"
                                         "a=rtpmap:110 telephone-event/48000\r\n"
                                         "a=rtpmap:126 telephone-event/8000\r\n");
    assert_int_equal(pt_of(sdp_find_opus(m)), 111);
    assert_int_equal(pt_of(sdp_find_red(m, 111)), 63);
    assert_null(sdp_find_rtx(m, 111));
    assert_true(m->avpf && m->secure && m->rtcp_mux);
    assert_false(m->formats[0].nack); // transport-cc is another kind
}

static void gstreamer_retransmits(void **state)
{
    (void)state;
    struct guarded g = message_file("tests/data/rtsp-gst-rtsp-server-describe-profiles.txt");
    struct rtsp_message message;
    size_t used;
    assert_int_equal(rtsp_parse(&message, g.data, g.len, &used), RTSP_OK);
    assert_int_equal(sdp_parse(&sdp, message.body), SDP_OK);
    assert_int_equal(sdp.media_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct sdp_media *m = &sdp.media[i];
        const struct sdp_format *rtx = sdp_find_rtx(m, 96);
        assert_int_equal(m->avpf, i == 1);
        assert_true(slice_is(m->control, "stream=0"));
        assert_int_equal(pt_of(rtx), i == 1 ? 97 : -1);
        assert_true(!rtx || sdp_rtx_time(rtx) == USEC_SECOND);
        assert_false(m->formats[0].nack); // it has no rtcp-fb at all
    }
    guarded_free(&g);
}

static void extended_reports(void **state)
{
    (void)state;
    static const struct {
        const char *session, *media;
        struct sdp_xr want;
    } rows[] = {
        {"", "", {0}},
        {"", "a=rtcp-xr:pkt-loss-rle voip-metrics rcvr-rtt=sender\r\n", {true, true, true}},
        {"", "a=rtcp-xr:pkt-loss-rle=100  RCVR-RTT=all:10000\r\n", {true, false, true}},
        // Linphone
        {"a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics\r\n",
         "",
         {.voip_metrics = true, .rcvr_rtt = true}},
        {"a=rtcp-xr:voip-metrics\r\n", "a=rtcp-xr:pkt-loss-rle\r\n", {.loss_rle = true}},
        {"a=rtcp-xr:voip-metrics\r\n", "a=rtcp-xr:\r\n", {0}}, // its own: none
        {"a=rtcp-xr:voip-metrics\r\n", "a=rtcp-xr\r\n", {0}},
        {"", "a=rtcp-xr:pkt-dup-rle voip-metrics-2 pkt-loss-rle-post\r\n", {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char lines[300];
        snprintf(lines, sizeof lines, "%sm=audio 0 RTP/AVPF 96\r\n%s", rows[i].session,
                 rows[i].media);
        struct sdp_xr got = media_of(lines)->rtcp_xr;
        if (got.loss_rle != rows[i].want.loss_rle ||
            got.voip_metrics != rows[i].want.voip_metrics || got.rcvr_rtt != rows[i].want.rcvr_rtt)
            fail_msg("%s", lines);
    }
}

static void everything_at_once(void **state)
{
    (void)state;
    char red[SDP_FMTP_MAX], rtx[SDP_FMTP_MAX];
    struct sdp description = {.media_count = 1};
    description.media[0] = (struct sdp_media){
        .avpf = true,
        .formats = {{.pt = 96, .encoding = slice_of("opus"), .clock = 48000, .nack = true},
                    sdp_red(63, 96, red),
                    sdp_rtx(97, 96, 48000, USEC_SECOND, rtx)},
        .format_count = 3,
        .rtcp_xr = {.loss_rle = true, .voip_metrics = true, .rcvr_rtt = true},
        .rtcp_senders = 8000,
        .rtcp_receivers = 64000,
        .control = slice_of("trackID=0"),
    };
    assert_string_equal(strstr(written(&description), "m="),
                        "m=audio 0 RTP/AVPF 96 63 97\r\n"
                        "b=RS:8000\r\n"
                        "b=RR:64000\r\n"
                        "a=rtpmap:96 opus/48000/2\r\n"
                        "a=fmtp:96 sprop-stereo=0;stereo=0\r\n"
                        "a=rtcp-fb:96 nack\r\n"
                        "a=rtpmap:63 red/48000/2\r\n"
                        "a=fmtp:63 96/96\r\n"
                        "a=rtpmap:97 rtx/48000\r\n"
                        "a=fmtp:97 apt=96;rtx-time=1000\r\n"
                        "a=rtcp-xr:pkt-loss-rle voip-metrics rcvr-rtt=sender\r\n"
                        "a=control:trackID=0\r\n");
}

// Any mixture of what there is comes back as it was written.
static void any_mixture_comes_back(void **state)
{
    (void)state;
    struct random random = {7};
    for (int i = 0; i < repeats(2000, 50); i++) {
        uint64_t draw = random_u64(&random);
        uint8_t opus = (uint8_t)(draw >> 8 & 0x7f), red_pt = opus ^ 1, rtx_pt = opus ^ 2;
        usec time = (usec)(draw >> 40 & 0xffff) * USEC_MS;
        char red[SDP_FMTP_MAX], rtx[SDP_FMTP_MAX];
        struct sdp description = {.media_count = 1};
        struct sdp_media *m = &description.media[0];
        *m = (struct sdp_media){
            .avpf = draw & 1,
            .formats =
                {{.pt = opus, .encoding = slice_of("opus"), .clock = 48000, .nack = draw & 2}},
            .format_count = 1,
            .rtcp_xr = {.loss_rle = draw & 4, .voip_metrics = draw & 8, .rcvr_rtt = draw & 16},
        };
        if (draw & 32)
            m->formats[m->format_count++] = sdp_red(red_pt, opus, red);
        if (draw & 64)
            m->formats[m->format_count++] = sdp_rtx(rtx_pt, opus, 48000, time, rtx);
        static char text[8192];
        size_t len = sdp_write(&description, text, sizeof text);
        assert_int_equal(sdp_parse(&sdp, slice_at(text, len)), SDP_OK);
        const struct sdp_media *got = &sdp.media[0];
        assert_int_equal(got->avpf, m->avpf);
        assert_int_equal(pt_of(sdp_find_opus(got)), opus);
        assert_int_equal(got->formats[0].nack, m->formats[0].nack);
        assert_int_equal(pt_of(sdp_find_red(got, opus)), draw & 32 ? red_pt : -1);
        const struct sdp_format *found = sdp_find_rtx(got, opus);
        assert_int_equal(pt_of(found), draw & 64 ? rtx_pt : -1);
        assert_true(!found || sdp_rtx_time(found) == time);
        assert_memory_equal(&got->rtcp_xr, &m->rtcp_xr, sizeof m->rtcp_xr);
        assert_string_equal(written(&sdp), text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(red_in_the_wild),        cmocka_unit_test(rtx_in_the_wild),
        cmocka_unit_test(a_browsers_offer),       cmocka_unit_test(gstreamer_retransmits),
        cmocka_unit_test(extended_reports),       cmocka_unit_test(everything_at_once),
        cmocka_unit_test(any_mixture_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
