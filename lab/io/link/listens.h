// Is there somebody in a network namespace who waits for what comes?
#ifndef LAB_IO_LINK_LISTENS_H
#define LAB_IO_LINK_LISTENS_H

#include <stdbool.h>

// A TCP socket that listens, or any other one that is bound. The caller is left in `here`.
bool listens(int network, int here);

#endif
