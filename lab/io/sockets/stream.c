// A stream socket: TCP (RFC 9293). A pipe between two programs. What goes in comes out, all of it and in
// order, or the connection breaks. What the network loses is sent again, and all that came after it
// waits.
#include "lab/io/sockets/kind.h"

#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_MAX 1500

// Who hears: take a port, and wait there for calls.
static int stream_listen(void)
{
    struct sockaddr_in here = kind_address(LINK_B);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) != 0 || listen(fd, 1) != 0)
        return -1;
    return fd;
}

// One call is one more socket.
static int stream_answer(int listener)
{
    return accept(listener, NULL, NULL);
}

// Who speaks: call. It takes a round trip until both know that the other one is there.
static int stream_call_up(void)
{
    struct sockaddr_in there = kind_address(LINK_B);
    static const int at_once = 1; // do not collect small messages into large segments (Nagle)
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    if (connect(fd, (struct sockaddr *)&there, sizeof there) != 0)
        return -1;
    return fd;
}

// A stream has no messages, only octets. So say before each how long it is (RFC 4571).
static bool stream_say(int fd, const void *message, size_t len)
{
    uint8_t data[2 + MESSAGE_MAX] = {(uint8_t)(len >> 8), (uint8_t)len};
    if (len > MESSAGE_MAX)
        return false;
    memcpy(data + 2, message, len);
    return write(fd, data, 2 + len) == (ssize_t)(2 + len);
}

// What a read returns may be half a message, or three.
static ssize_t stream_hear(int fd, void *data, size_t cap)
{
    return read(fd, data, cap);
}

// The messages are cut out of the stream again.
static size_t stream_cut(const uint8_t *data, size_t octets, const uint8_t **message, size_t *len)
{
    if (octets < 2)
        return 0;
    *len = (size_t)(data[0] << 8 | data[1]);
    *message = data + 2;
    return octets < 2 + *len ? 0 : 2 + *len;
}

const struct socket_kind kind_stream = {
    .name = "stream",
    .protocol = "TCP",
    .call = "socket(AF_INET, SOCK_STREAM, 0)",
    .connected = true,
    .listen = stream_listen,
    .answer = stream_answer,
    .call_up = stream_call_up,
    .say = stream_say,
    .hear = stream_hear,
    .cut = stream_cut,
};
