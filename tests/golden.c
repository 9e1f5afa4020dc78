// Golden packets from text: see golden.h.
#include "tests/golden.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define PACKET_MAX 2048

static void skip_line(FILE *file)
{
    int c;
    do
        c = fgetc(file);
    while (c != '\n' && c != EOF);
}

// The next hex digit outside of comments; -1 at the end.
static int next_digit(FILE *file)
{
    for (int c = fgetc(file); c != EOF; c = fgetc(file)) {
        if (c == '#')
            skip_line(file);
        else if (isxdigit(c))
            return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
        else
            assert_true(isspace(c));
    }
    return -1;
}

struct guarded golden(const char *path)
{
    uint8_t octets[PACKET_MAX];
    size_t len = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot read %s (tests run from the project's root)", path);
    for (int high = next_digit(file); high >= 0; high = next_digit(file)) {
        int low = next_digit(file);
        assert_true(low >= 0);
        assert_true(len < sizeof octets);
        octets[len++] = (uint8_t)(high << 4 | low);
    }
    fclose(file);
    return guarded_copy(octets, len);
}
