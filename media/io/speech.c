// The clips are taken into the object by the assembler, so there is no generated file and nothing
// to install. The compiler does not see that it read them; the Makefile says so. The paths are those from the project's root, where make runs the compiler.
#include "media/io/speech.h"

#include <stdint.h>
#include <string.h>

#define CLIP(name, path)                                           \
    __asm__(".pushsection .rodata\n"                               \
            ".balign 16\n"                                         \
            ".globl speech_" name "_start, speech_" name "_end\n"  \
            ".hidden speech_" name "_start, speech_" name "_end\n" \
            "speech_" name "_start:\n"                             \
            ".incbin \"" path "\"\n"                               \
            "speech_" name "_end:\n"                               \
            ".byte 0\n"                                            \
            ".popsection\n")

CLIP("en", "media/io/speech/en.opus");
CLIP("pt", "media/io/speech/pt.opus");

extern const uint8_t speech_en_start[], speech_en_end[];
extern const uint8_t speech_pt_start[], speech_pt_end[];

// An address minus an address is no constant for C: the lengths are taken when a clip is asked for.
static const struct {
    const char *language;
    const uint8_t *start;
    const uint8_t *end;
} clips[] = {
    {"en", speech_en_start, speech_en_end},
    {"pt", speech_pt_start, speech_pt_end},
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
