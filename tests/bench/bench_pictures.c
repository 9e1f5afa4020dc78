// Pictures of 640x360, 25 a second, at 500 kb/s: how far apart flash and beep of the test picture are over clean
// and lossy paths, what a call in virtual time costs beside the codec's and the score's work alone, and what
// the two programs take of a core, beside the codec's part of it.
//
//     bench_pictures VOZ-LAB VOZ-SENDER VOZ-RECEIVER
#include "lab/picture_score.h"
#include "media/pattern.h"
#include "media/vp8.h"
#include "tests/bench/child.h"
#include "tests/bench/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDTH    640
#define HEIGHT   360
#define SECONDS  20
#define PICTURES (25 * SECONDS)
#define INTERVAL (40 * USEC_MS)
#define REPEATS  3
#define WINDOW   (3 * USEC_SECOND)
#define WINDOWS  5

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct work { // s of CPU, for all pictures
    double draw, encode, decode, score;
};

static struct work work_alone(void)
{
    static uint8_t memory[WIDTH * HEIGHT * 3 / 2], frame[sizeof memory];
    const struct vp8_encoder_config config = {WIDTH, HEIGHT, 25, 1, 500000};
    struct vp8_encoder *encoder = vp8_encoder_new(&config);
    struct vp8_decoder *decoder = vp8_decoder_new();
    struct picture sent = picture_of(memory, WIDTH, HEIGHT), shown;
    struct picture_score score;
    struct work w = {0};
    bool key;
    for (uint32_t n = 0; n < PICTURES; n++) {
        double at = cpu_seconds();
        pattern_draw(&sent, n, n * INTERVAL);
        double drawn = cpu_seconds();
        int len = vp8_encode(encoder, &sent, n * INTERVAL, false, frame, sizeof frame, &key);
        double encoded = cpu_seconds();
        w.draw += drawn - at;
        w.encode += encoded - drawn;
        if (len <= 0 || vp8_decode(decoder, frame, (size_t)len, &shown) != VP8_SHOWN)
            continue;
        double decoded = cpu_seconds();
        picture_score(&score, &sent, &shown);
        w.decode += decoded - encoded;
        w.score += cpu_seconds() - decoded;
    }
    vp8_encoder_free(encoder);
    vp8_decoder_free(decoder);
    return w;
}

static void cost_of_a_call(const char *lab, struct work *alone)
{
    const char *command[] = {lab,          "play", "--video", "pattern",
                             "--duration", "20",   "--netem", "loss 5% delay 20ms",
                             "--quiet",    NULL};
    double ours[REPEATS], all[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
        ours[i] = child_cost(command).cpu;
        *alone = work_alone();
        all[i] = alone->draw + alone->encode + alone->decode + alone->score;
    }
    table_row(&(struct figure){"play --video, 20 s, scored: CPU", "s", median(ours, REPEATS),
                               "draw, encode, decode, score", median(all, REPEATS), SECONDS, 1.25,
                               0});
}

// A number of the lab's figures. Exits when it is not there.
static double number_of(const char *json, const char *key)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(json, quoted);
    if (!at) {
        fprintf(stderr, "bench: voz-lab has no %s\n", key);
        exit(1);
    }
    return strtod(at + strlen(quoted), NULL);
}

// The worst of the flashes that were seen, in a minute of each path.
static double lip_sync(const char *lab, const char *network, int *met, int *seconds)
{
    static char json[100000];
    char command[512];
    snprintf(command, sizeof command,
             "'%s' play --video pattern --duration 60 --quiet --netem '%s' --json -", lab, network);
    FILE *from = popen(command, "re");
    size_t len = from ? fread(json, 1, sizeof json - 1, from) : 0;
    if (!from || pclose(from) != 0) {
        fprintf(stderr, "bench: %s failed\n", command);
        exit(1);
    }
    json[len] = '\0';
    *met += (int)number_of(json, "video_flashes_met");
    *seconds += (int)number_of(json, "video_flashes");
    return fabs(number_of(json, "video_flash_worst_ms"));
}

static void flash_and_beep(const char *lab)
{
    static const char *const clean[] = {"delay 20ms", "delay 40ms 10ms", "rate 700kbit delay 40ms"};
    static const char *const lossy[] = {"loss 1% delay 20ms", "loss 10% delay 20ms",
                                        "loss 5% delay 40ms 15ms",
                                        "loss gemodel 3% 30% delay 40ms"};
    struct figure f = {.unit = "ms", .at_most = 20};
    for (int way = 0; way < 2; way++) {
        const char *const *paths = way ? lossy : clean;
        size_t count = way ? sizeof lossy / sizeof *lossy : sizeof clean / sizeof *clean;
        int met = 0, seconds = 0;
        f.what = way ? "flash to beep, four lossy paths, worst"
                     : "flash to beep, three clean paths, worst";
        f.ours = 0;
        for (size_t i = 0; i < count; i++)
            f.ours = fmax(f.ours, lip_sync(lab, paths[i], &met, &seconds));
        table_row(&f);
        table_note("(%d of %d flashes seen; the others fell into a freeze)", met, seconds);
    }
}

static bool programs(const char *sender, const char *receiver, double *sends, double *receives)
{
    const char *sending[] = {sender,     "--video",     "pattern", "--loop",
                             "--listen", "127.0.0.1:0", NULL};
    struct child from, to;
    char url[256];
    if (!child_start(&from, sending) || !child_url(&from, url, sizeof url))
        return false;
    const char *receiving[] = {receiver,    "--device", "null", "--video-output",
                               "/dev/null", url,        NULL};
    bool good = child_start(&to, receiving);
    pause_for(2 * USEC_SECOND);
    for (int i = 0; good && i < WINDOWS; i++) {
        double sent = child_cpu(&from), received = child_cpu(&to);
        pause_for(WINDOW);
        child_hush(&from);
        child_hush(&to);
        sends[i] = 100 * (child_cpu(&from) - sent) / ((double)WINDOW / 1e6);
        receives[i] = 100 * (child_cpu(&to) - received) / ((double)WINDOW / 1e6);
        good = receives[i] > 0 && sends[i] > 0;
    }
    if (good)
        child_stop(&to);
    child_stop(&from);
    return good;
}

int main(int argc, char **argv)
{
    struct work alone;
    double sends[WINDOWS], receives[WINDOWS];
    if (argc != 4)
        return 2;
    flash_and_beep(argv[1]);
    cost_of_a_call(argv[1], &alone);
    if (!programs(argv[2], argv[3], sends, receives))
        return 1;
    table_row(&(struct figure){"voz-sender, voice and pictures: CPU", "% of a core",
                               median(sends, WINDOWS), "draw and encode the pictures alone",
                               100 * (alone.draw + alone.encode) / SECONDS, 100, 0, 0});
    table_row(&(struct figure){"voz-receiver, likewise: CPU", "% of a core",
                               median(receives, WINDOWS), "decode the pictures alone",
                               100 * alone.decode / SECONDS, 100, 0, 0});
    return 0;
}
