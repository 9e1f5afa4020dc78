// A server under test, with an application that only notes what it is asked, and clients that type.
// In texts '\n' stands for CRLF both ways.
#ifndef TESTS_TALK_H
#define TESTS_TALK_H

#include "control/server.h"

#include "tests/test.h"

#define TALK_LISTENERS 8

struct talk_listener {
    bool here, playing;
    struct server_conn *conn;
    struct transport transport;
    struct features features;
    int rtcp; // interleaved reports that came
};

struct talk {
    struct server *server;
    usec now;
    int refusal;               // what join answers when negative
    struct features described; // with what the last description was asked for
    struct talk_listener listeners[TALK_LISTENERS];
    int joined, left, gone; // ever; `left` said so
    int expired;            // connections
    char session[32];       // id in the last answer that had one
    char answer[1 << 17];
};

#define TALK_URL "rtsp://voz.test:4477/"

void talk_open(struct talk *t, int tracks, int sessions_max);
void talk_open_with(struct talk *t, int tracks, int sessions_max, struct features features);
void talk_close(struct talk *t);

struct server_conn *talk_connect(struct talk *t);
// Types a text and returns everything that is answered by now.
const char *talk_ask(struct talk *t, struct server_conn *conn, const char *text);
// Only types, only listens.
void talk_type(struct talk *t, struct server_conn *conn, const char *text);
const char *talk_hear(struct talk *t, struct server_conn *conn);

// One request with the session of the last answer, if there was one; `headers` may be "".
const char *talk_request(struct talk *t, struct server_conn *conn, const char *method,
                         const char *url, const char *headers);
// SETUP and PLAY over UDP, or TCP.
void talk_play(struct talk *t, struct server_conn *conn, bool tcp);

// Lets `by` pass, ticking the server whenever it wants.
void talk_wait(struct talk *t, usec by);
int talk_playing(const struct talk *t);

// Fails unless `text` begins with "RTSP/1.0 <code> ", or has `part`.
void assert_code(const char *text, int code);
void assert_has(const char *text, const char *part);
void assert_has_not(const char *text, const char *part);

#endif
