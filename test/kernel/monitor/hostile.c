// Programs that make life hard for a monitor, one a name. The policy that they run under forbids mkdir and lets rmdir be asked
// about, where it says so; everything else is theirs.
//
//   withdraw N    makes N mkdir calls, each interrupted by a timer whose handler jumps out of the call; prints how many were left
//   page          mkdir of a path in memory that never arrives: a userfaultfd that nobody serves
//   die           mkdir in a thread, while the other threads end the process
//   listen FLAGS  adds an own filter that answers everything by ENOSYS or a listener, with these flags; then mkdir
//   child         mkdir in a child; the parent goes on and prints
//   storm N       N children that ask for rmdir for ever, each under a storm of signals
//   ask N         N calls of rmdir, one after the other
//   change N      N times rmdir of /tmp/policyc-a, whose last letter another thread turns into b and back all the time
//   thread        mkdir in a thread, while the first one waits
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static sigjmp_buf back;

static void jump(int signal) {
  (void)signal;
  siglongjmp(back, 1);
}

static void ignore(int signal) { (void)signal; }

static void timer(long microseconds) {
  struct itimerval interval = {{0, microseconds}, {0, microseconds}};
  setitimer(ITIMER_REAL, &interval, NULL);
}

static int withdraw(int count) {
  volatile int left = 0;
  signal(SIGALRM, jump);
  for (volatile int i = 0; i < count; i++) {
    if (sigsetjmp(back, 1) == 0) {
      struct itimerval once = {{0, 0}, {0, 300}};
      setitimer(ITIMER_REAL, &once, NULL);
      mkdir("/tmp/policyc-never", 0777);
    } else {
      left++;
    }
  }
  printf("left %d\n", left);
  return 0;
}

static char *missing_page(void) {
  int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
  if (fd < 0) fd = ioctl(open("/dev/userfaultfd", O_RDWR), USERFAULTFD_IOC_NEW, O_CLOEXEC);
  struct uffdio_api api = {.api = UFFD_API};
  char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct uffdio_register range = {.range = {(uintptr_t)page, 4096}, .mode = UFFDIO_REGISTER_MODE_MISSING};
  if (fd < 0 || ioctl(fd, UFFDIO_API, &api) != 0 || ioctl(fd, UFFDIO_REGISTER, &range) != 0) {
    printf("no userfaultfd: %s\n", strerror(errno));
    exit(77);
  }
  return page;
}

static void *make(void *path) {
  mkdir(path, 0777);
  return NULL;
}

static void *change(void *text) {
  for (volatile char *byte = text;; *byte = *byte == 'a' ? 'b' : 'a') {
  }
  return NULL;
}

static int own_filter(unsigned flags) {
  struct sock_filter errno_filter[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS}};
  struct sock_filter notify_filter[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_USER_NOTIF}};
  struct sock_fprog program = {1, flags != 0 ? notify_filter : errno_filter};
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  printf("own filter: %ld\n", result); // with the ENOSYS filter this very line cannot be written
  mkdir("/tmp/policyc-never", 0777);
  return 0;
}

static int storm(int children) {
  signal(SIGALRM, ignore);
  for (int i = 0; i < children; i++) {
    if (fork() == 0) {
      timer(10000 + 10 * i);
      for (;;) rmdir("/tmp/policyc-never");
    }
  }
  printf("storm\n");
  fflush(stdout);
  for (;;) pause();
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argv[1];
  int number = argc > 2 ? atoi(argv[2]) : 0;
  pthread_t thread;
  if (strcmp(what, "withdraw") == 0) return withdraw(number);
  if (strcmp(what, "page") == 0) return mkdir(missing_page(), 0777);
  if (strcmp(what, "listen") == 0) return own_filter(number);
  if (strcmp(what, "storm") == 0) return storm(number);
  if (strcmp(what, "die") == 0) {
    pthread_create(&thread, NULL, make, "/tmp/policyc-never");
    usleep(number);
    _exit(7);
  }
  if (strcmp(what, "thread") == 0) {
    pthread_create(&thread, NULL, make, "/tmp/policyc-never");
    return pthread_join(thread, NULL);
  }
  if (strcmp(what, "child") == 0) {
    if (fork() == 0) return setsid(), mkdir("/tmp/policyc-never", 0777);
    sleep(2);
    printf("went on\n");
    return 0;
  }
  if (strcmp(what, "ask") == 0) {
    int errors[4096] = {0};
    for (int i = 0; i < number; i++) errors[rmdir("/tmp/policyc-asked") == 0 ? 0 : errno]++;
    for (int i = 0; i < 4096; i++)
      if (errors[i] > 0) printf("%d: %d\n", i, errors[i]);
    return 0;
  }
  if (strcmp(what, "change") == 0) {
    static char path[] = "/tmp/policyc-a";
    pthread_create(&thread, NULL, change, path + 13);
    for (int i = 0; i < number; i++) rmdir(path);
    return 0;
  }
  return 64;
}
