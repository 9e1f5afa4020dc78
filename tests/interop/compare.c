// compare SAID HEARD [LAG_MAX_MS]: prints as one line of JSON how much the recordings are alike.
#include "tests/likeness.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct likeness like;
    char why[512] = "";
    int64_t lag_max = (argc > 3 ? atoi(argv[3]) : 1000) * 48;
    if (argc < 3 || !likeness_of_files(argv[1], argv[2], lag_max, &like, why, sizeof why)) {
        fprintf(stderr, "compare SAID HEARD [LAG_MAX_MS]: %s\n", why);
        return 1;
    }
    printf("{\"lag_samples\":%lld,\"correlation\":%.4f,\"local\":%.4f,\"spectral\":%.4f,\"said_s\":"
           "%.4f,"
           "\"heard_s\":%.4f}\n",
           (long long)like.lag, like.correlation, like.local, like.spectral,
           (double)like.said_samples / 48000, (double)like.heard_samples / 48000);
    return 0;
}
