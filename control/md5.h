// MD5 (RFC 1321), for the one thing that still asks for it: digest authentication of SIP. It hides a
// password from who looks on, and protects nothing else.
#ifndef CONTROL_MD5_H
#define CONTROL_MD5_H

#include <stddef.h>
#include <stdint.h>

#define MD5_HEX 33 // octets of a digest in hexadecimal, with NUL

struct md5 {
    uint32_t state[4];
    uint64_t len; // octets so far
    uint8_t block[64];
};

void md5_init(struct md5 *m);
void md5_add(struct md5 *m, const void *data, size_t len);
// The digest, in lower case; `m` is used up.
void md5_hex(struct md5 *m, char out[MD5_HEX]);

#endif
