// attack PID: tries to stop, kill, trace and read a process, by every way there is, and prints `WHAT ERRNO` for each way, 0 where
// it was not refused. `survived` at the end: whoever was attacked has not taken this process along.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void tell(const char *what, long result) {
  printf("%s %d\n", what, result < 0 ? errno : 0);
  fflush(stdout);
}

int main(int argc, char **argv) {
  (void)argc;
  pid_t pid = atoi(argv[1]) != 0 ? atoi(argv[1]) : getppid();
  char path[64], byte;
  struct iovec here = {&byte, 1}, there = {(void *)0x600000, 1};
  tell("SIGKILL", kill(pid, SIGKILL));
  tell("SIGSTOP", kill(pid, SIGSTOP));
  tell("SIGTERM", kill(pid, SIGTERM));
  tell("SIGRTMIN", kill(pid, SIGRTMIN));
  tell("tgkill", syscall(SYS_tgkill, pid, pid, SIGKILL));
  int pidfd = syscall(SYS_pidfd_open, pid, 0);
  tell("pidfd_send_signal", syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0));
  tell("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 3, 0));
  tell("PTRACE_ATTACH", ptrace(PTRACE_ATTACH, pid, 0, 0));
  tell("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, pid, 0, 0));
  tell("process_vm_readv", process_vm_readv(pid, &here, 1, &there, 1, 0));
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  tell("mem", open(path, O_RDWR));
  snprintf(path, sizeof path, "/proc/%d/fd/3", pid);
  tell("fd", open(path, O_RDWR));
  usleep(50000);
  printf("survived\n");
  return 0;
}
