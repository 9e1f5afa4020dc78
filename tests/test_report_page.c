// The report: a page that holds all conditions and needs nothing else, in both languages, whatever the names in
// the results are made of.
#include "tests/test.h"

#include "lab/io/page/report_clip.h"
#include "lab/io/page/report_figure.h"
#include "lab/io/page/report_html.h"
#include "lab/io/page/report_svg.h"
#include "lab/io/page/report_text.h"
#include "lab/io/report.h"
#include "lab/io/report_reader.h"
#include "lab/io/sweep.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/voz-report-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *at, int type, struct FTW *walk)
{
    (void)at;
    (void)type;
    (void)walk;
    return remove(path);
}

static int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *path_of(const char *name) // valid until the fourth call from here
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
        fail_msg("'%s' is missing", word);
}

static void has_not(const char *text, const char *word)
{
    const char *found = strstr(text, word);
    if (found)
        fail_msg("'%s' is there: %.200s", word, found);
}

// What goes to stderr meanwhile is thrown away: the messages are tested by their effect.
static int hush(void)
{
    int kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    fflush(stderr);
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
    return kept;
}

static void speak(int kept)
{
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
}

// ---- results that were never run ---------------------------------------------------------------

struct row {
    const char *in, *recover, *network;
    double loss, burst; // no loss: a network with a name
    int seed;
    double estoi;
    const char *clip, *version;
    double wire, late, words; // kbit/s; ms; 0: not known
};

static void write_clip(const char *dir, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/clips", path_of(dir));
    mkdir(path_of(dir), 0777);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/clips/%s", path_of(dir), name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("OggS, a sound for this test", file);
    fclose(file);
}

// Three hundred and some packets of 20 ms: the 60th was recovered, the 70th and 71st were lost, the
// 80th came with a later packet, and the 90th came when it was sent again.
static void fill_fates(char fates[401])
{
    memset(fates, 'p', 400);
    fates[60] = 'r';
    fates[70] = fates[71] = 'x';
    fates[80] = 'c';
    fates[90] = 'a';
    fates[400] = '\0';
}

static void write_rows(const char *dir, const struct row *rows, size_t n, const char *junk)
{
    char path[300], fates[401], id[32];
    fill_fates(fates);
    mkdir(path_of(dir), 0777);
    snprintf(path, sizeof path, "%s/results.jsonl", path_of(dir));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        snprintf(id, sizeof id, "id-%zu", i);
        json_t *record = json_pack(
            "{s:s, s:s, s:s, s:i, s:s, s:s, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}",
            "id", id, "version", r->version ? r->version : VOZ_VERSION, "in", r->in, "bitrate",
            32000, "recover", r->recover, "network", r->network, "seed", r->seed, "number", (int)i,
            "estoi", r->estoi, "estoi_local", r->estoi, "mos_estimate", 3.5, "mos_ie", 17.2,
            "mos_bpl", 10.5, "played_ms", 8000.0, "concealed_ms", 80.0, "delay_mean_ms", 50.0,
            "lag_ms", 50.0);
        assert_non_null(record);
        json_object_set_new(record, "condition",
                            json_pack("{s:s, s:s, s:i, s:f, s:b, s:i, s:s, s:s, s:s, s:s}", "netem",
                                      "delay 40ms loss 5%", "back", "delay 40ms", "seed", r->seed,
                                      "frame_ms", 20.0, "dtx", 0, "max_bitrate",
                                      r->wire > 0 ? 80000 : 64000, "fec", r->recover, "red",
                                      r->recover, "nack", r->recover, "conceal", r->recover));
        if (r->wire > 0) {
            json_object_set_new(record, "bitrate_kbps_wire", json_real(r->wire));
            json_object_set_new(record, "bitrate_kbps_media", json_real(r->wire - 16));
            json_object_set_new(record, "delay_mean_ms", json_real(40 + r->late));
            json_object_set_new(record, "delay_p95_ms", json_real(42 + 2 * r->late));
        }
        if (r->words > 0)
            json_object_set_new(record, "words_understood", json_real(r->words));
        if (r->loss >= 0) {
            json_object_set_new(record, "loss", json_real(r->loss));
            json_object_set_new(record, "burst", json_real(r->burst));
            json_object_set_new(record, "delay", json_real(40));
            json_object_set_new(record, "jitter", json_real(0));
        }
        if (r->clip) {
            json_object_set_new(record, "clip", json_string(r->clip));
            json_object_set_new(record, "said", json_string("said.opus"));
            json_object_set_new(record, "fates", json_string(fates));
        }
        json_dumpf(record, file, JSON_COMPACT);
        fputc('\n', file);
        json_decref(record);
    }
    fputs(junk ? junk : "", file);
    fclose(file);
}

static char *page_of(const char *dir, enum report_lang lang)
{
    const char *in = path_of(dir);
    const struct report_config config = {
        .dirs = &in, .count = 1, .output = path_of("page.html"), .lang = lang, .quiet = true};
    assert_true(report_make(&config));
    return read_whole(config.output);
}

// Two sources, two ways, three losses, two bursts, two seeds.
static void write_grid(const char *dir)
{
    static struct row rows[48];
    static char names[48][64];
    size_t n = 0;
    for (int in = 0; in < 2; in++)
        for (int way = 0; way < 2; way++)
            for (int burst = 1; burst <= 3; burst += 2)
                for (int loss = 0; loss <= 20; loss += 10)
                    for (int seed = 1; seed <= 2; seed++, n++) {
                        snprintf(names[n], sizeof names[n], "loss %d %%, burst %d", loss, burst);
                        rows[n] = (struct row){
                            .in = in ? "speech:pt" : "speech",
                            .recover = way ? "fec" : "none",
                            .network = names[n],
                            .loss = loss,
                            .burst = burst,
                            .seed = seed,
                            .estoi = 1 - loss / 100.0 * (way ? 1 : 2) - seed / 1000.0,
                            .clip = seed == 1 ? "heard.opus" : NULL,
                        };
                    }
    assert_int_equal(n, LENGTH(rows));
    write_rows(dir, rows, n, NULL);
    write_clip(dir, "heard.opus");
    write_clip(dir, "said.opus");
}

// ---- figures and words -------------------------------------------------------------------------

static void test_every_text_in_both_languages(void **state)
{
    (void)state;
    for (int t = 0; t < REPORT_TEXTS; t++) {
        const char *en = report_text(REPORT_EN, (enum report_text)t);
        const char *pt = report_text(REPORT_PT, (enum report_text)t);
        if (!en || !pt || !*en || !*pt)
            fail_msg("text %d is missing in a language", t);
        for (char place[] = "{0}"; place[1] <= '9'; place[1]++)
            if (!strstr(en, place) != !strstr(pt, place))
                fail_msg("only one of these has a %s: '%s', '%s'", place, en, pt);
    }
}

static void test_numbers_as_the_language_writes_them(void **state)
{
    (void)state;
    assert_string_equal(report_number(REPORT_EN, 0.625, 2).s, "0.62");
    assert_string_equal(report_number(REPORT_PT, 0.75, 2).s, "0,75");
    assert_string_equal(report_number(REPORT_PT, 50.2, 0).s, "50");
}

static void test_escaping(void **state)
{
    static const struct {
        const char *plain, *html;
    } cases[] = {
        {"a<b>&\"c'", "a&#60;b&#62;&#38;&#34;c&#39;"},
        {"São Paulo – 5 %", "São Paulo – 5 %"},
        {"\xff", "\xef\xbf\xbd"},
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"a\x01\x7f", "a\xef\xbf\xbd\xef\xbf\xbd"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char *text = NULL;
        size_t len;
        struct guarded input = guarded_copy(cases[i].plain, strlen(cases[i].plain) + 1);
        FILE *out = open_memstream(&text, &len);
        report_html_escape(out, (const char *)input.data);
        fclose(out);
        assert_string_equal(text, cases[i].html);
        free(text);
        guarded_free(&input);
    }
}

// RFC 4648 section 10.
static void test_base64(void **state)
{
    static const char *const cases[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char *text = NULL;
        size_t len;
        FILE *out = open_memstream(&text, &len);
        struct guarded input = guarded_copy(cases[i][0], strlen(cases[i][0]));
        report_html_base64(out, input.data, input.len);
        fclose(out);
        assert_string_equal(text, cases[i][1]);
        free(text);
        guarded_free(&input);
    }
}

static void test_svg_has_classes_for_colours(void **state)
{
    static const char drawn[] =
        "<?xml version=\"1.0\"?>\n<svg>\n<title>x</title>\n<g id=\"gnuplot_canvas\">\n<defs>\n"
        "</defs>\n<g fill=\"none\" color=\"black\" stroke=\"currentColor\">\n</g>\n"
        "<g fill=\"none\" color=\"black\" stroke=\"rgb(  0,   0,   1)\">\n"
        "\t<path stroke='rgb(  0,   0,  17)' d='M0,0'/>"
        "<text>@0@</text><text>@7@</text></g>\n</g>\n</svg>\n\n<?xml "
        "version=\"1.0\"?>\n<svg>2</svg>";
    static const char *const labels[] = {"<script>"};
    const struct report_svg_page page = {
        .labels = labels, .count = 1, .alt = "\"all\"", .width = 10, .height = 20};
    char *text = NULL;
    size_t len;
    (void)state;
    FILE *out = open_memstream(&text, &len);
    report_svg_put(drawn, &page, out);
    fclose(out);
    assert_string_equal(text, "<svg class=\"figure\" viewBox=\"0 0 10 20\" role=\"img\" "
                              "aria-label=\"&#34;all&#34;\">\n<g><g fill=\"none\" class=\"s1\">\n"
                              "<path class=\"s17\" d='M0,0'/><text>&#60;script&#62;</text>"
                              "<text>@7@</text></g>\n</g>\n</svg>\n");
    free(text);
}

// ---- the page ----------------------------------------------------------------------------------

static void test_page_has_all_conditions(void **state)
{
    (void)state;
    write_grid("grid");
    for (int lang = 0; lang < REPORT_LANGS; lang++) {
        char *page = page_of("grid", (enum report_lang)lang);
        assert_int_equal(count(page, "<tr>"), 24 + 2);    // each condition, two headings
        assert_int_equal(count(page, "<audio "), 24 + 2); // and what was said
        assert_int_equal(count(page, "class=\"strip\""), 24);
        assert_int_equal(count(page, "<details class=\"section\""), 2);
        assert_int_equal(count(page, "<details class=\"section\" open>"), 1);
        assert_int_equal(count(page, "<svg class=\"figure\""), 2 * 2 * 4); // no words here
        has(page, report_text((enum report_lang)lang, TEXT_TITLE));
        has(page, lang == REPORT_PT ? "<html lang=\"pt-BR\">" : "<html lang=\"en\">");
        has(page,
            lang == REPORT_PT
                ? "300 pacotes: tocados 295, recuperados por FEC 1, recuperados por RED 1, "
                  "reenviados a tempo 1, perdidos 2"
                : "300 packets: played 295, recovered by FEC 1, recovered by RED 1, sent again "
                  "in time 1, lost 2");
        has(page, "voz-lab sweep --in speech:pt --bitrate 32000 --loss 0,10,20 --burst 1,3 "
                  "--delay 40 --jitter 0 --recover none,fec --seeds 2 --output DIR");
        has(page, "delay 40ms loss 5%");
        // The clip begins at 1 s, which was said 50 ms before: the 60th packet is heard at 1.25 s.
        has(page, "<path class=\"recovered\" d=\"M250 9H270V24H250z\"/>");
        has(page, "<path class=\"lost\" d=\"M450 0H490V24H450z\"/>");
        // In so many pieces, for who sees no colours.
        has(page, "<path class=\"copied\" d=\"M650 9H670V15H650zM650 18H670V24H650z\"/>");
        has(page, "<path class=\"again\" d=\"M850 9H870V12H850zM850 15H870V18H850zM850 "
                  "21H870V24H850z\"/>");
        has_not(page, "--max-bitrate"); // it is twice the bitrate, as ever
        free(page);
    }
}

static void test_page_says_what_came_out(void **state)
{
    char *page;
    (void)state;
    write_grid("grid");
    page = page_of("grid", REPORT_EN);
    // 20 % lost: 0.5985 +- of two seeds without repair, 0.7985 with copies.
    has(page, "is 0.60 without repair and 0.80 with copies (FEC).");
    has(page, "0.599 <small>± 0.006</small>"); // 12.706 * 0.0007071 / sqrt 2
    free(page);
    page = page_of("grid", REPORT_PT);
    has(page, "é 0,60 sem reparo e 0,80 com cópias (FEC).");
    free(page);
}

// All ways of recovery at two losses in two kinds of bursts, and one of them in a network that has
// no guess beside it.
static void write_costs(const char *dir, bool words)
{
    static const char *const ways[] = {"none", "plc", "fec", "red", "nack", "auto"};
    static struct row rows[48];
    static char names[48][64];
    size_t n = 0;
    for (int way = 0; way < 6; way++)
        for (int burst = 1; burst <= 4; burst += 3)
            for (int loss = 0; loss <= 20; loss += 20)
                for (int seed = 1; seed <= 2; seed++, n++) {
                    snprintf(names[n], sizeof names[n], "loss %d %%, burst %d", loss, burst);
                    rows[n] = (struct row){
                        .in = "speech",
                        .recover = ways[way],
                        .network = names[n],
                        .loss = loss,
                        .burst = burst,
                        .seed = seed,
                        .estoi = 0.9 + (way - 1) * loss / 1000.0 - seed / 500.0,
                        .wire = 46 + 10 * way + seed,
                        .late = 10 * way + seed,
                        .words = words ? 0.8 + way / 100.0 : 0,
                    };
                }
    assert_int_equal(n, LENGTH(rows));
    write_rows(dir, rows, n, NULL);
}

static void test_page_says_what_recovery_costs(void **state)
{
    (void)state;
    for (int lang = 0; lang < REPORT_LANGS; lang++) {
        write_costs("costs", lang == REPORT_PT);
        char *page = page_of("costs", (enum report_lang)lang);
        // The ways differ in settings as well, and are one section all the same.
        assert_int_equal(count(page, "<details class=\"section\""), 1);
        assert_int_equal(count(page, "<div class=\"costs\">"), 1);
        assert_int_equal(count(page, "<table>"),
                         3 + 1); // where nothing is lost, there are no bursts
        has(page, report_text((enum report_lang)lang, TEXT_COST_GAIN_MEANS));
        if (lang == REPORT_PT) {
            has(page, "no máximo 80\u00a0kbit/s com toda a proteção");
            has(page,
                "tudo isso (auto)</th><td>97,5<small>81,5</small></td>"
                "<td>52<small>105</small></td><td>0,977<small>+0,080</small></td><td>0,85</td>");
            has(page, "<caption>20\u00a0% de perda em rajadas de 4</caption>");
            has(page, "<th scope=\"col\">Palavras</th></tr>");
        } else {
            has(page, ", at most 80\u00a0kbit/s with all protection");
            has(page, "no repair</th><td>47.5<small>31.5</small></td><td>2<small>5</small></td>"
                      "<td>0.877<small>\u22120.020</small></td></tr>");
            has(page, "guess (PLC)</th><td>57.5<small>41.5</small></td><td>12<small>25</small></td>"
                      "<td>0.897</td></tr>");
            has(page, "asked again (NACK)</th><td>87.5<small>71.5</small></td>"
                      "<td>42<small>85</small></td><td>0.957<small>+0.060</small></td></tr>");
            has(page, "<td>0.897<small>0.000</small></td>"); // where nothing was lost
            has(page, "--recover none,plc,fec,red,nack,auto --max-bitrate 80000 ");
            has_not(page, "<th scope=\"col\">Words</th></tr>");
        }
        free(page);
    }
}

// Without a guess there is nothing to gain on.
static void test_costs_without_a_guess(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"speech", "red", "a", 20, 1, 1, 0.9, NULL, NULL, 60, 5, 0},
        {"speech", "auto", "a", 20, 1, 1, 0.95, NULL, NULL, 70, 15, 0},
    };
    write_rows("bare", rows, LENGTH(rows), NULL);
    char *page = page_of("bare", REPORT_EN);
    has(page, "<td>0.950</td></tr>");
    has(page, report_text(REPORT_EN, TEXT_COST_ESTOI_MEANS));
    has_not(page, report_text(REPORT_EN, TEXT_COST_GAIN_MEANS));
    free(page);
    // Of a network with a name nobody knows the delay of its own.
    static const struct row named[] = {
        {"speech", "plc", "<train>", -1, 0, 1, 0.5, NULL, NULL, 60, 5, 0},
        {"speech", "auto", "<train>", -1, 0, 1, 0.75, NULL, NULL, 70, 15, 0},
    };
    write_rows("named", named, LENGTH(named), NULL);
    page = page_of("named", REPORT_EN);
    has(page, "<caption>&#60;train&#62;</caption>");
    has(page, report_text(REPORT_EN, TEXT_COST_DELAY_NETWORKS_MEANS));
    has(page, "<td>55<small>72</small></td><td>0.750<small>+0.250</small></td></tr>");
    free(page);
}

// Beeps are no speech: nothing is said of consonants.
static void test_a_tone_is_called_one(void **state)
{
    (void)state;
    static const struct row tone[] = {
        {"pattern", "plc", "a", 0, 1, 1, 0, NULL, NULL, 60, 5, 0},
        {"tone:440", "plc", "a", 0, 1, 1, 0, NULL, NULL, 60, 5, 0},
    };
    for (int lang = 0; lang < REPORT_LANGS; lang++) {
        write_rows("tones", tone, LENGTH(tone), NULL);
        char *page = page_of("tones", (enum report_lang)lang);
        has(page, report_text((enum report_lang)lang, TEXT_TITLE_TONE));
        has(page, report_text((enum report_lang)lang, TEXT_LISTEN_TONE));
        has(page, lang == REPORT_PT ? "O mesmo tom (pattern" : "The same tone (pattern");
        has_not(page, report_text((enum report_lang)lang, TEXT_LISTEN));
        has_not(page, report_text((enum report_lang)lang, TEXT_TITLE));
        free(page);
    }
}

// Each way of recovery has its look, whatever stands beside it, and no two have the same.
static void test_ways_of_recovery_look_different(void **state)
{
    (void)state;
    struct report_recovery recoveries[] = {{"auto", 0}, {"other", 1}, {"nack", 2}, {"red", 3},
                                           {"fec", 4},  {"plc", 5},   {"none", 6}};
    const struct report_data data = {.recoveries = recoveries, .recovery_count = 7};
    char *looks[LENGTH(recoveries)];
    for (size_t i = 0; i < LENGTH(looks); i++) {
        size_t len;
        FILE *out = open_memstream(&looks[i], &len);
        report_figures_swatch(&data, i, out);
        fclose(out);
        for (size_t k = 0; k < i; k++)
            if (i != 1 && k != 1)
                assert_string_not_equal(looks[i], looks[k]);
        assert_true(i == 1 || report_text_recovery(recoveries[i].name));
    }
    has(looks[0], "s21");
    has(looks[4], "s18");
    for (size_t i = 0; i < LENGTH(looks); i++)
        free(looks[i]);
}

static void test_page_needs_nothing_else(void **state)
{
    static const char *const foreign[] = {"http:", "https:",  "src=\"/",
                                          "url(",  "@import", "<link rel=\"style"};
    (void)state;
    write_grid("grid");
    char *page = page_of("grid", REPORT_EN);
    for (size_t i = 0; i < LENGTH(foreign); i++)
        has_not(page, foreign[i]);
    assert_int_equal(count(page, " src=\""), count(page, " src=\"data:audio/ogg;base64,"));
    has_not(page, "rgb("); // the style sheet has all colours
    free(page);
}

static void test_names_are_escaped(void **state)
{
    static const struct row rows[] = {
        {"<script>alert(1)</script>", "<i>way</i>", "\"net\" <script> & 'co' `id`", -1, 0, 1, 0.9,
         "heard.opus", "<b>9</b>", 0, 0, 0},
        {"<script>alert(1)</script>", "none", "@0@ plain\nset output", -1, 0, 1, 0.8, "heard.opus",
         "<b>9</b>", 0, 0, 0},
    };
    (void)state;
    write_rows("names", rows, LENGTH(rows), NULL);
    write_clip("names", "heard.opus");
    char *page = page_of("names", REPORT_EN);
    has_not(page, "<script>alert");
    has_not(page, "<i>way");
    has_not(page, "<b>9");
    has_not(page, "\"net\"");
    has(page, "&#34;net&#34; &#60;script&#62; &#38; &#39;co&#39; `id`");
    assert_int_equal(count(page, "<script>"), 1); // ours
    assert_int_equal(count(page, "<svg class=\"figure\""), 4);
    free(page);
}

static void test_runs_count_once(void **state)
{
    char why[256];
    (void)state;
    write_grid("grid");
    write_grid("again");
    struct report_reader *reader = report_reader_new();
    assert_true(report_reader_add(reader, path_of("grid"), why, sizeof why));
    assert_true(report_reader_add(reader, path_of("again"), why, sizeof why));
    const struct report_data *data = report_reader_end(reader);
    assert_non_null(data);
    assert_int_equal(data->runs, 48);
    assert_int_equal(data->cell_count, 24);
    assert_int_equal(data->section_count, 2);
    assert_int_equal(data->most_seeds, 2);
    report_reader_free(reader);
}

static void test_other_versions_and_odd_lines(void **state)
{
    static const struct row rows[] = {
        {"speech", "plc", "a", 0, 1, 1, 0.9, NULL, "0.0.1", 0, 0, 0},
        {"speech", "plc", "a", 0, 1, 1, 0.8, NULL, NULL, 0, 0, 0},
    };
    (void)state;
    write_rows("mixed", rows, LENGTH(rows), "{\"not\":\"a run\"}\n");
    char *page = page_of("mixed", REPORT_EN);
    has(page, "runs made by voz-lab 0.0.1, not by " VOZ_VERSION ": 1.");
    has(page, "no runs of a sweep, and were left out: 1.");
    has(page, "was run once");
    assert_int_equal(count(page, "<details class=\"section\""), 2); // never mixed
    free(page);
}

static void test_missing_clips_are_said_to_be(void **state)
{
    static const struct row rows[] = {
        {"speech", "plc", "a", 0, 1, 1, 0.9, "gone.opus", NULL, 0, 0, 0},
        {"speech", "none", "a", 0, 1, 1, 0.9, "../results.jsonl", NULL, 0, 0,
         0}, // no way out of the folder
    };
    (void)state;
    write_rows("gone", rows, LENGTH(rows), NULL);
    char *page = page_of("gone", REPORT_EN);
    assert_int_equal(count(page, "The clip is missing."), 2); // the clean one, too
    has_not(page, "<audio ");
    free(page);
}

static void test_fewer_clips_where_they_are_too_large(void **state)
{
    static const struct {
        size_t most, cells;
        bool losses, fewer;
    } cases[] = {
        {1 << 20, 24, false, false}, {26 * 36 - 1, 24, true, true}, {5 * 36, 4, true, true}};
    char why[256];
    (void)state;
    write_grid("grid");
    struct report_reader *reader = report_reader_new();
    assert_true(report_reader_add(reader, path_of("grid"), why, sizeof why));
    const struct report_data *data = report_reader_end(reader);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct report_clips clips;
        size_t kept = 0;
        assert_true(report_clips_choose(&clips, data, cases[i].most));
        for (size_t c = 0; c < data->cell_count; c++)
            kept += clips.kept[c];
        assert_int_equal(clips.fewer_losses, cases[i].losses);
        assert_int_equal(clips.fewer_cells, cases[i].fewer);
        if (cases[i].fewer)
            assert_int_equal(kept, clips.cells);
        assert_true(kept <= cases[i].cells);
        assert_true(kept > 0);
        report_clips_free(&clips);
    }
    report_reader_free(reader);
}

static void test_without_gnuplot_there_are_tables(void **state)
{
    char *path = strdup(getenv("PATH"));
    (void)state;
    write_grid("grid");
    setenv("PATH", "/nonexistent", 1);
    char *page = page_of("grid", REPORT_EN);
    setenv("PATH", path, 1);
    free(path);
    has(page, "gnuplot, which draws them, is not installed");
    has_not(page, "<svg class=\"figure\"");
    assert_int_equal(count(page, "<tr>"), 24 + 2);
    free(page);
}

static void test_what_cannot_be_done_is_an_error(void **state)
{
    (void)state;
    write_grid("grid");
    const char *none = path_of("none"), *empty = path_of("empty"), *grid = path_of("grid");
    const char *page = path_of("page.html");
    struct report_config config = {.dirs = &none, .count = 1, .output = page};
    mkdir(empty, 0777);
    int kept = hush();
    bool absent = report_make(&config);
    config.dirs = &empty;
    bool nothing = report_make(&config);
    config.dirs = &grid;
    config.output = "/nonexistent/page.html";
    bool unwritable = report_make(&config);
    config.output = "/dev/full";
    bool full = report_make(&config);
    speak(kept);
    assert_false(absent);
    assert_false(nothing);
    assert_false(unwritable);
    assert_false(full);
    assert_int_equal(access(page, F_OK), -1);
    assert_int_equal(access("/dev/full.new", F_OK), -1);
}

// Takes the clips' octets out: each file of Ogg has a random number in it.
static void drop_clips(char *page)
{
    char *to = page;
    for (const char *from = page; *from;) {
        if (strncmp(from, ";base64,", 8) == 0)
            from = strchr(from, '"');
        *to++ = *from++;
    }
    *to = '\0';
}

// ---- a sweep, its parts, and the report of them ------------------------------------------------

static int run_sweep(const char *dir, const char *shard)
{
    const char *words[24] = {"voz-lab sweep", "--loss",  "0,20",   "--burst",    "1,2", "--recover",
                             "plc,fec",       "--seeds", "2",      "--duration", "3",   "--quiet",
                             "--output",      dir,       "--lang", "pt"};
    char *argv[24] = {NULL};
    int argc = 16;
    if (shard) {
        words[argc++] = "--shard";
        words[argc++] = shard;
    }
    for (int i = 0; i < argc; i++)
        argv[i] = strdup(words[i]);
    int status = sweep_main(argc, argv);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return status;
}

static void test_parts_make_the_whole(void **state)
{
    char whole[128], one[128], two[128], page[128];
    (void)state;
    snprintf(whole, sizeof whole, "%s/whole", folder);
    snprintf(one, sizeof one, "%s/one", folder);
    snprintf(two, sizeof two, "%s/two", folder);
    snprintf(page, sizeof page, "%s/merged.html", folder);
    assert_int_equal(run_sweep(whole, NULL), 0);
    assert_int_equal(run_sweep(one, "1/2"), 0);
    assert_int_equal(run_sweep(two, "2/2"), 0);
    const char *const parts[] = {two, one}; // in any order
    const struct report_config config = {
        .dirs = parts, .count = 2, .output = page, .table = true, .lang = REPORT_PT, .quiet = true};
    assert_true(report_make(&config));
    char *table = read_whole(path_of("whole/results.csv"));
    char *merged = read_whole(path_of("results.csv"));
    assert_string_equal(merged, table);
    assert_int_equal(count(table, "\n"), 1 + 16);
    free(table);
    free(merged);
    char *report = read_whole(path_of("whole/report.html")), *joined = read_whole(page);
    drop_clips(report);
    drop_clips(joined);
    assert_string_equal(joined, report);
    assert_int_equal(count(report, "<audio "), 8 + 1);
    has_not(report, report_text(REPORT_PT, TEXT_CLIP_MISSING));
    free(report);
    free(joined);
    assert_int_equal(access(path_of("one/report.html"), F_OK), -1); // a part would mislead
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text_in_both_languages),
        cmocka_unit_test(test_numbers_as_the_language_writes_them),
        cmocka_unit_test(test_escaping),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_svg_has_classes_for_colours),
        cmocka_unit_test_setup_teardown(test_page_has_all_conditions, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_page_says_what_came_out, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_page_says_what_recovery_costs, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_costs_without_a_guess, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_a_tone_is_called_one, make_folder, remove_folder),
        cmocka_unit_test(test_ways_of_recovery_look_different),
        cmocka_unit_test_setup_teardown(test_page_needs_nothing_else, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_names_are_escaped, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_runs_count_once, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_other_versions_and_odd_lines, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_missing_clips_are_said_to_be, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_fewer_clips_where_they_are_too_large, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_without_gnuplot_there_are_tables, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_done_is_an_error, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_parts_make_the_whole, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
