// A capture file of IP packets, with their instants, that Wireshark reads (LINKTYPE_RAW).
#ifndef LAB_IO_PCAP_RAW_H
#define LAB_IO_PCAP_RAW_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>

struct pcap_raw;

// NULL: `why` says why.
struct pcap_raw *pcap_raw_new(const char *path, char *why, size_t cap);
// `when`: microseconds since 1970. What cannot be written is told by pcap_raw_close.
void pcap_raw_put(struct pcap_raw *file, usec when, const void *packet, size_t len);
// Completes the file. False: something could not be written, as `why` says. NULL is fine.
bool pcap_raw_close(struct pcap_raw *file, char *why, size_t cap);

#endif
