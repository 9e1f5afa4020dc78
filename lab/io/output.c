// A file that a command makes: see output.h.
#include "lab/io/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_is_special(const char *path)
{
    struct stat there;
    return lstat(path, &there) == 0 && !S_ISREG(there.st_mode);
}

bool output_open(struct output *o, const char *path)
{
    *o = (struct output){.path = path};
    if (!output_is_special(path))
        snprintf(o->unfinished, sizeof o->unfinished, "%s.new", path);
    if (*o->unfinished && access(path, F_OK) == 0 && access(path, W_OK) != 0)
        o->file = NULL; // it is to stay as it is
    else
        o->file = fopen(*o->unfinished ? o->unfinished : path, "w");
    if (!o->file)
        fprintf(stderr, "voz-lab: cannot write %s: %s\n", path, strerror(errno));
    return o->file;
}

bool output_close(struct output *o, bool good)
{
    errno = 0;
    bool written = !ferror(o->file);
    written = fclose(o->file) == 0 && written;
    if (good && written)
        written = !*o->unfinished || rename(o->unfinished, o->path) == 0;
    if (!written)
        fprintf(stderr, "voz-lab: cannot write %s: %s\n", o->path,
                strerror(errno ? errno : ENOSPC));
    if (*o->unfinished && !(good && written))
        unlink(o->unfinished);
    return good && written;
}
