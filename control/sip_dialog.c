// Dialogs: see sip_dialog.h.
#include "control/sip_dialog.h"

#define MAX_FORWARDS 70 // RFC 3261 8.1.1.6

// An address as it came, without the tag: "Name" <uri>.
static bool copy_address(char out[SIP_URI_MAX], const struct sip_address *a)
{
    struct text t = text_of(out, SIP_URI_MAX);
    if (a->name.len) {
        text_add(&t, "\"");
        text_clean(&t, a->name);
        text_add(&t, "\" ");
    }
    text_add(&t, "<");
    text_clean(&t, a->uri);
    text_add(&t, ">");
    return !t.failed;
}

bool sip_dialog_begin(struct sip_dialog *d, const char *call_id, const char *local_tag,
                      struct slice remote, struct slice target)
{
    *d = (struct sip_dialog){0};
    return slice_copy(slice_of(call_id), d->call_id, sizeof d->call_id) &&
           slice_copy(slice_of(local_tag), d->local_tag, sizeof d->local_tag) &&
           slice_copy(remote, d->remote, sizeof d->remote) &&
           slice_copy(target, d->target, sizeof d->target);
}

// The Record-Routes, in their order or, as who called has to take them (12.1.2), the other way round.
static bool copy_route(struct sip_dialog *d, const struct sip_message *m, bool reverse)
{
    struct slice hops[HEAD_HEADERS_MAX], value, item;
    size_t count = 0, index = 0;
    struct text t = text_of(d->route, sizeof d->route);
    while (sip_header_next(m, "Record-Route", &index, &value))
        while (sip_next(&value, &item)) {
            if (count == HEAD_HEADERS_MAX)
                return false;
            hops[count++] = item;
        }
    for (size_t i = 0; i < count; i++) {
        text_add(&t, i ? ", " : "");
        text_clean(&t, hops[reverse ? count - 1 - i : i]);
    }
    return !t.failed;
}

// The URI of the first Contact. False: there is none, or it is none that can be called.
static bool contact_of(const struct sip_message *m, struct slice *contact)
{
    struct slice value = sip_header(m, "Contact"), item;
    struct sip_address address;
    struct sip_uri uri;
    if (!sip_next(&value, &item) || !sip_address_parse(&address, item) ||
        !sip_uri_parse(&uri, address.uri))
        return false;
    *contact = address.uri;
    return true;
}

static bool copy_contact(struct sip_dialog *d, const struct sip_message *m)
{
    struct slice contact;
    return contact_of(m, &contact) && slice_copy(contact, d->target, sizeof d->target);
}

static struct slice tag_of(const struct sip_message *m, const char *name)
{
    struct sip_address address;
    if (!sip_address_parse(&address, sip_header(m, name)))
        return (struct slice){0};
    return sip_parameter(address.parameters, "tag");
}

bool sip_dialog_answered(struct sip_dialog *d, const struct sip_message *m)
{
    struct slice tag = tag_of(m, "To");
    if (!slice_copy(tag.at ? tag : slice_of(""), d->remote_tag, sizeof d->remote_tag))
        return false;
    sip_dialog_refresh(d, m); // one without a Contact is reached where the INVITE went
    return copy_route(d, m, true);
}

bool sip_dialog_called(struct sip_dialog *d, const struct sip_message *m, const char *local_tag)
{
    struct sip_address from, to;
    *d = (struct sip_dialog){.remote_cseq = m->cseq};
    struct slice tag = tag_of(m, "From");
    return sip_address_parse(&from, sip_header(m, "From")) &&
           sip_address_parse(&to, sip_header(m, "To")) &&
           slice_copy(tag.at ? tag : slice_of(""), d->remote_tag, sizeof d->remote_tag) &&
           slice_copy(sip_header(m, "Call-ID"), d->call_id, sizeof d->call_id) &&
           slice_copy(slice_of(local_tag), d->local_tag, sizeof d->local_tag) &&
           copy_address(d->remote, &from) && copy_address(d->local, &to) && copy_contact(d, m) &&
           copy_route(d, m, false);
}

void sip_dialog_refresh(struct sip_dialog *d, const struct sip_message *m)
{
    struct slice contact;
    if (contact_of(m, &contact) && contact.len < sizeof d->target)
        copy_contact(d, m);
}

bool sip_dialog_is(const struct sip_dialog *d, const struct sip_message *m)
{
    struct slice from = tag_of(m, "From");
    return d->call_id[0] && slice_is(sip_header(m, "Call-ID"), d->call_id) &&
           slice_is(tag_of(m, "To"), d->local_tag) &&
           slice_is(from.at ? from : slice_of(""), d->remote_tag);
}

bool sip_dialog_forked(const struct sip_dialog *d, const struct sip_message *m)
{
    struct slice tag = tag_of(m, "To");
    return tag.at && !slice_is(tag, d->remote_tag);
}

struct slice sip_dialog_hop(const struct sip_dialog *d)
{
    struct slice route = slice_of(d->route), item;
    struct sip_address address;
    if (sip_next(&route, &item) && sip_address_parse(&address, item))
        return address.uri;
    return slice_of(d->target);
}

static void write_address(struct text *t, const char *name, const char *address, struct slice tag)
{
    text_add(t, name);
    text_add(t, address);
    if (tag.len) {
        text_add(t, ";tag=");
        text_clean(t, tag);
    }
    text_add(t, "\r\n");
}

void sip_dialog_write(struct text *t, const struct sip_dialog *d, enum sip_method method,
                      uint32_t cseq, const char *branch, const char *sent_by)
{
    sip_write_request(t, method, slice_of(d->target));
    text_add(t, "Via: SIP/2.0/TCP ");
    text_add(t, sent_by);
    text_add(t, ";branch=");
    text_add(t, branch);
    text_add(t, ";rport\r\n");
    sip_write_unsigned(t, "Max-Forwards", MAX_FORWARDS);
    write_address(t, "From: ", d->local, slice_of(d->local_tag));
    write_address(t, "To: ", d->remote, slice_of(d->remote_tag));
    sip_write_header(t, "Call-ID", slice_of(d->call_id));
    text_add(t, "CSeq: ");
    text_unsigned(t, cseq);
    text_add(t, " ");
    text_add(t, sip_method_name(method));
    text_add(t, "\r\n");
    if (d->route[0])
        sip_write_header(t, "Route", slice_of(d->route));
}
