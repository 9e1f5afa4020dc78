// A strange sender for a receiver to play: an RTSP server that answers no more than it must, and a
// tone in RTP with voz's own writers. It does what the test tells it to do, when it is told.
#ifndef TESTS_E2E_STATION_H
#define TESTS_E2E_STATION_H

#include "tests/e2e/scene.h"

#include "media/voice.h"

#define STATION_FRAME   960 // samples: 20 ms
#define STATION_SECONDS 0.02

struct station {
    int listening, port, fd; // RTSP
    int rtp, rtcp;           // sockets
    int rtp_port, rtcp_port;
    int to;        // the receiver's RTP port; 0: interleaved
    bool deaf;     // answers SETUP over UDP with 461
    bool pictures; // it has some, too: VP8 as 98, sent again as 99; the test sends them
    int pictures_to;
    const char *source; // the host that media are said to come from; NULL: nothing is said
    struct voice_encoder *voice;
    uint32_t ssrc, timestamp;
    uint16_t seq;
    double next; // when the next frame is due
    double phase;
};

void station_open(struct station *s);
void station_close(struct station *s);

// Waits for a receiver to connect, and answers requests until one is `last`.
void station_accept(struct station *s, const char *last);
// Answers requests on the connection there is, until one is `last`.
void station_serve(struct station *s, const char *last);

// The next frame as an RTP packet: its octets.
size_t station_packet(struct station *s, uint8_t *packet, size_t cap);
// To the receiver from socket `fd`, or interleaved.
void station_give(struct station *s, int fd, const void *data, size_t len);
void station_wait(struct station *s); // for the next frame's time
void station_send(struct station *s, int frames);
// `frames` pass, on its clock and by the numbers of its packets, in which nothing is sent.
void station_skip(struct station *s, int frames);
void station_bye(struct station *s);

#endif
