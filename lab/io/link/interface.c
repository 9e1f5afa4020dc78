// Network interfaces: see interface.h.
#include "lab/io/link/interface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUEUE_LEN \
    10000 // packets that may wait for us: the losses are to be those that were asked for

// ---- rtnetlink(7): a message is a header and attributes, some of which hold attributes ------------

struct message {
    union {
        struct nlmsghdr header;
        uint8_t octets[1024];
    };
};

static void *message_begin(struct message *m, uint16_t type, const void *body, size_t len)
{
    memset(m, 0, sizeof *m);
    m->header.nlmsg_type = type;
    m->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    m->header.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + NLMSG_ALIGN(len));
    return memcpy(m->octets + NLMSG_HDRLEN, body, len);
}

static struct rtattr *put(struct message *m, uint16_t type, const void *value, size_t len)
{
    struct rtattr *at = (struct rtattr *)(void *)(m->octets + m->header.nlmsg_len);
    at->rta_type = type;
    at->rta_len = (uint16_t)RTA_LENGTH(len);
    if (len)
        memcpy(RTA_DATA(at), value, len);
    m->header.nlmsg_len += (uint32_t)RTA_ALIGN(RTA_LENGTH(len));
    return at;
}

static void put_text(struct message *m, uint16_t type, const char *text)
{
    put(m, type, text, strlen(text) + 1);
}

static void nest_end(struct message *m, struct rtattr *nest)
{
    nest->rta_len = (uint16_t)(m->octets + m->header.nlmsg_len - (uint8_t *)nest);
}

// Sends it, and reads the kernel's answer.
static bool ask(struct message *m)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        uint8_t rest[2048];
    } answer;
    if (fd < 0)
        return false;
    bool sent = send(fd, m, m->header.nlmsg_len, 0) >= 0 &&
                recv(fd, &answer, sizeof answer, 0) >= (ssize_t)NLMSG_LENGTH(sizeof answer.error);
    int error = sent ? -answer.error.error : errno;
    close(fd);
    errno = error;
    return error == 0;
}

bool interface_pair(const struct interface_ends *ends)
{
    struct message m;
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
    uint32_t net = (uint32_t)ends->there_net;
    message_begin(&m, RTM_NEWLINK, &link, sizeof link);
    put_text(&m, IFLA_IFNAME, ends->here);
    put(&m, IFLA_ADDRESS, ends->here_mac, 6);
    struct rtattr *info = put(&m, IFLA_LINKINFO, NULL, 0);
    put_text(&m, IFLA_INFO_KIND, "veth");
    struct rtattr *data = put(&m, IFLA_INFO_DATA, NULL, 0);
    struct rtattr *peer = put(&m, VETH_INFO_PEER, NULL, 0);
    memcpy(m.octets + m.header.nlmsg_len, &link, sizeof link);
    m.header.nlmsg_len += NLMSG_ALIGN(sizeof link);
    put_text(&m, IFLA_IFNAME, ends->there);
    put(&m, IFLA_ADDRESS, ends->there_mac, 6);
    put(&m, IFLA_NET_NS_FD, &net, sizeof net);
    nest_end(&m, peer);
    nest_end(&m, data);
    nest_end(&m, info);
    return ask(&m);
}

// `ip route add <network>/24 dev <name> src <address> [congctl <congestion>]`
static bool route(const char *name, uint32_t address, const char *congestion)
{
    struct message m;
    struct rtmsg rt = {.rtm_family = AF_INET,
                       .rtm_dst_len = 24,
                       .rtm_table = RT_TABLE_MAIN,
                       .rtm_protocol = RTPROT_BOOT,
                       .rtm_scope = RT_SCOPE_LINK,
                       .rtm_type = RTN_UNICAST};
    uint32_t network = htonl(address & 0xffffff00), source = htonl(address);
    uint32_t interface = if_nametoindex(name);
    message_begin(&m, RTM_NEWROUTE, &rt, sizeof rt);
    put(&m, RTA_DST, &network, sizeof network);
    put(&m, RTA_PREFSRC, &source, sizeof source);
    put(&m, RTA_OIF, &interface, sizeof interface);
    if (congestion) {
        struct rtattr *metrics = put(&m, RTA_METRICS, NULL, 0);
        put_text(&m, RTAX_CC_ALGO, congestion);
        nest_end(&m, metrics);
    }
    return ask(&m);
}

// ---- ioctl(2): netdevice(7) -----------------------------------------------------------------------

static struct ifreq request_for(const char *name)
{
    struct ifreq r = {0};
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    return r;
}

static bool say(unsigned long what, struct ifreq *r)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool done = fd >= 0 && ioctl(fd, what, r) == 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return done;
}

// The kernel would hand on segments of 64 kB without checksums where hardware could finish them. Not
// every device has each of these: what it does not have needs no switching off.
static void finish_in_software(const char *name)
{
    static const uint32_t off[] = {ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM,
                                   ETHTOOL_SSG};
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        struct ethtool_value value = {.cmd = off[i], .data = 0};
        struct ifreq r = request_for(name);
        r.ifr_data = (char *)&value;
        say(SIOCETHTOOL, &r);
    }
}

bool interface_up(const char *name)
{
    struct ifreq r = request_for(name);
    if (strcmp(name, "lo") != 0) {
        finish_in_software(name);
        r.ifr_mtu = INTERFACE_MTU;
        if (!say(SIOCSIFMTU, &r))
            return false;
        r.ifr_qlen = QUEUE_LEN;
        say(SIOCSIFTXQLEN, &r); // for root alone, and veth, which has no queue, can do without
    }
    r = request_for(name);
    if (!say(SIOCGIFFLAGS, &r))
        return false;
    r.ifr_flags = (short)(r.ifr_flags | IFF_UP | IFF_NOARP);
    return say(SIOCSIFFLAGS, &r);
}

bool interface_address(const char *name, uint32_t address, const char *congestion)
{
    struct ifreq r = request_for(name);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    memcpy(&r.ifr_addr, &in, sizeof in);
    if (!say(SIOCSIFADDR, &r))
        return false;
    in.sin_addr.s_addr = INADDR_NONE; // 255.255.255.255: the route is ours to make
    memcpy(&r.ifr_netmask, &in, sizeof in);
    return say(SIOCSIFNETMASK, &r) && route(name, address, congestion);
}
