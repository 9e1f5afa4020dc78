// What a terminal sends for keys, whole and one octet at a time.
#include "tests/test.h"

#include "lab/keys.h"
#include "media/random.h"

#include <string.h>

static void keys_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        enum key keys[4]; // those that are not KEY_NONE, in order
    } rows[] = {
        {"+", {KEY_LOSS_UP}},
        {"=", {KEY_LOSS_UP}}, // + without shift
        {"-", {KEY_LOSS_DOWN}},
        {"><", {KEY_DELAY_UP, KEY_DELAY_DOWN}},
        {".,", {KEY_DELAY_UP, KEY_DELAY_DOWN}},
        {"stu", {KEY_SWAP, KEY_FREEZE_TCP, KEY_FREEZE_UDP}},
        {"STU", {KEY_SWAP, KEY_FREEZE_TCP, KEY_FREEZE_UDP}},
        {"h?", {KEY_HELP, KEY_HELP}},
        {"q", {KEY_QUIT}},
        {"\x03\x04", {KEY_QUIT, KEY_QUIT}},
        {"\033[A\033[B", {KEY_LOSS_UP, KEY_LOSS_DOWN}},
        {"\033[C\033[D", {KEY_DELAY_UP, KEY_DELAY_DOWN}},
        {"\033OA\033OD", {KEY_LOSS_UP, KEY_DELAY_DOWN}},
        {"\033[1;5A", {KEY_LOSS_UP}},  // with control
        {"\033[3~q", {KEY_QUIT}},      // delete
        {"\033[15~\033[200~", {0}},    // F5, a paste
        {"\033\033[A", {KEY_LOSS_UP}}, // escape, then up
        {"\033[\x03", {KEY_QUIT}},     // broken off
        {"\033q", {KEY_QUIT}},         // escape, then q
        {"zZ09 \n\r\xc3\xa9", {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct keys k = {0};
        size_t n = 0;
        for (const char *c = rows[i].octets; *c; c++) {
            enum key key = keys_take(&k, (uint8_t)*c);
            if (key != KEY_NONE)
                assert_int_equal(key, rows[i].keys[n++]);
        }
        assert_true(n == 4 || rows[i].keys[n] == KEY_NONE);
    }
}

// Whatever came before, two octets without meaning end it.
static void nothing_jams_the_keys(void **state)
{
    (void)state;
    struct random random = {.state = 7};
    for (int i = 0; i < repeats(20000, 500); i++) {
        struct keys k = {0};
        for (int n = 0; n < 8; n++)
            keys_take(&k, (uint8_t)random_u64(&random));
        keys_take(&k, 'z');
        keys_take(&k, 'z');
        assert_int_equal(keys_take(&k, 'q'), KEY_QUIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_known),
        cmocka_unit_test(nothing_jams_the_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
