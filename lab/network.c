// What stands between the sender and the receiver: see network.h.
#include "lab/network.h"

#include <stdlib.h>

#define TAG_RTCP UINT64_MAX // where a report shares the way of the packets

// Seeds of the paths: impair_seed of the call's seed.
enum { PATH_RTP, PATH_RTCP, PATH_BACK };

struct network {
    bool shared; // one queue for packets and reports
    bool traced; // the way forward follows a trace
    struct impair *rtp, *rtcp, *back;
    struct interleaved *tcp; // instead
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
    return n->rtp && n->rtcp && n->back;
}

static void know(struct network *n, const struct impair_spec *forward)
{
    n->shared = impair_shares_queue(forward);
    n->traced = forward->trace;
}

struct network *network_new(const struct network_config *config)
{
    struct network *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    know(n, config->forward);
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
    interleaved_free(n->tcp);
    free(n);
}

void network_set(struct network *n, const struct impair_spec *forward,
                 const struct impair_spec *back)
{
    know(n, forward);
    if (n->tcp) {
        interleaved_set(n->tcp, (const struct impair_spec *const[]){forward, back});
        return;
    }
    impair_set(n->rtp, forward);
    impair_set(n->rtcp, forward);
    impair_set(n->back, back);
}

void network_send(struct network *n, usec now, enum network_way way, const struct network_packet *p)
{
    bool rtcp = p->kind == SENDER_RTCP;
    if (n->tcp) {
        const struct interleaved_packet packet = {
            .channel = rtcp, .tag = p->tag, .data = p->data, .len = p->len};
        interleaved_send(n->tcp, now, way == NETWORK_FORWARD ? INTERLEAVED_A : INTERLEAVED_B,
                         &packet);
        return;
    }
    if (way == NETWORK_BACK) {
        impair_input(n->back, now, p->data, p->len, TAG_RTCP);
        return;
    }
    impair_input(rtcp && !n->shared ? n->rtcp : n->rtp, now, p->data, p->len,
                 rtcp ? TAG_RTCP : p->tag);
    if (n->traced && !rtcp) // reports meet the network as it is at the time, not at its beginning
        impair_input(n->rtcp, now, NULL, 0, 0);
}

static bool take(struct network *n, struct impair *path, usec now, struct network_packet *p)
{
    uint64_t tag;
    usec due;
    size_t len = impair_output(path, now, n->data, sizeof n->data, &tag, &due);
    bool rtcp = tag == TAG_RTCP;
    if (len)
        *p = (struct network_packet){rtcp ? SENDER_RTCP : SENDER_RTP, rtcp ? 0 : tag, due, n->data,
                                     len};
    return len;
}

static bool take_tcp(struct network *n, enum network_way way, usec now, struct network_packet *p)
{
    struct interleaved_packet packet;
    if (!interleaved_receive(n->tcp, now, way == NETWORK_FORWARD ? INTERLEAVED_B : INTERLEAVED_A,
                             &packet))
        return false;
    *p = (struct network_packet){packet.channel ? SENDER_RTCP : SENDER_RTP, packet.tag, now,
                                 packet.data, packet.len};
    return true;
}

bool network_receive(struct network *n, usec now, enum network_way way, struct network_packet *p)
{
    if (n->tcp)
        return take_tcp(n, way, now, p);
    if (way == NETWORK_BACK)
        return take(n, n->back, now, p);
    return take(n, n->rtp, now, p) || take(n, n->rtcp, now, p);
}

usec network_next_forward(const struct network *n)
{
    if (n->tcp)
        return interleaved_is_delivered(n->tcp, INTERLEAVED_A) ? USEC_NEVER
                                                               : interleaved_next(n->tcp);
    return usec_min(impair_next(n->rtp), impair_next(n->rtcp));
}

usec network_next(const struct network *n)
{
    if (n->tcp)
        return interleaved_next(n->tcp);
    return usec_min(network_next_forward(n), impair_next(n->back));
}

uint64_t network_octets_tcp(const struct network *n)
{
    return n->tcp ? interleaved_stats(n->tcp, INTERLEAVED_A).tcp.octets : 0;
}
