// What a sweep leaves in its folder: names that are the same again, rows that any program reads, and
// lines that were cut off.
#include "tests/folder.h"
#include "tests/test.h"

#include "lab/io/results.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const char *file_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_octets(const char *name, const char *text, size_t len)
{
    FILE *file = fopen(file_of(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

struct found {
    size_t count;
    long long ids[16];
};

static void on_record(void *ctx, json_t *record)
{
    struct found *f = ctx;
    json_t *id = json_object_get(record, "id");
    assert_true(json_is_integer(id));
    assert_true(f->count < LENGTH(f->ids));
    f->ids[f->count++] = json_integer_value(id);
}

static struct found read_all(void)
{
    struct found f = {0};
    char why[256] = "";
    if (!results_read(folder, on_record, &f, why, sizeof why))
        fail_msg("%s", why);
    return f;
}

static void names(void **state)
{
    (void)state;
    char a[RESULTS_ID], b[RESULTS_ID];
    results_id("a condition", a);
    results_id("a condition", b);
    assert_string_equal(a, b);
    assert_int_equal(strlen(a), 16);
    assert_int_equal(strspn(a, "0123456789abcdef"), 16);
    results_id("a conditioN", b);
    assert_string_not_equal(a, b);
    results_id("", b);
    assert_int_equal(strlen(b), 16);
}

static void lines_that_were_cut_off(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count;
        long long ids[4];
    } rows[] = {
        {"", 0, {0}},
        {"{\"id\":1}\n", 1, {1}},
        {"{\"id\":1}\n{\"id\":2}\n", 2, {1, 2}},
        {"{\"id\":1}\n{\"id\":2,\"x", 1, {1}},                  // the machine went off
        {"{\"id\":1}\n{\"id\":2}", 1, {1}},                     // to the octet
        {"{\"id\":1}\n{\"id\":2,\"x\n{\"id\":3}\n", 2, {1, 3}}, // and it went on later
        {"{\"id\":1}\n\n\n{\"id\":3}\n", 2, {1, 3}},
        {"{\"id\":1}\n[1,2]\n7\nnull\n\"text\"\n{\"id\":3}\n", 2, {1, 3}},
        {"{\"id\":1}{\"id\":2}\n{\"id\":3}\n", 1, {3}},
        {"\xff\xfe\n{\"id\":3}\n", 1, {3}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        write_octets("results.jsonl", rows[i].text, strlen(rows[i].text));
        struct found f = read_all();
        if (f.count != rows[i].count)
            fail_msg("%s: %zu records", rows[i].text, f.count);
        assert_memory_equal(f.ids, rows[i].ids, f.count * sizeof f.ids[0]);
    }
    static const char zeros[] = "{\"id\":1}\n\0\0\0\0\0\n{\"id\":2}\n"; // of a file system's repair
    write_octets("results.jsonl", zeros, sizeof zeros - 1);
    assert_int_equal(read_all().count, 2);
    unlink(file_of("results.jsonl"));
}

// Parts of several machines, in the order of their names; nothing else in the folder.
static void all_parts(void **state)
{
    (void)state;
    static const char *const others[] = {"results.csv", "result.jsonl", "myresults.jsonl",
                                         "results.jsonl.old", ".jsonl"};
    assert_int_equal(read_all().count, 0);
    for (size_t i = 0; i < LENGTH(others); i++)
        write_octets(others[i], "{\"id\":99}\n", 10);
    write_octets("results-2-of-2.jsonl", "{\"id\":2}\n", 9);
    write_octets("results-1-of-2.jsonl", "{\"id\":1}\n", 9);
    write_octets("results.jsonl", "{\"id\":3}\n", 9);
    struct found f = read_all();
    assert_int_equal(f.count, 3);
    assert_int_equal(f.ids[0], 1);
    assert_int_equal(f.ids[1], 2);
    assert_int_equal(f.ids[2], 3);
    for (size_t i = 0; i < LENGTH(others); i++)
        unlink(file_of(others[i]));
    unlink(file_of("results-2-of-2.jsonl"));
    unlink(file_of("results-1-of-2.jsonl"));
    unlink(file_of("results.jsonl"));
}

static void a_long_line(void **state)
{
    (void)state;
    size_t len = 1 << 20;
    char *text = malloc(len);
    memset(text, 'p', len);
    memcpy(text, "{\"id\":5,\"fates\":\"", 17);
    memcpy(text + len - 3, "\"}\n", 3);
    write_octets("results.jsonl", text, len);
    assert_int_equal(read_all().ids[0], 5);
    unlink(file_of("results.jsonl"));
    free(text);
}

static void no_folder(void **state)
{
    (void)state;
    struct found f = {0};
    char why[256] = "";
    assert_false(results_read("/no/such/folder", on_record, &f, why, sizeof why));
    assert_non_null(strstr(why, "/no/such/folder"));
    assert_non_null(strstr(why, "No such file"));
}

// A row out of a file of comma-separated values (RFC 4180), field by field.
static char *next_field(char **at)
{
    char *field = *at, *to = field;
    bool quoted = *field == '"';
    char *from = field + quoted;
    for (; *from && (quoted || *from != ','); from++) {
        if (quoted && *from == '"' && from[1] != '"') {
            from++;
            break;
        }
        from += quoted && *from == '"';
        *to++ = *from;
    }
    bool more = *from == ',';
    assert_true(more || !*from);
    *to = '\0';
    *at = more ? from + 1 : NULL;
    return field;
}

static void rows_fit_their_header(void **state)
{
    (void)state;
    char *header = NULL;
    size_t len;
    FILE *out = open_memstream(&header, &len);
    results_header(out);
    fclose(out);
    assert_int_equal(header[len - 1], '\n');
    header[len - 1] = '\0';
    json_t *record =
        json_pack("{s:s, s:s, s:s, s:i, s:f, s:f, s:n, s:b, s:s}", "id", "00ff", "in",
                  "my \"own\", file.wav", "network", "a, b", "packets_lost", 7, "played_ms", 1234.5,
                  "estoi", 1.0 / 3, "stoi", "mos_estimate", 1, "not_a_column", "x");
    assert_non_null(record);
    char *row = results_row(record);
    assert_non_null(row);
    assert_null(strchr(row, '\n'));
    int known = 0;
    char *name_at = header, *value_at = row;
    while (name_at) {
        assert_non_null(value_at);
        const char *name = next_field(&name_at);
        const char *value = next_field(&value_at);
        static const struct {
            const char *name, *value;
        } expected[] = {{"id", "00ff"},          {"in", "my \"own\", file.wav"},
                        {"network", "a, b"},     {"packets_lost", "7"},
                        {"played_ms", "1234.5"}, {"estoi", "0.33333333"}};
        const char *right = "";
        for (size_t i = 0; i < LENGTH(expected); i++)
            if (strcmp(expected[i].name, name) == 0) {
                right = expected[i].value;
                known++;
            }
        if (strcmp(value, right) != 0)
            fail_msg("%s is '%s'", name, value);
    }
    assert_null(value_at);
    assert_int_equal(known, 6);
    json_decref(record);
    free(row);
    free(header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),     cmocka_unit_test(lines_that_were_cut_off),
        cmocka_unit_test(all_parts), cmocka_unit_test(a_long_line),
        cmocka_unit_test(no_folder), cmocka_unit_test(rows_fit_their_header),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
