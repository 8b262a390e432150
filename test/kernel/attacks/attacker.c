// Programs that try to get around their filter, one a name. None opens a file before it is told to.
//
//   spy MS      opens the memory of every other process again and again, for so long; prints how often that succeeded
//   minus-one   makes the call -1, as a tracer does to skip one
//   wide32      int 0x80 with the number 0x1'00000014, and wide64 syscall with 0x1'00000027: the kernel takes the low half
//   vsyscall    time(2) by the old page at a fixed address, which has no syscall instruction of the program's
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int spy(long during) {
  long end = milliseconds() + during, opened = 0, tried = 0;
  while (milliseconds() < end) {
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    while (processes != NULL && (entry = readdir(processes)) != NULL) {
      char path[300];
      if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == getpid()) continue;
      snprintf(path, sizeof path, "/proc/%s/mem", entry->d_name);
      int fd = open(path, O_RDONLY);
      tried++;
      if (fd < 0) continue;
      opened++;
      close(fd);
    }
    closedir(processes);
  }
  printf("%s tried, %ld opened\n", tried > 100 ? "often" : "hardly", opened);
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argv[1];
  if (!strcmp(what, "spy")) return spy(argc > 2 ? atol(argv[2]) : 0);
  if (!strcmp(what, "minus-one")) return syscall(-1) != -1 || errno != ENOSYS;
  if (!strcmp(what, "wide32")) __asm__ volatile("int $0x80" ::"a"(0x100000014) : "memory");
  if (!strcmp(what, "wide64")) __asm__ volatile("syscall" ::"a"(0x100000027) : "rcx", "r11", "memory");
  if (!strcmp(what, "vsyscall")) return ((time_t(*)(time_t *))0xffffffffff600400)(NULL) == -1;
  return 0;
}
