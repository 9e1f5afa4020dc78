// Golden RTSP messages: tests/data/rtsp-*.txt, one message per file as a person reads it. Lines
// that begin with '#' before the message are comments, and each line end stands for CRLF. Paths are
// from the project's root, where tests run.
#ifndef TESTS_MESSAGES_H
#define TESTS_MESSAGES_H

#include "tests/test.h"

// The octets of the message, against an unreadable page; guarded_free it.
struct guarded message_file(const char *path);

#endif
