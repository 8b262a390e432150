// A program in C that asks its executor for its policy, by the words of docs/comms.md and nothing else of policyc. Its first
// argument says what it does wrong, or what it does when it is sandboxed.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#define OTHER_ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH AUDIT_ARCH_AARCH64
#define OTHER_ARCH AUDIT_ARCH_X86_64
#endif

enum { ASK = 0x80000001, PROGRAM, REFUSED, LISTENER, INSTALLED, WATCHING, FAILED };

static int channel;
static uint64_t ticket;

static void die(const char *what) {
  fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
  exit(99);
}

static void read_all(void *to, size_t count) {
  for (size_t at = 0; at < count;) {
    ssize_t got = read(channel, (char *)to + at, count - at);
    if (got <= 0) die("the channel ended");
    at += got;
  }
}

static void send_message(uint32_t tag, const void *payload, uint32_t length) {
  uint32_t header[3] = {tag, length, 0};
  if (write(channel, header, 12) != 12 || (length && write(channel, payload, length) != length)) die("write");
}

/* By the ticket, since the filter may be in: a header without a payload, and perhaps a descriptor. */
static void send_with_ticket(uint32_t tag, int fd) {
  uint32_t header[3] = {tag, 0, fd >= 0};
  struct iovec iov = {header, sizeof header};
  char control[CMSG_SPACE(sizeof fd)] = {0};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    *rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  if (syscall(SYS_sendmsg, channel, &message, MSG_NOSIGNAL, 0, 0, ticket) != 12) _exit(98);
}

static uint32_t receive_tag_with_ticket(void) {
  uint32_t header[3];
  for (size_t at = 0; at < sizeof header;) {
    struct iovec iov = {(char *)header + at, sizeof header - at};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    long got = syscall(SYS_recvmsg, channel, &message, 0, 0, 0, ticket);
    if (got == -1 && errno == EINTR) continue;
    if (got <= 0) _exit(97);
    at += got;
  }
  return header[0];
}

static void sandbox_me_here(uint32_t arch, int listens, int fake) {
  uint32_t ask[3] = {1, arch, listens};
  send_message(ASK, ask, sizeof ask);
  uint32_t header[3];
  read_all(header, sizeof header);
  char *payload = calloc(1, header[1] + 1);
  read_all(payload, header[1]);
  if (header[0] == REFUSED) {
    printf("refused: %s\n", payload);
    exit(3);
  }
  uint32_t *words = (uint32_t *)payload;
  if (header[0] != PROGRAM || words[0] != 1 || words[1] != arch || words[2] != (uint32_t)listens) die("not a program");
  uint32_t canary_nr = words[3], canary_errno = words[4], slots = words[5], length = words[6];
  struct sock_filter *filter = (struct sock_filter *)(words + 7 + 2 * slots);

  if (getrandom(&ticket, sizeof ticket, 0) != sizeof ticket) die("getrandom");
  for (uint32_t i = 0; i < slots; i++) filter[words[7 + 2 * i]].k = words[8 + 2 * i] ? ticket >> 32 : (uint32_t)ticket;
  struct sock_fprog program = {.len = length, .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) die("no_new_privs");
  if (fake) {
    int fd = open("/dev/null", O_RDONLY);
    send_with_ticket(LISTENER, fd);
    pause();
  }
  int flags = SECCOMP_FILTER_FLAG_TSYNC;
  if (listens) flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
  long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (listener < 0 || (!listens && listener > 0)) {
    send_message(FAILED, "no\x1b[2Jfilter", 12);
    abort();
  }
  if (syscall(canary_nr, 0, 0, 0, 0, 0, ticket) != -1 || errno != (int)canary_errno) abort();
  memset(filter, 0, length * sizeof *filter);
  send_with_ticket(listens ? LISTENER : INSTALLED, listens ? (int)listener : -1);
  if (listens) syscall(SYS_close, listener, 0, 0, 0, 0, ticket);
  if (receive_tag_with_ticket() != WATCHING) _exit(96);
  ticket = 0;
}

static int pipe_fds[2];

/* Blocked in a call when the filter goes in; what it does afterwards is judged by it. */
static void *blocked(void *unused) {
  char byte;
  if (read(pipe_fds[0], &byte, 1) == 1) getppid();
  return unused;
}

int main(int count, char **args) {
  const char *what = count > 1 ? args[1] : "";
  if (!getenv("POLICYC_COMMS_FD")) die("no POLICYC_COMMS_FD");
  channel = atoi(getenv("POLICYC_COMMS_FD"));
  if (!strcmp(what, "never")) return 0;
  if (!strcmp(what, "failed")) {
    uint32_t ask[3] = {1, ARCH, 1};
    send_message(ASK, ask, sizeof ask);
    send_message(FAILED, "no\x1b[2Jfilter", 12);
    pause();
  }
  if (!strcmp(what, "unasked")) {
    send_with_ticket(LISTENER, open("/dev/null", O_RDONLY));
    pause();
  }
  if (!strcmp(what, "hangs-up")) {
    close(channel);
    pause();
  }
  pthread_t thread;
  if (!strcmp(what, "thread") && (pipe(pipe_fds) || pthread_create(&thread, NULL, blocked, NULL))) die("thread");

  sandbox_me_here(!strcmp(what, "other-arch") ? OTHER_ARCH : ARCH, strcmp(what, "hard") != 0, !strcmp(what, "fake"));

  if (!strcmp(what, "thread")) {
    if (write(pipe_fds[1], "x", 1) == 1) pthread_join(thread, NULL);
  } else if (!strcmp(what, "exit")) {
    _exit(7);
  } else if (!strcmp(what, "ticket")) {
    syscall(SYS_sendmsg, 1, 0, 0, 0, 0, 0x1234567812345678); /* no ticket: judged as any other call */
  } else if (!strcmp(what, "exec")) {
    _exit(syscall(SYS_execveat, -1, "/bin/true", NULL, NULL, 0) == -1 && errno == EPERM ? 8 : 9);
  } else {
    getppid();
  }
  _exit(0);
}
