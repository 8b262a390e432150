// spend: 0.2 s of CPU in user space, 0.1 s in the kernel, 64 MB of memory touched, 1 MB written to the file named; a child that
// is waited for uses 0.1 s of the first. What the limits forbid of it, it dies of.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double used(int system) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  struct timeval time = system ? usage.ru_stime : usage.ru_utime;
  return time.tv_sec + time.tv_usec / 1e6;
}

static void spin(double seconds) {
  while (used(0) < seconds)
    for (volatile int i = 0; i < 1000000; i++) continue;
}

int main(int argc, char **argv) {
  (void)argc;
  size_t size = 64 << 20;
  char *memory = malloc(size);
  if (memory == NULL) return 1;
  memset(memory, 1, size);
  int fd = open(argv[1], O_CREAT | O_WRONLY | O_TRUNC, 0666);
  for (int i = 0; i < 16; i++)
    if (write(fd, memory, 1 << 16) != 1 << 16) return 2;
  pid_t child = fork();
  if (child < 0) return 3;
  if (child == 0) spin(0.1), _exit(0);
  wait(NULL);
  int null = open("/dev/zero", O_RDONLY);
  while (used(1) < 0.1)
    if (read(null, memory, size) < 0) return 4;
  spin(0.2);
  return 0;
}
