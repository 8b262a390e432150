// probe WHAT ARGS...: what the tests have a program do inside a machine, and what it saw there. One static binary for all.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// cat FILE
static int cat(char **args) {
  char bytes[4096];
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return perror(args[0]), 1;
  for (ssize_t size; (size = read(fd, bytes, sizeof bytes)) > 0;) fwrite(bytes, 1, size, stdout);
  return 0;
}

// args ...: the arguments, a line each
static int args(char **list) {
  for (; *list != NULL; list++) puts(*list);
  return 0;
}

// fds: the descriptors that are open, but that of the listing
static int fds(char **none) {
  (void)none;
  DIR *folder = opendir("/proc/self/fd");
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder)) puts(entry->d_name);
  return 0;
}

// session: whether this process leads a session of its own
static int session(char **none) {
  (void)none;
  printf("%d\n", getsid(0) == getpid());
  return 0;
}

// call NR ARGS...: what the system call gives, an errno negative
static int call(char **args) {
  long values[7] = {0};
  for (int i = 0; i < 7 && args[i] != NULL; i++) values[i] = strtol(args[i], NULL, 0);
  long result = syscall(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
  printf("%ld\n", result == -1 ? -(long)errno : result);
  return 0;
}

// exec PATH ARGS...
static int execute(char **args) {
  execv(args[0], args);
  return perror(args[0]), 1;
}

// as UID PATH ARGS...: exec as an ordinary user
static int as(char **args) {
  int id = atoi(args[0]);
  if (setgid(id) != 0 || setuid(id) != 0) return perror("setuid"), 1;
  return execute(args + 1);
}

// opened PATH ARGS...: exec with a descriptor that nobody asked for
static int opened(char **args) {
  dup2(1, 9);
  return execute(args);
}

#ifdef __x86_64__
// int80 NR: a system call of the 32-bit ABI from this 64-bit program
static int int80(char **args) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(atol(args[0])), "b"(0), "c"(0), "d"(0) : "memory");
  printf("%ld\n", result);
  return 0;
}
#endif

// audit: the kernel's records of kills
static int audit(char **none) {
  (void)none;
  char record[8192];
  int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  for (ssize_t size; (size = read(fd, record, sizeof record - 1)) > 0;) {
    record[size] = 0;
    if (strstr(record, "type=1326") != NULL) fputs(record, stdout);
  }
  return 0;
}

// write FILE TEXT: into a file that is there, a setting of the kernel's
static int write_file(char **args) {
  int fd = open(args[0], O_WRONLY | O_CLOEXEC);
  ssize_t size = strlen(args[1]);
  return fd < 0 || write(fd, args[1], size) != size ? perror(args[0]), 1 : 0;
}

// daemon: leaves a process behind that has a session of its own
static int leave_daemon(char **none) {
  (void)none;
  if (fork() != 0) return 0;
  setsid();
  if (fork() != 0) return 0;
  prctl(PR_SET_NAME, "daemon");
  for (;;) pause();
}

// end NAME: kills the processes of this name, and prints how many there were
static int end(char **args) {
  int found = 0;
  usleep(200000); // for one that was just started to have its name
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char path[300], name[32] = "";
    snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
    FILE *file = atoi(entry->d_name) > 0 ? fopen(path, "r") : NULL;
    if (file == NULL) continue;
    if (fscanf(file, "%31s", name) == 1 && strcmp(name, args[0]) == 0 && kill(atoi(entry->d_name), SIGKILL) == 0) found++;
    fclose(file);
  }
  printf("%d\n", found);
  return 0;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*run)(char **);
  } table[] = {{"cat", cat},   {"args", args},     {"fds", fds},       {"session", session}, {"call", call}, {"exec", execute},
               {"as", as},     {"opened", opened}, {"audit", audit},   {"daemon", leave_daemon}, {"end", end}, {"write", write_file},
#ifdef __x86_64__
               {"int80", int80},
#endif
  };
  for (size_t i = 0; argc > 1 && i < sizeof table / sizeof *table; i++)
    if (strcmp(argv[1], table[i].name) == 0) return table[i].run(argv + 2);
  return 100;
}
