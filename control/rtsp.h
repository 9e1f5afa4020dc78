// RTSP 1.0 messages (RFC 2326): one request or response out of the octets of a TCP stream, and into
// them.
//
// The parser keeps nothing between calls. It looks at no more than RTSP_HEAD_MAX octets a call,
// however long the body is, so a peer that sends one octet at a time costs a bounded few
// microseconds for each. All results are slices of the input, which stays the caller's and must
// outlive the message.
#ifndef CONTROL_RTSP_H
#define CONTROL_RTSP_H

#include "control/head.h"
#include "control/slice.h"
#include "control/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTSP_LINE_MAX    HEAD_LINE_MAX
#define RTSP_HEAD_MAX    HEAD_MAX
#define RTSP_HEADERS_MAX HEAD_HEADERS_MAX
#define RTSP_BODY_MAX    65536 // octets
#define RTSP_MESSAGE_MAX (RTSP_HEAD_MAX + RTSP_BODY_MAX)

#define RTSP_FRAME_HEAD 4 // octets of an interleaved frame before its payload: $, channel, length
#define RTSP_FRAME_MAX  65535 // octets of payload

// With what a server answers. After every fault but RTSP_BAD_VERSION the place in the stream is
// lost.
enum rtsp_status {
    RTSP_OK = HEAD_OK,                   // a whole message
    RTSP_PARTIAL = HEAD_PARTIAL,         // nothing wrong so far, but more octets are needed
    RTSP_BAD_START = HEAD_BAD_START,     // 400: not a request line and not a status line
    RTSP_BAD_VERSION = HEAD_BAD_VERSION, // 505: a whole message, but not RTSP/1.x
    RTSP_BAD_HEADER = HEAD_BAD_HEADER,   // 400: a header without colon or name, or with a NUL
    RTSP_BAD_LENGTH = HEAD_BAD_LENGTH,   // 400: Content-Length is no number, or given twice unlike
    RTSP_LONG_LINE = HEAD_LONG_LINE,     // 400: more than RTSP_LINE_MAX
    RTSP_LONG_HEAD = HEAD_LONG_HEAD,     // 400: more than RTSP_HEAD_MAX
    RTSP_MANY_HEADERS = HEAD_MANY_HEADERS, // 400: more than RTSP_HEADERS_MAX
    RTSP_LONG_BODY = HEAD_LONG_BODY,       // 413: Content-Length is more than RTSP_BODY_MAX
};

// Methods, RFC 2326 10. Names are compared with their case.
enum rtsp_method {
    RTSP_UNKNOWN, // a well-formed request with a method that is not below -> 501
    RTSP_OPTIONS,
    RTSP_DESCRIBE,
    RTSP_ANNOUNCE,
    RTSP_SETUP,
    RTSP_PLAY,
    RTSP_PAUSE,
    RTSP_RECORD,
    RTSP_TEARDOWN,
    RTSP_GET_PARAMETER,
    RTSP_SET_PARAMETER,
    RTSP_REDIRECT,
    RTSP_METHODS, // how many there are
};

struct rtsp_message {
    bool response;
    unsigned major; // of the version
    unsigned minor;
    // of a request
    enum rtsp_method method;
    struct slice method_name;
    struct slice url; // never empty; "*" is one
    // of a response
    unsigned code;       // 100..599
    struct slice reason; // may be empty
    // of both
    struct head head; // the headers
    struct slice body;
};

// Parses the message that `data` begins with (RFC 2326 4, 6, 7). Blank lines before it, bare LFs,
// folded headers and white space around the colon are tolerated. `*used` octets can be dropped in
// any case:
//   RTSP_OK, RTSP_BAD_VERSION: the whole message, with the blank lines before it
//   RTSP_PARTIAL:              the blank lines before it; call again with the rest and more
//   any other fault:           0. Close, or drop what rtsp_resync says. `message` holds what was
//                              read before the fault, so that a CSeq may be there to echo.
// A fault that can be seen is given at once, without waiting for the message to be whole. `data`
// may be NULL when `len` is 0. An interleaved frame ('$') is RTSP_BAD_START: try rtsp_frame_parse
// first.
enum rtsp_status rtsp_parse(struct rtsp_message *message, const void *data, size_t len,
                            size_t *used);

// How many octets to drop to get to the next place where a frame or a message may begin: a '$'
// whose channel is below 32, a method of ours with a space behind it, "RTSP/", or a tail that may
// become one of these. At least 1 when `len` is not 0, so that it gets on. What is found there may
// still be payload: parse and see.
size_t rtsp_resync(const void *data, size_t len);

// In English, for logs.
const char *rtsp_strstatus(enum rtsp_status status);

// The first header of that name, of any case, RFC 2326 12; slice.at is NULL when there is none.
struct slice rtsp_header(const struct rtsp_message *message, const char *name);

// All of them one by one: start with *index 0. False when there is none further.
bool rtsp_header_next(const struct rtsp_message *message, const char *name, size_t *index,
                      struct slice *value);

// The CSeq of a message (RFC 2326 12.17). False when there is none or it is no 32-bit number.
bool rtsp_cseq(const struct rtsp_message *message, uint32_t *cseq);

// The name as it goes into a request; "" of RTSP_UNKNOWN.
const char *rtsp_method_name(enum rtsp_method method);
enum rtsp_method rtsp_method_of(struct slice name);

// "Session Not Found" of 454 (RFC 2326 7.1.1); "Unknown" of a code that has no phrase.
const char *rtsp_phrase(unsigned code);

// Interleaved binary data, RFC 2326 10.12.
struct rtsp_frame {
    uint8_t channel;
    const uint8_t *payload;
    size_t len; // octets of the payload
};

// The frame that `data` begins with. RTSP_OK: `*used` octets with its head. RTSP_PARTIAL:
// `frame->channel` is right once 2 octets are there and `frame->len` once 4 are (0 before), so that
// a frame that is not wanted can be skipped without being gathered; `*used` is 0. RTSP_BAD_START:
// does not begin with '$'.
enum rtsp_status rtsp_frame_parse(struct rtsp_frame *frame, const void *data, size_t len,
                                  size_t *used);

// The RTSP_FRAME_HEAD octets before a payload of `len` octets.
void rtsp_frame_head(uint8_t *head, uint8_t channel, uint16_t len);

// The Session header, RFC 2326 12.37.
struct rtsp_session {
    struct slice id;  // not empty
    uint32_t timeout; // seconds; 60 when not said or not a number above 0
};

#define RTSP_SESSION_TIMEOUT 60 // seconds, when the header does not say

// With or without spaces and quotes; unknown parameters are ignored. False when there is no id.
bool rtsp_session_parse(struct rtsp_session *session, struct slice value);

// "ID;timeout=60", without the space that FFmpeg does not expect.
void rtsp_session_write(struct text *t, const struct rtsp_session *session);

// A message is written line by line; whether all of it fitted is asked of the text at the end:
//   rtsp_write_request(&t, RTSP_SETUP, url, cseq); rtsp_write_header(&t, "Transport", v);
//   rtsp_write_end(&t);
// rtsp_write_request and rtsp_write_response write the start line and the CSeq. A CR, LF or NUL in
// anything that is passed becomes a space: what came from a peer cannot start a line of its own.
void rtsp_write_request(struct text *t, enum rtsp_method method, struct slice url, uint32_t cseq);
// `cseq` is echoed as it came; no CSeq is written when its `at` is NULL.
void rtsp_write_response(struct text *t, unsigned code, struct slice cseq);
void rtsp_write_header(struct text *t, const char *name, struct slice value);
void rtsp_write_header_unsigned(struct text *t, const char *name, uint64_t value);
// The empty line of a message without a body.
void rtsp_write_end(struct text *t);
// Content-Type, Content-Length, the empty line and the body.
void rtsp_write_body(struct text *t, const char *type, struct slice body);

#endif
