// Who speaks SIP by hand to a program under test: a bare TCP connection to a port of this machine.
#ifndef TESTS_E2E_STRANGER_H
#define TESTS_E2E_STRANGER_H

#include "tests/test.h"

#include <stdbool.h>
#include <stdint.h>

struct stranger {
    int fd; // does not block
    size_t len;
    char text[16384]; // what was heard and not yet expected
};

void stranger_connect(struct stranger *s, uint16_t port); // 127.0.0.1
void stranger_leave(struct stranger *s);
// As much as the kernel takes. False: the other end has closed it.
bool stranger_says(struct stranger *s, const void *data, size_t len);
// Waits for this text; it and what was before it are forgotten then, up to the end of the message's head.
void stranger_expect(struct stranger *s, const char *text);
// Reads and forgets what is there. False: the other end has closed it.
bool stranger_ignores(struct stranger *s);

// A request of call number `call`, with an offer of PCMU where it is an INVITE. tag: of their To.
void stranger_asks(struct stranger *s, const char *method, int call, int cseq, const char *tag);
// The tag of the To header in the response that begins with `status`, for which it waits.
void stranger_tag(struct stranger *s, const char *status, char tag[64]);

#endif
