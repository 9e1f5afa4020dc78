// `voz-lab words`: how many single words are understood through a condition.
#ifndef LAB_IO_SPELL_H
#define LAB_IO_SPELL_H

// argv[0] is the command's name. Returns the exit status.
int spell_main(int argc, char **argv);

#endif
