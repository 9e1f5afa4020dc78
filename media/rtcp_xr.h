// Extended reports (RFC 3611): an RTCP packet (RTCP_XR) that is a list of blocks. Here are those
// that say which packets came (Loss RLE), let a receiver that sends nothing measure the round trip
// (Receiver Reference Time, and DLRR in answer), and tell how the call is (VoIP Metrics). Blocks of
// other types are skipped.
#ifndef MEDIA_RTCP_XR_H
#define MEDIA_RTCP_XR_H

#include "media/bytes.h"
#include "media/rtcp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rtcp_xr_type {
    RTCP_XR_LOSS = 1,      // section 4.1
    RTCP_XR_REFERENCE = 4, // section 4.4
    RTCP_XR_DLRR = 5,      // section 4.5
    RTCP_XR_VOIP = 7,      // section 4.7
};

#define RTCP_XR_LOSS_MAX    65533 // sequence numbers in one Loss RLE block
#define RTCP_XR_UNAVAILABLE 127   // in the fields of VoIP Metrics that say so

// Octets that a Loss RLE block of `count` sequence numbers takes at most, and the others take.
#define RTCP_XR_LOSS_LEN(count) (12 + ((count) + 29) / 30 * 4)
#define RTCP_XR_REFERENCE_LEN   12
#define RTCP_XR_DLRR_LEN(count) (4 + 12 * (count))
#define RTCP_XR_VOIP_LEN        36
#define RTCP_XR_LEN             8 // the packet around the blocks

// What a Loss RLE block says, run by run: rtcp_xr_loss_next.
struct rtcp_xr_loss {
    uint32_t ssrc;      // of the source that is reported on
    uint16_t begin_seq; // the first sequence number
    uint16_t end_seq;   // the one after the last
    uint8_t thinning;   // T, 0..15: only multiples of 2^T are reported on
    struct reader chunks;
    uint16_t vector; // what is left of a bit vector, the next one on the left
    uint8_t vector_len;
    uint16_t seq;  // the next one
    uint32_t left; // sequence numbers that may still be reported on
};

// `count` packets in a row that all came or were all lost: seq, seq + step, ... modulo 2^16.
struct rtcp_xr_run {
    uint16_t seq;
    uint16_t count; // 1 or more
    uint16_t step;  // 2^T: 1 without thinning
    bool came;
};

struct rtcp_xr_dlrr { // one sub-block of a DLRR block
    uint32_t ssrc;    // of the receiver that is answered
    uint32_t lrr;     // middle 32 bits of its last reference time; 0: none yet
    uint32_t dlrr;    // 1/65536 s since it came; 0: none yet
};

struct rtcp_xr_dlrrs { // a DLRR block, sub-block by sub-block: rtcp_xr_dlrr_next
    struct reader left;
};

enum rtcp_xr_plc { // packet loss concealment
    RTCP_XR_PLC_UNSPECIFIED,
    RTCP_XR_PLC_DISABLED, // silence
    RTCP_XR_PLC_ENHANCED, // interpolation, good for many losses
    RTCP_XR_PLC_STANDARD, // simple replay or interpolation
};

enum rtcp_xr_jba { // jitter buffer
    RTCP_XR_JBA_UNKNOWN,
    RTCP_XR_JBA_RESERVED,
    RTCP_XR_JBA_FIXED,
    RTCP_XR_JBA_ADAPTIVE,
};

// "Or unavailable": RTCP_XR_UNAVAILABLE when it is not known. See burst.h for the first six.
struct rtcp_xr_voip {
    uint32_t ssrc;          // of the source that is reported on
    uint8_t loss_rate;      // of 256: lost in the network, since the beginning
    uint8_t discard_rate;   // of 256: came too late or too early, since the beginning
    uint8_t burst_density;  // of 256: lost or discarded within bursts
    uint8_t gap_density;    // of 256: lost or discarded within gaps
    uint16_t burst_ms;      // mean duration of the bursts
    uint16_t gap_ms;        // mean duration of the gaps
    uint16_t round_trip_ms; // latest, between the RTP interfaces; 0: not known
    uint16_t end_system_ms; // latest, of this end: jitter buffer, coding, playing; 0: not known
    int8_t signal_dbm0;     // level of the voice while there is voice, or unavailable
    int8_t noise_dbm0;      // level of the pauses, or unavailable
    uint8_t rerl_db;        // residual echo return loss, or unavailable
    uint8_t gmin;           // packets in a row that end a burst
    uint8_t r_factor;       // 0..100, or unavailable
    uint8_t external_r;     // the same of the network beyond, or unavailable
    uint8_t mos_lq;         // tenths, 10..50: listening, or unavailable
    uint8_t mos_cq;         // tenths, 10..50: conversation, with the delay; or unavailable
    enum rtcp_xr_plc plc;
    enum rtcp_xr_jba jba;
    uint8_t jb_rate;         // 0..15, how fast it adapts: 2 jb_rate times the ms of a packet
    uint16_t jb_nominal_ms;  // delay of a packet that comes exactly in time
    uint16_t jb_maximum_ms;  // delay of the earliest packet that is not discarded, now
    uint16_t jb_absolute_ms; // the most that jb_maximum_ms can become; 65535: that or more
};

// One block; only the part of its type is filled.
struct rtcp_xr_block {
    enum rtcp_xr_type type;
    struct rtcp_xr_loss loss;
    uint64_t ntp; // RTCP_XR_REFERENCE: as in struct rtcp_sender; 0: the sender has no clock
    struct rtcp_xr_dlrrs dlrrs;
    struct rtcp_xr_voip voip;
};

enum rtcp_xr_status {
    RTCP_XR_OK,
    RTCP_XR_END,    // there is no further block of a known type
    RTCP_XR_SHORT,  // a block reaches past the end of the packet
    RTCP_XR_LENGTH, // a block has another length than its type asks for
};

const char *rtcp_xr_strstatus(enum rtcp_xr_status status);

struct rtcp_xr_walk {
    struct reader left;
};

// The blocks of a parsed packet; one that is no XR has none. Points into the packet's buffer.
struct rtcp_xr_walk rtcp_xr_walk(const struct rtcp_packet *packet);

// The next block of a known type; `block` is filled only when RTCP_XR_OK is returned. After
// anything else the walk is over; the blocks before a fault were good.
enum rtcp_xr_status rtcp_xr_next(struct rtcp_xr_walk *walk, struct rtcp_xr_block *block);

// The next run of packets; neighbours may be alike. False: there are no more. What the chunks say
// beyond end_seq is not handed out; what they do not reach is not known. The work is bounded by the
// octets of the block, not by what it claims.
bool rtcp_xr_loss_next(struct rtcp_xr_loss *loss, struct rtcp_xr_run *run);

// The next sub-block; false: there are no more.
bool rtcp_xr_dlrr_next(struct rtcp_xr_dlrrs *dlrrs, struct rtcp_xr_dlrr *dlrr);

// Writing one packet into a compound:
//
//     uint8_t *xr = rtcp_xr_begin(&w, ssrc);
//     rtcp_xr_write_reference(&w, ntp);      // as many blocks as wanted
//     rtcp_xr_end(&w, xr);
//
// Each block is appended whole or not at all; what does not fit sets the writer's sticky error, and
// rtcp_xr_end then takes the whole packet back.
uint8_t *rtcp_xr_begin(struct writer *w, uint32_t ssrc);
void rtcp_xr_end(struct writer *w, uint8_t *begun);

// Which of the `count` packets (at most RTCP_XR_LOSS_MAX) of source `media_ssrc` from `begin_seq`
// on came, without thinning. `count` 0: nothing is written, as for DLRR.
void rtcp_xr_write_loss(struct writer *w, uint32_t media_ssrc, uint16_t begin_seq, const bool *came,
                        size_t count);
void rtcp_xr_write_reference(struct writer *w, uint64_t ntp);
void rtcp_xr_write_dlrr(struct writer *w, const struct rtcp_xr_dlrr *dlrrs, size_t count);
void rtcp_xr_write_voip(struct writer *w, const struct rtcp_xr_voip *voip);

#endif
