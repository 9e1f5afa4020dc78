// The packets of a link: see crossing.h.
#include "lab/io/link/crossing.h"

#include "media/io/path.h"

#include <stdlib.h>

#define AT_ONCE 64 // packets read of one side before the other one, and the timers, have their turn

struct way {
    struct crossing *crossing;
    enum link_way number;
    const struct device_end *from, *to;
    struct path *path;
    uv_poll_t poll;
};

struct crossing {
    const struct link_config *config;
    const struct device *device;
    struct way ways[LINK_WAYS];
    uint64_t dropped;
};

static void deliver(void *ctx, usec when, const void *data, size_t len, uint64_t tag)
{
    struct way *way = ctx;
    struct crossing *c = way->crossing;
    (void)tag;
    if (!c->device->give(way->to, data, len))
        c->dropped++;
    if (c->config->crossed)
        c->config->crossed(c->config->ctx, when, way->number, data, len);
}

static void on_packets(uv_poll_t *poll, int status, int events)
{
    struct way *way = poll->data;
    uint8_t packet[DEVICE_PACKET_MAX];
    ssize_t len;
    (void)status;
    (void)events;
    for (int i = 0; i < AT_ONCE; i++) {
        if ((len = way->crossing->device->take(way->from, packet, sizeof packet)) <= 0)
            break;
        path_input(way->path, loop_now(), packet, (size_t)len, 0);
    }
}

// A packet here is IP already: its headers are not to be counted a second time.
static struct impair_spec for_packets(const struct impair_spec *spec)
{
    struct impair_spec s = *spec;
    s.rate.packet_overhead -= IMPAIR_HEADER;
    return s;
}

struct crossing *crossing_new(struct loop *loop, const struct link_config *config,
                              const struct device *device, const struct device_end ends[LINK_SIDES])
{
    struct crossing *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->config = config;
    c->device = device;
    for (unsigned i = 0; i < LINK_WAYS; i++) {
        struct way *w = &c->ways[i];
        struct impair_spec spec = for_packets(&config->way[i]);
        *w = (struct way){c, (enum link_way)i, &ends[i], &ends[1 - i], NULL, {0}};
        w->path = path_new(loop, &spec, impair_seed(&spec, config->seed, i), deliver, w);
        uv_poll_init(loop_uv(loop), &w->poll, w->from->fd);
        w->poll.data = w;
        uv_poll_start(&w->poll, UV_READABLE, on_packets);
    }
    if (!c->ways[0].path || !c->ways[1].path) {
        crossing_free(c);
        return NULL;
    }
    return c;
}

// The loop closes its handles itself, before we are freed.
void crossing_free(struct crossing *c)
{
    if (!c)
        return;
    for (int i = 0; i < LINK_WAYS; i++)
        path_free(c->ways[i].path);
    free(c);
}

void crossing_figures(const struct crossing *c, struct link_outcome *outcome)
{
    outcome->dropped = c->dropped;
    for (int i = 0; i < LINK_WAYS; i++) {
        outcome->way[i] = path_stats(c->ways[i].path);
        outcome->dropped += c->device->missed(c->ways[i].from);
    }
}
