#include "tests/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char folder[64];

int folder_make(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/voz-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

int folder_remove(void **state)
{
    (void)state;
    return rmdir(folder);
}
