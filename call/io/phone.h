// A telephone: signalling (SIP over TCP) and the media of the call that it has, one at a time.
#ifndef CALL_IO_PHONE_H
#define CALL_IO_PHONE_H

#include "call/io/line.h"
#include "control/offer.h"
#include "media/io/address.h"

#include <stdbool.h>

struct phone_config {
    struct line_config line;
    struct offer_ours offer; // what we can; address, port and direction are filled in
    union address local;     // where calls come to
    const char *user;        // of our own address
    const char *account;     // sip:user@server, to register with; NULL: none
    const char *password;    // of it; NULL: none
    bool answer;             // at once
    usec ring;               // how long it may ring here; 0: as sip_agent.h has it
    uint64_t seed;
    void (*say)(void *ctx, bool detail, const char *text);
    void (*up)(void *ctx); // the call has begun
    // The call is over; `why` is a sentence, NULL where all is well.
    void (*over)(void *ctx, const char *why);
    void *ctx;
};

struct phone;

// NULL: `why` says why; errno is kept.
struct phone *phone_open(const struct phone_config *config, char *why, size_t cap);
void phone_close(struct phone *p); // NULL is fine

uint16_t phone_port(const struct phone *p);
// Calls a SIP URI. False: there is a call already, or it is too long.
bool phone_call(struct phone *p, const char *uri);
void phone_answer(struct phone *p); // what rings
void phone_hangup(struct phone *p); // in whatever state; `over` follows if there was a call
bool phone_in_call(const struct phone *p);
void phone_hold(struct phone *p);               // the call, or takes it back
struct line *phone_line(const struct phone *p); // of the call that is up; NULL: none is
const char *phone_peer(const struct phone *p);  // who it is with

#endif
