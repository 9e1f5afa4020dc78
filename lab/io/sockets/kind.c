// What several kinds of sockets share: see kind.h.
#include "lab/io/sockets/kind.h"

size_t kind_whole(const uint8_t *data, size_t octets, const uint8_t **message, size_t *len)
{
    *message = data;
    *len = octets;
    return octets;
}

int kind_same(int listener)
{
    return listener;
}
