// Session timers: see sip_timer.h.
#include "control/sip_timer.h"

bool sip_timer_read(const struct sip_message *m, unsigned *interval, struct slice *refresher)
{
    struct slice value = sip_header(m, "Session-Expires"), seconds;
    uint64_t number;
    slice_cut(&value, ';', &seconds);
    if (!slice_unsigned(slice_trim(seconds), UINT32_MAX, &number))
        return false;
    *interval = (unsigned)number;
    *refresher = sip_parameter(value, "refresher");
    return true;
}

// RFC 4028 9: who asks for a timer without a refresher refreshes itself, if it knows how to.
bool sip_timer_invited(struct sip_timer *t, const struct sip_message *request)
{
    struct slice refresher;
    unsigned interval;
    *t = (struct sip_timer){.due = USEC_NEVER};
    if (!sip_timer_read(request, &interval, &refresher))
        return true;
    bool knows = sip_lists(request, "Supported", "timer");
    if (interval < SIP_TIMER_LEAST) // who would not understand a 422 is called without a timer
        return !knows;
    t->interval = interval;
    t->ours = slice_is_nocase(refresher, "uas") || !knows;
    return true;
}

void sip_timer_answered(struct sip_timer *t, const struct sip_message *response)
{
    struct slice refresher;
    unsigned interval;
    *t = (struct sip_timer){.due = USEC_NEVER};
    if (!sip_timer_read(response, &interval, &refresher) || interval < SIP_TIMER_LEAST)
        return;
    t->interval = interval;
    t->ours = !slice_is_nocase(refresher, "uas");
}

// RFC 4028 10: half of the interval to refresh; who waits gives up a little before its end.
void sip_timer_refreshed(struct sip_timer *t, usec now)
{
    usec interval = (usec)t->interval * USEC_SECOND;
    if (!t->interval)
        t->due = USEC_NEVER;
    else
        t->due =
            now + (t->ours ? interval / 2 : interval - usec_min(32 * USEC_SECOND, interval / 3));
}

static void write_expires(const struct sip_timer *t, struct text *text, const char *refresher)
{
    text_add(text, "Session-Expires: ");
    text_unsigned(text, t->interval ? t->interval : SIP_TIMER_INTERVAL);
    text_add(text, refresher);
    text_add(text, "\r\n");
}

// `first`: of a call, for the second time where an interval is known: the one that they want at least
// (RFC 4028 7.3). A refresh says who does it.
void sip_timer_write_request(const struct sip_timer *t, struct text *text, bool first)
{
    write_expires(t, text,
                  first || !t->interval ? ""
                  : t->ours             ? ";refresher=uac"
                                        : ";refresher=uas");
    sip_write_unsigned(text, "Min-SE", first && t->interval ? t->interval : SIP_TIMER_LEAST);
}

void sip_timer_write_response(const struct sip_timer *t, struct text *text)
{
    if (!t->interval)
        return;
    if (!t->ours)
        sip_write_header(text, "Require", slice_of("timer"));
    write_expires(t, text, t->ours ? ";refresher=uas" : ";refresher=uac");
}
