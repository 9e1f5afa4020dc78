// Golden packets: tests/data/*.hex, one packet per file, octets in hex with their meaning beside
// them;
// '#' begins a comment. Paths are from the project's root, where tests run.
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "tests/test.h"

// The octets of one file, against an unreadable page; guarded_free it.
struct guarded golden(const char *path);

#endif
