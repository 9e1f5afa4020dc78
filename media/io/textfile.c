// A text that a program writes where an option says: see textfile.h.
#include "media/io/textfile.h"

#include <errno.h>
#include <string.h>

bool textfile_open(struct textfile *f)
{
    if (!f->name)
        return true;
    f->file = strcmp(f->name, "-") == 0 ? stdout : fopen(f->name, "w");
    if (!f->file)
        textfile_fault(f);
    return f->file;
}

bool textfile_json(struct textfile *f, const json_t *record)
{
    return json_dumpf(record, f->file, JSON_COMPACT | JSON_REAL_PRECISION(8)) == 0 &&
           fputc('\n', f->file) != EOF && fflush(f->file) == 0;
}

bool textfile_close(struct textfile *f)
{
    FILE *file = f->file;
    f->file = NULL;
    return !file || (file == stdout ? fflush(file) : fclose(file)) == 0;
}

void textfile_fault(const struct textfile *f)
{
    fprintf(stderr, "%s: cannot write --%s %s: %s\n", f->program, f->option, f->name,
            strerror(errno));
}
