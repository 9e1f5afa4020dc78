// Golden messages from text: see messages.h.
#include "tests/messages.h"

#include <stdio.h>

#define MESSAGE_MAX 8192

static int skip_comments(FILE *file)
{
    int c = fgetc(file);
    while (c == '#') {
        while (c != '\n' && c != EOF)
            c = fgetc(file);
        c = fgetc(file);
    }
    return c;
}

struct guarded message_file(const char *path)
{
    uint8_t octets[MESSAGE_MAX];
    size_t len = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot read %s (tests run from the project's root)", path);
    for (int c = skip_comments(file); c != EOF; c = fgetc(file)) {
        assert_true(len + 2 <= sizeof octets);
        if (c == '\n')
            octets[len++] = '\r';
        octets[len++] = (uint8_t)c;
    }
    fclose(file);
    return guarded_copy(octets, len);
}
