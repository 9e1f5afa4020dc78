// The receiving end of pictures, beside the receiver of the voice: datagrams in, pictures out, RTCP back.
// Pure, as receiver.h is.
//
//     screen_rtp, screen_rtcp   what came from the network, with the instant it came
//     screen_show               the picture that is to be seen now, if it is another one
//     screen_rtcp_output        reports, and requests for what is missing, when screen_next says so
//
// A picture waits for the voice that belongs to it (lipsync.h). One whose packets are missing is asked
// for again as long as the pause that this makes is short (NACK), and then a key frame is (PLI): until it
// comes the last picture stays, or what can be made of the damage is shown, as the configuration says. Where the
// voice's time and the pictures' are further apart than its wait and 2 s, they have nothing to do with each
// other, and a picture is seen as soon as it is there.
// One allocation for the screen, and those of the decoder; none per packet.
#ifndef RECEIVER_SCREEN_H
#define RECEIVER_SCREEN_H

#include "media/picture.h"
#include "media/usec.h"
#include "receiver/lipsync.h"
#include "receiver/reporter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum screen_loss {
    SCREEN_FREEZE, // the last whole picture stays
    SCREEN_SHOW,   // the damage is shown
};

struct screen_config {
    uint8_t payload_type;
    bool again; // what is missing can be asked for (RFC 4585), and comes as this type (RFC 4588)
    uint8_t payload_type_again;
    bool key;      // key frames can be asked for (PLI)
    bool feedback; // a session with feedback (RTP/AVPF): a report every second
    bool has_seq;  // the stream is known to begin with `seq` (RTP-Info)
    uint16_t seq;
    enum screen_loss loss;
    const struct lipsync *lipsync; // outlives the screen; NULL: there is no voice
    uint64_t seed;                 // of our SSRC, CNAME and report times
    struct reporter_head head;     // of our reports, where we send as well
};

struct screen_stats {
    uint64_t packets_received; // distinct ones of the stream
    uint64_t packets_lost;     // that never came, also not when asked for
    uint64_t packets_duplicate, packets_invalid, packets_foreign;
    uint64_t octets_received; // of payload
    uint64_t reports_received;
    uint64_t asked, answers;         // packets asked for; sent again
    uint64_t keys_asked, key_frames; // requests; that came whole
    uint64_t frames;                 // that came whole, or were shown damaged
    uint64_t shown;   // pictures; the rest came too late, a newer one was shown at once
    uint64_t damaged; // of those, with damage that is seen
    uint64_t dropped; // frames that were given up, or built on one that was, or found no room
    uint64_t freezes; // pauses that one sees, see SCREEN_PAUSE
    usec frozen;      // all of them
    usec sync_mean, sync_worst; // how much later than the voice pictures were seen; < 0: earlier
    usec sync_last;             // of the last one
    uint64_t sync_count;        // of pictures that this is of
    int width, height;          // of the last picture; 0: there was none
    uint32_t jitter;            // units of 1/90000 s
    uint32_t ssrc;
    bool ended; // the sender said goodbye
};

// A pause between two pictures is a freeze when it is this much longer than usual, or three times as long
// (W3C webrtc-stats, freezeCount).
#define SCREEN_PAUSE (150 * USEC_MS)

struct screen;

struct screen *screen_new(const struct screen_config *config, usec now); // NULL: no memory
void screen_free(struct screen *s);                                      // NULL is fine

// One datagram that came to the RTP or RTCP port, or out of an interleaved channel. Any octets are fine.
void screen_rtp(struct screen *s, usec now, const void *data, size_t len);
void screen_rtcp(struct screen *s, usec now, const void *data, size_t len);

// What is to be seen at `now`. True: another picture than before, borrowed until the next call.
bool screen_show(struct screen *s, usec now, struct picture *picture);

// Something else than the picture is frozen on, from now on.
void screen_loss(struct screen *s, enum screen_loss loss);

// A report, or a request, if one is due. Returns octets, 0: none. `cap` of 512 is enough.
size_t screen_rtcp_output(struct screen *s, usec now, void *out, size_t cap);
size_t screen_rtcp_bye(struct screen *s, usec now, void *out, size_t cap);

usec screen_interval(const struct screen *s); // usual time between two pictures
// What the voice should wait above its fastest packet, so that pictures are there in time to meet it
// (lateness.h).
usec screen_wait(const struct screen *s);
usec screen_next(const struct screen *s); // when to call screen_show and screen_rtcp_output
struct screen_stats screen_stats(const struct screen *s);
// How much longer than usual the last picture has stood at `now`: a freeze that goes on, and that the figures do not
// have yet; 0: it is none.
usec screen_standing(const struct screen *s, usec now);

#endif
