// What session.c (the connection and its dialogue) and session_media.c (what is heard and seen on it) share.
// Nobody else includes this.
#ifndef RECEIVER_IO_SESSION_INTERNAL_H
#define RECEIVER_IO_SESSION_INTERNAL_H

#include "control/client.h"
#include "control/io/dial.h"
#include "media/io/path.h"
#include "media/io/udp.h"
#include "receiver/io/player.h"
#include "receiver/io/session.h"

#define SESSION_TEXT 1600

struct session {
    struct session_config config;
    char host[256];
    uint16_t port;
    bool tcp;
    struct dial *dial;
    struct client *client;
    struct udp *udp;
    struct path *paths[2]; // by enum udp_port
    struct receiver *receiver;
    struct player *player;
    struct watch *watch;             // NULL: pictures are not wanted
    usec device_delay;               // as it was lately
    union address rtp, rtcp, source; // of the server; `source`: where media may come from as well
    bool has_source;
    struct loop_timer reports, patience, again;
    bool playing; // PLAY was answered
    bool heard;   // a packet came since
    bool bye;     // the sender said goodbye
    bool gap;     // nothing has come for a second
    bool ending, over;
    bool turned; // `knobs` mean something
    struct receiver_knobs knobs;
    uint64_t strays;
    char why[SESSION_TEXT];
};

// ---- session.c

__attribute__((format(printf, 3, 4))) void session_say(struct session *s, bool detail,
                                                       const char *format, ...);
// The player has begun to take samples: the sender can be asked.
void session_ready(void *ctx);

// ---- session_media.c

// Player, paths, pictures. False: see `why`.
bool session_media_open(struct session *s, char *why, size_t cap);
void session_media_close(struct session *s);
// Ports for the next attempt. False: errno says why.
bool session_media_ports(struct session *s, uint16_t *video_port);
void session_media_end(struct session *s); // the attempt is over
// PLAY was answered: makes the receiver (false: no memory), and plays it.
bool session_media_begin(struct session *s, usec now);
void session_media_play(struct session *s, usec now);
// Something came to that port (enum udp_port), by its path or on the connection.
void session_came(void *ctx, usec when, const void *data, size_t len, uint64_t port);
void session_gather(void *ctx);            // takes what lies in the kernel
void session_report(void *ctx, usec now);  // a report, if one is due
void session_media_bye(struct session *s); // says goodbye in RTCP

#endif
