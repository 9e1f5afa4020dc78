// voz-lab as a program: that it repeats, that its files say the same as its figures, what it does
// with what it cannot read or write, and that a sweep survives whatever happens to it.
#include "tests/e2e/scene.h"

#include "lab/io/results.h"

#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE         60.0 // seconds: nothing here takes long, unless it runs under a sanitizer
#define LENGTH(a)        (sizeof(a) / sizeof((a)[0]))
#define LAB(status, ...) lab(status, (const char *const[]){"voz-lab", __VA_ARGS__, NULL})

static void expect(struct program *p, int status)
{
    int ended = program_wait(p, PATIENCE);
    if (ended != status)
        fail_msg("status %d instead of %d: %s", ended, status, program_errors(p));
}

// Each part, with a '|' behind it, is in what the program said.
static void assert_says(struct program *p, const char *parts)
{
    char text[256];
    snprintf(text, sizeof text, "%s", parts);
    for (char *rest, *part = strtok_r(text, "|", &rest); part; part = strtok_r(NULL, "|", &rest))
        if (!strstr(program_errors(p), part))
            fail_msg("\"%s\" is not in: %s", part, program_errors(p));
}

static void lab(int status, const char *const *words)
{
    struct program *p = program_start(words, "/dev/null");
    expect(p, status);
    program_free(p);
}

static int forget(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, forget, 16, FTW_DEPTH | FTW_PHYS);
}

static char *contents(const char *path, size_t *len)
{
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("there is no %s", path);
    *len = 0;
    do {
        room = 2 * room + 65536;
        text = realloc(text, room + 1);
        *len += fread(text + *len, 1, room - *len, file);
    } while (*len == room);
    text[*len] = '\0';
    fclose(file);
    return text;
}

static void assert_same_files(const char *a, const char *b)
{
    size_t len_a, len_b;
    char *text_a = contents(a, &len_a), *text_b = contents(b, &len_b);
    if (len_a != len_b || memcmp(text_a, text_b, len_a) != 0)
        fail_msg("%s and %s differ", a, b);
    assert_true(len_a > 0);
    free(text_a);
    free(text_b);
}

static json_t *record_of(const char *path)
{
    json_error_t error;
    json_t *record = json_load_file(path, 0, &error);
    if (!record)
        fail_msg("%s: %s", path, error.text);
    return record;
}

static double number(const json_t *record, const char *key)
{
    json_t *value = json_object_get(record, key);
    if (!json_is_number(value))
        fail_msg("there is no %s", key);
    return json_number_value(value);
}

static const char *text_of(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));
    if (!text)
        fail_msg("there is no %s", key);
    return text;
}

// ---- misuse, and what cannot be ----------------------------------------------------------------

static void misuse(void **state)
{
    (void)state;
    const char *text = scene_file("text.csv"), *negative = scene_file("negative.csv");
    const char *back = scene_file("back.csv"), *empty = scene_file("empty.csv");
    const char *blank = scene_file("a name.csv"), *trace = scene_file("trace.csv");
    scene_write(text, "seq,send_ms,recv_ms\n0,0,40\nhello\n");
    scene_write(negative, "0,0,40\n1,-20,60\n");
    scene_write(back, "0,50,40\n");
    scene_write(empty, "");
    scene_write(blank, "0,0,40\n");
    scene_write(trace, "0,0,40\n");
    const struct {
        const char *words[8];
        const char *says;
    } rows[] = {
        {{NULL}, "which command?|Try: voz-lab --help"},
        {{"talk"}, "no such command: talk|Try"},
        {{"play", "extra"}, "one word too many: extra|Try: voz-lab play --help"},
        {{"play", "--trace", text}, "text.csv|line 3|seq is not a number"},
        {{"play", "--trace", negative}, "negative.csv|line 2|send_ms is not a number"},
        {{"play", "--trace", back}, "back.csv|line 1|received before it was sent"},
        {{"play", "--trace", empty}, "empty.csv|the file is empty"},
        {{"play", "--trace", "/no/such.csv"}, "/no/such.csv|No such file"},
        {{"play", "--trace", "/"}, "trace /|Is a directory"},
        {{"play", "--trace", blank}, "a name.csv|blanks|rename"},
        {{"play", "--trace", trace, "--netem", "loss 5%"}, "--netem and --trace|one of them"},
        {{"play", "--netem", "lose 5%"}, "unknown word|lose 5%\n^^^^"},
        {{"play", "--netem", "loss 5% seed 4", "--seed", "3"}, "--seed|--netem|one of them"},
        {{"play", "--back", "lose"}, "--back lose|unknown word"},
        {{"play", "--loop"}, "--loop|--duration S"},
        {{"play", "--loop", "--duration", "5", "--in", "-"}, "--loop|standard input|name a file"},
        {{"play", "--in", "mic"}, "microphone|name a file"},
        {{"play", "--in", ""}, "--in ''|empty"},
        {{"play", "--duration", "0"}, "--duration 0|from 0.001"},
        {{"play", "--seed", "-1"}, "--seed -1|whole number"},
        {{"play", "--fec", "on", "--frame", "5"}, "--fec on|--frame 10"},
        {{"play", "--out", "x.wav", "--json", "x.wav"}, "--out and --json are the same file"},
        {{"play", "--in-back", "tone"}, "--in-back is what is said back"},
        {{"play", "--call", "--stereo"}, "--call goes without --stereo"},
        {{"play", "--call", "--pcap", "x"}, "--call goes without"},
        {{"play", "--call", "--in", "-", "--in-back", "-"}, "--in and --in-back are the same"},
        {{"play", "--size", "320x180"}, "--size|of pictures|--video pattern"},
        {{"play", "--video-out", "x.y4m"}, "--video-out|of pictures|--video pattern"},
        {{"play", "--video-loss", "show"}, "--video-loss|of pictures|--video pattern"},
        {{"play", "--video-loss", "hide"}, "--video-loss hide|freeze"},
        {{"play", "--video", "pattern", "--video-out", "x.mp4"}, "--video-out x.mp4|FILE.y4m"},
        {{"play", "--video", "camera"}, "does not wait for a camera"},
        {{"play", "--video", "Pattern"}, "--video Pattern|pattern, camera"},
        {{"sweep", "-o", "x", "--video", "foo"}, "--video foo|pattern, camera"},
        {{"sweep", "-o", "x", "--video", "foo.y4m"}, "foo.y4m: No such file"},
        {{"play", "--video", "pattern", "--call"}, "--call goes without --video"},
        {{"play", "--video", "x.y4m", "--video-out", "x.y4m"},
         "--video and --video-out are the same file"},
        {{"sweep", "-o", "x", "--video", "pattern", "--traces", "y"}, "trace|one stream|--traces"},
        {{"sweep", "-o", "x", "--video", "-"}, "--video -|Name a file"},
        {{"play", "--in", scene_recording(), "--out", scene_recording()},
         "--in and --out|said.wav"},
        {{"score", "one.wav"}, "two files are needed"},
        {{"sweep"}, "--output DIR"},
        {{"sweep", "--output", "x", "--loss", ""}, "--loss ''|from 0 to 100"},
        {{"sweep", "--output", "x", "--recover", "magic"}, "magic|none, plc, fec, red, nack, auto"},
        {{"sweep", "--output", "x", "--recover", "red", "--red", "2"}, "no such option: --red"},
        {{"sweep", "--output", "x", "--nack", "on"}, "no such option: --nack"},
        {{"sweep", "--output", "x", "--receiver-red", "off"}, "no such option: --receiver-red"},
        {{"sweep", "--output", "x", "--max-bitrate", "24k"}, "--bitrate 32k|--max-bitrate 24k"},
        {{"sweep", "--output", "x", "--loss", "60", "--burst", "1.2"},
         "--loss 60 with --burst 1.2"},
        {{"sweep", "--output", "x", "--shard", "3/2"}, "--shard 3/2|2/8"},
        {{"sweep", "--output", "x", "--netem", "loss 5%"}, "no such option: --netem"},
        {{"sweep", "--output", "x", "--frame", "5"}, "--fec on|--frame 10"},
        {{"sweep", "--output", "x", "--traces", "/no/such"}, "--traces /no/such|No such file"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *words[10] = {"voz-lab"};
        for (int n = 0; rows[i].words[n]; n++)
            words[n + 1] = rows[i].words[n];
        struct program *p = program_start(words, "/dev/null");
        expect(p, 2);
        assert_says(p, rows[i].says);
        assert_string_equal(program_output(p), "");
        program_free(p);
    }
    assert_int_not_equal(access("x", F_OK), 0); // nothing was made
    struct stat info;
    assert_int_equal(stat(scene_recording(), &info), 0);
    assert_true(info.st_size > SCENE_SECONDS * 48000 * 2); // nor destroyed
    unlink(blank);
}

static void write_head(FILE *file, int rate, int channels, int bits, uint32_t octets)
{
    uint32_t width = (uint32_t)(channels * bits / 8);
    const uint32_t words[] = {octets + 36,
                              16,
                              1u | (uint32_t)channels << 16,
                              (uint32_t)rate,
                              (uint32_t)rate * width,
                              width | (uint32_t)bits << 16,
                              octets};
    fwrite("RIFF", 1, 4, file);
    fwrite(&words[0], 4, 1, file);
    fwrite("WAVEfmt ", 1, 8, file);
    fwrite(&words[1], 4, 5, file);
    fwrite("data", 1, 4, file);
    fwrite(&words[6], 4, 1, file);
}

static void what_fails(void **state)
{
    (void)state;
    const char *none = scene_file("none.wav"), *text = scene_file("text.wav");
    FILE *file = fopen(none, "wb");
    write_head(file, 48000, 1, 16, 0);
    fclose(file);
    scene_write(text, "this is no recording");
    assert_int_equal(symlink("/dev/full", scene_file("full.wav")), 0);
    assert_int_equal(symlink("/dev/full", scene_file("full.opus")), 0);
    const char *fast = scene_file("fast.y4m");
    scene_write(fast, "YUV4MPEG2 W320 H180 F1000:1\n");
    const struct {
        const char *words[8];
        const char *says;
    } rows[] = {
        {{"play", "--in", none}, "none.wav|no samples"},
        {{"play", "--in", text}, "text.wav|not audio"},
        {{"play", "--in", "/no/such.wav"}, "/no/such.wav|no such file"},
        {{"play", "--out", "/no/where/x.wav"}, "/no/where/x.wav|folder"},
        {{"play", "--out", "x.mp4"}, "x.mp4|.wav, .flac, .ogg"},
        {{"play", "--json", "/no/where/x"}, "--json /no/where/x: No such file"},
        {{"play", "--log", "/no/where/x"}, "--log /no/where/x: No such file"},
        {{"play", "--pcap", "/no/where/x"}, "/no/where/x: No such file"},
        {{"play", "--in", scene_recording(), "--json", "/dev/full"}, "--json /dev/full: No space"},
        {{"play", "--in", scene_recording(), "--log", "/dev/full"}, "--log /dev/full: No space"},
        {{"play", "--in", scene_recording(), "--pcap", "/dev/full"}, "/dev/full: No space"},
        {{"play", "--in", scene_recording(), "--out", scene_file("full.wav")}, "full.wav|no space"},
        {{"play", "--duration", "2", "--video", "pattern", "--video-out", "/dev/full"},
         "/dev/full|No space"},
        {{"play", "--in", scene_recording(), "--video", fast}, "1000 pictures|1 to 120"},
        {{"play", "--in", scene_recording(), "--out", scene_file("full.opus")},
         "full.opus|no space"},
        {{"score", none, scene_recording()}, "none.wav|no samples"},
        {{"score", scene_recording(), text}, "text.wav|not audio"},
        {{"score", scene_recording(), scene_recording(), "--json", "/dev/full"},
         "/dev/full|No space"},
        {{"sweep", "--output", text}, "text.wav: Not a directory"},
        {{"sweep", "--output", "/no/where/x"}, "/no/where/x: No such file"},
        {{"sweep", "--output", "/proc/x"}, "--output /proc/x"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *words[10] = {"voz-lab"};
        for (int n = 0; rows[i].words[n]; n++)
            words[n + 1] = rows[i].words[n];
        struct program *p = program_start(words, "/dev/null");
        expect(p, 1);
        assert_says(p, rows[i].says);
        assert_string_equal(program_output(p), "");
        program_free(p);
    }
}

// The same speech as 8-bit, at 192 kHz, in 8 channels: it is what is heard.
static void recordings_of_any_kind(void **state)
{
    (void)state;
    static const struct {
        int rate, channels, bits;
    } rows[] = {{48000, 1, 8}, {192000, 1, 16}, {48000, 8, 16}, {48000, 2, 24}};
    size_t len;
    char *said = contents(scene_recording(), &len);
    const uint8_t *pcm = (const uint8_t *)said + 44;
    size_t samples = (len - 44) / 2;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *in = scene_file("kind.wav"), *json = scene_file("kind.json");
        int again = rows[i].rate / 48000 * rows[i].channels, octets = rows[i].bits / 8;
        FILE *file = fopen(in, "wb");
        write_head(file, rows[i].rate, rows[i].channels, rows[i].bits,
                   (uint32_t)(samples * (size_t)(again * octets)));
        for (size_t n = 0; n < samples; n++)
            for (int k = 0; k < again; k++) {
                const uint8_t sample[] = {0, pcm[2 * n], pcm[2 * n + 1]};
                uint8_t eight = (uint8_t)(pcm[2 * n + 1] + 128);
                fwrite(octets == 1 ? &eight : sample + 3 - octets, 1, (size_t)octets, file);
            }
        fclose(file);
        LAB(0, "play", "--quiet", "--in", in, "--latency", "60", "--json", json);
        if (figure(json, "packets_sent") != 50 * SCENE_SECONDS || figure(json, "concealed_lost_ms"))
            fail_msg("%d Hz, %d channels, %d bits: %.0f packets", rows[i].rate, rows[i].channels,
                     rows[i].bits, figure(json, "packets_sent"));
        if (figure(json, "estoi") < (rows[i].bits == 8 ? 0.8 : 0.95))
            fail_msg("%d Hz, %d channels, %d bits: estoi %.2f", rows[i].rate, rows[i].channels,
                     rows[i].bits, figure(json, "estoi"));
    }
    free(said);
}

// Both ways are in it, and twice the same is the same.
static void a_call_both_ways(void **state)
{
    const char *wavs[] = {scene_file("one.wav"), scene_file("two.wav")};
    const char *jsons[] = {scene_file("one.json"), scene_file("two.json")};
    (void)state;
    for (int i = 0; i < 2; i++)
        LAB(0, "play", "--call", "--quiet", "--in", scene_recording(), "--netem",
            "delay 50ms 10ms loss 10%", "--out", wavs[i], "--json", jsons[i]);
    assert_same_files(wavs[0], wavs[1]);
    assert_same_files(jsons[0], jsons[1]);
    assert_true(figure(jsons[0], "conversation_mean_ms") > 100);
    LAB(0, "play", "--call", "--quiet", "--in", scene_recording(), "--netem", "delay 50ms",
        "--back", "delay 10ms", "--json", jsons[0]);
    assert_true(figure(jsons[0], "conversation_mean_ms") < 160);
}

// Ten million lines are read, in a few seconds; one more, and it says so.
static void traces_of_any_length(void **state)
{
    (void)state;
    const char *trace = scene_file("long.csv"), *json = scene_file("long.json");
    FILE *file = fopen(trace, "w");
    for (int i = 0; i < 10000000; i++)
        fprintf(file, "%d,0,40\n", i);
    fclose(file);
    double start = scene_now();
    LAB(0, "play", "--quiet", "--no-score", "--in", scene_recording(), "--trace", trace, "--json",
        json, "--latency", "60");
    assert_true(scene_now() - start < PATIENCE / 2);
    assert_true(figure(json, "delay_mean_ms") == 100);
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
    assert_true(usage.ru_maxrss < 500 * 1024); // kB
#endif
    file = fopen(trace, "a");
    fprintf(file, "10000000,0,40\n");
    fclose(file);
    struct program *p = PROGRAM("voz-lab", "play", "--trace", trace);
    expect(p, 2);
    assert_says(p, "long.csv|line 10000001|too many packets");
    program_free(p);
    unlink(trace);
}

// What is not in a trace was lost; after its end it begins again.
static void a_trace_with_gaps(void **state)
{
    (void)state;
    const char *trace = scene_file("gaps.csv"), *json = scene_file("gaps.json");
    scene_write(trace, "seq,send_ms,recv_ms\n0,0,40\n1,20,60\n3,60,100\n4,80,\n5,100,140\n");
    LAB(0, "play", "--quiet", "--no-score", "--in", scene_recording(), "--trace", trace, "--json",
        json, "--fec", "off", "--red", "off", "--nack", "off", "--latency", "60");
    assert_true(figure(json, "packets_sent") == 150);
    assert_true(figure(json, "packets_lost") == 50);
    assert_true(figure(json, "concealed_lost_ms") == 1000);
    assert_true(figure(json, "concealed_late_ms") == 0);
    assert_true(figure(json, "delay_mean_ms") == 100);
}

// ---- the same again ----------------------------------------------------------------------------

static void the_same_again(void **state)
{
    (void)state;
    static const char *const kinds[] = {"wav", "log", "pcap", "json"};
    char names[2][4][200];
    json_t *records[2];
    for (int n = 0; n < 2; n++) {
        for (size_t k = 0; k < LENGTH(kinds); k++) {
            char name[32];
            snprintf(name, sizeof name, "again-%d.%s", n, kinds[k]);
            snprintf(names[n][k], sizeof names[n][k], "%s", scene_file(name));
        }
        LAB(0, "play", "--quiet", "--in", scene_recording(), "--netem",
            "delay 40ms 10ms loss 10% duplicate 2%", "--seed", "9", "--out", names[n][0], "--log",
            names[n][1], "--pcap", names[n][2], "--json", names[n][3]);
        records[n] = record_of(names[n][3]);
        assert_true(number(records[n], "wall_s") > 0);
        json_object_del(records[n], "wall_s");
    }
    for (int k = 0; k < 3; k++)
        assert_same_files(names[0][k], names[1][k]);
    char *one = json_dumps(records[0], 0), *two = json_dumps(records[1], 0);
    assert_string_equal(one, two);
    free(one);
    free(two);
    json_decref(records[0]);
    json_decref(records[1]);
}

// A line of JSON says all that is needed to run it again.
static void a_record_can_be_run_again(void **state)
{
    (void)state;
    const char *first = scene_file("first.json"), *second = scene_file("second.json");
    char seed[32], bitrate[32], frame[32], complexity[32], latency[32], duration[32];
    LAB(0, "play", "--quiet", "--in", scene_recording(), "--loop", "--duration", "4.5", "--netem",
        "delay 40ms 10ms 25% distribution normal loss gemodel 5% 30% reorder 2%", "--back",
        "delay 5ms loss 3%", "--seed", "12", "--bitrate", "20k", "--frame", "40", "--complexity",
        "3", "--fec", "on", "--latency", "120", "--conceal", "repeat", "--application", "audio",
        "--dtx", "--json", first);
    json_t *a = record_of(first), *c = json_object_get(a, "condition");
    snprintf(seed, sizeof seed, "%.0f", number(c, "seed"));
    snprintf(bitrate, sizeof bitrate, "%.0f", number(c, "bitrate"));
    snprintf(frame, sizeof frame, "%g", number(c, "frame_ms"));
    snprintf(complexity, sizeof complexity, "%.0f", number(c, "complexity"));
    snprintf(latency, sizeof latency, "%g", number(c, "latency_ms"));
    snprintf(duration, sizeof duration, "%g", number(a, "duration_s"));
    assert_true(json_is_true(json_object_get(a, "loop")));
    assert_true(json_is_true(json_object_get(c, "dtx")));
    LAB(0, "play", "--quiet", "--in", text_of(a, "in"), "--loop", "--duration", duration, "--netem",
        text_of(c, "netem"), "--back", text_of(c, "back"), "--seed", seed, "--bitrate", bitrate,
        "--frame", frame, "--complexity", complexity, "--fec", text_of(c, "fec"), "--latency",
        latency, "--conceal", text_of(c, "conceal"), "--application", text_of(c, "application"),
        "--receiver-fec", text_of(c, "receiver_fec"), "--dtx", "--json", second);
    json_t *b = record_of(second);
    json_object_del(a, "wall_s");
    json_object_del(b, "wall_s");
    assert_true(json_equal(a, b));
    json_decref(a);
    json_decref(b);
}

// Unless it changes what is sent: packets that are sent again can be lost like any others.
static void delay_changes_no_loss(void **state)
{
    (void)state;
    static const char *const netems[] = {"loss 15%", "delay 80ms loss 15%",
                                         "delay 80ms 20ms loss 15%"};
    double lost = 0;
    for (size_t i = 0; i < LENGTH(netems); i++) {
        const char *json = scene_file("loss.json");
        LAB(0, "play", "--quiet", "--no-score", "--in", scene_recording(), "--netem", netems[i],
            "--nack", "off", "--json", json);
        assert_true(i == 0 || figure(json, "packets_lost") == lost);
        lost = figure(json, "packets_lost");
        assert_true(lost > 5);
        assert_true(lost + figure(json, "packets_received") == figure(json, "packets_sent"));
    }
}

static void all_is_lost(void **state)
{
    (void)state;
    const char *json = scene_file("lost.json");
    LAB(0, "play", "--quiet", "--in", scene_recording(), "--netem", "loss 100%", "--json", json);
    assert_true(figure(json, "packets_sent") == 150);
    assert_true(figure(json, "packets_lost") == 150);
    assert_true(figure(json, "packets_received") == 0);
    assert_true(figure(json, "estoi") == 0);
    json_t *record = record_of(json);
    assert_true(json_is_null(json_object_get(record, "mos_estimate")));
    json_decref(record);
}

// ---- the log -----------------------------------------------------------------------------------

static void the_log_is_the_call(void **state)
{
    (void)state;
    const char *log = scene_file("log"), *json = scene_file("log.json");
    enum { DECODED, LENGTHENED, SHORTENED, RED, AGAIN, FEC, CONCEALED, HELD, KINDS };
    static const char *const kinds[KINDS] = {"decoded", "lengthened", "shortened", "red",
                                             "again",   "fec",        "concealed", "held"};
    double ms[KINDS] = {0}, before = 0, shifted = 0;
    int count[KINDS] = {0}, choices = 0;
    LAB(0, "play", "--quiet", "--no-score", "--in", scene_recording(), "--netem",
        "delay 60ms 30ms distribution normal loss 8%", "--fec", "on", "--red", "auto", "--log", log,
        "--json", json);
    size_t len;
    char *text = contents(log, &len);
    assert_int_equal(text[len - 1], '\n');
    for (char *rest, *line = strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        json_t *d = json_loads(line, 0, NULL);
        if (!d)
            fail_msg("not JSON: %s", line);
        if (json_object_get(d, "why")) { // what the sender makes of a report
            choices++;
            json_decref(d);
            continue;
        }
        int kind = 0;
        while (kind < KINDS && strcmp(kinds[kind], text_of(d, "played")) != 0)
            kind++;
        assert_true(kind < KINDS);
        assert_true(number(d, "time_s") >= before);
        before = number(d, "time_s");
        ms[kind] += number(d, "ms");
        count[kind]++;
        shifted += number(d, "shift_ms") > 0 ? number(d, "shift_ms") : 0;
        assert_true(number(d, "seq") >= 0 && number(d, "seq") < 65536);
        bool packet = kind <= FEC;
        assert_true(packet == (json_object_get(d, "buffer_ms") != NULL));
        assert_true(!packet || number(d, "buffer_ms") >= 0);
        assert_true(number(d, "delay_ms") > 0);
        json_decref(d);
    }
    free(text);
    double played = 0;
    for (int k = 0; k < KINDS; k++)
        played += ms[k];
    assert_true(fabs(played - figure(json, "played_ms")) < 1); // the log rounds to four digits
    assert_true(fabs(ms[CONCEALED] + ms[HELD] - figure(json, "concealed_ms")) < 1);
    assert_true(fabs(ms[FEC] - figure(json, "fec_ms")) < 1);
    assert_true(fabs(shifted - figure(json, "inserted_ms")) < 1);
    assert_true(count[DECODED] + count[LENGTHENED] + count[SHORTENED] + count[RED] + count[AGAIN] ==
                (int)figure(json, "frames_played"));
    assert_true(count[RED] == (int)figure(json, "frames_red"));
    assert_true(count[AGAIN] == (int)figure(json, "frames_again"));
    assert_true(choices > 0);
    assert_true(count[FEC] == (int)figure(json, "frames_fec"));
    assert_true(count[FEC] > 0 && count[CONCEALED] + count[AGAIN] > 0);
}

// ---- a long call -------------------------------------------------------------------------------

static void a_long_call(void **state)
{
    (void)state;
    const char *json = scene_file("hour.json");
    struct program *p =
        PROGRAM("voz-lab", "play", "--quiet", "--no-score", "--in", "tone", "--loop", "--duration",
                "900", "--frame", "60", "--complexity", "0", "--latency", "60", "--json", json);
    char path[64], line[128];
    long most = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)program_id(p));
    while (program_runs(p)) {
        FILE *file = fopen(path, "r");
        while (file && fgets(line, sizeof line, file))
            if (strncmp(line, "VmHWM:", 6) == 0 && atol(line + 6) > most)
                most = atol(line + 6);
        if (file)
            fclose(file);
        usleep(20000);
    }
    expect(p, 0);
    program_free(p);
    assert_true(figure(json, "played_ms") == 900000);
    assert_true(most > 0);
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
    if (most > 60 * 1024)
        fail_msg("it took %ld kB", most);
#endif
}

// ---- sweeps ------------------------------------------------------------------------------------

// 200 runs of a second each.
static const char *const many[] = {
    "--duration", "1",       "--loss",       "0,1,2,5,10,15,20,25,30,40",
    "--recover",  "plc,fec", "--bitrate",    "16k,24k",
    "--seeds",    "5",       "--complexity", "0"};
// 12 of them.
static const char *const few[] = {"--duration", "1",       "--loss", "0,20",         "--recover",
                                  "none,fec",   "--seeds", "3",      "--complexity", "0"};

// 12 of eight seconds, in which reports come back and change what is sent.
static const char *const live[] = {"--in",          "speech", "--duration",   "8",
                                   "--loss",        "10,30",  "--recover",    "red,nack,auto",
                                   "--seeds",       "2",      "--bitrate",    "24k",
                                   "--max-bitrate", "56k",    "--complexity", "0"};

static struct program *sweep(const char *dir, const char *const *list, size_t count,
                             const char *option, const char *value)
{
    const char *words[40] = {"voz-lab", "sweep", "--in", scene_recording(), "--output", dir};
    size_t n = 6;
    for (size_t i = 0; i < count; i++)
        words[n++] = list[i];
    if (option) {
        words[n++] = option;
        words[n] = value;
    }
    return program_start(words, "/dev/null");
}

#define SWEEP(dir, list, option, value) sweep(dir, list, LENGTH(list), option, value)

static void finish_sweep(struct program *p)
{
    expect(p, 0);
    program_free(p);
}

static const char *in(const char *dir, const char *name)
{
    static char paths[4][700];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static size_t lines_of(const char *path)
{
    size_t lines = 0;
    FILE *file = fopen(path, "r");
    for (int c; file && (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    if (file)
        fclose(file);
    return lines;
}

static void wait_for_lines(struct program *p, const char *path, size_t lines)
{
    double deadline = scene_now() + PATIENCE;
    while (lines_of(path) < lines) {
        if (!program_runs(p) || scene_now() > deadline)
            fail_msg("only %zu runs are done: %s", lines_of(path), program_errors(p));
        usleep(2000);
    }
}

static void a_sweep_that_is_killed_goes_on(void **state)
{
    (void)state;
    const char *whole = scene_file("whole"), *killed = scene_file("killed");
    finish_sweep(SWEEP(whole, many, NULL, NULL));
    assert_int_equal(lines_of(in(whole, "results.csv")), 201);
    static const size_t when[] = {1, 30, 31, 90, 150};
    for (size_t i = 0; i < LENGTH(when); i++) {
        struct program *p = SWEEP(killed, many, NULL, NULL);
        wait_for_lines(p, in(killed, "results.jsonl"), when[i]);
        program_signal(p, SIGKILL);
        expect(p, 128 + SIGKILL);
        program_free(p);
        assert_true(lines_of(in(killed, "results.jsonl")) < 200);
    }
    struct program *p = SWEEP(killed, many, NULL, NULL);
    expect(p, 0);
    assert_says(p, "runs were there already|runs done|results.csv");
    program_free(p);
    assert_same_files(in(whole, "results.csv"), in(killed, "results.csv"));
    // Once more: nothing is left to do.
    p = SWEEP(killed, many, NULL, NULL);
    expect(p, 0);
    assert_says(p, "200 runs were there already. 0 runs done");
    program_free(p);
    assert_same_files(in(whole, "results.csv"), in(killed, "results.csv"));
    remove_tree(killed);
    // The number of threads changes nothing, nor who did which part.
    finish_sweep(SWEEP(killed, many, "--jobs", "1"));
    assert_same_files(in(whole, "results.csv"), in(killed, "results.csv"));
    remove_tree(killed);
    finish_sweep(SWEEP(killed, many, "--jobs", "4"));
    assert_same_files(in(whole, "results.csv"), in(killed, "results.csv"));
    remove_tree(whole);
    remove_tree(killed);
}

// The sum of a column over all rows.
static double column(const char *path, const char *name)
{
    char line[4096];
    double sum = 0;
    int at = -1;
    FILE *file = fopen(path, "r");
    for (bool head = true; file && fgets(line, sizeof line, file); head = false) {
        char *rest = line, *field;
        bool quoted = false;
        for (char *c = line; *c; c++) { // the name of a network has commas in it
            quoted ^= *c == '"';
            *c = quoted && *c == ',' ? ' ' : *c;
        }
        for (int i = 0; (field = strsep(&rest, ",\n")); i++) {
            if (head && strcmp(field, name) == 0)
                at = i;
            sum += !head && i == at ? atof(field) : 0;
        }
    }
    if (file)
        fclose(file);
    assert_true(at >= 0);
    return sum;
}

// Where the listener's reports change what is sent, too: all of it is virtual time, and none of it
// knows how many threads there are, nor what was there already.
static void senders_that_listen_repeat(void **state)
{
    (void)state;
    const char *whole = scene_file("whole"), *killed = scene_file("killed");
    finish_sweep(SWEEP(whole, live, "--jobs", "1"));
    assert_int_equal(lines_of(in(whole, "results.csv")), 13);
    assert_true(column(in(whole, "results.csv"), "red_ms") > 0);
    assert_true(column(in(whole, "results.csv"), "again_ms") > 0);
    struct program *p = SWEEP(killed, live, "--jobs", "2");
    wait_for_lines(p, in(killed, "results.jsonl"), 3);
    program_signal(p, SIGKILL);
    expect(p, 128 + SIGKILL);
    program_free(p);
    p = SWEEP(killed, live, "--jobs", "2");
    expect(p, 0);
    assert_says(p, "runs were there already|runs done");
    program_free(p);
    assert_same_files(in(whole, "results.csv"), in(killed, "results.csv"));
    remove_tree(whole);
    remove_tree(killed);
}

static void an_interrupted_sweep_says_how_to_go_on(void **state)
{
    (void)state;
    const char *dir = scene_file("stopped"), *whole = scene_file("whole");
    struct program *p = SWEEP(dir, many, NULL, NULL);
    wait_for_lines(p, in(dir, "results.jsonl"), 20);
    program_signal(p, SIGINT);
    expect(p, 1);
    assert_says(p, "Stopped. The same command goes on from here.");
    program_free(p);
    size_t rows = lines_of(in(dir, "results.csv"));
    assert_int_equal(rows, 1 + lines_of(in(dir, "results.jsonl")));
    assert_true(rows > 20 && rows < 201);
    finish_sweep(SWEEP(dir, many, NULL, NULL));
    finish_sweep(SWEEP(whole, many, NULL, NULL));
    assert_same_files(in(whole, "results.csv"), in(dir, "results.csv"));
    remove_tree(dir);
    remove_tree(whole);
}

static void a_line_that_was_cut_off_is_done_again(void **state)
{
    (void)state;
    const char *whole = scene_file("whole"), *torn = scene_file("torn");
    size_t len;
    finish_sweep(SWEEP(whole, few, NULL, NULL));
    finish_sweep(SWEEP(torn, few, NULL, NULL));
    char *text = contents(in(torn, "results.jsonl"), &len);
    assert_int_equal(truncate(in(torn, "results.jsonl"), (off_t)len - 300), 0);
    free(text);
    struct program *p = SWEEP(torn, few, NULL, NULL);
    expect(p, 0);
    assert_says(p, "11 runs were there already. 1 runs done");
    program_free(p);
    assert_same_files(in(whole, "results.csv"), in(torn, "results.csv"));
    p = SWEEP(torn, few, NULL, NULL);
    expect(p, 0);
    assert_says(p, "12 runs were there already. 0 runs done");
    program_free(p);
    remove_tree(whole);
    remove_tree(torn);
}

static void parts_make_the_whole(void **state)
{
    (void)state;
    const char *whole = scene_file("whole"), *parts = scene_file("parts");
    finish_sweep(SWEEP(whole, few, NULL, NULL));
    finish_sweep(SWEEP(parts, few, "--shard", "2/3"));
    assert_int_equal(lines_of(in(parts, "results-2-of-3.jsonl")), 4);
    finish_sweep(SWEEP(parts, few, "--shard", "1/3"));
    finish_sweep(SWEEP(parts, few, "--shard", "3/3"));
    assert_same_files(in(whole, "results.csv"), in(parts, "results.csv"));
    remove_tree(parts);
    // All at the same time: who is last finds what the others did.
    struct program *p[3];
    static const char *const which[] = {"1/3", "2/3", "3/3"};
    for (int i = 0; i < 3; i++)
        p[i] = SWEEP(parts, few, "--shard", which[i]);
    for (int i = 0; i < 3; i++)
        finish_sweep(p[i]);
    assert_int_not_equal(access(in(parts, "results.csv.new"), F_OK), 0);
    assert_true(lines_of(in(parts, "results.csv")) > 4);
    finish_sweep(SWEEP(parts, few, "--shard", "1/3"));
    assert_same_files(in(whole, "results.csv"), in(parts, "results.csv"));
    remove_tree(whole);
    remove_tree(parts);
}

// The sweep gets what a call of its own gets, though its packets were encoded once for all, or its
// senders work beside each other.
static void a_sweep_is_many_calls(void **state)
{
    (void)state;
    static const char *const keys[] = {"packets_received",
                                       "packets_lost",
                                       "packets_late",
                                       "played_ms",
                                       "fec_ms",
                                       "concealed_ms",
                                       "concealed_late_ms",
                                       "skipped_ms",
                                       "delay_mean_ms",
                                       "delay_p95_ms",
                                       "buffer_mean_ms",
                                       "bitrate_kbps_media",
                                       "estoi",
                                       "estoi_local",
                                       "mos_estimate",
                                       "sim_s",
                                       "reports_received",
                                       "red_ms",
                                       "again_ms",
                                       "packets_sent"};
    static const char *const ways[][7] = {
        {"fec", "--fec", "on", "--red", "off", "--nack", "off"},
        {"auto", "--fec", "auto", "--red", "auto", "--nack", "auto"},
    };
    const char *dir = scene_file("one"), *json = scene_file("one.json");
    for (size_t w = 0; w < LENGTH(ways); w++) {
        const char *const *way = ways[w];
        struct program *p =
            PROGRAM("voz-lab", "sweep", "--quiet", "--in", scene_recording(), "--loss", "12",
                    "--delay", "45", "--jitter", "10", "--recover", way[0], "--max-bitrate", "48k",
                    "--seeds", "1", "--output", dir);
        expect(p, 0);
        assert_string_equal(program_errors(p), "");
        program_free(p);
        LAB(0, "play", "--quiet", "--in", scene_recording(), "--netem", "delay 45ms 10ms loss 12%",
            "--bitrate", "32k", "--max-bitrate", "48k", way[1], way[2], way[3], way[4], way[5],
            way[6], "--json", json);
        for (size_t i = 0; i < LENGTH(keys); i++) {
            double call = figure(json, keys[i]), swept = figure(in(dir, "results.jsonl"), keys[i]);
            if (fabs(call - swept) > 1e-6 * fabs(call)) // one has a digit more
                fail_msg("%s: %s is %.9g in a call, %.9g in a sweep", way[0], keys[i], call, swept);
        }
        remove_tree(dir);
    }
}

// One network that cannot be: it is named, and the rest is done.
static void the_rest_goes_on(void **state)
{
    (void)state;
    const char *dir = scene_file("rest"), *scenario = scene_file("scenario");
    char text[900];
    scene_write(scene_file("bad.csv"), "0,0,40\n1,what,60\n");
    snprintf(text, sizeof text,
             "fine: loss 5%%\nbroken: trace %s\ngone: trace /no/such.csv\nalso: loss 9%%\n",
             scene_file("bad.csv"));
    scene_write(scenario, text);
    struct program *p =
        PROGRAM("voz-lab", "sweep", "--in", scene_recording(), "--duration", "1", "--scenario",
                scenario, "--recover", "plc", "--seeds", "2", "--output", dir);
    expect(p, 1);
    assert_says(p, "broken|bad.csv, line 2|send_ms is not a number|gone|/no/such.csv: No such file|"
                   "4 runs done|4 failed");
    program_free(p);
    assert_int_equal(lines_of(in(dir, "results.csv")), 5);
    // Mended, it is done as well, and nothing else.
    scene_write(scene_file("bad.csv"), "0,0,40\n1,20,60\n");
    p = PROGRAM("voz-lab", "sweep", "--in", scene_recording(), "--duration", "1", "--scenario",
                scenario, "--recover", "plc", "--seeds", "2", "--output", dir);
    expect(p, 1);
    assert_says(p, "4 runs were there already. 2 runs done|2 failed");
    program_free(p);
    // Likewise a source.
    remove_tree(dir);
    char sources[600];
    snprintf(sources, sizeof sources, "/no/such.wav,%s", scene_recording());
    p = PROGRAM("voz-lab", "sweep", "--in", sources, "--duration", "1", "--loss", "0,5",
                "--recover", "plc", "--seeds", "1", "--output", dir);
    expect(p, 1);
    assert_says(p, "/no/such.wav: there is no such file|2 runs done|2 failed");
    program_free(p);
    remove_tree(dir);
}

static void a_full_disk_stops_a_sweep(void **state)
{
    (void)state;
    const char *dir = scene_file("disk");
    // A file may have so many octets: the last line that begins below is cut off.
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = (struct rlimit){6000, before.rlim_max};
    void (*was)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct program *p = SWEEP(dir, few, NULL, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, was);
    expect(p, 1);
    assert_says(p, "disk: File too large|Make room; the same command then goes on");
    program_free(p);
    size_t done = lines_of(in(dir, "results.jsonl"));
    assert_true(done > 0 && done < 12);
    assert_int_not_equal(access(in(dir, "results.csv"), F_OK), 0);
    // There is room for the figures, and none for the table.
    assert_int_equal(symlink("/dev/full", in(dir, "results.csv.new")), 0);
    p = SWEEP(dir, few, NULL, NULL);
    expect(p, 1);
    assert_says(p, "results.csv: No space left");
    program_free(p);
    assert_int_not_equal(access(in(dir, "results.csv"), F_OK), 0);
    unlink(in(dir, "results.csv.new"));
    p = SWEEP(dir, few, NULL, NULL);
    expect(p, 0);
    assert_says(p, "12 runs were there already");
    program_free(p);
    assert_int_equal(lines_of(in(dir, "results.csv")), 13);
    remove_tree(dir);
}

// Pictures: the same again, what is written is what was sent, and the figures are those of it.
static void pictures_repeat_and_are_written(void **state)
{
    (void)state;
    char a[256], b[256], film[256], again[256];
    static const char *const netem = "loss 5% delay 20ms";
    snprintf(a, sizeof a, "%s", scene_file("a.json"));
    snprintf(b, sizeof b, "%s", scene_file("b.json"));
    snprintf(film, sizeof film, "%s", scene_file("film.y4m"));
    snprintf(again, sizeof again, "%s", scene_file("again.y4m"));
    LAB(0, "play", "--video", "pattern", "--size", "192x108", "--duration", "6", "--netem", netem,
        "--json", a, "--video-out", film, "--quiet");
    LAB(0, "play", "--video", "pattern", "--size", "192x108", "--duration", "6", "--netem", netem,
        "--json", b, "--video-out", again, "--quiet");
    assert_same_files(film, again);
    json_t *one = record_of(a), *other = record_of(b);
    json_object_del(one, "wall_s");
    json_object_del(other, "wall_s");
    assert_true(json_equal(one, other));
    assert_int_equal(json_integer_value(json_object_get(one, "video_frames")), 150);
    assert_true(json_real_value(json_object_get(one, "video_ssim")) > 0.9);
    assert_int_equal(json_integer_value(json_object_get(one, "video_flashes")), 5);
    assert_true(fabs(json_real_value(json_object_get(one, "video_flash_worst_ms"))) <= 20);
    assert_true(json_integer_value(json_object_get(one, "video_packets_asked")) > 0);
    // what was seen can be sent again
    LAB(0, "play", "--video", film, "--in", "tone", "--duration", "4", "--json", b, "--quiet");
    json_decref(other);
    other = record_of(b);
    assert_int_equal(json_integer_value(json_object_get(other, "video_frames")), 100);
    assert_null(json_object_get(other, "video_flashes"));
    assert_true(json_real_value(json_object_get(other, "video_ssim")) > 0.9);
    json_decref(one);
    json_decref(other);
}

// A sweep with pictures: its columns, its curves and its stills; and it goes on where it was.
static void a_sweep_has_pictures(void **state)
{
    (void)state;
    char dir[256], page[300], table[300];
    size_t len;
    snprintf(dir, sizeof dir, "%s", scene_file("pictures"));
    snprintf(page, sizeof page, "%s/report.html", dir);
    snprintf(table, sizeof table, "%s/results.csv", dir);
    for (int i = 0; i < 2; i++) {
        LAB(0, "sweep", "--video", "pattern", "--size", "192x108", "--duration", "4", "--loss",
            "0,10", "--recover", "plc,nack", "--seeds", "1", "--output", dir, "--quiet");
        char *text = contents(table, &len);
        size_t rows = 0;
        for (const char *at = text; (at = strchr(at, '\n')); at++)
            rows++;
        assert_int_equal(rows, 5);
        assert_non_null(strstr(text, "video_ssim,video_ssim_least"));
        free(text);
        text = contents(page, &len);
        assert_non_null(strstr(text, "data:image/webp;base64,UklGR"));
        assert_non_null(strstr(text, "Likeness of the pictures"));
        free(text);
    }
    remove_tree(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misuse),
        cmocka_unit_test(what_fails),
        cmocka_unit_test(recordings_of_any_kind),
        cmocka_unit_test(a_call_both_ways),
        cmocka_unit_test(traces_of_any_length),
        cmocka_unit_test(a_trace_with_gaps),
        cmocka_unit_test(the_same_again),
        cmocka_unit_test(a_record_can_be_run_again),
        cmocka_unit_test(delay_changes_no_loss),
        cmocka_unit_test(all_is_lost),
        cmocka_unit_test(the_log_is_the_call),
        cmocka_unit_test(a_long_call),
        cmocka_unit_test(a_sweep_that_is_killed_goes_on),
        cmocka_unit_test(senders_that_listen_repeat),
        cmocka_unit_test(an_interrupted_sweep_says_how_to_go_on),
        cmocka_unit_test(a_line_that_was_cut_off_is_done_again),
        cmocka_unit_test(parts_make_the_whole),
        cmocka_unit_test(a_sweep_is_many_calls),
        cmocka_unit_test(the_rest_goes_on),
        cmocka_unit_test(a_full_disk_stops_a_sweep),
        cmocka_unit_test(pictures_repeat_and_are_written),
        cmocka_unit_test(a_sweep_has_pictures),
    };
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
