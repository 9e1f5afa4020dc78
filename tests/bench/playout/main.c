// How good the jitter buffer is, and the recovery from loss, beside others that are given the same.
//
//     playout traces FILE.csv... | drift | loss | nack | words
#include "tests/bench/playout/parts.h"

#include <stdio.h>
#include <string.h>

static const struct part {
    const char *name;
    bool (*run)(void);
} parts[] = {
    {"drift", part_drift}, {"loss", part_loss}, {"nack", part_nack}, {"words", part_words}};

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "traces") == 0)
        return part_traces(argv + 2, (size_t)argc - 2) ? 0 : 1;
    for (size_t i = 0; argc == 2 && i < sizeof parts / sizeof *parts; i++)
        if (strcmp(argv[1], parts[i].name) == 0)
            return parts[i].run() ? 0 : 1;
    fprintf(stderr, "usage: playout traces FILE.csv... | drift | loss | nack | words\n");
    return 2;
}
