// What a session is made of: for session.c and what belongs to it, nobody else.
#ifndef RECEIVER_IO_SESSION_INTERNAL_H
#define RECEIVER_IO_SESSION_INTERNAL_H

#include "control/client.h"
#include "control/io/dial.h"
#include "media/io/path.h"
#include "media/io/udp.h"
#include "receiver/io/player.h"
#include "receiver/io/session.h"

#define SESSION_TEXT 1600 // octets of what is said to people

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

#endif
