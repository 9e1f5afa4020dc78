#include "tests/test.h"

#include "media/io/capture.h"
#include "media/io/sound.h"
#include "media/io/tone.h"

#include <math.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PERIOD 256                     // samples, for SDL
#define START  (7 * USEC_SECOND + 123) // any time will do

static char why[SOUND_TEXT];
static int16_t silence[48000 * 2];

// ---- null --------------------------------------------------------------------------------------

static void null_is_paced_by_the_time_it_is_given(void **state)
{
    (void)state;
    static const struct {
        usec at;       // after the start
        size_t wanted; // samples
        size_t write;  // samples
        usec next;     // after the start
    } rows[] = {
        {0, 240, 240, 5000},
        {4999, 0, 0, 5000},
        {5000, 240, 100, 5000}, // written in part: the rest is due now
        {5000, 140, 140, 10000},
        {12000, 240, 240, 15000},
        {30000, 960, 960, 35000}, // late: what is due is still due
        {30000, 0, 960, 55000},   // ahead
        {50000, 0, 0, 55000},
        {55000, 240, 240, 60000},
        {3600055000, 240, 240, 3600060000}, // an hour of sleep is lost
    };
    struct sound_config config = {.device = "null", .channels = 2};
    struct sound *s = sound_open(&config, START, why, sizeof why);
    assert_non_null(s);
    assert_int_equal(sound_stats(s).period, SOUND_PERIOD);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        usec now = START + rows[i].at;
        assert_int_equal(sound_poll(s, now), SOUND_SAME);
        assert_int_equal(sound_wanted(s, now), rows[i].wanted);
        assert_int_equal(sound_write(s, now, silence, rows[i].write), rows[i].write);
        assert_int_equal(sound_next(s), START + rows[i].next);
        assert_int_equal(sound_delay(s, now), 0);
    }
    assert_int_equal(sound_stats(s).underruns, 1);
    assert_int_equal(sound_stats(s).silence, 3600 * 48000 - 240);
    sound_close(s);
    sound_close(NULL);
}

static void null_takes_exactly_48000_samples_a_second(void **state)
{
    (void)state;
    struct sound_config config = {
        .device = "null", .channels = 1, .period = 441}; // no whole microseconds
    struct sound *s = sound_open(&config, START, why, sizeof why);
    assert_non_null(s);
    int rounds = 0;
    for (usec now = START; now < START + 10 * USEC_SECOND; now = sound_next(s), rounds++) {
        assert_int_equal(sound_wanted(s, now), 441);
        sound_write(s, now, silence, 441);
        assert_true(sound_next(s) > now);
    }
    assert_int_equal(rounds, 1089); // 480 000 / 441, rounded up
    sound_close(s);
}

// ---- tone --------------------------------------------------------------------------------------

static void a_tone_has_its_frequency_and_level(void **state)
{
    (void)state;
    struct tone t = tone_of(440500); // 440.5 Hz
    static int16_t pcm[48000 * 2];
    for (int second = 0; second < 60; second++)
        tone_fill(&t, pcm, 48000, 2);
    double power = 0;
    for (int i = 0; i < 48000; i++) {
        double turns = 440.5 * (59 * 48000 + i) / 48000.0;
        double wanted = 3276.7 * sin(2 * 3.14159265358979323846 * fmod(turns, 1));
        assert_true(fabs(pcm[2 * i] - wanted) <= 0.51);
        assert_int_equal(pcm[2 * i], pcm[2 * i + 1]);
        power += (double)pcm[2 * i] * pcm[2 * i];
    }
    assert_true(fabs(10 * log10(2 * power / 48000 / 32767 / 32767) + 20) < 0.01); // dBFS
}

// ---- SDL, with the drivers that need no hardware (and want a power of two) ---------------------

static sem_t awake;

static void wake(void *ctx)
{
    (void)ctx;
    sem_post(&awake);
}

// Until the device's thread has called, however slow the machine is.
static void wait_for_device(void)
{
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 30;
    assert_int_equal(sem_timedwait(&awake, &limit), 0);
}

static int use_dummy(void **state)
{
    (void)state;
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    return sem_init(&awake, 0, 0);
}

static int forget_driver(void **state)
{
    (void)state;
    unsetenv("SDL_AUDIODRIVER");
    return sem_destroy(&awake);
}

static void sdl_is_kept_at_its_target(void **state)
{
    (void)state;
    struct sound_config config = {.channels = 2, .period = 512, .wakeup = wake};
    signal(SIGINT, SIG_DFL); // a shell has what it runs in the background ignore it
    struct sound *s = sound_open(&config, START, why, sizeof why);
    assert_non_null(s);
    assert_string_equal(sound_name(s), "dummy: default device");
    struct sigaction action;
    sigaction(SIGINT, NULL, &action);
    assert_true(action.sa_handler == SIG_DFL); // Ctrl-C is not SDL's
    wait_for_device();
    assert_int_equal(sound_stats(s).underruns, 0); // nothing was written yet
    assert_int_equal(sound_stats(s).target, 0);
    assert_int_equal(sound_stats(s).delay, 512); // SDL has a period when it asks for the next
    size_t written = 0;
    while (sound_stats(s).played < 20 * 512) {
        size_t wanted = sound_wanted(s, START);
        assert_true(wanted <= SOUND_RATE / 16 + 512);
        assert_int_equal(sound_write(s, START, silence, wanted), wanted);
        written += wanted;
        size_t delay = sound_delay(s, START);
        assert_true(delay <=
                    SOUND_RATE / 16 + 1536); // the ring, what was asked for, and two periods
        wait_for_device();
    }
    struct sound_stats stats = sound_stats(s);
    assert_true(written + stats.silence + 512 * 2 >= 20 * 512);
    assert_int_equal(stats.lost, 0);
    // The ring takes no more than a third of a second.
    size_t taken = sound_write(s, START, silence, 48000);
    assert_true(taken >= 14000 && taken < 48000);
    sound_close(s);
}

// All that is wanted, until the device has played so many samples.
static void keep_fed(struct sound *s, uint64_t samples)
{
    while (sound_stats(s).played < samples) {
        wait_for_device();
        sound_write(s, START, silence, sound_wanted(s, START));
    }
}

static void a_dry_ring_is_silence_and_a_higher_target(void **state)
{
    (void)state;
    struct sound_config config = {.channels = 1, .period = PERIOD, .wakeup = wake};
    struct sound *s = sound_open(&config, START, why, sizeof why);
    assert_non_null(s);
    keep_fed(s, 20 * PERIOD);
    uint64_t before = sound_stats(s).underruns;
    while (sound_stats(s).underruns == before) // nobody comes
        wait_for_device();
    uint64_t silent = sound_stats(s).silence;
    assert_true(silent > 0);
    while (sound_stats(s).silence < silent + 2 * PERIOD)
        wait_for_device();
    assert_int_equal(sound_stats(s).underruns, before + 1); // still the same one
    sound_wanted(s, START);
    int target = sound_stats(s).target;
    assert_true(target >= PERIOD && target % PERIOD == 0);
    assert_int_equal(sound_stats(s).delay, target + PERIOD);
    // Ten seconds (of the caller's time) without another: it falls again.
    sound_wanted(s, START + 9 * USEC_SECOND);
    assert_int_equal(sound_stats(s).target, target);
    for (usec now = START; target > 0; target = target / 2 / PERIOD * PERIOD) {
        assert_int_equal(sound_stats(s).target, target);
        sound_wanted(s, now += 11 * USEC_SECOND);
    }
    assert_int_equal(sound_stats(s).target, 0);
    sound_close(s);
}

// Each time that it runs dry a period more is kept, but never more than 62.5 ms.
static void it_keeps_no_more_than_that(void **state)
{
    (void)state;
    struct sound_config config = {.channels = 1, .period = PERIOD, .wakeup = wake};
    struct sound *s = sound_open(&config, START, why, sizeof why);
    assert_non_null(s);
    keep_fed(s, 20 * PERIOD);
    for (int before = -1; sound_stats(s).target > before;) {
        uint64_t underruns = sound_stats(s).underruns;
        while (sound_stats(s).underruns == underruns)
            wait_for_device();
        before = sound_stats(s).target;
        sound_wanted(s, START);
        assert_true(sound_stats(s).target <= SOUND_RATE / 16);
        assert_true(sound_stats(s).target <= before + PERIOD);
        keep_fed(s, sound_stats(s).played + 4 * PERIOD);
    }
    assert_true(sound_stats(s).target > SOUND_RATE / 16 - PERIOD);
    sound_close(s);
}

// The caller's time runs faster than the device: it seems to stand still.
static usec lose(struct sound *s)
{
    usec now = START;
    for (int i = 0; i < 100000; i++) {
        now += 250 * USEC_MS;
        if (sound_poll(s, now) == SOUND_LOST)
            return now;
    }
    fail_msg("never lost");
    return 0;
}

static void a_lost_device_is_tried_again_and_time_goes_on(void **state)
{
    (void)state;
    struct sound_config config = {.channels = 1, .period = PERIOD, .wakeup = wake};
    struct sound *s = sound_open(&config, START, why, sizeof why);
    assert_non_null(s);
    wait_for_device();
    sound_write(s, START, silence, 960);
    usec lost = lose(s);
    assert_int_equal(sound_stats(s).lost, 1);
    size_t taken = 0;
    usec now = lost;
    for (; now < lost + 500 * USEC_MS; now = sound_next(s)) {
        assert_int_equal(sound_poll(s, now), SOUND_SAME);
        size_t wanted = sound_wanted(s, now);
        assert_int_equal(wanted, PERIOD);
        assert_int_equal(sound_write(s, now, silence, wanted), wanted);
        taken += wanted;
    }
    assert_int_equal(taken, 24064); // 94 periods
    assert_int_equal(sound_poll(s, lost + USEC_SECOND - 1), SOUND_SAME);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    assert_int_equal(sound_poll(s, lost + USEC_SECOND), SOUND_BACK);
    while (sem_trywait(&awake) == 0)
        ;
    wait_for_device();
    sound_close(s);
}

static void samples_reach_the_device_in_order(void **state)
{
    (void)state;
    char path[] = "/tmp/voz-test-sound-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIOFILE", path, 1);
    struct sound_config config = {.channels = 1, .period = PERIOD, .wakeup = wake};
    struct sound *s = sound_open(&config, START, why, sizeof why);
    assert_non_null(s);
    int16_t next = 1;
    while (next < 20000) {
        wait_for_device();
        int16_t pcm[SOUND_RATE / 16 + PERIOD];
        size_t wanted = sound_wanted(s, START);
        for (size_t i = 0; i < wanted; i++)
            pcm[i] = next++;
        assert_int_equal(sound_write(s, START, pcm, wanted), wanted);
    }
    sound_close(s);
    FILE *file = fdopen(fd, "rb");
    int16_t value, last = 0;
    while (fread(&value, sizeof value, 1, file) == 1)
        if (value != 0) { // silence of a dry ring is no disorder
            assert_int_equal(value, last + 1);
            last = value;
        }
    assert_true(last > 10000);
    fclose(file);
    unlink(path);
    unsetenv("SDL_DISKAUDIOFILE");
}

static void other_sources_are_refused(void **state)
{
    (void)state;
    static const char *const sources[] = {"", "-", "microphone.wav", "tone"};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct capture_config config = {.source = sources[i], .channels = 1};
        why[0] = '\0';
        assert_null(capture_open(&config, START, why, sizeof why));
        assert_non_null(strstr(why, "no such source"));
    }
    capture_close(NULL);
}

static void a_microphone_gives_samples(void **state)
{
    (void)state;
    struct capture_config config = {
        .source = "mic", .channels = 2, .period = PERIOD, .wakeup = wake};
    struct capture *c = capture_open(&config, START, why, sizeof why);
    assert_non_null(c);
    assert_string_equal(capture_name(c), "dummy: default microphone");
    size_t got = 0;
    int16_t pcm[2 * 240];
    while (got < 4800) {
        wait_for_device();
        size_t part;
        while ((part = capture_read(c, START, pcm, 240)) > 0)
            got += part;
    }
    // Nobody reads: what does not fit is dropped.
    while (capture_ready(c, START) < 16384)
        wait_for_device();
    wait_for_device();
    assert_int_equal(capture_ready(c, START), 16384);
    // It stands still, is lost, gives silence in time, and comes back.
    usec now = START;
    int looks = 0;
    do
        assert_true(++looks < 100000);
    while (capture_poll(c, now += 250 * USEC_MS) != SOUND_LOST);
    while (capture_read(c, now, pcm, 240) > 0)
        ;
    assert_int_equal(capture_ready(c, now + 100 * USEC_MS), 18 * PERIOD);
    memset(pcm, 1, sizeof pcm);
    assert_int_equal(capture_read(c, now + 100 * USEC_MS, pcm, 240), 240);
    assert_int_equal(pcm[0], 0);
    assert_int_equal(capture_poll(c, now + USEC_SECOND), SOUND_BACK);
    capture_close(c);
}

static void count(void *ctx, const char *name)
{
    assert_non_null(name);
    ++*(size_t *)ctx;
}

static void no_sound_here(void **state)
{
    (void)state;
    setenv("SDL_AUDIODRIVER", "none-such", 1);
    struct sound_config config = {.channels = 1};
    why[0] = '\0';
    assert_null(sound_open(&config, START, why, sizeof why));
    assert_non_null(strstr(why, "no playback device here"));
    struct capture_config mic = {.source = "mic", .channels = 1};
    assert_null(capture_open(&mic, START, why, sizeof why));
    assert_non_null(strstr(why, "no microphone here"));
    size_t counted = 0;
    assert_int_equal(sound_list(count, &counted), 0);
    assert_int_equal(capture_list(count, &counted), 0);
    assert_int_equal(counted, 0);
}

static void devices_are_listed(void **state)
{
    (void)state;
    size_t counted = 0;
    size_t listed = sound_list(count, &counted);
    assert_true(listed > 0);
    assert_int_equal(counted, listed);
    counted = 0;
    listed = capture_list(count, &counted);
    assert_int_equal(counted, listed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_paced_by_the_time_it_is_given),
        cmocka_unit_test(null_takes_exactly_48000_samples_a_second),
        cmocka_unit_test(a_tone_has_its_frequency_and_level),
        cmocka_unit_test(other_sources_are_refused),
        cmocka_unit_test_setup_teardown(sdl_is_kept_at_its_target, use_dummy, forget_driver),
        cmocka_unit_test_setup_teardown(a_dry_ring_is_silence_and_a_higher_target, use_dummy,
                                        forget_driver),
        cmocka_unit_test_setup_teardown(it_keeps_no_more_than_that, use_dummy, forget_driver),
        cmocka_unit_test_setup_teardown(a_lost_device_is_tried_again_and_time_goes_on, use_dummy,
                                        forget_driver),
        cmocka_unit_test_setup_teardown(samples_reach_the_device_in_order, use_dummy,
                                        forget_driver),
        cmocka_unit_test_setup_teardown(a_microphone_gives_samples, use_dummy, forget_driver),
        cmocka_unit_test_setup_teardown(no_sound_here, use_dummy, forget_driver),
        cmocka_unit_test_setup_teardown(devices_are_listed, use_dummy, forget_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
