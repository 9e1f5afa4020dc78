// One condition of a listening test: through what a sentence is heard.
#ifndef LAB_IO_LISTEN_CONDITION_H
#define LAB_IO_LISTEN_CONDITION_H

#include <jansson.h>
#include <stdbool.h>

#define LISTEN_WORD 16 // octets of a word with its NUL

struct listen_condition {
    char transport[LISTEN_WORD]; // "udp", "tcp"
    char recover[LISTEN_WORD];   // as for voz-lab sweep --recover
    double loss, burst;          // %, packets
    double delay, jitter;        // ms
    int bitrate;                 // bit/s
};

bool listen_condition_same(const struct listen_condition *a, const struct listen_condition *b);

// The caller owns it. NULL: no memory.
json_t *listen_condition_json(const struct listen_condition *c);

#endif
