// A telephone that is left on: call after call in one process, and what people throw at it meanwhile.
#include "tests/e2e/program.h"
#include "tests/e2e/stranger.h"
#include "tests/folder.h"
#include "tests/likeness.h"
#include "tests/torture.h"

#include "media/random.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The sanitizer, and valgrind, keep what was freed for a while.
#ifdef __SANITIZE_ADDRESS__
#define HOARDS true
#else
#define HOARDS (getenv("VOZ_FEW_REPEATS") != NULL)
#endif

static struct program *wait_for_calls(const char *const *words, uint16_t *port)
{
    struct program *p = program_start(words, "/dev/null");
    *port = (uint16_t)atoi(program_expect(p, "Waiting for calls on port ([0-9]+)", 10));
    return p;
}

#define PHONE(port, ...)                                                                      \
    wait_for_calls((const char *const[]){"voz-call", "--answer", "auto", "--speaker", "null", \
                                         "--listen", "127.0.0.1:0", __VA_ARGS__, NULL},       \
                   port)

static int open_files(const struct program *p)
{
    char path[64];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)program_id(p));
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static long resident_kib(const struct program *p)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)program_id(p));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%*d %ld", &pages), 1);
    fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

// What was closed may take the program a moment to close on its side.
static void assert_files(const struct program *p, int most)
{
    for (int i = 0; i < 100 && open_files(p) > most; i++)
        poll(NULL, 0, 20);
    assert_true(open_files(p) <= most);
}

// ---- call after call ---------------------------------------------------------------------------

// Of every fourth the connection breaks, and the goodbye comes over another.
static void call_once(struct stranger *s, uint16_t port, int i)
{
    char tag[64];
    stranger_asks(s, "INVITE", i, 1, "");
    stranger_tag(s, "SIP/2.0 200", tag);
    stranger_asks(s, "ACK", i, 1, tag);
    if (i % 4 == 3) {
        stranger_leave(s);
        stranger_connect(s, port);
    }
    stranger_asks(s, "BYE", i, 2, tag);
    stranger_expect(s, "SIP/2.0 200");
}

static void thousands_of_calls(void **state)
{
    (void)state;
    enum { WARM = 100, PER_CONNECTION = 20 };
    uint16_t port;
    int calls = repeats(10000, 200), files = 0;
    long kib = 0;
    struct stranger s;
    struct program *p = PHONE(&port, "--in", "tone");
    for (int i = 0; i < calls; i++) {
        if (i % PER_CONNECTION == 0)
            stranger_connect(&s, port);
        call_once(&s, port, i);
        if (i % PER_CONNECTION == PER_CONNECTION - 1) {
            stranger_leave(&s);
            program_errors(p); // read, or it waits until somebody does
        }
        if (i == WARM - 1) {
            poll(NULL, 0, 100);
            files = open_files(p);
            kib = resident_kib(p);
        }
    }
    assert_files(p, files);
    long grown = resident_kib(p) - kib;
    print_message("%d calls, %d files open, %ld KiB more than after %d\n", calls, open_files(p) - 3,
                  grown, WARM);
    if (!HOARDS)
        assert_true(grown < 2048);
    program_signal(p, SIGTERM);
    assert_int_equal(program_wait(p, 10), 0);
    program_free(p);
}

// ---- beside a call -----------------------------------------------------------------------------

struct talk {
    uint16_t port;
    struct program *called, *caller;
    char heard[256];
};

static void begin_talk(struct talk *t, const char *seconds)
{
    char address[64];
    snprintf(t->heard, sizeof t->heard, "%s/heard.wav", folder);
    t->called = PHONE(&t->port, "--verbose", "--in", "tone");
    snprintf(address, sizeof address, "127.0.0.1:%u", t->port);
    t->caller = PROGRAM("voz-call", "--verbose", "--in", "speech", "--out", t->heard, "--duration",
                        seconds, address);
    program_expect(t->caller, "The call is up", 10);
}

// It went on to its end, and each way all that was sent came.
static void end_talk(struct talk *t)
{
    assert_true(program_runs(t->caller)); // or what was done to it came too late
    assert_int_equal(program_wait(t->caller, 20), 0);
    program_expect(t->called, "The call has ended", 10);
    program_signal(t->called, SIGTERM);
    assert_int_equal(program_wait(t->called, 10), 0);
    const char *lost = strstr(program_errors(t->caller), "of which 0 were lost; ");
    assert_non_null(lost);
    assert_non_null(strstr(lost, "and 0 were lost."));
    assert_true(atoi(lost + strlen("of which 0 were lost; ")) > 150); // 50 a second
    assert_int_equal(unlink(t->heard), 0);
    program_free(t->caller);
    program_free(t->called);
}

// A message to torture it with: one of RFC 4475's, or a good one, with octets changed, cut out, said twice.
static size_t malform(struct random *random, int i, char out[4096])
{
    static const char good[] =
        "INVITE sip:b@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKf\r\n"
        "From: <sip:f@127.0.0.1>;tag=f\r\nTo: <sip:b@127.0.0.1>\r\nCall-ID: f\r\n"
        "CSeq: 1 INVITE\r\nContact: <sip:f@127.0.0.1>\r\nSession-Expires: 90;refresher=uac\r\n"
        "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n";
    int torments = 0;
    while (torture_messages[torments].name)
        torments++;
    int which = i % (torments + 3);
    const char *text = which < torments ? torture_messages[which].text : good;
    size_t len = strlen(text);
    memcpy(out, text, len);
    if (i < torments)
        return len; // first as they are
    for (uint64_t n = random_u64(random) % 4; n; n--) {
        size_t at = random_u64(random) % len, part = random_u64(random) % (len - at);
        part = part < 200 ? part : 200;
        if (n % 2 && len + part < 4096) { // the same again
            memmove(out + at + part, out + at, len - at);
            len += part;
        } else {
            out[at] = (char)random_u64(random); // a NUL among them
        }
    }
    return len;
}

// A thousand of them, on connections that are made anew when they are closed; then a thousand connections,
// each with an INVITE.
static void torments_beside_a_call(void **state)
{
    (void)state;
    struct random random = {.state = 4475};
    struct talk t;
    struct stranger s;
    char text[4096];
    int count = repeats(1000, 100), connections = 1;
    begin_talk(&t, getenv("VOZ_FEW_REPEATS") ? "40" : "6");
    int files = open_files(t.called);
    stranger_connect(&s, t.port);
    for (int i = 0; i < count; i++) {
        size_t len = malform(&random, i, text);
        if (stranger_ignores(&s) && stranger_says(&s, text, len) && i % 16)
            continue;
        stranger_leave(&s);
        stranger_connect(&s, t.port);
        connections++;
    }
    stranger_leave(&s);
    for (int i = 0; i < count; i++) {
        stranger_connect(&s, t.port);
        stranger_asks(&s, "INVITE", i, 1, "");
        stranger_expect(&s, "SIP/2.0 486");
        stranger_leave(&s);
    }
    assert_files(t.called, files);
    print_message("%d messages on %d connections, %d INVITEs on as many\n", count, connections,
                  count);
    end_talk(&t);
}

// ---- addresses ---------------------------------------------------------------------------------

static void over_ipv6(void **state)
{
    (void)state;
    char address[64], here[256], there[256], why[512] = "";
    const char *const words[] = {"voz-call",  "--listen", "[::1]:0",   "--answer", "auto", "--once",
                                 "--verbose", "--in",     "speech:pt", "--out",    there,  NULL};
    struct likeness like;
    uint16_t port;
    snprintf(here, sizeof here, "%s/here.wav", folder);
    snprintf(there, sizeof there, "%s/there.wav", folder);
    struct program *called = wait_for_calls(words, &port);
    snprintf(address, sizeof address, "sip:bob@[::1]:%u;transport=tcp", port);
    struct program *caller = PROGRAM("voz-call", "--verbose", "--in", "speech", "--out", here,
                                     "--duration", "5", address);
    program_expect(caller, "Opus with ::1 port", 10);
    assert_int_equal(program_wait(caller, 20), 0);
    assert_int_equal(program_wait(called, 10), 0);
    assert_non_null(strstr(program_errors(called), "Opus with ::1 port"));
    for (int i = 0; i < 2; i++) {
        if (!likeness_of_files(i ? "speech" : "speech:pt", i ? there : here, 48000, &like, why,
                               sizeof why))
            fail_msg("%s", why);
        if (like.spectral < 0.7)
            fail_msg("alike by %.2f only", like.spectral);
    }
    assert_int_equal(unlink(here) + unlink(there), 0);
    program_free(caller);
    program_free(called);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_of_calls),
        cmocka_unit_test(torments_beside_a_call),
        cmocka_unit_test(over_ipv6),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
