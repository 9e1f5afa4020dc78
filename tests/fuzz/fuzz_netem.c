// Any text as a path: an error lies inside the text and can be shown; what was parsed prints,
// parses again to the same print, and datagrams pass it without one appearing from nowhere.
#include "media/netem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void print_and_parse(const struct impair_spec *spec)
{
    char text[NETEM_TEXT_MAX];
    char again[NETEM_TEXT_MAX];
    struct impair_spec copy;
    struct netem_error error;
    if (!netem_print(spec, text, sizeof text))
        abort();
    if (!netem_parse(&copy, text, &error) || !netem_print(&copy, again, sizeof again))
        abort();
    assert(!strcmp(text, again));
}

static void pass_datagrams(struct impair_spec spec)
{
    uint8_t out[100];
    spec.limit = spec.limit < 8 ? spec.limit : 8;
    spec.trace_file[0] = 0;
    struct impair *impair = impair_new(&spec, spec.seed);
    for (usec now = 0; impair && now < 20; now++) {
        impair_input(impair, now, "0123456789", 10, (uint64_t)now);
        impair_output(impair, now, out, sizeof out, NULL, NULL);
    }
    while (impair && impair_output(impair, USEC_NEVER - 1, out, sizeof out, NULL, NULL) > 0)
        ;
    struct impair_stats s = impair ? impair_stats(impair) : (struct impair_stats){0};
    assert(s.in + s.duplicated == s.out + s.lost + s.limited);
    impair_free(impair);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct impair_spec spec;
    struct netem_error error;
    char shown[200];
    char *text = malloc(len + 1);
    if (!text)
        return 0;
    if (len)
        memcpy(text, data, len);
    text[len] = 0;
    if (netem_parse(&spec, text, &error)) {
        print_and_parse(&spec);
        pass_datagrams(spec);
    } else {
        assert(error.len > 0 && error.offset + error.len <= strlen(text));
        netem_error_show(&error, text, shown, sizeof shown);
    }
    free(text);
    return 0;
}
