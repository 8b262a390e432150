// spawner ROUNDS -- COMMAND... [-- COMMAND...]: starts each command in turn, ROUNDS times, by posix_spawn (vfork), waits for it
// and prints the microseconds from spawn to exit: one line a round, one column a command. Turns, so that whatever slows the
// machine down for a while slows all of them. Every command has a SOCK_SEQPACKET socket as descriptor 3, whose other end is read
// when it has ended: what a supervised launcher reports on.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
  int rounds = atoi(argv[1]), count = 0, pair[2];
  char **commands[16], message[256];
  for (int i = 2; i < argc; i++)
    if (strcmp(argv[i], "--") == 0 && count < 16) {
      commands[count++] = argv + i + 1;
      argv[i] = NULL;
    }
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return perror("socketpair"), 1;
  int status = fcntl(pair[1], F_DUPFD_CLOEXEC, 10);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, status, 3);
  for (int round = 0; round < rounds; round++)
    for (int i = 0; i < count; i++) {
      pid_t pid;
      int status;
      double start = microseconds();
      if (posix_spawn(&pid, commands[i][0], &actions, NULL, commands[i], environ) != 0) return perror(commands[i][0]), 1;
      waitpid(pid, &status, 0);
      if (status != 0) return fprintf(stderr, "%s: status %d\n", commands[i][0], status), 1;
      printf("%.1f%c", microseconds() - start, i + 1 < count ? ' ' : '\n');
      while (recv(pair[0], message, sizeof message, MSG_DONTWAIT) > 0) continue;
    }
  return 0;
}
