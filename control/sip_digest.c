// Answers to challenges: see sip_digest.h.
#include "control/sip_digest.h"

#include "control/md5.h"

struct challenge {
    struct slice realm, nonce, opaque, algorithm, qop, stale;
};

// A hash of texts with colons between them.
static void hash(char out[MD5_HEX], const struct slice *parts, size_t count)
{
    struct md5 m;
    md5_init(&m);
    for (size_t i = 0; i < count; i++) {
        if (i)
            md5_add(&m, ":", 1);
        md5_add(&m, parts[i].at, parts[i].len);
    }
    md5_hex(&m, out);
}

static void read_parameter(struct challenge *c, struct slice item)
{
    struct slice name;
    slice_cut(&item, '=', &name);
    name = slice_trim(name);
    item = slice_unquote(item);
    if (slice_is_nocase(name, "realm"))
        c->realm = item;
    else if (slice_is_nocase(name, "nonce"))
        c->nonce = item;
    else if (slice_is_nocase(name, "opaque"))
        c->opaque = item;
    else if (slice_is_nocase(name, "algorithm"))
        c->algorithm = item;
    else if (slice_is_nocase(name, "qop"))
        c->qop = item;
    else if (slice_is_nocase(name, "stale"))
        c->stale = item;
}

// The first challenge by Digest with MD5: others may stand beside it.
static bool find_challenge(const struct sip_message *m, struct challenge *c)
{
    const char *name = m->code == 401 ? "WWW-Authenticate" : "Proxy-Authenticate";
    struct slice value, item;
    size_t index = 0;
    while (sip_header_next(m, name, &index, &value)) {
        *c = (struct challenge){0};
        if (!slice_starts_nocase(value, "Digest "))
            continue;
        value = slice_from(value, 7);
        while (sip_next(&value, &item))
            read_parameter(c, item);
        if (c->nonce.len && (!c->algorithm.at || slice_is_nocase(c->algorithm, "MD5")))
            return true;
    }
    return false;
}

bool sip_digest_again(const struct sip_message *m, unsigned tried)
{
    struct challenge c;
    return !tried || (tried == 1 && find_challenge(m, &c) && slice_is_nocase(c.stale, "true"));
}

bool sip_digest_asked(const struct sip_message *m)
{
    return m->code == 401 || m->code == 407;
}

static bool offers_auth(struct slice qop)
{
    struct slice item;
    while (slice_next(&qop, ',', &item))
        if (slice_is_nocase(item, "auth"))
            return true;
    return false;
}

static void write_quoted(struct text *t, const char *name, struct slice value)
{
    text_add(t, name);
    text_add(t, "=\"");
    text_clean(t, value);
    text_add(t, "\"");
}

bool sip_digest_answer(struct text *t, const struct sip_message *m, const struct sip_digest *who,
                       enum sip_method method, struct slice uri, const char *cnonce)
{
    struct challenge c;
    char ours[MD5_HEX], request[MD5_HEX], response[MD5_HEX];
    if (!sip_digest_asked(m) || !find_challenge(m, &c))
        return false;
    bool auth = offers_auth(c.qop);
    if (c.qop.len && !auth)
        return false;
    hash(ours, (struct slice[]){slice_of(who->user), c.realm, slice_of(who->password)}, 3);
    hash(request, (struct slice[]){slice_of(sip_method_name(method)), uri}, 2);
    if (auth)
        hash(response,
             (struct slice[]){slice_of(ours), c.nonce, slice_of("00000001"), slice_of(cnonce),
                              slice_of("auth"), slice_of(request)},
             6);
    else
        hash(response, (struct slice[]){slice_of(ours), c.nonce, slice_of(request)}, 3);
    text_add(t, m->code == 401 ? "Authorization: Digest " : "Proxy-Authorization: Digest ");
    write_quoted(t, "username", slice_of(who->user));
    write_quoted(t, ", realm", c.realm);
    write_quoted(t, ", nonce", c.nonce);
    write_quoted(t, ", uri", uri);
    write_quoted(t, ", response", slice_of(response));
    text_add(t, ", algorithm=MD5");
    if (auth) {
        write_quoted(t, ", cnonce", slice_of(cnonce));
        text_add(t, ", qop=auth, nc=00000001");
    }
    if (c.opaque.len)
        write_quoted(t, ", opaque", c.opaque);
    text_add(t, "\r\n");
    return true;
}
