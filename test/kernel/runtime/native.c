// What a Node process may hold that JavaScript does not see: threads of native code, memory sharers, io_uring. Loaded by
// fixtures/sandboxee.ts.

#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static pthread_t start(void *(*run)(void *), void *argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, argument)) abort();
  return thread;
}

static volatile int filtered_tid;

int allow_all(void) {
  struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {.len = 1, .filter = &allow};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static void *with_filter(void *unused) {
  if (allow_all()) abort();
  filtered_tid = gettid();
  pause();
  return unused;
}

/* A thread with a filter that the others do not have; its tid. */
int thread_with_filter(void) {
  start(with_filter, NULL);
  while (!filtered_tid) sched_yield();
  return filtered_tid;
}

static int fds[2];
static volatile int mkdir_errno = -1;

static void *blocked(void *unused) {
  char byte;
  if (read(fds[0], &byte, 1) != 1) abort();
  mkdir_errno = mkdirat(-100, "/tmp/never-made", 0700) ? errno : 0;
  return unused;
}

/* A thread in a call that ends after the filter is in. */
int block_thread(void) {
  if (pipe(fds)) return -1;
  start(blocked, NULL);
  usleep(20000);
  return 0;
}

/* What mkdirat gave to it. */
int release_thread(void) {
  if (write(fds[1], "x", 1) != 1) return -1;
  while (mkdir_errno < 0) usleep(1000);
  return mkdir_errno;
}

static volatile int spawned, stop;

static void *lives_on(void *unused) {
  while (!stop) usleep(20000);
  return unused;
}

static void *spawns(void *unused) {
  for (int i = 0; i < 60; i++) {
    start(lives_on, NULL);
    spawned++;
    usleep(500);
  }
  return unused;
}

/* Threads that start for as long as the filter goes in: before, meanwhile, after. */
int spawn_threads(void) {
  for (int i = 0; i < 2; i++) start(spawns, NULL);
  while (spawned < 10) usleep(100);
  return 0;
}

static volatile int sharer;

static int grandchild(void *unused) {
  (void)unused;
  sharer = getpid();
  for (int i = 0; i < 100; i++) usleep(50000);
  _exit(0);
}

static int child(void *unused) {
  clone(grandchild, (char *)malloc(65536) + 65536, CLONE_VM, unused);
  _exit(0);
}

/* A process on our memory that is no child of ours: its parent has ended. Its pid. */
int share_memory(void) {
  int pid = clone(child, (char *)malloc(65536) + 65536, CLONE_VM | SIGCHLD, NULL);
  int status;
  while (syscall(SYS_wait4, pid, &status, 0, NULL) != pid) usleep(1000);
  while (!sharer) usleep(1000);
  return sharer;
}

static void nothing(int signal) { (void)signal; }

/* A signal every 200 µs whose handler does not restart what it interrupts, as libuv's does. */
int interrupt_often(void) {
  struct sigaction action = {.sa_handler = nothing};
  struct itimerval timer = {{0, 200}, {0, 200}};
  return sigaction(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &timer, NULL);
}

/* A ring with a thread of the kernel's that polls it; its descriptor is registered, closed, and nowhere to be seen. */
int hide_ring(void) {
  struct io_uring_params params = {.flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 100000};
  int ring = syscall(SYS_io_uring_setup, 8, &params);
  if (ring < 0) return -errno;
  struct io_uring_rsrc_update update = {.offset = (uint32_t)-1, .data = ring};
  if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_RING_FDS, &update, 1) != 1) return -errno;
  close(ring);
  return 0;
}
