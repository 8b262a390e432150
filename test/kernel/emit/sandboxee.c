// sandboxee SCENARIO: a program with ten threads, one of them blocked in read(2), that calls the emitted sandbox_me_here().
// Prints what came of it, the seccomp mode of every thread, and what a forbidden mkdir gives on each.
#include "guarded.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { THREADS = 10 };
static pthread_barrier_t started, sandboxed, told;
static int blocked[2];
static long own_filter_thread;

static void *try_mkdir(void *unused) {
  printf("mkdir %s\n", mkdir("/dev/null/never-made", 0700) == 0 ? "made" : errno == EACCES ? "EACCES" : "passed");
  return unused;
}

static void *waits(void *unused) {
  pthread_barrier_wait(&started);
  pthread_barrier_wait(&sandboxed);
  try_mkdir(unused);
  pthread_barrier_wait(&told);
  return unused;
}

static void *reads(void *unused) {
  char byte;
  pthread_barrier_wait(&started);
  if (read(blocked[0], &byte, 1) != 1) abort();
  return try_mkdir(unused);
}

static void *filters_itself(void *unused) {
  struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {1, &all};
  own_filter_thread = syscall(SYS_gettid);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) abort();
  pthread_barrier_wait(&started);
  pthread_barrier_wait(&sandboxed);
  return unused;
}

// Opened before the filter: a process that has several kinds of threads.
static void print_modes(void) {
  DIR *tasks = opendir("/proc/self/task");
  struct dirent *task;
  printf("modes");
  while ((task = readdir(tasks)) != NULL) {
    char path[300], line[200];
    FILE *status;
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", task->d_name);
    if ((status = fopen(path, "r")) == NULL) continue;
    while (fgets(line, sizeof line, status) != NULL)
      if (strncmp(line, "Seccomp:\t", 9) == 0) printf(" %c", line[9]);
    fclose(status);
  }
  printf("\n");
  closedir(tasks);
}

static int here(void) {
  struct guarded_failure why = {"", 0, 0};
  const int result = guarded_sandbox_me_here_why(&why);
  printf("result %d step %s error %d own %d\n", result, why.step, why.error, why.thread != 0 && why.thread == own_filter_thread);
  return result;
}

static void with_threads(int with_own_filter) {
  pthread_t threads[THREADS], reader, late;
  int i;
  if (pipe(blocked) != 0) abort();
  pthread_barrier_init(&started, NULL, THREADS + 1);
  pthread_barrier_init(&sandboxed, NULL, THREADS);
  pthread_barrier_init(&told, NULL, THREADS);
  for (i = 0; i < THREADS - 1; i++)
    pthread_create(&threads[i], NULL, with_own_filter && i == 0 ? filters_itself : waits, NULL);
  pthread_create(&reader, NULL, reads, NULL);
  pthread_barrier_wait(&started);
  usleep(20000); // until the reader is in its call
  print_modes();
  here();
  print_modes();
  if (with_own_filter) {
    fflush(stdout);
    _exit(0);
  }
  pthread_barrier_wait(&sandboxed);
  pthread_barrier_wait(&told);
  if (write(blocked[1], "", 1) != 1) abort();
  pthread_join(reader, NULL);
  pthread_create(&late, NULL, try_mkdir, NULL);
  pthread_join(late, NULL);
}

int main(int argc, char **argv) {
  const char *scenario = argc > 1 ? argv[1] : "";
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (strcmp(scenario, "threads") == 0) return with_threads(0), 0;
  if (strcmp(scenario, "own-filter") == 0) return with_threads(1), 0;
  if (here() != 0) return 1;
  if (strcmp(scenario, "twice") == 0) return here() != 0;
  if (strcmp(scenario, "forbidden") == 0) printf("getppid %d\n", (int)getppid());
#ifdef __x86_64__
  if (strcmp(scenario, "int80") == 0) {
    long result = 20; // getpid on i386, writev on x86_64
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory");
    printf("int80 %ld\n", result);
  }
#endif
  print_modes();
  try_mkdir(NULL);
  printf("getpid %d\n", getpid() > 1);
  return 0;
}
