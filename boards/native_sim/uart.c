#define _GNU_SOURCE
#include "uart.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

static struct {
    int listener;                                        /* -1: a pseudo-terminal */
    int peer;                                            /* -1: none */
    bool blocked;                                        /* the peer took less than it was given */
    char path[sizeof((struct sockaddr_un){0}.sun_path)]; /* of a UNIX socket, to be removed */
} uart = {.listener = -1, .peer = -1};

static volatile sig_atomic_t ended;

static void end(int signal) {
    (void)signal;
    ended = 1;
}

static void fail(const char *what) {
    fprintf(stderr, "native_sim: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void set_nonblocking(int descriptor) {
    if (fcntl(descriptor, F_SETFL, O_NONBLOCK) < 0) {
        fail("fcntl");
    }
}

static void announce(const char *where) {
    printf("listening %s\n", where);
    fflush(stdout);
}

static void remove_path(void) {
    if (uart.path[0] != '\0') {
        (void)unlink(uart.path);
    }
}

static void listen_unix(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail(path);
    }
    strcpy(address.sun_path, path);
    (void)unlink(path); /* of a process that was killed */
    uart.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (uart.listener < 0 || bind(uart.listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(uart.listener, 1) < 0) {
        fail(path);
    }
    strcpy(uart.path, path);
    atexit(remove_path);
    char text[sizeof address.sun_path + 8];
    snprintf(text, sizeof text, "unix:%s", path);
    announce(text);
}

static void listen_tcp(const char *where) {
    const char *colon = strrchr(where, ':');
    char host[INET_ADDRSTRLEN] = "";
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (colon != NULL && (size_t)(colon - where) < sizeof host) {
        memcpy(host, where, (size_t)(colon - where));
    }
    char *rest = NULL;
    const unsigned long port = colon == NULL ? 65536 : strtoul(colon + 1, &rest, 10);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 || port > 65535 || rest == colon + 1 || *rest != '\0') {
        fprintf(stderr, "native_sim: tcp:%s is not tcp:ADDRESS:PORT with an IPv4 address\n", where);
        exit(2);
    }
    address.sin_port = htons((uint16_t)port);
    uart.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    socklen_t length = sizeof address;
    if (uart.listener < 0 || setsockopt(uart.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(uart.listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(uart.listener, 1) < 0 ||
        getsockname(uart.listener, (struct sockaddr *)&address, &length) < 0) {
        fail(where);
    }
    char text[INET_ADDRSTRLEN + 16];
    snprintf(text, sizeof text, "tcp:%s:%u", host, ntohs(address.sin_port));
    announce(text);
}

/* The other side is held open here too, so that the terminal lives on when a peer closes it. */
static void open_terminal(void) {
    char name[64];
    struct termios settings;
    uart.peer = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (uart.peer < 0 || grantpt(uart.peer) < 0 || unlockpt(uart.peer) < 0 ||
        ptsname_r(uart.peer, name, sizeof name) != 0) {
        fail("pseudo-terminal");
    }
    const int other = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (other < 0 || tcgetattr(other, &settings) < 0) {
        fail(name);
    }
    cfmakeraw(&settings);
    if (tcsetattr(other, TCSANOW, &settings) < 0) {
        fail(name);
    }
    set_nonblocking(uart.peer);
    announce(name);
}

/* The signals come through only while uart_wait() waits, so that none is missed between two looks at `ended`. */
static void take_signals(void) {
    struct sigaction action = {.sa_handler = end};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &blocked, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
}

void uart_open(const char *where) {
    take_signals();
    if (where == NULL) {
        open_terminal();
    } else if (strncmp(where, "unix:", 5) == 0) {
        listen_unix(where + 5);
    } else if (strncmp(where, "tcp:", 4) == 0) {
        listen_tcp(where + 4);
    } else {
        fprintf(stderr, "native_sim: cannot listen at %s (--help tells where)\n", where);
        exit(2);
    }
    if (uart.listener >= 0) {
        set_nonblocking(uart.listener);
    }
}

static void drop_peer(void) {
    if (uart.listener >= 0) {
        close(uart.peer);
        uart.peer = -1;
        uart.blocked = false;
    }
}

static void accept_peer(void) {
    uart.peer = accept4(uart.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (uart.peer >= 0) {
        const int on = 1; /* frames are small and answered one by one; fails on UNIX sockets, where it is not needed */
        (void)setsockopt(uart.peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
}

size_t uart_receive(uint8_t *bytes, size_t room) {
    if (uart.peer < 0) {
        return 0;
    }
    const ssize_t count = read(uart.peer, bytes, room);
    if (count > 0) {
        return (size_t)count;
    }
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        drop_peer();
    }
    return 0;
}

size_t uart_send(const uint8_t *bytes, size_t count) {
    if (uart.peer < 0) {
        return count;
    }
    const ssize_t sent = write(uart.peer, bytes, count);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        drop_peer();
        return count;
    }
    uart.blocked = sent < (ssize_t)count;
    return sent < 0 ? 0 : (size_t)sent;
}

void uart_wait(uint32_t ms) {
    struct pollfd poll = {.fd = uart.peer, .events = POLLIN};
    if (uart.peer < 0) {
        poll.fd = uart.listener;
    } else if (uart.blocked) {
        poll.events |= POLLOUT;
    }
    const struct timespec timeout = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    sigset_t none;
    sigemptyset(&none);
    const int ready = ppoll(&poll, 1, ms == UINT32_MAX ? NULL : &timeout, &none);
    if (ended) {
        exit(0);
    }
    if (ready > 0 && uart.peer < 0) {
        accept_peer();
    }
}
