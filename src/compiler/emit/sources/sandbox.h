#ifndef POLICYC_POLICY_H
#define POLICYC_POLICY_H

#ifndef __linux__
#error "sandbox_me_here() of policy POLICY needs Linux"
#endif

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef __cplusplus
long syscall(long number, ...); // unistd.h hides it from -std=c99
#endif

// struct sock_filter and struct sock_fprog of linux/filter.h, which not every libc brings.
struct POLICY_instruction {
  uint16_t code;
  uint8_t jt, jf;
  uint32_t k;
};
struct POLICY_program {
  uint16_t length;
  const struct POLICY_instruction *instructions;
};

//@ filters

// What kept the sandbox from being set up: the step and its errno. `thread` is the tid of the thread that has a filter of its
// own and could not follow, with ESRCH, else 0.
struct POLICY_failure {
  const char *step;
  int error;
  long thread;
};

static inline int POLICY_fail(struct POLICY_failure *why, const char *step, long error, long thread) {
  why->step = step;
  why->error = (int)error;
  why->thread = thread;
  return -(int)error;
}

// The result, or -errno.
static inline long POLICY_call(long number, long a, long b, const void *c) {
  const long result = syscall(number, a, b, c, 0L, 0L);
  return result == -1 ? -(long)errno : result;
}

// Ends the program: what may or may not be sandboxed must not go on.
static inline void POLICY_abort(const char *reason) {
  fprintf(stderr, "sandbox_me_here: policy POLICY: %s\n", reason);
  abort();
}

// How many threads this program has, or -errno. EBUSY: one of them is io_uring's, which works without calls that a filter sees.
static inline long POLICY_threads(void) {
  DIR *const tasks = opendir("/proc/self/task");
  const struct dirent *task;
  long count = 0;
  if (tasks == NULL) return -(long)errno;
  while ((task = readdir(tasks)) != NULL) {
    char path[64], name[5] = "";
    FILE *comm;
    if (task->d_name[0] == '.') continue;
    count++;
    snprintf(path, sizeof path, "/proc/self/task/%.20s/comm", task->d_name);
    comm = fopen(path, "r");
    if (comm == NULL) continue; // it has ended
    if (fgets(name, sizeof name, comm) != NULL && strcmp(name, "iou-") == 0) count = -EBUSY;
    fclose(comm);
    if (count < 0) break;
  }
  closedir(tasks);
  return count;
}

// As POLICY_sandbox_me_here(), and tells what failed.
static inline int POLICY_sandbox_me_here_why(struct POLICY_failure *why) {
  enum { SET_NO_NEW_PRIVS = 38, GET_NO_NEW_PRIVS = 39, SET_SECCOMP = 22, MODE_FILTER = 2 }; // prctl
  enum { SET_MODE_FILTER = 1, FLAG_TSYNC = 1 };                                             // seccomp
  const struct POLICY_program program = {sizeof POLICY_filter / sizeof *POLICY_filter, POLICY_filter};
  long threads, probe, result;

  // Whoever answers the canary now would answer it afterwards too, and prove nothing.
  if (POLICY_call(POLICY_CANARY, 0, 0, NULL) == -POLICY_CANARY_ERRNO) return POLICY_fail(why, "canary", EALREADY, 0);
  threads = POLICY_threads();
  if (threads < 0) return POLICY_fail(why, "/proc/self/task", -threads, 0);

  // With a NULL filter the kernel checks the flags first: EFAULT where it knows TSYNC, EINVAL or ENOSYS before Linux 3.17.
  probe = POLICY_call(POLICY_SECCOMP, SET_MODE_FILTER, FLAG_TSYNC, NULL);
  if (probe != -EFAULT && threads != 1)
    POLICY_abort("this kernel has no SECCOMP_FILTER_FLAG_TSYNC, so a filter would cover one of several threads");

  result = POLICY_call(POLICY_PRCTL, SET_NO_NEW_PRIVS, 1, NULL);
  if (result != 0) return POLICY_fail(why, "PR_SET_NO_NEW_PRIVS", result < 0 ? -result : EPERM, 0);
  // As root seccomp(2) succeeds without the bit, and a filter further out could have faked setting it.
  result = POLICY_call(POLICY_PRCTL, GET_NO_NEW_PRIVS, 0, NULL);
  if (result != 1) return POLICY_fail(why, "PR_GET_NO_NEW_PRIVS", result < 0 ? -result : EPERM, 0);

  if (probe == -EFAULT)
    result = POLICY_call(POLICY_SECCOMP, SET_MODE_FILTER, FLAG_TSYNC, &program);
  else if (probe == -ENOSYS)
    result = POLICY_call(POLICY_PRCTL, SET_SECCOMP, MODE_FILTER, &program);
  else
    result = POLICY_call(POLICY_SECCOMP, SET_MODE_FILTER, 0, &program);
  if (result < 0) return POLICY_fail(why, "seccomp", -result, 0);
  if (result > 0) return POLICY_fail(why, "seccomp", ESRCH, result);

  if (POLICY_call(POLICY_CANARY, 0, 0, NULL) != -POLICY_CANARY_ERRNO)
    POLICY_abort("success was reported, but the filter does not answer: a filter further out faked it");
  return 0;
}

// Sandboxes every thread of this program for good: 0, or -errno with no filter installed on any. -ESRCH: a thread has a filter
// of its own and cannot follow. -EALREADY: it has been called before. Aborts where TSYNC is missing and there are
// several threads, and where a success turns out to be none.
static inline int POLICY_sandbox_me_here(void) {
  struct POLICY_failure why;
  return POLICY_sandbox_me_here_why(&why);
}

// The plain name is this policy's, unless the program includes several.
#ifndef POLICYC_SANDBOX_ME_HERE
#define POLICYC_SANDBOX_ME_HERE
#define sandbox_me_here POLICY_sandbox_me_here
#else
#undef sandbox_me_here
#define sandbox_me_here several_policies_are_included_so_call_one_by_its_own_name
#endif

#endif
