// watch LAUNCHER ARGS...: a launch as its monitor sees it, a line each: `message HEX` of the status socket, `notification NR`, which
// ends the launch, `status N` as waitpid gives it, `hangup` of the listener, `eof` of the status socket. The end is waited for
// before the hangup: until 6.11 a filter is in use as long as its last process is not reaped.
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int status_socket, listener = -1;
static pid_t child;

// Whether there can be more.
static int message(void) {
  unsigned char bytes[256], control[CMSG_SPACE(sizeof(int))];
  struct iovec iov = {bytes, sizeof bytes};
  struct msghdr header = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t size = recvmsg(status_socket, &header, MSG_CMSG_CLOEXEC);
  if (size <= 0) return printf("eof\n"), 0;
  printf("message ");
  for (ssize_t i = 0; i < size; i++) printf("%02x", bytes[i]);
  printf("\n");
  // With the others comes a pidfd, which is not needed here.
  struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
  if (rights != NULL && bytes[0] == 'L') memcpy(&listener, CMSG_DATA(rights), sizeof listener);
  return 1;
}

static void end(void) {
  int status;
  if (child == 0) return;
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  child = 0;
  printf("status %d\n", status);
}

int main(int argc, char **argv) {
  int pair[2], open = 1, held = 1, status;
  setvbuf(stdout, NULL, _IOLBF, 4096); // a line is one write: the program writes to the same file
  if (argc < 2 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return 1;
  child = fork();
  if (child == 0) {
    if (pair[1] == 3) fcntl(3, F_SETFD, 0);
    else dup2(pair[1], 3);
    execv(argv[1], argv + 1);
    _exit(1);
  }
  close(pair[1]);
  status_socket = pair[0];
  while (open || (listener >= 0 && held)) {
    struct pollfd fds[2] = {{.fd = open ? status_socket : -1, .events = POLLIN}, {.fd = held ? listener : -1, .events = POLLIN}};
    poll(fds, 2, 100);
    if (fds[0].revents) open = message();
    if (fds[1].revents & POLLIN) {
      struct seccomp_notif request = {0};
      if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0) {
        printf("notification %d\n", request.data.nr);
        end();
      }
    }
    if (fds[1].revents & POLLHUP) held = 0;
    if (child != 0 && waitpid(child, &status, WNOHANG) == child) {
      child = 0;
      printf("status %d\n", status);
    }
  }
  if (!held) printf("hangup\n");
  end();
  return 0;
}
