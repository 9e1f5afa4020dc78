// Asking for a key frame, where a picture was lost that the next ones build on: a picture loss
// indication (PLI, RFC 4585 section 6.3.1), or a full intra request (FIR, RFC 5104 section 4.3.1), as
// older peers say it. Both are payload-specific feedback packets (RTCP_PSFB).
#ifndef MEDIA_RTCP_KEY_H
#define MEDIA_RTCP_KEY_H

#include "media/bytes.h"
#include "media/rtcp.h"

#include <stdbool.h>
#include <stdint.h>

#define RTCP_PLI_FMT 1 // the count field of their packets
#define RTCP_FIR_FMT 4

// Append one packet to a compound, whole or not at all (see rtcp.h). `ssrc` is the one who asks,
// `media_ssrc` the source that is asked. number: of the request; it goes up by one with every new one, and
// stays for one that is said again. We ask by PLI: rtcp_write_fir is for tests, which ask as others do.
void rtcp_write_pli(struct writer *w, uint32_t ssrc, uint32_t media_ssrc);
void rtcp_write_fir(struct writer *w, uint32_t ssrc, uint32_t media_ssrc, uint8_t number);

// Does a parsed packet ask `media_ssrc` for a key frame? Any packet will do.
bool rtcp_is_pli(const struct rtcp_packet *packet, uint32_t media_ssrc);
bool rtcp_is_fir(const struct rtcp_packet *packet, uint32_t media_ssrc, uint8_t *number);

#endif
