#include "tests/bench/playout/parts.h"
bool part_words(void)
{
    return true;
}
