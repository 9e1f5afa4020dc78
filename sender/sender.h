// The sending end: one time line of sound, encoded once, to any number of listeners. Pure: frames
// of PCM go in when they are due, datagrams come out, each with whom it is for. A radio, not a
// jukebox: every listener gets the same RTP packets (one SSRC), and late ones join what is running.
//
//     sender_start                the time line begins: the first frame is due
//     sender_next                 when to call again
//     sender_frame                the PCM of the frame that is due
//     sender_output               datagrams to send, until it says there are none
//     sender_end                  the time line is over: BYE to everyone, and it rewinds
//
// PCM is int16, 48 kHz, interleaved. Listeners are small numbers given by sender_join; addresses
// are the driver's business. Everything is allocated in sender_new.
#ifndef SENDER_SENDER_H
#define SENDER_SENDER_H

#include "media/usec.h"
#include "media/voice.h"
#include "sender/adapt.h"
#include "sender/copies.h"
#include "sender/datagram.h"
#include "sender/peer.h"
#include "sender/steer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sender_config {
    struct voice_encoder_config voice;
    struct adapt_limits limits; // bitrate 0: all is as `voice` says, and stays so
    bool resend; // answer those who ask for packets that are missing (RFC 4585, RFC 4588)
    uint8_t payload_type, payload_type_red, payload_type_again;
    int listeners_max;
    bool call; // what nobody is to hear (it is on hold) is not numbered, as silence is not; and
               // reports go out where sender_report writes them, but for one at every beginning
    usec wall_clock; // microseconds since 1970 at the instant now = 0, for the NTP time in reports
    uint64_t seed;   // of SSRC, sequence numbers, timestamps, CNAME and report times
    const char
        *cname; // of a participant who has one already (RFC 3550 6.5.1); copied; NULL: a new one
    // Told of every change of the encoding, from inside sender_rtcp; NULL: nobody asks.
    void (*decided)(void *ctx, const struct steer_decision *decision);
    void *ctx;
};

// Where a listener begins: what the PLAY reply says (RTP-Info).
struct sender_position {
    uint32_t ssrc;
    uint16_t seq;
    uint32_t timestamp;
};

struct sender_stats {
    uint64_t packets, octets; // RTP packets made, and octets of their payload
    uint64_t silent_frames;   // frames that DTX left out
    uint64_t reports_received, reports_invalid;
    uint64_t decisions;
    uint64_t again, octets_again; // packets that were sent again, and octets of their payload
    struct resend_stats asked;    // what was asked for, and what became of it
    int listeners, playing;
    struct adapt_choice choice; // in force
    uint32_t ssrc;
};

struct sender;

struct sender *sender_new(const struct sender_config *config,
                          usec now); // NULL: bad config or no memory
void sender_free(struct sender *s);  // NULL is fine

// How many samples of the source's very beginning to hand to sender_prime before the first frame:
// the codec lags by so much, and what was primed takes the lag out, so that RTP time is the
// source's time.
size_t sender_lookahead(const struct sender *s);
void sender_prime(struct sender *s, const int16_t *pcm);

void sender_start(struct sender *s, usec now);
bool sender_running(const struct sender *s);
size_t sender_frame_samples(const struct sender *s);
// The frame whose turn it is: sender_frame_samples() samples. What sender_output has to give is
// taken before: it may be of the frame before this one.
void sender_frame(struct sender *s, const int16_t *pcm);
usec sender_frame_due(const struct sender *s); // USEC_NEVER unless running
// Moves the time line: the next frame is due at `due` (after a suspended machine, say).
void sender_delay_until(struct sender *s, usec due);
// No further frame comes. Where the last one was left out as silence (DTX) it is sent after all, so
// that listeners learn how long the time line was. Then empty sender_output and call sender_end.
void sender_last(struct sender *s);
void sender_end(struct sender *s, usec now);

// Listeners. takes: what its session allows. -1: listeners_max are here.
int sender_join(struct sender *s, usec now, struct peer_takes takes);
struct sender_position sender_play(struct sender *s, int listener, usec now);
void sender_pause(struct sender *s, int listener);
// Gone for good: its number is free. With `bye`, a BYE for it comes out of sender_output first.
void sender_leave(struct sender *s, int listener, usec now, bool bye);
// RTCP from a listener; any octets are fine.
void sender_rtcp(struct sender *s, int listener, usec now, const void *data, size_t len);
// Our report at the head of a compound of the caller's, with these blocks on what the listener sends.
void sender_report(const struct sender *s, int listener, usec now, const struct rtcp_report *blocks,
                   size_t count, struct writer *w);
struct peer_figures sender_listener(const struct sender *s, int listener);
bool sender_output(struct sender *s, usec now, struct sender_datagram *out);
// Is a datagram for this listener?
bool sender_is_for(const struct sender *s, const struct sender_datagram *datagram, int listener);
usec sender_next(const struct sender *s);
// Datagrams are still to come (BYEs are said more than once, since each may be lost).
bool sender_busy(const struct sender *s);
uint32_t sender_ssrc(const struct sender *s);
const char *sender_cname(const struct sender *s);
struct sender_stats sender_stats(const struct sender *s);

#endif
