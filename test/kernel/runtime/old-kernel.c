// old-kernel NR:ERRNO[:ARG:MASK]... -- COMMAND...: COMMAND on a kernel that lacks calls. Call NR gives ERRNO without running; with
// ARG and MASK only where that argument has one of the bits. What a filter cannot fake, the kernel does as ever.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sock_filter filter[256];
static unsigned short length;

static void add(struct sock_filter instruction) {
  filter[length++] = instruction;
}

static void lack(const char *spec) {
  unsigned nr, error, argument, mask;
  int fields = sscanf(spec, "%u:%u:%u:%i", &nr, &error, &argument, (int *)&mask);
  if (fields != 2 && fields != 4) exit(100);
  add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, fields == 2 ? 1 : 3));
  if (fields == 4) {
    add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[argument])));
    add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask, 0, 1));
  }
  add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
}

int main(int argc, char **argv) {
  int at = 1;
  for (; at < argc && strcmp(argv[at], "--") != 0; at++) lack(argv[at]);
  add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  struct sock_fprog program = {length, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return perror("no_new_privs"), 101;
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) return perror("seccomp"), 102;
  execv(argv[at + 1], argv + at + 1);
  return perror(argv[at + 1]), 103;
}
