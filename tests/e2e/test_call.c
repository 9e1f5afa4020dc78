// Calls between two processes: what is heard, call after call, and while others want to be heard too.
#include "tests/e2e/program.h"
#include "tests/folder.h"
#include "tests/likeness.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct program *wait_for_calls(const char *source, const char *out, char address[64])
{
    struct program *p = PROGRAM("voz-call", "--verbose", "--listen", "127.0.0.1:0", "--answer",
                                "auto", "--in", source, "--out", out);
    snprintf(address, 64, "127.0.0.1:%s",
             program_expect(p, "Waiting for calls on port ([0-9]+)", 10));
    return p;
}

static void assert_like(const char *said, const char *heard)
{
    struct likeness like;
    char why[512] = "";
    if (!likeness_of_files(said, heard, 48000, &like, why, sizeof why))
        fail_msg("%s: %s", heard, why);
    if (like.spectral < 0.8)
        fail_msg("%s is like %s by %.2f only", heard, said, like.spectral);
}

static void path_of(char path[256], const char *name)
{
    snprintf(path, 256, "%s/%s", folder, name);
}

static void both_hear_each_other(void **state)
{
    (void)state;
    char address[64], here[256], there[256], both[256];
    path_of(here, "here.wav");
    path_of(there, "there.wav");
    path_of(both, "both.wav");
    struct program *called = wait_for_calls("speech:pt", there, address);
    struct program *caller = PROGRAM("voz-call", "--verbose", "--in", "speech", "--out", here,
                                     "--record", both, "--duration", "8", address);
    program_expect(caller, "The call is up", 10);
    assert_int_equal(program_wait(caller, 20), 0);
    program_expect(called, "The call has ended", 10);
    program_signal(called, SIGTERM);
    assert_int_equal(program_wait(called, 10), 0);
    assert_like("speech", there);
    assert_like("speech:pt", here);
    assert_int_equal(unlink(here) + unlink(there) + unlink(both), 0);
    program_free(caller);
    program_free(called);
}

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

static void call_after_call(void **state)
{
    (void)state;
    char address[64], there[256];
    int before = 0, calls = repeats(40, 4);
    path_of(there, "rows.wav");
    struct program *called = wait_for_calls("tone", there, address);
    for (int i = 0; i < calls; i++) {
        struct program *caller =
            PROGRAM("voz-call", "--in", "tone", "--speaker", "null", "--duration", "0.05", address);
        assert_int_equal(program_wait(caller, 20), 0);
        program_expect(called, "The call has ended", 10);
        program_free(caller);
        if (i == 1)
            before = open_files(called);
    }
    // The last connection may still be closing.
    for (int i = 0; i < 100 && open_files(called) > before; i++)
        poll(NULL, 0, 50);
    assert_true(open_files(called) <= before);
    program_signal(called, SIGTERM);
    assert_int_equal(program_wait(called, 10), 0);
    assert_int_equal(unlink(there), 0);
    program_free(called);
}

static int connect_to(const char *address)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    const char *colon = strchr(address, ':');
    a.sin_port = htons((uint16_t)atoi(colon + 1));
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

// Two connections on which INVITEs come as fast as they can be written, for three seconds of a call.
static void a_flood_does_not_stop_the_call(void **state)
{
    (void)state;
    static const char invite[] =
        "INVITE sip:b@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKf\r\n"
        "From: <sip:f@127.0.0.1>;tag=f\r\nTo: <sip:b@127.0.0.1>\r\nCall-ID: f\r\n"
        "CSeq: 1 INVITE\r\nContact: <sip:f@127.0.0.1>\r\nContent-Length: 0\r\n\r\n";
    char address[64], here[256], there[256], junk[65536];
    size_t at[2] = {0}, answers = 0;
    path_of(here, "flood-here.wav");
    path_of(there, "flood-there.wav");
    struct program *called = wait_for_calls("speech:pt", there, address);
    struct program *caller = PROGRAM("voz-call", "--verbose", "--in", "speech", "--out", here,
                                     "--duration", "6", address);
    program_expect(caller, "The call is up", 10);
    int fds[2] = {connect_to(address), connect_to(address)};
    for (time_t end = time(NULL) + 4; time(NULL) < end;) {
        struct pollfd poll_fds[2] = {{fds[0], POLLIN | POLLOUT, 0}, {fds[1], POLLIN | POLLOUT, 0}};
        poll(poll_fds, 2, 10);
        for (int i = 0; i < 2; i++) {
            ssize_t n = read(fds[i], junk, sizeof junk);
            answers += n > 0 ? (size_t)n : 0;
            n = write(fds[i], invite + at[i], sizeof invite - 1 - at[i]);
            at[i] = (at[i] + (n > 0 ? (size_t)n : 0)) % (sizeof invite - 1);
        }
        poll(NULL, 0, 1);
    }
    assert_true(answers > 10000); // they were told that we are busy
    for (int i = 0; i < 2; i++)
        close(fds[i]);
    assert_int_equal(program_wait(caller, 20), 0);
    const char *said = strstr(program_errors(caller), "of which ");
    assert_non_null(said);
    assert_int_equal(atoi(said + strlen("of which ")), 0); // none of ours was lost
    program_signal(called, SIGTERM);
    assert_int_equal(program_wait(called, 10), 0);
    assert_like("speech", there);
    assert_int_equal(unlink(here) + unlink(there), 0);
    program_free(caller);
    program_free(called);
}

static void nobody_there(void **state)
{
    (void)state;
    struct program *p = PROGRAM("voz-call", "--in", "tone", "--speaker", "null", "127.0.0.1:1");
    assert_int_equal(program_wait(p, 20), 1);
    assert_non_null(strstr(program_errors(p), "Cannot connect to 127.0.0.1 port 1"));
    assert_non_null(strstr(program_errors(p), "Is a SIP phone running there"));
    assert_null(strstr(program_errors(p), "503")); // nobody said that
    program_free(p);
    p = PROGRAM("voz-call", "--in", "tone", "--speaker", "null", "--listen", "127.0.0.1:0",
                "--register", "sip:bob@127.0.0.1:1");
    program_expect(p, "Not registered: Cannot connect .* Is a registrar running .*tried again", 10);
    program_signal(p, SIGTERM);
    assert_int_equal(program_wait(p, 10), 0);
    program_free(p);
}

static void a_source_that_is_not_there(void **state)
{
    (void)state;
    struct program *p = PROGRAM("voz-call", "--in", "/nowhere.wav");
    assert_int_equal(program_wait(p, 10), 1); // not when somebody calls
    assert_non_null(strstr(program_errors(p), "/nowhere.wav"));
    program_free(p);
}

static void close_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        close(fd);
}

// As a service may be started: its sockets are not taken for its terminal.
static void without_standard_descriptors(void **state)
{
    (void)state;
    program_before(close_standard_descriptors);
    struct program *called = PROGRAM("voz-call", "--in", "tone", "--speaker", "null");
    struct program *caller =
        PROGRAM("voz-call", "--in", "tone", "--speaker", "null", "127.0.0.1:1");
    program_before(NULL);
    assert_int_equal(program_wait(caller, 20), 1);
    program_signal(called, SIGTERM);
    // Its port may be another program's here, and it may not even have begun; but it has not failed.
    int status = program_wait(called, 20);
    assert_true(status == 0 || status == 1 || status == 128 + SIGTERM);
    program_free(caller);
    program_free(called);
}

static void misuse(void **state)
{
    (void)state;
    static const struct {
        const char *words[5], *says;
    } rows[] = {
        {{"voz-call", "--in", "tone", "--mic", "x"}, "--in and --mic"},
        {{"voz-call", "--answer", "auto", "host"}, "--answer is for who waits"},
        {{"voz-call", "--ring", "9", "host"}, "--ring is for who waits"},
        {{"voz-call", "--in", "a.wav", "--record", "a.wav"}, "a.wav cannot be two of"},
        {{"voz-call", "sip:a@b;transport=udp"}, "SIP over TCP only"},
        {{"voz-call", "sips:a@b"}, "not an address to call"},
        {{"voz-call", "a b"}, "not an address to call"},
        {{"voz-lab", "play", "--call", "--transport", "tcp"}, "A call is over UDP"},
        {{"voz-call", "--user", "a@b"}, "must be 1 to 64 letters"},
        {{"voz-call", "--register", "bob"}, "must be an account"},
        {{"voz-call", "--password-file", "/nowhere"}, "must be a file"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *words[6] = {0};
        memcpy(words, rows[i].words, sizeof rows[i].words);
        program_ends(words, 2, rows[i].says, 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misuse),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(a_source_that_is_not_there),
        cmocka_unit_test(without_standard_descriptors),
        cmocka_unit_test(both_hear_each_other),
        cmocka_unit_test(call_after_call),
        cmocka_unit_test(a_flood_does_not_stop_the_call),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
