// Writes HTML: see report_html.h.
#include "lab/io/page/report_html.h"

#include <stdbool.h>
#include <string.h>

// The length of the UTF-8 sequence that begins here (RFC 3629 section 4), 0: it is none.
static size_t sequence(const unsigned char *s)
{
    size_t len = s[0] < 0x80                    ? 1
                 : s[0] >= 0xc2 && s[0] <= 0xdf ? 2
                 : (s[0] & 0xf0) == 0xe0        ? 3
                 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
                                                : 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80) // a NUL, too
            return 0;
    bool odd = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
               (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f) ||
               (s[0] == 0xc2 && s[1] < 0xa0); // control characters
    return odd ? 0 : len;
}

void report_html_escape(FILE *out, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        size_t len = sequence(s);
        if (!len || ((*s < 0x20 || *s == 0x7f) && *s != '\n' && *s != '\t')) {
            fputs("\xef\xbf\xbd", out);
            s += len ? len : 1;
        } else if (strchr("&<>\"'", *s)) {
            fprintf(out, "&#%d;", *s++);
        } else {
            fwrite(s, 1, len, out);
            s += len;
        }
    }
}

static void put_plain(FILE *out, const char *text)
{
    fputs(text, out);
}

static void fill(FILE *out, const char *template, const struct report_html_values *values,
                 void (*put)(FILE *out, const char *text))
{
    for (const char *c = template; *c; c++) {
        if (c[0] == '{' && c[1] >= '0' && c[1] <= '9' && c[2] == '}') {
            const char *value = values->v[c[1] - '0'];
            put(out, value ? value : "");
            c += 2;
        } else {
            fputc(*c, out);
        }
    }
}

void report_html_fill(FILE *out, const char *template, const struct report_html_values *values)
{
    fill(out, template, values, report_html_escape);
}

void report_html_fill_plain(FILE *out, const char *template,
                            const struct report_html_values *values)
{
    fill(out, template, values, put_plain);
}

void report_html_base64(FILE *out, const uint8_t *data, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t bits = (uint32_t)data[i] << 16 | (uint32_t)(left > 1 ? data[i + 1] : 0) << 8 |
                        (uint32_t)(left > 2 ? data[i + 2] : 0);
        char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                        left > 1 ? digits[bits >> 6 & 63] : '=',
                        left > 2 ? digits[bits & 63] : '='};
        fwrite(four, 1, sizeof four, out);
    }
}
