// What stands between the sender and the receiver: see network.h.
#include "lab/network.h"

#include <stdlib.h>

// Where others share the way of the voice's packets.
#define TAG_RTCP         UINT64_MAX
#define TAG_PICTURE      (UINT64_MAX - 2)
#define TAG_PICTURE_RTCP (UINT64_MAX - 3)

#define CHANNEL_PICTURE 2 // interleaved; RTCP has the next one, as the voice's has

// Seeds of the paths: impair_seed of the call's seed.
enum { PATH_RTP, PATH_RTCP, PATH_BACK, PATH_PICTURE, PATH_PICTURE_RTCP, PATH_PICTURE_BACK };

struct network {
    bool shared, shared_back; // one queue for packets and reports, and for pictures
    bool traced;              // the way forward follows a trace
    struct impair *rtp, *rtcp, *back;
    struct impair *picture, *picture_rtcp, *picture_back; // NULL: there are none
    struct interleaved *tcp;                              // instead
    uint8_t data[INTERLEAVED_MAX];
};

static bool make_paths(struct network *n, const struct network_config *c)
{
    const uint64_t rtp = impair_seed(c->forward, c->seed, PATH_RTP);
    const uint64_t back = impair_seed(c->back, c->seed, PATH_BACK);
    if (c->transport == NETWORK_TCP) {
        n->tcp = interleaved_new(
            &(struct interleaved_config){.path = {c->forward, c->back}, .seed = {rtp, back}});
        return n->tcp;
    }
    n->rtp = impair_new(c->forward, rtp);
    n->rtcp = impair_new(c->forward, impair_seed(c->forward, c->seed, PATH_RTCP));
    n->back = impair_new(c->back, back);
    if (c->pictures) {
        n->picture = impair_new(c->forward, impair_seed(c->forward, c->seed, PATH_PICTURE));
        n->picture_rtcp =
            impair_new(c->forward, impair_seed(c->forward, c->seed, PATH_PICTURE_RTCP));
        n->picture_back = impair_new(c->back, impair_seed(c->back, c->seed, PATH_PICTURE_BACK));
    }
    bool all = n->picture && n->picture_rtcp && n->picture_back;
    return n->rtp && n->rtcp && n->back && (all || !c->pictures);
}

static void know(struct network *n, const struct impair_spec *forward)
{
    n->shared = impair_shares_queue(forward);
    n->traced = forward->trace;
}

static void know_back(struct network *n, const struct impair_spec *back)
{
    n->shared_back = impair_shares_queue(back);
}

struct network *network_new(const struct network_config *config)
{
    struct network *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    know(n, config->forward);
    know_back(n, config->back);
    if (make_paths(n, config))
        return n;
    network_free(n);
    return NULL;
}

void network_free(struct network *n)
{
    if (!n)
        return;
    impair_free(n->rtp);
    impair_free(n->rtcp);
    impair_free(n->back);
    impair_free(n->picture);
    impair_free(n->picture_rtcp);
    impair_free(n->picture_back);
    interleaved_free(n->tcp);
    free(n);
}

void network_set(struct network *n, const struct impair_spec *forward,
                 const struct impair_spec *back)
{
    know(n, forward);
    know_back(n, back);
    if (n->tcp) {
        interleaved_set(n->tcp, (const struct impair_spec *const[]){forward, back});
        return;
    }
    impair_set(n->rtp, forward);
    impair_set(n->rtcp, forward);
    impair_set(n->back, back);
    if (!n->picture)
        return;
    impair_set(n->picture, forward);
    impair_set(n->picture_rtcp, forward);
    impair_set(n->picture_back, back);
}

static uint64_t tag_of(const struct network_packet *p)
{
    bool rtcp = p->kind == SENDER_RTCP;
    if (p->picture)
        return rtcp ? TAG_PICTURE_RTCP : TAG_PICTURE;
    return rtcp ? TAG_RTCP : p->tag;
}

static struct impair *path_of(const struct network *n, enum network_way way,
                              const struct network_packet *p)
{
    bool rtcp = p->kind == SENDER_RTCP;
    if (way == NETWORK_BACK)
        return p->picture && !n->shared_back ? n->picture_back : n->back;
    if (n->shared)
        return n->rtp;
    if (p->picture)
        return rtcp ? n->picture_rtcp : n->picture;
    return rtcp ? n->rtcp : n->rtp;
}

void network_send(struct network *n, usec now, enum network_way way, const struct network_packet *p)
{
    bool rtcp = p->kind == SENDER_RTCP;
    if (n->tcp) {
        const struct interleaved_packet packet = {
            .channel = (uint8_t)((p->picture ? CHANNEL_PICTURE : 0) + rtcp),
            .tag = p->tag,
            .data = p->data,
            .len = p->len,
        };
        interleaved_send(n->tcp, now, way == NETWORK_FORWARD ? INTERLEAVED_A : INTERLEAVED_B,
                         &packet);
        return;
    }
    impair_input(path_of(n, way, p), now, p->data, p->len, tag_of(p));
    if (way == NETWORK_FORWARD && n->traced && !rtcp)
        // reports meet the network as it is at the time, not at its beginning
        impair_input(n->rtcp, now, NULL, 0, 0);
}

static bool take(struct network *n, struct impair *path, usec now, struct network_packet *p)
{
    uint64_t tag;
    usec due;
    size_t len = path ? impair_output(path, now, n->data, sizeof n->data, &tag, &due) : 0;
    if (!len)
        return false;
    bool rtcp = tag == TAG_RTCP || tag == TAG_PICTURE_RTCP;
    bool picture = tag == TAG_PICTURE || tag == TAG_PICTURE_RTCP;
    *p = (struct network_packet){.kind = rtcp ? SENDER_RTCP : SENDER_RTP,
                                 .picture = picture,
                                 .tag = rtcp || picture ? 0 : tag,
                                 .due = due,
                                 .data = n->data,
                                 .len = len};
    return true;
}

static bool take_tcp(struct network *n, enum network_way way, usec now, struct network_packet *p)
{
    struct interleaved_packet packet;
    if (!interleaved_receive(n->tcp, now, way == NETWORK_FORWARD ? INTERLEAVED_B : INTERLEAVED_A,
                             &packet))
        return false;
    *p = (struct network_packet){.kind = packet.channel & 1 ? SENDER_RTCP : SENDER_RTP,
                                 .picture = packet.channel & CHANNEL_PICTURE,
                                 .tag = packet.tag,
                                 .due = now,
                                 .data = packet.data,
                                 .len = packet.len};
    return true;
}

bool network_receive(struct network *n, usec now, enum network_way way, struct network_packet *p)
{
    if (n->tcp)
        return take_tcp(n, way, now, p);
    if (way == NETWORK_BACK)
        return take(n, n->back, now, p) || take(n, n->picture_back, now, p);
    return take(n, n->rtp, now, p) || take(n, n->rtcp, now, p) || take(n, n->picture, now, p) ||
           take(n, n->picture_rtcp, now, p);
}

usec network_next_forward(const struct network *n)
{
    if (n->tcp)
        return interleaved_is_delivered(n->tcp, INTERLEAVED_A) ? USEC_NEVER
                                                               : interleaved_next(n->tcp);
    usec next = usec_min(impair_next(n->rtp), impair_next(n->rtcp));
    return !n->picture
               ? next
               : usec_min(next, usec_min(impair_next(n->picture), impair_next(n->picture_rtcp)));
}

usec network_next(const struct network *n)
{
    if (n->tcp)
        return interleaved_next(n->tcp);
    usec next = usec_min(network_next_forward(n), impair_next(n->back));
    return n->picture_back ? usec_min(next, impair_next(n->picture_back)) : next;
}

uint64_t network_octets_tcp(const struct network *n)
{
    return n->tcp ? interleaved_stats(n->tcp, INTERLEAVED_A).tcp.octets : 0;
}
