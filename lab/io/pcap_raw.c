// A capture file of IP packets: see pcap_raw.h. libpcap writes it.
#include "lab/io/pcap_raw.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKET_MAX 65535
#define FLUSH_EVERY \
    (USEC_SECOND / 4) // of the packets' time: what a killed program leaves is of use

struct pcap_raw {
    char path[256];
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    usec flushed;
    bool failed;
    int error; // errno of that
};

struct pcap_raw *pcap_raw_new(const char *path, char *why, size_t cap)
{
    struct pcap_raw *f = calloc(1, sizeof *f);
    if (!f) {
        snprintf(why, cap, "no memory");
        return NULL;
    }
    snprintf(f->path, sizeof f->path, "%s", path);
    f->pcap = pcap_open_dead(DLT_RAW, PACKET_MAX);
    f->dumper = f->pcap ? pcap_dump_open(f->pcap, path) : NULL;
    if (!f->dumper) {
        snprintf(why, cap, "cannot write the capture: %s",
                 f->pcap ? pcap_geterr(f->pcap) : strerror(errno));
        pcap_raw_close(f, NULL, 0);
        return NULL;
    }
    if (pcap_dump_flush(f->dumper) != 0) { // a disk that is full is told now
        f->failed = true;
        f->error = errno;
        pcap_raw_close(f, why, cap);
        return NULL;
    }
    return f;
}

static void check(struct pcap_raw *f, bool written)
{
    if (!written && !f->failed) {
        f->failed = true;
        f->error = errno;
    }
}

void pcap_raw_put(struct pcap_raw *f, usec when, const void *packet, size_t len)
{
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = when / USEC_SECOND, .tv_usec = when % USEC_SECOND},
        .caplen = (bpf_u_int32)len,
        .len = (bpf_u_int32)len,
    };
    if (f->failed)
        return;
    pcap_dump((unsigned char *)f->dumper, &header, packet);
    check(f, !ferror(pcap_dump_file(f->dumper)));
    if (when - f->flushed > FLUSH_EVERY) {
        f->flushed = when;
        check(f, pcap_dump_flush(f->dumper) == 0);
    }
}

bool pcap_raw_close(struct pcap_raw *f, char *why, size_t cap)
{
    if (!f)
        return true;
    if (f->dumper) {
        check(f, pcap_dump_flush(f->dumper) == 0);
        pcap_dump_close(f->dumper);
    }
    if (f->pcap)
        pcap_close(f->pcap);
    bool whole = !f->failed;
    if (!whole)
        snprintf(why, cap, "cannot write the capture %s: %s", f->path, strerror(f->error));
    free(f);
    return whole;
}
