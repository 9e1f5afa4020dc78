// A file's octets, taken into the object by the assembler: there is no generated source and nothing
// to install. The compiler does not see that it read them; the Makefile says so. The paths are those
// from the project's root, where make runs the compiler.
//
//     EMBED(uint8_t, picture, "media/io/picture.png");
//     fwrite(picture, 1, EMBED_LEN(picture), file);
#ifndef MEDIA_IO_EMBED_H
#define MEDIA_IO_EMBED_H

#include <stddef.h>
#include <stdint.h>

// `name` begins at a multiple of 16; a 0 stands behind it, so that a text is a string.
#define EMBED(type, name, path)                              \
    __asm__(".pushsection .rodata\n"                         \
            ".balign 16\n"                                   \
            ".globl " #name ", " #name "_end\n"              \
            ".hidden " #name ", " #name "_end\n" #name ":\n" \
            ".incbin \"" path "\"\n" #name "_end:\n"         \
            ".byte 0\n"                                      \
            ".popsection\n");                                \
    extern const type name[], name##_end[]

// Octets, without that 0. No constant: for C, an address minus an address is none.
#define EMBED_LEN(name) ((size_t)((uintptr_t)name##_end - (uintptr_t)(name)))

#endif
