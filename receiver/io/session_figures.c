// What a session tells of itself: see session.h.
#include "receiver/io/session_internal.h"

#include <string.h>

bool session_is_tcp(const struct session *s)
{
    return s->tcp;
}

struct receiver_stats session_stats(const struct session *s)
{
    return s->receiver ? receiver_stats(s->receiver) : (struct receiver_stats){0};
}

struct report_context session_context(const struct session *s)
{
    return (struct report_context){
        .transport = s->tcp ? "tcp" : "udp",
        .url = s->config.url,
        .device_delay = player_device_delay(s->player),
        .underruns = player_underruns(s->player),
        .strays = s->strays,
        .codec = s->config.codec,
    };
}

const struct watch *session_watch(const struct session *s)
{
    return s->watch;
}

json_t *session_figures(const struct session *s)
{
    struct receiver_stats figures = session_stats(s);
    struct report_context c = session_context(s);
    json_t *json = report_json(&figures, &c);
    if (json && session_watch(s))
        json_object_set_new(json, "video", watch_figures(session_watch(s)));
    return json;
}

void session_progress(const struct session *s, char *line, size_t cap)
{
    struct receiver_stats figures = session_stats(s);
    struct report_context c = session_context(s);
    report_progress(&figures, &c, line, cap);
}

void session_summary(const struct session *s, char *text, size_t cap)
{
    struct receiver_stats figures = session_stats(s);
    struct report_context c = session_context(s);
    report_summary(&figures, &c, text, cap);
    size_t len = strlen(text);
    watch_summary(session_watch(s), text + len, cap - len);
}
