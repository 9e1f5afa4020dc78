// Packets sent again: see answers.h.
#include "sender/answers.h"

#include <stdlib.h>

struct answers {
    struct resend *resend;
    unsigned put, taken;
    struct {
        int listener;
        uint16_t seq;
    } waiting[ANSWERS_WAITING];
};

struct answers *answers_new(size_t octets)
{
    struct answers *a = calloc(1, sizeof *a);
    if (a && !(a->resend = resend_new(octets))) {
        free(a);
        return NULL;
    }
    return a;
}

void answers_free(struct answers *a)
{
    if (!a)
        return;
    resend_free(a->resend);
    free(a);
}

void answers_clear(struct answers *a)
{
    resend_clear(a->resend);
    a->taken = a->put;
}

void answers_keep(struct answers *a, usec now, const struct rtp_packet *packet)
{
    resend_keep(a->resend, now, packet);
}

void answers_ask(struct answers *a, usec now, int listener, struct resend_account *account,
                 uint16_t seq)
{
    struct rtp_packet packet;
    if (a->put - a->taken == ANSWERS_WAITING) {
        account->stats.asked++;
        account->stats.refused_rate++;
        return;
    }
    if (!resend_ask(a->resend, account, now, seq, &packet))
        return;
    unsigned at = a->put++ % ANSWERS_WAITING;
    a->waiting[at].listener = listener;
    a->waiting[at].seq = seq;
}

bool answers_wait(const struct answers *a)
{
    return a->put != a->taken;
}

bool answers_next(struct answers *a, usec now, int *listener, struct rtp_packet *packet)
{
    while (a->taken != a->put) {
        unsigned at = a->taken++ % ANSWERS_WAITING;
        *listener = a->waiting[at].listener;
        if (resend_find(a->resend, now, a->waiting[at].seq, packet))
            return true;
    }
    return false;
}
