// rtsp URLs (RFC 2326 3.2, RFC 3986): taken apart, made from what a user types, joined with the
// a=control of a description, and compared the way peers in the field make that necessary. Slices
// point into the text that was parsed. Nothing is percent-decoded: an RTSP path is compared as it
// is spelled.
#ifndef CONTROL_URL_H
#define CONTROL_URL_H

#include "control/slice.h"
#include "control/text.h"

#include <stdbool.h>
#include <stdint.h>

#define URL_MAX       1024 // octets of a URL, without NUL
#define URL_PORT_RTSP 554  // of a URL without a port
#define URL_PORT_VOZ  4477 // of an address without a port on a command line

enum url_status {
    URL_OK,
    URL_BAD_SCHEME,    // not rtsp://
    URL_BAD_HOST,      // none, or brackets that do not enclose an IPv6 address
    URL_BAD_PORT,      // not a number from 1 to 65535
    URL_BAD_CHARACTER, // white space, a control character, a quote or an angle bracket
    URL_LONG,          // more than URL_MAX octets
};

struct url {
    struct slice user;     // at is NULL when there is none
    struct slice password; // at is NULL when there is none
    struct slice host;     // without brackets
    bool ipv6;             // the host stood in brackets
    uint16_t port;         // URL_PORT_RTSP when not said
    struct slice path;     // with its leading slash; empty when there is none
    struct slice query;    // without its question mark; at is NULL when there is none
};

// rtsp://[user[:password]@]HOST[:PORT][/PATH][?QUERY], the scheme in any case. A fragment belongs
// to the path or query.
enum url_status url_parse(struct url *url, struct slice text);

// What a user types for a sender's address, as a URL: a whole rtsp URL stays as it is; HOST,
// HOST:PORT, [V6], [V6]:PORT, a bare V6 and each of them with a /PATH (except the bare V6) become
// rtsp://HOST:PORT/PATH with URL_PORT_VOZ when no port is said and / when no path is. An address
// with a colon more than once and without brackets is an IPv6 address. Nothing is written unless
// URL_OK; the text fails when it does not fit.
enum url_status url_from_argument(struct text *t, struct slice argument);

const char *url_strstatus(enum url_status status);

// Writes the URL without user and password: what goes into a request line. Always with port unless
// it is URL_PORT_RTSP, and with "/" for an empty path.
void url_write(struct text *t, const struct url *url);

// Joins the base of a description (Content-Base, else Content-Location, else the request's URL) and
// an a=control the way FFmpeg, GStreamer and gortsplib do: none, empty or "*" is the base itself;
// an absolute URL is itself; anything else goes behind the base with one slash between them, also
// behind a query.
void url_join(struct text *t, struct slice base, struct slice control);

// What a request's URL asks for below the path of a presentation: true when it is that path, then
// `control` is empty, or something below it, then `control` is that, say "trackID=0", without
// slashes at its ends. Whatever host stands before it (a server behind a NAT does not know its
// name), and whether or not either has a slash at its end; "" and "/" are the same. The last part of
// a query with slashes counts as well, for that is where FFmpeg puts a control; so for a query that
// has slashes of its own, compare with what you know. `path` as in struct url.
bool url_control(const struct url *url, struct slice path, struct slice *control);

#endif
