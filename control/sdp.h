// Session descriptions: SDP (RFC 8866) as far as RTSP with Opus needs it (RFC 2326 appendix C, RFC
// 7587). The parser is tolerant and total: what it does not know it leaves out. Slices point into
// the text that was parsed, save the encoding names of static payload types, which are constants.
// The same struct is what the writer takes: zero is the plain case of every field.
#ifndef CONTROL_SDP_H
#define CONTROL_SDP_H

#include "control/slice.h"
#include "control/text.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SDP_MEDIA_MAX   8     // m= sections; further ones are counted and left out
#define SDP_FORMATS_MAX 16    // payload types of one; likewise
#define SDP_TEXT_MAX    65536 // octets

enum sdp_status {
    SDP_OK,      // also without any media
    SDP_NOT_SDP, // the first line that is not blank is not v=0, or there is a NUL
    SDP_LONG,    // more than SDP_TEXT_MAX octets
};

enum sdp_kind {
    SDP_AUDIO,
    SDP_VIDEO,
    SDP_OTHER,
};

enum sdp_direction {
    SDP_SENDRECV, // also when not said
    SDP_SENDONLY,
    SDP_RECVONLY,
    SDP_INACTIVE,
};

// The parameters of Opus, RFC 7587 6.1 and 7. They say what their author would like to receive,
// except the sprop- ones, which say what he sends. 0 of a number: not said.
struct sdp_opus {
    bool has_stereo;
    bool stereo; // prefers to be sent stereo
    bool has_sprop_stereo;
    bool sprop_stereo;             // may send stereo
    bool useinbandfec;             // can use in-band FEC
    bool usedtx;                   // prefers DTX
    bool cbr;                      // wants a constant bit rate
    uint32_t maxaveragebitrate;    // bit/s, 6000..510000
    uint32_t maxplaybackrate;      // Hz, 8000..48000
    uint32_t sprop_maxcapturerate; // Hz; read, never written: GStreamer decodes at it
    uint32_t minptime;             // ms, 3..120
};

struct sdp_format {
    uint8_t pt;            // payload type, 0..127
    struct slice encoding; // name as it came, or of the static type; at is NULL when not mapped
    uint32_t clock;        // Hz
    unsigned channels;     // 1 when not said; of Opus 2 always
    struct slice fmtp;     // all parameters, as they came; at is NULL when there are none
    bool nack;             // a=rtcp-fb: generic NACK, RFC 4585 4.2
    bool pli;              // likewise: picture loss indications, 6.3.1
    bool fir;              // likewise: full intra requests, RFC 5104 4.3.1
    struct sdp_opus opus;  // when encoding is opus
};

// The blocks of extended reports that the author would like to be sent, a=rtcp-xr of RFC 3611 5.1.
struct sdp_xr {
    bool loss_rle;     // pkt-loss-rle: which packets came; a limit of its size is not kept
    bool voip_metrics; // voip-metrics
    bool rcvr_rtt; // rcvr-rtt: receivers may measure the round trip (RRTR; DLRR answers). Written
                   // as rcvr-rtt=sender: who sends media answers
};

struct sdp_media {
    enum sdp_kind kind;
    struct slice kind_name; // "audio", "application", ...; written for SDP_OTHER only
    uint16_t port;
    struct slice proto; // "RTP/AVP"; empty is written as RTP/AVP or RTP/AVPF
    bool avpf;          // the profile has feedback, RFC 4585
    bool secure;        // the profile is encrypted, RFC 3711
    struct sdp_format
        formats[SDP_FORMATS_MAX]; // in the order of the m= line: the first is preferred
    size_t format_count;
    size_t formats_dropped;
    usec ptime;    // 0: not said
    usec maxptime; // 0: not said
    enum sdp_direction direction;
    bool rtcp_mux;           // a=rtcp-mux, RFC 5761
    struct sdp_xr rtcp_xr;   // the session's when the media has none
    uint32_t rtcp_senders;   // bit/s of RTCP for who sends media, and for who only receives it:
    uint32_t rtcp_receivers; // b=RS and b=RR of RFC 3556; 0: not said. Written, never read
    struct slice control;    // a=control; empty when not said
    struct slice connection; // address of c=, without a TTL; the session's when the media has none
};

struct sdp {
    uint64_t id;                  // of o=: number of this session
    uint64_t version;             // of o=: grows with every change
    struct slice address;         // of o=: who made it; written as 127.0.0.1 when empty
    struct slice name;            // s=; written as - when empty
    struct slice tool;            // a=tool
    struct slice control;         // a=control of the session
    struct slice range;           // a=range, for range_parse
    struct slice connection;      // address of the session's c=, without a TTL
    enum sdp_direction direction; // read only: every media has its own after a parse
    struct sdp_xr rtcp_xr;        // likewise
    struct sdp_media media[SDP_MEDIA_MAX];
    size_t media_count;
    size_t media_dropped;
};

// Parses `text`, with CRLF or LF line ends. Lines that are not understood are ignored, an fmtp may
// stand before its rtpmap, an Opus without /2 is one; of two equal attributes the first counts. A
// second m= line is not confused by a broken one: that is kept, without formats.
enum sdp_status sdp_parse(struct sdp *sdp, struct slice text);

const char *sdp_strstatus(enum sdp_status status);

// The first format of Opus that can be used (48 kHz, any case of the name), or NULL: its pt and
// opus are what a stream needs.
const struct sdp_format *sdp_find_opus(const struct sdp_media *media);

// The first format of VP8 (RFC 7741), or NULL.
const struct sdp_format *sdp_find_vp8(const struct sdp_media *media);

// The first RED format (RFC 2198, 48 kHz) whose blocks are all of payload type `opus`: its fmtp says
// 96/96, or there is none, as old browsers have it. NULL: there is none.
const struct sdp_format *sdp_find_red(const struct sdp_media *media, uint8_t opus);

// The first retransmission format (RFC 4588 8.6) that repeats packets of payload type `pt`, or NULL.
const struct sdp_format *sdp_find_rtx(const struct sdp_media *media, uint8_t pt);

// For how long its sender keeps a packet to repeat it; 0: not said.
usec sdp_rtx_time(const struct sdp_format *rtx);

// The same two for a description that is written, to stand behind Opus: FFmpeg takes the first
// format only. `fmtp` is the caller's room for the parameters, which the format then points into.
#define SDP_FMTP_MAX 40
struct sdp_format sdp_red(uint8_t pt, uint8_t opus, char fmtp[SDP_FMTP_MAX]);
// clock: of what is repaired, Hz.
struct sdp_format sdp_rtx(uint8_t pt, uint8_t of, uint32_t clock, usec rtx_time,
                          char fmtp[SDP_FMTP_MAX]);

// A parameter of an fmtp line ("stereo" of "stereo=1; usedtx=1"): its value, empty for a name
// alone; at is NULL when it is not there. Names in any case, RFC 8866 6.15.
struct slice sdp_parameter(struct slice fmtp, const char *name);

// Writes the description into `buffer` with CRLF line ends and returns its octets, without the NUL
// behind it; 0 when it does not fit into `cap`. What peers need is always so: s= is not empty, t=0
// 0, a c= that is never multicast (0.0.0.0 instead: VLC joins groups), opus/48000/2, stereo and
// sprop-stereo explicit, no sprop-maxcapturerate. Of an Opus format the parameters come from
// `opus`, of any other from `fmtp`. Line ends inside a slice become spaces.
size_t sdp_write(const struct sdp *sdp, char *buffer, size_t cap);

#endif
