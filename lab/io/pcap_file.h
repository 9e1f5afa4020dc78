// A capture that Wireshark reads: datagrams as UDP over IPv4 between two made-up hosts, the sender
// 10.77.0.1 and the receiver 10.77.0.2, RTP on port 5004 and RTCP on 5005. The first packet
// announces the session (SAP, RFC 2974), so that what follows is decoded as Opus in RTP, redundant
// copies (RFC 2198) and packets that were sent again (RFC 4588) included.
#ifndef LAB_IO_PCAP_FILE_H
#define LAB_IO_PCAP_FILE_H

#include "lab/sim.h"

#include <stdbool.h>
#include <stddef.h>

struct pcap_file;

// The session is that of `sender`. NULL: `why` says why.
struct pcap_file *pcap_file_new(const char *path, const struct sender_config *sender, char *why,
                                size_t cap);
void pcap_file_put(struct pcap_file *file, const struct sim_datagram *datagram);
// Completes the file. False: something could not be written, as `why` says. NULL is fine.
bool pcap_file_close(struct pcap_file *file, char *why, size_t cap);

#endif
