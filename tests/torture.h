// RFC 4475, rebuilt from what it says of each message: those that are to be understood, and those that
// are to be refused, and why.
#ifndef TESTS_TORTURE_H
#define TESTS_TORTURE_H

#include "control/sip.h"

#include <stdbool.h>

struct torture {
    const char *name, *text; // NULL: the end of the table
    enum head_status status; // of sip_parse
    bool fault;              // where that is HEAD_OK: sip_fault has one
};

extern const struct torture torture_messages[];

#endif
