// The media of one call, wired to their edges: UDP, microphone or file, loudspeaker or file, time.
#ifndef CALL_IO_LINE_H
#define CALL_IO_LINE_H

#include "call/call.h"
#include "call/io/picture_line.h"
#include "media/echo.h"
#include "media/impair.h"
#include "media/io/address.h"
#include "media/io/audio.h"
#include "media/io/loop.h"
#include "receiver/report.h"

#include <stdbool.h>

// Who looks on, NULL where nobody does.
struct line_onlooker {
    void (*arrived)(void *ctx, usec when, const void *data, size_t len);   // RTP of the voice
    void (*sounds)(void *ctx, int16_t *pcm, size_t samples, int channels); // before it is heard
    void *ctx;
};

struct line_config {
    struct loop *loop;
    struct call_config call;
    const char *source;                       // what is said, see input.h
    const struct picture_line_wish *pictures; // NULL: none; outlives the line
    bool loop_source;                         // again and again; else silence follows it
    struct echo_config echo;                  // of a microphone
    const char *device;                       // see sound_config
    bool silent;                              // no device
    struct audio_writer *file;                // what is heard; NULL: none; the caller's
    struct audio_writer *record;              // both: left we, right they; likewise
    const struct impair_spec *netem; // of what is sent, and of what arrives; outlives the line
    struct line_onlooker onlooker;
    uint64_t seed; // of netem, where it names none
    void (*say)(void *ctx, bool detail, const char *text);
    void (*dead)(void *ctx); // nothing has come for too long
    void *ctx;
};

struct line;

// Opens a pair of UDP ports of the family of `local`, and the source. NULL: `why` says why.
struct line *line_open(const struct line_config *config, const union address *local, char *why,
                       size_t cap);
void line_close(struct line *l); // says goodbye, if it was up; NULL is fine

uint16_t line_port(const struct line *l);         // of RTP
uint16_t line_picture_port(const struct line *l); // likewise; 0: there are no pictures
// What was agreed on; `peer` is the other end of the control connection, from where media may come as
// well. False: no memory.
bool line_agree(struct line *l, const struct offer_agreed *agreed, const union address *peer);
bool line_is_up(const struct line *l);

// Theirs rings: so it is heard until there is more to hear.
void line_ring(struct line *l);

// What the keys do. `by`: steps up or down; they answer with what is so now.
bool line_mute(struct line *l);
bool line_is_muted(const struct line *l);
void line_hold(struct line *l, bool on);          // on hold nobody hears us
int line_gain(struct line *l, int by);            // dB of the loudspeaker, by 3
double line_loss(struct line *l, int by);         // share of packets that the network loses, by 5 %
enum render_conceal line_conceal(struct line *l); // the next way to conceal

// Another network from now on, that what is on its way stays on, and other settings of the receiver.
void line_turn(struct line *l, const struct impair_spec *network,
               const struct receiver_knobs *knobs);
void line_picture_loss(struct line *l, enum screen_loss loss); // as screen_loss

struct report_context line_context(const struct line *l); // of what is heard
struct receiver_stats line_heard(const struct line *l);
struct peer_figures line_said(const struct line *l);
struct screen_stats line_seen(const struct line *l); // zero where there are no pictures
// How the pictures went, in a sentence; "" where there were none.
void line_pictures(const struct line *l, char *text, size_t cap);
// How it goes with `peer`, in one line.
void line_status(struct line *l, const char *peer, char *text, size_t cap);

#endif
