// A lossy link on the real kernel: two network namespaces, and between them the network model of the
// lab (media/impair.h). What crosses is IP, so the kernel's own TCP and UDP meet the losses. Nothing
// of the host's network is touched, and when whoever made the link ends, by whatever signal, all of
// it is gone: namespaces, interfaces, and every process that was started on either side.
//
//     side a, 10.77.0.1  ---- forward ---->  side b, 10.77.0.2
//                        <----- back ------
#ifndef LAB_IO_LINK_LINK_H
#define LAB_IO_LINK_LINK_H

#include "media/impair.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_A       0x0a4d0001u // 10.77.0.1
#define LINK_B       0x0a4d0002u // 10.77.0.2
#define LINK_WHY_MAX 512

enum link_side { LINK_SIDE_A, LINK_SIDE_B, LINK_SIDES };
enum link_way { LINK_FORWARD, LINK_BACK, LINK_WAYS };

struct link_config {
    struct impair_spec way[LINK_WAYS]; // traces outlive the link
    uint64_t seed;                     // where the specs name none
    const char *device;                // "tun" or "veth"; NULL: the first that works
    const char *congestion;            // how TCP answers loss in there: "cubic"
    // What runs on each side, in a process of its own: its result is the exit status. NULL: nothing.
    int (*run[LINK_SIDES])(void *ctx);
    // Side b begins when side a listens, or a little later all the same.
    bool a_first;
    bool together; // both on side b: nothing has to cross
    // What leaves the path for its other side, and the end of it all; from the process that
    // forwards. Either may be NULL.
    void (*crossed)(void *ctx, usec when, enum link_way way, const void *packet, size_t len);
    bool (*closed)(void *ctx, char *why); // false: it failed, as `why` (LINK_WHY_MAX) says
    void *ctx;
};

struct link_outcome {
    char why[LINK_WHY_MAX]; // it could not be made, as this says; "": it could
    char device[8];         // "tun", "veth"
    int status[LINK_SIDES]; // exit status, or 128 and the signal
    bool told[LINK_SIDES];  // it was told to end, since the other side had
    struct impair_stats way[LINK_WAYS];
    uint64_t
        dropped; // packets that this machine was too slow for: by the kernel, on their way to us
                 // or from us
    bool interrupted; // by a signal to us
};

struct link;

// Begins. NULL: `why` says why not, and what can be done about it.
struct link *link_start(const struct link_config *config, char *why, size_t cap);
// Until all of them are over. On SIGTERM or SIGHUP their sides are told to end; a second one, or a
// second Ctrl-C, ends them at once. (The first Ctrl-C reaches those who run in the terminal anyway.)
void link_wait(struct link *const *links, size_t count);
const struct link_outcome *link_outcome(const struct link *link);
void link_free(struct link *link); // NULL is fine

#endif
