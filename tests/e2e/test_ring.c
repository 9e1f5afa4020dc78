// What is heard before a call is up, at both ends, as SDL's disk driver writes it down.
#include "tests/e2e/program.h"
#include "tests/folder.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATE  48000
#define PIECE 4800 // samples, of which two are in a row
#define MOST  (60 * RATE / PIECE)

static void path_of(char path[256], const char *name)
{
    snprintf(path, 256, "%s/%s", folder, name);
}

// A telephone with a loudspeaker of its own, which is a file of samples in two channels.
static struct program *phone(const char *speaker, const char *const *words, const char *keys)
{
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIOFILE", speaker, 1);
    struct program *p = program_start(words, keys);
    unsetenv("SDL_AUDIODRIVER");
    unsetenv("SDL_DISKAUDIOFILE");
    return p;
}

static double power_at(const int16_t *stereo, double hertz)
{
    double re = 0, im = 0;
    for (int i = 0; i < PIECE; i++) {
        re += stereo[2 * i] * cos(2 * M_PI * hertz * i / RATE);
        im += stereo[2 * i] * sin(2 * M_PI * hertz * i / RATE);
    }
    return 4 * (re * re + im * im) / ((double)PIECE * PIECE); // its peak, squared
}

// Which tenths of a second of a loudspeaker have this pitch; how many there are in `pieces`.
static int find(const char *path, double hertz, bool has[MOST], int *pieces)
{
    int16_t pcm[2 * PIECE];
    FILE *file = fopen(path, "rb");
    int found = 0;
    *pieces = 0;
    while (file && *pieces < MOST && fread(pcm, sizeof pcm, 1, file) == 1)
        found += has[(*pieces)++] = power_at(pcm, hertz) > 300 * 300;
    if (file)
        fclose(file);
    return found;
}

static void until_heard(const char *path, double hertz, int least)
{
    bool has[MOST];
    int pieces;
    for (int tries = 0; find(path, hertz, has, &pieces) < least; tries++) {
        if (tries > 400)
            fail_msg("%s: %g Hz is not heard in %d tenths of a second", path, hertz, pieces);
        poll(NULL, 0, 50);
    }
}

// Once there is speech (a tone of another pitch), it does not ring any more.
static void assert_stops(const char *path, double ring, double speech)
{
    bool rings[MOST], speaks[MOST];
    int pieces, at = 0;
    find(path, ring, rings, &pieces);
    assert_true(find(path, speech, speaks, &pieces) > 5);
    while (!speaks[at])
        at++;
    while (++at < pieces)
        assert_false(rings[at]);
}

static struct program *wait_for_calls(const char *speaker, const char *keys, const char *out,
                                      char address[64])
{
    const char *words[] = {"voz-call",    "--verbose", "--in",  "tone:600", "--listen",
                           "127.0.0.1:0", "--once",    "--out", out,        NULL};
    if (!out)
        words[7] = NULL;
    struct program *p = phone(speaker, words, keys);
    snprintf(address, 64, "127.0.0.1:%s",
             program_expect(p, "Waiting for calls on port ([0-9]+)", 10));
    return p;
}

// Both ends ring until it is answered; then each hears the other.
static void it_rings_until_it_is_answered(void **state)
{
    char address[64], here[256], there[256], keys[256];
    (void)state;
    path_of(here, "here.raw");
    path_of(there, "there.raw");
    path_of(keys, "keys");
    assert_int_equal(mkfifo(keys, 0600), 0);
    int fd = open(keys, O_RDWR | O_CLOEXEC);
    struct program *called = wait_for_calls(there, keys, NULL, address);
    const char *words[] = {"voz-call",   "--verbose", "--in",  "tone:1500",
                           "--duration", "2",         address, NULL};
    struct program *caller = phone(here, words, "/dev/null");
    program_expect(called, "calls: a answers, h refuses", 10);
    program_expect(caller, "It rings", 10);
    until_heard(here, 425, 3);
    until_heard(there, 800, 3);
    assert_int_equal(write(fd, "a", 1), 1);
    assert_int_equal(program_wait(caller, 20), 0);
    assert_int_equal(program_wait(called, 20), 0);
    assert_stops(here, 425, 600);
    assert_stops(there, 800, 1500);
    close(fd);
    assert_int_equal(unlink(here) + unlink(there) + unlink(keys), 0);
    program_free(caller);
    program_free(called);
}

// Who hangs up before it is answered silences it, and it rings again for the next call. Where sound goes to
// a file only, no device is opened for it.
static void it_stops_where_who_calls_gives_up(void **state)
{
    char address[64], here[256], there[256], out[256];
    bool has[MOST];
    int pieces;
    (void)state;
    path_of(here, "here.raw");
    path_of(there, "there.raw");
    path_of(out, "out.wav");
    for (int filed = 0; filed < 2; filed++) {
        struct program *called = wait_for_calls(there, "/dev/null", filed ? out : NULL, address);
        const char *words[] = {"voz-call", "--verbose", "--in", "tone:1500", address, NULL};
        struct program *caller = phone(here, words, "/dev/null");
        program_expect(called, "calls: a answers, h refuses", 10);
        until_heard(here, 425, 3);
        if (!filed)
            until_heard(there, 800, 3);
        program_signal(caller, SIGINT);
        program_wait(caller, 20);
        program_wait(called, 20); // it was the one call
        assert_int_equal(access(there, F_OK), filed ? -1 : 0);
        assert_true(filed || find(there, 800, has, &pieces) <= 10);
        unlink(there);
        unlink(out);
        assert_int_equal(unlink(here), 0);
        program_free(caller);
        program_free(called);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_rings_until_it_is_answered),
        cmocka_unit_test(it_stops_where_who_calls_gives_up),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
