// Compound RTCP packets (RFC 3550 section 6): iterate and write. A compound is walked packet by
// packet; results of a walk are pointers into the caller's buffer.
#ifndef MEDIA_RTCP_H
#define MEDIA_RTCP_H

#include "media/bytes.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rtcp_type {
    RTCP_SR = 200,
    RTCP_RR = 201,
    RTCP_SDES = 202,
    RTCP_BYE = 203,
    RTCP_APP = 204,
    RTCP_RTPFB = 205, // RFC 4585
    RTCP_PSFB = 206,
    RTCP_XR = 207, // RFC 3611
};

#define RTCP_REPORTS_MAX 31 // report blocks in one SR or RR
#define RTCP_CNAME_MAX   255
#define RTCP_LOST_MAX    0x7fffff // cumulative_lost, clamped and not wrapped (appendix A.3)
#define RTCP_LOST_MIN    (-0x800000)

struct rtcp_report {         // a reception report block, RFC 3550 section 6.4.1
    uint32_t ssrc;           // of the source that is reported on
    uint8_t fraction_lost;   // of 256, since the last report
    int32_t cumulative_lost; // signed, 24 bits on the wire; written clamped
    uint32_t highest_seq;    // extended
    uint32_t jitter;         // units of the RTP clock
    uint32_t lsr;            // middle 32 bits of the last SR's NTP time; 0: none yet
    uint32_t dlsr;           // 1/65536 s since it came; 0: none yet
};

struct rtcp_sender {  // the sender's part of an SR
    uint64_t ntp;     // 32.32 fixed point seconds since 1900
    uint32_t rtp;     // the same instant on the media clock
    uint32_t packets; // sent so far, wraps
    uint32_t octets;  // of payload, wraps
};

// One packet of a compound.
struct rtcp_packet {
    uint8_t type;              // enum rtcp_type, or another one: skip it
    uint8_t count;             // RC, SC or FMT
    uint32_t ssrc;             // of its sender; in SDES and BYE the first one; 0 if there is none
    struct rtcp_sender sender; // SR only
    struct rtcp_report reports[RTCP_REPORTS_MAX]; // SR and RR
    size_t reports_len;
    const char *cname; // SDES: first CNAME item, cname_len octets, not terminated; NULL: none
    size_t cname_len;
    const uint8_t *body; // what follows the four octets of the common header, padding taken off
    size_t body_len;
};

enum rtcp_status {
    RTCP_OK,
    RTCP_END,     // the compound has no further packet
    RTCP_SHORT,   // a length reaches past the end, or a packet is too short for what it claims
    RTCP_VERSION, // not version 2
    RTCP_PADDING, // a bad padding count, or padding on a packet that is not the last
    RTCP_FIRST,   // the first packet is neither SR nor RR (RFC 3550 section 6.1); see `reduced`
};

const char *rtcp_strstatus(enum rtcp_status status);

struct rtcp_walk {
    struct reader left;
    bool first;
    bool reduced; // set it after rtcp_walk to let a compound begin with any packet (RFC 5506)
};

struct rtcp_walk rtcp_walk(const void *data, size_t len);

// The next packet of the compound; `packet` is filled only when RTCP_OK is returned. After anything
// else than RTCP_OK the walk is over. The lengths, versions and padding of the whole compound are
// checked before its first packet is returned (appendix A.2).
enum rtcp_status rtcp_next(struct rtcp_walk *walk, struct rtcp_packet *packet);

// A time as an NTP timestamp has it (section 4), in units of 2^-32 s; not negative.
uint64_t rtcp_ntp(usec t);

// Does BYE packet `packet` name `ssrc` (RFC 3550 section 6.6)?
bool rtcp_bye_names(const struct rtcp_packet *packet, uint32_t ssrc);

// Writers append one packet each, whole or not at all: what does not fit sets the writer's sticky
// error. A compound is an SR or RR, then SDES, then the rest. At most RTCP_REPORTS_MAX reports.
void rtcp_write_sr(struct writer *w, uint32_t ssrc, const struct rtcp_sender *sender,
                   const struct rtcp_report *reports, size_t reports_len);
void rtcp_write_rr(struct writer *w, uint32_t ssrc, const struct rtcp_report *reports,
                   size_t reports_len);
// One chunk with a CNAME of at most RTCP_CNAME_MAX octets (longer ones are cut), padded to 32 bits
// with at least one zero octet.
void rtcp_write_sdes(struct writer *w, uint32_t ssrc, const char *cname);
// `reason` may be NULL.
void rtcp_write_bye(struct writer *w, uint32_t ssrc, const char *reason);

// For writers of other types: the common header of a packet with `body_len` octets after it, a
// multiple of 4. If they do not all fit, none is written.
void rtcp_write_header(struct writer *w, enum rtcp_type type, size_t count, size_t body_len);

#endif
