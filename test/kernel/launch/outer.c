// outer NR ERRNO [ARG VALUE] -- COMMAND...: a filter around COMMAND that answers call NR by ERRNO without running it (where
// argument ARG has VALUE). ERRNO 0 fakes success. The attack of a container that means to have a launcher run its program bare.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int at = 1;
  while (at < argc && strcmp(argv[at], "--") != 0) at++;
  unsigned nr = atoi(argv[1]), result = SECCOMP_RET_ERRNO | atoi(argv[2]);
  int argument = at > 3 ? atoi(argv[3]) : -1;
  unsigned value = at > 4 ? atoi(argv[4]) : 0;
  unsigned offset = argument < 0 ? offsetof(struct seccomp_data, nr) : offsetof(struct seccomp_data, args[argument]);
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument < 0 ? nr : value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, result),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return perror("no_new_privs"), 1;
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) return perror("seccomp"), 1;
  execv(argv[at + 1], argv + at + 1);
  return perror(argv[at + 1]), 1;
}
