// threads N: a thread for each of N children, which it starts and waits for: what a monitor thread for each sandbox costs. Prints
// the time for a start and the memory of this process for each.

#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pid_t children[100000];
static volatile int running;

static void *watch(void *at) {
  pid_t pid = vfork();
  if (pid == 0) {
    execl("/bin/sleep", "sleep", "600", (char *)NULL);
    _exit(127);
  }
  *(volatile pid_t *)at = pid;
  __sync_fetch_and_add(&running, 1);
  int status;
  waitpid(pid, &status, 0);
  return NULL;
}

static long resident(void) {
  char line[128];
  long kib = 0;
  FILE *status = fopen("/proc/self/status", "r");
  while (fgets(line, sizeof line, status)) sscanf(line, "VmRSS: %ld", &kib);
  fclose(status);
  return kib;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 1000;
  pthread_t *threads = calloc(count, sizeof *threads);
  long before = resident();
  double begun = now();
  for (int i = 0; i < count; i++) pthread_create(&threads[i], NULL, watch, (void *)&children[i]);
  while (running < count) usleep(100);
  double started = now();
  long during = resident();
  for (int i = 0; i < count; i++) kill(children[i], SIGKILL);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  printf("a thread each, in C, without sandboxes: start %.2f ms each, kill to end %.2f ms each, %.1f KiB each, %d threads more\n",
         (started - begun) / count, (now() - started) / count, (double)(during - before) / count, count);
  return 0;
}
