// daemon MARKER READY: tries hard to outlive its sandbox. It forks a child that leaves the session and forks again; the last one
// ignores every signal that can be ignored, closes all descriptors, makes the file READY and stays. The first process ends
// then, or with a third argument stays too.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    setsid();
    for (int signal_number = 1; signal_number < 65; signal_number++) signal(signal_number, SIG_IGN);
    close_range(0, ~0U, 0);
    if (chdir("/") == 0) close(open(argv[2], O_CREAT | O_WRONLY, 0666));
    for (;;) pause();
  }
  wait(NULL);
  while (access(argv[2], F_OK) != 0) usleep(1000);
  if (argc > 3)
    for (;;) pause();
  return 0;
}
