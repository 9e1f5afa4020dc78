// Calls with pictures between two processes: what each shows is read from what the other has seen.
#include "tests/e2e/program.h"
#include "tests/e2e/seen.h"
#include "tests/folder.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS    24
#define PATIENCE 30.0 // seconds

static void path_of(char path[256], const char *name)
{
    snprintf(path, 256, "%s/%s", folder, name);
}

// Read once: the folder is left empty.
static struct seen read_film(const char *path)
{
    struct seen seen = seen_read(path);
    assert_int_equal(seen.backs, 0);
    assert_int_equal(unlink(path), 0);
    return seen;
}

struct side {
    const char *words[10];
};

static const char *const silent[] = {"voz-call", "--verbose", "--in",
                                     "pattern",  "--speaker", "null"};

static struct program *start(const struct side *side, const char *film, const char *const *more)
{
    const char *words[WORDS] = {0};
    int n = 0;
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        words[n++] = silent[i];
    for (int i = 0; side->words[i]; i++)
        words[n++] = side->words[i];
    if (film) {
        words[n++] = "--video-output";
        words[n++] = film;
    }
    for (int i = 0; more[i]; i++)
        words[n++] = more[i];
    return program_start(words, "/dev/null");
}

// Four seconds of a call; what both said is in `said`, films of who wants one in here.y4m and there.y4m.
static void call(const struct side *caller, const char *here, const struct side *called,
                 const char *there, char said[2][2048])
{
    char address[64];
    const char *waits[] = {"--listen", "127.0.0.1:0", "--answer", "auto", "--once", NULL};
    struct program *b = start(called, there, waits);
    snprintf(address, sizeof address, "127.0.0.1:%s",
             program_expect(b, "Waiting for calls on port ([0-9]+)", 10));
    const char *calls[] = {"--duration", "4", address, NULL};
    struct program *a = start(caller, here, calls);
    int status = program_wait(a, PATIENCE);
    if (status || program_wait(b, PATIENCE))
        fail_msg("%d: %s\n%s", status, program_errors(a), program_errors(b));
    snprintf(said[0], 2048, "%s", program_errors(a));
    snprintf(said[1], 2048, "%s", program_errors(b));
    program_free(a);
    program_free(b);
}

// "..., 9.0 ms after the voice"
static double sync_of(const char *said)
{
    double ms;
    char way[8];
    const char *at = strstr(said, " ms after the voice");
    at = at ? at : strstr(said, " ms before the voice");
    if (!at)
        fail_msg("no pictures: %s", said);
    while (at[-1] != ' ')
        at--;
    assert_int_equal(sscanf(at, "%lf ms %7s", &ms, way), 2);
    return ms;
}

#define PATTERN "--video", "pattern", "--size", SEEN_SIZE

static void both_see_each_other(void **state)
{
    (void)state;
    static const struct side side = {{PATTERN}};
    char here[256], there[256], said[2][2048];
    path_of(here, "here.y4m");
    path_of(there, "there.y4m");
    call(&side, here, &side, there, said);
    for (int i = 0; i < 2; i++) {
        struct seen seen = read_film(i ? there : here);
        assert_int_equal(seen.read, seen.pictures);
        assert_true(seen.pictures >= 80); // of 100: the first may come a bit late
        assert_true(seen.steps >= 0.9 * seen.pictures);
        assert_true(sync_of(said[i]) < 20);
        assert_non_null(strstr(said[i], " 0 packets lost for good"));
    }
}

static void pictures_survive_what_the_voice_does(void **state)
{
    (void)state;
    static const struct side clean = {{PATTERN}},
                             lossy = {{PATTERN, "--netem", "delay 10ms loss 5% seed 5"}};
    char here[256], there[256], said[2][2048];
    path_of(here, "here.y4m");
    path_of(there, "there.y4m");
    call(&lossy, here, &clean, there, said);
    for (int i = 0; i < 2; i++) {
        struct seen seen = read_film(i ? there : here);
        assert_int_equal(seen.read, seen.pictures); // it stands still, but is never damaged
        assert_true(seen.last > 75);
    }
}

static void who_has_none_gets_none_or_looks_on(void **state)
{
    (void)state;
    static const struct side gives = {{PATTERN}}, has_none = {{NULL}};
    char here[256], there[256], said[2][2048];
    path_of(here, "here.y4m");
    path_of(there, "there.y4m");
    call(&gives, NULL, &has_none, NULL, said);
    assert_non_null(strstr(said[0], "No pictures: they want none."));
    assert_null(strstr(said[1], "ictures"));
    call(&has_none, NULL, &gives, NULL, said);
    assert_non_null(strstr(said[1], "No pictures: they want none."));
    call(&has_none, here, &gives, there, said);
    assert_true(read_film(here).read >= 80);
    assert_non_null(strstr(said[0], "they see none"));
    assert_non_null(strstr(said[1], "they show none"));
    assert_non_null(strstr(said[1], "none was seen"));
    assert_int_equal(unlink(there), 0);
}

static void what_cannot_be_shown_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *words[7];
        int status;
        const char *says;
    } rows[] = {
        {{"voz-call", "--video", "/nowhere.y4m", "--in", "tone"}, 1, "No such file"},
        {{"voz-call", "--size", "320x180", "--in", "tone"}, 2, "Add --video pattern"},
        {{"voz-call", "--in", "-", "--video", "-"}, 2, "both come on standard input"},
        {{"voz-call", "--video-loss", "hide"}, 2, "freeze"},
        {{"voz-call", "--in", "tone", "--video-loss", "show"}, 2, "--window or --video-output"},
        {{"voz-call", "--in", "tone", "--video-output", "/nowhere/x.y4m"}, 1, "Cannot write"},
        {{"voz-call", "--in", "tone", "--video-output", "x.mp4"}, 2, "must be FILE.y4m"},
        {{"voz-call", "--in", "tone", "--video", "cam"}, 2, "pattern, camera, camera:DEVICE"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *words[8] = {0};
        memcpy(words, rows[i].words, sizeof rows[i].words);
        program_ends(words, rows[i].status, rows[i].says, PATIENCE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_see_each_other),
        cmocka_unit_test(pictures_survive_what_the_voice_does),
        cmocka_unit_test(who_has_none_gets_none_or_looks_on),
        cmocka_unit_test(what_cannot_be_shown_is_said),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
