#include "tests/test.h"

#include "control/sdp.h"

#include <stdio.h>

static const char start[] = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=x\r\nt=0 0\r\n";

static struct sdp sdp; // too large for a stack frame of a test

static struct sdp_media *media_of(const char *lines)
{
    static char text[4096];
    snprintf(text, sizeof text, "%s%s", start, lines);
    assert_int_equal(sdp_parse(&sdp, slice_of(text)), SDP_OK);
    assert_int_equal(sdp.media_count, 1);
    return &sdp.media[0];
}

static const char *written(const struct sdp *description)
{
    static char out[8192];
    size_t len = sdp_write(description, out, sizeof out);
    assert_true(len > 0);
    assert_int_equal(len, strlen(out));
    return out;
}

static struct sdp one_opus(struct sdp_opus opus)
{
    struct sdp description = {.media_count = 1};
    description.media[0] = (struct sdp_media){.format_count = 1, .control = slice_of("trackID=0")};
    description.media[0].formats[0] = (struct sdp_format){
        .pt = 96, .encoding = slice_of("opus"), .clock = 48000, .channels = 1, .opus = opus};
    return description;
}

static void parses(void **state)
{
    (void)state;
    const char *text = "v=0\r\n"
                       "o=voz 123 18446744073709551615 IN IP6 2001:db8::1\r\n"
                       "s=A name \r\n"
                       "c=IN IP4 192.0.2.7/127\r\n"
                       "t=0 0\r\n"
                       "a=tool:voz\r\n"
                       "a=control:*\r\n"
                       "a=range:npt=now-\r\n"
                       "a=recvonly\r\n"
                       "m=audio 5004/2 RTP/AVPF 96 0 63\r\n"
                       "a=rtpmap:96 opus/48000/2\r\n"
                       "a=rtpmap:63 red/48000/2\r\n"
                       "a=fmtp:63 96/96\r\n"
                       "a=rtcp-fb:96 nack\r\n"
                       "a=ptime:20\r\n"
                       "a=maxptime:2.5\r\n"
                       "a=rtcp-mux\r\n"
                       "a=control:trackID=0\r\n"
                       "m=video 0 RTP/SAVP 97\r\n"
                       "c=IN IP4 192.0.2.8\r\n"
                       "a=sendonly\r\n"
                       "a=rtpmap:97 VP8/90000\r\n"
                       "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
    struct guarded g = guarded_copy(text, strlen(text));
    assert_int_equal(sdp_parse(&sdp, slice_at((char *)g.data, g.len)), SDP_OK);
    assert_true(sdp.id == 123);
    assert_true(sdp.version == UINT64_MAX);
    assert_true(slice_is(sdp.address, "2001:db8::1"));
    assert_true(slice_is(sdp.name, "A name"));
    assert_true(slice_is(sdp.tool, "voz"));
    assert_true(slice_is(sdp.control, "*"));
    assert_true(slice_is(sdp.range, "npt=now-"));
    assert_true(slice_is(sdp.connection, "192.0.2.7"));
    assert_int_equal(sdp.media_count, 3);

    const struct sdp_media *m = &sdp.media[0];
    assert_int_equal(m->kind, SDP_AUDIO);
    assert_int_equal(m->port, 5004);
    assert_true(slice_is(m->proto, "RTP/AVPF"));
    assert_true(m->avpf);
    assert_false(m->secure);
    assert_int_equal(m->format_count, 3);
    assert_true(slice_is(m->formats[1].encoding, "PCMU")); // static
    assert_int_equal(m->formats[1].clock, 8000);
    assert_true(m->formats[0].nack);
    assert_false(m->formats[2].nack);
    assert_true(slice_is(m->formats[2].fmtp, "96/96"));
    assert_true(m->ptime == 20 * USEC_MS);
    assert_true(m->maxptime == 2500);
    assert_true(m->rtcp_mux);
    assert_int_equal(m->direction, SDP_RECVONLY); // the session's
    assert_true(slice_is(m->connection, "192.0.2.7"));
    assert_true(slice_is(m->control, "trackID=0"));

    m = &sdp.media[1];
    assert_int_equal(m->kind, SDP_VIDEO);
    assert_true(m->secure);
    assert_int_equal(m->direction, SDP_SENDONLY);
    assert_true(slice_is(m->connection, "192.0.2.8"));
    assert_int_equal(m->formats[0].clock, 90000);
    assert_int_equal(m->formats[0].channels, 1);

    m = &sdp.media[2];
    assert_int_equal(m->kind, SDP_OTHER);
    assert_true(slice_is(m->kind_name, "application"));
    assert_int_equal(m->format_count, 0);
    assert_int_equal(m->formats_dropped, 1);
    guarded_free(&g);
}

static void interop_1_opus_in_the_wild(void **state)
{
    (void)state;
    static const struct {
        const char *rtpmap;
        bool found;
    } rows[] = {
        {"opus/48000/2", true},   {"OPUS/48000/2", true},    {"OPUS/48000", true}, // cameras
        {"opus/48000/1", true},   {"opus/ 48000 /2 ", true}, {"opus/8000", false},
        {"opus", false},          {"opus/", false},          {"opus/0", false},
        {"opus/x/2", false},      {"/48000/2", false},       {"PCMU/8000", false},
        {"opus2/48000/2", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char lines[200];
        snprintf(lines, sizeof lines, "m=audio 0 RTP/AVP 96\r\na=rtpmap:96 %s\r\n", rows[i].rtpmap);
        const struct sdp_format *opus = sdp_find_opus(media_of(lines));
        if ((opus != NULL) != rows[i].found)
            fail_msg("%s", rows[i].rtpmap);
        if (opus)
            assert_int_equal(opus->channels, 2);
    }
}

static void interop_1_opus_is_written_one_way(void **state)
{
    (void)state;
    struct sdp description = one_opus((struct sdp_opus){0});
    description.media[0].formats[0].encoding = slice_of("OPUS");
    assert_non_null(strstr(written(&description), "\r\na=rtpmap:96 opus/48000/2\r\n"));
}

static void interop_2_stereo_is_explicit(void **state)
{
    (void)state;
    struct sdp description = one_opus((struct sdp_opus){0});
    assert_non_null(strstr(written(&description), "a=fmtp:96 sprop-stereo=0;stereo=0\r\n"));
    description = one_opus((struct sdp_opus){.stereo = true, .sprop_stereo = true});
    assert_non_null(strstr(written(&description), "a=fmtp:96 sprop-stereo=1;stereo=1\r\n"));

    const struct sdp_opus *opus =
        &media_of("m=audio 0 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n")->formats[0].opus;
    assert_false(opus->has_stereo); // peers disagree on what that means
    assert_false(opus->has_sprop_stereo);
    opus = &media_of("m=audio 0 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n"
                     "a=fmtp:96 stereo=0; sprop-stereo=1\r\n")
                ->formats[0]
                .opus;
    assert_true(opus->has_stereo);
    assert_false(opus->stereo);
    assert_true(opus->has_sprop_stereo);
    assert_true(opus->sprop_stereo);
}

static void interop_3_no_capture_rate(void **state)
{
    (void)state;
    struct sdp description = one_opus((struct sdp_opus){.sprop_maxcapturerate = 16000});
    assert_null(strstr(written(&description), "maxcapturerate"));
    assert_int_equal(media_of("m=audio 0 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n"
                              "a=fmtp:96 sprop-maxcapturerate=16000\r\n")
                         ->formats[0]
                         .opus.sprop_maxcapturerate,
                     16000);
}

static void interop_4_order_and_profile(void **state)
{
    (void)state;
    struct sdp description = one_opus((struct sdp_opus){0});
    struct sdp_media *m = &description.media[0];
    m->avpf = true;
    m->formats[0].nack = true;
    m->formats[m->format_count++] = (struct sdp_format){.pt = 63,
                                                        .encoding = slice_of("red"),
                                                        .clock = 48000,
                                                        .channels = 2,
                                                        .fmtp = slice_of("96/96")};
    const char *text = written(&description);
    assert_non_null(strstr(text, "\r\nm=audio 0 RTP/AVPF 96 63\r\n"));
    assert_non_null(strstr(text, "\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 96/96\r\n"));
    assert_non_null(strstr(text, "\r\na=rtcp-fb:96 nack\r\n"));
}

static void interop_4_feedback_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool first;
        bool second;
    } rows[] = {
        {"a=rtcp-fb:96 nack", true, false},  {"a=rtcp-fb:* nack", true, true},
        {"a=rtcp-fb:97 nack", false, true},  {"a=rtcp-fb:96 nack pli", false, false},
        {"a=rtcp-fb:98 nack", false, false}, {"a=rtcp-fb:96", false, false},
        {"a=rtcp-fb:x nack", false, false},  {"a=rtcp-fb:96 ccm fir", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char lines[200];
        snprintf(lines, sizeof lines, "m=audio 0 RTP/AVPF 96 97\r\n%s\r\n", rows[i].line);
        const struct sdp_media *m = media_of(lines);
        assert_int_equal(m->formats[0].nack, rows[i].first);
        assert_int_equal(m->formats[1].nack, rows[i].second);
    }
}

static void interop_5_fmtp_before_rtpmap(void **state)
{
    (void)state;
    const struct sdp_format *opus = sdp_find_opus(media_of("m=audio 0 RTP/AVP 96\n"
                                                           "a=fmtp:96 stereo=1;useinbandfec=1\n"
                                                           "a=rtpmap:96 opus/48000/2\n"));
    assert_non_null(opus);
    assert_true(opus->opus.stereo);
    assert_true(opus->opus.useinbandfec);
}

static void interop_5_what_strict_parsers_want(void **state)
{
    (void)state;
    struct sdp description = one_opus((struct sdp_opus){0});
    description.connection = slice_of("239.1.2.3"); // VLC would join the group
    assert_string_equal(written(&description), "v=0\r\n"
                                               "o=- 0 0 IN IP4 127.0.0.1\r\n"
                                               "s=-\r\n"
                                               "c=IN IP4 0.0.0.0\r\n"
                                               "t=0 0\r\n"
                                               "m=audio 0 RTP/AVP 96\r\n"
                                               "a=rtpmap:96 opus/48000/2\r\n"
                                               "a=fmtp:96 sprop-stereo=0;stereo=0\r\n"
                                               "a=control:trackID=0\r\n");
    description.connection = slice_of("ff05::1");
    description.address = slice_of("2001:db8::1");
    description.name = slice_of(" ");
    description.media[0].connection = slice_of("224.0.0.1");
    const char *text = written(&description);
    assert_non_null(strstr(text, "o=- 0 0 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 ::\r\n"));
    assert_non_null(strstr(text, "96\r\nc=IN IP4 0.0.0.0\r\n"));
    description.connection = (struct slice){0}; // of the host's family, for GStreamer
    assert_non_null(strstr(written(&description), "c=IN IP6 ::\r\nt="));
}

static void opus_parameters(void **state)
{
    (void)state;
    const struct sdp_opus *opus =
        &media_of("m=audio 0 RTP/AVP 111\r\n"
                  "a=rtpmap:111 opus/48000/2\r\n"
                  "a=fmtp:111 MinPtime=10; useinbandfec=1;usedtx=1;cbr=1 ;maxaveragebitrate=20000;"
                  "maxplaybackrate=16000;x-unknown\r\n")
             ->formats[0]
             .opus;
    assert_true(opus->useinbandfec);
    assert_true(opus->usedtx);
    assert_true(opus->cbr);
    assert_int_equal(opus->maxaveragebitrate, 20000);
    assert_int_equal(opus->maxplaybackrate, 16000);
    assert_int_equal(opus->minptime, 10);
    opus = &media_of("m=audio 0 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\n"
                     "a=fmtp:111 minptime=2;maxaveragebitrate=5999;maxplaybackrate=96000\r\n")
                ->formats[0]
                .opus;
    assert_int_equal(opus->minptime, 0); // out of range: not said
    assert_int_equal(opus->maxaveragebitrate, 0);
    assert_int_equal(opus->maxplaybackrate, 48000); // more than there is: all there is
}

static void parameters(void **state)
{
    (void)state;
    struct slice fmtp = slice_of("a=1; B = \"2;3\" ;c;;d=");
    assert_true(slice_is(sdp_parameter(fmtp, "A"), "1"));
    assert_true(slice_is(sdp_parameter(fmtp, "b"), "2;3"));
    assert_non_null(sdp_parameter(fmtp, "c").at);
    assert_int_equal(sdp_parameter(fmtp, "c").len, 0);
    assert_non_null(sdp_parameter(fmtp, "d").at);
    assert_null(sdp_parameter(fmtp, "e").at);
    assert_null(sdp_parameter((struct slice){0}, "e").at);
}

static void what_it_does_not_know(void **state)
{
    (void)state;
    const struct sdp_media *m = media_of("z=what\r\n"
                                         "nonsense\r\n"
                                         "\r\n"
                                         "=\r\n"
                                         "a\r\n"
                                         "a=\r\n"
                                         "a=rtpmap:96 early/1\r\n" // before any m=
                                         "m=audio 0 RTP/AVP 96 96 128 x\r\n"
                                         "a=rtpmap:\r\n"
                                         "a=rtpmap:128 high/1\r\n"
                                         "a=rtpmap:97 foreign/1\r\n"
                                         "a=rtpmap:96 opus/48000/2\r\n"
                                         "a=rtpmap:96 second/1\r\n"
                                         "a=fmtp:97 stereo=1\r\n"
                                         "a=ptime:x\r\n"
                                         "a=ptime:70000\r\n"
                                         "a=ptime:40");
    assert_int_equal(m->format_count, 1);
    assert_int_equal(m->formats_dropped, 2);
    assert_true(slice_is(m->formats[0].encoding, "opus"));
    assert_null(m->formats[0].fmtp.at);
    assert_true(m->ptime == 40 * USEC_MS);
}

static void a_broken_m_line_keeps_its_attributes(void **state)
{
    (void)state;
    char text[300];
    snprintf(text, sizeof text,
             "%sm=audio x RTP/AVP 96\r\na=control:0\r\nm=audio 0 RTP/AVP 97\r\na=control:1\r\n",
             start);
    assert_int_equal(sdp_parse(&sdp, slice_of(text)), SDP_OK);
    assert_int_equal(sdp.media_count, 2);
    assert_int_equal(sdp.media[0].format_count, 0);
    assert_true(slice_is(sdp.media[0].control, "0"));
    assert_true(slice_is(sdp.media[1].control, "1"));
}

static void is_it_sdp(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum sdp_status status;
    } rows[] = {
        {"v=0\r\n", SDP_OK}, {"v=0", SDP_OK},          {"\r\n\r\nv=0\n", SDP_OK},
        {"", SDP_NOT_SDP},   {"v=1\r\n", SDP_NOT_SDP}, {"o=x\r\nv=0\r\n", SDP_NOT_SDP},
        {"v", SDP_NOT_SDP},  {"<html>", SDP_NOT_SDP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guarded g = guarded_copy(rows[i].text, strlen(rows[i].text));
        assert_int_equal(sdp_parse(&sdp, slice_at((char *)g.data, g.len)), rows[i].status);
        guarded_free(&g);
    }
    assert_int_equal(sdp_parse(&sdp, (struct slice){0}), SDP_NOT_SDP);
    assert_int_equal(sdp_parse(&sdp, slice_at("v=0\n\0", 5)), SDP_NOT_SDP);
}

static void limits(void **state)
{
    (void)state;
    static char buffer[SDP_TEXT_MAX + 2];
    struct text t = text_of(buffer, sizeof buffer);
    text_add(&t, start);
    for (size_t i = 0; i < SDP_MEDIA_MAX; i++)
        text_add(&t, "m=audio 0 RTP/AVP 96\r\na=control:in\r\n");
    assert_int_equal(sdp_parse(&sdp, text_written(&t)), SDP_OK);
    assert_int_equal(sdp.media_count, SDP_MEDIA_MAX);
    assert_int_equal(sdp.media_dropped, 0);
    text_add(&t, "m=audio 0 RTP/AVP 97\r\na=ptime:20\r\n");
    assert_int_equal(sdp_parse(&sdp, text_written(&t)), SDP_OK);
    assert_int_equal(sdp.media_count, SDP_MEDIA_MAX);
    assert_int_equal(sdp.media_dropped, 1);
    assert_true(sdp.media[SDP_MEDIA_MAX - 1].ptime == 0); // not the ninth's

    t = text_of(buffer, sizeof buffer);
    text_add(&t, "m=audio 0 RTP/AVP");
    for (unsigned pt = 0; pt < SDP_FORMATS_MAX; pt++) {
        text_add(&t, " ");
        text_unsigned(&t, 100 + pt);
    }
    assert_int_equal(media_of(buffer)->format_count, SDP_FORMATS_MAX);
    assert_int_equal(sdp.media[0].formats_dropped, 0);
    text_add(&t, " 99");
    assert_int_equal(media_of(buffer)->format_count, SDP_FORMATS_MAX);
    assert_int_equal(sdp.media[0].formats_dropped, 1);

    t = text_of(buffer, sizeof buffer);
    text_add(&t, "v=0\n");
    memset(buffer + t.len, ' ', sizeof buffer - t.len);
    assert_int_equal(sdp_parse(&sdp, slice_at(buffer, SDP_TEXT_MAX)), SDP_OK);
    assert_int_equal(sdp_parse(&sdp, slice_at(buffer, SDP_TEXT_MAX + 1)), SDP_LONG);
}

static void cut_off_anywhere(void **state)
{
    (void)state;
    static char whole[1024];
    struct sdp description = one_opus((struct sdp_opus){.useinbandfec = true});
    size_t len = sdp_write(&description, whole, sizeof whole);
    for (size_t n = 0; n <= len; n++) {
        struct guarded g = guarded_copy(whole, n);
        enum sdp_status status = sdp_parse(&sdp, slice_at((char *)g.data, g.len));
        assert_int_equal(status, n < 3 ? SDP_NOT_SDP : SDP_OK);
        guarded_free(&g);
    }
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    const char *text = "v=0\r\n"
                       "o=- 5 6 IN IP4 192.0.2.1\r\n"
                       "s=A name\r\n"
                       "c=IN IP4 192.0.2.1\r\n"
                       "t=0 0\r\n"
                       "a=tool:voz\r\n"
                       "a=range:npt=0-\r\n"
                       "a=control:*\r\n"
                       "m=audio 5004 RTP/AVPF 96 63\r\n"
                       "a=rtpmap:96 opus/48000/2\r\n"
                       "a=fmtp:96 sprop-stereo=1;stereo=0;useinbandfec=1;usedtx=1;cbr=1;"
                       "maxaveragebitrate=20000;maxplaybackrate=16000;minptime=10\r\n"
                       "a=rtcp-fb:96 nack\r\n"
                       "a=rtpmap:63 red/48000/2\r\n"
                       "a=fmtp:63 96/96\r\n"
                       "a=ptime:20\r\n"
                       "a=maxptime:120\r\n"
                       "a=rtcp-mux\r\n"
                       "a=sendonly\r\n"
                       "a=control:trackID=0\r\n"
                       "m=video 0 RTP/AVP 97\r\n"
                       "c=IN IP6 2001:db8::2\r\n"
                       "a=rtpmap:97 VP8/90000\r\n"
                       "a=inactive\r\n"
                       "m=application 0 UDP\r\n";
    assert_int_equal(sdp_parse(&sdp, slice_of(text)), SDP_OK);
    assert_string_equal(written(&sdp), text);
    char small[2048];
    for (size_t cap = 0; cap <= strlen(text); cap++)
        assert_int_equal(sdp_write(&sdp, small, cap), 0);
    assert_int_equal(sdp_write(&sdp, small, strlen(text) + 1), strlen(text));
}

static void a_short_ptime_is_rounded_up(void **state)
{
    (void)state;
    struct sdp description = one_opus((struct sdp_opus){0});
    description.media[0].ptime = 2500;
    assert_non_null(strstr(written(&description), "\r\na=ptime:3\r\n")); // RFC 7587 7
}

static void what_a_user_names_starts_no_line(void **state)
{
    (void)state;
    struct sdp description = one_opus((struct sdp_opus){0});
    description.name = slice_of("x\r\na=evil");
    assert_null(strstr(written(&description), "\na=evil"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(interop_1_opus_in_the_wild),
        cmocka_unit_test(interop_1_opus_is_written_one_way),
        cmocka_unit_test(interop_2_stereo_is_explicit),
        cmocka_unit_test(interop_3_no_capture_rate),
        cmocka_unit_test(interop_4_order_and_profile),
        cmocka_unit_test(interop_4_feedback_lines),
        cmocka_unit_test(interop_5_fmtp_before_rtpmap),
        cmocka_unit_test(interop_5_what_strict_parsers_want),
        cmocka_unit_test(opus_parameters),
        cmocka_unit_test(parameters),
        cmocka_unit_test(what_it_does_not_know),
        cmocka_unit_test(a_broken_m_line_keeps_its_attributes),
        cmocka_unit_test(is_it_sdp),
        cmocka_unit_test(limits),
        cmocka_unit_test(cut_off_anywhere),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(a_short_ptime_is_rounded_up),
        cmocka_unit_test(what_a_user_names_starts_no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
