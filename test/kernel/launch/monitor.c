// monitor LAUNCHER ARGS...: spawns a launcher as the runtime does, with a SOCK_SEQPACKET status socket at fd 3, and prints what
// arrives: `message HEX`, `listener` or `pidfd alive|dead` if a descriptor came with it, `notification NR` (it then kills the
// program and does not answer), `eof` when the last copy of the socket's other end is closed, and `status` as waitpid gave it.
// In its environment:
//   THEN     what it does when it is told that the program has started, and the file READY is there: `close` or `shutdown` its
//            end of the socket, `kill` the launcher, `signal` it by what a terminal sends; then it reads on, if it still can.
//            `leave`: it closes its end at once
//   MARKER   at `eof`, or when the launcher has ended, it prints `left N`: how many processes have this in their arguments
//   GRACE    milliseconds that such processes have to be gone
//   CGROUP   a cgroup: its cgroup.procs is descriptor 4 of the launcher, its cgroup.kill descriptor 5
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int count(const char *marker) {
  int found = 0;
  DIR *proc = opendir("/proc");
  for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
    char path[300], arguments[4096];
    if (!isdigit(entry->d_name[0]) || atoi(entry->d_name) == getpid()) continue;
    snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
    int fd = open(path, O_RDONLY);
    if (fd < 0) continue;
    ssize_t size = read(fd, arguments, sizeof arguments);
    close(fd);
    if (size > 0 && memmem(arguments, size, marker, strlen(marker)) != NULL) found++;
  }
  closedir(proc);
  return found;
}

static void left(void) {
  const char *marker = getenv("MARKER"), *grace = getenv("GRACE");
  if (marker == NULL) return;
  for (int waited = 0; waited < (grace == NULL ? 0 : atoi(grace)) && count(marker) > 0; waited++) usleep(1000);
  printf("left %d\n", count(marker));
}

static void move(int from, int to) {
  // Not close-on-exec: that is the plan's to do.
  if (from == to) fcntl(to, F_SETFD, 0);
  else dup2(from, to);
}

static int cgroup_file(const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", getenv("CGROUP"), name);
  return fcntl(open(path, O_WRONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, 10);
}

int main(int argc, char **argv) {
  (void)argc;
  int pair[2], listener = -1, open = 1, status;
  const char *then = getenv("THEN");
  setbuf(stdout, NULL);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return perror("socketpair"), 1;
  pid_t child = fork();
  if (child == 0) {
    int procs = getenv("CGROUP") ? cgroup_file("cgroup.procs") : -1, end = getenv("CGROUP") ? cgroup_file("cgroup.kill") : -1;
    move(pair[1], 3);
    if (procs >= 0) move(procs, 4), move(end, 5);
    execv(argv[1], argv + 1);
    _exit(1);
  }
  close(pair[1]);
  if (then != NULL && strcmp(then, "leave") == 0) close(pair[0]), open = 0;
  while (open || listener >= 0) {
    struct pollfd fds[2] = {{.fd = open ? pair[0] : -1, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    poll(fds, 2, 10000);
    if (fds[0].revents) {
      unsigned char bytes[256], control[CMSG_SPACE(sizeof(int))];
      struct iovec iov = {bytes, sizeof bytes};
      struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
      ssize_t size = recvmsg(pair[0], &message, MSG_CMSG_CLOEXEC);
      if (size <= 0) {
        left();
        printf("eof\n");
        open = 0;
      } else {
        char line[2 * sizeof bytes + 1] = ""; // one write: the program writes to the same place
        for (ssize_t i = 0; i < size; i++) sprintf(line + 2 * i, "%02x", bytes[i]);
        printf("message %s\n", line);
        int fd = -1;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header != NULL && header->cmsg_type == SCM_RIGHTS) memcpy(&fd, CMSG_DATA(header), sizeof fd);
        if (fd >= 0 && bytes[0] == 'L') {
          listener = fd;
          printf("listener\n");
        } else if (fd >= 0) {
          printf("pidfd %s\n", syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0 ? "alive" : "dead");
          close(fd);
        }
        if (bytes[0] == 'S' && then != NULL) {
          while (access(getenv("READY"), F_OK) != 0) usleep(1000);
          if (strcmp(then, "shutdown") == 0) shutdown(pair[0], SHUT_WR);
          if (strcmp(then, "kill") == 0) kill(child, SIGKILL);
          if (strcmp(then, "signal") == 0)
            for (const int *each = (int[]){SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGPIPE, 0}; *each != 0; each++) kill(child, *each);
          if (strcmp(then, "close") == 0) close(pair[0]), open = 0;
        }
      }
    }
    if (fds[1].revents & POLLIN) {
      struct seccomp_notif request = {0};
      if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0) {
        printf("notification %d\n", request.data.nr);
        kill(child, SIGKILL);
      }
    }
    if (fds[1].revents & POLLHUP) {
      close(listener);
      listener = -1;
    }
  }
  waitpid(child, &status, 0);
  left();
  printf("status %d\n", status);
  return 0;
}
