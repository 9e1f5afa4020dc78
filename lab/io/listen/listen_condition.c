// One condition of a listening test: see listen_condition.h.
#include "lab/io/listen/listen_condition.h"

#include <math.h>
#include <string.h>

static bool same(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

bool listen_condition_same(const struct listen_condition *a, const struct listen_condition *b)
{
    return strcmp(a->transport, b->transport) == 0 && strcmp(a->recover, b->recover) == 0 &&
           same(a->loss, b->loss) && same(a->burst, b->burst) && same(a->delay, b->delay) &&
           same(a->jitter, b->jitter) && a->bitrate == b->bitrate;
}

json_t *listen_condition_json(const struct listen_condition *c)
{
    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:i}", "transport", c->transport, "recover",
                     c->recover, "loss", c->loss, "burst", c->burst, "delay", c->delay, "jitter",
                     c->jitter, "bitrate", c->bitrate);
}
