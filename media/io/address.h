// Socket addresses as voz uses them: compared, and written for people.
#ifndef MEDIA_IO_ADDRESS_H
#define MEDIA_IO_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_TEXT 64 // octets, with NUL

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

socklen_t address_len(const union address *a);
uint16_t address_port(const union address *a);
void address_set_port(union address *a, uint16_t port);
// An IPv4 address mapped into IPv6 (as sockets that take both give it) becomes IPv4.
void address_unmap(union address *a);
// An IPv4 address becomes one mapped into IPv6, for a socket that takes both.
void address_map(union address *a);
// Same host, whatever the ports; mapped or not.
bool address_same_host(const union address *a, const union address *b);
// "127.0.0.1" or "fe80::1"; into ADDRESS_TEXT octets.
void address_host(const union address *a, char *text);

#endif
