// trace LAUNCHER ARGS...: runs a launcher under ptrace and prints what is to be seen of it, one `key value` a line:
//   segments      permissions of the image's mappings, right after it was executed
//   owner         of the launcher's /proc/PID/mem at its execve
//   installing    at seccomp(2): how often a half of the ticket is in its writable memory (it must be: the filter's constants)
//   executing     at its execve: the same, and it must not be any more
//   ticket        whether the ticket that execve carries is other than 0
//   registers     general registers of the program, at its first instruction, that are not 0
//   leftover      how often the ticket is in the program's memory then
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

// Counts words equal to either half (halves != 0) or to the whole ticket, in the mappings that are readable and, or not, writable.
static long count(unsigned long long ticket, int halves, int writable) {
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%d/maps", child);
  FILE *maps = fopen(path, "r");
  snprintf(path, sizeof path, "/proc/%d/mem", child);
  int memory = open(path, O_RDONLY);
  if (maps == NULL || memory < 0) exit(1);
  long found = 0;
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long first, end;
    char permissions[8];
    sscanf(line, "%lx-%lx %7s", &first, &end, permissions);
    if (permissions[0] != 'r' || (writable && permissions[1] != 'w')) continue;
    char *bytes = malloc(end - first);
    ssize_t size = pread(memory, bytes, end - first, first);
    for (ssize_t i = 0; i + 8 <= size; i++) {
      unsigned low = ticket, high = ticket >> 32;
      if (halves ? memcmp(bytes + i, &low, 4) == 0 || memcmp(bytes + i, &high, 4) == 0 : memcmp(bytes + i, &ticket, 8) == 0)
        found++;
    }
    free(bytes);
  }
  fclose(maps);
  close(memory);
  return found;
}

static unsigned owner(void) {
  char path[64];
  struct stat status;
  snprintf(path, sizeof path, "/proc/%d/mem", child);
  return stat(path, &status) == 0 ? status.st_uid : 1;
}

static void segments(void) {
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%d/maps", child);
  FILE *maps = fopen(path, "r");
  printf("segments");
  while (fgets(line, sizeof line, maps) != NULL)
    if (strchr(line, '[') == NULL || strstr(line, "[stack]") != NULL) printf(" %.4s", strchr(line, ' ') + 1);
  printf("\n");
  fclose(maps);
}

int main(int argc, char **argv) {
  (void)argc;
  child = fork();
  if (child == 0) {
    // Who may trace the launcher is not in question: a tracer that is root sees a user's launch.
    if (getenv("TRACED_UID") != NULL && setuid(atoi(getenv("TRACED_UID"))) != 0) _exit(1);
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    execv(argv[1], argv + 1);
    _exit(1);
  }
  int status, executions = 0;
  waitpid(child, &status, 0);
  ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
  unsigned long long ticket = 0;
  int entering = 1;
  for (;;) {
    ptrace(PTRACE_SYSCALL, child, 0, 0);
    if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status)) return 1;
    if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
      executions++;
      if (executions == 1) segments();
      continue;
    }
    if (WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
    struct user_regs_struct r;
    ptrace(PTRACE_GETREGS, child, 0, &r);
    if (entering && executions == 1 && r.orig_rax == SYS_seccomp) printf("installing %ld\n", count(r.r15, 1, 1));
    if (entering && executions == 1 && r.orig_rax == SYS_execve) {
      ticket = r.r9;
      printf("owner %u\n", owner());
      printf("executing %ld\nticket %d\n", count(ticket, 1, 1), ticket != 0 && ticket >> 32 != 0);
    }
    // The way out of the second execve: the next instruction is the program's first. rcx and r11 are syscall's own.
    if (!entering && executions == 2) {
      unsigned long long all = r.rax | r.rbx | r.rdx | r.rsi | r.rdi | r.rbp | r.r8 | r.r9 | r.r10 | r.r12 | r.r13 | r.r14 | r.r15;
      printf("registers %llx\nleftover %ld\n", all, count(ticket, 0, 0));
      return 0;
    }
    entering = !entering;
  }
}
