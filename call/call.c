// The media of a call: see call.h.
#include "call/call.h"

#include "call/faces.h"
#include "call/narrow.h"
#include "media/rtp.h"

#include <stdlib.h>
#include <string.h>

#define DATAGRAM_MAX 2048 // octets of one of G.711: a longer one is not heard

struct call {
    struct call_config config;
    struct offer_agreed agreed;
    struct sender *sender; // NULL: nothing was agreed on yet
    struct receiver *receiver;
    unsigned streams; // that began
    int listener;
    usec heard;        // when anything came last
    usec device_delay; // of what is heard
    size_t bye_len;    // octets of `report` that wait to be given out
    uint8_t report[512];
    struct narrow narrow; // of G.711, whose clock is another one
    uint8_t datagram[DATAGRAM_MAX];
};

struct call *call_new(const struct call_config *config)
{
    struct call *c = calloc(1, sizeof *c);
    if (c)
        c->config = *config;
    return c;
}

void call_free(struct call *c)
{
    if (!c)
        return;
    sender_free(c->sender);
    receiver_free(c->receiver);
    free(c);
}

static bool is_narrow(const struct offer_agreed *agreed)
{
    return agreed->codec != OFFER_OPUS;
}

static enum voice_codec codec_of(const struct offer_agreed *agreed)
{
    static const enum voice_codec codecs[] = {VOICE_OPUS, VOICE_PCMU, VOICE_PCMA};
    return codecs[agreed->codec];
}

static struct sender_config sender_config(const struct call *c, const struct offer_agreed *agreed)
{
    struct sender_config config = c->config.sender;
    config.listeners_max = 1;
    config.call = true;
    config.voice.codec = codec_of(agreed);
    config.payload_type = agreed->send;
    config.payload_type_red = agreed->send_red;
    config.payload_type_again = agreed->send_again;
    config.resend &= agreed->send_again != OFFER_NO_TYPE;
    if (agreed->send_red == OFFER_NO_TYPE)
        config.limits.red = ADAPT_RED_OFF;
    if (!agreed->fec)
        config.limits.fec = ADAPT_FEC_OFF;
    if (is_narrow(agreed)) // nothing to choose
        config.limits.bitrate = 0;
    int most = (int)agreed->bitrate;
    if (most && config.limits.bitrate > most)
        config.limits.bitrate = config.voice.bitrate = most;
    return config;
}

static void write_head(void *ctx, usec now, const struct rtcp_report *blocks, size_t count,
                       struct writer *w)
{
    struct call *c = ctx;
    sender_report(c->sender, c->listener, now, blocks, count, w);
}

// Their pictures are seen when the voice that belongs to them is heard.
static void on_decided(void *ctx, const struct receiver_decision *decision)
{
    struct call *c = ctx;
    const struct receiver_config *config = &c->config.receiver;
    faces_heard(c->config.faces, (uint32_t)decision->time, decision->at + c->device_delay,
                decision->delay + c->device_delay);
    receiver_wait(c->receiver, usec_max(0, faces_wait(c->config.faces) - c->device_delay));
    if (config->decided)
        config->decided(config->ctx, decision);
}

static struct receiver_config receiver_config(struct call *c, const struct offer_agreed *agreed,
                                              uint32_t ssrc)
{
    struct receiver_config config = c->config.receiver;
    config.head = (struct reporter_head){ssrc, write_head, c};
    config.codec = codec_of(agreed);
    config.payload_type = agreed->receive;
    config.channels = agreed->channels;
    config.fec_offered = agreed->fec;
    config.red &= agreed->receive_red != OFFER_NO_TYPE;
    config.payload_type_red = agreed->receive_red;
    config.again &= agreed->receive_again != OFFER_NO_TYPE;
    config.payload_type_again = agreed->receive_again;
    config.feedback = agreed->feedback;
    config.extended = agreed->xr.loss_rle;
    if (c->config.faces) {
        config.decided = on_decided;
        config.ctx = c;
    }
    return config;
}

// Anew with every codec: what was buffered of the one before is not played. Another stream of the same
// participant.
static bool start(struct call *c, usec now, const struct offer_agreed *agreed)
{
    struct sender_config sending = sender_config(c, agreed);
    sending.seed += c->streams++;
    sending.cname = c->sender ? sender_cname(c->sender) : sending.cname;
    struct sender *sender = sender_new(&sending, now);
    if (!sender)
        return false;
    struct receiver_config receiving = receiver_config(c, agreed, sender_ssrc(sender));
    struct receiver *receiver = receiver_new(&receiving, now);
    if (!receiver) {
        sender_free(sender);
        return false;
    }
    sender_free(c->sender);
    receiver_free(c->receiver);
    c->sender = sender;
    c->receiver = receiver;
    c->narrow = (struct narrow){0};
    c->listener =
        sender_join(sender, now,
                    (struct peer_takes){agreed->send_red != OFFER_NO_TYPE,
                                        agreed->send_again != OFFER_NO_TYPE, agreed->feedback});
    return true;
}

static bool is_same_stream(const struct offer_agreed *a, const struct offer_agreed *b)
{
    return a->codec == b->codec && a->send == b->send && a->receive == b->receive &&
           a->send_red == b->send_red && a->receive_red == b->receive_red &&
           a->send_again == b->send_again && a->receive_again == b->receive_again &&
           a->feedback == b->feedback && a->channels == b->channels;
}

bool call_agree(struct call *c, usec now, const struct offer_agreed *agreed)
{
    bool anew = !c->sender || !is_same_stream(&c->agreed, agreed);
    if (anew && !start(c, now, agreed))
        return false;
    if (c->config.faces &&
        !faces_agree(c->config.faces, now, &agreed->pictures, sender_cname(c->sender)))
        return false;
    c->agreed = *agreed;
    c->heard = now;
    if (agreed->sends)
        sender_play(c->sender, c->listener, now);
    else
        sender_pause(c->sender, c->listener);
    return true;
}

bool call_is_up(const struct call *c)
{
    return c->sender;
}

struct sender *call_sender(struct call *c)
{
    return c->sender;
}

struct receiver *call_receiver(struct call *c)
{
    return c->receiver;
}

int call_listener(const struct call *c)
{
    return c->listener;
}

// A compound of theirs has both: how their stream is, for the receiver, and how ours came, for the
// sender.
void call_input(struct call *c, usec now, const void *data, size_t len)
{
    c->heard = now;
    if (is_narrow(&c->agreed)) {
        len = len < DATAGRAM_MAX ? len : DATAGRAM_MAX;
        memcpy(c->datagram, data, len);
        narrow_received(c->datagram, len);
        data = c->datagram;
    }
    if (rtp_is_rtcp(data, len)) {
        sender_rtcp(c->sender, c->listener, now, data, len);
        receiver_rtcp(c->receiver, now, data, len);
        if (c->config.faces)
            faces_voice_rtcp(c->config.faces, data, len);
    } else if (c->agreed.receives) { // what still comes from who holds us is not played
        receiver_rtp(c->receiver, now, data, len);
    }
}

static bool output(struct call *c, usec now, struct call_datagram *out)
{
    struct sender_datagram d;
    if (!c->sender)
        return false;
    if (sender_output(c->sender, now, &d)) {
        *out = (struct call_datagram){d.kind == SENDER_RTCP, d.data, d.len};
        return true;
    }
    size_t len = c->bye_len ? c->bye_len
                            : receiver_rtcp_output(c->receiver, now, c->report, sizeof c->report);
    c->bye_len = 0;
    *out = (struct call_datagram){true, c->report, len};
    return len > 0;
}

bool call_output(struct call *c, usec now, struct call_datagram *out)
{
    if (!output(c, now, out))
        return false;
    if (is_narrow(&c->agreed) && out->len <= DATAGRAM_MAX) {
        memcpy(c->datagram, out->data, out->len);
        narrow_sent(&c->narrow, c->datagram, out->len);
        out->data = c->datagram;
    }
    return true;
}

void call_bye(struct call *c, usec now)
{
    if (!c->sender)
        return;
    c->bye_len = receiver_rtcp_bye(c->receiver, now, c->report, sizeof c->report);
    sender_leave(c->sender, c->listener, now, false);
}

usec call_next(const struct call *c)
{
    if (!c->sender)
        return USEC_NEVER;
    return usec_min(sender_next(c->sender), receiver_next(c->receiver));
}

void call_device_delay(struct call *c, usec delay)
{
    c->device_delay = delay;
}

// On hold nothing needs to come.
bool call_is_dead(const struct call *c, usec now)
{
    return c->sender && c->config.patience && c->agreed.receives &&
           now - c->heard >= c->config.patience;
}
