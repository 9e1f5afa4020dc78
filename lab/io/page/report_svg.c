// gnuplot, and its SVG: see report_svg.h.
#include "lab/io/page/report_svg.h"

#include "lab/io/page/report_html.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_FOUND 127 // exit status where a program is not there, as a shell has it
#define BEGINNING "<?xml"

// ---- gnuplot -----------------------------------------------------------------------------------

_Noreturn static void become_gnuplot(int script, int drawn, int said)
{
    // -d: no settings of the user's own.
    if (dup2(script, STDIN_FILENO) >= 0 && dup2(drawn, STDOUT_FILENO) >= 0 &&
        dup2(said, STDERR_FILENO) >= 0)
        execlp("gnuplot", "gnuplot", "-d", "-", (char *)NULL);
    _exit(errno == ENOENT ? NOT_FOUND : 1);
}

// All that comes, with a NUL behind it; NULL: no memory, or it could not be read.
static char *read_all(int fd)
{
    char *text = NULL, piece[65536];
    size_t len;
    ssize_t got;
    FILE *out = open_memstream(&text, &len);
    do {
        got = read(fd, piece, sizeof piece);
        if (out && got > 0)
            fwrite(piece, 1, (size_t)got, out);
    } while (got > 0 || (got < 0 && errno == EINTR));
    bool whole = out && got == 0 && !ferror(out);
    if (out && fclose(out) == 0 && whole)
        return text;
    free(text);
    return NULL;
}

// The first line of what gnuplot complained of that is no empty one.
static void first_words(FILE *said, char *words, size_t cap)
{
    *words = '\0';
    rewind(said);
    while (fgets(words, (int)cap, said)) {
        words[strcspn(words, "\r\n")] = '\0';
        if (strspn(words, " \t^") != strlen(words))
            return;
    }
    *words = '\0';
}

static bool fault(int status, FILE *said, char *why, size_t cap)
{
    char words[200];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return false;
    first_words(said, words, sizeof words);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
        snprintf(why, cap, "is not installed (Debian: apt-get install gnuplot-nox)");
    else
        snprintf(why, cap, "failed%s%s", *words ? ": " : "", words);
    return true;
}

char *report_svg_draw(FILE *script, char *why, size_t cap)
{
    int drawn[2] = {-1, -1}, status = 0;
    FILE *said = tmpfile();
    char *svg = NULL;
    pid_t child = -1;
    if (said && fflush(script) == 0 && lseek(fileno(script), 0, SEEK_SET) == 0 && pipe(drawn) == 0)
        child = fork();
    if (child == 0) {
        close(drawn[0]);
        become_gnuplot(fileno(script), drawn[1], fileno(said));
    }
    if (child < 0)
        snprintf(why, cap, "cannot be started: %s", strerror(errno));
    if (drawn[1] >= 0)
        close(drawn[1]);
    if (child > 0) {
        svg = read_all(drawn[0]);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        if (!svg)
            snprintf(why, cap, "drew more than there is memory for");
        if (fault(status, said, why, cap)) {
            free(svg);
            svg = NULL;
        }
    }
    if (drawn[0] >= 0)
        close(drawn[0]);
    if (said)
        fclose(said);
    return svg;
}

const char *report_svg_next(const char *svg)
{
    return strstr(svg + strlen(BEGINNING), BEGINNING);
}

// ---- its SVG -----------------------------------------------------------------------------------

static bool begins(const char *at, const char *end, const char *with)
{
    size_t len = strlen(with);
    return (size_t)(end - at) >= len && memcmp(at, with, len) == 0;
}

// Behind the next `text`, or the end.
static const char *behind(const char *at, const char *end, const char *text)
{
    const char *found = memmem(at, (size_t)(end - at), text, strlen(text));
    return found ? found + strlen(text) : end;
}

// What is left out up to the end of its `to`.
static const char *skip(const char *at, const char *end)
{
    static const struct {
        const char *from, *to;
    } unwanted[] = {
        {" color=\"", "\""},
        {" stroke-linecap=\"", "\""},
        {" stroke-linejoin=\"", "\""},
        {" class=\"gridline\"", ""},
        {" font-family=\"", "\""},
        {" id=\"gnuplot_plot", "\""},
        {"xlink:", ""},
        {"<title>", "</title>"},
        {"\t", ""},
    };
    for (size_t i = 0; i < sizeof unwanted / sizeof unwanted[0]; i++)
        if (begins(at, end, unwanted[i].from))
            return behind(at + strlen(unwanted[i].from), end, unwanted[i].to);
    if (begins(at, end, "<g ")) { // gnuplot opens many groups, and puts nothing into them
        const char *inside = behind(at, end, ">");
        if (begins(inside, end, "\n</g>\n"))
            return inside + strlen("\n</g>\n");
    }
    return at;
}

// A colour becomes a class.
static const char *colour(const char *at, const char *end, FILE *out)
{
    static const struct {
        const char *from;
        char class;
    } attributes[] = {
        {"stroke=\"rgb(", 's'}, {"stroke='rgb(", 's'}, {"fill=\"rgb(", 'f'},
        {"fill = 'rgb(", 'f'},  {"color='rgb(", 'c'},
    };
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        int blue, used = 0;
        if (begins(at, end, attributes[i].from) &&
            sscanf(at + strlen(attributes[i].from), "%*d,%*d,%d)%n", &blue, &used) == 1 && used) {
            fprintf(out, "class=\"%c%d\"", attributes[i].class, blue);
            return at + strlen(attributes[i].from) + used + 1;
        }
    }
    return at;
}

static const char *label(const char *at, const char *end, const struct report_svg_page *page,
                         FILE *out)
{
    size_t number;
    int used = 0;
    if (*at == '@' && end > at && sscanf(at, "@%zu@%n", &number, &used) == 1 && used &&
        number < page->count) {
        report_html_escape(out, page->labels[number]);
        return at + used;
    }
    return at;
}

void report_svg_put(const char *svg, const struct report_svg_page *page, FILE *out)
{
    const char *end = report_svg_next(svg);
    if (!end)
        end = svg + strlen(svg);
    fprintf(out, "<svg class=\"figure\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
            page->width, page->height);
    report_html_escape(out, page->alt);
    fputs("\">\n<g>", out); // of gnuplot's canvas, which began before its definitions
    for (const char *at = behind(svg, end, "</defs>\n"); at < end;) {
        const char *next = skip(at, end);
        if (next == at)
            next = colour(at, end, out);
        if (next == at)
            next = label(at, end, page, out);
        if (next == at && begins(at, end, "</svg>"))
            break;
        if (next == at)
            fputc(*next++, out);
        at = next;
    }
    fputs("</svg>\n", out);
}
