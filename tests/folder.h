// A folder of a test program's own, for the files that it makes: a group's setup and teardown.
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

extern char folder[64]; // its path

int folder_make(void **state);
// Fails where something was left in it.
int folder_remove(void **state);

#endif
