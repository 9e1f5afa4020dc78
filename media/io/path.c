// A network path in front of a port: see path.h.
#include "media/io/path.h"

#include "media/io/cli.h"
#include "media/netem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_FILE_MAX (512L * 1024 * 1024) // octets

struct path {
    struct impair *impair; // NULL: clean
    struct loop_timer timer;
    void (*deliver)(void *ctx, usec when, const void *data, size_t len, uint64_t tag);
    void *ctx;
    uint64_t passed; // through a clean path
    uint8_t out[IMPAIR_DATAGRAM_MAX];
};

void path_run(struct path *path, usec now)
{
    size_t len;
    uint64_t tag;
    usec due;
    if (!path->impair)
        return;
    while ((len = impair_output(path->impair, now, path->out, sizeof path->out, &tag, &due)))
        path->deliver(path->ctx, due, path->out, len, tag);
    loop_timer_set(&path->timer, impair_next(path->impair));
}

static void on_timer(void *ctx, usec now)
{
    path_run(ctx, now);
}

struct path *path_new(struct loop *loop, const struct impair_spec *spec, uint64_t seed,
                      void (*deliver)(void *ctx, usec when, const void *data, size_t len,
                                      uint64_t tag),
                      void *ctx)
{
    struct path *path = malloc(sizeof *path);
    if (!path)
        return NULL;
    memset(path, 0, offsetof(struct path, out));
    path->deliver = deliver;
    path->ctx = ctx;
    loop_timer_init(&path->timer, loop, on_timer, path);
    if (!impair_is_clean(spec) && !(path->impair = impair_new(spec, seed))) {
        free(path);
        return NULL;
    }
    return path;
}

bool path_change(struct path *path, const struct impair_spec *spec, uint64_t seed)
{
    loop_timer_set(&path->timer, USEC_NEVER);
    impair_free(path->impair);
    path->impair = impair_is_clean(spec) ? NULL : impair_new(spec, seed);
    return path->impair || impair_is_clean(spec);
}

bool path_turn(struct path *path, const struct impair_spec *spec, uint64_t seed)
{
    if (path->impair)
        impair_set(path->impair, spec);
    else if (!impair_is_clean(spec))
        path->impair = impair_new(spec, seed);
    return path->impair || impair_is_clean(spec);
}

void path_free(struct path *path)
{
    if (!path)
        return;
    loop_timer_set(&path->timer, USEC_NEVER);
    impair_free(path->impair);
    free(path);
}

void path_input(struct path *path, usec now, const void *data, size_t len, uint64_t tag)
{
    if (!path->impair) {
        path->passed++;
        path->deliver(path->ctx, now, data, len, tag);
        return;
    }
    impair_input(path->impair, now, data, len, tag);
    path_run(path, now);
}

struct impair_stats path_stats(const struct path *path)
{
    return path->impair ? impair_stats(path->impair)
                        : (struct impair_stats){.in = path->passed, .out = path->passed};
}

// ---- reading the option ------------------------------------------------------------------------

static char *read_file(const char *name, size_t *len, char *why, size_t cap)
{
    FILE *file = fopen(name, "rb");
    char *text = NULL;
    if (!file) {
        snprintf(why, cap, "cannot open the trace %s: %s", name, strerror(errno));
        return NULL;
    }
    size_t room = 1 << 16;
    *len = 0;
    for (;;) {
        char *more = room > (size_t)TRACE_FILE_MAX ? NULL : realloc(text, room);
        if (!more) {
            snprintf(why, cap, "the trace %s is too large", name);
            free(text);
            text = NULL;
            break;
        }
        text = more;
        *len += fread(text + *len, 1, room - *len, file);
        if (*len < room)
            break;
        room *= 2;
    }
    if (text && ferror(file)) {
        snprintf(why, cap, "cannot read the trace %s: %s", name, strerror(errno));
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

static bool load_trace(struct impair_spec *spec, char *why, size_t cap)
{
    size_t len;
    struct trace_error error;
    char *text = read_file(spec->trace_file, &len, why, cap);
    if (!text)
        return false;
    spec->trace = trace_parse(text, len, &error);
    free(text);
    if (!spec->trace)
        snprintf(why, cap, "the trace %s, line %zu: %s", spec->trace_file, error.line, error.what);
    return spec->trace;
}

bool path_spec(const char *text, struct impair_spec *spec, char *why, size_t cap)
{
    struct netem_error error;
    char shown[1024];
    if (!netem_parse(spec, text, &error)) {
        netem_error_show(&error, text, shown, sizeof shown);
        snprintf(why, cap, "%s\n%s", error.what, shown);
        return false;
    }
    return !spec->trace_file[0] || load_trace(spec, why, cap);
}

bool path_option(void *spec, const char *text, char *why)
{
    if (!text[strspn(text, " \t\n")]) {
        snprintf(why, CLI_WHY_MAX,
                 "must say what the network does, such as 'loss 5%%'; for a clean one leave "
                 "--netem out");
        return false;
    }
    path_spec_free(spec);
    return path_spec(text, spec, why, CLI_WHY_MAX);
}

void path_spec_free(struct impair_spec *spec)
{
    trace_free((struct trace *)(uintptr_t)spec->trace);
    spec->trace = NULL;
}
