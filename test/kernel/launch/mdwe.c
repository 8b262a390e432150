// mdwe COMMAND...: runs COMMAND where no memory may be both written and executed (PR_SET_MDWE, Linux 6.3).
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
  (void)argc;
  if (prctl(65 /* PR_SET_MDWE */, 1 /* PR_MDWE_REFUSE_EXEC_GAIN */, 0, 0, 0) != 0) return perror("PR_SET_MDWE"), 1;
  execv(argv[1], argv + 1);
  return perror(argv[1]), 1;
}
