// clinger MARK [HOW]: leaves behind what no kill by pid, group or session finds, and ends. Each of its processes has MARK as its
// last argument. daemon: forks twice and calls setsid in between, ignores every signal. fork: the same, and replaces itself for
// ever by a fresh child. pdeath: does not leave; takes back that it is to die with its parent, and waits.

#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void ignore_everything(void) {
  for (int signal_number = 1; signal_number < 65; signal_number++) signal(signal_number, SIG_IGN);
}

int main(int argc, char **argv) {
  const char *how = argc > 2 ? argv[1] : "daemon";
  ignore_everything();
  if (strcmp(how, "pdeath") == 0) {
    prctl(PR_SET_PDEATHSIG, 0);
    puts("up");
    fflush(stdout);
    for (;;) pause();
  }
  for (int i = 0; i < 3; i++) {
    if (fork() != 0) continue;
    setsid();
    if (fork() != 0) _exit(0);
    for (int fd = 0; fd < 3; fd++) close(fd);
    for (;;) {
      if (strcmp(how, "fork") == 0) {
        if (fork() > 0) _exit(0);
        usleep(200);
      } else {
        pause();
      }
    }
  }
  usleep(20000); // they are on their way
  puts("left");
  return 0;
}
