// The keys of a duel (duel.h), out of the octets that a terminal sends for them.
#ifndef LAB_KEYS_H
#define LAB_KEYS_H

#include <stdint.h>

enum key {
    KEY_NONE, // nothing, or not yet
    KEY_LOSS_UP,
    KEY_LOSS_DOWN,
    KEY_DELAY_UP,
    KEY_DELAY_DOWN,
    KEY_SWAP,
    KEY_FREEZE_TCP,
    KEY_FREEZE_UDP,
    KEY_HELP,
    KEY_QUIT,
};

struct keys { // zero: at the start
    enum { KEYS_PLAIN, KEYS_ESCAPE, KEYS_SEQUENCE } state;
};

// The next octet of many. An arrow is three of them (ECMA-48 5.4: ESC [ A, or ESC O A), which may
// come one at a time; other sequences of that kind are passed over whole.
enum key keys_take(struct keys *k, uint8_t octet);

#endif
