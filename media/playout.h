// The jitter buffer: packets in the network's order go in, media time comes out. It orders, drops
// duplicates, decides how long to wait (delay.h), and says for each stretch of output what is to be
// played: a packet, the copy that the next packet carries, concealment, or silence. It decodes
// nothing.
//
// Media time is the RTP timestamp, extended to 64 bits (samples). Playing media time t at instant
// now = t + offset, the offset is held still unless the receiver shortens or lengthens what it
// plays.
#ifndef MEDIA_PLAYOUT_H
#define MEDIA_PLAYOUT_H

#include "media/delay.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct playout_config {
    int rate;         // Hz of media time
    usec latency;     // fixed wait above the fastest packet; 0: adaptive
    usec latency_min; // adaptive: never below this, and at first this
    usec latency_max; // adaptive: never above this, unless the network itself takes longer;
    bool skip;        // then what came meanwhile is left out, up to where it is not exceeded
    usec price;       // see delay_init
    bool fec;         // look for copies in the next packet
    bool copies;      // some are to be expected: begin late enough for them
};

enum playout_origin {
    PLAYOUT_SENT,  // as it was sent first
    PLAYOUT_COPY,  // a redundant copy that a later packet carried (RFC 2198)
    PLAYOUT_AGAIN, // sent again on demand (RFC 4588)
};

struct playout_packet {
    uint32_t seq;    // extended
    int64_t time;    // of the first sample, extended RTP timestamp
    int samples;     // in all of the packet
    int fec_samples; // that its in-band copy covers, just before `time`; 0: it carries none
    enum playout_origin origin;
    const uint8_t *payload;
    size_t payload_len;
};

enum playout_put {
    PLAYOUT_KEPT,
    PLAYOUT_DUPLICATE, // the buffer holds it already, or it was played
    PLAYOUT_LATE,      // a later one was played already, or its turn is long over
    PLAYOUT_STRAY, // its timestamp is far from the others'; three in a row start a new time line
    PLAYOUT_FULL,  // too far ahead of what is playing, or too large: dropped
};

enum playout_kind {
    PLAYOUT_WAIT,   // not begun yet: silence that belongs to no stream
    PLAYOUT_PACKET, // decode `payload`: the packet that is due
    PLAYOUT_FEC, // decode the copy of `fec_samples` inside `payload`, play the last `samples` of it
    PLAYOUT_CONCEAL, // nothing is there for these `samples`
    PLAYOUT_END,     // the stream is over (playout_finish) and all of it was played
};

struct playout_frame {
    enum playout_kind kind;
    int samples;     // never 0, but for PLAYOUT_END
    int fec_samples; // PLAYOUT_FEC only
    bool held;       // PLAYOUT_CONCEAL only: media time stands still, to wait longer from now on
    int64_t time;    // media time of its first sample (not PLAYOUT_WAIT, PLAYOUT_END)
    uint32_t seq;    // extended: the packet's, the restored one's, or the one's that should be here
    enum playout_origin origin; // PLAYOUT_PACKET: of the packet
    usec arrival;               // PLAYOUT_PACKET, PLAYOUT_FEC: of the packet that it comes from
    usec delay; // in force, above the fastest packet (not PLAYOUT_WAIT, PLAYOUT_END)
    int shift;  // PLAYOUT_PACKET only: samples that playing would like to be longer (> 0, to wait
                // longer) or shorter (< 0) to reach the wanted delay
    int drift;  // PLAYOUT_PACKET only: likewise, so few that the change of pitch is not heard, for
                // where `shift` is 0 or finds no place
    const uint8_t *payload; // valid until the next put
    size_t payload_len;
};

struct playout_stats {
    uint64_t late;            // packets that were never played
    uint64_t stray, full;     // packets
    uint64_t samples_packet;  // played from packets
    uint64_t samples_fec;     // from in-band copies
    uint64_t samples_conceal; // no packet covered them, late ones included
    uint64_t
        samples_late; // of those: their packet came, but after its turn (it may have been played
                      // then), or playing stood still
    uint64_t samples_silence; // gaps where the sender sent nothing (DTX)
    uint64_t samples_held;    // of samples_conceal: put in to wait longer
    uint64_t frames_packet, frames_fec, frames_conceal;
    uint64_t frames_copy, frames_again; // of frames_packet: by enum playout_origin
    uint64_t samples_copy, samples_again;
    uint64_t skipped, samples_skipped; // packets dropped unplayed, to shorten an excessive delay
    uint64_t restarts; // new time lines, where the timestamps or the path made a lasting jump
};

struct playout;

struct playout *playout_new(const struct playout_config *config); // NULL: no memory
void playout_free(struct playout *p);                             // NULL is fine

// Another fixed wait (0: adaptive), and whether copies are looked for, from now on. The delay moves there
// bit by bit.
void playout_turn(struct playout *p, usec latency, bool fec);
// Another latency_min, from the next packet on.
void playout_least(struct playout *p, usec latency_min);

// Forgets all packets and starts a new time line with the next one; the figures go on.
void playout_reset(struct playout *p);

// The stream is known to begin with this packet (RTP-Info): what is missing before the first that
// comes is concealed. Call after playout_new or playout_reset, before the first packet.
void playout_expect(struct playout *p, uint32_t seq, int64_t time);

// The stream ends after `seq` (a BYE came). Playing ends when everything up to there is played or
// concealed, or the delay has passed.
void playout_finish(struct playout *p, uint32_t seq);

// One packet that arrived at `arrival`; the payload is copied.
enum playout_put playout_put(struct playout *p, usec arrival, const struct playout_packet *packet);

// A packet that the network lost, had in another way (origin is not PLAYOUT_SENT). It says nothing
// about the path, and gives way to the packet itself, should that come. PLAYOUT_LATE: its turn is
// over; it shows what waiting longer would be worth. PLAYOUT_STRAY: no packet like it is missing.
enum playout_put playout_repair(struct playout *p, usec arrival,
                                const struct playout_packet *packet);

// Which packet that is missing began at media time `time`? A redundant copy says its time, not its
// number. `carrier`: a later packet, that the buffer holds. False: none is missing there, and none was
// when its turn came.
bool playout_missing_at(const struct playout *p, uint32_t carrier, int64_t time, uint32_t *seq);

// By when packet `seq`, which is missing, has to be here: in its turn, or as much later as waiting for
// it might be worth. An instant long over: it will not be played any more. USEC_NEVER: nothing has
// begun.
usec playout_deadline(const struct playout *p, uint32_t seq);

// What to play at the instant `now`. Each call moves media time on by frame->samples (less where
// `held`, or where a packet is played that came after its turn). Ask for the instants in order, as
// soon before them as can be; `most` bounds the samples of PLAYOUT_WAIT.
void playout_get(struct playout *p, usec now, int most, struct playout_frame *frame);

// What is asked for next, up to `block` of it, is asked for at the instant `at`, before it is due: a
// device that takes 10 ms at a time asks for the last of them 10 ms early, so packets have to be here
// earlier by as much.
void playout_pull(struct playout *p, usec at, usec block);

struct playout_stats playout_stats(const struct playout *p);

#endif
