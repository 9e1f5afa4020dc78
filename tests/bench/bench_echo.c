// The echo of a room: how much of it is left beside speexdsp's canceller driven by hand, and what
// its cancelling costs beside the codec.
#include "lab/io/source.h"
#include "lab/score.h"
#include "lab/speakerphone.h"
#include "tests/bench/bare.h"
#include "tests/bench/table.h"

#include <math.h>
#include <speex/speex_echo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LENGTH (16 * 48000)
#define LEARNT (6 * 48000)
#define DELAY  (60 * 48)

static int16_t far[LENGTH], near[LENGTH], heard[LENGTH], sent[LENGTH], alone[LENGTH];

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void load(const char *name, int16_t *pcm, size_t from)
{
    const struct source_config config = {.name = name, .channels = 1};
    char why[512];
    size_t samples;
    int16_t *all = source_load(&config, &samples, why, sizeof why);
    if (!all || samples < LENGTH) {
        fprintf(stderr, "bench: %s\n", why);
        exit(1);
    }
    memcpy(pcm + from, all + from, (LENGTH - from) * sizeof *pcm);
    free(all);
}

static void run(struct echo_config echo, int error)
{
    const struct speakerphone phone = {.echo = echo,
                                       .room = &room_office,
                                       .noise = 20,
                                       .delay = DELAY,
                                       .error = error,
                                       .waver = 5 * 48,
                                       .seed = 1};
    if (!speakerphone_run(&phone, far, near, LENGTH, heard, sent))
        exit(1);
}

// As its manual has it: what is played goes in when it is given to the device, two frames of delay
// are assumed, and nothing is known of the rest.
static void run_alone(void)
{
    int rate = 48000;
    SpeexEchoState *filter = speex_echo_state_init(ECHO_FRAME, 200 * 48);
    static const int16_t silence[ECHO_FRAME];
    speex_echo_ctl(filter, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
    for (size_t i = 0; i < LENGTH; i += ECHO_FRAME) {
        speex_echo_capture(filter, heard + i, alone + i);
        speex_echo_playback(filter, i + DELAY < LENGTH ? far + i + DELAY : silence);
    }
    speex_echo_state_destroy(filter);
}

static void echo_of_an_office(void)
{
    const struct echo_config cancels = {.cancel = true};
    memset(near, 0, sizeof near);
    run(cancels, 0);
    run_alone();
    double known = speakerphone_erle(heard + LEARNT, sent + LEARNT, LENGTH - LEARNT);
    double by_hand = speakerphone_erle(heard + LEARNT, alone + LEARNT, LENGTH - LEARNT);
    double at_first = speakerphone_erle(heard, sent, 2 * 48000);
    double later = speakerphone_erle(heard + 4 * 48000, sent + 4 * 48000, 2 * 48000);
    table_row(&(struct figure){"echo of an office: ERLE after 6 s", "dB", known,
                               "speexdsp, its own guess of delay", by_hand, 0, 0, 1});
    run(cancels, 10 * 48);
    double late = speakerphone_erle(heard + LEARNT, sent + LEARNT, LENGTH - LEARNT);
    table_row(&(struct figure){"the same, its delay known to 10 ms", "dB", late,
                               "as it should be, at least", 20, 0, 0, 1});
    table_note("in the first 2 s %.1f dB, from 4 to 6 s %.1f dB", at_first, later);
}

static void double_talk(void)
{
    const struct echo_config both = {.cancel = true, .noise = true};
    enum score_status status;
    struct score treated, raw;
    size_t from = LEARNT, length = LENGTH - from;
    load("speech:pt", near, from);
    run(both, 0);
    struct scorer *scorer = scorer_new(near + from, length, 1, &status);
    scorer_run(scorer, sent + from, length, 1, &treated);
    scorer_run(scorer, heard + from, length, 1, &raw);
    scorer_free(scorer);
    table_row(&(struct figure){"double-talk, echo as loud as who speaks: ESTOI", "", treated.estoi,
                               "with the echo", raw.estoi, 0, 0, 1});
}

// What one second of a microphone costs.
static void cost(void)
{
    const struct echo_config all = {.cancel = true, .noise = true, .gain = true};
    const struct bare_voice voice = {.bitrate = 32000, .fec = true, .told = 10};
    struct echo *echo = echo_new(&all);
    double began = cpu_seconds();
    for (size_t i = 0; i < LENGTH; i += ECHO_FRAME) {
        echo_played(echo, far + i, ECHO_FRAME);
        echo_frame(echo, heard + i, ECHO_FRAME, 0);
    }
    double ours = cpu_seconds() - began;
    echo_free(echo);
    began = cpu_seconds();
    bare_free(bare_encode(&voice, near, LENGTH));
    double codec = cpu_seconds() - began;
    double seconds = LENGTH / 48000.0;
    table_row(&(struct figure){"echo, noise and gain: CPU of a second", "ms", 1000 * ours / seconds,
                               "libopus: encode it", 1000 * codec / seconds, 0, 0, 0});
}

int main(void)
{
    load("speech", far, 0);
    echo_of_an_office();
    double_talk();
    cost();
    return 0;
}
