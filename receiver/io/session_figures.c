// What a session tells of itself: see session.h.
#include "receiver/io/session.h"

json_t *session_figures(const struct session *s)
{
    struct receiver_stats figures = session_stats(s);
    struct report_context c = session_context(s);
    return report_json(&figures, &c);
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
}
