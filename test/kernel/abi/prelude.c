// What the probes of width.test.ts run in: a child process for every call, with the fixtures that probes.ts lists.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FILE_ = 20, RD, WR, A, B, DIR_ };
#define FILE FILE_
#define DIR DIR_

static char *mem, *buf;
static struct iovec iov[2];

// libc's syscall() would do, but its result needs errno; int $0x80 has no wrapper at all.
static long raw(long nr, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

static long int80(long nr, long a, long b, long c, long d, long e, long f) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "0"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory", "r8", "r9", "r10", "r11");
  return (int)result;
}

#define PAD(enter, nr, a, b, c, d, e, f, ...) \
  enter(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define S(nr, ...) PAD(raw, nr, __VA_ARGS__, 0, 0, 0, 0, 0, 0)

static void fixtures(void) {
  int pipes[2], sockets[2];
  char folder[] = "probe-XXXXXX";
  if (!mkdtemp(folder) || chdir(folder)) abort();
  dup2(open("f", O_CREAT | O_RDWR, 0600), FILE);
  write(FILE, "12345678", 8);
  lseek(FILE, 0, SEEK_SET);
  pipe(pipes), dup2(pipes[0], RD), dup2(pipes[1], WR), write(WR, "abc", 3);
  socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), dup2(sockets[0], A), dup2(sockets[1], B);
  dup2(open(".", O_RDONLY | O_DIRECTORY), DIR);
  mem = mmap(0, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  buf = mmap(0, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(buf + 4096, 4096, PROT_NONE);
  iov[0] = (struct iovec){buf, 1}, iov[1] = (struct iovec){buf + 1, 1};
  memset(mem, 0, 4 * 4096);
}

// Prints the outcome for each x; a child that a signal ends gives "signal N".
static void run(long (*probe)(long), const long *list, int count) {
  for (int i = 0; i < count; i++) {
    long *outcome = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      signal(SIGALRM, SIG_DFL), alarm(20);
      fixtures();
      *outcome = probe(list[i]);
      _exit(0);
    }
    waitpid(child, &status, 0);
    if (status) printf("%ssignal:%d", i ? " " : "", WTERMSIG(status));
    else printf("%s%ld", i ? " " : "", *outcome);
    munmap(outcome, 4096);
  }
  printf("\n");
}
