// The receiving end of one Opus stream: datagrams in, PCM out, RTCP back. Pure: it knows no clock,
// socket or device, so the program and the lab run the same code.
//
//     receiver_rtp, receiver_rtcp   what came from the network, with the instant it came
//     receiver_play                 the next samples, with the instant they are taken
//     receiver_rtcp_output          reports for the sender, when receiver_next says so
//     receiver_event                what happened, one at a time
//
// PCM is int16, 48 kHz, interleaved in receiver_channels() channels. One allocation each for the
// receiver, its jitter buffer and its decoder; none per packet.
#ifndef RECEIVER_RECEIVER_H
#define RECEIVER_RECEIVER_H

#include "media/emodel.h"
#include "media/playout.h"
#include "media/usec.h"
#include "receiver/render.h"
#include "receiver/repairs.h"
#include "receiver/reporter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the next stretch of sound is made of, told as it is decided.
struct receiver_decision {
    usec at; // instant at which its first sample is played
    enum playout_kind kind;
    bool held;                  // PLAYOUT_CONCEAL: put in to wait longer from now on
    enum playout_origin origin; // PLAYOUT_PACKET
    int samples;                // played, `shift` included
    int shift;    // of those, put in to wait longer (> 0), or left out (< 0), see stretch.h
    int64_t time; // of its first sample, extended RTP timestamp
    uint32_t seq; // extended: of the packet that is played, restored, or missing
    usec arrival; // of the packet that it was made from (PLAYOUT_PACKET, PLAYOUT_FEC)
    usec delay;   // in force, above the fastest packet
};

struct receiver_config {
    enum voice_codec codec;
    uint8_t payload_type;
    int channels;     // 1 or 2 as the session description says; 0: as the first packet says
    usec latency;     // fixed wait above the fastest packet; 0: adaptive
    usec latency_min; // of the adaptive wait; 0: 10 ms
    usec latency_max; // likewise, and what would be heard later is left out; 0: 1 s, and it is not
    usec latency_price; // delay that is worth 1 % concealed; 0: DELAY_PRICE (delay.h)
    enum render_conceal conceal;
    bool fec;         // use the copies in the packets
    bool fec_offered; // the session description says that there may be some (useinbandfec)
    bool red;         // redundant payloads may come (RFC 2198), of this type
    uint8_t payload_type_red;
    bool again; // what is missing can be asked for (RFC 4585), and comes as this type (RFC 4588)
    uint8_t payload_type_again;
    bool feedback; // a session with feedback (RTP/AVPF): a report every second
    bool extended; // the sender understands extended reports (RFC 3611)
    bool has_seq;  // the stream is known to begin with `seq` (RTP-Info)
    uint16_t seq;
    bool has_rtptime; // ... at `rtptime`
    uint32_t rtptime;
    uint64_t seed;             // of our SSRC, CNAME and report times
    struct reporter_head head; // of our reports, where we send as well
    // Told of every decision, from inside receiver_play; NULL: nobody asks.
    void (*decided)(void *ctx, const struct receiver_decision *decision);
    void *ctx;
};

struct receiver_stats {
    uint64_t packets_received;  // distinct ones of the stream, late ones included
    uint64_t packets_lost;      // that never came
    uint64_t packets_late;      // that came too late to play
    uint64_t packets_duplicate; // that came again
    uint64_t packets_reordered; // that came after a later one
    uint64_t packets_invalid;   // not RTP, not RTCP, not Opus, or too large
    uint64_t packets_foreign;  // of another SSRC or payload type, from before PLAY, or at a jump in
                               // the numbers that no second packet has confirmed
    uint64_t packets_skipped;  // came in time, dropped to shorten an excessive delay
    uint64_t octets_received;  // of payload
    uint64_t reports_received; // RTCP compounds
    struct repairs_stats repairs;
    struct playout_stats playout;
    struct emodel_loss loss;   // what was concealed and what was not, up to the last packet played
    uint64_t samples_inserted; // by stretching, to wait longer
    uint64_t samples_removed;  // by stretching, to wait less
    usec delay_now, delay_mean, delay_p95; // from a packet's time on the fastest path to its sound
    usec round_trip;                       // to the sender and back; USEC_NEVER: not known
    uint32_t jitter;                       // RFC 3550 section 6.4.1, units of 1/48000 s
    uint32_t ssrc;                         // of the stream
    uint64_t sources;                      // SSRCs that were played, one after the other
    int64_t position;                      // samples played of the stream, concealment included
    int channels;                          // 0: not known yet
    int frame_samples;                     // of the last packet
};

enum receiver_event_kind {
    RECEIVER_STARTED,    // the first packet came: receiver_channels is known
    RECEIVER_NEW_SOURCE, // another SSRC took over (the sender restarted)
    RECEIVER_GAP,        // nothing came for a second
    RECEIVER_RESUMED,    // something came again after that; `duration` says after how long
    RECEIVER_BYE,        // the sender said goodbye; what is buffered still plays
    RECEIVER_ENDED,      // all was played
};

struct receiver_event {
    enum receiver_event_kind kind;
    uint32_t ssrc;
    usec duration;
};

struct receiver_played {
    size_t lead; // samples of silence before the stream's first
    size_t used; // samples of the stream after those; the rest of the buffer is silence
};

struct receiver;

struct receiver *receiver_new(const struct receiver_config *config, usec now); // NULL: no memory
void receiver_free(struct receiver *r);                                        // NULL is fine

// One datagram that came to the RTP or RTCP port, or out of an interleaved channel. Any octets are
// fine.
void receiver_rtp(struct receiver *r, usec now, const void *data, size_t len);
void receiver_rtcp(struct receiver *r, usec now, const void *data, size_t len);

// The next `samples` samples, taken at `now`: what has come by then can be played. `pcm` has room
// for two channels. Before the channels are known nothing is written and all is `lead`.
struct receiver_played receiver_play(struct receiver *r, usec now, int16_t *pcm, size_t samples);

// What may be turned while it plays; copies and answers are used as far as the session has them. The
// delay moves to another latency bit by bit.
struct receiver_knobs {
    enum render_conceal conceal; // all as in receiver_config
    usec latency;
    bool fec, red, again;
};
void receiver_turn(struct receiver *r, const struct receiver_knobs *knobs);

// Instants that receiver_play is given from now on are so long after the ones at which the samples are
// asked for: a device that takes 10 ms at a time, and evenly, may ask some sooner and some later. 0 at
// first.
void receiver_ahead(struct receiver *r, usec ahead);

// The adaptive wait is at least this from now on, or latency_min where that is more: what is seen with the
// sound takes so long.
void receiver_wait(struct receiver *r, usec least);

// No more will come (control connection closed): play what is there, then end.
void receiver_finish(struct receiver *r);

// A report for the sender, if one is due. Returns octets, 0: none due. `cap` of 512 is enough.
size_t receiver_rtcp_output(struct receiver *r, usec now, void *out, size_t cap);
// A last one with BYE, at any time.
size_t receiver_rtcp_bye(struct receiver *r, usec now, void *out, size_t cap);

usec receiver_next(const struct receiver *r); // when receiver_rtcp_output has something
// How long datagrams may lie unread, where nobody waits for the sound, if those that are missing
// among them are to be asked for in time. 0: not at all. USEC_NEVER: as long as one likes.
usec receiver_patience(const struct receiver *r, usec now);
bool receiver_event(struct receiver *r, struct receiver_event *event);

int receiver_channels(const struct receiver *r); // 0 before RECEIVER_STARTED, then 1 or 2
struct receiver_stats receiver_stats(const struct receiver *r);

#endif
