// One speech through one kind of socket: see trip.h.
#include "lab/io/sockets/trip.h"

#include "lab/io/pcap_raw.h"
#include "lab/wire.h"
#include "media/io/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define QUIET      (2 * USEC_SECOND)  // after the last word, without anything: no more comes
#define PATIENCE   (30 * USEC_SECOND) // for all to come, and for a call to be answered
#define READ_MAX   65536
#define LOOK_EVERY 50 // ms

struct message {
    usec at;
    size_t offset, len; // in `data`
};

// What the processes share.
struct shared {
    struct trip_notes notes;
    usec last_said; // USEC_NEVER: not yet
    size_t data_len;
};

struct trip {
    struct trip_config config;
    struct shared *shared;
    struct message *messages; // behind it, in the same memory
    uint8_t *data;            // likewise
    size_t messages_max, data_max, mapped;
    int ready[2]; // a pipe: the one who hears can be called
    struct link *link;
    struct pcap_raw *pcap;
    usec wall_clock;
};

static int fail(struct trip *t, const char *what)
{
    snprintf(t->shared->notes.why, LINK_WHY_MAX, "%s: %s", what, strerror(errno));
    return 1;
}

// ---- who speaks -----------------------------------------------------------------------------------

static void sleep_until(usec when)
{
    struct timespec t = {.tv_sec = when / USEC_SECOND, .tv_nsec = when % USEC_SECOND * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

static int speak(void *ctx)
{
    struct trip *t = ctx;
    struct trip_notes *notes = &t->shared->notes;
    const struct socket_kind *kind = t->config.kind;
    struct sender_datagram d;
    char octet;
    usec at;
    if (read(t->ready[0], &octet, 1) != 1) // until somebody listens
        return 1;
    usec called = loop_now();
    int fd = kind->call_up();
    if (fd < 0)
        return fail(t, "cannot call");
    notes->call_took = loop_now() - called;
    notes->began = loop_now();
    for (size_t i = 0; tape_datagram(t->config.tape, i, &at, &d); i++) {
        if (d.kind != SENDER_RTP)
            continue;
        sleep_until(notes->began + at);
        usec before = loop_now();
        if (!kind->say(fd, d.data, d.len))
            return fail(t, "cannot speak");
        notes->slowest_say = usec_max(notes->slowest_say, loop_now() - before);
        notes->said++;
    }
    __atomic_store_n(&t->shared->last_said, loop_now(), __ATOMIC_RELEASE);
    close(fd);
    return 0;
}

// ---- who hears ------------------------------------------------------------------------------------

static void note(struct trip *t, usec now, const uint8_t *message, size_t len)
{
    struct shared *s = t->shared;
    if (s->notes.count == t->messages_max || len > t->data_max - s->data_len)
        return; // a network that copies more than once
    memcpy(t->data + s->data_len, message, len);
    t->messages[s->notes.count++] = (struct message){now, s->data_len, len};
    s->data_len += len;
}

// All messages in what was read so far. Returns the octets that are left over.
static size_t cut_all(struct trip *t, usec now, uint8_t *data, size_t octets, bool fresh)
{
    size_t used, done = 0, messages = 0, len;
    const uint8_t *message;
    while (octets > done &&
           (used = t->config.kind->cut(data + done, octets - done, &message, &len))) {
        if (len)
            note(t, now, message, len);
        messages++;
        done += used;
    }
    t->shared->notes.reads++;
    t->shared->notes.reads_odd += !fresh || messages != 1 || done != octets;
    memmove(data, data + done, octets - done);
    return octets - done;
}

// Only who was called on a socket of its own learns that the other one has hung up.
static bool is_over(const struct trip *t, usec heard)
{
    usec said = __atomic_load_n(&t->shared->last_said, __ATOMIC_ACQUIRE);
    usec delay = t->config.way[LINK_FORWARD].delay + 4 * t->config.way[LINK_FORWARD].jitter;
    usec now = loop_now();
    if (said == USEC_NEVER)
        return false;
    return now - said > PATIENCE + delay ||
           (t->config.kind->answer == kind_same && now - usec_max(said, heard) > QUIET + delay);
}

static int hear(void *ctx)
{
    struct trip *t = ctx;
    uint8_t data[2 * READ_MAX];
    size_t kept = 0;
    int listener = t->config.kind->listen();
    if (listener < 0 || write(t->ready[1], "", 1) != 1)
        return fail(t, "cannot listen");
    struct pollfd fd = {.fd = listener, .events = POLLIN};
    if (poll(&fd, 1, (int)(PATIENCE / USEC_MS)) == 0)
        return 1; // nobody called: who speaks says why
    fd.fd = t->config.kind->answer(listener);
    t->shared->notes.answered = fd.fd >= 0;
    for (usec heard = loop_now(); fd.fd >= 0 && !is_over(t, heard);) {
        if (poll(&fd, 1, LOOK_EVERY) <= 0)
            continue;
        ssize_t n = t->config.kind->hear(fd.fd, data + kept, READ_MAX);
        if (n < 0)
            return fail(t, "cannot hear");
        if (n == 0)
            break;
        heard = loop_now();
        kept = cut_all(t, heard, data, kept + (size_t)n, kept == 0);
    }
    return 0;
}

// ---- the wire -------------------------------------------------------------------------------------

static void on_crossed(void *ctx, usec when, enum link_way way, const void *packet, size_t len)
{
    struct trip *t = ctx;
    struct trip_notes *notes = &t->shared->notes;
    struct wire wire;
    if (t->pcap)
        pcap_raw_put(t->pcap, t->wall_clock + when, packet, len);
    if (way != LINK_FORWARD || notes->packet_len || len > sizeof notes->packet ||
        !wire_read(&wire, packet, len))
        return;
    memcpy(notes->packet, packet, len);
    notes->packet_len = len;
}

static bool on_closed(void *ctx, char *why)
{
    return pcap_raw_close(((struct trip *)ctx)->pcap, why, LINK_WHY_MAX);
}

// ---- the trip -------------------------------------------------------------------------------------

// Twice what is said, for networks that copy.
static bool make_room(struct trip *t)
{
    struct sender_datagram d;
    usec at;
    for (size_t i = 0; tape_datagram(t->config.tape, i, &at, &d); i++) {
        t->messages_max += 2;
        t->data_max += 2 * d.len;
    }
    size_t before = sizeof *t->shared + t->messages_max * sizeof *t->messages;
    t->mapped = before + t->data_max;
    void *memory = mmap(NULL, t->mapped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    t->shared = memory;
    t->shared->last_said = USEC_NEVER;
    t->messages = (struct message *)(void *)(t->shared + 1);
    t->data = (uint8_t *)memory + before;
    return true;
}

struct trip *trip_start(const struct trip_config *config, char *why)
{
    struct trip *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->config = *config;
    t->wall_clock = loop_wall_clock();
    struct link_config link = {
        .way = {config->way[LINK_FORWARD], config->way[LINK_BACK]},
        .seed = config->seed,
        .congestion = "cubic",
        .run = {speak, hear},
        .together = config->kind->local,
        .crossed = on_crossed,
        .closed = on_closed,
        .ctx = t,
    };
    snprintf(why, LINK_WHY_MAX, "no memory");
    bool begun = make_room(t) && pipe(t->ready) == 0;
    if (begun && config->pcap)
        begun = (t->pcap = pcap_raw_new(config->pcap, why, LINK_WHY_MAX));
    if (begun)
        t->link = link_start(&link, why, LINK_WHY_MAX);
    if (!t->link) {
        trip_free(t);
        return NULL;
    }
    return t;
}

void trip_free(struct trip *t)
{
    char why[LINK_WHY_MAX];
    if (!t)
        return;
    link_free(t->link);
    pcap_raw_close(t->pcap, why, sizeof why); // of this process, which wrote nothing to it
    if (t->ready[1]) {
        close(t->ready[0]);
        close(t->ready[1]);
    }
    if (t->shared)
        munmap(t->shared, t->mapped);
    free(t);
}

struct link *trip_link(const struct trip *t)
{
    return t->link;
}

const struct trip_notes *trip_notes(const struct trip *t)
{
    return &t->shared->notes;
}

struct arrival trip_arrival(const struct trip *t, size_t n)
{
    const struct message *m = &t->messages[n];
    return (struct arrival){m->at - t->shared->notes.began, t->data + m->offset, m->len};
}
