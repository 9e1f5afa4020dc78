// Who listens: see roster.h.
#include "sender/roster.h"

#include "media/rtcp.h"
#include "media/rtx.h"

#include <stdio.h>
#include <stdlib.h>

#define NTP_1970       2208988800u // seconds from 1900 to 1970
#define BYES           20          // times that a BYE is said to who stays, since each may be lost
#define BYE_FIRST_GAP  (20 * USEC_MS) // to the second one; it doubles
#define BYE_MOST_GAP   USEC_SECOND
#define FEEDBACK_EVERY USEC_SECOND

struct roster *roster_new(const struct roster_config *config, struct random *random, usec now)
{
    size_t peers = (size_t)config->listeners_max;
    struct roster *r = calloc(1, sizeof *r + peers * sizeof r->peers[0]);
    if (!r)
        return NULL;
    r->config = *config;
    r->random = random;
    r->feedback_next = USEC_NEVER;
    if (config->resend_octets) {
        r->answers = answers_new(config->resend_octets);
        r->packet = malloc(RTP_HEADER_LEN + RTX_OSN_LEN + config->packet_max);
        if (!r->answers || !r->packet) {
            roster_free(r);
            return NULL;
        }
    }
    snprintf(r->cname, sizeof r->cname, "voz-%016llx", (unsigned long long)random_u64(random));
    if (config->cname)
        snprintf(r->cname, sizeof r->cname, "%s", config->cname);
    rtcp_timer_init(&r->timer, now, random_u64(random), config->bitrate);
    r->timer.next = config->quiet ? USEC_NEVER : r->timer.next;
    return r;
}

void roster_free(struct roster *r)
{
    if (!r)
        return;
    answers_free(r->answers);
    free(r->packet);
    free(r);
}

void roster_new_line(struct roster *r)
{
    r->line.departures.count = 0;
    r->line.clock = r->config.clock;
    r->line.ssrc = (uint32_t)random_u64(r->random);
    r->line.ssrc_again = r->line.ssrc + 1 + (uint32_t)(random_u64(r->random) >> 33);
    if (r->answers)
        answers_clear(r->answers);
}

bool roster_end(struct roster *r, bool running, usec now)
{
    bool told = false;
    for (int i = 0; i < r->top; i++) {
        struct peer *l = &r->peers[i];
        if (l->state != PEER_PLAYING)
            continue;
        l->state = PEER_JOINED;
        l->byes = BYES;
        told = r->byes_left = true;
    }
    if (!running && !told) // over already: its BYEs go on speaking of it
        return false;
    r->ended = r->line;
    r->bye_next = now;
    r->bye_gap = BYE_FIRST_GAP;
    return true;
}

// ---- listeners ---------------------------------------------------------------------------------

static void add_asked(struct resend_stats *to, const struct resend_stats *of)
{
    to->asked += of->asked;
    to->resent += of->resent;
    to->too_old += of->too_old;
    to->refused_rate += of->refused_rate;
    to->refused_again += of->refused_again;
}

int roster_join(struct roster *r, struct peer_takes takes, int resend_rate)
{
    for (int i = 0; i < r->config.listeners_max; i++) {
        struct peer *l = &r->peers[i];
        if (l->state != PEER_FREE)
            continue;
        takes.again &= r->answers != NULL;
        add_asked(&r->left, &l->resend.stats);
        peer_init(l, takes, (uint16_t)random_u64(r->random));
        l->resend.rate = resend_rate;
        r->top = i < r->top ? r->top : i + 1;
        return i;
    }
    return -1;
}

bool roster_play(struct roster *r, int listener, usec now)
{
    struct peer *l = &r->peers[listener];
    l->byes = 0; // it asks for the next time line already
    if (l->state == PEER_PLAYING)
        return false;
    l->told_at = USEC_NEVER;       // what came and went in the meantime says nothing
    if (l->ssrc != r->line.ssrc) { // what was sent on an earlier one does not count on this one
        l->figures.packets = l->figures.octets = 0;
        history_restart(&l->history);
    }
    l->ssrc = r->line.ssrc;
    l->state = PEER_PLAYING;
    l->report = r->work = true;
    l->figures.playing = true;
    if (l->takes.feedback && !r->config.quiet)
        r->feedback_next = usec_min(r->feedback_next, now + FEEDBACK_EVERY);
    return true;
}

bool roster_pause(struct roster *r, int listener)
{
    struct peer *l = &r->peers[listener];
    if (l->state != PEER_PLAYING)
        return false;
    l->state = PEER_JOINED;
    l->catch_up = l->report = false;
    return true;
}

void roster_leave(struct roster *r, int listener, bool bye)
{
    struct peer *l = &r->peers[listener];
    bool on_line = l->figures.playing && l->ssrc == r->line.ssrc; // an ended one had its BYEs
    if (bye && l->state != PEER_FREE && on_line) {
        l->state = PEER_LEAVING;
        r->work = true;
    } else {
        l->state = PEER_FREE;
    }
}

struct peer_figures roster_figures(const struct roster *r, int listener)
{
    const struct peer *l = &r->peers[listener];
    struct peer_figures figures = l->figures;
    figures.playing = l->state == PEER_PLAYING;
    figures.shape = l->shape;
    figures.resend = l->resend.stats;
    return figures;
}

struct resend_stats roster_asked(const struct roster *r)
{
    struct resend_stats asked = r->left;
    for (int i = 0; i < r->top; i++)
        add_asked(&asked, &r->peers[i].resend.stats);
    return asked;
}

int roster_listeners(const struct roster *r, int *playing)
{
    int listeners = 0;
    *playing = 0;
    for (int i = 0; i < r->top; i++) {
        enum peer_state state = r->peers[i].state;
        listeners += state == PEER_JOINED || state == PEER_PLAYING;
        *playing += state == PEER_PLAYING;
    }
    return listeners;
}

// ---- what they say -----------------------------------------------------------------------------

struct asking { // who asks
    struct roster *roster;
    int listener;
    usec now;
};

static void on_asked(void *ctx, uint16_t seq)
{
    const struct asking *a = ctx;
    struct roster *r = a->roster;
    answers_ask(r->answers, a->now, a->listener, &r->peers[a->listener].resend, seq);
}

struct peer_heard roster_rtcp(struct roster *r, int listener, usec now, const void *data,
                              size_t len)
{
    struct asking asking = {r, listener, now};
    struct peer_heard heard = peer_rtcp(&r->peers[listener], now, roster_ntp(r, now), &r->line,
                                        r->random, data, len, on_asked, &asking);
    if (!heard.valid) {
        r->reports_invalid++;
        return (struct peer_heard){0};
    }
    r->reports_received++;
    rtcp_timer_received(&r->timer, len);
    return heard;
}

uint64_t roster_ntp(const struct roster *r, usec now)
{
    return rtcp_ntp(r->config.wall_clock + now) + ((uint64_t)NTP_1970 << 32);
}

// ---- what is said to them ----------------------------------------------------------------------

void roster_keep(struct roster *r, usec now, const struct rtp_packet *packet)
{
    departures_add(&r->line.departures, now, packet->seq);
    if (r->answers)
        answers_keep(r->answers, now, packet);
}

bool roster_again(struct roster *r, usec now, struct sender_datagram *out)
{
    struct rtp_packet packet;
    int listener;
    while (r->answers && answers_next(r->answers, now, &listener, &packet)) {
        struct peer *l = &r->peers[listener];
        if (l->state != PEER_PLAYING)
            continue;
        size_t len =
            rtx_write(&packet, r->config.payload_type_again, r->line.ssrc_again, l->resend_seq++,
                      r->packet, RTP_HEADER_LEN + RTX_OSN_LEN + r->config.packet_max);
        *out = (struct sender_datagram){
            .kind = SENDER_RTP, .listener = listener, .data = r->packet, .len = len};
        l->resent += len - RTP_HEADER_LEN;
        r->again++;
        r->octets_again += len - RTP_HEADER_LEN;
        return true;
    }
    return false;
}

void roster_write(const struct roster *r, int listener, usec now, const struct rtcp_report *blocks,
                  size_t count, struct writer *w)
{
    peer_report(&r->peers[listener], &r->line, now, roster_ntp(r, now), r->cname, blocks, count, w);
}

static void give_report(struct roster *r, int listener, usec now, bool bye,
                        struct sender_datagram *out)
{
    const struct peer *l = &r->peers[listener];
    const struct time_line *line = l->byes ? &r->ended : &r->line;
    struct writer w = writer_of(r->report, sizeof r->report);
    peer_report(l, line, now, roster_ntp(r, now), r->cname, NULL, 0, &w);
    if (bye)
        rtcp_write_bye(&w, line->ssrc, NULL);
    *out = (struct sender_datagram){
        .kind = SENDER_RTCP, .listener = listener, .data = r->report, .len = writer_len(&w)};
}

// Whoever sends reports every second gets them as often (RFC 4585 section 3.4).
static void raise_feedback(struct roster *r, usec now)
{
    if (now < r->feedback_next)
        return;
    r->feedback_next = USEC_NEVER;
    for (int i = 0; i < r->top; i++) {
        struct peer *l = &r->peers[i];
        if (l->state != PEER_PLAYING || !l->takes.feedback)
            continue;
        l->report = r->work = true;
        r->feedback_next = now + FEEDBACK_EVERY;
    }
}

void roster_raise(struct roster *r, usec now)
{
    raise_feedback(r, now);
    if (now >= r->timer.next) {
        for (int i = 0; i < r->top; i++)
            if (r->peers[i].state == PEER_PLAYING)
                r->peers[i].report = true;
        r->work = true;
        rtcp_timer_sent(&r->timer, now, sizeof(struct rtcp_sender) + sizeof r->cname);
    }
    if (!r->byes_left || now < r->bye_next)
        return;
    r->byes_left = false;
    for (int i = 0; i < r->top; i++) {
        struct peer *l = &r->peers[i];
        if (l->byes == 0 || l->state != PEER_JOINED)
            continue;
        l->report = true;
        r->byes_left |= l->byes > 1;
    }
    r->work = true;
    r->bye_next = now + r->bye_gap;
    r->bye_gap = usec_min(2 * r->bye_gap, BYE_MOST_GAP);
}

bool roster_report(struct roster *r, int listener, usec now, struct sender_datagram *out)
{
    struct peer *l = &r->peers[listener];
    if (l->state == PEER_LEAVING) {
        l->state = PEER_FREE;
        give_report(r, listener, now, true, out);
        return true;
    }
    if (!l->report || l->state == PEER_FREE)
        return false;
    l->report = false;
    bool bye = l->byes > 0;
    give_report(r, listener, now, bye, out);
    l->byes -= bye;
    return true;
}

usec roster_next(const struct roster *r)
{
    if (r->work || (r->answers && answers_wait(r->answers)))
        return 0;
    usec next = usec_min(r->timer.next, r->feedback_next);
    return r->byes_left ? usec_min(next, r->bye_next) : next;
}

bool roster_busy(const struct roster *r)
{
    return r->byes_left || r->work;
}
