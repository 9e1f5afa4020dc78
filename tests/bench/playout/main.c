// How good the jitter buffer is, beside others that are given the same packets.
//
//     playout traces FILE.csv... | drift
#include "tests/bench/playout/parts.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "traces") == 0)
        return part_traces(argv + 2, (size_t)argc - 2) ? 0 : 1;
    if (argc == 2 && strcmp(argv[1], "drift") == 0) {
        part_drift();
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "loss") == 0) {
        part_loss();
        return 0;
    }
    fprintf(stderr, "usage: playout traces FILE.csv... | drift\n");
    return 2;
}
