// SIP messages (RFC 3261): one request or response out of the octets of a TCP stream, and into them.
// As with RTSP (rtsp.h): the parser keeps nothing between calls, looks at no more than HEAD_MAX
// octets of a head, and all results are slices of the input, which must outlive the message.
#ifndef CONTROL_SIP_H
#define CONTROL_SIP_H

#include "control/head.h"
#include "control/slice.h"
#include "control/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIP_BODY_MAX    8192 // octets; a longer one is answered with 413
#define SIP_MESSAGE_MAX (HEAD_MAX + SIP_BODY_MAX)
#define SIP_PORT        5060 // of TCP, where none is said

// Methods, RFC 3261 and those that peers try on us. Names are compared with their case.
enum sip_method {
    SIP_UNKNOWN, // a well-formed request with a method that is not below -> 501
    SIP_INVITE,
    SIP_ACK,
    SIP_BYE,
    SIP_CANCEL,
    SIP_OPTIONS,
    SIP_REGISTER,
    SIP_INFO,
    SIP_UPDATE,
    SIP_NOTIFY,
    SIP_MESSAGE,
    SIP_SUBSCRIBE,
    SIP_REFER,
    SIP_PRACK,
    SIP_PUBLISH,
    SIP_METHODS, // how many there are
};

struct sip_message {
    bool response;
    unsigned major, minor;  // of the version
    enum sip_method method; // of a request; of a response the one that its CSeq names
    struct slice method_name;
    struct slice uri;    // of a request: never empty
    unsigned code;       // of a response: 100..699
    struct slice reason; // may be empty
    uint32_t cseq;       // its number; below 2^31
    struct head head;
    struct slice body;
};

// Parses the message that `data` begins with (RFC 3261 7). `*used` octets can be dropped:
//   HEAD_OK, HEAD_BAD_VERSION:  the whole message, with blank lines before it (keep-alives of RFC
//                               5626 are such)
//   HEAD_PARTIAL:               the blank lines before it
//   any other fault:            0. The place in the stream is lost: close. `message` holds what was
//                               read before the fault.
enum head_status sip_parse(struct sip_message *message, const void *data, size_t len, size_t *used);

// What every request and response has to have (RFC 3261 8.1.1): a CSeq with the method of the start
// line, From, To, Call-ID, Via, each once where it may be there only once. NULL: all is well; else
// the reason phrase for a 400.
const char *sip_fault(const struct sip_message *message);

// The first header of that name; compact forms (RFC 3261 7.3.3) are known. at is NULL: there is none.
struct slice sip_header(const struct sip_message *message, const char *name);
bool sip_header_next(const struct sip_message *message, const char *name, size_t *index,
                     struct slice *value);

// The next item of a list of addresses or Vias: separated by commas that stand neither between
// double quotes nor between angle brackets. False when there is no further item.
bool sip_next(struct slice *rest, struct slice *item);
// Is `word` among the comma-separated words of all headers of that name?
bool sip_lists(const struct sip_message *message, const char *name, const char *word);

// A parameter behind a value: ";tag=1;lr": its value, empty for a name alone; at is NULL when it is
// not there. Quotes are taken off.
struct slice sip_parameter(struct slice parameters, const char *name);

// sip:[user[:password]@]host[:port][;parameters][?headers], RFC 3261 19.1
struct sip_uri {
    bool secure;       // sips:
    struct slice user; // as it is spelled; at is NULL when there is none
    struct slice host; // without brackets
    bool ipv6;         // it stood in brackets
    uint16_t port;     // 0: not said
    struct slice parameters;
};

// False: not a sip or sips URI, or malformed.
bool sip_uri_parse(struct sip_uri *uri, struct slice text);

// "Name" <sip:...>;tag=1 or sip:...;tag=1, RFC 3261 20.10 and 25.1
struct sip_address {
    struct slice name; // what to call them, without quotes; may be empty
    struct slice uri;
    struct slice parameters; // of the header, not of the URI
};

bool sip_address_parse(struct sip_address *address, struct slice value);

// The topmost Via (RFC 3261 20.42).
struct sip_via {
    struct slice transport; // "TCP"
    struct slice sent_by;   // host[:port]
    struct slice branch;    // may be empty
};

bool sip_via_parse(struct sip_via *via, const struct sip_message *message);

const char *sip_method_name(enum sip_method method);
const char *sip_phrase(unsigned code); // "Busy Here" of 486; "Unknown"

// A message is written line by line, as in rtsp.h; a CR, LF or NUL in anything passed becomes a
// space. sip_write_request and sip_write_response write the start line only.
void sip_write_request(struct text *t, enum sip_method method, struct slice uri);
void sip_write_response(struct text *t, unsigned code, const char *phrase); // NULL: its own
void sip_write_header(struct text *t, const char *name, struct slice value);
void sip_write_unsigned(struct text *t, const char *name, uint64_t value);
// All headers of that name as they came, in their order (Via, Record-Route).
void sip_write_copies(struct text *t, const struct sip_message *from, const char *name);
// Content-Length, the empty line, and the body with its type, if there is one.
void sip_write_end(struct text *t, const char *type, struct slice body);

#endif
