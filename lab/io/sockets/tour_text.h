// All words of `voz-lab sockets`, in each language that it speaks. What comes from a run is put in where
// {0}, {1}, ... stand.
#ifndef LAB_IO_SOCKETS_TOUR_TEXT_H
#define LAB_IO_SOCKETS_TOUR_TEXT_H

#include <stddef.h>
#include <stdio.h>

enum tour_lang { TOUR_EN, TOUR_PT, TOUR_LANGS };

enum tour_text {
    TOUR_SAID,     // {0} seconds, {1} messages, {2} octets each
    TOUR_NETWORK,  // {0} spec
    TOUR_BACK,     // {0} spec
    TOUR_CLEAN,    // in place of a spec
    TOUR_LATENCY,  // {0} ms
    TOUR_SPEAKING, // {0} seconds
    TOUR_NO_SCTP,
    TOUR_STREAM, // what a kind is, in a line
    TOUR_DATAGRAM,
    TOUR_RAW,
    TOUR_SEQPACKET,
    TOUR_SCTP,
    TOUR_FAILED, // {0} why
    TOUR_NO_CALL,
    // Labels, and what stands behind them.
    TOUR_CONNECTED,
    TOUR_CONNECTED_YES, // {0} ms
    TOUR_CONNECTED_NO,
    TOUR_BOUNDARIES,
    TOUR_BOUNDARIES_KEPT, // {0} reads
    TOUR_BOUNDARIES_LOST, // {0} messages, {1} reads, {2} of them odd
    TOUR_ORDER,
    TOUR_ORDER_KEPT,
    TOUR_ORDER_LOST, // {0} messages
    TOUR_TWICE,      // {0} messages
    TOUR_LOST,
    TOUR_LOST_SOME,     // {0} of {1} messages, {2} %
    TOUR_LOST_REPAIRED, // {0} of {1} packets
    TOUR_LOST_NONE,
    TOUR_LOST_LOCAL,
    TOUR_DELAY,
    TOUR_DELAY_SAYS, // {0} ms median, {1} ms p95, {2} ms most
    TOUR_STALLED,
    TOUR_STALLED_NEVER,
    TOUR_STALLED_SAYS, // {0} times, {1} s, {2} s the longest
    TOUR_LATE,
    TOUR_LATE_SAYS, // {0} of {1} messages
    TOUR_LATE_NONE,
    TOUR_UNDERSTOOD,
    TOUR_UNDERSTOOD_SAYS, // {0} of 1
    TOUR_NOT_SCORED,      // {0} why
    TOUR_HEAR,
    TOUR_WIRE,
    TOUR_WIRE_SAYS,  // {0} octets
    TOUR_WIRE_LOCAL, // likewise
    TOUR_IP,         // {0} from, {1} to, {2} octets, {3} protocol, {4} time to live
    TOUR_UDP,        // {0} from, {1} to, {2} octets, {3} checksum
    TOUR_TCP,        // {0} from, {1} to, {2} number, {3} acknowledged
    TOUR_SCTP_CHUNK, // {0} from, {1} to, {2} number
    TOUR_LENGTH,     // {0} octets
    TOUR_RTP,        // {0} number, {1} time, {2} type, {3} SSRC
    TOUR_OPUS,       // {0} octets
    // The table at the end.
    TOUR_TABLE,
    TOUR_KIND,
    TOUR_YES,
    TOUR_NO,
    TOUR_TEXTS
};

const char *tour_text(enum tour_lang lang, enum tour_text text);

// Writes the text, with `words` (NULL behind the last) in the places of {0}, {1}, ...
void tour_say(FILE *file, enum tour_lang lang, enum tour_text text, const char *const *words);

// How many columns a UTF-8 text takes on a terminal (letters of these languages take one each).
size_t tour_width(const char *text);

#endif
