// The built-in speech: see speech.h.
#include "media/io/speech.h"

#include "media/io/embed.h"

#include <stdint.h>
#include <string.h>

EMBED(uint8_t, speech_en, "media/io/speech/en.opus");
EMBED(uint8_t, speech_pt, "media/io/speech/pt.opus");

// An address minus an address is no constant for C: the lengths are taken when a clip is asked for.
static const struct {
    const char *language;
    const uint8_t *start;
    const uint8_t *end;
} clips[] = {
    {"en", speech_en, speech_en_end},
    {"pt", speech_pt, speech_pt_end},
};

bool speech_clip(const char *language, const void **data, size_t *len)
{
    for (size_t i = 0; i < sizeof clips / sizeof *clips; i++) {
        if (strcmp(clips[i].language, language) == 0) {
            *data = clips[i].start;
            *len = (size_t)((uintptr_t)clips[i].end - (uintptr_t)clips[i].start);
            return true;
        }
    }
    return false;
}
