// The listening test as far as it can be tested without a browser (tests/listen has the rest): its sentences, what a
// call makes of them, the page, and the class that comes out of what the pages saved.
#include "tests/test.h"

#include "lab/io/listen.h"
#include "lab/io/listen/listen_call.h"
#include "lab/io/listen/listen_class.h"
#include "lab/io/listen/listen_csv.h"
#include "lab/io/listen/listen_speech.h"
#include "lab/io/listen/listen_template.h"
#include "media/impair.h"
#include "media/io/cli.h"
#include "media/netem.h"
#include "media/voice.h"
#include "sender/options.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define WHY       2048

static const enum report_lang langs[] = {REPORT_EN, REPORT_PT};

static char folder[64];
static struct listen_speech *speeches[LENGTH(langs)]; // of each; to decode them takes a second

static int open_all(void **state)
{
    char why[WHY];
    (void)state;
    for (size_t l = 0; l < LENGTH(langs); l++)
        speeches[l] = listen_speech_new(langs[l], why, sizeof why);
    strcpy(folder, "/tmp/voz-listen-XXXXXX");
    return mkdtemp(folder) && speeches[0] && speeches[1] ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *at, int type, struct FTW *walk)
{
    (void)at;
    (void)type;
    (void)walk;
    return remove(path);
}

static int close_all(void **state)
{
    (void)state;
    for (size_t l = 0; l < LENGTH(langs); l++)
        listen_speech_free(speeches[l]);
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static char *path_of(const char *name) // valid until the fourth call from here
{
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static char *read_whole(const char *path)
{
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("there is no %s", path);
    ssize_t len = getdelim(&text, &room, '\0', file);
    fclose(file);
    assert_true(len > 0);
    return text;
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
        n++;
    return n;
}

static void has(const char *text, const char *word)
{
    if (!strstr(text, word))
        fail_msg("'%s' is missing in: %.400s", word, text);
}

// ---- sentences ---------------------------------------------------------------------------------

static void check_text(const char *text)
{
    size_t words = 1 + count(text, " "), keys = count(text, "*");
    if (words < 5 || words > 7 || keys != 4)
        fail_msg("%zu words, %zu key words: %s", words, keys, text);
    for (const char *key = text; (key = strchr(key, '*')); key++)
        if ((key > text && key[-1] != ' ') || strcspn(key + 1, " .,?") < 2)
            fail_msg("no key word: %s", key);
}

static void sentences_are_short_and_no_two_alike(void **state)
{
    (void)state;
    for (size_t l = 0; l < LENGTH(langs); l++) {
        const struct listen_speech *speech = speeches[l];
        for (size_t i = 0; i < LISTEN_SENTENCES; i++) {
            const struct listen_sentence *s = &speech->list[i];
            check_text(s->text);
            assert_string_not_equal(s->text, speech->trial.text);
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(s->text, speech->list[k].text);
        }
    }
}

// The clips stand one behind the other: cut in the wrong place, one would begin or end in the middle of sound.
static void sentences_begin_and_end_in_silence(void **state)
{
    (void)state;
    for (size_t l = 0; l < LENGTH(langs); l++) {
        const struct listen_speech *speech = speeches[l];
        for (size_t i = 0; i < LISTEN_SENTENCES; i++) {
            const struct listen_sentence *s = &speech->list[i];
            double seconds = (double)s->samples / VOICE_RATE, edge = 0, all = 0;
            assert_true(seconds > 1 && seconds < 4.5);
            for (size_t k = 0; k < s->samples; k++) {
                double square = (double)s->pcm[k] * s->pcm[k] / (double)s->samples;
                all += square;
                if (k < VOICE_RATE / 50 || k + VOICE_RATE / 50 >= s->samples)
                    edge += square;
            }
            if (edge > 0.002 * all)
                fail_msg("%s: %.4f of its energy is at its ends", s->text, edge / all);
            assert_true(fabs(10 * log10(all / 32768 / 32768) - -23) < 1.5);
        }
    }
}

// ---- calls -------------------------------------------------------------------------------------

static struct sim_config call_config(const struct impair_spec *forward,
                                     const struct impair_spec *back)
{
    struct sender_options options;
    struct sender_config sender = {0};
    sender_options_default(&options);
    sender_options_apply(&options, &sender);
    return (struct sim_config){
        .sender = sim_sender_config(&sender), .forward = forward, .back = back, .seed = 1};
}

static struct listen_clip *heard_through(const struct listen_calls *calls, size_t sentences,
                                         enum network_transport transport, const char *netem)
{
    struct impair_spec forward, back = {0};
    struct netem_error error;
    assert_true(netem_parse(&forward, netem, &error));
    struct sim_config config = call_config(&forward, &back);
    config.transport = transport;
    config.receiver.latency_max = 300 * USEC_MS;
    struct listen_clip *clips = calloc(sentences, sizeof *clips);
    assert_true(listen_call(calls, &config, clips));
    return clips;
}

static void each_sentence_is_found_where_it_was_heard(void **state)
{
    (void)state;
    static const char *const networks[] = {"delay 0ms", "delay 40ms", "delay 300ms 20ms"};
    for (size_t l = 0; l < LENGTH(langs); l++) {
        const struct listen_speech *speech = speeches[l];
        for (size_t n = 0; n < LENGTH(networks); n++) {
            const size_t sentences = (size_t)repeats(n ? 12 : LISTEN_SENTENCES, 3);
            struct listen_calls *calls = listen_calls_new(speech, sentences);
            assert_non_null(calls);
            struct listen_clip *clips = heard_through(calls, sentences, NETWORK_UDP, networks[n]);
            for (size_t i = 0; i < sentences; i++) {
                double longer = (double)clips[i].samples - (double)speech->list[i].samples;
                if (clips[i].estoi < 0.93 || longer < 0 || longer > VOICE_RATE)
                    fail_msg("%s, '%s': ESTOI %.3f, %.2f s longer", networks[n],
                             speech->list[i].text, clips[i].estoi, longer / VOICE_RATE);
            }
            listen_clips_free(clips, sentences);
            listen_calls_free(calls);
        }
    }
}

static void what_is_lost_is_lost_from_the_clip(void **state)
{
    (void)state;
    const size_t sentences = 8;
    const struct listen_speech *speech = speeches[0];
    struct listen_calls *calls = listen_calls_new(speech, sentences);
    struct listen_clip *half = heard_through(calls, sentences, NETWORK_UDP, "delay 40ms loss 80%");
    struct listen_clip *none = heard_through(calls, sentences, NETWORK_UDP, "loss 100%");
    for (size_t i = 0; i < sentences; i++) {
        assert_true(half[i].estoi < 0.99);
        assert_true(fabs(none[i].estoi) <= 0); // nothing, and it is said to be nothing
        assert_non_null(none[i].pcm);
    }
    listen_clips_free(half, sentences);
    listen_clips_free(none, sentences);
    listen_calls_free(calls);
}

// Over TCP all waits for what was lost, for seconds: whatever is left of a sentence, it is as long as it was said, and not
// so long that the next one is heard with it.
static void what_stalls_is_still_one_sentence(void **state)
{
    (void)state;
    const size_t sentences = (size_t)repeats(LISTEN_SENTENCES, 3);
    const struct listen_speech *speech = speeches[0];
    struct listen_calls *calls = listen_calls_new(speech, sentences);
    struct listen_clip *clips = heard_through(calls, sentences, NETWORK_TCP, "delay 50ms loss 30%");
    double sum = 0;
    for (size_t i = 0; i < sentences; i++) {
        double longer = ((double)clips[i].samples - (double)speech->list[i].samples) / VOICE_RATE;
        if (longer < 0 || longer > 2.5)
            fail_msg("'%s' is %.2f s longer", speech->list[i].text, longer);
        sum += clips[i].estoi / (double)sentences;
    }
    assert_true(sum < 0.8); // over UDP it is 0.99 with all that the sender does about losses
    listen_clips_free(clips, sentences);
    listen_calls_free(calls);
}

// ---- templates ---------------------------------------------------------------------------------

static json_t *no_data(void *ctx)
{
    (void)ctx;
    return json_pack("{s:s}", "x", "</script><b>");
}

static bool no_clips(void *ctx, FILE *out)
{
    (void)ctx;
    return fputs("(clips)", out) >= 0;
}

// A name without a text would leave nothing on the page: an element that is empty where it should not be.
static void pages_have_all_their_texts(void **state)
{
    (void)state;
    static const char *const empty[] = {
        "<h1></h1>",  "<title></title>", "<li></li>", "<h2></h2>", "<p></p>",       "lang=\"\"",
        "label=\"\"", "\"></label>",     "{{",        "}}",        "<summary></su", "<b>"};
    for (size_t l = 0; l < LENGTH(langs); l++)
        for (int page = LISTEN_TEST; page <= LISTEN_CLASS; page++) {
            char *text = NULL;
            size_t len;
            FILE *out = open_memstream(&text, &len);
            const struct listen_template t = {.page = (enum listen_page)page,
                                              .lang = langs[l],
                                              .data = no_data,
                                              .clips = no_clips};
            assert_true(listen_template_put(&t, out));
            fclose(out);
            for (size_t i = 0; i < LENGTH(empty); i++)
                if (strstr(text, empty[i]))
                    fail_msg("page %d in language %zu: %s", page, l, strstr(text, empty[i]));
            has(text, langs[l] == REPORT_PT ? "<html lang=\"pt-BR\">" : "<html lang=\"en\">");
            has(text, "\\u003c/script>\\u003cb>");
            assert_int_equal(count(text, "(clips)"), page == LISTEN_TEST);
            free(text);
        }
}

// What the script says has to be there in both languages.
static void scripts_say_only_what_is_there(void **state)
{
    (void)state;
    static const char *const scripts[] = {"lab/io/listen/test.js", "lab/io/listen/chart.js",
                                          "lab/io/listen/class.js"};
    for (size_t i = 0; i < LENGTH(scripts); i++) {
        char *script = read_whole(scripts[i]);
        json_t *en = json_load_file("lab/io/listen/text.en.json", 0, NULL);
        json_t *pt = json_load_file("lab/io/listen/text.pt.json", 0, NULL);
        assert_int_equal(json_object_size(en), json_object_size(pt));
        for (const char *at = script; (at = strstr(at, "say.")); at++) {
            char name[64];
            snprintf(name, sizeof name, "%.*s", (int)strspn(at + 4, "abcdefghijklmnopqrstuvwxyz_"),
                     at + 4);
            if (!json_object_get(en, name) || !json_object_get(pt, name))
                fail_msg("%s says %s, and nobody knows what that is", scripts[i], name);
        }
        json_decref(en);
        json_decref(pt);
        free(script);
    }
}

// ---- answers -----------------------------------------------------------------------------------

#define HEADER                                                                                     \
    "voz_listen,test,lang,listener_seed,run,order,sentence,transport,recover,loss,burst,delay_ms," \
    "jitter_ms,bitrate,keywords,right,estoi,said,typed\r\n"
#define ROW(sentence, right) \
    "1,aa11,en,3,bb22,1," sentence ",udp,plc,10,1,40,0,32000,4," right ",0.9,a b c d,a b\r\n"

static char *write_file(const char *name, const char *text)
{
    char *path = path_of(name);
    remove(path); // what is written over, some file systems write through
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static bool take_any(void *ctx, const struct listen_row *row, char *why, size_t cap)
{
    (void)why;
    (void)cap;
    memcpy(ctx, row, sizeof *row);
    return true;
}

static void answers_are_read_as_they_were_saved(void **state)
{
    (void)state;
    static const char *const texts[] = {
        HEADER ROW("7", "3"), "\xef\xbb\xbf" HEADER ROW("7", "3"),
        "voz_listen,test,lang,listener_seed,run,order,sentence,transport,recover,loss,burst,"
        "delay_ms,jitter_ms,bitrate,keywords,right,estoi,said,typed\n"
        "1,aa11,en,3,bb22,1,7,udp,plc,10,1,40,0,32000,4,3,0.9,a b c d,", // sent by post: no end
    };
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct listen_row row = {0};
        char why[WHY] = "";
        if (!listen_csv_read(write_file("good.csv", texts[i]), take_any, &row, why, sizeof why))
            fail_msg("%zu: %s", i, why);
        assert_string_equal(row.test, "aa11");
        assert_string_equal(row.run, "bb22");
        assert_int_equal(row.listener, 3);
        assert_int_equal(row.sentence, 7);
        assert_string_equal(row.condition.transport, "udp");
        assert_string_equal(row.condition.recover, "plc");
        assert_true(fabs(row.condition.loss - 10) + fabs(row.condition.delay - 40) < 1e-9);
        assert_int_equal(row.condition.bitrate, 32000);
        assert_int_equal(row.keywords, 4);
        assert_int_equal(row.right, 3);
        assert_true(fabs(row.estoi - 0.9) < 1e-9);
    }
}

static void what_is_no_answer_names_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "line 1: there are no answers"},
        {HEADER, "line 1: there are no answers"},
        {"name,points\r\n", "line 1: this is no listener's result"},
        {"\x89PNG\r\n", "line 1: this is no listener's result"},
        {"voz_listen;test;lang\r\n", "line 1: a spreadsheet has saved"},
        {"voz_listen,test,lang\r\n", "line 1: the columns"},
        {HEADER ROW("7", "3") "1,aa11,en,3,bb", "line 3: 5 fields where there should be 19"},
        {HEADER ROW("7", "3,3"), "line 2: 20 fields"},
        {HEADER ROW("7", "5"), "line 2: right is '5'"},
        {HEADER ROW("7", "-1"), "line 2: right is '-1'"},
        {HEADER ROW("7", "2.5"), "line 2: right is '2.5': it must be a whole number"},
        {HEADER ROW("7", ""), "line 2: right is ''"},
        {HEADER ROW("7", "nan"), "line 2: right is 'nan'"},
        {HEADER ROW("0", "3"), "line 2: sentence is '0'"},
        {HEADER ROW("1001", "3"), "line 2: sentence is '1001'"},
        {HEADER ROW("7", "3") ROW("7", "2"), "line 3: sentence 7 is there twice"},
        {HEADER "2,aa11,en,3,bb22,1,7,udp,plc,10,1,40,0,32000,4,3,0.9,a,a\r\n",
         "line 2: format '2'"},
        {HEADER "1,aa11,en,3,bb22,1,7,<b>,plc,10,1,40,0,32000,4,3,0.9,a,a\r\n",
         "line 2: '<b>' is no condition"},
        {HEADER "1,aa11,en,3,bb22,1,7,udp,plc,110,1,40,0,32000,4,3,0.9,a,a\r\n",
         "line 2: loss is '110'"},
        {HEADER "1,aa11,en,3,bb22,1,7,udp,plc,10,1,40,0,32000,4,3,2,a,a\r\n",
         "line 2: estoi is '2'"},
        {HEADER "1,,en,3,bb22,1,7,udp,plc,10,1,40,0,32000,4,3,0.9,a,a\r\n",
         "line 2: '' is no test"},
        {HEADER ROW("7", "3") "1,aa11,en,4,cc33,1,8,udp,plc,10,1,40,0,32000,4,3,0.9,a,a\r\n",
         "line 3: another listener begins here"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct listen_row row;
        char why[WHY] = "", *path = write_file("bad.csv", rows[i].text);
        if (listen_csv_read(path, take_any, &row, why, sizeof why))
            fail_msg("row %zu is taken for an answer", i);
        has(why, path);
        has(why, rows[i].says);
    }
    struct listen_row row;
    char why[WHY];
    assert_false(listen_csv_read(path_of("none.csv"), take_any, &row, why, sizeof why));
    has(why, "none.csv: No such file");
    assert_false(listen_csv_read(folder, take_any, &row, why, sizeof why));
    has(why, "directory");
    char *line = malloc(20000);
    memset(line, 'x', 19999);
    line[19999] = '\0';
    assert_false(listen_csv_read(write_file("long.csv", line), take_any, &row, why, sizeof why));
    has(why, "line 1: the line is too long");
    free(line);
}

// Whatever the file is cut off or changed to: read or refused, and nothing else.
static void damaged_answers_do_no_harm(void **state)
{
    (void)state;
    static const char good[] = HEADER ROW("7", "3") ROW("8", "4") ROW("9", "0");
    unsigned random = 1;
    for (int i = 0; i < repeats(3000, 50); i++) {
        char text[sizeof good], why[WHY];
        struct listen_row row;
        memcpy(text, good, sizeof good);
        for (int k = 0; k < 1 + i % 3; k++) {
            random = random * 1103515245 + 12345;
            text[(random >> 8) % (sizeof good - 1)] = (char)(1 + (random >> 16) % 255);
        }
        text[i % 5 ? sizeof good - 1 : (random >> 4) % sizeof good] = '\0';
        listen_csv_read(write_file("damaged.csv", text), take_any, &row, why, sizeof why);
    }
}

// ---- the class ---------------------------------------------------------------------------------

// A listener who gets so many words right in each of two conditions, of three sentences each.
static char *write_listener(int listener, const int right[2])
{
    char name[32], *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    fputs(HEADER, out);
    for (int s = 1; s <= 6; s++)
        fprintf(out, "1,aa11,en,%d,run%d,%d,%d,%s,plc,%d,1,40,0,32000,4,%d,0.%d,a,b\r\n", listener,
                listener, s, s, s % 2 ? "udp" : "tcp", s % 2 ? 20 : 10, right[s % 2],
                s % 2 ? 8 : 5);
    fclose(out);
    snprintf(name, sizeof name, "listener%d.csv", listener);
    char *path = write_file(name, text);
    free(text);
    return path;
}

static void a_class_is_the_sum_of_its_listeners(void **state)
{
    (void)state;
    char why[WHY] = "";
    struct listen_class *class = listen_class_new();
    for (int i = 1; i <= 4; i++)
        assert_true(
            listen_class_add(class, write_listener(i, (const int[]){i - 1, i}), why, sizeof why));
    assert_int_equal(listen_class_cells(class), 2);
    struct listen_cell udp = listen_class_cell(class, 0), tcp = listen_class_cell(class, 1);
    assert_string_equal(udp.condition.transport, "udp");
    assert_int_equal(udp.answers, 12);
    assert_int_equal(udp.keywords, 48);
    assert_int_equal(udp.right, 3 * (1 + 2 + 3 + 4));
    assert_true(fabs(udp.estoi - 0.8) < 1e-9);
    assert_string_equal(tcp.condition.transport, "tcp");
    assert_int_equal(tcp.right, 3 * (0 + 1 + 2 + 3));
    assert_true(fabs(tcp.estoi - 0.5) < 1e-9);
    // Listeners differ more than 48 throws of a coin would.
    struct proportion coin = proportion_of(udp.right, udp.keywords);
    assert_true(udp.understood.low < coin.low && udp.understood.high > coin.high);
    listen_class_free(class);
}

static void a_class_is_the_same_in_any_order(void **state)
{
    (void)state;
    char *texts[2], why[WHY];
    for (int turn = 0; turn < 2; turn++) {
        size_t len;
        struct listen_class *class = listen_class_new();
        for (int i = 1; i <= 5; i++) {
            int n = turn ? 6 - i : i;
            assert_true(listen_class_add(class, write_listener(n, (const int[]){n % 3, 4}), why,
                                         sizeof why));
        }
        FILE *out = open_memstream(&texts[turn], &len);
        assert_true(listen_class_put(class, REPORT_EN, out));
        listen_class_print(class, out);
        fclose(out);
        listen_class_free(class);
    }
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

static void who_does_not_belong_to_the_class_is_named(void **state)
{
    (void)state;
    char why[WHY] = "";
    struct listen_class *class = listen_class_new();
    char *first = write_listener(1, (const int[]){1, 2}), *copy = path_of("copy.csv"), *text;
    assert_true(listen_class_add(class, first, why, sizeof why));
    text = read_whole(first);
    assert_false(listen_class_add(class, write_file("copy.csv", text), why, sizeof why));
    has(why, copy);
    has(why, "line 2: these are the same answers as in ");
    has(why, first);
    free(text);
    listen_class_free(class);
    class = listen_class_new();
    assert_true(listen_class_add(class, first, why, sizeof why));
    assert_false(listen_class_add(
        class,
        write_file("other.csv", HEADER "1,cc,en,3,bb22,1,7,udp,plc,10,1,40,0,32000,4,3,0.9,a,a\n"),
        why, sizeof why));
    has(why, "line 2: this is of another test (cc) than ");
    listen_class_free(class);
}

// ---- the command -------------------------------------------------------------------------------

// Runs it with words that have blanks between them, and puts what it said to stderr into `said`.
static int command(char *line, char *said, size_t cap)
{
    char *argv[16] = {(char[]){"listen"}}, *rest = NULL;
    int argc = 1, kept = dup(STDERR_FILENO);
    for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    int file = open(path_of("said"), O_RDWR | O_CREAT | O_TRUNC, 0666);
    fflush(stderr);
    dup2(file, STDERR_FILENO);
    int status = listen_main(argc, argv);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    ssize_t len = pread(file, said, cap - 1, 0);
    said[len > 0 ? len : 0] = '\0';
    close(kept);
    close(file);
    return status;
}

static void misuse_has_a_way_out(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int status;
        const char *says;
    } rows[] = {
        {"", CLI_MISUSED, "where to? Name a file: --output FILE."},
        {"--merge", CLI_MISUSED, "merge what?"},
        {"udp:10 -o %s/x.html", CLI_MISUSED, "conditions are options (--loss LIST)"},
        {"--loss 10 --burst 0 -o %s/x.html", CLI_MISUSED, "--burst"},
        {"--loss 120 -o %s/x.html", CLI_MISUSED, "--loss"},
        {"--loss 90 --burst 1.01 -o %s/x.html", CLI_MISUSED, "only in longer bursts"},
        {"--lang fr -o %s/x.html", CLI_MISUSED, "--lang"},
        {"--each 0 -o %s/x.html", CLI_MISUSED, "--each"},
        {"--loss 0,1,2,3,4,5,6 --recover plc,fec --delay 0,1,2,3 -o %s/x.html", CLI_MISUSED,
         "and there are 48: nobody hears one twice. Take fewer."},
        {"--loss 0,10 --each 40 -o %s/x.html", CLI_MISUSED, "with 40 sentences each need"},
        {"--scenario x -o %s/x.html", CLI_MISUSED, "--scenario"},
        {"--stereo -o %s/x.html", CLI_MISUSED, "--stereo"},
        {"--loss 0 --each 1 -o %s/none/x.html", CLI_FAILED, "cannot write"},
        {"--merge %s/none.csv", CLI_FAILED, "cannot read"},
        {"--merge tests/test_listen.c -o %s/x.html", CLI_FAILED,
         "tests/test_listen.c line 1: this is no listener's result"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char line[512], said[4096];
        const char *percent = strchr(rows[i].line, '%');
        snprintf(line, sizeof line, "%.*s%s%s", percent ? (int)(percent - rows[i].line) : 500,
                 rows[i].line, percent ? folder : "", percent ? percent + 2 : "");
        int status = command(line, said, sizeof said);
        if (status != rows[i].status)
            fail_msg("'%s': status %d: %s", rows[i].line, status, said);
        has(said, rows[i].says);
        assert_int_not_equal(access(path_of("x.html"), F_OK), 0);
        assert_int_not_equal(access(path_of("x.html.new"), F_OK), 0);
    }
}

static void a_page_has_every_sentence_through_every_condition(void **state)
{
    (void)state;
    char line[512], said[4096], clip[64];
    snprintf(line, sizeof line, "--lang pt --loss 0,30 --transport udp --each 2 -o %s",
             path_of("page.html"));
    int status = command(line, said, sizeof said);
    if (status != CLI_DONE)
        fail_msg("status %d: %s", status, said);
    char *page = read_whole(path_of("page.html"));
    for (int c = 0; c < 2; c++)
        for (int s = 0; s < 4; s++) {
            snprintf(clip, sizeof clip, "id=\"clip-%d-%d\">T2dn", c, s); // "Ogg"
            has(page, clip);
        }
    has(page, "id=\"clip-trial\">T2dn");
    assert_int_equal(count(page, "id=\"clip-"), 9);
    has(page, "Quanto você entende?");
    assert_int_equal(count(page, "http"), 1); // the name of SVG
    assert_null(strstr(page, "padeiro"));     // no sentence is there to be read
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_are_short_and_no_two_alike),
        cmocka_unit_test(sentences_begin_and_end_in_silence),
        cmocka_unit_test(each_sentence_is_found_where_it_was_heard),
        cmocka_unit_test(what_is_lost_is_lost_from_the_clip),
        cmocka_unit_test(what_stalls_is_still_one_sentence),
        cmocka_unit_test(pages_have_all_their_texts),
        cmocka_unit_test(scripts_say_only_what_is_there),
        cmocka_unit_test(answers_are_read_as_they_were_saved),
        cmocka_unit_test(what_is_no_answer_names_its_line),
        cmocka_unit_test(damaged_answers_do_no_harm),
        cmocka_unit_test(a_class_is_the_sum_of_its_listeners),
        cmocka_unit_test(a_class_is_the_same_in_any_order),
        cmocka_unit_test(who_does_not_belong_to_the_class_is_named),
        cmocka_unit_test(misuse_has_a_way_out),
        cmocka_unit_test(a_page_has_every_sentence_through_every_condition),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
