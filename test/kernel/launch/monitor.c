// monitor LAUNCHER ARGS...: spawns a launcher as the runtime does, with a SOCK_SEQPACKET status socket at fd 3, and prints what
// arrives: `message HEX`, `listener` or `pidfd alive|dead` if a descriptor came with it, `notification NR` (it then kills the program and does not
// answer), `eof` when the last copy of the socket's other end is closed, and `status` as waitpid gave it.
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  (void)argc;
  int pair[2], listener = -1, open = 1, status;
  setbuf(stdout, NULL);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return perror("socketpair"), 1;
  pid_t child = fork();
  if (child == 0) {
    // Not close-on-exec: that is the plan's to do.
    if (pair[1] == 3) fcntl(3, F_SETFD, 0);
    else dup2(pair[1], 3);
    execv(argv[1], argv + 1);
    _exit(1);
  }
  close(pair[1]);
  while (open || listener >= 0) {
    struct pollfd fds[2] = {{.fd = open ? pair[0] : -1, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    poll(fds, 2, 10000);
    if (fds[0].revents) {
      unsigned char bytes[256], control[CMSG_SPACE(sizeof(int))];
      struct iovec iov = {bytes, sizeof bytes};
      struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
      ssize_t size = recvmsg(pair[0], &message, MSG_CMSG_CLOEXEC);
      if (size <= 0) {
        printf("eof\n");
        open = 0;
      } else {
        printf("message ");
        for (ssize_t i = 0; i < size; i++) printf("%02x", bytes[i]);
        printf("\n");
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header != NULL && header->cmsg_type == SCM_RIGHTS && bytes[0] == 'L') {
          memcpy(&listener, CMSG_DATA(header), sizeof listener);
          printf("listener\n");
        } else if (header != NULL && header->cmsg_type == SCM_RIGHTS) {
          int pidfd;
          memcpy(&pidfd, CMSG_DATA(header), sizeof pidfd);
          printf("pidfd %s\n", syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) == 0 ? "alive" : "dead");
          close(pidfd);
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
  printf("status %d\n", status);
  return 0;
}
