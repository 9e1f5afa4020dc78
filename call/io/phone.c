// A telephone: see phone.h.
#include "call/io/phone.h"

#include "call/io/ringer.h"
#include "control/io/sip_link.h"
#include "control/sip_agent.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT 1024

struct phone {
    struct phone_config config;
    struct sip_agent *agent;
    struct sip_link *link;
    struct line *line; // NULL: there is no call
    struct offer_ours ours;
    enum sdp_direction direction; // of ours, that they agreed to
    bool held;                    // by them
    char host[ADDRESS_TEXT];
    struct loop_timer start;
    bool ringing;          // there is a call that waits for us
    struct ringer *ringer; // which may be heard; NULL: no
    bool unusable;         // what they answered was: no call came about
};

__attribute__((format(printf, 3, 4))) static void say(struct phone *p, bool detail,
                                                      const char *format, ...)
{
    char text[TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    p->config.say(p->config.ctx, detail, text);
}

static void on_say(void *ctx, bool detail, const char *text)
{
    say(ctx, detail, "%s", text);
}

static void on_dead(void *ctx)
{
    struct phone *p = ctx;
    say(p, false, "Nothing comes from them any more: hanging up.");
    phone_hangup(p);
}

// ---- media -------------------------------------------------------------------------------------

static void drop_line(struct phone *p)
{
    line_close(p->line);
    p->line = NULL;
}

static void ring(struct phone *p, bool on)
{
    p->ringing = on;
    ringer_close(p->ringer);
    p->ringer = NULL;
    if (on && !p->config.line.silent)
        p->ringer = ringer_open(p->config.line.loop, p->config.line.device, on_say, p);
}

// The media's end of a call that begins.
static bool open_line(struct phone *p)
{
    char why[TEXT];
    union address local;
    struct sip_conn *conn = sip_agent_conn(p->agent);
    if (!conn)
        return false;
    sip_link_local(conn, &local);
    p->line = line_open(&p->config.line, &local, why, sizeof why);
    if (!p->line) {
        say(p, false, "%s", why);
        return false;
    }
    address_host(&local, p->host);
    p->ours = p->config.offer;
    p->ours.host = p->host;
    p->ours.port = line_port(p->line);
    p->ours.picture_port = line_picture_port(p->line);
    p->unusable = false;
    p->ours.id = (uint64_t)loop_entropy() >> 2; // some peers read it as a signed number
    p->ours.version = 1;
    p->ours.direction = p->direction = SDP_SENDRECV;
    p->held = false;
    return true;
}

static bool agree(struct phone *p, const struct offer_agreed *agreed)
{
    static const char *const codecs[] = {"Opus", "PCMU", "PCMA"};
    union address peer = {0};
    struct sip_conn *conn = sip_agent_conn(p->agent);
    if (conn)
        sip_link_remote(conn, &peer);
    if (!line_agree(p->line, agreed, &peer)) {
        say(p, false, "Out of memory.");
        return false;
    }
    if (p->held == agreed->sends)
        say(p, false, p->held ? "They take you off hold." : "They put you on hold.");
    p->held = !agreed->sends;
    p->direction = p->ours.direction;
    line_hold(p->line, p->direction == SDP_SENDONLY);
    p->ours.lines = agreed->lines;
    say(p, true, "%s with %s port %u%s%s%s%s%s.", codecs[agreed->codec], agreed->host, agreed->port,
        agreed->mux ? ", RTCP beside it" : "", agreed->send_red != OFFER_NO_TYPE ? ", copies" : "",
        agreed->feedback ? ", feedback" : "", agreed->sends ? "" : "; they do not want to hear",
        agreed->receives ? "" : "; they are silent");
    const struct offer_pictures *pictures = &agreed->pictures;
    if (pictures->port)
        say(p, true, "Pictures with %s port %u%s%s%s%s.", pictures->host, pictures->port,
            pictures->mux ? ", RTCP beside them" : "", pictures->feedback ? ", feedback" : "",
            pictures->sends ? "" : "; they see none", pictures->receives ? "" : "; they show none");
    else if (p->ours.picture_port)
        say(p, true, "No pictures: they want none.");
    return true;
}

static bool use_answer(struct phone *p)
{
    struct offer_agreed agreed;
    enum offer_status status = offer_answered(&p->ours, sip_agent_sdp(p->agent), &agreed);
    if (status == OFFER_OK)
        return agree(p, &agreed);
    say(p, false, "Their answer cannot be used: %s.", offer_strstatus(status));
    p->unusable = !line_is_up(p->line);
    return false;
}

// Answers an offer of theirs, or with an offer where there was none.
static void answer(struct phone *p)
{
    char sdp[SIP_SDP_MAX];
    struct offer_agreed agreed;
    struct slice theirs = sip_agent_sdp(p->agent);
    usec now = loop_now();
    if (!p->line && !open_line(p)) {
        sip_agent_refuse(p->agent, now, 500);
        return;
    }
    if (!theirs.len) {
        offer_write(&p->ours, sdp, sizeof sdp);
        sip_agent_answer(p->agent, now, sdp);
        p->ours.version++;
        return;
    }
    enum offer_status status = offer_answer(&p->ours, theirs, &agreed, sdp, sizeof sdp);
    if (status != OFFER_OK) {
        say(p, false, "Their offer cannot be taken: %s.", offer_strstatus(status));
        sip_agent_refuse(p->agent, now, 488);
    } else if (!agree(p, &agreed)) {
        sip_agent_refuse(p->agent, now, 500);
    } else {
        sip_agent_answer(p->agent, now, sdp);
    }
    p->ours.version++;
}

// ---- signalling --------------------------------------------------------------------------------

static void connect_to(struct phone *p, const char *text, bool registrar)
{
    struct sip_uri uri;
    char host[256];
    if (sip_uri_parse(&uri, slice_of(text)) && slice_copy(uri.host, host, sizeof host))
        sip_link_connect(p->link, host, uri.port ? uri.port : SIP_PORT, registrar);
    else if (registrar)
        sip_agent_registrar(p->agent, loop_now(), NULL, "Its address cannot be connected to.");
    else
        sip_agent_connected(p->agent, loop_now(), NULL, "Their address cannot be connected to.");
}

static void invite(struct phone *p)
{
    char sdp[SIP_SDP_MAX];
    usec now = loop_now();
    if (!open_line(p) || !offer_write(&p->ours, sdp, sizeof sdp) ||
        !sip_agent_offer(p->agent, now, sdp))
        sip_agent_hangup(p->agent, now);
}

// What can be done about some refusals, or what they mean.
static const char *advice(const struct phone *p, unsigned code)
{
    switch (code) {
    case 401:
    case 407:
        return p->config.password ? " The user or the password is wrong."
                                  : " They want to know who we are: --register, --password-file.";
    case 404:
    case 604:
        return " Nobody of that name is there.";
    case 480:
        return " Nobody answers there.";
    case 486:
    case 600:
        return " They are in another call, or do not want this one.";
    case 488:
    case 606:
        return " The two ends have no codec in common.";
    default:
        return "";
    }
}

// A sentence of our own as it is; the reason of a response with its code.
static void explain(const struct phone *p, const struct sip_agent_event *event, const char *what,
                    char *why, size_t cap)
{
    size_t len = strlen(event->why);
    if (len && strchr(".?", event->why[len - 1]))
        snprintf(why, cap, "%s: %s", what, event->why);
    else
        snprintf(why, cap, "%s: %s (%u).%s", what, event->why, event->code,
                 event->kind == SIP_AGENT_UNCHANGED ? "" : advice(p, event->code));
}

static void ended(struct phone *p, const struct sip_agent_event *event)
{
    char why[TEXT];
    if (p->line && line_is_up(p->line)) {
        struct peer_figures said = line_said(p->line);
        struct receiver_stats heard = line_heard(p->line);
        say(p, true,
            "Sent %llu packets, of which %d were lost; %llu came, %llu of them too late, and %llu "
            "were "
            "lost.",
            (unsigned long long)said.packets, said.cumulative_lost,
            (unsigned long long)heard.packets_received, (unsigned long long)heard.packets_late,
            (unsigned long long)heard.packets_lost);
        say(p, true, "%.2f s were guessed, %.2f s put in and %.2f s left out by stretching.",
            (double)heard.playout.samples_conceal / VOICE_RATE,
            (double)heard.samples_inserted / VOICE_RATE,
            (double)heard.samples_removed / VOICE_RATE);
        line_pictures(p->line, why, sizeof why);
        if (*why)
            say(p, true, "%s", why);
    }
    drop_line(p);
    ring(p, false);
    if (event->code == 200)
        snprintf(why, sizeof why, "%s", *event->why ? event->why : "The call has ended.");
    else
        explain(p, event, "No call", why, sizeof why);
    say(p, false, "%s", why);
    p->config.over(p->config.ctx, event->code == 200 && !p->unusable ? NULL : why);
}

static void take_event(struct phone *p, const struct sip_agent_event *event)
{
    char why[TEXT];
    switch (event->kind) {
    case SIP_AGENT_CONNECT:
    case SIP_AGENT_CONNECT_REGISTRAR:
        connect_to(p, event->uri, event->kind == SIP_AGENT_CONNECT_REGISTRAR);
        break;
    case SIP_AGENT_REGISTERED:
        say(p, true, "Registered as %s.", p->config.account);
        break;
    case SIP_AGENT_NOT_REGISTERED:
        explain(p, event, "Not registered", why, sizeof why);
        say(p, false, "%s It will be tried again.", why);
        break;
    case SIP_AGENT_CONNECTED:
        invite(p);
        break;
    case SIP_AGENT_CALLED:
        say(p, false, "%s calls%s.", sip_agent_peer(p->agent),
            p->config.answer ? "" : ": a answers, h refuses");
        if (p->config.answer)
            answer(p);
        else
            ring(p, true);
        break;
    case SIP_AGENT_RINGING:
        say(p, false, "It rings.");
        line_ring(p->line);
        break;
    case SIP_AGENT_ANSWERED:
        say(p, false, "The call is up.");
        if (line_is_up(p->line) || use_answer(p))
            p->config.up(p->config.ctx);
        else
            sip_agent_hangup(p->agent, loop_now());
        break;
    case SIP_AGENT_OFFERED:
        answer(p);
        break;
    case SIP_AGENT_CHANGED:
        if (!use_answer(p))
            sip_agent_hangup(p->agent, loop_now());
        break;
    case SIP_AGENT_UNCHANGED:
        p->ours.direction = p->direction; // what was wished for is not so
        explain(p, event, "They do not agree to it", why, sizeof why);
        say(p, false, "%s", why);
        break;
    case SIP_AGENT_ENDED:
        ended(p, event);
        break;
    }
}

static void on_events(void *ctx)
{
    struct phone *p = ctx;
    struct sip_agent_event event;
    while (sip_agent_event(p->agent, &event))
        take_event(p, &event);
}

// ---- what the user wants -----------------------------------------------------------------------

bool phone_call(struct phone *p, const char *uri)
{
    bool done = sip_agent_call(p->agent, loop_now(), uri);
    sip_link_flush(p->link);
    return done;
}

void phone_answer(struct phone *p)
{
    if (!p->ringing)
        return;
    ring(p, false); // the loudspeaker is needed
    answer(p);
    sip_link_flush(p->link);
}

void phone_hangup(struct phone *p)
{
    sip_agent_hangup(p->agent, loop_now());
    sip_link_flush(p->link);
}

bool phone_in_call(const struct phone *p)
{
    return sip_agent_in_call(p->agent);
}

void phone_hold(struct phone *p)
{
    char sdp[SIP_SDP_MAX];
    struct offer_ours wish = p->ours;
    if (!phone_line(p))
        return;
    wish.direction = wish.direction == SDP_SENDRECV ? SDP_SENDONLY : SDP_SENDRECV;
    wish.version++;
    if (!offer_write(&wish, sdp, sizeof sdp) || !sip_agent_offer(p->agent, loop_now(), sdp)) {
        say(p, false, "Not now.");
        return;
    }
    p->ours = wish;
    sip_link_flush(p->link);
}

struct line *phone_line(const struct phone *p)
{
    return p->line && line_is_up(p->line) ? p->line : NULL;
}

const char *phone_peer(const struct phone *p)
{
    return sip_agent_peer(p->agent);
}

// ---- beginning and end -------------------------------------------------------------------------

static void on_start(void *ctx, usec now)
{
    struct phone *p = ctx;
    sip_agent_tick(p->agent, now);
    sip_link_flush(p->link);
}

struct phone *phone_open(const struct phone_config *config, char *why, size_t cap)
{
    char host[ADDRESS_TEXT];
    struct phone *p = calloc(1, sizeof *p);
    snprintf(why, cap, "Out of memory.");
    if (!p)
        return NULL;
    p->config = *config;
    loop_timer_init(&p->start, config->line.loop, on_start, p);
    p->config.line.say = on_say;
    p->config.line.dead = on_dead;
    p->config.line.ctx = p;
    const struct sip_link_config link = {config->line.loop, config->local, on_events, p};
    p->link = sip_link_open(&link);
    if (!p->link) {
        int error = errno;
        address_host(&config->local, host);
        snprintf(why, cap, "Cannot listen on TCP port %u of %s: %s. %s",
                 address_port(&config->local), host, strerror(error),
                 error == EADDRINUSE
                     ? "Another program has it; try --listen PORT."
                     : "Try --listen [ADDRESS:]PORT with an address of this machine.");
        phone_close(p);
        errno = error;
        return NULL;
    }
    const struct sip_agent_config agent = {
        .name = "voz/" VOZ_VERSION,
        .user = config->user,
        .port = sip_link_port(p->link),
        .seed = config->seed,
        .ring = config->ring,
        .account = config->account,
        .digest = {config->user, config->password},
    };
    p->agent = sip_agent_new(&agent);
    if (!p->agent) {
        phone_close(p);
        return NULL;
    }
    sip_link_attach(p->link, p->agent);
    if (config->account && sip_agent_register(p->agent, loop_now()))
        loop_timer_set(&p->start, loop_now()); // news only from the loop
    return p;
}

void phone_close(struct phone *p)
{
    if (!p)
        return;
    loop_timer_set(&p->start, USEC_NEVER);
    drop_line(p);
    ringer_close(p->ringer);
    sip_link_close(p->link);
    sip_agent_free(p->agent);
    free(p);
}

uint16_t phone_port(const struct phone *p)
{
    return sip_link_port(p->link);
}
