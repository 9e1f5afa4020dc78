// The asking side of RTSP 1.0 (RFC 2326): from a URL to a playing Opus stream, and the pictures beside
// it (VP8) where they are wanted and served, kept alive, and torn down. Pure: octets in, octets out, time is an argument. One client is one attempt on one
// connection; to try again, or another transport, make a new one.
//
//     client_input, client_output   octets of the control connection
//     client_event                  what happened, interleaved packets among it, one at a time
//     client_tick at client_next    keep-alives and time-outs
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include "control/features.h"
#include "control/sdp.h"
#include "control/slice.h"
#include "control/url.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_ANSWER_TIMEOUT (10 * USEC_SECOND)
#define CLIENT_WHY_MAX        1536

struct client_config {
    const char *url;       // rtsp://..., of at most URL_MAX octets
    const char *agent;     // of the User-Agent header
    bool tcp;              // interleaved on the control connection, rather than UDP
    uint16_t port;         // UDP: our RTP port, even; RTCP is the next one
    bool video;            // pictures are wanted,
    uint16_t video_port;   // likewise
    struct features offer; // what the server is told that we can take besides plain RTP
};

// What was negotiated; known from CLIENT_READY on, seq and rtptime from CLIENT_PLAYING on.
struct client_stream {
    uint8_t payload_type;
    int channels; // that the sender says it may send: 1 or 2; 0: it does not say
    bool fec;     // it may put copies of earlier frames into its packets
    bool has_red; // packets may come as RED of that payload type: said by a server, offered or not
    uint8_t red_payload_type;
    bool nack;    // lost packets may be asked for: feedback was offered, and RTP/AVPF agreed on
    bool key;     // likewise key frames of pictures, by PLI
    bool has_rtx; // with nack: they come back as retransmissions of that type, RFC 4588
    uint8_t rtx_payload_type;
    usec rtx_time;         // how long they can be asked for; 0: not said
    struct sdp_xr rtcp_xr; // extended reports that are wanted; none unless feedback was offered
    bool tcp;
    uint8_t rtp_channel, rtcp_channel; // interleaved ones
    uint16_t server_rtp, server_rtcp;  // UDP ports; 0: not said
    char source[URL_MAX];              // host that the media come from; empty: the server
    bool has_seq, has_rtptime;
    uint16_t seq;
    uint32_t rtptime;
    char server[64]; // what the server calls itself; may be empty
};

enum client_event_kind {
    CLIENT_READY,     // SETUP succeeded: open for media; PLAY is on its way
    CLIENT_PLAYING,   // PLAY succeeded
    CLIENT_PACKET,    // interleaved: data, len and whether it is RTCP
    CLIENT_REFUSED,   // UDP is not served (461): try a new client over TCP
    CLIENT_FAILED,    // client_why says what and what to try
    CLIENT_FORGOTTEN, // the server says that there is no such session; believe it if nothing comes
    CLIENT_DONE,      // TEARDOWN was answered, or need not be waited for
};

struct client_event {
    enum client_event_kind kind;
    bool rtcp, video;    // CLIENT_PACKET
    const uint8_t *data; // CLIENT_PACKET: good until the next call
    size_t len;
};

struct client;

struct client *client_new(const struct client_config *config,
                          usec now); // NULL: no memory, or a bad URL
void client_free(struct client *c);  // NULL is fine

// Takes octets, as many as there is room for, and says how many; drain client_event, then offer the
// rest.
size_t client_input(struct client *c, usec now, const void *data, size_t len);
bool client_event(struct client *c, usec now, struct client_event *event);

// What is to be sent: a pointer good until the next call; 0: nothing. Then say how much was sent.
size_t client_output(const struct client *c, const char **data);
void client_sent(struct client *c, size_t len);

// Queues RTCP for the server on the interleaved channel of the voice or of the pictures. False: too much waits already, it was
// dropped.
bool client_rtcp(struct client *c, bool video, const void *data, size_t len);

// Says TEARDOWN, if a session was set up; CLIENT_DONE follows, within a second at the latest.
void client_teardown(struct client *c, usec now);

usec client_next(const struct client *c);
void client_tick(struct client *c, usec now);

const struct client_stream *client_stream(const struct client *c); // the voice
const struct client_stream *client_video(const struct client *c);  // NULL: there are no pictures
const char *client_why(const struct client *c);                    // "" unless it failed

#endif
