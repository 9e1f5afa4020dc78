// Keys of voz-call on a pseudo-terminal: what each does to a call, here and at the other end, and that the
// terminal is left as it was found.
#include "tests/e2e/program.h"
#include "tests/e2e/pty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static struct pty *phone(char address[64])
{
    const char *const words[] = {"voz-call", "--listen", "127.0.0.1:0", "--verbose", "--in",
                                 "tone",     "--loop",   "--speaker",   "null",      NULL};
    struct pty *p = pty_start(words);
    pty_widen(p, 250); // for the whole status line
    pty_expect(p, "Waiting for calls on port ");
    pty_expect(p, "Keys: a answer"); // the line with the port is whole now
    const char *port = strstr(p->text, "on port ") + strlen("on port ");
    snprintf(address, 64, "127.0.0.1:%d", atoi(port));
    return p;
}

static void a_call_by_keys(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *then;
        const char *there; // at the other end; NULL: nothing
    } rows[] = {
        {"?", "] [ more, less loss", NULL},
        {"m", "Muted.", NULL},
        {"", "we (muted) #", NULL}, // what the microphone hears is shown all the same
        {"m", "Not muted any more.", NULL},
        {"", "we #", NULL},
        {"+", "Loudspeaker: +3 dB.", NULL},
        {"--", "Loudspeaker: -3 dB.", NULL},
        {"]]", "The network loses 10 % of the packets, both ways.", NULL},
        {"[[", "The network loses 0 % of the packets, both ways.", NULL},
        {"c", "concealed by the last frame again.", NULL},
        {"c", "concealed by silence.", NULL},
        {"c", "concealed by the codec's guess.", NULL},
        {"o", "on hold", "They put you on hold"},
        {"o", "Opus with 127.0.0.1", "They take you off hold"},
    };
    char address[64];
    struct pty *p = phone(address);
    pty_press(p, "mh+]"); // without a call they do nothing
    struct program *caller =
        PROGRAM("voz-call", "--verbose", "--in", "tone", "--loop", "--speaker", "null", address);
    pty_expect(p, " calls: a answers, h refuses.");
    program_expect(caller, "It rings", 10);
    pty_press(p, "a");
    pty_expect(p, "The call is up.");
    program_expect(caller, "The call is up", 10);
    pty_expect(p, "0:01 Opus  MOS");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        pty_press(p, rows[i].keys);
        pty_expect(p, rows[i].then);
        if (rows[i].there)
            program_expect(caller, rows[i].there, 10);
    }
    pty_press(p, "h");
    pty_expect(p, "The call has ended.");
    assert_int_equal(program_wait(caller, 10), 0);
    assert_false(pty_is_as_before(p));
    pty_press(p, "q");
    assert_int_equal(pty_wait(p), 0);
    assert_true(pty_is_as_before(p));
    program_free(caller);
    pty_free(p);
}

// A call that is declined; then one in which the program is ended, by its key and by Ctrl-C.
static void calls_that_end_by_a_key(void **state)
{
    (void)state;
    static const char *const ends[] = {"q", "\x03"};
    for (size_t i = 0; i < LENGTH(ends); i++) {
        char address[64];
        struct pty *p = phone(address);
        struct program *caller = PROGRAM("voz-call", "--in", "tone", "--speaker", "null", address);
        pty_expect(p, " calls: a answers, h refuses.");
        pty_press(p, "h");
        pty_expect(p, "No call: It was refused.");
        program_expect(caller, "No call: Busy Here \\(486\\)\\. They are in another call, or", 10);
        assert_int_equal(program_wait(caller, 10), 1);
        program_free(caller);
        caller = PROGRAM("voz-call", "--in", "tone", "--loop", "--speaker", "null", address);
        pty_expect(p, " calls: a answers, h refuses.");
        pty_press(p, "\n"); // as good as a
        pty_expect(p, "The call is up.");
        program_expect(caller, "The call is up", 10);
        pty_press(p, ends[i]);
        pty_expect(p, "The call has ended.");
        assert_int_equal(pty_wait(p), 0);
        assert_true(pty_is_as_before(p));
        assert_int_equal(program_wait(caller, 10), 0);
        program_free(caller);
        pty_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_by_keys),
        cmocka_unit_test(calls_that_end_by_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
