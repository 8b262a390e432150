// Asks the running kernel about programs. Reads records from stdin: u32 count, then per program u32 length and the
// sock_filters. First line out: the instruction pointer that filters see. Then a line per program: "refused ERRNO", or
// "accepted" and one word per probe call: rNUMBER (what the call returned), trapNUMBER (SIGSYS with si_errno), kill.
// Every probe runs in a child of its own, which reports through shared memory and ends by an illegal instruction: a filter
// may refuse every system call, exit_group included.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STARTED, REFUSED, INSTALLED, RETURNED, TRAPPED };
struct report { volatile int state; volatile long value; };
static struct report *report;

// The same calls as PROBES of the test: number, then six arguments.
static const uint64_t probes[][7] = {
  {SYS_getppid, 0, 1, 2, 3, 4, 5},
  {SYS_getppid, 0xfedcba9876543210, 0x80000000ffffffff, 0xffffffff80000000, 0x100000001, 0xffff, 0x7fffffff},
  {SYS_getuid, ~0ull, 0x20, 0x1f, 0x8000000000000000, 0x1234567800000000, 0x55aa55aa},
};

extern char after_call[];
static long call(const uint64_t *p) {
  register long r10 asm("r10") = p[4], r8 asm("r8") = p[5], r9 asm("r9") = p[6];
  long ret;
  asm volatile("syscall\n.globl after_call\nafter_call:" : "=a"(ret)
               : "0"(p[0]), "D"(p[1]), "S"(p[2]), "d"(p[3]), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return ret;
}

static void trapped(int sig, siginfo_t *info, void *context) {
  (void)sig, (void)context;
  report->value = info->si_errno;
  report->state = TRAPPED;
  __builtin_trap();
}

static void probe(struct sock_fprog *program, const uint64_t *p) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
  sigaction(SIGSYS, &action, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(1);
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, program) != 0) {
    report->value = errno;
    report->state = REFUSED;
    _exit(0);
  }
  report->state = INSTALLED;
  long value = call(p);
  report->value = value;
  report->state = RETURNED;
  __builtin_trap();
}

int main(void) {
  uint32_t count, length;
  report = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  printf("%lu %d %d\n", (unsigned long)after_call, getpid(), getuid());
  if (fread(&count, 4, 1, stdin) != 1) return 1;
  while (count-- > 0) {
    if (fread(&length, 4, 1, stdin) != 1) return 1;
    struct sock_filter *filter = malloc(8 * length + 8);
    if (fread(filter, 8, length, stdin) != length) return 1;
    struct sock_fprog program = {length, filter};
    for (unsigned i = 0; i < sizeof probes / sizeof *probes; i++) {
      report->state = STARTED;
      fflush(stdout);
      pid_t child = fork();
      if (child == 0) probe(&program, probes[i]);
      int status;
      waitpid(child, &status, 0);
      if (report->state == REFUSED) {
        printf("refused %ld", report->value);
        break;
      }
      if (i == 0) printf("accepted");
      if (report->state == RETURNED) printf(" r%ld", report->value);
      else if (report->state == TRAPPED) printf(" trap%ld", report->value);
      else if (report->state == INSTALLED && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) printf(" kill");
      else printf(" broken%d", status);
    }
    printf("\n");
    free(filter);
  }
  return 0;
}
