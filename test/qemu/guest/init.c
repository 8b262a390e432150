// The first process of a machine under test. It runs the commands of /commands, one a line, words with a tab between them, the
// first word the file for stdin. Of each it prints a line to the console: its number, waitpid's status, and what it wrote to
// stdout and stderr in hex, each with a dot in front. After the last one the machine ends.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define SECONDS 60

static int started;

static void expired(int signal) {
  (void)signal;
  kill(-started, SIGKILL);
}

static int run(char **words) {
  started = fork();
  if (started == 0) {
    setsid();
    if (dup2(open(words[0], O_RDONLY), 0) < 0) _exit(101);
    if (dup2(open("/out", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600), 1) < 0) _exit(102);
    if (dup2(open("/err", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600), 2) < 0) _exit(103);
    for (int fd = 3; fd < 16; fd++) close(fd);
    execv(words[1], words + 1);
    _exit(100);
  }
  int status, pid;
  alarm(SECONDS);
  // Orphans are the first process's to reap.
  do pid = waitpid(-1, &status, 0);
  while (pid != started);
  alarm(0);
  return status;
}

static void print_file(const char *path) {
  FILE *file = fopen(path, "r");
  printf(" .");
  for (int c; file != NULL && (c = fgetc(file)) != EOF;) printf("%02x", c);
  if (file != NULL) fclose(file);
}

int main(void) {
  mount("proc", "/proc", "proc", 0, NULL);
  mount("sysfs", "/sys", "sysfs", 0, NULL);
  mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
  mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
  mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
  struct sigaction action = {.sa_handler = expired, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);

  static char line[1 << 16];
  FILE *commands = fopen("/commands", "re");
  for (int number = 0; commands != NULL && fgets(line, sizeof line, commands) != NULL; number++) {
    char *words[128] = {0};
    int count = 0;
    for (char *word = strtok(line, "\t\n"); word != NULL && count < 127; word = strtok(NULL, "\t\n")) words[count++] = word;
    int status = run(words);
    printf("@%d %d", number, status);
    print_file("/out");
    print_file("/err");
    printf("\n");
    fflush(stdout);
  }
  tcdrain(STDOUT_FILENO); // or the end of the last line goes with the machine
  reboot(RB_AUTOBOOT);
  return 1;
}
