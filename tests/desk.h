// A user agent of SIP under test, and who types to it: requests and responses in plain text, time by
// hand.
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include "control/sip_agent.h"

#include "tests/test.h"

#define DESK_SDP "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"
#define DESK_BOB "sip:b@192.0.2.2" // the agent, as others call it
#define DESK_ANN "sip:a@192.0.2.1" // who types

struct desk {
    struct sip_agent *agent;
    struct sip_conn *conn;
    char said[65536]; // what the agent said last
    usec now;
};

void desk_begin(struct desk *d); // "bob", without an account
void desk_begin_with(struct desk *d, const struct sip_agent_config *config);
void desk_end(struct desk *d);

// Types a text, which may be empty. Returns all that the agent says since the last time.
const char *desk_says(struct desk *d, const char *text);
// Lets time pass, at least to the agent's next deadline. Returns what it says then.
const char *desk_waits(struct desk *d, usec by);
// The next event, which has to be there and of this kind.
struct sip_agent_event desk_event(struct desk *d, enum sip_agent_kind kind);
void desk_no_event(struct desk *d);

// A request of Ann's in the call "1@a". to_tag: "" outside of a dialog. more: header lines, and a body
// behind an empty line. The text is good until the next one.
const char *desk_request(const char *method, const char *uri, const char *branch, int cseq,
                         const char *to_tag, const char *more);
// A response of Ann's to a request of the agent's, the first one in `request`, as desk_says returned it.
// status: "200 OK".
const char *desk_response(const char *request, const char *status, const char *more);
// The end of a message with a description: more of desk_request and desk_response.
const char *desk_sdp(const char *headers, const char *sdp);

// `said` begins with this status ("200"); "": nothing was said.
void desk_code(const char *said, const char *code);
// The tag that the agent gave the To header of a response.
void desk_tag(const char *said, char tag[64]);
// Ann calls, the agent answers, she acknowledges; its events are taken. The tag is the agent's.
void desk_called(struct desk *d, const char *more, char tag[64]);
// The agent calls Ann, up to its INVITE, which is in d->said.
void desk_calls(struct desk *d);

#endif
