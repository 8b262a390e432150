// What the programs of Sandbox2's tests do, one a name. Most need nothing beyond a static start; the exit status says whether what
// they saw is what they expected.
#define _GNU_SOURCE
#include <alloca.h>
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB (1024L * 1024)

static int fails(long result, int expected) { return result != -1 || errno != expected; }

static int bpf(int command) { return syscall(SYS_bpf, command, NULL, 0); }

/* A child that asks not to be traced. */
static int untraced(void) {
  if (syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0) == 0) {
    mkdir("/tmp/policyc-never", 0777);
    _exit(0);
  }
  wait(NULL);
  return 0;
}

static void *nothing(void *argument) { return argument; }

static int threads(void) {
  pthread_t all[4];
  for (intptr_t i = 0; i < 4; i++)
    if (pthread_create(&all[i], NULL, nothing, (void *)i)) return 1;
  for (intptr_t i = 0; i < 4; i++) {
    void *result;
    if (pthread_join(all[i], &result) || result != (void *)i) return 2;
  }
  return 0;
}

static volatile int rung;
static void ring(int number) { rung = number; }
static void ring_in_thread(union sigval value) { rung = value.sival_int; }

static int timer(struct sigevent *event, int raw) {
  struct itimerspec once = {.it_value = {0, 1000000}};
  int kernel_id;
  timer_t id;
  if (raw) {
    if (syscall(SYS_timer_create, CLOCK_MONOTONIC, event, &kernel_id)) return 1;
    return syscall(SYS_timer_settime, kernel_id, 0, &once, NULL) || syscall(SYS_timer_delete, kernel_id);
  }
  if (timer_create(CLOCK_MONOTONIC, event, &id) || timer_settime(id, 0, &once, NULL)) return 2;
  for (int waits = 0; event->sigev_notify != SIGEV_NONE && !rung && waits < 1000; waits++)
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  if (event->sigev_notify != SIGEV_NONE && !rung) return 3;
  rung = 0;
  return timer_delete(id) ? 4 : 0;
}

static int timers(void) {
  struct sigevent none = {.sigev_notify = SIGEV_NONE};
  struct sigevent signalled = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  struct sigevent to_thread = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
  struct sigevent raw = {.sigev_notify = SIGEV_THREAD, .sigev_signo = SIGUSR2};
  to_thread._sigev_un._tid = syscall(SYS_gettid);
  signal(SIGUSR1, ring);
  signal(SIGUSR2, ring);
  return timer(&none, 0) || timer(&signalled, 0) || timer(&to_thread, 0) || timer(&raw, 1);
}

static int timer_thread(void) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_value = {7}, .sigev_notify_function = ring_in_thread};
  return timer(&event, 0);
}

static int allocate(void) {
  char *small = malloc(1), *zeroed = calloc(1000, 100);
  if (!small || !zeroed) return 1;
  for (long size = 2; size <= 16 * MIB; size *= 2) {
    small = realloc(small, size);
    if (!small) return 2;
    memset(small, 1, size);
  }
  free(small);
  free(zeroed);
  return 0;
}

/* Three lists of calls with one verdict each, and a call of no list. */
static int lists(void) {
  if (getpid() <= 0 || getppid() < 0 || syscall(SYS_gettid) <= 0) return 1;
  if (fails(syscall(SYS_getuid), 42) || fails(syscall(SYS_geteuid), 42)) return 2;
  if (fails(syscall(SYS_getgid), 43) || fails(syscall(SYS_getegid), 43)) return 3;
  umask(0);
  return 4;
}

static int shared(int fd) {
  struct stat status;
  if (syscall(SYS_fstat, fd, &status)) return 1;
  char *page = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (page == MAP_FAILED || page[0] != 'Z') return 2;
  page[0] = 'A';
  return munmap(page, status.st_size) || close(fd);
}

static int map(int protection) {
  return mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static char page[4096] __attribute__((aligned(4096)));

static int protect(int protection) { return mprotect(page, sizeof page, protection); }

static int on_stack(long size) {
  volatile char *bytes = alloca(size);
  for (long at = size - 1; at >= 0; at -= 4096) bytes[at] = 1;
  return 0;
}

static int on_heap(long size) {
  void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return bytes == MAP_FAILED ? errno : 0;
}

int main(int argc, char **argv) {
  const char *what = argv[1];
  long number = argc > 2 ? atol(argv[2]) : 0;
  if (!strcmp(what, "nothing")) return 0;
  if (!strcmp(what, "ptrace")) return ptrace(PTRACE_SEIZE, 0, 0, 0), 0;
  if (!strcmp(what, "bpf")) return bpf(number), 0;
  if (!strcmp(what, "both-refused")) return fails(bpf(0), EPERM) || fails(ptrace(PTRACE_SEIZE, 0, 0, 0), EPERM);
  if (!strcmp(what, "safe-bpf")) return !fails(bpf(BPF_MAP_LOOKUP_ELEM), EPERM) || fails(bpf(BPF_MAP_CREATE), EPERM);
  if (!strcmp(what, "untraced")) return untraced();
  if (!strcmp(what, "isatty")) return isatty(0);
  if (!strcmp(what, "threads")) return threads();
  if (!strcmp(what, "timers")) return timers();
  if (!strcmp(what, "timer-thread")) return timer_thread();
  if (!strcmp(what, "allocate")) return allocate();
  if (!strcmp(what, "lists")) return lists();
  if (!strcmp(what, "fallback")) return fails(syscall(1337, 7, 0), EPERM) || fails(syscall(1337, 8, 0), ENOENT);
  if (!strcmp(what, "shared")) return shared(number);
  if (!strcmp(what, "map")) return map(number);
  if (!strcmp(what, "protect")) return protect(number);
  if (!strcmp(what, "stack")) return on_stack(number * MIB);
  if (!strcmp(what, "heap")) return on_heap(number * MIB);
  if (!strcmp(what, "abort")) abort();
  if (!strcmp(what, "personality")) return syscall(SYS_personality, 1, 2, 3, 4, 5, 6) == -1 ? errno : 0;
  if (!strcmp(what, "sleep")) return nanosleep(&(struct timespec){number, 0}, NULL) ? errno : 0;
  if (!strcmp(what, "speculation")) {
    int bypass = prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, 0, 0, 0);
    printf("%d %d\n", bypass, prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, 0, 0, 0));
    return 0;
  }
  return 64;
}
