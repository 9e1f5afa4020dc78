// What a sender says of its streams, to the octet: without pictures it is what it was before there were any.
#include "tests/test.h"

#include "sender/io/description.h"
#include "sender/options.h"

#include <string.h>

static struct sender_config voice;
static struct film_config film;

static int defaults(void **state)
{
    (void)state;
    struct sender_options options;
    sender_options_default(&options);
    sender_options_apply(&options, &voice);
    sender_options_film(&options, &film);
    return 0;
}

#define HEAD                                                                     \
    "v=0\r\no=- 77 1 IN IP4 127.0.0.1\r\ns=voz\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n" \
    "a=tool:voz " VOZ_VERSION "\r\n"
#define PLAIN_VOICE                                        \
    "m=audio 0 RTP/AVP 96\r\n"                             \
    "a=rtpmap:96 opus/48000/2\r\n"                         \
    "a=fmtp:96 sprop-stereo=0;stereo=0;useinbandfec=1\r\n" \
    "a=ptime:20\r\n"                                       \
    "a=sendonly\r\n"                                       \
    "a=control:trackID=0\r\n"
#define WHOLE_VOICE                                           \
    "m=audio 0 RTP/AVPF 96 63 97\r\n"                         \
    "b=RS:8000\r\n"                                           \
    "b=RR:64000\r\n"                                          \
    "a=rtpmap:96 opus/48000/2\r\n"                            \
    "a=fmtp:96 sprop-stereo=0;stereo=0;useinbandfec=1\r\n"    \
    "a=rtcp-fb:96 nack\r\n"                                   \
    "a=rtpmap:63 red/48000/2\r\n"                             \
    "a=fmtp:63 96/96\r\n"                                     \
    "a=rtpmap:97 rtx/48000\r\n"                               \
    "a=fmtp:97 apt=96;rtx-time=1000\r\n"                      \
    "a=ptime:20\r\n"                                          \
    "a=rtcp-xr:pkt-loss-rle voip-metrics rcvr-rtt=sender\r\n" \
    "a=sendonly\r\n"                                          \
    "a=control:trackID=0\r\n"
#define PLAIN_FILM              \
    "m=video 0 RTP/AVP 98\r\n"  \
    "a=rtpmap:98 VP8/90000\r\n" \
    "a=sendonly\r\n"            \
    "a=control:trackID=1\r\n"
struct row {
    bool red, feedback, film;
    const char *text;
};

static const struct row rows[] = {
    {false, false, false, HEAD PLAIN_VOICE},
    {true, true, false, HEAD WHOLE_VOICE},
    {false, false, true, HEAD PLAIN_VOICE PLAIN_FILM},
};

static void to_the_octet(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[2048];
        const struct description d = {.voice = &voice,
                                      .film = rows[i].film ? &film : NULL,
                                      .id = 77,
                                      .host = "127.0.0.1",
                                      .takes = {rows[i].red, rows[i].feedback}};
        size_t len = description_write(&d, out, sizeof out);
        assert_int_equal(len, strlen(rows[i].text));
        assert_memory_equal(out, rows[i].text, len);
        assert_int_equal(description_write(&d, out, len - 1), 0);
    }
}

// Pictures with feedback: key frames by both names, and packets again where they are kept.
static void who_can_ask_is_told_what_for(void **state)
{
    (void)state;
    static const char *const asks[] = {"m=video 0 RTP/AVPF 98", "a=rtpmap:98 VP8/90000\r\n",
                                       "a=rtcp-fb:98 nack pli\r\n", "a=rtcp-fb:98 ccm fir\r\n"};
    static const char *const again[] = {"m=video 0 RTP/AVPF 98 103\r\n", "a=rtcp-fb:98 nack\r\n",
                                        "a=rtpmap:103 rtx/90000\r\n", "a=fmtp:103 apt=98;"};
    for (int resend = 0; resend < 2; resend++) {
        char out[2048];
        struct film_config f = film;
        f.resend = resend;
        const struct description d = {
            .voice = &voice, .film = &f, .id = 77, .host = "127.0.0.1", .takes = {true, true}};
        size_t len = description_write(&d, out, sizeof out - 1);
        assert_true(len);
        out[len] = '\0';
        char *video = strstr(out, "m=video");
        assert_non_null(video);
        for (size_t i = 0; i < 4; i++) {
            assert_non_null(strstr(video, asks[i]));
            assert_int_equal(strstr(video, again[i]) != NULL, resend);
        }
        *video = '\0';
        assert_string_equal(out, HEAD WHOLE_VOICE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_the_octet),
        cmocka_unit_test(who_can_ask_is_told_what_for),
    };
    return cmocka_run_group_tests(tests, defaults, NULL);
}
