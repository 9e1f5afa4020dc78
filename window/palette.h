// Colours that people of any colour vision can tell apart: M. Okabe, K. Ito, "Color Universal Design"
// (2002, revised 2008), https://jfly.uni-koeln.de/color/, on a dark ground. None of them stands alone: a
// packet's fate has its height, too, and a letter where there is room.
#ifndef WINDOW_PALETTE_H
#define WINDOW_PALETTE_H

#define PALETTE_ORANGE     0xE69F00u
#define PALETTE_SKY        0x56B4E9u
#define PALETTE_GREEN      0x009E73u
#define PALETTE_YELLOW     0xF0E442u
#define PALETTE_VERMILLION 0xD55E00u
#define PALETTE_PURPLE     0xCC79A7u

#define PALETTE_WHITE  0xFFFFFFu
#define PALETTE_TEXT   0xE8E8E8u
#define PALETTE_DIM    0xA8A8A8u // of letters
#define PALETTE_GREY   0x707070u // of silence
#define PALETTE_LINE   0x3C4248u
#define PALETTE_PANEL  0x22272Cu
#define PALETTE_GROUND 0x14181Cu

#endif
