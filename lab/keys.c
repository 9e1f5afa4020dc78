// The keys of a duel: see keys.h.
#include "lab/keys.h"

#include <stddef.h>

#define ESCAPE    0x1b
#define CONTROL_C 3 // the terminal in raw mode makes no signal of it
#define CONTROL_D 4

static const struct {
    uint8_t octet;
    enum key key;
} plain[] =
    {
        {'+', KEY_LOSS_UP},    {'=', KEY_LOSS_UP},    {'-', KEY_LOSS_DOWN},  {'>', KEY_DELAY_UP},
        {'.', KEY_DELAY_UP},   {'<', KEY_DELAY_DOWN}, {',', KEY_DELAY_DOWN}, {'s', KEY_SWAP},
        {'t', KEY_FREEZE_TCP}, {'u', KEY_FREEZE_UDP}, {'?', KEY_HELP},       {'h', KEY_HELP},
        {'q', KEY_QUIT},       {CONTROL_C, KEY_QUIT}, {CONTROL_D, KEY_QUIT},
},
  arrows[] = {
      {'A', KEY_LOSS_UP},
      {'B', KEY_LOSS_DOWN},
      {'C', KEY_DELAY_UP},
      {'D', KEY_DELAY_DOWN},
};

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static enum key take_plain(struct keys *k, uint8_t octet)
{
    k->state = octet == ESCAPE ? KEYS_ESCAPE : KEYS_PLAIN;
    if (octet >= 'A' && octet <= 'Z') // the caps lock
        octet = (uint8_t)(octet - 'A' + 'a');
    for (size_t i = 0; i < LENGTH(plain); i++)
        if (plain[i].octet == octet)
            return plain[i].key;
    return KEY_NONE;
}

static enum key take_in_sequence(struct keys *k, uint8_t octet)
{
    if (octet < 0x20 || octet > 0x7e) // no sequence has that in it: this is another key
        return take_plain(k, octet);
    if (octet < 0x40) // a parameter
        return KEY_NONE;
    k->state = KEYS_PLAIN;
    for (size_t i = 0; i < LENGTH(arrows); i++)
        if (arrows[i].octet == octet)
            return arrows[i].key;
    return KEY_NONE;
}

enum key keys_take(struct keys *k, uint8_t octet)
{
    if (k->state == KEYS_SEQUENCE)
        return take_in_sequence(k, octet);
    if (k->state == KEYS_ESCAPE && (octet == '[' || octet == 'O')) {
        k->state = KEYS_SEQUENCE;
        return KEY_NONE;
    }
    return take_plain(k, octet);
}
