#include "tests/test.h"

#include "control/md5.h"
#include "control/sip_digest.h"

static void assert_md5(const char *text, const char *digest)
{
    struct md5 m;
    char hex[MD5_HEX];
    md5_init(&m);
    md5_add(&m, text, strlen(text));
    md5_hex(&m, hex);
    assert_string_equal(hex, digest);
}

// RFC 1321 A.5
static void md5_of_known_texts(void **state)
{
    (void)state;
    assert_md5("", "d41d8cd98f00b204e9800998ecf8427e");
    assert_md5("abc", "900150983cd24fb0d6963f7d28e17f72");
    assert_md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890",
               "57edf4a22be3c955ac49da2e2107b67a");
}

static const char *answer(const char *challenge, enum sip_method method, const char *uri)
{
    static char out[1024];
    char text[1024];
    struct sip_message m;
    size_t used;
    const struct sip_digest who = {"Mufasa", "Circle Of Life"};
    struct text message = text_of(text, sizeof text), t = text_of(out, sizeof out);
    text_add(&message, "SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: ");
    text_add(&message, challenge);
    text_add(&message, "\r\n\r\n");
    assert_int_equal(sip_parse(&m, text, message.len, &used), HEAD_OK);
    return sip_digest_answer(&t, &m, &who, method, slice_of(uri), "0a4f113b") ? out : "";
}

// What RFC 2617 3.5 has as its example, for a method of SIP: the digests were computed by another implementation.
static void challenges(void **state)
{
    (void)state;
    const char *said = answer("Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", "
                              "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc\"",
                              SIP_REGISTER, "sip:host.com");
    assert_non_null(strstr(said, "response=\"e8845b6c10df8a275968cc73ee6f9830\""));
    assert_non_null(strstr(said, "opaque=\"5ccc\""));
    assert_non_null(strstr(said, "qop=auth, nc=00000001"));
    said = answer("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b\"", SIP_REGISTER,
                  "sip:host.com");
    assert_non_null(strstr(said, "response=\"978a7c4782b60a71a22c0f16f6cd63a2\""));
    assert_null(strstr(said, "qop"));
    assert_string_equal(answer("Basic realm=\"x\"", SIP_REGISTER, "sip:h"), "");
    assert_string_equal(
        answer("Digest realm=\"x\", nonce=\"1\", algorithm=SHA-256", SIP_REGISTER, "sip:h"), "");
    assert_string_equal(answer("Digest realm=\"x\"", SIP_REGISTER, "sip:h"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(md5_of_known_texts),
        cmocka_unit_test(challenges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
