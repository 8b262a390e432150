// spawner ROUNDS -- COMMAND... [-- COMMAND...]: starts each command in turn, ROUNDS times, by posix_spawn (vfork), waits for it
// and prints the microseconds from spawn to exit: one line a round, one column a command. Turns, so that whatever slows the
// machine down for a while slows all of them.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
  int rounds = atoi(argv[1]), count = 0;
  char **commands[16];
  for (int i = 2; i < argc; i++)
    if (strcmp(argv[i], "--") == 0 && count < 16) {
      commands[count++] = argv + i + 1;
      argv[i] = NULL;
    }
  for (int round = 0; round < rounds; round++)
    for (int i = 0; i < count; i++) {
      pid_t pid;
      int status;
      double start = microseconds();
      if (posix_spawn(&pid, commands[i][0], NULL, NULL, commands[i], environ) != 0) return perror(commands[i][0]), 1;
      waitpid(pid, &status, 0);
      if (status != 0) return fprintf(stderr, "%s: status %d\n", commands[i][0], status), 1;
      printf("%.1f%c", microseconds() - start, i + 1 < count ? ' ' : '\n');
    }
  return 0;
}
