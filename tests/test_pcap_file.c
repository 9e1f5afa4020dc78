// The capture, read octet by octet as another program reads it.
#include "tests/test.h"

#include "lab/io/pcap_file.h"
#include "media/bytes.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define RAW_IP 101 // LINKTYPE_RAW

static char path[64];

struct capture {
    uint8_t *data;
    size_t len, at;
};

struct frame {
    int64_t when; // microseconds since 1970
    const uint8_t *data;
    size_t len;
};

static uint32_t word(const uint8_t *at)
{
    uint32_t value; // libpcap writes in the machine's order
    memcpy(&value, at, sizeof value);
    return value;
}

static uint32_t net16(const uint8_t *at)
{
    return (uint32_t)(at[0] << 8 | at[1]);
}

static uint32_t net32(const uint8_t *at)
{
    return net16(at) << 16 | net16(at + 2);
}

static struct capture read_capture(void)
{
    struct capture c = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    c.len = (size_t)ftell(file);
    rewind(file);
    c.data = malloc(c.len);
    assert_int_equal(fread(c.data, 1, c.len, file), c.len);
    fclose(file);
    assert_true(c.len >= 24);
    assert_int_equal(word(c.data), 0xa1b2c3d4); // microseconds
    assert_int_equal(word(c.data + 20), RAW_IP);
    c.at = 24;
    return c;
}

static bool next_frame(struct capture *c, struct frame *f)
{
    if (c->at == c->len)
        return false;
    assert_true(c->len - c->at >= 16);
    const uint8_t *head = c->data + c->at;
    assert_true(word(head + 4) < 1000000);
    assert_int_equal(word(head + 8), word(head + 12)); // whole
    *f = (struct frame){word(head) * INT64_C(1000000) + word(head + 4), head + 16, word(head + 8)};
    c->at += 16 + f->len;
    assert_true(c->at <= c->len);
    return true;
}

// RFC 1071: the sum over what carries a right checksum is all ones.
static uint32_t sum(const uint8_t *data, size_t len, uint32_t start)
{
    for (size_t i = 0; i < len; i++)
        start += i % 2 ? data[i] : (uint32_t)data[i] << 8;
    while (start >> 16)
        start = (start & 0xffff) + (start >> 16);
    return start;
}

static void assert_udp(const struct frame *f, uint32_t from, uint32_t to, uint32_t port)
{
    const uint8_t *ip = f->data, *udp = f->data + 20;
    assert_true(f->len >= 28);
    assert_int_equal(ip[0], 0x45);
    assert_int_equal(net16(ip + 2), f->len);
    assert_int_equal(ip[9], 17);
    assert_int_equal(sum(ip, 20, 0), 0xffff);
    assert_int_equal(net32(ip + 12), from);
    assert_int_equal(net32(ip + 16), to);
    assert_int_equal(net16(udp), port);
    assert_int_equal(net16(udp + 2), port);
    assert_int_equal(net16(udp + 4), f->len - 20);
    assert_int_not_equal(net16(udp + 6), 0); // 0 says that there is none
    uint32_t pseudo = sum(ip + 12, 8, 17 + (uint32_t)f->len - 20);
    assert_int_equal(sum(udp, f->len - 20, pseudo), 0xffff);
}

static struct sender_config sender(int channels)
{
    return (struct sender_config){.voice.channels = channels, .payload_type = 96};
}

static const uint32_t sender_host = 0x0a4d0001, receiver_host = 0x0a4d0002;

static void what_was_put(void **state)
{
    (void)state;
    static uint8_t payload[2000];
    char why[256] = "";
    struct sender_config config = sender(1);
    struct pcap_file *file = pcap_file_new(path, &config, why, sizeof why);
    int count = 0;
    struct frame f;
    assert_non_null(file);
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 7 + i / 256);
    for (size_t len = 0; len < 40; len++) // odd and even
        pcap_file_put(file, &(struct sim_datagram){.at = (usec)len * 999999,
                                                   .way = len % 2 ? NETWORK_BACK : NETWORK_FORWARD,
                                                   .kind = len % 3 ? SENDER_RTP : SENDER_RTCP,
                                                   .data = payload + len,
                                                   .len = len});
    pcap_file_put(file, &(struct sim_datagram){.data = payload, .len = sizeof payload});
    assert_true(pcap_file_close(file, why, sizeof why));
    struct capture c = read_capture();
    assert_true(next_frame(&c, &f)); // the announcement
    while (next_frame(&c, &f)) {
        size_t len = (size_t)count;
        bool back = len % 2, rtp = len % 3;
        if (count == 40) {
            assert_int_equal(f.len, 28 + sizeof payload);
            assert_memory_equal(f.data + 28, payload, sizeof payload);
            break;
        }
        assert_int_equal(f.len, 28 + len);
        assert_udp(&f, back ? receiver_host : sender_host, back ? sender_host : receiver_host,
                   rtp ? 5004 : 5005);
        assert_memory_equal(f.data + 28, payload + len, len);
        assert_int_equal(f.when, SIM_WALL_CLOCK + count * INT64_C(999999));
        count++;
    }
    assert_int_equal(count, 40);
    assert_int_equal(c.at, c.len);
    free(c.data);
    unlink(path);
}

// An odd last octet is summed as if a zero came after it; a sum of zero is sent as all ones.
static void a_checksum_of_zero(void **state)
{
    (void)state;
    char why[256] = "";
    struct sender_config config = sender(1);
    struct pcap_file *file = pcap_file_new(path, &config, why, sizeof why);
    struct frame f;
    uint8_t two[2];
    int ones = 0;
    for (uint32_t value = 0; value < 65536; value++) {
        two[0] = (uint8_t)(value >> 8);
        two[1] = (uint8_t)value;
        pcap_file_put(file, &(struct sim_datagram){.data = two, .len = 2});
    }
    assert_true(pcap_file_close(file, why, sizeof why));
    struct capture c = read_capture();
    assert_true(next_frame(&c, &f));
    while (next_frame(&c, &f)) {
        assert_udp(&f, sender_host, receiver_host, 5004);
        ones += net16(f.data + 26) == 0xffff;
    }
    assert_int_equal(ones, 1);
    free(c.data);
    unlink(path);
}

// RFC 2974: so that a reader knows what the packets are.
static void the_session_is_announced(void **state)
{
    (void)state;
    for (int channels = 1; channels <= 2; channels++) {
        char why[256] = "", text[2000];
        struct sender_config config = sender(channels);
        struct pcap_file *file = pcap_file_new(path, &config, why, sizeof why);
        struct frame f;
        assert_true(pcap_file_close(file, why, sizeof why));
        struct capture c = read_capture();
        assert_true(next_frame(&c, &f));
        assert_udp(&f, sender_host, 0xe0027ffe, 9875);
        const uint8_t *sap = f.data + 28;
        assert_int_equal(sap[0], 0x20); // version 1, an announcement
        assert_int_equal(sap[1], 0);    // no authentication
        assert_int_equal(net32(sap + 4), sender_host);
        assert_string_equal((const char *)sap + 8, "application/sdp");
        size_t head = 28 + 8 + sizeof "application/sdp";
        snprintf(text, sizeof text, "%.*s", (int)(f.len - head), (const char *)f.data + head);
        assert_int_equal(strncmp(text, "v=0\r\n", 5), 0);
        assert_non_null(strstr(text, "m=audio 5004 RTP/AVP 96\r\n"));
        assert_non_null(strstr(text, "a=rtpmap:96 opus/48000/2\r\n"));
        assert_non_null(strstr(text, "10.77.0.2"));
        assert_true(!strstr(text, "sprop-stereo=1") == (channels == 1));
        assert_false(next_frame(&c, &f));
        free(c.data);
    }
    unlink(path);
}

// Of redundancy and retransmission the announcement names what the sender may come to send.
static void what_may_come_is_announced(void **state)
{
    (void)state;
    static const char *const red[] = {"a=rtpmap:63 red/48000/2\r\n", "a=fmtp:63 96/96\r\n"};
    static const char *const again[] = {"a=rtpmap:97 rtx/48000\r\n", "a=fmtp:97 apt=96",
                                        "a=rtcp-fb:96 nack\r\n"};
    static const char *const lines[] = {"RTP/AVP 96\r\n", "RTP/AVP 96 63\r\n", "RTP/AVPF 96 97\r\n",
                                        "RTP/AVPF 96 63 97\r\n"};
    for (int which = 0; which < 4; which++) {
        char why[256] = "", text[2000];
        struct frame f;
        struct sender_config config = sender(1);
        config.limits.red = which & 1 ? ADAPT_RED_AUTO : ADAPT_RED_OFF;
        config.resend = which & 2;
        config.payload_type_red = 63;
        config.payload_type_again = 97;
        assert_true(
            pcap_file_close(pcap_file_new(path, &config, why, sizeof why), why, sizeof why));
        struct capture c = read_capture();
        assert_true(next_frame(&c, &f));
        size_t head = 28 + 8 + sizeof "application/sdp";
        snprintf(text, sizeof text, "%.*s", (int)(f.len - head), (const char *)f.data + head);
        assert_non_null(strstr(text, lines[which]));
        for (size_t i = 0; i < sizeof red / sizeof red[0]; i++)
            assert_true(!strstr(text, red[i]) == !(which & 1));
        for (size_t i = 0; i < sizeof again / sizeof again[0]; i++)
            assert_true(!strstr(text, again[i]) == !(which & 2));
        free(c.data);
        unlink(path);
    }
}

static void no_place_for_it(void **state)
{
    (void)state;
    char why[256] = "";
    struct sender_config config = sender(1);
    assert_null(pcap_file_new("/no/such/folder/x.pcap", &config, why, sizeof why));
    assert_non_null(strstr(why, "/no/such/folder/x.pcap"));
    assert_true(pcap_file_close(NULL, why, sizeof why));
    // A full disk shows at once.
    assert_null(pcap_file_new("/dev/full", &config, why, sizeof why));
    assert_non_null(strstr(why, "/dev/full: No space left"));
}

// A disk that has room for the first part of it.
static void no_room_for_all_of_it(void **state)
{
    (void)state;
    char why[256] = "";
    static const uint8_t payload[1000];
    struct sender_config config = sender(1);
    struct rlimit all;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){20000, all.rlim_max}), 0);
    struct pcap_file *file = pcap_file_new(path, &config, why, sizeof why);
    assert_non_null(file);
    for (int i = 0; i < 99; i++)
        pcap_file_put(file, &(struct sim_datagram){.data = payload, .len = sizeof payload});
    bool whole = pcap_file_close(file, why, sizeof why);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
    assert_false(whole);
    assert_non_null(strstr(why, "File too large"));
}

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/voz-pcap-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put),
        cmocka_unit_test(a_checksum_of_zero),
        cmocka_unit_test(the_session_is_announced),
        cmocka_unit_test(what_may_come_is_announced),
        cmocka_unit_test(no_place_for_it),
        cmocka_unit_test(no_room_for_all_of_it),
    };
    return cmocka_run_group_tests(tests, make_path, NULL);
}
