// The RTP-Info header: see rtpinfo.h. A URL in it may hold the separators itself.
#include "control/rtpinfo.h"

static bool is_field(struct slice s)
{
    static const char *const fields[] = {"url", "seq", "rtptime", "ssrc"};
    struct slice name;
    if (!slice_cut(&s, '=', &name))
        return false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (slice_is_nocase(slice_trim(name), fields[i]))
            return true;
    return false;
}

// Cuts at the first separator that a field, another separator or nothing follows: a URL may hold
// commas and semicolons itself.
static struct slice cut_field(struct slice *rest, char *separator)
{
    struct slice all = *rest;
    *separator = '\0';
    for (size_t i = 0; i < all.len; i++) {
        if (all.at[i] != ',' && all.at[i] != ';')
            continue;
        struct slice after = slice_trim(slice_from(all, i + 1));
        if (!after.len || after.at[0] == ',' || after.at[0] == ';' || is_field(after)) {
            *separator = all.at[i];
            *rest = slice_from(all, i + 1);
            return slice_at(all.at, i);
        }
    }
    *rest = slice_from(all, all.len);
    return all;
}

static bool take_field(struct rtpinfo *info, struct slice field)
{
    struct slice name;
    uint64_t number;
    if (!slice_cut(&field, '=', &name))
        return false;
    name = slice_trim(name);
    field = slice_unquote(field);
    if (slice_is_nocase(name, "url")) {
        info->url = field;
    } else if (slice_is_nocase(name, "seq") && slice_unsigned(field, UINT16_MAX, &number)) {
        info->has_seq = true;
        info->seq = (uint16_t)number;
    } else if (slice_is_nocase(name, "rtptime") && slice_unsigned(field, UINT32_MAX, &number)) {
        info->has_rtptime = true;
        info->rtptime = (uint32_t)number;
    }
    return true;
}

// RFC 2326 12.33
bool rtpinfo_next(struct slice *rest, struct rtpinfo *info)
{
    *info = (struct rtpinfo){.url = slice_at(rest->at, 0)};
    bool any = false;
    while (rest->len) {
        char separator;
        struct slice field = cut_field(rest, &separator);
        any |= take_field(info, field);
        if (separator == ',' && any)
            return true;
    }
    return any;
}

void rtpinfo_write(struct text *t, const struct rtpinfo *info)
{
    const char *between = "";
    if (info->url.len) {
        text_add(t, "url=");
        text_clean(t, info->url);
        between = ";";
    }
    if (info->has_seq) {
        text_add(t, between);
        text_add(t, "seq=");
        text_unsigned(t, info->seq);
        between = ";";
    }
    if (info->has_rtptime) {
        text_add(t, between);
        text_add(t, "rtptime=");
        text_unsigned(t, info->rtptime);
    }
}
