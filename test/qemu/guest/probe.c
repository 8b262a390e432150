// probe WHAT ARGS...: what the tests have a program do inside a machine, and what it saw there. One static binary for all.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// cat FILE
static int cat(char **args) {
  char bytes[4096];
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return perror(args[0]), 1;
  for (ssize_t size; (size = read(fd, bytes, sizeof bytes)) > 0;) fwrite(bytes, 1, size, stdout);
  return 0;
}

// args ...: the arguments, a line each
static int args(char **list) {
  for (; *list != NULL; list++) puts(*list);
  return 0;
}

// fds: the descriptors that are open, but that of the listing
static int fds(char **none) {
  (void)none;
  DIR *folder = opendir("/proc/self/fd");
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder)) puts(entry->d_name);
  return 0;
}

// session: whether this process leads a session of its own
static int session(char **none) {
  (void)none;
  printf("%d\n", getsid(0) == getpid());
  return 0;
}

// call NR ARGS...: what the system call gives, an errno negative
static int call(char **args) {
  long values[7] = {0};
  for (int i = 0; i < 7 && args[i] != NULL; i++) values[i] = strtol(args[i], NULL, 0);
  long result = syscall(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
  printf("%ld\n", result == -1 ? -(long)errno : result);
  return 0;
}

// exec PATH ARGS...
static int execute(char **args) {
  execv(args[0], args);
  return perror(args[0]), 1;
}

// as UID PATH ARGS...: exec as an ordinary user
static int as(char **args) {
  int id = atoi(args[0]);
  if (setgid(id) != 0 || setuid(id) != 0) return perror("setuid"), 1;
  return execute(args + 1);
}

// opened PATH ARGS...: exec with a descriptor that nobody asked for
static int opened(char **args) {
  dup2(1, 9);
  return execute(args);
}

#ifdef __x86_64__
// int80 NR: a system call of the 32-bit ABI from this 64-bit program
static int int80(char **args) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(atol(args[0])), "b"(0), "c"(0), "d"(0) : "memory");
  printf("%ld\n", result);
  return 0;
}
#endif

// audit: the kernel's records of kills
static int audit(char **none) {
  (void)none;
  char record[8192];
  int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  for (ssize_t size; (size = read(fd, record, sizeof record - 1)) > 0;) {
    record[size] = 0;
    if (strstr(record, "type=1326") != NULL) fputs(record, stdout);
  }
  return 0;
}

// Threads at the moment of an installation: one that waits in a system call, one that computes, one that comes later.
static struct sock_fprog program;
static int pipe_ends[2];
static volatile int stop, counting;

static long denied(void) {
  long result = syscall(SYS_getppid);
  return result == -1 ? -(long)errno : 0;
}

static void *waiting(void *none) {
  char byte;
  if (read(pipe_ends[0], &byte, 1) != 1) perror("read");
  return (void *)denied();
}

static void *computing(void *none) {
  while (!stop) counting = 1;
  return (void *)denied();
}

static void *late(void *none) {
  return (void *)denied();
}

// Has a filter of its own, which the others' is no ancestor of.
static void *diverging(void *none) {
  struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog own = {1, &allow};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &own) != 0) perror("own filter");
  counting = gettid();
  while (!stop) usleep(1000);
  return (void *)denied();
}

static int read_filter(const char *path) {
  static struct sock_filter filter[4096];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t size = read(fd, filter, sizeof filter);
  if (size <= 0) return perror(path), -1;
  program = (struct sock_fprog){size / sizeof *filter, filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static long install(void) {
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  return result == -1 ? -(long)errno : result;
}

static long join(pthread_t thread) {
  void *result;
  pthread_join(thread, &result);
  return (long)result;
}

// tsync FILTER: installs it on all threads; what getppid gives each of them (0: it ran)
static int tsync(char **args) {
  pthread_t waits, computes, comes;
  if (read_filter(args[0]) != 0 || pipe(pipe_ends) != 0) return perror("tsync"), 1;
  pthread_create(&waits, NULL, waiting, NULL);
  pthread_create(&computes, NULL, computing, NULL);
  while (!counting) usleep(1000);
  usleep(50000);
  printf("before %ld\n", denied());
  printf("installed %ld\n", install());
  printf("main %ld\n", denied());
  pthread_create(&comes, NULL, late, NULL);
  stop = 1;
  if (write(pipe_ends[1], "x", 1) != 1) perror("write");
  printf("late %ld\n", join(comes));
  printf("waiting %ld\n", join(waits));
  printf("computing %ld\n", join(computes));
  return 0;
}

// diverged FILTER: the same with a thread that cannot follow; nothing must be installed then
static int diverged(char **args) {
  pthread_t thread;
  if (read_filter(args[0]) != 0) return perror("tsync"), 1;
  pthread_create(&thread, NULL, diverging, NULL);
  while (!counting) usleep(1000);
  printf("the thread's tid %d\n", install() == counting);
  printf("main %ld\n", denied());
  stop = 1;
  printf("diverging %ld\n", join(thread));
  return 0;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*run)(char **);
  } table[] = {{"cat", cat},       {"args", args},   {"fds", fds},     {"session", session}, {"call", call},
               {"exec", execute},  {"as", as},       {"audit", audit}, {"opened", opened},   {"tsync", tsync},
#ifdef __x86_64__
               {"int80", int80},
#endif
               {"diverged", diverged}};
  for (size_t i = 0; argc > 1 && i < sizeof table / sizeof *table; i++)
    if (strcmp(argv[1], table[i].name) == 0) return table[i].run(argv + 2);
  return 100;
}
