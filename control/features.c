// Feature tags: see features.h.
#include "control/features.h"

#define RED      "voz.red"
#define FEEDBACK "voz.feedback"

struct features features_of(const struct rtsp_message *message)
{
    struct features features = {0};
    struct slice value, tag;
    for (size_t i = 0; rtsp_header_next(message, "Supported", &i, &value);)
        while (slice_next(&value, ',', &tag)) {
            features.red |= slice_is_nocase(tag, RED);
            features.feedback |= slice_is_nocase(tag, FEEDBACK);
        }
    return features;
}

struct features features_common(struct features a, struct features b)
{
    return (struct features){.red = a.red && b.red, .feedback = a.feedback && b.feedback};
}

void features_write(struct text *t, struct features features)
{
    if (features.red && features.feedback)
        rtsp_write_header(t, "Supported", slice_of(RED ", " FEEDBACK));
    else if (features.red || features.feedback)
        rtsp_write_header(t, "Supported", slice_of(features.red ? RED : FEEDBACK));
}
