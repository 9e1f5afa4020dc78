// A TUN device for each side: what the kernel sends into it we read, what we write it receives.
// Documentation/networking/tuntap.rst of the kernel.
#include "lab/io/link/device.h"
#include "lab/io/link/space.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// The device is made in the namespace in which its file was opened.
static bool tun_open(struct device_end *end, int side, int here)
{
    struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    (void)side;
    snprintf(r.ifr_name, sizeof r.ifr_name, DEVICE_NAME);
    end->fd = -1;
    if (!space_enter(end->network))
        return false;
    end->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    bool made = end->fd >= 0 && ioctl(end->fd, TUNSETIFF, &r) == 0;
    int error = errno;
    if (space_enter(here) && made)
        return true;
    if (end->fd >= 0)
        close(end->fd);
    errno = error;
    return false;
}

static ssize_t tun_take(const struct device_end *end, void *packet, size_t cap)
{
    return read(end->fd, packet, cap);
}

static bool tun_give(const struct device_end *end, const void *packet, size_t len)
{
    return write(end->fd, packet, len) == (ssize_t)len;
}

// In the columns of /proc/net/dev: what it was to send and dropped.
static uint64_t tun_missed(const struct device_end *end)
{
    char line[512];
    unsigned long dropped = 0;
    FILE *file = space_enter(end->network) ? fopen("/proc/thread-self/net/dev", "re") : NULL;
    while (file && fgets(line, sizeof line, file))
        if (strstr(line, DEVICE_NAME ":"))
            sscanf(strchr(line, ':') + 1, "%*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %lu",
                   &dropped);
    if (file)
        fclose(file);
    return dropped;
}

const struct device device_tun = {"tun", "/dev/net/tun", tun_open, tun_take, tun_give, tun_missed};
