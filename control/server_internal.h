// What server.c (connections, sessions, time) and server_methods.c (requests and their answers)
// share. Nobody else includes this.
#ifndef CONTROL_SERVER_INTERNAL_H
#define CONTROL_SERVER_INTERNAL_H

#include "control/rtsp.h"
#include "control/server.h"
#include "control/url.h"

#define SESSION_ID_MAX 20
#define IN_MAX         RTSP_MESSAGE_MAX
#define OUT_MAX        (96 * 1024)
#define FRAMES_MAX \
    (16 * 1024) // of OUT_MAX, that interleaved frames may wait in: about a second of sound
#define FRAMES_MOST (64 * 1024) // however much room was asked for
#define FAULTS_MAX  8           // malformed messages, then the connection is closed

struct server_track {
    int listener; // -1: not set up
    struct transport transport;
    char url[URL_MAX + 1]; // as in the SETUP request, for RTP-Info
};

struct server_session {
    bool used;
    char id[SESSION_ID_MAX];
    struct server_conn *conn; // NULL: closed
    usec deadline;
    bool playing;
    struct server_track tracks[SERVER_TRACKS_MAX];
};

struct server_conn {
    struct server_conn *next;
    void *user;
    usec heard;
    int faults;
    bool finished;
    size_t in_len, out_at, out_len;
    char in[IN_MAX];
    char out[OUT_MAX];
};

struct server {
    struct server_config config;
    uint64_t random;
    struct server_conn *conns;
    struct server_stats stats;
    int sessions_top; // no session is used from here on: searches end here
    struct server_session sessions[];
};

struct server_session *server_session_new(struct server *s, struct server_conn *conn, usec now);
struct server_session *server_session_find(struct server *s, struct slice id);
// The session that was made on this connection; NULL: none.
struct server_session *server_session_of(struct server *s, const struct server_conn *conn);
void server_session_end(struct server *s, struct server_session *session, bool gone);
bool server_session_is_tcp(const struct server_session *session);

// Room for `len` more octets to send; NULL: there is none.
char *server_reserve(struct server_conn *conn, size_t len);

// Answers one request.
void server_answer(struct server *s, struct server_conn *conn, usec now,
                   const struct rtsp_message *request);
// Answers what could not be understood.
void server_answer_fault(struct server *s, struct server_conn *conn, unsigned code,
                         const struct rtsp_message *request);

#endif
