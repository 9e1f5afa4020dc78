// Whose BYE ends the stream: see goodbye.h.
#include "receiver/goodbye.h"

#include <string.h>

void goodbye_restart(struct goodbye *g, uint32_t ssrc)
{
    *g = (struct goodbye){
        .again = g->again,
        .begun = true,
        .ssrc = ssrc,
        .before = g->begun ? g->ssrc : ssrc,
    };
}

static void learn(struct goodbye *g, const struct rtcp_packet *sdes)
{
    if (!sdes->cname || !sdes->cname_len)
        return;
    if (sdes->ssrc == g->ssrc) {
        g->cname_len = sdes->cname_len;
        memcpy(g->cname, sdes->cname, sdes->cname_len);
    } else if (sdes->ssrc != g->before && sdes->cname_len == g->cname_len &&
               memcmp(sdes->cname, g->cname, g->cname_len) == 0) {
        g->has_beside = true;
        g->beside = sdes->ssrc;
    }
}

bool goodbye_said(struct goodbye *g, const struct rtcp_packet *packet)
{
    if (!g->begun)
        return false;
    if (packet->type == RTCP_SDES && g->again)
        learn(g, packet);
    return packet->type == RTCP_BYE && (rtcp_bye_names(packet, g->ssrc) ||
                                        (g->has_beside && rtcp_bye_names(packet, g->beside)));
}
